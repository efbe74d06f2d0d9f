//! The chorus from outside: delays, level, linearity, width, blocks.

use std::f64::consts::TAU;

use rae_dsp::hash::noise;
use rae_effects::Chorus;
use rae_units::SampleRate;

fn run(send: &[f32], chunk: usize) -> [Vec<f32>; 2] {
    let mut chorus = Chorus::new(SampleRate::CD);
    let mut out = [vec![0.0; send.len()], vec![0.0; send.len()]];
    let [left, right] = &mut out;
    for start in (0..send.len()).step_by(chunk) {
        let block = start..send.len().min(start + chunk);
        chorus.process(&send[block.clone()], &mut left[block.clone()], &mut right[block]);
    }
    out
}

fn signal(frames: usize) -> Vec<f32> {
    (0..frames as u64).map(|n| noise(3, n) as f32).collect()
}

fn power(samples: &[f32]) -> f64 {
    samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / samples.len() as f64
}

#[test]
fn an_impulse_comes_back_twice_on_each_side_at_its_own_times() {
    let mut send = vec![0.0; 6000];
    send[1000] = 1.0;
    let [left, right] = run(&send, 64);
    for side in [&left, &right] {
        // 6.8 to 19.6 ms: nothing before, nothing after, two arrivals of 0.707 each as sums over their neighbourhood.
        assert!(side[..1290].iter().all(|&x| x == 0.0) && side[1880..].iter().all(|&x| x == 0.0));
        assert!((side.iter().sum::<f32>() - std::f32::consts::SQRT_2).abs() < 1e-2);
        let arrivals = (1..5999).filter(|&n| side[n] > 0.25 && side[n] >= side[n - 1] && side[n] > side[n + 1]);
        assert_eq!(arrivals.count(), 2);
    }
    assert_ne!(left, right);
}

#[test]
fn keeps_the_level_of_the_send_and_differs_between_sides() {
    let send = signal(441_000);
    let [left, right] = run(&send, 1000);
    for side in [&left, &right] {
        let decibels = 10.0 * (power(side) / power(&send)).log10();
        assert!(decibels.abs() < 1.0, "{decibels} dB");
    }
    let shared = left.iter().zip(&right).map(|(l, r)| f64::from(l * r)).sum::<f64>() / left.len() as f64;
    assert!(shared.abs() < 0.1 * power(&send));
}

#[test]
fn is_linear() {
    let send = signal(20_000);
    let half: Vec<f32> = send.iter().map(|x| x * 0.5).collect();
    let (whole, half) = (run(&send, 512), run(&half, 512));
    for (whole, half) in whole.iter().flatten().zip(half.iter().flatten()) {
        assert_eq!(whole * 0.5, *half);
    }
}

#[test]
fn detunes_a_tone_gently() {
    // Each voice is a tone with a slow vibrato; between 4 of them almost all power stays within ±0.6 % of 2 kHz.
    let send: Vec<f32> = (0..176_400).map(|n| (TAU * 2000.0 * n as f64 / 44_100.0).sin() as f32).collect();
    let [left, _] = run(&send, 512);
    let part = &left[44_100..176_400];
    let band_power = |hz: f64| {
        let hann = |n: usize| 0.5 - 0.5 * (TAU * n as f64 / part.len() as f64).cos();
        let (re, im) = part.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, &x)| {
            let (sin, cos) = (TAU * hz * n as f64 / 44_100.0).sin_cos();
            (re + hann(n) * f64::from(x) * cos, im + hann(n) * f64::from(x) * sin)
        });
        re * re + im * im
    };
    let inside: f64 = (0..40).map(|step| band_power(1986.8 + f64::from(step) / 1.5)).sum();
    let outside: f64 = (0..40).map(|step| band_power(2040.0 + f64::from(step) / 1.5)).sum();
    assert!(outside < 1e-6 * inside, "{outside} beside {inside}");
}

#[test]
fn same_bits_for_every_chunking_and_silence_is_exact() {
    let mut send = signal(50_000);
    send[10_000..20_000].fill(0.0);
    send[30_000..].fill(0.0);
    let bits =
        |sides: &[Vec<f32>; 2]| sides.each_ref().map(|side| side.iter().map(|x| x.to_bits()).collect::<Vec<_>>());
    let whole = run(&send, send.len());
    for chunk in [1, 63, 64, 1000, 44_100] {
        assert!(bits(&run(&send, chunk)) == bits(&whole), "chunks of {chunk}");
    }
    let tail = Chorus::new(SampleRate::CD).tail();
    assert!(whole[0][10_000 + tail..20_000].iter().all(|x| x.to_bits() == 0));
    assert!(whole[0][29_999 + tail..].iter().all(|x| x.to_bits() == 0));
}

#[test]
fn works_at_any_rate() {
    for hz in [1, 100, 8000, 192_000] {
        let mut chorus = Chorus::new(SampleRate::new(hz).unwrap());
        let (mut left, mut right) = (vec![0.0; 5000], vec![0.0; 5000]);
        chorus.process(&signal(5000), &mut left, &mut right);
        assert!(left.iter().chain(&right).all(|x| x.is_finite() && x.abs() < 3.0));
    }
}
