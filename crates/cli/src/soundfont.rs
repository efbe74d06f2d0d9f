//! `rae soundfont`: which banks there are, which one is played, and what is in it.

mod list;
mod trim;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use rust_audio_engine::soundfont::{Model, discovery, subset};
use rust_audio_engine::{Engine, Error, SoundFontChoice, check_output};
use serde::Serialize;

use crate::exit::Failure;
use crate::output::write;
use crate::terminal::{print, print_json, say};

#[derive(Subcommand)]
pub(crate) enum SoundFontVerb {
    /// List the places where SoundFonts are looked for, and what is there
    ///
    /// The one that is marked is played when --soundfont is not given. In folders only banks for General MIDI are taken (at
    /// least 112 of its 128 programs, and drums), in your own folders also one called default.sf2 or default.sf3.
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show name, authors and presets of a SoundFont
    Info {
        /// The SoundFont, or 'builtin' [default: the one that `path` prints]
        soundfont: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a SoundFont as an SF2 file; with 'builtin', the built-in bank for other players
    ///
    /// Every preset is written with its instruments and samples; what no preset plays is left out.
    Export {
        /// The SoundFont, or 'builtin'
        soundfont: PathBuf,
        /// The file to write
        output: PathBuf,
        /// Replace the output if it exists
        #[arg(long)]
        force: bool,
    },
    /// Print the SoundFont that is played when --soundfont is not given
    ///
    /// That is the one the variable RAE_SOUNDFONT names, or the config file (see `rae doctor`) by `soundfont = "FILE"`; else
    /// the first for General MIDI in the folders of RAE_SOUNDFONT_PATH, of the config file's
    /// `soundfont_path = ["FOLDER", …]`, the user's and the system's; else 'builtin'. Who named it is told on standard error.
    Path,
    Trim(trim::Trim),
}

#[derive(Serialize)]
struct Info {
    source: String,
    name: String,
    version: String,
    author: Option<String>,
    copyright: Option<String>,
    comment: Option<String>,
    instruments: usize,
    samples: usize,
    presets: Vec<Preset>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct Preset {
    bank: u16,
    program: u16,
    name: String,
}

impl SoundFontVerb {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            SoundFontVerb::List { json } => list::list(json),
            SoundFontVerb::Info { soundfont, json } => info(SoundFontChoice::from_argument(soundfont.as_deref()), json),
            SoundFontVerb::Export { soundfont, output, force } => Ok(export(&soundfont, &output, force)?),
            SoundFontVerb::Trim(trim) => trim.run(),
            SoundFontVerb::Path => list::path(),
        }
    }
}

fn info(choice: SoundFontChoice, json: bool) -> Result<(), Failure> {
    let engine = Engine::open(choice)?;
    let report = engine.soundfont();
    let info = Info::new(report.source, report.warnings, engine.font().model());
    if json {
        return print_json(&info);
    }
    for warning in &info.warnings {
        say(&format!("rae: warning: {warning}"));
    }
    print(&info.text())
}

/// Writes what presets play, as it was read: damage that was repaired on opening stays repaired.
fn export(soundfont: &Path, output: &Path, force: bool) -> Result<(), Error> {
    let engine = Engine::open(SoundFontChoice::from_argument(Some(soundfont)))?;
    if soundfont != Path::new(discovery::BUILTIN) {
        check_output(output, soundfont)?;
    }
    let bytes = subset(engine.font(), &all_presets(&engine))?;
    write(output, force, &bytes)
}

fn all_presets(engine: &Engine) -> BTreeSet<usize> {
    (0..engine.font().model().presets.len()).collect()
}

impl Info {
    fn new(source: String, warnings: Vec<String>, model: &Model) -> Info {
        let mut presets: Vec<Preset> = model
            .presets
            .iter()
            .map(|preset| Preset { bank: preset.bank, program: preset.program, name: preset.name.clone() })
            .collect();
        presets.sort_by_key(|preset| (preset.bank, preset.program));
        Info {
            source,
            name: model.info.name.clone(),
            version: format!("{}.{:02}", model.info.version.0, model.info.version.1),
            author: model.info.author.clone(),
            copyright: model.info.copyright.clone(),
            comment: model.info.comment.clone(),
            instruments: model.instruments.len(),
            samples: model.samples.len(),
            presets,
            warnings,
        }
    }

    fn text(&self) -> String {
        let mut lines = vec![self.source.clone(), format!("  name         {}", self.name)];
        for (label, text) in [("author", &self.author), ("copyright", &self.copyright), ("comment", &self.comment)] {
            if let Some(text) = text {
                lines.push(format!("  {label:<12} {}", text.trim().replace('\n', "\n               ")));
            }
        }
        lines.push(format!("  version      {}", self.version));
        lines.push(format!("  instruments  {}", self.instruments));
        lines.push(format!("  samples      {}", self.samples));
        lines.push(format!("  presets      {}  (bank:program name; bank 128 holds the drum kits)", self.presets.len()));
        lines.extend(self.presets.iter().map(|p| format!("    {:>3}:{:03}  {}", p.bank, p.program, p.name)));
        lines.join("\n")
    }
}
