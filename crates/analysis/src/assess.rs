//! From expected and played notes to the assessment.

use crate::advice::{Findings, advice};
use crate::align::{Alignment, Search};
use crate::assessment::{
    Abandoned, Assessment, Counts, ExtraNote, NoteAssessment, Quality, Restart, Status, Timing, TimingDeviation,
};
use crate::difficulty::Difficulty;
use crate::expected::{Expected, ExpectedNote};
use crate::played::PlayedNote;
use crate::scope::{Outcome, best_scope, reached};
use crate::sections::{sections, tempo, weakest};
use crate::timing::{Anchor, deviations, part_of};
use crate::verdict::{Certain, Verdict, Verdicts};

/// Version of the definitions behind the result.
const DEFINITIONS: u32 = 1;

/// Deviations that cost nothing, and from which on a note counts nothing, seconds.
const RHYTHM_FREE: f64 = 0.04;
const RHYTHM_WORST: f64 = 0.2;

/// Share explained at which one cannot tell whether it is the same piece, and how quickly doubt goes beyond.
const SAME_PIECE_EVEN: f64 = 0.35;
const SAME_PIECE_SLOPE: f64 = 25.0;

/// Below this probability it is called another piece.
const OTHER_PIECE: f64 = 0.5;

/// How exact a note's time must be to be called on time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Within 100 ms of the local tempo.
    Beginner,
    /// Within 60 ms.
    #[default]
    Standard,
    /// Within 40 ms.
    Exam,
}

impl Strictness {
    fn milliseconds(self) -> f64 {
        match self {
            Strictness::Beginner => 100.0,
            Strictness::Standard => 60.0,
            Strictness::Exam => 40.0,
        }
    }
}

/// How to assess.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// What counts as early and late. The accuracies do not depend on it.
    pub strictness: Strictness,
    /// Whether a note an octave or more octaves off is right.
    pub any_octave: bool,
}

/// Assesses notes that an instrument recorded itself, in any order, against what is expected.
pub fn assess(expected: &Expected, heard: &[PlayedNote], settings: &Settings) -> Assessment {
    let mut heard: Vec<PlayedNote> = heard.iter().filter(|note| note.onset.is_finite()).copied().collect();
    by_onset(&mut heard);
    let scopes = expected.scopes();
    let (scope, alignment) = best_scope(&scopes, &heard, settings, Search::default());
    let outcome = scope.decide((alignment, &heard), settings, (&Certain, expected.is_excerpt()));
    Report::new(expected, &heard, &outcome, settings).assessment()
}

pub(crate) fn by_onset(notes: &mut [PlayedNote]) {
    notes.sort_by(|a, b| a.onset.total_cmp(&b.onset).then(a.pitch.cmp(&b.pitch)));
}

/// What an assessment is drawn from.
pub(crate) struct Report<'a> {
    expected: &'a Expected,
    heard: &'a [PlayedNote],
    alignment: &'a Alignment,
    verdicts: &'a Verdicts,
    outcome: &'a Outcome,
    settings: &'a Settings,
}

/// A note that was played for an expected one.
struct Played {
    note: usize,
    score: f64,
    time: f64,
    deviation: f64,
}

impl Report<'_> {
    pub(crate) fn new<'a>(
        expected: &'a Expected,
        heard: &'a [PlayedNote],
        outcome: &'a Outcome,
        settings: &'a Settings,
    ) -> Report<'a> {
        let Outcome { alignment, verdicts, .. } = outcome;
        Report { expected, heard, alignment, verdicts, outcome, settings }
    }

    pub(crate) fn assessment(&self) -> Assessment {
        let played = self.played();
        let rhythm = (played.len() >= 3).then(|| played.iter().map(|note| rhythm_score(note.deviation)).sum::<f64>());
        let counts = self.counts();
        let notes = self.notes(&played);
        let restarts = self.restarts();
        let extras: Vec<f64> = self.verdicts.extras.iter().map(|&extra| self.heard[extra].onset).collect();
        let aligned = (!self.alignment.predicted.is_empty()).then_some(self.alignment);
        let sections = sections(self.expected, &notes, &extras, aligned);
        let mut assessment = Assessment {
            definitions_version: DEFINITIONS,
            pitch_accuracy: accuracy(counts),
            rhythm_accuracy: rhythm.map(|sum| sum / played.len() as f64),
            notes_played: counts.correct + counts.wrong_pitch + counts.extra,
            notes_expected: notes.len(),
            timing_deviations: played.iter().map(timing_deviation).collect(),
            reason: None,
            extra_notes: self.verdicts.extras.iter().map(|&extra| self.extra(extra)).collect(),
            tempo: tempo(self.expected, &self.attempts(&played)),
            tuning_cents: None,
            weakest_bars: weakest(&sections, self.reached_bars()),
            advice: Vec::new(),
            counts,
            completion: self.reached().len() as f64 / notes.len().max(1) as f64,
            quality: self.quality(),
            difficulty: Difficulty::of(self.expected.notes()),
            notices: self.notices(),
            notes,
            restarts,
            abandoned: self.abandoned(),
            sections,
        };
        self.judge_piece(&mut assessment);
        assessment
    }

    /// Without accuracies where nothing was expected or another piece was played; otherwise with advice.
    fn judge_piece(&self, assessment: &mut Assessment) {
        let other = assessment.quality.same_piece_probability < OTHER_PIECE && !self.heard.is_empty();
        let reason = if assessment.notes_expected == 0 {
            Some("no notes are expected")
        } else if other {
            Some("what was played does not seem to be this piece")
        } else {
            None
        };
        if let Some(reason) = reason {
            assessment.reason = Some(reason.to_owned());
            (assessment.pitch_accuracy, assessment.rhythm_accuracy) = (None, None);
            return;
        }
        if assessment.quality.silent {
            return;
        }
        assessment.advice = advice(&Findings {
            counts: assessment.counts,
            off_time: assessment.notes.iter().filter(|note| note.timing.is_some_and(|t| t != Timing::OnTime)).count(),
            rhythm_accuracy: assessment.rhythm_accuracy,
            tempo: &assessment.tempo,
            sections: &assessment.sections,
            weakest: &assessment.weakest_bars,
            restarts: &assessment.restarts,
            completion: assessment.completion,
        });
    }

    fn counts(&self) -> Counts {
        let count = |wanted: fn(&Verdict) -> bool| self.verdicts.notes.iter().filter(|verdict| wanted(verdict)).count();
        Counts {
            correct: count(|verdict| matches!(verdict, Verdict::Correct { .. })),
            wrong_pitch: count(|verdict| matches!(verdict, Verdict::WrongPitch { .. })),
            missed: count(|verdict| matches!(verdict, Verdict::Missed)),
            extra: self.verdicts.extras.len(),
        }
    }

    fn played(&self) -> Vec<Played> {
        let heard = self.verdicts.notes.iter().enumerate().filter_map(|(note, verdict)| Some((note, verdict.heard()?)));
        let times: Vec<(usize, f64, f64)> =
            heard.map(|(note, heard)| (note, self.expected.notes()[note].onset, self.heard[heard].onset)).collect();
        let pairs: Vec<(f64, f64)> = times.iter().map(|&(_, score, time)| (score, time)).collect();
        let deviations = deviations(&pairs, &self.breaks());
        let played = times.into_iter().zip(deviations);
        played.map(|((note, score, time), deviation)| Played { note, score, time, deviation }).collect()
    }

    /// Recording times at which a new attempt begins, or it goes on after what was left out; ascending.
    fn breaks(&self) -> Vec<f64> {
        let Alignment { jumps, skips, .. } = self.alignment;
        let resumed = jumps.iter().map(|jump| jump.resumed).chain(skips.iter().copied());
        let mut breaks: Vec<f64> = resumed.map(|time| time - 0.06).collect();
        breaks.sort_by(f64::total_cmp);
        breaks
    }

    /// What was played, attempt by attempt.
    fn attempts(&self, played: &[Played]) -> Vec<Vec<Anchor>> {
        let breaks = self.breaks();
        let mut attempts = vec![Vec::new(); breaks.len() + 1];
        for note in played {
            attempts[part_of(note.time, &breaks)].push(Anchor { score: note.score, played: note.time, weight: 1.0 });
        }
        attempts
    }

    fn notes(&self, played: &[Played]) -> Vec<NoteAssessment> {
        let mut played = played.iter().peekable();
        let note = |(index, (note, verdict)): (usize, (&ExpectedNote, &Verdict))| {
            let deviation = played.next_if(|played| played.note == index).map(|played| 1e3 * played.deviation);
            let heard = verdict.heard().map(|heard| &self.heard[heard]);
            NoteAssessment {
                expected_index: index,
                pitch: note.pitch,
                bar: note.bar,
                expected_onset_s: note.onset,
                predicted_onset_s: self.alignment.predicted.get(index).copied().flatten(),
                status: match verdict {
                    Verdict::Correct { .. } => Status::Correct,
                    Verdict::WrongPitch { .. } => Status::WrongPitch,
                    Verdict::Missed => Status::Missed,
                },
                played_onset_s: heard.map(|heard| heard.onset),
                played_pitch: heard.map(|heard| heard.pitch),
                confidence: 1.0 / (1.0 + (-self.verdicts.log_odds[index]).exp()),
                deviation_ms: deviation,
                timing: deviation.map(|deviation| self.timing(deviation)),
                cents_error: None,
                cents_vs_own_tuning: None,
                vibrato: None,
                duration_ratio: heard.and_then(|heard| self.duration_ratio(index, heard)),
                level_db: heard.and_then(|heard| heard.velocity).map(velocity_level),
            }
        };
        self.expected.notes().iter().zip(&self.verdicts.notes).enumerate().map(note).collect()
    }

    fn timing(&self, deviation_ms: f64) -> Timing {
        let limit = self.settings.strictness.milliseconds();
        if deviation_ms < -limit {
            Timing::Early
        } else if deviation_ms > limit {
            Timing::Late
        } else {
            Timing::OnTime
        }
    }

    fn duration_ratio(&self, index: usize, heard: &PlayedNote) -> Option<f64> {
        let slope = self.alignment.slopes.get(index)?;
        let written = self.expected.notes()[index].duration * slope;
        (written > 0.0).then(|| heard.duration.map(|duration| duration / written)).flatten()
    }

    fn extra(&self, heard: usize) -> ExtraNote {
        let note = &self.heard[heard];
        ExtraNote { onset_s: note.onset, pitch: note.pitch, confidence: note.probability() }
    }

    fn restarts(&self) -> Vec<Restart> {
        let bar = |score: f64| {
            let after = self.expected.notes().partition_point(|note| note.onset <= score);
            self.expected.notes()[after.saturating_sub(1)].bar
        };
        let jumps = self.alignment.jumps.iter();
        jumps
            .map(|jump| Restart {
                at_s: jump.resumed,
                abandoned_from_s: jump.abandoned_from,
                score_s: jump.score,
                bar: bar(jump.score),
            })
            .collect()
    }

    fn abandoned(&self) -> Vec<Abandoned> {
        self.alignment.abandoned.iter().map(|time| Abandoned { from_s: time.start, until_s: time.end }).collect()
    }

    /// Expected notes from the first that was reached or heard to the last.
    fn reached(&self) -> std::ops::Range<usize> {
        reached(self.alignment, self.verdicts)
    }

    /// The bars of these notes.
    fn reached_bars(&self) -> Option<std::ops::RangeInclusive<u64>> {
        let reached = &self.expected.notes()[self.reached()];
        reached.first().zip(reached.last()).map(|(first, last)| first.bar..=last.bar)
    }

    fn quality(&self) -> Quality {
        let explained = self.outcome.explained;
        Quality {
            silent: self.heard.is_empty(),
            alignment_confidence: explained.min(1.0),
            same_piece_probability: if self.heard.is_empty() || self.expected.notes().is_empty() {
                0.0
            } else {
                1.0 / (1.0 + (SAME_PIECE_SLOPE * (SAME_PIECE_EVEN - explained)).exp())
            },
            ..Quality::default()
        }
    }

    fn notices(&self) -> Vec<String> {
        let mut notices = Vec::new();
        let drums = self.expected.drums();
        if drums > 0 {
            let notes_are = if drums == 1 { "note of drums is" } else { "notes of drums are" };
            notices.push(format!("{drums} {notes_are} not assessed"));
        }
        if self.outcome.is_among_others && self.reached().is_empty() {
            notices.push("of the piece other notes were heard than those that were chosen".to_owned());
        }
        notices
    }
}

fn accuracy(counts: Counts) -> Option<f64> {
    let expected = counts.correct + counts.wrong_pitch + counts.missed;
    (expected > 0).then(|| counts.correct as f64 / (expected + counts.extra) as f64)
}

fn rhythm_score(deviation: f64) -> f64 {
    (1.0 - (deviation.abs() - RHYTHM_FREE) / (RHYTHM_WORST - RHYTHM_FREE)).clamp(0.0, 1.0)
}

fn timing_deviation(played: &Played) -> TimingDeviation {
    TimingDeviation {
        expected_index: played.note,
        expected_onset_s: played.score,
        played_onset_s: played.time,
        deviation_ms: 1e3 * played.deviation,
    }
}

/// Decibels below full velocity, as General MIDI instruments follow it: 40 log10(v / 127).
fn velocity_level(velocity: u8) -> f64 {
    40.0 * (f64::from(velocity.max(1)) / 127.0).log10()
}
