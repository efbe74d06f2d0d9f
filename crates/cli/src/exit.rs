//! How the command ends: a message on stderr and a code that scripts can tell apart.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rust_audio_engine::{CodecError, Error, soundfont};

use crate::output::makes_file;
use crate::terminal::say;
use crate::values::noun;

/// The codes, for `--help`.
pub(crate) const CODES: &str = "\
Exit codes:
  0    done
  1    another failure, some files of a batch failed, or the doctor found something
  2    wrong usage or a setting out of range
  3    an input file is missing or cannot be read
  4    an input file is damaged or of an unknown kind
  5    the output exists (see --force), is an input, or cannot be written
  6    the demanded device is not there
  130  interrupted; no unfinished output was left
  141  whoever read the output has gone";

/// Whether an output goes to where nothing can be taken back from.
static STREAMING: AtomicBool = AtomicBool::new(false);

/// An output is begun, of which an interrupt will have to tell.
pub(crate) fn begin_output(output: &Path) {
    if !makes_file(output) {
        STREAMING.store(true, Ordering::Relaxed);
    }
}

/// Why the command stops.
#[derive(Debug)]
pub(crate) enum Failure {
    Engine(Error),
    /// Options that are right each but not together.
    Usage(String),
    /// A song cannot be changed as asked.
    Edit(rust_audio_engine::midi::Error),
    /// The output is there already.
    Exists(PathBuf),
    /// Some files of a batch failed; which and why was said before.
    Files {
        failed: usize,
        total: usize,
    },
    /// A song that was played was interrupted.
    Stopped,
    /// A batch was interrupted.
    Interrupted {
        done: usize,
        total: usize,
    },
    /// The doctor found so many things that cannot be used, and told them.
    Problems(usize),
    /// Playing live failed.
    Live(rae_live::Error),
    /// Standard output cannot be written.
    Stdout(io::Error),
}

impl Failure {
    /// Says what is wrong, unless nobody wants to know, and gives the code.
    pub(crate) fn tell(self) -> u8 {
        let code = self.code();
        if code != 141 {
            say(&format!("rae: {self}"));
        }
        code
    }

    pub(crate) fn code(&self) -> u8 {
        match self {
            Failure::Usage(_) | Failure::Edit(_) => 2,
            Failure::Exists(_) => 5,
            Failure::Live(error) => match error {
                rae_live::Error::Effects(_) | rae_live::Error::BeyondEnd { .. } => 2,
                rae_live::Error::NoDevices
                | rae_live::Error::NoPorts
                | rae_live::Error::NotFound { .. }
                | rae_live::Error::PortNotFound { .. }
                | rae_live::Error::Device { .. } => 6,
                _ => 1,
            },
            Failure::Files { .. } | Failure::Problems(_) => 1,
            Failure::Stopped | Failure::Interrupted { .. } => 130,
            Failure::Stdout(error) => output_code(error.kind()),
            Failure::Engine(error) => match error {
                _ if error.unreadable_input().is_some() => 3,
                Error::OutputIsInput { .. } => 5,
                Error::SoundFont(soundfont::Error::Config { .. }) => 2,
                Error::SoundFont(_) | Error::EmbeddedBank(_) | Error::Midi(_) | Error::Chain { .. } => 4,
                Error::Codec(
                    CodecError::NotAudio { .. }
                    | CodecError::Unsupported { .. }
                    | CodecError::Damaged { .. }
                    | CodecError::Limit { .. },
                ) => 4,
                Error::Codec(error) if error.is_choice() => 2,
                Error::Codec(_) => error.unwritable_output().map_or(1, |(_, kind)| output_code(kind)),
                Error::Device { .. } => 6,
                Error::Settings { .. } | Error::Picture(_) | Error::Effects(_) => 2,
                Error::Cancelled => 130,
                _ => 1,
            },
        }
    }
}

fn output_code(kind: io::ErrorKind) -> u8 {
    if kind == io::ErrorKind::BrokenPipe { 141 } else { 5 }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Engine(error) => f.write_str(&describe(error)),
            Failure::Usage(text) => f.write_str(text),
            Failure::Edit(error) => error.fmt(f),
            Failure::Live(error) => error.fmt(f),
            Failure::Exists(path) => f.write_str(&exists(path)),
            Failure::Files { failed, total } => write!(f, "{failed} of {total} {} failed", noun(*total, "file")),
            Failure::Problems(1) => f.write_str("1 problem was found"),
            Failure::Problems(count) => write!(f, "{count} problems were found"),
            Failure::Stopped => f.write_str("interrupted"),
            Failure::Interrupted { done, total } => {
                let are = if *done == 1 { "is" } else { "are" };
                write!(f, "interrupted; {done} of {total} {} {are} done", noun(*total, "file"))
            }
            Failure::Stdout(error) => write!(f, "cannot write to standard output: {error}"),
        }
    }
}

/// An error of the engine in the words of the command.
pub(crate) fn describe(error: &Error) -> String {
    match error {
        Error::Cancelled if STREAMING.load(Ordering::Relaxed) => {
            "interrupted; what the output got is not complete".into()
        }
        Error::Cancelled => "interrupted; no unfinished output was left".into(),
        Error::Codec(CodecError::Exists(path)) => exists(path),
        Error::Midi(midi) if midi.is_of_audio() => format!(
            "{error}; `rae convert`, `rae process` and `rae measure` take sound, \
             `rae analyze RECORDING SONG.mid` compares it with a song's notes"
        ),
        Error::Codec(CodecError::NotWritten(_)) => format!("{error} (--format wav)"),
        Error::EmbeddedBank(_) => format!("{error} (--no-embedded-bank)"),
        _ => error.to_string(),
    }
}

fn exists(path: &Path) -> String {
    format!("{} exists; choose another name or add --force", path.display())
}

impl From<rae_live::Error> for Failure {
    fn from(error: rae_live::Error) -> Failure {
        Failure::Live(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Engine(error)
    }
}
