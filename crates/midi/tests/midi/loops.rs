//! Loop points in each of the ways in which programs write them.

use rae_midi::{Division, Format, LoopPoints, Message, Meta, Performance, Sequence, TextKind, Track, TrackEvent};

use crate::common::{channel, meta};

fn control(tick: u64, controller: u8) -> TrackEvent {
    channel(tick, 0, Message::ControlChange { controller, value: 0 })
}

fn marker(tick: u64, word: &str) -> TrackEvent {
    meta(tick, Meta::Text { kind: TextKind::Marker, bytes: word.into() })
}

/// Start and end in quarters of a song of ten of them, at a tick per quarter and half a second each.
fn points(tracks: &[&[TrackEvent]]) -> Option<(f64, f64)> {
    let mut tracks: Vec<Track> = tracks.iter().map(|events| Track { events: events.to_vec() }).collect();
    tracks.push(Track { events: vec![meta(10, Meta::EndOfTrack)] });
    let song = Sequence { format: Format::Simultaneous, division: Division::TicksPerQuarter(1), tracks };
    let performance = Performance::new(&song);
    let quarters = |time| 2.0 * performance.seconds(time).0;
    LoopPoints::find(&song).map(|points| (quarters(points.start), quarters(points.end)))
}

#[test]
fn each_way_of_saying_them_is_understood() {
    assert_eq!(points(&[&[marker(2, "loopStart"), marker(7, "LOOPEND")]]), Some((2.0, 7.0)));
    assert_eq!(points(&[&[marker(2, " LoopStart\r")]]), Some((2.0, 10.0)));
    assert_eq!(points(&[&[], &[marker(7, "loopEnd")]]), Some((0.0, 7.0)));
    assert_eq!(points(&[&[control(3, 111)]]), Some((3.0, 10.0)));
    assert_eq!(points(&[&[control(3, 116), control(5, 116), control(8, 117)]]), Some((3.0, 8.0)));
    assert_eq!(points(&[&[control(8, 111)], &[control(4, 110)]]), Some((4.0, 8.0)));
    assert_eq!(points(&[&[marker(1, "verse"), control(1, 7)]]), None);
}

#[test]
fn words_count_more_than_controllers_and_the_first_counts() {
    let events = [control(1, 111), control(2, 116), marker(3, "loopstart"), marker(5, "loopstart")];
    assert_eq!(points(&[&events]), Some((3.0, 10.0)));
    assert_eq!(points(&[&[control(4, 111)], &[control(1, 117), control(0, 116)]]), Some((0.0, 1.0)));
    assert_eq!(points(&[&[control(6, 111)], &[control(2, 111)]]), Some((2.0, 10.0)));
}

#[test]
fn a_loop_without_time_is_none() {
    assert_eq!(points(&[&[marker(5, "loopStart"), marker(5, "loopEnd")]]), None);
    assert_eq!(points(&[&[marker(7, "loopStart"), marker(5, "loopEnd")]]), None);
    assert_eq!(points(&[&[marker(10, "loopStart")]]), None);
}
