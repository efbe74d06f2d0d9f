//! Portamento (CC 5, 37, 65, 84): the pitch over time against the law.

use rae_soundfont::Generator;
use rae_testkit::{BankBuilder, assert_close, zone};

use crate::piece::{Piece, cents, constant_bank, pitches, tone_bank, tone_in};

const TIME: u8 = 5;
const FINE: u8 = 37;
const SWITCH: u8 = 65;
const CONTROL: u8 = 84;

/// Onset of the note that glides.
const ONSET: usize = 10_000;

/// Seconds per semitone: linear to 12.5 ms at step 32, then doubling every 16 steps.
fn seconds(step: f64) -> f64 {
    if step <= 32.0 { 0.0125 * step / 32.0 } else { 0.0125 * 2f64.powf((step - 32.0) / 16.0) }
}

fn switched_on(time: u8) -> Piece {
    Piece::new().cc(0, 0, TIME, time).cc(0, 0, SWITCH, 127)
}

/// Checks every period from `ONSET` on: from one pitch to another, in cents, within so many seconds.
#[track_caller]
fn assert_glide(left: &[f32], from: f64, to: f64, seconds: f64) {
    let frames = seconds * 44_100.0;
    let found = pitches(&left[ONSET + 50..]);
    assert!(found.len() > 50);
    for (frame, cents) in found {
        let done = ((frame + 50.0) / frames).min(1.0);
        // The pitch steps once in 64 frames.
        let step = 64.0 / frames * (to - from).abs();
        assert_close(cents, from + (to - from) * done, 0.3 + step);
    }
}

fn glide(before: &Piece, bank: &BankBuilder, keys: [u8; 2]) -> Vec<f32> {
    let piece = before.clone().on(100, 0, keys[0], 127).off(6_000, 0, keys[0]).on(ONSET as u64, 0, keys[1], 127);
    piece.render(bank, 44_100).left
}

#[test]
fn the_pitch_glides_at_a_constant_rate_that_time_sets() {
    for (time, keys) in [(16, [60, 72]), (32, [48, 72]), (64, [60, 72]), (64, [72, 65]), (80, [64, 60])] {
        let left = glide(&switched_on(time), &tone_bank(), keys);
        let [from, to] = keys.map(|key| 100.0 * (f64::from(key) - 60.0));
        assert_glide(&left, from, to, (to - from).abs() / 100.0 * seconds(f64::from(time)));
    }
    // The fine byte is a part of a step, until the next coarse one.
    let fine = switched_on(64).cc(1, 0, FINE, 64);
    assert_glide(&glide(&fine, &tone_bank(), [60, 70]), 0.0, 1000.0, 10.0 * seconds(64.5));
    let coarse = fine.cc(2, 0, TIME, 48);
    assert_glide(&glide(&coarse, &tone_bank(), [60, 70]), 0.0, 1000.0, 10.0 * seconds(48.0));
}

#[test]
fn nothing_glides_without_time_switch_or_an_earlier_note() {
    let steady = |left: &[f32]| assert_close(cents(&left[ONSET + 50..]), 1200.0, 0.05);
    steady(&glide(&switched_on(0), &tone_bank(), [60, 72]));
    steady(&glide(&switched_on(90).cc(1, 0, SWITCH, 63), &tone_bank(), [60, 72]));
    steady(&glide(&Piece::new().cc(0, 0, TIME, 90), &tone_bank(), [60, 72]));
    steady(&switched_on(90).on(ONSET as u64, 0, 72, 127).render(&tone_bank(), 40_000).left);
    // Reset all controllers switches it off and leaves the time.
    let reset = switched_on(64).cc(1, 0, 121, 0);
    steady(&glide(&reset, &tone_bank(), [60, 72]));
    assert_glide(&glide(&reset.cc(2, 0, SWITCH, 64), &tone_bank(), [60, 72]), 0.0, 1200.0, 12.0 * seconds(64.0));
}

#[test]
fn portamento_control_names_the_key_from_which_the_next_note_comes() {
    let piece = || Piece::new().cc(0, 0, TIME, 64).cc(10, 0, CONTROL, 48);
    let left = piece().on(ONSET as u64, 0, 60, 127).render(&tone_bank(), 40_000).left;
    assert_glide(&left, -1200.0, 0.0, 12.0 * seconds(64.0));
    // Only the next one.
    let twice = piece().on(100, 0, 60, 127).off(4_000, 0, 60).on(ONSET as u64, 0, 72, 127);
    assert_close(cents(&twice.render(&tone_bank(), 40_000).left[ONSET + 50..]), 1200.0, 0.05);
    // It comes before the note before, and a reset forgets it.
    let both = glide(&piece().cc(50, 0, SWITCH, 127).cc(7_000, 0, CONTROL, 67), &tone_bank(), [60, 72]);
    assert_glide(&both, 700.0, 1200.0, 5.0 * seconds(64.0));
    let reset = piece().cc(20, 0, 121, 0).on(ONSET as u64, 0, 60, 127).render(&tone_bank(), 40_000).left;
    assert_close(cents(&reset[ONSET + 50..]), 0.0, 0.05);
}

#[test]
fn a_note_at_the_key_that_portamento_control_names_goes_on() {
    // Example 1 of Roland's description: C4 on, control from C4, E4 on, C4 off, E4 off.
    let piece = |control: bool| {
        let piece = Piece::new().cc(0, 0, TIME, 64).cc(0, 0, 7, 127).on(100, 0, 60, 127);
        let piece = if control { piece.cc(ONSET as u64, 0, CONTROL, 60) } else { piece };
        piece.on(ONSET as u64, 0, 64, 127).off(20_000, 0, 60).off(35_000, 0, 64)
    };
    assert_glide(&piece(true).render(&tone_bank(), 34_900).left, 0.0, 400.0, 4.0 * seconds(64.0));
    let levels =
        |control| [9_000, 15_000, 30_000, 36_000].map(|i| piece(control).render(&constant_bank(0.4), 36_001).left[i]);
    for (found, expected) in levels(true).into_iter().zip([0.4, 0.4, 0.4, 0.0]) {
        assert_close(f64::from(found), expected, 1e-3);
    }
    assert_close(f64::from(levels(false)[1]), 0.8, 1e-3);
}

#[test]
fn keys_that_do_not_change_the_pitch_do_not_make_it_glide() {
    let half = tone_in(zone(0).set(Generator::ScaleTuning, 50));
    assert_glide(&glide(&switched_on(64), &half, [60, 72]), 0.0, 600.0, 6.0 * seconds(64.0));
    for bank in [tone_in(zone(0).set(Generator::ScaleTuning, 0)), tone_in(zone(0).set(Generator::Keynum, 60))] {
        assert_close(cents(&glide(&switched_on(64), &bank, [60, 72])[ONSET + 50..]), 0.0, 0.05);
    }
    let kit = tone_bank().preset(128, 0, [zone(0)]);
    let drums = Piece::new().cc(0, 9, TIME, 90).cc(0, 9, SWITCH, 127).on(100, 9, 60, 127).on(ONSET as u64, 9, 72, 127);
    let drums = drums.off(6_000, 9, 60).cc(6_500, 9, CONTROL, 40);
    assert_close(cents(&drums.render(&kit, 40_000).left[ONSET + 50..]), 1200.0, 0.05);
}

#[test]
fn a_glide_goes_between_the_pitches_that_the_keys_have() {
    // Pitch class 4 by −20 cents; transposition and bends move both ends.
    let mut data = vec![0x7f, 0x7f, 8, 8, 0, 0, 0x7f];
    data.extend([64, 64, 64, 64, 44, 64, 64, 64, 64, 64, 64, 64]);
    let tuned = switched_on(64).sysex(0, &data);
    let piece = tuned.on(100, 0, 64, 127).off(6_000, 0, 64).bend(6_500, 0, -4096).on(ONSET as u64, 0, 72, 127);
    let left = piece.render(&tone_bank(), 40_000).left;
    assert_glide(&left, 380.0 - 100.0, 1100.0, 8.2 * seconds(64.0));
}
