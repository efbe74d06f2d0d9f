//! A bank that is open: its model, and its sample points where the file has them, or decoded.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::decoded::{Decoded, Shelf};
use crate::mapping::Bytes;
use crate::read::{self, Parsed};
use crate::{Error, Model, Pcm, Warning, WarningKind, vorbis};

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
struct Bank {
    bytes: Bytes,
    source: String,
    model: Model,
    presets: HashMap<(u16, u16), usize>,
    words: Range<usize>,
    low_bytes: Range<usize>,
    /// By sample, where its Vorbis stream lies in the file; empty if none has one.
    streams: Vec<Option<Range<usize>>>,
    decoded: Shelf,
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
        let Parsed { model, words, low_bytes, streams, warnings } = read::read(&bytes, &source)?;
        let mut presets = HashMap::with_capacity(model.presets.len());
        for (index, preset) in model.presets.iter().enumerate() {
            // A preset without zones is to be ignored (7.2): its number is free for another, or for the fallback.
            if preset.global.is_some() || !preset.zones.is_empty() {
                presets.entry((preset.bank, preset.program)).or_insert(index);
            }
        }
        let bank = Bank {
            bytes,
            source,
            model,
            presets,
            words,
            low_bytes,
            streams,
            decoded: Shelf::default(),
            warnings: warnings.kept,
            warning_count: warnings.count,
        };
        Ok(SoundFont::sharing(Arc::new(bank)))
    }

    fn sharing(bank: Arc<Bank>) -> SoundFont {
        let held = bank.streams.iter().map(|_| OnceLock::new()).collect();
        SoundFont { bank, held }
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
        let bank = &*self.bank;
        match bank.stream(sample) {
            Some(stream) => {
                let decode = || bank.decoded.get(sample, || bank.decode(sample, stream));
                Pcm { words: &self.held[sample].get_or_init(decode).words, low_bytes: &[] }
            }
            None => Pcm {
                words: bank.bytes[bank.words.clone()].as_chunks().0,
                low_bytes: &bank.bytes[bank.low_bytes.clone()],
            },
        }
    }

    /// Whether the sample is a Vorbis stream of its own, not a part of the sample chunk.
    pub fn is_stream(&self, sample: usize) -> bool {
        self.bank.stream(sample).is_some()
    }

    /// How many points [`SoundFont::pcm`] has for a sample. Nothing is decoded.
    pub fn points(&self, sample: usize) -> usize {
        match self.bank.stream(sample) {
            Some(_) => self.bank.model.samples[sample].end as usize,
            None => self.bank.words.len() / 2,
        }
    }

    /// What was wrong with samples that this user of the bank has decoded, by number of the sample.
    pub fn decoding_warnings(&self) -> Vec<Warning> {
        self.held.iter().filter_map(|held| held.get()?.damage.clone()).collect()
    }

    /// Changes how many bytes of decoded samples the bank keeps for later renders, 256 MiB at first. Samples that are
    /// in use count, but are never given up.
    pub fn set_decoded_limit(&self, bytes: u64) {
        self.bank.decoded.set_limit(bytes);
    }

    /// Bytes of decoded samples that the bank keeps or that are in use.
    pub fn decoded_bytes(&self) -> u64 {
        self.bank.decoded.bytes()
    }

    /// The preset that these numbers select: an index into [`Model::presets`]. The first in the file wins (7.2).
    pub fn preset(&self, bank: u16, program: u16) -> Option<usize> {
        self.bank.presets.get(&(bank, program)).copied()
    }

    /// What was skipped or repaired, in the order found; at most [`WARNING_LIMIT`](crate::WARNING_LIMIT).
    pub fn warnings(&self) -> &[Warning] {
        &self.bank.warnings
    }

    /// How many warnings there were, those not kept included.
    pub fn warning_count(&self) -> usize {
        self.bank.warning_count
    }

    /// Path or name, for messages.
    pub fn source(&self) -> &str {
        &self.bank.source
    }

    /// Length of the file, bytes.
    pub fn file_len(&self) -> u64 {
        self.bank.bytes.len() as u64
    }
}

impl Bank {
    fn stream(&self, sample: usize) -> Option<Range<usize>> {
        self.streams.get(sample).cloned().flatten()
    }

    fn decode(&self, index: usize, stream: Range<usize>) -> Decoded {
        let sample = &self.model.samples[index];
        let points = sample.end;
        let offset = stream.start as u64;
        match vorbis::decode(&self.bytes[stream], points) {
            Ok(words) => Decoded { words, damage: None },
            Err(vorbis::Damage { offset: within, reason }) => {
                let what = format!("sample {index} '{}' cannot be decoded and stays silent: {reason}", sample.name);
                let damage = Warning { offset: offset + within as u64, kind: WarningKind::Sample, what };
                Decoded { words: vec![[0; 2]; points as usize].into(), damage: Some(damage) }
            }
        }
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
