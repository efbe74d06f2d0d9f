//! The gain of a look-ahead limiter, in integers, so that it returns to exactly 1.
//!
//! Required reductions go through a sliding maximum (look-ahead and hold), a release, and a moving average as long as
//! the look-ahead. Every value that the average takes in for a frame is at least that frame's own requirement, so
//! the ceiling holds by construction. Structure after D. Giannoulis, M. Massberg, J. D. Reiss, "Digital dynamic range
//! compressor design", J. Audio Eng. Soc. 60(6), 2012.

use crate::wide::{WideKernel, run_wide};

/// Reduction that means silence: 1 in fixed point.
const FULL: u32 = 1 << 30;

/// Frames whose requirements are worked out at once.
const RUN: usize = 64;

/// Times of a [`LimiterKernel`], in frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimiterTimes {
    /// Attack: how far the gain looks ahead, at least 1.
    pub look_ahead: usize,
    /// How long a reduction is held before it is released.
    pub hold: usize,
    /// Time constant of the release.
    pub release: usize,
}

/// Turns required reductions, frame by frame, into the smooth gain of the frame `look_ahead − 1` earlier.
#[derive(Clone, Debug)]
pub struct LimiterKernel {
    maximum: SlidingMaximum,
    release: Divisor,
    released: u32,
    recent: Vec<u32>,
    position: usize,
    sum: u64,
    /// From `sum` to a mean reduction between 0 and 1.
    scale: f64,
}

impl LimiterKernel {
    /// A limiter at rest.
    pub fn new(times: LimiterTimes) -> LimiterKernel {
        let look_ahead = times.look_ahead.max(1);
        LimiterKernel {
            maximum: SlidingMaximum::new(look_ahead as u64 + times.hold as u64),
            release: Divisor::new(u32::try_from(times.release.max(1)).unwrap_or(u32::MAX)),
            released: 0,
            recent: vec![0; look_ahead],
            position: 0,
            sum: 0,
            scale: 1.0 / (look_ahead as f64 * f64::from(FULL)),
        }
    }

    /// Frames by which the gain lags the requirement.
    pub fn delay(&self) -> usize {
        self.recent.len() - 1
    }

    /// Takes the next frame's `peak` and returns the gain of the frame [`LimiterKernel::delay`] before it; applied to
    /// a sample of that frame in `f64` it does not exceed `ceiling`. Infinite and NaN peaks ask for nothing.
    pub fn step(&mut self, peak: f32, ceiling: f32) -> f64 {
        let sum = self.advance(required(peak, ceiling));
        self.gain(sum)
    }

    /// Replaces peaks by gains, as [`LimiterKernel::step`] for each of them in `f32`; those that exceed the ceiling count
    /// `margin` times. Returns the least gain.
    pub fn gains(&mut self, peaks: &mut [f32], ceiling: f32, margin: f32) -> f64 {
        let mut most = 0;
        for peaks in peaks.chunks_mut(RUN) {
            let mut needs = [0; RUN];
            let needs = &mut needs[..peaks.len()];
            run_wide(Requirements { peaks, needs, ceiling, margin });
            let mut sums = [0; RUN];
            for (sum, need) in sums.iter_mut().zip(needs) {
                *sum = self.advance(*need);
                most = most.max(*sum);
            }
            run_wide(Gains { sums: &sums, gains: peaks, scale: self.scale });
        }
        self.gain(most)
    }

    /// Takes the next frame's requirement; returns the sum of the latest reductions.
    #[inline(always)]
    fn advance(&mut self, required: u32) -> u64 {
        let held = self.maximum.push(required);
        // Nearly always one way or the other for long: the processor need not wait for the release to know which.
        self.released = if held >= self.released { held } else { self.relax().max(held) };
        self.sum += u64::from(self.released);
        self.sum -= u64::from(std::mem::replace(&mut self.recent[self.position], self.released));
        self.position += 1;
        if self.position == self.recent.len() {
            self.position = 0;
        }
        self.sum
    }

    fn gain(&self, sum: u64) -> f64 {
        gain(sum, self.scale)
    }

    /// The gain is 1, and stays 1 while no peak exceeds the ceiling.
    pub fn at_rest(&self) -> bool {
        self.sum == 0 && self.maximum.is_zero()
    }

    /// One frame of release: exponential, with a floor of a thousandth so that it ends.
    #[inline(never)]
    fn relax(&self) -> u32 {
        let fall = self.release.divide(self.released + FULL / 1000) + 1;
        self.released.saturating_sub(fall)
    }
}

/// Added to a number below 2^32, leaves the nearest whole number in the lowest bits; not all vectors have a conversion.
const TWO_TO_52: f64 = 4_503_599_627_370_496.0;

/// 1 − ceiling/peak in fixed point, rounded up.
#[inline(always)]
fn required(peak: f32, ceiling: f32) -> u32 {
    let reduction = 1.0 - f64::from(ceiling) / f64::from(peak);
    let nearest = (reduction * f64::from(FULL) + TWO_TO_52).to_bits() as u32;
    let steps = nearest.wrapping_add(1).min(FULL);
    if peak > ceiling && peak < f32::INFINITY { steps } else { 0 }
}

#[inline(always)]
fn gain(sum: u64, scale: f64) -> f64 {
    1.0 - sum as f64 * scale
}

struct Gains<'a> {
    sums: &'a [u64],
    gains: &'a mut [f32],
    scale: f64,
}

impl WideKernel for Gains<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (out, sum) in self.gains.iter_mut().zip(self.sums) {
            *out = gain(*sum, self.scale) as f32;
        }
    }
}

struct Requirements<'a> {
    peaks: &'a [f32],
    needs: &'a mut [u32],
    ceiling: f32,
    margin: f32,
}

impl WideKernel for Requirements<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Requirements { peaks, needs, ceiling, margin } = self;
        for (need, peak) in needs.iter_mut().zip(peaks) {
            let wanted = if *peak > ceiling { margin * *peak } else { *peak };
            *need = required(wanted, ceiling);
        }
    }
}

/// Division by one number: a multiplication, exact for dividends below 2^31 (T. Granlund, P. L. Montgomery, "Division by
/// invariant integers using multiplication", PLDI 1994).
#[derive(Clone, Copy, Debug)]
struct Divisor {
    /// More than 2^`shift` over it, by less than 2^(`shift` − 31).
    reciprocal: u64,
    shift: u32,
}

impl Divisor {
    fn new(divisor: u32) -> Divisor {
        let shift = 31 + (u32::BITS - (divisor - 1).leading_zeros());
        Divisor { reciprocal: (1 << shift) / u64::from(divisor) + 1, shift }
    }

    #[inline(always)]
    fn divide(self, dividend: u32) -> u32 {
        ((u64::from(dividend) * self.reciprocal) >> self.shift) as u32
    }
}

/// The largest of the last values, as many as the window is long.
///
/// By blocks as long as the window: the window is the end of one and the start of the next. M. van Herk, "A fast algorithm for
/// local minimum and maximum filters on rectangular and octagonal kernels", Pattern Recognition Letters 13(7), 1992.
#[derive(Clone, Debug)]
struct SlidingMaximum {
    /// Before `at` the values of the present block; from there on, the largest of the last block's values from each on.
    cells: Vec<u32>,
    at: usize,
    /// The largest value of the present block.
    present: u32,
    /// What was returned last.
    latest: u32,
}

impl SlidingMaximum {
    fn new(window: u64) -> SlidingMaximum {
        // One more, in which nothing is left of the last block.
        SlidingMaximum { cells: vec![0; window as usize + 1], at: 0, present: 0, latest: 0 }
    }

    #[inline(always)]
    fn push(&mut self, value: u32) -> u32 {
        self.present = self.present.max(value);
        self.latest = self.present.max(self.cells[self.at + 1]);
        self.cells[self.at] = value;
        self.at += 1;
        if self.at + 1 == self.cells.len() {
            self.turn();
        }
        self.latest
    }

    /// The present block becomes the last one.
    #[cold]
    fn turn(&mut self) {
        let mut largest = 0;
        for cell in self.cells.iter_mut().rev() {
            largest = largest.max(*cell);
            *cell = largest;
        }
        (self.at, self.present) = (0, 0);
    }

    fn is_zero(&self) -> bool {
        self.latest == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sliding_maximum_agrees_with_the_definition() {
        let values: Vec<u32> = (0..2000u64).map(|n| (crate::hash::mix64(n) % 50) as u32).collect();
        let mut maximum = SlidingMaximum::new(17);
        for (at, &value) in values.iter().enumerate() {
            assert_eq!(Some(&maximum.push(value)), values[at.saturating_sub(16)..=at].iter().max());
        }
    }

    #[test]
    fn multiplying_divides() {
        for divisor in [1, 2, 3, 7, 441, 5292, 52_920, 1_000_003, u32::MAX] {
            let by = Divisor::new(divisor);
            let near = |n: u32| [n.saturating_sub(1), n, n.saturating_add(1)];
            let multiples = (1..2000).flat_map(|k| near(divisor.saturating_mul(k)));
            let spread = (0..2000u64).map(|n| (crate::hash::mix64(n) >> 33) as u32);
            for dividend in multiples.chain(spread).chain([0, (1 << 31) - 1]).filter(|n| *n < 1 << 31) {
                assert_eq!(by.divide(dividend), dividend / divisor, "{dividend} / {divisor}");
            }
        }
    }

    #[test]
    fn runs_have_the_gains_of_single_steps() {
        let times = LimiterTimes { look_ahead: 30, hold: 70, release: 500 };
        let peaks: Vec<f32> = (0..5000).map(|n| (2.0 * crate::hash::noise(3, n / 40)) as f32).collect();
        let (mut single, mut runs) = (LimiterKernel::new(times), LimiterKernel::new(times));
        for peaks in peaks.chunks(333) {
            let mut gains = peaks.to_vec();
            let least = runs.gains(&mut gains, 0.7, 1.1);
            let wanted = |peak: f32| if peak > 0.7 { 1.1 * peak } else { peak };
            let expected: Vec<f64> = peaks.iter().map(|peak| single.step(wanted(*peak), 0.7)).collect();
            assert!(gains.iter().zip(&expected).all(|(gain, expected)| *gain == *expected as f32));
            assert_eq!(least, expected.iter().copied().fold(1.0, f64::min));
        }
    }

    #[test]
    fn reduction_is_rounded_against_the_signal() {
        let ceiling = 0.891_250_9f32;
        for step in 1..10_000 {
            let peak = ceiling * (1.0 + step as f32 * 1e-3);
            let gain = 1.0 - f64::from(required(peak, ceiling)) / f64::from(FULL);
            assert!(f64::from(peak) * gain <= f64::from(ceiling) && f64::from(peak) * gain > f64::from(ceiling) - 1e-7);
        }
        assert_eq!(
            (required(ceiling, ceiling), required(f32::NAN, ceiling), required(f32::INFINITY, ceiling)),
            (0, 0, 0)
        );
    }
}
