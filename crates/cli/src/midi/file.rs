//! MIDI files in and out.

use std::path::{Path, PathBuf};

use clap::Args;
use rust_audio_engine::midi::{Sequence, Summary};
use rust_audio_engine::{check_output, read_midi};

use crate::exit::Failure;
use crate::output;
use crate::terminal::say;
use crate::values::show_time;

/// One song in, one song out.
#[derive(Args)]
pub(crate) struct Output {
    /// The MIDI file
    song: PathBuf,
    #[command(flatten)]
    target: Target,
}

/// Where one song goes.
#[derive(Args)]
pub(crate) struct Target {
    /// Where the new MIDI file goes
    #[arg(short, long, value_name = "OUT.mid")]
    output: PathBuf,
    /// Replace the output file if it exists
    #[arg(long)]
    force: bool,
}

impl Output {
    pub(crate) fn read(&self) -> Result<Sequence, Failure> {
        self.target.check(&[&self.song])?;
        read(&self.song)
    }

    pub(crate) fn write(&self, song: &Sequence) -> Result<(), Failure> {
        self.target.write(song)
    }
}

impl Target {
    /// Refuses an output that is there or one of the inputs, before there is any work.
    pub(crate) fn check(&self, inputs: &[&PathBuf]) -> Result<(), Failure> {
        for input in inputs {
            check_output(&self.output, input)?;
        }
        if !self.force && self.output.symlink_metadata().is_ok() {
            return Err(Failure::Exists(self.output.clone()));
        }
        Ok(())
    }

    pub(crate) fn write(&self, song: &Sequence) -> Result<(), Failure> {
        write(&self.output, self.force, song)
    }
}

/// Reads a song and tells what was odd about it.
pub(crate) fn read(path: &Path) -> Result<Sequence, Failure> {
    let parsed = read_midi(path)?;
    for warning in &parsed.warnings {
        say(&format!("rae: warning: {}: {warning}", path.display()));
    }
    if parsed.rmid.is_some_and(|rmid| rmid.bank.is_some()) {
        say(&format!("rae: warning: {}: the bank that it brings along will not be in the new file", path.display()));
    }
    Ok(parsed.sequence)
}

/// Writes a song and tells what is in it.
pub(crate) fn write(path: &Path, force: bool, song: &Sequence) -> Result<(), Failure> {
    output::write(path, force, &song.to_bytes())?;
    let summary = Summary::new(song);
    let (tracks, notes) = (summary.tracks.len(), summary.notes);
    say(&format!("{}: {tracks} tracks, {notes} notes, {}", path.display(), show_time(summary.duration)));
    Ok(())
}
