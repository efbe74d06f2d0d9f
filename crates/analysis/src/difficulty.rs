//! How hard notes are to play.

use serde::Serialize;

use crate::expected::ExpectedNote;

/// Onsets this close are struck together, seconds.
const TOGETHER: f64 = 0.03;

/// Semitones that a hand spans with ease.
const OCTAVE: u8 = 12;

/// How hard a piece is: a scale of 0 (single slow notes within a fifth) to 10 (a virtuoso's). It is the sum of six parts,
/// each of which grows with its figure and then saturates; the figures are given beside it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Difficulty {
    /// 0 to 10.
    pub score: f64,
    /// Notes per second of the densest ten seconds; 12 of them and more count 3 points.
    pub notes_per_second: f64,
    /// Mean number of notes struck together; 4 and more count 2 points.
    pub polyphony: f64,
    /// Share of steps from top note to top note that are wider than an octave; a fifth and more counts 1.5 points.
    pub leaps: f64,
    /// Semitones from the lowest note to the highest; 60 and more count 1.5 points.
    pub span: u8,
    /// Share of onset intervals that differ from the one before by more than a tenth; half and more counts 1 point.
    pub rhythm: f64,
    /// Share of notes on black keys; half and more counts 1 point.
    pub black_keys: f64,
}

impl Difficulty {
    /// The difficulty of notes by onset.
    pub(crate) fn of(notes: &[ExpectedNote]) -> Difficulty {
        let Some((lowest, highest)) = span(notes) else { return Difficulty::default() };
        let chords: Vec<&[ExpectedNote]> = notes.chunk_by(|a, b| b.onset - a.onset <= TOGETHER).collect();
        let mut difficulty = Difficulty {
            score: 0.0,
            notes_per_second: density(notes),
            polyphony: notes.len() as f64 / chords.len() as f64,
            leaps: leaps(&chords),
            span: highest - lowest,
            rhythm: changes(&chords),
            black_keys: share(notes.iter().map(|note| matches!(note.pitch % 12, 1 | 3 | 6 | 8 | 10))),
        };
        let part = |figure: f64, most: f64, points: f64| points * (figure / most).clamp(0.0, 1.0);
        difficulty.score = part(difficulty.notes_per_second, 12.0, 3.0)
            + part(difficulty.polyphony - 1.0, 3.0, 2.0)
            + part(difficulty.leaps, 0.2, 1.5)
            + part(f64::from(difficulty.span) - 7.0, 53.0, 1.5)
            + part(difficulty.rhythm, 0.5, 1.0)
            + part(difficulty.black_keys, 0.5, 1.0);
        difficulty
    }
}

fn span(notes: &[ExpectedNote]) -> Option<(u8, u8)> {
    let pitches = || notes.iter().map(|note| note.pitch);
    Some((pitches().min()?, pitches().max()?))
}

/// Notes per second of the densest ten seconds, or of all if there are fewer.
fn density(notes: &[ExpectedNote]) -> f64 {
    const WINDOW: f64 = 10.0;
    let length = notes.last().map_or(0.0, |last| last.onset - notes[0].onset + last.duration);
    let within = |(first, note): (usize, &ExpectedNote)| {
        notes.partition_point(|other| other.onset < note.onset + WINDOW) - first
    };
    let most = notes.iter().enumerate().map(within).max().unwrap_or(0);
    most as f64 / length.clamp(1.0, WINDOW)
}

fn leaps(chords: &[&[ExpectedNote]]) -> f64 {
    let top = |chord: &[ExpectedNote]| chord.iter().map(|note| note.pitch).max().unwrap_or(0);
    share(chords.windows(2).map(|pair| top(pair[0]).abs_diff(top(pair[1])) > OCTAVE))
}

fn changes(chords: &[&[ExpectedNote]]) -> f64 {
    let intervals: Vec<f64> = chords.windows(2).map(|pair| pair[1][0].onset - pair[0][0].onset).collect();
    share(intervals.windows(2).map(|pair| (pair[1] / pair[0] - 1.0).abs() > 0.1))
}

/// Share of what is true; 0 of nothing.
fn share(of: impl Iterator<Item = bool>) -> f64 {
    let (mut all, mut yes) = (0usize, 0usize);
    for holds in of {
        all += 1;
        yes += usize::from(holds);
    }
    if all == 0 { 0.0 } else { yes as f64 / all as f64 }
}
