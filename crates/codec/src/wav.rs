//! WAV, written block by block.

use std::io::{self, Cursor, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use rae_dsp::AudioBuffer;
use rae_dsp::wide::run_wide;
use rae_units::{Frames, SampleRate};

use crate::encode::Encode;
use crate::header::{Header, Length};
use crate::{CodecError, OutputFile};

/// How a sample is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SampleFormat {
    /// 16-bit integers with triangular dither; what is 16-bit sound already, as silence is, stays what it is.
    #[default]
    S16,
    /// 24-bit integers, rounded.
    S24,
    /// 32-bit floats, bit for bit.
    F32,
}

impl SampleFormat {
    /// Bytes per sample.
    pub const fn bytes(self) -> u32 {
        match self {
            SampleFormat::S16 => 2,
            SampleFormat::S24 => 3,
            SampleFormat::F32 => 4,
        }
    }

    /// Whether samples beyond ±1 are lost.
    pub const fn is_integer(self) -> bool {
        !matches!(self, SampleFormat::F32)
    }
}

/// What a WAV file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WavSpec {
    /// Sample rate.
    pub rate: SampleRate,
    /// Channels, at least one.
    pub channels: u16,
    /// Sample format.
    pub format: SampleFormat,
    /// The most frames that may be written, if known. Only without it, or when that much would pass 4 GiB, does a file
    /// keep 36 bytes of room to become an RF64 file: a 16-bit header is otherwise the classic 44 bytes.
    pub max_frames: Option<Frames>,
}

impl WavSpec {
    /// Bytes per frame.
    pub(crate) fn frame_bytes(&self) -> u32 {
        u32::from(self.channels) * self.format.bytes()
    }

    /// The most frames for which all 32-bit sizes suffice; the largest header takes 116 bytes.
    pub(crate) fn max_short_frames(&self) -> u64 {
        u64::from(u32::MAX - 1 - 128) / u64::from(self.frame_bytes().max(1))
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WavSummary {
    /// Frames written.
    pub frames: Frames,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Samples that were NaN or infinite, written as 0.
    pub non_finite: u64,
    /// Samples beyond full scale, clipped (integer formats only).
    pub clipped: u64,
}

type Patch<W> = fn(&mut W, &[u8]) -> io::Result<()>;

/// Writes planar blocks as WAV to anything that takes bytes.
#[derive(Debug)]
pub struct WavWriter<W: Write> {
    sink: W,
    name: PathBuf,
    header: Header,
    /// Rewrites the header at the end; `None` for a sink that cannot be rewound.
    patch: Option<Patch<W>>,
    summary: WavSummary,
    bytes: Vec<u8>,
}

impl<W: Write + Seek> WavWriter<W> {
    /// Writes to a sink that can be rewound: sizes are put into the header at the end, and beyond 4 GiB it becomes
    /// RF64. The sink must be at its start. `name` is used in errors.
    pub fn seekable(sink: W, name: impl Into<PathBuf>, spec: WavSpec) -> Result<WavWriter<W>, CodecError> {
        let room_for_rf64 = spec.max_frames.is_none_or(|frames| frames.0 > spec.max_short_frames());
        WavWriter::start(sink, name.into(), Header { spec, room_for_rf64 }, Some(rewrite_start))
    }
}

fn rewrite_start<W: Write + Seek>(sink: &mut W, header: &[u8]) -> io::Result<()> {
    sink.seek(SeekFrom::Start(0))?;
    sink.write_all(header)?;
    sink.seek(SeekFrom::End(0))?;
    Ok(())
}

impl WavWriter<OutputFile> {
    /// Writes to a file, or as a stream where the path is a device or a named pipe. Call [`WavWriter::finish`], then
    /// [`OutputFile::commit`].
    pub fn to_file(file: OutputFile, spec: WavSpec) -> Result<WavWriter<OutputFile>, CodecError> {
        let name = file.path().to_owned();
        if file.is_seekable() { WavWriter::seekable(file, name, spec) } else { WavWriter::streaming(file, name, spec) }
    }
}

impl<W: Write> WavWriter<W> {
    /// Writes to a pipe. The sizes in the header are 0xFFFFFFFF, by convention "until the end"; readers such as FFmpeg,
    /// SoX and libsndfile know it. `name` is used in errors.
    pub fn streaming(sink: W, name: impl Into<PathBuf>, spec: WavSpec) -> Result<WavWriter<W>, CodecError> {
        WavWriter::start(sink, name.into(), Header { spec, room_for_rf64: false }, None)
    }

    fn start(sink: W, name: PathBuf, header: Header, patch: Option<Patch<W>>) -> Result<WavWriter<W>, CodecError> {
        if header.spec.channels == 0 || header.spec.frame_bytes() > u32::from(u16::MAX) {
            return Err(CodecError::Channels(header.spec.channels.into()));
        }
        let mut writer = WavWriter { sink, name, header, patch, summary: WavSummary::default(), bytes: Vec::new() };
        writer.bytes = writer.header.bytes(if patch.is_some() { Length::Frames(0) } else { Length::Unknown });
        writer.flush_bytes()?;
        Ok(writer)
    }

    /// Appends a block: one slice per channel, all of one length.
    ///
    /// # Panics
    /// When the number of slices is not that of the channels, or their lengths differ.
    pub fn write(&mut self, channels: &[&[f32]]) -> Result<(), CodecError> {
        assert_eq!(channels.len(), usize::from(self.header.spec.channels), "number of channels");
        let frames = channels[0].len();
        assert!(channels.iter().all(|channel| channel.len() == frames), "channels differ in length");
        let total = self.summary.frames.0 + frames as u64;
        if self.patch.is_some() && total > self.header.max_frames() {
            return Err(CodecError::TooLong { path: self.name.clone(), max_frames: self.header.max_frames() });
        }
        // A bounded piece at a time keeps the bytes in the cache.
        for start in (0..frames).step_by(PIECE) {
            let piece = start..frames.min(start + PIECE);
            self.encode(channels, piece.clone());
            self.flush_bytes()?;
            self.summary.frames.0 += piece.len() as u64;
        }
        Ok(())
    }

    /// Completes the file and hands the sink back.
    pub fn finish(mut self) -> Result<(W, WavSummary), CodecError> {
        let frames = self.summary.frames.0;
        if frames * u64::from(self.header.spec.frame_bytes()) % 2 == 1 {
            self.bytes.push(0);
            self.flush_bytes()?;
        }
        let done = match self.patch {
            Some(patch) => patch(&mut self.sink, &self.header.bytes(Length::Frames(frames))),
            None => Ok(()),
        };
        done.and_then(|()| self.sink.flush()).map_err(|source| io_error("finish", &self.name, source))?;
        Ok((self.sink, self.summary))
    }

    fn encode(&mut self, channels: &[&[f32]], piece: Range<usize>) {
        let spec = self.header.spec;
        let first_frame = self.summary.frames.0;
        self.bytes.resize(piece.len() * spec.frame_bytes() as usize, 0);
        let (non_finite, clipped) =
            run_wide(Encode { format: spec.format, channels, piece, first_frame, bytes: &mut self.bytes });
        self.summary.non_finite += non_finite;
        if spec.format.is_integer() {
            self.summary.clipped += clipped;
        }
    }

    fn flush_bytes(&mut self) -> Result<(), CodecError> {
        self.sink.write_all(&self.bytes).map_err(|source| io_error("write", &self.name, source))?;
        self.summary.bytes += self.bytes.len() as u64;
        self.bytes.clear();
        Ok(())
    }
}

/// Frames encoded at once.
const PIECE: usize = 4096;

pub(crate) fn io_error(action: &'static str, path: &Path, source: io::Error) -> CodecError {
    CodecError::Io { action, path: path.to_owned(), source }
}

/// A whole WAV file in memory.
pub fn wav_bytes(buffer: &AudioBuffer, rate: SampleRate, format: SampleFormat) -> Result<Vec<u8>, CodecError> {
    let channels = u16::try_from(buffer.channels()).map_err(|_| CodecError::Channels(buffer.channels()))?;
    let spec = WavSpec { rate, channels, format, max_frames: Some(buffer.len()) };
    let mut writer = WavWriter::seekable(Cursor::new(Vec::new()), "memory", spec)?;
    let slices: Vec<&[f32]> = (0..buffer.channels()).map(|channel| buffer.channel(channel)).collect();
    writer.write(&slices)?;
    Ok(writer.finish()?.0.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(bytes: &[u8], at: usize) -> u64 {
        u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
    }

    /// A 16-channel float file that pretends to hold `frames` already, and gets one more.
    fn pretend(frames: u64, max_frames: Option<Frames>) -> Result<Vec<u8>, CodecError> {
        let spec = WavSpec { rate: SampleRate::CD, channels: 16, format: SampleFormat::F32, max_frames };
        let mut writer = WavWriter::seekable(Cursor::new(Vec::new()), "song.wav", spec)?;
        writer.summary.frames = Frames(frames);
        writer.write(&[[0.0f32].as_slice(); 16])?;
        Ok(writer.finish()?.0.into_inner())
    }

    #[test]
    fn below_4_gib_the_header_stays_riff() {
        let bytes = pretend((1 << 26) - 5, None).unwrap();
        let data = ((1u64 << 26) - 4) * 64;
        assert_eq!((&bytes[..4], &bytes[8..16]), (b"RIFF".as_slice(), b"WAVEJUNK".as_slice()));
        assert_eq!(bytes[4..8], (data as u32 + 86).to_le_bytes());
        assert_eq!(bytes[90..94], (data as u32).to_le_bytes());
    }

    #[test]
    fn beyond_4_gib_the_header_becomes_rf64() {
        for frames in [(1 << 26) - 1, 1 << 26, 1 << 40] {
            let bytes = pretend(frames, None).unwrap();
            let data = (frames + 1) * 64;
            assert_eq!(bytes[..20], *b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0");
            assert_eq!((long(&bytes, 20), long(&bytes, 28), long(&bytes, 36)), (data + 86, data, frames + 1));
            assert_eq!(bytes[44..52], *b"\0\0\0\0fmt ");
            // The 32-bit sizes of fact and data point to ds64.
            assert_eq!((&bytes[82..86], &bytes[86..94]), ([0xff; 4].as_slice(), b"data\xff\xff\xff\xff".as_slice()));
        }
    }

    #[test]
    fn a_file_without_room_refuses_to_pass_4_gib() {
        let failed = pretend(1 << 26, Some(Frames(1))).unwrap_err();
        assert!(matches!(failed, CodecError::TooLong { .. }) && failed.to_string().starts_with("song.wav"));
    }
}
