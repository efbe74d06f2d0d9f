//! Chains of effects: as text, on files, on arrays.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use numpy::{PyArray2, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rust_audio_engine::effects::{Chain, Prepared, Preset, Updates};
use rust_audio_engine::{AudioBuffer, ConvertOutput, Error, SampleRate, master_files, process_audio, process_files};

use crate::convert::{WorkedItem, items, to_json};
use crate::sound::{array, find_numpy};
use crate::watch::Watch;
use crate::{errors, options};

/// A chain from its text, as JSON with all that was left out.
#[pyfunction]
pub(crate) fn chain_from_text(py: Python<'_>, text: &str, json: bool) -> PyResult<String> {
    let chain = if json { Chain::from_json(text) } else { Chain::from_toml(text) };
    Ok(chain.map_err(|error| errors::raise(py, &error.into()))?.to_json())
}

/// A chain from its file, as JSON.
#[pyfunction]
pub(crate) fn chain_from_file(py: Python<'_>, path: PathBuf) -> PyResult<String> {
    Ok(rust_audio_engine::read_chain(path).map_err(|error| errors::raise(py, &error))?.to_json())
}

/// A preset's chain, as JSON.
#[pyfunction]
pub(crate) fn chain_from_preset(py: Python<'_>, name: &str) -> PyResult<String> {
    Ok(rust_audio_engine::preset(name).map_err(|error| errors::raise(py, &error))?.chain().to_json())
}

/// A chain as TOML.
#[pyfunction]
pub(crate) fn chain_to_toml(py: Python<'_>, json: &str) -> PyResult<String> {
    Ok(options::chain(py, json)?.to_toml())
}

/// Names and descriptions of the presets.
#[pyfunction]
pub(crate) fn presets() -> Vec<(&'static str, String)> {
    Preset::all().iter().map(|preset| (preset.name, preset.chain().description)).collect()
}

/// Takes a file through effects; the report as JSON.
#[pyfunction]
#[pyo3(signature = (input, output, options, progress=None))]
pub(crate) fn process_file(
    py: Python<'_>,
    input: PathBuf,
    output: PathBuf,
    options: &Bound<'_, PyDict>,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let settings = options::process(options)?;
    let report = Watch::over(py, progress, |watch| {
        let output = ConvertOutput::File(output);
        rust_audio_engine::process(input.into(), output, &settings, &mut |progress| watch.update(progress.fraction))
    })?;
    to_json(&report)
}

/// Takes files through effects into a folder. For every file, in order: its output, and what was made or why nothing was.
#[pyfunction]
#[pyo3(signature = (inputs, folder, options, progress=None, /))]
pub(crate) fn process_batch(
    py: Python<'_>,
    inputs: Vec<PathBuf>,
    folder: PathBuf,
    options: &Bound<'_, PyDict>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Vec<WorkedItem>> {
    let (settings, jobs) = (options::process(options)?, options::jobs(options)?);
    let files = Watch::over(py, progress, |watch| {
        process_files(&inputs, &folder, &settings, jobs, &mut |_, done| watch.count(done, inputs.len()))
    })?;
    items(py, files)
}

/// Masters files into a folder, as [`process_batch`] processes them.
#[pyfunction]
#[pyo3(signature = (inputs, folder, options, progress=None, /))]
pub(crate) fn master_batch(
    py: Python<'_>,
    inputs: Vec<PathBuf>,
    folder: PathBuf,
    options: &Bound<'_, PyDict>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Vec<WorkedItem>> {
    let (settings, jobs) = (options::master(options)?, options::jobs(options)?);
    let files = Watch::over(py, progress, |watch| {
        master_files(&inputs, &folder, &settings, jobs, &mut |_, done| watch.count(done, inputs.len()))
    })?;
    items(py, files)
}

/// Masters a file; the report as JSON.
#[pyfunction]
#[pyo3(signature = (input, output, options, progress=None))]
pub(crate) fn master_file(
    py: Python<'_>,
    input: PathBuf,
    output: PathBuf,
    options: &Bound<'_, PyDict>,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let settings = options::master(options)?;
    let report = Watch::over(py, progress, |watch| {
        let output = ConvertOutput::File(output);
        rust_audio_engine::master(input.into(), output, &settings, &mut |progress| watch.update(progress.fraction))
    })?;
    to_json(&report)
}

/// Takes an array of channels by frames through effects, with another one as sidechain.
#[pyfunction]
#[pyo3(signature = (samples, sample_rate, options, sidechain=None))]
pub(crate) fn process_array<'py>(
    py: Python<'py>,
    samples: PyReadonlyArray2<'_, f32>,
    sample_rate: u32,
    options: &Bound<'_, PyDict>,
    sidechain: Option<PyReadonlyArray2<'_, f32>>,
) -> PyResult<Bound<'py, PyArray2<f32>>> {
    find_numpy(py)?;
    let (chain, tail) = options::chain_and_tail(options)?;
    let rate = rate(py, sample_rate)?;
    let (audio, sidechain) = (planar(&samples), sidechain.as_ref().map(planar));
    let made = Watch::over(py, None, |watch| {
        process_audio(audio, rate, &chain, tail, sidechain.as_ref(), &mut || watch.update(0.0))
    })?;
    array(py, made)
}

/// A chain with a convolution reverb by an impulse response, as JSON.
#[pyfunction]
pub(crate) fn chain_with_response(py: Python<'_>, json: &str, path: PathBuf, wet: f64) -> PyResult<String> {
    let chain = options::chain(py, json)?;
    let made = py.detach(|| rust_audio_engine::with_impulse_response(chain, &path, wet));
    Ok(made.map_err(|error| errors::raise(py, &error))?.to_json())
}

fn rate(py: Python<'_>, hz: u32) -> PyResult<SampleRate> {
    SampleRate::new(hz).ok_or_else(|| errors::settings(py, "sample_rate is 0; choose 8000 to 192000".into()))
}

fn planar(samples: &PyReadonlyArray2<'_, f32>) -> AudioBuffer {
    let view = samples.as_array();
    AudioBuffer::from_planar(view.iter().copied().collect(), view.nrows()).unwrap_or_default()
}

/// A chain at work on blocks.
#[pyclass(frozen, module = "rust_audio_engine._core")]
pub(crate) struct Processor {
    prepared: Mutex<Prepared>,
    /// Changes are made here, while blocks are processed.
    updates: Mutex<Updates>,
    rate: SampleRate,
    channels: usize,
    sidechain_channels: usize,
}

impl Processor {
    fn lock(&self) -> MutexGuard<'_, Prepared> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does the work without the GIL, which another thread may need to finish its own work on it.
    fn with<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&mut Prepared) -> T + Send) -> T {
        py.detach(|| work(&mut self.lock()))
    }
}

#[pymethods]
impl Processor {
    #[new]
    #[pyo3(signature = (chain, sample_rate, channels, sidechain_channels=0))]
    fn new(
        py: Python<'_>,
        chain: &str,
        sample_rate: u32,
        channels: usize,
        sidechain_channels: usize,
    ) -> PyResult<Processor> {
        let chain = options::chain(py, chain)?;
        let rate = rate(py, sample_rate)?;
        let prepared = py.detach(|| rust_audio_engine::prepare(&chain, rate, channels, sidechain_channels));
        let mut prepared = prepared.map_err(|error| errors::raise(py, &error))?;
        let updates = Mutex::new(prepared.updates());
        Ok(Processor { prepared: Mutex::new(prepared), updates, rate, channels, sidechain_channels })
    }

    /// The next block, channels by frames, with as much of the sidechain.
    #[pyo3(signature = (block, sidechain=None))]
    fn process<'py>(
        &self,
        py: Python<'py>,
        block: PyReadonlyArray2<'_, f32>,
        sidechain: Option<PyReadonlyArray2<'_, f32>>,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        find_numpy(py)?;
        let (channels, frames) = block.as_array().dim();
        if channels != self.channels {
            let what = format!(
                "an array of shape {:?} has {channels} channels, and the processor {}; give (channels, frames)",
                (channels, frames),
                self.channels
            );
            return Err(errors::settings(py, what));
        }
        let expected = (self.sidechain_channels, frames);
        if let Some(shape) = sidechain.as_ref().map(|said| said.as_array().dim()).filter(|shape| *shape != expected) {
            let what =
                format!("the sidechain's shape is {shape:?}, not {expected:?}, as prepared and as long as the block");
            return Err(errors::settings(py, what));
        }
        let (mut audio, said) = (planar(&block), sidechain.as_ref().map(planar).unwrap_or_default());
        if frames > 0 {
            self.with(py, |prepared| {
                let mut planes: Vec<&mut [f32]> = audio.planar_mut().chunks_exact_mut(frames).collect();
                let said: Vec<&[f32]> = said.planar().chunks_exact(frames).collect();
                prepared.process_with_sidechain(&mut planes, &said);
                while prepared.take_back().is_some() {}
            });
        }
        array(py, audio)
    }

    fn update(&self, py: Python<'_>, chain: &str) -> PyResult<()> {
        let chain = options::chain(py, chain)?;
        let updated = py.detach(|| -> Result<(), Error> {
            // Held until the change is taken over, so that changes keep their order.
            let mut updates = self.updates.lock().unwrap_or_else(PoisonError::into_inner);
            let change = updates.change(&chain)?;
            let spent = self.lock().apply(change);
            drop(spent);
            Ok(())
        });
        updated.map_err(|error| errors::raise(py, &error))
    }

    fn reset(&self, py: Python<'_>) {
        self.with(py, Prepared::reset);
    }

    #[getter]
    fn latency(&self, py: Python<'_>) -> u64 {
        self.with(py, |prepared| prepared.latency().0)
    }

    #[getter]
    fn tail(&self, py: Python<'_>) -> u64 {
        self.with(py, |prepared| prepared.tail().0)
    }

    #[getter]
    fn sample_rate(&self) -> u32 {
        self.rate.hz()
    }

    #[getter]
    fn channels(&self) -> usize {
        self.channels
    }

    #[getter]
    fn sidechain_channels(&self) -> usize {
        self.sidechain_channels
    }

    /// Places and decibels of the deepest reductions since this was last asked.
    fn reductions(&self, py: Python<'_>) -> Vec<(String, f64)> {
        let reductions = self.with(py, Prepared::reductions);
        reductions.into_iter().map(|reduction| (reduction.place, reduction.deepest.0)).collect()
    }
}
