//! What is said where an option's value is no number.

use std::error::Error;
use std::num::{IntErrorKind, ParseFloatError, ParseIntError};

use clap::error::ContextKind;

/// How the help calls values with a unit, the unit, and an example.
const UNITS: [(&str, &str, &str); 16] = [
    ("BARS", "bars", "2"),
    ("BPM", "quarter notes a minute", "120"),
    ("DB", "decibels", "3.5"),
    ("DBFS", "dBFS", "-12"),
    ("DBTP", "dBTP", "-1"),
    ("FRAMES", "frames", "2048"),
    ("HZ", "hertz", "44100"),
    ("KBPS", "kbit/s", "128"),
    ("LUFS", "LUFS", "-14"),
    ("MS", "milliseconds", "20"),
    ("PAIRS", "pairs", "500"),
    ("PIXELS", "pixels", "800"),
    ("S", "seconds", "1.5"),
    ("SAMPLES", "samples", "256"),
    ("SEMITONES", "semitones", "-2"),
    ("TICKS", "ticks", "480"),
];

/// The same mistake; where a number could not be read, what was expected in place of what the standard library says.
pub(crate) fn explained(mistake: clap::Error) -> clap::Error {
    let about = |kind| mistake.get(kind).map(ToString::to_string).unwrap_or_default();
    let (option, value) = (about(ContextKind::InvalidArg), about(ContextKind::InvalidValue));
    let Some(expected) = mistake.source().and_then(|source| expected(source, &option)) else { return mistake };
    let told = format!("invalid value '{value}' for '{option}': {expected}\n\nFor more information, try '--help'.\n");
    clap::Error::raw(mistake.kind(), told)
}

/// `option` is as in the help: `--gain <DB>` or `--normalize[=<DBFS>]`.
fn expected(source: &(dyn Error + 'static), option: &str) -> Option<String> {
    let (number, example) = match source.downcast_ref::<ParseIntError>().map(ParseIntError::kind) {
        Some(IntErrorKind::PosOverflow) => ("smaller whole number", "4"),
        Some(_) => ("whole number", "4"),
        None if source.is::<ParseFloatError>() => ("number", "0.5"),
        None => return None,
    };
    let name = option.split(['<', '>']).nth(1)?;
    Some(match UNITS.iter().find(|(value, ..)| *value == name) {
        Some((_, unit, example)) => format!("expected a {number} of {unit}, such as {example}"),
        None => format!("expected a {number}, such as {example}"),
    })
}
