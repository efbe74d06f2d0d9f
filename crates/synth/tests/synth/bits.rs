//! The bits of a render do not depend on how it is asked for.

use std::sync::Arc;

use rae_midi::Message;
use rae_soundfont::{Generator, SoundFont};
use rae_synth::{Buses, InstructionSet, Interpolation, Renderer, Settings};
use rae_testkit::{BankBuilder, Random, noise, sine, zone};

use crate::parts::gs;
use crate::piece::{Piece, once_and_for_ever, render_in_blocks};

/// Everything that makes voices change within a block: filters and pitches that move, classes, loops, 24 bits.
pub(crate) fn busy_bank() -> BankBuilder {
    use Generator::*;
    let moving = || {
        zone(0)
            .set(SampleModes, 1)
            .set(InitialFilterFc, 7_000)
            .set(InitialFilterQ, 120)
            .set(ModLfoToFilterFc, 2_400)
            .set(FreqModLfo, 1_300)
            .set(ModLfoToVolume, 60)
            .set(VibLfoToPitch, 40)
            .set(DelayVibLfo, -8_000)
            .set(ModEnvToPitch, 300)
            .set(ModEnvToFilterFc, 1_900)
            .set(DecayModEnv, -3_000)
            .set(SustainModEnv, 600)
            .set(DecayVolEnv, -2_000)
            .set(SustainVolEnv, 200)
            .set(ReleaseVolEnv, -2_500)
            .set(ReverbEffectsSend, 300)
            .set(ChorusEffectsSend, 150)
    };
    let hat = zone(1).set(ExclusiveClass, 3).set(ReleaseVolEnv, 0);
    let noisy = noise(1, 9_000).iter().map(|x| x / 4.0).collect::<Vec<_>>();
    BankBuilder::new_24_bit()
        .sample(&sine(441.0, 44_100, 700), Some(100..500))
        .sample(&noisy, None)
        // A loop that kernels reach back beyond, and something else before it.
        .sample(&[&noise(2, 300)[..], &sine(8820.0, 44_100, 30)[..]].concat(), Some(301..306))
        .instrument([moving().keys(0..=80).set(Pan, -200), moving().set(Pan, 300).set(FineTune, 7)])
        .instrument([hat])
        .instrument([zone(2).set(SampleModes, 1).set(ReleaseVolEnv, -3_000)])
        .preset(0, 0, [zone(0), zone(2).keys(50..=127)])
        .preset(128, 0, [zone(1)])
}

pub(crate) fn busy_piece() -> Piece {
    let mut random = Random::new(11);
    let mut piece = Piece::new().rpn(0, 0, 0, 12, 0);
    for _ in 0..160 {
        let frame = random.below(50_000) as u64;
        let length = 1 + random.below(9_000) as u64;
        let (key, velocity) = (36 + random.below(60) as u8, 1 + random.below(127) as u8);
        let channel = [0, 1, 9][random.below(3)];
        piece = piece.on(frame, channel, key, velocity).off(frame + length, channel, key);
    }
    for _ in 0..120 {
        let (frame, value) = (random.below(55_000) as u64, random.below(128) as u8);
        piece = match random.below(6) {
            0 => piece.bend(frame, 0, random.below(16_384) as i16 - 8192),
            1 => piece.cc(frame, 0, 64, value),
            2 => piece.cc(frame, 1, 66, value),
            5 => piece.cc(frame, 1, [5, 65, 68, 84, 126, 127][random.below(6)], value),
            3 => piece.cc(frame, 1, [1, 7, 10, 11, 91, 93][random.below(6)], value),
            _ => piece.send(frame, 0, Message::ChannelPressure { pressure: value }),
        };
    }
    piece
}

fn in_blocks(font: &Arc<SoundFont>, settings: &Settings, block: usize, frames: usize) -> Buses {
    let mut renderer = Renderer::new(font.clone(), &busy_piece().performance(0), settings);
    render_in_blocks(&mut renderer, block, frames)
}

fn assert_same_for_all_blocks(settings: &Settings) {
    const FRAMES: usize = 66_150;
    let font = Arc::new(busy_bank().build());
    let whole = in_blocks(&font, settings, 44_100, FRAMES);
    assert!(whole.left.iter().any(|x| x.abs() > 0.05) && whole.chorus.iter().any(|x| x.abs() > 0.001));
    for block in [1, 63, 64, 1000, FRAMES] {
        let parts = in_blocks(&font, settings, block, FRAMES);
        let differs = whole.left.iter().zip(&parts.left).position(|(a, b)| a.to_bits() != b.to_bits());
        assert_eq!(differs, None, "blocks of {block}, max_voices {}", settings.max_voices);
        assert!(whole == parts, "blocks of {block}, max_voices {}", settings.max_voices);
    }
}

#[test]
fn blocks_do_not_change_the_bits() {
    for instructions in InstructionSet::ALL.into_iter().filter(|set| set.is_available()) {
        assert_same_for_all_blocks(&Settings { instructions, ..Settings::default() });
    }
}

#[test]
fn blocks_do_not_change_the_bits_while_voices_give_way() {
    let settings = Settings { max_voices: 8, ..Settings::default() };
    let mut renderer = Renderer::new(Arc::new(busy_bank().build()), &busy_piece().performance(0), &settings);
    renderer.render(&mut Buses::new(60_000));
    assert!(renderer.statistics().stolen > 20);
    assert_same_for_all_blocks(&settings);
    assert_same_for_all_blocks(&Settings { max_voices: 1, ..settings });
}

#[test]
fn blocks_do_not_change_the_bits_of_other_kernels_and_rates() {
    let rate = rae_units::SampleRate::new(22_050).expect("a rate");
    for interpolation in [Interpolation::Cubic, Interpolation::Linear] {
        assert_same_for_all_blocks(&Settings { interpolation, rate, max_voices: 12, ..Settings::default() });
    }
}

#[test]
fn threads_do_not_change_the_bits() {
    const FRAMES: usize = 66_150;
    let font = Arc::new(busy_bank().build());
    for max_voices in [4096, 12] {
        let settings = Settings { max_voices, ..Settings::default() };
        let alone = in_blocks(&font, &settings, 44_100, FRAMES);
        for threads in [2, 3, 8, 100] {
            let together = in_blocks(&font, &Settings { threads, ..settings.clone() }, 10_000, FRAMES);
            assert!(alone == together, "{threads} threads, {max_voices} voices");
        }
    }
}

#[test]
fn threads_that_come_and_go_do_not_change_the_bits() {
    const FRAMES: usize = 66_150;
    let font = Arc::new(busy_bank().build());
    let settings = Settings { max_voices: 12, ..Settings::default() };
    let alone = in_blocks(&font, &settings, 10_000, FRAMES);
    let mut renderer = Renderer::new(font, &busy_piece().performance(0), &Settings { threads: 3, ..settings });
    let mut buses = Buses::new(10_000);
    let mut done = 0;
    for limit in [3, 1, 2, 0, 100, 1, 3] {
        renderer.limit_threads(limit);
        assert_eq!(renderer.threads(), 3);
        renderer.render(&mut buses);
        let there = buses.frames().min(FRAMES - done);
        for (bus, expected) in [(&buses.left, &alone.left), (&buses.reverb, &alone.reverb)] {
            assert!(bus[..there] == expected[done..][..there], "{limit} threads");
        }
        done += there;
    }
    assert_eq!(done, FRAMES);
}

/// How many voices a note starts is not known before its preset has sounded.
#[test]
fn presets_of_many_layers_do_not_make_the_bits_depend_on_blocks() {
    use Generator::{FineTune, ReleaseVolEnv, SampleModes};
    let layers = (0..6).map(|i| zone(0).set(FineTune, 5 * i).set(ReleaseVolEnv, -9_000).set(SampleModes, 1));
    let bank = BankBuilder::new()
        .sample(&sine(441.0, 44_100, 700), Some(100..500))
        .instrument(layers)
        .preset(0, 0, [zone(0)])
        .preset(0, 1, [zone(0), zone(0)]);
    let font = Arc::new(bank.build());
    let mut piece = Piece::new();
    for note in 0..40u64 {
        let frame = 300 * note;
        piece = piece.send(frame, 0, Message::ProgramChange { program: (note % 2) as u8 });
        piece = piece.on(frame, 0, 40 + note as u8, 100).off(frame + 500 + 40 * (note % 7), 0, 40 + note as u8);
    }
    let performance = piece.performance(0);
    let render = |threads| {
        let settings = Settings { threads, max_voices: 13, ..Settings::default() };
        let mut buses = Buses::new(20_000);
        Renderer::new(font.clone(), &performance, &settings).render(&mut buses);
        buses
    };
    assert!(render(1) == render(2));
}

#[test]
fn what_is_done_meanwhile_is_done_once() {
    let mut renderer = Renderer::new(Arc::new(busy_bank().build()), &busy_piece().performance(0), &Settings::default());
    let mut times = 0;
    for frames in [0, 1, 100, 20_000] {
        renderer.render_meanwhile(&mut Buses::new(frames), || times += 1);
    }
    assert_eq!(times, 4);
}

#[test]
fn without_sends_the_dry_sound_stays_as_it_is() {
    let font = Arc::new(busy_bank().build());
    let both = in_blocks(&font, &Settings::default(), 44_100, 66_150);
    let dry = in_blocks(&font, &Settings { sends: false, ..Settings::default() }, 44_100, 66_150);
    assert!(both.left == dry.left && both.right == dry.right);
    assert!(dry.reverb.iter().chain(&dry.chorus).all(|&x| x == 0.0));
}

#[test]
fn voices_give_way_alike_where_sysex_brings_a_part_back() {
    // Fifty loud notes that end by themselves and ten quiet ones that last; then a part that hears nothing hears ten notes
    // again. Whether any has to give way depends on who has noticed that the fifty have ended.
    let font = Arc::new(once_and_for_ever(3_000).build());
    let hears = |channel: u8| gs([0x40, 0x11, 2], &[channel]);
    let mut piece = Piece::new().program(0, 0, 1).program(0, 2, 1).sysex(10, &hears(0x10));
    piece = (0..50).fold(piece, |piece, key| piece.on(64, 1, 30 + key, 127));
    piece = (0..10).fold(piece, |piece, key| piece.on(64, 2, 30 + key, 20));
    let brought_back = 64 * 120;
    piece = piece.sysex(brought_back, &hears(0));
    piece = (0..10).fold(piece, |piece, key| piece.on(brought_back + 1, 0, 40 + key, 100));
    let performance = piece.performance(10_000);
    let play = |threads| {
        let settings = Settings { max_voices: 64, threads, ..Settings::default() };
        let rendered = crate::piece::render(&font, &performance, &settings, 12_000);
        (rendered.statistics, rendered.buses)
    };
    let (one, several) = (play(1), play(3));
    assert_eq!((one.0.notes, one.0), (70, several.0));
    assert!(one.1 == several.1);
}
