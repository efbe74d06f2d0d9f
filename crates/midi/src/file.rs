//! Sequences on disk.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{Error, Parsed, Sequence, rmid};

impl Sequence {
    /// Reads a file leniently; see [`Sequence::parse`]. Every error names the file.
    pub fn read(path: &Path) -> Result<Parsed, Error> {
        let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        Sequence::read_from(file, path)
    }

    /// Reads what comes from a pipe, say, as [`Sequence::read`] does a file; `path` is what errors call it.
    pub fn read_from(source: impl Read, path: &Path) -> Result<Parsed, Error> {
        let content = |error| Error::Content { path: path.to_owned(), source: Box::new(error) };
        let bytes = read_bounded(source).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        if bytes.len() as u64 > Error::MAX_RMID_SIZE {
            return Err(content(Error::RmidTooLarge));
        }
        let bytes = Arc::new(bytes);
        let name = path.display().to_string();
        Sequence::parse_keeping(&bytes, &name, |bank| (Arc::clone(&bytes), bank)).map_err(content)
    }

    /// Writes the sequence beside `path` and then renames it, so that no half-written file is ever seen there.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        replace(path, &self.to_bytes()).map_err(|source| Error::Write { path: path.to_owned(), source })
    }
}

/// At most one byte more than the limit, so that a device or a growing file cannot fill the memory.
fn read_bounded(mut source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.by_ref().take(rmid::HEADER_LENGTH).read_to_end(&mut bytes)?;
    let limit = if rmid::is_rmid(&bytes) { Error::MAX_RMID_SIZE } else { Error::MAX_SONG_SIZE };
    source.take(limit + 1 - bytes.len() as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (mut file, temporary) = create_beside(path)?;
    let result = file.write_all(bytes).and_then(|()| {
        drop(file);
        fs::rename(&temporary, path)
    });
    if result.is_err() {
        // The first error is the one worth reporting.
        let _ = fs::remove_file(&temporary);
    }
    result
}

fn create_beside(path: &Path) -> io::Result<(File, PathBuf)> {
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file name"))?;
    for attempt in 0..100 {
        let mut temporary = std::ffi::OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}-{attempt}.tmp", std::process::id()));
        let temporary = path.with_file_name(temporary);
        match File::create_new(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return created.map(|file| (file, temporary)),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "too many temporary files beside it"))
}
