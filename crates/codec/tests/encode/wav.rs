//! WAV files read back by an independent reader, and headers byte by byte.

use std::io::Cursor;

use proptest::prelude::*;
use rae_codec::{AudioSpec, AudioWriter, CodecError, Encoding, SampleFormat, Tags, wav_bytes};
use rae_dsp::AudioBuffer;
use rae_dsp::hash::noise;
use rae_units::{Frames, SampleRate};

use crate::common::{file, have, run, tags};

const RATE: SampleRate = SampleRate::CD;

fn spec(channels: u16, max_frames: Option<u64>) -> AudioSpec {
    AudioSpec { rate: RATE, channels, max_frames: max_frames.map(Frames), tags: Tags::default() }
}

fn signal(channels: usize, frames: usize) -> AudioBuffer {
    let samples = (0..(channels * frames) as u64).map(|n| noise(1, n) as f32 * 0.9).collect();
    AudioBuffer::from_planar(samples, channels).unwrap()
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

#[test]
fn floats_come_back_bit_for_bit() {
    let buffer = signal(2, 10_001);
    let bytes = wav_bytes(&buffer, RATE, SampleFormat::F32).unwrap();
    let mut reader = hound::WavReader::new(Cursor::new(bytes)).unwrap();
    assert_eq!(
        reader.spec(),
        hound::WavSpec {
            channels: 2,
            sample_rate: 44_100,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float
        }
    );
    let read: Vec<f32> = reader.samples::<f32>().map(Result::unwrap).collect();
    assert_eq!(read.len(), 20_002);
    assert!(read.chunks(2).enumerate().all(|(n, f)| f[0] == buffer.channel(0)[n] && f[1] == buffer.channel(1)[n]));
}

#[test]
fn integers_come_back_rounded() {
    let buffer = signal(2, 10_000);
    for (format, bits, error) in [(SampleFormat::S16, 16, 1.5), (SampleFormat::S24, 24, 0.5)] {
        let mut reader = hound::WavReader::new(Cursor::new(wav_bytes(&buffer, RATE, format).unwrap())).unwrap();
        assert_eq!((reader.spec().bits_per_sample, reader.spec().channels), (bits, 2));
        let scale = 2f64.powi(i32::from(bits) - 1);
        let read: Vec<i32> = reader.samples::<i32>().map(Result::unwrap).collect();
        assert_eq!(read.len(), 20_000);
        for (at, &value) in read.iter().enumerate() {
            let exact = f64::from(buffer.channel(at % 2)[at / 2]) * scale;
            assert!((f64::from(value) - exact).abs() <= error, "{format:?} sample {at}: {value} for {exact}");
        }
    }
}

#[test]
fn digital_silence_stays_silence_in_every_format() {
    for (format, header) in [(SampleFormat::S16, 44), (SampleFormat::S24, 68), (SampleFormat::F32, 58)] {
        let bytes = wav_bytes(&AudioBuffer::new(2, 5000), RATE, format).unwrap();
        assert_eq!(bytes.len(), header + 5000 * 2 * format.bytes() as usize);
        assert!(bytes[header..].iter().all(|&byte| byte == 0));
    }
}

#[test]
fn sixteen_bit_header_is_the_classic_one() {
    let bytes = wav_bytes(&AudioBuffer::new(2, 3), RATE, SampleFormat::S16).unwrap();
    let expected: Vec<u8> = [
        b"RIFF".as_slice(),
        &48u32.to_le_bytes(),
        b"WAVEfmt ",
        &16u32.to_le_bytes(),
        &[1, 0, 2, 0],
        &44_100u32.to_le_bytes(),
        &176_400u32.to_le_bytes(),
        &[4, 0, 16, 0],
        b"data",
        &12u32.to_le_bytes(),
    ]
    .concat();
    assert_eq!(bytes[..44], expected);
}

#[test]
fn twenty_four_bits_are_extensible_pcm_and_floats_have_a_fact_chunk() {
    let bytes = wav_bytes(&AudioBuffer::new(2, 3), RATE, SampleFormat::S24).unwrap();
    assert_eq!((word(&bytes, 16), &bytes[20..22]), (40, [0xfe, 0xff].as_slice()));
    assert_eq!((&bytes[36..40], word(&bytes, 40)), ([22, 0, 24, 0].as_slice(), 3));
    assert_eq!(bytes[44..60], *b"\x01\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
    let bytes = wav_bytes(&AudioBuffer::new(1, 3), RATE, SampleFormat::F32).unwrap();
    assert_eq!((word(&bytes, 16), &bytes[20..22], &bytes[36..38]), (18, [3, 0].as_slice(), [0, 0].as_slice()));
    assert_eq!((&bytes[38..42], word(&bytes, 42), word(&bytes, 46)), (b"fact".as_slice(), 4, 3));
}

#[test]
fn an_odd_number_of_bytes_is_padded() {
    let bytes = wav_bytes(&signal(1, 3), RATE, SampleFormat::S24).unwrap();
    assert_eq!((bytes.len(), word(&bytes, 4) as usize, word(&bytes, 64)), (68 + 10, 70, 9));
    assert_eq!(hound::WavReader::new(Cursor::new(bytes)).unwrap().samples::<i32>().count(), 3);
}

#[test]
fn a_file_of_unknown_length_keeps_room_and_is_still_read() {
    let buffer = signal(2, 5000);
    let mut writer =
        AudioWriter::seekable(Cursor::new(Vec::new()), "x", &spec(2, None), Encoding::Wav(SampleFormat::F32)).unwrap();
    for start in (0..5000).step_by(700) {
        let end = 5000.min(start + 700);
        writer.write(&[&buffer.channel(0)[start..end], &buffer.channel(1)[start..end]]).unwrap();
    }
    let (sink, summary) = writer.finish().unwrap();
    let bytes = sink.into_inner();
    assert_eq!((summary.frames, summary.bytes), (Frames(5000), bytes.len() as u64));
    assert_eq!((&bytes[..4], &bytes[12..16]), (b"RIFF".as_slice(), b"JUNK".as_slice()));
    assert_eq!(word(&bytes, 4) as usize, bytes.len() - 8);
    let read: Vec<f32> = hound::WavReader::new(Cursor::new(bytes)).unwrap().samples().map(Result::unwrap).collect();
    assert!(read.iter().step_by(2).eq(buffer.channel(0)) && read.iter().skip(1).step_by(2).eq(buffer.channel(1)));
}

#[test]
fn a_pipe_gets_sizes_that_mean_until_the_end() {
    for format in [SampleFormat::S16, SampleFormat::S24, SampleFormat::F32] {
        let mut writer = AudioWriter::streaming(Vec::new(), "-", &spec(2, None), Encoding::Wav(format)).unwrap();
        writer.write(&[&[0.5; 10], &[0.25; 10]]).unwrap();
        let (bytes, summary) = writer.finish().unwrap();
        let header = bytes.len() - 20 * format.bytes() as usize;
        assert_eq!(summary.bytes, bytes.len() as u64);
        assert_eq!((word(&bytes, 4), word(&bytes, header - 4)), (u32::MAX, u32::MAX));
        assert_eq!(bytes[header - 8..header - 4], *b"data");
    }
}

#[test]
fn names_are_read_by_ffmpeg_and_the_sound_by_others() {
    let spec = AudioSpec { tags: tags(), ..spec(2, Some(5000)) };
    let buffer = signal(2, 5000);
    let bytes = file(&buffer, &spec, Encoding::Wav(SampleFormat::F32));
    let header = b"LIST".iter().chain(&[74, 0, 0, 0]).chain(b"INFOINAM").copied().collect::<Vec<u8>>();
    assert!(bytes.windows(header.len()).any(|window| window == header));
    assert_eq!(word(&bytes, 4) as usize, bytes.len() - 8);
    let read: Vec<f32> =
        hound::WavReader::new(Cursor::new(bytes.clone())).unwrap().samples().map(Result::unwrap).collect();
    assert!(read.iter().step_by(2).eq(buffer.channel(0)));
    if !have(&["ffmpeg"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sound.wav");
    std::fs::write(&path, bytes).unwrap();
    let told = run("ffmpeg", &["-v", "error", "-i"], &path, &["-f", "ffmetadata", "-"]);
    let told = String::from_utf8(told).unwrap();
    for field in ["title=Grüße, 世界", "artist=One\\; Two", "comment=a \\= b", "track=3/12"] {
        assert!(told.contains(field), "{told}");
    }
}

#[test]
fn room_is_kept_only_where_it_may_be_needed() {
    let header = |max_frames| {
        let sink = Cursor::new(Vec::new());
        let writer = AudioWriter::seekable(sink, "x", &spec(2, max_frames), Encoding::Wav(SampleFormat::S16)).unwrap();
        writer.finish().unwrap().0.into_inner().len()
    };
    assert_eq!((header(Some(1 << 29)), header(Some(1 << 30)), header(None)), (44, 80, 80));
}

#[test]
fn what_is_no_number_becomes_zero_and_is_counted() {
    let broken = [0.5, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.5, -1.0];
    for format in [SampleFormat::S16, SampleFormat::S24, SampleFormat::F32] {
        let mut writer =
            AudioWriter::seekable(Cursor::new(Vec::new()), "x", &spec(1, Some(6)), Encoding::Wav(format)).unwrap();
        writer.write(&[&broken]).unwrap();
        let (sink, summary) = writer.finish().unwrap();
        assert_eq!((summary.non_finite, summary.clipped), (3, u64::from(format.is_integer())));
        let mut reader = hound::WavReader::new(Cursor::new(sink.into_inner())).unwrap();
        let read: Vec<f64> = if format.is_integer() {
            reader.samples::<i32>().map(|s| f64::from(s.unwrap())).collect()
        } else {
            reader.samples::<f32>().map(|s| f64::from(s.unwrap())).collect()
        };
        assert_eq!(read[1..4], [0.0; 3]);
        let full = 2f64.powi(format.bytes() as i32 * 8 - 1) - 1.0;
        assert_eq!(read[4], if format.is_integer() { full } else { 1.5 });
    }
}

#[test]
fn impossible_channel_counts_are_refused() {
    for channels in [0, 16_384] {
        let failed =
            AudioWriter::streaming(Vec::new(), "-", &spec(channels, None), Encoding::Wav(SampleFormat::F32)).map(drop);
        assert!(matches!(failed, Err(CodecError::Channels { .. })));
    }
}

proptest! {
    #[test]
    fn block_sizes_never_reach_the_bytes(cuts in prop::collection::vec(0usize..6000, 0..6), format in 0..3) {
        let format = [SampleFormat::S16, SampleFormat::S24, SampleFormat::F32][format as usize];
        let buffer = signal(2, 6000);
        let whole = wav_bytes(&buffer, RATE, format).unwrap();
        let mut writer = AudioWriter::seekable(Cursor::new(Vec::new()), "x", &spec(2, Some(6000)), Encoding::Wav(format)).unwrap();
        let mut edges = cuts;
        edges.extend([0, 6000]);
        edges.sort_unstable();
        for edge in edges.windows(2) {
            writer.write(&[&buffer.channel(0)[edge[0]..edge[1]], &buffer.channel(1)[edge[0]..edge[1]]]).unwrap();
        }
        prop_assert!(writer.finish().unwrap().0.into_inner() == whole);
    }
}
