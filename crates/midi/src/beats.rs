//! Bars and beats of a whole song in exact time.

use crate::bars::{BarMap, Meter, PARTS_PER_TICK};
use crate::tempo::{Pattern, Timeline};
use crate::{Sequence, Time};

/// A beat and when it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    /// When, since the start of the song.
    pub time: Time,
    /// Which bar, from 1.
    pub bar: u64,
    /// Which beat of the bar, from 1.
    pub beat: u32,
    /// The meter of the bar.
    pub meter: Meter,
}

/// The beats of a song: of its patterns one after another in format 2, each of which begins with a new bar.
#[derive(Clone, Debug)]
pub struct Beats {
    /// Those that last; never two at one time.
    patterns: Vec<PatternBeats>,
    end: Time,
    bars: u64,
}

#[derive(Clone, Debug)]
struct PatternBeats {
    pattern: Pattern,
    end: Time,
    bars: BarMap,
    bars_before: u64,
}

impl Beats {
    /// The beats of a sequence; `None` where its ticks are absolute time, which knows no beats.
    pub fn new(sequence: &Sequence) -> Option<Beats> {
        let timeline = Timeline::new(sequence);
        let ends: Vec<Time> = timeline.patterns.iter().skip(1).map(|next| next.start).chain([timeline.end]).collect();
        let mut beats = Beats { patterns: Vec::new(), end: timeline.end, bars: 0 };
        for (pattern, end) in timeline.patterns.into_iter().zip(ends) {
            let bars = BarMap::new(sequence.division, &pattern.map)?;
            if end > pattern.start {
                let pattern = PatternBeats { pattern, end, bars, bars_before: beats.bars };
                beats.bars = pattern.last_bar();
                beats.patterns.push(pattern);
            }
        }
        Some(beats)
    }

    /// How many bars begin before the end of the song.
    pub fn bars(&self) -> u64 {
        self.bars
    }

    /// When a bar, counted from 1, begins; the end of the song for bars beyond it.
    pub fn bar_start(&self, bar: u64) -> Time {
        let after = self.patterns.partition_point(|pattern| pattern.bars_before < bar);
        let Some(pattern) = self.patterns.get(after.saturating_sub(1)) else { return self.end };
        let part = pattern.bars.bar_part(bar.saturating_sub(pattern.bars_before));
        pattern.pattern.part_time(part).min(self.end)
    }

    /// The first beat at a time or after it, before the end of the song.
    pub fn next(&self, time: Time) -> Option<Beat> {
        let before_end = self.patterns.partition_point(|pattern| pattern.end <= time);
        self.patterns[before_end..].iter().find_map(|pattern| pattern.next(time))
    }

    /// The beats from a time on, in order; a song can have more of them than anybody can hear.
    pub fn from(&self, time: Time) -> impl Iterator<Item = Beat> + '_ {
        std::iter::successors(self.next(time), |beat| self.next(Time(beat.time.0 + 1)))
    }

    /// The meter at a time, and how long one of its beats lasts at the tempo of that time.
    pub fn meter(&self, time: Time) -> Option<(Meter, Time)> {
        let before_end = self.patterns.partition_point(|pattern| pattern.end <= time);
        let pattern = self.patterns.get(before_end).or(self.patterns.last())?;
        let since = Time(time.0.saturating_sub(pattern.pattern.start.0));
        let tick = pattern.pattern.map.tick(since);
        let meter = pattern.bars.meter(tick);
        let per_tick = u128::from(pattern.pattern.map.units_per_tick(tick));
        Some((meter, Time(meter.beat_parts() * per_tick / PARTS_PER_TICK)))
    }
}

impl PatternBeats {
    /// The number of the last bar that begins before the end, among all bars of the song.
    fn last_bar(&self) -> u64 {
        let last_tick = self.pattern.map.tick(Time(self.end.0 - self.pattern.start.0 - 1));
        self.bars_before.saturating_add(self.bars.position(last_tick).bar)
    }

    fn next(&self, time: Time) -> Option<Beat> {
        let since = Time(time.0.saturating_sub(self.pattern.start.0));
        let mut beat = self.bars.beat_from(u128::from(self.pattern.map.tick(since)) * PARTS_PER_TICK);
        // Beats of less than a tick may lie between the tick and the time.
        while self.pattern.part_time(beat.part) < time {
            beat = self.bars.beat_from(beat.part + 1);
        }
        let time = self.pattern.part_time(beat.part);
        let bar = beat.bar.saturating_add(self.bars_before);
        (time < self.end).then_some(Beat { time, bar, beat: beat.beat, meter: beat.meter })
    }
}
