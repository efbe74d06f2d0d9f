//! Which bank to play when nobody names one: the one that `RAE_SOUNDFONT` or the config file names, else the first in the
//! folders of `RAE_SOUNDFONT_PATH`, the config file, the user and the system, else the built-in bank.
//!
//! In folders only banks for General MIDI are taken ([`Coverage::is_general_midi`](crate::Coverage::is_general_midi)): a
//! piano that was installed for another program would play the whole band. The user's own folders may call any bank
//! `default.sf2` or `default.sf3`, which says that it is meant.

mod candidate;
mod config;
mod install;
mod platform;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

pub use candidate::{Candidate, Origin, Status};
pub use config::{CONFIG_VARIABLE, Config};
pub use platform::Platform;

use crate::{BankName, Error};
use candidate::{look, search};

/// The environment variable that names the bank to play.
pub const VARIABLE: &str = "RAE_SOUNDFONT";

/// The word that names the built-in bank where a path is expected.
pub const BUILTIN: &str = "builtin";

/// The environment variable that names folders to search before all others, separated as in `PATH`.
pub const PATH_VARIABLE: &str = "RAE_SOUNDFONT_PATH";

/// Environment variables by name.
type Env<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The system that is searched.
#[derive(Clone, Copy)]
pub struct System<'a> {
    /// Its kind.
    pub platform: Platform,
    /// Its root directory.
    pub root: &'a Path,
    /// Its environment variables by name.
    pub env: Env<'a>,
}

/// The bank to play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The bank that the engine brings along.
    Builtin,
    /// A file, which existed when it was chosen.
    File(PathBuf),
    /// These, each on top of those before it; the files existed.
    Stack(Vec<BankName>),
}

impl Choice {
    /// Whether this file, or the built-in bank by its [name](BUILTIN), is played.
    pub fn plays(&self, bank: &Path) -> bool {
        match self {
            Choice::Builtin => bank == Path::new(BUILTIN),
            Choice::File(path) => bank == path,
            Choice::Stack(names) => names.iter().any(|name| bank == name.path),
        }
    }
}

impl System<'_> {
    /// The system that this runs on.
    pub fn current() -> System<'static> {
        System { platform: Platform::CURRENT, root: Path::new("/"), env: &variable }
    }

    /// Chooses the bank, and says who named it. Fails if the environment or the config file names one that is not there:
    /// who names a bank wants that one. Fails, too, if the config file is asked and cannot be read.
    pub fn discover(&self) -> Result<(Choice, Origin), Error> {
        if let Some(name) = self.variable(VARIABLE) {
            return Ok((self.named(name, || VARIABLE.into())?, Origin::Environment));
        }
        let config = self.config()?.unwrap_or_default();
        if !config.soundfont.is_empty() {
            return Ok((self.configured(config.soundfont)?, Origin::Config));
        }
        let mut places = self.folders(&config).into_iter().flat_map(search);
        let found = places.find(Candidate::is_found);
        Ok(found.map_or((Choice::Builtin, Origin::Engine), |found| (Choice::File(found.path), found.origin)))
    }

    /// Every place that [`System::discover`] may look at, in its order, and what is there; of a folder that is not there,
    /// only the folder, and a config file only if it cannot be read. The built-in bank comes after them all.
    pub fn candidates(&self) -> Vec<Candidate> {
        let name = |name: Option<PathBuf>, origin| {
            name.filter(|name| name != Path::new(BUILTIN)).map(|path| look(path, origin))
        };
        let mut list: Vec<Candidate> = name(self.variable(VARIABLE), Origin::Environment).into_iter().collect();
        let config = self.config().unwrap_or_else(|error| {
            let path = self.config_file().unwrap_or_default();
            list.push(Candidate { path, origin: Origin::Config, status: Status::Unusable(error.to_string()) });
            None
        });
        let config = config.unwrap_or_default();
        let folders = self.folders(&config);
        list.extend(config.soundfont.into_iter().filter_map(|bank| name(Some(bank.path), Origin::Config)));
        list.extend(folders.into_iter().flat_map(search));
        list
    }

    fn configured(&self, names: Vec<BankName>) -> Result<Choice, Error> {
        let file = || self.config_file().unwrap_or_default().display().to_string();
        let choices = names.iter().map(|name| self.named(name.path.clone(), file));
        let choices = choices.collect::<Result<Vec<_>, _>>()?;
        match (&names[..], &choices[..]) {
            ([BankName { offset: 0, .. }], [choice]) => Ok(choice.clone()),
            _ => Ok(Choice::Stack(names)),
        }
    }

    fn named(&self, path: PathBuf, by: impl Fn() -> String) -> Result<Choice, Error> {
        if path == Path::new(BUILTIN) {
            return Ok(Choice::Builtin);
        }
        match fs::metadata(&path) {
            Ok(_) => Ok(Choice::File(path)),
            Err(source) => Err(Error::unreadable(path, Some(by()), source, self)),
        }
    }

    /// The folders to search, best first, whether they are there or not.
    pub fn folders(&self, config: &Config) -> Vec<(PathBuf, Origin)> {
        let path = (self.env)(PATH_VARIABLE).unwrap_or_default();
        let path = std::env::split_paths(&path).filter(|path| !path.as_os_str().is_empty()).collect();
        let all: [(Vec<PathBuf>, Origin); 4] = [
            (path, Origin::SearchPath),
            (config.soundfont_path.clone(), Origin::ConfigPath),
            (self.user_folders(), Origin::User),
            (self.system_folders(), Origin::System),
        ];
        all.into_iter().flat_map(|(paths, origin)| paths.into_iter().map(move |path| (path, origin))).collect()
    }
}

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}
