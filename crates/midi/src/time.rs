//! Exact musical time and its way to frames.

use std::num::NonZeroU32;

use rae_units::{Frames, SampleRate};

/// An exact moment of one [`Performance`](crate::Performance) or [`TempoMap`](crate::TempoMap), which can turn it into
/// seconds. Comparable with others of the same sequence only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub(crate) u128);

impl Time {
    /// The start.
    pub const ZERO: Time = Time(0);
}

/// How much faster than written a performance is played; a whole number of millionths, so that time stays exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Speed(NonZeroU32);

impl Speed {
    /// As written.
    pub const NORMAL: Speed = Speed(NonZeroU32::new(1_000_000).unwrap());

    /// The nearest millionth; `None` below half a millionth, above 1000 and for NaN.
    pub fn new(factor: f64) -> Option<Speed> {
        let millionths = (factor * 1e6).round();
        // NaN fails the comparison, and a float to integer cast of 1 to 1e9 is exact.
        if (1.0..=1e9).contains(&millionths) { NonZeroU32::new(millionths as u32).map(Speed) } else { None }
    }

    /// The factor: 2 plays twice as fast.
    pub fn factor(self) -> f64 {
        f64::from(self.0.get()) / 1e6
    }

    pub(crate) const fn millionths(self) -> u32 {
        self.0.get()
    }
}

impl Default for Speed {
    fn default() -> Self {
        Speed::NORMAL
    }
}

/// Turns the times of one performance into frames of one sample rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Frames per time unit, as a fraction.
    numerator: u128,
    denominator: u128,
}

impl Clock {
    /// `units_per_second` are those of [`Time`]: at most 65535 million, which keeps [`Clock::frame`] within 128 bits.
    pub(crate) fn new(units_per_second: u64, rate: SampleRate, speed: Speed) -> Clock {
        Clock {
            numerator: u128::from(rate.hz()) * 1_000_000,
            denominator: u128::from(units_per_second) * u128::from(speed.0.get()),
        }
    }

    /// The nearest frame, halves rounded up; exact, and the last frame there is for times beyond it.
    pub fn frame(&self, time: Time) -> Frames {
        // 2·remainder·numerator < 2 · 2^66 · 2^52: the split keeps the product small whatever the time is.
        let whole = (time.0 / self.denominator).saturating_mul(self.numerator);
        let remainder = time.0 % self.denominator;
        let part = (2 * remainder * self.numerator + self.denominator) / (2 * self.denominator);
        Frames(u64::try_from(whole.saturating_add(part)).unwrap_or(u64::MAX))
    }
}
