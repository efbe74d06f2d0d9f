//! What is drawn for each note.

use rae_analysis::{Assessment, Expected, ExtraNote, NoteAssessment, Status, Timing};

use crate::time::{Span, Time};
use crate::{pitch, words};

/// So many marks are drawn at most.
const MOST: usize = 20_000;

/// How long an extra note is taken to be where its end is not known, seconds.
const EXTRA_LENGTH: f64 = 0.1;

/// What became of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Correct,
    WrongPitch,
    Missed,
    Extra,
}

impl Verdict {
    #[cfg(test)]
    pub(crate) const ALL: [Verdict; 4] = [Verdict::Correct, Verdict::WrongPitch, Verdict::Missed, Verdict::Extra];

    /// The class of its mark.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Verdict::Correct => "note correct",
            Verdict::WrongPitch => "note wrong-pitch",
            Verdict::Missed => "note missed",
            Verdict::Extra => "note extra",
        }
    }
}

/// A note with its verdict.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NoteMark {
    pub(crate) verdict: Verdict,
    /// When it was played, or due where it was not.
    pub(crate) span: Span,
    /// Which key was played, or due where none was.
    pub(crate) key: u8,
    /// Of a wrong pitch the right one, and when it was due.
    pub(crate) instead_of: Option<(u8, Span)>,
    /// Of an early or late note, which it is, and when it was due.
    pub(crate) timing: Option<(Timing, f64)>,
    /// In words.
    pub(crate) title: String,
}

/// The note that something is said about.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    Note(&'a NoteAssessment),
    Extra(&'a ExtraNote),
}

impl Source<'_> {
    fn title(self) -> String {
        match self {
            Source::Note(note) => words::note(note, &pitch::name(note.pitch)),
            Source::Extra(extra) => words::extra(extra),
        }
    }
}

/// The marks of a performance in order of time.
pub(crate) struct Marks {
    pub(crate) notes: Vec<NoteMark>,
    /// How many had no room.
    pub(crate) left_out: usize,
    /// Expected notes that the recording has no place for, by their indices.
    pub(crate) unreached: Vec<usize>,
}

impl Marks {
    pub(crate) fn new(expected: &Expected, assessment: &Assessment, time: &Time<'_>) -> Marks {
        let (reached, unreached): (Vec<usize>, Vec<usize>) =
            (0..assessment.notes.len().min(expected.notes().len())).partition(|&index| time.is_reached(index));
        let expected = reached.into_iter().filter_map(|index| {
            let note = &assessment.notes[index];
            Some((of_expected(note, index, time)?, Source::Note(note)))
        });
        let extras = assessment.extra_notes.iter().filter(|extra| extra.onset_s.is_finite());
        let extras = extras.map(|extra| (of_extra(extra), Source::Extra(extra)));
        let mut notes: Vec<(NoteMark, Source<'_>)> = expected.chain(extras).collect();
        let left_out = notes.len().saturating_sub(MOST);
        if left_out > 0 {
            // Mistakes before the rest.
            notes.sort_by_key(|(note, _)| note.verdict == Verdict::Correct);
            notes.truncate(MOST);
        }
        notes.sort_by(|(a, _), (b, _)| a.span.start.total_cmp(&b.span.start).then(a.key.cmp(&b.key)));
        // Words only for those that are drawn.
        let notes = notes.into_iter().map(|(mark, source)| NoteMark { title: source.title(), ..mark }).collect();
        Marks { notes, left_out, unreached }
    }
}

fn of_extra(extra: &ExtraNote) -> NoteMark {
    NoteMark {
        verdict: Verdict::Extra,
        span: Span { start: extra.onset_s, end: extra.onset_s + EXTRA_LENGTH },
        key: extra.pitch,
        instead_of: None,
        timing: None,
        title: String::new(),
    }
}

fn of_expected(note: &NoteAssessment, index: usize, time: &Time<'_>) -> Option<NoteMark> {
    let due = time.due(index);
    let span = time.played(index).or(due)?;
    let verdict = match note.status {
        Status::Correct => Verdict::Correct,
        Status::WrongPitch => Verdict::WrongPitch,
        Status::Missed => Verdict::Missed,
    };
    let key = note.played_pitch.unwrap_or(note.pitch);
    let off = note.timing.filter(|timing| *timing != Timing::OnTime).zip(note.deviation_ms);
    Some(NoteMark {
        verdict,
        span,
        key,
        instead_of: (verdict == Verdict::WrongPitch).then_some((note.pitch, due.unwrap_or(span))),
        timing: off.map(|(timing, deviation)| (timing, span.start - deviation / 1e3)),
        title: String::new(),
    })
}
