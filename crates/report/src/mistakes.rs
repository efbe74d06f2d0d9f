//! Mistakes as a list.

use rae_analysis::{Assessment, NoteAssessment, Status, Timing};

use crate::{pitch, words};

/// So many are listed at most.
const MOST: usize = 1000;

/// A line of the list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mistake {
    /// In the recording, if it has a place there.
    pub(crate) time: Option<f64>,
    pub(crate) bar: Option<u64>,
    /// What was expected.
    pub(crate) expected: String,
    /// What was played.
    pub(crate) played: String,
}

/// Wrong, missed, extra, early and late notes in order of the recording, last those that it has no place for (`unreached`, their indices, ascending), and how many there are beyond those listed.
pub(crate) fn mistakes(assessment: &Assessment, unreached: &[usize]) -> (Vec<Mistake>, usize) {
    let off = |note: &NoteAssessment| {
        note.status != Status::Correct || note.timing.is_some_and(|timing| timing != Timing::OnTime)
    };
    let of_notes = assessment
        .notes
        .iter()
        .enumerate()
        .filter(|(_, note)| off(note))
        .map(|(index, note)| of_note(note, unreached.binary_search(&index).is_err()));
    let extras = assessment.extra_notes.iter().map(|extra| Mistake {
        time: Some(extra.onset_s),
        bar: None,
        expected: "–".into(),
        played: format!("{}, not in the music", pitch::name(extra.pitch)),
    });
    let mut mistakes: Vec<Mistake> = of_notes.chain(extras).collect();
    let key = |mistake: &Mistake| mistake.time.unwrap_or(f64::INFINITY);
    mistakes.sort_by(|a, b| key(a).total_cmp(&key(b)));
    let more = mistakes.len().saturating_sub(MOST);
    mistakes.truncate(MOST);
    (mistakes, more)
}

fn of_note(note: &NoteAssessment, is_reached: bool) -> Mistake {
    let late = note.deviation_ms.filter(|_| note.timing.is_some_and(|timing| timing != Timing::OnTime));
    let late = late.map(words::timing);
    let played = match (note.status, note.played_pitch, late) {
        (Status::Missed, ..) => "nothing".into(),
        (_, Some(key), Some(late)) => format!("{}, {late}", pitch::name(key)),
        (_, Some(key), None) => pitch::name(key),
        (_, None, late) => late.unwrap_or_default(),
    };
    Mistake {
        time: note.played_onset_s.or(note.predicted_onset_s).filter(|_| is_reached),
        bar: Some(note.bar),
        expected: pitch::name(note.pitch),
        played,
    }
}
