//! The `rae` command: the Rust Audio Engine for people and scripts. One file per verb.

#![deny(unsafe_code)]

mod analyze;
mod batch;
mod convert;
mod doctor;
mod effects;
mod exit;
mod files;
mod folders;
mod growing;
mod listen;
mod live;
mod master;
mod measure;
mod midi;
mod optional_values;
mod options;
mod output;
mod peaks;
mod pianoroll;
mod picture;
mod play;
mod practice;
mod presets;
mod process;
mod refusals;
mod render;
mod signals;
mod song;
mod soundfont;
mod spectrogram;
mod terminal;
mod values;
mod waveform;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use terminal::Interrupts;

/// MIDI files and SoundFonts become sound
#[derive(Parser)]
#[command(name = "rae", version, after_help = exit::CODES, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    #[command(after_help = exit::CODES)]
    Render(Box<render::Render>),
    #[command(after_help = exit::CODES)]
    Batch(Box<batch::Batch>),
    #[command(after_help = exit::CODES)]
    Convert(Box<convert::Convert>),
    #[command(after_help = exit::CODES)]
    Process(Box<process::Process>),
    #[command(after_help = exit::CODES)]
    Master(Box<master::Master>),
    #[command(after_help = exit::CODES)]
    Presets(presets::Presets),
    #[command(after_help = exit::CODES)]
    Play(Box<play::Play>),
    #[command(after_help = exit::CODES)]
    Live(Box<live::Live>),
    #[command(after_help = exit::CODES)]
    Waveform(Box<waveform::WaveformVerb>),
    #[command(after_help = exit::CODES)]
    Peaks(peaks::PeaksVerb),
    #[command(after_help = exit::CODES)]
    Measure(measure::Measure),
    #[command(after_help = exit::CODES)]
    Spectrogram(Box<spectrogram::SpectrogramVerb>),
    #[command(name = "pianoroll", after_help = exit::CODES)]
    PianoRoll(Box<pianoroll::PianoRollVerb>),
    #[command(after_help = exit::CODES)]
    Analyze(Box<analyze::Analyze>),
    /// Find SoundFonts and look into them
    #[command(subcommand, name = "soundfont")]
    SoundFont(soundfont::SoundFontVerb),
    /// Look into MIDI files and change them
    #[command(subcommand)]
    Midi(midi::MidiVerb),
    #[command(after_help = exit::CODES)]
    Doctor(doctor::Doctor),
}

fn main() -> ExitCode {
    let arguments = optional_values::join(std::env::args_os());
    let cli = Cli::try_parse_from(arguments).unwrap_or_else(|mistake| refusals::explained(mistake).exit());
    // Of all commands: whatever they have begun to write goes again when they are interrupted.
    Interrupts::watch();
    let result = match cli.verb {
        Verb::Render(render) => render.run(),
        Verb::Batch(batch) => batch.run(),
        Verb::Convert(convert) => convert.run(),
        Verb::Process(process) => process.run(),
        Verb::Master(master) => master.run(),
        Verb::Presets(presets) => presets.run(),
        Verb::Play(play) => play.run(),
        Verb::Live(live) => live.run(),
        Verb::Waveform(verb) => verb.run(),
        Verb::Peaks(verb) => verb.run(),
        Verb::Measure(measure) => measure.run(),
        Verb::Spectrogram(verb) => verb.run(),
        Verb::PianoRoll(verb) => verb.run(),
        Verb::Analyze(analyze) => analyze.run(),
        Verb::SoundFont(verb) => verb.run(),
        Verb::Midi(verb) => verb.run(),
        Verb::Doctor(doctor) => doctor.run(),
    };
    result.map_or_else(|failure| failure.tell().into(), |()| ExitCode::SUCCESS)
}
