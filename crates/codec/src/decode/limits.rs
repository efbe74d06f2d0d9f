use std::ops::RangeInclusive;
use std::path::Path;

use rae_units::{Frames, SampleRate};

use crate::CodecError;

/// What a file may ask for before it is refused. Sound is decoded in blocks, so its length costs time and no memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeLimits {
    /// The most channels.
    pub max_channels: usize,
    /// Sample rates in Hz.
    pub rates: RangeInclusive<u32>,
    /// The most frames; a small file may claim, or unpack to, years of silence.
    pub max_frames: Frames,
}

impl Default for DecodeLimits {
    /// 64 channels, 1 Hz to 768 kHz, 2^34 frames (four days at 48 kHz).
    fn default() -> DecodeLimits {
        DecodeLimits { max_channels: 64, rates: 1..=768_000, max_frames: Frames(1 << 34) }
    }
}

impl DecodeLimits {
    /// The rate, if it and the channels are within the limits.
    pub(crate) fn check(&self, rate: u32, channels: usize, path: &Path) -> Result<SampleRate, CodecError> {
        let refused = |what| Err(CodecError::Limit { path: path.to_owned(), what });
        if channels == 0 || channels > self.max_channels {
            return refused(format!("{channels} channels; 1 to {} are allowed", self.max_channels));
        }
        match SampleRate::new(rate).filter(|_| self.rates.contains(&rate)) {
            Some(rate) => Ok(rate),
            None => {
                let (from, to) = (self.rates.start(), self.rates.end());
                refused(format!("a sample rate of {rate} Hz; {from} to {to} Hz are allowed"))
            }
        }
    }
}
