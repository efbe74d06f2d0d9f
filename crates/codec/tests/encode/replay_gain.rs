//! Loudness in tags, as other programs see it and as it is read back.

use std::fs;

use rae_codec::{AudioReader, AudioSpec, DecodeLimits, Encoding, Level, ReplayGain, SampleFormat};

use crate::common::{file, have, music, run, spec, tags};

fn replay_gain() -> ReplayGain {
    ReplayGain { track: Level::new(-14.26, 0.987_654).unwrap(), album: Level::new(-15.5, 1.012_345) }
}

fn encodings() -> Vec<(&'static str, Encoding)> {
    let flac = Encoding::Flac { samples: SampleFormat::S16, level: 5 };
    let mut all = vec![("flac", flac), ("opus", Encoding::Opus { bitrate: 96 })];
    if cfg!(feature = "mp3") {
        all.push(("mp3", Encoding::Mp3(rae_codec::Mp3Rate::Variable(4))));
    }
    all
}

fn bytes(encoding: Encoding) -> Vec<u8> {
    let mut tags = tags();
    tags.set_replay_gain(Some(replay_gain()));
    file(&music(2, 48_000, 48_000), &AudioSpec { tags, ..spec(2, 48_000) }, encoding)
}

#[test]
fn what_is_written_is_read_back() {
    for (name, encoding) in encodings() {
        let reader = AudioReader::from_bytes(bytes(encoding), "memory", &DecodeLimits::default()).unwrap();
        let found = reader.info().tags.replay_gain().unwrap();
        let album = found.album.unwrap();
        // R128 tags are whole 256ths of a decibel.
        assert!((found.track.gain_db() + 3.74).abs() < 0.006, "{name}: {found:?}");
        assert!((album.gain_db() + 2.5).abs() < 0.006, "{name}: {found:?}");
        let peaks = if name == "opus" { (None, None) } else { (Some(0.987_654), Some(1.012_345)) };
        assert_eq!((found.track.peak(), album.peak()), peaks, "{name}");
        assert_eq!(reader.info().tags.iter().count(), tags().iter().count(), "{name}: the other fields");
    }
}

#[test]
fn another_program_finds_the_fields() {
    if !have(&["ffprobe"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, encoding) in encodings() {
        let path = folder.path().join(format!("sound.{name}"));
        fs::write(&path, bytes(encoding)).unwrap();
        let found = run("ffprobe", &["-v", "error", "-show_entries", "format_tags:stream_tags"], &path, &[]);
        let found = String::from_utf8(found).unwrap();
        // RFC 7845: (−23 + 14.26)·256 = −2237.4 and (−23 + 15.5)·256 = −1920.
        let fields: &[&str] = match name {
            "opus" => &["R128_TRACK_GAIN=-2237", "R128_ALBUM_GAIN=-1920"],
            _ => {
                &["REPLAYGAIN_TRACK_GAIN=-3.74 dB", "REPLAYGAIN_TRACK_PEAK=0.987654", "REPLAYGAIN_ALBUM_GAIN=-2.50 dB"]
            }
        };
        assert!(fields.iter().all(|field| found.to_uppercase().contains(&field.to_uppercase())), "{name}: {found}");
        assert!(name != "opus" || !found.contains("REPLAYGAIN"), "{found}");
    }
}
