//! Which moment of the recording belongs to which moment of the score.
//!
//! Chords of the score and clusters of what was heard are matched by dynamic programming: a pair is worth the pitches that
//! it shares, unequal steps cost, and from anywhere to anywhere there is a jump of constant cost, which is how restarts,
//! repeats and leaps come out. It is done first at several constant tempos, then along the tempo found.

mod path;
mod rewards;

use crate::expected::ExpectedNote;
use crate::played::PlayedNote;
use crate::timing::{Anchor, Line, MAD, PREDICTION, median};
use path::{Grid, Step};
use rewards::Rewards;

/// Expected onsets this close to a chord's first belong to it, seconds.
const CHORD: f64 = 0.03;

/// The same of onsets that were heard.
const CLUSTER: f64 = 0.05;

/// Onsets less likely than this do not take part in the alignment.
const LEAST_PROBABILITY: f64 = 0.3;

/// What a jump costs.
const JUMP: f64 = 5.0;

/// Tempos to begin with, seconds of the recording per second of the score.
const TEMPOS: [f64; 7] = [0.55, 0.68, 0.82, 1.0, 1.2, 1.45, 1.8];

/// Half the stretch of score in which the local tempo is looked for, seconds.
const TEMPO_REACH: f64 = 4.0;

/// Stretch of score that has one tempo, seconds.
const TEMPO_STEP: f64 = 0.25;

/// Anchors of an attempt that lines are drawn through: more than half an hour of music has.
const MOST_ANCHORS: usize = 10_000;

/// So many chords that are skipped within an attempt were played in it all the same, only not heard.
const MOST_SKIPPED: usize = 8;

/// Chords were left out, not played faster, where at the tempo around them they would have taken longer than what lies between
/// by so many seconds and by this share, and there are so many; and where so many were heard on each side, since a path that
/// leaps about is lost.
const LEFT_OUT_SECONDS: f64 = 2.0;
const LEFT_OUT_SHARE: f64 = 0.7;
const LEFT_OUT_CHORDS: usize = 3;
const LEFT_OUT_BESIDE: usize = 12;

/// A note this near to when its chord was heard answers for it, seconds.
const ANSWER: f64 = 0.12;

/// Beyond the first and the last anchor the tempo around them holds for so many seconds of the score, then that of all.
const EDGE: f64 = 2.5;

/// A pair of a score chord and when it was played.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Visit {
    chord: usize,
    /// Seconds of the recording.
    time: f64,
    /// Attempts begin with a jump back, or where chords were left out.
    attempt: usize,
}

impl Visit {
    fn is_jump_back(&self, before: &Visit) -> bool {
        self.chord <= before.chord
    }
}

/// A jump back in the score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct JumpBack {
    /// When what is played again was played first.
    pub(crate) abandoned_from: f64,
    /// When it is played again.
    pub(crate) resumed: f64,
    /// Score time it goes on at.
    pub(crate) score: f64,
}

/// An alignment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Alignment {
    /// By expected note, when it should have been played, seconds of the recording; none where nobody can tell.
    pub(crate) predicted: Vec<Option<f64>>,
    /// By expected note, seconds of the recording per second of the score there.
    pub(crate) slopes: Vec<f64>,
    /// Expected notes from the first chord that was reached to the last.
    pub(crate) covered: std::ops::Range<usize>,
    pub(crate) jumps: Vec<JumpBack>,
    /// When it goes on after chords that were left out, seconds of the recording.
    pub(crate) skips: Vec<f64>,
    /// Seconds of the recording in which what is played is played again later; ascending, apart from each other.
    pub(crate) abandoned: Vec<std::ops::Range<f64>>,
    /// Chords that were heard, by recording time: the first of their notes, and when.
    pub(crate) path: Vec<(usize, f64)>,
    /// What its path is worth.
    pub(crate) worth: f64,
    /// Typical distance between notes and where they were predicted, seconds.
    pub(crate) spread: f64,
}

/// How a path is looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Search {
    /// What a jump costs.
    pub(crate) jump: f64,
    /// How often the path is looked for along the tempo that was found.
    pub(crate) refinements: usize,
}

impl Default for Search {
    fn default() -> Search {
        Search { jump: JUMP, refinements: 2 }
    }
}

/// Aligns notes that were heard, sorted by onset, with expected ones; `None` where there is too little of either.
pub(crate) fn align(expected: &[ExpectedNote], heard: &[PlayedNote], search: Search) -> Option<Alignment> {
    let chords = Chords::of(expected);
    let clusters = Clusters::of(heard);
    // A single cluster says where it belongs only if a single chord is expected.
    if chords.onsets.is_empty() || clusters.times.len() < chords.onsets.len().min(2) {
        return None;
    }
    let (visits, worth) = visits(&chords, &clusters, (expected, heard), search);
    let attempts = attempts_of_chords(&visits, chords.onsets.len());
    let anchors = first_anchors(&chords, &visits, expected, heard);
    let first = predict(&chords, expected, &attempts, &anchors);
    let anchors = anchors_near(&first, &chords, &attempts, expected, heard);
    let second = predict(&chords, expected, &attempts, &anchors);
    let reached = || visits.iter().map(|visit| visit.chord);
    let (from, to) = (reached().min()?, reached().max()?);
    Some(Alignment {
        spread: spread(&second, expected, heard),
        slopes: second.iter().map(|line| line.map_or(1.0, |line| line.1)).collect(),
        predicted: second.into_iter().map(|line| line.map(|line| line.0)).collect(),
        covered: chords.notes[from].start..chords.notes[to].end,
        jumps: jumps(&visits, &chords),
        skips: skips(&visits),
        abandoned: abandoned(&visits, chords.onsets.len()),
        path: visits.iter().map(|visit| (chords.notes[visit.chord].start, visit.time)).collect(),
        worth,
    })
}

impl Alignment {
    /// Expected notes of chords on the path that were heard there, as often as they were.
    pub(crate) fn answered(&self, expected: &[ExpectedNote], heard: &[PlayedNote]) -> Vec<usize> {
        let mut answered = Vec::new();
        for &(first, time) in &self.path {
            let chord = expected[first..].iter().take_while(|note| note.onset - expected[first].onset <= CHORD);
            let is_heard = |note: &ExpectedNote| {
                best_near(heard, note.pitch, time, ANSWER, 20.0).is_some_and(|best| best.log_odds > 0.0)
            };
            answered.extend((first..).zip(chord).filter(|(_, note)| is_heard(note)).map(|(index, _)| index));
        }
        answered
    }

    /// The same, seen from some of the notes alone.
    pub(crate) fn narrowed(&self, expected: &[ExpectedNote], wanted: &[bool]) -> Alignment {
        // By note, how many before it are wanted.
        let mut before = vec![0];
        wanted.iter().for_each(|&wanted| before.push(before[before.len() - 1] + usize::from(wanted)));
        let kept = |index: &usize| wanted[*index];
        let notes: Vec<ExpectedNote> = (0..wanted.len()).filter(kept).map(|index| expected[index]).collect();
        let (all, chords) = (Chords::of(expected), Chords::of(&notes));
        let wanted_note = |first: usize| all.notes[all.of_note(first)].clone().find(kept);
        let mut visits: Vec<Visit> = Vec::new();
        let (mut last, mut went_back) = (None, false);
        for &(first, time) in &self.path {
            went_back |= last.replace(first).is_some_and(|last| first <= last);
            let Some(chord) = wanted_note(first).map(|note| chords.of_note(before[note])) else { continue };
            let (attempt, again) = visits.last().map_or((0, false), |v| (v.attempt, chord <= v.chord));
            // Chords of all notes may be parts of one of these.
            if went_back || !again {
                visits.push(Visit { chord, time, attempt: attempt + usize::from(again) });
                went_back = false;
            }
        }
        Alignment {
            predicted: (0..wanted.len()).filter(kept).map(|index| self.predicted[index]).collect(),
            slopes: (0..wanted.len()).filter(kept).map(|index| self.slopes[index]).collect(),
            covered: before[self.covered.start]..before[self.covered.end],
            jumps: jumps(&visits, &chords),
            skips: self.skips.clone(),
            abandoned: abandoned(&visits, chords.onsets.len()),
            path: visits.iter().map(|visit| (chords.notes[visit.chord].start, visit.time)).collect(),
            worth: self.worth,
            spread: self.spread,
        }
    }
}

/// The score, chord by chord.
struct Chords {
    onsets: Vec<f64>,
    notes: Vec<std::ops::Range<usize>>,
}

impl Chords {
    fn of(expected: &[ExpectedNote]) -> Chords {
        let mut chords = Chords { onsets: Vec::new(), notes: Vec::new() };
        for (index, note) in expected.iter().enumerate() {
            match chords.onsets.last() {
                Some(first) if note.onset - first <= CHORD => {
                    if let Some(notes) = chords.notes.last_mut() {
                        notes.end = index + 1;
                    }
                }
                _ => {
                    chords.onsets.push(note.onset);
                    chords.notes.push(index..index + 1);
                }
            }
        }
        chords
    }

    /// The chord of an expected note.
    fn of_note(&self, note: usize) -> usize {
        self.notes.partition_point(|notes| notes.end <= note)
    }
}

/// What was heard, cluster by cluster.
struct Clusters {
    times: Vec<f64>,
    /// Probability by pitch.
    pitches: Vec<Vec<(u8, f64)>>,
    /// Notes expected in each.
    weights: Vec<f64>,
}

impl Clusters {
    fn of(heard: &[PlayedNote]) -> Clusters {
        let mut clusters = Clusters { times: Vec::new(), pitches: Vec::new(), weights: Vec::new() };
        let likely = heard.iter().map(|note| (note, note.probability())).filter(|(_, p)| *p > LEAST_PROBABILITY);
        let likely: Vec<_> = likely.collect();
        let mut rest = likely.as_slice();
        while let Some(((first, _), _)) = rest.split_first() {
            let (cluster, later) = rest.split_at(rest.partition_point(|(note, _)| note.onset < first.onset + CLUSTER));
            let weight: f64 = cluster.iter().map(|(_, p)| p).sum();
            clusters.times.push(cluster.iter().map(|(note, p)| note.onset * p).sum::<f64>() / weight);
            let mut pitches: Vec<(u8, f64)> = Vec::new();
            for (note, probability) in cluster {
                match pitches.iter_mut().find(|(pitch, _)| *pitch == note.pitch) {
                    Some((_, most)) => *most = most.max(*probability),
                    None => pitches.push((note.pitch, *probability)),
                }
            }
            clusters.weights.push(pitches.iter().map(|(_, p)| p).sum());
            clusters.pitches.push(pitches);
            rest = later;
        }
        clusters
    }
}

/// The best path at the tempo that fits best, then along the tempo that it has, and what it is worth.
fn visits(
    chords: &Chords,
    clusters: &Clusters,
    (expected, heard): (&[ExpectedNote], &[PlayedNote]),
    search: Search,
) -> (Vec<Visit>, f64) {
    let rewards = Rewards::new(chords, clusters, expected, heard);
    let grid = Grid {
        score: &chords.onsets,
        played: &clusters.times,
        score_weights: (0..chords.onsets.len()).map(|chord| rewards.weight(chord)).collect(),
        played_weights: clusters.weights.iter().map(|weight| weight / weight.max(1.0).sqrt()).collect(),
        rewards,
        jump: search.jump,
    };
    let paths = TEMPOS.map(|tempo| (tempo, grid.best_path(&vec![tempo; chords.onsets.len()])));
    let best = paths.into_iter().max_by(|a, b| a.1.worth.total_cmp(&b.1.worth));
    let Some((tempo, mut path)) = best else { return (Vec::new(), 0.0) };
    for _ in 0..search.refinements {
        path = grid.best_path(&local_tempos(chords, clusters, &path.steps, tempo));
    }
    let tempos = local_tempos(chords, clusters, &path.steps, tempo);
    let leaves_out = |pair: &[Step]| {
        let (last, next) = (&pair[0], &pair[1]);
        let wanted = tempos[next.chord] * (chords.onsets[next.chord] - chords.onsets[last.chord]);
        let missing = wanted - (clusters.times[next.cluster] - clusters.times[last.cluster]);
        next.chord > last.chord + LEFT_OUT_CHORDS && missing > LEFT_OUT_SECONDS.max(LEFT_OUT_SHARE * wanted)
    };
    let goes_back = |pair: &[Step]| pair[1].chord <= pair[0].chord;
    let mut visits: Vec<Visit> = Vec::with_capacity(path.steps.len());
    let mut attempt = 0;
    for stretch in path.steps.chunk_by(|a, b| !goes_back(&[*a, *b])) {
        let mut parts: Vec<&[Step]> = stretch.chunk_by(|a, b| !leaves_out(&[*a, *b])).collect();
        if parts.iter().any(|part| part.len() < LEFT_OUT_BESIDE) {
            parts = vec![stretch];
        }
        for part in parts {
            let visit = |step: &Step| Visit { chord: step.chord, time: clusters.times[step.cluster], attempt };
            visits.extend(part.iter().map(visit));
            attempt += 1;
        }
    }
    (visits, path.worth)
}

/// By chord, seconds of the recording per second of the score around it.
fn local_tempos(chords: &Chords, clusters: &Clusters, steps: &[Step], otherwise: f64) -> Vec<f64> {
    let ratio = |pair: &[Step]| {
        let (from, to) = (chords.onsets[pair[0].chord], chords.onsets[pair[1].chord]);
        let (score, played) = (to - from, clusters.times[pair[1].cluster] - clusters.times[pair[0].cluster]);
        (score > 0.05 && score < TEMPO_REACH && played > 0.02).then(|| (0.5 * (from + to), played / score))
    };
    let mut ratios: Vec<(f64, f64)> = steps.windows(2).filter_map(ratio).collect();
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    let local = |onset: f64| {
        let first = ratios.partition_point(|(at, _)| *at < onset - TEMPO_REACH);
        let end = ratios.partition_point(|(at, _)| *at <= onset + TEMPO_REACH);
        let near: Vec<f64> = ratios[first..end].iter().map(|(_, ratio)| *ratio).collect();
        if near.len() >= 3 { median(near).clamp(0.35, 3.0) } else { otherwise }
    };
    // Chords that are close have the same.
    let mut known = (f64::NEG_INFINITY, otherwise);
    let of_chord = |&onset: &f64| {
        if onset - known.0 > TEMPO_STEP {
            known = (onset, local(onset));
        }
        known.1
    };
    chords.onsets.iter().map(of_chord).collect()
}

/// By chord, the attempt in which it was played last; chords in between belong to the attempt before them, those that were
/// left out to the last one that did not leave them out, if any.
fn attempts_of_chords(visits: &[Visit], chords: usize) -> Vec<Option<usize>> {
    let mut attempts: Vec<Option<usize>> = vec![None; chords];
    visits.iter().for_each(|visit| attempts[visit.chord] = Some(visit.attempt));
    let mut left_out = vec![false; chords];
    for pair in visits.windows(2).filter(|pair| is_skip(pair)) {
        left_out[pair[0].chord + 1..pair[1].chord].fill(true);
    }
    let mut passed: Vec<Option<usize>> = vec![None; chords];
    for pair in visits.windows(2).filter(|pair| pair[0].attempt == pair[1].attempt) {
        if pair[1].chord - pair[0].chord <= MOST_SKIPPED {
            passed[pair[0].chord + 1..pair[1].chord].fill(Some(pair[0].attempt));
        }
    }
    let mut known = attempts.iter().flatten().next().copied();
    for (attempt, (left_out, passed)) in attempts.iter_mut().zip(left_out.into_iter().zip(passed)) {
        known = attempt.or(known);
        *attempt = if left_out { attempt.or(passed) } else { known };
    }
    attempts
}

/// Whether chords were left out between two visits.
fn is_skip(pair: &[Visit]) -> bool {
    pair[1].attempt != pair[0].attempt && !pair[1].is_jump_back(&pair[0])
}

fn skips(visits: &[Visit]) -> Vec<f64> {
    visits.windows(2).filter(|pair| is_skip(pair)).map(|pair| pair[1].time).collect()
}

/// An anchor and the attempt that it belongs to.
struct AttemptAnchor {
    attempt: usize,
    anchor: Anchor,
}

/// Notes of chords that the path visits, last attempts only.
fn first_anchors(
    chords: &Chords,
    visits: &[Visit],
    expected: &[ExpectedNote],
    heard: &[PlayedNote],
) -> Vec<AttemptAnchor> {
    let mut last: Vec<Option<&Visit>> = vec![None; chords.onsets.len()];
    visits.iter().for_each(|visit| last[visit.chord] = Some(visit));
    let mut anchors = Vec::new();
    for (visit, notes) in last.iter().zip(&chords.notes).filter_map(|(visit, notes)| Some(((*visit)?, notes))) {
        for note in &expected[notes.clone()] {
            if let Some(best) = best_near(heard, note.pitch, visit.time, ANSWER, 20.0) {
                let anchor = Anchor { score: note.onset, played: best.onset, weight: best.probability() };
                anchors.push(AttemptAnchor { attempt: visit.attempt, anchor });
            }
        }
    }
    anchors
}

/// Notes near to where they were predicted.
fn anchors_near(
    predicted: &[Option<(f64, f64)>],
    chords: &Chords,
    attempts: &[Option<usize>],
    expected: &[ExpectedNote],
    heard: &[PlayedNote],
) -> Vec<AttemptAnchor> {
    let anchor = |index: usize| {
        let attempt = attempts[chords.of_note(index)]?;
        let best = best_near(heard, expected[index].pitch, predicted[index]?.0, 0.25, 15.0)?;
        let anchor = Anchor { score: expected[index].onset, played: best.onset, weight: best.probability() };
        (best.log_odds > -1.0).then_some(AttemptAnchor { attempt, anchor })
    };
    (0..expected.len()).filter_map(anchor).collect()
}

/// The most likely note of a pitch within `reach` seconds, distance counted as `slope` log-odds per second.
fn best_near(heard: &[PlayedNote], pitch: u8, time: f64, reach: f64, slope: f64) -> Option<&PlayedNote> {
    let first = heard.partition_point(|note| note.onset <= time - reach);
    let near = heard[first..].iter().take_while(|note| note.onset < time + reach).filter(|note| note.pitch == pitch);
    let worth = |note: &PlayedNote| f64::from(note.log_odds) - slope * (note.onset - time).abs();
    near.max_by(|a, b| worth(a).total_cmp(&worth(b)))
}

/// By expected note, recording time and slope from the anchors of its attempt.
fn predict(
    chords: &Chords,
    expected: &[ExpectedNote],
    attempts: &[Option<usize>],
    anchors: &[AttemptAnchor],
) -> Vec<Option<(f64, f64)>> {
    let count = attempts.iter().flatten().max().map_or(0, |most| most + 1);
    let mut of_attempt: Vec<Vec<Anchor>> = vec![Vec::new(); count];
    for AttemptAnchor { attempt, anchor } in anchors {
        of_attempt[*attempt].push(Anchor { weight: anchor.weight + 0.05, ..*anchor });
    }
    of_attempt.iter_mut().for_each(thin_out);
    let mut predicted = Vec::with_capacity(expected.len());
    for (chord, notes) in chords.notes.iter().enumerate() {
        let onset = chords.onsets[chord];
        let line = attempts[chord].and_then(|attempt| line_at(&of_attempt[attempt], onset));
        let at = |note: &ExpectedNote| line.map(|line| (line.played + line.slope * (note.onset - onset), line.slope));
        predicted.extend(expected[notes.clone()].iter().map(at));
    }
    predicted
}

/// Leaves so few anchors that lines through them take bounded time.
fn thin_out(anchors: &mut Vec<Anchor>) {
    let stride = anchors.len().div_ceil(MOST_ANCHORS).max(1);
    let mut index = 0;
    anchors.retain(|_| {
        index += 1;
        (index - 1) % stride == 0
    });
}

/// The line through the anchors of an attempt, which are sorted by score time.
fn line_at(anchors: &[Anchor], score: f64) -> Option<Line> {
    let (first, last) = (anchors.first()?, anchors.last()?);
    let nearest = score.clamp(first.score - EDGE, last.score + EDGE);
    let line = PREDICTION.line(anchors, nearest);
    let span = last.score - first.score;
    let overall = if span > EDGE { (last.played - first.played) / span } else { line.slope };
    let slope = if score == nearest { line.slope } else { overall.clamp(0.3, 3.5) };
    Some(Line { played: line.played + slope * (score - nearest), slope })
}

/// How far likely notes are from where they were predicted.
fn spread(predicted: &[Option<(f64, f64)>], expected: &[ExpectedNote], heard: &[PlayedNote]) -> f64 {
    let distance = |(note, predicted): (&ExpectedNote, &Option<(f64, f64)>)| {
        let time = predicted.as_ref()?.0;
        let best = best_near(heard, note.pitch, time, 0.25, 15.0).filter(|best| best.log_odds > 2.0)?;
        Some((best.onset - time).abs())
    };
    let distances: Vec<f64> = expected.iter().zip(predicted).filter_map(distance).collect();
    let typical = if distances.len() > 5 { MAD * median(distances) } else { 0.04 };
    typical.clamp(0.012, 0.12)
}

/// Where the path goes back in the score.
fn jumps(visits: &[Visit], chords: &Chords) -> Vec<JumpBack> {
    let jump = |(index, pair): (usize, &[Visit])| {
        let [before, after] = pair else { return None };
        if !after.is_jump_back(before) {
            return None;
        }
        let again = visits[..=index].iter().filter(|visit| visit.chord >= after.chord);
        let abandoned_from = again.map(|visit| visit.time).fold(before.time, f64::min);
        Some(JumpBack { abandoned_from, resumed: after.time, score: chords.onsets[after.chord] })
    };
    visits.windows(2).enumerate().filter_map(jump).collect()
}

/// When chords are visited that a later attempt visits again: from each first of them to the next visit that is none.
fn abandoned(visits: &[Visit], chords: usize) -> Vec<std::ops::Range<f64>> {
    let mut is_abandoned = vec![false; visits.len()];
    let mut again = vec![false; chords];
    let mut end = visits.len();
    for attempt in visits.chunk_by(|a, b| a.attempt == b.attempt).rev() {
        let start = end - attempt.len();
        for (visit, abandoned) in attempt.iter().zip(&mut is_abandoned[start..end]) {
            *abandoned = again[visit.chord];
        }
        for pair in attempt.windows(2).filter(|pair| pair[1].chord - pair[0].chord <= MOST_SKIPPED) {
            again[pair[0].chord..pair[1].chord].fill(true);
        }
        attempt.iter().for_each(|visit| again[visit.chord] = true);
        end = start;
    }
    let mut stretches: Vec<std::ops::Range<f64>> = Vec::new();
    for (pair, abandoned) in visits.windows(2).zip(&is_abandoned) {
        match stretches.last_mut() {
            _ if !abandoned => {}
            Some(stretch) if stretch.end == pair[0].time => stretch.end = pair[1].time,
            _ => stretches.push(pair[0].time..pair[1].time),
        }
    }
    stretches
}
