//! Assessments of performances.

use std::path::PathBuf;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rust_audio_engine::{analyze_performance, analyze_sound, read_midi};

use crate::options::Options;
use crate::sound::{AudioFile, Sound, Source};
use crate::{errors, options};

/// The assessment of a recording as JSON. A file may also be a MIDI recording.
#[pyfunction]
#[pyo3(signature = (recording, expected, options, /))]
pub(crate) fn analyze(
    py: Python<'_>,
    recording: Source<'_>,
    expected: PathBuf,
    options: &Bound<'_, PyDict>,
) -> PyResult<String> {
    let settings = options::assessment(options)?;
    let sound = recording.sound(&Options(options))?;
    let assessed = py.detach(|| match sound {
        Sound::File(AudioFile::Path(recording)) => analyze_performance(recording, &read_midi(expected)?, &settings),
        sound => analyze_sound(sound.open()?, &read_midi(expected)?, &settings),
    });
    let assessment = assessed.map_err(|error| errors::raise(py, &error))?;
    serde_json::to_string(&assessment).map_err(|error| PyRuntimeError::new_err(error.to_string()))
}
