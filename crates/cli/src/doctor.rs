//! `rae doctor`: what there is, and what is wrong with it.

use clap::Args;
use rae_live::{inputs, outputs};
use rust_audio_engine::{Bank, Examination, examine};
use serde::Serialize;

use crate::exit::Failure;
use crate::terminal::{print, print_json, say};
use crate::values::noun;

/// Tell what the engine finds here, and what is wrong
///
/// Version, processor, config file, SoundFont, sound devices and MIDI ports, and the speed of a short render. Ends with
/// exit code 1 if something that the environment or the config file names cannot be used.
#[derive(Args)]
pub(crate) struct Doctor {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Findings {
    #[serde(flatten)]
    engine: Examination,
    /// Whether devices and ports are built in.
    live: bool,
    sound_devices: Names,
    midi_ports: Names,
}

/// What there is of a kind, or why that is not known.
#[derive(Serialize)]
#[serde(untagged)]
enum Names {
    Known(Vec<String>),
    Unknown { reason: String },
}

impl Doctor {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let findings = Findings {
            engine: examine(),
            live: cfg!(feature = "live"),
            sound_devices: names(outputs()),
            midi_ports: names(inputs()),
        };
        let problems = &findings.engine.problems;
        if self.json {
            print_json(&findings)?;
        } else {
            print(&findings.text())?;
            problems.iter().for_each(|problem| say(&format!("rae: problem: {problem}")));
        }
        if problems.is_empty() { Ok(()) } else { Err(Failure::Problems(problems.len())) }
    }
}

fn names(found: Result<Vec<String>, rae_live::Error>) -> Names {
    found.map_or_else(|error| Names::Unknown { reason: error.to_string() }, Names::Known)
}

impl Names {
    fn text(&self) -> String {
        match self {
            Names::Known(names) if names.is_empty() => "none".into(),
            Names::Known(names) => names.join(", "),
            Names::Unknown { reason } => reason.clone(),
        }
    }
}

impl Findings {
    fn text(&self) -> String {
        let Examination { version, platform, processor, gpu, config, self_test, .. } = &self.engine;
        let memory = self.engine.memory_bytes.map(|bytes| format!("{:.1} GiB", bytes as f64 / f64::exp2(30.0)));
        let kernels = processor.kernels.as_deref().unwrap_or("none");
        let asked_for = if processor.asked_for.is_some() { "chosen by RAE_SIMD" } else { "the fastest here" };
        let config = match &config.path {
            Some(path) if config.is_read => path.clone(),
            Some(path) => format!("{path} (not read)"),
            None => "no place: the environment names no home directory".into(),
        };
        let speed = self_test.as_ref().map(|test| {
            let (audio, wall, speed) = (test.duration, test.wall_seconds, test.times_real_time);
            format!("{audio:.1} s of sound in {wall:.2} s, {speed:.0} times real time, peak {:.1} dBFS", test.peak_dbfs)
        });
        let failed = || "failed".to_owned();
        let cores = processor.cores;
        [
            format!("rae {version}, {platform}"),
            format!("  processor  {cores} {}; {}", noun(cores, "core"), processor.features.join(" ")),
            format!("  kernels    {kernels}, {asked_for}, of {}", processor.usable_kernels.join(", ")),
            format!("  memory     {}", memory.unwrap_or_else(|| "the system does not tell".into())),
            format!("  GPU        {gpu}"),
            format!("  config     {config}"),
            format!("  SoundFont  {}", self.engine.soundfont.as_ref().map_or_else(failed, bank)),
            format!("  to install {}", self.engine.install_command.unwrap_or("any .sf2 or .sf3 file for General MIDI")),
            format!("  sound      {}", self.sound_devices.text()),
            format!("  MIDI       {}", self.midi_ports.text()),
            format!("  self test  {}", speed.unwrap_or_else(failed)),
        ]
        .join("\n")
    }
}

fn bank(bank: &Bank) -> String {
    let Bank { source, named_by, name, presets, drum_kits, programs, warnings, .. } = bank;
    let general_midi = if bank.is_general_midi { "" } else { ", not for General MIDI" };
    let (of_presets, of_kits) = (noun(*presets, "preset"), noun(*drum_kits, "drum kit"));
    let of_warnings = noun(*warnings, "warning");
    format!(
        "{source} (named by: {named_by})\n             “{name}”, {presets} {of_presets}, {drum_kits} of them {of_kits}; \
         {programs} of 128 programs{general_midi}; {warnings} {of_warnings}"
    )
}
