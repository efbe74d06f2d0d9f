//! Which SoundFont is played, and opening it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rae_soundfont::{SoundFont, Storage, discovery};

use crate::Error;

/// Which SoundFont to play.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SoundFontChoice {
    /// The one that the variable `RAE_SOUNDFONT` names, else the first in the folders of `RAE_SOUNDFONT_PATH`, the user and
    /// the system, else the built-in one.
    #[default]
    Discover,
    /// The built-in one.
    Builtin,
    /// This file and no other.
    File(PathBuf),
}

impl SoundFontChoice {
    /// What people mean: no argument, the word `builtin`, or a path.
    pub fn from_argument(argument: Option<&Path>) -> SoundFontChoice {
        match argument {
            None => SoundFontChoice::Discover,
            Some(word) if word == Path::new(discovery::BUILTIN) => SoundFontChoice::Builtin,
            Some(path) => SoundFontChoice::File(path.to_owned()),
        }
    }

    /// The path, or the word `builtin`.
    pub fn into_argument(self) -> PathBuf {
        match self {
            SoundFontChoice::File(path) => path,
            SoundFontChoice::Builtin | SoundFontChoice::Discover => discovery::BUILTIN.into(),
        }
    }

    /// The file, if it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        if let SoundFontChoice::File(path) = self { Some(path) } else { None }
    }

    /// Makes a decision of [`SoundFontChoice::Discover`]. Fails if `RAE_SOUNDFONT` names a file that is not there.
    pub fn resolve(self) -> Result<SoundFontChoice, Error> {
        if self != SoundFontChoice::Discover {
            return Ok(self);
        }
        Ok(match discovery::discover(None, &|name| std::env::var_os(name))? {
            discovery::Choice::Builtin => SoundFontChoice::Builtin,
            discovery::Choice::File(path) => SoundFontChoice::File(path),
        })
    }

    pub(crate) fn open(self, storage: Storage) -> Result<Arc<SoundFont>, Error> {
        match self.resolve()? {
            SoundFontChoice::File(path) => Ok(Arc::new(SoundFont::open(&path, storage)?)),
            SoundFontChoice::Builtin | SoundFontChoice::Discover => Ok(rae_bank::soundfont()),
        }
    }
}

impl fmt::Display for SoundFontChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SoundFontChoice::Discover => f.write_str("discovery"),
            SoundFontChoice::Builtin => f.write_str(discovery::BUILTIN),
            SoundFontChoice::File(path) => path.display().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_words_or_paths() {
        assert_eq!(SoundFontChoice::from_argument(None), SoundFontChoice::Discover);
        assert_eq!(SoundFontChoice::from_argument(Some(Path::new("builtin"))), SoundFontChoice::Builtin);
        let file = SoundFontChoice::from_argument(Some(Path::new("./builtin")));
        assert_eq!(file, SoundFontChoice::File("./builtin".into()));
        assert_eq!(file.into_argument(), Path::new("./builtin"));
    }

    #[test]
    fn a_named_file_has_no_substitute() {
        let missing = SoundFontChoice::File("/does/not/exist.sf2".into());
        let error = missing.open(Storage::Mapped).unwrap_err();
        assert!(error.to_string().starts_with("Failed to load SoundFont"), "{error}");
        assert_eq!(error.unreadable_input().unwrap().0, Path::new("/does/not/exist.sf2"));
    }
}
