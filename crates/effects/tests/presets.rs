//! The presets: that they can be read, and what they do to several kinds of sound.

use std::f64::consts::TAU;

use rae_dsp::AudioBuffer;
use rae_dsp::hash::noise;
use rae_effects::chain::{Chain, Effect, Tail};
use rae_effects::presets::Preset;
use rae_units::SampleRate;

const HZ: usize = 44_100;

/// Noise whose level falls by 3 dB per octave (Kellet's filter), a little different on both sides.
fn pink(level: f64, frames: usize) -> [Vec<f32>; 2] {
    [1, 2].map(|channel| {
        let mut state = [0.0; 3];
        let sample = |n: usize| {
            let white = 0.7 * noise(9, n as u64) + 0.3 * noise(channel, n as u64);
            for (s, (pole, gain)) in
                state.iter_mut().zip([(0.99765, 0.0990460), (0.96300, 0.2965164), (0.57000, 1.0526913)])
            {
                *s = pole * *s + gain * white;
            }
            (level * (state.iter().sum::<f64>() + 0.1848 * white)) as f32
        };
        (0..frames).map(sample).collect()
    })
}

/// Two strokes a second on a drum, with a chord above.
fn band(level: f64, frames: usize) -> [Vec<f32>; 2] {
    let sample = |n: usize, side: f64| {
        let t = n as f64 / HZ as f64;
        let beat = t % 0.5;
        let drum = (TAU * 60.0 * beat).sin() * (-beat / 0.08).exp();
        let click = noise(3, n as u64) * (-beat / 0.01).exp();
        let chord: f64 = [220.0, 277.2, 329.6, 440.0 + side]
            .iter()
            .map(|hz| (1..6).map(|k| (TAU * hz * f64::from(k) * t).sin() / f64::from(k * k)).sum::<f64>())
            .sum();
        (level * (0.8 * drum + 0.3 * click + 0.12 * chord)) as f32
    };
    [0.0, 1.5].map(|side| (0..frames).map(|n| sample(n, side)).collect())
}

/// Syllables of a buzz with pauses.
fn voice(level: f64, frames: usize) -> [Vec<f32>; 2] {
    let sample = |n: usize| {
        let t = n as f64 / HZ as f64;
        let syllable = (TAU * 2.0 * t).sin().max(0.0) * if t % 3.0 < 2.2 { 1.0 } else { 0.0 };
        let buzz: f64 = (1..30).map(|k| (TAU * 130.0 * f64::from(k) * t).sin() / f64::from(k)).sum();
        (level * syllable * (0.3 * buzz + 0.05 * noise(5, n as u64))) as f32
    };
    let plane: Vec<f32> = (0..frames).map(sample).collect();
    [plane.clone(), plane]
}

struct Levels {
    lufs: f64,
    true_peak_db: f64,
}

/// What another program's meter says.
fn measured(planes: &[Vec<f32>]) -> Levels {
    let mut meter = ebur128::EbuR128::new(2, HZ as u32, ebur128::Mode::I | ebur128::Mode::TRUE_PEAK).unwrap();
    meter.add_frames_planar_f32(&[&planes[0], &planes[1]]).unwrap();
    let peak = meter.true_peak(0).unwrap().max(meter.true_peak(1).unwrap());
    Levels { lufs: meter.loudness_global().unwrap(), true_peak_db: 20.0 * peak.log10() }
}

fn through(chain: &Chain, planes: &[Vec<f32>; 2]) -> Vec<Vec<f32>> {
    let input = AudioBuffer::from_planar(planes.concat(), 2).unwrap();
    let output = chain.prepare(SampleRate::CD, 2).unwrap().process_whole(&input, Tail::Cut);
    (0..2).map(|channel| output.channel(channel).to_vec()).collect()
}

/// Sound of which any loudness can be had.
struct Material {
    planes: [Vec<f32>; 2],
    lufs: f64,
}

impl Material {
    fn new(make: fn(f64, usize) -> [Vec<f32>; 2]) -> Material {
        let planes = make(0.1, 4 * HZ);
        Material { lufs: measured(&planes).lufs, planes }
    }

    /// So loud by the other meter.
    fn at(&self, lufs: f64) -> [Vec<f32>; 2] {
        let gain = 10f64.powf((lufs - self.lufs) / 20.0) as f32;
        self.planes.clone().map(|plane| plane.iter().map(|x| gain * x).collect())
    }
}

#[test]
fn every_preset_is_described_and_fits_usual_rates() {
    let names: Vec<&str> = Preset::all().iter().map(|preset| preset.name).collect();
    assert!(names.is_sorted() && names.len() >= 10, "{names:?}");
    for preset in Preset::all() {
        let chain = preset.chain();
        assert!((20..100).contains(&chain.description.chars().count()), "{}: {}", preset.name, chain.description);
        assert!(preset.toml.starts_with("# "), "{} says nothing of its intent", preset.name);
        for (hz, channels) in [(22_050, 1), (44_100, 2), (48_000, 6), (192_000, 2)] {
            chain.prepare(SampleRate::new(hz).unwrap(), channels).unwrap();
        }
        assert!(matches!(chain.effects.last().unwrap().effect, Effect::TruePeakLimiter(_)), "{}", preset.name);
        assert_eq!(Preset::named(preset.name), Some(preset));
    }
    assert_eq!(Preset::named("Practice Room"), Preset::named("practice_room"));
    assert!(Preset::named("practice room").is_some() && Preset::named("polka").is_none());
}

#[test]
fn loudness_stays_in_range_and_peaks_below_the_ceiling() {
    let materials = [("pink noise", pink as fn(f64, usize) -> _), ("band", band), ("voice", voice)];
    let materials = materials.map(|(name, make)| (name, Material::new(make)));
    for preset in Preset::all() {
        let chain = preset.chain();
        for (name, material) in &materials {
            for lufs in [-30.0, -20.0, -14.0] {
                let found = measured(&through(&chain, &material.at(lufs)));
                let change = found.lufs - lufs;
                assert!(
                    (-8.0..=7.0).contains(&change) && (lufs < -25.0 || change < 4.5),
                    "{}, {name} at {lufs}: {change:+.1} LU",
                    preset.name
                );
                assert!(found.true_peak_db <= -0.9, "{}, {name}: {} dBTP", preset.name, found.true_peak_db);
            }
        }
    }
}

#[test]
fn presets_do_what_they_are_called_for() {
    let (band, pink) = (Material::new(band), Material::new(pink).at(-20.0));
    let spread = |name: &str| {
        let chain = Preset::named(name).unwrap().chain();
        let level = |lufs| measured(&through(&chain, &band.at(lufs))).lufs;
        level(-14.0) - level(-30.0)
    };
    // 16 LU apart before.
    let [classical, jazz, night] = ["classical", "jazz", "night"].map(spread);
    assert!((15.5..16.1).contains(&classical), "classical keeps the dynamics: {classical}");
    assert!((12.0..15.5).contains(&jazz), "jazz compresses a little: {jazz}");
    assert!(night < 10.0, "night brings levels together: {night}");
    let lo_fi = through(&Preset::named("lo-fi").unwrap().chain(), &pink);
    let difference = |planes: &[Vec<f32>]| -> f64 {
        let side: f64 = planes[0].iter().zip(&planes[1]).map(|(l, r)| f64::from(l - r).powi(2)).sum();
        let middle: f64 = planes[0].iter().zip(&planes[1]).map(|(l, r)| f64::from(l + r).powi(2)).sum();
        side / middle
    };
    assert!(difference(&lo_fi) < 0.4 * difference(&pink), "lo-fi is narrow");
}
