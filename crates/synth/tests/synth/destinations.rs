//! Where controllers lead besides the bank's modulators: controller destinations of General MIDI 2, GS and XG.

use rae_midi::Message;
use rae_soundfont::Generator;
use rae_testkit::{assert_close, assert_db, db, zone};

use crate::parts::{gs, xg};
use crate::piece::{Piece, TONE_HZ, cents, constant_bank, looped_constant, pitches, tone_bank, tone_db, tone_in};

/// Parameters in the order of General MIDI 2.
const PITCH: u8 = 0;
const CUTOFF: u8 = 1;
const AMPLITUDE: u8 = 2;
const LFO_PITCH: u8 = 3;
const LFO_CUTOFF: u8 = 4;
const LFO_AMPLITUDE: u8 = 5;

/// Pieces in which a controller of channel 1 is moved to `value` at `frame`, after it has been given a destination: channel
/// pressure, the wheel, controllers 16 and 17, and 20 by choice; in the words of General MIDI 2, GS and XG.
fn ways(destination: u8, depth: u8, frame: u64, value: u8) -> Vec<Piece> {
    let gs_low = [0, 1, 2, 4, 5, 6][usize::from(destination)];
    let pages = [(0x00, 0x1d), (0x20, 0x4d), (0x40, 0x5a), (0x50, 0x61)];
    let gm2 = |sub: &[u8]| [&[0x7f, 0x7f, 9][..], sub, &[destination, depth]].concat();
    let mut told = Vec::new();
    for (number, (gs_page, xg_page)) in [Some(1), None, Some(16), Some(17)].into_iter().zip(pages) {
        told.push((gs([0x40, 0x21, gs_page + gs_low], &[depth]), number));
        told.push((xg([8, 0, xg_page + destination], &[depth]), number));
    }
    told.push((gm2(&[1, 0]), None));
    told.push((gm2(&[3, 0, 1]), Some(1)));
    told.push((gm2(&[3, 0, 20]), Some(20)));
    let mut pieces: Vec<Piece> = told
        .into_iter()
        .map(|(message, number)| {
            let piece = Piece::new().cc(0, 0, 7, 127).sysex(0, &message);
            match number {
                Some(number) => piece.cc(frame, 0, number, value),
                None => piece.send(frame, 0, Message::ChannelPressure { pressure: value }),
            }
        })
        .collect();
    for (number, page) in [(0x1f, 0x40), (0x20, 0x50)] {
        let piece = Piece::new().cc(0, 0, 7, 127).sysex(0, &gs([0x40, 0x11, number], &[20]));
        pieces.push(piece.sysex(0, &gs([0x40, 0x21, page + gs_low], &[depth])).cc(frame, 0, 20, value));
    }
    pieces
}

/// A tone whose vibrato neither wheel nor pressure moves.
fn calm() -> rae_testkit::BankBuilder {
    tone_in(zone(0).set(Generator::DelayVibLfo, 5_000).set(Generator::Keynum, 60))
}

#[test]
fn pitch_moves_by_semitones() {
    for (depth, value) in [(64 + 12, 127), (64 - 5, 64), (127, 127)] {
        let wanted = 100.0 * (f64::from(depth) - 64.0).min(24.0) * f64::from(value) / 127.0;
        for piece in ways(PITCH, depth, 20_000, value) {
            let left = piece.on(10, 0, 60, 127).render(&calm(), 42_000).left;
            assert_close(cents(&left[2_000..19_000]), 0.0, 0.05);
            assert_close(cents(&left[21_000..]), wanted, 0.05);
        }
    }
    // Notes that begin later have it, too, and a reset of controllers takes it back.
    for piece in ways(PITCH, 70, 5, 127) {
        let piece = piece.on(10, 0, 60, 127).cc(20_000, 0, 121, 0);
        let left = piece.render(&calm(), 42_000).left;
        assert_close(cents(&left[2_000..19_000]), 600.0, 0.05);
        assert_close(cents(&left[21_000..]), 0.0, 0.05);
    }
}

#[test]
fn key_pressure_moves_the_voices_of_its_key_alone() {
    let messages =
        [vec![0x7f, 0x7f, 9, 2, 0, PITCH, 70], gs([0x40, 0x21, 0x30], &[70]), xg([8, 0, 0x53 + PITCH], &[70])];
    let press = |key, pressure| Message::PolyPressure { key, pressure };
    for message in messages {
        let start = Piece::new().cc(0, 0, 7, 127).sysex(0, &message);
        let heard = |piece: Piece| {
            let left = piece.on(10, 0, 60, 127).render(&calm(), 82_000).left;
            [2_000..19_000, 21_000..39_000, 41_000..59_000, 61_000..81_000].map(|span| cents(&left[span]))
        };
        let check = |piece: Piece, wanted: [f64; 4]| {
            for (heard, wanted) in heard(piece).into_iter().zip(wanted) {
                assert_close(heard, wanted, 0.05);
            }
        };
        let pressed = start.clone().send(20_000, 0, press(60, 127));
        check(pressed.clone(), [0.0, 600.0, 600.0, 600.0]);
        // Others leave it alone, even those that steer the whole channel.
        check(pressed.clone().send(40_000, 0, press(61, 127)).cc(60_000, 0, 94, 3), [0.0, 600.0, 600.0, 600.0]);
        check(start.clone().send(20_000, 0, press(61, 127)), [0.0; 4]);
        check(pressed.clone().send(40_000, 0, press(60, 0)), [0.0, 600.0, 0.0, 0.0]);
        check(pressed.clone().cc(40_000, 0, 121, 0), [0.0, 600.0, 0.0, 0.0]);
        // A destination that is taken away lets go of it.
        let mut away = message.clone();
        let value = away.iter().rposition(|&byte| byte == 70).expect("the depth");
        away[value] = 64;
        if away[0] == 0x41 {
            away = gs([0x40, 0x21, 0x30], &[64]);
        }
        check(pressed.clone().sysex(40_000, &away), [0.0, 600.0, 0.0, 0.0]);
        // What a key is under when it goes down holds, too; and besides what others lead there.
        check(start.clone().send(5, 0, press(60, 127)), [600.0; 4]);
        let wheel = xg([8, 0, 0x1d + PITCH], &[66]);
        let both = start.clone().sysex(1, &wheel).cc(2, 0, 1, 127).send(20_000, 0, press(60, 127));
        check(both.cc(40_000, 0, 1, 0).send(60_000, 0, press(60, 0)), [200.0, 800.0, 600.0, 0.0]);
    }
}

#[test]
fn the_cutoff_moves_by_steps_of_150_cents() {
    // A flat two-pole filter, open at first.
    for piece in ways(CUTOFF, 24, 20_000, 127) {
        let left = piece.on(10, 0, 60, 127).render(&calm(), 42_000).left;
        let ratio = TONE_HZ / (8.175_798_9 * ((13_500.0f64 - 6_000.0) / 1200.0).exp2());
        assert_db(tone_db(&left[4_000..19_000]), -6.02, 0.05);
        assert_db(tone_db(&left[22_000..]), -6.02 - 10.0 * (1.0 + ratio.powi(4)).log10(), 0.1);
    }
}

#[test]
fn the_amplitude_moves_by_shares() {
    for (depth, value, wanted) in
        [(0u8, 127u8, 0.0), (0, 64, 1.0 - 64.0 / 127.0), (96, 127, 1.5), (127, 127, 127.0 / 64.0)]
    {
        for piece in ways(AMPLITUDE, depth, 1_000, value) {
            let left = piece.on(10, 0, 60, 127).render(&constant_bank(0.5), 3_000).left;
            assert_close(f64::from(left[999]), 0.5, 1e-4);
            assert_close(f64::from(left[2_999]), 0.5 * wanted, 1e-4);
        }
    }
}

#[test]
fn the_vibrato_reaches_600_cents() {
    // 4 Hz: 1200·log2(4/8.176) cents.
    let hz = 4.0f64;
    let frequency = (1200.0 * (hz / 8.175_798_9).log2()).round() as i16;
    let bank = tone_in(zone(0).set(Generator::FreqVibLfo, frequency));
    for number in [16, 17] {
        let page = if number == 16 { 0x44 } else { 0x54 };
        let piece = Piece::new().sysex(0, &gs([0x40, 0x21, page], &[32])).cc(0, 0, number, 127).on(10, 0, 60, 127);
        let left = piece.render(&bank, 44_100).left;
        let heard = pitches(&left[1_000..]);
        let highest = heard.iter().map(|&(_, cents)| cents).fold(f64::MIN, f64::max);
        let lowest = heard.iter().map(|&(_, cents)| cents).fold(f64::MAX, f64::min);
        assert_close(highest, 600.0 * 32.0 / 127.0, 6.0);
        assert_close(lowest, -600.0 * 32.0 / 127.0, 6.0);
    }
    for piece in ways(LFO_PITCH, 64, 5, 127) {
        let left = piece.on(10, 0, 60, 127).render(&bank, 44_100).left;
        let highest = pitches(&left[1_000..]).iter().map(|&(_, cents)| cents).fold(f64::MIN, f64::max);
        assert_close(highest, 600.0 * 64.0 / 127.0, 6.0);
    }
}

#[test]
fn the_vibrato_of_wheel_and_pressure_is_that_of_the_bank() {
    // Half a second of it, from its mean: a triangle's is half of its peak.
    let depth = |piece: Piece| {
        let heard = pitches(&piece.on(0, 0, 60, 127).render(&tone_bank(), 44_100).left[50..]);
        let settled = heard.iter().skip(20).map(|(_, cents)| cents.abs());
        2.0 * settled.clone().sum::<f64>() / settled.count() as f64
    };
    let wheel = |piece: Piece| piece.cc(10, 0, 1, 127);
    let pressure = |piece: Piece| piece.send(10, 0, Message::ChannelPressure { pressure: 127 });
    let told = |message: &[u8]| Piece::new().sysex(0, message);
    let full = 127.0 / 128.0;
    for (value, wanted) in [(0u8, 0.0), (10, 600.0 * 10.0 / 127.0), (40, 600.0 * 40.0 / 127.0)] {
        for message in
            [gs([0x40, 0x21, 4], &[value]), xg([8, 0, 0x20], &[value]), vec![0x7f, 0x7f, 9, 3, 0, 1, 3, value]]
        {
            assert_close(depth(wheel(told(&message))), full * wanted, 0.02 * wanted + 0.3);
            assert_close(depth(pressure(told(&message))), full * 50.0, 1.0);
        }
        for message in
            [gs([0x40, 0x21, 0x24], &[value]), xg([8, 0, 0x50], &[value]), vec![0x7f, 0x7f, 9, 1, 0, 3, value]]
        {
            assert_close(depth(pressure(told(&message))), full * wanted, 0.02 * wanted + 0.3);
            assert_close(depth(wheel(told(&message))), full * 50.0, 1.0);
        }
    }
    // The wheel's is also RPN 5: what comes last counts.
    let range = |piece: Piece| piece.rpn(5, 0, 5, 1, 0);
    let none = gs([0x40, 0x21, 4], &[0]);
    assert_close(depth(wheel(range(told(&none)))), full * 100.0, 2.3);
    assert_close(depth(wheel(range(Piece::new()).sysex(6, &none))), 0.0, 0.3);
}

#[test]
fn a_controller_that_general_midi_2_names_has_only_its_own_destinations() {
    let play = |piece: Piece| {
        let left = piece.on(10, 0, 60, 127).render(&calm(), 22_050).left;
        cents(&left[2_000..])
    };
    let lead = |piece: Piece, number: u8, destination: u8, depth: u8| {
        piece.sysex(1, &[0x7f, 0x7f, 9, 3, 0, number, destination, depth])
    };
    let both = lead(lead(Piece::new(), 20, PITCH, 70), 21, AMPLITUDE, 100);
    assert_close(play(both.cc(5, 0, 21, 127)), 0.0, 0.05);
    // One message more for the same controller adds a destination.
    let more = lead(lead(Piece::new(), 20, PITCH, 70), 20, AMPLITUDE, 100);
    assert_close(play(more.cc(5, 0, 20, 127)), 600.0, 0.05);
    // The two that GS and XG choose stay.
    let first = lead(Piece::new().sysex(0, &gs([0x40, 0x21, 0x40], &[67])), 20, PITCH, 70);
    assert_close(play(first.clone().cc(5, 0, 16, 127)), 300.0, 0.05);
    assert_close(play(first.cc(5, 0, 16, 127).cc(5, 0, 20, 127)), 900.0, 0.05);
}

#[test]
fn the_other_lfo_moves_cutoff_and_level() {
    // 8.176 Hz: its first quarter rises, its third falls.
    let quarter = 44_100.0 / 8.175_799 / 4.0;
    for piece in ways(LFO_AMPLITUDE, 64, 0, 127) {
        let left =
            piece.on(0, 0, 60, 127).render(&looped_constant(0.25, zone(0).set(Generator::Pan, -500)), 6_000).left;
        let at = |quarters: f64| db(f64::from(left[(quarters * quarter) as usize]) / 0.25);
        let depth = 12.0 * 64.0 / 127.0;
        // A corner of the triangle is cut by up to half a quantum.
        assert_db(at(1.0), depth, 0.2);
        assert_db(at(2.0), 0.0, 0.1);
        assert_db(at(3.0), -depth, 0.2);
    }
    // From 7000 cents by up to 1200: where it is lowest the tone is softest.
    let bank = tone_in(zone(0).set(Generator::InitialFilterFc, 7_000));
    let level = |left: &[f32], quarters: f64| {
        let middle = (quarters * quarter) as usize;
        tone_db(&left[middle - 400..middle + 400])
    };
    let still = Piece::new().cc(0, 0, 7, 127).on(0, 0, 60, 127).render(&bank, 8_000).left;
    for piece in ways(LFO_CUTOFF, 64, 0, 127) {
        let left = piece.on(0, 0, 60, 127).render(&bank, 8_000).left;
        assert!(level(&left, 1.0) > level(&still, 1.0) + 1.0);
        assert!(level(&left, 3.0) < level(&still, 3.0) - 4.0);
    }
}

#[test]
fn what_leads_nowhere_changes_nothing() {
    let play =
        |piece: Piece| piece.cc(50, 0, 16, 127).cc(60, 0, 20, 99).on(100, 0, 60, 100).render(&tone_bank(), 3_000);
    let plain = play(Piece::new());
    assert!(play(Piece::new().sysex(0, &gs([0x40, 0x11, 0x1f], &[20]))) == plain);
    // Unknown parameters, a range without its parameter's other half, channel 17.
    for message in
        [&[0x7f, 0x7f, 9, 3, 0, 16, 9, 100][..], &[0x7f, 0x7f, 9, 3, 0, 16, 0], &[0x7f, 0x7f, 9, 3, 16, 16, 0, 80]]
    {
        assert!(play(Piece::new().sysex(0, message)) == plain);
    }
}
