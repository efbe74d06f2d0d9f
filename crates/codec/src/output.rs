//! A file that appears only when it is complete.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempPath};

use crate::encode::io_error;
use crate::unfinished::Naming;
use crate::{CodecError, Unfinished};

/// An output file under a temporary name in its own folder; [`OutputFile::commit`] gives it its name in one step, and
/// dropping it without that removes it. An existing device or named pipe, and standard output, are written to directly.
#[derive(Debug)]
pub struct OutputFile {
    file: BufWriter<File>,
    is_seekable: bool,
    closed: ClosedFile,
}

/// An [`OutputFile`] that is complete and closed, but for its name: dropped without it, it is removed.
#[derive(Debug)]
pub struct ClosedFile {
    path: PathBuf,
    temporary: Option<(TempPath, Unfinished)>,
    /// Where the file will be: a symbolic link stays, and what it names is made or replaced.
    target: PathBuf,
    overwrite: bool,
    replaces: bool,
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
                return Ok(OutputFile::direct(path, file, false));
            }
            if !overwrite {
                return Err(CodecError::Exists(path));
            }
        }
        let failed = |source| io_error("create", &path, source);
        let (target, replaces) = (behind_links(&path).map_err(failed)?, existing.is_some());
        let (file, temporary) = temporary_beside(&target, existing).map_err(failed)?;
        let closed = ClosedFile { path, temporary: Some(temporary), target, overwrite, replaces };
        Ok(OutputFile { file: BufWriter::new(file), is_seekable: true, closed })
    }

    /// Standard output. It can be rewound where it is a file that is written from its start, not appended to, but never on
    /// Windows; otherwise it is a stream. What was written stays when it is dropped.
    pub fn standard_output() -> Result<OutputFile, CodecError> {
        let path = PathBuf::from("standard output");
        let open = || {
            // What others have written comes first.
            io::stdout().flush()?;
            let file = standard_output()?;
            Ok((is_at_start(&file)?, BufWriter::new(file)))
        };
        let (is_seekable, file) = open().map_err(|source| io_error("open", &path, source))?;
        Ok(OutputFile::direct(path, file, is_seekable))
    }

    /// What has its name already.
    fn direct(path: PathBuf, file: BufWriter<File>, is_seekable: bool) -> OutputFile {
        let target = path.clone();
        let closed = ClosedFile { path, temporary: None, target, overwrite: false, replaces: false };
        OutputFile { file, is_seekable, closed }
    }

    /// The name the file will have.
    pub fn path(&self) -> &Path {
        &self.closed.path
    }

    /// Whether the file can be rewound; a device or pipe cannot.
    pub fn is_seekable(&self) -> bool {
        self.is_seekable
    }

    /// Gives the complete file its name.
    pub fn commit(self) -> Result<(), CodecError> {
        self.close()?.commit()
    }

    /// Closes the complete file, which gets its name later.
    pub fn close(self) -> Result<ClosedFile, CodecError> {
        let OutputFile { file, closed, .. } = self;
        let failed = |source| io_error("finish", &closed.path, source);
        let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        if closed.replaces {
            // So that after a loss of power the old file or the new one is there.
            file.sync_all().map_err(failed)?;
        }
        Ok(closed)
    }
}

impl ClosedFile {
    /// The name the file will have.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name.
    pub fn commit(self) -> Result<(), CodecError> {
        let _naming = Naming::begin();
        self.name()
    }

    fn name(self) -> Result<(), CodecError> {
        let ClosedFile { path, temporary, target, overwrite, .. } = self;
        let Some((temporary, unfinished)) = temporary else { return Ok(()) };
        unfinished.finish(|| {
            if overwrite { temporary.persist(target) } else { temporary.persist_noclobber(target) }.map_err(|error| {
                match error.error.kind() {
                    io::ErrorKind::AlreadyExists if !overwrite => CodecError::Exists(path.clone()),
                    _ => io_error("finish", &path, error.error),
                }
            })
        })
    }

    /// Gives files their names together. Where one cannot have its own, those that replace nothing have none either.
    pub fn commit_all(files: Vec<ClosedFile>) -> Result<(), CodecError> {
        let _naming = Naming::begin();
        let mut made = Vec::new();
        for file in files {
            let is_new = file.temporary.is_some() && !file.replaces;
            let path = file.path.clone();
            if let Err(error) = file.name() {
                // What cannot be removed stays, as the error says enough.
                made.iter().for_each(|path| drop(fs::remove_file(path)));
                return Err(error);
            }
            made.extend(is_new.then_some(path));
        }
        Ok(())
    }
}

/// Another handle of standard output.
#[cfg(unix)]
fn standard_output() -> io::Result<File> {
    use std::os::fd::AsFd;
    io::stdout().as_fd().try_clone_to_owned().map(File::from)
}

/// Another handle of standard output.
#[cfg(windows)]
fn standard_output() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    io::stdout().as_handle().try_clone_to_owned().map(File::from)
}

/// Whether a file can be rewound to where the writing begins. Appended to, it takes everything at its end.
#[cfg(unix)]
fn is_at_start(mut file: &File) -> io::Result<bool> {
    use rustix::fs::{OFlags, fcntl_getfl};
    Ok(file.metadata()?.is_file() && !fcntl_getfl(file)?.contains(OFlags::APPEND) && file.stream_position()? == 0)
}

/// The system does not tell what a handle appends to.
#[cfg(windows)]
fn is_at_start(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// Where symbolic links lead, though nothing may be there yet.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    /// As many as Linux follows.
    const MOST_LINKS: usize = 40;
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(link) = fs::read_link(&target) else { return Ok(target) };
        target = target.parent().unwrap_or(Path::new("")).join(link);
    }
    Err(io::Error::other("too many symbolic links lead from it"))
}

/// A new file in the folder of `target`. Errors do not mention its name, which nobody has chosen.
fn temporary_beside(target: &Path, existing: Option<Metadata>) -> io::Result<(File, (TempPath, Unfinished))> {
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let options = options(existing);
    let make = |path: &Path| Unfinished::file(path, || options.open(path));
    // To remove it is the part of `Unfinished`, which does so when the process is interrupted, too.
    let made = Builder::new().prefix(".rae-").suffix(".part").disable_cleanup(true).make_in(folder, make);
    let made = made.map_err(|error| match fs::metadata(folder) {
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => {
            let what = format!("there is no folder {}; make it first, or name another", folder.display());
            io::Error::new(io::ErrorKind::NotFound, what)
        }
        _ => error,
    })?;
    let ((file, unfinished), path) = made.into_parts();
    Ok((file, (path, unfinished)))
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
