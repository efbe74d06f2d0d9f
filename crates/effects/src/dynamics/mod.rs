//! Dynamics: compressor, gate, de-esser, multi-band compressor and true-peak limiter.
//!
//! After D. Giannoulis, M. Massberg, J. D. Reiss, "Digital dynamic range compressor design", J. Audio Eng. Soc. 60(6), 2012:
//! feed-forward, all levels in decibels, ballistics on the gain.

mod ballistics;
mod compressor;
mod control;
mod crossover;
mod curve;
mod decibels;
mod gate;
mod level;
mod limiter;
mod multiband;
mod sidechain;

pub use compressor::{Compressor, Detector};
pub use gate::Gate;
pub use limiter::TruePeakLimiter;
pub use multiband::{DeEsser, MultibandCompressor};
pub use sidechain::Sidechain;
