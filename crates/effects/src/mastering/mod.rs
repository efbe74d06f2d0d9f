//! Mastering: what a finished recording needs is measured, and becomes a chain.
//!
//! A [`SpectrumMeter`] measures a recording's long-term spectrum; [`match_reference`] says which equalizer curve and which
//! width bring one recording to the sound of another; a [`LoudnessSearch`] finds the gain before a limiter that gives a
//! loudness. None of them touches samples that are kept: what they say is an effect or a number, and a chain does the work.

mod matching;
mod search;
mod spectrum;

pub use matching::{MAX_CURVE_DB, MAX_WIDTH, Match, match_reference};
pub use search::{LoudnessSearch, MAX_DRIVE_DB, Take};
pub use spectrum::{Spectrum, SpectrumMeter};
