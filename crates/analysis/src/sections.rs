//! Bar by bar.

use std::ops::RangeInclusive;

use crate::align::Alignment;
use crate::assessment::{Counts, NoteAssessment, Section, Status, TempoPoint, TempoReport};
use crate::expected::Expected;
use crate::timing::{Anchor, DEVIATION, median};

/// What timing can take away from a bar's score, and the mean distance that takes all of it, milliseconds.
const TIMING_SHARE: f64 = 0.25;
const WORST_TIMING: f64 = 200.0;

/// Standard deviation of a tempo's binary logarithm that is not steady at all.
const UNSTEADY: f64 = 0.25;

/// How many bars are named the weakest.
const WEAKEST: usize = 3;

/// The bars that have expected notes. `extras` are onsets in seconds of the recording.
pub(crate) fn sections(
    expected: &Expected,
    notes: &[NoteAssessment],
    extras: &[f64],
    alignment: Option<&Alignment>,
) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::with_capacity(expected.bars().len());
    let mut first = 0;
    for &(bar, score_s) in expected.bars() {
        let of_bar = notes[first..].chunk_by(|a, b| a.bar == b.bar).next().unwrap_or_default();
        let predicted = alignment.and_then(|alignment| alignment.predicted.get(first).copied().flatten());
        first += of_bar.len();
        sections.push(section(bar, score_s, predicted, of_bar));
    }
    let starts = sections.iter().enumerate().filter_map(|(index, section)| Some((section.recording_s?, index)));
    // Bars that were played again need not be in the order of the piece.
    let mut starts: Vec<(f64, usize)> = starts.collect();
    starts.sort_by(|a, b| a.0.total_cmp(&b.0));
    for &extra in extras {
        let begun = starts.partition_point(|(start, _)| *start <= extra + 0.05);
        let place = begun.checked_sub(1).map_or(0, |last| starts[last].1);
        if let Some(section) = sections.get_mut(place) {
            section.counts.extra += 1;
        }
    }
    sections.iter_mut().for_each(rate);
    sections
}

fn section(bar: u64, score_s: f64, recording_s: Option<f64>, notes: &[NoteAssessment]) -> Section {
    let mut counts = Counts::default();
    for note in notes {
        match note.status {
            Status::Correct => counts.correct += 1,
            Status::WrongPitch => counts.wrong_pitch += 1,
            Status::Missed => counts.missed += 1,
        }
    }
    let distances: Vec<f64> = notes.iter().filter_map(|note| note.deviation_ms.map(f64::abs)).collect();
    let mean = (!distances.is_empty()).then(|| distances.iter().sum::<f64>() / distances.len() as f64);
    Section { bar, score_s, recording_s, counts, mean_deviation_ms: mean, score: 0.0 }
}

fn rate(section: &mut Section) {
    let Counts { correct, wrong_pitch, missed, extra } = section.counts;
    let right = correct as f64 / (correct + wrong_pitch + missed + extra).max(1) as f64;
    let timing = section.mean_deviation_ms.map_or(0.0, |mean| (mean / WORST_TIMING).min(1.0));
    section.score = right * (1.0 - TIMING_SHARE * timing);
}

/// The bars with the lowest scores among those with mistakes that were reached.
pub(crate) fn weakest(sections: &[Section], reached: Option<RangeInclusive<u64>>) -> Vec<u64> {
    let faulty = |section: &&Section| {
        reached.as_ref().is_some_and(|reached| reached.contains(&section.bar))
            && (section.counts.correct < all(section.counts) || section.score < 0.9)
    };
    let mut order: Vec<&Section> = sections.iter().filter(faulty).collect();
    order.sort_by(|a, b| a.score.total_cmp(&b.score).then(a.bar.cmp(&b.bar)));
    order.iter().take(WEAKEST).map(|section| section.bar).collect()
}

fn all(counts: Counts) -> usize {
    counts.correct + counts.wrong_pitch + counts.missed + counts.extra
}

/// The played tempo by the written one, from the notes that were played: score and recording times by onset, those of each
/// attempt apart.
pub(crate) fn tempo(expected: &Expected, attempts: &[Vec<Anchor>]) -> TempoReport {
    let mut curve = Vec::new();
    for &(bar, score_s) in expected.bars() {
        let holds = |anchors: &&Vec<Anchor>| {
            let span = anchors.first().zip(anchors.last());
            anchors.len() >= 3 && span.is_some_and(|(a, b)| (a.score - 1e-3..=b.score).contains(&score_s))
        };
        if let Some(anchors) = attempts.iter().rev().find(holds) {
            let ratio = 1.0 / DEVIATION.line(anchors, score_s).slope;
            curve.push(TempoPoint { bar, score_s, ratio });
        }
    }
    let all: Vec<f64> = curve.iter().map(|point| point.ratio).collect();
    if all.is_empty() {
        return TempoReport::default();
    }
    let logs: Vec<f64> = all.iter().map(|ratio| ratio.log2()).collect();
    let mean = logs.iter().sum::<f64>() / logs.len() as f64;
    let deviation = (logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / logs.len() as f64).sqrt();
    TempoReport { ratio: Some(median(all)), curve, steadiness: Some((1.0 - deviation / UNSTEADY).max(0.0)) }
}
