//! Between the formats.

use std::collections::BTreeMap;

use crate::edit::Seam;
use crate::edit::join::in_turn;
use crate::edit::ports::{Ported, ported, track_of};
use crate::{Error, Event, Format, Meta, Sequence, TextKind, Track, TrackEvent};

/// Converts to format 0 or 1. The events of one tick stay in the order of tracks, in which they are played.
///
/// - To format 0 all tracks become one. Names of tracks that have a single channel get a channel prefix.
/// - From format 0 each channel gets a track, behind a first one with all that belongs to no channel. Names with a channel
///   prefix go to the track of their channel.
/// - From format 2 the patterns follow one another, each with its own tempo and metre.
///
/// # Errors
/// [`Error::Setting`] for another format into format 2, which nobody can know the patterns of.
pub fn convert(sequence: Sequence, format: Format) -> Result<Sequence, Error> {
    match (sequence.format, format) {
        (from, to) if from == to => Ok(sequence),
        (_, Format::Independent) => {
            Err(Error::Setting { what: "format is 2, and a song has no independent patterns; choose 0 or 1".into() })
        }
        (Format::Independent, _) => {
            let division = sequence.division;
            let pattern = |track| Sequence { format: Format::SingleTrack, division, tracks: vec![track] };
            let patterns: Vec<Sequence> = sequence.tracks.into_iter().map(pattern).collect();
            if patterns.is_empty() {
                return Ok(Sequence { format, division, tracks: Vec::new() });
            }
            convert(in_turn(patterns, Seam::Keep, true)?, format)
        }
        (_, Format::SingleTrack) => Ok(single(sequence)),
        (_, Format::Simultaneous) => Ok(by_channel(single(sequence))),
    }
}

fn single(sequence: Sequence) -> Sequence {
    let end = sequence.tracks.iter().map(Track::end).max().unwrap_or(0);
    let mut events: Vec<Ported> = Vec::new();
    for (index, track) in sequence.tracks.into_iter().enumerate() {
        let prefix = if index == 0 { None } else { only_channel(&track) };
        for (port, event) in ported(track) {
            match event.event {
                Event::Meta(Meta::EndOfTrack) => continue,
                Event::Meta(ref meta) if is_name(meta) => {
                    let prefix = prefix.map(|channel| Event::Meta(Meta::ChannelPrefix(channel)));
                    events.extend(prefix.map(|prefix| (port, TrackEvent { tick: event.tick, event: prefix })));
                }
                _ => {}
            }
            events.push((port, event));
        }
    }
    events.sort_by_key(|(_, event)| event.tick);
    events.push((0, TrackEvent { tick: end, event: Event::Meta(Meta::EndOfTrack) }));
    Sequence { format: Format::SingleTrack, division: sequence.division, tracks: vec![track_of(events)] }
}

/// Of a track whose channel messages are all for one channel, that channel within its port.
fn only_channel(track: &Track) -> Option<u8> {
    let mut channels = track.channels().flatten();
    let first = channels.next()?;
    channels.all(|channel| channel == first).then_some((first % 16) as u8)
}

fn is_name(meta: &Meta) -> bool {
    let Meta::Text { kind, .. } = meta else { return false };
    matches!(kind, TextKind::TrackName | TextKind::InstrumentName)
}

fn by_channel(sequence: Sequence) -> Sequence {
    let end = sequence.tracks.iter().map(Track::end).max().unwrap_or(0);
    let mut first: Vec<Ported> = Vec::new();
    let mut channels: BTreeMap<u16, Vec<Ported>> = BTreeMap::new();
    // The channel that names are for, and its prefix if none was found yet.
    let mut prefix: Option<(u16, Option<TrackEvent>)> = None;
    for (port, event) in sequence.tracks.into_iter().flat_map(ported) {
        let channel = |channel: u8| 16 * u16::from(port) + u16::from(channel & 0x0F);
        match &event.event {
            Event::Channel { channel: number, .. } => {
                prefix = None;
                channels.entry(channel(*number)).or_default().push((port, event));
            }
            Event::Meta(Meta::ChannelPrefix(number)) => prefix = Some((channel(*number), Some(event))),
            Event::Meta(meta) if is_name(meta) && prefix.is_some() => {
                if let Some((number, unused)) = &mut prefix {
                    *unused = None;
                    channels.entry(*number).or_default().push((port, event));
                }
            }
            Event::Meta(Meta::EndOfTrack | Meta::Port(_)) => {}
            _ => {
                first.extend(prefix.take().and_then(|(_, event)| Some((port, event?))));
                first.push((port, event));
            }
        }
    }
    let finished = |mut events: Vec<Ported>| {
        events.push((0, TrackEvent { tick: end, event: Event::Meta(Meta::EndOfTrack) }));
        track_of(events)
    };
    let tracks = std::iter::once(first).chain(channels.into_values()).map(finished).collect();
    Sequence { format: Format::Simultaneous, division: sequence.division, tracks }
}
