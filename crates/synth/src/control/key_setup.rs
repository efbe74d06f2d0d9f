//! What a voice has from its key and part alone (drum setups, key-based instrument controllers), fixed at its onset.

use rae_soundfont::Generator;

use super::character;
use crate::program::Values;

/// Taken once, when a voice starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct KeySetup {
    pub(crate) cents: f32,
    /// Amplitude of everything.
    pub(crate) level: f32,
    /// Of the sends, besides.
    pub(crate) reverb: f32,
    pub(crate) chorus: f32,
    /// Tenths of a per cent to the right.
    pub(crate) pan: f32,
    /// Added to those of the channel's character.
    pub(crate) steps: [i8; character::COUNT],
}

impl KeySetup {
    /// Changes nothing.
    pub(crate) const NEUTRAL: KeySetup =
        KeySetup { cents: 0.0, level: 1.0, reverb: 1.0, chorus: 1.0, pan: 0.0, steps: [0; character::COUNT] };

    /// Moves the generators.
    pub(crate) fn shape(&self, values: &mut Values) {
        values[Generator::Pan as usize] += self.pan;
    }
}
