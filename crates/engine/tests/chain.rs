//! Renders through a chain of effects.

mod common;

use common::{dry, engine, read_out, render, tune};
use rust_audio_engine::effects::{
    Chain, Compressor, ConvolutionReverb, CurvePoint, Effect, EqCurve, Gain, Room, TruePeakLimiter, Width,
};
use rust_audio_engine::midi::Parsed;
use rust_audio_engine::{Decibels, Error, RenderSettings, SampleFormat, Seconds, StemsBy, Tail, unobserved};

fn float(chain: Chain) -> RenderSettings {
    RenderSettings { encoding: SampleFormat::F32.into(), chain, ..dry() }
}

fn level(gain_db: f64) -> Effect {
    Gain { gain_db, invert: false }.into()
}

/// Level everywhere, but with the latency of any curve.
fn late() -> Effect {
    let points = [100.0, 1000.0].map(|frequency_hz| CurvePoint { frequency_hz, gain_db: 0.0 });
    EqCurve { points: points.into() }.into()
}

#[test]
fn a_gain_is_a_gain_and_latency_is_taken_away() {
    let engine = engine(0.3);
    let plain = render(&engine, &tune(), &float(Chain::default())).audio;
    let softer = render(&engine, &tune(), &float(Chain::from([level(-20.0)]))).audio;
    assert_eq!(plain.frames(), softer.frames());
    assert!(plain.planar().iter().zip(softer.planar()).all(|(was, is)| (was * 0.1 - is).abs() < 1e-6));
    let delayed = render(&engine, &tune(), &float(Chain::from([late()]))).audio;
    assert_eq!(plain.frames(), delayed.frames());
    let error = plain.planar().iter().zip(delayed.planar()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let peak = plain.planar().iter().map(|x| x.abs()).fold(0.0, f32::max);
    assert!(error < 1e-4 * peak, "{error} of {peak}");
}

#[test]
fn what_rings_on_is_kept_until_it_is_silent() {
    let engine = engine(0.3);
    let settings = |chain| RenderSettings { tail: Tail::default(), ..float(chain) };
    let plain = render(&engine, &tune(), &settings(Chain::default())).audio;
    let ringing = render(&engine, &tune(), &settings(Chain::from([ConvolutionReverb::from(Room::Cathedral)]))).audio;
    assert!(ringing.frames() > plain.frames() + 44_100, "{} and {}", ringing.frames(), plain.frames());
}

#[test]
fn what_rings_for_hours_takes_no_more_memory_than_it_is_heard() {
    let engine = engine(0.3);
    // Echoes of echoes: hours, which would be gigabytes.
    let echo = "[[effects]]\ntype = \"delay\"\ntime_s = 5.0\nfeedback = 0.95\n";
    let chain = Chain::from_toml(&echo.repeat(40)).unwrap();
    for (tail, seconds) in [(Tail::None, 100.0), (Tail::default(), 4.0)] {
        let settings = RenderSettings { tail, max_duration: Seconds(seconds), ..float(chain.clone()) };
        let rung = render(&engine, &tune(), &settings).audio;
        assert!(rung.frames() <= 10 * 44_100, "{}", rung.frames());
    }
}

#[test]
fn streams_and_threads_give_the_same_bits() {
    let engine = engine(0.3);
    let compressor = Compressor { threshold_db: -40.0, ..Compressor::default() };
    let chain =
        Chain::from([late(), compressor.into(), Width { width: 1.4 }.into(), TruePeakLimiter::default().into()]);
    let settings = float(chain);
    let whole = render(&engine, &tune(), &settings).audio;
    for (threads, block) in [(1, 1000), (2, 333), (3, 8192)] {
        let settings = RenderSettings { threads: Some(threads), ..settings.clone() };
        let mut stream = engine.stream(Parsed::from(tune()), &settings).unwrap();
        let (left, right) = read_out(&mut stream, block);
        assert!(left == whole.channel(0) && right == whole.channel(1), "{threads} threads");
    }
}

#[test]
fn normalising_comes_behind_the_chain() {
    let engine = engine(0.3);
    let compressor = Compressor { threshold_db: -40.0, ratio: 4.0, ..Compressor::default() };
    let chain = Chain::from([compressor]);
    let plain = render(&engine, &tune(), &float(chain.clone()));
    let settings = RenderSettings { normalize: Some(Decibels(-1.0)), ..float(chain) };
    let normalized = render(&engine, &tune(), &settings);
    assert!((normalized.report.peak_dbfs.unwrap() + 1.0).abs() < 1e-3);
    let gain_db = normalized.report.gain_db - plain.report.gain_db;
    let factor = 10f64.powf(gain_db / 20.0) as f32;
    let pairs = plain.audio.planar().iter().zip(normalized.audio.planar());
    assert!(pairs.clone().all(|(was, is)| (was * factor - is).abs() < 1e-5), "{gain_db} dB");
}

#[test]
fn seeking_begins_the_effects_anew() {
    let engine = engine(0.3);
    let settings = float(Chain::from([late()]));
    let plain = float(Chain::default());
    let after = |settings: &RenderSettings| {
        let mut stream = engine.stream(Parsed::from(tune()), settings).unwrap();
        let (mut left, mut right) = (vec![0.0; 30_000], vec![0.0; 30_000]);
        stream.read(&mut left, &mut right);
        stream.seek(rust_audio_engine::Seconds(1.4));
        let frames = stream.read(&mut left, &mut right);
        left.truncate(frames);
        left
    };
    let (with, without) = (after(&settings), after(&plain));
    assert_eq!(with.len(), without.len());
    let peak = without.iter().map(|x| x.abs()).fold(0.0, f32::max);
    assert!(peak > 0.0 && with.iter().zip(&without).all(|(a, b)| (a - b).abs() < 1e-4 * peak));
}

#[test]
fn chains_that_do_not_fit_are_refused_before_the_work() {
    let engine = engine(0.3);
    let refused = |settings: &RenderSettings| {
        engine.render(Parsed::from(tune()), settings, &mut unobserved).map(drop).unwrap_err().to_string()
    };
    assert!(refused(&float(Chain::from([level(99.0)]))).contains("effects[0] (gain): gain_db = 99"));
    let settings = RenderSettings {
        rate: rust_audio_engine::SampleRate::new(384_000).unwrap(),
        ..float(Chain::from([level(1.0)]))
    };
    assert!(refused(&settings).contains("384000"));
    let stems = engine.stems(&tune().into(), StemsBy::Channel, &float(Chain::from([level(1.0)])), &mut unobserved);
    assert!(matches!(stems, Err(Error::Settings { what }) if what.contains("stems add up")));
}
