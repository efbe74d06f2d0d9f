//! FLAC: RFC 9639.

mod header;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use flac_codec::encode::{FlacStreamWriter, Options};
use md5::Context;
use rae_units::SampleRate;

use super::{AudioSpec, Encoder, SampleFormat, comments, pcm};
use crate::{CodecError, FileFormat};
use header::{Facts, SeekTable};

/// Samples per channel in a frame.
const BLOCK: usize = 4096;

/// Seconds from one seek point to the next in files that are not long.
const SEEK_SECONDS: u32 = 10;

/// What the samples are.
struct FlacLayout {
    rate: SampleRate,
    channels: u16,
    samples: SampleFormat,
}

pub(super) struct FlacEncoder {
    layout: FlacLayout,
    comments: Vec<u8>,
    seek: Option<SeekTable>,
    frames: FlacStreamWriter<Shared>,
    encoded: Shared,
    md5: Context,
    facts: Facts,
    /// Bytes of all frames so far.
    offset: u64,
    /// Interleaved samples that do not fill a block yet, and the same as bytes.
    pending: Vec<i32>,
    pcm: Vec<u8>,
    written: u64,
}

impl FlacEncoder {
    pub(super) fn new(
        spec: &AudioSpec,
        samples: SampleFormat,
        level: u8,
        rewindable: bool,
    ) -> Result<FlacEncoder, CodecError> {
        let format = FileFormat::Flac;
        if !(1..=format.max_channels()).contains(&spec.channels) {
            return Err(CodecError::channels(spec.channels.into(), format));
        }
        if !samples.is_integer() {
            let (value, possible) =
                ("f32".to_owned(), "s16 or s24: FLAC holds integers, and only WAV floats".to_owned());
            return Err(CodecError::Choice { format, option: "sample format", value, possible });
        }
        let hz = spec.rate.hz();
        // The frame headers have room for 65535 and 655350 Hz, too, which the encoder does not write.
        if hz > 655_340 || (hz > 65_534 && !hz.is_multiple_of(10)) {
            let possible = "1 to 65534 Hz, or multiples of 10 to 655340 Hz";
            return Err(CodecError::Rate { format, rate: spec.rate, possible });
        }
        let encoded = Shared::default();
        Ok(FlacEncoder {
            layout: FlacLayout { rate: spec.rate, channels: spec.channels, samples },
            comments: comments::bytes(&spec.tags),
            seek: rewindable.then(|| SeekTable::new(hz, SEEK_SECONDS)),
            frames: FlacStreamWriter::new(encoded.clone(), options(level)?),
            encoded,
            md5: Context::new(),
            facts: Facts::default(),
            offset: 0,
            pending: Vec::new(),
            pcm: Vec::new(),
            written: 0,
        })
    }

    /// Encodes the first so many pending samples as a frame.
    fn frame(&mut self, samples: usize, bytes: &mut Vec<u8>) -> Result<(), String> {
        let (hz, channels, bits) = (self.layout.rate.hz(), self.layout.channels as u8, self.layout.samples.bits());
        self.frames.write(hz, channels, bits, &self.pending[..samples]).map_err(|error| error.to_string())?;
        self.pending.drain(..samples);
        let before = bytes.len();
        self.encoded.take(bytes);
        let size = (bytes.len() - before) as u32;
        let (smallest, largest) = self.facts.frame_bytes;
        self.facts.frame_bytes = (if smallest == 0 { size } else { smallest.min(size) }, largest.max(size));
        if let Some(seek) = &mut self.seek
            && samples == BLOCK * usize::from(self.layout.channels)
        {
            seek.frame(self.offset);
        }
        self.offset += u64::from(size);
        Ok(())
    }
}

fn options(level: u8) -> Result<Options, CodecError> {
    let (order, partitions, exhaustive) = match level {
        0 => (None, 3, false),
        1 => (None, 4, true),
        2 => (Some(4), 4, false),
        3 => (Some(6), 4, false),
        4 => (Some(8), 4, false),
        5 => (Some(8), 5, true),
        6 => (Some(8), 6, true),
        7 => (Some(10), 6, true),
        8 => (Some(12), 6, true),
        _ => {
            let (format, option, possible) = (FileFormat::Flac, "level", "0 (fastest) to 8 (smallest)".to_owned());
            return Err(CodecError::Choice { format, option, value: level.to_string(), possible });
        }
    };
    let options = Options::default().max_partition_order(partitions).and_then(|o| o.max_lpc_order(order));
    let options = options.expect("orders within the format");
    Ok(options.fast_channel_correlation(!exhaustive).mid_side(level > 0))
}

impl Encoder for FlacEncoder {
    fn start(&mut self, bytes: &mut Vec<u8>) {
        bytes.extend(header::bytes(&self.layout, &self.facts, &self.comments, self.seek.as_ref()));
    }

    fn encode(&mut self, channels: &[&[f32]], bytes: &mut Vec<u8>) -> Result<(), String> {
        let samples = self.layout.samples;
        self.pcm.clear();
        pcm::interleaved(channels, samples, self.written, &mut self.pcm);
        self.md5.consume(&self.pcm);
        self.written += channels[0].len() as u64;
        match samples {
            SampleFormat::S24 => {
                let (triples, _) = self.pcm.as_chunks::<3>();
                self.pending
                    .extend(triples.iter().map(|&[low, middle, high]| i32::from_le_bytes([0, low, middle, high]) >> 8));
            }
            _ => {
                let (pairs, _) = self.pcm.as_chunks::<2>();
                self.pending.extend(pairs.iter().map(|&pair| i32::from(i16::from_le_bytes(pair))));
            }
        }
        let block = BLOCK * usize::from(self.layout.channels);
        while self.pending.len() >= block {
            self.frame(block, bytes)?;
        }
        Ok(())
    }

    fn finish(&mut self, bytes: &mut Vec<u8>) -> Result<(), String> {
        if !self.pending.is_empty() {
            self.frame(self.pending.len(), bytes)?;
        }
        self.facts.samples = self.written;
        self.facts.md5 = self.md5.clone().finalize().0;
        Ok(())
    }

    fn corrections(&mut self) -> Result<Option<(u64, Vec<u8>)>, String> {
        Ok(Some((0, header::bytes(&self.layout, &self.facts, &self.comments, self.seek.as_ref()))))
    }

    /// The header counts them in 36 bits.
    fn max_frames(&self) -> u64 {
        (1 << 36) - 1
    }
}

/// Where the frame writer, which owns its sink, leaves its bytes.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn take(&self, bytes: &mut Vec<u8>) {
        bytes.append(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
