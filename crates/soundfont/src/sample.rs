//! Sample headers: read, and repaired where they point astray (7.10).

use crate::info::{COMPRESSED, text};
use crate::problem::Problem;
use crate::table::{Table, u16_at, u32_at};
use crate::warning::{WarningKind, Warnings};
use crate::{Sample, SampleKind};

/// Rates outside are replaced by the nearest inside (7.10). The text's upper bound of 50 kHz is of its hardware.
const RATES: std::ops::RangeInclusive<u32> = 400..=768_000;

/// Silence that the standard demands after every sample (6.1), points.
const GUARD: u32 = 46;

/// The flags of the sample type.
const ROM: u16 = 0x8000;
const VORBIS: u16 = 0x10;

/// A sample, and whether zones may play it.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) sample: Sample,
    pub(crate) playable: bool,
}

struct Reader<'a> {
    table: &'a Table<'a, 46>,
    /// Length of the sample chunk in points.
    points: u32,
    warnings: &'a mut Warnings,
}

/// All headers but the terminal one. `points` is the length of the sample chunk.
pub(crate) fn read(table: &Table<'_, 46>, points: usize, warnings: &mut Warnings) -> Result<Vec<Header>, Problem> {
    let points = u32::try_from(points).expect("a chunk has less than 4 GiB");
    let mut reader = Reader { table, points, warnings };
    (0..table.len() - 1).map(|index| reader.header(index)).collect()
}

impl Reader<'_> {
    fn header(&mut self, index: usize) -> Result<Header, Problem> {
        let record = self.table.record(index);
        let flags = u16_at(record, 44);
        if flags & VORBIS != 0 {
            return Err(Problem::unsupported("shdr", self.table.offset(index), COMPRESSED));
        }
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
        let playable = flags & ROM == 0;
        if playable {
            self.set_kind(index, &mut sample, flags);
            self.repair_pitch(index, &mut sample);
        } else {
            self.warn(index, &sample, "is in a ROM that is not here; it stays silent");
        }
        let playable = playable && self.repair_bounds(index, &mut sample);
        if playable {
            self.repair_loop(index, &mut sample);
        } else {
            (sample.start, sample.end, sample.loop_start, sample.loop_end) = (0, 0, 0, 0);
        }
        Ok(Header { sample, playable })
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

    /// Whether anything of the sample lies in the chunk.
    fn repair_bounds(&mut self, index: usize, sample: &mut Sample) -> bool {
        let (start, end, points) = (sample.start, sample.end, self.points);
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
    fn repair_loop(&mut self, index: usize, sample: &mut Sample) {
        if sample.loop_start == sample.loop_end {
            return;
        }
        let (from, to) = (sample.loop_start, sample.loop_end);
        let (low, high) = (from.min(to), from.max(to));
        // Many banks let the loop end a point or so late. Cutting it would detune it: the sample gives way instead.
        if high > sample.end && high - sample.end <= GUARD && high <= self.points && low >= sample.start {
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
        } else if to == sample.end && u32_at(self.table.record(index), 24) < to {
            self.warn(index, sample, format_args!("loops to {to}, past its end; the end is moved there"));
        }
    }
}
