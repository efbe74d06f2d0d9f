//! The gain of a look-ahead limiter, in integers, so that it returns to exactly 1.
//!
//! Required reductions go through a sliding maximum (look-ahead and hold), a release, and a moving average as long as
//! the look-ahead. Every value that the average takes in for a frame is at least that frame's own requirement, so
//! the ceiling holds by construction. Structure after D. Giannoulis, M. Massberg, J. D. Reiss, "Digital dynamic range
//! compressor design", J. Audio Eng. Soc. 60(6), 2012.

use std::collections::VecDeque;

/// Reduction that means silence: 1 in fixed point.
const FULL: u32 = 1 << 30;

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
    release: u32,
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
            release: u32::try_from(times.release.max(1)).unwrap_or(u32::MAX),
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
        let held = self.maximum.push(required(peak, ceiling));
        self.released = held.max(self.relax());
        self.sum += u64::from(self.released);
        self.sum -= u64::from(std::mem::replace(&mut self.recent[self.position], self.released));
        self.position += 1;
        if self.position == self.recent.len() {
            self.position = 0;
        }
        1.0 - self.sum as f64 * self.scale
    }

    /// The gain is 1, and stays 1 while no peak exceeds the ceiling.
    pub fn at_rest(&self) -> bool {
        self.sum == 0 && self.maximum.is_zero()
    }

    /// As `frames` steps without any requirement, for a limiter at rest.
    pub fn rest(&mut self, frames: usize) {
        debug_assert!(self.at_rest());
        self.maximum.skip(frames as u64);
    }

    /// One frame of release: exponential, with a floor of a thousandth so that it ends.
    fn relax(&self) -> u32 {
        let fall = (self.released + FULL / 1000) / self.release + 1;
        self.released.saturating_sub(fall)
    }
}

/// 1 − ceiling/peak in fixed point, rounded up.
fn required(peak: f32, ceiling: f32) -> u32 {
    if peak > ceiling && peak.is_finite() {
        let reduction = 1.0 - f64::from(ceiling) / f64::from(peak);
        ((reduction * f64::from(FULL)) as u32 + 1).min(FULL)
    } else {
        0
    }
}

/// The largest of the last `window` values: a queue of the values that can still become it.
#[derive(Clone, Debug)]
struct SlidingMaximum {
    window: u64,
    now: u64,
    candidates: VecDeque<(u64, u32)>,
}

impl SlidingMaximum {
    fn new(window: u64) -> SlidingMaximum {
        SlidingMaximum { window, now: 0, candidates: VecDeque::new() }
    }

    fn push(&mut self, value: u32) -> u32 {
        while self.candidates.back().is_some_and(|&(_, older)| older <= value) {
            self.candidates.pop_back();
        }
        if value > 0 {
            self.candidates.push_back((self.now, value));
        }
        while self.candidates.front().is_some_and(|&(at, _)| at + self.window <= self.now) {
            self.candidates.pop_front();
        }
        self.now += 1;
        self.candidates.front().map_or(0, |&(_, value)| value)
    }

    fn is_zero(&self) -> bool {
        self.candidates.is_empty()
    }

    fn skip(&mut self, frames: u64) {
        self.now += frames;
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
