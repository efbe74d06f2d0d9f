//! `rae presets`: the chains of effects that come with the engine.

use clap::Args;
use rust_audio_engine::effects::{Chain, Preset};
use rust_audio_engine::preset;
use serde::Serialize;

use crate::exit::Failure;
use crate::terminal::{print, print_json};

/// List the presets, or print one as a chain file to copy and change
///
/// `rae presets jazz > mine.toml` makes a file for --chain.
#[derive(Args)]
pub(crate) struct Presets {
    /// Print this preset's chain file
    name: Option<String>,
    /// Print JSON: the list, or the chain
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    name: &'static str,
    description: String,
    effects: Vec<&'static str>,
}

impl Presets {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        match &self.name {
            Some(name) if self.json => print_json(&preset(name)?.chain()),
            Some(name) => print(preset(name)?.toml.trim_end()),
            None => self.list(),
        }
    }

    fn list(&self) -> Result<(), Failure> {
        let line = |preset: &Preset| {
            let Chain { description, effects } = preset.chain();
            Line { name: preset.name, description, effects: effects.iter().map(|slot| slot.effect.name()).collect() }
        };
        let lines: Vec<Line> = Preset::all().iter().map(line).collect();
        if self.json {
            return print_json(&lines);
        }
        let width = lines.iter().map(|line| line.name.len()).max().unwrap_or(0) + 2;
        let text: Vec<String> = lines.iter().map(|line| format!("{:<width$}{}", line.name, line.description)).collect();
        print(&text.join("\n"))
    }
}
