//! `rae spectrogram`: the frequencies of an audio file over time.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use rust_audio_engine::pictures::{Channels, ColorMap, FrequencyScale, SpectrogramSettings};
use rust_audio_engine::{Decibels, Error, open_audio, spectrogram};

use crate::exit::Failure;
use crate::output::write_anywhere;
use crate::picture::{AxisOptions, LookOptions, OutputOptions, PartOptions};
use crate::terminal::{Interrupts, ProgressLine};

/// Draw the spectrogram of an audio file: the level of every frequency over time
///
/// A sine of full scale is at 0 dBFS, and every pixel is the highest level of the time and the frequencies that it covers, so
/// that no short sound and no single tone is lost. The input is an audio file of any kind that `rae` decodes.
#[derive(Args)]
pub(crate) struct SpectrogramVerb {
    /// The audio file; - is standard input
    input: PathBuf,
    /// Where the picture goes, a PNG file; - is standard output [default: the input's name with .spectrogram.png]
    #[arg(short, long, value_name = "OUT.png")]
    output: Option<PathBuf>,
    #[command(flatten)]
    options: OutputOptions,
    /// Width in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = 1000)]
    width: u32,
    /// Height in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = 400)]
    height: u32,
    #[command(flatten)]
    look: LookOptions,
    /// Colours of the levels; grey is for paper: the louder, the darker
    #[arg(long, value_name = "NAME", default_value = "magma", value_parser = color_maps())]
    colors: ColorMap,
    /// How frequencies are spread: every octave alike (log), as they are heard (mel, 2595 log10(1 + f / 700)), or every
    /// hertz alike (linear)
    #[arg(long, value_name = "SCALE", default_value = "log", value_parser = frequency_scales())]
    frequency_scale: FrequencyScale,
    /// Lowest frequency [default: 30 if the scale is log, else 0]
    #[arg(long, value_name = "HZ")]
    low: Option<f64>,
    /// Highest frequency [default: half the sample rate]
    #[arg(long, value_name = "HZ")]
    high: Option<f64>,
    /// Level of the brightest colour [default: the highest there is]
    #[arg(long, value_name = "DBFS", allow_negative_numbers = true)]
    top: Option<f64>,
    /// How far below the darkest colour is
    #[arg(long, value_name = "DB", default_value_t = 80.0)]
    range: f64,
    /// Frames of a window, a power of two: long ones tell tones apart, short ones moments [default: about 85 ms]
    #[arg(long, value_name = "FRAMES")]
    window: Option<usize>,
    /// A lane for each channel, instead of their mean
    #[arg(long)]
    split: bool,
    #[command(flatten)]
    axis: AxisOptions,
    #[command(flatten)]
    part: PartOptions,
}

fn color_maps() -> impl TypedValueParser<Value = ColorMap> {
    PossibleValuesParser::new(["magma", "inferno", "viridis", "grey"]).try_map(|name| name.parse::<ColorMap>())
}

fn frequency_scales() -> impl TypedValueParser<Value = FrequencyScale> {
    PossibleValuesParser::new(["log", "mel", "linear"]).try_map(|name| name.parse::<FrequencyScale>())
}

impl SpectrogramVerb {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let extension = self.output.as_deref().and_then(Path::extension);
        if let Some(other) = extension.filter(|extension| !extension.eq_ignore_ascii_case("png")) {
            let what = format!("a spectrogram is not written as .{}; name it .png", other.display());
            return Err(Failure::Usage(what));
        }
        let output = self.options.output(self.output.as_deref(), &self.input, "spectrogram.png")?;
        let interrupts = Interrupts::watch();
        let mut reader = open_audio(&self.input)?;
        interrupts.expect_order();
        let mut line = ProgressLine::new(self.options.quiet, interrupts);
        let drawn = spectrogram(&mut reader, &self.settings(), &mut |progress| line.update(progress));
        line.clear();
        let builder = drawn?;
        let length = builder.position();
        let picture = builder.finish_png().map_err(Error::from)?;
        write_anywhere(&output, self.options.force, |out| out.write_all(&picture))?;
        self.options.tell(&output, &reader, length);
        Ok(())
    }

    fn settings(&self) -> SpectrogramSettings {
        SpectrogramSettings {
            width: self.width,
            height: self.height,
            scale: self.look.scale,
            theme: self.look.theme(),
            axes: self.axis.or(true),
            channels: if self.split { Channels::Split } else { Channels::Mixed },
            excerpt: self.part.excerpt(),
            frequency_scale: self.frequency_scale,
            lowest: self.low,
            highest: self.high,
            window: self.window,
            top: self.top.map(Decibels),
            range: Decibels(self.range),
            colors: self.colors,
        }
    }
}
