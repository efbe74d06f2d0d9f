//! The judge of sound: two networks that know the score.
//!
//! What they decide by follows the question that a listener would ask: is this rise of a pitch the note that should come
//! here, or a partial of another note that is expected, heard or still sounding?

use crate::evidence::{Ear, Network};
use crate::expected::ExpectedNote;
use crate::verdict::{Answer, Context, Judge, NOT_HEARD, near};

/// How many numbers describe an expected note, and one that may be an extra one.
const PLAYED_FEATURES: usize = 30;
const EXTRA_FEATURES: usize = 32;

/// Notes less likely than this are no extra ones, log-odds.
const LEAST_EXTRA: f32 = -2.5;

/// Expected onsets this close are struck together, seconds.
const TOGETHER: f64 = 0.03;

/// Expected notes further away in the score do not matter.
const NEIGHBOURS: usize = 24;

/// Notes that began longer ago have died away, seconds.
const SOUNDING: f64 = 3.0;

/// What was heard counts as at the time of something within, seconds; rivals are closer.
const SAME_TIME: f64 = 0.12;
const RIVAL_TIME: f64 = 0.05;

/// Semitones to upper partials beyond the second.
const THIRD_AND_FOURTH: [i16; 2] = [19, 24];
const HIGHER: [i16; 4] = [28, 31, 34, 36];

/// Where the second to fourth partial of players is heard who do not agree on the pitch.
const MISTUNED: [i16; 6] = [11, 13, 18, 20, 23, 25];

/// Decides by what was heard and by the score.
pub(crate) struct Trained<'a> {
    pub(crate) ear: &'a Ear,
    pub(crate) played: &'a Network,
    pub(crate) extra: &'a Network,
}

impl Judge for Trained<'_> {
    fn played(&self, context: &Context<'_>, answers: &[Option<Answer>]) -> Vec<f64> {
        let mut rows = Vec::with_capacity(answers.len() * PLAYED_FEATURES);
        let success = Success::of(context, answers);
        for note in 0..answers.len() {
            rows.extend(played_features(self.ear, context, answers, &success, note));
        }
        let log_odds = self.played.log_odds(&rows).into_iter().zip(answers);
        log_odds
            .map(|(odds, answer)| if answer.is_some() { f64::from(odds) } else { f64::from(odds).min(NOT_HEARD) })
            .collect()
    }

    fn extra(&self, context: &Context<'_>, played: &[Option<usize>], rest: &[usize]) -> Vec<f64> {
        let likely = |heard: usize| context.heard[heard].log_odds > LEAST_EXTRA;
        let mut rows = Vec::new();
        let timeline = Timeline::of(context);
        for &heard in rest.iter().filter(|&&heard| likely(heard)) {
            rows.extend(extra_features(self.ear, context, &timeline, played, heard));
        }
        let mut odds = self.extra.log_odds(&rows).into_iter();
        let mut of = |heard: usize| if likely(heard) { odds.next().map_or(NOT_HEARD, f64::from) } else { NOT_HEARD };
        rest.iter().map(|&heard| of(heard)).collect()
    }
}

/// How well the notes of a piece are answered, from note to note: noise answers few, and after its end a recording none.
pub(crate) struct Success {
    sums: Vec<f64>,
}

impl Success {
    pub(crate) fn of(context: &Context<'_>, answers: &[Option<Answer>]) -> Success {
        let mut sums = vec![0.0];
        for answer in answers {
            let probability = answer.map_or(0.0, |answer| context.heard[answer.heard].probability());
            sums.push(sums[sums.len() - 1] + probability);
        }
        Success { sums }
    }

    /// The mean probability of the answers to notes around one, without its own.
    fn beside(&self, index: usize) -> f32 {
        let count = self.sums.len() - 1;
        let (first, end) = (index.saturating_sub(NEIGHBOURS), (index + NEIGHBOURS).min(count));
        let own = self.sums[index + 1] - self.sums[index];
        ((self.sums[end] - self.sums[first] - own) / (end - first).saturating_sub(1).max(1) as f64) as f32
    }

    /// The mean of all.
    fn overall(&self) -> f32 {
        let count = self.sums.len() - 1;
        (self.sums[count] / count.max(1) as f64) as f32
    }
}

/// What an expected note and its answer look like.
pub(crate) fn played_features(
    ear: &Ear,
    context: &Context<'_>,
    answers: &[Option<Answer>],
    success: &Success,
    index: usize,
) -> [f32; PLAYED_FEATURES] {
    let Context { expected, heard, alignment } = *context;
    let note = &expected[index];
    let predicted = alignment.predicted[index];
    let mut x = [0.0f32; PLAYED_FEATURES];
    let onset = match (answers[index], predicted) {
        (Some(answer), Some(predicted)) => {
            let off = (heard[answer.heard].onset - predicted).abs();
            x[..4].copy_from_slice(&[
                heard[answer.heard].log_odds,
                (off / alignment.spread).min(8.0) as f32,
                (5.0 * off.min(0.4)) as f32,
                1.0,
            ]);
            heard[answer.heard].onset
        }
        _ => {
            x[..3].copy_from_slice(&[-8.0, 8.0, 2.0]);
            predicted.unwrap_or(0.0)
        }
    };
    let odds = |other: usize| answers[other].map(|answer| heard[answer.heard].log_odds);
    let (mut together, mut before, mut sum, mut answered) = (0.0, 0.0, 0.0, 0.0);
    for other in neighbours(expected, index) {
        let interval = i16::from(expected[other].pitch) - i16::from(note.pitch);
        if (expected[other].onset - note.onset).abs() < TOGETHER {
            together += 1.0;
            match interval {
                -12 => x[6] = 1.0 + 0.1 * odds(other).unwrap_or(-4.0),
                -19 | -24 | -28 | -31 => x[7] = 1.0,
                12 => x[8] = 1.0,
                _ => {}
            }
            if let Some(odds) = odds(other).filter(|_| other != index) {
                sum += odds;
                answered += 1.0;
            }
        } else if expected[other].onset < note.onset && end(&expected[other]) > note.onset + 0.02 {
            before += 1.0;
            match interval {
                -12 => x[9] = 1.0,
                -19 | -24 => x[10] = 1.0,
                0 => x[11] = 1.0,
                _ => {}
            }
        }
    }
    x[4..6].copy_from_slice(&[together, before]);
    x[12..14].copy_from_slice(&[if answered > 0.0 { sum / answered } else { 0.0 }, answered]);
    let sound = ear.around(onset, note.pitch);
    x[14..19].copy_from_slice(&[sound.after, sound.rise, sound.later, sound.octave, sound.octave_rise]);
    x[19] = ear.height(note.pitch);
    x[20] = note.duration.min(2.0) as f32;
    x[21] = sound.loudest;
    let taken: Vec<usize> = neighbours(expected, index).filter_map(|other| Some(answers[other]?.heard)).collect();
    beside_answer(context, &taken, note.pitch, onset, &mut x);
    x[28..].copy_from_slice(&[success.beside(index), success.overall()]);
    x
}

/// Whether another pitch was struck instead, or sounds of which this one is a partial.
fn beside_answer(context: &Context<'_>, taken: &[usize], pitch: u8, onset: f64, x: &mut [f32; PLAYED_FEATURES]) {
    for other in near(context.heard, onset, SAME_TIME) {
        let rival = &context.heard[other];
        let free = !taken.contains(&other);
        let place = match i16::from(rival.pitch) - i16::from(pitch) {
            -2..=-1 | 1..=2 if free => 22,
            -4..=-3 | 3..=4 if free => 23,
            -12 if free => 24,
            12 if free => 25,
            -12 => 26,
            -24 | -19 => 27,
            _ => continue,
        };
        x[place] = x[place].max(rival.probability() as f32);
    }
}

/// Expected notes by the times at which they should have been played.
pub(crate) struct Timeline(Vec<(f64, usize)>);

impl Timeline {
    pub(crate) fn of(context: &Context<'_>) -> Timeline {
        let predicted = context.alignment.predicted.iter().enumerate();
        let mut times: Vec<(f64, usize)> = predicted.filter_map(|(note, time)| Some(((*time)?, note))).collect();
        times.sort_by(|a, b| a.0.total_cmp(&b.0));
        Timeline(times)
    }

    /// Times and notes from so many seconds before a time to so many after it.
    fn around(&self, time: f64, before: f64, after: f64) -> impl Iterator<Item = (f64, usize)> + '_ {
        let first = self.0.partition_point(|(at, _)| *at <= time - before);
        self.0[first..].iter().take_while(move |(at, _)| *at < time + after).copied()
    }
}

/// What a note that may be an extra one looks like.
pub(crate) fn extra_features(
    ear: &Ear,
    context: &Context<'_>,
    timeline: &Timeline,
    played: &[Option<usize>],
    index: usize,
) -> [f32; EXTRA_FEATURES] {
    let Context { heard, .. } = *context;
    let note = &heard[index];
    let mut x = [0.0f32; EXTRA_FEATURES];
    x[0] = note.log_odds;
    beside_expected(context, timeline, played, index, &mut x);
    beside_heard(context, index, &mut x);
    let sound = ear.around(note.onset, note.pitch);
    x[20..24].copy_from_slice(&[sound.after, sound.rise, sound.later, sound.octave]);
    x[24..28].copy_from_slice(&[ear.height(note.pitch), sound.loudest, sound.rising, sound.most_rising]);
    let again = near(heard, note.onset, 0.25).filter(|&other| other != index && heard[other].pitch == note.pitch);
    x[28] = 0.3 * again.map(|other| heard[other].log_odds).fold(-6.0, f32::max);
    x[29] = near(heard, note.onset, RIVAL_TIME).filter(|&other| heard[other].log_odds > 0.0).count() as f32;
    x
}

/// Whether the note may be a partial of an expected one that begins there or still sounds, or stand in for it.
fn beside_expected(
    context: &Context<'_>,
    timeline: &Timeline,
    played: &[Option<usize>],
    index: usize,
    x: &mut [f32; EXTRA_FEATURES],
) {
    let Context { expected, heard, .. } = *context;
    let note = &heard[index];
    let mut count = 0.0f32;
    for (time, other) in timeline.around(note.onset, SOUNDING, SAME_TIME) {
        let answer = &played[other];
        let interval = i16::from(note.pitch) - i16::from(expected[other].pitch);
        if (time - note.onset).abs() < SAME_TIME {
            count += 1.0;
            let there = answer.is_some();
            let strength = if there { 1.0 } else { 0.4 };
            let place = match interval {
                12 => Some(2),
                -12 => Some(5),
                0 => Some(7),
                _ if THIRD_AND_FOURTH.contains(&interval) => Some(3),
                _ if HIGHER.contains(&interval) => Some(4),
                _ if THIRD_AND_FOURTH.contains(&-interval) => Some(6),
                _ if MISTUNED.contains(&interval) => Some(30),
                _ => None,
            };
            match place {
                Some(place) => x[place] = x[place].max(strength),
                None if interval.abs() <= 2 => x[if there { 9 } else { 8 }] = 1.0,
                None => {}
            }
            if let Some(answer) = answer {
                x[10] = x[10].max(0.1 * heard[*answer].log_odds);
            }
        } else if time < note.onset - 0.08 {
            if time + 1.3 * expected[other].duration + 0.1 < note.onset {
                continue;
            }
            match interval {
                0 => x[11] = 1.0,
                12 => x[12] = 1.0,
                19 | 24 | 28 | 31 => x[13] = 1.0,
                -12 => x[14] = 1.0,
                _ => {}
            }
        }
    }
    x[1] = count.min(8.0);
}

/// Whether the note may be a partial of another that was heard at its time.
fn beside_heard(context: &Context<'_>, index: usize, x: &mut [f32; EXTRA_FEATURES]) {
    let note = &context.heard[index];
    for other in near(context.heard, note.onset, RIVAL_TIME).filter(|&other| other != index) {
        let rival = &context.heard[other];
        let probability = rival.probability() as f32;
        let place = match i16::from(note.pitch) - i16::from(rival.pitch) {
            12 => 15,
            19 | 24 | 28 | 31 => 16,
            -12 => 17,
            -1 | 1 => 18,
            -19 | -24 => 19,
            interval if MISTUNED.contains(&interval) => 31,
            _ => continue,
        };
        x[place] = x[place].max(probability);
    }
}

/// Places in the score that are near to one.
fn neighbours(expected: &[ExpectedNote], index: usize) -> std::ops::Range<usize> {
    index.saturating_sub(NEIGHBOURS)..(index + NEIGHBOURS).min(expected.len())
}

fn end(note: &ExpectedNote) -> f64 {
    note.onset + note.duration
}
