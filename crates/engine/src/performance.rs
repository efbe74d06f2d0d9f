//! Reports of performances.

use std::path::{Path, PathBuf};

use rae_analysis::{Assessment, Expected, Hand, Strictness};
use rae_codec::{ClosedFile, CodecError, OutputFile, TagKey};
use rae_midi::Parsed;
use rae_report::{Heading, PerformanceReport, Sound};

use crate::tags::song_tags;
use crate::{AssessmentSettings, Error};

/// A performance that was assessed, and what a report of it is drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct AssessedPerformance {
    /// What came of it.
    pub assessment: Assessment,
    pub(crate) expected: Expected,
    pub(crate) sound: Option<Sound>,
}

/// What a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFormat {
    /// One self-contained file for the browser, the screen reader and the printer.
    Html,
    /// One picture.
    Png,
}

impl ReportFormat {
    /// The format that the ending of a file's name says.
    ///
    /// # Errors
    /// [`Error::Settings`] for other endings.
    pub fn of_path(path: impl AsRef<Path>) -> Result<ReportFormat, Error> {
        let path = path.as_ref();
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("html" | "htm") => Ok(ReportFormat::Html),
            Some("png") => Ok(ReportFormat::Png),
            _ => Err(Error::settings(format!(
                "{} is no name of a report: reports are HTML (.html) or pictures (.png)",
                path.display()
            ))),
        }
    }
}

impl AssessedPerformance {
    /// Scores, weakest bars, advice and remarks in lines of text.
    pub fn text(&self, heading: &Heading) -> String {
        self.drawn(heading).text()
    }

    /// A report, to be written into a file.
    ///
    /// # Errors
    /// [`Error::Picture`] where a picture would be too large, which its limits leave no room for.
    pub fn report(&self, heading: &Heading, format: ReportFormat) -> Result<Vec<u8>, Error> {
        let report = self.drawn(heading);
        Ok(match format {
            ReportFormat::Html => report.html().into_bytes(),
            ReportFormat::Png => report.png()?,
        })
    }

    fn drawn<'a>(&'a self, heading: &'a Heading) -> PerformanceReport<'a> {
        let AssessedPerformance { assessment, expected, sound } = self;
        PerformanceReport { heading, expected, assessment, sound: sound.as_ref() }
    }

    /// Writes a report in the format that the file's name says; the file appears when it is complete.
    ///
    /// # Errors
    /// As [`ReportFormat::of_path`] and [`AssessedPerformance::report`], and [`Error::Codec`] where the file cannot be written,
    /// or exists and must not be overwritten.
    pub fn write_report(&self, path: &Path, heading: &Heading, overwrite: bool) -> Result<(), Error> {
        Ok(self.prepare_report(path, heading, overwrite)?.commit()?)
    }

    /// As [`AssessedPerformance::write_report`], but the file gets its name only with [`ClosedFile::commit`].
    pub fn prepare_report(&self, path: &Path, heading: &Heading, overwrite: bool) -> Result<ClosedFile, Error> {
        use std::io::Write;
        let report = self.report(heading, ReportFormat::of_path(path)?)?;
        let mut file = OutputFile::create(path, overwrite)?;
        file.write_all(&report).map_err(|source| CodecError::Io { action: "write", path: path.to_owned(), source })?;
        Ok(file.close()?)
    }
}

impl AssessmentSettings {
    /// What stands above a report of a performance of a song, as far as the files tell: the song's title, else its file's
    /// name, the recording's name, and what of the song was expected and how strictly.
    pub fn heading(&self, song: &Parsed, song_path: Option<&Path>, recording: Option<&Path>) -> Heading {
        let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let stem = |path: &Path| name(&PathBuf::from(path.file_stem()?));
        let title = song_tags(song).get(TagKey::Title).map(str::to_owned);
        Heading {
            piece: title.or_else(|| song_path.and_then(stem)).unwrap_or_default(),
            recording: recording.and_then(name),
            details: self.details(),
            ..Heading::default()
        }
    }

    fn details(&self) -> Vec<String> {
        let mut details = Vec::new();
        let numbers = |what: &str, numbers: &[String]| {
            let plural = if numbers.len() == 1 { "" } else { "s" };
            (!numbers.is_empty()).then(|| format!("{what}{plural} {}", numbers.join(", ")))
        };
        let shown = |numbers: &[u32]| numbers.iter().map(u32::to_string).collect::<Vec<_>>();
        details.extend(numbers("Track", &shown(&self.part.tracks)));
        let channels: Vec<u32> = self.part.channels.iter().map(|&channel| channel.into()).collect();
        details.extend(numbers("Channel", &shown(&channels)));
        details.extend(self.hand.map(|hand| match hand {
            Hand::Left => "Left hand".to_owned(),
            Hand::Right => "Right hand".to_owned(),
        }));
        details.extend(self.part.bars.as_ref().map(|bars| match (*bars.start(), *bars.end()) {
            (first, last) if first == last => format!("Bar {first}"),
            (first, u64::MAX) => format!("From bar {first}"),
            (first, last) => format!("Bars {first} to {last}"),
        }));
        if self.part.transpose != 0 {
            details.push(format!("Sounding {:+} semitones", self.part.transpose).replace('-', "−"));
        }
        if self.judging.any_octave {
            details.push("Any octave".into());
        }
        details.push(match self.judging.strictness {
            Strictness::Beginner => "Strictness: beginner (on time within 100 ms)".into(),
            Strictness::Standard => "Strictness: standard (on time within 60 ms)".into(),
            Strictness::Exam => "Strictness: exam (on time within 40 ms)".into(),
        });
        details
    }
}
