//! The bytes before the samples.
//!
//! Microsoft/IBM "Multimedia Programming Interface and Data Specifications 1.0" (RIFF), Microsoft "Multiple channel
//! audio data and WAVE files" (WAVE_FORMAT_EXTENSIBLE), EBU Tech 3306 v1.1 (RF64).

use rae_units::SampleRate;

use crate::SampleFormat;

/// Stands in a 32-bit size that is not known, or that stands in the ds64 chunk.
pub(super) const UNKNOWN: u32 = u32::MAX;

/// Payload of a ds64 chunk without table: sizes of RIFF and data, number of frames, table length.
const DS64_BYTES: usize = 28;

const FORMAT_PCM: u16 = 1;
const FORMAT_FLOAT: u16 = 3;
const FORMAT_EXTENSIBLE: u16 = 0xfffe;

/// KSDATAFORMAT_SUBTYPE_PCM, after its first two bytes, which repeat the format.
const SUBTYPE_TAIL: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/// How many bytes and frames follow the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// As long as the sound goes on, or in a stream that cannot be rewound.
    Unknown,
    Frames(u64),
}

/// What the samples are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub(super) rate: SampleRate,
    pub(super) channels: u16,
    pub(super) samples: SampleFormat,
}

impl Layout {
    /// Bytes per frame.
    pub(super) fn frame_bytes(&self) -> u32 {
        u32::from(self.channels) * self.samples.bytes()
    }
}

/// The layout of one file's header: its length never changes, so it can be written twice.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) layout: Layout,
    /// Whether a JUNK chunk keeps room for ds64.
    pub(super) room_for_rf64: bool,
    /// The chunk of names.
    pub(super) names: Vec<u8>,
}

impl Header {
    /// The header before `length` of sound, up to and with the data chunk's size.
    pub(super) fn bytes(&self, length: Length) -> Vec<u8> {
        let frames = match length {
            Length::Unknown => 0,
            Length::Frames(frames) => frames,
        };
        let data = frames * u64::from(self.layout.frame_bytes());
        let mut body = Vec::with_capacity(128);
        let long = self.is_long(frames);
        let short = |size: u64| if length == Length::Unknown || long { UNKNOWN } else { size as u32 };
        self.format_chunk(&mut body);
        if self.layout.samples == SampleFormat::F32 {
            body.extend(b"fact");
            body.extend(4u32.to_le_bytes());
            body.extend(short(frames).to_le_bytes());
        }
        body.extend(&self.names);
        body.extend(b"data");
        body.extend(short(data).to_le_bytes());

        let ds64 = if self.room_for_rf64 { 8 + DS64_BYTES } else { 0 };
        let riff = 4 + ds64 as u64 + body.len() as u64 + data + (data & 1);
        let mut bytes = Vec::with_capacity(12 + ds64 + body.len());
        bytes.extend(if long { b"RF64" } else { b"RIFF" });
        bytes.extend(short(riff).to_le_bytes());
        bytes.extend(b"WAVE");
        if self.room_for_rf64 {
            bytes.extend(if long { b"ds64" } else { b"JUNK" });
            bytes.extend((DS64_BYTES as u32).to_le_bytes());
            for size in [riff, data, frames] {
                bytes.extend((if long { size } else { 0 }).to_le_bytes());
            }
            bytes.extend(0u32.to_le_bytes());
        }
        bytes.extend(body);
        bytes
    }

    /// The most frames for which all 32-bit sizes suffice; the largest header without names takes 116 bytes.
    pub(super) fn max_short_frames(&self) -> u64 {
        let most = u64::from(u32::MAX - 1 - 128).saturating_sub(self.names.len() as u64);
        most / u64::from(self.layout.frame_bytes().max(1))
    }

    /// The most frames that this header can describe.
    pub(super) fn max_frames(&self) -> u64 {
        if self.room_for_rf64 { u64::MAX / 65_536 } else { self.max_short_frames() }
    }

    fn is_long(&self, frames: u64) -> bool {
        self.room_for_rf64 && frames > self.max_short_frames()
    }

    fn format_chunk(&self, body: &mut Vec<u8>) {
        let samples = self.layout.samples;
        let bits = samples.bits() as u16;
        let (tag, extension): (u16, Option<u16>) = match samples {
            SampleFormat::S16 => (FORMAT_PCM, None),
            SampleFormat::S24 => (FORMAT_EXTENSIBLE, Some(22)),
            SampleFormat::F32 => (FORMAT_FLOAT, Some(0)),
        };
        body.extend(b"fmt ");
        body.extend((16 + extension.map_or(0, |bytes| 2 + u32::from(bytes))).to_le_bytes());
        body.extend(tag.to_le_bytes());
        body.extend(self.layout.channels.to_le_bytes());
        body.extend(self.layout.rate.hz().to_le_bytes());
        body.extend(self.layout.rate.hz().saturating_mul(self.layout.frame_bytes()).to_le_bytes());
        body.extend((self.layout.frame_bytes() as u16).to_le_bytes());
        body.extend(bits.to_le_bytes());
        if let Some(bytes) = extension {
            body.extend(bytes.to_le_bytes());
        }
        if tag == FORMAT_EXTENSIBLE {
            body.extend(bits.to_le_bytes());
            body.extend(speakers(self.layout.channels).to_le_bytes());
            body.extend(FORMAT_PCM.to_le_bytes());
            body.extend(SUBTYPE_TAIL);
        }
    }
}

/// Front centre for mono, front left and right for stereo, no positions beyond.
fn speakers(channels: u16) -> u32 {
    match channels {
        1 => 0x4,
        2 => 0x3,
        _ => 0,
    }
}
