//! Sound as Python hands it over, and as it is handed back.

use std::path::PathBuf;

use numpy::ndarray::Array2;
use numpy::{IntoPyArray, PyArray2, PyReadonlyArray2};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use rust_audio_engine::{AudioBuffer, AudioReader, AudioSource, DecodeLimits, Error, InMemory, SampleRate};

use crate::errors;
use crate::options::Options;

/// Channels of an array at most; one of more is (frames, channels).
const MOST_CHANNELS: usize = 64;

/// Where sound comes from: a file, the bytes of one, or an array of channels by frames.
#[derive(FromPyObject)]
pub(crate) enum Source<'py> {
    Path(PathBuf),
    Bytes(PyBackedBytes),
    Samples(PyReadonlyArray2<'py, f32>),
}

/// The same without the GIL.
pub(crate) enum Sound<'a> {
    File(AudioFile),
    Samples(InMemory<'a>),
}

/// An audio file, on disk or in memory.
pub(crate) enum AudioFile {
    Path(PathBuf),
    Bytes(PyBackedBytes),
}

impl Source<'_> {
    /// The sound; an array has the option `sample_rate`.
    pub(crate) fn sound(&self, options: &Options<'_, '_>) -> PyResult<Sound<'_>> {
        let array = match self {
            Source::Path(path) => return Ok(Sound::File(AudioFile::Path(path.clone()))),
            Source::Bytes(bytes) => return Ok(Sound::File(AudioFile::Bytes(bytes.clone_ref(options.0.py())))),
            Source::Samples(array) => array,
        };
        let hz = options.in_range("sample_rate", 1..=768_000, 44_100)?;
        let (planar, (channels, frames)) = (array.as_slice()?, array.as_array().dim());
        if channels == 0 || channels > MOST_CHANNELS {
            let what =
                format!("an array of shape ({channels}, {frames}) has {channels} channels; give (channels, frames)");
            return Err(errors::settings(array.py(), what));
        }
        let channels = (0..channels).map(|channel| &planar[channel * frames..][..frames]).collect();
        Ok(Sound::Samples(InMemory::new(channels, SampleRate::new(hz).unwrap_or_default())))
    }
}

impl<'a> Sound<'a> {
    /// The sound to be read.
    pub(crate) fn open(self) -> Result<Box<dyn AudioSource + 'a>, Error> {
        Ok(match self {
            Sound::File(file) => Box::new(file.open()?),
            Sound::Samples(samples) => Box::new(samples),
        })
    }
}

impl AudioFile {
    /// The file, to be read.
    pub(crate) fn open(self) -> Result<AudioReader, Error> {
        match self {
            // A file of that name: standard input could not be interrupted.
            AudioFile::Path(path) => Ok(AudioReader::open(path)?),
            AudioFile::Bytes(bytes) => Ok(AudioReader::from_bytes(bytes, "<bytes>", &DecodeLimits::default())?),
        }
    }
}

/// An array that takes over the memory of the audio.
pub(crate) fn array(py: Python<'_>, audio: AudioBuffer) -> PyResult<Bound<'_, PyArray2<f32>>> {
    let shape = (audio.channels(), audio.frames());
    let array = Array2::from_shape_vec(shape, audio.into_planar());
    Ok(array.map_err(|error| PyRuntimeError::new_err(error.to_string()))?.into_pyarray(py))
}

/// Makes an array of nothing. The first array looks numpy's interface up, which runs Python code and panics where that
/// raises; here no signal waits whose handler would.
pub(crate) fn find_numpy(py: Python<'_>) -> PyResult<()> {
    py.check_signals()?;
    PyArray2::<f32>::zeros(py, [0, 0], false);
    Ok(())
}
