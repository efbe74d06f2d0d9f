//! Which note that was heard answers which expected one.

mod others;
mod trained;

pub(crate) use others::{within_excerpt, without_others};
pub(crate) use trained::{Success, Timeline, Trained, extra_features, played_features};

use crate::align::Alignment;
use crate::expected::ExpectedNote;
use crate::played::PlayedNote;

/// How far from its predicted time a note may be, seconds.
const REACH: f64 = 0.35;

/// Distance that costs half a log-odd, seconds; and from where on the cost rises steeply.
const EASY: f64 = 0.08;
const STEEP_FROM: f64 = 0.16;

/// How much earlier than what is played again later notes of it may begin, and how much before its end they do, seconds.
const ABANDONED_BEFORE: f64 = 0.12;
const ABANDONED_UNTIL: f64 = 0.06;

/// A wrong pitch stands in for a note within so many spreads of its time, at least so many seconds.
const STAND_IN_SPREADS: f64 = 4.0;
const STAND_IN_LEAST: f64 = 0.12;

/// How far off a wrong pitch may be, semitones: among others, and where one note is expected and one was heard.
const NEAR_PITCH: u8 = 4;
const LONE_PITCH: u8 = 12;

/// Expected notes of one pitch closer than this are heard as one, seconds.
const UNISON: f64 = 0.05;

/// Log-odds of a note for which nothing was heard.
pub(crate) const NOT_HEARD: f64 = -8.0;

/// What became of an expected note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// This note that was heard.
    Correct {
        heard: usize,
    },
    /// This note was heard instead.
    WrongPitch {
        heard: usize,
    },
    Missed,
}

impl Verdict {
    /// The note that was heard.
    pub(crate) fn heard(self) -> Option<usize> {
        match self {
            Verdict::Correct { heard } | Verdict::WrongPitch { heard } => Some(heard),
            Verdict::Missed => None,
        }
    }
}

/// What became of all notes.
pub(crate) struct Verdicts {
    /// By expected note.
    pub(crate) notes: Vec<Verdict>,
    /// Log-odds that the verdict is right, by expected note.
    pub(crate) log_odds: Vec<f64>,
    /// Notes that were heard and answer none.
    pub(crate) extras: Vec<usize>,
}

/// What a decision is drawn from.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) expected: &'a [ExpectedNote],
    /// By onset.
    pub(crate) heard: &'a [PlayedNote],
    pub(crate) alignment: &'a Alignment,
}

/// A note that was heard, and how well it answers an expected one: log-odds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) heard: usize,
    pub(crate) worth: f64,
}

/// Who decides.
pub(crate) trait Judge {
    /// By expected note, log-odds that its answer is that note.
    fn played(&self, context: &Context<'_>, answers: &[Option<Answer>]) -> Vec<f64>;

    /// For each of `rest`, notes that answer none, log-odds that it was played. `played` are the answers that count.
    fn extra(&self, context: &Context<'_>, played: &[Option<usize>], rest: &[usize]) -> Vec<f64>;
}

/// The judge of recordings by instruments themselves: what was recorded was played.
pub(crate) struct Certain;

impl Judge for Certain {
    fn played(&self, _: &Context<'_>, answers: &[Option<Answer>]) -> Vec<f64> {
        answers.iter().map(|answer| answer.map_or(NOT_HEARD, |answer| answer.worth)).collect()
    }

    fn extra(&self, context: &Context<'_>, _: &[Option<usize>], rest: &[usize]) -> Vec<f64> {
        rest.iter().map(|&heard| f64::from(context.heard[heard].log_odds)).collect()
    }
}

/// Decides about all notes.
pub(crate) fn decide(context: &Context<'_>, judge: &dyn Judge) -> Verdicts {
    let Context { expected, heard, alignment } = *context;
    let answers = assign(expected, heard, alignment);
    let log_odds = judge.played(context, &answers);
    let counts = |(answer, log_odds): (&Option<Answer>, &f64)| answer.filter(|_| *log_odds > 0.0).map(|a| a.heard);
    let played: Vec<Option<usize>> = answers.iter().zip(&log_odds).map(counts).collect();
    // A candidate that was too weak for its note is no extra one either.
    let mut used = vec![false; heard.len()];
    answers.iter().flatten().for_each(|answer| used[answer.heard] = true);
    let rest: Vec<usize> =
        (0..heard.len()).filter(|&note| !used[note] && !is_abandoned(alignment, heard[note].onset)).collect();
    let odds = judge.extra(context, &played, &rest);
    let verdict = |heard: Option<usize>| heard.map_or(Verdict::Missed, |heard| Verdict::Correct { heard });
    let mut verdicts = Verdicts {
        notes: played.into_iter().map(verdict).collect(),
        log_odds: log_odds.into_iter().map(f64::abs).collect(),
        extras: rest.into_iter().zip(odds).filter(|(_, odds)| *odds > 0.0).map(|(note, _)| note).collect(),
    };
    find_stand_ins(expected, heard, alignment, &mut verdicts);
    verdicts
}

/// Whether what was played at a time was abandoned and played again.
fn is_abandoned(alignment: &Alignment, time: f64) -> bool {
    let ended = alignment.abandoned.partition_point(|stretch| stretch.end - ABANDONED_UNTIL < time);
    alignment.abandoned.get(ended).is_some_and(|stretch| stretch.start - ABANDONED_BEFORE <= time)
}

/// Log-odds that a note that was heard answers one that was predicted at `time`.
fn worth(heard: &PlayedNote, time: f64) -> Option<f64> {
    let off = (heard.onset - time).abs();
    let cost = if off < STEEP_FROM { 0.5 * (off / EASY).powi(2) } else { 2.0 + 6.0 * (off - STEEP_FROM) / EASY };
    (off < REACH).then(|| f64::from(heard.log_odds) - cost)
}

/// By expected note, the candidate of its pitch that it gets: the best pairs first.
fn assign(expected: &[ExpectedNote], heard: &[PlayedNote], alignment: &Alignment) -> Vec<Option<Answer>> {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (index, note) in expected.iter().enumerate() {
        let Some(time) = alignment.predicted[index] else { continue };
        for candidate in near(heard, time, REACH).filter(|&candidate| heard[candidate].pitch == note.pitch) {
            pairs.extend(worth(&heard[candidate], time).map(|worth| (worth, index, candidate)));
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut answers = vec![None; expected.len()];
    let mut taken = vec![false; heard.len()];
    for (worth, note, candidate) in pairs {
        if answers[note].is_none() && !taken[candidate] {
            answers[note] = Some(Answer { heard: candidate, worth });
            taken[candidate] = true;
        }
    }
    share_among_unisons(expected, &mut answers);
    answers
}

/// Where parts are written in unison, one sound answers for all of them.
fn share_among_unisons(expected: &[ExpectedNote], answers: &mut [Option<Answer>]) {
    for index in 0..expected.len() {
        let note = &expected[index];
        let is_unison = |&other: &usize| expected[other].pitch == note.pitch;
        let after = (index + 1..expected.len()).take_while(|&other| expected[other].onset - note.onset < UNISON);
        if let Some(other) = after.into_iter().find(is_unison) {
            let shared = answers[index].or(answers[other]);
            (answers[index], answers[other]) = (answers[index].or(shared), answers[other].or(shared));
        }
    }
}

/// Extra notes that stand in for missed ones become wrong pitches.
fn find_stand_ins(expected: &[ExpectedNote], heard: &[PlayedNote], alignment: &Alignment, verdicts: &mut Verdicts) {
    let reach = (STAND_IN_SPREADS * alignment.spread).max(STAND_IN_LEAST);
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (index, note) in expected.iter().enumerate() {
        let (Verdict::Missed, Some(time)) = (verdicts.notes[index], alignment.predicted[index]) else { continue };
        let lone = is_alone(expected, index);
        let start = verdicts.extras.partition_point(|&extra| heard[extra].onset < time - reach);
        let extras = verdicts.extras[start..].iter().take_while(|&&extra| heard[extra].onset <= time + reach);
        for &extra in extras {
            let interval = heard[extra].pitch.abs_diff(note.pitch);
            let alone = lone && near(heard, heard[extra].onset, STAND_IN_LEAST).all(|other| other == extra);
            if interval <= if alone { LONE_PITCH } else { NEAR_PITCH } {
                let cost = (heard[extra].onset - time).abs() / 0.1 + 0.25 * f64::from(interval);
                pairs.push((cost, index, extra));
            }
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut taken = vec![false; heard.len()];
    for (_, note, extra) in pairs {
        if verdicts.notes[note] == Verdict::Missed && !taken[extra] {
            verdicts.notes[note] = Verdict::WrongPitch { heard: extra };
            taken[extra] = true;
        }
    }
    verdicts.extras.retain(|&extra| !taken[extra]);
}

/// Whether no other note is expected at the onset of this one.
fn is_alone(expected: &[ExpectedNote], index: usize) -> bool {
    let apart = |other: Option<&ExpectedNote>| other.is_none_or(|o| (o.onset - expected[index].onset).abs() > 0.03);
    apart(index.checked_sub(1).and_then(|before| expected.get(before))) && apart(expected.get(index + 1))
}

/// Notes heard within `reach` seconds of a time.
pub(crate) fn near(heard: &[PlayedNote], time: f64, reach: f64) -> impl Iterator<Item = usize> + '_ {
    let first = heard.partition_point(|note| note.onset <= time - reach);
    (first..heard.len()).take_while(move |&index| heard[index].onset < time + reach)
}
