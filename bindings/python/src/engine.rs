//! The class `Engine`.

use std::ffi::OsString;
use std::path::PathBuf;

use numpy::PyArray2;
use pyo3::exceptions::{PyBaseException, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rust_audio_engine::{BankName, BatchFile, BatchProgress, Progress, Rendering, SoundFontChoice, Storage, Timeline};

use crate::song::Song;
use crate::sound::{array, find_numpy};
use crate::stream::Stream;
use crate::watch::Watch;
use crate::wav::WavBuffer;
use crate::{errors, options, report};

/// Output, report and exception of one file.
type BatchItem<'py> = (OsString, Option<Bound<'py, PyAny>>, Option<Py<PyBaseException>>);

/// Stems by name, and the report of the mix.
type Stems<'py, T> = (Vec<(String, T)>, Bound<'py, PyAny>);

/// The timeline of a song as JSON.
#[pyfunction]
#[pyo3(signature = (song, options, /))]
pub(crate) fn timeline(py: Python<'_>, song: Song, options: &Bound<'_, PyDict>) -> PyResult<String> {
    let settings = options::read(options)?;
    let made = py.detach(|| Timeline::new(&song.read()?.sequence, &settings));
    let made = made.map_err(|error| errors::raise(py, &error))?;
    serde_json::to_string(&made).map_err(|error| PyRuntimeError::new_err(error.to_string()))
}

/// A SoundFont, opened once.
#[pyclass(frozen, module = "rust_audio_engine._core")]
pub(crate) struct Engine {
    engine: rust_audio_engine::Engine,
}

/// A path or "builtin", and what is added to its banks.
type Name = (PathBuf, u8);

fn choice(soundfont: Vec<Name>) -> SoundFontChoice {
    SoundFontChoice::from_names(soundfont.into_iter().map(|(path, offset)| BankName { path, offset }))
}

/// The SoundFonts that would be opened; none means the first that is found.
#[pyfunction]
#[pyo3(signature = (soundfont, /))]
pub(crate) fn resolve_soundfont(py: Python<'_>, soundfont: Vec<Name>) -> PyResult<Vec<(OsString, u8)>> {
    let choice = choice(soundfont).resolve().map_err(|error| errors::raise(py, &error))?;
    Ok(choice.into_names().into_iter().map(|name| (name.path.into_os_string(), name.offset)).collect())
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (soundfont, *, copy=false))]
    fn new(py: Python<'_>, soundfont: Vec<Name>, copy: bool) -> PyResult<Engine> {
        let storage = if copy { Storage::Copied } else { Storage::Mapped };
        let choice = choice(soundfont);
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

    #[pyo3(signature = (song, output_path, options, progress=None))]
    fn render_file<'py>(
        &self,
        py: Python<'py>,
        song: Song,
        output_path: PathBuf,
        options: &Bound<'py, PyDict>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let settings = options::read(options)?;
        let made = Watch::over(py, progress, |watch| {
            song.check_output(&output_path)?;
            let song = song.read()?;
            self.engine.render_file(song, &output_path, &settings, &mut |progress| watch.update(progress.fraction))
        })?;
        report::to_python(py, &made)
    }

    /// For every file, in order: its output, and what was made or why nothing was.
    #[pyo3(signature = (midi_paths, output_dir, options, progress=None))]
    fn render_batch<'py>(
        &self,
        py: Python<'py>,
        midi_paths: Vec<PathBuf>,
        output_dir: PathBuf,
        options: &Bound<'py, PyDict>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Vec<BatchItem<'py>>> {
        let (settings, jobs) = (options::read(options)?, options::jobs(options)?);
        let files = Watch::over(py, progress, |watch| {
            let mut observer = |progress: BatchProgress<'_>| watch.update(progress.done as f64 / progress.total as f64);
            self.engine.render_batch(&midi_paths, &output_dir, &settings, jobs, &mut observer)
        })?;
        let item = |file: BatchFile| {
            let (report, error) = match &file.result {
                Ok(made) => (Some(report::to_python(py, made)?), None),
                Err(error) => (None, Some(errors::raise(py, error).into_value(py))),
            };
            Ok((file.output.into_os_string(), report, error))
        };
        files.into_iter().map(item).collect()
    }

    #[pyo3(signature = (song, options, progress=None))]
    fn render_wav<'py>(
        &self,
        py: Python<'py>,
        song: Song,
        options: &Bound<'py, PyDict>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<WavBuffer> {
        let settings = options::read(options)?;
        Watch::over(py, progress, |watch| {
            let song = song.read()?;
            let (file, made) =
                self.engine.render_bytes(song, &settings, &mut |progress| watch.update(progress.fraction))?;
            Ok(WavBuffer::new(file, made))
        })
    }

    /// An array of channels by frames, which takes over the engine's memory, and the report.
    #[pyo3(signature = (song, options, progress=None))]
    fn render_array<'py>(
        &self,
        py: Python<'py>,
        song: Song,
        options: &Bound<'py, PyDict>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<(Bound<'py, PyArray2<f32>>, Bound<'py, PyAny>)> {
        find_numpy(py)?;
        let settings = options::read(options)?;
        let Rendering { audio, report: made } = Watch::over(py, progress, |watch| {
            let song = song.read()?;
            let mut observer = |progress: Progress| watch.update(progress.fraction);
            self.engine.render(song, &settings, &mut observer)
        })?;
        Ok((array(py, audio)?, report::to_python(py, &made)?))
    }

    /// The names of stems and their files.
    #[pyo3(signature = (song, output_dir, options, progress=None))]
    fn stem_files<'py>(
        &self,
        py: Python<'py>,
        song: Song,
        output_dir: PathBuf,
        options: &Bound<'py, PyDict>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Stems<'py, OsString>> {
        let (settings, by) = (options::read(options)?, options::stems_by(options)?);
        let (made, files) = Watch::over(py, progress, |watch| {
            let song = song.read()?;
            let mut observer = |progress: Progress| watch.update(progress.fraction);
            self.engine.render_stems(&song, &output_dir, by, &settings, &mut observer)
        })?;
        let files = files.into_iter().map(|file| (file.name, file.path.into_os_string())).collect();
        Ok((files, report::to_python(py, &made)?))
    }

    /// The names of stems and arrays of channels by frames.
    #[pyo3(signature = (song, options, progress=None))]
    fn stem_arrays<'py>(
        &self,
        py: Python<'py>,
        song: Song,
        options: &Bound<'py, PyDict>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Stems<'py, Bound<'py, PyArray2<f32>>>> {
        find_numpy(py)?;
        let (settings, by) = (options::read(options)?, options::stems_by(options)?);
        let (made, stems) = Watch::over(py, progress, |watch| {
            let song = song.read()?;
            let mut observer = |progress: Progress| watch.update(progress.fraction);
            self.engine.stems(&song, by, &settings, &mut observer)
        })?;
        let stems = stems.into_iter().map(|stem| Ok((stem.name, array(py, stem.audio)?))).collect::<PyResult<_>>()?;
        Ok((stems, report::to_python(py, &made)?))
    }

    /// Begins a render that is pulled. The callback hears of the pass before it that normalisation takes.
    #[pyo3(signature = (song, options, progress=None))]
    fn stream(
        &self,
        py: Python<'_>,
        song: Song,
        options: &Bound<'_, PyDict>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Stream> {
        find_numpy(py)?;
        let (settings, block_frames) = (options::read(options)?, options::block_frames(options)?);
        Watch::over(py, progress, |watch| {
            let song = song.read()?;
            let mut observer = |progress: Progress| watch.update(progress.fraction);
            let stream = self.engine.stream_observed(song, &settings, &mut observer)?;
            Ok(Stream::new(stream, block_frames, settings.normalize.is_some()))
        })
    }
}
