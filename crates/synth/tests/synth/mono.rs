//! One note at a time (CC 126, 127, 68): which note sounds, at which pitch, and with how many attacks.

use rae_soundfont::Generator;
use rae_testkit::{BankBuilder, assert_close, zone};

use crate::piece::{KILL, Piece, cents, constant_bank, looped_constant, pitches, tone_bank};

const MONO: u8 = 126;
const POLY: u8 = 127;
const LEGATO: u8 = 68;
const PORTAMENTO: u8 = 65;
const SUSTAIN: u8 = 64;

fn mono() -> Piece {
    Piece::new().cc(0, 0, 7, 127).cc(0, 0, MONO, 1)
}

fn legato() -> Piece {
    Piece::new().cc(0, 0, 7, 127).cc(0, 0, LEGATO, 127)
}

/// How many notes sound 300 frames after each of these, by the sum of constants.
fn sounding(piece: &Piece, frames: &[usize]) -> Vec<usize> {
    let left = piece.render(&constant_bank(0.1), frames[frames.len() - 1] + 400).left;
    let count = |frame: &usize| {
        let notes = f64::from(left[frame + KILL + 79]) / 0.1;
        assert!((notes - notes.round()).abs() < 0.01, "{notes} notes after {frame}");
        notes.round() as usize
    };
    frames.iter().map(count).collect()
}

/// The pitch in the 4000 frames that end where each of these begins.
fn heard(piece: &Piece, frames: &[usize]) -> Vec<f64> {
    let left = piece.render(&tone_bank(), frames[frames.len() - 1]).left;
    frames.iter().map(|&frame| cents(&left[frame - 4_000..frame]).round()).collect()
}

#[test]
fn the_latest_key_sounds_and_the_one_before_returns() {
    for piece in [mono(), legato(), Piece::new().cc(0, 0, 7, 127).cc(0, 0, MONO, 0)] {
        let piece = piece.on(100, 0, 60, 127).on(10_000, 0, 64, 127).on(20_000, 0, 67, 127).off(30_000, 0, 64);
        let piece = piece.off(40_000, 0, 67).on(50_000, 0, 72, 127).off(60_000, 0, 72).off(70_000, 0, 60);
        let times = [10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000];
        assert_eq!(heard(&piece, &times), [0.0, 400.0, 700.0, 700.0, 0.0, 1200.0, 0.0]);
        assert_eq!(sounding(&piece, &times), [1, 1, 1, 1, 1, 1, 0]);
    }
}

#[test]
fn many_notes_sound_otherwise() {
    let chord = |piece: Piece| piece.on(100, 0, 60, 127).on(200, 0, 64, 127).on(300, 0, 67, 127);
    let poly = || Piece::new().cc(0, 0, 7, 127);
    assert_eq!(sounding(&chord(poly()), &[300]), [3]);
    assert_eq!(sounding(&chord(mono()), &[300]), [1]);
    assert_eq!(sounding(&chord(mono().cc(10, 0, POLY, 0)), &[300]), [3]);
    assert_eq!(sounding(&chord(legato().cc(10, 0, LEGATO, 0)), &[300]), [3]);
    assert_eq!(sounding(&chord(mono().cc(5, 0, LEGATO, 127).cc(10, 0, LEGATO, 0)), &[300]), [1]);
    assert_eq!(sounding(&chord(mono().cc(10, 0, 121, 0)), &[300]), [1]);
    assert_eq!(sounding(&chord(legato().cc(10, 0, 121, 0)), &[300]), [3]);
    assert_eq!(sounding(&chord(mono().sysex(10, &[0x7e, 0x7f, 9, 1]).cc(11, 0, 7, 127)), &[300]), [3]);
    // Another channel, and drums.
    let other = Piece::new().cc(0, 1, MONO, 1).cc(0, 0, 7, 127);
    assert_eq!(sounding(&chord(other), &[300]), [3]);
    let kit = constant_bank(0.1).preset(128, 0, [zone(0)]);
    let drums =
        Piece::new().cc(0, 9, 7, 127).cc(0, 9, MONO, 1).cc(0, 9, LEGATO, 127).on(10, 9, 35, 127).on(20, 9, 40, 127);
    assert_close(f64::from(drums.render(&kit, 1_000).left[999]), 0.2, 1e-3);
}

#[test]
fn a_chord_that_was_down_before_the_legato_pedal_goes_on() {
    let piece = Piece::new().cc(0, 0, 7, 127).on(100, 0, 60, 127).on(200, 0, 64, 127).cc(5_000, 0, LEGATO, 127);
    let melody = piece.on(10_000, 0, 72, 127).off(20_000, 0, 72).on(25_000, 0, 74, 127);
    let piece = melody.off(30_000, 0, 60).off(40_000, 0, 74).off(50_000, 0, 64);
    assert_eq!(sounding(&piece, &[5_000, 10_000, 20_000, 25_000, 30_000, 40_000, 50_000]), [2, 2, 2, 2, 1, 1, 0]);
    // The latest of its keys is the one that goes to the next key, and that it returns to.
    assert_eq!(heard(&piece, &[40_000, 50_000]), [1400.0, 400.0]);
}

/// An attack of half a second.
fn slow() -> BankBuilder {
    looped_constant(1.0, zone(0).set(Generator::Pan, -500).set(Generator::AttackVolEnv, -1_200))
}

#[test]
fn notes_are_struck_again_unless_they_are_connected() {
    let level = |piece: Piece, frame: usize| f64::from(piece.render(&slow(), frame + 1).left[frame]);
    let overlap = |piece: Piece| piece.on(0, 0, 60, 127).on(22_050, 0, 64, 127).off(33_075, 0, 64);
    assert_close(level(overlap(mono()), 22_049), 1.0, 2e-3);
    assert_close(level(overlap(mono()), 22_050 + 4_410), 0.2, 2e-3);
    assert_close(level(overlap(mono()), 33_075 + 4_410), 0.2, 2e-3);
    for connected in [legato(), mono().cc(1, 0, LEGATO, 64), mono().cc(1, 0, PORTAMENTO, 64)] {
        assert_close(level(overlap(connected.clone()), 22_050 + 4_410), 1.0, 2e-3);
        assert_close(level(overlap(connected.clone()), 33_075 + 4_410), 1.0, 2e-3);
        // Only notes that overlap are connected, and only to those of the same program.
        let apart = connected.clone().on(0, 0, 60, 127).off(22_050, 0, 60).on(23_000, 0, 64, 127);
        assert_close(level(apart, 23_000 + 4_410), 0.2, 2e-3);
        let changed = connected.on(0, 0, 60, 127).program(22_000, 0, 0).on(22_050, 0, 64, 127);
        assert_close(level(changed, 22_050 + 4_410), 0.2, 2e-3);
    }
}

#[test]
fn connected_notes_glide_on_from_where_they_are() {
    // 12.5 ms a semitone: after 2205 frames of the first octave's 6615 the pitch turns back.
    let piece = mono().cc(0, 0, 5, 32).cc(0, 0, PORTAMENTO, 127);
    let piece = piece.on(0, 0, 60, 127).on(10_000, 0, 72, 127).on(12_205, 0, 60, 127).off(20_000, 0, 60);
    let left = piece.render(&tone_bank(), 40_000).left;
    let per_frame = 100.0 / (0.0125 * 44_100.0);
    let expected = |frame: f64| match frame {
        frame if frame < 10_000.0 => 0.0,
        frame if frame < 12_205.0 => (frame - 10_000.0) * per_frame,
        frame if frame < 20_000.0 => (14_410.0 - frame).max(0.0) * per_frame,
        frame => ((frame - 20_000.0) * per_frame).min(1200.0),
    };
    for (frame, cents) in pitches(&left[100..]) {
        assert_close(cents, expected(frame + 100.0), 13.0);
    }
    assert_close(cents(&left[28_000..]), 1200.0, 0.1);
}

#[test]
fn all_layers_of_a_note_go_on_and_keep_their_distance() {
    let layers = [zone(0), zone(0).set(Generator::CoarseTune, 12)].map(|zone| zone.set(Generator::Pan, -500));
    let points: Vec<f64> = rae_testkit::sine(441.0, 44_100, 200).iter().map(|x| x / 4.0).collect();
    let looped = layers.map(|zone| zone.set(Generator::SampleModes, 1));
    let bank = BankBuilder::new().sample(&points, Some(50..150)).instrument(looped).preset(0, 0, [zone(0)]);
    let left = legato().on(0, 0, 60, 127).on(5_000, 0, 67, 127).render(&bank, 40_000).left;
    for hz in [441.0, 882.0] {
        let up = hz * 2f64.powf(7.0 / 12.0);
        assert_close(rae_testkit::amplitude_at(&left[6_000..], up, 44_100), 0.25, 0.003);
        assert_close(rae_testkit::amplitude_at(&left[6_000..], hz, 44_100), 0.0, 0.003);
    }
}

#[test]
fn pedals_hold_the_note_that_sounds() {
    let piece = mono().cc(10, 0, SUSTAIN, 127).on(100, 0, 60, 127).on(10_000, 0, 64, 127).off(20_000, 0, 64);
    let piece = piece.off(30_000, 0, 60).cc(40_000, 0, SUSTAIN, 0);
    assert_eq!(heard(&piece, &[30_000, 40_000]), [400.0, 400.0]);
    assert_eq!(sounding(&piece, &[20_000, 30_000, 40_000]), [1, 1, 0]);
}

#[test]
fn nothing_returns_after_all_notes_were_ended() {
    for controller in [120, 123, MONO, POLY] {
        let piece = legato().on(100, 0, 60, 127).on(200, 0, 64, 127).cc(5_000, 0, controller, 0);
        let piece = piece.off(6_000, 0, 64).on(10_000, 0, 67, 127).off(15_000, 0, 67);
        assert_eq!(sounding(&piece, &[200, 5_000, 6_000, 10_000, 15_000]), [1, 0, 0, 1, 0], "CC {controller}");
    }
}

#[test]
fn tuning_is_that_of_the_new_key() {
    let mut data = vec![0x7f, 0x7f, 8, 8, 0, 0, 0x7f];
    data.extend([64, 64, 64, 64, 44, 64, 64, 64, 64, 64, 64, 64]);
    let piece = legato().on(0, 0, 60, 127).on(5_000, 0, 64, 127).sysex(20_000, &data);
    assert_eq!(heard(&piece, &[20_000, 30_000]), [400.0, 380.0]);
}
