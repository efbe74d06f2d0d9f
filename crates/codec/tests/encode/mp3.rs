//! MP3 files decoded by FFmpeg and LAME.

use std::fs;

use rae_codec::{AudioReader, AudioSpec, DecodeLimits, Encoding, Mp3Rate, Tags};

use crate::common::{ffmpeg_decodes, file, have, level_db, music, run, spec, stream, tags};

const RATES: [(u32, u16); 9] = [
    (8000, 32),
    (11_025, 40),
    (12_000, 64),
    (16_000, 64),
    (22_050, 96),
    (24_000, 160),
    (32_000, 192),
    (44_100, 128),
    (48_000, 320),
];

#[test]
fn the_length_is_exact() {
    if !have(&["ffmpeg"]) {
        return;
    }
    for (rate, bitrate) in RATES {
        for (channels, frames) in [(2, 575), (1, 1152), (2, rate as usize + 7)] {
            for choice in [Mp3Rate::Constant(bitrate), Mp3Rate::Variable(2), Mp3Rate::Variable(9)] {
                let bytes = file(&music(channels, frames, rate), &spec(channels, rate), Encoding::Mp3(choice));
                let decoded = ffmpeg_decodes(&bytes, channels);
                assert_eq!(decoded.len().0, frames as u64, "{channels} x {frames} at {rate}, {choice:?}");
            }
        }
    }
}

/// FFmpeg does not take away as much as there is too much of files that are shorter than the encoder's delay.
#[test]
fn a_few_frames_come_back_from_lame() {
    if !have(&["lame"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sound.mp3");
    for rate in [8000, 22_050, 44_100] {
        for frames in [1, 2, 30, 47, 500] {
            for choice in [Mp3Rate::Constant(64), Mp3Rate::Variable(2)] {
                fs::write(&path, file(&music(1, frames, rate), &spec(1, rate), Encoding::Mp3(choice))).unwrap();
                let decoded = run("lame", &["--quiet", "--decode", "-t"], &path, &["-"]);
                assert_eq!(decoded.len(), 2 * frames, "{frames} at {rate}, {choice:?}");
            }
        }
    }
}

#[test]
fn level_and_place_stay() {
    if !have(&["ffmpeg"]) {
        return;
    }
    for channels in [1, 2] {
        for choice in [Mp3Rate::Constant(128), Mp3Rate::Constant(320), Mp3Rate::Variable(0), Mp3Rate::Variable(4)] {
            let buffer = music(channels, 132_300, 44_100);
            let decoded = ffmpeg_decodes(&file(&buffer, &spec(channels, 44_100), Encoding::Mp3(choice)), channels);
            let change = level_db(&decoded) - level_db(&buffer);
            assert!(change.abs() < 0.1, "{channels} channels, {choice:?}: {change} dB");
            // A shift by one frame would leave far more.
            let mut rest = buffer.clone();
            for channel in 0..channels {
                let decoded = decoded.channel(channel);
                rest.channel_mut(channel).iter_mut().zip(decoded).for_each(|(sample, other)| *sample -= other);
            }
            let rest = level_db(&rest) - level_db(&buffer);
            assert!(rest < -15.0, "{channels} channels, {choice:?}: {rest} dB");
        }
    }
}

#[test]
fn a_pipe_gets_sound_without_a_header_and_the_tags() {
    let buffer = music(2, 50_000, 44_100);
    let spec = AudioSpec { tags: tags(), ..spec(2, 44_100) };
    let encoding = Encoding::Mp3(Mp3Rate::Constant(128));
    let (whole, piped) = (file(&buffer, &spec, encoding), stream(&buffer, &spec, encoding));
    for bytes in [&whole, &piped] {
        assert_eq!(bytes[..6], *b"ID3\x04\0\0");
        for part in ["TIT2", "\u{3}Grüße, 世界", "One\0Two", "TRCK", "\u{3}und\0a = b"] {
            assert!(bytes.windows(part.len()).any(|window| window == part.as_bytes()), "{part}");
        }
    }
    let read = AudioReader::from_bytes(whole.clone(), "memory", &DecodeLimits::default()).unwrap();
    let sorted = |tags: &Tags| {
        let mut fields: Vec<_> = tags.iter().map(|(key, value)| (key, value.to_owned())).collect();
        fields.sort();
        fields
    };
    assert_eq!(sorted(&read.info().tags), sorted(&spec.tags));
    let has_header = |bytes: &[u8]| bytes.windows(4).any(|window| window == b"Info");
    assert!(has_header(&whole) && !has_header(&piped));
}
