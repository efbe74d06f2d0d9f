//! `rae midi split`: one song as several.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use rust_audio_engine::midi::Sequence;
use rust_audio_engine::midi::edit::{self, Parts, Section};
use rust_audio_engine::{CodecError, Error, Seconds, check_output};

use super::file::{read, write};
use super::trim::HeldName;
use crate::exit::Failure;
use crate::terminal::say;
use crate::values;

/// Split a MIDI file into several
///
/// song.mid becomes song-track-2.mid, song-channel-10.mid or song-part-1.mid and so on in the output folder. Each file has
/// the tempo and metre that hold in it, and at the start of a part the instruments are as they were there. If a file
/// cannot be written, those before it stay.
#[derive(Args)]
pub(crate) struct Split {
    /// The MIDI file
    song: PathBuf,
    /// Where the new files go; the folder is made if it is not there
    #[arg(short = 'd', long, value_name = "DIR")]
    out_dir: PathBuf,
    #[command(flatten)]
    by: By,
    /// What becomes of notes that sound where a part begins: they are struck there, or left out
    #[arg(long, value_name = "WHAT", default_value = "strike")]
    held: HeldName,
    /// Replace output files that exist
    #[arg(long)]
    force: bool,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct By {
    /// A file for each track that is played
    #[arg(long)]
    tracks: bool,
    /// A file for each channel that has notes
    #[arg(long)]
    channels: bool,
    /// A new part at each marker
    #[arg(long)]
    markers: bool,
    /// Parts of so many bars
    #[arg(long, value_name = "N")]
    bars: Option<u32>,
    /// A new part at these times: seconds or m:ss.s
    #[arg(long, value_name = "T", value_parser = values::time, value_delimiter = ',')]
    at: Vec<Seconds>,
}

impl Split {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let song = read(&self.song)?;
        let parts = self.parts(&song).map_err(Failure::Edit)?;
        let paths: Vec<PathBuf> = parts.numbers().iter().map(|number| self.path(number + 1)).collect();
        if paths.is_empty() {
            return Err(Failure::Usage(format!("{} has nothing to play, so there is no part", self.song.display())));
        }
        if let (1, Some(what)) = (paths.len(), self.by.place()) {
            say(&format!("rae: warning: {what} in {} splits it, so the part is the whole song", self.song.display()));
        }
        make_folder(&self.out_dir)?;
        for path in &paths {
            check_output(path, &self.song)?;
            if !self.force && path.symlink_metadata().is_ok() {
                return Err(Failure::Exists(path.clone()));
            }
        }
        paths.iter().zip(parts).try_for_each(|(path, (_, part))| write(path, self.force, &part))
    }

    fn parts<'a>(&self, song: &'a Sequence) -> Result<Parts<'a>, rust_audio_engine::midi::Error> {
        let ticks = match &self.by {
            By { tracks: true, .. } => return edit::split_tracks(song),
            By { channels: true, .. } => return edit::split_channels(song),
            By { markers: true, .. } => edit::marker_ticks(song),
            By { bars: Some(bars), .. } => edit::bar_ticks(song, *bars)?,
            By { at, .. } => at.iter().map(|&time| Section::seconds(song, time, None).start).collect(),
        };
        edit::split_at(song, &ticks, self.held.into())
    }

    /// Of a part, counted from 1.
    fn path(&self, number: usize) -> PathBuf {
        let stem = self.song.file_stem().unwrap_or_default().to_string_lossy();
        let kind = match self.by {
            By { tracks: true, .. } => "track",
            By { channels: true, .. } => "channel",
            _ => "part",
        };
        self.out_dir.join(format!("{stem}-{kind}-{number}.mid"))
    }
}

impl By {
    /// What of the song would have split it, where that is a place in time.
    fn place(&self) -> Option<&'static str> {
        match self {
            By { tracks: true, .. } | By { channels: true, .. } => None,
            By { markers: true, .. } => Some("no marker after the start (--markers)"),
            By { bars: Some(_), .. } => Some("no bar line (--bars)"),
            By { .. } => Some("no time of --at"),
        }
    }
}

fn make_folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path)
        .map_err(|source| Error::from(CodecError::Io { action: "create", path: path.to_owned(), source }))
}
