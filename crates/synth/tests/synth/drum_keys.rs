//! Parameters of single drums: NRPN, drum setups of GS and XG, key-based controllers of General MIDI 2.

use rae_soundfont::Generator;
use rae_testkit::{BankBuilder, assert_close, assert_db, db, zone};

use crate::parts::{block, gs, xg};
use crate::piece::{Piece, TONE_HZ, cents, looped_constant, tone_db, tone_in};

/// Drums: a constant in the middle.
fn bank() -> BankBuilder {
    looped_constant(0.5, zone(0)).preset(128, 0, [zone(0)])
}

fn nrpn(piece: Piece, channel: u8, msb: u8, key: u8, value: u8) -> Piece {
    piece.cc(1, channel, 99, msb).cc(1, channel, 98, key).cc(1, channel, 6, value)
}

fn key_based(channel: u8, key: u8, pairs: &[u8]) -> Vec<u8> {
    [&[0x7f, 0x7f, 0x0a, 1, channel, key][..], pairs].concat()
}

/// What sets a parameter of key 40 of the drums of channel 10, by the makers' means: an NRPN's byte, GS and XG addresses.
fn ways(msb: u8, gs_map: u8, xg_low: u8, value: u8) -> [Piece; 3] {
    [
        nrpn(Piece::new(), 9, msb, 40, value),
        Piece::new().sysex(1, &gs([0x41, gs_map, 40], &[value])),
        Piece::new().sysex(1, &xg([0x30, 40, xg_low], &[value])),
    ]
}

/// Left, right, reverb and chorus of a drum.
fn buses(piece: Piece, key: u8) -> [f64; 4] {
    let piece = piece.cc(2, 9, 7, 127).cc(2, 9, 91, 127).cc(2, 9, 93, 127).on(10, 9, key, 127);
    let buses = piece.render(&bank(), 1000);
    [&buses.left, &buses.right, &buses.reverb, &buses.chorus].map(|bus| f64::from(bus[999]) / 0.5)
}

#[test]
fn a_drum_has_its_level() {
    let plain = db(buses(Piece::new(), 40)[0]);
    for value in [20, 64, 127] {
        for piece in ways(0x1a, 0x02, 0x02, value) {
            let wanted = 40.0 * (f64::from(value) / 127.0).log10();
            assert_db(db(buses(piece.clone(), 40)[0]), plain + wanted, 0.01);
            assert_db(db(buses(piece, 41)[0]), plain, 0.01);
        }
        // General MIDI 2: per cent, of which 64 is a hundred.
        let piece = Piece::new().sysex(1, &key_based(9, 40, &[7, value]));
        assert_db(db(buses(piece, 40)[0]), plain + db(f64::from(value) / 64.0), 0.01);
    }
}

#[test]
fn a_drum_has_its_place() {
    let by_controller = |value| Piece::new().sysex(1, &key_based(9, 40, &[0x0a, value]));
    for (value, wanted) in [(1, -1.0), (64, 0.0), (100, 36.0 / 63.0), (127, 1.0)] {
        for piece in ways(0x1c, 0x04, 0x04, value).into_iter().chain([by_controller(value)]) {
            let [left, right, ..] = buses(piece.clone(), 40);
            let angle = (wanted + 1.0) / 2.0 * std::f64::consts::FRAC_PI_2;
            assert_close(right.atan2(left), angle, 1e-3);
            let [left, right, ..] = buses(piece, 41);
            assert_close(left, right, 1e-6);
        }
    }
    // 0 is no place in the words of General MIDI 2.
    let [left, right, ..] = buses(by_controller(0), 40);
    assert!(left > 0.1 && right.abs() < 1e-6);
    // It takes the place of the preset's own, and what is wide stays wide.
    let wide = BankBuilder::new()
        .sample(&[0.5; 64], Some(8..56))
        .instrument([-300, 500].map(|pan| zone(0).set(Generator::SampleModes, 1).set(Generator::Pan, pan)))
        .preset(128, 0, [zone(0)]);
    let [piece, ..] = ways(0x1c, 0, 0, 64);
    let rendered = piece.cc(2, 9, 7, 127).on(10, 9, 40, 127).render(&wide, 1000);
    // −400 and +400 tenths of a per cent: alike on both sides.
    let side = |pan: f64| ((pan + 500.0) / 1000.0 * std::f64::consts::FRAC_PI_2).cos();
    assert_close(f64::from(rendered.left[999]), 0.5 * (side(-400.0) + side(400.0)), 1e-4);
    assert_close(f64::from(rendered.right[999]), f64::from(rendered.left[999]), 1e-6);
}

#[test]
fn a_drum_sends_its_share() {
    let [.., reverb, chorus] = buses(Piece::new(), 40);
    assert!(reverb > 0.1 && chorus > 0.1);
    for value in [0, 32, 127] {
        let share = f64::from(value) / 127.0;
        for piece in ways(0x1d, 0x05, 0x05, value) {
            let [.., wet, other] = buses(piece, 40);
            assert_close(wet, reverb * share, 1e-4);
            assert_close(other, chorus, 1e-4);
        }
        for piece in ways(0x1e, 0x06, 0x06, value) {
            let [.., other, wet] = buses(piece, 40);
            assert_close(wet, chorus * share, 1e-4);
            assert_close(other, reverb, 1e-4);
        }
    }
}

#[test]
fn the_sends_of_general_midi_2_are_absolute() {
    // A preset with a send of its own: 10 %, and 20 % of CC 91 and 93.
    let zone = zone(0).set(Generator::ReverbEffectsSend, 100).set(Generator::ChorusEffectsSend, 100);
    let bank = looped_constant(0.5, zone.clone()).preset(128, 0, [rae_testkit::zone(0)]);
    let sends = |message: &[u8], part: u8| {
        let piece = Piece::new().sysex(1, message).cc(2, 9, 7, 127).cc(2, 9, 91, part).cc(2, 9, 93, part);
        let buses = piece.on(10, 9, 40, 127).render(&bank, 1000);
        [&buses.reverb, &buses.chorus].map(|bus| f64::from(bus[999]) / 0.5)
    };
    for part in [0, 30, 127] {
        let usual = 0.1 + 0.2 * f64::from(part) / 128.0;
        for value in [0, 32, 127] {
            let wanted = 0.2 * f64::from(value) / 128.0;
            let [reverb, chorus] = sends(&key_based(9, 40, &[91, value]), part);
            assert_close(reverb, wanted, 1e-4);
            assert_close(chorus, usual, 1e-4);
            let [reverb, chorus] = sends(&key_based(9, 40, &[93, value]), part);
            assert_close(reverb, usual, 1e-4);
            assert_close(chorus, wanted, 1e-4);
        }
    }
}

#[test]
fn a_drum_has_its_pitch() {
    let bank = tone_in(zone(0).set(Generator::Keynum, 60)).preset(128, 0, [zone(0)]);
    let heard = |piece: Piece| cents(&piece.on(10, 9, 40, 127).render(&bank, 22_050).left[2000..]);
    assert_close(heard(nrpn(Piece::new(), 9, 0x18, 40, 64 + 5)), 500.0, 0.05);
    assert_close(heard(nrpn(Piece::new(), 9, 0x19, 40, 64 - 30)), -30.0, 0.05);
    assert_close(heard(nrpn(nrpn(Piece::new(), 9, 0x18, 40, 62), 9, 0x19, 40, 90)), -174.0, 0.05);
    assert_close(heard(Piece::new().sysex(1, &xg([0x30, 40, 0], &[67, 54]))), 290.0, 0.05);
    assert_close(heard(Piece::new().sysex(1, &gs([0x41, 0x01, 40], &[57]))), -300.0, 0.05);
    assert_close(heard(Piece::new().sysex(1, &key_based(9, 40, &[0x79, 66, 0x78, 44]))), 180.0, 0.05);
    // Other drums stay, and melodies know no such parameter.
    assert_close(heard(nrpn(Piece::new(), 9, 0x18, 41, 70)), 0.0, 0.05);
    let melody = nrpn(Piece::new(), 0, 0x18, 60, 70).on(10, 0, 60, 127).render(&bank, 22_050).left;
    assert_close(cents(&melody[2000..]), 0.0, 0.05);
}

#[test]
fn drums_of_a_group_cut_each_other() {
    let both = |piece: Piece| piece.on(10, 9, 40, 127).on(1000, 9, 41, 1).render(&bank(), 3000).left[2900];
    let alone = both(Piece::new());
    for set in [|key| gs([0x41, 0x03, key], &[7]), |key| xg([0x30, key, 3], &[7])] {
        let cut = both(Piece::new().sysex(0, &set(40)).sysex(0, &set(41)));
        assert!(cut < alone / 100.0, "{cut} of {alone}");
        // One of them is not a group.
        assert_eq!(both(Piece::new().sysex(0, &set(40))), alone);
    }
    // A group is not the bank's class of the same number, and takes a drum out of the bank's.
    let exclusive = looped_constant(0.5, zone(0).set(Generator::ExclusiveClass, 3)).preset(128, 0, [zone(0)]);
    let last = |piece: Piece| piece.on(10, 9, 40, 127).on(1000, 9, 41, 1).render(&exclusive, 3000).left[2900];
    assert!(last(Piece::new()) < alone / 100.0);
    for group in [0, 3, 7] {
        assert_close(f64::from(last(Piece::new().sysex(0, &gs([0x41, 0x03, 41], &[group])))), f64::from(alone), 1e-6);
    }
}

#[test]
fn drums_may_not_hear_their_keys() {
    let play = |message: &[u8]| {
        let piece = Piece::new().sysex(0, message).on(10, 9, 40, 127).off(900, 9, 40).cc(2500, 9, 123, 0);
        piece.render(&bank(), 4000).left
    };
    for [off, on] in [[0x07, 0x09], [0x08, 0x0a]]
        .map(|[gs_map, xg_low]| [gs([0x41, gs_map, 40], &[0]), xg([0x30, 40, xg_low], &[0])])
    {
        let is_off = off[5] == 0x07;
        for message in [off, on] {
            let left = play(&message);
            if is_off {
                // It rings on, until all notes go.
                assert!(left[2400] > 0.1 && left[3500] == 0.0);
            } else {
                assert!(left.iter().all(|&x| x == 0.0));
            }
        }
    }
    let heard = play(&[]);
    assert!(heard[800] > 0.1 && heard[1500] == 0.0);
}

#[test]
fn drum_setups_belong_to_parts() {
    let second = |part: u8| gs([0x40, 0x10 | block(part), 0x15], &[2]);
    let level = |piece: Piece, channel: u8| {
        f64::from(piece.cc(2, channel, 7, 127).on(10, channel, 40, 127).render(&bank(), 1000).left[999])
    };
    let plain = level(Piece::new(), 9);
    let quarter = 0.25f64;
    // Part 11 plays the second setup, part 10 the first.
    let piece = || Piece::new().sysex(0, &second(10));
    let first_set = piece().sysex(1, &gs([0x41, 0x02, 40], &[64]));
    let second_set = piece().sysex(1, &gs([0x41, 0x12, 40], &[64]));
    let soft = plain * (64.0f64 / 127.0).powi(2);
    assert!((soft / plain - quarter).abs() < 0.01);
    for (piece, levels) in [(first_set, [soft, plain]), (second_set, [plain, soft])] {
        assert_close(level(piece.clone(), 9), levels[0], 1e-4);
        assert_close(level(piece, 10), levels[1], 1e-4);
    }
    // An NRPN edits the setup that its part plays, for all that play it.
    let shared = Piece::new().sysex(0, &gs([0x40, 0x1a, 0x15], &[1]));
    assert_close(level(nrpn(shared, 10, 0x1a, 40, 64), 9), soft, 1e-4);
    // A program change, a reset of the setup and a reset of all begin afresh.
    assert_close(level(nrpn(Piece::new(), 9, 0x1a, 40, 64).program(5, 9, 0), 9), plain, 1e-4);
    let edited = || nrpn(Piece::new(), 9, 0x1a, 40, 64);
    assert_close(level(edited().sysex(3, &xg([0, 0, 0x7d], &[0])), 9), plain, 1e-4);
    assert_close(level(edited().sysex(3, &xg([0, 0, 0x7d], &[1])), 9), soft, 1e-4);
    let reset = edited().sysex(3, &[0x7e, 0x7f, 9, 1]);
    assert_close(level(reset.cc(4, 9, 7, 127), 9), plain, 1e-4);
}

#[test]
fn a_drum_has_its_filter() {
    // A flat two-pole filter 24 semitones lower, at steps of 100 cents; 8 dB of resonance take half of that away far below.
    let bank = |cutoff| {
        tone_in(zone(0).set(Generator::Keynum, 60).set(Generator::InitialFilterFc, cutoff)).preset(128, 0, [zone(0)])
    };
    let [dark, open] = [bank(8_000), bank(11_500)];
    let level = |bank: &BankBuilder, piece: Piece, key| {
        tone_db(&piece.cc(2, 9, 7, 127).on(10, 9, key, 127).render(bank, 22_050).left[4_000..])
    };
    let filtered =
        |cutoff: f64| -6.02 - 10.0 * (1.0 + (TONE_HZ / (8.175_8 * (cutoff / 1200.0).exp2())).powi(4)).log10();
    for piece in [nrpn(Piece::new(), 9, 0x14, 40, 40), Piece::new().sysex(1, &xg([0x30, 40, 0x0b], &[40]))] {
        assert_db(level(&dark, piece.clone(), 40), filtered(5_600.0), 0.1);
        assert_db(level(&dark, piece, 41), filtered(8_000.0), 0.1);
    }
    for piece in [nrpn(Piece::new(), 9, 0x15, 40, 84), Piece::new().sysex(1, &xg([0x30, 40, 0x0c], &[84]))] {
        assert_db(level(&open, piece.clone(), 40) - level(&open, piece, 41), -4.0, 0.2);
    }
}

#[test]
fn a_drum_has_its_attack_and_decay() {
    // An attack of 1/8 s whose rate is 12 steps lower lasts 1/4 s; a decay of 1 s, 12 steps quicker, 1/2 s for 100 dB.
    let slow = zone(0).set(Generator::AttackVolEnv, -3_600);
    let bank = looped_constant(0.5, slow).preset(128, 0, [zone(0)]);
    let at = |piece: Piece, key| {
        let buses = piece.cc(2, 9, 7, 127).on(10, 9, key, 127).render(&bank, 12_000);
        f64::from(buses.left[10 + 2_756]) / (0.5 * std::f64::consts::FRAC_1_SQRT_2)
    };
    for piece in [nrpn(Piece::new(), 9, 0x16, 40, 52), Piece::new().sysex(1, &xg([0x30, 40, 0x0d], &[52]))] {
        assert_close(at(piece.clone(), 40), 0.25, 0.01);
        assert_close(at(piece, 41), 0.5, 0.01);
    }
    let falling = zone(0).set(Generator::DecayVolEnv, 0).set(Generator::SustainVolEnv, 1_000);
    let bank = looped_constant(0.5, falling).preset(128, 0, [zone(0)]);
    let fall = |piece: Piece, key| {
        let left = piece.cc(2, 9, 7, 127).on(10, 9, key, 127).render(&bank, 10_000).left;
        db(f64::from(left[9_000]) / f64::from(left[4_590]))
    };
    for piece in [nrpn(Piece::new(), 9, 0x17, 40, 76), Piece::new().sysex(1, &xg([0x30, 40, 0x0e], &[76]))] {
        assert_db(fall(piece.clone(), 40), -20.0, 0.1);
        assert_db(fall(piece, 41), -10.0, 0.1);
    }
}
