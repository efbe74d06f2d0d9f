//! SoundFont NRPN (9.6): generators moved while notes sound.

use rae_soundfont::Generator;
use rae_testkit::{amplitude_at, assert_close, assert_db, db, noise, zone};

use crate::piece::{Piece, cents, constant_bank, tone_bank, tone_db, tone_in};

/// The level of the half-scale tone at velocity 127, CC 7 at 127.
const FULL_DB: f64 = -6.0206;

/// Before and after `change` at frame 20 000, while a note sounds.
fn around(change: impl Fn(Piece) -> Piece, bank: &rae_testkit::BankBuilder) -> (Vec<f32>, Vec<f32>) {
    let piece = Piece::new().cc(0, 0, 7, 127).on(0, 0, 60, 127);
    let left = change(piece).render(bank, 42_000).left;
    (left[4_000..19_000].to_vec(), left[22_000..].to_vec())
}

#[test]
fn fine_tune_moves_a_sounding_note() {
    let (before, after) = around(|piece| piece.nrpn(20_000, 0, Generator::FineTune, 60), &tone_bank());
    assert_close(cents(&before), 0.0, 0.05);
    assert_close(cents(&after), 60.0, 0.05);
    // It is an offset, not a sum: the last one counts.
    let twice = |piece: Piece| piece.nrpn(19_500, 0, Generator::FineTune, 60).nrpn(20_000, 0, Generator::FineTune, -30);
    assert_close(cents(&around(twice, &tone_bank()).1), -30.0, 0.05);
    // Other channels are not touched.
    let other = around(|piece| piece.nrpn(20_000, 1, Generator::FineTune, 60), &tone_bank());
    assert_close(cents(&other.1), 0.0, 0.05);
}

#[test]
fn notes_that_start_later_have_the_offset_too() {
    let piece = Piece::new().nrpn(0, 0, Generator::CoarseTune, 4).on(1000, 0, 60, 127);
    assert_close(cents(&piece.render(&tone_bank(), 22_050).left[3000..]), 400.0, 0.05);
}

#[test]
fn attenuation_counts_in_full() {
    let (before, after) = around(|piece| piece.nrpn(20_000, 0, Generator::InitialAttenuation, 100), &tone_bank());
    assert_db(tone_db(&before), FULL_DB, 0.02);
    assert_db(tone_db(&after), FULL_DB - 10.0, 0.02);
}

#[test]
fn the_filter_closes_and_opens_on_sounding_notes() {
    // The cutoff's NRPN counts in steps of 2 cents. 13500 − 2·4200 = 5100 cents are 155.6 Hz: 441 Hz lies 1.503
    // octaves above, where the flat two-pole is at −10·log10(1 + (f/fc)^4) dB.
    let close = |piece: Piece| piece.nrpn(20_000, 0, Generator::InitialFilterFc, -4200);
    let (before, after) = around(close, &tone_bank());
    assert_db(tone_db(&before), FULL_DB, 0.05);
    let ratio = 441.0 / (8.175_798_9 * (5100.0f64 / 1200.0).exp2());
    assert_db(tone_db(&after), FULL_DB - 10.0 * (1.0 + ratio.powi(4)).log10(), 0.1);
    // A zone that starts at 5100 cents opens by as much.
    let closed = tone_in(zone(0).set(Generator::InitialFilterFc, 5100));
    let open = |piece: Piece| piece.nrpn(20_000, 0, Generator::InitialFilterFc, 4200);
    let (before, after) = around(open, &closed);
    assert_db(tone_db(&before), FULL_DB - 10.0 * (1.0 + ratio.powi(4)).log10(), 0.1);
    assert_db(tone_db(&after), FULL_DB, 0.05);
}

#[test]
fn generators_that_cannot_move_do_not() {
    for generator in [Generator::SampleModes, Generator::Keynum, Generator::ScaleTuning, Generator::SampleId] {
        let (before, after) = around(|piece| piece.nrpn(20_000, 0, generator, 50), &tone_bank());
        assert_close(cents(&after), cents(&before), 0.02);
        assert_db(tone_db(&after), tone_db(&before), 0.01);
    }
    // A number beyond all generators, by way of CC 98 = 100 (+100) and 101 (+1000).
    let far = |piece: Piece| {
        [(99, 120), (98, 101), (98, 100), (98, 52), (38, 0), (6, 65)]
            .into_iter()
            .fold(piece, |piece, (controller, value)| piece.cc(20_000, 0, controller, value))
    };
    assert_close(cents(&around(far, &tone_bank()).1), 0.0, 0.05);
    // Another maker's NRPN with the same LSB.
    let other = |piece: Piece| {
        [(99, 1), (98, 52), (38, 0), (6, 65)]
            .into_iter()
            .fold(piece, |piece, (controller, value)| piece.cc(20_000, 0, controller, value))
    };
    assert_close(cents(&around(other, &tone_bank()).1), 0.0, 0.05);
}

#[test]
fn a_reset_takes_offsets_back() {
    let piece = Piece::new().nrpn(0, 0, Generator::FineTune, 80).sysex(10, &[0x7e, 0x7f, 9, 1]).on(1000, 0, 60, 127);
    assert_close(cents(&piece.render(&tone_bank(), 22_050).left[3000..]), 0.0, 0.05);
}

#[test]
fn sends_and_sustain_levels_move() {
    let piece = |generator, value| {
        let piece = Piece::new().cc(0, 0, 7, 127).cc(0, 0, 91, 0).on(0, 0, 60, 127).nrpn(1000, 0, generator, value);
        piece.render(&constant_bank(1.0), 3000)
    };
    assert_close(f64::from(piece(Generator::ReverbEffectsSend, 400).reverb[2999]), 0.4, 1e-4);
    assert_close(f64::from(piece(Generator::ChorusEffectsSend, 100).chorus[2999]), 0.1, 1e-4);
    let sustained = piece(Generator::SustainVolEnv, 120).left;
    assert_db(db(f64::from(sustained[2999])), -12.0, 0.05);
}

#[test]
fn resonance_lifts_the_cutoff_and_lowers_the_rest() {
    // Noise through a filter at 7000 cents (466 Hz), its Q moved by 20 dB: −10 dB far below, +10 − 3.01 dB at it.
    let points: Vec<f64> = noise(5, 40_000).iter().map(|x| x / 8.0).collect();
    let bank = rae_testkit::BankBuilder::new()
        .sample(&points, None)
        .instrument([zone(0).set(Generator::InitialFilterFc, 7000).set(Generator::Pan, -500)])
        .preset(0, 0, [zone(0)]);
    let play = || Piece::new().cc(0, 0, 7, 127).on(0, 0, 60, 127);
    let flat = play().render(&bank, 39_000).left;
    let resonant = play().nrpn(0, 0, Generator::InitialFilterQ, 200).render(&bank, 39_000).left;
    let cutoff = 8.175_798_9 * (7000.0f64 / 1200.0).exp2();
    let gain =
        |hz: f64| db(amplitude_at(&resonant[4_000..], hz, 44_100)) - db(amplitude_at(&flat[4_000..], hz, 44_100));
    assert_db(gain(cutoff / 16.0), -10.0, 0.3);
    // Flat at the cutoff is −3.01 dB, resonant 10 − 3.01 dB.
    assert_db(gain(cutoff), 10.0, 0.5);
}
