//! The safety limiter, from outside: identity, ceiling, return to exactly 1, report, chunking.

use rae_dsp::hash::noise;
use rae_effects::{LimiterReport, SafetyLimiter};
use rae_units::{Decibels, SampleRate};

fn ceiling() -> f32 {
    10f64.powf(-1.0 / 20.0) as f32
}

fn run(left: &[f32], right: &[f32], chunk: usize) -> (Vec<f32>, Vec<f32>, LimiterReport) {
    let mut limiter = SafetyLimiter::new(SampleRate::CD);
    let (mut out_left, mut out_right) = (vec![0.0; left.len()], vec![0.0; left.len()]);
    let mut done = 0;
    for start in (0..left.len()).step_by(chunk) {
        let end = left.len().min(start + chunk);
        limiter.push(&left[start..end], &right[start..end]);
        done += limiter.pull(&mut out_left[done..], &mut out_right[done..]);
    }
    limiter.finish();
    done += limiter.pull(&mut out_left[done..], &mut out_right[done..]);
    assert_eq!((done, limiter.available()), (left.len(), 0));
    (out_left, out_right, limiter.report())
}

fn signal(frames: usize, seed: u64, level: f32) -> Vec<f32> {
    (0..frames as u64).map(|n| noise(seed, n) as f32 * level).collect()
}

fn sine(frames: usize, hz: f64, level: f64) -> Vec<f32> {
    (0..frames).map(|n| (level * (n as f64 * std::f64::consts::TAU * hz / 44_100.0).sin()) as f32).collect()
}

#[test]
fn below_the_ceiling_nothing_changes() {
    let (left, right) = (signal(50_000, 1, ceiling()), signal(50_000, 2, ceiling()));
    let (out_left, out_right, report) = run(&left, &right, 777);
    assert!(out_left == left && out_right == right);
    assert_eq!(report, LimiterReport { max_reduction: Decibels(0.0), frames_acted_on: 0 });
}

#[test]
fn the_ceiling_itself_passes_and_the_next_number_above_does_not() {
    let mut left = vec![0.0; 4000];
    left[1000] = ceiling();
    assert_eq!(run(&left, &left, 64).2.frames_acted_on, 0);
    left[1000] = ceiling().next_up();
    let (out, _, report) = run(&left, &left, 64);
    assert!(out[1000] <= ceiling() && report.frames_acted_on > 0);
}

#[test]
fn the_ceiling_holds_for_noise_squares_and_impulses() {
    let frames = 60_000;
    let mut signals = vec![signal(frames, 3, 1.5), signal(frames, 4, 40.0), sine(frames, 41.0, 1.8)];
    signals.push(sine(frames, 110.0, 1.0).iter().map(|x| x.signum() * 3.0).collect());
    signals.push((0..frames).map(|n| if n % 997 == 5 { (n as f32) / 1000.0 } else { 0.3 }).collect());
    signals.push((0..frames).map(|n| if n == 20_000 { f32::MAX } else { 0.5 }).collect());
    signals.push((0..frames as u64).map(|n| if noise(9, n) > 0.999 { -1.7 } else { 0.1 }).collect());
    for (index, left) in signals.iter().enumerate() {
        let right = &signals[(index + 1) % signals.len()];
        let (out_left, out_right, report) = run(left, right, 1000);
        let peak = out_left.iter().chain(&out_right).fold(0.0f32, |peak, x| peak.max(x.abs()));
        assert!(peak <= ceiling() && peak > 0.8, "signal {index}: {peak}");
        assert!(report.frames_acted_on > 0 && report.max_reduction.0 > 1.0);
    }
}

#[test]
fn gain_returns_to_exactly_one_and_steps_in_smoothly() {
    let mut left = vec![0.25; 88_200];
    left[10_000] = 1.7825019; // 6 dB above the ceiling
    let right = vec![-0.125; left.len()];
    let (out_left, out_right, report) = run(&left, &right, 4096);
    let look_ahead = 176;
    assert!(out_left[..10_000 - look_ahead] == left[..10_000 - look_ahead]);
    assert!((out_left[10_000] - ceiling()).abs() < 1e-6);
    assert!((report.max_reduction.0 - 6.02).abs() < 0.01);
    let back = out_left.iter().rposition(|&x| x != 0.25).unwrap() + 1;
    assert!((20_000..60_000).contains(&back), "back at 1 after {} frames", back - 10_000);
    assert!(out_right[back..].iter().all(|&x| x == -0.125));
    // The gain starts to fall look-ahead less one frames early; its last steps to 1 are too small to change 0.25.
    let seen = back - (10_000 - look_ahead + 1);
    assert!((seen..seen + 50).contains(&(report.frames_acted_on as usize)));
    // The right channel, constant, shows the gain: linked, and never more than half in 176 frames.
    let steepest = out_right.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    assert!(steepest < 0.125 * 0.5 / 170.0, "{steepest}");
}

#[test]
fn a_loud_low_tone_is_turned_down_without_being_bent() {
    // Distortion of a steady 45 Hz tone 4 dB above the ceiling, once the gain has settled.
    let tone = sine(132_300, 45.0, 1.41);
    let (out, _, _) = run(&tone, &tone, 512);
    let (out, tone) = (&out[44_100..88_200], &tone[44_100..88_200]);
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(x * y)).sum::<f64>();
    let gain = dot(out, tone) / dot(tone, tone);
    let rest: f64 = out.iter().zip(tone).map(|(o, t)| (f64::from(*o) - gain * f64::from(*t)).powi(2)).sum();
    let distortion = (rest / dot(out, out)).sqrt();
    assert!(distortion < 1e-3, "distortion {distortion}");
}

#[test]
fn same_bits_for_every_chunking() {
    let mut left = signal(70_000, 5, 0.8);
    let right = signal(70_000, 6, 0.9);
    for (at, sample) in left.iter_mut().enumerate() {
        if at % 9001 == 17 {
            *sample = 1.0 + at as f32 / 50_000.0;
        }
    }
    let whole = run(&left, &right, left.len());
    for chunk in [1, 63, 64, 1000, 44_100] {
        assert!(run(&left, &right, chunk) == whole, "chunks of {chunk}");
    }
}

#[test]
fn short_and_broken_input() {
    assert!(run(&[], &[], 64).0.is_empty());
    assert!((run(&[2.0], &[0.0], 64).0[0] - ceiling()).abs() < 1e-6);
    assert!(run(&[0.5, -3.0], &[0.0, 0.0], 1).0[1] >= -ceiling());
    let mut left = vec![0.5; 3000];
    left[1000] = f32::NAN;
    left[2000] = f32::INFINITY;
    let (out, _, report) = run(&left, &left, 64);
    assert_eq!(report.frames_acted_on, 0);
    assert!(out[1000].is_nan() && out[2000] == f32::INFINITY && out[1001] == 0.5);
}
