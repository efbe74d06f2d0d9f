//! Pitch: bends, registered parameters, tuning messages.

use rae_soundfont::Generator;
use rae_testkit::{assert_close, zone};

use crate::piece::{Piece, cents, tone_bank, tone_in};

const NOTE: usize = 22_050;

/// Cents above key 60 of a note of this key on `channel`, after `before`.
fn heard_key(before: Piece, channel: u8, key: u8) -> f64 {
    let bank = tone_bank().preset(128, 0, [zone(0)]);
    cents(&before.on(100, channel, key, 127).render(&bank, NOTE).left[2000..])
}

#[track_caller]
fn assert_cents(before: Piece, expected: f64) {
    assert_close(heard_key(before, 0, 60), expected, 0.05);
}

/// `before` is sent while a note sounds: cents before and after.
#[track_caller]
fn assert_sounding(change: impl Fn(Piece) -> Piece, expected: f64) {
    let left = change(Piece::new().on(0, 0, 60, 127)).render(&tone_bank(), 44_100).left;
    assert_close(cents(&left[2000..19_000]), 0.0, 0.05);
    assert_close(cents(&left[21_000..]), expected, 0.05);
}

#[test]
fn bends_reach_the_full_range() {
    for value in [-8192i16, -4096, -1, 0, 2048, 8191] {
        assert_cents(Piece::new().bend(0, 0, value), 200.0 * f64::from(value) / 8192.0);
        assert_cents(Piece::new().rpn(0, 0, 0, 24, 0).bend(1, 0, value), 2400.0 * f64::from(value) / 8192.0);
    }
    // Semitones and cents; the range acts on what is bent already.
    assert_cents(Piece::new().rpn(0, 0, 0, 1, 50).bend(1, 0, -8192), -150.0);
    assert_sounding(|piece| piece.rpn(20_000, 0, 0, 12, 0).bend(20_000, 0, -4096), -600.0);
    assert_sounding(|piece| piece.bend(20_000, 0, -8192).rpn(20_000, 0, 0, 7, 0), -700.0);
}

#[test]
fn fine_and_coarse_tuning() {
    for (msb, lsb) in [(0u8, 0u8), (64, 0), (96, 0), (127, 127)] {
        let fine = 100.0 * (f64::from(msb) * 128.0 + f64::from(lsb) - 8192.0) / 8192.0;
        assert_cents(Piece::new().rpn(0, 0, 1, msb, lsb), fine);
    }
    assert_cents(Piece::new().rpn(0, 0, 2, 64 + 5, 0), 500.0);
    assert_cents(Piece::new().rpn(0, 0, 2, 64 - 24, 0).rpn(0, 0, 1, 32, 0), -2450.0);
    assert_sounding(|piece| piece.rpn(20_000, 0, 2, 66, 0), 200.0);
    // Drums would become other drums.
    assert_close(heard_key(Piece::new().rpn(0, 9, 2, 70, 0), 9, 60), 0.0, 0.05);
    // Other channels are not touched.
    assert_cents(Piece::new().rpn(0, 1, 2, 70, 0), 0.0);
}

#[test]
fn the_null_parameter_guards_against_data_entry() {
    let null = |piece: Piece| piece.cc(1, 0, 101, 127).cc(1, 0, 100, 127);
    assert_cents(null(Piece::new().rpn(0, 0, 2, 65, 0)).cc(2, 0, 6, 80).cc(2, 0, 38, 3), 100.0);
    assert_cents(null(Piece::new().rpn(0, 0, 2, 65, 0)).cc(2, 0, 96, 0), 100.0);
    // Nothing is selected at the start; unknown parameters swallow their data.
    assert_cents(Piece::new().cc(0, 0, 6, 80), 0.0);
    assert_cents(Piece::new().rpn(0, 0, 2, 65, 0).rpn(1, 0, 77, 10, 10), 100.0);
    // Choosing any NRPN takes data entry away from an RPN.
    assert_cents(Piece::new().rpn(0, 0, 2, 65, 0).cc(1, 0, 99, 1).cc(1, 0, 98, 8).cc(2, 0, 6, 80), 100.0);
}

#[test]
fn data_increment_and_decrement_step_the_parameter() {
    let steps = |piece: Piece, controller, count| (0..count).fold(piece, |piece, _| piece.cc(1, 0, controller, 0));
    // Coarse tuning and bend range step by semitones.
    assert_cents(steps(Piece::new().rpn(0, 0, 2, 64, 0), 96, 3), 300.0);
    assert_cents(steps(Piece::new().rpn(0, 0, 2, 64, 0), 97, 2), -200.0);
    assert_cents(steps(Piece::new().rpn(0, 0, 0, 2, 0), 96, 5).bend(2, 0, -8192), -700.0);
    // Fine tuning steps by its least unit.
    assert_cents(steps(Piece::new().rpn(0, 0, 1, 64, 0), 96, 100), 100.0 * 100.0 / 8192.0);
    // The ends hold.
    assert_cents(steps(Piece::new().rpn(0, 0, 2, 126, 0), 96, 5), 6300.0);
}

#[test]
fn master_tuning_moves_all_channels() {
    assert_cents(Piece::new().sysex(0, &[0x7f, 0x7f, 4, 3, 0, 0x60]), 50.0);
    assert_cents(Piece::new().sysex(0, &[0x7f, 0x7f, 4, 4, 0, 64 - 3]), -300.0);
    assert_cents(Piece::new().sysex(0, &[0x7f, 0x7f, 4, 4, 0, 66]).rpn(0, 0, 2, 65, 0), 300.0);
    assert_sounding(|piece| piece.sysex(20_000, &[0x7f, 0x7f, 4, 3, 0, 0x20]), -50.0);
    let coarse = || Piece::new().sysex(0, &[0x7f, 0x7f, 4, 4, 0, 70]);
    assert_close(heard_key(coarse(), 9, 60), 0.0, 0.05);
    // A reset undoes it.
    assert_cents(coarse().sysex(1, &[0x7e, 0x7f, 9, 1]), 0.0);
}

#[test]
fn octave_tuning_is_by_pitch_class_and_channel() {
    // Pitch class 0 by −20 cents, in 1-byte form, on channels 1 to 7.
    let mut data = vec![0x7f, 0x7f, 8, 8, 0, 0, 0x7f];
    data.extend([44, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 127]);
    for kind in [0x7e, 0x7f] {
        data[0] = kind;
        assert_cents(Piece::new().sysex(0, &data), -20.0);
        assert_close(heard_key(Piece::new().sysex(0, &data), 6, 71), 1163.0, 0.05);
        assert_close(heard_key(Piece::new().sysex(0, &data), 7, 60), 0.0, 0.05);
    }
    // 2-byte form: (value − 8192)·100/8192 cents; channels 8 to 14 and 15, 16.
    let mut data = vec![0x7f, 0x7f, 8, 9, 3, 0x7f, 0];
    data.extend([64, 0].repeat(12));
    data[7..9].copy_from_slice(&[0x60, 0]);
    assert_cents(Piece::new().sysex(0, &data), 0.0);
    for channel in [7, 13, 14, 15] {
        assert_close(heard_key(Piece::new().sysex(0, &data), channel, 60), 50.0, 0.05);
    }
    // Cut short, it means nothing.
    assert_cents(Piece::new().sysex(0, &data[..20]), 0.0);
}

#[test]
fn single_notes_are_retuned_in_a_tuning_program() {
    // Key 60 to 61 and a quarter: 0x20 0x00 of 2^14 steps are 25 cents.
    let change = [60, 61, 0x20, 0];
    for (head, name) in [(vec![0x7f, 0x7f, 8, 2, 5, 1], "08 02"), (vec![0x7e, 0x7f, 8, 7, 0, 5, 1], "08 07")] {
        let data = [&head[..], &change].concat();
        let select = || Piece::new().sysex(0, &data).rpn(1, 0, 3, 5, 0);
        assert_close(heard_key(select(), 0, 60), 125.0, 0.05);
        assert_close(heard_key(select(), 0, 61), 100.0, 0.05);
        assert!(heard_key(select(), 1, 60).abs() < 0.05, "{name}: a channel that did not ask for it");
        // 7F 7F 7F leaves a key as it is.
        let kept = [&head[..], &[60, 0x7f, 0x7f, 0x7f]].concat();
        assert_close(heard_key(select().sysex(2, &kept), 0, 60), 125.0, 0.05);
    }
    // It acts on notes that sound.
    let data = [0x7f, 0x7f, 8, 2, 0, 1, 60, 58, 0x40, 0];
    assert_sounding(|piece| piece.sysex(20_000, &data), -150.0);
}

#[test]
fn a_bulk_dump_retunes_all_keys() {
    // Non real time, 08 01, program 3, a name of 16 letters, 128 × 3 bytes, a checksum: every key 50 cents up.
    let mut data = vec![0x7e, 0x7f, 8, 1, 3];
    data.extend(b"quarter tone up ");
    data.extend((0..128u8).flat_map(|key| [key, 0x40, 0]));
    data.push(0x55);
    let select = || Piece::new().sysex(0, &data).rpn(1, 0, 3, 3, 0);
    for key in [48, 60, 67] {
        assert_close(heard_key(select(), 0, key), 100.0 * (f64::from(key) - 60.0) + 50.0, 0.05);
    }
    // One byte too few, and nothing changes.
    let cut = &data[..data.len() - 2];
    assert_close(heard_key(Piece::new().sysex(0, cut).rpn(1, 0, 3, 3, 0), 0, 60), 0.0, 0.05);
}

#[test]
fn scale_tuning_and_sample_correction() {
    let note =
        |bank: &rae_testkit::BankBuilder, key| cents(&Piece::new().on(0, 0, key, 127).render(bank, NOTE).left[2000..]);
    assert_close(note(&tone_in(zone(0).set(Generator::ScaleTuning, 50)), 72), 600.0, 0.05);
    assert_close(note(&tone_in(zone(0).set(Generator::ScaleTuning, 0)), 40), 0.0, 0.05);
    assert_close(note(&tone_in(zone(0).set(Generator::OverridingRootKey, 50)), 50), 0.0, 0.05);
    assert_close(note(&tone_in(zone(0).set(Generator::Keynum, 65)), 50), 500.0, 0.05);
    let tuned = tone_in(zone(0).set(Generator::CoarseTune, -3).set(Generator::FineTune, 42));
    assert_close(note(&tuned, 60), -258.0, 0.05);
}

#[test]
fn dumps_of_octaves_and_of_banks_retune_all_keys() {
    let dump = |form: u8, content: &[u8]| {
        let mut data = vec![0x7e, 0x7f, 8, form, 2, 3];
        data.extend(b"a name of sixteen"[..16].iter());
        data.extend(content);
        data.push(0x11);
        Piece::new().sysex(0, &data).rpn(1, 0, 3, 3, 0)
    };
    let keys: Vec<u8> = (0..128u8).flat_map(|key| [key, 0x40, 0]).collect();
    assert_close(heard_key(dump(4, &keys), 0, 67), 750.0, 0.05);
    // C 20 cents down, G 63 up.
    let one_byte = [44, 64, 64, 64, 64, 64, 64, 127, 64, 64, 64, 64];
    // C 50 cents up, G 50 down.
    let mut two_bytes = [64, 0].repeat(12);
    (two_bytes[0], two_bytes[14]) = (0x60, 0x20);
    for (form, content, c, g) in [(5, &one_byte[..], -20.0, 763.0), (6, &two_bytes, 50.0, 650.0)] {
        assert_close(heard_key(dump(form, content), 0, 60), c, 0.05);
        assert_close(heard_key(dump(form, content), 0, 67), g, 0.05);
        assert_close(heard_key(dump(form, content), 0, 48), c - 1200.0, 0.05);
        // Cut short, it means nothing.
        assert_close(heard_key(dump(form, &content[..content.len() - 2]), 0, 60), 0.0, 0.05);
    }
}
