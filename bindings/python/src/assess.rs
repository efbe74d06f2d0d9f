//! Assessments of performances.

use std::path::PathBuf;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use rust_audio_engine::{
    AssessedPerformance, Error, Heading, OutputFile, ReportFormat, assess_recording, assess_sound, check_output,
    read_midi,
};

use crate::options::Options;
use crate::sound::{AudioFile, Sound, Source};
use crate::{errors, options};

/// What came of a performance.
#[pyclass(module = "rust_audio_engine._core", frozen)]
pub(crate) struct Assessed {
    performance: AssessedPerformance,
    heading: Heading,
    inputs: Vec<PathBuf>,
}

/// Assesses a recording. A file may also be a MIDI recording.
#[pyfunction]
#[pyo3(signature = (recording, expected, options, /))]
pub(crate) fn assess(
    py: Python<'_>,
    recording: Source<'_>,
    expected: PathBuf,
    options: &Bound<'_, PyDict>,
) -> PyResult<Assessed> {
    let settings = options::assessment(options)?;
    let options = Options(options);
    let (title, player, date) = (options.get("title")?, options.get("player")?, options.get("date")?);
    let sound = recording.sound(&options)?;
    let assessed = py.detach(|| {
        let song = read_midi(&expected)?;
        let (performance, path) = match sound {
            Sound::File(AudioFile::Path(path)) => (assess_recording(&path, &song, &settings)?, Some(path)),
            sound => (assess_sound(sound.open()?, &song, &settings)?, None),
        };
        let heading = settings.heading(&song, Some(&expected), path.as_deref());
        let heading = Heading { piece: title.unwrap_or(heading.piece), player, date, ..heading };
        Ok(Assessed { performance, heading, inputs: [Some(expected), path].into_iter().flatten().collect() })
    });
    assessed.map_err(|error| errors::raise(py, &error))
}

/// Raises what is wrong with the name of a report, its folder or what is there.
#[pyfunction]
#[pyo3(signature = (path, /))]
pub(crate) fn check_report(py: Python<'_>, path: PathBuf) -> PyResult<()> {
    let check = || {
        ReportFormat::of_path(&path)?;
        // Begun and given up. A pipe would wait for its reader.
        let makes_file = path.metadata().map_or(true, |existing| existing.is_file() || existing.is_dir());
        if makes_file {
            OutputFile::create(&path, true)?;
        }
        Ok(())
    };
    py.detach(check).map_err(|error: Error| errors::raise(py, &error))
}

#[pymethods]
impl Assessed {
    fn json(&self) -> PyResult<String> {
        serde_json::to_string(&self.performance.assessment).map_err(|error| PyRuntimeError::new_err(error.to_string()))
    }

    #[pyo3(signature = (format, /))]
    fn report<'py>(&self, py: Python<'py>, format: &str) -> PyResult<Bound<'py, PyBytes>> {
        let format = match format {
            "html" => ReportFormat::Html,
            "png" => ReportFormat::Png,
            other => return Err(errors::settings(py, format!("format is '{other}'; choose html, png"))),
        };
        let report = py.detach(|| self.performance.report(&self.heading, format));
        Ok(PyBytes::new(py, &report.map_err(|error| errors::raise(py, &error))?))
    }

    #[pyo3(signature = (path, overwrite, /))]
    fn write_report(&self, py: Python<'_>, path: PathBuf, overwrite: bool) -> PyResult<()> {
        let write = || {
            self.inputs.iter().try_for_each(|input| check_output(&path, input))?;
            self.performance.write_report(&path, &self.heading, overwrite)
        };
        py.detach(write).map_err(|error| errors::raise(py, &error))
    }
}
