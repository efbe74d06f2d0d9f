//! Audio files. So far: writing WAV, as a file that appears only when it is complete, or as a stream of unknown length.

#![forbid(unsafe_code)]

mod encode;
mod error;
mod header;
mod output;
mod wav;

pub use error::CodecError;
pub use output::OutputFile;
pub use wav::{SampleFormat, WavSpec, WavSummary, WavWriter, wav_bytes};
