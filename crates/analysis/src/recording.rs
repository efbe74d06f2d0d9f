//! The assessment of sound.

use crate::align::align;
use crate::assess::{Folded, Report, Settings, by_onset};
use crate::assessment::{Assessment, Status};
use crate::evidence::{Ear, LOW_RATE, Network, RATE, decimate};
use crate::expected::Expected;
use crate::intonation::{Intonation, own_tuning};
use crate::verdict::Trained;

/// Peak below which there is nothing to hear.
const SILENCE: f32 = 1e-4;

/// Least length of a recording, seconds.
const SHORTEST: f64 = 0.5;

/// So many samples in a row this near to the highest are clipped; how many such rows there must be, and how high that is at
/// least: in quiet recordings many samples are equal, since there are few levels.
const CLIPPED: f32 = 0.9999;
const CLIPPED_ROW: usize = 3;
const CLIPPED_ROWS: usize = 5;
const CLIPPED_LEVEL: f32 = 0.7;

/// Rate that recordings have to be at, hertz.
pub const RECORDING_RATE: u32 = RATE;

/// What listens and decides.
pub struct Assessor {
    onsets: Network,
    played: Network,
    extra: Network,
}

impl Assessor {
    /// With the networks that came with it.
    pub fn new() -> Assessor {
        let read = |bytes: &[u8]| Network::read(bytes).expect("the engine's own networks are whole");
        Assessor {
            onsets: read(include_bytes!("../models/onsets.bin")),
            played: read(include_bytes!("../models/played.bin")),
            extra: read(include_bytes!("../models/extra.bin")),
        }
    }

    /// Assesses a mono recording at [`RECORDING_RATE`] against what is expected.
    pub fn assess(&self, expected: &Expected, audio: &[f32], settings: &Settings) -> Assessment {
        let audio = cleaned(audio);
        let peak = audio.iter().map(|x| x.abs()).fold(0.0, f32::max);
        let silent = peak < SILENCE || (audio.len() as f64) < SHORTEST * f64::from(RATE);
        if silent {
            let mut assessment = crate::assess(expected, &[], settings);
            assessment.quality.silent = true;
            return assessment;
        }
        let low = decimate(&audio);
        let ear = Ear::new(&audio, &low);
        let mut heard = ear.notes(&self.onsets);
        let folded = Folded::new(expected, &heard, settings);
        let alignment = align(&folded.expected, &folded.heard);
        if let Some(alignment) = &alignment {
            let predicted = expected.notes().iter().zip(&alignment.predicted);
            let predicted = predicted.filter_map(|(note, time)| Some(((*time)?, note.pitch)));
            heard.extend(ear.weak_notes(predicted, &heard, &self.onsets));
            by_onset(&mut heard);
        }
        let folded = Folded::new(expected, &heard, settings);
        let judge = Trained { ear: &ear, played: &self.played, extra: &self.extra };
        let verdicts = folded.decide(alignment.as_ref(), &judge);
        let alignment = alignment.unwrap_or_default();
        let report = Report { expected, heard: &heard, alignment: &alignment, verdicts: &verdicts, settings };
        let mut assessment = report.assessment();
        assessment.tuning_cents = Some(100.0 * ear.tuning());
        tune(&mut assessment, expected, &mut Intonation::new(&audio, &low, ear.tuning()));
        assessment.quality.clipped = is_clipped(&audio, peak);
        assessment.quality.snr_db = signal_to_noise(&audio);
        assessment
    }
}

impl Default for Assessor {
    fn default() -> Assessor {
        Assessor::new()
    }
}

/// Without a constant part and what is no number.
fn cleaned(audio: &[f32]) -> Vec<f32> {
    let finite = |x: &f32| if x.is_finite() { *x } else { 0.0 };
    let mean = audio.iter().map(|x| f64::from(finite(x))).sum::<f64>() / audio.len().max(1) as f64;
    audio.iter().map(|x| finite(x) - mean as f32).collect()
}

/// Adds the intonation of notes that are right.
fn tune(assessment: &mut Assessment, expected: &Expected, intonation: &mut Intonation<'_>) {
    for (note, expected) in assessment.notes.iter_mut().zip(expected.notes()) {
        if let (Status::Correct, Some(onset), Some(key)) = (note.status, note.played_onset_s, note.played_pitch) {
            note.cents_error = intonation.cents(key, onset, expected.duration);
        }
    }
    let cents: Vec<f64> = assessment.notes.iter().filter_map(|note| note.cents_error).collect();
    let Some(own) = own_tuning(&cents) else { return };
    for note in &mut assessment.notes {
        note.cents_vs_own_tuning = note.cents_error.map(|cents| cents - own);
    }
}

/// Whether samples lie at the highest level again and again.
fn is_clipped(audio: &[f32], peak: f32) -> bool {
    let mut row = 0;
    let rows = audio.iter().filter(|x| {
        row = if x.abs() >= CLIPPED * peak { row + 1 } else { 0 };
        row == CLIPPED_ROW
    });
    peak >= CLIPPED_LEVEL && rows.count() >= CLIPPED_ROWS
}

/// Ratio of loud to quiet stretches of 100 ms, decibels: the level that a tenth of them exceed by that which a tenth stay
/// below.
fn signal_to_noise(audio: &[f32]) -> Option<f64> {
    let mut powers: Vec<f64> = audio
        .chunks_exact(LOW_RATE as usize * 4 / 10)
        .map(|piece| piece.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / piece.len() as f64)
        .collect();
    powers.sort_by(f64::total_cmp);
    let at = |share: f64| powers.get((share * powers.len() as f64) as usize);
    let (quiet, loud) = (at(0.1)?, at(0.9)?);
    Some(10.0 * ((loud + 1e-12) / (quiet + 1e-12)).log10())
}

#[cfg(test)]
mod tests {
    use super::is_clipped;

    #[test]
    fn only_loud_recordings_are_clipped() {
        let sine = |level: f32| (0..16_000).map(move |n| level * (0.1 * n as f32).sin());
        let peak = |audio: &[f32]| audio.iter().map(|x| x.abs()).fold(0.0, f32::max);
        let quiet: Vec<f32> = sine(20.0).map(|x| x.round() / 32_768.0).collect();
        let cut: Vec<f32> = sine(1.5).map(|x| x.clamp(-1.0, 1.0)).collect();
        let whole: Vec<f32> = sine(0.9).collect();
        assert_eq!([&quiet, &cut, &whole].map(|audio| is_clipped(audio, peak(audio))), [false, true, false]);
    }
}
