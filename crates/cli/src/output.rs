//! Files that are written whole or not at all.

use std::io::{self, Write, stdout};
use std::path::Path;

use rust_audio_engine::{ClosedFile, CodecError, Error, OutputFile};
use serde::Serialize;

use crate::exit::{Failure, begin_output};

/// Whether an output is a file that appears when it is complete, not standard output, a device or a pipe.
pub(crate) fn makes_file(output: &Path) -> bool {
    output != Path::new("-") && output.metadata().map_or(true, |existing| existing.is_file())
}

/// Writes a file under a temporary name and then gives it its own.
pub(crate) fn write(path: &Path, overwrite: bool, content: &[u8]) -> Result<(), Error> {
    let mut file = OutputFile::create(path, overwrite)?;
    file.write_all(content).map_err(|source| CodecError::Io { action: "write", path: path.to_owned(), source })?;
    Ok(file.commit()?)
}

/// Lets `write` write a file, which appears when it is complete, or to standard output for `-`.
pub(crate) fn write_anywhere(
    path: &Path,
    overwrite: bool,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    commit(prepare(path, overwrite, write)?)
}

/// As [`write_anywhere`], but a file appears only with [`commit`].
fn prepare(
    path: &Path,
    overwrite: bool,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<Option<ClosedFile>, Failure> {
    begin_output(path);
    if path == Path::new("-") {
        let mut out = io::BufWriter::new(stdout().lock());
        return write(&mut out).and_then(|()| out.flush()).map(|()| None).map_err(Failure::Stdout);
    }
    let mut file = OutputFile::create(path, overwrite).map_err(Error::from)?;
    let failed = |source| CodecError::Io { action: "write", path: path.to_owned(), source };
    Ok(write(&mut file).map_err(failed).and_then(|()| file.close()).map(Some).map_err(Error::from)?)
}

/// Lets a file that was prepared appear.
pub(crate) fn commit(prepared: Option<ClosedFile>) -> Result<(), Failure> {
    Ok(prepared.map_or(Ok(()), ClosedFile::commit).map_err(Error::from)?)
}

/// Writes a file of JSON, which appears when it is complete, or to standard output for `-`.
pub(crate) fn write_json(path: &Path, overwrite: bool, content: &impl Serialize) -> Result<(), Failure> {
    commit(prepare_json(path, overwrite, content)?)
}

/// As [`write_json`], but a file appears only with [`commit`].
pub(crate) fn prepare_json(
    path: &Path,
    overwrite: bool,
    content: &impl Serialize,
) -> Result<Option<ClosedFile>, Failure> {
    prepare(path, overwrite, |out| {
        serde_json::to_writer_pretty(&mut *out, content)?;
        out.write_all(b"\n")
    })
}
