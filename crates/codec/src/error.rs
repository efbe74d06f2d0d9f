use std::io;
use std::path::PathBuf;

/// Why audio could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// What was being done, as a verb: "create", "write", "finish".
        action: &'static str,
        /// The file, or the name given to a stream.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The output exists and replacing it was not allowed.
    #[error("{} exists already: choose another name, or allow overwriting", .0.display())]
    Exists(PathBuf),
    /// The output is a folder.
    #[error("{} is a folder: name a file in it", .0.display())]
    IsFolder(PathBuf),
    /// WAV counts channels in 16 bits and a frame's bytes in 16 bits.
    #[error("a WAV file cannot hold {0} channels: use 1 to 16383")]
    Channels(usize),
    /// More sound than the header has room for; see `WavSpec::max_frames`.
    #[error("{}: more than {max_frames} frames, for which no room was kept in the header", .path.display())]
    TooLong {
        /// The file, or the name given to a stream.
        path: PathBuf,
        /// Frames announced or possible.
        max_frames: u64,
    },
    /// The input is missing, or the operating system refused.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file, or the name given to a stream.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The input is no sound.
    #[error("{} is {found}", .path.display())]
    NotAudio {
        /// The file, or the name given to a stream.
        path: PathBuf,
        /// What it is instead, and what to do.
        found: &'static str,
    },
    /// The input is sound of a kind that is not decoded.
    #[error("{} is {found}, which is not decoded; convert it with another program first, for example to FLAC", .path.display())]
    Unsupported {
        /// The file, or the name given to a stream.
        path: PathBuf,
        /// The kind.
        found: String,
    },
    /// The input is damaged so that nothing of it can be decoded.
    #[error("{} is damaged: {reason}", .path.display())]
    Damaged {
        /// The file, or the name given to a stream.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The input asks for more than the limits allow.
    #[error("{} has {what}", .path.display())]
    Limit {
        /// The file, or the name given to a stream.
        path: PathBuf,
        /// Of what too much, and how much is allowed.
        what: String,
    },
}

impl CodecError {
    /// The operating system's reason, when that is what went wrong: a broken pipe may be no error to the caller.
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        match self {
            CodecError::Io { source, .. } => Some(source.kind()),
            _ => None,
        }
    }
}
