//! What can go wrong with a bank.

use std::io;
use std::path::{Path, PathBuf};

use crate::BankName;

/// Why a bank could not be opened or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be found or read.
    #[error("Failed to load SoundFont: {}: {source}{}", path.display(), hint(origin))]
    Io {
        /// The file.
        path: PathBuf,
        /// Who asked for it, when it was not the caller: `RAE_SOUNDFONT`.
        origin: Option<&'static str>,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is something else than a SoundFont 2 bank.
    #[error("Failed to load SoundFont: {path}: {reason} (byte 0); give a .sf2 or .sf3 file")]
    NotSoundFont {
        /// The file or the name of the bank.
        path: String,
        /// What it is instead, as far as it can be told.
        reason: String,
    },
    /// A format of which this reader knows, but which it cannot play.
    #[error("Failed to load SoundFont: {path}: {reason} (chunk '{chunk}', byte {offset})")]
    Unsupported {
        /// The file or the name of the bank.
        path: String,
        /// The chunk that says so.
        chunk: &'static str,
        /// Where in the file.
        offset: u64,
        /// What is not supported.
        reason: String,
    },
    /// The structure is not intact (10.1); the file must be repaired or fetched again.
    #[error(
        "Failed to load SoundFont: {path}: {reason} (chunk '{chunk}', byte {offset}); the file is damaged, fetch it again or repair it in an editor"
    )]
    Structure {
        /// The file or the name of the bank.
        path: String,
        /// The chunk in which it was found, or that is missing.
        chunk: &'static str,
        /// Where in the file.
        offset: u64,
        /// What is wrong.
        reason: String,
    },
    /// A bank is to be moved too far.
    #[error("Failed to load SoundFont: {}: the bank offset is {offset}; choose 0 to {}", path.display(), BankName::MAX_OFFSET)]
    Offset {
        /// The file.
        path: PathBuf,
        /// The offset as it was written.
        offset: String,
    },
    /// The model cannot be said in the format.
    #[error("Failed to write SoundFont: {0}")]
    Write(String),
}

fn hint(origin: &Option<&'static str>) -> String {
    origin.map_or_else(String::new, |origin| format!(" (asked for by {origin})"))
}

impl Error {
    /// The file, and what the operating system said about it, when that was the cause.
    pub fn io(&self) -> Option<(&Path, &io::Error)> {
        match self {
            Error::Io { path, source, .. } => Some((path, source)),
            _ => None,
        }
    }
}
