//! Errors of the engine as exceptions of the package.

use std::io::{self, ErrorKind};
use std::path::Path;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rust_audio_engine::{CodecError, Error, soundfont};

/// The exception that says the same.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    if let Some((path, source)) = error.unreadable_input() {
        let (what, advice) = match error {
            Error::SoundFont(error) => ("Failed to load SoundFont", error.advice()),
            Error::Codec(_) => ("Failed to load audio file", None),
            Error::ReadChain { .. } => ("Failed to load chain of effects", None),
            _ => ("Failed to load MIDI file", None),
        };
        return file(py, what, path, source, advice);
    }
    let name = match error {
        Error::SoundFont(soundfont::Error::Config { .. }) => "SettingsError",
        Error::SoundFont(_) | Error::EmbeddedBank(_) => "SoundFontError",
        Error::Midi(_) => "MidiError",
        Error::Codec(CodecError::Io { path, source, .. }) => return unwritten(py, path, source),
        Error::Codec(CodecError::Exists(path)) => {
            return unwritten(py, path, &ErrorKind::AlreadyExists.into());
        }
        Error::Codec(CodecError::IsFolder(path)) => {
            return unwritten(py, path, &ErrorKind::IsADirectory.into());
        }
        Error::Codec(error) if error.is_choice() => "SettingsError",
        Error::Codec(_) => "CodecError",
        Error::OutputIsInput { output, .. } => {
            return unwritten(py, output, &io::Error::new(ErrorKind::AlreadyExists, error.to_string()));
        }
        Error::Device { .. } => "DeviceError",
        Error::Settings { .. } | Error::Picture(_) | Error::Effects(_) | Error::Chain { .. } => "SettingsError",
        _ => "AudioEngineError",
    };
    build(py, name, (error.to_string(),))
}

/// An option that makes no sense.
pub(crate) fn settings(py: Python<'_>, what: String) -> PyErr {
    build(py, "SettingsError", (what,))
}

/// Something that cannot be done now.
pub(crate) fn refuse(py: Python<'_>, what: &str) -> PyErr {
    build(py, "AudioEngineError", (what,))
}

fn unwritten(py: Python<'_>, path: &Path, source: &io::Error) -> PyErr {
    file(py, "Failed to write", path, source, None)
}

fn file(py: Python<'_>, what: &str, path: &Path, source: &io::Error, advice: Option<&str>) -> PyErr {
    let name = match source.kind() {
        ErrorKind::NotFound => "MissingFileError",
        ErrorKind::AlreadyExists => "OutputExistsError",
        _ => "FileAccessError",
    };
    let number = source.raw_os_error().unwrap_or_else(|| error_number(source.kind(), path));
    let text = source.to_string();
    // OSError shows the number itself.
    let text = text.split(" (os error").next().unwrap_or(&text);
    let advice = advice.map(|advice| format!("; {advice}")).unwrap_or_default();
    build(py, name, (number, format!("{what}: {text}{advice}"), path.as_os_str()))
}

/// What the system would have said where it was not asked: ENOENT, EACCES, EEXIST, EISDIR, EINVAL or EIO.
fn error_number(kind: ErrorKind, path: &Path) -> i32 {
    match kind {
        ErrorKind::NotFound => 2,
        ErrorKind::PermissionDenied => 13,
        ErrorKind::AlreadyExists => 17,
        _ if kind == ErrorKind::IsADirectory || path.is_dir() => 21,
        ErrorKind::InvalidInput => 22,
        _ => 5,
    }
}

/// An exception class of the package, which Python code can read, with these arguments.
fn build<'py, A>(py: Python<'py>, name: &str, arguments: A) -> PyErr
where
    A: pyo3::call::PyCallArgs<'py>,
{
    let exception = py.import("rust_audio_engine._errors").and_then(|module| module.getattr(name)?.call1(arguments));
    match exception {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => PyRuntimeError::new_err(error.to_string()),
    }
}
