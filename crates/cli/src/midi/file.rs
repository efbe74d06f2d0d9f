//! MIDI files in and out.

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use clap::Args;
use rust_audio_engine::check_output;
use rust_audio_engine::midi::{Sequence, Summary};

use crate::exit::Failure;
use crate::output;
use crate::song::read_song;
use crate::terminal::{check_not_terminal, say};
use crate::values::{noun, show_time};

/// One song in, one song out.
#[derive(Args)]
pub(crate) struct Output {
    /// The MIDI file; - is standard input
    song: PathBuf,
    #[command(flatten)]
    target: Target,
}

/// Where one song goes.
#[derive(Args)]
pub(crate) struct Target {
    /// Where the new MIDI file goes; - is standard output
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
        if self.is_stdout() {
            return check_not_terminal();
        }
        for input in inputs {
            check_output(&self.output, input)?;
        }
        if !self.force && self.output.symlink_metadata().is_ok() {
            return Err(Failure::Exists(self.output.clone()));
        }
        Ok(())
    }

    pub(crate) fn write(&self, song: &Sequence) -> Result<(), Failure> {
        if !self.is_stdout() {
            return write(&self.output, self.force, song);
        }
        let mut out = stdout().lock();
        out.write_all(&song.to_bytes()).and_then(|()| out.flush()).map_err(Failure::Stdout)?;
        tell("standard output", song);
        Ok(())
    }

    fn is_stdout(&self) -> bool {
        self.output == Path::new("-")
    }
}

/// Reads a song and tells what was odd about it.
pub(crate) fn read(path: &Path) -> Result<Sequence, Failure> {
    let parsed = read_song(path)?;
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
    tell(&path.display().to_string(), song);
    Ok(())
}

fn tell(target: &str, song: &Sequence) {
    let summary = Summary::new(song);
    let (tracks, notes) = (summary.tracks.len(), summary.notes);
    let [of_tracks, of_notes] = [noun(tracks, "track"), noun(notes, "note")];
    say(&format!("{target}: {tracks} {of_tracks}, {notes} {of_notes}, {}", show_time(summary.duration)));
}
