//! Reading between samples: an eight-point windowed sinc, its phases interpolated from a table.

use crate::window::{kaiser, sinc};

/// Samples around the position that [`FractionalDelay::read`] takes.
pub const POINTS: usize = 8;
/// Samples of them before the position's own: the position lies between sample `BEFORE` and the next.
pub const BEFORE: usize = POINTS / 2 - 1;
const PHASES: usize = 256; // one per value of a fraction's top byte

/// The table of a fractional delay: exact to −59 dB up to a quarter of the sample rate, −32 dB at 0.3.
#[derive(Clone, Debug)]
pub struct FractionalDelay {
    rows: Box<[[f32; POINTS]; PHASES + 1]>,
}

impl FractionalDelay {
    /// Computes the table.
    pub fn new() -> FractionalDelay {
        FractionalDelay { rows: Box::new(std::array::from_fn(|phase| row(phase as f64 / PHASES as f64))) }
    }

    /// The value `fraction` · 2^−32 of a sample after `samples[BEFORE]`.
    #[inline]
    pub fn read(&self, samples: &[f32; POINTS], fraction: u32) -> f32 {
        let phase = (fraction >> 24) as usize;
        let blend = (fraction & 0x00ff_ffff) as i32 as f32 * (1.0 / (1 << 24) as f32);
        let (low, high) = (&self.rows[phase], &self.rows[phase + 1]);
        let mut products = [0.0; POINTS];
        for point in 0..POINTS {
            products[point] = samples[point] * (low[point] + blend * (high[point] - low[point]));
        }
        let half: [f32; 4] = std::array::from_fn(|point| products[point] + products[point + 4]);
        (half[0] + half[2]) + (half[1] + half[3])
    }
}

impl Default for FractionalDelay {
    fn default() -> Self {
        FractionalDelay::new()
    }
}

fn row(fraction: f64) -> [f32; POINTS] {
    let weights: [f64; POINTS] = std::array::from_fn(|point| {
        let distance = point as f64 - BEFORE as f64 - fraction;
        sinc(distance) * kaiser(distance / (POINTS / 2) as f64, 6.0)
    });
    let sum: f64 = weights.iter().sum();
    weights.map(|weight| (weight / sum) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn reads_sines_between_samples() {
        let table = FractionalDelay::new();
        for (cycles, tolerance) in [(0.01, 2e-4), (0.1, 1e-3), (0.25, 1.1e-3), (0.3, 2.6e-2)] {
            for step in 0..1000 {
                let at = step as f64 * 0.137;
                let samples: [f32; POINTS] = std::array::from_fn(|point| {
                    (TAU * cycles * (at.floor() + point as f64 - BEFORE as f64)).sin() as f32
                });
                let read = f64::from(table.read(&samples, (at.fract() * 2f64.powi(32)) as u32));
                assert!((read - (TAU * cycles * at).sin()).abs() < tolerance, "{cycles} at {at}: {read}");
            }
        }
    }
}
