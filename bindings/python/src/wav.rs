//! A WAV file in memory that Python reads in place.

#![allow(unsafe_code, reason = "Python's buffer protocol hands out a pointer")]

use std::ffi::{c_int, c_void};

use pyo3::ffi;
use pyo3::prelude::*;
use rust_audio_engine::Report;

use crate::report;

/// A complete WAV file in memory. `memoryview`, `bytes`, `io.BytesIO` and others read it through the buffer protocol,
/// read-only and without a copy.
#[pyclass(frozen, module = "rust_audio_engine")]
pub(crate) struct WavBuffer {
    file: Box<[u8]>,
    report: Report,
}

impl WavBuffer {
    pub(crate) fn new(file: Vec<u8>, report: Report) -> WavBuffer {
        WavBuffer { file: file.into_boxed_slice(), report }
    }
}

#[pymethods]
impl WavBuffer {
    /// Seconds of audio: frames / sample rate.
    #[getter]
    fn duration(&self) -> f64 {
        self.report.duration
    }

    /// What was made, and how.
    #[getter]
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        report::to_python(py, &self.report)
    }

    fn __len__(&self) -> usize {
        self.file.len()
    }

    fn __repr__(&self) -> String {
        format!("<WavBuffer: {} bytes, {:.1} s>", self.file.len(), self.report.duration)
    }

    /// There is nothing to release: a view keeps the object alive, and the object its bytes.
    ///
    /// # Safety
    /// `view` points to a `Py_buffer` to fill, as CPython promises.
    unsafe fn __getbuffer__(slf: Bound<'_, Self>, view: *mut ffi::Py_buffer, flags: c_int) -> PyResult<()> {
        let file = &slf.get().file;
        let start = file.as_ptr().cast::<c_void>().cast_mut();
        let length = ffi::Py_ssize_t::try_from(file.len())?;
        // SAFETY: the bytes never move or change, as the class is frozen and nothing in it is mutable; the view holds a
        // reference to their owner and is read-only, so nobody writes through the pointer.
        match unsafe { ffi::PyBuffer_FillInfo(view, slf.as_ptr(), start, length, 1, flags) } {
            0 => Ok(()),
            _ => Err(PyErr::fetch(slf.py())),
        }
    }
}
