//! Effects on whole recordings: fades, parts, other lengths, other pitches.

use std::f64::consts::TAU;

use rae_dsp::AudioBuffer;
use rae_dsp::hash::noise;
use rae_effects::chain::{Branch, Chain, Effect, Gain, Parallel, Setup, Tail};
use rae_effects::echo::Echo;
use rae_effects::whole::{Curve, Fade, PitchShift, TimeStretch, Trim};
use rae_units::{Frames, SampleRate};

fn process(chain: &Chain, planes: &[Vec<f32>], tail: Tail) -> AudioBuffer {
    let input = AudioBuffer::from_planar(planes.concat(), planes.len()).unwrap();
    chain.process(&input, &Setup::new(SampleRate::CD, planes.len()), tail).unwrap()
}

fn tone(hz: f64, frames: usize) -> Vec<f32> {
    (0..frames).map(|n| (0.5 * (TAU * hz * n as f64 / 44_100.0).sin()) as f32).collect()
}

/// The frequency around `hz` at which most of the sound is.
fn frequency(samples: &[f32], hz: f64) -> f64 {
    let level = |cents: f64| rae_testkit::amplitude_at(samples, hz * (cents / 1200.0).exp2(), 44_100);
    let best = (-60..=60).map(f64::from).max_by(|a, b| level(*a).total_cmp(&level(*b))).unwrap();
    hz * (best / 1200.0).exp2()
}

#[test]
fn fades_follow_their_curves_at_both_ends() {
    for (curve, shape) in [
        (Curve::Linear, (|t: f64| t) as fn(f64) -> f64),
        (Curve::Cosine, |t: f64| 0.5 - 0.5 * (std::f64::consts::PI * t).cos()),
        (Curve::EqualPower, |t: f64| (std::f64::consts::FRAC_PI_2 * t).sin()),
    ] {
        let chain = Chain::from([Fade { in_s: 0.1, out_s: 0.2, curve }]);
        let out = process(&chain, &[vec![1.0; 44_100]], Tail::Cut);
        let samples = out.channel(0);
        for n in (0..4410).step_by(49) {
            assert!((f64::from(samples[n]) - shape(n as f64 / 4410.0)).abs() < 1e-6, "{curve:?}");
            let from_end = samples[44_099 - 2 * n];
            assert!((f64::from(from_end) - shape(2.0 * n as f64 / 8820.0)).abs() < 1e-6, "{curve:?}");
        }
        assert!(samples[4410..35_280].iter().all(|x| *x == 1.0));
        assert!(samples[0] == 0.0 && samples[44_099] == 0.0);
    }
    // Longer than the sound.
    assert_eq!(
        process(&Chain::from([Fade { in_s: 9.0, ..Fade::default() }]), &[vec![1.0; 10]], Tail::Cut).frames(),
        10
    );
}

#[test]
fn recordings_that_would_grow_beyond_memory_are_refused() {
    let refused = |chain: Chain, tail: Tail| {
        let input = AudioBuffer::new(1, 441_000);
        chain.process(&input, &Setup::new(SampleRate::CD, 1), tail).unwrap_err().to_string()
    };
    let stretches = Chain::from([(); 10].map(|()| TimeStretch { ratio: 4.0 }));
    let found = refused(stretches, Tail::Cut);
    assert!(found.contains("effects[5] (time_stretch): the recording would become 40960 s long"), "{found}");
    let echo = Echo { time_s: 5.0, feedback: 0.95, ..Echo::default() };
    let found = refused(Chain::from([(); 100].map(|()| echo.clone())), Tail::Keep);
    assert!(found.contains("cut tails"), "{found}");
    let found = refused(Chain::default(), Tail::Frames(Frames(u64::MAX)));
    assert!(found.contains("cut tails"), "{found}");
}

#[test]
fn a_part_is_kept_of_every_channel() {
    let ramp: Vec<f32> = (0..44_100).map(|n| n as f32).collect();
    let negative: Vec<f32> = ramp.iter().map(|x| -x).collect();
    let chain = Chain::from([Trim { start_s: 0.1, end_s: Some(0.5), silence_db: None }]);
    let out = process(&chain, &[ramp.clone(), negative], Tail::Keep);
    assert_eq!(out.frames(), 22_050 - 4410);
    assert!(out.channel(0)[0] == 4410.0 && out.channel(1)[17_639] == -22_049.0);
    let mut quiet = vec![0.000_1f32; 5000];
    quiet[1000] = 0.5;
    quiet[3000] = -0.5;
    let chain = Chain::from([Trim { silence_db: Some(-60.0), ..Trim::default() }]);
    assert_eq!(process(&chain, &[quiet, vec![0.0; 5000]], Tail::Cut).frames(), 2001);
    assert_eq!(process(&chain, &[vec![0.0; 100]], Tail::Cut).frames(), 0);
    assert_eq!(process(&Chain::from([Trim { start_s: 9.0, ..Trim::default() }]), &[ramp], Tail::Cut).frames(), 0);
}

#[test]
fn a_tone_made_longer_keeps_pitch_and_level() {
    for ratio in [0.5, 0.8, 1.25, 2.0, 3.0] {
        let out = process(&Chain::from([TimeStretch { ratio }]), &[tone(440.0, 88_200)], Tail::Cut);
        assert_eq!(out.frames(), (88_200.0 * ratio).round() as usize);
        let middle = &out.channel(0)[out.frames() / 4..out.frames() * 3 / 4];
        let hz = frequency(middle, 440.0);
        assert!((1200.0 * (hz / 440.0).log2()).abs() <= 1.0, "{ratio}: {hz} Hz");
        let level = rae_testkit::db(rae_testkit::rms(middle) / (0.5 / 2f64.sqrt()));
        assert!(level.abs() < 0.3, "{ratio}: {level} dB");
        // Nothing but the tone.
        let pure = rae_testkit::db(rae_testkit::amplitude_at(middle, hz, 44_100) / 0.5);
        assert!(pure.abs() < 0.5, "{ratio}: {pure} dB at the tone");
    }
}

#[test]
fn other_pitches_are_as_long_and_in_tune() {
    for semitones in [-12.0, -5.0, 0.5, 7.0, 12.0] {
        let out = process(&Chain::from([PitchShift { semitones }]), &[tone(440.0, 88_200)], Tail::Cut);
        assert_eq!(out.frames(), 88_200);
        let expected = 440.0 * f64::exp2(semitones / 12.0);
        let middle = &out.channel(0)[22_050..66_150];
        let hz = frequency(middle, expected);
        assert!((1200.0 * (hz / expected).log2()).abs() <= 1.0, "{semitones}: {hz} Hz");
        let level = rae_testkit::db(rae_testkit::rms(middle) / (0.5 / 2f64.sqrt()));
        assert!(level.abs() < 0.5, "{semitones}: {level} dB");
    }
}

#[test]
fn ones_that_change_nothing_keep_every_bit() {
    let input: Vec<f32> = (0..9000).map(|n| noise(3, n) as f32).collect();
    let chain = Chain::from([
        Effect::from(TimeStretch::default()),
        PitchShift::default().into(),
        Fade::default().into(),
        Trim::default().into(),
    ]);
    assert!(process(&chain, std::slice::from_ref(&input), Tail::Cut).channel(0) == input);
    let mut bypassed = Chain::from([TimeStretch { ratio: 2.0 }]);
    bypassed.effects[0].bypass = true;
    assert!(process(&bypassed, std::slice::from_ref(&input), Tail::Cut).channel(0) == input);
}

#[test]
fn places_between_the_sides_stay() {
    // The right side has half of the left's tone with the other sign, and a tone of its own.
    let shared = tone(300.0, 60_000);
    let own = tone(1100.0, 60_000);
    let right: Vec<f32> = shared.iter().zip(&own).map(|(a, b)| -0.5 * a + 0.3 * b).collect();
    let out = process(&Chain::from([TimeStretch { ratio: 1.7 }]), &[shared, right], Tail::Cut);
    let part = |channel: usize| &out.channel(channel)[30_000..70_000];
    let left = rae_testkit::amplitude_at(part(0), 300.0, 44_100);
    let ratio = rae_testkit::amplitude_at(part(1), 300.0, 44_100) / left;
    assert!((ratio - 0.5).abs() < 0.02, "{ratio}");
    // Still with the other sign: left + 2·right has none of it.
    let sum: Vec<f32> = part(0).iter().zip(part(1)).map(|(l, r)| l + 2.0 * r).collect();
    assert!(rae_testkit::db(rae_testkit::amplitude_at(&sum, 300.0, 44_100) / left) < -30.0);
}

#[test]
fn strokes_stay_sharp_and_come_at_their_times() {
    // Strokes that decay within some milliseconds, half a second apart.
    let mut strokes = vec![0.0f32; 4 * 44_100];
    let at: Vec<usize> = (0..7).map(|n| 11_025 + n * 22_050).collect();
    for &start in &at {
        for n in 0..2000 {
            strokes[start + n] += (noise(9, n as u64) * (-(n as f64) / 300.0).exp()) as f32;
        }
    }
    for ratio in [0.75, 1.5, 2.0] {
        let out = process(&Chain::from([TimeStretch { ratio }]), std::slice::from_ref(&strokes), Tail::Cut);
        let energy =
            |frames: std::ops::Range<usize>| out.channel(0)[frames].iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
        for &start in &at[1..6] {
            let new = (start as f64 * ratio) as usize;
            let (before, within) = (energy(new - 4000..new - 250), energy(new - 250..new + 1500));
            let share = within / (before + within + energy(new + 1500..new + 5000));
            assert!(share > 0.95, "{ratio}: {share} of a stroke lies where it belongs");
        }
    }
}

#[test]
fn every_rate_broken_samples_and_no_sound_at_all() {
    let chain = Chain::from_toml(include_str!("data/whole.toml")).unwrap();
    for hz in [8000, 48_000, 192_000] {
        for channels in [1, 2, 3] {
            let setup = Setup::new(SampleRate::new(hz).unwrap(), channels);
            let mut planes: Vec<f32> = (0..channels as u64 * 40_000).map(|n| noise(5, n) as f32).collect();
            planes[20_000] = f32::NAN;
            planes[20_001] = f32::INFINITY;
            let sound = AudioBuffer::from_planar(planes, channels).unwrap();
            let out = chain.process(&sound, &setup, Tail::Keep).unwrap();
            let expected = (40_000.0 - 0.1 * f64::from(hz)) * 1.25;
            assert!((out.frames() as f64 - expected).abs() < 30.0, "{} frames at {hz} Hz", out.frames());
            assert!(out.planar().iter().all(|sample| sample.is_finite()));
            assert!(rae_testkit::rms(out.channel(channels - 1)) > 0.2);
            for frames in [0, 1, 100] {
                let out = chain.process(&AudioBuffer::new(channels, frames), &setup, Tail::Cut).unwrap();
                assert!(out.planar().iter().all(|sample| *sample == 0.0));
            }
        }
    }
}

#[test]
fn effects_for_blocks_and_for_wholes_follow_one_another() {
    let echo = Echo { time_s: 0.1, feedback: 0.0, ..Echo::default() };
    let chain = Chain::from([
        Effect::from(echo),
        Trim { start_s: 0.05, ..Trim::default() }.into(),
        Gain { gain_db: -20.0, invert: true }.into(),
    ]);
    assert!(chain.needs_whole());
    let mut input = vec![0.0; 6000];
    input[0] = 1.0;
    let kept = process(&chain, std::slice::from_ref(&input), Tail::Keep);
    assert!((kept.channel(0)[4410 - 2205] + 0.03).abs() < 1e-6);
    assert_eq!(kept.frames(), 6000 + 2 * 4410 - 2205);
    assert_eq!(process(&chain, &[input], Tail::Cut).frames(), 6000 - 2205);
}

#[test]
fn what_needs_wholes_cannot_be_prepared_for_blocks_nor_lie_in_branches() {
    let stretch = || Effect::from(TimeStretch { ratio: 2.0 });
    let error = Chain::from([stretch()]).prepare(SampleRate::CD, 2).unwrap_err().to_string();
    assert!(error.contains("effects[0]: time_stretch needs whole recordings"), "{error}");
    let branch = Branch { gain_db: 0.0, mute: false, effects: vec![stretch().into()] };
    let parallel = Chain::from([Parallel { branches: vec![branch] }]);
    let sound = AudioBuffer::new(2, 100);
    let process =
        |chain: &Chain| chain.process(&sound, &Setup::new(SampleRate::CD, 2), Tail::Cut).unwrap_err().to_string();
    assert!(process(&parallel).contains("branches[0].effects[0]: time_stretch needs whole recordings and cannot"));
    let mut mixed = Chain::from([stretch()]);
    mixed.effects[0].mix = 0.5;
    assert!(process(&mixed).contains("mix = 0.5 is outside 1 to 1"));
    assert!(process(&Chain::from([TimeStretch { ratio: 9.0 }])).contains("ratio = 9 is outside 0.25 to 4"));
    assert!(process(&Chain::from([Trim { start_s: 2.0, end_s: Some(1.0), silence_db: None }])).contains("end_s = 1"));
}
