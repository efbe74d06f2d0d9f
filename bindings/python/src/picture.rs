//! Pictures and peaks of sound.

use std::ops::ControlFlow;

use numpy::ndarray::Array3;
use numpy::{IntoPyArray, PyArray3};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use rust_audio_engine::pictures::{
    Amplitude, Channels, Color, Column, Excerpt, Theme, WaveformBuilder, WaveformSettings,
};
use rust_audio_engine::{Decibels, Seconds, columns};

use crate::options::Options;
use crate::sound::Source;
use crate::watch::Watch;

/// Shares of the work between two updates.
const UPDATE: f64 = 0.1;

/// The bytes of a picture file.
#[pyfunction]
#[pyo3(signature = (source, options, on_update=None, /))]
pub(crate) fn waveform<'py>(
    py: Python<'py>,
    source: Source<'py>,
    options: &Bound<'py, PyDict>,
    on_update: Option<Py<PyAny>>,
) -> PyResult<Bound<'py, PyBytes>> {
    let options = Options(options);
    let settings = settings(&options)?;
    let svg = options.one_of("format", &[("png", false), ("svg", true)])?;
    let sound = source.sound(&options)?;
    let picture = Watch::over(py, None, |watch| {
        let mut updates = Updates { on_update, next: UPDATE };
        let builder = rust_audio_engine::waveform(&mut *sound.open()?, &settings, &mut |builder, progress| {
            updates.tell(watch, builder, progress.fraction)
        })?;
        let picture = if svg { builder.finish_svg().map(String::into_bytes) } else { builder.finish_png() };
        Ok(picture?)
    })?;
    Ok(PyBytes::new(py, &picture))
}

/// Columns of every channel: the lowest and the highest sample, and the RMS level.
#[pyfunction]
#[pyo3(signature = (source, options, /))]
pub(crate) fn peaks<'py>(
    py: Python<'py>,
    source: Source<'py>,
    options: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyArray3<f32>>> {
    let options = Options(options);
    let width = options.in_range("width", 1..=32_767, 1000)?;
    let (excerpt, show) = (excerpt(&options)?, channels(&options)?);
    let sound = source.sound(&options)?;
    let found = Watch::over(py, None, |watch| {
        columns(&mut *sound.open()?, excerpt, show, width, &mut |progress| watch.update(progress.fraction))
    })?;
    let shape = (found.len(), width, 3);
    let values = found.iter().flatten().flat_map(|&Column { min, max, rms }| [min, max, rms]).collect();
    let array = Array3::from_shape_vec(shape, values);
    Ok(array.map_err(|error| PyRuntimeError::new_err(error.to_string()))?.into_pyarray(py))
}

/// Hands pictures of what there is to Python, now and then.
struct Updates {
    on_update: Option<Py<PyAny>>,
    /// The share of the work at which the next one is due.
    next: f64,
}

impl Updates {
    fn tell(&mut self, watch: &mut Watch, builder: &WaveformBuilder, share: f64) -> ControlFlow<()> {
        let Some(on_update) = self.on_update.as_ref().filter(|_| share >= self.next && share < 1.0) else {
            return watch.update(share);
        };
        self.next = share + UPDATE;
        let Ok(png) = builder.png_so_far() else { return ControlFlow::Continue(()) };
        watch.call(|py| on_update.call1(py, (PyBytes::new(py, &png), share)).map(drop))
    }
}

fn settings(options: &Options<'_, '_>) -> PyResult<WaveformSettings> {
    let usual = WaveformSettings::default();
    let mut theme = options.parsed::<Theme>("theme")?.unwrap_or_default();
    if let Some(background) = options.parsed::<Color>("background")? {
        theme.background = background;
    }
    if let Some(color) = options.parsed("color")? {
        theme = theme.with_color(color);
    }
    if let Some(color) = options.parsed("played_color")? {
        theme = theme.with_played_color(color);
    }
    let floor = options.get("floor_db")?.map(|floor| Amplitude::Decibels { floor: Decibels(floor) });
    Ok(WaveformSettings {
        width: options.get_or_say("width", || "1 or more".into())?,
        height: options.get_or_say("height", || "1 or more".into())?.unwrap_or(usual.height),
        scale: options.or("scale", usual.scale)?,
        theme,
        amplitude: floor.unwrap_or_default(),
        fitted: options.or("auto", usual.fitted)?,
        axes: options.or("axis", usual.axes)?,
        played: options.get("played")?.map(Seconds),
        channels: channels(options)?,
        excerpt: excerpt(options)?,
        samples_per_pixel: options.get_or_say("samples_per_pixel", || "1 or more".into())?,
    })
}

pub(crate) fn channels(options: &Options<'_, '_>) -> PyResult<Channels> {
    options.one_of("channels", &[("mixed", Channels::Mixed), ("split", Channels::Split)])
}

pub(crate) fn excerpt(options: &Options<'_, '_>) -> PyResult<Excerpt> {
    Ok(Excerpt { start: Seconds(options.or("start", 0.0)?), end: options.get("end")?.map(Seconds) })
}
