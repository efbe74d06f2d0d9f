//! The sample points of one file: where it has them, or decoded.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::decoded::{Decoded, Shelf};
use crate::mapping::Bytes;
use crate::{Pcm, Sample, Warning, WarningKind, vorbis};

pub(crate) struct Points {
    source: String,
    /// Where the file is, if it was opened from one.
    path: Option<PathBuf>,
    bytes: Bytes,
    words: Range<usize>,
    low_bytes: Range<usize>,
    /// By sample, where its Vorbis stream lies in the file; empty if none has one.
    streams: Vec<Option<Range<usize>>>,
    decoded: Shelf,
}

impl Points {
    pub(crate) fn new(
        source: String,
        path: Option<PathBuf>,
        bytes: Bytes,
        words: Range<usize>,
        low_bytes: Range<usize>,
        streams: Vec<Option<Range<usize>>>,
    ) -> Points {
        Points { source, path, bytes, words, low_bytes, streams, decoded: Shelf::default() }
    }

    /// Path or name of the file.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    pub(crate) fn file_len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The sample chunk.
    pub(crate) fn chunk(&self) -> Pcm<'_> {
        Pcm { words: self.bytes[self.words.clone()].as_chunks().0, low_bytes: &self.bytes[self.low_bytes.clone()] }
    }

    pub(crate) fn has_streams(&self) -> bool {
        !self.streams.is_empty()
    }

    /// The Vorbis stream of a sample, if it has one.
    pub(crate) fn stream(&self, sample: usize) -> Option<&[u8]> {
        Some(&self.bytes[self.range(sample)?])
    }

    /// The points of a sample that is a Vorbis stream.
    pub(crate) fn decoded(&self, number: usize, sample: &Sample) -> Arc<Decoded> {
        self.decoded.get(number, || self.decode(number, sample))
    }

    pub(crate) fn set_decoded_limit(&self, bytes: u64) {
        self.decoded.set_limit(bytes);
    }

    pub(crate) fn decoded_bytes(&self) -> u64 {
        self.decoded.bytes()
    }

    fn range(&self, sample: usize) -> Option<Range<usize>> {
        self.streams.get(sample).cloned().flatten()
    }

    fn decode(&self, number: usize, sample: &Sample) -> Decoded {
        let stream = self.range(number).unwrap_or_default();
        let offset = stream.start as u64;
        match vorbis::decode(&self.bytes[stream], sample.end) {
            Ok(words) => Decoded { words, damage: None },
            Err(vorbis::Damage { offset: within, reason }) => {
                let what = format!("sample {number} '{}' cannot be decoded and stays silent: {reason}", sample.name);
                let damage = Warning { offset: offset + within as u64, kind: WarningKind::Sample, what };
                Decoded { words: vec![[0; 2]; sample.end as usize].into(), damage: Some(damage) }
            }
        }
    }
}
