//! Loudness after EBU R 128: ITU-R BS.1770-5, EBU Tech 3341 and 3342. Streaming, in constant memory.

mod blocks;
mod measurement;
mod meter;
mod weighting;

pub use measurement::{ChannelLevels, Measurement, Measurer};
pub use meter::{AlbumLoudness, Loudness, LoudnessMeter};

pub(crate) use weighting::weighting_power;
