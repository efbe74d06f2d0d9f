//! Effects that need to know a whole recording: those that begin at its end, or change its length.

mod fade;
mod onsets;
mod pitch;
mod resample;
mod spectra;
mod stretch;
mod trim;
mod vocoder;

pub use fade::{Curve, Fade};
pub use pitch::PitchShift;
pub use stretch::TimeStretch;
pub use trim::Trim;
