//! Reading audio files of any kind as a stream of blocks.

mod aac;
mod flac;
mod limits;
mod matroska;
mod metadata;
mod mp4;
mod names;
mod opus;
mod packets;
mod pcm;
mod planes;
mod sniff;
mod source;
mod warnings;
mod wave;

use std::fmt;
use std::io::{Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use rae_dsp::AudioBuffer;
use rae_units::{Frames, SampleRate};

use crate::{CodecError, Gathered, Tags};
pub use limits::DecodeLimits;
use sniff::Kind;
use source::Source;
use warnings::Warnings;

/// Container and codec of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AudioFormat {
    /// The container: "WAV", "MP4", "Ogg".
    pub container: &'static str,
    /// What the sound is coded with: "PCM", "AAC-LC", "Vorbis".
    pub codec: &'static str,
}

impl fmt::Display for AudioFormat {
    /// "MP4/AAC-LC", and "FLAC" where both have one name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.container)?;
        if self.container == self.codec { Ok(()) } else { write!(f, "/{}", self.codec) }
    }
}

/// What the samples of a file are. Blocks are `f32`: integers of up to 24 bits and floats of 32 come through exactly,
/// n / 2^(bits − 1) for an integer n; longer ones are rounded to 24 significant bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Samples {
    /// Integers, kept without loss.
    Integer {
        /// Bits per sample.
        bits: u32,
    },
    /// Floating-point numbers, kept without loss.
    Float {
        /// Bits per sample, 32 or 64.
        bits: u32,
    },
    /// Only what sounds alike was kept.
    Lossy,
}

/// What is known of a file before its sound is decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioInfo {
    /// Container and codec.
    pub format: AudioFormat,
    /// Sample rate.
    pub rate: SampleRate,
    /// Channels, at least one.
    pub channels: usize,
    /// How many frames there are according to the file, without what an encoder added at either end; `None` where only
    /// decoding tells. A file that is cut short has fewer and leads to a warning.
    pub frames: Option<Frames>,
    /// What the samples are.
    pub samples: Samples,
    /// Title, artist and so on.
    pub tags: Tags,
    /// Cover pictures and the like, which are not read.
    pub pictures: usize,
}

/// Enough to tell what a file is.
const HEAD_BYTES: usize = 4096;

/// Where blocks come from.
trait Blocks: Send {
    /// The next frames, at least one, in `block`; false at the end.
    fn next(&mut self, block: &mut AudioBuffer, warnings: &mut Warnings) -> Result<bool, CodecError>;

    /// Leaves out up to `frames`, if that is easier than to decode them; says how many.
    fn skip(&mut self, frames: u64) -> Result<u64, CodecError>;
}

/// An audio file being decoded, block by block.
///
/// What it is is judged by its content. Damaged pieces are left out with a warning.
///
/// ```no_run
/// # fn main() -> Result<(), rae_codec::CodecError> {
/// let mut reader = rae_codec::AudioReader::open("song.flac")?;
/// println!("{} at {}", reader.info().format, reader.info().rate);
/// while let Some(block) = reader.read()? {
///     println!("{} frames, the first is {}", block.frames(), block.channel(0)[0]);
/// }
/// # Ok(())
/// # }
/// ```
pub struct AudioReader {
    path: PathBuf,
    info: AudioInfo,
    blocks: Box<dyn Blocks>,
    block: AudioBuffer,
    /// Frames decoded so far.
    position: u64,
    /// Frames before this one are not handed out.
    wanted: u64,
    max_frames: u64,
    warnings: Warnings,
    /// The block was decoded and not handed out yet.
    held: bool,
    ended: bool,
}

/// How far a part that is left out reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skipped {
    /// There is more to leave out.
    More,
    /// What comes next is wanted.
    All,
    /// The sound ended before.
    End,
}

impl AudioReader {
    /// Opens a file, with the default limits.
    pub fn open(path: impl AsRef<Path>) -> Result<AudioReader, CodecError> {
        AudioReader::open_within(path, &DecodeLimits::default())
    }

    /// Opens a file that may ask for no more than `limits`.
    pub fn open_within(path: impl AsRef<Path>, limits: &DecodeLimits) -> Result<AudioReader, CodecError> {
        let path = path.as_ref();
        let source = Source::open(path).map_err(|source| CodecError::Read { path: path.to_owned(), source })?;
        AudioReader::start(source, path.to_owned(), limits)
    }

    /// Decodes a file in memory. `name` is used in errors.
    pub fn from_bytes(
        bytes: impl AsRef<[u8]> + Send + Sync + 'static,
        name: impl Into<PathBuf>,
        limits: &DecodeLimits,
    ) -> Result<AudioReader, CodecError> {
        AudioReader::from_seekable(Cursor::new(bytes), name, limits)
    }

    /// Decodes what can be read in any order. `name` is used in errors.
    pub fn from_seekable(
        source: impl Read + Seek + Send + Sync + 'static,
        name: impl Into<PathBuf>,
        limits: &DecodeLimits,
    ) -> Result<AudioReader, CodecError> {
        let path = name.into();
        match Source::seekable(source) {
            Ok(source) => AudioReader::start(source, path, limits),
            Err(source) => Err(CodecError::Read { path, source }),
        }
    }

    /// Decodes what comes through a pipe. `name` is used in errors.
    pub fn from_pipe(
        source: impl Read + Send + Sync + 'static,
        name: impl Into<PathBuf>,
        limits: &DecodeLimits,
    ) -> Result<AudioReader, CodecError> {
        AudioReader::start(Source::pipe(source), name.into(), limits)
    }

    fn start(mut source: Source, path: PathBuf, limits: &DecodeLimits) -> Result<AudioReader, CodecError> {
        let failed = |source| CodecError::Read { path: path.clone(), source };
        let (offset, head) = content(&mut source).map_err(failed)?;
        let mut warnings = Warnings::default();
        let (blocks, info): (Box<dyn Blocks>, _) = match (sniff::kind(&head), flac::Empty::parse(&head)) {
            (Kind::NotAudio(found), _) => return Err(CodecError::NotAudio { path, found }),
            (Kind::Unsupported(found), _) => return Err(CodecError::Unsupported { path, found: found.into() }),
            (_, Some(empty)) => (Box::new(empty), empty.info(&path, limits)?),
            (Kind::Wave, None) if wave::is_plain(&mut source, offset).map_err(failed)? => {
                source.pass(offset).map_err(failed)?;
                let (wave, info) = wave::open(source, &path, limits, &mut warnings)?;
                (Box::new(wave), info)
            }
            (kind, None) => {
                let (packets, info) = packets::open(source, kind, &path, limits, &mut warnings)?;
                (Box::new(packets), info)
            }
        };
        // A claim of more cannot be true and have all of it read.
        let info = AudioInfo { frames: info.frames.filter(|frames| *frames <= limits.max_frames), ..info };
        Ok(AudioReader {
            path,
            info,
            blocks,
            block: AudioBuffer::default(),
            position: 0,
            wanted: 0,
            max_frames: limits.max_frames.0,
            warnings,
            held: false,
            ended: false,
        })
    }

    /// What is known of the file.
    pub fn info(&self) -> &AudioInfo {
        &self.info
    }

    /// The next block: at least one frame, usually some thousands; `None` at the end. The block is reused, so that
    /// nothing is allocated for it.
    pub fn read(&mut self) -> Result<Option<&AudioBuffer>, CodecError> {
        let found = if self.held { Skipped::All } else { self.skip_all()? };
        self.held = false;
        Ok((found == Skipped::All).then_some(&self.block))
    }

    fn skip_all(&mut self) -> Result<Skipped, CodecError> {
        loop {
            match self.decode()? {
                Skipped::More => {}
                found => return Ok(found),
            }
        }
    }

    /// Decodes a block, of which only what is wanted is left.
    fn decode(&mut self) -> Result<Skipped, CodecError> {
        if self.wanted > self.position {
            self.position += self.blocks.skip(self.wanted - self.position)?;
        }
        if self.ended || !self.blocks.next(&mut self.block, &mut self.warnings)? {
            self.finish();
            return Ok(Skipped::End);
        }
        let begin = self.position;
        self.position += self.block.frames() as u64;
        if self.position > self.max_frames {
            return Err(self.too_long(self.max_frames));
        }
        if self.position <= self.wanted {
            return Ok(Skipped::More);
        }
        self.block.keep(self.wanted.saturating_sub(begin) as usize..self.block.frames());
        Ok(Skipped::All)
    }

    /// Lets the next block begin at `frame`; only forwards, and nothing follows the end.
    pub fn skip_to(&mut self, frame: Frames) {
        self.wanted = frame.0;
        if self.held {
            let frames = self.block.frames();
            let begin = self.position - frames as u64;
            self.block.keep((frame.0.saturating_sub(begin) as usize).min(frames)..frames);
            self.held = !self.block.is_empty();
        }
    }

    /// Decodes a block of what [`AudioReader::skip_to`] leaves out. [`AudioReader::read`] would decode all of it at once; this
    /// is for who wants to see to something else in between.
    pub fn skip_some(&mut self) -> Result<Skipped, CodecError> {
        if self.held || self.wanted == 0 || self.wanted < self.position {
            return Ok(if self.ended { Skipped::End } else { Skipped::All });
        }
        let found = self.decode()?;
        self.held = found == Skipped::All;
        Ok(found)
    }

    /// All that is left, in memory: 4 bytes per sample, of which `max_frames` frames are allowed.
    pub fn read_to_end(&mut self, max_frames: Frames) -> Result<AudioBuffer, CodecError> {
        let claimed = self.info.frames.map_or(0, |frames| frames.0.saturating_sub(self.position.max(self.wanted)));
        if claimed > max_frames.0 {
            return Err(self.too_long(max_frames.0));
        }
        let mut gathered = Gathered::new(self.info.channels);
        while let Some(block) = self.read()? {
            let channels: Vec<&[f32]> = (0..block.channels()).map(|channel| block.channel(channel)).collect();
            let frames = gathered.push(&channels);
            if frames > max_frames.0 {
                return Err(self.too_long(max_frames.0));
            }
        }
        Ok(gathered.finish())
    }

    /// What was odd so far, complete when [`AudioReader::read`] has given `None`: damage that was left out, a file that
    /// is cut short.
    pub fn warnings(&self) -> &[String] {
        self.warnings.texts()
    }

    fn too_long(&self, max_frames: u64) -> CodecError {
        let what = format!("more than {max_frames} frames, which is the limit; read a part of it");
        CodecError::Limit { path: self.path.clone(), what }
    }

    fn finish(&mut self) {
        if !self.ended {
            self.ended = true;
            if let Some(frames) = self.info.frames.filter(|frames| frames.0 > self.position) {
                self.warnings.short(self.position, frames.0, self.info.rate);
            }
        }
    }
}

impl fmt::Debug for AudioReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AudioReader").field("path", &self.path).field("info", &self.info).finish_non_exhaustive()
    }
}

/// Where the file begins, after an ID3 tag, which is put before all kinds of files; and its first bytes.
fn content(source: &mut Source) -> std::io::Result<(u64, Vec<u8>)> {
    let head = source.peek(0, HEAD_BYTES)?;
    let Some(offset) = sniff::after_id3(&head) else { return Ok((0, head)) };
    let behind = source.peek(offset, HEAD_BYTES)?;
    Ok(if behind.is_empty() { (0, head) } else { (offset, behind) })
}

/// What [`read_all`] reads at most: 4 GiB, three hours of stereo at 48 kHz.
pub const MOST_SAMPLES: u64 = 1 << 30;

/// A whole file in memory, with the default limits and at most 2^30 samples, all channels together; for more there is
/// [`AudioReader`].
pub fn read_all(path: impl AsRef<Path>) -> Result<(AudioBuffer, AudioInfo), CodecError> {
    let mut reader = AudioReader::open(path)?;
    let audio = reader.read_to_end(Frames(MOST_SAMPLES / reader.info.channels as u64))?;
    Ok((audio, reader.info))
}
