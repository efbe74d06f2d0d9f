//! What moves a whole channel besides its modulators.

use rae_soundfont::Generator;

use crate::program::Values;

/// Added to the generators of a channel's voices while they sound.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Steering {
    /// Tenths of a per cent to the right.
    pub(crate) pan: f32,
}

impl Steering {
    /// Moves the generators.
    pub(crate) fn shape(&self, values: &mut Values) {
        values[Generator::Pan as usize] += self.pan;
    }
}
