//! The bytes before the frames: RFC 9639, section 8.

use std::collections::VecDeque;

use super::{BLOCK, FlacLayout};

const STREAMINFO: u8 = 0;
const PADDING: u8 = 1;
const SEEKTABLE: u8 = 3;
const VORBIS_COMMENT: u8 = 4;
/// Set in the type of the last block.
const LAST: u8 = 0x80;

/// Room for this many seek points.
const MAX_POINTS: usize = 128;
const POINT_BYTES: usize = 18;

/// What is known at the end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    /// Frames of sound; 0 where they are not known.
    pub(super) samples: u64,
    /// Bytes of the smallest and largest frame; 0 where they are not known.
    pub(super) frame_bytes: (u32, u32),
    /// MD5 of the samples as in a WAV file; zero where it is not known.
    pub(super) md5: [u8; 16],
}

/// The header's length depends on layout and comments alone, so it can be written twice.
pub(super) fn bytes(layout: &FlacLayout, facts: &Facts, comments: &[u8], seek: Option<&SeekTable>) -> Vec<u8> {
    let mut bytes = b"fLaC".to_vec();
    block(&mut bytes, STREAMINFO, &stream_info(layout, facts));
    block(&mut bytes, VORBIS_COMMENT | if seek.is_none() { LAST } else { 0 }, comments);
    if let Some(seek) = seek {
        let points = seek.bytes();
        // A table, the head of the padding and the padding always fill the same room.
        let padding = MAX_POINTS * POINT_BYTES - points.len();
        if !points.is_empty() {
            block(&mut bytes, SEEKTABLE, &points);
        }
        let spare = if points.is_empty() { 4 } else { 0 };
        block(&mut bytes, PADDING | LAST, &vec![0; padding + spare]);
    }
    bytes
}

fn block(bytes: &mut Vec<u8>, kind: u8, content: &[u8]) {
    bytes.push(kind);
    bytes.extend(&(content.len() as u32).to_be_bytes()[1..]);
    bytes.extend(content);
}

fn stream_info(layout: &FlacLayout, facts: &Facts) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(34);
    for _ in ["smallest", "largest"] {
        bytes.extend((BLOCK as u16).to_be_bytes());
    }
    bytes.extend(&facts.frame_bytes.0.to_be_bytes()[1..]);
    bytes.extend(&facts.frame_bytes.1.to_be_bytes()[1..]);
    let packed = u64::from(layout.rate.hz()) << 44
        | u64::from(layout.channels - 1) << 41
        | u64::from(layout.samples.bits() - 1) << 36
        | facts.samples;
    bytes.extend(packed.to_be_bytes());
    bytes.extend(facts.md5);
    bytes
}

/// Where frames begin, at even distances that double whenever the table is full.
#[derive(Debug)]
pub(super) struct SeekTable {
    /// First sample and offset from the first frame.
    points: VecDeque<(u64, u64)>,
    /// Blocks from point to point.
    every: u64,
    blocks: u64,
}

impl SeekTable {
    /// A point about every `seconds` at first.
    pub(super) fn new(hz: u32, seconds: u32) -> SeekTable {
        SeekTable { points: VecDeque::new(), every: (u64::from(hz * seconds) / BLOCK as u64).max(1), blocks: 0 }
    }

    /// Tells of the next full block and where its frame begins.
    pub(super) fn frame(&mut self, offset: u64) {
        if self.blocks.is_multiple_of(self.every) {
            if self.points.len() == MAX_POINTS {
                let kept = self.points.iter().step_by(2).copied().collect();
                self.points = kept;
                self.every *= 2;
            }
            if self.blocks.is_multiple_of(self.every) {
                self.points.push_back((self.blocks * BLOCK as u64, offset));
            }
        }
        self.blocks += 1;
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.points.len() * POINT_BYTES);
        for &(sample, offset) in &self.points {
            bytes.extend(sample.to_be_bytes());
            bytes.extend(offset.to_be_bytes());
            bytes.extend((BLOCK as u16).to_be_bytes());
        }
        bytes
    }
}
