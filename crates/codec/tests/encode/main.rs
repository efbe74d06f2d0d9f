//! What is written, read back by programs and libraries that are not ours.

mod common;
mod errors;
mod flac;
#[cfg(feature = "mp3")]
mod mp3;
mod opus;
mod replay_gain;
mod wav;
