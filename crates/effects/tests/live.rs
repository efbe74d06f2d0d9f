//! The live bus beside the offline one, under any grouping of calls, and while its gain changes.

use rae_dsp::AudioBuffer;
use rae_dsp::hash::{mix64, noise};
use rae_effects::{BusBlock, BusSettings, EffectsError, LiveBus, PreparedBus, PreparedLiveBus, ReverbSettings};
use rae_units::{Decibels, Frames, SampleRate, Seconds};

const BLOCK: usize = LiveBus::BLOCK;

fn noise_buses(frames: usize) -> [Vec<f32>; 4] {
    [1, 2, 3, 4].map(|seed| (0..frames as u64).map(|n| 0.5 * noise(seed, n) as f32).collect())
}

fn live(bus: &mut LiveBus, buses: &[Vec<f32>; 4], grouping: impl Fn(u64) -> usize) -> AudioBuffer {
    let mut out = AudioBuffer::new(2, buses[0].len());
    let (out_left, out_right) = out.stereo_mut();
    let (mut at, mut call) = (0, 0);
    while at < out_left.len() {
        let block = at..out_left.len().min(at + BLOCK * grouping(call));
        let [left, right, reverb, chorus] = buses.each_ref().map(|bus| &bus[block.clone()]);
        let buses = BusBlock { left, right, reverb, chorus };
        bus.process(&buses, &mut out_left[block.clone()], &mut out_right[block.clone()]);
        (at, call) = (block.end, call + 1);
    }
    out
}

fn offline(settings: &BusSettings, rate: SampleRate, buses: &[Vec<f32>; 4]) -> AudioBuffer {
    let mut effects = PreparedBus::new(settings, rate).unwrap().start();
    let [left, right, reverb, chorus] = buses.each_ref().map(|bus| bus.as_slice());
    effects.push(&BusBlock { left, right, reverb, chorus });
    effects.finish(Frames(0));
    let mut out = AudioBuffer::new(2, left.len());
    let (out_left, out_right) = out.stereo_mut();
    assert_eq!(effects.pull(out_left, out_right), left.len());
    out
}

fn reverb(wet: Option<f32>, seconds: f64, hall: bool) -> ReverbSettings {
    ReverbSettings { wet, time: Seconds(seconds), hall }
}

#[test]
fn sounds_as_the_offline_bus() {
    for (hz, settings) in [
        (44_100, BusSettings::default()),
        (48_000, BusSettings { reverb: reverb(None, 0.1, true), chorus: true, ..BusSettings::default() }),
        (44_100, BusSettings { reverb: reverb(Some(0.5), 3.0, false), chorus: false, ..BusSettings::default() }),
        (96_000, BusSettings { reverb: reverb(Some(1.0), 0.5, true), chorus: false, ..BusSettings::default() }),
        (8000, BusSettings::default()),
    ] {
        let rate = SampleRate::new(hz).unwrap();
        let buses = noise_buses(BLOCK * 2500);
        let prepared = PreparedLiveBus::new(&settings, rate).unwrap();
        assert_eq!(prepared.tail(), PreparedBus::new(&settings, rate).unwrap().tail());
        assert_eq!(prepared.latency(), Frames(0));
        let (live, offline) = (live(&mut prepared.start(), &buses, |_| 1), offline(&settings, rate, &buses));
        let apart = live.planar().iter().zip(offline.planar()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(20.0 * apart.log10() < -110.0, "{settings:?} at {rate}: {apart:e} apart");
    }
}

#[test]
fn dry_keeps_its_bits() {
    let buses = noise_buses(BLOCK * 20);
    let prepared = PreparedLiveBus::new(&BusSettings::DRY, SampleRate::CD).unwrap();
    let out = live(&mut prepared.start(), &buses, |_| 3);
    assert!(out.channel(0) == buses[0] && out.channel(1) == buses[1]);
    assert_eq!(prepared.tail(), Frames(0));
}

#[test]
fn same_bits_for_every_grouping_of_calls() {
    let buses = noise_buses(BLOCK * 1500);
    let prepared = PreparedLiveBus::new(&BusSettings::default(), SampleRate::CD).unwrap();
    let start = || {
        let mut bus = prepared.start();
        bus.set_gain(Decibels(-6.0)).unwrap();
        bus
    };
    let single = live(&mut start(), &buses, |_| 1);
    for seed in 0..3 {
        let random = |call| (mix64(seed << 32 | call) % 30) as usize + 1;
        assert!(live(&mut start(), &buses, random) == single, "grouping {seed}");
    }
}

/// On a constant, the output is the gain itself: no step between frames is audible, and the end is exact.
#[test]
fn gain_moves_without_a_step() {
    let silence = vec![0.0; BLOCK * 40];
    let buses = [vec![1.0; BLOCK * 40], vec![-1.0; BLOCK * 40], silence.clone(), silence];
    let mut bus = PreparedLiveBus::new(&BusSettings::DRY, SampleRate::CD).unwrap().start();
    let mut heard = Vec::new();
    for gain in [0.0, -6.0, 12.0, f64::NEG_INFINITY, 0.0] {
        bus.set_gain(Decibels(gain)).unwrap();
        let out = live(&mut bus, &buses, |_| 2);
        let factor = if gain == f64::NEG_INFINITY { 0.0 } else { 10f64.powf(gain / 20.0) as f32 };
        assert!(out.channel(0)[1024..].iter().all(|&x| (x - factor).abs() <= 1e-6 * factor), "{gain} dB");
        assert!(out.channel(0).iter().zip(out.channel(1)).all(|(left, right)| *left == -right));
        heard.extend_from_slice(out.channel(0));
    }
    let largest = heard.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    assert!(largest < 4.0 / 1024.0 + 1e-5, "a step of {largest}");
    assert_eq!(heard[..BLOCK], [1.0; BLOCK]);
}

#[test]
fn a_gain_changed_on_its_way_goes_on_from_there() {
    let silence = vec![0.0; BLOCK * 4];
    let buses = [vec![1.0; BLOCK * 4], vec![1.0; BLOCK * 4], silence.clone(), silence];
    let mut bus = PreparedLiveBus::new(&BusSettings::DRY, SampleRate::CD).unwrap().start();
    let mut heard = Vec::new();
    for gain in [-20.0, 0.0, -40.0, 6.0] {
        bus.set_gain(Decibels(gain)).unwrap();
        heard.extend_from_slice(live(&mut bus, &buses, |_| 1).channel(0));
    }
    assert!(heard.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 2.0 / 1024.0));
}

#[test]
fn impossible_values_are_refused() {
    let settings = BusSettings { reverb: reverb(Some(2.0), 0.1, true), chorus: true, ..BusSettings::default() };
    assert!(matches!(PreparedLiveBus::new(&settings, SampleRate::CD), Err(EffectsError::Wet(_))));
    let mut bus = PreparedLiveBus::new(&BusSettings::DRY, SampleRate::CD).unwrap().start();
    for gain in [f64::NAN, f64::INFINITY, 1e9] {
        assert!(matches!(bus.set_gain(Decibels(gain)), Err(EffectsError::Gain(_))));
    }
    let buses = noise_buses(BLOCK);
    assert!(live(&mut bus, &buses, |_| 1).channel(0) == buses[0]);
}
