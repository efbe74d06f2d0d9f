//! From ticks to exact time.

use std::ops::Range;

use rae_units::Seconds;

use crate::bars::PARTS_PER_TICK;
use crate::{Division, Event, Format, Meta, Sequence, SmpteRate, Time, TimeSignature, Track};

/// 120 quarter notes per minute, until a file says otherwise.
pub(crate) const DEFAULT_TEMPO: u32 = 500_000;

/// When each tick is, exactly: time is counted in whole units of 1/(1 000 000 · ticks per quarter) seconds, or of
/// 1/(frame rate · ticks per frame) seconds, so that no rounding ever adds up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TempoMap {
    units_per_second: u64,
    /// Never empty; the first starts at tick 0.
    segments: Vec<Segment>,
    tempos: Vec<TempoChange>,
    time_signatures: Vec<TimeSignatureChange>,
}

/// A stretch of constant tempo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    tick: u64,
    time: Time,
    units_per_tick: u64,
}

/// A tempo from a tick on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TempoChange {
    /// Where it starts.
    pub tick: u64,
    /// Microseconds per quarter note.
    pub microseconds_per_quarter: u32,
}

impl TempoChange {
    /// Quarter notes per minute.
    pub fn bpm(self) -> f64 {
        60e6 / f64::from(self.microseconds_per_quarter)
    }
}

/// A time signature from a tick on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeSignatureChange {
    /// Where it starts.
    pub tick: u64,
    /// What it is.
    pub signature: TimeSignature,
}

impl TempoMap {
    /// Merges the tempo and time signature events of all `tracks`; of events at one tick the last in track order counts.
    /// Pass all tracks in formats 0 and 1, and one in format 2. Tempos of 0 are ignored, and so are all tempos where the
    /// division is absolute time.
    pub fn new(division: Division, tracks: &[Track]) -> TempoMap {
        let (units_per_second, absolute) = units(division);
        let mut map = TempoMap {
            units_per_second,
            segments: vec![Segment {
                tick: 0,
                time: Time::ZERO,
                units_per_tick: absolute.unwrap_or(u64::from(DEFAULT_TEMPO)),
            }],
            tempos: Vec::new(),
            time_signatures: Vec::new(),
        };
        let events = tracks.iter().flat_map(|track| &track.events);
        for event in events {
            match event.event {
                Event::Meta(Meta::Tempo(tempo)) if tempo > 0 && absolute.is_none() => {
                    map.tempos.push(TempoChange { tick: event.tick, microseconds_per_quarter: tempo });
                }
                Event::Meta(Meta::TimeSignature(signature)) => {
                    map.time_signatures.push(TimeSignatureChange { tick: event.tick, signature });
                }
                _ => {}
            }
        }
        keep_last_per_tick(&mut map.tempos, |change| change.tick);
        keep_last_per_tick(&mut map.time_signatures, |change| change.tick);
        map.lay_out();
        map
    }

    fn lay_out(&mut self) {
        for change in &self.tempos {
            let segment = Segment {
                tick: change.tick,
                time: self.time(change.tick),
                units_per_tick: u64::from(change.microseconds_per_quarter),
            };
            if change.tick == 0 {
                self.segments.clear();
            }
            self.segments.push(segment);
        }
    }

    /// When a tick is. Times beyond 2^128 units stay there.
    pub fn time(&self, tick: u64) -> Time {
        let after = self.segments.partition_point(|segment| segment.tick <= tick);
        let segment = &self.segments[after.saturating_sub(1)];
        let units = u128::from(tick - segment.tick) * u128::from(segment.units_per_tick);
        Time(segment.time.0.saturating_add(units))
    }

    /// When a part of a tick is, to the nearest unit.
    pub(crate) fn part_time(&self, part: u128) -> Time {
        let tick = u64::try_from(part / PARTS_PER_TICK).unwrap_or(u64::MAX);
        let rest = (part % PARTS_PER_TICK) * u128::from(self.units_per_tick(tick));
        Time(self.time(tick).0.saturating_add((2 * rest + PARTS_PER_TICK) / (2 * PARTS_PER_TICK)))
    }

    /// Time units of the tick that begins here.
    pub(crate) fn units_per_tick(&self, tick: u64) -> u64 {
        let after = self.segments.partition_point(|segment| segment.tick <= tick);
        self.segments[after.saturating_sub(1)].units_per_tick
    }

    /// The tick at or before a time; the inverse of [`TempoMap::time`].
    pub fn tick(&self, time: Time) -> u64 {
        let after = self.segments.partition_point(|segment| segment.time <= time);
        let segment = &self.segments[after.saturating_sub(1)];
        let ticks = (time.0 - segment.time.0) / u128::from(segment.units_per_tick);
        segment.tick.saturating_add(u64::try_from(ticks).unwrap_or(u64::MAX))
    }

    /// The tick nearest to so long after a tick, or before it; halves are rounded up, and there is none before 0.
    pub(crate) fn moved(&self, tick: u64, later: Seconds) -> u64 {
        let units = (later.0 * self.units_per_second as f64).round() as i128;
        self.nearest_tick(Time(self.time(tick).0.saturating_add_signed(units)))
    }

    /// The tick nearest to a time, halves rounded up.
    pub(crate) fn nearest_tick(&self, time: Time) -> u64 {
        let tick = self.tick(time);
        let (before, after) = (self.time(tick), self.time(tick.saturating_add(1)));
        if after.0.saturating_sub(time.0) <= time.0 - before.0 { tick.saturating_add(1) } else { tick }
    }

    /// A time in seconds.
    pub fn seconds(&self, time: Time) -> Seconds {
        seconds(time, self.units_per_second)
    }

    /// The tempos in order; none where the division is absolute time, and before the first it is 120 per minute.
    pub fn tempos(&self) -> &[TempoChange] {
        &self.tempos
    }

    /// The time signatures in order; before the first it is 4/4.
    pub fn time_signatures(&self) -> &[TimeSignatureChange] {
        &self.time_signatures
    }
}

/// Time units per second, and per tick if tempo has no say.
fn units(division: Division) -> (u64, Option<u64>) {
    match division {
        Division::TicksPerQuarter(ticks) => (u64::from(ticks.max(1)) * 1_000_000, None),
        Division::Smpte { rate, ticks_per_frame } => {
            let (frames_per_second, units_per_tick) = match rate {
                SmpteRate::Fps24 => (24, 1),
                SmpteRate::Fps25 => (25, 1),
                SmpteRate::Fps29Drop => (30_000, 1001),
                SmpteRate::Fps30 => (30, 1),
            };
            (frames_per_second * u64::from(ticks_per_frame.max(1)), Some(units_per_tick))
        }
    }
}

pub(crate) fn seconds(time: Time, units_per_second: u64) -> Seconds {
    Seconds(time.0 as f64 / units_per_second as f64)
}

fn keep_last_per_tick<T>(changes: &mut Vec<T>, tick: impl Fn(&T) -> u64) {
    changes.sort_by_key(|change| tick(change));
    // `dedup_by` drops the later of two, so it looks at them backwards.
    changes.reverse();
    changes.dedup_by(|earlier, later| tick(earlier) == tick(later));
    changes.reverse();
}

/// The patterns of a sequence one after another: one in formats 0 and 1, one per track in format 2.
pub(crate) struct Timeline {
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) units_per_second: u64,
    pub(crate) end: Time,
}

/// Tracks that share a start and a tempo map.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) start: Time,
    pub(crate) map: TempoMap,
    pub(crate) tracks: Range<usize>,
}

impl Pattern {
    pub(crate) fn time(&self, tick: u64) -> Time {
        Time(self.start.0.saturating_add(self.map.time(tick).0))
    }

    pub(crate) fn part_time(&self, part: u128) -> Time {
        Time(self.start.0.saturating_add(self.map.part_time(part).0))
    }
}

impl Timeline {
    pub(crate) fn new(sequence: &Sequence) -> Timeline {
        let ranges = tracks_of_patterns(sequence);
        let mut end = Time::ZERO;
        let mut patterns = Vec::with_capacity(ranges.len());
        for tracks in ranges {
            let content = &sequence.tracks[tracks.clone()];
            let map = TempoMap::new(sequence.division, content);
            let pattern = Pattern { start: end, map, tracks };
            end = pattern.time(content.iter().map(Track::end).max().unwrap_or(0));
            patterns.push(pattern);
        }
        Timeline { patterns, units_per_second: units(sequence.division).0, end }
    }
}

/// Which tracks sound together.
pub(crate) fn tracks_of_patterns(sequence: &Sequence) -> Vec<Range<usize>> {
    let count = sequence.tracks.len();
    match sequence.format {
        Format::SingleTrack | Format::Simultaneous => std::iter::once(0..count).collect(),
        Format::Independent => (0..count).map(|track| track..track + 1).collect(),
    }
}
