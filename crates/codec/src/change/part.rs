//! A part of a file.

use std::ops::Range;

use rae_dsp::AudioBuffer;
use rae_units::{Frames, SampleRate};

use super::AudioSource;
use crate::{AudioReader, CodecError};

/// What lies between two frames of a file, as far as it is there.
pub struct Part {
    reader: AudioReader,
    frames: Option<Frames>,
    left: u64,
    block: AudioBuffer,
}

impl Part {
    /// The frames `range` of what `reader` reads, which has read nothing yet.
    pub fn new(mut reader: AudioReader, range: Range<Frames>) -> Part {
        let left = range.end.0.saturating_sub(range.start.0);
        let there = reader.info().frames.map(|frames| frames.0.saturating_sub(range.start.0));
        reader.skip_to(range.start);
        Part { reader, frames: there.map(|there| Frames(there.min(left))), left, block: AudioBuffer::default() }
    }
}

impl AudioSource for Part {
    fn rate(&self) -> SampleRate {
        self.reader.info().rate
    }

    fn channels(&self) -> usize {
        self.reader.info().channels
    }

    fn frames(&self) -> Option<Frames> {
        self.frames
    }

    fn read(&mut self) -> Result<Option<&AudioBuffer>, CodecError> {
        if self.left == 0 {
            return Ok(None);
        }
        let Some(block) = self.reader.read()? else { return Ok(None) };
        let wanted = self.left.min(block.frames() as u64);
        self.left -= wanted;
        if wanted == block.frames() as u64 {
            return Ok(Some(block));
        }
        self.block.clone_from(block);
        self.block.keep(0..wanted as usize);
        Ok(Some(&self.block))
    }

    fn warnings(&self) -> &[String] {
        self.reader.warnings()
    }
}
