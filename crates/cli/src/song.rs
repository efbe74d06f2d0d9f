//! Songs that commands read.

use std::io::{IsTerminal, stdin};
use std::path::Path;

use rust_audio_engine::midi::{Parsed, Sequence};
use rust_audio_engine::{Error, read_midi};

use crate::exit::Failure;

/// Reads a MIDI file; `-` is standard input.
pub(crate) fn read_song(path: &Path) -> Result<Parsed, Failure> {
    if path != Path::new("-") {
        return Ok(read_midi(path)?);
    }
    let input = stdin();
    if input.is_terminal() {
        return Err(Failure::Usage("standard input is a terminal; send a MIDI file into a pipe or name it".into()));
    }
    Ok(Sequence::read_from(input.lock(), Path::new("standard input")).map_err(Error::from)?)
}
