//! The config file: which bank to play, and where else to look for banks.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::{BUILTIN, System};
use crate::{BankName, Error};

/// The environment variable that names the config file.
pub const CONFIG_VARIABLE: &str = "RAE_CONFIG";

/// The longest config file, bytes.
const LONGEST: u64 = 1 << 20;

/// What the config file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The banks to play, each on top of those before it; none if the file names none.
    pub soundfont: Vec<BankName>,
    /// Folders to search, best first.
    pub soundfont_path: Vec<PathBuf>,
}

/// Where in the text, and what is wrong there.
struct Problem {
    at: Option<usize>,
    reason: String,
}

impl System<'_> {
    /// The config file: the one that [`CONFIG_VARIABLE`] names, else `rae/config.toml` in the folder where the system keeps
    /// users' settings. `None` if the environment tells no such folder.
    pub fn config_file(&self) -> Option<PathBuf> {
        self.variable(CONFIG_VARIABLE).or_else(|| self.usual_config_file())
    }

    /// What the config file says; `None` if there is none at the usual place. One that was named by the environment and is
    /// missing, that cannot be read or that says something unknown is [`Error::Config`].
    pub fn config(&self) -> Result<Option<Config>, Error> {
        let Some(file) = self.config_file() else { return Ok(None) };
        let error = |line, reason| Error::Config { path: file.clone(), line, reason };
        let text = match read(&file) {
            Ok(text) => text,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound && self.variable(CONFIG_VARIABLE).is_none() => {
                return Ok(None);
            }
            Err(cause) => {
                return Err(error(None, format!("{cause}; correct that, or let {CONFIG_VARIABLE} name another")));
            }
        };
        let folder = file.parent().unwrap_or(Path::new(""));
        let config = self.parse(&text, folder).map_err(|problem| {
            let line = problem.at.and_then(|at| text.get(..at)).map(|before| 1 + before.matches('\n').count());
            error(line, problem.reason)
        })?;
        Ok(Some(config))
    }

    fn parse(&self, text: &str, folder: &Path) -> Result<Config, Problem> {
        let table = DeTable::parse(text).map_err(|error| Problem {
            at: error.span().map(|span| span.start),
            reason: format!("this is no TOML: {}", error.message().replace('\n', ", ")),
        })?;
        let mut config = Config::default();
        for (key, value) in table.get_ref() {
            match key.get_ref().as_ref() {
                "soundfont" => {
                    let names = value.get_ref().as_array().map_or(std::slice::from_ref(value), |list| &list[..]);
                    config.soundfont = names.iter().map(|name| self.bank(name, folder)).collect::<Result<_, _>>()?;
                }
                "soundfont_path" => {
                    let folders = array(value)?.iter();
                    let path = |value| quoted(value, "soundfont_path").map(|text| self.path(Path::new(text), folder));
                    config.soundfont_path = folders.map(path).collect::<Result<_, _>>()?;
                }
                unknown => {
                    let reason = format!("the key '{unknown}' is unknown; there are 'soundfont' and 'soundfont_path'");
                    return Err(Problem { at: Some(key.span().start), reason });
                }
            }
        }
        Ok(config)
    }

    /// A bank as people write it: a path or the word `builtin`, perhaps with an offset.
    fn bank(&self, value: &Spanned<DeValue<'_>>, folder: &Path) -> Result<BankName, Problem> {
        let text = OsStr::new(quoted(value, "soundfont")?);
        let name = BankName::parse_where(text, |path| self.path(path, folder).exists())
            .map_err(|error| Problem { at: Some(value.span().start), reason: error.to_string() })?;
        let path = if name.path == Path::new(BUILTIN) { name.path } else { self.path(&name.path, folder) };
        Ok(BankName { path, ..name })
    }

    /// A path is relative to the file's folder, or to the home directory after `~/`.
    fn path(&self, path: &Path, folder: &Path) -> PathBuf {
        match (path.strip_prefix("~"), self.home()) {
            (Ok(rest), Some(home)) if rest != Path::new("") => home.join(rest),
            _ => folder.join(path),
        }
    }
}

fn quoted<'a>(value: &'a Spanned<DeValue<'_>>, key: &str) -> Result<&'a str, Problem> {
    value.get_ref().as_str().filter(|text| !text.is_empty()).ok_or_else(|| Problem {
        at: Some(value.span().start),
        reason: format!("'{key}' takes paths in quotation marks, not {}", value.get_ref().type_str()),
    })
}

fn array<'a, 'i>(value: &'a Spanned<DeValue<'i>>) -> Result<&'a DeArray<'i>, Problem> {
    value.get_ref().as_array().ok_or_else(|| Problem {
        at: Some(value.span().start),
        reason: "'soundfont_path' takes a list of folders, such as [\"banks\"]".into(),
    })
}

fn read(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    if File::open(file)?.take(LONGEST + 1).read_to_string(&mut text)? as u64 > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("it is longer than {LONGEST} bytes")));
    }
    Ok(text)
}
