//! What can go wrong, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use rae_codec::CodecError;
use rae_effects::EffectsError;

/// Why the engine could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The SoundFont could not be found, read or understood.
    #[error(transparent)]
    SoundFont(#[from] rae_soundfont::Error),
    /// The bank that a song brings along could not be understood.
    #[error("{0}; or let another SoundFont play the song and ignore its own bank")]
    EmbeddedBank(rae_soundfont::Error),
    /// The MIDI file could not be found, read or understood.
    #[error("Failed to load MIDI file: {0}")]
    Midi(#[from] rae_midi::Error),
    /// The audio file could not be made or written.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// The chain of effects cannot be made ready for the sound.
    #[error("the chain of effects does not fit: {0}")]
    Effects(#[source] EffectsError),
    /// The file of a chain of effects could not be read.
    #[error("cannot read {}: {source}", .path.display())]
    ReadChain {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no chain of effects.
    #[error("{}: {source}", .path.display())]
    Chain {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        source: EffectsError,
    },
    /// The picture could not be made.
    #[error(transparent)]
    Picture(#[from] rae_picture::PictureError),
    /// The output is one of the files that the sound is made from.
    #[error("{} is the same file as the input {}; choose another name for the output", .output.display(), .input.display())]
    OutputIsInput {
        /// The output as it was named.
        output: PathBuf,
        /// The input as it was named.
        input: PathBuf,
    },
    /// The device that was demanded is not there.
    #[error("no GPU: {reason}; let the engine choose (auto) or ask for the cpu")]
    Device {
        /// Why not.
        reason: String,
    },
    /// A setting is out of its range.
    #[error("{what}")]
    Settings {
        /// Which setting, its value, and what it may be.
        what: String,
    },
    /// The system gave no thread.
    #[error("cannot start a thread: {source}; try again with 1 thread")]
    Threads {
        /// What the system said.
        source: io::Error,
    },
    /// The observer stopped the work. No file was written.
    #[error("cancelled")]
    Cancelled,
}

impl From<EffectsError> for Error {
    fn from(error: EffectsError) -> Error {
        match error {
            EffectsError::Cancelled => Error::Cancelled,
            error => Error::Effects(error),
        }
    }
}

impl Error {
    pub(crate) fn settings(what: String) -> Error {
        Error::Settings { what }
    }

    /// The input file and what the system said about it, if it was missing or could not be read.
    pub fn unreadable_input(&self) -> Option<(&Path, &io::Error)> {
        match self {
            Error::SoundFont(error) => error.io(),
            Error::Midi(rae_midi::Error::Read { path, source }) => Some((path, source)),
            Error::ReadChain { path, source } => Some((path, source)),
            Error::Codec(CodecError::Read { path, source }) => Some((path, source)),
            _ => None,
        }
    }

    /// The output and why it could not be written, if that was the cause: `AlreadyExists` if overwriting was not
    /// allowed or would have destroyed an input.
    pub fn unwritable_output(&self) -> Option<(&Path, io::ErrorKind)> {
        match self {
            Error::Codec(CodecError::Io { path, source, .. }) => Some((path, source.kind())),
            Error::Codec(CodecError::Exists(path)) => Some((path, io::ErrorKind::AlreadyExists)),
            Error::OutputIsInput { output, .. } => Some((output, io::ErrorKind::AlreadyExists)),
            Error::Codec(CodecError::IsFolder(path)) => Some((path, io::ErrorKind::IsADirectory)),
            _ => None,
        }
    }
}
