//! Assessments of performances.

use std::path::PathBuf;

use numpy::PyReadonlyArray2;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rust_audio_engine::analysis::Assessment;
use rust_audio_engine::{AudioBuffer, SampleRate, analyze_performance, analyze_sound, read_midi};

use crate::picture::MOST_CHANNELS;
use crate::{errors, options};

/// The assessment of a file as JSON.
#[pyfunction]
pub(crate) fn analyze_file(
    py: Python<'_>,
    recording: PathBuf,
    expected: PathBuf,
    options: &Bound<'_, PyDict>,
) -> PyResult<String> {
    let settings = options::assessment(options)?;
    let assessed = py.detach(|| analyze_performance(recording, &read_midi(expected)?, &settings));
    to_json(&assessed.map_err(|error| errors::raise(py, &error))?)
}

/// The assessment of an array (channels, frames) as JSON.
#[pyfunction]
pub(crate) fn analyze_array(
    py: Python<'_>,
    audio: PyReadonlyArray2<'_, f32>,
    sample_rate: u32,
    expected: PathBuf,
    options: &Bound<'_, PyDict>,
) -> PyResult<String> {
    let settings = options::assessment(options)?;
    let rate = SampleRate::new(sample_rate);
    let rate = rate.ok_or_else(|| errors::settings(py, "sample_rate is 0; say how many frames a second has".into()))?;
    let view = audio.as_array();
    if view.nrows() == 0 || view.nrows() > MOST_CHANNELS {
        let what = format!("an array of shape {:?} has {} channels; give (channels, frames)", view.dim(), view.nrows());
        return Err(errors::settings(py, what));
    }
    let audio = AudioBuffer::from_planar(view.iter().copied().collect(), view.nrows()).unwrap_or_default();
    let assessed = py.detach(|| analyze_sound(audio, rate, &read_midi(expected)?, &settings));
    to_json(&assessed.map_err(|error| errors::raise(py, &error))?)
}

fn to_json(assessment: &Assessment) -> PyResult<String> {
    serde_json::to_string(assessment).map_err(|error| PyRuntimeError::new_err(error.to_string()))
}
