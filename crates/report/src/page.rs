//! What a report says, without saying how it is laid out.

use rae_analysis::{Assessment, Counts, Status, Timing};

use crate::marks::Verdict;
use crate::mistakes::{Mistake, mistakes};
use crate::sheet::Sheet;
use crate::{PerformanceReport, pitch, words};

/// Below these the result is to be taken with care: signal to noise in dB, share of notes that fit, probability of the piece.
const LEAST_SNR: f64 = 4.0;
const LEAST_CONFIDENCE: f64 = 0.6;
const LEAST_PROBABILITY: f64 = 0.9;

/// Of fewer notes than these nobody can tell which piece they belong to.
const TELLING_NOTES: usize = 8;

/// Notes whose pitch is known, and the distance from the player's own tuning that makes intonation worth a word, cents.
const INTONATION_NOTES: usize = 8;
const INTONATION_WORTH: f64 = 5.0;

/// A tuning so near to A = 440 Hz is in tune, cents.
const IN_TUNE: f64 = 8.0;

/// So many notes of a weak bar are named.
const MOST_FAULTS: usize = 6;

/// So many returns and notices of files are told one by one.
const MOST_RESTARTS: usize = 10;
const MOST_NOTICES: usize = 10;

/// A figure with what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) grade: String,
    pub(crate) detail: String,
}

/// A kind of mark and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Note(Verdict),
    Early,
    Late,
}

impl Sign {
    pub(crate) const CORRECT: Sign = Sign::Note(Verdict::Correct);
}

/// One of the weakest bars.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WeakBar {
    pub(crate) bar: u64,
    pub(crate) score: String,
    pub(crate) counts: Counts,
    pub(crate) timing: String,
    pub(crate) at: String,
    /// Its wrong and missed notes.
    pub(crate) notes: String,
}

/// The contents.
pub(crate) struct Page {
    pub(crate) title: String,
    pub(crate) facts: Vec<String>,
    /// Why there are no scores.
    pub(crate) reason: Option<String>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) key: Vec<(Sign, usize, &'static str)>,
    pub(crate) advice: Vec<String>,
    pub(crate) warnings: Vec<String>,
    pub(crate) remarks: Vec<String>,
    pub(crate) weakest: Vec<WeakBar>,
    pub(crate) mistakes: Vec<Mistake>,
    pub(crate) more_mistakes: usize,
}

impl Page {
    pub(crate) fn new(report: &PerformanceReport<'_>, sheet: &Sheet<'_>) -> Page {
        let (heading, assessment) = (report.heading, report.assessment);
        let named = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name}: {value}"));
        let facts =
            [named("Player", &heading.player), named("Recording", &heading.recording), named("Date", &heading.date)];
        let judged = assessment.reason.is_none() && !assessment.quality.silent;
        let (mistakes, more_mistakes) =
            if judged { mistakes(assessment, &sheet.marks.unreached) } else { (Vec::new(), 0) };
        Page {
            title: if heading.piece.trim().is_empty() { "Performance".into() } else { heading.piece.clone() },
            facts: facts.into_iter().flatten().chain(heading.details.iter().cloned()).collect(),
            reason: assessment.reason.as_ref().map(|reason| sentence(reason)),
            figures: if assessment.reason.is_none() { figures(assessment) } else { Vec::new() },
            key: key(assessment),
            advice: assessment.advice.iter().map(|advice| advice.text.clone()).collect(),
            warnings: warnings(assessment),
            remarks: remarks(assessment, sheet, judged),
            weakest: if assessment.reason.is_none() { weakest(assessment) } else { Vec::new() },
            mistakes,
            more_mistakes,
        }
    }
}

fn figures(assessment: &Assessment) -> Vec<Figure> {
    let Counts { correct, wrong_pitch, missed, extra } = assessment.counts;
    let mut figures = Vec::new();
    if let Some(share) = assessment.pitch_accuracy {
        let mut detail =
            format!("{correct} of {} right", words::count(correct + wrong_pitch + missed, "note", "notes"));
        if extra > 0 {
            detail.push_str(&format!(", {extra} added"));
        }
        let grade = words::grade(share).into();
        figures.push(Figure { name: "Notes", value: words::percent(share), grade, detail });
    }
    if let Some(share) = assessment.rhythm_accuracy {
        let detail = format!("{} early, {} late", timed(assessment, Timing::Early), timed(assessment, Timing::Late));
        let grade = words::grade(share).into();
        figures.push(Figure { name: "Rhythm", value: words::percent(share), grade, detail });
    }
    if let Some(ratio) = assessment.tempo.ratio {
        let grade = assessment.tempo.steadiness.map_or(String::new(), |share| words::steadiness(share).into());
        figures.push(Figure { name: "Tempo", value: words::ratio(ratio), grade, detail: words::tempo(ratio).into() });
    }
    if let Some(cents) = assessment.tuning_cents.filter(|_| correct > 0) {
        let grade = if cents.abs() <= IN_TUNE {
            "in tune"
        } else if cents > 0.0 {
            "sharp"
        } else {
            "flat"
        };
        let detail = "from A = 440 Hz".into();
        figures.push(Figure { name: "Tuning", value: words::cents(cents), grade: grade.into(), detail });
    }
    figures
}

fn timed(assessment: &Assessment, timing: Timing) -> usize {
    assessment.notes.iter().filter(|note| note.timing == Some(timing)).count()
}

fn key(assessment: &Assessment) -> Vec<(Sign, usize, &'static str)> {
    let Counts { correct, wrong_pitch, missed, extra } = assessment.counts;
    vec![
        (Sign::Note(Verdict::Correct), correct, "right"),
        (Sign::Note(Verdict::WrongPitch), wrong_pitch, if wrong_pitch == 1 { "wrong pitch" } else { "wrong pitches" }),
        (Sign::Note(Verdict::Missed), missed, "missed"),
        (Sign::Note(Verdict::Extra), extra, "added"),
        (Sign::Early, timed(assessment, Timing::Early), "early"),
        (Sign::Late, timed(assessment, Timing::Late), "late"),
    ]
}

fn warnings(assessment: &Assessment) -> Vec<String> {
    let quality = &assessment.quality;
    let mut warnings = Vec::new();
    if quality.silent {
        warnings.push("Nothing is to be heard in the recording.".into());
    }
    if quality.clipped {
        warnings.push("The recording is overdriven: record at a lower level for a surer result.".into());
    }
    // Sounds that go on and on are no noise: where all fits, nothing is to be warned of.
    let fits = quality.alignment_confidence >= LEAST_CONFIDENCE;
    if let Some(snr) = quality.snr_db.filter(|snr| *snr < LEAST_SNR && !quality.silent && !fits) {
        warnings.push(format!(
            "The music is hardly louder than the rest of the recording ({snr:.0} dB): some verdicts may be wrong."
        ));
    }
    if assessment.reason.is_none() && !quality.silent {
        let heard = assessment.notes_played;
        if quality.same_piece_probability < LEAST_PROBABILITY && heard < TELLING_NOTES {
            let notes = words::count(heard, "note", "notes");
            warnings.push(format!(
                "The recording is short: from {notes} nobody can tell for certain that it is this piece."
            ));
        } else if quality.same_piece_probability < LEAST_PROBABILITY {
            let sure = words::percent(quality.same_piece_probability);
            warnings.push(format!("It is not certain that this piece was played ({sure})."));
        } else if quality.alignment_confidence < LEAST_CONFIDENCE {
            let fit = words::percent(quality.alignment_confidence);
            warnings.push(format!("Only {fit} of the notes fit the music: take single verdicts with care."));
        }
    }
    warnings
}

fn remarks(assessment: &Assessment, sheet: &Sheet<'_>, judged: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    if judged {
        remarks.extend(unreached(assessment, sheet));
        for restart in assessment.restarts.iter().take(MOST_RESTARTS) {
            remarks.push(format!("At {} the player went back to bar {}.", words::clock(restart.at_s), restart.bar));
        }
        if assessment.restarts.len() > MOST_RESTARTS {
            let more = words::count(assessment.restarts.len() - MOST_RESTARTS, "time", "times");
            remarks.push(format!("… and went back {more} more."));
        }
        remarks.extend(intonation(assessment));
    }
    if sheet.marks.left_out > 0 {
        let (left_out, drawn) = (sheet.marks.left_out, sheet.marks.notes.len());
        remarks.push(format!("The picture shows {drawn} notes; {left_out} more have no room in it."));
    }
    if assessment.notes_expected > 0 {
        remarks.push(format!("Difficulty of the piece: {:.1} of 10.", assessment.difficulty.score));
    }
    remarks.extend(assessment.notices.iter().take(MOST_NOTICES).map(|notice| sentence(notice)));
    if assessment.notices.len() > MOST_NOTICES {
        let more = words::count(assessment.notices.len() - MOST_NOTICES, "notice", "notices");
        remarks.push(format!("… and {more} more."));
    }
    remarks
}

/// What of the piece the recording has no place for.
fn unreached(assessment: &Assessment, sheet: &Sheet<'_>) -> Vec<String> {
    let unreached = &sheet.marks.unreached;
    if unreached.len() == assessment.notes.len() {
        return Vec::new();
    }
    let due = |index: &&usize| assessment.notes[**index].predicted_onset_s;
    let (due_once, left_out): (Vec<&usize>, Vec<&usize>) = unreached.iter().partition(|index| due(index).is_some());
    let (before, after): (Vec<&usize>, Vec<&usize>) =
        due_once.iter().partition(|index| due(index).is_some_and(|due| due < 0.0));
    let remark = |indices: &[&usize], place: &str| {
        let (first, last) = (indices.first()?, indices.last()?);
        let (first, last) = (assessment.notes[**first].bar, assessment.notes[**last].bar);
        let bars = if first == last { format!("bar {first}") } else { format!("bars {first} to {last}") };
        let notes = words::count(indices.len(), "note", "notes");
        let (lie, count) = if indices.len() == 1 { ("lies", "counts") } else { ("lie", "count") };
        Some(format!("{notes} of {bars} {lie} {place} and {count} as missed."))
    };
    let places = [
        remark(&before, "before the beginning of the recording"),
        remark(&after, "after the end of the recording"),
        remark(&left_out, "where the player left something out"),
    ];
    places.into_iter().flatten().collect()
}

/// How far single notes are from the player's own tuning.
fn intonation(assessment: &Assessment) -> Option<String> {
    let right = assessment.notes.iter().filter(|note| note.status == Status::Correct);
    let mut off: Vec<(f64, u64, u8)> =
        right.filter_map(|note| Some((note.cents_vs_own_tuning?, note.bar, note.pitch))).collect();
    off.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
    let median = off.get(off.len() / 2)?.0.abs();
    if off.len() < INTONATION_NOTES || median < INTONATION_WORTH {
        return None;
    }
    let worst: Vec<String> = off
        .iter()
        .take(3)
        .map(|&(cents, bar, key)| format!("{} in bar {bar} ({})", pitch::name(key), words::cents(cents)))
        .collect();
    Some(format!(
        "Intonation: typically {median:.0} cents from the player's own tuning; farthest off: {}.",
        worst.join(", ")
    ))
}

fn weakest(assessment: &Assessment) -> Vec<WeakBar> {
    let section = |bar: &u64| assessment.sections.iter().find(|section| section.bar == *bar);
    let bars = assessment.weakest_bars.iter().filter_map(section);
    bars.map(|section| WeakBar {
        bar: section.bar,
        score: words::percent(section.score),
        counts: section.counts,
        timing: section.mean_deviation_ms.map_or("–".into(), |mean| format!("{mean:.0} ms")),
        at: section.recording_s.map_or("–".into(), words::clock),
        notes: faults_of(assessment, section.bar),
    })
    .collect()
}

/// The wrong and missed notes of a bar: `Bb3 for B3, C5 missing`.
fn faults_of(assessment: &Assessment, bar: u64) -> String {
    let first = assessment.notes.partition_point(|note| note.bar < bar);
    let of_bar = assessment.notes[first..].iter().take_while(|note| note.bar == bar);
    let faults = of_bar.filter_map(|note| match (note.status, note.played_pitch) {
        (Status::WrongPitch, Some(played)) => Some(format!("{} for {}", pitch::name(played), pitch::name(note.pitch))),
        (Status::Missed, _) => Some(format!("{} missing", pitch::name(note.pitch))),
        _ => None,
    });
    let mut faults: Vec<String> = faults.collect();
    if faults.len() > MOST_FAULTS {
        let more = faults.len() - MOST_FAULTS;
        faults.truncate(MOST_FAULTS);
        faults.push(format!("{more} more"));
    }
    faults.join(", ")
}

/// With a capital at its beginning and a full stop at its end.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    let rest = letters.as_str();
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{rest}{stop}")
}
