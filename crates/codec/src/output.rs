//! A file that appears only when it is complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::CodecError;
use crate::wav::io_error;

/// An output file under a temporary name in its own folder; [`OutputFile::commit`] gives it its name in one step, and
/// dropping it without that removes it. An existing device or named pipe is written to directly.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    target: Target,
    overwrite: bool,
}

#[derive(Debug)]
enum Target {
    Temporary(BufWriter<NamedTempFile>),
    Direct(BufWriter<File>),
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
                let file = file.map_err(|source| io_error("open", &path, source))?;
                return Ok(OutputFile { path, target: Target::Direct(BufWriter::new(file)), overwrite });
            }
            if !overwrite {
                return Err(CodecError::Exists(path));
            }
        }
        let file = temporary_beside(&path, existing).map_err(|source| io_error("create", &path, source))?;
        Ok(OutputFile { path, target: Target::Temporary(BufWriter::new(file)), overwrite })
    }

    /// The name the file will have.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file can be rewound; a device or pipe cannot.
    pub fn is_seekable(&self) -> bool {
        matches!(self.target, Target::Temporary(_))
    }

    /// Gives the complete file its name.
    pub fn commit(self) -> Result<(), CodecError> {
        let OutputFile { path, target, overwrite } = self;
        let failed = |source| io_error("finish", &path, source);
        match target {
            Target::Direct(mut file) => file.flush().map_err(failed),
            Target::Temporary(file) => {
                let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
                if overwrite {
                    return file.persist(final_path(&path)).map(drop).map_err(|error| failed(error.error));
                }
                file.persist_noclobber(&path).map(drop).map_err(|error| match error.error.kind() {
                    io::ErrorKind::AlreadyExists => CodecError::Exists(path.clone()),
                    _ => failed(error.error),
                })
            }
        }
    }
}

/// Where a symbolic link leads, so that the file it names is replaced and the link stays.
fn final_path(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn temporary_beside(path: &Path, existing: Option<fs::Metadata>) -> io::Result<NamedTempFile> {
    let target = final_path(path);
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = Builder::new();
    builder.prefix(".rae-").suffix(".part");
    match existing {
        Some(existing) => builder.permissions(existing.permissions()),
        None => ordinary_permissions(&mut builder),
    };
    builder.tempfile_in(folder)
}

/// Those of any new file: reading and writing, less the process's mask.
#[cfg(unix)]
fn ordinary_permissions<'a, 'b>(builder: &'a mut Builder<'b, 'b>) -> &'a mut Builder<'b, 'b> {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn ordinary_permissions<'a, 'b>(builder: &'a mut Builder<'b, 'b>) -> &'a mut Builder<'b, 'b> {
    builder
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            Target::Temporary(file) => file.write(bytes),
            Target::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::Temporary(file) => file.flush(),
            Target::Direct(file) => file.flush(),
        }
    }
}

impl Seek for OutputFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.target {
            Target::Temporary(file) => file.seek(to),
            Target::Direct(file) => file.seek(to),
        }
    }
}
