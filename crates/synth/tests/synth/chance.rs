//! Pieces and banks by chance, with few voices: however they are rendered, the same voices give way, to the bit.

use std::sync::Arc;

use rae_midi::Message;
use rae_soundfont::{Generator, SoundFont};
use rae_synth::{Buses, LiveSettings, Renderer, Settings, moved_filters};
use rae_testkit::{BankBuilder, Random, noise, sine, zone};
use rae_units::Frames;

use crate::live::live;
use crate::piece::{Piece, once_and_for_ever, render_in_blocks};

const SEEDS: u64 = 100;

/// Renders with three threads, which are at work between blocks.
fn ahead(font: &Arc<SoundFont>, piece: &Piece, settings: &Settings, frames: usize) -> Buses {
    let settings = Settings { threads: 3, ..settings.clone() };
    let mut renderer = Renderer::new(font.clone(), &piece.performance(0), &settings);
    renderer.work_ahead();
    render_in_blocks(&mut renderer, 8192, frames)
}

/// In one thread, in three, and live.
fn assert_same_bits(font: &Arc<SoundFont>, piece: &Piece, max_voices: usize, frames: usize, what: &str) {
    let performance = piece.performance(0);
    let settings = Settings { max_voices, ..Settings::default() };
    let mut renderer = Renderer::new(font.clone(), &performance, &settings);
    let mut alone = Buses::new(frames);
    renderer.render(&mut alone);
    let live_settings = LiveSettings {
        synthesis: settings.clone(),
        whole_quanta: true,
        moved_filters: moved_filters(&performance),
        channels: 16,
    };
    let played = live(font, &performance, renderer.end().0, &live_settings, (frames, 64));
    assert!(alone == played, "live: {what}");
    assert!(alone == ahead(font, piece, &settings, frames), "three threads: {what}");
}

/// An unlooped voice that has slid upwards until the edge of a quantum ends earlier than its last pitch would have it.
#[test]
fn slides_that_end_on_the_grid_do_not_change_who_gives_way() {
    for length in (600..900).step_by(15) {
        let font = Arc::new(once_and_for_ever(length).build());
        for onset in 0..3 {
            let piece = Piece::new()
                .program(0, 1, 1)
                .cc(0, 0, 5, 0)
                .cc(0, 0, 37, 79)
                .cc(0, 0, 84, 36)
                .on(onset, 0, 60, 127)
                .on(0, 1, 62, 100)
                .on(256, 1, 64, 100)
                .on(970, 1, 67, 100)
                .cc(6_000, 2, 7, 100);
            assert_same_bits(&font, &piece, 3, 8_000, &format!("length {length}, onset {onset}"));
        }
    }
}

/// Zones whose envelopes, loops and pitches end, wait and move in many ways.
fn chance_bank(random: &mut Random) -> BankBuilder {
    use Generator::*;
    let mut zone_of = |sample: usize| {
        let mut one = zone(sample).set(SampleModes, [0, 1, 3][random.below(3)]);
        if random.below(4) == 0 {
            // Into the loop of some.
            one = one.set(StartAddrsOffset, 300);
        }
        if random.below(3) == 0 {
            one = one.set(DelayVolEnv, [-12_000, -7_000, -5_000, -4_000][random.below(4)]);
        }
        if random.below(3) == 0 {
            one = one.set(AttackVolEnv, [-12_000, -7_000, -5_000][random.below(3)]);
        }
        if random.below(2) == 0 {
            one = one.set(DecayVolEnv, [-6_000, -4_000, -2_000][random.below(3)]);
            one = one.set(SustainVolEnv, [0, 100, 400, 1000, 1440][random.below(5)]);
        }
        if random.below(2) == 0 {
            one = one.set(ReleaseVolEnv, [-12_000, -6_000, -4_000, -2_000, 0][random.below(5)]);
        }
        if random.below(4) == 0 {
            one = one.set(ExclusiveClass, 1 + random.below(2) as i16);
        }
        if random.below(4) == 0 {
            one = one.set(ModEnvToPitch, 1200).set(DecayModEnv, -4_000).set(SustainModEnv, 500);
        }
        if random.below(5) == 0 {
            one = one.set(VibLfoToPitch, 60).set(DelayVibLfo, -8_000);
        }
        if random.below(5) == 0 {
            one = one.set(ModLfoToFilterFc, 2_400).set(InitialFilterFc, 7_000);
        }
        one
    };
    let mut zones = (0..7).map(|place| zone_of(place % 4)).collect::<Vec<_>>().into_iter();
    let mut next = || zones.next().expect("as many zones as are asked for");
    let quiet = |seed, frames| noise(seed, frames).iter().map(|x| x / 4.0).collect::<Vec<_>>();
    BankBuilder::new()
        .sample(&sine(441.0, 44_100, 700), Some(100..500))
        .sample(&quiet(1, 3_000), Some(500..1_000))
        .sample(&quiet(3, 1_500), Some(100..900))
        .sample(&quiet(4, 9_000), Some(6_000..7_000))
        .instrument([next(), next()])
        .instrument([next()])
        .instrument([next()])
        .instrument([next(), next(), next()])
        .preset(0, 0, [zone(0)])
        .preset(0, 1, [zone(1)])
        .preset(0, 2, [zone(2), zone(1)])
        .preset(0, 3, [zone(3)])
        .preset(128, 0, [zone(1), zone(2)])
}

fn chance_piece(random: &mut Random, frames: usize) -> Piece {
    let mut piece = Piece::new();
    for channel in 0..4 {
        piece = piece.program(0, channel, channel);
    }
    let channel_of = |random: &mut Random| [0, 1, 2, 3, 9][random.below(5)];
    for _ in 0..150 {
        let frame = random.below(frames) as u64;
        let length = 1 + random.below(4_000) as u64;
        let (key, velocity) = (36 + random.below(60) as u8, 1 + random.below(127) as u8);
        let channel = channel_of(random);
        piece = piece.on(frame, channel, key, velocity);
        if random.below(5) > 0 {
            piece = piece.off(frame + length, channel, key);
        }
    }
    for _ in 0..random.below(80) {
        let (frame, value, channel) = (random.below(frames) as u64, random.below(128) as u8, channel_of(random));
        piece = match random.below(9) {
            0 => piece.bend(frame, channel, random.below(16_384) as i16 - 8192),
            1 => piece.cc(frame, channel, 64, value),
            2 => piece.cc(frame, channel, 66, value),
            3 => piece.cc(frame, channel, [5, 65, 68, 84, 126, 127, 37][random.below(7)], value / 4),
            4 => piece.cc(frame, channel, [1, 7, 10, 11, 91, 93, 72, 73, 75][random.below(9)], value),
            5 => piece.cc(frame, channel, [120, 121, 123][random.below(3)], 0),
            6 => piece.program(frame, channel, value % 4),
            7 => piece.cc(frame, channel, 65, 127).cc(frame, channel, 5, value / 8),
            _ => piece.send(frame, channel, Message::ChannelPressure { pressure: value }),
        };
    }
    piece
}

#[test]
fn pieces_by_chance_have_the_same_bits_however_they_are_rendered() {
    for seed in 0..SEEDS {
        let mut random = Random::new(seed + 1);
        let font = Arc::new(chance_bank(&mut random).build());
        let piece = chance_piece(&mut random, 16_000);
        let voices = [2, 3, 5, 8, 12][random.below(5)];
        assert_same_bits(&font, &piece, voices, 20_000, &format!("seed {seed}, {voices} voices"));
    }
}

/// What is told after so many frames is what is told where the threads wait for each other; seeks go on from there.
#[test]
fn a_block_that_is_made_ahead_is_not_told_before_it_is_due() {
    let mut random = Random::new(7);
    let font = Arc::new(chance_bank(&mut random).build());
    // A program that is not there, so that there is something to warn of.
    let piece = chance_piece(&mut random, 60_000).program(20_000, 5, 77).on(20_001, 5, 60, 90).off(30_000, 5, 60);
    let settings = Settings { threads: 3, ..Settings::default() };
    let new = || Renderer::new(font.clone(), &piece.performance(0), &settings);
    let (mut waiting, mut ahead) = (new(), new());
    ahead.work_ahead();
    let (mut one, mut other) = (Buses::new(4096), Buses::new(4096));
    let mut warnings = 0;
    while !waiting.is_finished() {
        assert!(!ahead.is_finished());
        waiting.render(&mut one);
        ahead.render(&mut other);
        assert!(one == other, "up to {:?}", waiting.position());
        assert_eq!(waiting.statistics(), ahead.statistics(), "up to {:?}", waiting.position());
        let told = waiting.take_warnings();
        assert_eq!(told.len(), ahead.take_warnings().len(), "up to {:?}", waiting.position());
        warnings += told.len();
    }
    assert!(ahead.is_finished() && warnings > 0);
    for place in [5_000, 40_960] {
        // The second one leaves a block that is at work.
        waiting.seek(Frames(place));
        ahead.seek(Frames(place));
        waiting.render(&mut one);
        ahead.render(&mut other);
        assert!(one == other, "from {place}");
    }
    // Dropped with a block at work.
}
