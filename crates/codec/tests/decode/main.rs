//! Reading audio files: what other programs write comes out as they meant it, damage leads to words.

mod common;
mod errors;
mod hostile;
mod own;
mod peers;
mod thirds;
