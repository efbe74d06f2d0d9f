//! Options for practising: bars, repeats, count-in, metronome.

use clap::Args;
use rust_audio_engine::{BarRange, Decibels, Practice, Repeat};

/// The options that everything shares that plays a song.
#[derive(Args)]
#[command(next_help_heading = "Practice")]
pub(crate) struct PracticeOptions {
    /// Play only these bars, counted from 1: 5, 5-8 or 5-; notes from before them are not heard
    #[arg(long, value_name = "BARS", conflicts_with_all = ["from", "to"])]
    bars: Option<BarRange>,
    /// Play this often, or 'inf': the part chosen by --bars or --from and --to, else what lies between the song's loop
    /// points (markers loopStart and loopEnd, controllers 116 and 117, 110 and 111, or 111), else the whole song
    #[arg(long = "loop", value_name = "N")]
    repeat: Option<Repeat>,
    /// Count so many bars before the music
    #[arg(long, value_name = "BARS", default_value_t = 0)]
    count_in: u32,
    /// Click on every beat
    #[arg(long)]
    click: bool,
    /// Level of the click on the first beat of a bar; the others are 4 dB softer
    #[arg(long, value_name = "DBFS", default_value_t = -12.0, allow_negative_numbers = true)]
    click_level: f64,
}

impl PracticeOptions {
    pub(crate) fn practice(&self) -> Practice {
        Practice {
            count_in: self.count_in,
            click: self.click,
            click_level: Decibels(self.click_level),
            bars: self.bars,
            repeat: self.repeat,
        }
    }
}
