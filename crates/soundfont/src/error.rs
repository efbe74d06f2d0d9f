//! What can go wrong with a bank.

use std::io;
use std::path::{Path, PathBuf};

use crate::BankName;
use crate::discovery::System;

/// Why a bank could not be opened or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be found or read.
    #[error("Failed to load SoundFont: {}: {source}{}{}", path.display(), asked_by(origin), also(advice))]
    Io {
        /// The file.
        path: PathBuf,
        /// Who asked for it, when it was not the caller: `RAE_SOUNDFONT` or the config file.
        origin: Option<String>,
        /// What the operating system said.
        source: io::Error,
        /// What to do about it, if the file is missing.
        advice: Option<String>,
    },
    /// The config file cannot be read, or says something unknown.
    #[error("Failed to read the config file {}{}: {reason}", path.display(), at_line(line))]
    Config {
        /// The config file.
        path: PathBuf,
        /// Which line of it, from 1, if it is about one.
        line: Option<usize>,
        /// What is wrong, and what is right.
        reason: String,
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

fn asked_by(origin: &Option<String>) -> String {
    origin.as_ref().map_or_else(String::new, |origin| format!(" (asked for by {origin})"))
}

fn also(advice: &Option<String>) -> String {
    advice.as_ref().map_or_else(String::new, |advice| format!("; {advice}"))
}

fn at_line(line: &Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!(", line {line}"))
}

impl Error {
    /// A file that cannot be read on this system.
    pub(crate) fn unreadable(path: PathBuf, origin: Option<String>, source: io::Error, system: &System<'_>) -> Error {
        let is_missing = source.kind() == io::ErrorKind::NotFound;
        let advice = is_missing.then(|| {
            let command = system.install_command().map(|command| format!(", or install one: {command}"));
            format!("name a file that is there or 'builtin'{}", command.unwrap_or_default())
        });
        Error::Io { path, origin, source, advice }
    }

    /// What to do about a missing file.
    pub fn advice(&self) -> Option<&str> {
        match self {
            Error::Io { advice, .. } => advice.as_deref(),
            _ => None,
        }
    }

    /// The file, and what the operating system said about it, when that was the cause.
    pub fn io(&self) -> Option<(&Path, &io::Error)> {
        match self {
            Error::Io { path, source, .. } => Some((path, source)),
            _ => None,
        }
    }
}
