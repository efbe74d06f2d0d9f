//! Why reading stopped, before the name of the bank is added.

use std::fmt;

use crate::Error;

#[derive(Debug)]
pub(crate) struct Problem {
    kind: Kind,
    chunk: &'static str,
    offset: usize,
    reason: String,
}

#[derive(Debug)]
enum Kind {
    NotSoundFont,
    Unsupported,
    Structure,
}

impl Problem {
    pub(crate) fn not_soundfont(reason: impl Into<String>) -> Problem {
        Problem { kind: Kind::NotSoundFont, chunk: "RIFF", offset: 0, reason: reason.into() }
    }

    pub(crate) fn unsupported(chunk: &'static str, offset: usize, reason: impl Into<String>) -> Problem {
        Problem { kind: Kind::Unsupported, chunk, offset, reason: reason.into() }
    }

    pub(crate) fn structure(chunk: &'static str, offset: usize, reason: impl Into<String>) -> Problem {
        Problem { kind: Kind::Structure, chunk, offset, reason: reason.into() }
    }

    pub(crate) fn into_error(self, source: &str) -> Error {
        let Problem { kind, chunk, offset, reason } = self;
        let (path, offset) = (source.to_owned(), offset as u64);
        match kind {
            Kind::NotSoundFont => Error::NotSoundFont { path, reason },
            Kind::Unsupported => Error::Unsupported { path, chunk, offset, reason },
            Kind::Structure => Error::Structure { path, chunk, offset, reason },
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { kind, chunk, offset, reason } = self;
        match kind {
            Kind::NotSoundFont => write!(f, "not a SoundFont: {reason}"),
            Kind::Unsupported => write!(f, "not supported: {reason} (chunk '{chunk}', byte {offset})"),
            Kind::Structure => write!(f, "damaged: {reason} (chunk '{chunk}', byte {offset})"),
        }
    }
}
