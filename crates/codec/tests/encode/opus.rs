//! Opus files decoded by libopus, in FFmpeg and the reference tools.

use std::fs;

use rae_codec::{AudioSpec, Encoding};
use rae_dsp::AudioBuffer;

use crate::common::{ffmpeg_decodes, file, have, level_db, music, run, spec, stream, tags};

const RATES: [u32; 5] = [8000, 12_000, 16_000, 24_000, 48_000];

#[test]
fn the_length_is_exact() {
    if !have(&["ffmpeg"]) {
        return;
    }
    for rate in RATES {
        for (channels, frames) in
            [(1, 1), (2, 500), (1, rate as usize / 50), (2, rate as usize + 7), (2, 3 * rate as usize)]
        {
            let bytes = file(&music(channels, frames, rate), &spec(channels, rate), Encoding::Opus { bitrate: 64 });
            let decoded = ffmpeg_decodes(&bytes, channels);
            assert_eq!(decoded.len().0, (frames * 48_000 / rate as usize) as u64, "{channels} x {frames} at {rate}");
        }
    }
}

#[test]
fn a_pipe_gets_the_same_bytes() {
    let buffer = music(2, 100_000, 48_000);
    let encoding = Encoding::Opus { bitrate: 96 };
    assert!(file(&buffer, &spec(2, 48_000), encoding) == stream(&buffer, &spec(2, 48_000), encoding));
}

#[test]
fn the_level_stays() {
    if !have(&["ffmpeg"]) {
        return;
    }
    for (channels, bitrate) in [(1, 64), (2, 128), (2, 256)] {
        let buffer = music(channels, 480_000, 48_000);
        let decoded = ffmpeg_decodes(&file(&buffer, &spec(channels, 48_000), Encoding::Opus { bitrate }), channels);
        let change = level_db(&decoded) - level_db(&buffer);
        assert!(change.abs() < 0.1, "{channels} channels at {bitrate} kbit/s: {change} dB");
    }
}

#[test]
fn the_reference_tool_finds_no_fault_and_the_tags() {
    if !have(&["opusinfo"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sound.opus");
    let spec = AudioSpec { tags: tags(), ..spec(2, 48_000) };
    for frames in [0, 1, 96_001, 1_000_000] {
        fs::write(&path, file(&music(2, frames, 48_000), &spec, Encoding::Opus { bitrate: 128 })).unwrap();
        let found = String::from_utf8(run("opusinfo", &[], &path, &[])).unwrap();
        assert!(!found.contains("WARNING") && found.contains("Pre-skip: 312"), "{found}");
        for tag in ["TITLE=Grüße, 世界", "ARTIST=One", "ARTIST=Two", "TRACKNUMBER=3/12", "COMMENT=a = b"] {
            assert!(found.contains(tag), "{found}");
        }
    }
}

#[test]
fn no_sound_is_a_file_too() {
    let bytes = file(&AudioBuffer::new(1, 0), &spec(1, 48_000), Encoding::Opus { bitrate: 64 });
    assert_eq!(&bytes[..4], b"OggS");
}
