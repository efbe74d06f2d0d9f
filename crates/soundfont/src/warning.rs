//! What was odd in a bank that could be read nevertheless.

use std::fmt;

/// How many warnings are kept; more are only counted.
pub const WARNING_LIMIT: usize = 1000;

/// What part of the bank a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// Chunks, sizes and texts.
    Structure,
    /// A preset or an instrument as a whole.
    Header,
    /// A zone was left out.
    Zone,
    /// A generator was ignored or repaired.
    Generator,
    /// A modulator was ignored.
    Modulator,
    /// A sample header was repaired or put out of use.
    Sample,
}

/// Something odd that was skipped or repaired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where in the file.
    pub offset: u64,
    /// What it is about.
    pub kind: WarningKind,
    /// What was found and what was done about it.
    pub what: String,
}

impl Warning {
    /// The same about one of several banks.
    pub(crate) fn about(&self, source: &str) -> Warning {
        Warning { what: format!("{source}: {}", self.what), ..self.clone() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {})", self.what, self.offset)
    }
}

/// Collects warnings up to [`WARNING_LIMIT`] and counts the rest.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    pub(crate) kept: Vec<Warning>,
    pub(crate) count: usize,
}

impl Warnings {
    /// `what` is only asked for while there is room: a hostile bank must not cost a text per record.
    pub(crate) fn add(&mut self, offset: usize, kind: WarningKind, what: impl FnOnce() -> String) {
        self.count += 1;
        if self.kept.len() < WARNING_LIMIT {
            self.kept.push(Warning { offset: offset as u64, kind, what: what() });
        }
    }
}
