//! What a render contains, from outside.

mod common;

use std::ops::ControlFlow;

use common::{dry, engine, part, read_out, render, song, tune};
use rae_testkit::{peak, rms};
use rust_audio_engine::midi::{Parsed, Sequence};
use rust_audio_engine::{
    Decibels, Device, Error, RenderSettings, Reverb, SampleFormat, SampleRate, Seconds, Tail, unobserved,
};

const SECOND: usize = 44_100;

fn float(settings: RenderSettings) -> RenderSettings {
    RenderSettings { encoding: SampleFormat::F32.into(), ..settings }
}

#[test]
fn blocks_and_threads_do_not_change_a_bit() {
    let engine = engine(0.3);
    for settings in [RenderSettings::default(), float(dry())] {
        let whole = render(&engine, &tune(), &RenderSettings { threads: Some(1), ..settings.clone() });
        for (block, threads) in [(1, 2), (63, 1), (64, 2), (1000, 3), (SECOND, 2)] {
            let settings = RenderSettings { threads: Some(threads), ..settings.clone() };
            let mut stream = engine.stream(Parsed::from(tune()), &settings).unwrap();
            let (left, right) = read_out(&mut stream, block);
            assert!(
                whole.audio.channel(0) == left && whole.audio.channel(1) == right,
                "{block} frames, {threads} threads"
            );
            assert_eq!(stream.report().frames, left.len() as u64);
        }
    }
}

#[test]
fn one_engine_serves_many_threads() {
    let engine = engine(0.3);
    let settings = RenderSettings::default();
    let alone = render(&engine, &tune(), &settings).audio;
    std::thread::scope(|scope| {
        let renders: Vec<_> = (0..4).map(|_| scope.spawn(|| render(&engine, &tune(), &settings).audio)).collect();
        for audio in renders {
            assert!(audio.join().unwrap() == alone);
        }
    });
}

#[test]
fn gain_is_absolute() {
    // 0 dB: a full-scale sample in the centre is 3.01 dB below full scale on either side.
    let settings = RenderSettings { gain: Decibels(0.0), ..float(dry()) };
    let result = render(&engine(0.1), &song(&[(0, 60, 0.0, 1.0)], 1.0), &settings);
    let level = Decibels::from_amplitude(peak(&result.audio.channel(0)[SECOND / 4..]));
    assert!((level.0 + 3.01).abs() < 0.05, "{level:?}");
    let peak = result.report.peak_dbfs.unwrap();
    assert!((peak - level.0).abs() < 0.2, "{peak}");
    let quieter =
        render(&engine(0.1), &song(&[(0, 60, 0.0, 1.0)], 1.0), &RenderSettings { gain: Decibels(-20.0), ..settings });
    // A quarter of a period after a zero crossing of the bank's sine.
    let ratio = result.audio.channel(0)[20_025] / quieter.audio.channel(0)[20_025];
    assert!((ratio - 10.0).abs() < 1e-4, "{ratio}");
}

#[test]
fn a_part_is_exactly_that_part() {
    let engine = engine(0.3);
    let settings = RenderSettings { tail: Tail::None, ..float(RenderSettings::default()) };
    let whole = render(&engine, &tune(), &settings).audio;
    let later = render(&engine, &tune(), &RenderSettings { from: Seconds(0.7), ..settings.clone() }).audio;
    let start = 30_870;
    assert_eq!(later.frames(), whole.frames() - start);
    assert!(part(&later, 0, later.frames()) == part(&whole, start, whole.frames()));
    let middle = RenderSettings { from: Seconds(0.7), to: Some(Seconds(0.8)), ..settings.clone() };
    let middle = render(&engine, &tune(), &middle).audio;
    assert_eq!(middle.frames(), 4_410);
    // What comes after the end is cut off before the effects, whose rounding reaches back a little.
    let difference =
        part(&middle, 0, 4_410).into_iter().zip(part(&whole, start, start + 4_410)).map(|(a, b)| (a - b).abs());
    let difference = difference.fold(0.0, f32::max);
    assert!(difference < 1e-6, "{difference}");
    let beyond = engine.stream(Parsed::from(tune()), &RenderSettings { from: Seconds(9.0), ..settings }).err().unwrap();
    assert!(matches!(beyond, Error::Settings { .. }), "{beyond}");
}

#[test]
fn the_end_releases_what_sounds() {
    let engine = engine(0.5);
    let settings = RenderSettings { to: Some(Seconds(0.5)), tail: Tail::default(), ..float(dry()) };
    let result = render(&engine, &tune(), &settings).audio;
    // 0.5 s of release are 100 dB; -90 dBFS is reached a little before, from a level below full scale.
    assert!(result.frames() > SECOND * 8 / 10 && result.frames() <= SECOND, "{}", result.frames());
}

#[test]
fn tails_are_as_asked_for() {
    let engine = engine(0.5);
    let song = song(&[(0, 60, 0.0, 1.0)], 1.0);
    let frames = |tail| render(&engine, &song, &RenderSettings { tail, ..float(dry()) }).audio.frames();
    assert_eq!(frames(Tail::None), SECOND);
    assert_eq!(frames(Tail::Seconds(Seconds(2.0))), 3 * SECOND);
    let long = render(&engine, &song, &RenderSettings { tail: Tail::default(), ..float(dry()) }).audio;
    let short = render(&engine, &song, &RenderSettings { tail: Tail::Silence(Decibels(-40.0)), ..float(dry()) }).audio;
    assert!(short.frames() < long.frames());
    assert!(part(&short, 0, short.frames()) == part(&long, 0, short.frames()));
    let threshold = Decibels(-90.0).amplitude() as f32;
    let last = long.frames() - 1;
    assert!(long.channel(0)[last].abs().max(long.channel(1)[last].abs()) >= threshold);
}

#[test]
fn reverb_and_tempo_and_rate_have_their_lengths() {
    let engine = engine(0.01);
    let song = song(&[(0, 60, 0.0, 1.0)], 1.0);
    let frames = |settings: RenderSettings| render(&engine, &song, &settings).audio.frames();
    let with_tail = RenderSettings { tail: Tail::default(), ..float(dry()) };
    let dry_frames = frames(with_tail.clone());
    let reverb = Some(Reverb { time: Seconds(0.4), ..Reverb::default() });
    let wet_frames = frames(RenderSettings { reverb, ..with_tail.clone() });
    assert!(wet_frames > dry_frames + SECOND / 4, "{dry_frames} {wet_frames}");
    assert_eq!(frames(RenderSettings { tempo: 2.0, ..dry() }), SECOND / 2);
    assert_eq!(frames(RenderSettings { rate: SampleRate::new(48_000).unwrap(), ..dry() }), 48_000);
}

#[test]
fn solo_and_mute_choose_channels() {
    let engine = engine(0.05);
    let song = song(&[(0, 60, 0.0, 0.4), (1, 60, 0.6, 1.0)], 1.0);
    let levels = |settings: RenderSettings| {
        let audio = render(&engine, &song, &settings).audio;
        (rms(&audio.channel(0)[..SECOND * 4 / 10]) > 0.01, rms(&audio.channel(0)[SECOND * 6 / 10..]) > 0.01)
    };
    assert_eq!(levels(dry()), (true, true));
    assert_eq!(levels(RenderSettings { solo: vec![2], ..dry() }), (false, true));
    assert_eq!(levels(RenderSettings { mute: vec![2], ..dry() }), (true, false));
    assert_eq!(levels(RenderSettings { solo: vec![1, 2], mute: vec![1], ..dry() }), (false, true));
}

#[test]
fn integers_are_limited_and_float_is_not() {
    let notes: Vec<_> = (0..8).map(|_| (0, 60, 0.2, 0.8)).chain([(1, 60, 0.2, 0.8), (2, 60, 0.2, 0.8)]).collect();
    let song = song(&notes, 1.0);
    let loud = RenderSettings { gain: Decibels(6.0), ..dry() };
    let limited = render(&engine(0.1), &song, &loud);
    let ceiling = Decibels(-1.0).amplitude();
    assert!(peak(limited.audio.planar()) <= ceiling + 1e-6);
    assert!(limited.report.limiter_reduction_db > 1.0, "{:?}", limited.report);
    let free = render(&engine(0.1), &song, &float(loud));
    assert!(peak(free.audio.planar()) > 1.5);
    assert_eq!(free.report.limiter_reduction_db, 0.0);
    assert_eq!(free.audio.frames(), limited.audio.frames());
    // Quiet sound passes untouched.
    let quiet = RenderSettings { gain: Decibels(-30.0), ..dry() };
    assert!(render(&engine(0.1), &tune(), &quiet).audio == render(&engine(0.1), &tune(), &float(quiet)).audio);
}

#[test]
fn normalisation_sets_the_highest_sample() {
    let settings = RenderSettings { normalize: Some(Decibels(-3.0)), ..float(dry()) };
    let result = render(&engine(0.1), &tune(), &settings);
    assert!((result.report.peak_dbfs.unwrap() + 3.0).abs() < 1e-3, "{:?}", result.report);
    let silent = render(&engine(0.1), &song(&[], 0.5), &settings);
    assert_eq!((silent.report.peak_dbfs, silent.report.frames), (None, 22_050));
    assert!(silent.report.warnings.iter().any(|warning| warning.contains("no note")));
}

#[test]
fn normalised_integers_reach_their_level_too() {
    for format in [SampleFormat::S16, SampleFormat::S24] {
        for target in [0.0, -0.5, -1.0] {
            let settings = RenderSettings { normalize: Some(Decibels(target)), encoding: format.into(), ..dry() };
            let report = render(&engine(0.1), &tune(), &settings).report;
            assert!((report.peak_dbfs.unwrap() - target).abs() < 1e-3, "{target}: {report:?}");
            assert_eq!(report.limiter_reduction_db, 0.0);
        }
    }
}

#[test]
fn nothing_is_endless() {
    // A note that begins after eleven days.
    let song = song(&[(0, 60, 0.0, 0.5), (0, 60, 1e6, 1e6 + 1.0)], 0.0);
    let settings = RenderSettings { max_duration: Seconds(2.0), ..float(dry()) };
    let result = render(&engine(0.1), &song, &RenderSettings { tail: Tail::default(), ..settings.clone() });
    assert_eq!(result.report.frames, 2 * SECOND as u64);
    assert!(result.report.warnings.iter().any(|warning| warning.contains("maximum duration")), "{:?}", result.report);
    let about_the_limit = |settings: RenderSettings, song: &Sequence| {
        let report = render(&engine(0.1), song, &settings).report;
        assert_eq!(report.frames, 2 * SECOND as u64);
        report.warnings.into_iter().filter(|warning| warning.contains("maximum duration")).collect::<Vec<_>>()
    };
    // One warning is enough for a song and its tail; a tail of fixed length that does not fit has its own.
    let fixed = RenderSettings { tail: Tail::Seconds(Seconds(1e6)), ..settings.clone() };
    assert_eq!(about_the_limit(fixed.clone(), &song).len(), 1);
    for end in [1.0, 2.0] {
        let warnings = about_the_limit(fixed.clone(), &common::song(&[(0, 60, 0.0, 1.0)], end));
        assert!(warnings.len() == 1 && warnings[0].contains("tail is cut"), "{warnings:?}");
    }
    let fits = RenderSettings { tail: Tail::Seconds(Seconds(1.0)), ..settings.clone() };
    assert!(about_the_limit(fits, &common::song(&[(0, 60, 0.0, 1.0)], 1.0)).is_empty());
    // A tail that outlasts the limit.
    let ringing = common::song(&[(0, 60, 0.0, 1.0)], 1.0);
    let result = render(&engine(20.0), &ringing, &RenderSettings { tail: Tail::default(), ..settings });
    assert_eq!(result.report.frames, 2 * SECOND as u64);
    assert!(result.report.warnings.iter().any(|warning| warning.contains("tail is cut")), "{:?}", result.report);
}

#[test]
fn progress_rises_to_one_and_can_stop() {
    let mut fractions = Vec::new();
    let settings = RenderSettings { normalize: Some(Decibels(-1.0)), ..RenderSettings::default() };
    let mut observer = |progress: rust_audio_engine::Progress| {
        fractions.push(progress.fraction);
        ControlFlow::Continue(())
    };
    engine(0.3).render(Parsed::from(tune()), &settings, &mut observer).unwrap();
    assert!(fractions.is_sorted() && fractions.len() > 4 && fractions.last() == Some(&1.0), "{fractions:?}");
    let mut calls = 0;
    let mut stop = |_| {
        calls += 1;
        ControlFlow::Break(())
    };
    let stopped = engine(0.3).render(Parsed::from(tune()), &RenderSettings::default(), &mut stop);
    assert!(matches!(stopped, Err(Error::Cancelled)) && calls == 1);
}

#[test]
fn only_a_demanded_gpu_fails() {
    let on = |device| engine(0.1).render(Parsed::from(tune()), &RenderSettings { device, ..dry() }, &mut unobserved);
    assert_eq!(on(Device::Auto).unwrap().report.device, "cpu");
    assert_eq!(on(Device::Cpu).unwrap().report.device, "cpu");
    assert!(matches!(on(Device::Gpu), Err(Error::Device { .. })));
}
