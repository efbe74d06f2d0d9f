//! Time of effects and codec on five minutes of stereo at 44.1 kHz, one thread: the best of five runs.
//!
//! `cargo run --release` in this folder; `cargo run --release -- hall` for the rows whose name has this in it.

use std::hint::black_box;
use std::io::sink;
use std::time::{Duration, Instant};

use rae_codec::{AudioSpec, AudioWriter, Encoding, SampleFormat, Tags};
use rae_dsp::hash::noise;
use rae_effects::{BusBlock, BusSettings, PreparedBus, ReverbSettings, SafetyLimiter};
use rae_units::{Frames, SampleRate, Seconds};

const BLOCK: usize = 8192;
const RATE: SampleRate = SampleRate::CD;

fn main() {
    let frames = Seconds(300.0).frames(RATE).0 as usize;
    let [left, right] = [1, 2].map(|seed| (0..frames as u64).map(|n| noise(seed, n) as f32).collect::<Vec<f32>>());
    let reverb = |wet, seconds, hall| ReverbSettings { wet, time: Seconds(seconds), hall };
    let bus = |reverb, chorus| BusSettings { reverb, chorus, ..BusSettings::default() };
    for (name, settings) in [
        ("nothing", BusSettings::DRY),
        ("reverb of 4410 samples", bus(reverb(Some(0.3), 0.1, false), false)),
        ("reverb of 44100 samples", bus(reverb(Some(0.3), 1.0, false), false)),
        ("reverb of 441000 samples", bus(reverb(Some(0.3), 10.0, false), false)),
        ("send hall", bus(reverb(None, 0.1, true), false)),
        ("reverb of 4410 samples and send hall", bus(ReverbSettings::default(), false)),
        ("chorus", bus(reverb(None, 0.1, false), true)),
    ] {
        if !wanted(name) {
            continue;
        }
        let start = Instant::now();
        let prepared = PreparedBus::new(&settings, RATE).expect("settings within range");
        let preparing = start.elapsed();
        report(name, frames, || effects(&prepared, &left, &right));
        println!("{:>58.1} ms to prepare", preparing.as_secs_f64() * 1e3);
    }
    for (name, level) in [("limiter at rest", 0.89), ("limiter at work", 1.5)] {
        let [left, right] = [&left, &right].map(|bus| bus.iter().map(|x| x * level).collect::<Vec<f32>>());
        report(name, frames, || limit(&left, &right));
    }
    for (name, format) in [("s16", SampleFormat::S16), ("s24", SampleFormat::S24), ("f32", SampleFormat::F32)] {
        report(name, frames, || encode(format, &left, &right));
    }
}

fn wanted(name: &str) -> bool {
    std::env::args().nth(1).is_none_or(|part| name.contains(&part))
}

fn best(mut run: impl FnMut()) -> Duration {
    let times = (0..5).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed()
    });
    times.min().expect("five runs")
}

fn report(name: &str, frames: usize, run: impl FnMut()) {
    if !wanted(name) {
        return;
    }
    let time = best(run);
    let seconds = time.as_secs_f64();
    println!("{name:40} {:8.1} ms {:8.2} ns per frame", seconds * 1e3, seconds * 1e9 / frames as f64);
}

fn effects(prepared: &PreparedBus, left: &[f32], right: &[f32]) {
    let mut effects = prepared.start();
    let mut out = ([0.0; BLOCK], [0.0; BLOCK]);
    for (left, right) in left.chunks(BLOCK).zip(right.chunks(BLOCK)) {
        effects.push(&BusBlock { left, right, reverb: left, chorus: right });
        while black_box(effects.pull(&mut out.0, &mut out.1)) > 0 {}
    }
    effects.finish(Frames(0));
    while black_box(effects.pull(&mut out.0, &mut out.1)) > 0 {}
}

fn limit(left: &[f32], right: &[f32]) {
    let mut limiter = SafetyLimiter::new(RATE);
    let mut out = ([0.0; BLOCK], [0.0; BLOCK]);
    for (left, right) in left.chunks(BLOCK).zip(right.chunks(BLOCK)) {
        limiter.push(left, right);
        while black_box(limiter.pull(&mut out.0, &mut out.1)) > 0 {}
    }
}

fn encode(format: SampleFormat, left: &[f32], right: &[f32]) {
    let spec = AudioSpec { rate: RATE, channels: 2, max_frames: None, tags: Tags::default() };
    let encoding = Encoding::Wav(format);
    let mut writer = AudioWriter::streaming(sink(), "sink", &spec, encoding).expect("a sink takes everything");
    for (left, right) in left.chunks(BLOCK).zip(right.chunks(BLOCK)) {
        writer.write(&[left, right]).expect("a sink takes everything");
    }
}
