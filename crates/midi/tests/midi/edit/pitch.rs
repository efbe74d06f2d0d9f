//! Transposition.

use proptest::prelude::*;
use rae_midi::edit::{OutOfRange, Scope, Transpose, drum_channels, transpose};
use rae_midi::{Error, Event, KeySignature, Message, Meta, Sequence, TrackEvent};

use super::{any_song, assert_valid, note, onsets, song};
use crate::common::{channel, meta, note_on};

fn by(semitones: i8) -> Transpose {
    Transpose { semitones, ..Transpose::default() }
}

fn keys(sequence: &Sequence) -> Vec<u8> {
    onsets(sequence).into_iter().map(|(_, _, key, _)| key).collect()
}

#[test]
fn notes_and_their_pressure_move_drums_stay() {
    let pressure = channel(3, 0, Message::PolyPressure { key: 60, pressure: 9 });
    let lead = [note_on(0, 0, 60, 100), pressure, channel(9, 0, Message::NoteOff { key: 60, velocity: 3 })];
    let sequence = song([lead.to_vec(), note(9, 38, 0, 9).to_vec()]);
    let higher = transpose(sequence.clone(), &by(7), &Scope::ALL).unwrap();
    let pressure = channel(3, 0, Message::PolyPressure { key: 67, pressure: 9 });
    let lead = [note_on(0, 0, 67, 100), pressure, channel(9, 0, Message::NoteOff { key: 67, velocity: 3 })];
    assert_eq!(higher, song([lead.to_vec(), note(9, 38, 0, 9).to_vec()]));

    assert_eq!(keys(&transpose(sequence.clone(), &by(7), &Scope::channels([9])).unwrap()), [60, 45]);
    assert_eq!(keys(&transpose(sequence.clone(), &by(7), &Scope::tracks([1])).unwrap()), [60, 38]);
    assert_eq!(keys(&transpose(sequence, &by(-12), &Scope::tracks([0])).unwrap()), [48, 38]);
}

#[test]
fn keys_beyond_the_range_do_as_asked() {
    let notes = [0, 7, 120, 127].map(|key| note(0, key, 0, 9)).concat();
    let asked =
        |semitones, out_of_range| transpose(song([notes.clone()]), &Transpose { semitones, out_of_range }, &Scope::ALL);
    assert_eq!(keys(&asked(8, OutOfRange::Octave).unwrap()), [8, 15, 116, 123]);
    assert_eq!(keys(&asked(-8, OutOfRange::Octave).unwrap()), [4, 11, 112, 119]);
    assert_eq!(keys(&asked(-128, OutOfRange::Octave).unwrap()), [4, 11, 4, 11]);
    let less = asked(8, OutOfRange::Drop).unwrap();
    assert_eq!(less, song([[8, 15].map(|key| note(0, key, 0, 9)).concat()]));
    match asked(8, OutOfRange::Refuse).unwrap_err() {
        Error::KeyOutOfRange { track: 0, tick: 0, key: 120, semitones: 8 } => {}
        other => panic!("{other}"),
    }
}

#[test]
fn key_signatures_follow() {
    let signature = |sharps, minor| meta(0, Meta::KeySignature(KeySignature { sharps, minor }));
    // C major up a tone is D major, two sharps; E minor down a fourth is B minor; F up a semitone is F sharp.
    for (sharps, semitones, expected) in [(0, 2, 2), (1, -5, 2), (-1, 1, 6), (0, -1, 5), (-7, 12, -7), (4, 3, 1)] {
        let moved = transpose(song([vec![signature(sharps, sharps == 1)]]), &by(semitones), &Scope::ALL).unwrap();
        assert_eq!(moved, song([vec![signature(expected, sharps == 1)]]), "{sharps} by {semitones}");
    }
    let partly = transpose(song([vec![signature(0, false)]]), &by(2), &Scope::tracks([0])).unwrap();
    assert_eq!(partly, song([vec![signature(0, false)]]));
}

#[test]
fn system_exclusive_messages_make_and_unmake_drums() {
    let sysex = |data: &[u8]| TrackEvent { tick: 0, event: Event::SysEx([data, &[0xF7]].concat().into()) };
    // Roland's checksum: address, data and it add up to a multiple of 128.
    let gs = |part: u8, low: u8, value: u8| {
        let sum = 0x40 + 0x10 + u32::from(part + low + value);
        sysex(&[0x41, 0x10, 0x42, 0x12, 0x40, 0x10 | part, low, value, ((128 - sum % 128) % 128) as u8])
    };
    let drums = |part, mode| gs(part, 0x15, mode);
    let bank = |value| {
        let select = channel(1, 3, Message::ControlChange { controller: 0, value });
        [select, channel(1, 3, Message::ProgramChange { program: 0 })]
    };
    let all = |lists: &[&[TrackEvent]]| lists.concat();
    let note = |channel| note_on(1, channel, 60, 1);
    let later = |event: TrackEvent| TrackEvent { tick: 2, ..event };
    let of = |events: &[TrackEvent]| drum_channels(&song([events.to_vec()])).into_iter().collect::<Vec<u16>>();
    assert_eq!(of(&[]), [9]);
    assert_eq!(of(&[drums(1, 2)]), [0, 9]);
    assert_eq!(of(&[drums(0, 0)]), [0u16; 0]);
    assert_eq!(of(&[drums(10, 1), drums(9, 1)]), [8, 9, 10]);
    assert_eq!(of(&[sysex(&[0x43, 0x10, 0x4C, 8, 10, 7, 2])]), [9, 10]);
    let xg_on = [sysex(&[0x43, 0x10, 0x4C, 0, 0, 0x7E, 0])];
    let gm2_on = [sysex(&[0x7E, 0x7F, 9, 3])];
    let gm_on = [sysex(&[0x7E, 0x7F, 9, 1])];
    assert_eq!(of(&bank(127)), [9]);
    assert_eq!(of(&all(&[&xg_on, &bank(127)])), [3, 9]);
    assert_eq!(of(&all(&[&xg_on, &gm_on, &bank(127)])), [9]);
    assert_eq!(of(&all(&[&gm2_on, &bank(120)])), [3, 9]);
    assert_eq!(of(&all(&[&gm2_on, &bank(127)])), [9]);
    assert_eq!(of(&bank(120)), [9]);
    // Every reset undoes it, unless notes were drums before.
    let gs_reset = sysex(&[0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0, 0x41]);
    for reset in [xg_on[0].clone(), gm2_on[0].clone(), gm_on[0].clone(), gs_reset.clone()] {
        assert_eq!(of(&[drums(1, 1), drums(0, 0), reset.clone()]), [9]);
        assert_eq!(of(&[drums(1, 1), reset.clone(), note(0)]), [9]);
        assert_eq!(of(&[drums(1, 1), note(0), later(reset)]), [0, 9]);
    }
    // Part 10 hears channel 3 besides part 3; and a damaged message is none.
    assert_eq!(of(&[gs(0, 0x02, 2)]), [2]);
    assert_eq!(of(&[sysex(&[0x41, 0x10, 0x42, 0x12, 0x40, 0x11, 0x15, 1, 0])]), [9]);
    assert_eq!(of(&[meta(0, Meta::Port(1)), note_on(0, 0, 60, 1)]), [9, 25]);
}

proptest! {
    #[test]
    fn there_and_back_is_no_change(mut sequence in any_song(), semitones in -30..=30i8) {
        for event in sequence.tracks.iter_mut().flat_map(|track| &mut track.events) {
            match &mut event.event {
                Event::Channel { message: Message::NoteOn { key, .. }, .. }
                | Event::Channel { message: Message::NoteOff { key, .. }, .. }
                | Event::Channel { message: Message::PolyPressure { key, .. }, .. } => *key = 30 + *key % 68,
                // Of two names of one key only one is found again.
                Event::Meta(Meta::KeySignature(signature)) => signature.sharps = signature.sharps.clamp(-5, 6),
                _ => {}
            }
        }
        let there = transpose(sequence.clone(), &by(semitones), &Scope::ALL).unwrap();
        assert_valid(&there);
        prop_assert_eq!(transpose(there, &by(-semitones), &Scope::ALL).unwrap(), sequence);
    }

    #[test]
    fn no_note_is_lost_by_octaves(sequence in any_song(), semitones in any::<i8>()) {
        let moved = transpose(sequence.clone(), &by(semitones), &Scope::ALL).unwrap();
        assert_valid(&moved);
        let pairs = onsets(&sequence).into_iter().zip(onsets(&moved));
        for ((tick, channel, key, velocity), after) in pairs {
            prop_assert_eq!((tick, channel, velocity), (after.0, after.1, after.3));
            let distance = i16::from(after.2) - i16::from(key);
            prop_assert!(distance == 0 || (distance - i16::from(semitones)) % 12 == 0);
        }
        prop_assert_eq!(onsets(&moved).len(), onsets(&sequence).len());
    }
}
