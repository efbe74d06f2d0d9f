//! Which note-off ends which note-on.

use proptest::prelude::*;
use rae_midi::{Event, Message, Meta, Note, Track, TrackEvent};

use crate::common::{channel, meta, note_on};

fn off(tick: u64, channel_number: u8, key: u8) -> TrackEvent {
    channel(tick, channel_number, Message::NoteOff { key, velocity: 0 })
}

/// Start, end and whether there is a note-off.
fn spans(events: Vec<TrackEvent>) -> Vec<(u64, u64, bool)> {
    Track { events }.notes().iter().map(|note| (note.tick, note.end, note.off.is_some())).collect()
}

#[test]
fn the_first_struck_is_the_first_released() {
    let events = vec![note_on(0, 0, 60, 1), note_on(1, 0, 60, 2), off(5, 0, 60), note_on(7, 0, 60, 0), off(8, 0, 60)];
    assert_eq!(spans(events), [(0, 5, true), (1, 7, true)]);
}

#[test]
fn keys_channels_and_ports_are_apart() {
    let events = vec![
        note_on(0, 0, 60, 9),
        off(1, 0, 61),
        off(2, 1, 60),
        meta(3, Meta::Port(1)),
        off(3, 0, 60),
        note_on(4, 0, 60, 9),
        meta(5, Meta::Port(0)),
        off(6, 0, 60),
        meta(9, Meta::EndOfTrack),
    ];
    let first = Note { channel: 0, key: 60, velocity: 9, tick: 0, end: 6, on: 0, off: Some(7) };
    let second = Note { channel: 16, key: 60, velocity: 9, tick: 4, end: 9, on: 5, off: None };
    assert_eq!(Track { events }.notes(), [first, second]);
}

#[test]
fn mode_messages_end_all_notes_of_their_channel() {
    for controller in [120, 123, 124, 125, 126, 127] {
        let all_off = channel(4, 0, Message::ControlChange { controller, value: 0 });
        let events = vec![note_on(0, 0, 60, 9), note_on(1, 1, 60, 9), all_off, off(5, 0, 60), off(6, 1, 60)];
        assert_eq!(spans(events), [(0, 4, false), (1, 6, true)]);
    }
}

proptest! {
    #[test]
    fn every_note_on_is_a_note(sequence in crate::round_trip::sequence()) {
        for track in &sequence.tracks {
            let is_on = |event: &TrackEvent| {
                matches!(event.event, Event::Channel { message: Message::NoteOn { velocity: 1.., .. }, .. })
            };
            let notes = track.notes();
            prop_assert_eq!(notes.len(), track.events.iter().filter(|event| is_on(event)).count());
            let offs: std::collections::BTreeSet<_> = notes.iter().filter_map(|note| note.off).collect();
            prop_assert_eq!(offs.len(), notes.iter().filter(|note| note.off.is_some()).count());
            prop_assert!(notes.iter().all(|note| is_on(&track.events[note.on]) && note.tick <= note.end));
        }
    }
}
