//! WAV.

mod header;

use super::{AudioSpec, Encoder, SampleFormat, pcm};
use crate::{CodecError, FileFormat, info};
use header::{Header, Layout, Length};

pub(super) struct WavEncoder {
    header: Header,
    rewindable: bool,
    frames: u64,
}

impl WavEncoder {
    pub(super) fn new(spec: &AudioSpec, samples: SampleFormat, rewindable: bool) -> Result<WavEncoder, CodecError> {
        let layout = Layout { rate: spec.rate, channels: spec.channels, samples };
        // WAV counts channels and the bytes of a frame in 16 bits.
        if spec.channels == 0 || layout.frame_bytes() > u32::from(u16::MAX) {
            return Err(CodecError::channels(spec.channels.into(), FileFormat::Wav));
        }
        let mut header = Header { layout, room_for_rf64: false, names: info::chunk(&spec.tags) };
        header.room_for_rf64 = rewindable && spec.max_frames.is_none_or(|frames| frames.0 > header.max_short_frames());
        Ok(WavEncoder { header, rewindable, frames: 0 })
    }
}

impl Encoder for WavEncoder {
    fn start(&mut self, bytes: &mut Vec<u8>) {
        // Also in a file that can be rewound: players then read one that was never finished to its end.
        bytes.extend(self.header.bytes(Length::Unknown));
    }

    fn encode(&mut self, channels: &[&[f32]], bytes: &mut Vec<u8>) -> Result<(), String> {
        pcm::interleaved(channels, self.header.layout.samples, self.frames, bytes);
        self.frames += channels[0].len() as u64;
        Ok(())
    }

    fn finish(&mut self, bytes: &mut Vec<u8>) -> Result<(), String> {
        if self.frames * u64::from(self.header.layout.frame_bytes()) % 2 == 1 {
            bytes.push(0);
        }
        Ok(())
    }

    fn corrections(&mut self) -> Result<Option<(u64, Vec<u8>)>, String> {
        Ok(Some((0, self.header.bytes(Length::Frames(self.frames)))))
    }

    fn max_frames(&self) -> u64 {
        if self.rewindable { self.header.max_frames() } else { u64::MAX }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tags;
    use rae_units::{Frames, SampleRate};

    fn long(bytes: &[u8], at: usize) -> u64 {
        u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
    }

    /// The header of a 16-channel float file with so many frames.
    fn header(frames: u64) -> Vec<u8> {
        let spec = AudioSpec { rate: SampleRate::CD, channels: 16, max_frames: None, tags: Tags::default() };
        let mut encoder = WavEncoder::new(&spec, SampleFormat::F32, true).unwrap();
        assert!(encoder.max_frames() >= frames);
        encoder.frames = frames;
        encoder.corrections().unwrap().unwrap().1
    }

    #[test]
    fn below_4_gib_the_header_stays_riff() {
        let bytes = header((1 << 26) - 4);
        let data = ((1u64 << 26) - 4) * 64;
        assert_eq!((&bytes[..4], &bytes[8..16]), (b"RIFF".as_slice(), b"WAVEJUNK".as_slice()));
        assert_eq!(bytes[4..8], (data as u32 + 86).to_le_bytes());
        assert_eq!(bytes[90..94], (data as u32).to_le_bytes());
    }

    #[test]
    fn beyond_4_gib_the_header_becomes_rf64() {
        for frames in [1 << 26, (1 << 26) + 1, 1 << 40] {
            let bytes = header(frames);
            let data = frames * 64;
            assert_eq!(bytes[..20], *b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0");
            assert_eq!((long(&bytes, 20), long(&bytes, 28), long(&bytes, 36)), (data + 86, data, frames));
            assert_eq!(bytes[44..52], *b"\0\0\0\0fmt ");
            // The 32-bit sizes of fact and data point to ds64.
            assert_eq!((&bytes[82..86], &bytes[86..94]), ([0xff; 4].as_slice(), b"data\xff\xff\xff\xff".as_slice()));
        }
    }

    #[test]
    fn a_file_without_room_refuses_to_pass_4_gib() {
        let max_frames = Some(Frames(1));
        let spec = AudioSpec { rate: SampleRate::CD, channels: 16, max_frames, tags: Tags::default() };
        let limit = WavEncoder::new(&spec, SampleFormat::F32, true).unwrap().max_frames();
        assert!(limit < 1 << 26 && limit > (1 << 26) - 10);
        assert_eq!(WavEncoder::new(&spec, SampleFormat::F32, false).unwrap().max_frames(), u64::MAX);
    }
}
