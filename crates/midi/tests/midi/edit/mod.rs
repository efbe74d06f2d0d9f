//! Edits from outside.

mod instruments;
mod join;
mod pitch;
mod quantise;
mod section;
mod select;
mod tempo;
mod velocity;

use proptest::prelude::*;
use rae_midi::{Action, Division, Event, Format, Message, Meta, Performance, Sequence, Track, TrackEvent};

use crate::common::{channel, meta, note_on};

/// A sequence of format 1 with 480 ticks to a quarter note; each track gets its end at its last event.
pub(super) fn song(tracks: impl IntoIterator<Item = Vec<TrackEvent>>) -> Sequence {
    let finished = |mut events: Vec<TrackEvent>| {
        events.push(meta(events.last().map_or(0, |event| event.tick), Meta::EndOfTrack));
        Track { events }
    };
    let tracks = tracks.into_iter().map(finished).collect();
    Sequence { format: Format::Simultaneous, division: Division::TicksPerQuarter(480), tracks }
}

/// A note from `tick` to `end`.
pub(super) fn note(channel_number: u8, key: u8, tick: u64, end: u64) -> [TrackEvent; 2] {
    [note_on(tick, channel_number, key, 100), channel(end, channel_number, Message::NoteOff { key, velocity: 64 })]
}

/// What note-ons there are: (tick, channel, key, velocity), in file order.
pub(super) fn onsets(sequence: &Sequence) -> Vec<(u64, u8, u8, u8)> {
    let events = sequence.tracks.iter().flat_map(|track| &track.events);
    let onset = |event: &TrackEvent| match event.event {
        Event::Channel { channel, message: Message::NoteOn { key, velocity: velocity @ 1.. } } => {
            Some((event.tick, channel, key, velocity))
        }
        _ => None,
    };
    events.filter_map(onset).collect()
}

/// What a player sends, and when in seconds.
pub(super) fn played(sequence: &Sequence) -> Vec<(f64, Action)> {
    let performance = Performance::new(sequence);
    performance.events.iter().map(|event| (performance.seconds(event.time).0, event.action.clone())).collect()
}

/// How a valid sequence must be after any edit.
pub(super) fn assert_valid(sequence: &Sequence) {
    assert_eq!(Sequence::parse_strict(&sequence.to_bytes()).unwrap(), *sequence);
}

/// Any sequence of format 0 or 1 in which beats make sense, without gaps that grow beyond what a file can say.
pub(super) fn any_song() -> impl Strategy<Value = Sequence> {
    crate::round_trip::sequence().prop_map(|mut sequence| {
        if !matches!(sequence.division, Division::TicksPerQuarter(_)) {
            sequence.division = Division::TicksPerQuarter(480);
        }
        if sequence.format == Format::Independent {
            sequence.format = Format::Simultaneous;
        }
        for track in &mut sequence.tracks {
            let (mut before, mut tick) = (0, 0);
            for event in &mut track.events {
                tick += (event.tick - before).min(10_000);
                before = std::mem::replace(&mut event.tick, tick);
            }
        }
        sequence
    })
}
