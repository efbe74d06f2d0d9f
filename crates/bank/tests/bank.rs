//! The bank as a reader sees it: complete, in tune, clean, always the same.

use std::f64::consts::TAU;
use std::sync::OnceLock;

use rae_soundfont::{Generator, Model, Sample, SoundFont};

/// The model and the sample points, read back from the file.
fn bank() -> &'static (SoundFont, Vec<f64>) {
    static BANK: OnceLock<(SoundFont, Vec<f64>)> = OnceLock::new();
    BANK.get_or_init(|| {
        let bytes = rae_bank::bytes();
        let chunk = bytes.windows(4).position(|window| window == b"smpl").expect("a sample chunk");
        let length = u32::from_le_bytes(bytes[chunk + 4..chunk + 8].try_into().unwrap()) as usize;
        let data = &bytes[chunk + 8..chunk + 8 + length];
        let points = data.chunks(2).map(|word| f64::from(i16::from_le_bytes([word[0], word[1]])) / 32_768.0).collect();
        (SoundFont::from_bytes(bytes, "builtin").expect("the bank opens"), points)
    })
}

fn model() -> &'static Model {
    bank().0.model()
}

fn points(sample: &Sample) -> &'static [f64] {
    &bank().1[sample.start as usize..sample.end as usize]
}

#[test]
fn opens_without_warnings() {
    assert!(bank().0.warnings().is_empty(), "{:?}", bank().0.warnings());
}

#[test]
fn every_program_answers_on_every_key() {
    for program in 0..128 {
        let preset = model().presets.iter().find(|preset| (preset.bank, preset.program) == (0, program));
        let preset = preset.unwrap_or_else(|| panic!("program {program} is missing"));
        for key in 0..128 {
            let sounds = preset.zones.iter().any(|zone| {
                let instrument = &model().instruments[zone.target.unwrap()];
                instrument.zones.iter().any(|zone| zone.keys.as_ref().is_none_or(|keys| keys.contains(&key)))
            });
            assert!(sounds, "{} is silent on key {key}", preset.name);
        }
    }
}

/// Zones of the kit on this program of bank 128 that answer to a key at a velocity.
fn strokes(program: u16, key: u8, velocity: u8) -> Vec<&'static rae_soundfont::Zone> {
    let kit = model().presets.iter().find(|preset| (preset.bank, preset.program) == (128, program));
    let kit = kit.unwrap_or_else(|| panic!("kit {program} is missing"));
    let zones = &model().instruments[kit.zones[0].target.unwrap()].zones;
    let answers = |zone: &&rae_soundfont::Zone| {
        zone.keys == Some(key..=key) && zone.velocities.as_ref().is_none_or(|range| range.contains(&velocity))
    };
    zones.iter().filter(answers).collect()
}

#[test]
fn kits_cover_their_keys_at_every_velocity() {
    for (program, keys) in [0, 8, 16, 24, 25, 32, 40, 48].map(|kit| (kit, 27..=88)).into_iter().chain([(56, 39..=84)]) {
        for key in keys {
            for velocity in 1..=127 {
                let pans: Vec<_> = strokes(program, key, velocity)
                    .iter()
                    .map(|zone| zone.generators.get(Generator::Pan).unwrap_or(0))
                    .collect();
                let sides_differ = pans.len() == 2 && pans[0] < pans[1];
                assert!(pans.len() == 1 || sides_differ, "kit {program}, key {key}, velocity {velocity}: {pans:?}");
            }
        }
    }
}

#[test]
fn hi_hats_choke_each_other() {
    let class = |program, key| strokes(program, key, 100)[0].generators.get(Generator::ExclusiveClass).unwrap_or(0);
    for kit in [0, 8, 16, 24, 25, 32, 40] {
        assert!(class(kit, 42) != 0 && class(kit, 42) == class(kit, 44) && class(kit, 44) == class(kit, 46));
        assert_eq!(class(kit, 36), 0);
    }
    assert!(class(48, 27) != 0 && class(48, 27) == class(48, 28) && class(48, 28) == class(48, 29));
}

#[test]
fn kits_differ() {
    let targets = |program| -> Vec<usize> {
        [36, 38, 45, 41].iter().flat_map(|&key| strokes(program, key, 100)).filter_map(|zone| zone.target).collect()
    };
    let kits = [0, 8, 16, 24, 25, 32, 40, 48, 56].map(targets);
    for (i, kit) in kits.iter().enumerate() {
        assert!(!kits[..i].contains(kit), "kit {i} is like another");
    }
}

#[test]
fn samples_are_clean() {
    let mut peak_of_all = 0.0f64;
    for sample in &model().samples {
        let points = points(sample);
        let name = &sample.name;
        assert!(points.len() >= 48, "{name} is shorter than 48 points");
        assert!((400..=50_000).contains(&sample.rate), "{name} has a rate of {} Hz", sample.rate);
        let guard = &bank().1[sample.end as usize..sample.end as usize + 46];
        assert!(guard.iter().all(|&point| point == 0.0), "{name} is not followed by 46 zero points");
        let peak = points.iter().fold(0.0f64, |peak, point| peak.max(point.abs()));
        assert!(peak > 0.1 && peak < 1.0, "{name} peaks at {peak}");
        let looped = sample.loop_end > sample.loop_start;
        let cycle = (sample.loop_start - sample.start) as usize..(sample.loop_end - sample.start) as usize;
        let body = if looped { &points[cycle] } else { points };
        let mean = body.iter().sum::<f64>() / body.len() as f64;
        assert!(mean.abs() < 2e-3, "{name} has a mean of {mean}");
        peak_of_all = peak_of_all.max(peak);
    }
    assert!(peak_of_all > 0.8);
}

#[test]
fn loops_close() {
    for sample in model().samples.iter().filter(|sample| sample.loop_end > sample.loop_start) {
        let name = &sample.name;
        assert!(sample.start <= sample.loop_start && sample.loop_end + 8 <= sample.end, "{name} loops outside itself");
        let all = &bank().1;
        let (start, end) = (sample.loop_start as usize, sample.loop_end as usize);
        let wave = &all[start..end];
        let steepest = wave.windows(2).fold(0.0f64, |steepest, pair| steepest.max((pair[1] - pair[0]).abs()));
        for i in 0..8 {
            let difference = (all[start + i] - all[end + i]).abs();
            assert!(difference <= 0.002 + 0.02 * steepest, "{name}: point {i} after the loop differs by {difference}");
        }
        let seam = (all[start] - all[end - 1]).abs();
        assert!(seam <= steepest * 1.05, "{name} jumps by {seam} where it loops, elsewhere at most by {steepest}");
    }
}

/// Power of the discrete-time Fourier transform at a frequency in cycles per point.
fn power(wave: &[f64], frequency: f64) -> f64 {
    let (step_im, step_re) = (TAU * frequency).sin_cos();
    let (mut re, mut im, mut sum_re, mut sum_im) = (1.0, 0.0, 0.0, 0.0);
    for point in wave {
        sum_re += point * re;
        sum_im += point * im;
        (re, im) = (re * step_re - im * step_im, re * step_im + im * step_re);
    }
    sum_re * sum_re + sum_im * sum_im
}

/// Cents by which the strongest of the first harmonics is off, from the centre of gravity of its spectral line in the
/// loop played many times over.
fn cents_off(sample: &Sample) -> f64 {
    let all = &bank().1;
    let looped = &all[sample.loop_start as usize..sample.loop_end as usize];
    let length = looped.len().max(16_384) * 2;
    let hann = |i: usize| 0.5 - 0.5 * (TAU * i as f64 / length as f64).cos();
    let wave: Vec<f64> = looped.iter().cycle().take(length).enumerate().map(|(i, point)| point * hann(i)).collect();
    let root = 440.0 * ((f64::from(sample.root_key) - 69.0) / 12.0).exp2() / f64::from(sample.rate);
    let off_at = |harmonic: f64| {
        let (mut sum, mut moment) = (0.0, 0.0);
        for step in (-60..=60).step_by(2) {
            let cents = f64::from(step);
            let power = power(&wave, harmonic * root * (cents / 1200.0).exp2());
            sum += power;
            moment += power * cents;
        }
        (sum, moment / sum)
    };
    let candidates = [1.0, 2.0, 3.0].map(off_at);
    candidates.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).unwrap().1
}

#[test]
fn roots_are_in_tune() {
    let unpitched = ["Seashore", "Bird", "Telephone", "Helicopter", "Applause", "Rain", "Wind", "Stream", "Train"];
    let chorus = ["Strings", "Super Saw", "Choir", "Voice", "Brass Section", "Glass"];
    let mut checked = 0;
    for (i, sample) in model().samples.iter().enumerate() {
        let starts = |names: &[&str]| names.iter().any(|name| sample.name.starts_with(name));
        let looped = sample.loop_end > sample.loop_start;
        // Every third sample is measured: all families, in a few seconds.
        if !looped || i % 3 != 0 || starts(&unpitched) {
            continue;
        }
        let off = cents_off(sample);
        // In a section each player has a pitch of its own, and the strings of a piano key beat; only their middle can
        // be in tune.
        // The harmonics of stiff strings are stretched.
        let allowed = if starts(&chorus) || starts(&["Piano"]) { 6.0 } else { 2.0 };
        assert!(off.abs() <= allowed, "{} is {off:.2} cents off", sample.name);
        checked += 1;
    }
    assert!(checked > 80, "only {checked} samples are pitched");
}

#[test]
fn two_builds_are_equal() {
    assert!(rae_bank::bytes() == rae_bank::bytes());
}

#[test]
fn stays_small() {
    // 16-bit points: half as many as bytes.
    assert!(rae_bank::bytes().len() < 24_000_000);
}

#[test]
fn is_opened_once() {
    assert!(std::sync::Arc::ptr_eq(&rae_bank::soundfont(), &rae_bank::soundfont()));
}
