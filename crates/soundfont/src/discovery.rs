//! Which bank to play when nobody names one: argument, `RAE_SOUNDFONT`, the system's banks, the built-in bank.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::Error;

/// The environment variable that names the bank to play.
pub const VARIABLE: &str = "RAE_SOUNDFONT";

/// The word that names the built-in bank where a path is expected.
pub const BUILTIN: &str = "builtin";

/// Where Linux systems install banks, best first; then the names to look for in each, best first.
const DIRECTORIES: [&str; 2] = ["usr/share/sounds/sf2", "usr/share/soundfonts"];
const NAMES: [&str; 5] =
    ["default-GM.sf2", "default.sf2", "FluidR3_GM.sf2", "TimGM6mb.sf2", "MuseScore_General_Full.sf2"];

/// The bank to play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The bank that the engine brings along.
    Builtin,
    /// A file, which existed when it was chosen.
    File(PathBuf),
}

/// Who named a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The environment variable [`VARIABLE`].
    Environment,
    /// The list of places where systems install banks.
    System,
}

/// What was found at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// A SoundFont 2 file of so many bytes.
    Found {
        /// Its length.
        bytes: u64,
    },
    /// Nothing.
    Missing,
    /// A file that does not begin like a SoundFont bank.
    NotSoundFont,
    /// Something that cannot be read, and why.
    Unreadable(String),
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

/// Chooses the bank: `explicit` if given, else the one that `env` names in [`VARIABLE`], else the first of the
/// system's, else the built-in one. There is no way on when the first two fail: who names a bank wants that one.
pub fn discover(explicit: Option<&str>, env: &dyn Fn(&str) -> Option<OsString>) -> Result<Choice, Error> {
    discover_under(Path::new("/"), explicit, env)
}

/// [`discover`] on a system whose root directory is `root`.
pub fn discover_under(
    root: &Path,
    explicit: Option<&str>,
    env: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Choice, Error> {
    if let Some(name) = explicit {
        return named(name.into(), None);
    }
    if let Some(name) = from_environment(env) {
        return named(name, Some(VARIABLE));
    }
    let found = system(root).find(|candidate| matches!(candidate.status, Status::Found { .. }));
    Ok(found.map_or(Choice::Builtin, |candidate| Choice::File(candidate.path)))
}

/// Every place that [`discover`] looks at without an explicit argument, in its order, and what is there. The built-in
/// bank comes after them all.
pub fn candidates(env: &dyn Fn(&str) -> Option<OsString>) -> Vec<Candidate> {
    candidates_under(Path::new("/"), env)
}

/// [`candidates`] on a system whose root directory is `root`.
pub fn candidates_under(root: &Path, env: &dyn Fn(&str) -> Option<OsString>) -> Vec<Candidate> {
    let named = from_environment(env).filter(|name| name != BUILTIN);
    let named = named.map(|name| look(PathBuf::from(name), Origin::Environment));
    named.into_iter().chain(system(root)).collect()
}

fn from_environment(env: &dyn Fn(&str) -> Option<OsString>) -> Option<OsString> {
    env(VARIABLE).filter(|name| !name.is_empty())
}

fn named(name: OsString, origin: Option<&'static str>) -> Result<Choice, Error> {
    if name == BUILTIN {
        return Ok(Choice::Builtin);
    }
    let path = PathBuf::from(name);
    match fs::metadata(&path) {
        Ok(_) => Ok(Choice::File(path)),
        Err(source) => Err(Error::Io { path, origin, source }),
    }
}

fn system(root: &Path) -> impl Iterator<Item = Candidate> {
    let paths =
        DIRECTORIES.iter().flat_map(move |directory| NAMES.iter().map(move |name| root.join(directory).join(name)));
    paths.map(|path| look(path, Origin::System))
}

fn look(path: PathBuf, origin: Origin) -> Candidate {
    let status = match header(&path) {
        Ok((bytes, true)) => Status::Found { bytes },
        Ok((_, false)) => Status::NotSoundFont,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Status::Missing,
        Err(error) => Status::Unreadable(error.to_string()),
    };
    Candidate { path, origin, status }
}

/// Length of the file, and whether it begins like a SoundFont bank.
fn header(path: &Path) -> io::Result<(u64, bool)> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Ok((0, false));
    }
    let mut start = Vec::with_capacity(12);
    File::open(path)?.take(12).read_to_end(&mut start)?;
    Ok((metadata.len(), start.starts_with(b"RIFF") && start.ends_with(b"sfbk")))
}
