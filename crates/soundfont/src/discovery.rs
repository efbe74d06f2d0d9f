//! Which bank to play when nobody names one: argument, `RAE_SOUNDFONT`, the folders of `RAE_SOUNDFONT_PATH`, the user's and
//! the system's, the built-in bank.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::Error;

/// The environment variable that names the bank to play.
pub const VARIABLE: &str = "RAE_SOUNDFONT";

/// The word that names the built-in bank where a path is expected.
pub const BUILTIN: &str = "builtin";

/// The environment variable that names folders to search before all others, separated as in `PATH`.
pub const PATH_VARIABLE: &str = "RAE_SOUNDFONT_PATH";

/// Names to look for in every folder, best first.
const NAMES: [&str; 11] = [
    "default-GM.sf2",
    "default-GM.sf3",
    "default.sf2",
    "default.sf3",
    "FluidR3_GM.sf2",
    "TimGM6mb.sf2",
    "MuseScore_General_Full.sf2",
    "MuseScore_General_Full.sf3",
    "MuseScore_General.sf3",
    "MuseScore_General_Lite.sf3",
    "GeneralUser-GS.sf2",
];

/// Where systems install banks and users keep theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the systems")]
pub enum Platform {
    Linux,
    FreeBsd,
    MacOs,
    Windows,
}

impl Platform {
    /// The one this was built for; other Unix systems are searched like Linux.
    pub const CURRENT: Platform = if cfg!(windows) {
        Platform::Windows
    } else if cfg!(target_os = "macos") {
        Platform::MacOs
    } else if cfg!(target_os = "freebsd") {
        Platform::FreeBsd
    } else {
        Platform::Linux
    };

    /// Folders of the system, best first, below its root.
    fn system_folders(self) -> &'static [&'static str] {
        match self {
            // Debian; Fedora and Arch; what was built from source; NixOS; Homebrew.
            Platform::Linux => &[
                "usr/share/sounds/sf2",
                "usr/share/sounds/sf3",
                "usr/share/soundfonts",
                "usr/local/share/soundfonts",
                "run/current-system/sw/share/soundfonts",
                "home/linuxbrew/.linuxbrew/share/soundfonts",
            ],
            Platform::FreeBsd => &["usr/local/share/sounds/sf2", "usr/local/share/soundfonts"],
            // Homebrew on Apple and Intel processors, MacPorts, the system's own folder.
            Platform::MacOs => &[
                "opt/homebrew/share/soundfonts",
                "usr/local/share/soundfonts",
                "opt/local/share/sounds/sf2",
                "Library/Audio/Sounds/Banks",
            ],
            Platform::Windows => &["ProgramData/soundfonts", "soundfonts"],
        }
    }

    /// Folders of the user, best first.
    fn user_folders(self, env: Env<'_>) -> Vec<PathBuf> {
        let folder = |variable: &str| env(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
        let folders = match self {
            Platform::Windows => [folder("LOCALAPPDATA").map(|data| data.join("soundfonts")), None],
            Platform::MacOs => [folder("HOME").map(|home| home.join("Library/Audio/Sounds/Banks")), None],
            Platform::Linux | Platform::FreeBsd => {
                let data = folder("XDG_DATA_HOME").or_else(|| Some(folder("HOME")?.join(".local/share")));
                [data.as_ref().map(|data| data.join("soundfonts")), data.map(|data| data.join("sounds/sf2"))]
            }
        };
        folders.into_iter().flatten().collect()
    }
}

/// Environment variables by name.
type Env<'a> = &'a dyn Fn(&str) -> Option<OsString>;

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
    /// A folder that the environment variable [`PATH_VARIABLE`] names.
    SearchPath,
    /// The folders where users keep banks.
    User,
    /// The folders where systems install banks.
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

/// Chooses the bank: `explicit` if given, else the one that `env` names in [`VARIABLE`], else the first in the folders of
/// [`PATH_VARIABLE`], the user and the system, else the built-in one. There is no way on when the first two fail: who
/// names a bank wants that one.
pub fn discover(explicit: Option<&str>, env: Env<'_>) -> Result<Choice, Error> {
    discover_on(Platform::CURRENT, Path::new("/"), explicit, env)
}

/// [`discover`] on a system of this kind whose root directory is `root`.
pub fn discover_on(platform: Platform, root: &Path, explicit: Option<&str>, env: Env<'_>) -> Result<Choice, Error> {
    if let Some(name) = explicit {
        return named(name.into(), None);
    }
    if let Some(name) = from_environment(env) {
        return named(name, Some(VARIABLE));
    }
    let is_found = |candidate: &Candidate| matches!(candidate.status, Status::Found { .. });
    let found = folders(platform, root, env).into_iter().flat_map(search).find(is_found);
    Ok(found.map_or(Choice::Builtin, |candidate| Choice::File(candidate.path)))
}

/// Every place that [`discover`] looks at without an explicit argument, in its order, and what is there; of a folder that
/// is not there, only the folder. The built-in bank comes after them all.
pub fn candidates(env: Env<'_>) -> Vec<Candidate> {
    candidates_on(Platform::CURRENT, Path::new("/"), env)
}

/// [`candidates`] on a system of this kind whose root directory is `root`.
pub fn candidates_on(platform: Platform, root: &Path, env: Env<'_>) -> Vec<Candidate> {
    let named = from_environment(env).filter(|name| name != BUILTIN);
    let named = named.map(|name| look(PathBuf::from(name), Origin::Environment));
    named.into_iter().chain(folders(platform, root, env).into_iter().flat_map(search)).collect()
}

fn from_environment(env: Env<'_>) -> Option<OsString> {
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

/// The folders to search, best first.
fn folders(platform: Platform, root: &Path, env: Env<'_>) -> Vec<(PathBuf, Origin)> {
    let paths = env(PATH_VARIABLE).unwrap_or_default();
    let paths = std::env::split_paths(&paths).filter(|path| !path.as_os_str().is_empty());
    let paths = paths.map(|path| (path, Origin::SearchPath));
    let user = platform.user_folders(env).into_iter().map(|path| (path, Origin::User));
    let system = platform.system_folders().iter().map(|folder| (root.join(folder), Origin::System));
    paths.chain(user).chain(system).collect()
}

/// The known names in a folder, then every other bank that is in it, by name.
fn search((folder, origin): (PathBuf, Origin)) -> Vec<Candidate> {
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return vec![Candidate { path: folder, origin, status: Status::Missing }];
        }
        Err(error) => return vec![Candidate { path: folder, origin, status: Status::Unreadable(error.to_string()) }],
    };
    let is_known = |path: &Path| NAMES.iter().any(|name| path.ends_with(name));
    let is_bank = |path: &Path| {
        path.extension().is_some_and(|end| end.eq_ignore_ascii_case("sf2") || end.eq_ignore_ascii_case("sf3"))
    };
    let mut others: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    others.retain(|path| is_bank(path) && !is_known(path));
    others.sort();
    NAMES.iter().map(|name| folder.join(name)).chain(others).map(|path| look(path, origin)).collect()
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
