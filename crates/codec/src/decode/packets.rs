//! Files that a library takes apart: a container full of packets, and a decoder for them.

use std::collections::VecDeque;
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rae_dsp::AudioBuffer;
use rae_units::{Frames, Seconds};
use symphonia::core::audio::AudioSpec;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_AAC;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::{Hint, Probe};
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, TimeBase};

use super::opus::{self, Opus};
use super::sniff::Kind;
use super::source::Source;
use super::warnings::Warnings;
use super::{AudioFormat, AudioInfo, Blocks, DecodeLimits, aac, matroska, metadata, mp4, names, planes};
use crate::CodecError;

/// After so many failures without a sound between them the rest is given up.
const FAILURES: usize = 1000;

/// Whole packets of padding that an encoder may put behind the sound: LAME's header has room for 4095 frames.
const MOST_BEHIND: usize = 8;

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
    /// What was read ahead: one packet, to know the last from the others, more where the kind is to be found out.
    ahead: VecDeque<Next>,
    decoder: Box<dyn AudioDecoder>,
    /// Rate and channels of the first sound. A stream that changes ends there.
    spec: AudioSpec,
    /// Whether durations of packets are frames.
    counts_frames: bool,
    /// Frames that were lost before the first block that could be decoded and that are still to be made up for.
    lost: usize,
    /// The decoder holds a block that was not handed out yet, of which so many frames count.
    ready: Option<usize>,
    /// Frames that an encoder put before the sound and that are still to be left out.
    skip: u64,
    /// Frames until the end of the sound; what an encoder put behind it is left out.
    left: u64,
    /// Frames of the last packet that are no sound.
    padding: usize,
    /// The library guessed where the sound ends: nothing is cut there.
    is_end_guessed: bool,
    /// Packets behind the end that the file tells.
    behind: usize,
}

/// What comes next in a file.
enum Next {
    Packet(Packet),
    /// Another stream is strung to the first, with its own decoder.
    Stream(Box<dyn AudioDecoder>, u64),
}

/// What became of a packet.
enum Step {
    /// The decoder holds so many frames.
    Sound(usize),
    /// So many frames were lost with it.
    Lost(usize),
    End,
}

/// Opens a file and decodes its first packet: what the container says of rate and channels need not be true.
pub(crate) fn open(
    mut source: Source,
    kind: Kind,
    path: &Path,
    limits: &DecodeLimits,
    warnings: &mut Warnings,
) -> Result<(Packets, AudioInfo), CodecError> {
    let unreadable = |source| CodecError::Read { path: path.to_owned(), source };
    let mut index = None;
    if matches!(kind, Kind::Mp4 | Kind::Caf | Kind::Matroska) {
        // What one must know first may stand at the end.
        source = source.seekable_copy().map_err(unreadable)?;
    }
    if kind == Kind::Mp4 {
        index = mp4::index(&mut source).map_err(unreadable)?;
    }
    let mut end = matroska::End::default();
    let mut is_cut = false;
    if kind == Kind::Matroska {
        end = matroska::end(&mut source).map_err(unreadable)?;
        is_cut = end.is_cut;
    }
    if kind == Kind::Aiff {
        let form = source.peek(0, 8).map_err(unreadable)?;
        let size = form.last_chunk().map_or(0, |size| u32::from_be_bytes(*size));
        is_cut = source.byte_len().is_some_and(|length| u64::from(size) + 8 > length);
    }
    if is_cut {
        warnings.push("it is cut short".into());
        // The library refuses to look behind the end; of a pipe it does not know where that is.
        source = Source::pipe(source);
    }
    let unsupported = |found: String| CodecError::Unsupported { path: path.to_owned(), found };
    let failed = |error| failure(error, path);
    let stream = MediaSourceStream::new(Box::new(source), Default::default());
    let probe = || FORMATS.probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default());
    let mut reader = guarded(probe).map_err(failed)?;
    let (tags, pictures) = guarded(|| Ok(metadata::tags(&mut *reader))).map_err(failed)?;
    if let Some(name) = index.as_ref().and_then(mp4::Index::not_decoded) {
        return Err(unsupported(name));
    }
    let Some(track) = reader.default_track(TrackType::Audio).cloned() else {
        let found = "without sound: it has no audio track";
        return Err(CodecError::NotAudio { path: path.to_owned(), found });
    };
    let parameters = audio(&track);
    let format = names::format(reader.format_info().format, parameters.codec);
    let config = parameters.extra_data.as_deref().filter(|_| parameters.codec == CODEC_ID_AAC).and_then(aac::kind);
    let entry_rate = index.as_ref().and_then(|index| index.track(track.id)).map_or(0, |track| track.entry_rate);
    if let Some(aac::Kind::Other(object)) = config {
        return Err(unsupported(format!("in MPEG-4 audio of type {object}")));
    }
    if config == Some(aac::Kind::HighEfficiency) || (config.is_some() && parameters.sample_rate == Some(entry_rate / 2))
    {
        return Err(unsupported(HIGH_EFFICIENCY.into()));
    }
    let decoder = decoder(&parameters).map_err(|error| match error {
        Error::Unsupported(_) if config.is_some() && parameters.channels.as_ref().is_none_or(|c| c.count() > 2) => {
            unsupported("in AAC with more than two channels".into())
        }
        Error::Unsupported(reason) => unsupported(format!("in {format} ({reason})")),
        other => failed(other),
    })?;
    let mut packets = Packets {
        path: path.to_owned(),
        reader,
        track: track.id,
        ahead: VecDeque::new(),
        decoder,
        spec: AudioSpec::default(),
        counts_frames: parameters.sample_rate.and_then(TimeBase::try_from_recip) == track.time_base,
        lost: 0,
        ready: None,
        skip: opus::pre_skip(&parameters),
        left: u64::MAX,
        padding: 0,
        is_end_guessed: is_mpeg(&format) && track.delay.is_none(),
        behind: 0,
    };
    if parameters.codec == CODEC_ID_AAC && packets.hold_sbr(warnings)? {
        return Err(unsupported(HIGH_EFFICIENCY.into()));
    }
    packets.begin(&track, &parameters, warnings)?;
    let channels = packets.spec.channels().count();
    let rate = limits.check(packets.spec.rate(), channels, path)?;
    packets.padding = end
        .paddings
        .get(&track.id.into())
        .map_or(0, |nanoseconds| Seconds(*nanoseconds as f64 / 1e9).frames(rate).0 as usize);
    let total = exact_length(&track, &format, index.as_ref());
    let frames = match index.as_ref().and_then(|index| Some(index.play(index.track(track.id)?, rate, total))) {
        Some(mp4::Play { skip, left, ignored }) => {
            if let Some(reason) = ignored {
                warnings.push(format!("its edit list {reason}: all of the sound is taken"));
            }
            packets.skip = skip.unwrap_or(packets.skip);
            packets.left = left.unwrap_or(u64::MAX);
            left.or(total.map(|total| total.saturating_sub(packets.skip)))
        }
        None => total.map(|total| total.saturating_sub(packets.skip)),
    };
    let samples = names::samples(&parameters);
    Ok((packets, AudioInfo { format, rate, channels, frames: frames.map(Frames), samples, tags, pictures }))
}

const HIGH_EFFICIENCY: &str = "in HE-AAC (AAC with spectral band replication)";

/// The number of frames where the container knows it and does not guess.
fn exact_length(track: &Track, format: &AudioFormat, index: Option<&mp4::Index>) -> Option<u64> {
    let known = match format.container {
        "MP4" => index.is_some_and(|index| !index.fragmented),
        // Only with LAME's header; otherwise it is the length of the file divided by that of a packet.
        _ if is_mpeg(format) => track.delay.is_some(),
        "ADTS" => false,
        // The table counts whole packets.
        "CAF" => format.codec == "PCM",
        _ => true,
    };
    track.num_frames.filter(|frames| known && *frames > 0)
}

fn is_mpeg(format: &AudioFormat) -> bool {
    matches!(format.container, "MP1" | "MP2" | "MP3")
}

fn audio(track: &Track) -> AudioCodecParameters {
    match &track.codec_params {
        Some(CodecParameters::Audio(parameters)) => parameters.clone(),
        _ => AudioCodecParameters::new(),
    }
}

fn decoder(parameters: &AudioCodecParameters) -> Result<Box<dyn AudioDecoder>, Error> {
    guarded(|| CODECS.make_audio_decoder(parameters, &AudioDecoderOptions::default()))
}

/// The libraries are not ours, and damaged files have made some of them panic. What they leave behind is theirs alone
/// and is safe to use. A program built with panic = "abort" would end here.
fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Error::DecodeError("the decoder broke off")))
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
    /// Decodes until there is sound, or until it is sure that the file is whole and has none.
    fn begin(
        &mut self,
        track: &Track,
        parameters: &AudioCodecParameters,
        warnings: &mut Warnings,
    ) -> Result<(), CodecError> {
        loop {
            match self.step(warnings)? {
                Step::Sound(frames) => {
                    self.ready = Some(frames);
                    self.spec = self.decoder.last_decoded().spec().clone();
                    return Ok(());
                }
                Step::Lost(frames) => self.lost += frames,
                Step::End => {
                    let is_whole = warnings.texts().is_empty() && track.num_frames.is_none_or(|frames| frames == 0);
                    if let (true, Some(rate), Some(channels)) = (is_whole, parameters.sample_rate, &parameters.channels)
                    {
                        self.spec = AudioSpec::new(rate, channels.clone());
                        return Ok(());
                    }
                    let reason = "nothing in it can be decoded".into();
                    return Err(CodecError::Damaged { path: self.path.clone(), reason });
                }
            }
        }
    }

    /// Whether the first packets are those of HE-AAC; they are kept for later.
    fn hold_sbr(&mut self, warnings: &mut Warnings) -> Result<bool, CodecError> {
        const LOOKED_AT: usize = 16;
        self.read_ahead(LOOKED_AT, warnings)?;
        let packets = self.ahead.iter().filter_map(|next| match next {
            Next::Packet(packet) => Some(&packet.data),
            Next::Stream(..) => None,
        });
        let (mut total, mut with_sbr) = (0, 0);
        for packet in packets {
            total += 1;
            with_sbr += usize::from(aac::may_hold_sbr(packet));
        }
        Ok(total >= 3 && with_sbr * 4 >= total * 3)
    }

    /// Takes packets until one is decoded or lost.
    fn step(&mut self, warnings: &mut Warnings) -> Result<Step, CodecError> {
        for _ in 0..FAILURES {
            self.read_ahead(2, warnings)?;
            let packet = match self.ahead.pop_front() {
                Some(Next::Packet(packet)) => packet,
                Some(Next::Stream(decoder, skip)) => {
                    self.decoder = decoder;
                    self.skip += skip;
                    continue;
                }
                None => return Ok(Step::End),
            };
            let lasts = Some(packet.dur.get() as usize).filter(|frames| self.counts_frames && *frames > 0);
            match guarded(|| Ok(self.decoder.decode(&packet)?.frames())) {
                Ok(0) if packet.trim_end.get() > 0 => {
                    self.behind += 1;
                    if self.behind > MOST_BEHIND {
                        warnings.push("it goes on behind the end that its header tells; that is left out".into());
                        return Ok(Step::End);
                    }
                }
                Ok(0) => {}
                Ok(frames) => {
                    if !self.ahead.is_empty() {
                        return Ok(Step::Sound(frames));
                    }
                    // MP4 shortens the last packet to end with the sound, Matroska says by how much.
                    return Ok(Step::Sound(frames.saturating_sub(self.padding).min(lasts.unwrap_or(frames))));
                }
                Err(error) => {
                    warnings.damaged(&error.to_string());
                    if let Some(frames) = lasts {
                        return Ok(Step::Lost(frames.min(LONGEST_PACKET)));
                    }
                }
            }
        }
        warnings.push("what follows cannot be decoded and is left out".into());
        Ok(Step::End)
    }

    /// Reads until so many packets are there, or no more come.
    fn read_ahead(&mut self, count: usize, warnings: &mut Warnings) -> Result<(), CodecError> {
        let mut failures = 0;
        while self.ahead.len() < count && failures < FAILURES {
            match guarded(|| self.reader.next_packet()) {
                Ok(Some(mut packet)) if packet.track_id == self.track => {
                    if self.is_end_guessed {
                        packet.dur = packet.dur.saturating_add(packet.trim_end);
                        packet.trim_end = Duration::ZERO;
                    }
                    self.ahead.push_back(Next::Packet(packet));
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
                Err(Error::IoError(source)) => return Err(CodecError::Read { path: self.path.clone(), source }),
                Err(Error::ResetRequired) => match self.next_stream() {
                    Some(next) => self.ahead.push_back(next),
                    None => break,
                },
                Err(error) => {
                    failures += 1;
                    warnings.damaged(&error.to_string());
                }
            }
        }
        Ok(())
    }

    /// The next of several streams that are strung together.
    fn next_stream(&mut self) -> Option<Next> {
        let track = self.reader.default_track(TrackType::Audio)?.clone();
        let parameters = audio(&track);
        self.track = track.id;
        Some(Next::Stream(decoder(&parameters).ok()?, opus::pre_skip(&parameters)))
    }
}

impl Blocks for Packets {
    fn next(&mut self, block: &mut AudioBuffer, warnings: &mut Warnings) -> Result<bool, CodecError> {
        while self.left > 0 {
            let step = match (std::mem::take(&mut self.lost), self.ready) {
                (0, None) => self.step(warnings)?,
                (0, Some(frames)) => {
                    self.ready = None;
                    Step::Sound(frames)
                }
                (lost, _) => {
                    self.lost = lost.saturating_sub(LONGEST_PACKET);
                    Step::Lost(lost - self.lost)
                }
            };
            match step {
                Step::End => return Ok(false),
                Step::Lost(frames) => {
                    let heard = self.heard(frames);
                    silence(block, self.spec.channels().count(), heard.len());
                }
                Step::Sound(frames) => {
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

    fn skip(&mut self, _: u64) -> Result<u64, CodecError> {
        Ok(0)
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
const LONGEST_PACKET: usize = 1 << 16;

fn silence(block: &mut AudioBuffer, channels: usize, frames: usize) {
    block.reshape(channels, frames);
    (0..channels).for_each(|channel| block.channel_mut(channel).fill(0.0));
}
