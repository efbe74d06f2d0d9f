//! Bodies that ring: bands of partials that die at rates of their own and come to rest in a loop.
//!
//! Every partial lies on a bin of the loop, so a band is one inverse transform, repeated under its envelope.

use std::f32::consts::TAU;
use std::ops::Range;

use rustfft::num_complex::Complex32;

use crate::synthesis::{MARGIN, Spectral};

/// A partial as both sides hear it.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    /// Periods in the loop.
    pub(crate) bin: usize,
    pub(crate) amplitudes: [f32; 2],
    /// In cycles.
    pub(crate) phases: [f32; 2],
}

/// Partials that die together.
pub(crate) struct Band {
    pub(crate) lines: Vec<Line>,
    /// Initial decay, dB per second; it slackens until the loop begins.
    pub(crate) fall: f32,
    /// Share of the amplitude that dies quickly at the start.
    pub(crate) prompt: f32,
    /// Seconds in which that share falls to 37 %.
    pub(crate) prompt_seconds: f32,
}

impl Band {
    /// Level after so many seconds; it stands still from `rest` on.
    fn level(&self, seconds: f32, rest: f32) -> f32 {
        let seconds = seconds.min(rest);
        let aged = seconds - seconds * seconds / (2.0 * rest);
        let prompt = 1.0 - self.prompt + self.prompt * (-2.0 * aged / self.prompt_seconds).exp();
        10f32.powf(-aged * self.fall / 20.0) * prompt
    }
}

/// Waves of all bands, ready to be played at different strengths.
pub(crate) struct Ringing {
    /// By band: both sides, and the level at every [`BLOCK`] frames.
    bands: Vec<([Vec<f32>; 2], Vec<f32>)>,
    length: usize,
    onset: usize,
    rate: u32,
}

const BLOCK: usize = 64;

impl Ringing {
    /// `onset` frames during which levels fall, then a loop of `length`.
    pub(crate) fn new(spectral: &mut Spectral, bands: &[Band], length: usize, onset: usize, rate: u32) -> Ringing {
        let rest = onset as f32 / rate as f32;
        let frames = onset + length + MARGIN;
        let made = bands.iter().filter(|band| !band.lines.is_empty()).map(|band| {
            let level = |block: usize| band.level((block * BLOCK) as f32 / rate as f32, rest);
            (spectral.lines(length, &band.lines), (0..=frames / BLOCK + 1).map(level).collect())
        });
        Ringing { bands: made.collect(), length, onset, rate }
    }

    /// One side with a gain for each band, rising to 63 % in `rise` seconds: points and loop.
    pub(crate) fn play(&self, gains: &[f32], side: usize, rise: f32) -> (Vec<f32>, Range<usize>) {
        let mut points = vec![0.0f32; self.onset + self.length + MARGIN];
        for ((waves, levels), gain) in self.bands.iter().zip(gains) {
            let wave = &waves[side];
            for (block, out) in points.chunks_mut(BLOCK).enumerate() {
                let (mut level, end) = (levels[block] * gain, levels[block + 1] * gain);
                let slope = (end - level) / BLOCK as f32;
                // The length is a multiple of the block.
                let start = block * BLOCK % self.length;
                for (point, value) in out.iter_mut().zip(&wave[start..]) {
                    *point += value * level;
                    level += slope;
                }
            }
        }
        let rise = rise * self.rate as f32;
        for (i, point) in points.iter_mut().enumerate().take((rise * 8.0) as usize) {
            *point *= 1.0 - (-(i as f32) / rise).exp();
        }
        (points, self.onset..self.onset + self.length)
    }
}

impl Spectral {
    /// Two waves of `length` from the same partials with their own amplitudes and phases.
    fn lines(&mut self, length: usize, lines: &[Line]) -> [Vec<f32>; 2] {
        let mut bins = vec![Complex32::default(); length];
        for line in lines {
            let [one, other] = [0, 1].map(|i| Complex32::from_polar(line.amplitudes[i], line.phases[i] * TAU));
            bins[line.bin] += one + other * Complex32::i();
            bins[length - line.bin] += one.conj() + other.conj() * Complex32::i();
        }
        self.transform(&mut bins)
    }
}
