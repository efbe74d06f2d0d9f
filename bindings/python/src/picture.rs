//! Pictures and peaks of sound.

use std::ops::ControlFlow;
use std::path::PathBuf;

use numpy::ndarray::Array3;
use numpy::{IntoPyArray, PyArray3, PyReadonlyArray2};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use rust_audio_engine::pictures::{
    Amplitude, Channels, Color, Column, ColumnsBuilder, Excerpt, Sound, Theme, WaveformBuilder, WaveformSettings,
};
use rust_audio_engine::{Decibels, Error, SampleRate, Seconds, columns, open_audio};

use crate::errors;
use crate::options::Options;
use crate::watch::Watch;

/// Frames of an array that are looked at between two looks at signals.
const BLOCK: usize = 1 << 20;

/// Shares of the work between two updates.
const UPDATE: f64 = 0.1;

/// Channels of an array at most; one of more is (frames, channels).
pub(crate) const MOST_CHANNELS: usize = 64;

/// Where sound comes from: a file, or an array of channels by frames.
#[derive(FromPyObject)]
pub(crate) enum Source<'py> {
    Path(PathBuf),
    Samples(PyReadonlyArray2<'py, f32>),
}

/// Samples of every channel, and what they are.
pub(crate) type Samples<'a> = (Vec<&'a [f32]>, Sound);

impl Source<'_> {
    /// The samples of an array; nothing for a file.
    pub(crate) fn samples(&self, options: &Options<'_, '_>) -> PyResult<Option<Samples<'_>>> {
        let Source::Samples(array) = self else { return Ok(None) };
        let hz = options.in_range("sample_rate", 1..=768_000, 44_100)?;
        let (planar, channels) = (array.as_slice()?, array.as_array().nrows());
        let frames = array.as_array().ncols();
        if channels == 0 || channels > MOST_CHANNELS {
            let what =
                format!("an array of shape ({channels}, {frames}) has {channels} channels; give (channels, frames)");
            return Err(errors::settings(array.py(), what));
        }
        let channels: Vec<&[f32]> = (0..channels).map(|channel| &planar[channel * frames..][..frames]).collect();
        let rate = SampleRate::new(hz).unwrap_or_default();
        let sound = Sound { channels: channels.len(), rate, frames: Some(frames as u64) };
        Ok(Some((channels, sound)))
    }
}

/// Hands an array over in blocks, with the share that they complete.
pub(crate) fn blocks<'a>(samples: &'a Samples<'_>) -> impl Iterator<Item = (Vec<&'a [f32]>, f64)> {
    let (channels, sound) = samples;
    let frames = sound.frames.unwrap_or(0) as usize;
    (0..frames).step_by(BLOCK).map(move |start| {
        let end = frames.min(start + BLOCK);
        (channels.iter().map(|channel| &channel[start..end]).collect(), end as f64 / frames as f64)
    })
}

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
    let samples = source.samples(&options)?;
    let path = if let Source::Path(path) = &source { Some(path.clone()) } else { None };
    let picture = Watch::over(py, None, |watch| {
        let mut updates = Updates { on_update, next: UPDATE };
        let builder = match (samples, path) {
            (Some(samples), _) => {
                let mut builder = WaveformBuilder::new(settings, samples.1)?;
                for (block, share) in blocks(&samples) {
                    builder.push(&block);
                    stop(updates.tell(watch, &builder, share))?;
                }
                builder
            }
            (None, path) => {
                let mut reader = open_audio(path.unwrap_or_default())?;
                rust_audio_engine::waveform(&mut reader, &settings, &mut |builder, progress| {
                    updates.tell(watch, builder, progress.fraction)
                })?
            }
        };
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
    let samples = source.samples(&options)?;
    let path = if let Source::Path(path) = &source { Some(path.clone()) } else { None };
    let found = Watch::over(py, None, |watch| match (samples, path) {
        (Some(samples), _) => {
            let mut builder = ColumnsBuilder::new(excerpt, show, width, samples.1)?;
            for (block, share) in blocks(&samples) {
                builder.push(&block);
                stop(watch.update(share))?;
            }
            Ok(builder.finish()?)
        }
        (None, path) => {
            let mut reader = open_audio(path.unwrap_or_default())?;
            columns(&mut reader, excerpt, show, width, &mut |progress| watch.update(progress.fraction))
        }
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

pub(crate) fn stop(told: ControlFlow<()>) -> Result<(), Error> {
    if told.is_break() { Err(Error::Cancelled) } else { Ok(()) }
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
