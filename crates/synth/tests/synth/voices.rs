//! How many voices sound, and which give way.

use std::sync::Arc;

use rae_soundfont::Generator;
use rae_synth::{Buses, MAX_VOICES, Renderer, Settings, Warning};
use rae_testkit::{BankBuilder, assert_close, zone};

use crate::piece::{KILL, Piece, constant_bank, looped_constant, render_to_end};

fn limited(max_voices: usize) -> Settings {
    Settings { max_voices, ..Settings::default() }
}

#[test]
fn a_limit_beyond_the_highest_is_the_highest() {
    let piece = Piece::new().on(0, 0, 60, 127);
    let play = |limit| piece.render_with(&constant_bank(0.01), 1_000, &limited(limit)).buses;
    assert!(play(usize::MAX) == play(MAX_VOICES));
}

#[test]
fn no_more_voices_are_heard_than_allowed() {
    let piece = (0..50).fold(Piece::new().cc(0, 0, 7, 127), |piece, i| piece.on(1000 * i, 0, 30 + i as u8, 127));
    for limit in [1usize, 2, 8, 49] {
        let rendered = piece.render_with(&constant_bank(0.01), 60_000, &limited(limit));
        // While one fades the next has begun; otherwise every voice adds the same.
        for i in 0..50usize {
            let heard = f64::from(rendered.buses.left[1000 * i + KILL + 60]) / 0.01;
            assert!((heard - (i + 1).min(limit) as f64).abs() < 0.05, "{heard} after {} notes, limit {limit}", i + 1);
        }
        assert_eq!(rendered.statistics.stolen, 50 - limit as u64);
        let warnings = [Warning::VoiceLimit { limit, frame: 1000 * limit as u64 }];
        assert_eq!(rendered.warnings, warnings);
        assert_eq!(warnings[0].to_string().contains("voices"), limit > 1);
    }
    assert_eq!(piece.render_with(&constant_bank(0.01), 60_000, &limited(50)).warnings, []);
}

#[test]
fn a_limit_of_zero_still_plays() {
    let rendered = Piece::new().on(0, 0, 60, 127).render_with(&constant_bank(0.5), 1000, &limited(0));
    assert!(rendered.buses.left[999] > 0.2);
}

#[test]
fn the_least_audible_gives_way() {
    // Three notes, 20 and 10 dB apart by velocity; the third place is for the softest.
    let velocity = |decibels: f64| (127.0 * 10f64.powf(decibels / 40.0)).round() as u8;
    let (soft, middle) = (velocity(-20.0), velocity(-10.0));
    let piece = Piece::new().cc(0, 0, 7, 127).on(0, 0, 60, middle).on(0, 0, 61, soft).on(1000, 0, 62, 127);
    let left = piece.render_with(&constant_bank(0.25), 2000, &limited(2)).buses.left;
    let level = |velocity: u8| (f64::from(velocity) / 127.0).powi(2);
    assert_close(f64::from(left[1999]), 0.25 * (1.0 + level(middle)), 1e-3);
    // A released voice counts as 20 dB softer than it is.
    let bank = looped_constant(0.25, zone(0).set(Generator::Pan, -500).set(Generator::ReleaseVolEnv, 8000));
    let piece =
        Piece::new().cc(0, 0, 7, 127).on(0, 0, 60, 127).on(0, 0, 61, middle).off(990, 0, 60).on(1000, 0, 62, 127);
    let left = piece.render_with(&bank, 2000, &limited(2)).buses.left;
    assert_close(f64::from(left[1999]), 0.25 * (1.0 + level(middle)), 1e-3);
}

#[test]
fn a_voice_that_is_turned_down_gives_way_soon_after_another_has() {
    let loud = (0..3).fold(Piece::new(), |piece, channel| piece.cc(0, channel, 7, 127));
    let struck = loud.on(0, 0, 60, 127).on(0, 1, 60, 100).on(0, 1, 61, 20);
    // The softest gives way first; then the one that is the loudest until it is turned down.
    let piece = struck.on(1000, 2, 62, 127).cc(1010, 0, 7, 10).on(1200, 2, 63, 127);
    let left = piece.render_with(&constant_bank(0.25), 2000, &limited(3)).buses.left;
    assert_close(f64::from(left[1999]), 0.25 * (2.0 + (100f64 / 127.0).powi(2)), 1e-3);
}

#[test]
fn the_peak_is_counted() {
    let piece = Piece::new().on(0, 0, 60, 127).on(0, 0, 61, 127).off(1000, 0, 60).on(5000, 0, 62, 127);
    let statistics = piece.render_with(&constant_bank(0.5), 8192, &Settings::default()).statistics;
    assert_eq!((statistics.notes, statistics.voices, statistics.peak_voices, statistics.stolen), (3, 3, 2, 0));
    // 1000 frames and their fade; to the end; 3192 frames.
    assert_eq!(statistics.voice_frames, 1000 + KILL as u64 + 8192 + 3192);
}

#[test]
fn a_flood_of_notes_in_one_frame_ends_soon() {
    let mut piece = Piece::new().cc(0, 0, 64, 127);
    for i in 0..100_000u32 {
        piece = piece.on(1000, (i % 16) as u8, (i / 16 % 128) as u8, 1 + (i % 127) as u8);
    }
    let bank = constant_bank(1.0 / 1024.0).preset(128, 0, [zone(0)]);
    for limit in [64usize, 4096] {
        let mut renderer = Renderer::new(Arc::new(bank.build()), &piece.performance(3000), &limited(limit));
        renderer.render(&mut Buses::new(3000));
        let statistics = renderer.statistics();
        assert_eq!(statistics.voices, 100_000);
        assert!(statistics.peak_voices <= 2 * limit, "{} voices", statistics.peak_voices);
        let warnings = renderer.take_warnings();
        assert_eq!(warnings, [Warning::VoiceLimit { limit, frame: 1000 }]);
        render_to_end(&mut renderer, 44_100);
    }
}

#[test]
fn layers_are_voices() {
    let layers = (0..20).map(|_| zone(0).set(Generator::SampleModes, 1).set(Generator::Pan, -500));
    let bank = BankBuilder::new().sample(&[0.01; 64], Some(8..56)).instrument(layers).preset(0, 0, [zone(0)]);
    let piece = Piece::new().cc(0, 0, 7, 127).on(0, 0, 60, 127);
    let all = piece.render_with(&bank, 1000, &Settings::default());
    assert_close(f64::from(all.buses.left[999]), 0.2, 1e-3);
    let eight = piece.render_with(&bank, 1000, &limited(8));
    assert_close(f64::from(eight.buses.left[999]), 0.08, 1e-3);
}

#[test]
fn a_note_fades_at_its_own_end_although_one_that_cuts_it_off_is_known_already() {
    let bank = looped_constant(0.25, zone(0).set(Generator::ExclusiveClass, 1).set(Generator::ReleaseVolEnv, -12_000));
    // End and cut lie in one of the blocks of 512 frames that are rendered at once.
    let piece = Piece::new().on(0, 0, 60, 127).off(1030, 0, 60).on(1400, 0, 62, 127);
    let left = piece.render(&bank, 2000).left;
    assert!(left[1020] > 0.05 && left[1500] > 0.05);
    assert!(left[1030 + KILL..1400].iter().all(|&x| x == 0.0), "{}", left[1300]);
}
