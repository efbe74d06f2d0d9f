//! Files that a library takes apart: a container full of packets, and a decoder for them.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rae_dsp::AudioBuffer;
use rae_units::Frames;
use symphonia::core::audio::AudioSpec;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::{Hint, Probe};
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::units::TimeBase;

use super::opus::{self, Opus};
use super::source::Source;
use super::warnings::Warnings;
use super::{AudioFormat, AudioInfo, Blocks, DecodeLimits, metadata, names, planes};
use crate::CodecError;

/// After so many failures without a sound between them the rest is given up.
const FAILURES: usize = 1000;

static FORMATS: LazyLock<Probe> = LazyLock::new(|| {
    let mut formats = Probe::default();
    symphonia::default::register_enabled_formats(&mut formats);
    formats
});

static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut codecs);
    codecs.register_audio_decoder::<Opus>();
    codecs
});

/// A file being decoded packet by packet.
pub(crate) struct Packets {
    path: PathBuf,
    reader: Box<dyn FormatReader>,
    track: u32,
    decoder: Box<dyn AudioDecoder>,
    /// Rate and channels of the first sound. A stream that changes ends there.
    spec: AudioSpec,
    /// Whether durations of packets are frames.
    counts_frames: bool,
    /// The decoder holds a block that was not handed out yet.
    ready: bool,
    /// Frames that an encoder put before the sound and that are still to be left out.
    skip: u64,
    /// Frames until the end of the sound; what an encoder put behind it is left out.
    left: u64,
}

/// What became of a packet.
enum Step {
    Sound,
    /// So many frames were lost with it.
    Lost(u64),
    End,
}

/// Opens a file and decodes its first packet: what the container says of rate and channels need not be true.
pub(crate) fn open(
    source: Source,
    path: &Path,
    limits: &DecodeLimits,
    warnings: &mut Warnings,
) -> Result<(Packets, AudioInfo), CodecError> {
    let stream = MediaSourceStream::new(Box::new(source), Default::default());
    let failed = |error| failure(error, path);
    let mut reader =
        FORMATS.probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default()).map_err(failed)?;
    let tags = metadata::tags(&mut *reader);
    let Some(track) = reader.default_track(TrackType::Audio).cloned() else {
        let found = "without sound: it has no audio track";
        return Err(CodecError::NotAudio { path: path.to_owned(), found });
    };
    let parameters = audio(&track);
    let format = names::format(reader.format_info().format, parameters.codec);
    let decoder = decoder(&parameters).map_err(|error| match error {
        Error::Unsupported(_) => CodecError::Unsupported { path: path.to_owned(), found: format!("in {format}") },
        other => failed(other),
    })?;
    let skip = opus::pre_skip(&parameters);
    let counts_frames = parameters.sample_rate.and_then(TimeBase::try_from_recip) == track.time_base;
    let mut packets = Packets {
        path: path.to_owned(),
        reader,
        track: track.id,
        decoder,
        spec: AudioSpec::default(),
        counts_frames,
        ready: false,
        skip,
        left: u64::MAX,
    };
    packets.begin(warnings)?;
    let channels = packets.spec.channels().count();
    let rate = limits.check(packets.spec.rate(), channels, path)?;
    let frames = exact_length(&track, &format).map(|frames| Frames(frames.saturating_sub(skip)));
    let samples = names::samples(&parameters);
    Ok((packets, AudioInfo { format, rate, channels, frames, samples, tags }))
}

/// The number of frames where the container knows it and does not guess.
fn exact_length(track: &Track, format: &AudioFormat) -> Option<u64> {
    let known = match format.container {
        // Only with LAME's header; otherwise it is the length of the file divided by that of a packet.
        "MP3" => track.delay.is_some(),
        "MP1" | "MP2" | "ADTS" => false,
        // The table counts whole packets.
        "CAF" => format.codec == "PCM",
        _ => true,
    };
    track.num_frames.filter(|frames| known && *frames > 0)
}

fn audio(track: &Track) -> AudioCodecParameters {
    match &track.codec_params {
        Some(CodecParameters::Audio(parameters)) => parameters.clone(),
        _ => AudioCodecParameters::new(),
    }
}

fn decoder(parameters: &AudioCodecParameters) -> Result<Box<dyn AudioDecoder>, Error> {
    CODECS.make_audio_decoder(parameters, &AudioDecoderOptions::default())
}

fn failure(error: Error, path: &Path) -> CodecError {
    let path = path.to_owned();
    match error {
        Error::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            CodecError::Damaged { path, reason: "it ends within its header".into() }
        }
        Error::IoError(source) => CodecError::Read { path, source },
        Error::Unsupported(reason) if reason.contains("probe") => {
            CodecError::NotAudio { path, found: "no audio file of a known kind" }
        }
        Error::Unsupported(reason) => CodecError::Unsupported { path, found: format!("of an unusual kind ({reason})") },
        Error::DecodeError(reason) | Error::LimitError(reason) => CodecError::Damaged { path, reason: reason.into() },
        other => CodecError::Damaged { path, reason: other.to_string() },
    }
}

impl Packets {
    /// Decodes until there is sound.
    fn begin(&mut self, warnings: &mut Warnings) -> Result<(), CodecError> {
        loop {
            match self.step(warnings)? {
                Step::Sound => break,
                Step::Lost(_) => {}
                Step::End => {
                    let reason = "nothing in it can be decoded".into();
                    return Err(CodecError::Damaged { path: self.path.clone(), reason });
                }
            }
        }
        self.spec = self.decoder.last_decoded().spec().clone();
        self.ready = true;
        Ok(())
    }

    /// Takes packets until one is decoded or lost.
    fn step(&mut self, warnings: &mut Warnings) -> Result<Step, CodecError> {
        for _ in 0..FAILURES {
            let packet = match self.reader.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => packet,
                Ok(Some(_)) => continue,
                Ok(None) => return Ok(Step::End),
                Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                    return Ok(Step::End);
                }
                Err(Error::IoError(source)) => return Err(CodecError::Read { path: self.path.clone(), source }),
                Err(Error::ResetRequired) if self.restart() => continue,
                Err(error) => {
                    warnings.damaged(&error.to_string());
                    continue;
                }
            };
            match self.decoder.decode(&packet) {
                Ok(decoded) if decoded.is_empty() => continue,
                Ok(_) => return Ok(Step::Sound),
                Err(error) => {
                    warnings.damaged(&error.to_string());
                    if self.counts_frames && packet.dur.get() > 0 {
                        return Ok(Step::Lost(packet.dur.get()));
                    }
                }
            }
        }
        warnings.push("what follows cannot be decoded and is left out".into());
        Ok(Step::End)
    }

    /// Goes on with the next of several streams that are strung together.
    fn restart(&mut self) -> bool {
        let Some(track) = self.reader.default_track(TrackType::Audio).cloned() else { return false };
        let Ok(decoder) = decoder(&audio(&track)) else { return false };
        (self.track, self.decoder) = (track.id, decoder);
        true
    }
}

impl Blocks for Packets {
    fn next(&mut self, block: &mut AudioBuffer, warnings: &mut Warnings) -> Result<bool, CodecError> {
        while self.left > 0 {
            let step = if std::mem::take(&mut self.ready) { Step::Sound } else { self.step(warnings)? };
            match step {
                Step::End => return Ok(false),
                Step::Lost(frames) => {
                    let heard = self.heard(frames.min(LONGEST_PACKET) as usize);
                    silence(block, self.spec.channels().count(), heard.len());
                }
                Step::Sound => {
                    let frames = self.decoder.last_decoded().frames();
                    let heard = self.heard(frames);
                    let decoded = self.decoder.last_decoded();
                    if *decoded.spec() != self.spec {
                        let (channels, rate) = (decoded.spec().channels().count(), decoded.spec().rate());
                        warnings.push(format!("it changes to {channels} channels at {rate} Hz, which is left out"));
                        return Ok(false);
                    }
                    planes::copy(&decoded, heard, block);
                }
            }
            if !block.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Packets {
    /// Which of the next so many frames are sound, and neither before nor behind it.
    fn heard(&mut self, frames: usize) -> Range<usize> {
        let begin = self.skip.min(frames as u64);
        let count = self.left.min(frames as u64 - begin);
        self.skip -= begin;
        self.left -= count;
        begin as usize..(begin + count) as usize
    }
}

/// The longest packet of any codec has fewer frames than this.
const LONGEST_PACKET: u64 = 1 << 16;

fn silence(block: &mut AudioBuffer, channels: usize, frames: usize) {
    block.reshape(channels, frames);
    (0..channels).for_each(|channel| block.channel_mut(channel).fill(0.0));
}
