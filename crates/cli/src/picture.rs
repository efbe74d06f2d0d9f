//! Options that all pictures share.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use rust_audio_engine::pictures::{Color, Excerpt, Theme};
use rust_audio_engine::{Seconds, check_output};

use crate::exit::Failure;
use crate::values::time;

/// Where a picture or its data goes.
#[derive(Args)]
pub(crate) struct OutputOptions {
    /// Replace the output if it exists
    #[arg(long)]
    pub(crate) force: bool,
    /// Say nothing but errors
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// How large and in what colours.
#[derive(Args)]
pub(crate) struct LookOptions {
    /// Device pixels for each pixel, in both directions: 2 for most sharp screens
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    pub(crate) scale: f32,
    /// Colours: light, dark or transparent
    #[arg(long, value_name = "NAME", default_value = "light", value_parser = themes())]
    theme: Theme,
    /// Colour behind the picture, as in CSS: white, '#14181f', 'rgb(0 0 0 / 50%)', transparent
    #[arg(long, value_name = "COLOUR")]
    background: Option<Color>,
}

impl LookOptions {
    pub(crate) fn theme(&self) -> Theme {
        let theme = self.theme.clone();
        let background = self.background.unwrap_or(theme.background);
        Theme { background, ..theme }
    }
}

fn themes() -> impl TypedValueParser<Value = Theme> {
    PossibleValuesParser::new(["light", "dark", "transparent"]).try_map(|name| name.parse::<Theme>())
}

/// Whether anything is written around a picture.
#[derive(Args)]
pub(crate) struct AxisOptions {
    /// Label what is drawn: times and the like around it; what spectrograms and piano rolls have anyway
    #[arg(long, overrides_with = "no_axis")]
    axis: bool,
    /// Nothing around what is drawn; what waveforms have anyway
    #[arg(long, overrides_with = "axis")]
    no_axis: bool,
}

impl AxisOptions {
    /// What was asked for, else what is usual.
    pub(crate) fn or(&self, usual: bool) -> bool {
        if usual { !self.no_axis } else { self.axis }
    }
}

/// Which part of a sound is shown.
#[derive(Args)]
pub(crate) struct PartOptions {
    /// Where the part that is shown begins: seconds, m:ss or h:mm:ss
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "0", hide_default_value = true)]
    start: Seconds,
    /// Where it ends
    #[arg(long, value_name = "TIME", value_parser = time)]
    end: Option<Seconds>,
}

impl PartOptions {
    pub(crate) fn excerpt(&self) -> Excerpt {
        Excerpt { start: self.start, end: self.end }
    }
}

impl OutputOptions {
    /// The output: the one that was named, else the input with another extension. One that exists, or is the input, is
    /// refused before the work.
    pub(crate) fn output(&self, named: Option<&Path>, input: &Path, extension: &str) -> Result<PathBuf, Failure> {
        let output = match named {
            Some(named) => named.to_owned(),
            None if input == Path::new("-") => {
                return Err(Failure::Usage("the input is a pipe and has no name; name the output with -o".into()));
            }
            None => input.with_extension(extension),
        };
        if output != Path::new("-") {
            check_output(&output, input)?;
            if !self.force && output.symlink_metadata().is_ok_and(|existing| existing.is_file()) {
                return Err(Failure::Exists(output));
            }
        }
        Ok(output)
    }
}
