//! Softer and louder.

use crate::edit::Scope;
use crate::{Error, Message, Sequence};

/// A velocity curve: 127 · (velocity / 127)^gamma · scale + offset, rounded, then held between the limits. The default
/// changes nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Velocity {
    /// The exponent, above 0: below 1 lifts soft notes, above 1 lowers them.
    pub gamma: f64,
    /// The factor, at least 0.
    pub scale: f64,
    /// What is added.
    pub offset: f64,
    /// The softest, 1 to `max`.
    pub min: u8,
    /// The loudest, up to 127. Both limits alike make all notes equal.
    pub max: u8,
}

impl Default for Velocity {
    fn default() -> Self {
        Velocity { gamma: 1.0, scale: 1.0, offset: 0.0, min: 1, max: 127 }
    }
}

impl Velocity {
    /// Every note as hard.
    pub fn fixed(velocity: u8) -> Velocity {
        Velocity { min: velocity, max: velocity, ..Velocity::default() }
    }

    /// The new velocity of a note, for a curve that was checked.
    fn apply(&self, velocity: u8) -> u8 {
        let curved = 127.0 * (f64::from(velocity) / 127.0).powf(self.gamma) * self.scale + self.offset;
        curved.round().clamp(f64::from(self.min), f64::from(self.max)) as u8
    }

    fn check(&self) -> Result<(), Error> {
        let what = if !(self.gamma > 0.0 && self.gamma.is_finite()) {
            format!("velocity gamma is {}; choose a number above 0", self.gamma)
        } else if !(self.scale >= 0.0 && self.scale.is_finite()) {
            format!("velocity scale is {}; choose a number of at least 0", self.scale)
        } else if !self.offset.is_finite() {
            format!("velocity offset is {}; choose a number", self.offset)
        } else if !(1 <= self.min && self.min <= self.max && self.max <= 127) {
            format!("velocity limits are {} and {}; choose 1 to 127, the lower one first", self.min, self.max)
        } else {
            return Ok(());
        };
        Err(Error::Setting { what })
    }
}

/// Changes how hard notes are struck. Velocities of note-offs stay.
///
/// # Errors
/// [`Error::Setting`] where a number makes no sense.
pub fn velocity(mut sequence: Sequence, curve: &Velocity, scope: &Scope) -> Result<Sequence, Error> {
    curve.check()?;
    scope.for_each_message(&mut sequence, |message| {
        if let Message::NoteOn { velocity: velocity @ 1.., .. } = message {
            *velocity = curve.apply(*velocity);
        }
    });
    Ok(sequence)
}
