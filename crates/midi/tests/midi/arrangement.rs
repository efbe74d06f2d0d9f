//! Arranged performances, against lists written by hand.

use rae_midi::{
    Action, Arrangement, Beats, Division, Error, Format, LoopPoints, Message, Meta, Performance, Sequence, Time,
    TimeSignature, Track, TrackEvent,
};
use rae_units::Seconds;

use crate::common::{channel, meta, note_on};

/// Ten ticks to a quarter of half a second.
fn song(events: Vec<TrackEvent>) -> Sequence {
    Sequence { format: Format::SingleTrack, division: Division::TicksPerQuarter(10), tracks: vec![Track { events }] }
}

fn control(tick: u64, controller: u8, value: u8) -> TrackEvent {
    channel(tick, 0, Message::ControlChange { controller, value })
}

fn note_off(tick: u64, key: u8) -> TrackEvent {
    channel(tick, 0, Message::NoteOff { key, velocity: 64 })
}

/// A time in ticks.
fn at(performance: &Performance, tick: u64) -> Time {
    performance.time(Seconds(tick as f64 / 20.0))
}

fn words(performance: &Performance) -> Vec<String> {
    let word = |action: &Action| match action {
        Action::Channel { message: Message::NoteOn { key, .. }, .. } => format!("on {key}"),
        Action::Channel { message: Message::NoteOff { key, .. }, .. } => format!("off {key}"),
        Action::Channel { message: Message::ControlChange { controller, value }, .. } => {
            format!("cc {controller}={value}")
        }
        Action::Channel { message: Message::ProgramChange { program }, .. } => format!("program {program}"),
        Action::Channel { message: Message::PitchBend { value }, .. } => format!("bend {value}"),
        Action::Channel { message, .. } => format!("{message:?}"),
        Action::SysEx { .. } => "sysex".into(),
    };
    let tick = |time| (performance.seconds(time).0 * 20.0).round();
    performance.events.iter().map(|event| format!("{} {}", tick(event.time), word(&event.action))).collect()
}

fn sysex(tick: u64) -> TrackEvent {
    TrackEvent { tick, event: rae_midi::Event::SysEx([0x7E, 0x7F, 9, 1, 0xF7].into()) }
}

#[test]
fn the_whole_song_is_as_it_was() {
    let performance = Performance::new(&song(vec![note_on(0, 0, 60, 9), note_off(5, 60), meta(8, Meta::EndOfTrack)]));
    let arranged = Arrangement::song(&performance).perform(performance.clone()).unwrap();
    assert_eq!(arranged, performance);
}

#[test]
fn a_section_begins_fresh_and_is_told_what_came_before() {
    let events = vec![
        sysex(0),
        control(0, 0, 3),
        channel(0, 0, Message::ProgramChange { program: 5 }),
        control(0, 0, 4),
        control(1, 7, 30),
        note_on(2, 0, 60, 9),
        control(3, 7, 40),
        control(3, 101, 0),
        control(3, 100, 0),
        control(3, 6, 12),
        control(3, 123, 0),
        note_off(25, 60),
        note_on(25, 0, 62, 9),
        note_off(40, 62),
        meta(50, Meta::EndOfTrack),
    ];
    let performance = Performance::new(&song(events));
    let section = at(&performance, 20)..at(&performance, 40);
    let arranged = Arrangement::section(section.clone(), 1).perform(performance.clone()).unwrap();
    let told = ["0 sysex", "0 cc 0=3", "0 program 5", "0 cc 0=4", "0 cc 7=40", "0 cc 101=0", "0 cc 100=0", "0 cc 6=12"];
    let expected = [&told[..], &["5 off 60", "5 on 62"]].concat();
    assert_eq!(words(&arranged), expected);
    assert_eq!(arranged.end, at(&performance, 20));
}

#[test]
fn where_a_glide_comes_from_is_for_one_note_only() {
    let events = vec![
        control(0, 84, 40),
        note_on(0, 0, 60, 9),
        note_off(5, 60),
        control(12, 84, 48),
        note_on(12, 0, 60, 9),
        control(13, 74, 90),
        note_off(15, 60),
        meta(40, Meta::EndOfTrack),
    ];
    let performance = Performance::new(&song(events));
    let section = at(&performance, 10)..at(&performance, 20);
    let pass = |start: u64| {
        [(2, "cc 84=48"), (2, "on 60"), (3, "cc 74=90"), (5, "off 60")].map(|(t, w)| format!("{} {w}", start + t))
    };
    let arranged = Arrangement::section(section, 2).perform(performance).unwrap();
    assert_eq!(words(&arranged), [pass(0).to_vec(), vec!["10 cc 74=64".to_owned()], pass(10).to_vec()].concat());
}

#[test]
fn what_a_section_moves_goes_back_when_it_comes_again() {
    let events = vec![
        sysex(0),
        control(0, 7, 90),
        note_on(10, 0, 60, 9),
        control(12, 7, 20),
        control(12, 11, 50),
        channel(13, 0, Message::PitchBend { value: 99 }),
        channel(14, 0, Message::ProgramChange { program: 7 }),
        note_off(30, 60),
        meta(40, Meta::EndOfTrack),
    ];
    let performance = Performance::new(&song(events));
    let section = at(&performance, 10)..at(&performance, 20);
    let arranged = Arrangement::section(section, 2).perform(performance).unwrap();
    let pass = |start: u64| {
        ["on 60", "cc 7=20", "cc 11=50", "bend 99", "program 7"]
            .iter()
            .zip([0, 2, 2, 3, 4])
            .map(|(word, tick)| format!("{} {word}", start + tick))
            .collect::<Vec<_>>()
    };
    let again = ["10 off 60", "10 cc 7=100", "10 cc 11=127", "10 bend 0", "10 program 0", "10 cc 7=90"];
    let again = again.map(String::from).to_vec();
    assert_eq!(
        words(&arranged),
        [vec!["0 sysex".to_owned(), "0 cc 7=90".to_owned()], pass(0), again, pass(10)].concat()
    );
}

#[test]
fn a_loop_releases_its_notes_and_leaves_controllers() {
    let events = vec![
        control(0, 7, 90),
        note_on(5, 0, 60, 9),
        note_on(15, 0, 62, 9),
        control(18, 7, 20),
        note_off(25, 62),
        note_on(25, 0, 64, 9),
        note_off(30, 60),
        meta(40, Meta::EndOfTrack),
    ];
    let performance = Performance::new(&song(events));
    let points = LoopPoints { start: at(&performance, 10), end: at(&performance, 20) };
    let arranged = Arrangement::looped(&performance, points, 2).perform(performance.clone()).unwrap();
    let expected = [
        "0 cc 7=90",
        "5 on 60",
        "15 on 62",
        "18 cc 7=20",
        "20 off 60",
        "20 off 62",
        "25 on 62",
        "28 cc 7=20",
        "35 off 62",
        "35 on 64",
        "40 off 60",
    ];
    assert_eq!(words(&arranged), expected);
    assert_eq!(arranged.end, at(&performance, 50));
}

#[test]
fn the_songs_last_events_belong_to_every_pass_but_not_new_notes() {
    let events = vec![
        note_on(0, 0, 60, 9),
        note_off(10, 60),
        control(10, 64, 0),
        note_on(10, 0, 61, 9),
        meta(10, Meta::EndOfTrack),
    ];
    let performance = Performance::new(&song(events));
    let points = LoopPoints { start: Time::ZERO, end: performance.end };
    let arranged = Arrangement::looped(&performance, points, 2).perform(performance.clone()).unwrap();
    let expected = ["0 on 60", "10 off 60", "10 cc 64=0", "10 on 60", "20 off 60", "20 cc 64=0", "20 on 61"];
    assert_eq!(words(&arranged), expected);
}

#[test]
fn a_count_in_has_the_meter_and_tempo_of_the_music_it_is_before() {
    let signature = |tick, numerator| meta(tick, Meta::TimeSignature(TimeSignature::new(numerator, 2)));
    let events = vec![
        signature(0, 4),
        signature(40, 3),
        meta(40, Meta::Tempo(1_000_000)),
        note_on(40, 0, 60, 9),
        meta(100, Meta::EndOfTrack),
    ];
    let song = song(events);
    let (performance, beats) = (Performance::new(&song), Beats::new(&song).unwrap());
    let counted = |arrangement: Arrangement| {
        let arrangement = arrangement.after_count_in(2, &beats);
        let found: Vec<(f64, Option<u64>, u32)> = arrangement
            .beats(&beats, Time::ZERO)
            .map(|beat| (performance.seconds(beat.time).0, beat.bar, beat.beat))
            .collect();
        (found, performance.seconds(arrangement.music_start()).0, arrangement)
    };

    let (found, start, arrangement) = counted(Arrangement::song(&performance));
    assert_eq!((start, found.len()), (4.0, 8 + 4 + 6));
    assert_eq!(found[4..6], [(2.0, None, 1), (2.5, None, 2)]);
    assert_eq!(found[11..14], [(5.5, Some(1), 4), (6.0, Some(2), 1), (7.0, Some(2), 2)]);
    assert_eq!(performance.seconds(arrangement.end()).0, 4.0 + 2.0 + 6.0);
    assert_eq!(performance.seconds(arrangement.perform(performance.clone()).unwrap().events[0].time).0, 6.0);

    let section = beats.bar_start(3)..beats.bar_start(4);
    let (found, start, _) = counted(Arrangement::section(section, 2));
    assert_eq!((start, found.len()), (6.0, 6 + 3 + 3));
    assert_eq!(
        found[5..10],
        [(5.0, None, 3), (6.0, Some(3), 1), (7.0, Some(3), 2), (8.0, Some(3), 3), (9.0, Some(3), 1)]
    );
}

#[test]
fn beats_too_close_to_be_heard_are_left_out() {
    // A million quarters in a second.
    let song = song(vec![meta(0, Meta::Tempo(1)), meta(10_000_000, Meta::EndOfTrack)]);
    let (performance, beats) = (Performance::new(&song), Beats::new(&song).unwrap());
    let closest = performance.time(Seconds(0.01));
    let arrangement = Arrangement::song(&performance);
    let times: Vec<Time> = arrangement.beats(&beats, closest).map(|beat| beat.time).collect();
    assert_eq!(times.len(), 100);
    assert!(times.windows(2).all(|pair| performance.seconds(pair[1]).0 - performance.seconds(pair[0]).0 > 0.00999));
}

#[test]
fn too_many_repeats_are_refused_before_memory_is_used() {
    let events = (0..1000).map(|tick| note_on(tick, 0, 60, 9)).chain([meta(1000, Meta::EndOfTrack)]).collect();
    let performance = Performance::new(&song(events));
    let points = LoopPoints { start: Time::ZERO, end: performance.end };
    let result = Arrangement::looped(&performance, points, 6000).perform(performance.clone());
    assert!(matches!(result, Err(Error::TooManyRepeats { events: 6_000_000 })), "{result:?}");
}
