//! Parts of a song.

use std::collections::HashSet;

use rae_units::Seconds;

use crate::edit::chase::Chase;
use crate::edit::join::Row;
use crate::edit::ports::{Ported, ports, track_of};
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
    Ok(Sections::new(sequence, 0).part(section, held))
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
    row.append(Sections::new(sequence, 0).part(before, Held::Drop), 0, 0);
    if let Some(start) = section.end.filter(|&end| end < length(sequence)) {
        let after = Sections::new(sequence, section.start).part(Section { start, end: None }, held);
        row.append(after, section.start, 0);
    }
    Ok(row.finish())
}

/// Sections of a song from front to back, in one pass over the song.
pub(crate) struct Sections<'a> {
    sequence: &'a Sequence,
    chase: Chase<'a>,
    lanes: Vec<Lane<'a>>,
}

/// A track, and which of its notes began before a section.
struct Lane<'a> {
    track: &'a Track,
    ports: Vec<u8>,
    notes: Vec<Note>,
    /// Those that sound up to the section's start or longer.
    early: Vec<usize>,
    /// The first that does not begin before it.
    next: usize,
}

impl<'a> Sections<'a> {
    /// At the start of each section stands what was told since `told_from`.
    pub(crate) fn new(sequence: &'a Sequence, told_from: u64) -> Sections<'a> {
        let lane = |track: &'a Track| {
            let (ports, notes) = (ports(track).collect(), track.notes());
            Lane { track, ports, notes, early: Vec::new(), next: 0 }
        };
        let lanes = sequence.tracks.iter().map(lane).collect();
        Sections { sequence, chase: Chase::new(sequence, told_from), lanes }
    }

    /// The next section, which starts no earlier than the one before.
    pub(crate) fn part(&mut self, section: Section, held: Held) -> Sequence {
        self.advance(section.start);
        let mut starts: Vec<Vec<Ported>> = vec![Vec::new(); self.lanes.len()];
        if section.start > 0 {
            for told in self.chase.told() {
                starts[told.track].extend(told.events(0));
            }
        }
        let tracks = self.lanes.iter().zip(starts).map(|(lane, start)| lane.part(start, section, held)).collect();
        Sequence { format: self.sequence.format, division: self.sequence.division, tracks }
    }

    /// As much as how many events a section has beside those that are in it, if it starts here.
    pub(crate) fn weight(&mut self, start: u64) -> usize {
        self.advance(start);
        self.chase.weight() + self.lanes.iter().map(|lane| 1 + lane.early.len()).sum::<usize>()
    }

    fn advance(&mut self, start: u64) {
        self.chase.advance(start);
        self.lanes.iter_mut().for_each(|lane| lane.advance(start));
    }
}

impl Lane<'_> {
    fn advance(&mut self, start: u64) {
        while self.notes.get(self.next).is_some_and(|note| note.tick < start) {
            self.early.push(self.next);
            self.next += 1;
        }
        self.early.retain(|&note| self.notes[note].end >= start);
    }

    fn part(&self, start: Vec<Ported>, section: Section, held: Held) -> Track {
        let all = &self.track.events;
        let end = section.end.unwrap_or(u64::MAX);
        let mut events = start;
        let mut dropped = HashSet::new();
        let mut heard = Vec::new();
        for note in self.early.iter().map(|&note| &self.notes[note]) {
            if note.end > section.start && held == Held::Strike {
                events.push((port(note), TrackEvent { tick: 0, event: all[note.on].event.clone() }));
                heard.push(note);
            } else {
                dropped.extend(note.off);
            }
        }
        heard.extend(self.notes[self.next..].iter().take_while(|note| note.tick < end));

        let first = all.partition_point(|event| event.tick < section.start);
        let last = all.partition_point(|event| event.tick < end);
        for index in (first..last).filter(|index| !dropped.contains(index)) {
            let TrackEvent { tick, event } = &all[index];
            if *event != Event::Meta(Meta::EndOfTrack) {
                let event = TrackEvent { tick: tick - section.start, event: event.clone() };
                events.push((self.ports[index], event));
            }
        }

        let until = self.track.end().clamp(section.start, end) - section.start;
        if self.track.end() >= end {
            for note in heard.into_iter().filter(|note| note.end >= end) {
                events.push((port(note), TrackEvent { tick: until, event: release(self.track, note, end) }));
            }
        }
        events.push((0, TrackEvent { tick: until, event: Event::Meta(Meta::EndOfTrack) }));
        track_of(events)
    }
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
