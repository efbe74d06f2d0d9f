//! A render that Python pulls.

use std::process;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use numpy::ndarray::Array2;
use numpy::{IntoPyArray, PyArray2};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rust_audio_engine::{Report, Seconds};

use crate::{errors, report};

/// A render that is pulled, until it is closed.
#[pyclass(frozen, module = "rust_audio_engine._core")]
pub(crate) struct Stream {
    stream: Mutex<Option<Box<rust_audio_engine::Stream>>>,
    /// What a closed stream had made.
    made: OnceLock<Report>,
    block_frames: usize,
    rate: u32,
    /// Share of the work that was done before the first frame.
    prepared: f64,
    /// The process that the render's threads belong to.
    process: u32,
}

impl Stream {
    /// A stream of blocks of so many frames; `normalized` if a pass went before.
    pub(crate) fn new(stream: rust_audio_engine::Stream, block_frames: usize, normalized: bool) -> Stream {
        Stream {
            rate: stream.rate().hz(),
            stream: Mutex::new(Some(Box::new(stream))),
            made: OnceLock::new(),
            block_frames,
            prepared: if normalized { 0.5 } else { 0.0 },
            process: process::id(),
        }
    }

    /// Does the work on the open stream without the GIL, which another thread may need to finish its own work on it.
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut rust_audio_engine::Stream) -> T + Send,
    ) -> PyResult<T> {
        self.check_process(py)?;
        let done = py.detach(|| self.lock().as_deref_mut().map(work));
        done.ok_or_else(|| errors::refuse(py, "the stream is closed; begin another one"))
    }

    /// A fork copies neither the threads nor a lock's owner.
    fn check_process(&self, py: Python<'_>) -> PyResult<()> {
        if self.process == process::id() {
            return Ok(());
        }
        Err(errors::refuse(py, "the stream was begun before this process was forked; begin another one here"))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<rust_audio_engine::Stream>>> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Stream {
    /// The next frames as an array of channels by frames, which takes over the engine's memory; at the end fewer, then
    /// none.
    fn read<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyArray2<f32>>>> {
        let frames = self.block_frames;
        let (samples, filled) = self.with(py, |stream| {
            let mut samples = vec![0.0; 2 * frames];
            let (left, right) = samples.split_at_mut(frames);
            let filled = stream.read(left, right);
            if filled < frames {
                samples.copy_within(frames..frames + filled, filled);
                samples.truncate(2 * filled);
                samples.shrink_to_fit();
            }
            (samples, filled)
        })?;
        if filled == 0 {
            return Ok(None);
        }
        let array = Array2::from_shape_vec((2, filled), samples);
        let array = array.map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
        Ok(Some(array.into_pyarray(py)))
    }

    fn seek(&self, py: Python<'_>, seconds: f64) -> PyResult<()> {
        if !seconds.is_finite() || seconds < 0.0 {
            return Err(errors::settings(py, format!("seconds is {seconds}; choose 0 or more")));
        }
        self.with(py, |stream| stream.seek(Seconds(seconds)))
    }

    #[getter]
    fn position(&self, py: Python<'_>) -> PyResult<f64> {
        self.with(py, |stream| stream.position().0)
    }

    /// Share of the work that is done.
    #[getter]
    fn share(&self, py: Python<'_>) -> PyResult<f64> {
        let fraction = self.with(py, |stream| stream.progress().fraction)?;
        Ok(self.prepared + (1.0 - self.prepared) * fraction)
    }

    #[getter]
    fn sample_rate(&self) -> u32 {
        self.rate
    }

    #[getter]
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.check_process(py)?;
        let made = py.detach(|| match &*self.lock() {
            Some(stream) => stream.report(),
            None => self.made.wait().clone(),
        });
        report::to_python(py, &made)
    }

    /// Ends the threads and gives up the memory; what was made stays known.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.check_process(py)?;
        py.detach(|| {
            let mut stream = self.lock();
            if let Some(stream) = &*stream {
                self.made.get_or_init(|| stream.report());
            }
            *stream = None;
        });
        Ok(())
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.process != process::id() {
            // Its threads are not here to be waited for.
            std::mem::forget(self.stream.get_mut().unwrap_or_else(PoisonError::into_inner).take());
        }
    }
}
