//! The assessment of a performance as a page that a teacher reads, prints or sends: one HTML file, or one PNG picture.
//!
//! [`PerformanceReport`] puts into words and pictures what an [`Assessment`] says: scores, advice, the notes over the time
//! of the recording with what became of each (by colour and by shape), the waveform below them, each bar's score and
//! tempo. The same values always give the same bytes.

#![forbid(unsafe_code)]

mod chart;
mod html;
mod marks;
mod mistakes;
mod note;
mod page;
mod palette;
mod pitch;
mod png;
mod row;
mod rows;
mod sheet;
mod text;
mod time;
mod words;

use rae_analysis::{Assessment, Expected};
use rae_picture::{Channels, Peaks, PeaksBuilder, PictureError};
use rae_units::SampleRate;

use page::Page;
use sheet::Sheet;

/// What stands above a report, as its reader should see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heading {
    /// What was played.
    pub piece: String,
    /// Who played it.
    pub player: Option<String>,
    /// What the recording is called.
    pub recording: Option<String>,
    /// When that was; reports do not look at the clock.
    pub date: Option<String>,
    /// What else concerns the assessment, such as the part that was expected.
    pub details: Vec<String>,
}

/// The waveform of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Sound {
    peaks: Peaks,
    rate: SampleRate,
}

/// Peaks of a recording for each second.
const PEAKS_PER_SECOND: u32 = 200;

impl Sound {
    /// Of a mono recording.
    pub fn new(audio: &[f32], rate: SampleRate) -> Sound {
        let frames = u64::from(rate.hz() / PEAKS_PER_SECOND).max(1);
        let mut peaks = PeaksBuilder::every(1, Channels::Mixed, frames);
        peaks.push(&[audio]);
        Sound { peaks: peaks.finish(), rate }
    }

    fn seconds(&self) -> f64 {
        self.peaks.frames() as f64 / f64::from(self.rate.hz())
    }
}

/// What a report is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct PerformanceReport<'a> {
    /// What stands above it.
    pub heading: &'a Heading,
    /// The notes that the assessment is about.
    pub expected: &'a Expected,
    /// What came of them.
    pub assessment: &'a Assessment,
    /// The recording, where it is sound.
    pub sound: Option<&'a Sound>,
}

impl PerformanceReport<'_> {
    /// A self-contained HTML file: pictures and style sheet are within, light and dark, for screens and for A4 paper.
    pub fn html(&self) -> String {
        let sheet = Sheet::new(self);
        html::document(&Page::new(self, &sheet), &sheet)
    }

    /// Scores, weakest bars, advice and remarks in lines of text.
    pub fn text(&self) -> String {
        let sheet = Sheet::new(self);
        text::lines(&Page::new(self, &sheet))
    }

    /// A PNG file of one page, 808 logical pixels wide and as high as it must be; the longer, the fewer device pixels each
    /// has (2 to 1).
    ///
    /// # Errors
    /// [`PictureError::Size`] where it would be too high, which its limits leave no room for.
    pub fn png(&self) -> Result<Vec<u8>, PictureError> {
        let sheet = Sheet::new(self);
        png::file(&Page::new(self, &sheet), &sheet)
    }
}
