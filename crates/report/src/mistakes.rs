//! Mistakes as a list.

use rae_analysis::{Assessment, ExtraNote, NoteAssessment, Status, Timing};

use crate::marks::Source;
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
    let time = |index: usize, note: &NoteAssessment| {
        let time = note.played_onset_s.or(note.predicted_onset_s);
        time.filter(|_| unreached.binary_search(&index).is_err())
    };
    let notes = assessment.notes.iter().enumerate().filter(|(_, note)| off(note));
    let notes = notes.map(|(index, note)| (time(index, note), Source::Note(note)));
    let extras = assessment.extra_notes.iter().map(|extra| (Some(extra.onset_s), Source::Extra(extra)));
    let mut mistakes: Vec<(Option<f64>, Source<'_>)> = notes.chain(extras).collect();
    let key = |time: Option<f64>| time.unwrap_or(f64::INFINITY);
    mistakes.sort_by(|a, b| key(a.0).total_cmp(&key(b.0)));
    let more = mistakes.len().saturating_sub(MOST);
    let line = |(time, source)| match source {
        Source::Note(note) => of_note(note, time),
        Source::Extra(extra) => of_extra(extra, time),
    };
    (mistakes.into_iter().take(MOST).map(line).collect(), more)
}

fn of_extra(extra: &ExtraNote, time: Option<f64>) -> Mistake {
    let played = format!("{}, not in the music", pitch::name(extra.pitch));
    Mistake { time, bar: None, expected: "–".into(), played }
}

fn of_note(note: &NoteAssessment, time: Option<f64>) -> Mistake {
    let late = note.deviation_ms.filter(|_| note.timing.is_some_and(|timing| timing != Timing::OnTime));
    let late = late.map(words::timing);
    let played = match (note.status, note.played_pitch, late) {
        (Status::Missed, ..) => "nothing".into(),
        (_, Some(key), Some(late)) => format!("{}, {late}", pitch::name(key)),
        (_, Some(key), None) => pitch::name(key),
        (_, None, late) => late.unwrap_or_default(),
    };
    Mistake { time, bar: Some(note.bar), expected: pitch::name(note.pitch), played }
}
