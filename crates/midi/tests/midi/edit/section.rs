//! Sections: trimming, cutting, splitting by time.

use proptest::prelude::*;
use rae_midi::edit::{Held, Section, bar_ticks, cut, marker_ticks, split_at, trim};
use rae_midi::{
    Action, Division, Error, Event, Format, Message, Meta, Performance, Sequence, SmpteRate, TextKind, TimeSignature,
    TrackEvent,
};
use rae_units::Seconds;

use super::{any_song, assert_valid, note, song};
use crate::common::{channel, meta, note_on};

fn control(tick: u64, controller: u8, value: u8) -> TrackEvent {
    channel(tick, 0, Message::ControlChange { controller, value })
}

fn program(tick: u64, program: u8) -> TrackEvent {
    channel(tick, 0, Message::ProgramChange { program })
}

fn text(tick: u64, kind: TextKind) -> TrackEvent {
    meta(tick, Meta::Text { kind, bytes: b"x".into() })
}

fn off(tick: u64, key: u8, velocity: u8) -> TrackEvent {
    channel(tick, 0, Message::NoteOff { key, velocity })
}

fn ending(mut sequence: Sequence, tick: u64) -> Sequence {
    for track in &mut sequence.tracks {
        track.events.last_mut().unwrap().tick = tick;
    }
    sequence
}

fn between(start: u64, end: u64) -> Section {
    Section { start, end: Some(end) }
}

#[test]
fn notes_across_the_edges_begin_and_end_there() {
    let events = vec![
        note_on(0, 0, 60, 90),
        note_on(0, 0, 61, 91),
        off(100, 61, 7),
        note_on(100, 0, 62, 92),
        off(150, 60, 7),
        note_on(150, 0, 63, 93),
        note_on(160, 0, 64, 94),
        off(200, 62, 7),
        note_on(200, 0, 65, 95),
        off(300, 64, 7),
        off(400, 65, 7),
    ];
    let sequence = song([events]);
    let expected = vec![
        note_on(0, 0, 60, 90),
        note_on(0, 0, 62, 92),
        off(50, 60, 7),
        note_on(50, 0, 63, 93),
        note_on(60, 0, 64, 94),
        off(100, 62, 7),
        off(100, 63, 64),
        off(100, 64, 64),
    ];
    assert_eq!(trim(&sequence, between(100, 200), Held::Strike).unwrap(), song([expected.clone()]));
    let without =
        expected.into_iter().filter(|event| event.event != note_on(0, 0, 60, 90).event && *event != off(50, 60, 7));
    assert_eq!(trim(&sequence, between(100, 200), Held::Drop).unwrap(), song([without.collect()]));
}

#[test]
fn instruments_are_as_they_were() {
    let bend = |tick, value| channel(tick, 0, Message::PitchBend { value });
    let events = vec![
        text(0, TextKind::TrackName),
        text(0, TextKind::Copyright),
        text(0, TextKind::Lyric),
        meta(0, Meta::Tempo(400_000)),
        meta(0, Meta::TimeSignature(TimeSignature::new(3, 2))),
        control(1, 0, 8),
        program(2, 5),
        control(3, 7, 30),
        control(3, 10, 20),
        // Bend range, then the fine tuning, which stays chosen.
        control(4, 101, 0),
        control(4, 100, 0),
        control(4, 6, 12),
        control(5, 100, 1),
        control(5, 6, 70),
        bend(6, 500),
        control(7, 7, 90),
        control(8, 0, 9),
        meta(9, Meta::Tempo(300_000)),
        text(9, TextKind::Marker),
        note_on(20, 0, 60, 1),
        off(30, 60, 1),
    ];
    let expected = vec![
        text(0, TextKind::TrackName),
        text(0, TextKind::Copyright),
        meta(0, Meta::TimeSignature(TimeSignature::new(3, 2))),
        control(0, 0, 8),
        program(0, 5),
        control(0, 10, 20),
        control(0, 101, 0),
        control(0, 100, 0),
        control(0, 6, 12),
        control(0, 101, 0),
        control(0, 100, 1),
        control(0, 6, 70),
        bend(0, 500),
        control(0, 7, 90),
        meta(0, Meta::Tempo(300_000)),
        control(0, 0, 9),
        control(0, 101, 0),
        control(0, 100, 1),
        note_on(5, 0, 60, 1),
        off(15, 60, 1),
    ];
    assert_eq!(trim(&song([events]), Section { start: 15, end: None }, Held::Strike).unwrap(), song([expected]));
}

#[test]
fn resets_come_first_and_undo_what_was_before() {
    let reset = |tick| TrackEvent { tick, event: Event::SysEx([0x7E, 0x7F, 9, 1, 0xF7].into()) };
    let first = vec![control(0, 7, 1), program(0, 9), note_on(9, 0, 60, 1)];
    let second = vec![reset(3), control(4, 7, 50)];
    let made = trim(&song([first, second]), Section { start: 8, end: None }, Held::Strike).unwrap();
    assert_eq!(made, song([vec![reset(0), note_on(1, 0, 60, 1)], vec![control(0, 7, 50)]]));
}

#[test]
fn controllers_and_system_exclusive_messages_keep_their_order() {
    // Part level by GS, between two levels by controller; the last one told counts.
    let level = |tick| TrackEvent {
        tick,
        event: Event::SysEx([0x41, 0x10, 0x42, 0x12, 0x40, 0x11, 0x19, 30, 0x66, 0xF7].into()),
    };
    let first = vec![control(0, 7, 100), control(0, 11, 90), control(5, 10, 9), note_on(20, 0, 60, 1)];
    let second = vec![level(2), channel(3, 1, Message::ProgramChange { program: 4 })];
    let made = trim(&song([first, second]), Section { start: 10, end: None }, Held::Strike).unwrap();
    let start = vec![control(0, 7, 100), control(0, 11, 90), level(0), control(0, 10, 9), note_on(10, 0, 60, 1)];
    assert_eq!(made, song([start, vec![channel(0, 1, Message::ProgramChange { program: 4 })]]));

    // What another track was told before the message goes in front of it.
    let made = trim(
        &song([vec![note_on(20, 0, 60, 1)], vec![control(0, 7, 100), control(5, 10, 9)], vec![level(2)]]),
        Section { start: 10, end: None },
        Held::Strike,
    );
    let start = vec![control(0, 7, 100), level(0), note_on(10, 0, 60, 1)];
    assert_eq!(made.unwrap(), song([start, vec![control(0, 10, 9)], vec![]]));
}

#[test]
fn a_glide_belongs_to_the_note_after_it() {
    let events = |note: Vec<TrackEvent>| {
        song([[vec![control(0, 5, 64), control(0, 84, 36)], note, vec![note_on(20, 0, 72, 1)]].concat()])
    };
    let from_ten = |sequence| trim(&sequence, Section { start: 10, end: None }, Held::Strike).unwrap();
    let used = vec![control(0, 5, 64), note_on(10, 0, 72, 1)];
    assert_eq!(from_ten(events(note(0, 60, 0, 5).to_vec())), song([used]));
    let waiting = vec![control(0, 5, 64), control(0, 84, 36), note_on(10, 0, 72, 1)];
    assert_eq!(from_ten(events(vec![])), song([waiting]));
}

#[test]
fn what_is_cut_out_leaves_its_changes() {
    let before = [vec![program(0, 1), control(0, 7, 50)], note(0, 60, 0, 150).to_vec()].concat();
    let inside = vec![program(120, 2), note_on(130, 0, 61, 100), meta(140, Meta::Tempo(300_000))];
    let after = vec![off(220, 61, 9), note_on(230, 0, 62, 100), off(250, 62, 9)];
    let events = [&before[..3], &inside, &before[3..], &after].concat();
    let expected = vec![
        program(0, 1),
        control(0, 7, 50),
        note_on(0, 0, 60, 100),
        off(100, 60, 64),
        program(100, 2),
        meta(100, Meta::Tempo(300_000)),
        note_on(100, 0, 61, 100),
        off(120, 61, 9),
        note_on(130, 0, 62, 100),
        off(150, 62, 9),
    ];
    assert_eq!(cut(&song([events.clone()]), between(100, 200), Held::Strike).unwrap(), song([expected.clone()]));
    let dropped: Vec<_> = expected
        .iter()
        .filter(|event| {
            !matches!(
                event.event,
                Event::Channel { message: Message::NoteOn { key: 61, .. } | Message::NoteOff { key: 61, .. }, .. }
            )
        })
        .cloned()
        .collect();
    assert_eq!(cut(&song([events.clone()]), between(100, 200), Held::Drop).unwrap(), song([dropped]));
    assert_eq!(cut(&song([events]), between(100, 900), Held::Strike).unwrap(), song([expected[..4].to_vec()]));
}

#[test]
fn places_are_times_and_bars() {
    let waltz = meta(0, Meta::TimeSignature(TimeSignature::new(3, 2)));
    let faster = meta(960, Meta::Tempo(250_000));
    let sequence = ending(song([vec![waltz, faster, note_on(5000, 0, 60, 1)]]), 5000);
    // Two quarters of half a second, then quarters of a quarter of a second.
    assert_eq!(Section::seconds(&sequence, Seconds(0.5), Some(Seconds(1.25))), between(480, 1440));
    assert_eq!(Section::seconds(&sequence, Seconds(f64::NAN), Some(Seconds(f64::INFINITY))).start, 0);
    assert_eq!(Section::bars(&sequence, 2, Some(3)).unwrap(), between(1440, 4320));
    assert_eq!(Section::bars(&sequence, 3, None).unwrap(), Section { start: 2880, end: None });
    assert_eq!(bar_ticks(&sequence, 2).unwrap(), [0, 2880]);
    assert!(matches!(bar_ticks(&sequence, 0), Err(Error::Setting { .. })));
    let film = Sequence { division: Division::Smpte { rate: SmpteRate::Fps25, ticks_per_frame: 40 }, ..sequence };
    assert_eq!(Section::seconds(&film, Seconds(1.0), None).start, 1000);
    assert!(matches!(Section::bars(&film, 1, None), Err(Error::AbsoluteTime)));
}

#[test]
fn empty_sections_and_patterns_are_refused() {
    let sequence = song([note(0, 60, 0, 100).to_vec()]);
    for section in [between(5, 5), between(5, 4), Section { start: 100, end: None }] {
        assert!(matches!(trim(&sequence, section, Held::Strike), Err(Error::Setting { .. })));
        assert!(matches!(cut(&sequence, section, Held::Strike), Err(Error::Setting { .. })));
    }
    let patterns = Sequence { format: Format::Independent, ..sequence.clone() };
    assert!(matches!(trim(&patterns, between(0, 5), Held::Strike), Err(Error::Patterns)));
    assert!(matches!(split_at(&patterns, &[5], Held::Strike), Err(Error::Patterns)));
    let many: Vec<u64> = (0..2000).collect();
    assert!(matches!(split_at(&ending(sequence, 5000), &many, Held::Strike), Err(Error::Setting { .. })));
}

#[test]
fn songs_are_split_at_their_markers() {
    let events = [
        vec![text(0, TextKind::Marker)],
        note(0, 60, 0, 50).to_vec(),
        vec![text(70, TextKind::Marker)],
        note(0, 62, 80, 90).to_vec(),
    ]
    .concat();
    let sequence = song([events]);
    assert_eq!(marker_ticks(&sequence), [0, 70]);
    let parts = split_at(&sequence, &[0, 70, 70, 90, 500], Held::Strike).unwrap();
    let parts: Vec<Sequence> = parts.map(|(_, part)| part).collect();
    let first = ending(song([[vec![text(0, TextKind::Marker)], note(0, 60, 0, 50).to_vec()].concat()]), 70);
    let second = song([[vec![text(0, TextKind::Marker)], note(0, 62, 10, 20).to_vec()].concat()]);
    assert_eq!(parts, [first, second]);
}

#[test]
fn splitting_does_not_multiply_a_song_without_bound() {
    let sysex = |number: u16| TrackEvent {
        tick: 0,
        event: Event::SysEx([(number >> 7) as u8, number as u8 & 127, 0xF7].into()),
    };
    let many: Vec<TrackEvent> = (0..10_000).map(sysex).collect();
    // Every section would tell 10,000 messages again, every track has them, and so does every channel.
    let sequence = ending(song([[many.clone(), note(0, 60, 0, 9).to_vec()].concat()]), 5000);
    let cuts: Vec<u64> = (0..900).collect();
    assert!(matches!(split_at(&sequence, &cuts, Held::Strike), Err(Error::Setting { .. })));
    assert!(split_at(&sequence, &cuts[..90], Held::Strike).is_ok());
    let tracks = song(std::iter::once(many).chain((0..900).map(|_| note(0, 60, 0, 9).to_vec())));
    assert!(matches!(rae_midi::edit::split_tracks(&tracks), Err(Error::Setting { .. })));

    // Thousands of tracks are split without a look at all of them for each.
    let tracks = song((0..20_000).map(|_| note(0, 60, 0, 9).to_vec()));
    let parts = rae_midi::edit::split_tracks(&tracks).unwrap();
    assert_eq!(parts.map(|(_, part)| part.tracks.len()).sum::<usize>(), 20_000);
}

proptest! {
    #[test]
    fn parts_are_the_sections_of_the_song(sequence in any_song(), cuts in proptest::collection::btree_set(1..20_000u64, 0..6), drop in any::<bool>()) {
        let held = if drop { Held::Drop } else { Held::Strike };
        let end = sequence.tracks.iter().map(|track| track.end()).max().unwrap_or(0);
        let cuts: Vec<u64> = cuts.into_iter().filter(|&cut| cut < end).collect();
        let parts: Vec<Sequence> = split_at(&sequence, &cuts, held).unwrap().map(|(_, part)| part).collect();
        prop_assert_eq!(parts.len(), cuts.len() + 1);
        for (index, part) in parts.iter().enumerate().filter(|_| !cuts.is_empty()) {
            let start = if index == 0 { 0 } else { cuts[index - 1] };
            let section = Section { start, end: cuts.get(index).copied() };
            prop_assert_eq!(part, &trim(&sequence, section, held).unwrap());
        }
    }
}

/// What a listener knows of a channel: the values of its controllers, its program and so on, as a map.
fn heard(sequence: &Sequence, until: u64) -> std::collections::BTreeMap<(u16, u16), i32> {
    let mut cut = sequence.clone();
    for track in &mut cut.tracks {
        track.events.retain(|event| event.tick < until || event.event == Event::Meta(Meta::EndOfTrack));
    }
    let mut heard = std::collections::BTreeMap::new();
    for event in Performance::new(&cut).events {
        let Action::Channel { channel, message } = event.action else { continue };
        match message {
            // The numbers of parameters and their data are tested by example.
            Message::ControlChange { controller: 6 | 38 | 96..=101 | 120 | 123.., .. } => {}
            Message::ControlChange { controller, value } => {
                heard.insert((channel, u16::from(controller)), i32::from(value));
            }
            Message::ProgramChange { program } => {
                let bank = heard.get(&(channel, 0)).copied().unwrap_or(-1);
                heard.insert((channel, 200), i32::from(program) + 1000 * bank);
            }
            Message::PitchBend { value } => {
                heard.insert((channel, 201), i32::from(value));
            }
            Message::NoteOn { velocity: 1.., .. } => {
                heard.remove(&(channel, 84));
            }
            Message::ChannelPressure { pressure } => {
                heard.insert((channel, 202), i32::from(pressure));
            }
            _ => {}
        }
    }
    heard
}

proptest! {
    #[test]
    fn a_section_has_the_notes_of_the_song_and_its_state(sequence in any_song(), start in 0..20_000u64, length in 1..20_000u64) {
        let section = between(start, start + length);
        let Ok(part) = trim(&sequence, section, Held::Drop) else { return Ok(()) };
        assert_valid(&part);
        let of = |sequence: &Sequence| sequence.tracks.iter().flat_map(|track| track.notes()).map(|note| (note.channel, note.key, note.velocity, note.tick)).collect::<Vec<_>>();
        let expected: Vec<_> = of(&sequence).into_iter().filter(|note| (start..start + length).contains(&note.3))
            .map(|(channel, key, velocity, tick)| (channel, key, velocity, tick - start)).collect();
        prop_assert_eq!(of(&part), expected);
        prop_assert_eq!(heard(&part, u64::MAX), heard(&sequence, start + length));
        let struck = trim(&sequence, section, Held::Strike).unwrap();
        assert_valid(&struck);
        prop_assert!(of(&struck).len() >= of(&part).len());
    }

    #[test]
    fn cutting_leaves_the_rest(sequence in any_song(), start in 0..20_000u64, length in 1..20_000u64) {
        let Ok(rest) = cut(&sequence, between(start, start + length), Held::Drop) else { return Ok(()) };
        assert_valid(&rest);
        let onsets = |sequence: &Sequence| sequence.tracks.iter().flat_map(|track| track.notes()).map(|note| (note.channel, note.key, note.velocity, note.tick)).collect::<Vec<_>>();
        let expected: Vec<_> = onsets(&sequence).into_iter().filter(|note| !(start..start + length).contains(&note.3))
            .map(|(channel, key, velocity, tick)| (channel, key, velocity, if tick < start { tick } else { tick - length })).collect();
        prop_assert_eq!(onsets(&rest), expected);
        if sequence.tracks.iter().any(|track| track.end() > start + length) {
            prop_assert_eq!(heard(&rest, u64::MAX), heard(&sequence, u64::MAX));
        }
    }
}
