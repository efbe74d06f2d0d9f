//! A system in a temporary folder.

use std::fs;
use std::path::PathBuf;

use rae_soundfont::Error;
use rae_soundfont::discovery::{Candidate, Choice, Config, Origin, Platform, System};
use rae_testkit::{BankBuilder, zone};
use tempfile::TempDir;

/// A system whose root is a folder of its own; `~` in the values of its variables is that root.
pub(crate) struct Fake {
    root: TempDir,
    platform: Platform,
    variables: Vec<(&'static str, String)>,
}

impl Fake {
    /// A system with a General MIDI bank at each of these places, and no variables.
    pub(crate) fn new(platform: Platform, banks: &[&str]) -> Fake {
        let fake = Fake { root: tempfile::tempdir().unwrap(), platform, variables: Vec::new() };
        for bank in banks {
            fake.put(bank, &general_midi());
        }
        fake
    }

    pub(crate) fn linux(banks: &[&str]) -> Fake {
        Fake::new(Platform::Linux, banks)
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Fake {
        let value = value.replace('~', self.root.path().to_str().unwrap());
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value));
        self
    }

    /// Sets the variable that names folders to search.
    pub(crate) fn searching(self, folders: &[&str]) -> Fake {
        let folders = std::env::join_paths(folders).unwrap();
        self.with("RAE_SOUNDFONT_PATH", folders.to_str().unwrap())
    }

    pub(crate) fn at(&self, file: &str) -> PathBuf {
        self.root.path().join(file)
    }

    pub(crate) fn put(&self, file: &str, bytes: &[u8]) -> PathBuf {
        let path = self.at(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    fn ask<T>(&self, question: impl FnOnce(&System<'_>) -> T) -> T {
        let env = |name: &str| self.variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        question(&System { platform: self.platform, root: self.root.path(), env: &env })
    }

    pub(crate) fn discover(&self) -> Result<(Choice, Origin), Error> {
        self.ask(|system| system.discover())
    }

    pub(crate) fn candidates(&self) -> Vec<Candidate> {
        self.ask(|system| system.candidates())
    }

    pub(crate) fn config(&self) -> Result<Option<Config>, Error> {
        self.ask(|system| system.config())
    }

    pub(crate) fn install_command(&self) -> Option<&'static str> {
        self.ask(|system| system.install_command())
    }

    /// Expects the bank at this place to be chosen.
    pub(crate) fn chooses(&self, file: &str, origin: Origin) {
        assert_eq!(self.discover().unwrap(), (Choice::File(self.at(file)), origin));
    }

    /// Expects the built-in bank to be chosen because there is no other.
    pub(crate) fn chooses_builtin(&self) {
        assert_eq!(self.discover().unwrap(), (Choice::Builtin, Origin::Engine));
    }
}

/// A bank with these programs in bank 0, and with or without a drum kit.
pub(crate) fn bank(programs: impl IntoIterator<Item = u16>, has_drums: bool) -> Vec<u8> {
    let mut builder = BankBuilder::new().sample(&[0.0; 50], None).instrument([zone(0)]);
    for program in programs {
        builder = builder.preset(0, program, [zone(0)]);
    }
    if has_drums {
        builder = builder.preset(128, 0, [zone(0)]);
    }
    builder.bytes()
}

pub(crate) fn general_midi() -> Vec<u8> {
    bank(0..128, true)
}
