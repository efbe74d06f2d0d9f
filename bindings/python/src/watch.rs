//! Progress and interrupts while the GIL is released.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use rust_audio_engine::Error;

use crate::errors;

/// Tells Python of progress now and then, and stops when Python raises something (Ctrl-C included).
pub(crate) struct Watch {
    callback: Option<Py<PyAny>>,
    told: Instant,
    raised: Option<PyErr>,
}

impl Watch {
    const INTERVAL: Duration = Duration::from_millis(50);

    /// Does the work without the GIL; what Python raised meanwhile, or the work's error, is raised.
    pub(crate) fn over<T: Send>(
        py: Python<'_>,
        callback: Option<Py<PyAny>>,
        work: impl FnOnce(&mut Watch) -> Result<T, Error> + Send,
    ) -> PyResult<T> {
        let mut watch = Watch { callback, told: Instant::now(), raised: None };
        let done = py.detach(|| work(&mut watch));
        match watch.raised {
            Some(raised) => Err(raised),
            None => done.map_err(|error| errors::raise(py, &error)),
        }
    }

    /// Says that this share of the work is done; asks to stop when Python raised something.
    pub(crate) fn update(&mut self, share: f64) -> ControlFlow<()> {
        if self.told.elapsed() < Watch::INTERVAL && share < 1.0 {
            return ControlFlow::Continue(());
        }
        self.told = Instant::now();
        let callback = self.callback.take();
        let told = self.call(|py| callback.as_ref().map_or(Ok(()), |callback| callback.call1(py, (share,)).map(drop)));
        self.callback = callback;
        told
    }

    /// Says how many files of how many are done.
    pub(crate) fn count(&mut self, done: usize, all: usize) -> ControlFlow<()> {
        self.update(done as f64 / all.max(1) as f64)
    }

    /// Lets Python do something; asks to stop when it raised something.
    pub(crate) fn call(&mut self, work: impl FnOnce(Python<'_>) -> PyResult<()>) -> ControlFlow<()> {
        let done = Python::attach(|py| {
            py.check_signals()?;
            work(py)
        });
        match done {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.raised = Some(error);
                ControlFlow::Break(())
            }
        }
    }
}
