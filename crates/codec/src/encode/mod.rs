//! Writing audio files block by block, through one interface whatever the format.

mod comments;
mod encoding;
mod flac;
mod mp3;
mod opus;
mod pcm;
mod wav;

use std::io::{self, Cursor, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rae_dsp::AudioBuffer;
use rae_dsp::wide::run_wide;
use rae_units::{Frames, SampleRate};

pub use encoding::{AudioSpec, Encoding, EncodingOptions, Mp3Rate, SampleFormat};

use crate::{CodecError, OutputFile, Tags};

/// Frames encoded at once: few enough to stay in the cache.
const PIECE: usize = 4096;

/// What makes the bytes of one format. It knows neither files nor pipes: the writer takes the bytes away.
trait Encoder: Send {
    /// The bytes before the sound.
    fn start(&mut self, bytes: &mut Vec<u8>);

    /// Encodes a block of finite samples, one slice per channel, at most [`PIECE`] frames. What cannot be encoded yet is
    /// kept. Errors are reasons in words.
    fn encode(&mut self, channels: &[&[f32]], bytes: &mut Vec<u8>) -> Result<(), String>;

    /// Encodes what was kept.
    fn finish(&mut self, bytes: &mut Vec<u8>) -> Result<(), String>;

    /// What takes the place of earlier bytes, and where it begins, in a file that can be rewound.
    fn corrections(&mut self) -> Result<Option<(u64, Vec<u8>)>, String>;

    /// The most frames that the format, or the room that was kept, allows.
    fn max_frames(&self) -> u64;
}

/// Bytes of all tags together.
const MOST_TAG_BYTES: usize = 16_000_000;

/// Bytes that a tag takes besides its value, at most.
const TAG_HEAD: usize = 32;

/// The encoder of what was asked for. `rewindable` says whether corrections can be made.
fn encoder(spec: &AudioSpec, encoding: Encoding, rewindable: bool) -> Result<Box<dyn Encoder>, CodecError> {
    // FLAC's blocks have the least room: 24 bits of length.
    if spec.tags.iter().map(|(_, value)| value.len() + TAG_HEAD).sum::<usize>() > MOST_TAG_BYTES {
        return Err(CodecError::TagsTooLong);
    }
    Ok(match encoding {
        Encoding::Wav(samples) => Box::new(wav::WavEncoder::new(spec, samples, rewindable)?),
        Encoding::Flac { samples, level } => Box::new(flac::FlacEncoder::new(spec, samples, level, rewindable)?),
        Encoding::Mp3(rate) => mp3::encoder(spec, rate, rewindable)?,
        Encoding::Opus { bitrate } => Box::new(opus::OpusEncoder::new(spec, bitrate)?),
    })
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AudioSummary {
    /// Frames written.
    pub frames: Frames,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Samples that were NaN or infinite, written as 0.
    pub non_finite: u64,
    /// Samples beyond full scale that are lost: see [`Encoding::is_bounded`].
    pub clipped: u64,
}

type Patch<W> = fn(&mut W, u64, &[u8]) -> io::Result<()>;

/// Writes planar blocks as an audio file to anything that takes bytes.
pub struct AudioWriter<W: Write> {
    sink: W,
    name: PathBuf,
    encoder: Box<dyn Encoder>,
    encoding: Encoding,
    channels: usize,
    /// Replaces earlier bytes at the end; `None` for a sink that cannot be rewound.
    patch: Option<Patch<W>>,
    summary: AudioSummary,
    bytes: Vec<u8>,
}

impl<W: Write + Seek> AudioWriter<W> {
    /// Writes to a sink that can be rewound: lengths and check sums are put into the header at the end. The sink must be
    /// at its start. `name` is used in errors.
    pub fn seekable(
        sink: W,
        name: impl Into<PathBuf>,
        spec: &AudioSpec,
        encoding: Encoding,
    ) -> Result<AudioWriter<W>, CodecError> {
        AudioWriter::start(sink, name.into(), spec, encoding, Some(rewrite))
    }
}

fn rewrite<W: Write + Seek>(sink: &mut W, at: u64, bytes: &[u8]) -> io::Result<()> {
    sink.seek(SeekFrom::Start(at))?;
    sink.write_all(bytes)?;
    sink.seek(SeekFrom::End(0))?;
    Ok(())
}

impl AudioWriter<OutputFile> {
    /// Writes to a file, or as a stream where it is a device or a pipe, which cannot be rewound. Call [`AudioWriter::finish`], then
    /// [`OutputFile::commit`].
    pub fn to_file(
        file: OutputFile,
        spec: &AudioSpec,
        encoding: Encoding,
    ) -> Result<AudioWriter<OutputFile>, CodecError> {
        let name = file.path().to_owned();
        if file.is_seekable() {
            AudioWriter::seekable(file, name, spec, encoding)
        } else {
            AudioWriter::streaming(file, name, spec, encoding)
        }
    }
}

impl<W: Write> AudioWriter<W> {
    /// Writes to a pipe. Where a header wants the length, it says that it is not known: sizes in WAV files are
    /// 0xFFFFFFFF, by convention "until the end"; FLAC files have no length and no check sum, MP3 files no LAME header.
    /// `name` is used in errors.
    pub fn streaming(
        sink: W,
        name: impl Into<PathBuf>,
        spec: &AudioSpec,
        encoding: Encoding,
    ) -> Result<AudioWriter<W>, CodecError> {
        AudioWriter::start(sink, name.into(), spec, encoding, None)
    }

    fn start(
        sink: W,
        name: PathBuf,
        spec: &AudioSpec,
        encoding: Encoding,
        patch: Option<Patch<W>>,
    ) -> Result<AudioWriter<W>, CodecError> {
        let encoder = encoder(spec, encoding, patch.is_some()).map_err(|error| error.at(&name))?;
        let (channels, summary) = (spec.channels.into(), AudioSummary::default());
        let mut writer = AudioWriter { sink, name, encoder, encoding, channels, patch, summary, bytes: Vec::new() };
        writer.encoder.start(&mut writer.bytes);
        writer.flush_bytes()?;
        Ok(writer)
    }

    /// Appends a block: one slice per channel, all of one length.
    ///
    /// # Panics
    /// When the number of slices is not that of the channels, or their lengths differ.
    pub fn write(&mut self, channels: &[&[f32]]) -> Result<(), CodecError> {
        assert_eq!(channels.len(), self.channels, "number of channels");
        let frames = channels[0].len();
        assert!(channels.iter().all(|channel| channel.len() == frames), "channels differ in length");
        let max_frames = self.encoder.max_frames();
        if self.summary.frames.0 + frames as u64 > max_frames {
            return Err(CodecError::TooLong { path: self.name.clone(), max_frames });
        }
        for start in (0..frames).step_by(PIECE) {
            let piece = start..frames.min(start + PIECE);
            self.write_piece(&channels.iter().map(|channel| &channel[piece.clone()]).collect::<Vec<_>>())?;
        }
        Ok(())
    }

    fn write_piece(&mut self, channels: &[&[f32]]) -> Result<(), CodecError> {
        let (mut non_finite, mut beyond) = (0, 0);
        for channel in channels {
            let misfits = run_wide(pcm::Misfits(channel));
            non_finite += misfits.non_finite;
            beyond += misfits.beyond;
        }
        if non_finite == 0 {
            self.encoder.encode(channels, &mut self.bytes)
        } else {
            let finite = |sample: &f32| if sample.is_finite() { *sample } else { 0.0 };
            let mended: Vec<Vec<f32>> = channels.iter().map(|channel| channel.iter().map(finite).collect()).collect();
            self.encoder.encode(&mended.iter().map(Vec::as_slice).collect::<Vec<_>>(), &mut self.bytes)
        }
        .map_err(|reason| self.failed(reason))?;
        self.flush_bytes()?;
        self.summary.frames.0 += channels[0].len() as u64;
        self.summary.non_finite += non_finite;
        if self.encoding.is_bounded() {
            self.summary.clipped += beyond;
        }
        Ok(())
    }

    /// Completes the file and hands the sink back.
    pub fn finish(mut self) -> Result<(W, AudioSummary), CodecError> {
        self.encoder.finish(&mut self.bytes).map_err(|reason| self.failed(reason))?;
        self.flush_bytes()?;
        if let Some(patch) = self.patch
            && let Some((at, bytes)) = self.encoder.corrections().map_err(|reason| self.failed(reason))?
        {
            patch(&mut self.sink, at, &bytes).map_err(|source| io_error("finish", &self.name, source))?;
        }
        self.sink.flush().map_err(|source| io_error("finish", &self.name, source))?;
        Ok((self.sink, self.summary))
    }

    fn flush_bytes(&mut self) -> Result<(), CodecError> {
        self.sink.write_all(&self.bytes).map_err(|source| io_error("write", &self.name, source))?;
        self.summary.bytes += self.bytes.len() as u64;
        self.bytes.clear();
        Ok(())
    }

    fn failed(&self, reason: String) -> CodecError {
        CodecError::failed(self.encoding.format(), reason).at(&self.name)
    }
}

pub(crate) fn io_error(action: &'static str, path: &Path, source: io::Error) -> CodecError {
    CodecError::Io { action, path: path.to_owned(), source }
}

/// A whole WAV file in memory.
pub fn wav_bytes(buffer: &AudioBuffer, rate: SampleRate, format: SampleFormat) -> Result<Vec<u8>, CodecError> {
    let encoding = Encoding::Wav(format);
    let channels =
        u16::try_from(buffer.channels()).map_err(|_| CodecError::channels(buffer.channels(), encoding.format()))?;
    let spec = AudioSpec { rate, channels, max_frames: Some(buffer.len()), tags: Tags::default() };
    let mut writer = AudioWriter::seekable(Cursor::new(Vec::new()), "memory", &spec, encoding)?;
    let slices: Vec<&[f32]> = (0..buffer.channels()).map(|channel| buffer.channel(channel)).collect();
    writer.write(&slices)?;
    Ok(writer.finish()?.0.into_inner())
}
