//! Concatenating, merging, splitting, converting.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rae_midi::edit::{
    Scope, Seam, concatenate, convert, has_same_tempo, keep, merge, set_resolution, split_at, split_channels,
    split_tracks,
};
use rae_midi::{
    Action, Division, Error, Event, Format, Message, Meta, Performance, Sequence, SmpteRate, TempoMap, TextKind,
    TimeSignature, TrackEvent,
};

use super::{any_song, assert_valid, note, onsets, played, song};
use crate::common::{channel, meta, note_on};

fn control(tick: u64, controller: u8, value: u8) -> TrackEvent {
    channel(tick, 0, Message::ControlChange { controller, value })
}

fn program(tick: u64, program: u8) -> TrackEvent {
    channel(tick, 0, Message::ProgramChange { program })
}

fn name(text: &str) -> TrackEvent {
    meta(0, Meta::Text { kind: TextKind::TrackName, bytes: text.into() })
}

fn with_resolution(mut sequence: Sequence, ticks: u16) -> Sequence {
    sequence.division = Division::TicksPerQuarter(ticks);
    sequence
}

#[test]
fn songs_follow_each_other_in_exact_time() {
    // 1.5 quarters of 0.4 s, then 2 quarters of 0.5 s; 7/480 and 5/384 quarters are whole ticks of 1920.
    let first = song([[vec![meta(0, Meta::Tempo(400_000))], note(0, 60, 7, 720).to_vec()].concat()]);
    let second = with_resolution(song([note(0, 61, 5, 768).to_vec()]), 384);
    let joined = concatenate(vec![first, second], Seam::Reset).unwrap();
    assert_valid(&joined);
    assert_eq!(joined.division, Division::TicksPerQuarter(1920));
    let seconds: Vec<f64> = played(&joined)
        .into_iter()
        .filter(|(_, action)| {
            matches!(action, Action::Channel { message: Message::NoteOn { .. } | Message::NoteOff { .. }, .. })
        })
        .map(|(seconds, _)| seconds)
        .collect();
    let expected = [0.4 * 7.0 / 480.0, 0.6, 0.6 + 0.5 * 5.0 / 384.0, 1.6];
    assert!(seconds.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12), "{seconds:?}");
}

#[test]
fn the_next_song_begins_afresh() {
    let first = vec![
        name("a"),
        meta(0, Meta::TimeSignature(TimeSignature::new(3, 2))),
        control(0, 0, 4),
        program(0, 7),
        control(0, 7, 20),
        control(0, 64, 127),
        note_on(10, 0, 60, 9),
    ];
    let second = vec![name("b"), note_on(0, 0, 61, 9)];
    let joined = concatenate(vec![song([first.clone()]), song([second.clone()])], Seam::Reset).unwrap();
    let seam = vec![
        control(10, 123, 0),
        control(10, 0, 0),
        control(10, 32, 0),
        program(10, 0),
        control(10, 7, 100),
        control(10, 64, 0),
    ];
    let next = vec![
        TrackEvent { tick: 10, ..name("b") },
        meta(10, Meta::TimeSignature(TimeSignature::new(4, 2))),
        note_on(10, 0, 61, 9),
    ];
    assert_eq!(joined, song([[first.clone(), seam].concat(), next.clone()]));
    let kept = concatenate(vec![song([first.clone()]), song([second])], Seam::Keep).unwrap();
    assert_eq!(kept, song([first, vec![next[0].clone(), next[2].clone()]]));
}

#[test]
fn patterns_begin_with_their_own_tempo_and_metre() {
    let waltz = meta(0, Meta::TimeSignature(TimeSignature::new(3, 2)));
    let slow = [vec![meta(0, Meta::Tempo(1_000_000)), waltz], note(0, 60, 0, 480).to_vec()].concat();
    // A tempo on the last tick holds for no time.
    let slow = [slow, vec![meta(480, Meta::Tempo(250_000))]].concat();
    let patterns = Sequence { format: Format::Independent, ..song([slow, note(0, 60, 0, 480).to_vec()]) };
    let converted = convert(patterns, Format::Simultaneous).unwrap();
    // A quarter of one second, then one of half a second.
    let seconds: Vec<f64> = played(&converted).into_iter().map(|(seconds, _)| seconds).collect();
    assert_eq!(seconds, [0.0, 1.0, 1.0, 1.5]);
    let map = TempoMap::new(converted.division, &converted.tracks);
    assert_eq!(map.time_signatures().last().unwrap().signature, TimeSignature::new(4, 2));
}

#[test]
fn many_short_patterns_are_joined_in_one_go() {
    let patterns = Sequence { format: Format::Independent, ..song(vec![note(0, 60, 0, 1).to_vec(); 20_000]) };
    let joined = convert(patterns, Format::SingleTrack).unwrap();
    assert_eq!((joined.tracks.len(), onsets(&joined).len(), joined.tracks[0].end()), (1, 20_000, 20_000));
}

#[test]
fn merged_songs_send_what_all_send_once() {
    let reset = TrackEvent { tick: 0, event: Event::SysEx([0x7E, 0x7F, 9, 1, 0xF7].into()) };
    let part = |key| song([[vec![reset.clone(), program(0, key)], note(0, key, 0, 9).to_vec()].concat()]);
    let merged = merge(vec![part(60), part(61)], false).unwrap();
    assert_eq!(merged.tracks[1], song([[vec![program(0, 61)], note(0, 61, 0, 9).to_vec()].concat()]).tracks[0]);
    assert_eq!(merged.tracks[0], part(60).tracks[0]);
    let apart = merge(vec![part(60), part(61), song([vec![meta(0, Meta::Tempo(9))]])], true).unwrap();
    assert_eq!(apart.tracks.iter().filter(|track| track.events.contains(&reset)).count(), 2);
    assert_eq!(apart.tracks.len(), 2);
}

#[test]
fn only_what_is_known_is_taken_back() {
    let parameter = |high, low, value| [control(0, 99, high), control(0, 98, low), control(0, 6, value)];
    // What the seam sends: (upper number, data).
    let taken_back = |first: Vec<TrackEvent>| {
        let joined = concatenate(vec![song([first.clone()]), song([vec![]])], Seam::Reset).unwrap();
        joined.tracks[0].events[first.len()..joined.tracks[0].events.len() - 1].to_vec()
    };
    // Level, place and sends of a drum key are the kit's own until they are set.
    for high in [0x1A, 0x1C, 0x1D, 0x1E, 0x1F] {
        assert_eq!(taken_back(parameter(high, 38, 127).to_vec()), []);
    }
    // Vibrato rate, a drum's cutoff, and a SoundFont generator are offsets.
    for (high, low) in [(1, 8), (0x14, 38), (120, 8)] {
        let back = taken_back(parameter(high, low, 100).to_vec());
        assert_eq!(back[..3], parameter(high, low, 64), "{high}");
    }
    assert_eq!(taken_back(vec![control(0, 84, 36)]), []);
}

#[test]
fn tracks_with_the_same_names_go_on() {
    let part = |key| song([vec![name("x")], [&[name("y")], &note(0, key, 0, 10)[..]].concat()]);
    let joined = concatenate(vec![part(60), part(61)], Seam::Keep).unwrap();
    assert_eq!((joined.tracks.len(), onsets(&joined)), (2, vec![(0, 0, 60, 100), (10, 0, 61, 100)]));
    let other = song([vec![name("z")], vec![]]);
    assert_eq!(concatenate(vec![part(60), other], Seam::Keep).unwrap().tracks.len(), 4);
}

#[test]
fn what_cannot_be_joined_is_refused() {
    let film = |rate| Sequence { division: Division::Smpte { rate, ticks_per_frame: 4 }, ..song([vec![]]) };
    let pair = |one, other| merge(vec![one, other], false);
    assert!(matches!(pair(film(SmpteRate::Fps24), song([])), Err(Error::Divisions)));
    assert!(matches!(pair(film(SmpteRate::Fps24), film(SmpteRate::Fps25)), Err(Error::Divisions)));
    assert!(pair(film(SmpteRate::Fps24), film(SmpteRate::Fps24)).is_ok());
    assert!(matches!(merge(vec![], false), Err(Error::Setting { .. })));
    assert!(matches!(concatenate(vec![], Seam::Reset), Err(Error::Setting { .. })));
    let port = |port| song([vec![meta(0, Meta::Port(port)), note_on(0, 0, 60, 1)]]);
    assert!(matches!(merge(vec![port(200), port(100)], true), Err(Error::Setting { .. })));
    assert!(merge(vec![port(200), port(54)], true).is_ok());
}

#[test]
fn merged_songs_keep_the_time_of_the_first() {
    let first = song([[vec![meta(0, Meta::Tempo(400_000))], note(0, 60, 0, 480).to_vec()].concat()]);
    let second = with_resolution(
        song([[vec![meta(0, Meta::Tempo(300_000))], note(0, 61, 96, 192).to_vec()].concat(), vec![]]),
        96,
    );
    assert!(!has_same_tempo(&first, &second));
    let merged = merge(vec![first.clone(), second.clone()], false).unwrap();
    assert_eq!(
        merged,
        song([
            [vec![meta(0, Meta::Tempo(400_000))], note(0, 60, 0, 480).to_vec()].concat(),
            note(0, 61, 480, 960).to_vec()
        ])
    );
    let apart = merge(vec![first, second], true).unwrap();
    let channels: Vec<u16> = apart.tracks.iter().flat_map(|track| track.notes()).map(|note| note.channel).collect();
    assert_eq!(channels, [0, 16]);
    let default = song([vec![]]);
    assert!(has_same_tempo(&default, &with_resolution(song([vec![meta(0, Meta::Tempo(500_000))]]), 7)));
}

#[test]
fn resolutions_are_exact_or_nearest() {
    let sequence = song([vec![note_on(1, 0, 60, 1), note_on(480, 0, 60, 0)]]);
    let finer = set_resolution(sequence.clone(), 960).unwrap();
    assert_eq!(onsets(&finer)[0].0, 2);
    assert_eq!(set_resolution(finer, 480).unwrap(), sequence);
    // 1/480 of a quarter is 0.2 ticks of 96; 3/480 are 0.6.
    assert_eq!(onsets(&set_resolution(sequence.clone(), 96).unwrap())[0].0, 0);
    for ticks in [0, 0x8000] {
        assert!(matches!(set_resolution(sequence.clone(), ticks), Err(Error::Setting { .. })));
    }
    // The least common multiple of 32767 and 480 is too fine for a file.
    let coarse = song([vec![note_on(240, 0, 60, 1)]]);
    let joined = merge(vec![with_resolution(song([vec![]]), 32_767), coarse], false).unwrap();
    assert_eq!((joined.division, onsets(&joined)[0].0), (Division::TicksPerQuarter(32_767), 16_384));
}

#[test]
fn formats_become_each_other() {
    let conductor = vec![name("song"), meta(0, Meta::Tempo(400_000))];
    let piano = [&[name("piano")], &note(0, 60, 0, 10)[..]].concat();
    let bass = [&[name("bass"), meta(0, Meta::Port(1))], &note(3, 40, 5, 10)[..]].concat();
    let mut sequence = song([conductor, piano, bass]);
    sequence.tracks[0].events.last_mut().unwrap().tick = 10;
    let single = convert(sequence.clone(), Format::SingleTrack).unwrap();
    assert_valid(&single);
    assert_eq!((single.tracks.len(), played(&single)), (1, played(&sequence)));
    assert_eq!(convert(single, Format::Simultaneous).unwrap().tracks[..2], sequence.tracks[..2]);
    assert!(matches!(convert(sequence.clone(), Format::Independent), Err(Error::Setting { .. })));
    let patterns = Sequence { format: Format::Independent, ..sequence };
    let one = convert(patterns.clone(), Format::SingleTrack).unwrap();
    assert_eq!((one.format, played(&one).len()), (Format::SingleTrack, played(&patterns).len()));
}

/// What each channel is told, in order, and when.
fn by_channel(sequence: &Sequence) -> BTreeMap<u16, Vec<(u128, Message)>> {
    let performance = Performance::new(sequence);
    let mut channels: BTreeMap<u16, Vec<_>> = BTreeMap::new();
    for event in &performance.events {
        if let Action::Channel { channel, message } = event.action {
            // Nanoseconds, since the unit of time depends on the division.
            let time = (performance.seconds(event.time).0 * 1e9).round() as u128;
            channels.entry(channel).or_default().push((time, message));
        }
    }
    channels
}

proptest! {
    #[test]
    fn conversions_are_not_heard(sequence in any_song()) {
        let single = convert(sequence.clone(), Format::SingleTrack).unwrap();
        assert_valid(&single);
        prop_assert_eq!(by_channel(&single), by_channel(&sequence));
        let tracks = convert(single, Format::Simultaneous).unwrap();
        assert_valid(&tracks);
        prop_assert_eq!(by_channel(&tracks), by_channel(&sequence));
    }

    #[test]
    fn patterns_in_turn_are_not_heard(sequence in any_song()) {
        let patterns = Sequence { format: Format::Independent, ..sequence };
        let converted = convert(patterns.clone(), Format::Simultaneous).unwrap();
        assert_valid(&converted);
        prop_assert_eq!(by_channel(&converted), by_channel(&patterns));
    }

    #[test]
    fn split_and_merged_is_the_same(sequence in any_song()) {
        // Events of one time from several tracks may change their order in a channel; notes on one tick stay.
        let parts: Vec<Sequence> = split_tracks(&sequence).unwrap().map(|(track, part)| {
            assert_eq!(part, keep(sequence.clone(), &Scope::tracks([track])));
            part
        }).collect();
        parts.iter().for_each(assert_valid);
        prop_assume!(!parts.is_empty());
        let merged = merge(parts, false).unwrap();
        prop_assert_eq!(by_channel(&merged), by_channel(&sequence));
        let parts: Vec<(usize, Sequence)> = split_channels(&sequence).unwrap().collect();
        let notes: usize = parts.iter().map(|(_, part)| onsets(part).len()).sum();
        prop_assert_eq!(notes, onsets(&sequence).len());
        for (channel, part) in parts {
            prop_assert_eq!(part, keep(sequence.clone(), &Scope::channels([channel as u16])));
        }
    }

    #[test]
    fn split_by_time_and_concatenated_has_the_same_notes(sequence in any_song(), ticks in proptest::collection::vec(0..30_000u64, 0..5)) {
        let parts = split_at(&sequence, &ticks, rae_midi::edit::Held::Drop).unwrap().map(|(_, part)| part).collect();
        let joined = concatenate(parts, Seam::Keep).unwrap();
        assert_valid(&joined);
        let mut expected = onsets(&sequence);
        let mut found = onsets(&joined);
        expected.sort_unstable();
        found.sort_unstable();
        prop_assert_eq!(found, expected);
        let end = |sequence: &Sequence| sequence.tracks.iter().map(|track| track.end()).max();
        prop_assert_eq!(end(&joined), end(&sequence));
        let map = |sequence: &Sequence| TempoMap::new(sequence.division, &sequence.tracks);
        for tick in (0..60_000).step_by(1000) {
            prop_assert_eq!(map(&joined).time(tick), map(&sequence).time(tick));
        }
    }

    #[test]
    fn nothing_panics(mut sequence in crate::round_trip::sequence(), tick in any::<u64>(), factor in 1..9u16) {
        for event in sequence.tracks.iter_mut().flat_map(|track| &mut track.events) {
            event.tick = event.tick.saturating_mul(u64::from(factor) << (8 * (factor - 1)));
        }
        let section = rae_midi::edit::Section { start: tick >> 8, end: Some(tick) };
        let _ = rae_midi::edit::trim(&sequence, section, Default::default());
        let _ = rae_midi::edit::cut(&sequence, section, Default::default());
        let _ = concatenate(vec![sequence.clone(), song([vec![]]), sequence.clone()], Seam::Reset);
        let _ = set_resolution(sequence.clone(), 1);
        let quantise = rae_midi::edit::Quantise::new("1/8".parse().unwrap());
        let _ = rae_midi::edit::quantise(sequence.clone(), &quantise, &Scope::ALL);
        let humanise = rae_midi::edit::Humanise { timing: rae_units::Seconds(1.0), velocity: 9, seed: tick };
        let _ = rae_midi::edit::humanise(sequence.clone(), &humanise, &Scope::ALL);
        let _ = convert(sequence, Format::SingleTrack);
    }
}

#[test]
fn channels_of_a_sysex_are_everybodys() {
    let sysex = TrackEvent { tick: 0, event: Event::SysEx([0xF7].into()) };
    let sequence = song([vec![sysex.clone()], note(0, 60, 0, 9).to_vec(), note(1, 60, 0, 9).to_vec()]);
    let parts: Vec<(usize, Sequence)> = split_channels(&sequence).unwrap().collect();
    assert_eq!(parts.len(), 2);
    assert!(parts.iter().all(|(_, part)| part.tracks[0].events[0] == sysex));
    let parts: Vec<(usize, Sequence)> = split_tracks(&sequence).unwrap().collect();
    assert_eq!(parts.len(), 2);
    assert!(parts.iter().all(|(_, part)| part.tracks[0].events[0] == sysex));
    let tracks: Vec<Sequence> = parts.into_iter().map(|(_, part)| part).collect();
    assert_eq!(merge(tracks, false).unwrap(), sequence);
}
