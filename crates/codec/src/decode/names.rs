//! What formats are called.

use symphonia::core::codecs::audio::well_known::*;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters};
use symphonia::core::formats::FormatId;
use symphonia::core::formats::well_known::*;

use super::{AudioFormat, Samples};

pub(crate) fn container(id: FormatId) -> &'static str {
    match id {
        FORMAT_ID_WAVE => "WAV",
        FORMAT_ID_AIFF => "AIFF",
        FORMAT_ID_CAF => "CAF",
        FORMAT_ID_MP1 | FORMAT_ID_MP2 | FORMAT_ID_MP3 => "MPEG",
        FORMAT_ID_ADTS => "ADTS",
        FORMAT_ID_OGG => "Ogg",
        FORMAT_ID_FLAC => "FLAC",
        FORMAT_ID_ISOMP4 => "MP4",
        FORMAT_ID_MKV => "Matroska",
        _ => "unknown container",
    }
}

const CODECS: &[(AudioCodecId, &str)] = &[
    (CODEC_ID_FLAC, "FLAC"),
    (CODEC_ID_ALAC, "ALAC"),
    (CODEC_ID_VORBIS, "Vorbis"),
    (CODEC_ID_OPUS, "Opus"),
    (CODEC_ID_AAC, "AAC-LC"),
    (CODEC_ID_MP1, "MP1"),
    (CODEC_ID_MP2, "MP2"),
    (CODEC_ID_MP3, "MP3"),
    (CODEC_ID_PCM_ALAW, "A-law"),
    (CODEC_ID_PCM_MULAW, "µ-law"),
    (CODEC_ID_ADPCM_MS, "MS ADPCM"),
    (CODEC_ID_ADPCM_IMA_WAV, "IMA ADPCM"),
    (CODEC_ID_ADPCM_IMA_QT, "IMA ADPCM"),
    (CODEC_ID_AC3, "AC-3"),
    (CODEC_ID_EAC3, "E-AC-3"),
    (CODEC_ID_DCA, "DTS"),
    (CODEC_ID_SPEEX, "Speex"),
    (CODEC_ID_WMA, "Windows Media Audio"),
    (CODEC_ID_TRUEHD, "TrueHD"),
    (CODEC_ID_WAVPACK, "WavPack"),
];

pub(crate) fn codec(id: AudioCodecId) -> &'static str {
    match CODECS.iter().find(|(known, _)| *known == id) {
        Some((_, name)) => name,
        None if is_pcm(id) => "PCM",
        None => "an unknown codec",
    }
}

/// Container and codec, without saying one thing twice.
pub(crate) fn format(container: FormatId, id: AudioCodecId) -> AudioFormat {
    let (container, codec) = (self::container(container), self::codec(id));
    AudioFormat { container: if container == "MPEG" { codec } else { container }, codec }
}

/// Whether plain samples, and not companded ones.
pub(crate) fn is_pcm(id: AudioCodecId) -> bool {
    // Symphonia gives no name to the family; its numbers go from 0x100 to 0x127 with A-law and µ-law at the end.
    (CODEC_ID_PCM_S32LE..CODEC_ID_PCM_ALAW).contains(&id)
}

/// What the samples were before they were coded.
pub(crate) fn samples(parameters: &AudioCodecParameters) -> Samples {
    let bits = parameters.bits_per_sample.filter(|bits| *bits > 0);
    match parameters.codec {
        CODEC_ID_FLAC => Samples::Integer { bits: bits.unwrap_or(16) },
        CODEC_ID_ALAC => Samples::Integer { bits: alac_bits(parameters).or(bits).unwrap_or(16) },
        id if (CODEC_ID_PCM_F32LE..CODEC_ID_PCM_F64LE).contains(&id) => Samples::Float { bits: 32 },
        id if (CODEC_ID_PCM_F64LE..CODEC_ID_PCM_ALAW).contains(&id) => Samples::Float { bits: 64 },
        id if is_pcm(id) => Samples::Integer { bits: bits.unwrap_or(16) },
        _ => Samples::Lossy,
    }
}

/// The bit depth in ALAC's magic cookie: its sixth byte, after the frame length and a version.
fn alac_bits(parameters: &AudioCodecParameters) -> Option<u32> {
    parameters.extra_data.as_ref()?.get(5).copied().map(u32::from).filter(|bits| (1..=32).contains(bits))
}
