//! Reports as the package's `RenderReport`.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use rust_audio_engine::Report;

/// The same report in Python.
pub(crate) fn to_python<'py>(py: Python<'py>, report: &Report) -> PyResult<Bound<'py, PyAny>> {
    let fields = PyDict::new(py);
    fields.set_item("duration", report.duration)?;
    fields.set_item("frames", report.frames)?;
    fields.set_item("sample_rate", report.sample_rate)?;
    fields.set_item("channels", report.channels)?;
    fields.set_item("peak_dbfs", report.peak_dbfs)?;
    fields.set_item("gain_db", report.gain_db)?;
    fields.set_item("limiter_reduction_db", report.limiter_reduction_db)?;
    fields.set_item("notes", report.notes)?;
    fields.set_item("voices_peak", report.voices_peak)?;
    fields.set_item("device", &report.device)?;
    fields.set_item("threads", report.threads)?;
    fields.set_item("soundfont", &report.soundfont)?;
    fields.set_item("encoding", &report.encoding)?;
    fields.set_item("bytes", report.bytes)?;
    fields.set_item("wall_seconds", report.wall_seconds)?;
    fields.set_item("times_real_time", report.times_real_time)?;
    fields.set_item("warnings", PyTuple::new(py, &report.warnings)?)?;
    py.import("rust_audio_engine._results")?.getattr("RenderReport")?.call((), Some(&fields))
}
