//! What is said about a performance. Its JSON form is described by `schemas/assessment.schema.json`.

use serde::Serialize;

use crate::contour::Vibrato;
use crate::difficulty::Difficulty;

/// The result. C, W and M are expected notes played right, at a wrong pitch and not at all; X are notes that answer none.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Assessment {
    /// Of these definitions: 1.
    pub definitions_version: u32,
    /// C / (C + W + M + X) (Dixon 2000; the "accuracy" of MIREX). None where nothing is expected or another piece was played.
    pub pitch_accuracy: Option<f64>,
    /// Mean over played notes of a score that is 1 up to 40 ms from the local tempo and 0 from 200 ms on. None where fewer
    /// than three expected notes were played.
    pub rhythm_accuracy: Option<f64>,
    /// C + W + X.
    pub notes_played: usize,
    /// C + W + M.
    pub notes_expected: usize,
    /// How far played notes are from the local tempo, in the order of the expected ones.
    pub timing_deviations: Vec<TimingDeviation>,
    /// Why there are no accuracies.
    pub reason: Option<String>,
    /// Every expected note.
    pub notes: Vec<NoteAssessment>,
    /// Notes that answer no expected one; of a part of the piece those that were played in its bars and near to its notes
    /// rather than to those of other hands, tracks and channels.
    pub extra_notes: Vec<ExtraNote>,
    /// Jumps back in the piece.
    pub restarts: Vec<Restart>,
    /// What was played again later, in order of time.
    pub abandoned: Vec<Abandoned>,
    /// How fast it was played.
    pub tempo: TempoReport,
    /// Deviation of the instrument's tuning from A = 440 Hz, cents; none for MIDI recordings.
    pub tuning_cents: Option<f64>,
    /// Bar by bar.
    pub sections: Vec<Section>,
    /// The bars that need work most, at most three, the weakest first.
    pub weakest_bars: Vec<u64>,
    /// What to do about it, at most three.
    pub advice: Vec<Advice>,
    /// How many of each.
    pub counts: Counts,
    /// Share of the expected notes between the first and the last that were reached.
    pub completion: f64,
    /// How far the result can be relied on.
    pub quality: Quality,
    /// How hard the expected notes are to play.
    pub difficulty: Difficulty,
    /// What a reader should know besides.
    pub notices: Vec<String>,
}

/// C, W, M and X.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Expected notes played right.
    pub correct: usize,
    /// Expected notes at whose place another pitch was played.
    pub wrong_pitch: usize,
    /// Expected notes that were not played.
    pub missed: usize,
    /// Notes that answer no expected one.
    pub extra: usize,
}

/// What became of an expected note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Played.
    Correct,
    /// Another pitch was played at its place.
    WrongPitch,
    /// Not played.
    Missed,
}

/// When a note was played, as the strictness sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// Before its time.
    Early,
    /// Near enough to it.
    OnTime,
    /// After it.
    Late,
}

/// An expected note and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NoteAssessment {
    /// Its place among the expected notes, by onset and pitch, duplicates merged.
    pub expected_index: usize,
    /// Expected key number; 60 is middle C.
    pub pitch: u8,
    /// Bar, from 1.
    pub bar: u64,
    /// When it is written, seconds of the score.
    pub expected_onset_s: f64,
    /// When it was due at the player's own tempo, seconds of the recording; none where nobody can tell.
    pub predicted_onset_s: Option<f64>,
    /// What became of it.
    pub status: Status,
    /// When it was played, seconds of the recording.
    pub played_onset_s: Option<f64>,
    /// What was played.
    pub played_pitch: Option<u8>,
    /// Probability that the status is right.
    pub confidence: f64,
    /// Milliseconds after the local tempo; negative is early.
    pub deviation_ms: Option<f64>,
    /// The same in a word.
    pub timing: Option<Timing>,
    /// Deviation from equal temperament at A = 440 Hz, cents.
    pub cents_error: Option<f64>,
    /// Deviation from the player's own tuning, cents.
    pub cents_vs_own_tuning: Option<f64>,
    /// How its pitch swings, where the note sounds alone and does.
    pub vibrato: Option<Vibrato>,
    /// Played length by written length at the local tempo.
    pub duration_ratio: Option<f64>,
    /// How loud it was played: decibels below full velocity, or full scale.
    pub level_db: Option<f64>,
}

/// A note that answers no expected one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExtraNote {
    /// When, seconds of the recording.
    pub onset_s: f64,
    /// Key number.
    pub pitch: u8,
    /// Probability that it was played.
    pub confidence: f64,
}

/// How far a note was from the local tempo.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimingDeviation {
    /// Its place among the expected notes.
    pub expected_index: usize,
    /// Seconds of the score.
    pub expected_onset_s: f64,
    /// Seconds of the recording.
    pub played_onset_s: f64,
    /// Milliseconds; negative is early.
    pub deviation_ms: f64,
}

/// A jump back in the piece.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Restart {
    /// When playing resumed, seconds of the recording.
    pub at_s: f64,
    /// When what is played again was played first, seconds of the recording.
    pub abandoned_from_s: f64,
    /// Where in the piece, seconds of the score.
    pub score_s: f64,
    /// The bar it went back to.
    pub bar: u64,
}

/// A stretch of the recording that is not judged, because its notes were played again later.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Abandoned {
    /// Where it begins, seconds of the recording.
    pub from_s: f64,
    /// Where it ends, seconds of the recording.
    pub until_s: f64,
}

/// How fast the piece was played.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TempoReport {
    /// Played tempo by written tempo: 1.1 is a tenth faster. None where too little was played.
    pub ratio: Option<f64>,
    /// The same bar by bar.
    pub curve: Vec<TempoPoint>,
    /// From 0 to 1: 1 less four times the standard deviation of the curve's binary logarithm, so that 1 is perfectly steady
    /// and 0 varies by a fifth.
    pub steadiness: Option<f64>,
}

/// The tempo of a bar.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TempoPoint {
    /// The bar.
    pub bar: u64,
    /// Where it begins in the piece, seconds of the score.
    pub score_s: f64,
    /// Played tempo by written tempo.
    pub ratio: f64,
}

/// A bar.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Section {
    /// Its number, from 1.
    pub bar: u64,
    /// Onset of its first expected note, seconds of the score.
    pub score_s: f64,
    /// When that was, or would have been, played, seconds of the recording.
    pub recording_s: Option<f64>,
    /// How many of each.
    pub counts: Counts,
    /// Mean distance from the local tempo, milliseconds.
    pub mean_deviation_ms: Option<f64>,
    /// Share of its notes that are right, extra ones counted as wrong, less up to a quarter for timing.
    pub score: f64,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Advice {
    /// What it is about.
    pub code: AdviceCode,
    /// The bars concerned, if some are.
    pub bars: Vec<u64>,
    /// In words, English.
    pub text: String,
}

/// What advice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdviceCode {
    /// Everything was right.
    WellDone,
    /// Some bars hold most of the mistakes.
    PractiseBars,
    /// Many notes were left out.
    MissedNotes,
    /// Many pitches were wrong.
    WrongPitches,
    /// Many notes were played that are not written.
    ExtraNotes,
    /// The tempo went up and down.
    UnsteadyTempo,
    /// The tempo rose.
    Rushing,
    /// The tempo fell.
    Dragging,
    /// Single notes were early or late.
    UnevenRhythm,
    /// The piece was begun again and again.
    Restarts,
    /// The end was not reached.
    Unfinished,
}

/// How far the result can be relied on.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Quality {
    /// Ratio of signal to noise, decibels; none for MIDI recordings.
    pub snr_db: Option<f64>,
    /// Whether the recording is clipped.
    pub clipped: bool,
    /// Whether nothing is to be heard.
    pub silent: bool,
    /// Share of what was heard and of what is expected that the alignment explains, 0 to 1.
    pub alignment_confidence: f64,
    /// Probability that it is this piece that was played.
    pub same_piece_probability: f64,
}
