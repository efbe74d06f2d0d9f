//! Options of the package as settings of the engine.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rust_audio_engine::{Decibels, Interpolation, RenderSettings, Reverb, SampleFormat, SampleRate, Seconds, Tail};

use crate::errors;

/// The settings that these options say.
pub(crate) fn read(options: &Bound<'_, PyDict>) -> PyResult<RenderSettings> {
    let options = Options(options);
    let usual = RenderSettings::default();
    let seconds = |name, usual: Seconds| options.or(name, usual.0).map(Seconds);
    let hz: u32 = options.or("sample_rate", usual.rate.hz())?;
    Ok(RenderSettings {
        rate: SampleRate::new(hz).ok_or_else(|| errors::settings(options.0.py(), "sample_rate is 0".into()))?,
        format: options.one_of(
            "sample_format",
            &[("s16", SampleFormat::S16), ("s24", SampleFormat::S24), ("f32", SampleFormat::F32)],
        )?,
        gain: Decibels(options.or("gain_db", usual.gain.0)?),
        normalize: options.get("normalize_db")?.map(Decibels),
        reverb: reverb(&options)?,
        sends: options.or("sends", usual.sends)?,
        interpolation: options.one_of(
            "interpolation",
            &[("sinc", Interpolation::Sinc), ("cubic", Interpolation::Cubic), ("linear", Interpolation::Linear)],
        )?,
        max_voices: options.or("max_voices", usual.max_voices)?,
        tempo: options.or("tempo", usual.tempo)?,
        transpose: options.or("transpose", usual.transpose)?,
        from: seconds("start", usual.from)?,
        to: options.get("end")?.map(Seconds),
        solo: options.or("solo", usual.solo.clone())?,
        mute: options.or("mute", usual.mute.clone())?,
        tail: tail(&options)?,
        max_duration: seconds("max_duration", usual.max_duration)?,
        threads: options.get("threads")?,
        device: options
            .or("device", "auto".to_owned())?
            .parse()
            .map_err(|error| errors::raise(options.0.py(), &error))?,
        overwrite: options.or("overwrite", true)?,
    })
}

fn reverb(options: &Options<'_, '_>) -> PyResult<Option<Reverb>> {
    let usual = Reverb::default();
    let wet = options.or("reverb_wet", usual.wet)?;
    let time = Seconds(options.or("reverb_time", usual.time.0)?);
    Ok(options.or("reverb", true)?.then_some(Reverb { wet, time }))
}

fn tail(options: &Options<'_, '_>) -> PyResult<Tail> {
    let usual = Tail::default();
    let silence = match options.get("tail_threshold_db")? {
        Some(threshold) => Tail::Silence(Decibels(threshold)),
        None => usual,
    };
    let Some(value) = options.0.get_item("tail")? else { return Ok(silence) };
    if let Ok(seconds) = value.extract() {
        return Ok(Tail::Seconds(Seconds(seconds)));
    }
    options.one_of("tail", &[("silence", silence), ("none", Tail::None)])
}

struct Options<'a, 'py>(&'a Bound<'py, PyDict>);

impl<'py> Options<'_, 'py> {
    fn get<T: FromPyObjectOwned<'py>>(&self, name: &str) -> PyResult<Option<T>> {
        let Some(value) = self.0.get_item(name)? else { return Ok(None) };
        value.extract::<T>().map(Some).map_err(|error| {
            let error: PyErr = error.into();
            let text = format!("{name}: {}", error.value(self.0.py()));
            if error.is_instance_of::<PyTypeError>(self.0.py()) {
                PyTypeError::new_err(text)
            } else {
                errors::settings(self.0.py(), text)
            }
        })
    }

    fn or<T: FromPyObjectOwned<'py>>(&self, name: &str, usual: T) -> PyResult<T> {
        Ok(self.get(name)?.unwrap_or(usual))
    }

    /// The value of this name; the first is the default.
    fn one_of<T: Copy>(&self, name: &str, choices: &[(&str, T)]) -> PyResult<T> {
        let Some(chosen) = self.get::<String>(name)? else { return Ok(choices[0].1) };
        choices.iter().find(|(choice, _)| *choice == chosen).map(|&(_, value)| value).ok_or_else(|| {
            let names: Vec<&str> = choices.iter().map(|&(choice, _)| choice).collect();
            errors::settings(self.0.py(), format!("{name} is '{chosen}'; choose {}", names.join(", ")))
        })
    }
}
