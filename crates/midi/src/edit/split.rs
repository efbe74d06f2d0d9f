//! One song as several.

use std::collections::{BTreeMap, BTreeSet};

use crate::edit::section::{Sections, bar_map, length};
use crate::edit::select::shared;
use crate::edit::{Held, Section};
use crate::{Error, Event, Format, Meta, Sequence, TextKind, Track, TrackEvent};

/// The parts of a song, each made when it is asked for.
pub struct Parts<'a> {
    numbers: Vec<usize>,
    next: usize,
    make: Box<dyn FnMut(usize) -> Sequence + 'a>,
}

impl<'a> Parts<'a> {
    fn new(numbers: Vec<usize>, make: impl FnMut(usize) -> Sequence + 'a) -> Parts<'a> {
        Parts { numbers, next: 0, make: Box::new(make) }
    }

    /// The numbers of all parts, also of those that have been made.
    pub fn numbers(&self) -> &[usize] {
        &self.numbers
    }
}

impl Iterator for Parts<'_> {
    type Item = (usize, Sequence);

    fn next(&mut self) -> Option<(usize, Sequence)> {
        let number = *self.numbers.get(self.next)?;
        self.next += 1;
        Some((number, (self.make)(number)))
    }
}

/// A song for each track with messages for channels, with the number of the track. Each has tempo, metre and what is for
/// the whole instrument; [`merge`](crate::edit::merge) puts them together again.
///
/// # Errors
/// [`Error::Setting`] where the parts would repeat more than [`Error::MAX_EVENTS`].
pub fn split_tracks(sequence: &Sequence) -> Result<Parts<'_>, Error> {
    let is_independent = sequence.format == Format::Independent;
    let common = |(index, track)| (index, Track { events: shared(track) });
    let tracks = sequence.tracks.iter().enumerate().filter(|_| !is_independent);
    let commons: Vec<(usize, Track)> = tracks.map(common).filter(|(_, track)| track.events.len() > 1).collect();
    let sends = |event: &TrackEvent| matches!(event.event, Event::Channel { .. });
    let tracks = (0..sequence.tracks.len()).filter(|&index| sequence.tracks[index].events.iter().any(sends));
    let numbers: Vec<usize> = tracks.collect();
    demand_few(numbers.len(), commons.iter().flat_map(|(_, track)| &track.events))?;
    Ok(Parts::new(numbers, move |number| {
        let others = |range: std::ops::Range<usize>| commons[range].iter().map(|(_, track)| track.clone());
        let before = commons.partition_point(|&(index, _)| index < number);
        let after = commons.partition_point(|&(index, _)| index <= number);
        let own = std::iter::once(sequence.tracks[number].clone());
        let tracks = others(0..before).chain(own).chain(others(after..commons.len())).collect();
        Sequence { format: sequence.format, division: sequence.division, tracks }
    }))
}

/// A song for each channel that has notes, with the number of the channel, 16 · port + channel within the port. Each has
/// what belongs to no channel, too.
///
/// # Errors
/// As [`split_tracks`].
pub fn split_channels(sequence: &Sequence) -> Result<Parts<'_>, Error> {
    // Where the events of each channel are, and those of none: in which track, and at which place.
    let mut places: BTreeMap<Option<u16>, Vec<(usize, usize)>> = BTreeMap::new();
    let mut channels: BTreeSet<u16> = BTreeSet::new();
    for (index, track) in sequence.tracks.iter().enumerate() {
        for (at, channel) in track.channels().enumerate() {
            places.entry(channel).or_default().push((index, at));
        }
        channels.extend(track.notes().into_iter().map(|note| note.channel));
    }
    let common = places.remove(&None).unwrap_or_default();
    demand_few(channels.len(), common.iter().map(|&(track, at)| &sequence.tracks[track].events[at]))?;
    Ok(Parts::new(channels.into_iter().map(usize::from).collect(), move |number| {
        let own = u16::try_from(number).ok().and_then(|channel| places.get(&Some(channel)));
        let mut all: Vec<(usize, usize)> = common.iter().chain(own.into_iter().flatten()).copied().collect();
        all.sort_unstable();
        let mut tracks = vec![Track::default(); sequence.tracks.len()];
        for (track, at) in all {
            tracks[track].events.push(sequence.tracks[track].events[at].clone());
        }
        Sequence { format: sequence.format, division: sequence.division, tracks }
    }))
}

/// Refuses so many parts that each have these events, if they are too many together.
fn demand_few<'a>(parts: usize, events: impl Iterator<Item = &'a TrackEvent>) -> Result<(), Error> {
    let each: usize = events.map(|event| event.event.weight()).sum();
    demand_little(parts.saturating_mul(each))
}

fn demand_little(repeated: usize) -> Result<(), Error> {
    if repeated <= Error::MAX_EVENTS {
        return Ok(());
    }
    let most = Error::MAX_EVENTS;
    let what = format!("the parts would repeat what takes more than {most} events; split the song into fewer parts");
    Err(Error::Setting { what })
}

/// The most parts that a song is split into by time.
const MOST_PARTS: usize = 1000;

/// The sections before, between and behind ticks, numbered from 0. Ticks outside the song and repeated ones are left out.
///
/// # Errors
/// [`Error::Patterns`], and [`Error::Setting`] for more than 1000 sections or where they would repeat more than
/// [`Error::MAX_EVENTS`].
pub fn split_at<'a>(sequence: &'a Sequence, ticks: &[u64], held: Held) -> Result<Parts<'a>, Error> {
    if sequence.format == Format::Independent {
        return Err(Error::Patterns);
    }
    let end = length(sequence);
    let starts: BTreeSet<u64> = ticks.iter().copied().chain([0]).filter(|&tick| tick < end.max(1)).collect();
    let starts: Vec<u64> = starts.into_iter().collect();
    if starts.len() > MOST_PARTS {
        let what = format!("the song would become {} parts, more than {MOST_PARTS}; choose longer ones", starts.len());
        return Err(Error::Setting { what });
    }
    if starts.len() == 1 {
        return Ok(Parts::new(vec![0], |_| sequence.clone()));
    }
    let mut sections = Sections::new(sequence, 0);
    let mut repeated = 0usize;
    for &start in &starts {
        repeated = repeated.saturating_add(sections.weight(start));
        demand_little(repeated)?;
    }
    let mut sections = Sections::new(sequence, 0);
    Ok(Parts::new((0..starts.len()).collect(), move |number| {
        sections.part(Section { start: starts[number], end: starts.get(number + 1).copied() }, held)
    }))
}

/// Where the markers of a song are.
pub fn marker_ticks(sequence: &Sequence) -> Vec<u64> {
    let events = sequence.tracks.iter().flat_map(|track| &track.events);
    let is_marker = |event: &&TrackEvent| matches!(event.event, Event::Meta(Meta::Text { kind: TextKind::Marker, .. }));
    let ticks: BTreeSet<u64> = events.filter(is_marker).map(|event| event.tick).collect();
    ticks.into_iter().collect()
}

/// Where every so many bars of a song begin: a few more places than a song is split at, if there are so many.
///
/// # Errors
/// [`Error::AbsoluteTime`] where ticks know no bars, and [`Error::Setting`] for no bars.
pub fn bar_ticks(sequence: &Sequence, bars: u32) -> Result<Vec<u64>, Error> {
    if bars == 0 {
        return Err(Error::Setting { what: "parts have 0 bars; choose at least 1".into() });
    }
    let map = bar_map(sequence)?;
    let end = length(sequence);
    let starts = (0..2 * MOST_PARTS as u64).map(|part| map.bar_start(part * u64::from(bars) + 1));
    Ok(starts.take_while(|&tick| tick < end).collect())
}
