//! A bank that is open: its model, and its sample points where the file has them, or decoded.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::decoded::Decoded;
use crate::discovery::System;
use crate::mapping::Bytes;
use crate::points::Points;
use crate::read::{self, Parsed};
use crate::warning::Warnings;
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

/// A SoundFont 2 or 3 bank, open for playing. Share it in an `Arc`.
///
/// The samples of an SF3 bank are decoded when [`SoundFont::pcm`] first asks for them, and kept as long as this value
/// lives; see [`SoundFont::for_render`].
pub struct SoundFont {
    bank: Arc<Bank>,
    /// Samples that were asked for; no places if the bank has no Vorbis samples.
    held: Box<[OnceLock<Arc<Decoded>>]>,
}

/// What all users of a bank share.
#[derive(Default)]
pub(crate) struct Bank {
    pub(crate) source: String,
    pub(crate) model: Model,
    /// The presets that can be selected, by bank and program.
    pub(crate) presets: HashMap<(u16, u16), usize>,
    /// The files that hold the points, in the order of their samples.
    pub(crate) files: Vec<BankFile>,
    pub(crate) warnings: Warnings,
}

/// A file, and the number of its first sample in the bank.
pub(crate) struct BankFile {
    pub(crate) first: usize,
    pub(crate) points: Arc<Points>,
}

impl SoundFont {
    /// Opens and validates a file. Sample points are not touched with [`Storage::Mapped`].
    pub fn open(path: &Path, storage: Storage) -> Result<SoundFont, Error> {
        let bytes = Bytes::open(path, storage)
            .map_err(|source| Error::unreadable(path.to_owned(), None, source, &System::current()))?;
        SoundFont::parse(bytes, path.display().to_string(), Some(path.to_owned()))
    }

    /// Opens a bank that was made in memory; `name` stands for the path in messages.
    pub fn from_bytes(bytes: Vec<u8>, name: &str) -> Result<SoundFont, Error> {
        SoundFont::parse(Bytes::Owned(bytes), name.to_owned(), None)
    }

    /// Opens a bank that is a part of a file in memory, such as a song's own, without a copy. Byte offsets in messages count
    /// from its first byte.
    pub fn from_part(bytes: Arc<Vec<u8>>, part: Range<usize>, name: &str) -> Result<SoundFont, Error> {
        SoundFont::parse(Bytes::part(bytes, part), name.to_owned(), None)
    }

    fn parse(bytes: Bytes, source: String, path: Option<PathBuf>) -> Result<SoundFont, Error> {
        let Parsed { model, words, low_bytes, streams, warnings } = read::read(&bytes, &source)?;
        let mut presets = HashMap::with_capacity(model.presets.len());
        for (index, preset) in model.presets.iter().enumerate() {
            // A preset without zones is to be ignored (7.2): its number is free for another, or for the fallback.
            if preset.global.is_some() || !preset.zones.is_empty() {
                presets.entry((preset.bank, preset.program)).or_insert(index);
            }
        }
        let points = Arc::new(Points::new(source.clone(), path, bytes, words, low_bytes, streams));
        let bank = Bank { source, model, presets, files: vec![BankFile { first: 0, points }], warnings };
        Ok(SoundFont::sharing(Arc::new(bank)))
    }

    pub(crate) fn sharing(bank: Arc<Bank>) -> SoundFont {
        let any_stream = bank.files.iter().any(|file| file.points.has_streams());
        let places = if any_stream { bank.model.samples.len() } else { 0 };
        SoundFont { bank, held: (0..places).map(|_| OnceLock::new()).collect() }
    }

    pub(crate) fn bank(&self) -> &Bank {
        &self.bank
    }

    /// The same bank for another user, such as a render: it shares file, model and decoded samples, and holds those it
    /// asks for until it is dropped. Samples that nobody holds are kept up to [`SoundFont::set_decoded_limit`].
    #[must_use]
    pub fn for_render(&self) -> SoundFont {
        SoundFont::sharing(Arc::clone(&self.bank))
    }

    /// Presets, instruments and sample headers. Every target is a valid index, and every sample that a zone targets
    /// lies within its points, its loop within the sample; `loop_start == loop_end` means no loop.
    pub fn model(&self) -> &Model {
        &self.bank.model
    }

    /// The points that the positions of sample header `sample` count in: the whole sample chunk, or what its own Vorbis
    /// stream holds. The first call for such a sample decodes it, later ones cost no more than a look; a stream that
    /// turns out to be damaged is silence, and [`SoundFont::decoding_warnings`] tells.
    pub fn pcm(&self, sample: usize) -> Pcm<'_> {
        debug_assert!(sample < self.bank.model.samples.len());
        let (points, own) = self.bank.points_of(sample);
        match points.stream(own) {
            Some(_) => {
                let decode = || points.decoded(own, &self.bank.model.samples[sample]);
                Pcm { words: &self.held[sample].get_or_init(decode).words, low_bytes: &[] }
            }
            None => points.chunk(),
        }
    }

    /// Whose points a sample shares: the number of its file, and its own where it is a Vorbis stream by itself.
    pub(crate) fn chunk_of(&self, sample: usize) -> (usize, Option<usize>) {
        let file = self.bank.file_of(sample);
        let (points, own) = self.bank.points_of(sample);
        (file, points.stream(own).map(|_| sample))
    }

    /// How many points [`SoundFont::pcm`] has for a sample. Nothing is decoded.
    pub fn points(&self, sample: usize) -> usize {
        let (points, own) = self.bank.points_of(sample);
        match points.stream(own) {
            Some(_) => self.bank.model.samples[sample].end as usize,
            None => points.chunk().words.len(),
        }
    }

    /// What was wrong with samples that this user of the bank has decoded, by number of the sample.
    pub fn decoding_warnings(&self) -> Vec<Warning> {
        let damage = self.held.iter().enumerate().filter_map(|(sample, held)| {
            let damage = held.get()?.damage.as_ref()?;
            Some(if self.bank.files.len() == 1 {
                damage.clone()
            } else {
                damage.about(self.bank.points_of(sample).0.source())
            })
        });
        damage.collect()
    }

    /// Changes how many bytes of decoded samples the bank keeps for later renders, 256 MiB at first; in a stack, each of
    /// its banks. Samples that are in use count, but are never given up.
    pub fn set_decoded_limit(&self, bytes: u64) {
        self.bank.files.iter().for_each(|file| file.points.set_decoded_limit(bytes));
    }

    /// Bytes of decoded samples that the bank keeps or that are in use.
    pub fn decoded_bytes(&self) -> u64 {
        self.bank.files.iter().map(|file| file.points.decoded_bytes()).sum()
    }

    /// The preset that these numbers select: an index into [`Model::presets`]. The first in the file wins (7.2).
    pub fn preset(&self, bank: u16, program: u16) -> Option<usize> {
        self.bank.presets.get(&(bank, program)).copied()
    }

    /// What was skipped or repaired, in the order found; at most [`WARNING_LIMIT`](crate::WARNING_LIMIT).
    pub fn warnings(&self) -> &[Warning] {
        &self.bank.warnings.kept
    }

    /// How many warnings there were, those not kept included.
    pub fn warning_count(&self) -> usize {
        self.bank.warnings.count
    }

    /// Path or name, for messages.
    pub fn source(&self) -> &str {
        &self.bank.source
    }

    /// The file that the bank was opened from, of a stack all of them from the top; none where a bank came from memory.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.bank.files.iter().filter_map(|file| file.points.path())
    }

    /// Length of the file, bytes; of a stack, of all its files.
    pub fn file_len(&self) -> u64 {
        self.bank.files.iter().map(|file| file.points.file_len()).sum()
    }
}

impl Bank {
    /// The number of the file that holds a sample.
    fn file_of(&self, sample: usize) -> usize {
        self.files.iter().rposition(|file| file.first <= sample).unwrap_or(0)
    }

    /// The points that a sample reads, and its number in their file.
    fn points_of(&self, sample: usize) -> (&Points, usize) {
        let file = &self.files[self.file_of(sample)];
        (&file.points, sample - file.first)
    }
}

impl fmt::Debug for SoundFont {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoundFont")
            .field("source", &self.source())
            .field("presets", &self.model().presets.len())
            .field("instruments", &self.model().instruments.len())
            .field("samples", &self.model().samples.len())
            .field("warnings", &self.warning_count())
            .finish_non_exhaustive()
    }
}
