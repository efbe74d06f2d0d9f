//! Signals to put into samples or through effects.

use std::f64::consts::TAU;

use crate::Random;

/// A sine of amplitude 1 that begins at 0, rising.
pub fn sine(hz: f64, rate: u32, frames: usize) -> Vec<f64> {
    (0..frames).map(|frame| (TAU * hz * frame as f64 / f64::from(rate)).sin()).collect()
}

/// One frame of 1, then silence.
pub fn impulse(frames: usize) -> Vec<f64> {
    (0..frames).map(|frame| if frame == 0 { 1.0 } else { 0.0 }).collect()
}

/// White noise from −1 to 1; the same for the same seed.
pub fn noise(seed: u64, frames: usize) -> Vec<f64> {
    let mut random = Random::new(seed);
    (0..frames).map(|_| random.bipolar()).collect()
}

/// The same value throughout.
pub fn constant(value: f64, frames: usize) -> Vec<f64> {
    vec![value; frames]
}
