//! What a file is to hold, and in which format.

use std::fmt;
use std::path::Path;

use rae_units::{Frames, SampleRate};

use crate::{CodecError, FileFormat, TagKey, Tags, info};

/// How a sample is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SampleFormat {
    /// 16-bit integers with triangular dither; what is 16-bit sound already, as silence is, stays what it is.
    #[default]
    S16,
    /// 24-bit integers, rounded.
    S24,
    /// 32-bit floats, bit for bit.
    F32,
}

impl SampleFormat {
    /// Bytes per sample.
    pub const fn bytes(self) -> u32 {
        match self {
            SampleFormat::S16 => 2,
            SampleFormat::S24 => 3,
            SampleFormat::F32 => 4,
        }
    }

    /// Bits per sample.
    pub const fn bits(self) -> u32 {
        self.bytes() * 8
    }

    /// Whether samples beyond ±1 are lost.
    pub const fn is_integer(self) -> bool {
        !matches!(self, SampleFormat::F32)
    }
}

impl fmt::Display for SampleFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SampleFormat::S16 => "16 bit",
            SampleFormat::S24 => "24 bit",
            SampleFormat::F32 => "32-bit float",
        })
    }
}

/// Sample rates of Opus, hertz.
pub(super) const OPUS_RATES: [u32; 5] = [8_000, 12_000, 16_000, 24_000, 48_000];

/// What decides about the size of an MP3 file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mp3Rate {
    /// The same everywhere, kbit/s: 32 to 320 from 32 kHz on, 8 to 160 from 16 kHz on, 8 to 64 below.
    Constant(u16),
    /// As much as the sound needs: 0 (best, about 245 kbit/s) to 9 (about 65 kbit/s).
    Variable(u8),
}

/// A format with its choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// WAV; RF64 beyond 4 GiB. It has no place for the album's artist, the disc and the ISRC.
    Wav(SampleFormat),
    /// FLAC.
    Flac {
        /// Integers, so not [`SampleFormat::F32`].
        samples: SampleFormat,
        /// Effort, 0 (fastest) to 8 (smallest).
        level: u8,
    },
    /// MP3 by LAME, in builds with the feature `mp3`.
    Mp3(Mp3Rate),
    /// Opus in Ogg pages.
    Opus {
        /// Average rate, kbit/s: 6 to 256 per channel.
        bitrate: u16,
    },
}

impl Default for Encoding {
    fn default() -> Encoding {
        Encoding::Wav(SampleFormat::default())
    }
}

impl Encoding {
    /// FLAC's level where none is chosen.
    pub const FLAC_LEVEL: u8 = 5;
    /// MP3's rate where none is chosen: about 190 kbit/s, which few can tell from the original.
    pub const MP3_RATE: Mp3Rate = Mp3Rate::Variable(2);
    /// Opus' rate where none is chosen, kbit/s.
    pub const OPUS_BITRATE: u16 = 128;

    /// The format.
    pub const fn format(self) -> FileFormat {
        match self {
            Encoding::Wav(_) => FileFormat::Wav,
            Encoding::Flac { .. } => FileFormat::Flac,
            Encoding::Mp3(_) => FileFormat::Mp3,
            Encoding::Opus { .. } => FileFormat::Opus,
        }
    }

    /// The rate to render or convert to where `wanted` is asked for: Opus, which is played at 48 kHz in any case, takes
    /// that instead of a rate that it does not know. What other formats cannot have stays an error.
    pub fn rate(self, wanted: SampleRate) -> SampleRate {
        match self {
            Encoding::Opus { .. } if !OPUS_RATES.contains(&wanted.hz()) => SampleRate::new(48_000).unwrap_or(wanted),
            _ => wanted,
        }
    }

    /// Tags for which the format has no place.
    pub fn lost_tags(self, tags: &Tags) -> Vec<TagKey> {
        let lost = |key: &TagKey| matches!(self, Encoding::Wav(_)) && tags.get(*key).is_some() && !info::holds(*key);
        TagKey::ALL.into_iter().filter(lost).collect()
    }

    /// Refuses what the format cannot hold.
    pub fn check(self, spec: &AudioSpec) -> Result<(), CodecError> {
        super::encoder(spec, self, false).map(drop)
    }

    /// Whether samples beyond ±1 are lost: when they are written, or when a player decodes them.
    pub const fn is_bounded(self) -> bool {
        !matches!(self, Encoding::Wav(SampleFormat::F32))
    }
}

/// `WAV, 16 bit`, `FLAC, 24 bit, level 5`, `MP3, quality 2`, `Opus, 128 kbit/s`.
impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, ", self.format())?;
        match self {
            Encoding::Wav(samples) => samples.fmt(f),
            Encoding::Flac { samples, level } => write!(f, "{samples}, level {level}"),
            Encoding::Mp3(Mp3Rate::Variable(quality)) => write!(f, "quality {quality}"),
            Encoding::Mp3(Mp3Rate::Constant(bitrate)) | Encoding::Opus { bitrate } => write!(f, "{bitrate} kbit/s"),
        }
    }
}

/// Choices that may have been made, whatever the format will be. `SampleFormat::F32.into()` makes one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EncodingOptions {
    /// The format; without it the ending of the file's name decides, and where there is none, it is WAV.
    pub format: Option<FileFormat>,
    /// How samples are stored, for WAV and FLAC.
    pub sample_format: Option<SampleFormat>,
    /// kbit/s, for MP3 and Opus.
    pub bitrate: Option<u16>,
    /// 0 (best) to 9 of a variable rate, for MP3.
    pub quality: Option<u8>,
    /// 0 (fastest) to 8 (smallest), for FLAC.
    pub level: Option<u8>,
}

impl From<SampleFormat> for EncodingOptions {
    fn from(sample_format: SampleFormat) -> EncodingOptions {
        EncodingOptions { sample_format: Some(sample_format), ..EncodingOptions::default() }
    }
}

impl EncodingOptions {
    /// Whether samples beyond ±1 will be lost; see [`Encoding::is_bounded`].
    pub fn is_bounded(&self) -> bool {
        self.sample_format != Some(SampleFormat::F32)
    }

    /// The encoding of a file with this name. One with the ending of no format that is written is an error, unless the
    /// format is chosen.
    pub fn for_path(&self, path: &Path) -> Result<Encoding, CodecError> {
        let format = match self.format {
            Some(format) => format,
            None => FileFormat::from_path(path)?.unwrap_or_default(),
        };
        self.encoding(format)
    }

    /// The encoding of sound without a name.
    pub fn for_stream(&self) -> Result<Encoding, CodecError> {
        self.encoding(self.format.unwrap_or_default())
    }

    /// The encoding in `format` that these choices make. A choice that the format does not have is an error.
    pub fn encoding(&self, format: FileFormat) -> Result<Encoding, CodecError> {
        let (lossless, rated) =
            ([FileFormat::Wav, FileFormat::Flac].as_slice(), [FileFormat::Mp3, FileFormat::Opus].as_slice());
        let choices: [(&'static str, bool, &'static [FileFormat]); 4] = [
            ("sample format", self.sample_format.is_some(), lossless),
            ("bitrate", self.bitrate.is_some(), rated),
            ("quality", self.quality.is_some(), &[FileFormat::Mp3]),
            ("level", self.level.is_some(), &[FileFormat::Flac]),
        ];
        if let Some(&(option, _, fits)) = choices.iter().find(|(_, chosen, fits)| *chosen && !fits.contains(&format)) {
            return Err(CodecError::Option { option, format, fits });
        }
        let samples = self.sample_format.unwrap_or_default();
        Ok(match format {
            FileFormat::Wav => Encoding::Wav(samples),
            FileFormat::Flac => Encoding::Flac { samples, level: self.level.unwrap_or(Encoding::FLAC_LEVEL) },
            FileFormat::Mp3 => Encoding::Mp3(match (self.bitrate, self.quality) {
                (Some(_), Some(_)) => return Err(CodecError::BitrateAndQuality),
                (Some(bitrate), None) => Mp3Rate::Constant(bitrate),
                (None, Some(quality)) => Mp3Rate::Variable(quality),
                (None, None) => Encoding::MP3_RATE,
            }),
            FileFormat::Opus => Encoding::Opus { bitrate: self.bitrate.unwrap_or(Encoding::OPUS_BITRATE) },
        })
    }
}

/// What an audio file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioSpec {
    /// Sample rate.
    pub rate: SampleRate,
    /// Channels, at least one.
    pub channels: u16,
    /// The most frames that may be written, if known. A WAV file keeps 36 bytes of room to become an RF64 file only
    /// without it, or when that much would pass 4 GiB: a 16-bit header is otherwise the classic 44 bytes.
    pub max_frames: Option<Frames>,
    /// What is said about the music. WAV files say nothing.
    pub tags: Tags,
}
