//! Eight times as many samples and back, for what bends waves: harmonics that it adds above half the sample rate would come
//! back as tones that nobody played.

use crate::wide::{WideKernel, run_wide};
use crate::window::{kaiser, sinc};

/// Samples per frame in between.
pub const FACTOR: usize = 8;

/// Frames by which [`Oversampler::process`] lies behind its input: each filter's half length at its own rate, up and down.
pub const DELAY: usize = 2 * FIRST + SECOND + THIRD / 2;

/// Pairs of weights of the half-band filters, from the lowest rate up. The first has to be steep, the others only have to
/// remove what lies around the next rate.
const FIRST: usize = 40;
const SECOND: usize = 10;
const THIRD: usize = 8;
/// Kaiser's window: the stop band is 100 dB down.
const BETA: f64 = 10.0;

/// Frames worked on at once.
const CHUNK: usize = 256;

/// One channel on its way up, through something, and down.
///
/// Flat within 0.1 dB up to 0.45 of the sample rate.
#[derive(Clone, Debug)]
pub struct Oversampler {
    first: [HalfBand<FIRST>; 2],
    second: [HalfBand<SECOND>; 2],
    third: [HalfBand<THIRD>; 2],
    room: [Vec<f32>; 3],
}

impl Default for Oversampler {
    fn default() -> Self {
        Oversampler::new()
    }
}

impl Oversampler {
    /// With silence before it.
    pub fn new() -> Oversampler {
        Oversampler {
            first: [HalfBand::new(CHUNK), HalfBand::new(CHUNK)],
            second: [HalfBand::new(2 * CHUNK), HalfBand::new(2 * CHUNK)],
            third: [HalfBand::new(4 * CHUNK), HalfBand::new(4 * CHUNK)],
            room: [2, 4, 8].map(|factor| vec![0.0; factor * CHUNK]),
        }
    }

    /// Replaces the samples by what `change` makes of them at [`FACTOR`] times the rate, [`DELAY`] frames later.
    pub fn process(&mut self, samples: &mut [f32], mut change: impl FnMut(&mut [f32])) {
        let Oversampler { first, second, third, room: [twice, four_times, eight_times] } = self;
        for samples in samples.chunks_mut(CHUNK) {
            let frames = samples.len();
            let (twice, four_times) = (&mut twice[..2 * frames], &mut four_times[..4 * frames]);
            let eight_times = &mut eight_times[..8 * frames];
            first[0].up(samples, twice);
            second[0].up(twice, four_times);
            third[0].up(four_times, eight_times);
            change(eight_times);
            third[1].down(eight_times, four_times);
            second[1].down(four_times, twice);
            first[1].down(twice, samples);
        }
    }
}

/// A low-pass at a quarter of the higher rate: a sample of every two stays as it is, the other is a sum of its neighbours.
#[derive(Clone, Debug)]
struct HalfBand<const PAIRS: usize> {
    taps: [f32; PAIRS],
    /// Samples at the lower rate that are still needed, then the new ones: of the two between which others come, and (on the
    /// way down) of those between.
    kept: Vec<f32>,
    between: Vec<f32>,
    sums: Vec<f32>,
}

impl<const PAIRS: usize> HalfBand<PAIRS> {
    fn new(most: usize) -> HalfBand<PAIRS> {
        let weights: [f64; PAIRS] = std::array::from_fn(|n| {
            let distance = n as f64 + 0.5;
            sinc(distance) * kaiser(distance / PAIRS as f64, BETA)
        });
        let sum: f64 = 2.0 * weights.iter().sum::<f64>();
        HalfBand {
            taps: weights.map(|weight| (weight / sum) as f32),
            kept: vec![0.0; 2 * PAIRS + most],
            between: vec![0.0; 2 * PAIRS + most],
            sums: vec![0.0; most],
        }
    }

    /// Twice as many samples, `PAIRS` of the lower rate later.
    fn up(&mut self, samples: &[f32], out: &mut [f32]) {
        let frames = samples.len();
        self.kept[2 * PAIRS..][..frames].copy_from_slice(samples);
        let sums = &mut self.sums[..frames];
        run_wide(Middles { taps: &self.taps, samples: &self.kept[1..], sums });
        let as_they_are = &self.kept[PAIRS..][..frames];
        for (pair, (sample, sum)) in out.as_chunks_mut::<2>().0.iter_mut().zip(as_they_are.iter().zip(&*sums)) {
            *pair = [*sample, *sum];
        }
        self.kept.copy_within(frames..frames + 2 * PAIRS, 0);
    }

    /// Half as many samples, as many later.
    fn down(&mut self, samples: &[f32], out: &mut [f32]) {
        let frames = out.len();
        let new = self.kept[2 * PAIRS..].iter_mut().zip(&mut self.between[2 * PAIRS..]);
        for ((kept, between), pair) in new.zip(samples.as_chunks::<2>().0) {
            [*kept, *between] = *pair;
        }
        let sums = &mut self.sums[..frames];
        run_wide(Middles { taps: &self.taps, samples: &self.between, sums });
        for (out, (sample, sum)) in out.iter_mut().zip(self.kept[PAIRS..].iter().zip(&*sums)) {
            *out = 0.5 * (sample + sum);
        }
        self.kept.copy_within(frames..frames + 2 * PAIRS, 0);
        self.between.copy_within(frames..frames + 2 * PAIRS, 0);
    }
}

/// What lies in the middle between `samples[n + PAIRS − 1]` and the next, for every n.
struct Middles<'a, const PAIRS: usize> {
    taps: &'a [f32; PAIRS],
    samples: &'a [f32],
    sums: &'a mut [f32],
}

impl<const PAIRS: usize> WideKernel for Middles<'_, PAIRS> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Middles { taps, samples, sums } = self;
        let frames = sums.len();
        sums.fill(0.0);
        for (n, tap) in taps.iter().enumerate() {
            let before = &samples[PAIRS - 1 - n..][..frames];
            let after = &samples[PAIRS + n..][..frames];
            for (sum, (before, after)) in sums.iter_mut().zip(before.iter().zip(after)) {
                *sum += tap * (before + after);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn what_nothing_changes_comes_back_later() {
        for cycles in [0.001, 0.1, 0.3, 0.44] {
            let tone = |n: usize| (TAU * cycles * n as f64).sin() as f32;
            let mut samples: Vec<f32> = (0..3000).map(tone).collect();
            Oversampler::new().process(&mut samples, |_| {});
            for (n, sample) in samples.iter().enumerate().skip(500) {
                assert!((sample - tone(n - DELAY)).abs() < 2e-4, "{cycles}: {sample} at {n}");
            }
        }
    }

    #[test]
    fn tones_in_between_are_the_same_tones() {
        let cycles = 0.41;
        let mut samples: Vec<f32> = (0..2000).map(|n| (TAU * cycles * f64::from(n)).cos() as f32).collect();
        let mut between = Vec::new();
        Oversampler::new().process(&mut samples, |block| between.extend_from_slice(block));
        // Nothing but the tone: its second difference is that of a cosine.
        let bend = 2.0 - 2.0 * (TAU * cycles / 8.0).cos();
        for w in between[4000..].windows(3) {
            assert!((f64::from(w[0] - 2.0 * w[1] + w[2]) + bend * f64::from(w[1])).abs() < 5e-5);
        }
    }

    #[test]
    fn same_bits_in_blocks_of_any_length() {
        let samples: Vec<f32> = (0..2000).map(|n| crate::hash::noise(2, n) as f32).collect();
        let run = |length: usize| {
            let (mut out, mut oversampler) = (samples.clone(), Oversampler::new());
            let cube = |block: &mut [f32]| block.iter_mut().for_each(|x| *x = *x * *x * *x);
            out.chunks_mut(length).for_each(|block| oversampler.process(block, cube));
            out
        };
        let whole = run(2000);
        assert!([1, 7, 256, 257].into_iter().all(|length| run(length) == whole));
    }
}
