//! Audio files: reading what a user brings, by content and block by block; writing WAV, as a file that appears only when
//! it is complete, or as a stream of unknown length.

#![forbid(unsafe_code)]

mod decode;
mod encode;
mod error;
mod header;
mod output;
mod tags;
mod wav;

pub use decode::{AudioFormat, AudioInfo, AudioReader, DecodeLimits, Samples, read_all};
pub use error::CodecError;
pub use output::OutputFile;
pub use tags::{TagKey, Tags};
pub use wav::{SampleFormat, WavSpec, WavSummary, WavWriter, wav_bytes};
