//! What instruments are told, and when.

use rae_midi::{Action, Division, Event, Format, Message, Meta, Performance, Sequence, Speed, Track, TrackEvent};
use rae_units::{Frames, SampleRate, Seconds};

use crate::common::{self, file};

const END: &[u8] = &[0x00, 0xFF, 0x2F, 0x00];

fn perform(format: u16, tracks: &[&[u8]]) -> Performance {
    Performance::new(&Sequence::parse_strict(&file(format, 96, tracks)).unwrap())
}

/// Milliseconds and actions.
fn actions(performance: &Performance) -> Vec<(u64, Action)> {
    let clock = performance.clock(SampleRate::new(1000).unwrap(), Speed::NORMAL);
    performance.events.iter().map(|event| (clock.frame(event.time).0, event.action.clone())).collect()
}

fn note_on(channel: u16, key: u8, velocity: u8) -> Action {
    Action::Channel { channel, message: Message::NoteOn { key, velocity } }
}

fn note_on_at(tick: u64, key: u8, velocity: u8) -> TrackEvent {
    common::note_on(tick, 0, key, velocity)
}

fn end(tick: u64) -> TrackEvent {
    common::meta(tick, Meta::EndOfTrack)
}

fn note_off(channel: u16, key: u8, velocity: u8) -> Action {
    Action::Channel { channel, message: Message::NoteOff { key, velocity } }
}

fn sysex(port: u8, data: &[u8]) -> Action {
    Action::SysEx { port, data: data.into() }
}

#[test]
fn tracks_are_merged_in_file_order() {
    let first = [&[0, 0x90, 60, 1, 96, 60, 0, 0, 61, 5][..], END].concat();
    let second = [&[96, 0x80, 70, 9, 0, 0x90, 70, 2][..], END].concat();
    let performance = perform(1, &[&first, &second]);
    let expected = [
        (0, note_on(0, 60, 1)),
        (500, note_off(0, 60, 64)),
        (500, note_on(0, 61, 5)),
        (500, note_off(0, 70, 9)),
        (500, note_on(0, 70, 2)),
    ];
    assert_eq!(actions(&performance), expected);
    assert_eq!(performance.channels, 16);
}

#[test]
fn tempo_in_one_track_is_tempo_in_all() {
    let notes = [&[96, 0x90, 60, 1, 96, 60, 2][..], END].concat();
    let tempo = [&[96, 0xFF, 0x51, 3, 0x0F, 0x42, 0x40][..], END].concat();
    let performance = perform(1, &[&notes, &tempo]);
    assert_eq!(actions(&performance), [(500, note_on(0, 60, 1)), (1500, note_on(0, 60, 2))]);
    assert_eq!(performance.seconds(performance.end), Seconds(1.5));
}

#[test]
fn patterns_follow_one_another_with_their_own_tempo() {
    let slow = [&[0, 0xFF, 0x51, 3, 0x0F, 0x42, 0x40, 96, 0x90, 60, 1, 96, 0xFF, 0x2F, 0][..]].concat();
    let plain = [&[0, 0x91, 61, 1, 96, 0x81, 61, 1][..], END].concat();
    let performance = perform(2, &[&slow, &plain]);
    let expected = [(1000, note_on(0, 60, 1)), (2000, note_on(1, 61, 1)), (2500, note_off(1, 61, 1))];
    assert_eq!(actions(&performance), expected);
    assert_eq!(performance.seconds(performance.end), Seconds(2.5));
}

#[test]
fn ports_make_more_channels() {
    let first =
        [&[0, 0xFF, 0x21, 1, 2, 0, 0x93, 60, 1, 0, 0xF0, 2, 5, 0xF7, 0, 0xFF, 0x21, 1, 0, 0, 0x93, 61, 1][..], END]
            .concat();
    let second = [&[0, 0x9F, 62, 1][..], END].concat();
    let performance = perform(1, &[&first, &second]);
    let expected = [(0, note_on(35, 60, 1)), (0, sysex(2, &[5])), (0, note_on(3, 61, 1)), (0, note_on(15, 62, 1))];
    assert_eq!(actions(&performance), expected);
    assert_eq!(performance.channels, 48);
}

#[test]
fn the_standards_packets_are_joined() {
    // The example of the Standard MIDI Files 1.0 text, with its delta times.
    let packets = [
        &[0x00, 0xF0, 0x03, 0x43, 0x12, 0x00, 0x81, 0x48, 0xF7, 0x06, 0x43, 0x12, 0x00, 0x43, 0x12, 0x00][..],
        &[0x64, 0xF7, 0x04, 0x43, 0x12, 0x00, 0xF7],
        END,
    ]
    .concat();
    let sequence = Sequence::parse_strict(&file(0, 96, &[&packets])).unwrap();
    let events = &sequence.tracks[0].events;
    assert_eq!(events[0].event, Event::SysEx([0x43, 0x12, 0x00].into()));
    assert_eq!(events[1], TrackEvent { tick: 200, event: Event::Escape([0x43, 0x12, 0x00, 0x43, 0x12, 0x00].into()) });
    assert_eq!(events[3].event, Event::Meta(Meta::EndOfTrack));
    let performance = Performance::new(&sequence);
    let message = [0x43, 0x12, 0x00].repeat(4);
    // 300 ticks of 96 to half a second.
    assert_eq!(actions(&performance), [(1563, sysex(0, &message))]);
}

#[test]
fn unfinished_and_escaped_messages() {
    let bytes = [
        &[0, 0xF0, 2, 1, 2, 96, 0x90, 60, 1][..],
        &[0, 0xF7, 3, 0xF0, 7, 0xF7, 0, 0xF7, 1, 0xF8, 0, 0xF7, 1, 9],
        &[0, 0xF0, 1, 3, 0, 0xF7, 1, 0xFE, 0, 0xF7, 1, 0xF7, 0, 0xF0, 1, 4],
        END,
    ]
    .concat();
    let performance = perform(0, &[&bytes]);
    let expected = [
        (0, sysex(0, &[1, 2])),
        (500, note_on(0, 60, 1)),
        (500, sysex(0, &[7])),
        (500, sysex(0, &[3])),
        (500, sysex(0, &[4])),
    ];
    assert_eq!(actions(&performance), expected);
}

#[test]
fn the_end_is_that_of_the_longest_track() {
    let performance = perform(1, &[&[96, 0xFF, 0x2F, 0], &[0, 0x90, 60, 1, 0x81, 0x40, 0xFF, 0x2F, 0]]);
    assert_eq!(performance.seconds(performance.end), Seconds(1.0));
    let clock = performance.clock(SampleRate::CD, Speed::new(2.0).unwrap());
    assert_eq!(clock.frame(performance.end), Frames(22_050));
    let empty = Performance::new(&Sequence::parse(&file(1, 96, &[])).unwrap().sequence);
    assert_eq!((empty.events.len(), empty.end, empty.channels), (0, rae_midi::Time::ZERO, 16));
}

#[test]
fn events_of_one_time_stay_in_file_order() {
    // Seven tracks that often say something at once; the velocities number what they say.
    let track = |number: u64| {
        let tick = |n: u64| n * (number + 3) / 5;
        let on = |n: u64| note_on_at(tick(n), (10 * number) as u8, n as u8 + 1);
        Track { events: (0..100).map(on).chain([end(1000)]).collect() }
    };
    let tracks: Vec<Track> = (0..7).map(track).collect();
    let mut expected: Vec<(u64, Action)> = Vec::new();
    for track in &tracks {
        for event in &track.events {
            if let Event::Channel { message, .. } = event.event {
                expected.push((event.tick, Action::Channel { channel: 0, message }));
            }
        }
    }
    expected.sort_by_key(|(tick, _)| *tick);
    // A tick is a millisecond.
    let division = Division::TicksPerQuarter(500);
    let sequence = Sequence { format: Format::Simultaneous, division, tracks };
    assert_eq!(actions(&Performance::new(&sequence)), expected);
    let (mut outline, events) = Performance::performing(&sequence);
    assert!(outline.events.is_empty());
    outline.events.extend(events);
    assert_eq!(outline, Performance::new(&sequence));
}

#[test]
fn tracks_out_of_order_are_put_in_order() {
    let tracks = vec![
        Track { events: vec![note_on_at(30, 1, 1), note_on_at(10, 1, 2), note_on_at(30, 1, 3), end(40)] },
        Track { events: vec![note_on_at(10, 2, 4), note_on_at(30, 2, 5), end(40)] },
    ];
    let sequence = Sequence { format: Format::Simultaneous, division: Division::TicksPerQuarter(500), tracks };
    let velocity = |(time, action): (u64, Action)| match action {
        Action::Channel { message: Message::NoteOn { velocity, .. }, .. } => (time, velocity),
        other => panic!("{other:?}"),
    };
    let heard: Vec<_> = actions(&Performance::new(&sequence)).into_iter().map(velocity).collect();
    assert_eq!(heard, [(10, 2), (10, 4), (30, 1), (30, 3), (30, 5)]);
}

#[test]
fn events_are_small() {
    // Songs have millions of them.
    assert_eq!(size_of::<TrackEvent>(), 24);
}
