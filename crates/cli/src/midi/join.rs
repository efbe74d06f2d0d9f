//! `rae midi merge` and `rae midi concat`: several songs as one.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use rust_audio_engine::midi::Sequence;
use rust_audio_engine::midi::edit::{self, Seam};

use super::file::{Target, read};
use crate::exit::Failure;
use crate::terminal::say;

/// Play MIDI files at once, on tracks of their own
///
/// Tempo and metre are those of the first file. The ticks of all files are made equally fine, as fine as needed.
#[derive(Args)]
pub(crate) struct Merge {
    #[command(flatten)]
    files: Files,
    /// Give each file ports, and so 16 channels, of its own; else files that use the same channel share it
    #[arg(long)]
    own_ports: bool,
}

/// Play MIDI files one after another
///
/// Each has its own tempo and metre. Files that have the same tracks continue them, others get tracks of their own.
#[derive(Args)]
pub(crate) struct Concat {
    #[command(flatten)]
    files: Files,
    /// What a file leaves for the next: nothing (programs, controllers, tempo and metre are reset), or everything
    #[arg(long, value_name = "WHAT", default_value = "reset")]
    seam: SeamName,
}

#[derive(Args)]
struct Files {
    /// The MIDI files in order
    #[arg(required = true, value_name = "SONGS")]
    songs: Vec<PathBuf>,
    #[command(flatten)]
    target: Target,
}

#[derive(Clone, Copy, ValueEnum)]
enum SeamName {
    Reset,
    Keep,
}

impl Files {
    fn read(&self) -> Result<Vec<Sequence>, Failure> {
        self.target.check(&self.songs.iter().collect::<Vec<_>>())?;
        self.songs.iter().map(|path| read(path)).collect()
    }
}

impl Merge {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let songs = self.files.read()?;
        for (path, song) in self.files.songs.iter().zip(&songs) {
            if !edit::has_same_tempo(&songs[0], song) {
                let (path, first) = (path.display(), self.files.songs[0].display());
                say(&format!("rae: warning: {path} has another tempo than {first} and follows that"));
            }
        }
        self.files.target.write(&edit::merge(songs, self.own_ports).map_err(Failure::Edit)?)
    }
}

impl Concat {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let seam = match self.seam {
            SeamName::Reset => Seam::Reset,
            SeamName::Keep => Seam::Keep,
        };
        let songs = self.files.read()?;
        self.files.target.write(&edit::concatenate(songs, seam).map_err(Failure::Edit)?)
    }
}
