//! Audio files measured.

use std::path::PathBuf;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rust_audio_engine::open_audio;

use crate::watch::Watch;

/// What was measured, as JSON.
#[pyfunction]
pub(crate) fn measure(py: Python<'_>, path: PathBuf) -> PyResult<String> {
    let measured = Watch::over(py, None, |watch| {
        rust_audio_engine::measure(&mut open_audio(path)?, &mut |progress| watch.update(progress.fraction))
    })?;
    serde_json::to_string(&measured).map_err(|error| PyRuntimeError::new_err(error.to_string()))
}
