//! Saturation and dither: curves, aliases, noise.

use std::f64::consts::TAU;

use rae_dsp::AudioBuffer;
use rae_dsp::hash::noise;
use rae_effects::chain::{Chain, Tail};
use rae_effects::dither::Dither;
use rae_effects::saturation::Saturation;
use rae_units::SampleRate;

fn through(chain: &Chain, samples: &[f32]) -> Vec<f32> {
    let mut prepared = chain.prepare(SampleRate::CD, 1).unwrap();
    let buffer = AudioBuffer::from_planar(samples.to_vec(), 1).unwrap();
    prepared.process_whole(&buffer, Tail::Cut).channel(0).to_vec()
}

fn tone(hz: f64, amplitude: f64, frames: usize) -> Vec<f32> {
    (0..frames).map(|n| (amplitude * (TAU * hz * n as f64 / 44_100.0).sin()) as f32).collect()
}

#[test]
fn slow_waves_follow_the_curve_at_their_own_frames() {
    for (drive_db, output_db) in [(0.0, 0.0), (12.0, -3.0), (30.0, 6.0)] {
        let input = tone(20.0, 0.9, 20_000);
        let out = through(&Chain::from([Saturation { drive_db, output_db }]), &input);
        let (g, o) = (10f64.powf(drive_db / 20.0), 10f64.powf(output_db / 20.0));
        for n in (500..19_000).step_by(17) {
            let expected = o * (g * f64::from(input[n])).tanh() / g;
            assert!((f64::from(out[n]) - expected).abs() < 2e-3 * o, "{} not {expected} at {n}", out[n]);
        }
    }
}

#[test]
fn soft_sound_stays_as_it_is() {
    let input = tone(3000.0, 1e-3, 5000);
    let out = through(&Chain::from([Saturation::default()]), &input);
    assert!(out[200..4800].iter().zip(&input[200..]).all(|(out, x)| (out - x).abs() < 2e-6));
}

/// The amplitudes of harmonics of a saturated sine, by the integral over one turn.
fn harmonic(g: f64, amplitude: f64, number: usize) -> f64 {
    const STEPS: usize = 20_000;
    let value = |step: usize| {
        let angle = TAU * (step as f64 + 0.5) / STEPS as f64;
        (g * amplitude * angle.sin()).tanh() / g * (number as f64 * angle).sin()
    };
    2.0 * (0..STEPS).map(value).sum::<f64>() / STEPS as f64
}

/// Takes a tone away that turns a whole number of times.
fn remove(samples: &mut [f64], hz: f64) {
    let omega = TAU * hz / 44_100.0;
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        re += sample * (omega * n as f64).cos();
        im += sample * (omega * n as f64).sin();
    }
    let scale = 2.0 / samples.len() as f64;
    for (n, sample) in samples.iter_mut().enumerate() {
        *sample -= scale * (re * (omega * n as f64).cos() + im * (omega * n as f64).sin());
    }
}

#[test]
fn harmonics_are_those_of_the_curve_and_nothing_else_sounds() {
    // A whole number of turns, so that every frequency of a transform of all frames is one of its bins.
    let frames = 44_100;
    for (hz, drive_db) in [(5000.0, 12.0), (5000.0, 20.0), (7001.0, 12.0), (997.0, 20.0)] {
        let input = tone(hz, 0.8, 2 * frames);
        let out = through(&Chain::from([Saturation { drive_db, output_db: 0.0 }]), &input);
        let part = &out[frames / 2..frames / 2 + frames];
        let g = 10f64.powf(drive_db / 20.0);
        let first = harmonic(g, 0.8, 1);
        let mut left: Vec<f64> = part.iter().map(|x| f64::from(*x)).collect();
        for number in (1..).step_by(2).take_while(|n| *n as f64 * hz < 22_050.0) {
            let (expected, at) = (harmonic(g, 0.8, number), number as f64 * hz);
            let found = rae_testkit::amplitude_at(part, at, 44_100);
            if at < 19_000.0 {
                assert!((found / expected.abs() - 1.0).abs() < 0.02, "{hz}·{number}: {found} not {expected}");
            }
            remove(&mut left, at);
        }
        // What the filters' transition band folds lies above 20 kHz, where nobody hears it.
        for number in (1..).step_by(2).take_while(|n| *n as f64 * hz < 24_100.0) {
            let folded = 44_100.0 - number as f64 * hz;
            if (20_000.0..22_050.0).contains(&folded) {
                remove(&mut left, folded);
            }
        }
        // What is no harmonic: aliases and noise.
        let rest = (left.iter().map(|x| x * x).sum::<f64>() / frames as f64).sqrt();
        let db = 20.0 * (rest / first).log10();
        assert!(db < -80.0, "{hz} Hz at {drive_db} dB: aliases at {db} dB");
    }
}

#[test]
fn dither_rounds_to_steps_with_an_error_that_is_noise() {
    let input: Vec<f32> = (0..100_000).map(|n| (0.3 * noise(1, n)) as f32).collect();
    for bits in [8, 16] {
        let out = through(&Chain::from([Dither { bits }]), &input);
        let step = 2f64.powi(1 - bits as i32);
        let errors: Vec<f64> = out.iter().zip(&input).map(|(a, b)| (f64::from(*a) - f64::from(*b)) / step).collect();
        assert!(out.iter().all(|x| (f64::from(*x) / step).fract() == 0.0));
        let mean = errors.iter().sum::<f64>() / errors.len() as f64;
        let power = errors.iter().map(|e| e * e).sum::<f64>() / errors.len() as f64;
        // A twelfth of rounding and a sixth of triangular noise.
        assert!(mean.abs() < 0.01 && (power - 0.25).abs() < 0.01, "{bits} bits: {mean}, {power}");
        let again = through(&Chain::from([Dither { bits }]), &out);
        assert!(again == out, "what is dithered stays");
    }
    assert!(through(&Chain::from([Dither { bits: 4 }]), &[0.0; 100]).iter().all(|x| *x == 0.0));
    assert!(through(&Chain::from([Dither { bits: 16 }]), &[2.0]) == [32_767.0 / 32_768.0]);
}
