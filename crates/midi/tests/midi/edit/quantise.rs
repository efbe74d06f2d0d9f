//! Quantisation and humanisation.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rae_midi::edit::{Ends, Grid, Humanise, Quantise, Scope, humanise, quantise};
use rae_midi::{Division, Error, Event, Message, Meta, Sequence, SmpteRate, TimeSignature, TrackEvent};
use rae_units::Seconds;

use super::{any_song, assert_valid, note, onsets, song};
use crate::common::{channel, meta, note_on};

fn grid(text: &str) -> Grid {
    text.parse().unwrap()
}

/// Starts and ends of the notes after quantising.
fn spans(notes: &[(u64, u64)], options: Quantise) -> Vec<(u64, u64)> {
    let mut events: Vec<TrackEvent> =
        notes.iter().zip(40..).flat_map(|(&(tick, end), key)| note(0, key, tick, end)).collect();
    events.sort_by_key(|event| event.tick);
    let made = quantise(song([events]), &options, &Scope::ALL).unwrap();
    assert_valid(&made);
    let mut spans: Vec<_> = made.tracks[0].notes().iter().map(|note| (note.key, note.tick, note.end)).collect();
    spans.sort_unstable();
    spans.into_iter().map(|(_, tick, end)| (tick, end)).collect()
}

#[test]
fn onsets_go_to_the_nearest_line() {
    let usual = Quantise::new(grid("1/16"));
    assert_eq!(spans(&[(59, 100), (60, 100), (110, 400)], usual), [(0, 41), (120, 160), (120, 410)]);
    let half = Quantise { strength: 0.5, ..usual };
    assert_eq!(spans(&[(40, 100), (80, 100)], half), [(20, 80), (100, 120)]);
    assert_eq!(spans(&[(59, 100)], Quantise { strength: 0.0, ..usual }), [(59, 100)]);
    let triplets = Quantise::new(grid("1/8t"));
    assert_eq!(spans(&[(150, 151), (330, 331)], triplets), [(160, 161), (320, 321)]);
    assert_eq!(spans(&[(700, 701)], Quantise::new(grid("1/4."))), [(720, 721)]);
    // Two thirds of a pair of eighths is a triplet: 320; the next pair begins at 480.
    let swing = Quantise { swing: 2.0 / 3.0, ..Quantise::new(grid("1/8")) };
    assert_eq!(
        spans(&[(100, 101), (230, 231), (420, 421), (730, 731)], swing),
        [(0, 1), (320, 321), (480, 481), (800, 801)]
    );
}

#[test]
fn ends_follow_stay_or_snap() {
    let with = |ends| Quantise { ends, ..Quantise::new(grid("1/16")) };
    let notes = [(130, 210), (100, 115), (115, 118)];
    assert_eq!(spans(&notes, with(Ends::Follow)), [(120, 200), (120, 135), (120, 123)]);
    // A note whose end would come before its onset keeps a tick.
    assert_eq!(spans(&notes, with(Ends::Stay)), [(120, 210), (120, 121), (120, 121)]);
    assert_eq!(spans(&notes, with(Ends::Snap)), [(120, 240), (120, 240), (120, 240)]);
}

#[test]
fn lines_begin_anew_in_each_bar() {
    let seven_eighths = meta(0, Meta::TimeSignature(TimeSignature::new(7, 3)));
    let notes =
        [&[seven_eighths][..], &note(0, 60, 1500, 1510), &note(0, 60, 1700, 1800), &note(0, 61, 2000, 2100)].concat();
    let made = quantise(song([notes]), &Quantise::new(grid("1/4")), &Scope::ALL).unwrap();
    // A bar has 1680 ticks: the lines are 0, 480, 960, 1440, 1680, 2160.
    let ticks: Vec<u64> = onsets(&made).iter().map(|onset| onset.0).collect();
    assert_eq!(ticks, [1440, 1680, 2160]);
}

#[test]
fn notes_of_a_key_stay_apart() {
    // Both go to 120: the first has no length there, and each keeps its velocity and its end.
    let events = vec![note_on(100, 0, 60, 1), note_on(110, 0, 60, 0), note_on(118, 0, 60, 2), note_on(200, 0, 60, 0)];
    let expected = vec![note_on(120, 0, 60, 1), note_on(120, 0, 60, 0), note_on(120, 0, 60, 2), note_on(202, 0, 60, 0)];
    assert_eq!(quantise(song([events]), &Quantise::new(grid("1/16")), &Scope::ALL).unwrap(), song([expected]));
    // One that lasts until the next is struck does not get longer than that.
    let events = [note(0, 60, 10, 115), note(0, 60, 115, 200)].concat();
    let expected = [note(0, 60, 0, 105), note(0, 60, 120, 205)].concat();
    assert_eq!(quantise(song([events]), &Quantise::new(grid("1/16")), &Scope::ALL).unwrap(), song([expected]));
}

#[test]
fn programs_stay_between_their_notes() {
    let program = |tick, program| channel(tick, 0, Message::ProgramChange { program });
    let bank = |tick| channel(tick, 0, Message::ControlChange { controller: 0, value: 1 });
    let stray = |tick, key| note_on(tick, 0, key, 0);
    let all_off = |tick| channel(tick, 0, Message::ControlChange { controller: 123, value: 0 });
    let events =
        vec![note_on(70, 0, 60, 9), bank(80), program(81, 5), stray(122, 61), all_off(123), note_on(125, 0, 61, 9)];
    let expected =
        vec![note_on(120, 0, 60, 9), bank(120), program(120, 5), stray(120, 61), all_off(120), note_on(120, 0, 61, 9)];
    let made = quantise(song([events]), &Quantise::new(grid("1/16")), &Scope::ALL).unwrap();
    // The end of the track is as it was, if nothing is behind it.
    let mut expected = song([expected]);
    expected.tracks[0].events.last_mut().unwrap().tick = 125;
    assert_eq!(made, expected);
}

#[test]
fn values_of_notes_are_read() {
    assert_eq!(grid("1/8t"), Grid::new(2, 24).unwrap());
    assert_eq!(grid("1/4."), Grid::new(3, 8).unwrap());
    for text in ["", "1", "1/0", "0/4", "1/", "/4", "1/-4", "1/4x", "1/4t.", "1/99999999999", "2000/1"] {
        assert!(text.parse::<Grid>().is_err(), "{text}");
    }
    let usual = Quantise::new(grid("1/16"));
    for wrong in [
        Quantise { strength: 1.1, ..usual },
        Quantise { strength: f64::NAN, ..usual },
        Quantise { swing: 0.4, ..usual },
        Quantise { swing: 0.8, ..usual },
    ] {
        assert!(matches!(quantise(song([]), &wrong, &Scope::ALL), Err(Error::Setting { .. })));
    }
    let film = Division::Smpte { rate: SmpteRate::Fps24, ticks_per_frame: 4 };
    let film = Sequence { division: film, ..song([]) };
    assert!(matches!(quantise(film, &usual, &Scope::ALL), Err(Error::AbsoluteTime)));
}

/// The first numbers of SplitMix64 with the seed 1234567, as published with its reference implementation.
const SPLIT_MIX: [u64; 5] =
    [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];

#[test]
fn deviations_are_as_documented() {
    // One tick is a millisecond.
    let mut sequence = song([[note(0, 60, 1000, 1100), note(0, 61, 2000, 2100)].concat()]);
    sequence.division = Division::TicksPerQuarter(500);
    let options = Humanise { timing: Seconds(0.2), velocity: 20, seed: 1_234_567 };
    let made = humanise(sequence.clone(), &options, &Scope::ALL).unwrap();
    let fraction = |n: usize| SPLIT_MIX[n] as f64 / f64::exp2(64.0);
    let later = 200.0 * (fraction(0) + fraction(1) - 1.0);
    let louder = 20.0 * (fraction(2) + fraction(3) - 1.0);
    let first = made.tracks[0].notes()[0];
    assert_eq!(first.tick as f64, 1000.0 + later.round());
    assert_eq!(f64::from(first.velocity), 100.0 + louder.round());
    assert_eq!(first.end - first.tick, 100);
    // What is outside the scope does not change what is inside.
    let other = [note(1, 40, 0, 100), note(0, 61, 2000, 2100)].concat();
    let other =
        humanise(Sequence { tracks: song([other]).tracks, ..sequence }, &options, &Scope::channels([0])).unwrap();
    assert_eq!(onsets(&other)[1], onsets(&made)[1]);
    assert_eq!(onsets(&other)[0], (0, 1, 40, 100));
}

#[test]
fn deviations_are_spread_and_bounded() {
    let notes: Vec<TrackEvent> = (1..2000u64).flat_map(|n| note(0, 60, 1000 * n, 1000 * n + 500)).collect();
    let mut sequence = song([notes]);
    sequence.division = Division::TicksPerQuarter(500);
    let options = Humanise { timing: Seconds(0.1), velocity: 10, seed: 7 };
    let made = onsets(&humanise(sequence.clone(), &options, &Scope::ALL).unwrap());
    let deviations: Vec<f64> = made.iter().zip(1..).map(|(onset, n)| onset.0 as f64 - f64::from(1000 * n)).collect();
    let mean = deviations.iter().sum::<f64>() / 1999.0;
    let spread = (deviations.iter().map(|d| d * d).sum::<f64>() / 1999.0).sqrt();
    // A triangular distribution of ±100 has a standard deviation of 100 / √6 = 40.8.
    assert!(mean.abs() < 4.0 && (spread - 40.8).abs() < 3.0, "{mean} {spread}");
    assert!(deviations.iter().all(|d| d.abs() <= 100.0));
    assert!(made.iter().all(|onset| (90..=110).contains(&onset.3)));
    let none = Humanise { timing: Seconds(0.0), velocity: 0, seed: 7 };
    assert_eq!(humanise(sequence.clone(), &none, &Scope::ALL).unwrap(), sequence);
    let other = humanise(sequence.clone(), &Humanise { seed: 8, ..options }, &Scope::ALL).unwrap();
    assert_ne!(onsets(&other), made);
    for wrong in [Humanise { timing: Seconds(f64::NAN), ..options }, Humanise { velocity: 128, ..options }] {
        assert!(matches!(humanise(sequence.clone(), &wrong, &Scope::ALL), Err(Error::Setting { .. })));
    }
}

/// Per track, channel and key: the velocities in order, and which notes have a note-off.
fn identities(sequence: &Sequence) -> BTreeMap<(usize, u16, u8), Vec<(u8, bool)>> {
    let mut keys: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (index, track) in sequence.tracks.iter().enumerate() {
        for note in track.notes() {
            keys.entry((index, note.channel, note.key)).or_default().push((note.velocity, note.off.is_some()));
        }
    }
    keys
}

/// On few keys, so that notes overlap and note-offs go astray.
fn crowded() -> impl Strategy<Value = Sequence> {
    any_song().prop_map(|mut sequence| {
        for event in sequence.tracks.iter_mut().flat_map(|track| &mut track.events) {
            if let Event::Channel { channel, message } = &mut event.event {
                *channel %= 2;
                if let Message::NoteOn { key, .. } | Message::NoteOff { key, .. } = message {
                    *key %= 2;
                }
            }
        }
        sequence.division = Division::TicksPerQuarter(480);
        sequence
    })
}

proptest! {
    #[test]
    fn every_note_finds_a_line_and_keeps_its_identity(mut sequence in crowded(), ends in 0..3usize, wide in any::<bool>()) {
        for track in &mut sequence.tracks {
            track.events.retain(|event| !matches!(event.event, Event::Meta(Meta::TimeSignature(_))));
        }
        let ends = [Ends::Follow, Ends::Stay, Ends::Snap][ends];
        let (grid, ticks) = if wide { (grid("1/1"), 1920) } else { (grid("1/16t"), 80) };
        let made = quantise(sequence.clone(), &Quantise { ends, ..Quantise::new(grid) }, &Scope::ALL).unwrap();
        assert_valid(&made);
        prop_assert_eq!(identities(&made), identities(&sequence));
        for (tick, ..) in onsets(&made) {
            prop_assert_eq!(tick % ticks, 0);
        }
    }

    #[test]
    fn deviating_notes_keep_their_identity(sequence in crowded(), seed in any::<u64>()) {
        let options = Humanise { timing: Seconds(3.0), velocity: 0, seed };
        let made = humanise(sequence.clone(), &options, &Scope::ALL).unwrap();
        assert_valid(&made);
        prop_assert_eq!(identities(&made), identities(&sequence));
    }
}
