//! Spectrograms of sound.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use rust_audio_engine::pictures::{Color, SpectrogramSettings, Theme};
use rust_audio_engine::{Decibels, Progress};

use crate::options::Options;
use crate::picture::{channels, excerpt};
use crate::sound::Source;
use crate::watch::Watch;

/// The bytes of a PNG file.
#[pyfunction]
#[pyo3(signature = (source, options, /))]
pub(crate) fn spectrogram<'py>(
    py: Python<'py>,
    source: Source<'py>,
    options: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyBytes>> {
    let options = Options(options);
    let settings = settings(&options)?;
    let sound = source.sound(&options)?;
    let picture = Watch::over(py, None, |watch| {
        let mut observe = |progress: Progress| watch.update(progress.fraction);
        let builder = rust_audio_engine::spectrogram(&mut *sound.open()?, &settings, &mut observe)?;
        Ok(builder.finish_png()?)
    })?;
    Ok(PyBytes::new(py, &picture))
}

/// Colours and sizes that these options say.
pub(crate) fn theme(options: &Options<'_, '_>) -> PyResult<Theme> {
    let theme = options.parsed::<Theme>("theme")?.unwrap_or_default();
    let background = options.parsed::<Color>("background")?.unwrap_or(theme.background);
    Ok(Theme { background, ..theme })
}

fn settings(options: &Options<'_, '_>) -> PyResult<SpectrogramSettings> {
    let usual = SpectrogramSettings::default();
    Ok(SpectrogramSettings {
        width: options.get_or_say("width", || "1 or more".into())?.unwrap_or(usual.width),
        height: options.get_or_say("height", || "1 or more".into())?.unwrap_or(usual.height),
        scale: options.or("scale", usual.scale)?,
        theme: theme(options)?,
        axes: options.or("axis", usual.axes)?,
        channels: channels(options)?,
        excerpt: excerpt(options)?,
        frequency_scale: options.parsed("frequency_scale")?.unwrap_or_default(),
        lowest: options.get("low")?,
        highest: options.get("high")?,
        window: options.get_or_say("window", || "a power of two".into())?,
        top: options.get("top_db")?.map(Decibels),
        range: options.get("range_db")?.map_or(usual.range, Decibels),
        colors: options.parsed("colors")?.unwrap_or_default(),
    })
}
