//! What a voice has from its key and part alone (drum setups, key-based instrument controllers), fixed at its onset.

use rae_soundfont::Generator;

use super::character;
use crate::program::Values;

/// How much of a voice an effect gets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Send {
    /// Of what its generator says.
    Share(f32),
    /// Tenths of a per cent, whatever that says.
    Fixed(f32),
}

impl Send {
    pub(crate) const WHOLE: Send = Send::Share(1.0);

    /// What the default modulator makes of CC 91 or 93 (8.4.8, 8.4.9).
    pub(crate) fn of_controller(value: u8) -> Send {
        Send::Fixed(200.0 * f32::from(value) / 128.0)
    }

    /// Tenths of a per cent.
    pub(crate) fn level(self, generator: f32) -> f32 {
        match self {
            Send::Share(share) => generator * share,
            Send::Fixed(level) => level,
        }
    }
}

/// Taken once, when a voice starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct KeySetup {
    pub(crate) cents: f32,
    /// Amplitude of everything.
    pub(crate) level: f32,
    pub(crate) reverb: Send,
    pub(crate) chorus: Send,
    /// Tenths of a per cent to the right.
    pub(crate) pan: f32,
    /// Added to those of the channel's character.
    pub(crate) steps: [i8; character::COUNT],
}

impl KeySetup {
    /// Changes nothing.
    pub(crate) const NEUTRAL: KeySetup = KeySetup {
        cents: 0.0,
        level: 1.0,
        reverb: Send::WHOLE,
        chorus: Send::WHOLE,
        pan: 0.0,
        steps: [0; character::COUNT],
    };

    /// Moves the generators.
    pub(crate) fn shape(&self, values: &mut Values) {
        values[Generator::Pan as usize] += self.pan;
    }
}
