//! Opus in Ogg pages: RFC 6716, RFC 7845.

use opus_pure::{Application, MAX_PACKET_BYTES, OggOpusWriter, OpusHead, OpusTags, RateControl};

use super::encoding::OPUS_RATES;
use super::{AudioSpec, Encoder, comments};
use crate::{CodecError, FileFormat, ReplayGain};

/// Granule positions count at this rate whatever that of the sound is.
const GRANULE_RATE: u32 = 48_000;

/// kbit/s per channel that the format allows.
const BITRATES: std::ops::RangeInclusive<u16> = 6..=256;

pub(super) struct OpusEncoder {
    encoder: opus_pure::OpusEncoder,
    /// `None` once the last page is written.
    pages: Option<OggOpusWriter<Vec<u8>>>,
    head: OpusHead,
    channels: usize,
    /// Frames of sound in a packet: 20 ms.
    packet_frames: usize,
    /// Interleaved samples that do not fill a packet yet.
    pending: Vec<f32>,
    packet: Vec<u8>,
    /// Frames of sound so far.
    frames: u64,
    /// Granules per frame of sound.
    ticks: u64,
}

impl OpusEncoder {
    pub(super) fn new(spec: &AudioSpec, bitrate: u16) -> Result<OpusEncoder, CodecError> {
        let format = FileFormat::Opus;
        let (channels, hz) = (spec.channels, spec.rate.hz());
        if !(1..=format.max_channels()).contains(&channels) {
            return Err(CodecError::channels(channels.into(), format));
        }
        if !OPUS_RATES.contains(&hz) {
            let possible = "48000 Hz, or 8000, 12000, 16000 or 24000 Hz";
            return Err(CodecError::Rate { format, rate: spec.rate, possible });
        }
        let (lowest, highest) = (*BITRATES.start(), BITRATES.end() * channels);
        if !(lowest..=highest).contains(&bitrate) {
            let possible = format!("{lowest} to {highest} kbit/s for {channels} channels");
            return Err(CodecError::Choice { format, option: "bitrate", value: bitrate.to_string(), possible });
        }
        let failed = |error| CodecError::failed(format, error);
        let encoder = opus_pure::OpusEncoder::new(hz as i32, channels.into(), Application::Audio);
        let mut encoder = encoder.map_err(failed)?;
        encoder.bitrate_bps = i32::from(bitrate) * 1000;
        encoder.rate_control = RateControl::Vbr;
        encoder.complexity = 10;
        let head = OpusHead::for_encoder(&encoder, hz);
        let mut tags = OpusTags { vendor: comments::VENDOR.to_owned(), ..OpusTags::default() };
        for (key, value) in spec.tags.iter() {
            tags.push(comments::field(key), value).map_err(failed)?;
        }
        for (name, value) in spec.tags.replay_gain().iter().flat_map(ReplayGain::r128_fields) {
            tags.push(name, &value).map_err(failed)?;
        }
        Ok(OpusEncoder {
            pages: Some(OggOpusWriter::with_tags(Vec::new(), head.clone(), tags).map_err(failed)?),
            encoder,
            head,
            channels: channels.into(),
            packet_frames: hz as usize / 50,
            pending: Vec::new(),
            packet: vec![0; MAX_PACKET_BYTES],
            frames: 0,
            ticks: u64::from(GRANULE_RATE / hz),
        })
    }

    /// Encodes the first pending samples as a packet; one that ends the stream says how many granules it lasts.
    fn packet(&mut self, end: Option<u64>) -> Result<(), opus_pure::Error> {
        let samples = self.packet_frames * self.channels;
        let size = self.encoder.encode(&self.pending[..samples], self.packet_frames, &mut self.packet)?;
        self.pending.drain(..samples);
        let (packet, Some(pages)) = (&self.packet[..size], &mut self.pages) else { return Ok(()) };
        match end {
            Some(end) => pages.write_packet_with_duration(packet, (end - pages.granule() as u64) as u32),
            None => pages.write_packet(packet),
        }
    }

    fn take(&mut self, bytes: &mut Vec<u8>) {
        if let Some(pages) = self.pages.as_mut().and_then(OggOpusWriter::get_mut) {
            bytes.append(pages);
        }
    }
}

impl Encoder for OpusEncoder {
    fn start(&mut self, bytes: &mut Vec<u8>) {
        self.take(bytes);
    }

    fn encode(&mut self, channels: &[&[f32]], bytes: &mut Vec<u8>) -> Result<(), String> {
        for frame in 0..channels[0].len() {
            self.pending.extend(channels.iter().map(|channel| channel[frame]));
        }
        self.frames += channels[0].len() as u64;
        while self.pending.len() >= self.packet_frames * self.channels {
            self.packet(None).map_err(|error| error.to_string())?;
        }
        self.take(bytes);
        Ok(())
    }

    /// Silence pushes out what the encoder holds back; the last granule position says where the sound ends in it.
    fn finish(&mut self, bytes: &mut Vec<u8>) -> Result<(), String> {
        let end = u64::from(self.head.pre_skip) + self.frames * self.ticks;
        let packet_granules = self.packet_frames as u64 * self.ticks;
        loop {
            let granule = self.pages.as_ref().map_or(end, |pages| pages.granule() as u64);
            let last = end <= granule + packet_granules;
            self.pending.resize(self.packet_frames * self.channels, 0.0);
            self.packet(last.then_some(end)).map_err(|error| error.to_string())?;
            if last {
                break;
            }
        }
        if let Some(pages) = self.pages.take() {
            bytes.append(&mut pages.finish().map_err(|error| error.to_string())?);
        }
        Ok(())
    }

    fn corrections(&mut self) -> Result<Option<(u64, Vec<u8>)>, String> {
        Ok(None)
    }

    /// Granule positions are signed.
    fn max_frames(&self) -> u64 {
        (i64::MAX as u64 - u64::from(u16::MAX)) / self.ticks
    }
}
