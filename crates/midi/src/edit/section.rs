//! Parts of a song.

use std::collections::HashSet;

use rae_units::Seconds;

use crate::edit::chase::Chase;
use crate::edit::join::Row;
use crate::edit::ports::{Ported, ported, track_of};
use crate::{BarMap, Error, Event, Format, Message, Meta, Note, Sequence, TempoMap, Track, TrackEvent};

/// A stretch of a song in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// The first tick.
    pub start: u64,
    /// The tick behind the last; `None` is the end of the song.
    pub end: Option<u64>,
}

impl Section {
    /// From a time to another, at the nearest ticks. Negative times and NaN are the start.
    pub fn seconds(sequence: &Sequence, from: Seconds, to: Option<Seconds>) -> Section {
        let map = TempoMap::new(sequence.division, &sequence.tracks);
        let tick = |time: Seconds| map.moved(0, Seconds(time.0.max(0.0)));
        Section { start: tick(from), end: to.map(tick) }
    }

    /// Whole bars, counted from 1, the last one included.
    ///
    /// # Errors
    /// [`Error::AbsoluteTime`] where ticks know no bars.
    pub fn bars(sequence: &Sequence, first: u64, last: Option<u64>) -> Result<Section, Error> {
        let bars = bar_map(sequence)?;
        let end = last.map(|last| bars.bar_start(last.saturating_add(1)));
        Ok(Section { start: bars.bar_start(first), end })
    }

    fn check(self, sequence: &Sequence) -> Result<(), Error> {
        if sequence.format == Format::Independent {
            return Err(Error::Patterns);
        }
        let length = length(sequence);
        let what = if self.end.is_some_and(|end| end <= self.start) {
            format!("the section ends at or before its start, tick {}; choose a later end", self.start)
        } else if self.start >= length {
            format!(
                "the section starts at tick {}, the song ends at tick {length}; choose an earlier start",
                self.start
            )
        } else {
            return Ok(());
        };
        Err(Error::Setting { what })
    }
}

/// Where the bars of a sequence with one time line are.
pub(crate) fn bar_map(sequence: &Sequence) -> Result<BarMap, Error> {
    let map = TempoMap::new(sequence.division, &sequence.tracks);
    BarMap::new(sequence.division, &map).ok_or(Error::AbsoluteTime)
}

/// The tick at which the last track ends.
pub(crate) fn length(sequence: &Sequence) -> u64 {
    sequence.tracks.iter().map(Track::end).max().unwrap_or(0)
}

/// What becomes of notes that sound where a section begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Held {
    /// They are struck there.
    #[default]
    Strike,
    /// They are left out.
    Drop,
}

/// Keeps a section. At its start instruments, tempo and metre are as they were there: what was told before is told again,
/// in few events. Notes that sound at its end end there.
///
/// # Errors
/// [`Error::Patterns`], and [`Error::Setting`] where there is nothing in the section.
pub fn trim(sequence: &Sequence, section: Section, held: Held) -> Result<Sequence, Error> {
    section.check(sequence)?;
    Ok(part(sequence, section, held, 0))
}

/// Cuts a section out: what follows comes earlier, with instruments, tempo and metre as they were there. Notes that sound
/// at the section's start end there.
///
/// # Errors
/// As [`trim`].
pub fn cut(sequence: &Sequence, section: Section, held: Held) -> Result<Sequence, Error> {
    section.check(sequence)?;
    let before = Section { start: 0, end: Some(section.start) };
    let mut row = Row::new(sequence.format, sequence.division);
    row.append(part(sequence, before, Held::Drop, 0), 0, 0);
    if let Some(start) = section.end.filter(|&end| end < length(sequence)) {
        let after = part(sequence, Section { start, end: None }, held, section.start);
        row.append(after, section.start, 0);
    }
    Ok(row.finish())
}

/// A section, at whose start stands what was told since `told_from`.
fn part(sequence: &Sequence, section: Section, held: Held, told_from: u64) -> Sequence {
    let mut starts: Vec<Vec<Ported>> = vec![Vec::new(); sequence.tracks.len()];
    if section.start > 0 {
        for told in Chase::new(sequence, told_from, section.start).told() {
            starts[told.track].extend(told.events(0));
        }
    }
    let tracks = sequence.tracks.iter().zip(starts).map(|(track, start)| part_of_track(track, start, section, held));
    Sequence { format: sequence.format, division: sequence.division, tracks: tracks.collect() }
}

fn part_of_track(track: &Track, start: Vec<Ported>, section: Section, held: Held) -> Track {
    let end = section.end.unwrap_or(u64::MAX);
    let notes = track.notes();
    let mut events = start;
    let mut dropped = HashSet::new();
    for note in &notes {
        let (early, sounds) = (note.tick < section.start, note.end > section.start);
        if early && sounds && held == Held::Strike {
            events.push((port(note), TrackEvent { tick: 0, event: track.events[note.on].event.clone() }));
        } else if early {
            dropped.extend(note.off);
        }
    }
    let within = ported(track.clone()).enumerate().filter(|(index, (_, event))| {
        let is_end = event.event == Event::Meta(Meta::EndOfTrack);
        (section.start..end).contains(&event.tick) && !is_end && !dropped.contains(index)
    });
    events.extend(within.map(|(_, (port, event))| (port, TrackEvent { tick: event.tick - section.start, ..event })));

    let until = track.end().clamp(section.start, end) - section.start;
    if track.end() >= end {
        let is_heard = |note: &&Note| note.tick < end && (note.tick >= section.start || held == Held::Strike);
        for note in notes.iter().filter(is_heard).filter(|note| note.end >= end) {
            events.push((port(note), TrackEvent { tick: until, event: release(track, note, end) }));
        }
    }
    events.push((0, TrackEvent { tick: until, event: Event::Meta(Meta::EndOfTrack) }));
    track_of(events)
}

fn port(note: &Note) -> u8 {
    (note.channel / 16) as u8
}

/// What ends a note at the end of a section: its note-off if that is there, else another.
fn release(track: &Track, note: &Note, end: u64) -> Event {
    match note.off.map(|off| &track.events[off]).filter(|off| off.tick == end) {
        Some(off) => off.event.clone(),
        None => Event::Channel {
            channel: (note.channel % 16) as u8,
            message: Message::NoteOff { key: note.key, velocity: 64 },
        },
    }
}
