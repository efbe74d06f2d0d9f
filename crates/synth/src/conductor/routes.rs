//! Controllers with destinations of their own: controller destination setting (CA-022, General MIDI 2), the controller
//! pages of GS patch parts (40 2x) and of XG multi parts.
//!
//! They add to what the bank's modulators make of the same controllers.

use crate::control::Steering;

/// What a destination reaches with the controller at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// Semitones around 64, at most 24 each way.
    Pitch,
    /// Steps of 150 cents around 64: ±9600.
    Cutoff,
    /// Of 64: 127 is nearly twice the amplitude, 0 is silence.
    Amplitude,
    /// 0 to 600 cents of vibrato.
    LfoPitch,
    /// 0 to 2400 cents of the cutoff's wave.
    LfoCutoff,
    /// 0 to 100 per cent of tremolo, which is 12 dB each way: it is even in decibels here, as in SoundFonts.
    LfoAmplitude,
}

impl Destination {
    /// In the order of General MIDI 2 and XG.
    pub(super) const ALL: [Destination; 6] = [
        Destination::Pitch,
        Destination::Cutoff,
        Destination::Amplitude,
        Destination::LfoPitch,
        Destination::LfoCutoff,
        Destination::LfoAmplitude,
    ];

    /// Whether it can take something away from the sound of a filter that is open.
    pub(super) fn closes(self, value: u8) -> bool {
        match self {
            Destination::Cutoff => value < 64,
            Destination::LfoCutoff => value > 0,
            _ => false,
        }
    }
}

/// What moves them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Wheel,
    Pressure,
    /// Two controllers whose numbers can be chosen.
    First,
    Second,
}

impl Source {
    const ALL: [Source; 4] = [Source::Wheel, Source::Pressure, Source::First, Source::Second];
}

/// The numbers that GS and XG choose first.
const NUMBERS: [u8; 2] = [16, 17];

/// The destinations of a channel's controllers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Routes {
    /// By source.
    depths: [Steering; 4],
    numbers: [u8; 2],
}

impl Routes {
    pub(super) fn new() -> Routes {
        Routes { depths: [Steering::NONE; 4], numbers: NUMBERS }
    }

    pub(super) fn set(&mut self, source: Source, destination: Destination, value: u8) {
        let around = f32::from(value) - 64.0;
        let share = f32::from(value) / 127.0;
        let depths = &mut self.depths[source as usize];
        match destination {
            Destination::Pitch => depths.pitch = 100.0 * around.clamp(-24.0, 24.0),
            Destination::Cutoff => depths.cutoff = 150.0 * around,
            Destination::Amplitude => depths.swell = around / 64.0,
            Destination::LfoPitch => depths.vibrato = 600.0 * share,
            Destination::LfoCutoff => depths.wave = 2400.0 * share,
            Destination::LfoAmplitude => depths.tremolo = 120.0 * share,
        }
    }

    /// Chooses the controller of [`Source::First`] or [`Source::Second`].
    pub(super) fn choose(&mut self, source: Source, number: u8) {
        match source {
            Source::First => self.numbers[0] = number,
            Source::Second => self.numbers[1] = number,
            Source::Wheel | Source::Pressure => {}
        }
    }

    /// Whether a controller leads anywhere.
    pub(super) fn hears(&self, controller: u8) -> bool {
        controller == 1 && self.leads(Source::Wheel)
            || controller == self.numbers[0] && self.leads(Source::First)
            || controller == self.numbers[1] && self.leads(Source::Second)
    }

    pub(super) fn leads(&self, source: Source) -> bool {
        self.depths[source as usize] != Steering::NONE
    }

    /// All that the sources add up to, with controllers and channel pressure as they stand.
    pub(super) fn steering(&self, controllers: &[u8; 128], pressure: u8) -> Steering {
        let value = |source| match source {
            Source::Wheel => controllers[1],
            Source::Pressure => pressure,
            Source::First => controllers[usize::from(self.numbers[0] & 127)],
            Source::Second => controllers[usize::from(self.numbers[1] & 127)],
        };
        Source::ALL.into_iter().filter(|&source| self.leads(source)).fold(Steering::NONE, |sum, source| {
            sum.plus(&self.depths[source as usize], f32::from(value(source)) / 127.0)
        })
    }
}
