//! Where the bytes come from: something with a beginning and an end, or a pipe.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use symphonia::core::io::MediaSource;

/// Bytes that can be read in any order.
pub(crate) trait ReadSeek: Read + Seek + Send + Sync {}
impl<T: Read + Seek + Send + Sync> ReadSeek for T {}

/// What is kept of a pipe at most.
const LONGEST_COPY: u64 = 1 << 32;

/// How far into a pipe one can look: behind names and pictures that stand before the sound.
const FARTHEST_LOOK: u64 = 1 << 24;

/// The bytes of an audio file.
pub(crate) enum Source {
    Seekable {
        bytes: Box<dyn ReadSeek>,
        len: u64,
    },
    /// A pipe. What was looked at is given out again.
    Pipe {
        rest: Box<dyn Read + Send + Sync>,
        seen: Vec<u8>,
        given: usize,
    },
}

impl Source {
    /// A file; one that is a device or named pipe is read as a stream.
    pub(crate) fn open(path: &Path) -> io::Result<Source> {
        let file = File::open(path)?;
        let kind = file.metadata()?;
        if kind.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder: name a file in it"));
        }
        if kind.is_file() { Source::seekable(file) } else { Ok(Source::pipe(file)) }
    }

    pub(crate) fn seekable(mut bytes: impl Read + Seek + Send + Sync + 'static) -> io::Result<Source> {
        let len = bytes.seek(SeekFrom::End(0))?;
        bytes.seek(SeekFrom::Start(0))?;
        Ok(Source::Seekable { bytes: Box::new(bytes), len })
    }

    pub(crate) fn pipe(rest: impl Read + Send + Sync + 'static) -> Source {
        Source::Pipe { rest: Box::new(rest), seen: Vec::new(), given: 0 }
    }

    /// The same bytes, to be read in any order; what comes through a pipe is kept in a temporary file.
    pub(crate) fn seekable_copy(self) -> io::Result<Source> {
        if self.is_seekable() {
            return Ok(self);
        }
        let mut file = tempfile::tempfile()?;
        if io::copy(&mut self.take(LONGEST_COPY + 1), &mut file)? > LONGEST_COPY {
            let what = "a file of more than 4 GiB that must be read in any order comes through the pipe; name the file instead";
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
        }
        Source::seekable(file)
    }

    /// Up to `count` bytes from `offset`, without moving on; of a pipe only before anything was read, and not far.
    pub(crate) fn peek(&mut self, offset: u64, count: usize) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        match self {
            Source::Seekable { bytes, .. } => {
                let here = bytes.stream_position()?;
                bytes.seek(SeekFrom::Start(offset))?;
                bytes.take(count as u64).read_to_end(&mut head)?;
                bytes.seek(SeekFrom::Start(here))?;
            }
            Source::Pipe { rest, seen, given: 0 } if offset <= FARTHEST_LOOK => {
                let missing = (offset as usize + count).saturating_sub(seen.len());
                rest.take(missing as u64).read_to_end(seen)?;
                head.extend(seen.iter().skip(offset as usize).take(count));
            }
            Source::Pipe { .. } => {}
        }
        Ok(head)
    }
}

impl Source {
    /// Moves on by so many bytes, which can be seen by [`Source::peek`].
    pub(crate) fn pass(&mut self, bytes: u64) -> io::Result<()> {
        match self {
            Source::Seekable { bytes: from, .. } => from.seek(SeekFrom::Start(bytes)).map(drop),
            Source::Pipe { given, seen, .. } => {
                *given = seen.len().min(bytes as usize);
                Ok(())
            }
        }
    }
}

impl Read for Source {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::Seekable { bytes, .. } => bytes.read(to),
            Source::Pipe { seen, given, .. } if *given < seen.len() => {
                let count = (&seen[*given..]).read(to)?;
                *given += count;
                Ok(count)
            }
            Source::Pipe { rest, .. } => rest.read(to),
        }
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Source::Seekable { bytes, .. } => bytes.seek(to),
            Source::Pipe { .. } => Err(io::Error::new(io::ErrorKind::Unsupported, "a pipe cannot be rewound")),
        }
    }
}

impl MediaSource for Source {
    fn is_seekable(&self) -> bool {
        matches!(self, Source::Seekable { .. })
    }

    fn byte_len(&self) -> Option<u64> {
        match self {
            Source::Seekable { len, .. } => Some(*len),
            Source::Pipe { .. } => None,
        }
    }
}
