//! How much of the piece a recording is compared with.
//!
//! Where a part of it is expected, more may have been recorded: both hands, or the whole piece. What was heard is then
//! compared with all of that, and what became of the expected notes is taken from it.

use crate::align::{Alignment, Search, align};
use crate::assess::Settings;
use crate::expected::{ExpectedNote, OtherNote};
use crate::played::PlayedNote;
use crate::verdict::{Context, Judge, Verdict, Verdicts, decide, within_excerpt, without_others};

/// How much before a note's time what is added may begin, to belong to it, seconds.
const BEFORE: f64 = 0.05;

/// An added note belongs to the hand whose notes within so many seconds, or those next to it, are nearest; a second counts as
/// much as so many semitones, and no more than these seconds count.
const HAND_REACH: f64 = 1.0;
const SEMITONES_PER_SECOND: f64 = 4.0;

/// A scope that answers for so much of what was heard is not given up for one that answers for less than so much of the
/// expected notes beside it: bars with mistakes can be more like others of the piece.
const DECENT: f64 = 0.45;
const NEARLY_ALL: f64 = 0.8;

/// Expected notes, alone or among others of the piece.
pub(crate) struct Scope {
    /// By onset, then pitch.
    pub(crate) notes: Vec<ExpectedNote>,
    /// By note, whether it is an expected one, and whether it lies in the chosen bars.
    pub(crate) is_expected: Vec<bool>,
    is_in_bars: Vec<bool>,
    /// Notes that others play meanwhile and that are not among these.
    others: Vec<ExpectedNote>,
}

impl Scope {
    /// The expected notes with those of the rest that are taken in.
    pub(crate) fn of(expected: &[ExpectedNote], rest: &[OtherNote], takes: impl Fn(&OtherNote) -> bool) -> Scope {
        let taken = rest.iter().filter(|other| takes(other)).map(|other| (other.note, false, other.is_in_bars));
        let mut notes: Vec<_> = expected.iter().map(|note| (*note, true, true)).chain(taken).collect();
        notes.sort_by(|(a, ..), (b, ..)| a.onset.total_cmp(&b.onset).then(a.pitch.cmp(&b.pitch)));
        let goes_beyond = notes.iter().any(|(_, _, is_in_bars)| !is_in_bars);
        let plays = |other: &&OtherNote| !takes(other) && !other.is_in_part && (other.is_in_bars || goes_beyond);
        Scope {
            is_expected: notes.iter().map(|note| note.1).collect(),
            is_in_bars: notes.iter().map(|note| note.2).collect(),
            notes: notes.into_iter().map(|note| note.0).collect(),
            others: rest.iter().filter(plays).map(|other| other.note).collect(),
        }
    }

    /// Whether all its notes are expected.
    fn is_alone(&self) -> bool {
        self.is_expected.iter().all(|&is_expected| is_expected)
    }

    /// Of what is there for each note, that of the expected ones.
    pub(crate) fn of_expected<T: Copy>(&self, of_notes: &[T]) -> Vec<T> {
        of_notes.iter().zip(&self.is_expected).filter(|(_, is_expected)| **is_expected).map(|(of, _)| *of).collect()
    }
}

/// A scope and how a recording of it is aligned.
pub(crate) type Aligned<'a> = (&'a Scope, Option<Alignment>);

/// The scope that explains best what was heard, the first of equal ones, and its alignment.
pub(crate) fn best_scope<'a>(
    scopes: &'a [Scope],
    heard: &[PlayedNote],
    settings: &Settings,
    search: Search,
) -> Aligned<'a> {
    let candidate = |scope: &'a Scope| {
        let folded = Folded::new(scope, heard, settings);
        let alignment = align(&folded.notes, &folded.heard, search);
        let fit = match &alignment {
            Some(alignment) if scopes.len() > 1 => Fit::of(scope, &folded, alignment),
            _ => Fit::default(),
        };
        Candidate { aligned: (scope, alignment), fit }
    };
    let candidates: Vec<Candidate<'a>> = scopes.iter().map(candidate).collect();
    let decent = candidates.iter().filter(|candidate| candidate.fit.explained >= DECENT);
    let most = decent.map(|candidate| candidate.fit.expected).max().unwrap_or(0);
    let answers = |candidate: &Candidate<'a>| candidate.fit.expected as f64 >= NEARLY_ALL * most as f64;
    let better = |best: Candidate<'a>, next: Candidate<'a>| if next.worth() > best.worth() { next } else { best };
    let best = candidates.into_iter().filter(answers).reduce(better);
    best.expect("the scope that answers for most is left").aligned
}

/// A scope that may be what was recorded.
struct Candidate<'a> {
    aligned: Aligned<'a>,
    fit: Fit,
}

impl Candidate<'_> {
    fn worth(&self) -> f64 {
        self.aligned.1.as_ref().map_or(f64::NEG_INFINITY, |found| found.worth)
    }
}

/// How well a scope answers for what was heard.
#[derive(Default)]
struct Fit {
    /// Expected notes that were heard.
    expected: usize,
    /// Share of what was heard that is a note of the scope.
    explained: f64,
}

impl Fit {
    fn of(scope: &Scope, folded: &Folded, alignment: &Alignment) -> Fit {
        let answered = alignment.answered(&folded.notes, &folded.heard);
        let likely = folded.heard.iter().filter(|note| note.log_odds > 0.0).count();
        let mut is_answered = vec![false; folded.notes.len()];
        answered.iter().for_each(|&note| is_answered[note] = scope.is_expected[note]);
        let expected = is_answered.iter().filter(|answered| **answered).count();
        Fit { expected, explained: answered.len() as f64 / likely.max(1) as f64 }
    }
}

/// What is compared: the notes as they are, or all within one octave.
struct Folded {
    notes: Vec<ExpectedNote>,
    heard: Vec<PlayedNote>,
    others: Vec<ExpectedNote>,
}

impl Folded {
    fn new(scope: &Scope, heard: &[PlayedNote], settings: &Settings) -> Folded {
        let fold = |pitch: u8| if settings.any_octave { 60 + pitch % 12 } else { pitch };
        let folded = |notes: &[ExpectedNote]| {
            notes.iter().map(|note| ExpectedNote { pitch: fold(note.pitch), ..*note }).collect()
        };
        Folded {
            notes: folded(&scope.notes),
            others: folded(&scope.others),
            heard: heard.iter().map(|note| PlayedNote { pitch: fold(note.pitch), ..*note }).collect(),
        }
    }
}

/// What became of the expected notes.
pub(crate) struct Outcome {
    /// An empty one where there was nothing to align.
    pub(crate) alignment: Alignment,
    pub(crate) verdicts: Verdicts,
    /// Of what was heard and of what was due meanwhile in the whole scope, the share that answers each other.
    pub(crate) explained: f64,
    /// Whether others of the piece were recorded, too.
    pub(crate) is_among_others: bool,
}

impl Scope {
    /// Decides about the expected notes. `is_excerpt`: of chosen bars, before and after which there may be more.
    pub(crate) fn decide(
        &self,
        (alignment, heard): (Option<Alignment>, &[PlayedNote]),
        settings: &Settings,
        (judge, is_excerpt): (&dyn Judge, bool),
    ) -> Outcome {
        let folded = Folded::new(self, heard, settings);
        let Some(alignment) = alignment else {
            let verdicts = unaligned(self.is_expected.iter().filter(|is_expected| **is_expected).count(), heard);
            return Outcome { alignment: Alignment::default(), explained: 0.0, verdicts, is_among_others: false };
        };
        let context = Context { expected: &folded.notes, heard: &folded.heard, alignment: &alignment };
        let verdicts = without_others(decide(&context, judge), &context, &folded.others);
        if self.is_alone() {
            let verdicts = if is_excerpt { within_excerpt(verdicts, &context, &self.is_in_bars) } else { verdicts };
            let explained = explained(&alignment, &verdicts);
            return Outcome { alignment, verdicts, explained, is_among_others: false };
        }
        let explained = explained(&alignment, &verdicts);
        let verdicts = if is_excerpt { within_excerpt(verdicts, &context, &self.is_in_bars) } else { verdicts };
        Outcome {
            verdicts: self.expected_verdicts(verdicts, &alignment, heard),
            alignment: alignment.narrowed(&folded.notes, &self.is_expected),
            explained,
            is_among_others: true,
        }
    }

    /// `heard`: with the pitches that they have, whatever was compared.
    fn expected_verdicts(&self, verdicts: Verdicts, alignment: &Alignment, heard: &[PlayedNote]) -> Verdicts {
        let mut due: Vec<(f64, usize)> = Vec::with_capacity(self.notes.len());
        due.extend(alignment.predicted.iter().enumerate().filter_map(|(note, time)| Some(((*time)?, note))));
        due.sort_by(|a, b| a.0.total_cmp(&b.0));
        let of_hand = |is_expected: bool| {
            let of_hand =
                due.iter().filter(|&&(_, note)| self.is_in_bars[note] && self.is_expected[note] == is_expected);
            of_hand.copied().collect::<Vec<_>>()
        };
        let (others, expected) = (of_hand(false), of_hand(true));
        let belongs = |&extra: &usize| {
            let note = &heard[extra];
            self.is_in_chosen_bars(&due, note.onset) && self.distance(&expected, note) <= self.distance(&others, note)
        };
        Verdicts {
            notes: self.of_expected(&verdicts.notes),
            log_odds: self.of_expected(&verdicts.log_odds),
            extras: verdicts.extras.into_iter().filter(belongs).collect(),
        }
    }

    /// Whether the last note that is due at a time lies in the chosen bars. `due`: when notes are due, ascending.
    fn is_in_chosen_bars(&self, due: &[(f64, usize)], time: f64) -> bool {
        let begun = due.partition_point(|(at, _)| *at <= time + BEFORE);
        due.get(begun.saturating_sub(1)).is_some_and(|&(_, note)| self.is_in_bars[note])
    }

    /// How far an added note is from one hand's, semitones: those that are due around it, or, in long notes and rests, next to
    /// it. `due`: when that hand's notes are due, ascending.
    fn distance(&self, due: &[(f64, usize)], added: &PlayedNote) -> f64 {
        let next = due.partition_point(|(at, _)| *at < added.onset);
        let beside = [next.checked_sub(1), Some(next)].into_iter().flatten().filter_map(|index| due.get(index));
        let nearest = beside.map(|(at, _)| (at - added.onset).abs()).fold(f64::INFINITY, f64::min);
        let reach = HAND_REACH.max(nearest + BEFORE);
        let first = due.partition_point(|(at, _)| *at < added.onset - reach);
        let around = due[first..].iter().take_while(|(at, _)| *at <= added.onset + reach);
        let distance = |&(at, note): &(f64, usize)| {
            let interval = f64::from(self.notes[note].pitch.abs_diff(added.pitch));
            interval + SEMITONES_PER_SECOND * (at - added.onset).abs().min(HAND_REACH)
        };
        around.map(distance).fold(f64::INFINITY, f64::min)
    }
}

/// Where there is nothing to align: every note that was heard is an extra one.
fn unaligned(expected: usize, heard: &[PlayedNote]) -> Verdicts {
    Verdicts {
        notes: vec![Verdict::Missed; expected],
        log_odds: vec![8.0; expected],
        extras: (0..heard.len()).filter(|&note| heard[note].log_odds > 0.0).collect(),
    }
}

fn explained(alignment: &Alignment, verdicts: &Verdicts) -> f64 {
    let correct = verdicts.notes.iter().filter(|verdict| matches!(verdict, Verdict::Correct { .. })).count();
    let reached = reached(alignment, verdicts).len();
    correct as f64 / (reached + verdicts.extras.len()).max(1) as f64
}

/// Notes from the first that was reached or heard to the last.
pub(crate) fn reached(alignment: &Alignment, verdicts: &Verdicts) -> std::ops::Range<usize> {
    let heard = || verdicts.notes.iter().map(|verdict| verdict.heard().is_some());
    let covered = &alignment.covered;
    let first = heard().position(|heard| heard).unwrap_or(covered.start).min(covered.start);
    let last = heard().rposition(|heard| heard).map_or(covered.end, |last| covered.end.max(last + 1));
    first..last.max(first)
}
