//! What to do next: the most serious three things, each as a code and in words.

use crate::assessment::{Advice, AdviceCode, Counts, Restart, Section, TempoReport};

/// How many pieces of advice there are at most.
const MOST: usize = 3;

/// From which share of the expected notes on something is worth a word.
const WORTH_A_WORD: f64 = 0.05;

/// What advice is drawn from.
pub(crate) struct Findings<'a> {
    pub(crate) counts: Counts,
    /// Notes that were early or late.
    pub(crate) off_time: usize,
    pub(crate) rhythm_accuracy: Option<f64>,
    pub(crate) tempo: &'a TempoReport,
    pub(crate) sections: &'a [Section],
    pub(crate) weakest: &'a [u64],
    pub(crate) restarts: &'a [Restart],
    pub(crate) completion: f64,
}

/// Advice, the most serious first.
pub(crate) fn advice(findings: &Findings<'_>) -> Vec<Advice> {
    let mut rated = candidates(findings);
    rated.sort_by(|a, b| b.0.total_cmp(&a.0));
    if rated.is_empty() {
        rated.push((0.0, plain(AdviceCode::WellDone, praise(findings).into())));
    }
    rated.into_iter().take(MOST).map(|(_, advice)| advice).collect()
}

/// Of faults too few for advice it says at least that there are some.
fn praise(findings: &Findings<'_>) -> &'static str {
    let Counts { wrong_pitch, missed, extra, .. } = findings.counts;
    if wrong_pitch + missed + extra > 0 {
        "Nearly all notes are right. Well done!"
    } else if findings.off_time > 0 {
        "All notes are right, nearly all in time. Well done!"
    } else {
        "All notes are there and in time. Well done!"
    }
}

fn plain(code: AdviceCode, text: String) -> Advice {
    Advice { code, bars: Vec::new(), text }
}

/// What may be said, and how serious it is: about the share of the mark that it costs.
fn candidates(findings: &Findings<'_>) -> Vec<(f64, Advice)> {
    let Counts { correct, wrong_pitch, missed, extra } = findings.counts;
    let expected = (correct + wrong_pitch + missed).max(1) as f64;
    let mut rated = Vec::new();
    let mut add = |serious: f64, least: f64, code: AdviceCode, text: String| {
        if serious >= least {
            rated.push((serious, plain(code, text)));
        }
    };
    // What was never reached is no mistake of the notes that were.
    let reached = (findings.completion * expected).max(1.0);
    let missed_of_reached = (missed as f64 - (expected - reached)).max(0.0).round();
    add(
        missed_of_reached / reached,
        WORTH_A_WORD,
        AdviceCode::MissedNotes,
        format!("{}: play slowly and listen for each of them.", are(missed_of_reached as usize, "missing")),
    );
    add(
        wrong_pitch as f64 / expected,
        WORTH_A_WORD,
        AdviceCode::WrongPitches,
        format!("{}: look at the keys and the signature again.", are(wrong_pitch, "at a wrong pitch")),
    );
    add(
        extra as f64 / expected,
        WORTH_A_WORD,
        AdviceCode::ExtraNotes,
        format!("{}: take care not to touch neighbouring keys.", are(extra, "not in the music")),
    );
    add(
        1.0 - findings.completion,
        0.1,
        AdviceCode::Unfinished,
        format!("{:.0} % of the piece was played: go on to the end, even with mistakes.", 100.0 * findings.completion),
    );
    add(0.1 * findings.restarts.len() as f64, 0.1, AdviceCode::Restarts, restarts_text(findings.restarts.len()));
    if let Some(rhythm) = findings.rhythm_accuracy {
        add(
            1.0 - rhythm,
            0.1,
            AdviceCode::UnevenRhythm,
            "Notes come early or late: count aloud, or play with the metronome.".into(),
        );
    }
    if let Some((serious, code, text)) = tempo_advice(findings.tempo) {
        add(serious, 0.1, code, text);
    }
    rated.extend(practise_bars(findings));
    rated
}

/// `1 note is missing`, `2 notes are missing`.
fn are(count: usize, what: &str) -> String {
    if count == 1 { format!("1 note is {what}") } else { format!("{count} notes are {what}") }
}

fn restarts_text(count: usize) -> String {
    let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
    format!("You went back {times}: keep going after a mistake, and practise the hard place by itself afterwards.")
}

fn tempo_advice(tempo: &TempoReport) -> Option<(f64, AdviceCode, String)> {
    let steadiness = tempo.steadiness?;
    let third = tempo.curve.len() / 3;
    if third == 0 {
        return None;
    }
    let mean = |points: &[crate::TempoPoint]| points.iter().map(|p| p.ratio).sum::<f64>() / points.len() as f64;
    let change = mean(&tempo.curve[tempo.curve.len() - third..]) / mean(&tempo.curve[..third]);
    let percent = 100.0 * (change - 1.0).abs();
    Some(if change > 1.1 {
        (change - 1.0, AdviceCode::Rushing, format!("The tempo rises by {percent:.0} %: hold it back."))
    } else if change < 0.9 {
        (1.0 - change, AdviceCode::Dragging, format!("The tempo falls by {percent:.0} %: keep it up, or begin slower."))
    } else {
        (
            0.5 * (1.0 - steadiness),
            AdviceCode::UnsteadyTempo,
            "The tempo goes up and down: play with the metronome.".into(),
        )
    })
}

/// Where at least half of the mistakes are in the weakest bars, which are not all there are.
fn practise_bars(findings: &Findings<'_>) -> Option<(f64, Advice)> {
    let mistakes = |counts: Counts| (counts.wrong_pitch + counts.missed + counts.extra) as f64;
    let all: f64 = findings.sections.iter().map(|section| mistakes(section.counts)).sum();
    let weak = findings.sections.iter().filter(|section| findings.weakest.contains(&section.bar));
    let of_weakest: f64 = weak.map(|section| mistakes(section.counts)).sum();
    if all < 2.0 || of_weakest < 0.5 * all || findings.weakest.len() >= findings.sections.len() {
        return None;
    }
    let mut bars = findings.weakest.to_vec();
    bars.sort_unstable();
    let text = match bars.as_slice() {
        [bar] => format!("Most mistakes are in bar {bar}: practise it by itself, slowly at first."),
        bars => format!("Most mistakes are in {}: practise each by itself, slowly at first.", named(bars)),
    };
    let expected: usize =
        findings.sections.iter().map(|s| s.counts.correct + s.counts.wrong_pitch + s.counts.missed).sum();
    Some((of_weakest / expected.max(1) as f64 + 0.05, Advice { code: AdviceCode::PractiseBars, bars, text }))
}

/// `bars 1, 3 and 7`, of two bars at least.
fn named(bars: &[u64]) -> String {
    let numbers: Vec<String> = bars.iter().map(u64::to_string).collect();
    let (last, first) = numbers.split_last().map_or(("", &[][..]), |(last, first)| (last, first));
    format!("bars {} and {last}", first.join(", "))
}
