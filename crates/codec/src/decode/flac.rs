//! FLAC without a frame, in which the library that takes files apart seeks the first in vain.
//!
//! RFC 9639, 8.1 (headers of metadata blocks), 8.2 (STREAMINFO).

use std::path::Path;

use rae_dsp::AudioBuffer;
use rae_units::Frames;

use super::warnings::Warnings;
use super::{AudioFormat, AudioInfo, Blocks, DecodeLimits, HEAD_BYTES, Samples};
use crate::{CodecError, Tags};

/// A file that ends with its metadata, and says that this is all. It gives no block.
#[derive(Clone, Copy)]
pub(crate) struct Empty {
    rate: u32,
    channels: usize,
    bits: u32,
}

impl Empty {
    /// Such a file, if these first bytes are all of it.
    pub(crate) fn parse(head: &[u8]) -> Option<Empty> {
        let facts = u64::from_be_bytes(*head.strip_prefix(b"fLaC\0\0\0\x22")?.get(10..)?.first_chunk()?);
        let frames = facts & ((1 << 36) - 1);
        if frames > 0 || head.len() >= HEAD_BYTES {
            return None;
        }
        let mut blocks = &head[4..];
        while let Some(&[kind, a, b, c]) = blocks.first_chunk() {
            blocks = blocks.get(4 + u32::from_be_bytes([0, a, b, c]) as usize..)?;
            if kind & 0x80 != 0 {
                let (channels, bits) = ((facts >> 41 & 7) as usize + 1, (facts >> 36 & 31) as u32 + 1);
                return blocks.is_empty().then_some(Empty { rate: (facts >> 44) as u32, channels, bits });
            }
        }
        None
    }

    pub(crate) fn info(self, path: &Path, limits: &DecodeLimits) -> Result<AudioInfo, CodecError> {
        let Empty { rate, channels, bits } = self;
        Ok(AudioInfo {
            format: AudioFormat { container: "FLAC", codec: "FLAC" },
            rate: limits.check(rate, channels, path)?,
            channels,
            frames: Some(Frames(0)),
            samples: Samples::Integer { bits },
            tags: Tags::default(),
            pictures: 0,
        })
    }
}

impl Blocks for Empty {
    fn next(&mut self, _: &mut AudioBuffer, _: &mut Warnings) -> Result<bool, CodecError> {
        Ok(false)
    }

    fn skip(&mut self, _: u64) -> Result<u64, CodecError> {
        Ok(0)
    }
}
