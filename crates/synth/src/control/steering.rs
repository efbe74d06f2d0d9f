//! What moves a whole channel besides its modulators: controllers' destinations and the master balance.

use rae_soundfont::Generator;

use crate::program::Values;

/// Added to the voices of a channel while they sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Steering {
    /// Tenths of a per cent to the right.
    pub(crate) pan: f32,
    /// Tenths of a per cent to the reverb, besides.
    pub(crate) reverb: f32,
    /// Tenths of a per cent to the chorus, besides.
    pub(crate) chorus: f32,
    /// Amplitude of what goes to no effect.
    pub(crate) dry: f32,
    /// Cents.
    pub(crate) pitch: f32,
    /// Cents.
    pub(crate) cutoff: f32,
    /// Added to an amplitude of 1.
    pub(crate) swell: f32,
    /// Cents of the vibrato LFO.
    pub(crate) vibrato: f32,
    /// Cents of cutoff of the modulation LFO.
    pub(crate) wave: f32,
    /// Centibels of the modulation LFO.
    pub(crate) tremolo: f32,
}

impl Steering {
    /// Moves nothing.
    pub(crate) const NONE: Steering = Steering {
        pan: 0.0,
        reverb: 0.0,
        chorus: 0.0,
        dry: 1.0,
        pitch: 0.0,
        cutoff: 0.0,
        swell: 0.0,
        vibrato: 0.0,
        wave: 0.0,
        tremolo: 0.0,
    };

    /// With a share of what `other` has of controllers' destinations besides.
    pub(crate) fn plus(&self, other: &Steering, share: f32) -> Steering {
        Steering {
            pitch: self.pitch + share * other.pitch,
            cutoff: self.cutoff + share * other.cutoff,
            swell: self.swell + share * other.swell,
            vibrato: self.vibrato + share * other.vibrato,
            wave: self.wave + share * other.wave,
            tremolo: self.tremolo + share * other.tremolo,
            ..*self
        }
    }

    /// Factor of the amplitude.
    pub(crate) fn amplitude(&self) -> f32 {
        (1.0 + self.swell).max(0.0)
    }

    /// Moves the generators.
    pub(crate) fn shape(&self, values: &mut Values) {
        let mut add = |generator: Generator, amount: f32| values[generator as usize] += amount;
        add(Generator::Pan, self.pan);
        add(Generator::ReverbEffectsSend, self.reverb);
        add(Generator::ChorusEffectsSend, self.chorus);
        add(Generator::FineTune, self.pitch);
        add(Generator::InitialFilterFc, self.cutoff);
        add(Generator::VibLfoToPitch, self.vibrato);
        add(Generator::ModLfoToFilterFc, self.wave);
        add(Generator::ModLfoToVolume, self.tremolo);
    }
}
