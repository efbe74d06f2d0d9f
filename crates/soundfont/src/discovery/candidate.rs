//! What is at a place.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::mapping::Bytes;
use crate::{Coverage, Storage, read};

/// Names to look for in every folder, best first.
const NAMES: [&str; 13] = [
    "default-GM.sf2",
    "default-GM.sf3",
    "default.sf2",
    "default.sf3",
    "FluidR3_GM.sf2",
    "FluidR3_GM2-2.sf2",
    "TimGM6mb.sf2",
    "MuseScore_General_Full.sf2",
    "MuseScore_General_Full.sf3",
    "MuseScore_General.sf3",
    "MuseScore_General_Lite.sf3",
    "MS Basic.sf3",
    "GeneralUser-GS.sf2",
];

/// Who named a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The environment variable [`VARIABLE`](super::VARIABLE).
    Environment,
    /// The config file, as the bank to play.
    Config,
    /// A folder that the environment variable [`PATH_VARIABLE`](super::PATH_VARIABLE) names.
    SearchPath,
    /// A folder that the config file names.
    ConfigPath,
    /// The folders where users keep banks.
    User,
    /// The folders where systems install banks.
    System,
    /// The engine, whose own bank it is.
    Engine,
}

impl Origin {
    /// Whether a bank is named itself, and not found in a folder.
    fn names_banks(self) -> bool {
        matches!(self, Origin::Environment | Origin::Config)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Origin::Environment => super::VARIABLE,
            Origin::Config => "config soundfont",
            Origin::SearchPath => super::PATH_VARIABLE,
            Origin::ConfigPath => "config soundfont_path",
            Origin::User => "user",
            Origin::System => "system",
            Origin::Engine => "engine",
        })
    }
}

/// What was found at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// A bank that can be played.
    Found {
        /// Length of the file.
        bytes: u64,
        /// What it offers.
        coverage: Coverage,
    },
    /// A bank that is passed over, because it is not for General MIDI and nobody named it.
    Special {
        /// Length of the file.
        bytes: u64,
        /// What it offers.
        coverage: Coverage,
    },
    /// Nothing.
    Missing,
    /// Something that is no bank, is damaged or cannot be read, and why.
    Unusable(String),
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = |bytes: &u64| *bytes as f64 / 1e6;
        match self {
            Status::Found { bytes, coverage } => write!(f, "{:.1} MB, {coverage}", megabytes(bytes)),
            Status::Special { bytes, coverage } => {
                write!(f, "{:.1} MB, passed over as it is not for General MIDI: {coverage}", megabytes(bytes))
            }
            Status::Missing => f.write_str("missing"),
            Status::Unusable(why) => f.write_str(why),
        }
    }
}

/// A place that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The place.
    pub path: PathBuf,
    /// Who named it.
    pub origin: Origin,
    /// What is there.
    pub status: Status,
}

impl Candidate {
    /// Whether this is a bank that may be played.
    pub fn is_found(&self) -> bool {
        matches!(self.status, Status::Found { .. })
    }
}

/// The known names in a folder, then every other bank that is in it, by name; looked at one after the other.
pub(super) fn search((folder, origin): (PathBuf, Origin)) -> Box<dyn Iterator<Item = Candidate>> {
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) => {
            let status = status_of(&error);
            return Box::new(std::iter::once(Candidate { path: folder, origin, status }));
        }
    };
    let is_known = |path: &Path| NAMES.iter().any(|name| path.ends_with(name));
    let is_bank = |path: &Path| {
        path.extension().is_some_and(|end| end.eq_ignore_ascii_case("sf2") || end.eq_ignore_ascii_case("sf3"))
    };
    let mut others: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    others.retain(|path| is_bank(path) && !is_known(path));
    others.sort();
    let known = NAMES.iter().map(move |name| folder.join(name));
    Box::new(known.chain(others).map(move |path| look(path, origin)))
}

/// What is there, by content; the samples are not read.
pub(super) fn look(path: PathBuf, origin: Origin) -> Candidate {
    let status = match Bytes::open(&path, Storage::Mapped) {
        Ok(bytes) => match read::preset_numbers(&bytes) {
            Ok(numbers) => {
                let (coverage, bytes) = (Coverage::of(numbers), bytes.len() as u64);
                if coverage.is_general_midi() || is_meant(&path, origin) {
                    Status::Found { bytes, coverage }
                } else {
                    Status::Special { bytes, coverage }
                }
            }
            Err(problem) => Status::Unusable(problem.to_string()),
        },
        Err(error) => status_of(&error),
    };
    Candidate { path, origin, status }
}

/// Whether somebody has said that this bank be played, whatever it is for: who names a bank, or calls one of their own
/// the default.
fn is_meant(path: &Path, origin: Origin) -> bool {
    let is_default = path.file_stem().is_some_and(|name| name == "default" || name == "default-GM");
    origin.names_banks() || is_default && origin != Origin::System
}

fn status_of(error: &io::Error) -> Status {
    match error.kind() {
        io::ErrorKind::NotFound => Status::Missing,
        _ => Status::Unusable(error.to_string()),
    }
}
