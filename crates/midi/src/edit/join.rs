//! Several songs as one: after each other, or together.

use std::collections::{BTreeSet, HashSet};

use crate::edit::chase::Chase;
use crate::edit::convert;
use crate::edit::insert_at_start;
use crate::edit::ports::{Ported, ported, track_of};
use crate::edit::reset::neutral;
use crate::edit::resolution::unify;
use crate::edit::section::length;
use crate::tempo::DEFAULT_TEMPO;
use crate::{
    Data, Division, Error, Event, Format, Message, Meta, Sequence, TempoMap, TextKind, TimeSignature, Track, TrackEvent,
};

/// What one song leaves for the next when they are concatenated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Seam {
    /// What the songs so far told the channels is taken back (controllers, programs, banks, pitch bend, the registered
    /// parameters), and 120 quarters per minute and 4/4 hold again. System exclusive messages go on having effect.
    #[default]
    Reset,
    /// Everything, as suits parts of one song.
    Keep,
}

/// Plays songs one after another, each from its own start to its end, with its own tempo and metre. Resolutions become
/// their least common multiple; where that is finer than a file can say, the finest of them, and events of the others
/// move to the nearest ticks. Songs that have as many tracks with the same names continue each other's tracks; else each
/// has its own. Songs of format 2 are converted first; the result has format 0 if all songs have.
///
/// # Errors
/// [`Error::Divisions`], [`Error::TooManyTogether`], and [`Error::Setting`] where there are no songs.
pub fn concatenate(songs: Vec<Sequence>, seam: Seam) -> Result<Sequence, Error> {
    in_turn(songs, seam, seam == Seam::Reset)
}

/// As [`concatenate`]; with `own_time` songs that do not say at which tempo and metre they begin have the usual ones.
pub(crate) fn in_turn(songs: Vec<Sequence>, seam: Seam, own_time: bool) -> Result<Sequence, Error> {
    let songs = prepare(songs)?;
    let first = songs.first().ok_or_else(nothing)?;
    let mut row = Row::new(first.format, first.division);
    let last = songs.len() - 1;
    for (index, mut song) in songs.into_iter().enumerate() {
        if own_time {
            row.start_afresh(&mut song);
            if index < last {
                drop_last_changes(&mut song);
            }
        }
        let back = if seam == Seam::Reset && index < last { taken_back(&song) } else { Vec::new() };
        if song.format == Format::Simultaneous {
            row.format = Format::Simultaneous;
        }
        let goes_on = row.format != Format::Simultaneous || row.has_tracks_of(&song);
        let first_lane = if goes_on { 0 } else { row.lanes.len() };
        row.append(song, row.end(), first_lane);
        row.tell(&back);
    }
    Ok(row.finish())
}

/// Plays songs at once, on tracks of their own. Tempo and metre are those of the first; those of the others are left out.
/// Resolutions are made equal as by [`concatenate`], and songs of format 2 are converted first. With `own_ports` each song
/// has ports, and so channels, of its own; otherwise songs that use the same channel share it, and a system exclusive
/// message is left out where an earlier song sends the same at the same tick.
///
/// # Errors
/// As [`concatenate`], and [`Error::Setting`] where there are not enough ports.
pub fn merge(songs: Vec<Sequence>, own_ports: bool) -> Result<Sequence, Error> {
    let mut songs = prepare(songs)?.into_iter();
    let mut merged = songs.next().ok_or_else(nothing)?;
    merged.format = Format::Simultaneous;
    let mut ports = ports_of(&merged);
    let mut sent = if own_ports { HashSet::new() } else { sysex_of(&merged) };
    for mut song in songs {
        let own = if own_ports { HashSet::new() } else { sysex_of(&song) };
        for track in &mut song.tracks {
            let mut port = 0;
            track.events.retain(|event| match &event.event {
                Event::Meta(Meta::Tempo(_) | Meta::TimeSignature(_) | Meta::SmpteOffset(_)) => false,
                Event::Meta(Meta::Port(number)) => {
                    port = *number;
                    true
                }
                Event::SysEx(data) => !sent.contains(&(event.tick, port, data.clone())),
                _ => true,
            });
        }
        song.tracks.retain(|track| track.events.len() > 1);
        if own_ports {
            song.tracks.iter_mut().try_for_each(|track| shift_ports(track, ports))?;
            ports = ports.max(ports_of(&song));
        }
        sent.extend(own);
        merged.tracks.append(&mut song.tracks);
    }
    Ok(merged)
}

/// The whole system exclusive messages of a song: tick, port, data.
fn sysex_of(song: &Sequence) -> HashSet<(u64, u8, Data)> {
    let mut found = HashSet::new();
    for track in &song.tracks {
        let mut port = 0;
        for event in &track.events {
            match &event.event {
                Event::Meta(Meta::Port(number)) => port = *number,
                Event::SysEx(data) if data.last() == Some(&0xF7) => {
                    found.insert((event.tick, port, data.clone()));
                }
                _ => {}
            }
        }
    }
    found
}

/// Whether two songs have the same tempo at every time, whatever their resolutions are.
pub fn has_same_tempo(one: &Sequence, other: &Sequence) -> bool {
    let (Division::TicksPerQuarter(of_one), Division::TicksPerQuarter(of_other)) = (one.division, other.division)
    else {
        return one.division == other.division;
    };
    // Ticks of both in parts of a quarter that both have.
    let tempos = |sequence: &Sequence, factor: u16| {
        let map = TempoMap::new(sequence.division, &sequence.tracks);
        let changes = map
            .tempos()
            .iter()
            .map(|change| (u128::from(change.tick) * u128::from(factor), change.microseconds_per_quarter));
        let mut tempos: Vec<(u128, u32)> = changes.collect();
        if tempos.first().is_none_or(|&(tick, _)| tick > 0) {
            tempos.insert(0, (0, DEFAULT_TEMPO));
        }
        tempos.dedup_by_key(|&mut (_, tempo)| tempo);
        tempos
    };
    tempos(one, of_other) == tempos(other, of_one)
}

fn nothing() -> Error {
    Error::Setting { what: "there are no songs to join; name at least one".into() }
}

fn prepare(songs: Vec<Sequence>) -> Result<Vec<Sequence>, Error> {
    let events = songs.iter().flat_map(|song| &song.tracks).map(|track| track.events.len()).sum();
    if events > Error::MAX_EVENTS {
        return Err(Error::TooManyTogether { events });
    }
    let timed = |song: Sequence| match song.format {
        Format::Independent => convert(song, Format::Simultaneous),
        _ => Ok(song),
    };
    unify(songs.into_iter().map(timed).collect::<Result<_, _>>()?)
}

/// Songs in a row, as far as it has come.
pub(crate) struct Row {
    format: Format,
    division: Division,
    lanes: Vec<Lane>,
    has_tempo: bool,
    has_metre: bool,
}

/// A track without its end.
#[derive(Default)]
struct Lane {
    events: Vec<Ported>,
    end: u64,
    name: Option<Vec<u8>>,
}

impl Row {
    pub(crate) fn new(format: Format, division: Division) -> Row {
        Row { format, division, lanes: Vec::new(), has_tempo: false, has_metre: false }
    }

    fn end(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.end).max().unwrap_or(0)
    }

    /// Lets tracks, from `first_lane` on, go on with those of a song from tick `at` on.
    pub(crate) fn append(&mut self, song: Sequence, at: u64, first_lane: usize) {
        let has_beats = matches!(self.division, Division::TicksPerQuarter(_));
        for event in song.tracks.iter().flat_map(|track| &track.events) {
            self.has_tempo |= has_beats && matches!(event.event, Event::Meta(Meta::Tempo(_)));
            self.has_metre |= matches!(event.event, Event::Meta(Meta::TimeSignature(_)));
        }
        self.lanes.resize_with(self.lanes.len().max(first_lane + song.tracks.len()), Lane::default);
        for (lane, track) in self.lanes[first_lane..].iter_mut().zip(song.tracks) {
            let end = track.end();
            if track.events.len() <= 1 && end == 0 {
                continue;
            }
            if lane.name.is_none() {
                lane.name = name_of(&track).map(<[u8]>::to_vec);
            }
            let events = ported(track).filter(|(_, event)| event.event != Event::Meta(Meta::EndOfTrack));
            lane.events.extend(
                events.map(|(port, event)| (port, TrackEvent { tick: at.saturating_add(event.tick), ..event })),
            );
            lane.end = at.saturating_add(end);
        }
    }

    /// Messages at the end, on the first track, so that they come before what follows.
    fn tell(&mut self, messages: &[(u16, Message)]) {
        let tick = self.end();
        let Some(first) = self.lanes.first_mut().filter(|_| !messages.is_empty()) else { return };
        for &(channel, message) in messages {
            let event = Event::Channel { channel: (channel % 16) as u8, message };
            first.events.push(((channel / 16) as u8, TrackEvent { tick, event }));
        }
        first.end = tick;
    }

    /// Whether a song has the tracks that are here.
    fn has_tracks_of(&self, song: &Sequence) -> bool {
        self.lanes.len() == song.tracks.len()
            && self.lanes.iter().zip(&song.tracks).all(|(lane, track)| lane.name.as_deref() == name_of(track))
    }

    /// Writes down the tempo and metre that a song without them begins with, if those before had others.
    fn start_afresh(&self, song: &mut Sequence) {
        let begins = |song: &Sequence, is: fn(&Meta) -> bool| {
            let mut events = song.tracks.iter().flat_map(|track| &track.events);
            events.any(|event| event.tick == 0 && matches!(&event.event, Event::Meta(meta) if is(meta)))
        };
        let mut missing = Vec::new();
        if self.has_metre && !begins(song, |meta| matches!(meta, Meta::TimeSignature(_))) {
            missing.push(Meta::TimeSignature(TimeSignature::new(4, 2)));
        }
        if self.has_tempo && !begins(song, |meta| matches!(meta, Meta::Tempo(_))) {
            missing.push(Meta::Tempo(DEFAULT_TEMPO));
        }
        if let Some(track) = song.tracks.first_mut() {
            missing.into_iter().for_each(|meta| insert_at_start(track, meta));
        }
    }

    pub(crate) fn finish(self) -> Sequence {
        let finished = |lane: Lane| {
            let end = TrackEvent { tick: lane.end, event: Event::Meta(Meta::EndOfTrack) };
            track_of(lane.events.into_iter().chain([(0, end)]).collect())
        };
        let tracks = self.lanes.into_iter().map(finished).collect();
        Sequence { format: self.format, division: self.division, tracks }
    }
}

fn name_of(track: &Track) -> Option<&[u8]> {
    track.events.iter().find_map(|event| match &event.event {
        Event::Meta(Meta::Text { kind: TextKind::TrackName, bytes }) => Some(&bytes[..]),
        _ => None,
    })
}

/// Takes out the tempos and metres of a song's last tick, which hold for no time and would be the next song's.
fn drop_last_changes(song: &mut Sequence) {
    let end = length(song);
    for track in &mut song.tracks {
        track.events.retain(|event| {
            event.tick < end || !matches!(event.event, Event::Meta(Meta::Tempo(_) | Meta::TimeSignature(_)))
        });
    }
}

/// What ends the notes that a song leaves sounding and takes back what it told channels.
fn taken_back(song: &Sequence) -> Vec<(u16, Message)> {
    let all_off = Message::ControlChange { controller: 123, value: 0 };
    let notes = song.tracks.iter().flat_map(Track::notes);
    let hanging: BTreeSet<u16> = notes.filter(|note| note.off.is_none()).map(|note| note.channel).collect();
    let mut messages: Vec<(u16, Message)> = hanging.into_iter().map(|channel| (channel, all_off)).collect();
    let mut chase = Chase::new(song, 0);
    chase.advance(u64::MAX);
    for told in chase.told() {
        if let Some(channel) = told.thing.channel() {
            messages.extend(neutral(&told.thing).into_iter().map(|message| (channel, message)));
        }
    }
    messages
}

/// One more than the highest port.
fn ports_of(sequence: &Sequence) -> u16 {
    let events = sequence.tracks.iter().flat_map(|track| &track.events);
    let port = |event: &TrackEvent| match event.event {
        Event::Meta(Meta::Port(port)) => Some(u16::from(port)),
        _ => None,
    };
    events.filter_map(port).max().unwrap_or(0) + 1
}

fn shift_ports(track: &mut Track, by: u16) -> Result<(), Error> {
    let shifted = |port: u8| {
        let what = || {
            format!("the songs need more than 256 ports, the next one {}; merge fewer of them", u16::from(port) + by)
        };
        u8::try_from(u16::from(port) + by).map_err(|_| Error::Setting { what: what() })
    };
    for event in &mut track.events {
        if let Event::Meta(Meta::Port(port)) = &mut event.event {
            *port = shifted(*port)?;
        }
    }
    track.events.insert(0, TrackEvent { tick: 0, event: Event::Meta(Meta::Port(shifted(0)?)) });
    Ok(())
}
