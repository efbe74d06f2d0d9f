//! Blocks of sound of any rate become sound at the rate that is listened at.

use rae_dsp::window::{kaiser, sinc};

/// Zero crossings of the kernel to either side, and the most places between samples for which it is known.
const CROSSINGS: f64 = 16.0;
const MOST_PHASES: u64 = 512;

/// Cutoff as a share of the lower rate's half, and the window's parameter: aliases are 70 dB down.
const CUTOFF: f64 = 0.92;
const SHAPE: f64 = 7.5;

/// A running change of sample rate by a windowed sinc. Places are counted in whole numbers, so that nothing depends on blocks.
pub(crate) struct Resampler {
    from: u64,
    to: u64,
    half: usize,
    /// By phase, taps.
    kernels: Vec<Vec<f32>>,
    /// Input from `half` samples before the next output's place on.
    input: Vec<f32>,
    /// Where in `input` the next output lies, samples times `to`.
    place: u64,
}

impl Resampler {
    /// From one rate to another, hertz, both above 0.
    pub(crate) fn new(from: u32, to: u32) -> Resampler {
        let (from, to) = (u64::from(from), u64::from(to));
        let step = from as f64 / to as f64;
        let cutoff = 0.5 * CUTOFF / step.max(1.0);
        let half = (CROSSINGS * step.max(1.0)).ceil() as usize;
        let phases = (to / common_divisor(from, to)).min(MOST_PHASES);
        let kernel = |phase: u64| {
            let within = phase as f64 / phases as f64;
            let tap = |n: usize| {
                let at = n as f64 - half as f64 + 1.0 - within;
                (2.0 * cutoff * sinc(2.0 * cutoff * at) * kaiser((at / half as f64).clamp(-1.0, 1.0), SHAPE)) as f32
            };
            (0..2 * half).map(tap).collect()
        };
        let kernels = (0..phases).map(kernel).collect();
        Resampler { from, to, half, kernels, input: vec![0.0; half - 1], place: (half as u64 - 1) * to }
    }

    /// Appends what can be said after these samples to `output`.
    pub(crate) fn push(&mut self, samples: impl Iterator<Item = f32>, output: &mut Vec<f32>) {
        self.input.extend(samples);
        let whole = |place: u64| (place / self.to) as usize;
        while whole(self.place) + self.half < self.input.len() {
            let phase = (self.place % self.to) * self.kernels.len() as u64 / self.to;
            let around = &self.input[whole(self.place) + 1 - self.half..][..2 * self.half];
            output.push(around.iter().zip(&self.kernels[phase as usize]).map(|(x, tap)| x * tap).sum());
            self.place += self.from;
        }
        let done = (whole(self.place) + 1).saturating_sub(self.half).min(self.input.len());
        self.input.drain(..done);
        self.place -= done as u64 * self.to;
    }
}

/// The greatest (Euclid).
fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_stays_where_and_as_loud_as_it_is() {
        for hertz in [8_000, 16_000, 44_100, 48_000, 96_000] {
            let rate = f64::from(hertz);
            let sine = |time: f64| (std::f64::consts::TAU * 440.0 * time).sin();
            let input: Vec<f32> = (0..rate as usize).map(|n| sine(n as f64 / rate) as f32).collect();
            let mut resampler = Resampler::new(hertz, 16_000);
            let mut output = Vec::new();
            input.chunks(317).for_each(|block| resampler.push(block.iter().copied(), &mut output));
            assert!((output.len() as f64 - 16_000.0).abs() < 80.0, "{rate}: {}", output.len());
            for (n, sample) in output.iter().enumerate().skip(200) {
                assert!((f64::from(*sample) - sine(n as f64 / 16_000.0)).abs() < 0.02, "{rate}: sample {n}");
            }
        }
    }
}
