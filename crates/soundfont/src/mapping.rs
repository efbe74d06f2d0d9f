//! The bytes of a bank: mapped from the file, or held in memory. The only unsafe code of the crate.

use std::fs::{self, File};
use std::io;
use std::ops::{Deref, Range};
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;

use crate::Storage;

#[derive(Debug)]
pub(crate) enum Bytes {
    Mapped(Mmap),
    Owned(Vec<u8>),
    /// A part of what others hold, too.
    Shared(Arc<Vec<u8>>, Range<usize>),
}

impl Bytes {
    pub(crate) fn open(path: &Path, storage: Storage) -> io::Result<Bytes> {
        // Asked before opening: opening a pipe would wait for its writer.
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "is not a regular file"));
        }
        match storage {
            Storage::Copied => fs::read(path).map(Bytes::Owned),
            Storage::Mapped if metadata.len() == 0 => Ok(Bytes::Owned(Vec::new())),
            Storage::Mapped => map(&File::open(path)?).map(Bytes::Mapped),
        }
    }

    /// A part of `bytes`, cut where they end.
    pub(crate) fn part(bytes: Arc<Vec<u8>>, part: Range<usize>) -> Bytes {
        let end = part.end.min(bytes.len());
        Bytes::Shared(bytes, part.start.min(end)..end)
    }
}

#[allow(unsafe_code, reason = "mapping a file is unsafe by nature; the condition is stated on Storage::Mapped")]
fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the map is read-only and private to this crate. What cannot be checked here is that nobody writes to or
    // truncates the file while it is open; that is the documented condition of `Storage::Mapped`, and why
    // `Storage::Copied` exists.
    unsafe { Mmap::map(file) }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Mapped(map) => map,
            Bytes::Owned(bytes) => bytes,
            Bytes::Shared(bytes, part) => &bytes[part.clone()],
        }
    }
}
