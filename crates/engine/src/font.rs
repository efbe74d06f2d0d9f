//! Which SoundFont is played, and opening it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rae_soundfont::{BankName, SoundFont, Storage, discovery};

use crate::Error;

/// Which SoundFont to play.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SoundFontChoice {
    /// The one that the variable `RAE_SOUNDFONT` or the config file names, else the first for General MIDI in the folders of
    /// `RAE_SOUNDFONT_PATH`, the config file, the user and the system, else the built-in one.
    #[default]
    Discover,
    /// The built-in one.
    Builtin,
    /// This file and no other.
    File(PathBuf),
    /// These, each on top of those before it; see [`SoundFont::stack`].
    Stack(Vec<BankName>),
}

impl SoundFontChoice {
    /// What people mean: no argument, the word `builtin`, or a path.
    pub fn from_argument(argument: Option<&Path>) -> SoundFontChoice {
        SoundFontChoice::from_names(argument.map(|path| BankName { path: path.to_owned(), offset: 0 }))
    }

    /// What people mean by several: each lies on top of those before it.
    pub fn from_names(names: impl IntoIterator<Item = BankName>) -> SoundFontChoice {
        let mut names: Vec<BankName> = names.into_iter().collect();
        match &mut names[..] {
            [] => SoundFontChoice::Discover,
            [BankName { path, offset: 0 }] if path == Path::new(discovery::BUILTIN) => SoundFontChoice::Builtin,
            [BankName { path, offset: 0 }] => SoundFontChoice::File(std::mem::take(path)),
            _ => SoundFontChoice::Stack(names),
        }
    }

    /// Paths, or the word `builtin`, and offsets; the opposite of [`SoundFontChoice::from_names`].
    pub fn into_names(self) -> Vec<BankName> {
        let single = |path| vec![BankName { path, offset: 0 }];
        match self {
            SoundFontChoice::Discover => Vec::new(),
            SoundFontChoice::Builtin => single(discovery::BUILTIN.into()),
            SoundFontChoice::File(path) => single(path),
            SoundFontChoice::Stack(names) => names,
        }
    }

    /// The files that are named.
    pub fn files(&self) -> Vec<PathBuf> {
        let names = self.clone().into_names().into_iter().map(|name| name.path);
        names.filter(|path| path != Path::new(discovery::BUILTIN)).collect()
    }

    /// Makes a decision of [`SoundFontChoice::Discover`]. Fails if `RAE_SOUNDFONT` or the config file names a
    /// file that is not there, or the config file cannot be read.
    pub fn resolve(self) -> Result<SoundFontChoice, Error> {
        if self != SoundFontChoice::Discover {
            return Ok(self);
        }
        Ok(discovery::System::current().discover()?.0.into())
    }

    /// Opens what was [resolved](SoundFontChoice::resolve).
    pub(crate) fn open(self, storage: Storage) -> Result<Arc<SoundFont>, Error> {
        match self {
            SoundFontChoice::File(path) => Ok(Arc::new(SoundFont::open(&path, storage)?)),
            SoundFontChoice::Builtin | SoundFontChoice::Discover => Ok(rae_bank::soundfont()),
            SoundFontChoice::Stack(names) => {
                let open = |name: &BankName| SoundFontChoice::from_argument(Some(&name.path)).open(storage);
                let fonts = names.iter().map(open).collect::<Result<Vec<_>, _>>()?;
                let layers: Vec<_> =
                    fonts.iter().map(AsRef::as_ref).zip(names.iter().map(|name| name.offset)).collect();
                Ok(Arc::new(SoundFont::stack(&layers)))
            }
        }
    }
}

impl From<discovery::Choice> for SoundFontChoice {
    fn from(choice: discovery::Choice) -> SoundFontChoice {
        match choice {
            discovery::Choice::Builtin => SoundFontChoice::Builtin,
            discovery::Choice::File(path) => SoundFontChoice::File(path),
            discovery::Choice::Stack(names) => SoundFontChoice::Stack(names),
        }
    }
}

impl fmt::Display for SoundFontChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SoundFontChoice::Discover => f.write_str("discovery"),
            SoundFontChoice::Builtin => f.write_str(discovery::BUILTIN),
            SoundFontChoice::File(path) => path.display().fmt(f),
            SoundFontChoice::Stack(names) => {
                let names: Vec<String> = names.iter().map(ToString::to_string).collect();
                f.write_str(&names.join(" + "))
            }
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
        assert_eq!(file.into_names()[0].path, Path::new("./builtin"));
    }

    #[test]
    fn several_names_are_a_stack() {
        let names = [("a.sf2", 0), ("builtin", 3)].map(|(path, offset)| BankName { path: path.into(), offset });
        let stack = SoundFontChoice::from_names(names.clone());
        assert_eq!(stack, SoundFontChoice::Stack(names.to_vec()));
        assert_eq!((stack.to_string(), stack.files()), ("a.sf2 + builtin@3".into(), vec![PathBuf::from("a.sf2")]));
        let moved = SoundFontChoice::from_names([names[1].clone()]);
        assert_eq!(moved, SoundFontChoice::Stack(vec![names[1].clone()]));
    }

    #[test]
    fn a_named_file_has_no_substitute() {
        let missing = SoundFontChoice::File("/does/not/exist.sf2".into());
        let error = missing.open(Storage::Mapped).unwrap_err();
        assert!(error.to_string().starts_with("Failed to load SoundFont"), "{error}");
        assert_eq!(error.unreadable_input().unwrap().0, Path::new("/does/not/exist.sf2"));
    }
}
