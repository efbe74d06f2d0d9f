//! Files that are written whole or not at all.

use std::io::Write;
use std::path::Path;

use rust_audio_engine::{CodecError, Error, OutputFile};

/// Writes a file under a temporary name and then gives it its own.
pub(crate) fn write(path: &Path, overwrite: bool, content: &[u8]) -> Result<(), Error> {
    let mut file = OutputFile::create(path, overwrite)?;
    file.write_all(content).map_err(|source| CodecError::Io { action: "write", path: path.to_owned(), source })?;
    Ok(file.commit()?)
}
