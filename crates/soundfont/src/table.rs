//! A chunk of the hydra as a table of records of one size.

use std::ops::Range;

use crate::problem::Problem;

#[derive(Clone, Copy)]
pub(crate) struct Table<'a, const SIZE: usize> {
    name: &'static str,
    offset: usize,
    records: &'a [[u8; SIZE]],
}

impl<'a, const SIZE: usize> Table<'a, SIZE> {
    pub(crate) fn new(
        name: &'static str,
        bytes: &'a [u8],
        range: Range<usize>,
        at_least: usize,
    ) -> Result<Self, Problem> {
        let offset = range.start;
        let (records, rest) = bytes[range].as_chunks();
        let table = Table { name, offset, records };
        if !rest.is_empty() {
            let length = records.len() * SIZE + rest.len();
            return Err(
                table.problem(records.len(), format!("{length} bytes are no multiple of the record size {SIZE}"))
            );
        }
        if records.len() < at_least {
            let reason =
                format!("{at_least} records are needed, terminal record included, {} are there", records.len());
            return Err(table.problem(records.len(), reason));
        }
        Ok(table)
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    pub(crate) fn record(&self, index: usize) -> &'a [u8; SIZE] {
        &self.records[index]
    }

    pub(crate) fn slice(&self, range: Range<usize>) -> &'a [[u8; SIZE]] {
        &self.records[range]
    }

    /// Where a record lies in the file.
    pub(crate) fn offset(&self, index: usize) -> usize {
        self.offset + index * SIZE
    }

    pub(crate) fn u16(&self, index: usize, at: usize) -> u16 {
        u16_at(self.record(index), at)
    }

    pub(crate) fn problem(&self, index: usize, reason: impl Into<String>) -> Problem {
        Problem::structure(self.name, self.offset(index), reason)
    }
}

pub(crate) fn u16_at<const SIZE: usize>(record: &[u8; SIZE], at: usize) -> u16 {
    u16::from_le_bytes([record[at], record[at + 1]])
}

pub(crate) fn u32_at<const SIZE: usize>(record: &[u8; SIZE], at: usize) -> u32 {
    u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]])
}
