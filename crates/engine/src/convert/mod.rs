//! Audio files to other audio files: another format, rate, number of channels or level.

mod before;
mod many;
mod run;

use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use rae_codec::{Encoding, EncodingOptions, FileFormat, OutputFile, SampleFormat, Samples};
use rae_effects::chain::Chain;
use rae_units::{Decibels, SampleRate};
use serde::Serialize;

use crate::settings::{check, in_range};
use crate::{Error, check_output};
pub use before::LoudnessTags;
pub use many::{ConvertObserver, ConvertedFile, FilesObserver, WorkedFile, convert_files};
pub(crate) use many::{Worker, each_file, meter};
pub use run::convert;
pub(crate) use run::{GoOn, Job, Passes, can_be_read_twice, through};

/// Where sound comes from.
pub enum ConvertInput {
    /// A file.
    File(PathBuf),
    /// A pipe, which can be read once.
    Pipe(Box<dyn Read + Send + Sync>),
}

/// Where sound goes.
pub enum ConvertOutput<'a> {
    /// A file, which appears under its name when it is complete.
    File(PathBuf),
    /// A file that is open already, such as [`OutputFile::standard_output`].
    Open(OutputFile),
    /// A pipe, which cannot be rewound.
    Pipe(&'a mut (dyn Write + Send)),
}

/// An output that can be written to.
pub(crate) enum OpenOutput<'a> {
    File(OutputFile),
    Pipe(BufWriter<&'a mut (dyn Write + Send)>),
}

impl<'a> ConvertOutput<'a> {
    pub(crate) fn open(self, overwrite: bool) -> Result<OpenOutput<'a>, Error> {
        Ok(match self {
            ConvertOutput::File(path) => OpenOutput::File(OutputFile::create(path, overwrite)?),
            ConvertOutput::Open(file) => OpenOutput::File(file),
            ConvertOutput::Pipe(sink) => OpenOutput::Pipe(BufWriter::new(sink)),
        })
    }

    /// The file's path, which may say the format.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            ConvertOutput::File(path) => Some(path),
            ConvertOutput::Open(_) | ConvertOutput::Pipe(_) => None,
        }
    }

    /// Refuses an output that is the input.
    pub(crate) fn check(&self, input: &ConvertInput) -> Result<(), Error> {
        match (input, self) {
            (ConvertInput::File(input), ConvertOutput::File(output)) => check_output(output, input),
            _ => Ok(()),
        }
    }

    /// Whether the chain reads the output.
    pub(crate) fn check_chain(&self, chain: &Chain) -> Result<(), Error> {
        self.path().map_or(Ok(()), |output| chain.files().iter().try_for_each(|file| check_output(output, file)))
    }
}

/// How an audio file is to be changed. By default it becomes another format alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConvertSettings {
    /// The format and its choices. Without a sample format, WAV and FLAC get one that holds what the input has.
    pub encoding: EncodingOptions,
    /// The sample rate, if not that of the input. Opus takes 48 kHz instead of one that it does not know.
    pub rate: Option<SampleRate>,
    /// 1 or 2 channels, if not as many as the input has.
    pub channels: Option<usize>,
    /// Bring the highest sample to this level, −100 to 0 dBFS; reads the input twice.
    pub normalize: Option<Decibels>,
    /// What the output says of its loudness.
    pub loudness_tags: LoudnessTags,
    /// Replace an output that exists.
    pub overwrite: bool,
}

/// What was made of an audio file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConvertReport {
    /// What the input is: "FLAC", "MP4/AAC-LC".
    pub from: String,
    /// What the output is.
    pub to: String,
    /// Frames per second of the output.
    pub sample_rate: u32,
    /// Channels of the output.
    pub channels: usize,
    /// Seconds of the output.
    pub duration: f64,
    /// The highest sample before it is encoded, in dB of full scale; nothing where there is no sound.
    pub peak_dbfs: Option<f64>,
    /// Samples beyond full scale that are lost.
    pub clipped_samples: u64,
    /// What was odd: damage that was left out, samples that are lost beyond full scale.
    pub warnings: Vec<String>,
}

impl ConvertSettings {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let Some(level) = self.normalize else { return Ok(()) };
        in_range("normalize", level.0, -100.0, 0.0, "dBFS")?;
        check(self.loudness_tags != LoudnessTags::Album, || {
            "normalize changes each file by itself, so there is no loudness of the album; use one of them".into()
        })
    }

    /// The encoding for an output with this name, if it has one, of an input with these samples.
    pub(crate) fn encoding(&self, output: Option<&Path>, samples: Samples) -> Result<Encoding, Error> {
        let named = || output.map_or(Ok(None), FileFormat::from_path);
        let format = self.encoding.format.map_or_else(named, |format| Ok(Some(format)))?.unwrap_or_default();
        let mut options = self.encoding;
        if matches!(format, FileFormat::Wav | FileFormat::Flac) {
            options.sample_format.get_or_insert(match samples {
                Samples::Integer { bits: ..=16 } | Samples::Lossy => SampleFormat::S16,
                Samples::Float { .. } if format == FileFormat::Wav => SampleFormat::F32,
                _ => SampleFormat::S24,
            });
        }
        Ok(options.encoding(format)?)
    }

    /// What becomes of samples with more bits than the output has, where nobody has chosen those.
    fn rounding(&self, from: Samples, encoding: Encoding) -> Option<String> {
        let (Encoding::Wav(to) | Encoding::Flac { samples: to, .. }) = encoding else { return None };
        let from = match from {
            Samples::Integer { bits: bits @ 25.. } => format!("{bits}-bit integers"),
            Samples::Float { bits } if bits > 32 || to.is_integer() => format!("{bits}-bit floats"),
            _ => return None,
        };
        self.encoding.sample_format.is_none().then(|| format!("its samples are {from} and are rounded to {to}"))
    }

    /// That the format does not have the rate that was asked for.
    fn other_rate(&self, encoding: Encoding) -> Option<String> {
        let (asked, rate) = (self.rate?, encoding.rate(self.rate?));
        let format = encoding.format();
        (rate != asked).then(|| format!("{format} does not know {asked}: the output is at {rate}"))
    }

    /// The rate of the output.
    fn rate(&self, encoding: Encoding, input: SampleRate) -> SampleRate {
        encoding.rate(self.rate.unwrap_or(input))
    }
}
