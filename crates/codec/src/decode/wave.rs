//! WAV with plain samples. The library that takes other files apart knows neither RF64 nor the sizes that stand in
//! files whose length was not known.
//!
//! Microsoft/IBM "Multimedia Programming Interface and Data Specifications 1.0" (RIFF, WAVE), Microsoft
//! "Multiple channel audio data and WAVE files" (WAVE_FORMAT_EXTENSIBLE), EBU Tech 3306 (RF64), ITU-R BS.2088 (BW64).

use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use rae_dsp::AudioBuffer;
use rae_dsp::wide::run_wide;
use rae_units::Frames;
use symphonia::core::io::MediaSource;

use super::pcm::{Encoding, Interleaved};
use super::source::Source;
use super::warnings::Warnings;
use super::{AudioFormat, AudioInfo, Blocks, DecodeLimits};
use crate::{CodecError, Tags, info};

const FORMAT_PCM: u16 = 1;
const FORMAT_FLOAT: u16 = 3;
const FORMAT_EXTENSIBLE: u16 = 0xfffe;

/// Writers to pipes put 0xFFFFFFFF where they do not know a size (FFmpeg), or a little less than 2^31 (SoX).
const ENDLESS: u64 = 0x7fff_0000;

/// What is longer is no list of titles and names.
const LONGEST_LIST: u64 = 1 << 20;

/// Bytes of a format chunk that say anything.
const LONGEST_FORMAT: u32 = 64;

/// Chunks before the sound, or behind it, that are looked at; no program writes so many.
const MOST_CHUNKS: usize = 4096;

/// How much is read at once, if a frame is not longer.
const READ_BYTES: usize = 1 << 16;

/// What the system maps and caches at once.
const PAGE_BYTES: usize = 4096;

/// How the samples lie in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    encoding: Encoding,
    channels: u16,
    rate: u32,
}

impl Layout {
    fn frame_bytes(&self) -> usize {
        usize::from(self.channels) * self.encoding.bytes()
    }

    /// The format chunk, if it announces plain samples.
    fn parse(body: &[u8]) -> Option<Layout> {
        let word = |at: usize| Some(u16::from_le_bytes(*body.get(at..)?.first_chunk()?));
        let tag = match word(0)? {
            FORMAT_EXTENSIBLE => word(24)?,
            tag => tag,
        };
        let (channels, rate) = (word(2)?, u32::from_le_bytes(*body.get(4..)?.first_chunk()?));
        let (align, bits) = (usize::from(word(12)?), usize::from(word(14)?));
        // 20 bits lie in the upper ones of three or four bytes; what does not fit is a mistake in the field.
        let container = align.checked_div(channels.into()).filter(|bytes| bytes * 8 >= bits);
        let encoding = match (tag, container.unwrap_or(bits.div_ceil(8))) {
            (FORMAT_PCM, 1) => Encoding::U8,
            (FORMAT_PCM, 2) => Encoding::S16,
            (FORMAT_PCM, 3) => Encoding::S24,
            (FORMAT_PCM, 4) => Encoding::S32,
            (FORMAT_FLOAT, 4) => Encoding::F32,
            (FORMAT_FLOAT, 8) => Encoding::F64,
            _ => return None,
        };
        Some(Layout { encoding, channels, rate })
    }
}

/// Whether a file that begins at `start` announces plain samples.
pub(crate) fn is_plain(source: &mut Source, start: u64) -> io::Result<bool> {
    let mut at = start + 12;
    for _ in 0..MOST_CHUNKS {
        let Some(&[a, b, c, d, size @ ..]) = source.peek(at, 8)?.first_chunk::<8>() else { break };
        let size = u32::from_le_bytes(size);
        if [a, b, c, d] == *b"fmt " {
            let body = source.peek(at + 8, LONGEST_FORMAT.min(size) as usize)?;
            return Ok(Layout::parse(&body).is_some());
        }
        at += 8 + u64::from(size) + u64::from(size % 2);
    }
    Ok(false)
}

/// What stands before the sound, and behind it where one can look there.
struct Header {
    layout: Layout,
    tags: Tags,
    length: Length,
}

/// Bytes of sound.
struct Length {
    /// According to the header, if it says anything.
    claimed: Option<u64>,
    /// Up to the end of the file, if it has one.
    there: Option<u64>,
}

/// A WAV file being read.
pub(crate) struct Wave {
    source: Source,
    path: PathBuf,
    layout: Layout,
    /// Where the next bytes stand in the file; in a pipe, counted from the sound.
    position: u64,
    /// Bytes of sound that may still come.
    left: u64,
    bytes: Vec<u8>,
}

/// Opens a WAV file that [`is_plain`] and stands at its first byte.
pub(crate) fn open(
    mut source: Source,
    path: &Path,
    limits: &DecodeLimits,
    warnings: &mut Warnings,
) -> Result<(Wave, AudioInfo), CodecError> {
    let header = read_header(&mut source, warnings).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            CodecError::Damaged { path: path.to_owned(), reason: "it ends before its sound".into() }
        }
        _ => CodecError::Read { path: path.to_owned(), source: error },
    })?;
    let Header { layout, tags, length } = header;
    let rate = limits.check(layout.rate, layout.channels.into(), path)?;
    let frames = |bytes: u64| bytes / layout.frame_bytes() as u64;
    let (claimed, there) = (length.claimed.map(frames), length.there.map(frames));
    let frames = claimed.map_or(there, |claimed| Some(there.unwrap_or(claimed).min(claimed)));
    if let (Some(there), Some(claimed)) = (frames, claimed.filter(|_| frames < claimed)) {
        warnings.short(there, claimed, rate);
    }
    let info = AudioInfo {
        format: AudioFormat { container: "WAV", codec: "PCM" },
        rate,
        channels: layout.channels.into(),
        frames: frames.map(Frames),
        samples: layout.encoding.samples(),
        tags,
        pictures: 0,
    };
    let left = frames.map_or(u64::MAX, |frames| frames * layout.frame_bytes() as u64);
    let position = source.stream_position().unwrap_or(0);
    Ok((Wave { source, path: path.to_owned(), layout, position, left, bytes: Vec::new() }, info))
}

/// Reads up to the sound, and leaves the source there.
fn read_header(source: &mut Source, warnings: &mut Warnings) -> io::Result<Header> {
    let mut riff = [0; 12];
    source.read_exact(&mut riff)?;
    let (mut layout, mut tags, mut long) = (None, Tags::default(), None);
    for _ in 0..MOST_CHUNKS {
        let (id, size) = chunk(source)?;
        match &id {
            b"fmt " => layout = Layout::parse(&body(source, size, LONGEST_FORMAT.into())?),
            b"ds64" => {
                let sizes = body(source, size, 28)?;
                long = sizes.get(8..16).map(|size| u64::from_le_bytes(size.try_into().expect("eight bytes")));
            }
            b"LIST" => info::read(&body(source, size, LONGEST_LIST)?, &mut tags),
            b"data" => {
                let layout = layout.ok_or(io::ErrorKind::UnexpectedEof)?;
                let length = match long.filter(|_| size == u32::MAX.into()) {
                    None if size >= ENDLESS => Length { claimed: None, there: rest(source)? },
                    long => length(source, long.unwrap_or(size), &mut tags, warnings)?,
                };
                return Ok(Header { layout, tags, length });
            }
            _ => skip(source, size + size % 2)?,
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

/// How long the sound is. The source stands there before and after.
fn length(source: &mut Source, claimed: u64, tags: &mut Tags, warnings: &mut Warnings) -> io::Result<Length> {
    let Some(there) = rest(source)? else {
        return Ok(Length { claimed: Some(claimed).filter(|bytes| *bytes > 0), there: None });
    };
    let begin = source.stream_position()?;
    if claimed < there {
        source.seek(SeekFrom::Start(begin + claimed + claimed % 2))?;
        let chunks_follow = trailer(source, tags)?;
        source.seek(SeekFrom::Start(begin))?;
        if claimed == 0 && !chunks_follow {
            warnings.push("its header says that there is no sound: all that follows is taken".into());
            return Ok(Length { claimed: None, there: Some(there) });
        }
    }
    Ok(Length { claimed: Some(claimed), there: Some(there) })
}

/// Bytes up to the end, if it is known.
fn rest(source: &mut Source) -> io::Result<Option<u64>> {
    let here = if source.is_seekable() { source.stream_position()? } else { 0 };
    Ok(source.byte_len().map(|end| end.saturating_sub(here)))
}

/// Reads names behind the sound. Whether chunks are there, and not something else.
fn trailer(source: &mut Source, tags: &mut Tags) -> io::Result<bool> {
    let mut found = false;
    for _ in 0..MOST_CHUNKS {
        let Ok((id, size)) = chunk(source) else { break };
        let here = source.stream_position()?;
        if !id.iter().all(|byte| (b' '..=b'~').contains(byte)) || here + size > source.byte_len().unwrap_or(0) {
            break;
        }
        found = true;
        match &id {
            b"LIST" => info::read(&body(source, size, LONGEST_LIST)?, tags),
            _ => skip(source, size + size % 2)?,
        }
    }
    Ok(found)
}

fn chunk(source: &mut Source) -> io::Result<([u8; 4], u64)> {
    let mut header = [0; 8];
    source.read_exact(&mut header)?;
    let [a, b, c, d, size @ ..] = header;
    Ok(([a, b, c, d], u32::from_le_bytes(size).into()))
}

/// The first `most` bytes of a chunk; the source stands behind all of it.
fn body(source: &mut Source, size: u64, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(size.min(most)).read_to_end(&mut bytes)?;
    skip(source, (size + size % 2).saturating_sub(bytes.len() as u64))?;
    Ok(bytes)
}

fn skip(source: &mut Source, bytes: u64) -> io::Result<()> {
    match source.byte_len() {
        Some(_) => source.seek(SeekFrom::Current(bytes as i64)).map(drop),
        None => io::copy(&mut source.take(bytes), &mut io::sink()).map(drop),
    }
}

impl Blocks for Wave {
    fn next(&mut self, block: &mut AudioBuffer, _: &mut Warnings) -> Result<bool, CodecError> {
        let frame = self.layout.frame_bytes();
        let wanted = (READ_BYTES / frame).max(1) * frame;
        self.bytes.resize(PAGE_BYTES + wanted, 0);
        let begin = far_from(self.position, &self.bytes);
        let room = &mut self.bytes[begin..][..(wanted as u64).min(self.left) as usize];
        let read = fill(&mut self.source, room);
        let read = read.map_err(|source| CodecError::Read { path: self.path.clone(), source })?;
        self.left -= read as u64;
        self.position += read as u64;
        block.reshape(self.layout.channels.into(), read / frame);
        let bytes = &self.bytes[begin..][..read / frame * frame];
        run_wide(Interleaved { encoding: self.layout.encoding, bytes, block });
        Ok(!block.is_empty())
    }

    fn skip(&mut self, frames: u64) -> Result<u64, CodecError> {
        let Some(end) = self.source.byte_len() else { return Ok(0) };
        let frame = self.layout.frame_bytes() as u64;
        let failed = |source| CodecError::Read { path: self.path.clone(), source };
        let there = end.saturating_sub(self.source.stream_position().map_err(failed)?);
        let bytes = frames.saturating_mul(frame).min(self.left).min(there / frame * frame);
        self.source.seek(SeekFrom::Current(bytes as i64)).map_err(failed)?;
        self.left -= bytes;
        self.position += bytes;
        Ok(bytes / frame)
    }
}

/// Where in the first page of `bytes` to read to what stands at `position` in a file: half a page away from that, both
/// counted within their pages. To places a little behind, AMD's processors copy at a quarter of their speed.
fn far_from(position: u64, bytes: &[u8]) -> usize {
    (position as usize).wrapping_add(PAGE_BYTES / 2).wrapping_sub(bytes.as_ptr().addr()) % PAGE_BYTES
}

/// Reads until the bytes are full or nothing more comes.
fn fill(source: &mut Source, bytes: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        match source.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
