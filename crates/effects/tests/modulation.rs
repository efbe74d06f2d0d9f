//! Chorus, phaser and tremolo against their formulas.

use std::f64::consts::{PI, TAU};

use rae_dsp::AudioBuffer;
use rae_effects::chain::{Chain, Effect, Slot, Tail};
use rae_effects::modulation::{Chorus, Phaser, Shape, Tremolo};
use rae_units::SampleRate;

/// The effect alone.
fn wet(effect: impl Into<Effect>) -> Chain {
    Chain { description: String::new(), effects: vec![Slot { effect: effect.into(), mix: 1.0, bypass: false }] }
}

fn through(chain: &Chain, planes: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut prepared = chain.prepare(SampleRate::CD, planes.len()).unwrap();
    let buffer = AudioBuffer::from_planar(planes.concat(), planes.len()).unwrap();
    let output = prepared.process_whole(&buffer, Tail::Cut);
    (0..planes.len()).map(|channel| output.channel(channel).to_vec()).collect()
}

fn tone(hz: f64, frames: usize) -> Vec<f32> {
    (0..frames).map(|n| (0.5 * (TAU * hz * n as f64 / 44_100.0).sin()) as f32).collect()
}

#[test]
fn the_chorus_is_the_synthesizers_on_the_mean_of_both_sides() {
    let (left, right) = (tone(500.0, 20_000), tone(620.0, 20_000));
    let out = through(&wet(Chorus::default()), &[left.clone(), right.clone()]);
    let send: Vec<f32> = left.iter().zip(&right).map(|(l, r)| 0.5 * (l + r)).collect();
    let mut expected = [vec![0.0; 20_000], vec![0.0; 20_000]];
    let [expected_left, expected_right] = &mut expected;
    rae_effects::Chorus::new(SampleRate::CD).process(&send, expected_left, expected_right);
    assert!(out[0] == expected[0] && out[1] == expected[1]);
    assert_eq!(Chain::from([Chorus::default()]).effects[0].mix, 0.5);
    // A single channel hears the voices of the left.
    let one = through(&wet(Chorus::default()), std::slice::from_ref(&send));
    assert!(one[0] == expected[0]);
}

#[test]
fn a_chorus_bends_the_pitch_by_what_its_delays_move() {
    // Delays that sway by d·sin 2πrt move the pitch by at most 2πrd.
    let chorus = Chorus { rate_hz: 2.0, depth_ms: 5.0 };
    let out = through(&wet(chorus), &[tone(1000.0, 88_200)]);
    let at = |hz: f64| rae_testkit::db(rae_testkit::amplitude_at(&out[0][22_050..66_150], hz, 44_100));
    let most = 1000.0 * TAU * 2.0 * 0.005;
    let inside = (1..=6).map(|n| at(1000.0 + most * f64::from(n) / 8.0)).fold(f64::MIN, f64::max);
    let outside = (20..=30).map(|n| at(1000.0 + most * f64::from(n) / 8.0)).fold(f64::MIN, f64::max);
    assert!(inside > outside + 20.0, "{inside} inside, {outside} outside");
}

/// (a + z⁻¹)/(1 + a·z⁻¹) as real and imaginary part.
fn all_pass(corner: f64, hz: f64) -> (f64, f64) {
    // Its phase is −2·atan(tan(πf/rate)/tan(πf₀/rate)).
    let phase = -2.0 * ((PI * hz / 44_100.0).tan() / (PI * corner / 44_100.0).tan()).atan();
    (phase.cos(), phase.sin())
}

#[test]
fn a_phaser_that_stands_still_has_its_notches_where_the_formula_has_them() {
    for (stages, feedback) in [(2, 0.0), (4, 0.0), (6, 0.5), (4, -0.6)] {
        let phaser = Phaser { rate_hz: 0.0, low_hz: 900.0, stages, feedback, ..Phaser::default() };
        let mut chain = wet(phaser);
        chain.effects[0].mix = 0.5;
        for hz in [100.0, 372.8, 900.0, 1500.0, 2173.0, 4000.0, 9000.0] {
            let out = through(&chain, &[tone(hz, 30_000)]);
            let found = rae_testkit::amplitude_at(&out[0][10_000..], hz, 44_100) / 0.5;
            let (mut re, mut im) = (1.0, 0.0);
            for _ in 0..stages {
                let (c, s) = all_pass(900.0, hz);
                (re, im) = (re * c - im * s, re * s + im * c);
            }
            // A/(1 − feedback·z⁻¹·A)
            let (zc, zs) = ((TAU * hz / 44_100.0).cos(), -(TAU * hz / 44_100.0).sin());
            let (back_re, back_im) = (1.0 - feedback * (re * zc - im * zs), -feedback * (re * zs + im * zc));
            let norm = back_re * back_re + back_im * back_im;
            let (wet_re, wet_im) = ((re * back_re + im * back_im) / norm, (im * back_re - re * back_im) / norm);
            let expected = 0.5 * ((1.0 + wet_re).powi(2) + wet_im * wet_im).sqrt();
            assert!((found - expected).abs() < 2e-3, "{stages} stages, {feedback} at {hz}: {found} not {expected}");
        }
    }
}

#[test]
fn a_phaser_sways_between_its_frequencies() {
    // One turn in two seconds: at the start the lower frequency, after a second the higher one.
    let phaser =
        Phaser { rate_hz: 0.5, low_hz: 400.0, high_hz: 4000.0, stages: 2, feedback: 0.0, stereo_degrees: 180.0 };
    let mut chain = wet(phaser);
    chain.effects[0].mix = 0.5;
    let level = |hz: f64, channel: usize, frames: std::ops::Range<usize>| {
        let out = through(&chain, &[tone(hz, 60_000), tone(hz, 60_000)]);
        rae_testkit::peak(&out[channel][frames])
    };
    assert!(level(400.0, 0, 500..2000) < 0.05 && level(400.0, 0, 43_500..44_700) > 0.4);
    assert!(level(4000.0, 0, 500..2000) > 0.4 && level(4000.0, 0, 43_500..44_700) < 0.05);
    // The right side is half a turn later.
    assert!(level(4000.0, 1, 500..1500) < 0.05);
}

#[test]
fn a_tremolo_follows_its_formula() {
    let input = vec![vec![0.5f32; 44_100]; 2];
    for (shape, wave) in [
        (Shape::Sine, (|t: f64| 0.5 - 0.5 * (TAU * t).cos()) as fn(f64) -> f64),
        (Shape::Triangle, |t: f64| 1.0 - (2.0 * t - 1.0).abs()),
    ] {
        let tremolo = Tremolo { rate_hz: 6.0, depth: 0.8, shape, stereo_degrees: 90.0 };
        let out = through(&wet(tremolo), &input);
        for n in (0..44_100).step_by(37) {
            let turns = 6.0 * n as f64 / 44_100.0;
            for (channel, later) in [(0, 0.0), (1, 0.25)] {
                let t = (turns - later).rem_euclid(1.0);
                let expected = 0.5 * (1.0 - 0.8 * wave(t));
                assert!((f64::from(out[channel][n]) - expected).abs() < 1e-6, "{shape:?} at {n}");
            }
        }
    }
}

#[test]
fn oscillations_go_on_while_parameters_change() {
    let chain = |depth: f64| wet(Tremolo { rate_hz: 3.0, depth, ..Tremolo::default() });
    let mut prepared = chain(0.2).prepare(SampleRate::CD, 1).unwrap();
    let mut samples = vec![0.5f32; 30_000];
    let (first, rest) = samples.split_at_mut(10_000);
    prepared.process(&mut [first]);
    prepared.update(&chain(0.9)).unwrap();
    prepared.process(&mut [rest]);
    for n in (12_000..30_000).step_by(101) {
        let wave = 0.5 - 0.5 * (TAU * 3.0 * n as f64 / 44_100.0).cos();
        assert!((f64::from(samples[n]) - 0.5 * (1.0 - 0.9 * wave)).abs() < 1e-6);
    }
}
