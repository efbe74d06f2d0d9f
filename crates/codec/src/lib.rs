//! Audio files: reading what a user brings, by content and block by block; writing WAV, FLAC, MP3 and Opus, as files that
//! appear only when they are complete, or as streams of unknown length.

#![forbid(unsafe_code)]

mod change;
mod decode;
mod encode;
mod error;
mod format;
mod gathered;
mod info;
mod output;
mod replay_gain;
mod tags;
mod unfinished;

pub use change::{AudioSource, InMemory, Mixed, Part, Resampled, changed};
pub use decode::{AudioFormat, AudioInfo, AudioReader, DecodeLimits, MOST_SAMPLES, Samples, Skipped, read_all};
pub use encode::{AudioSpec, AudioSummary, AudioWriter, Encoding, EncodingOptions, Mp3Rate, SampleFormat, wav_bytes};
pub use error::CodecError;
pub use format::FileFormat;
pub use gathered::Gathered;
pub use output::{ClosedFile, OutputFile};
pub use replay_gain::{Level, ReplayGain};
pub use tags::{TagKey, Tags};
pub use unfinished::{Unfinished, remove_unfinished};
