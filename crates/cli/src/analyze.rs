//! `rae analyze`: what a student played beside what was expected.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use rust_audio_engine::analysis::{Assessment, Part, Settings, Strictness, Timing};
use rust_audio_engine::{AssessmentSettings, BarRange, Seconds, analyze_performance, read_midi};

use crate::exit::Failure;
use crate::terminal::{print, print_json, say};
use crate::values::{Channels, Tracks, channels, show_time, tracks};

/// Say what was right, wrong, missed, early or late in a recording
///
/// Aligns the recording with the expected notes, restarts included, and decides about every note. Sound of any format and
/// length can be recorded, at any tempo and tuning; a MIDI file, as of a digital piano, is taken note by note.
#[derive(Args)]
pub(crate) struct Analyze {
    /// The recording: sound or a MIDI file
    recording: PathBuf,
    /// The MIDI file with the expected notes
    expected: PathBuf,
    /// Expect the notes of these tracks alone, such as 2 or 1,3-4
    #[arg(long, value_name = "LIST", value_parser = tracks, help_heading = "Expected")]
    tracks: Option<Tracks>,
    /// Expect the notes of these channels alone, such as 1 or 1-4,6
    #[arg(long, value_name = "LIST", value_parser = channels, help_heading = "Expected")]
    channels: Option<Channels>,
    /// Expect the notes of these bars alone, counted from 1: 5, 5-8 or 5-
    #[arg(long, value_name = "A-B", help_heading = "Expected")]
    bars: Option<BarRange>,
    /// Semitones from the written to the sounding pitch, for transposing instruments
    #[arg(long, value_name = "SEMITONES", default_value_t = 0, value_parser = clap::value_parser!(i8).range(-96..=96), allow_negative_numbers = true, help_heading = "Expected")]
    transpose: i8,
    /// How near to its time a note is on time: 100, 60 or 40 ms
    #[arg(long, value_enum, default_value = "standard", help_heading = "Judging")]
    strictness: Level,
    /// Take a note in another octave as right
    #[arg(long, help_heading = "Judging")]
    any_octave: bool,
    /// Print everything as JSON (schemas/assessment.schema.json)
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Level {
    /// 100 ms
    Beginner,
    /// 60 ms
    Standard,
    /// 40 ms
    Exam,
}

impl Analyze {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let expected = read_midi(&self.expected)?;
        let assessment = analyze_performance(&self.recording, &expected, &self.settings())?;
        if self.json {
            return print_json(&assessment);
        }
        assessment.notices.iter().for_each(|notice| say(&format!("rae: {notice}")));
        print(&summary(&assessment))
    }

    fn settings(&self) -> AssessmentSettings {
        let tracks = self.tracks.as_ref().map_or(&[][..], |Tracks(tracks)| tracks);
        AssessmentSettings {
            part: Part {
                tracks: tracks.iter().map(|&track| track.into()).collect(),
                channels: self.channels.as_ref().map_or(Vec::new(), |Channels(channels)| channels.clone()),
                bars: self.bars.map(|bars| bars.first..=bars.last.unwrap_or(u64::MAX)),
                transpose: self.transpose,
            },
            judging: Settings {
                strictness: match self.strictness {
                    Level::Beginner => Strictness::Beginner,
                    Level::Standard => Strictness::Standard,
                    Level::Exam => Strictness::Exam,
                },
                any_octave: self.any_octave,
            },
        }
    }
}

/// What a person wants to know first.
fn summary(assessment: &Assessment) -> String {
    let mut text = String::new();
    let mut line = |line: std::fmt::Arguments<'_>| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
    };
    let percent = |share: Option<f64>| share.map_or("–".into(), |share| format!("{:.0} %", 100.0 * share));
    let counts = assessment.counts;
    if let Some(reason) = &assessment.reason {
        line(format_args!("{reason}"));
    }
    line(format_args!(
        "pitch    {:>5}   {} of {} notes right, {} at a wrong pitch, {} missed, {} added",
        percent(assessment.pitch_accuracy),
        counts.correct,
        assessment.notes_expected,
        counts.wrong_pitch,
        counts.missed,
        counts.extra
    ));
    let timed = |timing| assessment.notes.iter().filter(|note| note.timing == Some(timing)).count();
    line(format_args!(
        "rhythm   {:>5}   {} early, {} late",
        percent(assessment.rhythm_accuracy),
        timed(Timing::Early),
        timed(Timing::Late)
    ));
    if let Some(ratio) = assessment.tempo.ratio {
        line(format_args!(
            "tempo    {:>5}   of the written one, {} steady",
            percent(Some(ratio)),
            percent(assessment.tempo.steadiness)
        ));
    }
    if let Some(cents) = assessment.tuning_cents.filter(|_| counts.correct > 0) {
        line(format_args!("tuning   {cents:>+4.0} ct   from A = 440 Hz"));
    }
    if assessment.completion < 0.995 {
        line(format_args!("reached  {:>5}   of the piece", percent(Some(assessment.completion))));
    }
    for restart in &assessment.restarts {
        line(format_args!("restart  at {} from bar {}", show_time(Seconds(restart.at_s)), restart.bar));
    }
    if !assessment.weakest_bars.is_empty() {
        let bars: Vec<String> = assessment.weakest_bars.iter().map(u64::to_string).collect();
        line(format_args!("weakest  bar {}", bars.join(", ")));
    }
    for advice in &assessment.advice {
        line(format_args!("- {}", advice.text));
    }
    text
}
