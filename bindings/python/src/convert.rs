//! Sound read into arrays, written to files, and files converted.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use numpy::PyArray2;
use pyo3::exceptions::{PyBaseException, PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rust_audio_engine::{
    ConvertOutput, ConvertSettings, Decibels, LoudnessTags, Progress, ReadSettings, SampleRate, TagKey, WorkedFile,
    WriteSettings, convert, convert_files, read_audio, write_audio,
};
use serde::Serialize;

use crate::errors;
use crate::options::{self, Options};
use crate::picture::excerpt;
use crate::sound::{Sound, Source, array, find_numpy};
use crate::watch::Watch;

/// An array of channels by frames, its sample rate, and what was odd about the file.
type Read<'py> = (Bound<'py, PyArray2<f32>>, u32, Vec<String>);

/// Output, report as JSON and exception of one file.
pub(crate) type WorkedItem = (OsString, Option<String>, Option<Py<PyBaseException>>);

/// Reads a file into an array.
#[pyfunction]
#[pyo3(signature = (source, options, /))]
pub(crate) fn read<'py>(py: Python<'py>, source: Source<'py>, options: &Bound<'py, PyDict>) -> PyResult<Read<'py>> {
    find_numpy(py)?;
    let options = Options(options);
    let settings = ReadSettings { excerpt: excerpt(&options)?, rate: rate(&options)?, channels: channels(&options)? };
    let Sound::File(file) = source.sound(&options)? else {
        return Err(PyTypeError::new_err("an array is no file"));
    };
    let read = Watch::over(py, None, |watch| {
        read_audio(file.open()?, &settings, &mut |progress| watch.update(progress.fraction))
    })?;
    Ok((array(py, read.audio)?, read.rate.hz(), read.warnings))
}

/// Writes an array to a file; says what of it is lost.
#[pyfunction]
#[pyo3(signature = (path, source, options, tags, /))]
pub(crate) fn write(
    py: Python<'_>,
    path: PathBuf,
    source: Source<'_>,
    options: &Bound<'_, PyDict>,
    tags: Vec<(String, String)>,
) -> PyResult<Vec<String>> {
    let options = Options(options);
    let tag = |(key, value): (String, String)| Ok((TagKey::from_str(&key)?, value));
    let tags = tags.into_iter().map(tag).collect::<Result<_, rust_audio_engine::CodecError>>();
    let settings = WriteSettings {
        encoding: options::encoding(&options)?,
        tags: tags.map_err(|error| errors::raise(py, &error.into()))?,
        overwrite: options.or("overwrite", true)?,
    };
    let sound = source.sound(&options)?;
    Watch::over(py, None, |watch| {
        write_audio(sound.open()?, path, &settings, &mut |progress| watch.update(progress.fraction))
    })
}

/// Converts a file; the report as JSON.
#[pyfunction]
#[pyo3(signature = (input, output, options, progress=None, /))]
pub(crate) fn convert_file(
    py: Python<'_>,
    input: PathBuf,
    output: PathBuf,
    options: &Bound<'_, PyDict>,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let settings = settings(&Options(options))?;
    let report = Watch::over(py, progress, |watch| {
        let mut observer = |progress: Progress| watch.update(progress.fraction);
        convert(input.into(), ConvertOutput::File(output), &settings, &mut observer)
    })?;
    to_json(&report)
}

/// Converts files into a folder. For every file, in order: its output, and what was made or why nothing was.
#[pyfunction]
#[pyo3(signature = (inputs, folder, options, progress=None, /))]
pub(crate) fn convert_batch(
    py: Python<'_>,
    inputs: Vec<PathBuf>,
    folder: PathBuf,
    options: &Bound<'_, PyDict>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Vec<WorkedItem>> {
    let (settings, jobs) = (settings(&Options(options))?, options::jobs(options)?);
    let files = Watch::over(py, progress, |watch| {
        convert_files(&inputs, &folder, &settings, jobs, &mut |_, done| watch.count(done, inputs.len()))
    })?;
    items(py, files)
}

/// What became of files, in order.
pub(crate) fn items<R: Serialize>(py: Python<'_>, files: Vec<WorkedFile<R>>) -> PyResult<Vec<WorkedItem>> {
    let item = |file: WorkedFile<R>| {
        let (report, error) = match &file.result {
            Ok(made) => (Some(to_json(made)?), None),
            Err(error) => (None, Some(errors::raise(py, error).into_value(py))),
        };
        Ok((file.output.into_os_string(), report, error))
    };
    files.into_iter().map(item).collect()
}

pub(crate) fn to_json(report: &impl Serialize) -> PyResult<String> {
    serde_json::to_string(report).map_err(|error| PyRuntimeError::new_err(error.to_string()))
}

pub(crate) fn settings(options: &Options<'_, '_>) -> PyResult<ConvertSettings> {
    Ok(ConvertSettings {
        encoding: options::encoding(options)?,
        rate: rate(options)?,
        channels: channels(options)?,
        normalize: options.get("normalize_db")?.map(Decibels),
        loudness_tags: options.one_of(
            "replay_gain",
            &[("keep", LoudnessTags::Keep), ("track", LoudnessTags::Track), ("album", LoudnessTags::Album)],
        )?,
        overwrite: options.or("overwrite", true)?,
    })
}

/// The rate that is asked for, if one is.
fn rate(options: &Options<'_, '_>) -> PyResult<Option<SampleRate>> {
    Ok(options.chosen("sample_rate", 1..=768_000)?.and_then(SampleRate::new))
}

fn channels(options: &Options<'_, '_>) -> PyResult<Option<usize>> {
    options.chosen("channels", 1..=2)
}
