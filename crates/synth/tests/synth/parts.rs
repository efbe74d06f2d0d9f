//! Parts of GS and XG: what sysex makes of a channel, measured in the sound.

use rae_soundfont::Generator;
use rae_synth::{Settings, Warning};
use rae_testkit::{BankBuilder, amplitude_at, assert_close, assert_db, db, zone};

use crate::piece::{Piece, TONE_HZ, cents, constant_bank, frequency, looped_constant, tone_bank, tone_in};

/// Roland's data set 1, with its checksum.
pub(crate) fn gs(address: [u8; 3], data: &[u8]) -> Vec<u8> {
    let sum = address.iter().chain(data).map(|&byte| usize::from(byte)).sum::<usize>();
    [&[0x41, 0x10, 0x42, 0x12][..], &address, data, &[((128 - sum % 128) % 128) as u8]].concat()
}

/// Yamaha's parameter change.
pub(crate) fn xg(address: [u8; 3], data: &[u8]) -> Vec<u8> {
    [&[0x43, 0x10, 0x4c][..], &address, data].concat()
}

/// The block of a GS part, counted from 0: part 10 is block 0.
pub(crate) fn block(part: u8) -> u8 {
    match part {
        9 => 0,
        0..9 => part + 1,
        _ => part,
    }
}

pub(crate) fn gs_part(part: u8, low: u8, data: &[u8]) -> Vec<u8> {
    gs([0x40, 0x10 | block(part), low], data)
}

pub(crate) fn xg_part(part: u8, low: u8, data: &[u8]) -> Vec<u8> {
    xg([8, part, low], data)
}

/// Both makers' words for the same: address in GS, address in XG, data.
fn both(part: u8, gs_low: u8, xg_low: u8, data: &[u8]) -> [Vec<u8>; 2] {
    [gs_part(part, gs_low, data), xg_part(part, xg_low, data)]
}

/// A constant hard left on all channels, with drums.
pub(crate) fn bank() -> BankBuilder {
    constant_bank(0.5).preset(128, 0, [zone(0)])
}

/// Left level of a note on `channel` after the messages.
pub(crate) fn level(messages: &[Vec<u8>], channel: u8, key: u8, velocity: u8) -> f64 {
    let piece = messages.iter().fold(Piece::new(), |piece, message| piece.sysex(0, message));
    f64::from(piece.on(10, channel, key, velocity).render(&bank(), 1000).left[999]) / 0.5
}

fn law(value: f64) -> f64 {
    40.0 * (value / 127.0).log10()
}

/// Cents above key 60 of a note of this key after the messages.
fn heard(messages: &[Vec<u8>], channel: u8, key: u8) -> f64 {
    let piece = messages.iter().fold(Piece::new(), |piece, message| piece.sysex(0, message));
    let bank = tone_bank().preset(128, 0, [zone(0)]);
    cents(&piece.on(10, channel, key, 127).render(&bank, 22_050).left[2000..])
}

#[test]
fn part_levels_pans_and_sends_are_those_of_controllers() {
    for message in both(2, 0x19, 0x0b, &[50]) {
        assert_db(db(level(std::slice::from_ref(&message), 2, 60, 127)), law(50.0), 0.01);
        assert_db(db(level(&[message], 3, 60, 127)), law(100.0), 0.01);
    }
    let bank = looped_constant(1.0, zone(0));
    let sends = [both(0, 0x1c, 0x0e, &[96]), both(0, 0x22, 0x13, &[127]), both(0, 0x21, 0x12, &[64])];
    for maker in 0..2 {
        let piece = sends.iter().fold(Piece::new().cc(0, 0, 7, 127), |piece, both| piece.sysex(1, &both[maker]));
        let buses = piece.on(10, 0, 60, 127).render(&bank, 1000);
        let angle = 96.0 / 128.0 * std::f64::consts::FRAC_PI_2;
        assert_close(f64::from(buses.left[999]), angle.cos(), 1e-4);
        assert_close(f64::from(buses.right[999]), angle.sin(), 1e-4);
        assert_close(f64::from(buses.reverb[999]), 0.2 * 127.0 / 128.0, 1e-4);
        assert_close(f64::from(buses.chorus[999]), 0.2 * 0.5, 1e-4);
    }
}

#[test]
fn blocks_are_parts_and_part_ten_comes_first() {
    for part in 0..16 {
        let message = gs_part(part, 0x19, &[20]);
        for channel in 0..16 {
            let expected = if channel == part { 20.0 } else { 100.0 };
            assert_db(db(level(std::slice::from_ref(&message), channel, 60, 127)), law(expected), 0.01);
        }
    }
}

#[test]
fn keys_are_shifted_but_not_those_of_drums() {
    for message in both(0, 0x16, 0x08, &[64 + 7]) {
        assert_close(heard(std::slice::from_ref(&message), 0, 60), 700.0, 0.05);
        assert_close(heard(&[message], 1, 60), 0.0, 0.05);
    }
    for message in both(9, 0x16, 0x08, &[64 + 7]) {
        assert_close(heard(&[message], 9, 60), 0.0, 0.05);
    }
    for message in [gs([0x40, 0, 5], &[64 - 5]), xg([0, 0, 6], &[64 - 5])] {
        assert_close(heard(std::slice::from_ref(&message), 0, 60), -500.0, 0.05);
        assert_close(heard(std::slice::from_ref(&message), 9, 60), 0.0, 0.05);
        // Shifts add up, and the key that goes up is the one that went down.
        let both = [message, gs_part(0, 0x16, &[64 + 12])];
        assert_close(heard(&both, 0, 60), 700.0, 0.05);
        let piece = both.iter().fold(Piece::new(), |piece, message| piece.sysex(0, message));
        let left = piece.on(10, 0, 60, 127).off(600, 0, 60).render(&bank(), 2000).left;
        assert!(left[599] > 0.1 && left[1100..].iter().all(|&x| x == 0.0));
    }
    // Another key, hence another zone.
    let split = BankBuilder::new()
        .sample(&[0.25; 64], Some(8..56))
        .sample(&[0.5; 64], Some(8..56))
        .instrument([0, 1].map(|i| {
            let keys = if i == 0 { 0..=63 } else { 64..=127 };
            zone(i).set(Generator::SampleModes, 1).set(Generator::Pan, -500).keys(keys)
        }))
        .preset(0, 0, [zone(0)]);
    let shifted = Piece::new().cc(0, 0, 7, 127).sysex(0, &gs_part(0, 0x16, &[68])).on(10, 0, 60, 127);
    assert_close(f64::from(shifted.render(&split, 500).left[499]), 0.5, 1e-4);
}

#[test]
fn detuning_counts_in_hertz_on_every_key() {
    // 08 to F8 in tenths from −12; two bytes of four bits.
    for (hz, nibbles) in [(5.0, [0x0b, 0x02]), (-12.0, [0x00, 0x08])] {
        for message in both(0, 0x17, 0x09, &nibbles) {
            for key in [48u8, 60, 72] {
                let played = 440.0 * ((f64::from(key) - 69.0) / 12.0).exp2();
                let wanted = 1200.0 * ((played + hz) / played).log2() + 100.0 * (f64::from(key) - 60.0);
                assert_close(heard(std::slice::from_ref(&message), 0, key), wanted, 0.1);
            }
        }
    }
}

#[test]
fn detuning_ends_where_its_maker_says() {
    let hz = |message: &[u8]| TONE_HZ * (heard(&[message.to_vec()], 0, 69) / 1200.0).exp2();
    let played = TONE_HZ * 0.75f64.exp2();
    for (nibbles, wanted) in [([0, 0], [-12.0, -12.8]), ([15, 15], [12.0, 12.7])] {
        for (message, wanted) in both(0, 0x17, 0x09, &nibbles).into_iter().zip(wanted) {
            // The tone is that of A 440 a little sharp.
            assert_close(hz(&message) - played, wanted * played / 440.0, 0.05);
        }
    }
}

#[test]
fn master_tuning_volume_and_pan() {
    // 0018 to 07E8 in tenths of a cent from −100.
    for (tune, wanted) in [([0, 4, 0, 0], 0.0), ([0, 0, 1, 8], -100.0), ([0, 7, 0xe, 8], 100.0), ([0, 5, 0, 0], 25.6)] {
        for message in [gs([0x40, 0, 0], &tune), xg([0, 0, 0], &tune)] {
            assert_close(heard(&[message], 0, 60), wanted, 0.05);
        }
    }
    // What is beyond is held there; XG has 0000 to 07FF.
    for (tune, wanted) in [([0, 0, 0, 0], [-100.0, -102.4]), ([15, 15, 15, 15], [100.0, 102.3])] {
        for (message, wanted) in [gs([0x40, 0, 0], &tune), xg([0, 0, 0], &tune)].into_iter().zip(wanted) {
            assert_close(heard(&[message], 0, 60), wanted, 0.05);
        }
    }
    for message in [gs([0x40, 0, 4], &[64]), xg([0, 0, 4], &[64])] {
        assert_db(db(level(&[message], 0, 60, 127)), law(100.0) + law(64.0), 0.01);
    }
    let bank = looped_constant(1.0, zone(0));
    for (value, wanted) in [(1, -1.0), (64, 0.0), (127, 1.0), (96, 32.0 / 63.0)] {
        let piece = Piece::new().cc(0, 0, 7, 127).on(10, 0, 60, 127).sysex(500, &gs([0x40, 0, 6], &[value]));
        let buses = piece.render(&bank, 1000);
        let angle = (wanted + 1.0) / 2.0 * std::f64::consts::FRAC_PI_2;
        assert_db(db(f64::from(buses.left[499])), -3.01, 0.01);
        assert_close(f64::from(buses.left[999]), angle.cos(), 1e-4);
        assert_close(f64::from(buses.right[999]), angle.sin(), 1e-4);
    }
}

#[test]
fn velocity_has_a_slope_and_a_start() {
    for (depth, offset, velocity, wanted) in [
        (64, 64, 90, 90.0),
        (32, 64, 90, 45.0),
        (127, 64, 100, 127.0),
        (64, 84, 50, 90.0),
        (64, 40, 100, 52.0),
        (0, 64, 90, 1.0),
    ] {
        for [set_depth, set_offset] in [
            [gs_part(0, 0x1a, &[depth]), gs_part(0, 0x1b, &[offset])],
            [xg_part(0, 0x0c, &[depth]), xg_part(0, 0x0d, &[offset])],
        ] {
            let got = db(level(&[set_depth, set_offset], 0, 60, velocity));
            assert_db(got, (law(100.0) + law(wanted)).max(-96.0 + law(100.0)), 0.05);
        }
    }
}

#[test]
fn notes_outside_a_parts_keys_are_not_played() {
    for messages in
        [[gs_part(0, 0x1d, &[48]), gs_part(0, 0x1e, &[72])], [xg_part(0, 0x0f, &[48]), xg_part(0, 0x10, &[72])]]
    {
        let sounds = |key| level(&messages, 0, key, 127) > 0.0;
        assert_eq!([47, 48, 72, 73].map(sounds), [false, true, true, false]);
    }
}

#[test]
fn random_panpots_scatter_notes_and_repeat() {
    let bank = looped_constant(1.0, zone(0));
    let play = |message: &[u8], after: Option<&[u8]>| {
        let mut piece = Piece::new().cc(0, 0, 7, 127).sysex(0, message);
        if let Some(after) = after {
            piece = piece.sysex(1, after);
        }
        piece = (0..40u8).fold(piece, |piece, i| {
            let at = 100 + 1000 * u64::from(i);
            piece.on(at, 0, 40 + i, 127).off(at + 500, 0, 40 + i)
        });
        let buses = piece.render(&bank, 40_100);
        let angle = |i: usize| f64::from(buses.right[500 + 1000 * i]).atan2(f64::from(buses.left[500 + 1000 * i]));
        (0..40).map(|i| angle(i) / std::f64::consts::FRAC_PI_2).collect::<Vec<f64>>()
    };
    for message in [gs_part(0, 0x1c, &[0]), xg_part(0, 0x0e, &[0])] {
        let places = play(&message, None);
        assert_eq!(places, play(&message, None));
        let mean = places.iter().sum::<f64>() / 40.0;
        assert!((0.35..0.65).contains(&mean), "{mean}");
        assert!(places.iter().any(|&place| place < 0.2) && places.iter().any(|&place| place > 0.8));
        // Until a panpot says where.
        for place in play(&message, Some(&gs_part(0, 0x1c, &[64]))) {
            assert_close(place, 0.5, 1e-3);
        }
        // It is one parameter with CC 10: what comes last counts.
        let one = |piece: Piece| piece.on(100, 0, 60, 127).render(&bank, 1_000);
        let told = || Piece::new().sysex(1, &message);
        assert!(one(told().cc(2, 0, 10, 20)) == one(Piece::new().cc(2, 0, 10, 20)));
        assert!(one(Piece::new().cc(0, 0, 10, 20).sysex(1, &message)) == one(told()));
    }
}

#[test]
fn scale_tuning_and_bend_range() {
    // C sharp 20 cents up, E 30 down: keys 61 and 64.
    for first in [[0x40, 0x11, 0x40], [8, 0, 0x41]] {
        let data = [64, 84, 64, 64, 34, 64, 64, 64, 64, 64, 64, 64];
        let message = if first[0] == 0x40 { gs(first, &data) } else { xg(first, &data) };
        for (key, wanted) in [(60, 0.0), (61, 120.0), (64, 370.0), (73, 1320.0)] {
            assert_close(heard(std::slice::from_ref(&message), 0, key), wanted, 0.05);
        }
        assert_close(heard(&[message], 1, 61), 100.0, 0.05);
    }
    for message in [gs([0x40, 0x21, 0x10], &[64 + 7]), xg_part(0, 0x23, &[64 + 7])] {
        let left =
            Piece::new().sysex(0, &message).on(0, 0, 60, 127).bend(0, 0, -8192).render(&tone_bank(), 22_050).left;
        assert_close(cents(&left[2000..]), -700.0, 0.05);
    }
}

/// A bank in which preset `i` plays the constant `(i + 1)/32`, hard left.
fn signs(presets: &[(u16, u16)]) -> BankBuilder {
    presets.iter().enumerate().fold(BankBuilder::new(), |bank, (i, &(number, program))| {
        bank.sample(&[(i + 1) as f64 / 32.0; 64], Some(8..56))
            .instrument([zone(i).set(Generator::SampleModes, 1).set(Generator::Pan, -500)])
            .preset(number, program, [zone(i)])
    })
}

const PRESETS: [(u16, u16); 6] = [(0, 0), (0, 5), (8, 5), (128, 0), (128, 5), (3, 5)];

/// Which presets sound together for a note on `channel` after the piece.
pub(crate) fn sum_of_signs(piece: Piece, channel: u8) -> i32 {
    let piece = (0..16).fold(piece, |piece, part| piece.cc(900, part, 7, 127));
    let left = piece.on(1000, channel, 60, 127).render(&signs(&PRESETS), 1500).left;
    (left[1499] * 32.0).round() as i32
}

pub(crate) fn sign(preset: (u16, u16)) -> i32 {
    PRESETS.iter().position(|&known| known == preset).map_or(0, |i| i as i32 + 1)
}

#[test]
fn parts_become_drums_and_melodies() {
    let on = gs_part(3, 0x15, &[1]);
    assert_eq!(sum_of_signs(Piece::new().sysex(0, &on), 3), sign((128, 0)));
    assert_eq!(sum_of_signs(Piece::new().sysex(0, &on).program(1, 3, 5), 3), sign((128, 5)));
    assert_eq!(sum_of_signs(Piece::new().sysex(0, &on), 2), sign((0, 0)));
    let off = gs_part(9, 0x15, &[0]);
    assert_eq!(sum_of_signs(Piece::new().sysex(0, &off).program(1, 9, 5), 9), sign((0, 5)));
    // XG: 1 is drums, 2 to 5 drums with a setup; the program change that follows keeps to it.
    let xg_on = xg([0, 0, 0x7e], &[0]);
    for mode in 1..=5 {
        let piece = Piece::new().sysex(0, &xg_on).sysex(10, &xg_part(3, 7, &[mode]));
        assert_eq!(sum_of_signs(piece.clone(), 3), sign((128, 0)));
        assert_eq!(sum_of_signs(piece.clone().program(20, 3, 5), 3), sign((128, 5)));
        assert_eq!(sum_of_signs(piece.sysex(20, &xg_part(3, 7, &[0])).program(30, 3, 5), 3), sign((0, 5)));
    }
    // Master and channel tuning in semitones leave drum parts alone.
    let coarse = [on, vec![0x7f, 0x7f, 4, 4, 0, 70]];
    assert_close(heard(&coarse, 3, 60), 0.0, 0.05);
}

#[test]
fn programs_and_banks_are_set_by_sysex() {
    assert_eq!(sum_of_signs(Piece::new().sysex(0, &gs_part(4, 0, &[8, 5])), 4), sign((8, 5)));
    assert_eq!(sum_of_signs(Piece::new().sysex(0, &gs_part(4, 1, &[5])), 4), sign((0, 5)));
    let xg_on = Piece::new().sysex(0, &xg([0, 0, 0x7e], &[0]));
    assert_eq!(sum_of_signs(xg_on.sysex(10, &xg_part(4, 1, &[0, 3, 5])), 4), sign((3, 5)));
}

#[test]
fn parts_hear_the_channel_they_are_told_to() {
    for [fourth, none, back] in [
        [gs_part(3, 2, &[0]), gs_part(0, 2, &[0x10]), gs_part(0, 2, &[0])],
        [xg_part(3, 4, &[0]), xg_part(0, 4, &[0x7f]), xg_part(0, 4, &[0])],
    ] {
        let part_4 = |piece: Piece| piece.sysex(0, &gs_part(3, 1, &[5]));
        let layered = part_4(Piece::new()).sysex(1, &fourth);
        assert_eq!(sum_of_signs(layered.clone(), 0), sign((0, 0)) + sign((0, 5)));
        assert_eq!(sum_of_signs(layered.clone(), 3), 0);
        assert_eq!(sum_of_signs(layered.clone().sysex(2, &none), 0), sign((0, 5)));
        assert_eq!(sum_of_signs(layered.sysex(2, &none).sysex(3, &back), 0), sign((0, 0)) + sign((0, 5)));
        // A key that goes up goes up for all that heard it.
        let piece = part_4(Piece::new()).sysex(1, &fourth).on(10, 0, 60, 127).off(600, 0, 60);
        let left = piece.render(&signs(&PRESETS), 2000).left;
        assert!(left[599] > 0.05 && left[1100..].iter().all(|&x| x == 0.0));
    }
    // Muting is by the channel that events name.
    let settings = Settings { muted: [0].into_iter().collect(), ..Settings::default() };
    let piece = Piece::new().sysex(0, &gs_part(3, 2, &[0])).on(10, 0, 60, 127);
    assert!(piece.render_with(&bank(), 500, &settings).buses.left.iter().all(|&x| x == 0.0));
}

#[test]
fn a_part_that_hears_another_channel_lets_its_notes_go() {
    let wait = |message: &[u8], pedal| {
        let piece = Piece::new().cc(0, 0, 64, pedal).on(10, 0, 60, 127).sysex(1_000, message);
        let left = piece.off(1_100, 0, 60).on(3_000, 1, 72, 127).off(4_000, 1, 72).render(&bank(), 6_000).left;
        [900, 2_000, 3_900, 5_900].map(|frame| left[frame] > 0.01)
    };
    for message in [gs_part(0, 2, &[1]), xg_part(0, 4, &[1])] {
        // Channel 2 is heard by part 2, too; the pedal was the first channel's.
        for pedal in [0, 127] {
            assert_eq!(wait(&message, pedal), [true, false, true, false], "pedal {pedal}");
        }
    }
    // It is told what it does anyway.
    for message in [gs_part(0, 2, &[0]), xg_part(0, 4, &[0])] {
        assert_eq!(wait(&message, 127), [true, true, true, true]);
    }
}

#[test]
fn mono_mode_and_portamento_are_those_of_controllers() {
    let play =
        |piece: Piece| piece.on(100, 0, 60, 127).on(5_000, 0, 72, 127).off(20_000, 0, 72).render(&tone_bank(), 30_000);
    let plain = play(Piece::new());
    // Mono is the value 0 in both.
    for message in both(0, 0x13, 0x05, &[0]) {
        let mono = play(Piece::new().cc(10, 0, 126, 1));
        assert!(mono != plain && play(Piece::new().sysex(10, &message)) == mono);
    }
    for message in both(0, 0x13, 0x05, &[1]) {
        assert!(play(Piece::new().cc(10, 0, 126, 1).sysex(20, &message)) == plain);
    }
    let glide = play(Piece::new().cc(10, 0, 65, 127).cc(11, 0, 5, 50));
    assert!(glide != plain && play(Piece::new().sysex(10, &xg_part(0, 0x67, &[1, 50]))) == glide);
    assert!(play(Piece::new().sysex(10, &xg_part(0, 0x67, &[1, 50])).sysex(11, &xg_part(0, 0x67, &[0]))) == plain);
}

#[test]
fn a_wrong_checksum_is_ignored_with_one_warning() {
    let mut wrong = gs_part(0, 0x19, &[20]);
    *wrong.last_mut().expect("a checksum") ^= 1;
    let piece = Piece::new().sysex(100, &wrong).sysex(200, &wrong).on(300, 0, 60, 127);
    let rendered = piece.render_with(&bank(), 1000, &Settings::default());
    assert_eq!(rendered.warnings, [Warning::Checksum { frame: 100 }]);
    assert_db(db(f64::from(rendered.buses.left[999]) / 0.5), law(100.0), 0.01);
}

#[test]
fn ports_have_parts_of_their_own() {
    use rae_midi::{Event, Meta};
    let port = |piece: Piece, number| piece.event(10, Event::Meta(Meta::Port(number)));
    let one = port(Piece::new(), 1).sysex(10, &gs_part(0, 0x16, &[76])).on(10, 0, 60, 127);
    let both = port(one, 0).on(10, 0, 60, 127);
    let left = both.render(&tone_bank(), 22_050).left;
    // Both sound: the second port an octave up, the first as it is.
    for hz in [TONE_HZ, 2.0 * TONE_HZ] {
        assert_db(db(amplitude_at(&left[2000..], hz, 44_100)), -6.02 + law(100.0), 0.1);
    }
    let alone = port(Piece::new(), 0).on(10, 0, 60, 127).render(&tone_bank(), 22_050).left;
    assert_close(frequency(&alone[2000..], 44_100), TONE_HZ, 0.01);
}

#[test]
fn what_is_for_others_changes_nothing_and_says_nothing() {
    let plain = Piece::new().on(100, 0, 60, 100).render(&tone_bank(), 2000);
    for message in [
        vec![],
        vec![0x7e, 0x7f, 6, 1],
        vec![0x41, 0x10, 0x42, 0x11, 0x40, 0, 0, 0, 0, 4, 0x3c],
        vec![0x41, 0x10, 0x16, 0x12, 0x7f, 0, 0, 1, 0],
        vec![0x43, 0x00, 0x4c, 0, 6, 0, 0, 0, 1, 2],
        vec![0x43, 0x30, 0x4c, 0, 0, 0],
        vec![0x7d, 1, 2, 3],
        xg([8, 0, 0x0b], &[]),
        xg([8, 16, 0x0b], &[3]),
        xg([0x70, 1, 2], &[3]),
        gs([0x40, 0x10, 0x1d], &[]),
        gs([0x48, 0, 0], &[1, 2, 3]),
        // Eight bits, and more than any message has that means something.
        xg([8, 0, 0x15], &[128]),
        xg([8, 0, 0x0b], &[255]),
        gs_part(0, 0x1c, &[200]),
        gs_part(0, 0x19, &[138]),
        vec![0x7f, 0x7f, 4, 1, 0, 0x90],
        vec![0x7f, 0x7f, 0x0a, 1, 0, 60, 7, 128],
        [vec![0x7f, 0x7f, 9, 3, 0, 16], [0, 80].repeat(600)].concat(),
    ] {
        let piece = Piece::new().sysex(0, &message).on(100, 0, 60, 100);
        let rendered = piece.render_with(&tone_bank(), 2000, &Settings::default());
        assert!(rendered.buses == plain, "{message:x?}");
        assert_eq!(rendered.warnings, []);
    }
}

#[test]
fn tone_modify_is_the_sound_controllers() {
    let bank = tone_in(
        zone(0)
            .set(Generator::InitialFilterFc, 7_000)
            .set(Generator::VibLfoToPitch, 40)
            .set(Generator::DelayVibLfo, -6_000)
            .set(Generator::AttackVolEnv, -5_000)
            .set(Generator::DecayVolEnv, -1_000)
            .set(Generator::SustainVolEnv, 200)
            .set(Generator::ReleaseVolEnv, -2_000),
    );
    let play = |piece: Piece| piece.on(100, 0, 60, 127).off(12_000, 0, 60).render(&bank, 20_000);
    let plain = play(Piece::new());
    // Vibrato rate and depth, cutoff, resonance, attack, decay, release, vibrato delay.
    let gs_order = [76, 77, 74, 71, 73, 75, 72, 78];
    let xg_order = [76, 77, 78, 74, 71, 73, 75, 72];
    for i in 0..8u8 {
        for (message, controller) in [
            (gs_part(0, 0x30 + i, &[90]), gs_order[usize::from(i)]),
            (xg_part(0, 0x15 + i, &[90]), xg_order[usize::from(i)]),
        ] {
            let by_sysex = play(Piece::new().sysex(10, &message));
            assert!(by_sysex == play(Piece::new().cc(10, 0, controller, 90)), "CC {controller}");
            assert!(by_sysex != plain, "CC {controller}");
        }
    }
    // GS ends at ±50.
    let far = play(Piece::new().sysex(10, &gs_part(0, 0x32, &[0])));
    assert!(far == play(Piece::new().cc(10, 0, 74, 14)));
}

#[test]
fn random_settings_neither_panic_nor_sound_for_ever() {
    use rae_testkit::Random;
    let mut random = Random::new(9);
    // Bytes above 127 come in damaged files.
    let mut byte = |limit: usize| random.below(limit) as u8;
    let mut piece = Piece::new();
    for i in 0..4_000u64 {
        let limit = if i % 2 == 0 { 128 } else { 256 };
        let data: Vec<u8> = (0..1 + byte(24)).map(|_| byte(limit)).collect();
        let message = match byte(5) {
            0 => gs([0x40, byte(0x30), byte(limit)], &data),
            1 => gs([0x41, byte(limit), byte(limit)], &data),
            2 => xg([[0, 2, 8, 0x30, 0x33][usize::from(byte(5))], byte(0x20), byte(limit)], &data),
            3 => [&[0x7f, 0x7f, [4, 8, 9, 10][usize::from(byte(4))], byte(10)][..], &data].concat(),
            _ => [&[0x7e, 0x7f, 8, byte(10)][..], &data].concat(),
        };
        let at = 10 * i;
        piece = piece.sysex(at, &message);
        if i % 8 == 0 {
            let (channel, key) = (byte(16), byte(128));
            piece =
                piece.on(at, channel, key, 1 + byte(127)).off(at + 200, channel, key).cc(at, channel, 16, byte(128));
        }
    }
    let bank = tone_bank().preset(128, 0, [zone(0)]);
    let font = std::sync::Arc::new(bank.build());
    let performance = piece.performance(0);
    let mut renderer = rae_synth::Renderer::new(font, &performance, &Settings::default());
    crate::piece::render_to_end(&mut renderer, 500_000);
    let mut asked = rae_synth::AskedSends::new(performance.channels);
    performance.events.iter().for_each(|event| asked.hear(&event.action));
    let sends = asked.sends();
    assert!(sends.reverb.time.0.is_finite() && sends.chorus.rate.is_finite() && sends.reverb.level.is_finite());
}
