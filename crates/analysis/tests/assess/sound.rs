//! Sound made by formulas, assessed.

use std::f64::consts::TAU;

use rae_analysis::{Assessment, Assessor, Expected, PlayedNote, RECORDING_RATE, Settings, Status};

use crate::performer::{CLEAN, Dice, Manner, accompanied, melody, note, perform};

/// How a tone sounds.
#[derive(Clone, Copy)]
pub(crate) struct Tone {
    /// Cents above equal temperament at A = 440 Hz.
    cents: f64,
    /// Times a second, and cents up and down.
    vibrato: (f64, f64),
    /// Seconds in which a struck tone falls to a thousandth; tones that last have none.
    pub(crate) decay: Option<f64>,
}

pub(crate) const STRUCK: Tone = Tone { cents: 0.0, vibrato: (0.0, 0.0), decay: Some(2.5) };
pub(crate) const BOWED: Tone = Tone { cents: 0.0, vibrato: (0.0, 0.0), decay: None };

/// Tones of eight partials, 1/k loud each.
pub(crate) fn sound(notes: &[(f64, f64, u8, f64)], tone: Tone, seconds: f64) -> Vec<f32> {
    let rate = f64::from(RECORDING_RATE);
    let mut audio = vec![0.0f32; (seconds * rate) as usize];
    for &(onset, duration, pitch, loudness) in notes {
        let nominal = 440.0 * ((f64::from(pitch) - 69.0) / 12.0).exp2();
        let mut phase = 0.0;
        let first = (onset * rate) as usize;
        let sounding = ((duration + 0.15) * rate) as usize;
        for (n, sample) in audio.iter_mut().skip(first).take(sounding).enumerate() {
            let time = n as f64 / rate;
            let swing = tone.cents + tone.vibrato.1 * (TAU * tone.vibrato.0 * time).sin();
            let frequency = nominal * (swing / 1200.0).exp2();
            phase += TAU * frequency / rate;
            let rise = (time / if tone.decay.is_some() { 0.003 } else { 0.04 }).min(1.0);
            let fall = tone.decay.map_or(1.0, |decay| (-6.9 * time / decay).exp());
            let release = (1.0 - (time - duration) / 0.1).clamp(0.0, 1.0);
            let partials = (1..=8).filter(|&k| f64::from(k) * frequency < 0.45 * rate);
            let wave: f64 = partials.map(|k| (f64::from(k) * phase).sin() / f64::from(k)).sum();
            *sample += (0.1 * loudness * rise * fall * release * wave) as f32;
        }
    }
    audio
}

/// All notes of a piece, as they were played.
fn played(expected: &Expected, played: &[PlayedNote], slope: f64, tone: Tone) -> Vec<f32> {
    assert_eq!(played.len(), expected.notes().len());
    let notes = expected.notes().iter().zip(played);
    let notes: Vec<_> = notes.map(|(note, played)| (played.onset, slope * note.duration, played.pitch, 1.0)).collect();
    let end = played.iter().map(|note| note.onset).fold(0.0, f64::max);
    sound(&notes, tone, end + 2.0)
}

pub(crate) fn assessed(expected: &Expected, audio: Vec<f32>) -> Assessment {
    Assessor::new().assess(expected, audio, &Settings::default())
}

fn noise(dice: &mut Dice, seconds: f64, level: f64) -> Vec<f32> {
    (0..(seconds * f64::from(RECORDING_RATE)) as usize).map(|_| (level * dice.normal()) as f32).collect()
}

#[test]
fn melodies_are_heard_at_any_tempo_and_tuning() {
    let mut dice = Dice(21);
    for (slope, cents) in [(0.6, 0.0), (0.8, 50.0), (1.0, -50.0), (1.3, 30.0), (1.6, -20.0)] {
        for (expected, tone) in [(melody(&mut dice, 40.0, 90.0), BOWED), (accompanied(&mut dice, 24.0, 80.0), STRUCK)] {
            let manner = Manner { slope, drift: 0.1, jitter: 0.01, ..CLEAN };
            let performance = perform(&expected, &manner, &mut dice);
            let tone = Tone { cents, ..tone };
            let assessment = assessed(&expected, played(&expected, &performance.played, slope, tone));
            let right = assessment.counts.correct as f64 / expected.notes().len() as f64;
            assert!(right > 0.93, "{slope}, {cents} cents: {:?}", assessment.counts);
            assert!(assessment.rhythm_accuracy.unwrap() > 0.9, "{slope}: {:?}", assessment.rhythm_accuracy);
            let tuning = assessment.tuning_cents.unwrap();
            assert!((tuning - cents).abs() < 6.0, "{tuning}");
        }
    }
}

#[test]
fn intonation_is_measured_from_a_440_and_from_the_players_own_tuning() {
    let mut dice = Dice(22);
    let expected = melody(&mut dice, 32.0, 70.0);
    let manner = Manner { slope: 1.0, ..CLEAN };
    let performance = perform(&expected, &manner, &mut dice);
    let swinging = Tone { cents: 18.0, vibrato: (5.5, 25.0), decay: None };
    let audio = played(&expected, &performance.played, 1.0, swinging);
    let assessment = assessed(&expected, audio);
    let right: Vec<_> = assessment.notes.iter().filter(|note| note.status == Status::Correct).collect();
    assert!(right.len() * 10 >= 9 * expected.notes().len());
    let mut found = 0;
    for note in &right {
        let (cents, own) = (note.cents_error.unwrap(), note.cents_vs_own_tuning.unwrap());
        // Short notes hold a part of a swing.
        let near = if expected.notes()[note.expected_index].duration > 0.7 { 4.0 } else { 18.0 };
        assert!((cents - 18.0).abs() < near && own.abs() < near + 1.0, "{cents} {own}");
        if let Some(vibrato) = note.vibrato {
            found += 1;
            assert!((vibrato.rate_hz - 5.5).abs() < 0.5, "{vibrato:?}");
            assert!((vibrato.extent_cents - 25.0).abs() < 6.0, "{vibrato:?}");
        }
    }
    // Eighths are too short to tell.
    let long = expected.notes().iter().filter(|note| note.duration > 0.7).count();
    assert!(found >= long / 2, "{found} of {long}");
    let still = assessed(&expected, played(&expected, &performance.played, 1.0, BOWED));
    assert!(still.notes.iter().all(|note| note.vibrato.is_none()));
}

#[test]
fn silence_noise_and_scraps_are_no_performance() {
    let expected = melody(&mut Dice(23), 24.0, 90.0);
    let count = expected.notes().len();
    for audio in [Vec::new(), vec![0.0; 16_000 * 10], vec![f32::NAN; 16_000], vec![0.5; 40_000], vec![1.0; 100]] {
        let silence = assessed(&expected, audio);
        assert_eq!((silence.pitch_accuracy, silence.rhythm_accuracy), (Some(0.0), None));
        assert!(silence.quality.silent && silence.notes_played == 0 && silence.counts.missed == count);
    }
    for level in [0.001, 0.1, 3.0] {
        let hiss = assessed(&expected, noise(&mut Dice(24), 12.0, level));
        assert!(hiss.pitch_accuracy.is_none_or(|accuracy| accuracy <= 0.05), "{:?}", hiss.counts);
        assert!(hiss.counts.correct <= 1, "{:?}", hiss.counts);
    }
}

#[test]
fn another_piece_is_called_so_and_half_of_one_is_half() {
    let mut dice = Dice(25);
    let (expected, other) = (melody(&mut dice, 48.0, 90.0), accompanied(&mut dice, 32.0, 74.0));
    let performance = perform(&other, &CLEAN, &mut dice);
    let assessment = assessed(&expected, played(&other, &performance.played, 1.0, STRUCK));
    assert!(assessment.pitch_accuracy.is_none_or(|accuracy| accuracy < 0.35), "{:?}", assessment.counts);
    let performance = perform(&expected, &CLEAN, &mut dice);
    let mut audio = played(&expected, &performance.played, 1.0, STRUCK);
    audio.truncate(audio.len() / 2);
    let half = assessed(&expected, audio);
    let share = half.counts.correct as f64 / expected.notes().len() as f64;
    assert!((share - 0.48).abs() < 0.08 && (half.completion - 0.5).abs() < 0.1, "{share} {}", half.completion);
    let nothing = assessed(&Expected::default(), sound(&[(0.5, 1.0, 60, 1.0)], STRUCK, 3.0));
    assert!(nothing.pitch_accuracy.is_none() && nothing.reason.is_some());
}

#[test]
fn soft_notes_are_not_missed() {
    // Every third is 20 dB softer than the rest.
    let pitches = [60u8, 64, 67, 71, 72, 69, 65, 62];
    let written: Vec<_> = (0..48).map(|n| note(0.4 * f64::from(n), 0.35, pitches[n as usize % 8], 1)).collect();
    let expected = Expected::from_notes(written);
    let loudness = |n: usize| if n % 3 == 2 { 0.1 } else { 1.0 };
    let notes = expected.notes().iter().enumerate();
    let notes: Vec<_> = notes.map(|(n, note)| (0.5 + note.onset, 0.35, note.pitch, loudness(n))).collect();
    let assessment = assessed(&expected, sound(&notes, STRUCK, 22.0));
    assert!(assessment.counts.missed <= 2, "{:?}", assessment.counts);
}

#[test]
fn a_note_at_the_very_beginning_of_a_recording_is_heard() {
    for seed in 40..46 {
        let mut dice = Dice(seed);
        let expected = melody(&mut dice, 24.0, 90.0);
        let performance = perform(&expected, &Manner { lead: 0.0, ..CLEAN }, &mut dice);
        let mut wrong = performance.played.clone();
        wrong[0].pitch += 1;
        for (notes, status) in [(&performance.played, Status::Correct), (&wrong, Status::WrongPitch)] {
            let assessment = assessed(&expected, played(&expected, notes, 1.0, STRUCK));
            let first = &assessment.notes[0];
            assert_eq!((first.status, first.played_pitch), (status, Some(notes[0].pitch)), "{seed}");
            assert!(first.played_onset_s.unwrap() < 0.03 && first.predicted_onset_s.unwrap().abs() < 0.03, "{first:?}");
            assert_eq!(assessment.counts.extra, 0, "{seed}");
        }
        // Where a held note is cut there is none that begins.
        let half = expected.notes()[expected.notes().len() / 2];
        let mut cut = played(&expected, &performance.played, 1.0, BOWED);
        cut.drain(..((half.onset + 0.5 * half.duration) * f64::from(RECORDING_RATE)) as usize);
        let assessment = assessed(&expected, cut);
        assert!(assessment.counts.extra <= 1 && assessment.counts.wrong_pitch == 0, "{seed}: {:?}", assessment.counts);
    }
}
