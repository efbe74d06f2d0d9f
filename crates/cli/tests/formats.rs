//! Formats of files, as options and names choose them.

mod common;

use std::fs;

use common::{Folder, stderr};
use rae_codec::{AudioReader, TagKey};
use rae_testkit::peak;
use rust_audio_engine::midi::{Event, Meta, Sequence, TextKind, Track, TrackEvent};
use serde_json::Value;

/// Whether this build can write a format or a file.
fn built(name: &str) -> bool {
    cfg!(feature = "mp3") || !name.to_lowercase().ends_with("mp3")
}

/// Rate, frames and samples of a file.
fn read(folder: &Folder, name: &str) -> (u32, Vec<Vec<f32>>) {
    let mut reader = AudioReader::open(folder.path(name)).unwrap();
    let mut channels = vec![Vec::new(); reader.info().channels];
    while let Some(block) = reader.read().unwrap() {
        channels.iter_mut().enumerate().for_each(|(channel, all)| all.extend_from_slice(block.channel(channel)));
    }
    (reader.info().rate.hz(), channels)
}

#[test]
fn the_name_chooses_the_format() {
    let folder = Folder::new();
    for (name, rate, encoding) in [
        ("a.wav", 44_100, "WAV, 16 bit"),
        ("a.flac", 44_100, "FLAC, 16 bit, level 5"),
        ("a.MP3", 44_100, "MP3, quality 2"),
        ("a.opus", 48_000, "Opus, 128 kbit/s"),
    ]
    .into_iter()
    .filter(|row| built(row.0))
    {
        let report = folder.stdout(&format!("render song.mid -o {name} --json --normalize"));
        let report: Value = serde_json::from_str(&report).unwrap();
        let (found, channels) = read(&folder, name);
        assert_eq!((report["encoding"].as_str(), found, channels.len()), (Some(encoding), rate, 2));
        assert_eq!(report["sample_rate"], rate);
        assert_eq!(report["bytes"], fs::metadata(folder.path(name)).unwrap().len());
        assert_eq!(report["frames"], channels[0].len());
        let level = peak(&channels[0]);
        assert!((0.7..1.1).contains(&level), "{name}: {level}");
    }
}

#[test]
fn only_a_name_without_ending_is_wav_unasked() {
    let folder = Folder::new();
    folder.stdout("render song.mid -o sound.wav --quiet");
    for verb in ["render song.mid", "convert sound.wav", "process sound.wav --preset jazz", "master sound.wav"] {
        for name in ["take.xyz", "take.2", "take.m4a"] {
            let message = folder.fails(2, &format!("{verb} -o {name}"));
            let parts = [name, ".wav, .flac, .mp3 or .opus", "--format wav"];
            assert!(parts.iter().all(|part| message.contains(part)), "{verb}: {message}");
            folder.stdout(&format!("{verb} -o {name} --format wav"));
            assert!(fs::read(folder.path(name)).unwrap().starts_with(b"RIFF"), "{verb}");
            fs::remove_file(folder.path(name)).unwrap();
        }
        let told = stderr(&folder.rae(&format!("{verb} -o take")));
        assert!(told.starts_with("take: ") && told.contains("WAV"), "{verb}: {told}");
        fs::remove_file(folder.path("take")).unwrap();
    }
    assert_eq!(folder.names(), ["bank.sf2", "song.mid", "sound.wav"]);
}

#[test]
fn flac_holds_the_samples_of_wav() {
    let folder = Folder::new();
    for format in ["s16", "s24"] {
        for level in [0, 8] {
            folder.stdout(&format!("render song.mid -o a.wav --force --quiet --sample-format {format}"));
            folder
                .stdout(&format!("render song.mid -o a.flac --force --quiet --sample-format {format} --level {level}"));
            assert!(read(&folder, "a.wav") == read(&folder, "a.flac"), "{format}");
            let size = |name: &str| fs::metadata(folder.path(name)).unwrap().len();
            assert!(size("a.flac") < size("a.wav"));
        }
    }
}

#[test]
fn a_pipe_gets_every_format() {
    let folder = Folder::new();
    let starts = [("flac", b"fLaC".as_slice()), ("mp3", b"\xff\xfb"), ("opus", b"OggS"), ("wav", b"RIFF")];
    for (format, start) in starts.into_iter().filter(|row| built(row.0)) {
        let output = folder.rae(&format!("render song.mid -o - --format {format}"));
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(output.stdout.starts_with(start), "{format}: {:?}", &output.stdout[..8]);
        fs::write(folder.path("piped"), &output.stdout).unwrap();
        assert!(peak(&read(&folder, "piped").1[0]) > 0.01, "{format}");
    }
}

#[test]
fn what_a_pipe_costs_is_told() {
    let folder = Folder::new();
    for verb in ["render", "batch", "convert", "process", "master"] {
        let help = folder.stdout(&format!("{verb} --help"));
        let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("Through a pipe such a file cannot tell its length"), "{help}");
    }
}

#[test]
fn batches_and_stems_have_formats_too() {
    let folder = Folder::new();
    // Opus takes as much as it needs of a second.
    let (format, rate, most) = if built("mp3") { ("mp3", 44_100.0, 6.0) } else { ("opus", 48_000.0, 30.0) };
    folder.stdout(&format!("batch song.mid --out-dir out --format {format} --bitrate 96 --quiet"));
    let name = format!("out/song.{format}");
    let seconds = read(&folder, &name).1[0].len() as f64 / rate;
    let kbps = fs::metadata(folder.path(&name)).unwrap().len() as f64 * 8e-3 / seconds;
    assert!((kbps - 96.0).abs() < most, "{kbps} kbit/s");
    folder.stdout("render song.mid -o mix.flac --stems parts --quiet");
    let stem = fs::read_dir(folder.path("parts")).unwrap().next().unwrap().unwrap().file_name();
    assert!(stem.to_str().unwrap().ends_with(".flac"), "{stem:?}");
}

#[test]
fn what_does_not_fit_is_named_and_leaves_nothing() {
    let folder = Folder::new();
    for (options, parts) in [
        ("-o x.mp3 --level 3", ["level", "MP3"]),
        ("-o x.flac --bitrate 128", ["bitrate", "FLAC"]),
        ("-o x.opus --quality 2", ["quality", "Opus"]),
        ("-o x.opus --sample-format s24", ["sample format", "Opus"]),
        ("-o x.wav --format flac --sample-format f32", ["f32", "FLAC"]),
        ("-o x.mp3 --bitrate 100", ["100", "one of 32, 40"]),
        ("-o x.mp3 --bitrate 128 --quality 2", ["--bitrate", "--quality"]),
        ("-o x.flac --level 9", ["9", "0 (fastest) to 8"]),
        ("-o x.mp3 -r 96000", ["96000", "44100 or 48000"]),
        ("-o x.m4a", ["x.m4a", ".opus"]),
        ("-o x.wav --format ogg", ["ogg", "wav, flac, mp3 or opus"]),
    ] {
        let message = folder.fails(2, &format!("render song.mid {options}"));
        assert!(parts.iter().all(|part| message.contains(part)), "{options}: {message}");
    }
    let names: Vec<_> = fs::read_dir(folder.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn an_output_that_takes_no_more_is_named() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let folder = Folder::new();
    for format in ["wav", "flac", "mp3", "opus"].into_iter().filter(|format| built(format)) {
        let message = folder.fails(5, &format!("render song.mid -o /dev/full --format {format}"));
        assert!(message.contains("/dev/full"), "{message}");
    }
}

#[test]
fn the_title_of_a_song_becomes_a_tag() {
    let folder = Folder::new();
    let mut song = Sequence::read(&folder.path("song.mid")).unwrap().sequence;
    let name = Meta::Text { kind: TextKind::TrackName, bytes: "Grüße".into() };
    song.tracks.insert(0, Track { events: vec![TrackEvent { tick: 0, event: Event::Meta(name) }] });
    song.format = rust_audio_engine::midi::Format::Simultaneous;
    song.write(&folder.path("named.mid")).unwrap();
    for name in ["a.wav", "a.flac", "a.mp3", "a.opus"].into_iter().filter(|name| built(name)) {
        folder.stdout(&format!("render named.mid -o {name} --quiet"));
        let reader = AudioReader::open(folder.path(name)).unwrap();
        assert_eq!(reader.info().tags.get(TagKey::Title), Some("Grüße"), "{name}");
    }
}
