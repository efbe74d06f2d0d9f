//! The true-peak limiter: its ceiling measured between samples, identity below it, steadiness above it.

use std::f64::consts::{PI, TAU};

use rae_dsp::AudioBuffer;
use rae_dsp::hash::noise;
use rae_effects::chain::{Chain, Tail};
use rae_effects::dynamics::TruePeakLimiter;
use rae_units::{Frames, SampleRate};

fn limit(settings: &TruePeakLimiter, channels: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut prepared = Chain::from([settings.clone()]).prepare(SampleRate::CD, channels.len()).unwrap();
    let input = AudioBuffer::from_planar(channels.concat(), channels.len()).unwrap();
    let output = prepared.process_whole(&input, Tail::Cut);
    (0..channels.len()).map(|channel| output.channel(channel).to_vec()).collect()
}

/// The level of the largest of 16 points per frame, through a sinc of 128 frames under Hann's window.
fn true_peak_db(samples: &[f32]) -> f64 {
    const HALF: usize = 64;
    let rows: Vec<Vec<f64>> = (0..16)
        .map(|point| {
            let weight = |tap: usize| {
                let x = tap as f64 - HALF as f64 - f64::from(point) / 16.0;
                let sinc = if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) };
                sinc * (PI * x / (2 * HALF) as f64).cos().powi(2)
            };
            (0..=2 * HALF).map(weight).collect()
        })
        .collect();
    let peak = samples.windows(2 * HALF + 1).flat_map(|window| {
        rows.iter().map(move |row| row.iter().zip(window).map(|(w, x)| w * f64::from(*x)).sum::<f64>().abs())
    });
    20.0 * peak.fold(0.0, f64::max).log10()
}

fn tone(cycles: f64, phase: f64, level: f64, frames: usize) -> Vec<f32> {
    (0..frames).map(|n| (level * (TAU * cycles * n as f64 + phase).sin()) as f32).collect()
}

#[test]
fn the_ceiling_holds_between_samples() {
    let frames = 12_000;
    let noises = |level: f64| (0..frames as u64).map(|n| (noise(4, n) * level) as f32).collect::<Vec<f32>>();
    let signals = [
        ("noise", noises(1.0)),
        ("loud noise", noises(8.0)),
        ("square", tone(997.0 / 44_100.0, 0.1, 1.0, frames).iter().map(|x| 1.3 * x.signum()).collect()),
        ("fast square", tone(7001.0 / 44_100.0, 0.1, 1.0, frames).iter().map(|x| x.signum()).collect()),
        ("quarter of the rate at 45 degrees", tone(0.25, PI / 4.0, 1.3, frames)),
        ("18 kHz", tone(18_000.0 / 44_100.0, 0.3, 2.0, frames)),
        ("bursts", tone(0.11, 0.0, 1.0, frames).iter().enumerate().map(|(n, x)| x * ((n / 1500) % 3) as f32).collect()),
    ];
    for ceiling_db in [-1.0, -6.0] {
        for (name, signal) in &signals {
            let settings = TruePeakLimiter { ceiling_db, ..TruePeakLimiter::default() };
            let found = true_peak_db(&limit(&settings, std::slice::from_ref(signal))[0]);
            assert!(found <= ceiling_db + 0.1, "{name}: {found} dB");
            assert!(found >= ceiling_db - 0.5, "{name} is too soft: {found} dB");
        }
    }
}

#[test]
fn what_stays_below_the_ceiling_keeps_its_bits() {
    let soft: Vec<Vec<f32>> = (0..2).map(|c| (0..20_000).map(|n| (noise(c, n) * 0.3) as f32).collect()).collect();
    assert!(true_peak_db(&soft[0]) < -1.0);
    assert!(limit(&TruePeakLimiter::default(), &soft) == soft);
    // A sine whose samples stay below the ceiling and whose peaks do not is turned down.
    let between = tone(0.25, PI / 4.0, 1.0, 4000);
    assert!(limit(&TruePeakLimiter::default(), std::slice::from_ref(&between))[0] != between);
}

#[test]
fn a_steady_tone_is_turned_down_steadily_and_all_channels_alike() {
    let bass = tone(45.0 / 44_100.0, 0.0, 2.0, 88_200);
    let steady = vec![0.25f32; 88_200];
    let out = limit(&TruePeakLimiter::default(), &[bass, steady]);
    let gains = &out[1][22_050..66_150];
    let (least, most) = gains.iter().fold((f32::MAX, f32::MIN), |(least, most), x| (least.min(*x), most.max(*x)));
    assert!(20.0 * (most / least).log10() < 0.05, "the gain moves between {least} and {most}");
    assert!((20.0 * f64::from(most / 0.25).log10() + 7.12).abs() < 0.1);
}

#[test]
fn gain_comes_back_and_is_reported() {
    let mut signal = vec![0.2f32; 88_200];
    signal[10_000] = 4.0;
    let mut prepared = Chain::from([TruePeakLimiter::default()]).prepare(SampleRate::CD, 1).unwrap();
    assert_eq!(prepared.latency(), Frames(35 + 88 - 1));
    prepared.process(&mut [&mut signal]);
    assert!(signal[60_000..].iter().all(|x| *x == 0.2));
    let reductions = prepared.reductions();
    assert!((reductions[0].deepest.0 - 13.14).abs() < 0.1, "{reductions:?}");
    assert_eq!(prepared.reductions()[0].deepest.0, 0.0);
}
