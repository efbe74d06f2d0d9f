//! Samples that are Ogg Vorbis streams, as in SF3 banks: how long one is, and its points.

mod books;
mod floors;
mod ogg;

use std::panic;

use symphonia_codec_vorbis::VorbisDecoder;
use symphonia_core::audio::{Audio, GenericAudioBufferRef};
use symphonia_core::codecs::audio::well_known::CODEC_ID_VORBIS;
use symphonia_core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia_core::packet::PacketRef;
use symphonia_core::units::{Duration, Timestamp};

/// Why a sample cannot be decoded: where in its stream, and what is wrong.
#[derive(Debug)]
pub(crate) struct Damage {
    pub(crate) offset: usize,
    pub(crate) reason: String,
}

impl From<ogg::Damage> for Damage {
    fn from(damage: ogg::Damage) -> Damage {
        Damage { offset: damage.offset, reason: damage.reason.to_owned() }
    }
}

/// How many points the stream says that it has. Nothing is decoded. The bytes that are searched for the last page are
/// taken from `budget`; at 0 the search is given up.
pub(crate) fn length(stream: &[u8], budget: &mut u64) -> Option<u32> {
    ogg::last_granule(stream, budget).and_then(|granule| u32::try_from(granule).ok())
}

/// The first `points` points of a mono stream, as 16-bit little-endian words.
pub(crate) fn decode(stream: &[u8], points: u32) -> Result<Box<[[u8; 2]]>, Damage> {
    // No stream is known that makes the decoder panic, but it is not ours. Nothing of it outlives the call. A program
    // built with panic = "abort" would end here.
    panic::catch_unwind(|| decode_packets(stream, points))
        .unwrap_or_else(|_| Err(Damage { offset: 0, reason: "the decoder failed on its Vorbis stream".to_owned() }))
}

fn decode_packets(stream: &[u8], points: u32) -> Result<Box<[[u8; 2]]>, Damage> {
    let mut packets = ogg::Packets::new(stream);
    let mut decoder = decoder(&mut packets)?;
    let mut words = Vec::new();
    let points = points as usize;
    while words.len() < points {
        let offset = packets.position();
        let Some(data) = packets.next()? else {
            let reason = format!("its stream ends after {} of {points} points", words.len());
            return Err(Damage { offset, reason });
        };
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, data);
        let decoded = decoder.decode_ref(&packet).map_err(|error| Damage { offset, reason: error.to_string() })?;
        if let GenericAudioBufferRef::F32(audio) = decoded {
            let wanted = points - words.len();
            words.extend(audio.plane(0).into_iter().flatten().take(wanted).map(|value| word(*value)));
        }
    }
    Ok(words.into_boxed_slice())
}

/// A decoder for the stream whose three header packets come next (Vorbis I, 4.2).
fn decoder(packets: &mut ogg::Packets<'_>) -> Result<VorbisDecoder, Damage> {
    let mut headers = Vec::new();
    for (number, kind) in [1, 3, 5].into_iter().enumerate() {
        let offset = packets.position();
        let wrong = || Damage { offset, reason: format!("header {} of its Vorbis stream is damaged", number + 1) };
        let packet = packets.next()?.filter(|packet| packet.first() == Some(&kind)).ok_or_else(wrong)?;
        match kind {
            1 if packet.get(11) != Some(&1) => {
                return Err(Damage { offset, reason: "its Vorbis stream is not mono".to_owned() });
            }
            5 if !books::are_modest(packet) => {
                return Err(Damage { offset, reason: "its Vorbis codebooks are too large".to_owned() });
            }
            5 if !floors::have_distinct_points(packet) => {
                return Err(Damage { offset, reason: "two points of a Vorbis floor are the same".to_owned() });
            }
            3 => {}
            _ => headers.extend_from_slice(packet),
        }
    }
    let mut parameters = AudioCodecParameters::new();
    parameters.for_codec(CODEC_ID_VORBIS).with_extra_data(headers.into_boxed_slice());
    VorbisDecoder::try_new(&parameters, &AudioDecoderOptions::default())
        .map_err(|error| Damage { offset: packets.position(), reason: error.to_string() })
}

fn word(value: f32) -> [u8; 2] {
    // A cast keeps to the range of its type.
    ((value * 32_768.0).round() as i16).to_le_bytes()
}
