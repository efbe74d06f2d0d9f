//! Units of sound and time, as types: a function that takes [`Cents`] cannot be handed [`Decibels`].

#![forbid(unsafe_code)]

use std::fmt;
use std::num::NonZeroU32;
use std::ops::{Add, AddAssign, Sub};

/// A position in, or a length of, audio, counted in frames (one sample per channel).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frames(pub u64);

/// A time or a duration in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Seconds(pub f64);

/// A musical interval; 1200 cents are an octave.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Cents(pub f64);

/// A level or gain: 20·log10 of an amplitude ratio.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Decibels(pub f64);

/// Frames per second, never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SampleRate(NonZeroU32);

impl SampleRate {
    /// The rate of a compact disc, and the default everywhere.
    pub const CD: SampleRate = SampleRate(NonZeroU32::new(44_100).unwrap());

    /// `None` for zero.
    pub const fn new(hz: u32) -> Option<SampleRate> {
        match NonZeroU32::new(hz) {
            Some(hz) => Some(SampleRate(hz)),
            None => None,
        }
    }

    /// Frames per second.
    pub const fn hz(self) -> u32 {
        self.0.get()
    }
}

impl Default for SampleRate {
    fn default() -> Self {
        SampleRate::CD
    }
}

impl Frames {
    /// How long these frames last at `rate`.
    pub fn seconds(self, rate: SampleRate) -> Seconds {
        Seconds(self.0 as f64 / f64::from(rate.hz()))
    }
}

impl Seconds {
    /// The nearest frame at `rate`; negative times and NaN become frame 0.
    pub fn frames(self, rate: SampleRate) -> Frames {
        Frames((self.0 * f64::from(rate.hz())).round().max(0.0) as u64)
    }
}

impl Cents {
    /// The frequency ratio 2^(cents/1200).
    pub fn ratio(self) -> f64 {
        (self.0 / 1200.0).exp2()
    }
}

impl Decibels {
    /// Silence.
    pub const SILENCE: Decibels = Decibels(f64::NEG_INFINITY);

    /// The level of an amplitude; 0 gives [`Decibels::SILENCE`].
    pub fn from_amplitude(amplitude: f64) -> Decibels {
        Decibels(20.0 * amplitude.abs().log10())
    }

    /// The amplitude ratio 10^(dB/20).
    pub fn amplitude(self) -> f64 {
        10f64.powf(self.0 / 20.0)
    }
}

impl Add for Frames {
    type Output = Frames;
    fn add(self, other: Frames) -> Frames {
        Frames(self.0 + other.0)
    }
}

impl AddAssign for Frames {
    fn add_assign(&mut self, other: Frames) {
        self.0 += other.0;
    }
}

impl Sub for Frames {
    type Output = Frames;
    fn sub(self, other: Frames) -> Frames {
        Frames(self.0 - other.0)
    }
}

impl fmt::Display for SampleRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} Hz", self.hz())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_frames_are_inverse() {
        let rate = SampleRate::new(48_000).unwrap();
        assert_eq!(Seconds(1.5).frames(rate), Frames(72_000));
        assert_eq!(Frames(72_000).seconds(rate), Seconds(1.5));
        assert_eq!(Seconds(-1.0).frames(rate), Frames(0));
        assert_eq!(Seconds(f64::NAN).frames(rate), Frames(0));
    }

    #[test]
    fn ratios_follow_their_definitions() {
        assert_eq!(Cents(1200.0).ratio(), 2.0);
        assert!((Decibels(-20.0).amplitude() - 0.1).abs() < 1e-15);
        assert_eq!(Decibels::from_amplitude(0.0), Decibels::SILENCE);
        assert_eq!(SampleRate::new(0), None);
    }
}
