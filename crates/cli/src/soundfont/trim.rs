//! `rae soundfont trim`: a small SoundFont for certain songs, or an SF3 bank as SF2.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use rust_audio_engine::soundfont::subset;
use rust_audio_engine::{Engine, Error, SoundFontChoice, check_output, read_midi};

use super::{all_presets, write};
use crate::exit::Failure;
use crate::terminal::say;
use crate::values::noun;

/// Write a SoundFont with only what songs need
///
/// The presets that the songs play are kept, with their instruments and samples; the songs sound the same with it, bit
/// for bit. Without songs and --preset every preset is kept. The samples of an SF3 bank are decoded: this makes an SF2
/// file of it.
#[derive(Args)]
pub(crate) struct Trim {
    /// The SoundFont, or 'builtin'
    soundfont: PathBuf,
    /// MIDI files whose presets are kept
    songs: Vec<PathBuf>,
    /// Keep this preset, too; bank 128 holds the drum kits
    #[arg(long = "preset", value_name = "BANK:PROGRAM", value_parser = preset)]
    presets: Vec<(u16, u16)>,
    /// Where the SoundFont goes
    #[arg(short, long, value_name = "OUT.sf2")]
    output: PathBuf,
    /// Replace the output file if it exists
    #[arg(long)]
    force: bool,
}

fn preset(text: &str) -> Result<(u16, u16), String> {
    let numbers = text.split_once(':').and_then(|(bank, program)| Some((bank.parse().ok()?, program.parse().ok()?)));
    numbers.ok_or_else(|| "give bank and program, such as 0:40 or 128:0".to_owned())
}

impl Trim {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        for input in self.songs.iter().chain([&self.soundfont]) {
            check_output(&self.output, input)?;
        }
        if !self.force && self.output.symlink_metadata().is_ok() {
            return Err(Failure::Exists(self.output.clone()));
        }
        let engine = Engine::open(SoundFontChoice::from_argument(Some(&self.soundfont)))?;
        let presets = self.kept(&engine)?;
        let file = subset(engine.font(), &presets).map_err(Error::from)?;
        write(&self.output, self.force, &file)?;
        let all = engine.font().model().presets.len();
        say(&format!(
            "{}: {} of {all} {}, {:.1} MB",
            self.output.display(),
            presets.len(),
            noun(all, "preset"),
            file.len() as f64 / 1e6
        ));
        Ok(())
    }

    fn kept(&self, engine: &Engine) -> Result<BTreeSet<usize>, Failure> {
        if self.songs.is_empty() && self.presets.is_empty() {
            return Ok(all_presets(engine));
        }
        let mut kept = BTreeSet::new();
        for song in &self.songs {
            kept.append(&mut engine.presets_used(&read_midi(song)?.sequence));
        }
        for &(bank, program) in &self.presets {
            let missing = || {
                let soundfont = self.soundfont.display();
                Failure::Usage(format!("{soundfont} has no preset {bank}:{program}; see rae soundfont info"))
            };
            kept.insert(engine.font().preset(bank, program).ok_or_else(missing)?);
        }
        if kept.is_empty() {
            return Err(Failure::Usage("the songs play no notes, so no preset would be kept; add --preset".into()));
        }
        Ok(kept)
    }
}
