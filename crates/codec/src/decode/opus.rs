//! Opus, which the library that takes containers apart does not decode.
//!
//! RFC 6716 (Opus), RFC 7845 (its header in Ogg, which Matroska and, in other words, MP4 keep).

use opus_pure::{ChannelLayout, MAX_PACKET_SAMPLES, OpusDecoder, OpusMSDecoder};
use symphonia::core::audio::{
    AsGenericAudioBufferRef, AudioBuffer, AudioMut, AudioSpec, Channels, GenericAudioBufferRef,
};
use symphonia::core::codecs::CodecInfo;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions, FinalizeResult};
use symphonia::core::codecs::registry::{RegisterableAudioDecoder, SupportedAudioCodec};
use symphonia::core::errors::{Result, decode_error, unsupported_error};
use symphonia::core::packet::PacketRef;

/// Opus is decoded at this rate, whatever it was made from.
const RATE: u32 = 48_000;

/// For 1 to 8 channels in the order of files, front left and right first, which of Vorbis' channels (RFC 7845, 5.1.1.2)
/// each is.
const ORDERS: [&[usize]; 8] = [
    &[0],
    &[0, 1],
    &[0, 2, 1],
    &[0, 1, 2, 3],
    &[0, 2, 1, 3, 4],
    &[0, 2, 1, 5, 3, 4],
    &[0, 2, 1, 6, 5, 3, 4],
    &[0, 2, 1, 7, 5, 6, 3, 4],
];

/// What OpusHead says.
struct Head {
    channels: usize,
    pre_skip: u16,
    gain_q8: i16,
    family: u8,
    /// Streams, pairs among them, and which feeds which channel.
    layout: Option<(u8, u8, Vec<u8>)>,
}

impl Head {
    fn parse(data: &[u8]) -> Option<Head> {
        let body = data.strip_prefix(b"OpusHead")?;
        let word = |at: usize| Some(u16::from_le_bytes(*body.get(at..)?.first_chunk()?));
        let (channels, family) = (usize::from(*body.get(1)?), *body.get(10)?);
        let layout = match family {
            0 => None,
            _ => Some((*body.get(11)?, *body.get(12)?, body.get(13..13 + channels)?.to_vec())),
        };
        Some(Head { channels, pre_skip: word(2)?, gain_q8: word(8)? as i16, family, layout })
    }

    /// Whether the streams are put together as the family says; other ways are allowed and not met.
    fn is_usual(&self, layout: &ChannelLayout) -> bool {
        self.layout.as_ref().is_none_or(|(streams, pairs, mapping)| {
            (usize::from(*streams), usize::from(*pairs), mapping)
                == (layout.nb_streams, layout.nb_coupled_streams, &layout.mapping)
        })
    }
}

/// How many frames an encoder put before the sound.
pub(crate) fn pre_skip(parameters: &AudioCodecParameters) -> u64 {
    let head = parameters.extra_data.as_deref().filter(|_| parameters.codec == CODEC_ID_OPUS).and_then(Head::parse);
    head.map_or(0, |head| head.pre_skip.into())
}

enum Streams {
    One(Box<OpusDecoder>),
    Several(OpusMSDecoder),
}

pub(crate) struct Opus {
    streams: Streams,
    order: &'static [usize],
    parameters: AudioCodecParameters,
    interleaved: Vec<f32>,
    block: AudioBuffer<f32>,
}

impl Opus {
    fn new(parameters: &AudioCodecParameters) -> Result<Opus> {
        let Some(head) = parameters.extra_data.as_deref().and_then(Head::parse) else {
            return decode_error("opus: no OpusHead");
        };
        let Ok(layout) = ChannelLayout::surround(head.channels, head.family) else {
            return unsupported_error("opus: channels in an unusual order");
        };
        if !head.is_usual(&layout) {
            return unsupported_error("opus: channels in an unusual order");
        }
        let streams = match head.family {
            0 => OpusDecoder::new(RATE as i32, head.channels).map(|mut decoder| {
                decoder.gain_q8 = head.gain_q8.into();
                Streams::One(Box::new(decoder))
            }),
            family => OpusMSDecoder::new(RATE as i32, head.channels, family).map(|mut decoder| {
                decoder.streams_mut().iter_mut().for_each(|stream| stream.gain_q8 = head.gain_q8.into());
                Streams::Several(decoder)
            }),
        };
        let Ok(streams) = streams else { return unsupported_error("opus: a kind that is not decoded") };
        let spec = AudioSpec::new(RATE, Channels::Discrete(head.channels as u16));
        Ok(Opus {
            streams,
            order: ORDERS[head.channels - 1],
            parameters: parameters.clone(),
            interleaved: vec![0.0; MAX_PACKET_SAMPLES * head.channels],
            block: AudioBuffer::new(spec, MAX_PACKET_SAMPLES),
        })
    }
}

impl AudioDecoder for Opus {
    fn reset(&mut self) {
        // What fails is the rate or the number of channels, which were right before.
        let _ = match &mut self.streams {
            Streams::One(decoder) => decoder.reset_state(),
            Streams::Several(decoder) => decoder.reset_state(),
        };
    }

    fn codec_info(&self) -> &CodecInfo {
        &SUPPORTED[0].info
    }

    fn codec_params(&self) -> &AudioCodecParameters {
        &self.parameters
    }

    fn decode_ref(&mut self, packet: &PacketRef<'_>) -> Result<GenericAudioBufferRef<'_>> {
        self.block.clear();
        if packet.data.is_empty() {
            return decode_error("opus: empty packet");
        }
        let decoded = match &mut self.streams {
            Streams::One(decoder) => decoder.decode(packet.data, MAX_PACKET_SAMPLES, &mut self.interleaved),
            Streams::Several(decoder) => decoder.decode(packet.data, MAX_PACKET_SAMPLES, &mut self.interleaved),
        };
        let Ok(frames) = decoded else { return decode_error("opus: damaged packet") };
        self.block.render_uninit(Some(frames));
        let channels = self.order.len();
        for (channel, from) in self.order.iter().enumerate() {
            let Some(plane) = self.block.plane_mut(channel) else { break };
            let samples = self.interleaved[*from..].iter().step_by(channels);
            plane.iter_mut().zip(samples).for_each(|(to, sample)| *to = *sample);
        }
        self.block.trim(packet.trim_start.get() as usize, packet.trim_end.get() as usize);
        Ok(self.block.as_generic_audio_buffer_ref())
    }

    fn finalize(&mut self) -> FinalizeResult {
        FinalizeResult::default()
    }

    fn last_decoded(&self) -> GenericAudioBufferRef<'_> {
        self.block.as_generic_audio_buffer_ref()
    }
}

const SUPPORTED: &[SupportedAudioCodec] = &[SupportedAudioCodec {
    id: CODEC_ID_OPUS,
    info: CodecInfo { short_name: "opus", long_name: "Opus", profiles: &[] },
}];

impl RegisterableAudioDecoder for Opus {
    fn try_registry_new(parameters: &AudioCodecParameters, _: &AudioDecoderOptions) -> Result<Box<dyn AudioDecoder>> {
        Ok(Box::new(Opus::new(parameters)?))
    }

    fn supported_codecs() -> &'static [SupportedAudioCodec] {
        SUPPORTED
    }
}
