//! Kinds of audio files, and their names.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::CodecError;

/// A kind of audio file that can be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FileFormat {
    /// Uncompressed.
    #[default]
    Wav,
    /// Compressed without loss.
    Flac,
    /// Compressed with loss, playable everywhere.
    Mp3,
    /// Compressed with loss, in Ogg pages: better than MP3 at the same rate, and what browsers record.
    Opus,
}

impl FileFormat {
    /// All of them.
    pub const ALL: [FileFormat; 4] = [FileFormat::Wav, FileFormat::Flac, FileFormat::Mp3, FileFormat::Opus];

    /// The name in lower case, which is the extension of files, too.
    pub const fn name(self) -> &'static str {
        match self {
            FileFormat::Wav => "wav",
            FileFormat::Flac => "flac",
            FileFormat::Mp3 => "mp3",
            FileFormat::Opus => "opus",
        }
    }

    /// The most channels that it can hold.
    pub const fn max_channels(self) -> u16 {
        match self {
            FileFormat::Wav => 16_383,
            FileFormat::Flac => 8,
            FileFormat::Mp3 | FileFormat::Opus => 2,
        }
    }

    /// What a file of another format could do.
    pub(crate) fn roomier(self) -> &'static str {
        if self == FileFormat::Wav { "" } else { ", or WAV" }
    }

    /// What the ending of a file's name promises: nothing if it has none. An error if it is that of no format that is written.
    pub fn from_path(path: &Path) -> Result<Option<FileFormat>, CodecError> {
        let Some(ending) = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()) else {
            return Ok(None);
        };
        let ending = if ending == "wave" { "wav" } else { &ending };
        let found = FileFormat::ALL.into_iter().find(|format| format.name() == ending);
        found.map(Some).ok_or_else(|| CodecError::NotWritten(path.to_owned()))
    }
}

impl fmt::Display for FileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FileFormat::Wav => "WAV",
            FileFormat::Flac => "FLAC",
            FileFormat::Mp3 => "MP3",
            FileFormat::Opus => "Opus",
        })
    }
}

impl FromStr for FileFormat {
    type Err = CodecError;

    fn from_str(name: &str) -> Result<FileFormat, CodecError> {
        let found = FileFormat::ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| CodecError::UnknownFormat(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_promise_formats() {
        for (name, format) in [
            ("a.wav", Some(FileFormat::Wav)),
            ("a.WAVE", Some(FileFormat::Wav)),
            ("x/a.b.Flac", Some(FileFormat::Flac)),
            ("a.mp3", Some(FileFormat::Mp3)),
            ("a.opus", Some(FileFormat::Opus)),
            ("/dev/null", None),
            (".wav", None),
        ] {
            assert_eq!(FileFormat::from_path(Path::new(name)).unwrap(), format, "{name}");
        }
        for name in ["a.m4a", "song.MID", "a.ogg", "a.xyz", "song.v2", "a."] {
            let error = FileFormat::from_path(Path::new(name)).unwrap_err().to_string();
            assert!(error.starts_with(name) && error.contains("opus"), "{error}");
        }
        assert_eq!("MP3".parse::<FileFormat>().unwrap(), FileFormat::Mp3);
        assert!("ogg".parse::<FileFormat>().unwrap_err().to_string().contains("wav, flac, mp3 or opus"));
    }
}
