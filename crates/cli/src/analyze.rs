//! `rae analyze`: what a student played beside what was expected.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rust_audio_engine::analysis::{Hand, Part, SPLIT, Settings, Strictness};
use rust_audio_engine::midi::Parsed;
use rust_audio_engine::{
    AssessmentSettings, BarRange, ClosedFile, Error, Heading, OutputFile, ReportFormat, assess_recording, check_output,
};

use crate::exit::Failure;
use crate::output::makes_file;
use crate::song::read_song;
use crate::terminal::{print, print_json};
use crate::values::{Channels, Tracks, channels, tracks};

/// Say what was right, wrong, missed, early or late in a recording
///
/// Aligns the recording with the expected notes, restarts included, and decides about every note. Sound of any format and
/// length can be recorded, at any tempo and tuning; a MIDI file, as of a digital piano, is taken note by note.
#[derive(Args)]
pub(crate) struct Analyze {
    /// The recording: sound or a MIDI file; - is sound on standard input
    recording: PathBuf,
    /// The MIDI file with the expected notes; - is standard input
    expected: PathBuf,
    /// Expect the notes of these tracks alone, such as 2 or 1,3-4
    #[arg(long, value_name = "LIST", value_parser = tracks, help_heading = "Expected")]
    tracks: Option<Tracks>,
    /// Expect the notes of these channels alone, such as 1 or 1-4,6
    #[arg(long, value_name = "LIST", value_parser = channels, help_heading = "Expected")]
    channels: Option<Channels>,
    /// Expect the notes of one hand alone
    ///
    /// Of several tracks with notes the hand has those that are named so (left, right, LH, RH, links, rechts, gauche,
    /// droite and the like); of two without such names, or of two channels in one track, the one that lies higher on the
    /// whole is the right hand's. Where one track holds both, --split says where they part.
    #[arg(long, value_enum, value_name = "HAND", help_heading = "Expected")]
    hand: Option<HandName>,
    /// The right hand's lowest key where one track holds both hands; 60 is middle C
    #[arg(long, value_name = "KEY", default_value_t = SPLIT, value_parser = clap::value_parser!(u8).range(1..=127), requires = "hand", help_heading = "Expected")]
    split: u8,
    /// Expect the notes of these bars alone, counted from 1: 5, 5-8 or 5-; the recording may hold more
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
    /// Write a report to read and to print: an .html page or a .png picture; can be repeated
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    report: Vec<PathBuf>,
    /// The piece's title in reports [default: the song's, else its file's name]
    #[arg(long, value_name = "TEXT", requires = "report", help_heading = "Report")]
    title: Option<String>,
    /// The player's name in reports
    #[arg(long, value_name = "TEXT", requires = "report", help_heading = "Report")]
    player: Option<String>,
    /// The date in reports, as it should be read
    #[arg(long, value_name = "TEXT", requires = "report", help_heading = "Report")]
    date: Option<String>,
    /// Replace reports that exist
    #[arg(long, requires = "report", help_heading = "Report")]
    force: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum HandName {
    Left,
    Right,
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
        self.check_files()?;
        let (expected, settings) = (read_song(&self.expected)?, self.settings());
        let assessed = assess_recording(&self.recording, &expected, &settings)?;
        let heading = self.heading(&expected, &settings);
        let prepare = |report: &PathBuf| assessed.prepare_report(report, &heading, self.force);
        let reports = self.report.iter().map(prepare).collect::<Result<_, _>>()?;
        ClosedFile::commit_all(reports).map_err(Error::from)?;
        if self.json { print_json(&assessed.assessment) } else { print(&assessed.text(&heading)) }
    }

    /// Refuses one pipe for two inputs, and reports that cannot be written, before the work.
    fn check_files(&self) -> Result<(), Failure> {
        let pipe = Path::new("-");
        if self.recording == pipe && self.expected == pipe {
            return Err(Failure::Usage("both inputs are standard input; name one of them".into()));
        }
        for (index, report) in self.report.iter().enumerate() {
            ReportFormat::of_path(report)?;
            check_output(report, &self.recording)?;
            check_output(report, &self.expected)?;
            if self.report[..index].contains(report) {
                return Err(Failure::Usage(format!("two reports are called {}; name them apart", report.display())));
            }
            if !self.force && makes_file(report) && report.symlink_metadata().is_ok() {
                return Err(Failure::Exists(report.clone()));
            }
            if makes_file(report) || report.is_dir() {
                // Begun and given up: says whether its folder is there and can be written to.
                OutputFile::create(report, self.force).map_err(Error::from)?;
            }
        }
        Ok(())
    }

    fn heading<'a>(&'a self, expected: &Parsed, settings: &AssessmentSettings) -> Heading {
        let named = |path: &'a Path| Some(path).filter(|path| *path != Path::new("-"));
        let heading = settings.heading(expected, named(&self.expected), named(&self.recording));
        Heading {
            piece: self.title.clone().unwrap_or(heading.piece),
            player: self.player.clone(),
            date: self.date.clone(),
            ..heading
        }
    }

    fn settings(&self) -> AssessmentSettings {
        let tracks = self.tracks.as_ref().map_or(&[][..], |Tracks(tracks)| tracks);
        AssessmentSettings {
            part: Part {
                tracks: tracks.iter().map(|&track| track.into()).collect(),
                channels: self.channels.as_ref().map_or(Vec::new(), |Channels(channels)| channels.clone()),
                bars: self.bars.map(|bars| bars.first..=bars.last.unwrap_or(u64::MAX)),
                keys: None,
                transpose: self.transpose,
            },
            hand: self.hand.map(|hand| match hand {
                HandName::Left => Hand::Left,
                HandName::Right => Hand::Right,
            }),
            split: self.split,
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
