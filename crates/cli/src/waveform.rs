//! `rae waveform`: a picture of an audio file.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rust_audio_engine::pictures::{Amplitude, Channels, Color, WaveformSettings};
use rust_audio_engine::{AudioReader, Decibels, Error, Seconds, open_audio, waveform};

use crate::exit::Failure;
use crate::output::write_anywhere;
use crate::picture::{AxisOptions, LookOptions, OutputOptions, PartOptions};
use crate::terminal::{Interrupts, ProgressLine, say};
use crate::values::{show_time, time};

/// Draw the waveform of an audio file
///
/// What lies between the lowest and the highest sample is drawn in one shade, what lies within the RMS level in another.
/// The input is an audio file of any kind that `rae` decodes; a MIDI file has no sound until `rae render` makes it.
#[derive(Args)]
pub(crate) struct WaveformVerb {
    /// The audio file; - is standard input
    input: PathBuf,
    /// Where the picture goes, .png or .svg; - is standard output [default: the input's name with .waveform.png]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Kind of picture, where the output's name does not tell [default: png]
    #[arg(long, value_name = "KIND")]
    format: Option<PictureFormat>,
    #[command(flatten)]
    options: OutputOptions,
    #[command(flatten)]
    drawing: WaveformOptions,
    #[command(flatten)]
    part: PartOptions,
}

/// What a waveform looks like.
#[derive(Args)]
pub(crate) struct WaveformOptions {
    /// Width in pixels [default: 1000, or what --samples-per-pixel needs]
    #[arg(long, value_name = "PIXELS")]
    width: Option<u32>,
    /// Height in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = 200)]
    height: u32,
    #[command(flatten)]
    look: LookOptions,
    /// Colour of the waveform, as in CSS
    #[arg(long, value_name = "COLOUR")]
    color: Option<Color>,
    /// Colour of the part that was played
    #[arg(long, value_name = "COLOUR", requires = "played")]
    played_color: Option<Color>,
    /// Draw what comes before this time as played
    #[arg(long, value_name = "TIME", value_parser = time)]
    played: Option<Seconds>,
    /// A lane for each channel, instead of their mean
    #[arg(long)]
    split: bool,
    /// The height is the level in decibels, down to this one or -60
    #[arg(
        long,
        alias = "db",
        value_name = "DBFS",
        num_args = 0..=1,
        default_missing_value = "-60",
        require_equals = true,
        allow_negative_numbers = true
    )]
    floor: Option<f64>,
    /// The highest sample reaches the full height, however quiet it is
    #[arg(long)]
    auto: bool,
    #[command(flatten)]
    axis: AxisOptions,
    /// Samples for each pixel, instead of fitting the sound into the width
    #[arg(long, alias = "zoom", value_name = "SAMPLES")]
    samples_per_pixel: Option<u32>,
}

/// What a picture is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PictureFormat {
    Png,
    Svg,
}

impl PictureFormat {
    /// What was asked for, or the name promises.
    pub(crate) fn choose(asked: Option<PictureFormat>, output: Option<&Path>) -> Result<PictureFormat, Failure> {
        let extension = output.and_then(Path::extension).map(|extension| extension.to_string_lossy().to_lowercase());
        match (asked, extension.as_deref()) {
            (Some(asked), _) => Ok(asked),
            (None, Some("png") | None) => Ok(PictureFormat::Png),
            (None, Some("svg")) => Ok(PictureFormat::Svg),
            (None, Some(other)) => Err(Failure::Usage(format!(
                "a picture is not written as .{other}; name it .png or .svg, or say --format"
            ))),
        }
    }

    pub(crate) fn extension(self) -> &'static str {
        match self {
            PictureFormat::Png => "png",
            PictureFormat::Svg => "svg",
        }
    }
}

impl WaveformOptions {
    pub(crate) fn settings(&self) -> WaveformSettings {
        let mut theme = self.look.theme();
        theme = self.color.map_or(theme.clone(), |color| theme.with_color(color));
        theme = self.played_color.map_or(theme.clone(), |color| theme.with_played_color(color));
        WaveformSettings {
            width: self.width,
            height: self.height,
            scale: self.look.scale,
            theme,
            amplitude: self.floor.map_or(Amplitude::Linear, |floor| Amplitude::Decibels { floor: Decibels(floor) }),
            fitted: self.auto,
            axes: self.axis.or(false),
            played: self.played,
            channels: if self.split { Channels::Split } else { Channels::Mixed },
            samples_per_pixel: self.samples_per_pixel,
            ..WaveformSettings::default()
        }
    }
}

impl WaveformVerb {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let format = PictureFormat::choose(self.format, self.output.as_deref())?;
        let output =
            self.options.output(self.output.as_deref(), &self.input, &format!("waveform.{}", format.extension()))?;
        let settings = WaveformSettings { excerpt: self.part.excerpt(), ..self.drawing.settings() };
        let interrupts = Interrupts::watch();
        let mut reader = open_audio(&self.input)?;
        interrupts.expect_order();
        let mut line = ProgressLine::new(self.options.quiet, interrupts);
        let drawn = waveform(&mut reader, &settings, &mut |_, progress| line.update(progress));
        line.clear();
        let builder = drawn?;
        let length = builder.position();
        let picture = match format {
            PictureFormat::Png => builder.finish_png(),
            PictureFormat::Svg => builder.finish_svg().map(String::into_bytes),
        };
        let picture = picture.map_err(Error::from)?;
        write_anywhere(&output, self.options.force, |out| out.write_all(&picture))?;
        self.options.tell(&output, &reader, length);
        Ok(())
    }
}

impl OutputOptions {
    /// What was odd about the sound, and what was made.
    pub(crate) fn tell(&self, output: &Path, reader: &AudioReader, length: Seconds) {
        if self.quiet {
            return;
        }
        let info = reader.info();
        reader.warnings().iter().for_each(|warning| say(&format!("rae: warning: {warning}")));
        let output = if output == Path::new("-") { "standard output".into() } else { output.display().to_string() };
        let channels = match info.channels {
            1 => "mono".to_owned(),
            2 => "stereo".to_owned(),
            channels => format!("{channels} channels"),
        };
        say(&format!("{output}: from {} of {channels} at {}, {}", show_time(length), info.rate, info.format));
    }
}
