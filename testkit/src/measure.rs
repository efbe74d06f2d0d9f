//! Levels of what was rendered.

use std::f64::consts::TAU;

/// The level of an amplitude in dB; silence is −∞.
pub fn db(amplitude: f64) -> f64 {
    20.0 * amplitude.abs().log10()
}

/// The largest magnitude.
pub fn peak<T: Copy + Into<f64>>(signal: &[T]) -> f64 {
    signal.iter().fold(0.0, |peak, value| peak.max((*value).into().abs()))
}

/// The root of the mean square; 0 for an empty signal.
pub fn rms<T: Copy + Into<f64>>(signal: &[T]) -> f64 {
    let energy: f64 = signal.iter().map(|value| (*value).into().powi(2)).sum();
    (energy / signal.len().max(1) as f64).sqrt()
}

/// The amplitude of the sine at `hz`, through a Hann window: what lies more than 2·rate/length away hardly counts.
/// The frequency need not fit the length (Goertzel, doi:10.2307/2310304).
pub fn amplitude_at<T: Copy + Into<f64>>(signal: &[T], hz: f64, rate: u32) -> f64 {
    let step = TAU / signal.len() as f64;
    let factor = 2.0 * (TAU * hz / f64::from(rate)).cos();
    let (mut last, mut before, mut weights) = (0.0, 0.0, 0.0);
    for (frame, value) in signal.iter().enumerate() {
        let weight = 0.5 - 0.5 * (step * (frame as f64 + 0.5)).cos();
        weights += weight;
        (last, before) = ((*value).into() * weight + factor * last - before, last);
    }
    2.0 * (last * last + before * before - factor * last * before).max(0.0).sqrt() / weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{assert_db, constant, noise, sine};

    #[test]
    fn a_sine_has_its_amplitude_at_its_frequency_alone() {
        let signal: Vec<f32> = sine(1000.3, 48_000, 4800).iter().map(|value| (value * 0.25) as f32).collect();
        assert_db(db(amplitude_at(&signal, 1000.3, 48_000)), db(0.25), 0.001);
        assert!(db(amplitude_at(&signal, 3000.0, 48_000)) < -100.0);
    }

    #[test]
    fn levels_of_known_signals() {
        assert_db(db(rms(&sine(100.0, 10_000, 1000))), -3.0103, 0.001);
        assert_db(db(rms(&noise(1, 100_000))), -4.7712, 0.05);
        assert_eq!((peak(&constant(-0.5, 3)), peak::<f32>(&[])), (0.5, 0.0));
        assert_eq!(db(0.0), f64::NEG_INFINITY);
    }
}
