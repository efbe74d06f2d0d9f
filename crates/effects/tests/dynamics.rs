//! Dynamics against their definitions: static curves, time constants, sums of bands.

use std::f64::consts::TAU;

use rae_dsp::AudioBuffer;
use rae_effects::chain::{Chain, Effect, Tail};
use rae_effects::dynamics::{Compressor, DeEsser, Detector, Gate, MultibandCompressor};
use rae_testkit::{amplitude_at, db, rms};
use rae_units::SampleRate;

const RATE: u32 = 44_100;

fn amplitude(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

fn constant(db: f64, frames: usize) -> Vec<f32> {
    vec![amplitude(db) as f32; frames]
}

fn sine(hz: f64, db: f64, frames: usize) -> Vec<f32> {
    (0..frames).map(|n| (amplitude(db) * (TAU * hz * n as f64 / f64::from(RATE)).sin()) as f32).collect()
}

fn through(effect: impl Into<Effect>, channels: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut prepared = Chain::from([effect.into()]).prepare(SampleRate::CD, channels.len()).unwrap();
    let input = AudioBuffer::from_planar(channels.concat(), channels.len()).unwrap();
    let output = prepared.process_whole(&input, Tail::Cut);
    (0..channels.len()).map(|channel| output.channel(channel).to_vec()).collect()
}

fn peak_compressor() -> Compressor {
    Compressor {
        threshold_db: -30.0,
        ratio: 4.0,
        knee_db: 0.0,
        attack_ms: 10.0,
        release_ms: 100.0,
        detector: Detector::Peak,
        ..Compressor::default()
    }
}

/// The textbook curve with a soft knee.
fn curve(settings: &Compressor, level: f64) -> f64 {
    let (beyond, knee) = (level - settings.threshold_db, settings.knee_db);
    let output = if 2.0 * beyond < -knee {
        level
    } else if 2.0 * beyond.abs() <= knee && knee > 0.0 {
        level + (1.0 / settings.ratio - 1.0) * (beyond + knee / 2.0).powi(2) / (2.0 * knee)
    } else {
        settings.threshold_db + beyond / settings.ratio
    };
    output + settings.makeup_db
}

#[test]
fn the_static_curve_is_exact_for_peaks_and_means() {
    for (ratio, knee_db, makeup_db) in [(1.5, 0.0, 0.0), (4.0, 12.0, 6.0), (1000.0, 3.0, -2.0)] {
        for step in 0..=14 {
            let level = -60.0 + 4.3 * f64::from(step);
            let peak = Compressor { ratio, knee_db, makeup_db, ..peak_compressor() };
            let found = db(f64::from(*through(peak.clone(), &[constant(level, 30_000)])[0].last().unwrap()));
            assert!((found - curve(&peak, level)).abs() < 0.05, "peak {level}: {found} not {}", curve(&peak, level));
            let mean = Compressor { detector: Detector::Rms, ..peak };
            let out = &through(mean.clone(), &[sine(1000.0, level, 60_000)])[0];
            let found = db(rms(&out[60_000 - 4410..]));
            let expected = curve(&mean, level - 3.0103);
            assert!((found - expected).abs() < 0.05, "mean {level}: {found} not {expected}");
        }
    }
}

#[test]
fn what_stays_below_the_threshold_keeps_its_bits() {
    let soft = sine(300.0, -37.0, 20_000);
    let hard_knee = Compressor { ratio: 20.0, ..peak_compressor() };
    assert!(through(hard_knee, std::slice::from_ref(&soft))[0] == soft);
}

/// The reduction in dB over time of a constant that steps from −50 to −10 dB and back.
fn steps(settings: Compressor, frames: usize) -> [Vec<f64>; 2] {
    let input = [constant(-50.0, 1000), constant(-10.0, frames), constant(-50.0, frames)].concat();
    let out = &through(settings, std::slice::from_ref(&input))[0];
    let reduction: Vec<f64> = input.iter().zip(out).map(|(x, y)| db(f64::from(*x)) - db(f64::from(*y))).collect();
    [reduction[1000..1000 + frames].to_vec(), reduction[1000 + frames..].to_vec()]
}

#[test]
fn attack_and_release_take_their_time_constants() {
    let frames_per_ms = f64::from(RATE) / 1e3;
    for attack_ms in [0.0, 0.5, 5.0, 50.0, 100.0, 200.0, 500.0] {
        for release_ms in [1.0, 5.0, 20.0, 50.0, 60.0, 100.0, 107.3, 400.0, 2000.0] {
            let settings = Compressor { attack_ms, release_ms, ..peak_compressor() };
            let frames = (f64::max(14.0 * attack_ms, 2.0 * release_ms) * frames_per_ms) as usize + 100;
            let [rising, falling] = steps(settings, frames);
            let rest = (-1.0f64).exp();
            let attack = rising.iter().position(|db| *db >= 15.0 * (1.0 - rest)).unwrap();
            let release = falling.iter().position(|db| *db <= 15.0 * rest).unwrap();
            for (found, ms) in [(attack, attack_ms), (release, release_ms)] {
                let asked = ms * frames_per_ms;
                let off = (found as f64 - asked).abs();
                assert!(off <= 0.05 * asked + 1.0, "{found} frames, not {asked}: {attack_ms} and {release_ms} ms");
            }
        }
    }
}

#[test]
fn look_ahead_turns_down_before_the_onset() {
    let mut input = vec![0.001; 20_000];
    input[10_000..].fill(0.5);
    let overshoot = |lookahead_ms: f64| {
        let settings = Compressor { lookahead_ms, attack_ms: 1.0, ratio: 100.0, ..peak_compressor() };
        through(settings, std::slice::from_ref(&input))[0][10_000]
    };
    assert!(overshoot(0.0) > 0.45 && overshoot(8.0) < 0.04, "{} {}", overshoot(0.0), overshoot(8.0));
}

#[test]
fn channels_are_linked_as_far_as_asked() {
    let input = [constant(-10.0, 30_000), constant(-40.0, 30_000)];
    for (link, expected) in [(1.0, 15.0), (0.5, 3.75), (0.0, 0.0)] {
        let out = through(Compressor { link, ..peak_compressor() }, &input);
        let reduction = -40.0 - db(f64::from(*out[1].last().unwrap()));
        // With half a link the soft channel's level is −25 dB: 5 dB beyond the threshold, of which three quarters go.
        assert!((reduction - expected).abs() < 0.05, "link {link}: {reduction}");
        assert!((db(f64::from(*out[0].last().unwrap())) + 25.0).abs() < 0.05);
    }
}

#[test]
fn a_filtered_detector_does_not_hear_the_bass() {
    let settings = Compressor { sidechain_high_pass_hz: Some(500.0), ..peak_compressor() };
    let gain = |hz: f64| {
        let out = &through(settings.clone(), &[sine(hz, -12.0, 40_000)])[0];
        db(amplitude_at(&out[20_000..], hz, RATE)) + 12.0
    };
    assert!(gain(50.0).abs() < 0.01 && gain(5000.0) < -12.0, "{} {}", gain(50.0), gain(5000.0));
}

#[test]
fn reductions_are_traced_block_by_block() {
    let mut prepared = Chain::from([peak_compressor()]).prepare(SampleRate::CD, 1).unwrap();
    let mut input = [constant(-50.0, 4410), constant(-10.0, 22_050), constant(-50.0, 44_100)].concat();
    let trace: Vec<f64> = input
        .chunks_mut(441)
        .map(|block| {
            prepared.process(&mut [block]);
            let [reduction] = &prepared.reductions()[..] else { panic!("one effect") };
            assert_eq!(reduction.place, "effects[0]");
            reduction.deepest.0
        })
        .collect();
    assert!(trace[..10].iter().all(|db| *db < 1e-6) && (trace[55] - 15.0).abs() < 0.05 && trace[159] < 0.1);
    assert!(trace[10..55].windows(2).all(|pair| pair[1] >= pair[0] - 1e-4));
    assert!(trace[61..].windows(2).all(|pair| pair[1] <= pair[0] + 1e-4));
}

fn gate() -> Gate {
    Gate { threshold_db: -30.0, ratio: 3.0, knee_db: 0.0, range_db: 24.0, ..Gate::default() }
}

#[test]
fn a_gate_turns_down_what_is_below_its_threshold() {
    for (level, expected) in [(-10.0, -10.0), (-29.9, -29.9), (-35.0, -45.0), (-41.0, -63.0), (-60.0, -84.0)] {
        let found = db(f64::from(*through(gate(), &[constant(level, 60_000)])[0].last().unwrap()));
        assert!((found - expected).abs() < 0.05, "{level}: {found} not {expected}");
    }
}

#[test]
fn a_gate_opens_holds_and_closes_in_time() {
    let settings = Gate { attack_ms: 5.0, hold_ms: 40.0, release_ms: 100.0, ratio: 100.0, ..gate() };
    let frames = 40_000;
    let input = [constant(-50.0, 2000), constant(-10.0, frames), constant(-50.0, frames)].concat();
    let out = &through(settings, std::slice::from_ref(&input))[0];
    let reduction: Vec<f64> = input.iter().zip(out).map(|(x, y)| db(f64::from(*x)) - db(f64::from(*y))).collect();
    let ms = |frames: usize| frames as f64 / f64::from(RATE) * 1e3;
    let rest = (-1.0f64).exp();
    let opened = ms(reduction[2000..].iter().position(|db| *db <= 24.0 * rest).unwrap());
    let after = &reduction[2000 + frames..];
    let held = ms(after.iter().position(|db| *db > 0.3).unwrap());
    let closed = ms(after.iter().position(|db| *db >= 24.0 * (1.0 - rest)).unwrap());
    assert!((opened / 5.0 - 1.0).abs() < 0.05, "{opened}");
    assert!((40.0..46.0).contains(&held) && ((closed - 40.0) / 100.0 - 1.0).abs() < 0.05, "{held} {closed}");
}

#[test]
fn a_de_esser_turns_down_loud_highs_alone() {
    let level = |hz: f64, db_in: f64| {
        let out = &through(DeEsser::default(), &[sine(hz, db_in, 40_000)])[0];
        db(amplitude_at(&out[20_000..], hz, RATE)) - db_in
    };
    assert!(level(500.0, -6.0).abs() < 0.01 && level(15_000.0, -40.0).abs() < 0.1);
    let (sharp, most) = (level(15_000.0, -20.0), level(15_000.0, 0.0));
    assert!((-8.5..-6.0).contains(&sharp) && (-12.1..-11.4).contains(&most), "{sharp} {most}");
}

fn idle(crossovers_hz: Vec<f64>) -> MultibandCompressor {
    let bands = vec![Compressor { ratio: 1.0, ..Compressor::default() }; crossovers_hz.len() + 1];
    MultibandCompressor { crossovers_hz, bands }
}

#[test]
fn idle_bands_sum_to_a_flat_response() {
    for crossovers in [vec![], vec![1000.0], vec![250.0, 500.0, 1000.0, 2000.0], vec![60.0, 120.0, 8000.0, 16_000.0]] {
        let mut pulse = vec![0.0f32; 1 << 15];
        pulse[0] = 1.0;
        let out = &through(idle(crossovers.clone()), &[pulse])[0];
        for step in 0..60 {
            let hz = 20.0 * 1000f64.powf(f64::from(step) / 59.0);
            let (mut re, mut im) = (0.0, 0.0);
            for (n, sample) in out.iter().enumerate() {
                let angle = TAU * hz * n as f64 / f64::from(RATE);
                re += f64::from(*sample) * angle.cos();
                im += f64::from(*sample) * angle.sin();
            }
            let level = db(re.hypot(im));
            assert!(level.abs() < 0.01, "{crossovers:?} at {hz}: {level} dB");
        }
    }
}

#[test]
fn bands_act_for_themselves_and_wait_for_each_other() {
    let mut settings = idle(vec![400.0, 3200.0]);
    settings.bands[1] = Compressor { lookahead_ms: 5.0, ..peak_compressor() };
    let mut prepared = Chain::from([settings.clone()]).prepare(SampleRate::CD, 1).unwrap();
    assert_eq!(prepared.latency().0, 221);
    assert_eq!(
        prepared.reductions().iter().map(|band| band.place.as_str()).collect::<Vec<_>>(),
        ["effects[0].bands[0]", "effects[0].bands[1]", "effects[0].bands[2]"]
    );
    let level = |hz: f64| {
        let out = &through(settings.clone(), &[sine(hz, -10.0, 40_000)])[0];
        db(amplitude_at(&out[20_000..], hz, RATE)) + 10.0
    };
    assert!(level(60.0).abs() < 0.1 && level(15_000.0).abs() < 0.1, "{} {}", level(60.0), level(15_000.0));
    // Between the crossovers their slopes still let 1/(1 + 2.83⁴) of each neighbour through.
    let outside = 2.0 / (1.0 + 2.83f64.powi(4));
    let expected = db(outside + (1.0 - outside) * amplitude(-14.8));
    assert!((level(1130.0) - expected).abs() < 0.2, "{} not {expected}", level(1130.0));
}

#[test]
fn settings_that_do_not_fit_are_refused() {
    let refused = |effect: Effect| Chain::from([effect]).prepare(SampleRate::CD, 2).unwrap_err().to_string();
    let ratio = refused(Compressor { ratio: 0.5, ..Compressor::default() }.into());
    assert_eq!(ratio, "effects[0] (compressor): ratio = 0.5 is outside 1 to 1000");
    let mut bands = idle(vec![1000.0, 900.0]);
    assert!(refused(bands.clone().into()).contains("crossovers_hz = 900 is outside 1200"));
    bands.bands.pop();
    assert!(refused(bands.into()).contains("2 crossovers for 2 bands"));
    let mut deep = idle(vec![1000.0]);
    deep.bands[1].attack_ms = -1.0;
    let deep = refused(deep.into());
    assert!(deep.starts_with("effects[0] (multiband_compressor).bands[1]: attack_ms = -1"), "{deep}");
    assert!(refused(Gate { range_db: f64::NAN, ..Gate::default() }.into()).contains("range_db = NaN"));
}
