use std::io;
use std::path::{Path, PathBuf};

use rae_units::SampleRate;

use crate::{FileFormat, TagKey};

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
    /// The format cannot hold so many channels.
    #[error("{format} cannot hold {channels} channels: use 1 to {most}{}", .format.roomier())]
    Channels {
        /// The format.
        format: FileFormat,
        /// Channels asked for.
        channels: usize,
        /// Channels that are possible.
        most: u16,
    },
    /// The format cannot have this sample rate.
    #[error("{format} cannot have a sample rate of {rate}: use {possible}")]
    Rate {
        /// The format.
        format: FileFormat,
        /// The rate asked for.
        rate: SampleRate,
        /// What is possible.
        possible: &'static str,
    },
    /// A choice that the format does not have.
    #[error("{option} does not fit {format}: it is a choice for {}", list(.fits))]
    Option {
        /// The choice.
        option: &'static str,
        /// The format.
        format: FileFormat,
        /// Formats that have it.
        fits: &'static [FileFormat],
    },
    /// A choice beyond what the format allows.
    #[error("{format} with {option} {value}: use {possible}")]
    Choice {
        /// The format.
        format: FileFormat,
        /// The choice.
        option: &'static str,
        /// What was chosen.
        value: String,
        /// What is possible.
        possible: String,
    },
    /// Both were chosen.
    #[error("bitrate and quality exclude each other: a bitrate is constant, a quality lets it vary")]
    BitrateAndQuality,
    /// More than the formats have room for.
    #[error("the tags are longer than 16 MB together: leave some out")]
    TagsTooLong,
    /// Built without LAME.
    #[error("MP3 is not in this build: build with the feature `mp3`, or use Opus, FLAC or WAV")]
    NoMp3,
    /// No such format.
    #[error("no format is called '{0}': use wav, flac, mp3 or opus")]
    UnknownFormat(String),
    /// No such field.
    #[error("no tag is called '{0}': use {names}", names = TagKey::ALL.map(TagKey::name).join(", "))]
    UnknownTag(String),
    /// The name has the ending of no format that is written.
    #[error("{}: no sound is written under this ending; name it .wav, .flac, .mp3 or .opus, or choose a format", .0.display())]
    NotWritten(PathBuf),
    /// An encoder failed.
    #[error("cannot encode {} as {format}: {reason}", .path.display())]
    Encode {
        /// The file, or the name given to a stream.
        path: PathBuf,
        /// The format.
        format: FileFormat,
        /// The encoder's reason.
        reason: String,
    },
    /// More sound than the header has room for; see `AudioSpec::max_frames`.
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
    /// There is no custom of mixing these.
    #[error("cannot mix {from} channels to {to}: ask for 1 or 2 channels, of a sound with at most 8, or keep them")]
    Mix {
        /// Channels that are there.
        from: usize,
        /// Channels that were asked for.
        to: usize,
    },
    /// Sample rates are too far apart.
    #[error("cannot go from {from} to {to} in one step: choose a rate at most 256 times higher or lower")]
    Rates {
        /// The rate that is there.
        from: SampleRate,
        /// The rate that was asked for.
        to: SampleRate,
    },
    /// Sample rates have so little in common that so many channels would take too much memory.
    #[error("cannot go from {from} to {to} with {channels} channels: mix to 2 channels first, or choose another rate")]
    RatesWithChannels {
        /// The rate that is there.
        from: SampleRate,
        /// The rate that was asked for.
        to: SampleRate,
        /// Channels that are there.
        channels: usize,
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
    pub(crate) fn channels(channels: usize, format: FileFormat) -> CodecError {
        CodecError::Channels { format, channels, most: format.max_channels() }
    }

    /// Whether another choice of format, rate, channels or options would help.
    pub fn is_choice(&self) -> bool {
        use CodecError::*;
        matches!(
            self,
            Channels { .. }
                | Rate { .. }
                | Option { .. }
                | Choice { .. }
                | BitrateAndQuality
                | NoMp3
                | UnknownFormat(_)
                | UnknownTag(_)
                | NotWritten(_)
                | Mix { .. }
                | Rates { .. }
                | RatesWithChannels { .. }
                | TagsTooLong
        )
    }

    pub(crate) fn failed(format: FileFormat, reason: impl ToString) -> CodecError {
        CodecError::Encode { path: PathBuf::new(), format, reason: reason.to_string() }
    }

    /// Names the file where the error does not yet.
    pub(crate) fn at(mut self, name: &Path) -> CodecError {
        if let CodecError::Encode { path, .. } = &mut self {
            *path = name.to_owned();
        }
        self
    }

    /// The operating system's reason, when that is what went wrong: a broken pipe may be no error to the caller.
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        match self {
            CodecError::Io { source, .. } => Some(source.kind()),
            _ => None,
        }
    }
}

/// `WAV and FLAC`.
fn list(formats: &[FileFormat]) -> String {
    formats.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}
