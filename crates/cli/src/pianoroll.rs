//! `rae pianoroll`: the notes of a MIDI file over time.

use std::path::{Path, PathBuf};

use clap::Args;
use rust_audio_engine::pictures::PianoRollSettings;
use rust_audio_engine::{BarRange, piano_roll};

use crate::exit::Failure;
use crate::output::write_anywhere;
use crate::picture::{AxisOptions, LookOptions, OutputOptions, PartOptions};
use crate::song::read_song;
use crate::terminal::say;
use crate::values::noun;
use crate::waveform::PictureFormat;

/// Draw the notes of a MIDI file by pitch and time
///
/// Every track has a colour, or every channel where one track has all notes; the harder a note is struck, the stronger its
/// colour. Keys are cropped to those that are played; middle C is C4. Drums are diamonds in a lane at the bottom, a row for
/// each drum.
#[derive(Args)]
pub(crate) struct PianoRollVerb {
    /// The MIDI file; - is standard input
    song: PathBuf,
    /// Where the picture goes, .png or .svg; - is standard output [default: the song's name with .pianoroll.png]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Kind of picture, where the output's name does not tell [default: png]
    #[arg(long, value_name = "KIND")]
    format: Option<PictureFormat>,
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
    #[command(flatten)]
    axis: AxisOptions,
    /// Leave drums out
    #[arg(long)]
    no_drums: bool,
    #[command(flatten)]
    part: PartOptions,
    /// Show only these bars, counted from 1: 5, 5-8 or 5-
    #[arg(long, value_name = "BARS", conflicts_with_all = ["start", "end"])]
    bars: Option<BarRange>,
}

impl PianoRollVerb {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let format = PictureFormat::choose(self.format, self.output.as_deref())?;
        let output =
            self.options.output(self.output.as_deref(), &self.song, &format!("pianoroll.{}", format.extension()))?;
        let parsed = read_song(&self.song)?;
        let settings = PianoRollSettings {
            width: self.width,
            height: self.height,
            scale: self.look.scale,
            theme: self.look.theme(),
            axes: self.axis.or(true),
            excerpt: self.part.excerpt(),
            drums: !self.no_drums,
        };
        let roll = piano_roll(&parsed.sequence, settings, self.bars)?;
        let picture = match format {
            PictureFormat::Png => roll.png(),
            PictureFormat::Svg => roll.svg().into_bytes(),
        };
        write_anywhere(&output, self.options.force, |out| out.write_all(&picture))?;
        if !self.options.quiet {
            parsed.warnings.iter().for_each(|warning| say(&format!("rae: warning: {warning}")));
            let output = if output == Path::new("-") { "standard output".into() } else { output.display().to_string() };
            say(&format!("{output}: {} {}", roll.notes(), noun(roll.notes(), "note")));
        }
        Ok(())
    }
}
