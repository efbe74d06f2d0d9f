//! `rae peaks`: the peaks of an audio file as data.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rust_audio_engine::pictures::{Channels, Detail, PeakData, PeakSettings, Resolution};
use rust_audio_engine::{Seconds, open_audio, peaks};

use crate::exit::Failure;
use crate::output::write_anywhere;
use crate::picture::{OutputOptions, PartOptions};
use crate::terminal::{Interrupts, ProgressLine};

/// Write the peaks of an audio file as data for players such as wavesurfer.js and peaks.js
///
/// The format is version 2 of BBC's audiowaveform, as JSON or in its binary form: pairs of the lowest and the highest
/// sample, for every channel in turn.
#[derive(Args)]
pub(crate) struct PeaksVerb {
    /// The audio file; - is standard input
    input: PathBuf,
    /// Where the data goes, .json or .dat; - is standard output [default: the input's name with .peaks.json]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Kind of data, where the output's name does not tell [default: json]
    #[arg(long, value_name = "KIND")]
    format: Option<DataFormat>,
    #[command(flatten)]
    options: OutputOptions,
    #[command(flatten)]
    detail: PeakOptions,
    #[command(flatten)]
    part: PartOptions,
}

/// How fine peaks are, and what their numbers are.
#[derive(Args)]
pub(crate) struct PeakOptions {
    /// Samples for each pair of peaks
    #[arg(short = 'z', long, value_name = "SAMPLES", default_value_t = 256, conflicts_with = "width")]
    samples_per_pixel: u32,
    /// Pairs of peaks for the whole; fewer where that many do not have the same whole number of samples each, as the format
    /// wants it; not with --float
    #[arg(long, value_name = "PAIRS")]
    width: Option<u32>,
    /// Numbers of 8 or 16 bits
    #[arg(long, value_name = "BITS", default_value = "16", value_parser = ["8", "16"])]
    bits: String,
    /// Numbers from -1 to 1, as JSON alone
    #[arg(long, conflicts_with = "bits")]
    float: bool,
    /// Peaks of each channel, instead of those of their mean
    #[arg(long)]
    split: bool,
}

/// What peaks are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DataFormat {
    Json,
    Dat,
}

impl DataFormat {
    /// What was asked for, or the name promises.
    pub(crate) fn choose(asked: Option<DataFormat>, output: Option<&Path>) -> Result<DataFormat, Failure> {
        let extension = output.and_then(Path::extension).map(|extension| extension.to_string_lossy().to_lowercase());
        match (asked, extension.as_deref()) {
            (Some(asked), _) => Ok(asked),
            (None, Some("json") | None) => Ok(DataFormat::Json),
            (None, Some("dat")) => Ok(DataFormat::Dat),
            (None, Some(other)) => Err(Failure::Usage(format!(
                "peaks are not written as .{other}; name them .json or .dat, or say --format"
            ))),
        }
    }

    fn extension(self) -> &'static str {
        match self {
            DataFormat::Json => "json",
            DataFormat::Dat => "dat",
        }
    }

    pub(crate) fn write(self, data: &PeakData, out: &mut dyn Write) -> io::Result<()> {
        match self {
            DataFormat::Json => data.write_json(out),
            DataFormat::Dat => data.write_dat(out),
        }
    }
}

impl PeakOptions {
    pub(crate) fn settings(&self) -> PeakSettings {
        PeakSettings {
            detail: self.width.map_or(Detail::SamplesPerPixel(self.samples_per_pixel), Detail::Width),
            resolution: match self.bits.as_str() {
                _ if self.float => Resolution::Float,
                "8" => Resolution::Bits8,
                _ => Resolution::Bits16,
            },
            channels: if self.split { Channels::Split } else { Channels::Mixed },
            ..PeakSettings::default()
        }
    }
}

impl PeaksVerb {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let format = DataFormat::choose(self.format, self.output.as_deref())?;
        if self.detail.float && format == DataFormat::Dat {
            return Err(Failure::Usage("--float has no .dat form; name the output .json, or leave --float out".into()));
        }
        let output =
            self.options.output(self.output.as_deref(), &self.input, &format!("peaks.{}", format.extension()))?;
        let settings = PeakSettings { excerpt: self.part.excerpt(), ..self.detail.settings() };
        let interrupts = Interrupts::watch();
        let mut reader = open_audio(&self.input)?;
        interrupts.expect_order();
        let mut line = ProgressLine::new(self.options.quiet, interrupts);
        let mut length = Seconds(0.0);
        let found = peaks(&mut reader, settings, &mut |progress| {
            length = progress.position;
            line.update(progress)
        });
        line.clear();
        let data = found?;
        write_anywhere(&output, self.options.force, |out| format.write(&data, out))?;
        self.options.tell(&output, &reader, length);
        Ok(())
    }
}
