//! Numbers as people say them.

use rae_analysis::{ExtraNote, NoteAssessment, Status};

use crate::pitch;

/// A share in percent. Only all is 100 %, only nothing 0 %.
pub(crate) fn percent(share: f64) -> String {
    let percent = (100.0 * share).round();
    let percent = if share < 1.0 { percent.min(99.0) } else { percent };
    let percent = if share > 0.0 { percent.max(1.0) } else { percent };
    format!("{percent:.0} %")
}

/// A ratio in percent, which may be more than all.
pub(crate) fn ratio(ratio: f64) -> String {
    format!("{:.0} %", 100.0 * ratio)
}

/// A share in a word.
pub(crate) fn grade(share: f64) -> &'static str {
    // As it is shown.
    match (100.0 * share).round() / 100.0 {
        share if share >= 0.98 => "excellent",
        share if share >= 0.93 => "very good",
        share if share >= 0.85 => "good",
        share if share >= 0.7 => "fair",
        _ => "needs practice",
    }
}

/// Steadiness of the tempo in a word.
pub(crate) fn steadiness(share: f64) -> &'static str {
    match share {
        share if share >= 0.9 => "steady",
        share if share >= 0.75 => "fairly steady",
        _ => "unsteady",
    }
}

/// The played tempo beside the written one.
pub(crate) fn tempo(ratio: f64) -> &'static str {
    match ratio {
        ratio if ratio > 1.03 => "faster than written",
        ratio if ratio < 0.97 => "slower than written",
        _ => "as written",
    }
}

/// `1 note`, `2 notes`.
pub(crate) fn count(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// `0:05`, `1:00:00`.
pub(crate) fn clock(seconds: f64) -> String {
    let seconds = seconds.max(0.0).floor() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// Cents with their sign.
pub(crate) fn cents(cents: f64) -> String {
    let whole = cents.abs().round();
    let sign = if cents.round() < 0.0 { "−" } else { "+" };
    format!("{sign}{whole:.0} {}", if whole == 1.0 { "cent" } else { "cents" })
}

/// What became of an expected note whose name is given.
pub(crate) fn note(note: &NoteAssessment, name: &str) -> String {
    let what = match (note.status, note.played_pitch) {
        (Status::Correct, Some(played)) if played != note.pitch => format!("played as {}", pitch::name(played)),
        (Status::Correct, _) => "played".into(),
        (Status::WrongPitch, Some(played)) => format!("{} played instead", pitch::name(played)),
        (Status::WrongPitch, None) => "played at a wrong pitch".into(),
        (Status::Missed, _) => "missed".into(),
    };
    let mut text = format!("Bar {}, {name}: {what}", note.bar);
    if let Some(deviation) = note.deviation_ms {
        text.push_str(", ");
        text.push_str(&timing(deviation));
    }
    if let Some(off) = note.cents_vs_own_tuning.filter(|cents| cents.abs() >= 10.0) {
        text.push_str(", ");
        text.push_str(&cents(off));
    }
    text
}

/// `45 ms late`.
pub(crate) fn timing(deviation_ms: f64) -> String {
    let milliseconds = deviation_ms.abs().round();
    if milliseconds < 1.0 {
        "in time".into()
    } else {
        format!("{milliseconds:.0} ms {}", if deviation_ms < 0.0 { "early" } else { "late" })
    }
}

/// A note that is not in the music.
pub(crate) fn extra(extra: &ExtraNote) -> String {
    format!("{}: not in the music", pitch::name(extra.pitch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_is_all() {
        assert_eq!([1.0, 0.999, 0.5, 0.001, 0.0].map(percent), ["100 %", "99 %", "50 %", "1 %", "0 %"]);
    }

    #[test]
    fn grades_are_those_of_the_figures_that_are_shown() {
        assert_eq!([0.98, 0.849, 0.844, 0.0].map(grade), ["excellent", "good", "fair", "needs practice"]);
    }

    #[test]
    fn numbers_read_as_people_say_them() {
        assert_eq!([0.0, 65.9, 3600.0].map(clock), ["0:00", "1:05", "1:00:00"]);
        assert_eq!([-12.4, 1.0, -0.2].map(cents), ["−12 cents", "+1 cent", "+0 cents"]);
        assert_eq!([-12.4, 3.0, 0.2].map(timing), ["12 ms early", "3 ms late", "in time"]);
    }
}
