//! Effects that another sound decides about.

use std::ops::ControlFlow;

use rae_dsp::AudioBuffer;
use rae_effects::EffectsError;
use rae_effects::chain::{Branch, Chain, Effect, Parallel, Prepared, Setup, Slot, Tail, Whole};
use rae_effects::dynamics::{Compressor, Detector, Gate, MultibandCompressor, Sidechain, TruePeakLimiter};
use rae_effects::saturation::Saturation;
use rae_effects::whole::TimeStretch;
use rae_testkit::{amplitude_at, db, noise, sine};
use rae_units::SampleRate;

const RATE: u32 = 44_100;

fn amplitude(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

fn tone(hz: f64, db: f64, frames: usize) -> Vec<f32> {
    sine(hz, RATE, frames).iter().map(|x| (amplitude(db) * x) as f32).collect()
}

fn white(seed: u64, level: f64, frames: usize) -> Vec<f32> {
    noise(seed, frames).iter().map(|x| (level * x) as f32).collect()
}

fn setup(channels: usize, sidechain: usize) -> Setup {
    Setup { sidechain, ..Setup::new(SampleRate::CD, channels) }
}

fn duck() -> Compressor {
    Compressor {
        threshold_db: -40.0,
        ratio: 4.0,
        knee_db: 0.0,
        attack_ms: 5.0,
        release_ms: 200.0,
        detector: Detector::Peak,
        sidechain: Sidechain::External,
        ..Compressor::default()
    }
}

fn buffer(planes: &[Vec<f32>]) -> AudioBuffer {
    AudioBuffer::from_planar(planes.concat(), planes.len()).unwrap()
}

/// Sound and sidechain through a chain, whole.
fn through(chain: &Chain, sound: &[Vec<f32>], key: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let key = buffer(key);
    let whole = Whole { sound: buffer(sound), sidechain: Some(&key), tail: Tail::Cut };
    let go_on = &mut || ControlFlow::Continue(());
    let out = chain.process_with(whole, &setup(sound.len(), key.channels()), go_on).unwrap().sound;
    (0..out.channels()).map(|channel| out.channel(channel).to_vec()).collect()
}

#[test]
fn music_ducks_by_the_static_curve_of_the_voice() {
    let frames = 60_000;
    let music = [tone(300.0, -12.0, frames), tone(700.0, -20.0, frames)];
    for step in 0..=12 {
        let voice_db = -58.0 + 4.7 * f64::from(step);
        for (detector, level) in [(Detector::Peak, voice_db), (Detector::Rms, voice_db - 3.0103)] {
            for knee_db in [0.0, 10.0] {
                // A peak detector with a slow release still falls between two peaks of a tone: a constant does not.
                let voice = match detector {
                    Detector::Peak => vec![amplitude(voice_db) as f32; frames],
                    Detector::Rms => tone(1000.0, voice_db, frames),
                };
                let settings = Compressor { detector, knee_db, ..duck() };
                let out = through(&Chain::from([settings]), &music, &[voice]);
                // 3/4 of what is beyond the threshold, bent within half a knee of it.
                let beyond = level + 40.0;
                let expected = if 2.0 * beyond <= -knee_db {
                    0.0
                } else if 2.0 * beyond < knee_db {
                    0.75 * (beyond + knee_db / 2.0).powi(2) / (2.0 * knee_db)
                } else {
                    0.75 * beyond
                };
                for (channel, (hz, db_in)) in [(300.0, -12.0), (700.0, -20.0)].into_iter().enumerate() {
                    let end = &out[channel][frames - 22_050..];
                    let reduction = db_in - db(amplitude_at(end, hz, RATE));
                    let off = (reduction - expected).abs();
                    assert!(off < 0.05, "{detector:?}, knee {knee_db}, voice {voice_db}: {reduction}, not {expected}");
                }
            }
        }
    }
}

#[test]
fn without_a_voice_the_music_keeps_its_bits() {
    let music = [white(1, 0.9, 5000), white(2, 0.9, 5000)];
    let voice = [tone(500.0, -41.0, 5000)];
    assert!(through(&Chain::from([duck()]), &music, &voice) == music);
    // A sidechain that was prepared and is not given is silent.
    let mut prepared = Chain::from([duck()]).prepare_for(&setup(2, 1)).unwrap();
    let [mut left, mut right] = music.clone();
    prepared.process(&mut [&mut left, &mut right]);
    assert!([left, right] == music);
}

#[test]
fn the_sidechain_is_as_late_as_the_sound() {
    // Effects with latency before it, and within branches.
    let at_once = Compressor { attack_ms: 0.0, release_ms: 1.0, ratio: 1000.0, ..duck() };
    let late: Effect = Saturation { drive_db: 0.0, output_db: 0.0 }.into();
    let limiter: Effect = TruePeakLimiter::default().into();
    let branch = Branch {
        gain_db: 0.0,
        mute: false,
        effects: vec![limiter.clone().into(), Slot::from(Effect::from(at_once.clone()))],
    };
    let parallel: Effect = Parallel { branches: vec![branch] }.into();
    for (name, chain) in [
        ("alone", Chain::from([Effect::from(at_once.clone())])),
        ("behind others", Chain::from([late.clone(), limiter, Effect::from(at_once)])),
        ("in a branch", Chain::from([late, parallel])),
    ] {
        let sound = [vec![0.01f32; 9000]];
        let mut key = [vec![0.0f32; 9000]];
        key[0][4000] = 1.0;
        let out = &through(&chain, &sound, &key)[0];
        let lowest = (0..9000).filter(|n| *n > 500).min_by(|a, b| out[*a].total_cmp(&out[*b])).unwrap();
        assert_eq!(lowest, 4000, "{name}");
        assert!((out[3999] - 0.01).abs() < 1e-5 && out[4000] < 2e-4, "{name}: {} {}", out[3999], out[4000]);
    }
}

/// All that listens, behind what is late.
fn keyed() -> Chain {
    let band = |sidechain| Compressor { sidechain, ..duck() };
    let bands = vec![band(Sidechain::External), band(Sidechain::Input), band(Sidechain::External)];
    let multiband: Effect = MultibandCompressor { crossovers_hz: vec![200.0, 3000.0], bands }.into();
    let gate: Effect = Gate { sidechain: Sidechain::External, link: 0.5, ..Gate::default() }.into();
    let branches = [
        vec![Slot::from(Effect::from(Compressor { lookahead_ms: 3.0, detector: Detector::Rms, ..duck() }))],
        vec![Slot::from(Effect::from(Saturation::default())), Slot::from(multiband)],
    ];
    let branches = branches.map(|effects| Branch { gain_db: -6.0, mute: false, effects }).into();
    Chain::from([Effect::from(TruePeakLimiter::default()), gate, Parallel { branches }.into()])
}

fn in_blocks(prepared: &mut Prepared, sound: &[Vec<f32>; 2], key: &[Vec<f32>; 2], lengths: &[usize]) -> [Vec<f32>; 2] {
    let [mut left, mut right] = sound.clone();
    let (mut at, mut call) = (0, 0);
    while at < left.len() {
        let end = (at + lengths[call % lengths.len()]).min(left.len());
        prepared.process_with_sidechain(
            &mut [&mut left[at..end], &mut right[at..end]],
            &[&key[0][at..end], &key[1][at..end]],
        );
        (at, call) = (end, call + 1);
    }
    [left, right]
}

#[test]
fn blocks_do_not_matter() {
    let sound = [white(1, 0.3, 12_000), white(2, 0.3, 12_000)];
    let mut key = [tone(90.0, -3.0, 12_000), white(4, 0.8, 12_000)];
    key[0][3000..7000].fill(0.0);
    key[1][5000..].fill(0.0);
    let start = || keyed().prepare_for(&setup(2, 2)).unwrap();
    let whole = in_blocks(&mut start(), &sound, &key, &[12_000]);
    for lengths in [&[1][..], &[64], &[511, 3, 77], &[1000]] {
        assert!(in_blocks(&mut start(), &sound, &key, lengths) == whole, "{lengths:?}");
    }
    // The sidechain is heard at all, and what is started again does the same.
    let silent = [vec![0.0; 12_000], vec![0.0; 12_000]];
    assert!(in_blocks(&mut start(), &sound, &silent, &[512]) != whole);
    let mut again = start();
    in_blocks(&mut again, &sound, &key, &[700]);
    again.reset();
    assert!(in_blocks(&mut again, &sound, &key, &[512]) == whole);
}

#[test]
fn channels_hear_their_own_or_the_loudest() {
    let frames = 40_000;
    let music = [vec![0.1f32; frames], vec![0.1f32; frames]];
    let reductions = |link: f64, key: &[Vec<f32>]| {
        let out = through(&Chain::from([Compressor { link, ..duck() }]), &music, key);
        [0, 1].map(|channel| -20.0 - db(f64::from(out[channel][frames - 1])))
    };
    let (loud, soft) = (vec![0.1f32; frames], vec![0.0f32; frames]);
    let near = |found: [f64; 2], expected: [f64; 2]| {
        assert!((0..2).all(|n| (found[n] - expected[n]).abs() < 0.05), "{found:?}, not {expected:?}");
    };
    near(reductions(0.0, &[loud.clone(), soft.clone()]), [15.0, 0.0]);
    near(reductions(1.0, &[soft.clone(), loud.clone()]), [15.0, 15.0]);
    near(reductions(0.0, std::slice::from_ref(&loud)), [15.0, 15.0]);
    near(reductions(0.0, &[soft.clone(), soft, loud]), [15.0, 15.0]);
}

#[test]
fn bands_listen_to_their_part() {
    let bands = vec![duck(); 2];
    let chain = Chain::from([MultibandCompressor { crossovers_hz: vec![1000.0], bands }]);
    let sound: Vec<f32> =
        tone(60.0, -20.0, 60_000).iter().zip(tone(9000.0, -20.0, 60_000)).map(|(a, b)| a + b).collect();
    let out = &through(&chain, &[sound], &[tone(50.0, -10.0, 60_000)])[0][30_000..];
    let (low, high) = (db(amplitude_at(out, 60.0, RATE)), db(amplitude_at(out, 9000.0, RATE)));
    // The peak of a tone, less what the release loses between two of them.
    assert!((low + 42.5).abs() < 1.0 && (high + 20.0).abs() < 0.1, "{low} {high}");
}

#[test]
fn a_gate_opens_for_the_sidechain() {
    let gate = Gate { threshold_db: -30.0, sidechain: Sidechain::External, ..Gate::default() };
    let sound = [tone(400.0, -50.0, 40_000)];
    let level = |key: f64| {
        db(amplitude_at(
            &through(&Chain::from([gate.clone()]), &sound, &[tone(1000.0, key, 40_000)])[0][20_000..],
            400.0,
            RATE,
        ))
    };
    assert!(
        (level(-10.0) + 50.0).abs() < 0.05 && (level(-60.0) + 90.0).abs() < 0.1,
        "{} {}",
        level(-10.0),
        level(-60.0)
    );
}

#[test]
fn the_sidechain_can_be_chosen_while_it_plays() {
    let own = Compressor { sidechain: Sidechain::Input, ..duck() };
    let mut prepared = Chain::from([own]).prepare_for(&setup(1, 1)).unwrap();
    let (sound, key) = (vec![0.005f32; 20_000], vec![0.1f32; 20_000]);
    let mut out = sound.clone();
    prepared.process_with_sidechain(&mut [&mut out], &[&key]);
    assert!(out == sound);
    prepared.update(&Chain::from([duck()])).unwrap();
    prepared.process_with_sidechain(&mut [&mut out], &[&key]);
    assert!((db(f64::from(out[19_999] / 0.005)) + 15.0).abs() < 0.05, "{}", out[19_999]);
    let steepest = out.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    assert!(steepest < 0.005 * 0.01, "{steepest}");
}

#[test]
fn what_does_not_fit_is_refused() {
    let refused = |chain: &Chain| chain.prepare(SampleRate::CD, 2).unwrap_err().to_string();
    let alone = refused(&Chain::from([duck()]));
    assert!(alone.starts_with("effects[0] (compressor): its sidechain is external"), "{alone}");
    assert!(refused(&keyed()).starts_with("effects[1] (gate): "));
    assert!(keyed().is_keyed() && !Chain::from([Compressor::default()]).is_keyed());
    let many = Chain::from([duck()]).prepare_for(&setup(2, 65)).unwrap_err();
    assert_eq!(many, EffectsError::Channels(65));
    // A sound that was made longer is no longer beside its sidechain.
    let chain = Chain::from([Effect::from(TimeStretch { ratio: 2.0 }), duck().into()]);
    let key = AudioBuffer::new(1, 100);
    let whole = Whole { sound: AudioBuffer::new(2, 100), sidechain: Some(&key), tail: Tail::Cut };
    let moved = chain.process_with(whole, &setup(2, 1), &mut || ControlFlow::Continue(())).unwrap_err().to_string();
    assert!(moved.starts_with("effects[1] (compressor): ") && moved.contains("time_stretch"), "{moved}");
}

#[test]
fn what_is_no_number_is_silence() {
    let mut prepared = Chain::from([duck()]).prepare_for(&setup(1, 1)).unwrap();
    let mut key = vec![0.0f32; 3000];
    key[100..110].fill(f32::NAN);
    key[200..205].fill(f32::INFINITY);
    let mut out = vec![0.5f32; 3000];
    prepared.process_with_sidechain(&mut [&mut out], &[&key]);
    assert!(out.iter().all(|x| *x == 0.5));
    assert_eq!(prepared.non_finite(), 15);
}

#[test]
fn long_work_can_be_given_up() {
    for effect in [Effect::from(TimeStretch { ratio: 1.5 }), Compressor::default().into()] {
        let mut asked = 0;
        let whole = Whole { sound: buffer(&[white(1, 0.1, 300_000)]), sidechain: None, tail: Tail::Cut };
        let go_on = &mut || {
            asked += 1;
            if asked < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let given_up = Chain::from([effect]).process_with(whole, &setup(1, 0), go_on).unwrap_err();
        assert_eq!((given_up, asked), (EffectsError::Cancelled, 3));
    }
}
