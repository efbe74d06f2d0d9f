//! Options of the package as settings of the engine.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rust_audio_engine::analysis::{Hand, Part, SPLIT, Settings, Strictness};
use rust_audio_engine::effects::Chain;
use rust_audio_engine::{
    AssessmentSettings, BarRange, Decibels, EffectTail, EncodingOptions, Error, Interpolation, MAX_CHANNEL,
    MAX_THREADS, MAX_VOICES, MasterSettings, Practice, ProcessSettings, Reference, RenderSettings, Reverb,
    SAMPLE_RATES, SampleFormat, SampleRate, Seconds, StemsBy, TRANSPOSITIONS, Tail,
};

use crate::{convert, errors};

/// The settings that these options say.
pub(crate) fn read(options: &Bound<'_, PyDict>) -> PyResult<RenderSettings> {
    let options = Options(options);
    let usual = RenderSettings::default();
    let seconds = |name, usual: Seconds| options.or(name, usual.0).map(Seconds);
    let hz = options.in_range("sample_rate", SAMPLE_RATES, usual.rate.hz())?;
    Ok(RenderSettings {
        rate: SampleRate::new(hz).unwrap_or(usual.rate),
        encoding: encoding(&options)?,
        gain: Decibels(options.or("gain_db", usual.gain.0)?),
        normalize: options.get("normalize_db")?.map(Decibels),
        reverb: reverb(&options)?,
        embedded_bank: options.or("embedded_bank", usual.embedded_bank)?,
        sends: options.or("sends", usual.sends)?,
        chain: chosen_chain(&options)?,
        interpolation: options.one_of(
            "interpolation",
            &[("sinc", Interpolation::Sinc), ("cubic", Interpolation::Cubic), ("linear", Interpolation::Linear)],
        )?,
        max_voices: options.in_range("max_voices", 1..=MAX_VOICES, usual.max_voices)?,
        tempo: options.or("tempo", usual.tempo)?,
        transpose: options.in_range("transpose", TRANSPOSITIONS, usual.transpose)?,
        from: seconds("start", usual.from)?,
        to: options.get("end")?.map(Seconds),
        solo: channels(&options, "solo")?,
        mute: channels(&options, "mute")?,
        practice: practice(&options)?,
        tail: tail(&options)?,
        max_duration: seconds("max_duration", usual.max_duration)?,
        threads: options.chosen("threads", 1..=MAX_THREADS)?,
        device: options.parsed("device")?.unwrap_or_default(),
        overwrite: options.or("overwrite", true)?,
    })
}

/// The format of a file and its choices.
pub(crate) fn encoding(options: &Options<'_, '_>) -> PyResult<EncodingOptions> {
    let formats = [("s16", SampleFormat::S16), ("s24", SampleFormat::S24), ("f32", SampleFormat::F32)];
    let chosen = options.get::<String>("sample_format")?.is_some();
    Ok(EncodingOptions {
        format: options.parsed("format")?,
        sample_format: if chosen { Some(options.one_of("sample_format", &formats)?) } else { None },
        bitrate: options.get_or_say("bitrate", || "6 to 512".into())?,
        quality: options.get_or_say("quality", || "0 to 9".into())?,
        level: options.get_or_say("level", || "0 to 8".into())?,
    })
}

/// The chain that this JSON says.
pub(crate) fn chain(py: Python<'_>, json: &str) -> PyResult<Chain> {
    Chain::from_json(json).map_err(|error| errors::raise(py, &error.into()))
}

fn chosen_chain(options: &Options<'_, '_>) -> PyResult<Chain> {
    let Some(json) = options.get::<String>("chain")? else { return Ok(Chain::default()) };
    chain(options.0.py(), &json)
}

/// How a file is processed.
pub(crate) fn process(options: &Bound<'_, PyDict>) -> PyResult<ProcessSettings> {
    let (chain, tail) = chain_and_tail(options)?;
    let sidechain = Options(options).get("sidechain")?;
    Ok(ProcessSettings { convert: convert::settings(&Options(options))?, chain, tail, sidechain })
}

/// The effects and what follows the end.
pub(crate) fn chain_and_tail(options: &Bound<'_, PyDict>) -> PyResult<(Chain, EffectTail)> {
    let options = Options(options);
    Ok((chosen_chain(&options)?, effect_tail(&options, EffectTail::Keep)?))
}

/// How a file is mastered.
pub(crate) fn master(options: &Bound<'_, PyDict>) -> PyResult<MasterSettings> {
    let options = Options(options);
    let usual = MasterSettings::default();
    refuse_strengths(&options)?;
    let reference = options.get::<std::path::PathBuf>("reference")?.map(Reference::new);
    let reference = reference.map(|usual| -> PyResult<Reference> {
        Ok(Reference {
            level: options.or("level_strength", usual.level)?,
            spectrum: options.or("spectrum_strength", usual.spectrum)?,
            width: options.or("width_strength", usual.width)?,
            ..usual
        })
    });
    Ok(MasterSettings {
        convert: convert::settings(&options)?,
        chain: chosen_chain(&options)?,
        tail: effect_tail(&options, usual.tail)?,
        lufs: options.get("lufs")?,
        ceiling_db: options.or("ceiling_db", usual.ceiling_db)?,
        reference: reference.transpose()?,
    })
}

/// Strengths that would do nothing are mistakes.
fn refuse_strengths(options: &Options<'_, '_>) -> PyResult<()> {
    let is_given = |name| options.get::<Bound<'_, PyAny>>(name).map(|value| value.is_some());
    let refuse = |what: String| Err(errors::settings(options.0.py(), what));
    if !is_given("reference")? {
        for name in ["level_strength", "spectrum_strength", "width_strength"] {
            if is_given(name)? {
                return refuse(format!("{name} says how far to go towards a reference, and there is none"));
            }
        }
    }
    if is_given("lufs")? && is_given("level_strength")? {
        return refuse("lufs says how loud the result is, level_strength how near to the reference: use one".into());
    }
    Ok(())
}

fn effect_tail(options: &Options<'_, '_>, usual: EffectTail) -> PyResult<EffectTail> {
    let Some(value) = options.0.get_item("tail")? else { return Ok(usual) };
    if let Ok(seconds) = value.extract() {
        return Ok(EffectTail::Seconds(Seconds(seconds)));
    }
    options.one_of("tail", &[("keep", EffectTail::Keep), ("trim", EffectTail::Trim)])
}

/// How a performance is assessed.
pub(crate) fn assessment(options: &Bound<'_, PyDict>) -> PyResult<AssessmentSettings> {
    let options = Options(options);
    let numbers = |name, what: &'static str| options.get_or_say(name, move || format!("{what} from 1"));
    let bars = options.parsed::<BarRange>("bars")?;
    Ok(AssessmentSettings {
        part: Part {
            tracks: numbers("tracks", "tracks")?.unwrap_or_default(),
            channels: channels(&options, "channels")?,
            bars: bars.map(|bars| bars.first..=bars.last.unwrap_or(u64::MAX)),
            keys: None,
            transpose: options.in_range("transpose", TRANSPOSITIONS, 0)?,
        },
        hand: options.one_of("hand", &[("both", None), ("left", Some(Hand::Left)), ("right", Some(Hand::Right))])?,
        split: options.in_range("split", 1..=127, SPLIT)?,
        judging: Settings {
            strictness: options.one_of(
                "strictness",
                &[("standard", Strictness::Standard), ("beginner", Strictness::Beginner), ("exam", Strictness::Exam)],
            )?,
            any_octave: options.or("any_octave", false)?,
        },
    })
}

/// How many files of a batch to render at once.
pub(crate) fn jobs(options: &Bound<'_, PyDict>) -> PyResult<Option<usize>> {
    Options(options).chosen("jobs", 1..=MAX_THREADS)
}

/// What a stem holds.
pub(crate) fn stems_by(options: &Bound<'_, PyDict>) -> PyResult<StemsBy> {
    Ok(Options(options).parsed("by")?.unwrap_or_default())
}

/// Frames of a stream's blocks. Blocks of more would keep Python's signals waiting.
pub(crate) fn block_frames(options: &Bound<'_, PyDict>) -> PyResult<usize> {
    Options(options).in_range("block_frames", 1..=1 << 20, 4096)
}

fn channels(options: &Options<'_, '_>, name: &str) -> PyResult<Vec<u16>> {
    Ok(options.get_or_say(name, || format!("channels from 1 to {MAX_CHANNEL}"))?.unwrap_or_default())
}

fn practice(options: &Options<'_, '_>) -> PyResult<Practice> {
    let usual = Practice::default();
    Ok(Practice {
        count_in: options.in_range("count_in", 0..=Practice::MAX_COUNT_IN, usual.count_in)?,
        click: options.or("click", usual.click)?,
        click_level: Decibels(options.or("click_level_db", usual.click_level.0)?),
        bars: options.parsed("bars")?,
        repeat: options.parsed("loop")?,
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

/// Options by their names.
pub(crate) struct Options<'a, 'py>(pub(crate) &'a Bound<'py, PyDict>);

impl<'py> Options<'_, 'py> {
    pub(crate) fn get<T: FromPyObjectOwned<'py>>(&self, name: &str) -> PyResult<Option<T>> {
        self.get_or_say(name, || "another".into())
    }

    /// The value of this name; one that is of the right kind and does not fit is named with what to choose.
    pub(crate) fn get_or_say<T: FromPyObjectOwned<'py>>(
        &self,
        name: &str,
        choice: impl FnOnce() -> String,
    ) -> PyResult<Option<T>> {
        let Some(value) = self.0.get_item(name)? else { return Ok(None) };
        value.extract::<T>().map(Some).map_err(|error| {
            let error: PyErr = error.into();
            if error.is_instance_of::<PyTypeError>(self.0.py()) {
                PyTypeError::new_err(format!("{name}: {}", error.value(self.0.py())))
            } else {
                errors::settings(self.0.py(), format!("{name} is {value}; choose {}", choice()))
            }
        })
    }

    /// The value of this name, which is written as text.
    pub(crate) fn parsed<T: FromStr<Err: Into<Error>>>(&self, name: &str) -> PyResult<Option<T>> {
        let Some(text) = self.get::<String>(name)? else { return Ok(None) };
        text.parse().map(Some).map_err(|error: T::Err| errors::raise(self.0.py(), &error.into()))
    }

    /// The whole number of this name.
    pub(crate) fn in_range<T>(&self, name: &str, range: RangeInclusive<T>, usual: T) -> PyResult<T>
    where
        T: FromPyObjectOwned<'py> + PartialOrd + Display + Copy,
    {
        Ok(self.chosen(name, range)?.unwrap_or(usual))
    }

    /// The whole number of this name, if there is one.
    pub(crate) fn chosen<T>(&self, name: &str, range: RangeInclusive<T>) -> PyResult<Option<T>>
    where
        T: FromPyObjectOwned<'py> + PartialOrd + Display,
    {
        let choice = || format!("{} to {}", range.start(), range.end());
        match self.get_or_say(name, choice)? {
            Some(value) if !range.contains(&value) => {
                Err(errors::settings(self.0.py(), format!("{name} is {value}; choose {}", choice())))
            }
            value => Ok(value),
        }
    }

    pub(crate) fn or<T: FromPyObjectOwned<'py>>(&self, name: &str, usual: T) -> PyResult<T> {
        Ok(self.get(name)?.unwrap_or(usual))
    }

    /// The value of this name; the first is the default.
    pub(crate) fn one_of<T: Copy>(&self, name: &str, choices: &[(&str, T)]) -> PyResult<T> {
        let Some(chosen) = self.get::<String>(name)? else { return Ok(choices[0].1) };
        choices.iter().find(|(choice, _)| *choice == chosen).map(|&(_, value)| value).ok_or_else(|| {
            let names: Vec<&str> = choices.iter().map(|&(choice, _)| choice).collect();
            errors::settings(self.0.py(), format!("{name} is '{chosen}'; choose {}", names.join(", ")))
        })
    }
}
