//! The bank as a listener hears it: every program rendered by the synthesizer and measured.

mod common;

use common::{
    DECAYING, Note, PITCHED, SUSTAINED, Spectra, chord, clusters, distance, fingerprint, integrated_loudness, level_db,
    melody, momentary_loudness, render,
};

/// Checks a half of the pitched programs: tests run side by side.
fn check_pitch(programs: impl Iterator<Item = u8>) {
    let spectra = &mut Spectra::new();
    for program in programs {
        for key in 36..=84 {
            let wave = render(0, program, &[Note(key, 100, 0.0, 1.1)], 1.0).mono();
            let off = spectra.cents_off(&wave, key);
            assert!(off.abs() <= 10.0, "program {program} is {off:.1} cents off at key {key}");
        }
    }
}

#[test]
fn first_half_is_in_tune() {
    check_pitch(PITCHED.filter(|program| *program < 58));
}

#[test]
fn second_half_is_in_tune() {
    check_pitch(PITCHED.filter(|program| *program >= 58));
}

#[test]
fn programs_are_equally_loud() {
    for (notes, seconds) in [melody(), chord()] {
        let loudness: Vec<f64> =
            (0..128).map(|program| integrated_loudness(&render(0, program, &notes, seconds))).collect();
        let extreme = |pick: fn(f64, f64) -> f64| loudness.iter().copied().reduce(pick).expect("programs");
        let middle = (extreme(f64::min) + extreme(f64::max)) / 2.0;
        for (program, loudness) in loudness.iter().enumerate() {
            assert!((loudness - middle).abs() <= 4.0, "program {program}: {loudness:.1} LUFS of {middle:.1} ± 4");
        }
    }
}

#[test]
fn nothing_clips_or_has_an_offset() {
    let (mut notes, seconds) = chord();
    notes.iter_mut().for_each(|note| note.1 = 127);
    for program in 0..128 {
        let audio = render(0, program, &notes, seconds);
        // Four keys at full velocity, at the level at which one full-scale sample reaches 1.
        assert!(audio.peak() < 2.0, "program {program} peaks at {}", audio.peak());
        let single = render(0, program, &[Note(60, 127, 0.0, 2.0)], 2.0);
        assert!(single.peak() < 1.0, "program {program} peaks at {}", single.peak());
        for side in [&single.left, &single.right] {
            let mean = side.iter().map(|&point| f64::from(point)).sum::<f64>() / side.len() as f64;
            assert!(mean.abs() < 1e-3, "program {program} has an offset of {mean:.1e}");
        }
    }
}

#[test]
fn plucked_and_struck_sounds_decay() {
    for program in DECAYING {
        let audio = render(0, program, &[Note(60, 100, 0.0, 3.0)], 3.0);
        let (early, late) = (level_db(&audio, 0.0, 0.3), level_db(&audio, 2.5, 2.8));
        assert!(late < early - 8.0, "program {program}: {early:.1} dB at first, then {late:.1} dB");
    }
}

#[test]
fn sustained_sounds_sustain() {
    for program in SUSTAINED {
        let audio = render(0, program, &[Note(60, 100, 0.0, 6.5)], 6.5);
        let (early, late) = (level_db(&audio, 1.0, 2.5), level_db(&audio, 4.5, 6.0));
        assert!((late - early).abs() < 3.0, "program {program}: {early:.1} dB at first, then {late:.1} dB");
    }
}

#[test]
fn released_notes_end() {
    for program in PITCHED {
        let audio = render(0, program, &[Note(60, 100, 0.0, 0.5)], 6.0);
        let (early, late) = (level_db(&audio, 0.2, 0.5), level_db(&audio, 5.5, 6.0));
        assert!(late < early - 50.0, "program {program}: {early:.1} dB, long after its end {late:.1} dB");
    }
}

#[test]
fn timbres_are_many() {
    let spectra = &mut Spectra::new();
    let prints: Vec<Vec<f64>> = (0..128).map(|program| fingerprint(program, spectra)).collect();
    let count = clusters(&prints, 4.0);
    assert!(count >= 48, "{count} timbres");
    for (program, print) in prints.iter().enumerate() {
        let twin = prints[..program].iter().position(|other| distance(other, print) < 0.5);
        assert_eq!(twin, None, "program {program} sounds like another");
    }
}

/// Centre of gravity of the spectrum of a note's first half second, hertz.
fn brightness(program: u8, key: u8, velocity: u8, spectra: &mut Spectra) -> f64 {
    let wave = render(0, program, &[Note(key, velocity, 0.0, 1.0)], 0.5).mono();
    let power = spectra.power(&wave, 1 << 15);
    let sum: f64 = power.iter().map(|power| power.sqrt()).sum();
    let moment: f64 = power.iter().enumerate().map(|(bin, power)| bin as f64 * power.sqrt()).sum();
    moment / sum * common::RATE / f64::from(1 << 15)
}

#[test]
fn hard_strokes_are_brighter() {
    let spectra = &mut Spectra::new();
    for program in [0, 1, 4, 24, 25, 32, 33, 40, 48, 56, 60, 61, 66, 71] {
        let (soft, hard) = (brightness(program, 55, 40, spectra), brightness(program, 55, 120, spectra));
        assert!(hard > soft * 1.12, "program {program}: {soft:.0} Hz when soft, {hard:.0} Hz when loud");
    }
}

#[test]
fn ensembles_and_pianos_are_wide() {
    for program in [0, 2, 5, 19, 44, 48, 49, 50, 52, 61, 62, 89, 90, 91, 92, 95] {
        let audio = render(0, program, &[Note(60, 100, 0.0, 2.0)], 2.0);
        let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
        let power = product(&audio.left, &audio.left) * product(&audio.right, &audio.right);
        let correlation = product(&audio.left, &audio.right) / power.sqrt();
        assert!(correlation < 0.97, "program {program}: the sides correlate by {correlation:.2}");
    }
}

#[test]
fn all_drums_sound() {
    for kit in [0, 8, 16, 24, 25, 32, 40, 48, 56] {
        for key in if kit == 56 { 39..=84 } else { 27..=88 } {
            let audio = render(9, kit, &[Note(key, 110, 0.0, 0.5)], 1.0);
            let loudness = momentary_loudness(&audio);
            assert!((-50.0..-8.0).contains(&loudness), "kit {kit}, key {key}: {loudness:.1} LUFS");
            assert!(audio.peak() < 1.0, "kit {kit}, key {key} peaks at {}", audio.peak());
        }
    }
}
