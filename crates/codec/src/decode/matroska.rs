//! What the library that takes Matroska and WebM files apart does not tell: how much of the last packet is no sound.
//!
//! RFC 8794 (EBML), RFC 9559 (Matroska: Cluster, BlockGroup, DiscardPadding).

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

/// A file with more elements than this (ten hours have about 10 000) is not looked through.
const MOST_ELEMENTS: usize = 1 << 16;

const SEGMENT: u64 = 0x1853_8067;
const CLUSTER: u64 = 0x1f43_b675;
const BLOCK_GROUP: u64 = 0xa0;
const BLOCK: u64 = 0xa1;
const DISCARD_PADDING: u64 = 0x75a2;

/// How a file ends.
#[derive(Debug, Default)]
pub(crate) struct End {
    /// Nanoseconds at the end of the last block that are no sound, by track. Files that browsers record, and never go
    /// back to, do not tell.
    pub(crate) paddings: BTreeMap<u64, u64>,
    /// Whether it ends before it should.
    pub(crate) is_cut: bool,
}

/// Looks at the end, and leaves the source at its start.
pub(crate) fn end(source: &mut (impl Read + Seek)) -> io::Result<End> {
    let end = source.seek(SeekFrom::End(0))?;
    let mut walk = Walk { source, elements: 0, is_cut: false };
    let (mut segment, mut last, mut paddings) = (None, None, BTreeMap::new());
    walk.each(0..end, |_, id, body| {
        if id == SEGMENT && segment.is_none() {
            segment = Some(body);
        }
        Ok(())
    })?;
    walk.each(segment.unwrap_or(0..0), |_, id, body| {
        if id == CLUSTER {
            last = Some(body);
        }
        Ok(())
    })?;
    walk.each(last.unwrap_or(0..0), |walk, id, body| {
        if id == BLOCK_GROUP {
            let (track, padding) = walk.block(body)?;
            paddings.insert(track, padding);
        }
        Ok(())
    })?;
    let is_cut = walk.is_cut;
    source.seek(SeekFrom::Start(0))?;
    Ok(End { paddings, is_cut })
}

struct Walk<'a, S> {
    source: &'a mut S,
    elements: usize,
    /// Whether an element was longer than what it is in.
    is_cut: bool,
}

impl<S: Read + Seek> Walk<'_, S> {
    /// Calls `found` with identifier and body of every element within `range`; one of unknown length is the last.
    fn each(
        &mut self,
        range: Range<u64>,
        mut found: impl FnMut(&mut Self, u64, Range<u64>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut at = range.start;
        while at < range.end && self.elements < MOST_ELEMENTS {
            self.elements += 1;
            let header = self.bytes(at, 12)?;
            let Some((id, id_bytes)) = number(&header, true) else { break };
            let Some((size, size_bytes)) = number(&header[id_bytes..], false) else { break };
            let begin = at + (id_bytes + size_bytes) as u64;
            let unknown = size == (1 << (7 * size_bytes)) - 1;
            let end = if unknown { range.end } else { begin.saturating_add(size) };
            self.is_cut |= end > range.end;
            let end = end.min(range.end);
            found(self, id, begin..end.max(begin))?;
            at = end.max(begin);
        }
        Ok(())
    }

    fn bytes(&mut self, at: u64, count: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.source.seek(SeekFrom::Start(at))?;
        self.source.take(count).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Track and padding of a group, which has one block.
    fn block(&mut self, body: Range<u64>) -> io::Result<(u64, u64)> {
        let (mut track, mut padding) = (0, 0);
        self.each(body, |walk, id, body| {
            let bytes = walk.bytes(body.start, (body.end - body.start).min(8))?;
            match id {
                BLOCK => track = number(&bytes, false).map_or(0, |(track, _)| track),
                // A negative one is at the start of the block.
                DISCARD_PADDING if bytes.first().is_some_and(|byte| byte & 0x80 == 0) => {
                    padding = bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok((track, padding))
    }
}

/// A number of variable length and the count of its bytes; identifiers keep the bit that marks the length.
fn number(bytes: &[u8], keep_mark: bool) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let count = first.leading_zeros() as usize + 1;
    let bytes = bytes.get(..count).filter(|_| count <= 8)?;
    let value = bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    let mark = 1 << (7 * count);
    Some((if keep_mark { value } else { value & (mark - 1) }, count))
}
