//! Songs as Python hands them over.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use rust_audio_engine::midi::{Parsed, Sequence};
use rust_audio_engine::{Error, check_output, read_midi};

use crate::midi::Midi;

/// A file, the bytes of one, or a song that is in memory.
pub(crate) enum Song {
    File(PathBuf),
    Bytes(Vec<u8>),
    Made(Box<Sequence>),
}

impl<'py> FromPyObject<'_, 'py> for Song {
    type Error = PyErr;

    fn extract(song: Borrowed<'_, 'py, PyAny>) -> PyResult<Song> {
        if let Ok(made) = song.cast::<Midi>() {
            return Ok(Song::Made(Box::new(made.get().sequence().clone())));
        }
        if let Ok(bytes) = song.cast::<PyBytes>() {
            return Ok(Song::Bytes(bytes.as_bytes().to_vec()));
        }
        song.extract().map(Song::File)
    }
}

impl Song {
    /// Reads it, if need be.
    pub(crate) fn read(self) -> Result<Parsed, Error> {
        match self {
            Song::File(path) => read_midi(path),
            Song::Bytes(bytes) => Ok(Sequence::parse(&bytes)?),
            Song::Made(sequence) => Ok((*sequence).into()),
        }
    }

    /// Refuses an output that is its file.
    pub(crate) fn check_output(&self, output: &PathBuf) -> Result<(), Error> {
        match self {
            Song::File(path) => check_output(output, path),
            Song::Bytes(_) | Song::Made(_) => Ok(()),
        }
    }
}
