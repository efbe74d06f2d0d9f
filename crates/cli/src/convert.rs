//! `rae convert`: audio files become other audio files.

use std::path::{Path, PathBuf};

use clap::Args;
use rust_audio_engine::{
    ConvertInput, ConvertOutput, ConvertReport, ConvertSettings, Error, FilesObserver, Observer, WorkedFile, convert,
    convert_files,
};

use crate::exit::Failure;
use crate::files::{FileFormatOptions, FileOptions, FileReport, FileWork};

/// Turn audio files into another format, sample rate, number of channels or level
///
/// Reads WAV, AIFF, CAF, FLAC, MP3, Ogg Vorbis, Opus (Ogg, WebM), AAC and ALAC (MP4), whatever the files are called; writes
/// WAV, FLAC, MP3 and Opus. Titles and the like are carried over. FLAC and WAV of 16 and 24 bits are copied bit for bit.
#[derive(Args)]
pub(crate) struct Convert {
    #[command(flatten)]
    files: FileOptions,
    #[command(flatten)]
    format: FileFormatOptions,
    /// Bring the highest sample to this level, -1 dBFS if none is given; decodes twice
    #[arg(long, value_name = "DBFS", num_args = 0..=1, require_equals = true, default_missing_value = "-1", allow_negative_numbers = true, help_heading = "Format")]
    normalize: Option<f64>,
}

impl Convert {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let settings = self.format.settings(&self.files, self.normalize);
        self.files.run(&Work(settings))
    }
}

struct Work(ConvertSettings);

impl FileWork for Work {
    type Report = ConvertReport;

    fn one(
        &self,
        input: ConvertInput,
        output: ConvertOutput<'_>,
        observer: &mut Observer<'_>,
    ) -> Result<ConvertReport, Error> {
        convert(input, output, &self.0, observer)
    }

    fn many(
        &self,
        inputs: &[PathBuf],
        folder: &Path,
        jobs: Option<usize>,
        observer: &mut FilesObserver<'_, ConvertReport>,
    ) -> Result<Vec<WorkedFile<ConvertReport>>, Error> {
        convert_files(inputs, folder, &self.0, jobs, observer)
    }
}

impl FileReport for ConvertReport {
    fn file(&self) -> &ConvertReport {
        self
    }
}
