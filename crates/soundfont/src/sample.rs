//! Sample headers: read, and repaired where they point astray (7.10).

use std::ops::Range;

use crate::info::text;
use crate::layout::Layout;
use crate::table::{Table, u16_at, u32_at};
use crate::warning::{WarningKind, Warnings};
use crate::{Sample, SampleKind, vorbis};

/// Rates outside are replaced by the nearest inside (7.10). The text's upper bound of 50 kHz is of its hardware.
const RATES: std::ops::RangeInclusive<u32> = 400..=768_000;

/// Silence that the standard demands after every sample (6.1), points.
const GUARD: u32 = 46;

/// The flags of the sample type.
const ROM: u16 = 0x8000;
const VORBIS: u16 = 0x10;

/// What all Vorbis samples of a bank may decode to, points: the greater of a fixed number and so many per byte of the
/// file. Encoders come to 3 to 10 per byte; a few bytes of made-up stream can claim millions.
const DECODED: u64 = 128 << 20;
const DECODED_PER_BYTE: u64 = 16;

/// What may be searched for the last pages of all Vorbis samples together, bytes: the greater of a fixed number and so
/// many per byte of the file. Streams that lie side by side need less than one; any number of headers can name the same
/// bytes.
const SEARCHED: u64 = 16 << 20;
const SEARCHED_PER_BYTE: u64 = 4;

/// A sample, and whether zones may play it.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) sample: Sample,
    pub(crate) playable: bool,
    /// Where its Vorbis stream lies in the file, if it is one.
    pub(crate) stream: Option<Range<usize>>,
}

struct Reader<'a> {
    table: &'a Table<'a, 46>,
    bytes: &'a [u8],
    /// The sample chunk.
    chunk: Range<usize>,
    /// Points that further Vorbis samples may decode to.
    budget: u64,
    /// Bytes that may yet be searched for last pages.
    search: u64,
    warnings: &'a mut Warnings,
}

/// All headers but the terminal one.
pub(crate) fn read(bytes: &[u8], layout: &Layout, table: &Table<'_, 46>, warnings: &mut Warnings) -> Vec<Header> {
    let chunk = layout.smpl.clone().unwrap_or(0..0);
    let budget = DECODED.max(DECODED_PER_BYTE * bytes.len() as u64);
    let search = SEARCHED.max(SEARCHED_PER_BYTE * bytes.len() as u64);
    let mut reader = Reader { table, bytes, chunk, budget, search, warnings };
    (0..table.len() - 1).map(|index| reader.header(index)).collect()
}

impl Reader<'_> {
    fn header(&mut self, index: usize) -> Header {
        let record = self.table.record(index);
        let flags = u16_at(record, 44);
        let mut sample = Sample {
            name: text(&record[..20]),
            start: u32_at(record, 20),
            end: u32_at(record, 24),
            loop_start: u32_at(record, 28),
            loop_end: u32_at(record, 32),
            rate: u32_at(record, 36),
            root_key: record[40],
            correction: record[41].cast_signed(),
            kind: SampleKind::Mono,
            link: u16_at(record, 42),
        };
        let mut stream = None;
        let mut points = Some(u32::try_from(self.chunk.len() / 2).expect("a chunk has less than 4 GiB"));
        if flags & ROM != 0 {
            self.warn(index, &sample, "is in a ROM that is not here; it stays silent");
            points = None;
        } else {
            self.set_kind(index, &mut sample, flags & !VORBIS);
            self.repair_pitch(index, &mut sample);
            if flags & VORBIS != 0 {
                stream = self.stream(index, &mut sample);
                points = stream.as_ref().map(|_| sample.end);
            }
        }
        let points = points.filter(|points| self.repair_bounds(index, &mut sample, *points));
        if let Some(points) = points {
            self.repair_loop(index, &mut sample, points);
        } else {
            (sample.start, sample.end, sample.loop_start, sample.loop_end) = (0, 0, 0, 0);
            stream = None;
        }
        Header { sample, playable: points.is_some(), stream }
    }

    /// Where the Vorbis stream of a sample lies in the file. Start and end of such a sample count bytes of the chunk, its
    /// loop counts points from its first one; afterwards all of them count points of the stream.
    fn stream(&mut self, index: usize, sample: &mut Sample) -> Option<Range<usize>> {
        let (from, to, all) = (sample.start, sample.end, self.chunk.len());
        if from >= to || to as usize > all {
            self.warn(index, sample, format_args!("has no stream: bytes {from} to {to} of {all}; it stays silent"));
            return None;
        }
        let stream = self.chunk.start + from as usize..self.chunk.start + to as usize;
        let Some(points) = vorbis::length(&self.bytes[stream.clone()], &mut self.search) else {
            let what =
                if self.search == 0 { "is not read: too many samples share" } else { "is no whole Ogg Vorbis stream:" };
            self.warn(index, sample, format_args!("{what} bytes {from} to {to} of 'smpl'; it stays silent"));
            return None;
        };
        let Some(rest) = self.budget.checked_sub(u64::from(points)) else {
            self.warn(
                index,
                sample,
                format_args!("has {points} points, too many for a file of this length; it stays silent"),
            );
            return None;
        };
        self.budget = rest;
        (sample.start, sample.end) = (0, points);
        Some(stream)
    }

    fn warn(&mut self, index: usize, sample: &Sample, what: impl std::fmt::Display) {
        self.warnings
            .add(self.table.offset(index), WarningKind::Sample, || format!("sample {index} '{}' {what}", sample.name));
    }

    fn set_kind(&mut self, index: usize, sample: &mut Sample, flags: u16) {
        sample.kind = match flags {
            1 => SampleKind::Mono,
            2 => SampleKind::Right,
            4 => SampleKind::Left,
            8 => SampleKind::Linked,
            _ => {
                self.warn(index, sample, format_args!("has the unknown type {flags:#x}; it is taken as mono"));
                SampleKind::Mono
            }
        };
        let paired = matches!(sample.kind, SampleKind::Left | SampleKind::Right);
        if paired && usize::from(sample.link) >= self.table.len() - 1 {
            self.warn(
                index,
                sample,
                format_args!("is linked to sample {}, which does not exist; it is taken as mono", sample.link),
            );
            sample.kind = SampleKind::Mono;
        }
    }

    fn repair_pitch(&mut self, index: usize, sample: &mut Sample) {
        let rate = sample.rate.clamp(*RATES.start(), *RATES.end());
        if rate != sample.rate {
            self.warn(index, sample, format_args!("has a rate of {} Hz; {rate} Hz is used", sample.rate));
            sample.rate = rate;
        }
        if (128..255).contains(&sample.root_key) {
            self.warn(index, sample, format_args!("has the root key {}; 60 is used", sample.root_key));
            sample.root_key = 60;
        }
    }

    /// Whether anything of the sample lies among the points there are.
    fn repair_bounds(&mut self, index: usize, sample: &mut Sample, points: u32) -> bool {
        let (start, end) = (sample.start, sample.end);
        if start >= end || start >= points {
            self.warn(index, sample, format_args!("has no points: {start} to {end} of {points}; it stays silent"));
            return false;
        }
        if end > points {
            self.warn(index, sample, format_args!("ends at point {end} of {points}; it is cut there"));
            sample.end = points;
        }
        true
    }

    /// Afterwards the loop is empty or lies within the sample.
    fn repair_loop(&mut self, index: usize, sample: &mut Sample, points: u32) {
        let end = sample.end;
        if sample.loop_start == sample.loop_end {
            return;
        }
        let (from, to) = (sample.loop_start, sample.loop_end);
        let (low, high) = (from.min(to), from.max(to));
        // Many banks let the loop end a point or so late. Cutting it would detune it: the sample gives way instead.
        if high > sample.end && high - sample.end <= GUARD && high <= points && low >= sample.start {
            sample.end = high;
        }
        (sample.loop_start, sample.loop_end) = (low.max(sample.start), high.min(sample.end));
        if sample.loop_start >= sample.loop_end {
            (sample.loop_start, sample.loop_end) = (sample.start, sample.start);
            self.warn(
                index,
                sample,
                format_args!("loops from {from} to {to}, outside its points; the loop is ignored"),
            );
        } else if (sample.loop_start, sample.loop_end) != (from, to) {
            let (start, end) = (sample.loop_start, sample.loop_end);
            self.warn(index, sample, format_args!("loops from {from} to {to}; {start} to {end} is used"));
        } else if to == sample.end && end < to {
            self.warn(index, sample, format_args!("loops to {to}, past its end; the end is moved there"));
        }
    }
}
