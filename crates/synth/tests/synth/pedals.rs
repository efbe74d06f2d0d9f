//! Keys and pedals: what holds a note, and what lets it go.

use std::sync::Arc;

use rae_soundfont::Generator;
use rae_synth::{Buses, Renderer};
use rae_testkit::{BankBuilder, assert_close, zone};

use crate::piece::{KILL, Piece, constant_bank, looped_constant, render_to_end};

const SUSTAIN: u8 = 64;
const SOSTENUTO: u8 = 66;

/// Gain of one note at velocity 127 on a channel with CC 7 at 100.
const ONE: f64 = 0.62;

/// How many notes sound at `frame`: each adds [`ONE`] to the left bus of a bank of constants.
#[track_caller]
fn sounding(buses: &Buses, frame: usize) -> usize {
    let notes = f64::from(buses.left[frame]) / (0.5 * (100.0f64 / 127.0).powi(2));
    assert!((notes - notes.round()).abs() < 0.01, "{notes} notes at {frame}");
    notes.round() as usize
}

fn bank() -> BankBuilder {
    constant_bank(0.5)
}

#[test]
fn one_note_is_what_it_is_taken_for() {
    assert_close((100.0f64 / 127.0).powi(2), ONE, 1e-4);
    assert_eq!(sounding(&Piece::new().on(0, 0, 60, 127).render(&bank(), 1000), 999), 1);
}

#[test]
fn a_key_struck_again_lets_its_older_note_go() {
    let buses = Piece::new().on(0, 0, 60, 127).on(1000, 0, 60, 127).off(3000, 0, 60).render(&bank(), 4000);
    assert_eq!(sounding(&buses, 999), 1);
    assert_eq!(sounding(&buses, 1000 + KILL + 50), 1);
    assert_eq!(sounding(&buses, 3000 + KILL), 0);
    // The older note goes into its release, of 1 s for 100 dB here, and is not cut.
    let slow = looped_constant(0.5, zone(0).set(Generator::Pan, -500).set(Generator::ReleaseVolEnv, 0));
    let buses = Piece::new().cc(0, 0, 7, 127).on(0, 0, 60, 127).on(1000, 0, 60, 127).render(&slow, 6000);
    let released = 0.5 * 10f64.powf(-100.0 * 4410.0 / 44_100.0 / 20.0);
    assert_close(f64::from(buses.left[5410]), 0.5 + released, 1e-3);
}

#[test]
fn other_keys_and_channels_are_not_touched() {
    let piece = Piece::new().on(0, 0, 60, 127).on(0, 0, 61, 127).on(0, 1, 60, 127).off(1000, 0, 60);
    let buses = piece.render(&bank(), 2000);
    assert_eq!((sounding(&buses, 999), sounding(&buses, 1999)), (3, 2));
}

#[test]
fn the_sustain_pedal_holds_from_64_on() {
    let held = |value| Piece::new().cc(0, 0, SUSTAIN, value).on(0, 0, 60, 127).off(500, 0, 60).render(&bank(), 2000);
    assert_eq!(sounding(&held(63), 1999), 0);
    assert_eq!(sounding(&held(64), 1999), 1);
    let piece = Piece::new().cc(0, 0, SUSTAIN, 127).on(0, 0, 60, 127).off(500, 0, 60).on(600, 0, 62, 127);
    let buses = piece.cc(1000, 0, SUSTAIN, 0).render(&bank(), 2000);
    assert_eq!((sounding(&buses, 999), sounding(&buses, 1999)), (2, 1));
}

#[test]
fn at_most_sixteen_layers_of_a_key_pile_up() {
    let piece = (0..40).fold(Piece::new().cc(0, 0, SUSTAIN, 127), |piece, i| {
        piece.on(1000 * i, 0, 60, 127).off(1000 * i + 100, 0, 60)
    });
    let buses = piece.on(0, 0, 72, 127).render(&bank(), 42_000);
    for i in 0..40 {
        assert_eq!(sounding(&buses, 1000 * i + 900), 1 + (i + 1).min(16), "after {} strokes", i + 1);
    }
}

#[test]
fn sostenuto_holds_only_what_was_down() {
    let piece = Piece::new()
        .on(0, 0, 60, 127)
        .cc(500, 0, SOSTENUTO, 127)
        .on(600, 0, 62, 127)
        .off(1000, 0, 60)
        .off(1000, 0, 62)
        .cc(3000, 0, SOSTENUTO, 0);
    let buses = piece.render(&bank(), 4000);
    assert_eq!((sounding(&buses, 999), sounding(&buses, 2999), sounding(&buses, 3999)), (2, 1, 0));
    // A key struck again under the pedal is a new note, which the pedal does not hold.
    let again = Piece::new().on(0, 0, 60, 127).cc(500, 0, SOSTENUTO, 127).off(600, 0, 60);
    let again = again.on(1000, 0, 60, 127).off(2000, 0, 60).render(&bank(), 4000);
    assert_eq!((sounding(&again, 1999), sounding(&again, 3999)), (2, 1));
}

#[test]
fn pedals_hand_over_to_each_other() {
    let piece = Piece::new()
        .on(0, 0, 60, 127)
        .cc(100, 0, SOSTENUTO, 127)
        .cc(200, 0, SUSTAIN, 127)
        .off(300, 0, 60)
        .cc(1000, 0, SOSTENUTO, 0)
        .cc(2000, 0, SUSTAIN, 0);
    let buses = piece.render(&bank(), 3000);
    assert_eq!((sounding(&buses, 1999), sounding(&buses, 2999)), (1, 0));
}

#[test]
fn all_notes_off_respects_pedals_and_all_sound_off_does_not() {
    for controller in 123..=127 {
        let buses = Piece::new().on(0, 0, 60, 127).on(0, 1, 60, 127).cc(1000, 0, controller, 0).render(&bank(), 2000);
        assert_eq!((sounding(&buses, 999), sounding(&buses, 1999)), (2, 1), "CC {controller}");
    }
    let pedal = || Piece::new().cc(0, 0, SUSTAIN, 127).on(0, 0, 60, 127).on(0, 1, 60, 127);
    let buses = pedal().cc(1000, 0, 123, 0).cc(2000, 0, SUSTAIN, 0).render(&bank(), 3000);
    assert_eq!((sounding(&buses, 1999), sounding(&buses, 2999)), (2, 1));
    let buses = pedal().cc(1000, 0, 120, 0).render(&bank(), 2000);
    assert_eq!(sounding(&buses, 1999), 1);
}

#[test]
fn reset_controllers_lifts_pedals_and_keeps_volume_and_pan() {
    let piece = Piece::new()
        .cc(0, 0, 7, 64)
        .cc(0, 0, 10, 0)
        .cc(0, 0, 11, 10)
        .cc(0, 0, SUSTAIN, 127)
        .on(0, 0, 60, 127)
        .on(0, 0, 64, 127)
        .off(500, 0, 60)
        .cc(1000, 0, 121, 0);
    let centred = looped_constant(0.5, zone(0));
    let buses = piece.render(&centred, 3000);
    // One note left, expression back at 127, volume and pan as they were.
    assert_close(f64::from(buses.left[2999]), 0.5 * (64.0f64 / 127.0).powi(2), 1e-4);
    assert_eq!(buses.right[2999], 0.0);
}

#[test]
fn a_note_on_of_velocity_zero_is_a_note_off() {
    let buses = Piece::new().on(0, 0, 60, 127).on(1000, 0, 60, 0).render(&bank(), 2000);
    assert_eq!((sounding(&buses, 999), sounding(&buses, 1999)), (1, 0));
}

#[test]
fn the_end_of_the_tracks_lifts_keys_and_pedals() {
    let piece = Piece::new()
        .cc(0, 0, SUSTAIN, 127)
        .on(0, 0, 60, 127)
        .on(10, 1, 60, 127)
        .cc(20, 1, SOSTENUTO, 127)
        .off(30, 1, 60)
        .on(40, 2, 60, 127);
    let mut renderer = Renderer::new(Arc::new(bank().build()), &piece.performance(5000), &piece.settings());
    assert_eq!(renderer.end().0, 5000);
    let mut buses = Buses::new(5000 + KILL + 1);
    renderer.render(&mut buses);
    assert_eq!(sounding(&buses, 4999), 3);
    assert_eq!(buses.left[5000 + KILL], 0.0);
    let (frames, peak) = render_to_end(&mut renderer, 4096);
    assert!(frames <= 4096 && peak == 0.0);
}
