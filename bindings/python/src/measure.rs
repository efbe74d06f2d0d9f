//! Sound measured.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::options::Options;
use crate::sound::Source;
use crate::watch::Watch;

/// What was measured, as JSON.
#[pyfunction]
#[pyo3(signature = (source, options, /))]
pub(crate) fn measure(py: Python<'_>, source: Source<'_>, options: &Bound<'_, PyDict>) -> PyResult<String> {
    let sound = source.sound(&Options(options))?;
    let measured = Watch::over(py, None, |watch| {
        rust_audio_engine::measure(&mut *sound.open()?, &mut |progress| watch.update(progress.fraction))
    })?;
    serde_json::to_string(&measured).map_err(|error| PyRuntimeError::new_err(error.to_string()))
}
