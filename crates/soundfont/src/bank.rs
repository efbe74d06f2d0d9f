//! A bank that is open: its model, and its sample points where the file has them.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::path::Path;

use crate::mapping::Bytes;
use crate::read::{self, Parsed};
use crate::{Error, Model, Pcm, Warning};

/// Where the sample points of an open bank live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// In the file, mapped into memory: opening is instant and nothing is copied. The file must not be changed or
    /// shortened while the bank is open, or reading it can end the process (`SIGBUS`).
    #[default]
    Mapped,
    /// In memory, read once: for servers whose files may change under them.
    Copied,
}

/// A SoundFont 2 bank, open for playing. Share it in an `Arc`.
pub struct SoundFont {
    bytes: Bytes,
    source: String,
    model: Model,
    presets: HashMap<(u16, u16), usize>,
    words: Range<usize>,
    low_bytes: Range<usize>,
    warnings: Vec<Warning>,
    warning_count: usize,
}

impl SoundFont {
    /// Opens and validates a file. Sample points are not touched with [`Storage::Mapped`].
    pub fn open(path: &Path, storage: Storage) -> Result<SoundFont, Error> {
        let bytes =
            Bytes::open(path, storage).map_err(|source| Error::Io { path: path.to_owned(), origin: None, source })?;
        SoundFont::parse(bytes, path.display().to_string())
    }

    /// Opens a bank that was made in memory; `name` stands for the path in messages.
    pub fn from_bytes(bytes: Vec<u8>, name: &str) -> Result<SoundFont, Error> {
        SoundFont::parse(Bytes::Owned(bytes), name.to_owned())
    }

    fn parse(bytes: Bytes, source: String) -> Result<SoundFont, Error> {
        let Parsed { model, words, low_bytes, warnings } = read::read(&bytes, &source)?;
        let mut presets = HashMap::with_capacity(model.presets.len());
        for (index, preset) in model.presets.iter().enumerate() {
            // A preset without zones is to be ignored (7.2): its number is free for another, or for the fallback.
            if preset.global.is_some() || !preset.zones.is_empty() {
                presets.entry((preset.bank, preset.program)).or_insert(index);
            }
        }
        Ok(SoundFont {
            bytes,
            source,
            model,
            presets,
            words,
            low_bytes,
            warnings: warnings.kept,
            warning_count: warnings.count,
        })
    }

    /// Presets, instruments and sample headers. Every target is a valid index, and every sample that a zone targets
    /// lies within [`SoundFont::pcm`], its loop within the sample; `loop_start == loop_end` means no loop.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The points that the positions of sample header `sample` count in: the whole sample chunk.
    pub fn pcm(&self, sample: usize) -> Pcm<'_> {
        debug_assert!(sample < self.model.samples.len());
        Pcm { words: self.bytes[self.words.clone()].as_chunks().0, low_bytes: &self.bytes[self.low_bytes.clone()] }
    }

    /// The preset that these numbers select: an index into [`Model::presets`]. The first in the file wins (7.2).
    pub fn preset(&self, bank: u16, program: u16) -> Option<usize> {
        self.presets.get(&(bank, program)).copied()
    }

    /// What was skipped or repaired, in the order found; at most [`WARNING_LIMIT`](crate::WARNING_LIMIT).
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// How many warnings there were, those not kept included.
    pub fn warning_count(&self) -> usize {
        self.warning_count
    }

    /// Path or name, for messages.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Length of the file, bytes.
    pub fn file_len(&self) -> u64 {
        self.bytes.len() as u64
    }
}

impl fmt::Debug for SoundFont {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoundFont")
            .field("source", &self.source)
            .field("presets", &self.model.presets.len())
            .field("instruments", &self.model.instruments.len())
            .field("samples", &self.model.samples.len())
            .field("warnings", &self.warning_count)
            .finish_non_exhaustive()
    }
}
