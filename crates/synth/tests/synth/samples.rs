//! How samples are read: loops, ends, transposition, 24 bits.

use std::sync::Arc;

use rae_soundfont::{Generator, Pcm, SoundFont, write};
use rae_synth::{Interpolation, Settings};
use rae_testkit::{BankBuilder, amplitude_at, assert_close, db, noise, sine, zone};

use crate::piece::{ATTACK, Piece, frequency, render, tone_bank};

const KERNELS: [Interpolation; 3] = [Interpolation::Sinc, Interpolation::Cubic, Interpolation::Linear];

/// A bank without the silence after its sample: the chunk ends where the sample does.
fn without_guard(bank: &BankBuilder, points: &[f64]) -> Arc<SoundFont> {
    let words: Vec<[u8; 2]> = points.iter().map(|x| ((x * 32_768.0).round() as i16).to_le_bytes()).collect();
    let bytes = write(bank.model(), Pcm { words: &words, low_bytes: &[] }).expect("a bank that can be written");
    Arc::new(SoundFont::from_bytes(bytes, "without guard").expect("a bank that can be read"))
}

fn looped(points: &[f64], range: std::ops::Range<u32>, mode: i16) -> BankBuilder {
    BankBuilder::new()
        .sample(points, Some(range))
        .instrument([zone(0).set(Generator::SampleModes, mode).set(Generator::Pan, -500)])
        .preset(0, 0, [zone(0)])
}

fn play(key: u8) -> Piece {
    Piece::new().cc(0, 0, 7, 127).on(0, 0, key, 127)
}

#[test]
fn a_loop_of_one_point_is_a_constant() {
    let points: Vec<f64> = (0..120).map(|i| if i == 100 { 0.75 } else { 0.0 }).collect();
    for key in [0, 47, 60, 61, 90, 127] {
        for interpolation in KERNELS {
            let settings = Settings { interpolation, ..Settings::default() };
            let bank = looped(&points, 100..101, 1);
            // Key 0 takes 2^5 · 100 frames to the loop.
            let signal = play(key).render_with(&bank, 8_000, &settings).buses.left;
            for &x in &signal[7_000..] {
                assert_close(f64::from(x), 0.75, 1e-4);
            }
        }
    }
}

#[test]
fn short_loops_repeat_exactly() {
    for length in [2usize, 3, 17] {
        let points: Vec<f64> = noise(length as u64, 100 + length).iter().map(|x| x / 2.0).collect();
        let bank = looped(&points, 100..100 + length as u32, 1);
        let signal = play(60).render(&bank, 2000).left;
        for (frame, &x) in signal.iter().enumerate().skip(ATTACK) {
            let point = if frame < 100 { frame } else { 100 + (frame - 100) % length };
            let expected = (points[point] * 32_768.0).round() / 32_768.0;
            assert_close(f64::from(x), expected, 1e-6);
        }
    }
}

#[test]
fn short_loops_keep_their_pitch_when_transposed() {
    // One period of a sine in 17 points, played a fourth up and two octaves down.
    let points = sine(44_100.0 / 17.0, 44_100, 17 * 8);
    let bank = looped(&points, 17 * 6..17 * 7, 1);
    for (key, cents) in [(65u8, 500.0f64), (36, -2400.0)] {
        let signal = play(key).render(&bank, 44_100).left;
        let expected = 44_100.0 / 17.0 * (cents / 1200.0).exp2();
        assert_close(frequency(&signal[4000..], 44_100), expected, expected * 1e-6);
    }
}

#[test]
fn nothing_outside_a_sample_is_heard() {
    // Between two samples of full scale lies one of silence, with no guard points at all.
    let mut points = vec![1.0; 200];
    points[60..140].fill(0.0);
    let bank = BankBuilder::new()
        .sample(&points, None)
        .adjust(|sample| (sample.start, sample.end, sample.loop_start, sample.loop_end) = (60, 140, 60, 140))
        .instrument([zone(0).set(Generator::SampleModes, 0).keys(0..=63), zone(0).set(Generator::SampleModes, 1)])
        .preset(0, 0, [zone(0)]);
    for key in [0, 40, 60, 63, 64, 77, 100, 127] {
        for interpolation in KERNELS {
            let settings = Settings { interpolation, ..Settings::default() };
            let buses = play(key).render_with(&bank, 6_000, &settings).buses;
            assert!(buses.left.iter().all(|&x| x == 0.0), "key {key}, {interpolation:?}");
        }
    }
}

#[test]
fn loops_and_ends_may_touch_the_end_of_the_chunk() {
    let points = vec![0.5; 100];
    for mode in [0, 1, 3] {
        let font = without_guard(&looped(&points, 40..100, mode), &points);
        for key in [0, 36, 60, 61, 96, 127] {
            for interpolation in KERNELS {
                let settings = Settings { interpolation, ..Settings::default() };
                let buses = render(&font, &play(key).off(5000, 0, key).performance(10_000), &settings, 10_000).buses;
                let last = f64::from(buses.left[4990]);
                if mode == 0 && key >= 60 {
                    assert_eq!(last, 0.0);
                } else if mode != 0 {
                    assert_close(last, 0.5, 1e-4);
                }
            }
        }
    }
}

#[test]
fn address_offsets_never_lead_outside() {
    use Generator::*;
    let offsets = [
        StartAddrsOffset,
        EndAddrsOffset,
        StartLoopAddrsOffset,
        EndLoopAddrsOffset,
        StartAddrsCoarseOffset,
        EndAddrsCoarseOffset,
        StartLoopAddrsCoarseOffset,
        EndLoopAddrsCoarseOffset,
    ];
    for generator in offsets {
        for value in [i16::MIN, -200, -47, -1, 0, 1, 30, 100, 200, i16::MAX] {
            for mode in [0, 1, 3] {
                let bank = BankBuilder::new()
                    .sample(&[0.5; 100], Some(40..60))
                    .instrument([zone(0).set(SampleModes, mode).set(generator, value)])
                    .preset(0, 0, [zone(0)]);
                for key in [30, 60, 110] {
                    let buses = play(key).off(1000, 0, key).render(&bank, 3000);
                    assert!(buses.left.iter().all(|x| x.abs() < 0.6), "{generator:?} {value}");
                }
            }
        }
    }
}

#[test]
fn offsets_move_start_and_loop() {
    use Generator::*;
    let ramp: Vec<f64> = (0..2000).map(|i| f64::from(i) / 4000.0).collect();
    let bank = BankBuilder::new()
        .sample(&ramp, Some(100..200))
        .instrument([zone(0)
            .set(SampleModes, 1)
            .set(Pan, -500)
            .set(StartAddrsOffset, 300)
            .set(StartLoopAddrsOffset, 900)
            .set(EndLoopAddrsOffset, 810)])
        .preset(0, 0, [zone(0)]);
    let signal = play(60).render(&bank, 4000).left;
    // Points 300 … 1009, then 1000 … 1009 for ever.
    for frame in [100usize, 500, 709, 710, 720, 3999] {
        let point = if frame < 710 { 300 + frame } else { 1000 + (frame - 710) % 10 };
        assert_close(f64::from(signal[frame]), point as f64 / 4000.0, 1e-4);
    }
}

/// Once round, the whole loop is heard, also what lies before a start within it.
#[test]
fn a_start_within_the_loop_leaves_the_loop_whole() {
    let points: Vec<f64> = (0..80).map(|i| 0.1 + 0.005 * f64::from(i)).collect();
    let bank = |offset| {
        BankBuilder::new()
            .sample(&points, Some(10..70))
            .instrument([zone(0).set(Generator::SampleModes, 1).set(Generator::StartAddrsOffset, offset)])
            .preset(0, 0, [zone(0)])
    };
    let [from_the_start, later] = [0, 40].map(|offset| play(60).render(&bank(offset), 1_000).left);
    for frame in 200..900 {
        assert!((from_the_start[frame + 40] - later[frame]).abs() < 1e-6, "frame {frame}");
    }
}

#[test]
fn a_loop_until_release_plays_its_end_afterwards() {
    // 0.25 in the loop, 0.75 behind it; released in the middle of the 11th round.
    let points: Vec<f64> = (0..400).map(|i| if i < 200 { 0.25 } else { 0.75 }).collect();
    let bank = BankBuilder::new()
        .sample(&points, Some(100..200))
        .instrument([zone(0)
            .set(Generator::SampleModes, 3)
            .set(Generator::Pan, -500)
            .set(Generator::ReleaseVolEnv, 8000)])
        .preset(0, 0, [zone(0)]);
    let signal = play(60).off(1150, 0, 60).render(&bank, 2000).left;
    assert_close(f64::from(signal[1190]), 0.25, 1e-3);
    // Frame 1200 ends the round: the rest of the sample follows at once, then silence.
    assert_close(f64::from(signal[1210]), 0.75, 2e-3);
    assert_close(f64::from(signal[1390]), 0.75, 4e-3);
    assert!(signal[1410..].iter().all(|&x| x == 0.0));
}

#[test]
fn nothing_aliases() {
    // 15 kHz an octave up is 30 kHz, which would fold to 14.1 kHz.
    let bank = |hz: f64| {
        BankBuilder::new()
            .sample(&sine(hz, 44_100, 60_000), None)
            .instrument([zone(0).set(Generator::Pan, -500)])
            .preset(0, 0, [zone(0)])
    };
    let signal = play(72).render(&bank(15_000.0), 20_000).left;
    assert!(db(amplitude_at(&signal[1000..19_000], 14_100.0, 44_100)) < -70.0);
    assert!(db(rae_testkit::rms(&signal[1000..19_000])) < -70.0);
    // What lies well below half the rate passes: 6.5 kHz becomes 13 kHz.
    let signal = play(72).render(&bank(6_500.0), 20_000).left;
    assert!(db(amplitude_at(&signal[1000..19_000], 13_000.0, 44_100)).abs() < 0.2);
}

#[test]
fn images_of_slow_reading_vanish() {
    // 10 kHz three octaves down is 1.25 kHz; the images lie around multiples of 5512.5 Hz.
    let bank = BankBuilder::new()
        .sample(&sine(10_000.0, 44_100, 10_000), None)
        .instrument([zone(0).set(Generator::Pan, -500)])
        .preset(0, 0, [zone(0)]);
    let signal = &play(24).render(&bank, 60_000).left[1000..59_000];
    assert!(db(amplitude_at(signal, 1_250.0, 44_100)).abs() < 0.1);
    assert!(db(amplitude_at(signal, 5_512.5 - 1_250.0, 44_100)) < -65.0);
    assert!(db(amplitude_at(signal, 5_512.5 + 1_250.0, 44_100)) < -65.0);
}

/// Signal over noise and distortion, in decibels: what a least-squares sine of this frequency leaves.
fn sinad(signal: &[f32], hz: f64, rate: f64) -> f64 {
    let turn = |n: usize| std::f64::consts::TAU * hz * n as f64 / rate;
    let sum = |f: &dyn Fn(usize) -> f64| (0..signal.len()).map(f).sum::<f64>();
    let x = |n: usize| f64::from(signal[n]);
    let (ss, cc) = (sum(&|n| turn(n).sin().powi(2)), sum(&|n| turn(n).cos().powi(2)));
    let sc = sum(&|n| turn(n).sin() * turn(n).cos());
    let (sx, cx) = (sum(&|n| turn(n).sin() * x(n)), sum(&|n| turn(n).cos() * x(n)));
    let determinant = ss * cc - sc * sc;
    let (a, b) = ((sx * cc - cx * sc) / determinant, (cx * ss - sx * sc) / determinant);
    let fitted = |n: usize| a * turn(n).sin() + b * turn(n).cos();
    let (power, rest) = (sum(&|n| fitted(n).powi(2)), sum(&|n| (x(n) - fitted(n)).powi(2)));
    10.0 * (power / rest).log10()
}

#[test]
fn sines_read_slowly_stay_sines() {
    for (hz, least) in [(1_000.0, 90.0), (5_000.0, 87.0), (10_000.0, 90.0), (15_000.0, 81.0)] {
        let bank = BankBuilder::new_24_bit()
            .sample(&sine(hz, 44_100, 20_000), None)
            .instrument([zone(0).set(Generator::Pan, -500)])
            .preset(0, 0, [zone(0)]);
        let signal = &play(53).render(&bank, 21_000).left[1000..19_000];
        let found = sinad(signal, hz * (-7.0f64 / 12.0).exp2(), 44_100.0);
        assert!(found > least, "{hz} Hz: {found} dB");
    }
}

#[test]
fn pitch_is_exact_over_the_keyboard_and_rates() {
    let bank = tone_bank();
    for rate in [8_000u32, 22_100, 44_100, 192_000] {
        for key in [24, 48, 60, 67, 79] {
            let signal = Piece::at_rate(rate).on(0, 0, key, 127).render(&bank, rate as usize).left;
            let expected = 441.0 * (f64::from(i16::from(key) - 60) / 12.0).exp2();
            let found = frequency(&signal[rate as usize / 10..], rate);
            assert!((1200.0 * (found / expected).log2()).abs() < 0.02, "key {key} at {rate} Hz: {found}");
        }
    }
}

#[test]
fn twenty_four_bits_are_heard() {
    // Half a step of 16 bits.
    let value = 0.25 + 0.5 / 32_768.0;
    let bank = BankBuilder::new_24_bit()
        .sample(&[value; 64], Some(8..56))
        .instrument([zone(0).set(Generator::SampleModes, 1).set(Generator::Pan, -500)])
        .preset(0, 0, [zone(0)]);
    assert_close(f64::from(play(60).render(&bank, 500).left[499]), value, 1e-7);
}
