//! The class `Engine`.

use std::ffi::OsString;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use rust_audio_engine::{Progress, Report, SoundFontChoice, Storage, check_output, read_midi};

use crate::{errors, options};

/// A SoundFont, opened once.
#[pyclass(frozen, module = "rust_audio_engine._core")]
pub(crate) struct Engine {
    engine: rust_audio_engine::Engine,
}

/// The SoundFont that would be opened: a path, or "builtin".
#[pyfunction]
#[pyo3(signature = (soundfont, /))]
pub(crate) fn soundfont_path(py: Python<'_>, soundfont: Option<PathBuf>) -> PyResult<OsString> {
    let choice = SoundFontChoice::from_argument(soundfont.as_deref()).resolve();
    choice.map(|choice| choice.into_argument().into_os_string()).map_err(|error| errors::raise(py, &error))
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (soundfont=None, *, copy=false))]
    fn new(py: Python<'_>, soundfont: Option<PathBuf>, copy: bool) -> PyResult<Engine> {
        let storage = if copy { Storage::Copied } else { Storage::Mapped };
        let choice = SoundFontChoice::from_argument(soundfont.as_deref());
        let engine = py.detach(|| rust_audio_engine::Engine::builder().soundfont(choice).storage(storage).open());
        engine.map(|engine| Engine { engine }).map_err(|error| errors::raise(py, &error))
    }

    #[getter]
    fn soundfont(&self) -> String {
        self.engine.soundfont().source
    }

    #[getter]
    fn name(&self) -> String {
        self.engine.soundfont().name
    }

    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.engine.soundfont().warnings
    }

    #[pyo3(signature = (midi_path, output_path, options, progress=None))]
    fn render_file<'py>(
        &self,
        py: Python<'py>,
        midi_path: PathBuf,
        output_path: PathBuf,
        options: &Bound<'py, PyDict>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let settings = options::read(options)?;
        let mut watch = Watch::new(progress);
        let rendered = py.detach(|| {
            let mut observer = |progress| watch.update(progress);
            check_output(&output_path, &midi_path)?;
            self.engine.render_file(&read_midi(&midi_path)?, &output_path, &settings, &mut observer)
        });
        if let Some(raised) = watch.raised {
            return Err(raised);
        }
        rendered.map_err(|error| errors::raise(py, &error)).and_then(|report| dictionary(py, &report))
    }
}

/// Tells Python of progress now and then, and stops when Python raises something (Ctrl-C included).
struct Watch {
    callback: Option<Py<PyAny>>,
    told: Instant,
    raised: Option<PyErr>,
}

impl Watch {
    const INTERVAL: Duration = Duration::from_millis(50);

    fn new(callback: Option<Py<PyAny>>) -> Watch {
        Watch { callback, told: Instant::now(), raised: None }
    }

    fn update(&mut self, progress: Progress) -> ControlFlow<()> {
        if self.told.elapsed() < Watch::INTERVAL && progress.fraction < 1.0 {
            return ControlFlow::Continue(());
        }
        self.told = Instant::now();
        let told = Python::attach(|py| {
            py.check_signals()?;
            if let Some(callback) = &self.callback {
                callback.call1(py, (progress.fraction,))?;
            }
            Ok(())
        });
        match told {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.raised = Some(error);
                ControlFlow::Break(())
            }
        }
    }
}

/// The fields of the package's `RenderReport`.
fn dictionary<'py>(py: Python<'py>, report: &Report) -> PyResult<Bound<'py, PyDict>> {
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
    fields.set_item("wall_seconds", report.wall_seconds)?;
    fields.set_item("times_real_time", report.times_real_time)?;
    fields.set_item("warnings", &report.warnings)?;
    Ok(fields)
}
