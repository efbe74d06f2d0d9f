//! One song as several.

use std::collections::BTreeSet;

use crate::edit::section::{bar_map, length};
use crate::edit::{Held, Scope, Section, keep, trim};
use crate::{Error, Event, Format, Meta, Sequence, TextKind, TrackEvent};

/// A song for each track with messages for channels, with the number of the track. Each has tempo, metre and what is for the
/// whole instrument; [`merge`](crate::edit::merge) puts them together again.
pub fn split_tracks(sequence: &Sequence) -> Vec<(usize, Sequence)> {
    let sends = |event: &TrackEvent| matches!(event.event, Event::Channel { .. });
    let tracks = (0..sequence.tracks.len()).filter(|&index| sequence.tracks[index].events.iter().any(sends));
    tracks.map(|index| (index, keep(sequence.clone(), &Scope::tracks([index])))).collect()
}

/// A song for each channel that has notes, with the number of the channel, 16 · port + channel within the port. Each has
/// what belongs to no channel, too.
pub fn split_channels(sequence: &Sequence) -> Vec<(u16, Sequence)> {
    let notes = sequence.tracks.iter().flat_map(crate::Track::notes);
    let channels: BTreeSet<u16> = notes.map(|note| note.channel).collect();
    channels.into_iter().map(|channel| (channel, keep(sequence.clone(), &Scope::channels([channel])))).collect()
}

/// The most parts that a song is split into by time.
const MOST_PARTS: usize = 1000;

/// The sections before, between and behind ticks. Ticks outside the song and repeated ones are left out.
///
/// # Errors
/// [`Error::Patterns`], and [`Error::Setting`] for more than 1000 sections.
pub fn split_at(sequence: &Sequence, ticks: &[u64], held: Held) -> Result<Vec<Sequence>, Error> {
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
    if end == 0 {
        return Ok(vec![sequence.clone()]);
    }
    let ends = starts.iter().skip(1).map(|&tick| Some(tick)).chain([None]);
    starts.iter().zip(ends).map(|(&start, end)| trim(sequence, Section { start, end }, held)).collect()
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
