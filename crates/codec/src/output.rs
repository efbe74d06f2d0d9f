//! A file that appears only when it is complete.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempPath};

use crate::CodecError;
use crate::encode::io_error;

/// An output file under a temporary name in its own folder; [`OutputFile::commit`] gives it its name in one step, and
/// dropping it without that removes it. An existing device or named pipe is written to directly.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    file: BufWriter<File>,
    temporary: Option<TempPath>,
    overwrite: bool,
}

impl OutputFile {
    /// Starts the file at `path`; an existing file is an error unless `overwrite`.
    pub fn create(path: impl AsRef<Path>, overwrite: bool) -> Result<OutputFile, CodecError> {
        let path = path.as_ref().to_owned();
        let existing = fs::metadata(&path).ok();
        if let Some(existing) = &existing {
            if existing.is_dir() {
                return Err(CodecError::IsFolder(path));
            }
            if !existing.is_file() {
                let file = File::options().write(true).open(&path);
                let file = BufWriter::new(file.map_err(|source| io_error("open", &path, source))?);
                return Ok(OutputFile { path, file, temporary: None, overwrite });
            }
            if !overwrite {
                return Err(CodecError::Exists(path));
            }
        }
        let (file, temporary) =
            temporary_beside(&path, existing).map_err(|source| io_error("create", &path, source))?;
        Ok(OutputFile { path, file: BufWriter::new(file), temporary: Some(temporary), overwrite })
    }

    /// The name the file will have.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file can be rewound; a device or pipe cannot.
    pub fn is_seekable(&self) -> bool {
        self.temporary.is_some()
    }

    /// Gives the complete file its name.
    pub fn commit(self) -> Result<(), CodecError> {
        let OutputFile { path, file, temporary, overwrite } = self;
        let failed = |source| io_error("finish", &path, source);
        file.into_inner().map_err(|error| failed(error.into_error()))?;
        let Some(temporary) = temporary else { return Ok(()) };
        if overwrite {
            return temporary.persist(final_path(&path)).map_err(|error| failed(error.error));
        }
        temporary.persist_noclobber(&path).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => CodecError::Exists(path.clone()),
            _ => failed(error.error),
        })
    }
}

/// Where a symbolic link leads, so that the file it names is replaced and the link stays.
fn final_path(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// A new file in the folder of `path`. Errors do not mention its name, which nobody has chosen.
fn temporary_beside(path: &Path, existing: Option<Metadata>) -> io::Result<(File, TempPath)> {
    let target = final_path(path);
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let options = options(existing);
    let file = Builder::new().prefix(".rae-").suffix(".part").make_in(folder, |path| options.open(path));
    file.map(tempfile::NamedTempFile::into_parts).map_err(|error| match fs::metadata(folder) {
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => {
            let what = format!("there is no folder {}; make it first, or name another", folder.display());
            io::Error::new(io::ErrorKind::NotFound, what)
        }
        _ => error,
    })
}

/// With the permissions of the file that is replaced, or of any new file.
fn options(existing: Option<Metadata>) -> OpenOptions {
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    if let Some(existing) = existing {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        options.mode(existing.permissions().mode());
    }
    #[cfg(not(unix))]
    drop(existing);
    options
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for OutputFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
