//! FLAC files decoded by Symphonia and, where it is installed, tested by the reference program.

use std::fs;
use std::io::Cursor;

use rae_codec::{AudioReader, AudioSpec, DecodeLimits, Encoding, SampleFormat, wav_bytes};
use rae_dsp::AudioBuffer;
use rae_dsp::hash::noise;

use crate::common::{file, have, music, run, spec, stream, tags};

fn flac(samples: SampleFormat, level: u8) -> Encoding {
    Encoding::Flac { samples, level }
}

/// The integers that a WAV file would hold, interleaved: another part of the crate, itself tested against hound.
fn integers(buffer: &AudioBuffer, rate: u32, samples: SampleFormat) -> Vec<i32> {
    let wav = wav_bytes(buffer, spec(1, rate).rate, samples).unwrap();
    hound::WavReader::new(Cursor::new(wav)).unwrap().samples::<i32>().map(Result::unwrap).collect()
}

/// What comes back, as integers of so many bits, interleaved.
fn decoded(bytes: Vec<u8>, samples: SampleFormat) -> Vec<i32> {
    let mut reader = AudioReader::from_bytes(bytes, "memory", &DecodeLimits::default()).unwrap();
    let full = 2f32.powi(samples.bits() as i32 - 1);
    let mut integers = Vec::new();
    while let Some(block) = reader.read().unwrap() {
        for frame in 0..block.len().0 as usize {
            integers.extend((0..block.channels()).map(|channel| (block.channel(channel)[frame] * full) as i32));
        }
    }
    integers
}

/// The stream info block of RFC 9639, section 8.2.
struct StreamInfo {
    blocks: (u16, u16),
    rate: u32,
    channels: u32,
    bits: u32,
    samples: u64,
    md5: [u8; 16],
}

fn stream_info(bytes: &[u8]) -> StreamInfo {
    assert_eq!(bytes[..8], *b"fLaC\0\0\0\x22");
    let short = |at: usize| u16::from_be_bytes(bytes[at..at + 2].try_into().unwrap());
    let packed = u64::from_be_bytes(bytes[18..26].try_into().unwrap());
    StreamInfo {
        blocks: (short(8), short(10)),
        rate: (packed >> 44) as u32,
        channels: (packed >> 41 & 7) as u32 + 1,
        bits: (packed >> 36 & 31) as u32 + 1,
        samples: packed & ((1 << 36) - 1),
        md5: bytes[26..42].try_into().unwrap(),
    }
}

/// Signals that need every kind of subframe: silence, constants, full-scale noise, square waves, tones.
fn signals(channels: usize, frames: usize, rate: u32) -> Vec<(&'static str, AudioBuffer)> {
    let made = |sample: &dyn Fn(usize, usize) -> f32| {
        let samples = (0..channels).flat_map(|c| (0..frames).map(move |n| (c, n))).map(|(c, n)| sample(c, n)).collect();
        AudioBuffer::from_planar(samples, channels).unwrap()
    };
    vec![
        ("music", music(channels, frames, rate)),
        ("silence", AudioBuffer::new(channels, frames)),
        ("constant", made(&|c, _| 0.25 - c as f32 * 0.1)),
        ("noise", made(&|c, n| noise(c as u64, n as u64) as f32)),
        ("square", made(&|c, n| if (n / (50 + c)).is_multiple_of(2) { 1.0 } else { -1.0 })),
        ("alike", made(&|_, n| (n as f32 * 0.05).sin() * 0.9)),
        ("opposite", made(&|c, n| (n as f32 * 0.05).sin() * if c == 0 { 1.0 } else { -1.0 })),
        ("click", made(&|_, n| if n == frames / 2 { -1.0 } else { 0.0 })),
    ]
}

#[test]
fn every_signal_comes_back_bit_for_bit_at_every_level() {
    for level in 0..=8 {
        for (name, buffer) in signals(2, 9000, 44_100) {
            for samples in [SampleFormat::S16, SampleFormat::S24] {
                let bytes = file(&buffer, &spec(2, 44_100), flac(samples, level));
                let same = decoded(bytes, samples) == integers(&buffer, 44_100, samples);
                assert!(same, "{name}, {samples:?}, level {level}");
            }
        }
    }
}

#[test]
fn every_length_channel_count_and_rate_comes_back_bit_for_bit() {
    for (channels, frames, rate) in [
        (1, 1, 8000),
        (1, 2, 11_025),
        (2, 15, 22_050),
        (2, 16, 44_100),
        (1, 4095, 48_000),
        (2, 4096, 88_200),
        (2, 4097, 96_000),
        (1, 12_289, 192_000),
        (1, 5000, 1),
        (1, 5000, 65_534),
        (1, 5000, 655_340),
        (3, 5000, 12_000),
        (6, 5000, 176_400),
        (8, 5000, 192_000),
    ] {
        let buffer = music(channels, frames, rate);
        for samples in [SampleFormat::S16, SampleFormat::S24] {
            let bytes = file(&buffer, &spec(channels, rate), flac(samples, 5));
            let info = stream_info(&bytes);
            assert_eq!((info.samples, info.channels), (frames as u64, channels as u32));
            assert_eq!((info.rate, info.bits), (rate, samples.bits()));
            let piped = stream(&buffer, &spec(channels, rate), flac(samples, 5));
            for bytes in [bytes, piped] {
                let same = decoded(bytes, samples) == integers(&buffer, rate, samples);
                assert!(same, "{channels} x {frames} at {rate}, {samples:?}");
            }
        }
    }
}

#[test]
fn the_header_says_what_is_there() {
    let buffer = music(2, 100_000, 44_100);
    let spec = AudioSpec { tags: tags(), ..spec(2, 44_100) };
    let bytes = file(&buffer, &spec, flac(SampleFormat::S16, 5));
    let info = stream_info(&bytes);
    let wav = wav_bytes(&buffer, spec.rate, SampleFormat::S16).unwrap();
    assert_eq!((info.blocks, info.md5), ((4096, 4096), md5::compute(&wav[44..]).0));
    let reader = AudioReader::from_bytes(bytes, "memory", &DecodeLimits::default()).unwrap();
    assert_eq!(reader.info().tags, tags());
    // A pipe cannot be rewound: 0 means that length and check sum are not known.
    let info = stream_info(&stream(&buffer, &spec, flac(SampleFormat::S16, 5)));
    assert_eq!((info.samples, info.md5), (0, [0; 16]));
}

#[test]
fn the_reference_program_finds_no_fault() {
    if !have(&["flac", "metaflac"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (path, raw) = (folder.path().join("sound.flac"), folder.path().join("sound.raw"));
    for (channels, frames, rate, samples) in [
        (2, 600_001, 44_100, SampleFormat::S16),
        (2, 100_000, 96_000, SampleFormat::S24),
        (1, 1, 8000, SampleFormat::S16),
        (1, 0, 8000, SampleFormat::S24),
        (5, 10_000, 192_000, SampleFormat::S24),
    ] {
        let buffer = music(channels, frames, rate);
        let wav = wav_bytes(&buffer, spec(1, rate).rate, samples).unwrap();
        let size = frames * channels * samples.bytes() as usize;
        for bytes in [
            file(&buffer, &spec(channels, rate), flac(samples, 8)),
            stream(&buffer, &spec(channels, rate), flac(samples, 5)),
        ] {
            fs::write(&path, bytes).unwrap();
            // Without a check sum, `-w` would make the warning about it an error.
            run("flac", &["-t", "-s"], &path, &[]);
            let output = format!("--output-name={}", raw.display());
            run(
                "flac",
                &["-d", "-s", "-f", "--force-raw-format", "--endian=little", "--sign=signed", &output],
                &path,
                &[],
            );
            let data = wav.len() - size - (size & 1);
            assert!(fs::read(&raw).unwrap() == wav[data..data + size], "{channels} x {frames} at {rate}");
        }
    }
    fs::write(&path, file(&music(2, 3_000_000, 44_100), &spec(2, 44_100), flac(SampleFormat::S16, 0))).unwrap();
    run("flac", &["-t", "-s", "-w"], &path, &[]);
    let list = String::from_utf8(run("metaflac", &["--list", "--block-type=SEEKTABLE"], &path, &[])).unwrap();
    assert!(list.contains("seek points: 7") && list.contains("point 1: sample_number=438272"), "{list}");
}
