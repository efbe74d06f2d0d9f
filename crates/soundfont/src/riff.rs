//! Walking the chunks of a RIFF file, forgiving what can be forgiven.

use std::ops::Range;

use crate::warning::{WarningKind, Warnings};

pub(crate) type Id = [u8; 4];

/// A chunk: its id, where its header begins, and where its content lies.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    pub(crate) id: Id,
    pub(crate) offset: usize,
    pub(crate) content: Range<usize>,
}

/// A chunk that claims more bytes than its parent has left.
#[derive(Debug)]
pub(crate) struct Overrun {
    pub(crate) id: Id,
    pub(crate) offset: usize,
    pub(crate) claimed: usize,
    pub(crate) left: usize,
}

impl Overrun {
    pub(crate) fn reason(&self) -> String {
        format!("chunk '{}' claims {} bytes where {} are left", printable(&self.id), self.claimed, self.left)
    }
}

/// The chunks one after another between two positions.
pub(crate) struct Walk<'a> {
    bytes: &'a [u8],
    position: usize,
    end: usize,
    known: &'a [Id],
}

impl<'a> Walk<'a> {
    /// `known` are the ids expected here: they tell a missing pad byte from a pad byte that is not zero.
    pub(crate) fn new(bytes: &'a [u8], range: Range<usize>, known: &'a [Id]) -> Walk<'a> {
        Walk { bytes, position: range.start, end: range.end, known }
    }

    /// The next chunk, `None` at the end.
    pub(crate) fn next(&mut self, warnings: &mut Warnings) -> Result<Option<Chunk>, Overrun> {
        let left = &self.bytes[self.position..self.end];
        let Some((header, left)) = left.split_first_chunk::<8>() else {
            if !left.is_empty() {
                warnings.add(self.position, WarningKind::Structure, || {
                    format!("{} stray bytes after the last chunk are ignored", left.len())
                });
            }
            self.position = self.end;
            return Ok(None);
        };
        let [a, b, c, d, size @ ..] = *header;
        let (id, offset, size) = ([a, b, c, d], self.position, u32::from_le_bytes(size) as usize);
        if size > left.len() {
            self.position = self.end;
            return Err(Overrun { id, offset, claimed: size, left: left.len() });
        }
        let content = offset + 8..offset + 8 + size;
        self.position = content.end + self.padding(&content);
        Ok(Some(Chunk { id, offset, content }))
    }

    fn padding(&self, content: &Range<usize>) -> usize {
        if content.len().is_multiple_of(2) {
            return 0;
        }
        let known_at = |position: usize| {
            self.bytes[..self.end]
                .get(position..position + 4)
                .is_some_and(|id| self.known.iter().any(|known| known == id))
        };
        // No reason for a warning: nothing is lost, and well-known SF3 banks leave it out.
        let missing = content.end == self.end || known_at(content.end) && !known_at(content.end + 1);
        usize::from(!missing)
    }
}

/// The id as text for messages, whatever its bytes.
pub(crate) fn printable(id: &Id) -> String {
    id.escape_ascii().to_string()
}
