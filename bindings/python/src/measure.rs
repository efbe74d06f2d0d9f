//! Sound measured.

use std::path::PathBuf;

use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rust_audio_engine::{album_loudness, measure_files};

use crate::convert::to_json;
use crate::errors;
use crate::options::{self, Options};
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
    to_json(&measured)
}

/// What was measured of a file as JSON, or why nothing was.
type MeasuredItem = (Option<String>, Option<Py<PyBaseException>>);

/// Measures files: what became of each, in order, and the loudness of all of them as one, as JSON.
#[pyfunction]
#[pyo3(signature = (inputs, options, progress=None, /))]
pub(crate) fn measure_batch(
    py: Python<'_>,
    inputs: Vec<PathBuf>,
    options: &Bound<'_, PyDict>,
    progress: Option<Py<PyAny>>,
) -> PyResult<(Vec<MeasuredItem>, String)> {
    let jobs = options::jobs(options)?;
    let files = Watch::over(py, progress, |watch| {
        measure_files(&inputs, jobs, &mut |_, done| watch.count(done, inputs.len()))
    })?;
    let album = to_json(&album_loudness(&files))?;
    let item = |file: rust_audio_engine::MeasuredFile| match &file.result {
        Ok(measured) => Ok((Some(to_json(measured)?), None)),
        Err(error) => Ok((None, Some(errors::raise(py, error).into_value(py)))),
    };
    Ok((files.into_iter().map(item).collect::<PyResult<_>>()?, album))
}
