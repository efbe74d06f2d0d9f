//! Which preset plays: banks, fallbacks, drums; and what the settings leave out.

use rae_midi::Speed;
use rae_soundfont::Generator;
use rae_synth::{ChannelSet, Settings, Warning};
use rae_testkit::{BankBuilder, assert_close, zone};
use rae_units::Seconds;

use crate::piece::{Piece, Rendered, cents, constant_bank, tone_bank};

const GM: [u8; 4] = [0x7e, 0x7f, 9, 1];
const GM2: [u8; 4] = [0x7e, 0x7f, 9, 3];
const GS: [u8; 9] = [0x41, 0x10, 0x42, 0x12, 0x40, 0, 0x7f, 0, 0x41];
const XG: [u8; 7] = [0x43, 0x10, 0x4c, 0, 0, 0x7e, 0];

/// A bank in which the preset at place `i` of `presets` plays the constant `(i + 1)/32`, hard left.
fn signs(presets: &[(u16, u16)]) -> BankBuilder {
    presets.iter().enumerate().fold(BankBuilder::new(), |bank, (i, &(number, program))| {
        bank.sample(&[(i + 1) as f64 / 32.0; 64], Some(8..56))
            .instrument([zone(i).set(Generator::SampleModes, 1).set(Generator::Pan, -500)])
            .preset(number, program, [zone(i)])
    })
}

/// Plays `piece` and one note on `channel`; the preset that sounded, if any, and the warnings.
fn which(piece: &Piece, channel: u8, presets: &[(u16, u16)]) -> (Option<(u16, u16)>, Vec<Warning>) {
    let piece = piece.clone().cc(900, channel, 7, 127).on(1000, channel, 60, 127);
    let Rendered { buses, warnings, .. } = piece.render_with(&signs(presets), 1500, &Settings::default());
    let sign = (buses.left[1499] * 32.0).round() as usize;
    (sign.checked_sub(1).map(|i| presets[i]), warnings)
}

/// [`which`] for CC 0, CC 32 and a program change on a channel.
fn selected(start: &[u8], (msb, lsb): (u8, u8), program: u8, channel: u8) -> Option<(u16, u16)> {
    const PRESETS: [(u16, u16); 8] = [(0, 0), (0, 5), (1, 5), (2, 5), (3, 5), (64, 5), (128, 0), (128, 5)];
    let piece = if start.is_empty() { Piece::new() } else { Piece::new().sysex(0, start) };
    let piece = piece.cc(10, channel, 0, msb).cc(10, channel, 32, lsb).program(20, channel, program);
    let (preset, warnings) = which(&piece, channel, &PRESETS);
    assert_eq!(warnings, []);
    preset
}

#[test]
fn bank_select_means_what_the_standard_in_force_says() {
    // Before any reset, and in GS: CC 0 is the bank.
    for start in [&[][..], &GS] {
        assert_eq!(selected(start, (1, 2), 5, 0), Some((1, 5)));
        assert_eq!(selected(start, (0, 2), 5, 0), Some((0, 5)));
        assert_eq!(selected(start, (1, 2), 5, 9), Some((128, 5)));
    }
    // General MIDI has no banks.
    assert_eq!(selected(&GM, (1, 2), 5, 0), Some((0, 5)));
    assert_eq!(selected(&GM, (1, 2), 5, 9), Some((128, 5)));
    // GM2: CC 0 chooses drums or melody, CC 32 the bank.
    assert_eq!(selected(&GM2, (121, 2), 5, 0), Some((2, 5)));
    assert_eq!(selected(&GM2, (120, 0), 5, 0), Some((128, 5)));
    assert_eq!(selected(&GM2, (121, 3), 5, 9), Some((3, 5)));
    // XG: 127 is drums, 64 effects, otherwise CC 32 is the bank.
    assert_eq!(selected(&XG, (0, 3), 5, 0), Some((3, 5)));
    assert_eq!(selected(&XG, (127, 0), 5, 0), Some((128, 5)));
    assert_eq!(selected(&XG, (64, 0), 5, 0), Some((64, 5)));
    assert_eq!(selected(&XG, (0, 0), 5, 9), Some((128, 5)));
}

#[test]
fn bank_select_waits_for_the_program_change() {
    let presets = [(0, 0), (1, 0)];
    assert_eq!(which(&Piece::new().cc(0, 0, 0, 1), 0, &presets).0, Some((0, 0)));
    assert_eq!(which(&Piece::new().cc(0, 0, 0, 1).program(1, 0, 0), 0, &presets).0, Some((1, 0)));
    // A program change does not touch what sounds.
    let piece = Piece::new().cc(0, 0, 7, 127).on(0, 0, 60, 127).cc(500, 0, 0, 1).program(500, 0, 0);
    let left = piece.render(&signs(&presets), 2000).left;
    assert_eq!(left[400], left[1999]);
}

#[test]
fn a_reset_returns_to_program_zero_and_silence() {
    let presets = [(0, 0), (0, 5)];
    for reset in [&GM[..], &GS, &GM2, &XG] {
        let piece = Piece::new().program(0, 0, 5).sysex(10, reset);
        assert_eq!(which(&piece, 0, &presets).0, Some((0, 0)));
        let sounding = Piece::new().on(0, 0, 60, 127).sysex(1000, reset).render(&signs(&presets), 2000).left;
        assert!(sounding[999] > 0.0 && sounding[1300..].iter().all(|&x| x == 0.0));
    }
}

#[test]
fn a_missing_preset_is_replaced_with_one_warning() {
    let replaced =
        |bank, program, used_bank, used_program| Warning::PresetReplaced { bank, program, used_bank, used_program };
    let ask = |bank: u8, program: u8, presets: &[(u16, u16)]| {
        let once = Piece::new().cc(0, 0, 0, bank).program(0, 0, program).on(5, 0, 40, 1).off(6, 0, 40);
        // Asked for a second time, and by another channel.
        let again = once.cc(10, 3, 0, bank).program(10, 3, program).on(15, 3, 40, 1).off(16, 3, 40);
        which(&again.program(20, 0, program), 0, presets)
    };
    assert_eq!(ask(8, 5, &[(8, 5), (0, 5), (0, 0)]), (Some((8, 5)), vec![]));
    assert_eq!(ask(8, 5, &[(0, 5), (0, 0)]), (Some((0, 5)), vec![replaced(8, 5, 0, 5)]));
    assert_eq!(ask(8, 5, &[(1, 1), (0, 0)]), (Some((0, 0)), vec![replaced(8, 5, 0, 0)]));
    assert_eq!(ask(0, 5, &[(0, 0)]), (Some((0, 0)), vec![replaced(0, 5, 0, 0)]));
    assert_eq!(ask(8, 5, &[(1, 1)]), (None, vec![Warning::NoPreset { bank: 8, program: 5 }]));
}

#[test]
fn drums_fall_back_to_the_standard_kit_and_then_to_program_zero() {
    let kit = |program, presets: &[(u16, u16)]| which(&Piece::new().program(0, 9, program), 9, presets);
    assert_eq!(kit(25, &[(0, 0), (128, 25), (128, 0)]), (Some((128, 25)), vec![]));
    let warning = Warning::PresetReplaced { bank: 128, program: 25, used_bank: 128, used_program: 0 };
    assert_eq!(kit(25, &[(0, 0), (128, 0)]), (Some((128, 0)), vec![warning]));
    let warning = Warning::PresetReplaced { bank: 128, program: 25, used_bank: 0, used_program: 0 };
    assert_eq!(kit(25, &[(0, 25), (0, 0)]), (Some((0, 0)), vec![warning]));
    assert_eq!(kit(25, &[(0, 25)]), (None, vec![Warning::NoPreset { bank: 128, program: 25 }]));
    // A preset that no note asks for is no reason to warn.
    let unused = Piece::new().program(0, 9, 25).on(0, 0, 60, 127);
    assert_eq!(unused.render_with(&signs(&[(0, 0)]), 500, &Settings::default()).warnings, []);
}

#[test]
fn muted_channels_are_silent_and_solo_mutes_the_others() {
    let piece = (0..4).fold(Piece::new(), |piece, channel| piece.cc(0, channel, 7, 127).on(0, channel, 60, 127));
    let level = |muted: ChannelSet| {
        let settings = Settings { muted, ..Settings::default() };
        let rendered = piece.render_with(&constant_bank(0.25), 500, &settings);
        (f64::from(rendered.buses.left[499]) / 0.25, rendered.statistics.notes)
    };
    for (muted, notes) in [
        (ChannelSet::default(), 4),
        ([1].into_iter().collect(), 3),
        ([0, 2, 3].into_iter().collect(), 1),
        (ChannelSet::all_but([2]), 1),
        (ChannelSet::all_but([0, 3]), 2),
        (ChannelSet::all_but([]), 0),
    ] {
        let (sum, counted) = level(muted);
        assert_close(sum, f64::from(notes), 1e-3);
        assert_eq!(counted, u64::try_from(notes).expect("a count"));
    }
}

#[test]
fn transposition_moves_melodies_and_leaves_drums() {
    let bank = tone_bank().preset(128, 0, [zone(0)]);
    let heard = |channel, key, transpose| {
        let settings = Settings { transpose, ..Settings::default() };
        let piece = Piece::new().on(0, channel, key, 127);
        cents(&piece.render_with(&bank, 22_050, &settings).buses.left[2000..])
    };
    assert_close(heard(0, 60, 7), 700.0, 0.05);
    assert_close(heard(0, 60, -12), -1200.0, 0.05);
    assert_close(heard(9, 60, 7), 0.0, 0.05);
    // Keys stay on the keyboard.
    assert_close(heard(0, 10, -100), -6000.0, 1.0);
    // The note-off finds its note.
    let settings = Settings { transpose: 5, ..Settings::default() };
    let left = Piece::new().on(0, 0, 60, 127).off(500, 0, 60).render_with(&bank, 2000, &settings).buses.left;
    assert!(left[1000..].iter().all(|&x| x == 0.0));
}

#[test]
fn the_end_setting_ends_the_piece_in_time_of_the_result() {
    let piece = Piece::new().cc(0, 0, 64, 127).cc(0, 0, 7, 127).on(0, 0, 60, 127).on(30_000, 0, 62, 127);
    for (speed, end) in [(1.0, 0.25), (2.0, 0.125), (0.5, 0.5)] {
        let speed = Speed::new(speed).expect("a speed");
        let settings = Settings { end: Some(Seconds(end)), speed, ..Settings::default() };
        let rendered = piece.render_with(&constant_bank(0.5), 40_000, &settings);
        let frame = (end * 44_100.0).round() as usize;
        assert!(rendered.buses.left[frame - 1] > 0.49);
        assert!(rendered.buses.left[frame + 221..].iter().all(|&x| x == 0.0));
        assert_eq!(rendered.statistics.notes, 1);
    }
    let settings = Settings { end: Some(Seconds(0.0)), ..Settings::default() };
    assert_eq!(piece.render_with(&constant_bank(0.5), 4000, &settings).statistics.notes, 0);
}

#[test]
fn key_and_velocity_ranges_choose_layers() {
    let bank = BankBuilder::new()
        .sample(&[1.0 / 32.0; 64], Some(8..56))
        .sample(&[2.0 / 32.0; 64], Some(8..56))
        .sample(&[4.0 / 32.0; 64], Some(8..56))
        .instrument((0..3).map(|i| {
            let zone = zone(i).set(Generator::SampleModes, 1).set(Generator::Pan, -500);
            [zone.clone().keys(0..=60), zone.clone().velocities(64..=127), zone][i].clone()
        }))
        .preset(0, 0, [zone(0).keys(40..=80)]);
    let sum = |key, velocity| {
        let left = Piece::new().cc(0, 0, 7, 127).on(0, 0, key, velocity).render(&bank, 500).left;
        (f64::from(left[499]) * 32.0 * (127.0 / f64::from(velocity)).powi(2)).round() as i32
    };
    assert_eq!((sum(39, 100), sum(40, 100), sum(60, 63), sum(61, 64), sum(80, 1), sum(81, 1)), (0, 7, 5, 6, 4, 0));
}
