//! What the engine finds where it runs.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// The findings as JSON.
#[pyfunction]
pub(crate) fn examine(py: Python<'_>) -> PyResult<String> {
    let found = py.detach(rust_audio_engine::examine);
    serde_json::to_string(&found).map_err(|error| PyRuntimeError::new_err(error.to_string()))
}
