//! Piano rolls of MIDI files.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use rust_audio_engine::piano_roll;
use rust_audio_engine::pictures::PianoRollSettings;

use crate::midi::Midi;
use crate::options::Options;
use crate::picture::excerpt;
use crate::spectrogram::theme;
use crate::watch::Watch;

/// The bytes of a picture file.
#[pyfunction]
#[pyo3(signature = (song, options, /))]
pub(crate) fn pianoroll<'py>(
    py: Python<'py>,
    song: PyRef<'py, Midi>,
    options: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyBytes>> {
    let options = Options(options);
    let settings = settings(&options)?;
    let svg = options.one_of("format", &[("png", false), ("svg", true)])?;
    let bars = options.parsed("bars")?;
    let sequence = &song.sequence;
    let picture = Watch::over(py, None, |_| {
        let roll = piano_roll(sequence, settings, bars)?;
        Ok(if svg { roll.svg().into_bytes() } else { roll.png() })
    })?;
    Ok(PyBytes::new(py, &picture))
}

fn settings(options: &Options<'_, '_>) -> PyResult<PianoRollSettings> {
    let usual = PianoRollSettings::default();
    Ok(PianoRollSettings {
        width: options.get_or_say("width", || "1 or more".into())?.unwrap_or(usual.width),
        height: options.get_or_say("height", || "1 or more".into())?.unwrap_or(usual.height),
        scale: options.or("scale", usual.scale)?,
        theme: theme(options)?,
        axes: options.or("axis", usual.axes)?,
        excerpt: excerpt(options)?,
        drums: options.or("drums", usual.drums)?,
    })
}
