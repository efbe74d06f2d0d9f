//! Several songs as one: after each other, or together.

use std::collections::BTreeSet;

use crate::edit::chase::Chase;
use crate::edit::insert_at_start;
use crate::edit::reset::neutral;
use crate::edit::resolution::unify;
use crate::edit::section::length;
use crate::edit::{convert, ports};
use crate::tempo::DEFAULT_TEMPO;
use crate::{Error, Event, Format, Message, Meta, Sequence, TempoMap, TextKind, TimeSignature, Track, TrackEvent};

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
    let mut songs = prepare(songs)?.into_iter();
    let mut joined = songs.next().ok_or_else(nothing)?;
    for mut song in songs {
        let at = length(&joined);
        if seam == Seam::Reset {
            take_back(&mut joined, at);
            start_afresh(&mut song, &joined);
        }
        if song.format == Format::Simultaneous {
            joined.format = Format::Simultaneous;
        }
        if joined.format == Format::Simultaneous && !continues(&joined, &song) {
            let own = std::iter::repeat_with(end_at_once).take(joined.tracks.len());
            song.tracks = own.chain(song.tracks).collect();
        }
        append(&mut joined, song, at);
    }
    Ok(joined)
}

/// Plays songs at once, on tracks of their own. Tempo and metre are those of the first; those of the others are left out.
/// Resolutions are made equal as by [`concatenate`], and songs of format 2 are converted first. With `own_ports` each song
/// has ports, and so channels, of its own; otherwise songs that use the same channel share it.
///
/// # Errors
/// As [`concatenate`], and [`Error::Setting`] where there are not enough ports.
pub fn merge(songs: Vec<Sequence>, own_ports: bool) -> Result<Sequence, Error> {
    let mut songs = prepare(songs)?.into_iter();
    let mut merged = songs.next().ok_or_else(nothing)?;
    merged.format = Format::Simultaneous;
    let mut ports = ports_of(&merged);
    for mut song in songs {
        for track in &mut song.tracks {
            track.events.retain(|event| {
                !matches!(event.event, Event::Meta(Meta::Tempo(_) | Meta::TimeSignature(_) | Meta::SmpteOffset(_)))
            });
            if own_ports {
                shift_ports(track, ports)?;
            }
        }
        song.tracks.retain(|track| track.events.len() > 1);
        if own_ports {
            ports = ports.max(ports_of(&song));
        }
        merged.tracks.append(&mut song.tracks);
    }
    Ok(merged)
}

/// Whether two songs have the same tempo at every time, whatever their resolutions are.
pub fn has_same_tempo(one: &Sequence, other: &Sequence) -> bool {
    let Ok(pair) = unify(vec![one.clone(), other.clone()]) else { return false };
    let tempos = |sequence: &Sequence| {
        let mut tempos = TempoMap::new(sequence.division, &sequence.tracks).tempos().to_vec();
        if tempos.first().is_none_or(|tempo| tempo.tick > 0) {
            tempos.insert(0, crate::TempoChange { tick: 0, microseconds_per_quarter: DEFAULT_TEMPO });
        }
        tempos.dedup_by_key(|tempo| tempo.microseconds_per_quarter);
        tempos
    };
    tempos(&pair[0]) == tempos(&pair[1])
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

/// Lets tracks go on with those of the same number from tick `at` on.
pub(crate) fn append(joined: &mut Sequence, rest: Sequence, at: u64) {
    joined.tracks.resize_with(joined.tracks.len().max(rest.tracks.len()), end_at_once);
    for (track, rest) in joined.tracks.iter_mut().zip(rest.tracks) {
        if rest.events.len() <= 1 && rest.end() == 0 {
            continue;
        }
        let end = track.events.pop();
        debug_assert!(end.is_some_and(|event| event.event == Event::Meta(Meta::EndOfTrack)));
        let mut events: Vec<ports::Ported> = ports::ported(std::mem::take(track)).collect();
        events.extend(
            ports::ported(rest)
                .map(|(port, event)| (port, TrackEvent { tick: at.saturating_add(event.tick), ..event })),
        );
        *track = ports::track_of(events);
    }
}

fn end_at_once() -> Track {
    Track { events: vec![TrackEvent { tick: 0, event: Event::Meta(Meta::EndOfTrack) }] }
}

/// Whether the second song has the tracks of the first.
fn continues(one: &Sequence, other: &Sequence) -> bool {
    let names = |sequence: &Sequence| -> Vec<Option<Vec<u8>>> {
        let name = |event: &TrackEvent| match &event.event {
            Event::Meta(Meta::Text { kind: TextKind::TrackName, bytes }) => Some(bytes.clone()),
            _ => None,
        };
        sequence.tracks.iter().map(|track| track.events.iter().find_map(name)).collect()
    };
    names(one) == names(other)
}

/// Ends what still sounds and takes back what was told, on the first track, so that it comes before the next song.
fn take_back(joined: &mut Sequence, at: u64) {
    let mut messages: Vec<(u16, Message)> = Vec::new();
    let all_off = Message::ControlChange { controller: 123, value: 0 };
    let hanging: BTreeSet<u16> = joined
        .tracks
        .iter()
        .flat_map(Track::notes)
        .filter(|note| note.off.is_none())
        .map(|note| note.channel)
        .collect();
    messages.extend(hanging.into_iter().map(|channel| (channel, all_off)));
    for told in Chase::new(joined, 0, u64::MAX).told() {
        if let Some(channel) = told.thing.channel() {
            messages.extend(neutral(&told.thing).into_iter().map(|message| (channel, message)));
        }
    }
    let Some(track) = joined.tracks.first_mut() else { return };
    let end = track.events.pop();
    let mut events: Vec<ports::Ported> = ports::ported(std::mem::take(track)).collect();
    for (channel, message) in messages {
        let event = Event::Channel { channel: (channel % 16) as u8, message };
        events.push(((channel / 16) as u8, TrackEvent { tick: at, event }));
    }
    events.extend(end.map(|end| (0, TrackEvent { tick: at, ..end })));
    *track = ports::track_of(events);
}

/// Writes down the tempo and metre that a song without them begins with, if those before had others.
fn start_afresh(song: &mut Sequence, before: &Sequence) {
    let map = TempoMap::new(before.division, &before.tracks);
    let begins = |song: &Sequence, is: fn(&Meta) -> bool| {
        let mut events = song.tracks.iter().flat_map(|track| &track.events);
        events.any(|event| event.tick == 0 && matches!(&event.event, Event::Meta(meta) if is(meta)))
    };
    let mut missing = Vec::new();
    if !map.time_signatures().is_empty() && !begins(song, |meta| matches!(meta, Meta::TimeSignature(_))) {
        missing.push(Meta::TimeSignature(TimeSignature::new(4, 2)));
    }
    if !map.tempos().is_empty() && !begins(song, |meta| matches!(meta, Meta::Tempo(_))) {
        missing.push(Meta::Tempo(DEFAULT_TEMPO));
    }
    if let Some(track) = song.tracks.first_mut() {
        missing.into_iter().for_each(|meta| insert_at_start(track, meta));
    }
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
