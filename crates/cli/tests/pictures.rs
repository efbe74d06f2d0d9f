//! `rae waveform` and `rae peaks`.

mod common;

use std::fs;
use std::process::Stdio;

use common::{Folder, size};

/// A folder with `tone.wav`: 2 s of stereo, left a wave of ±16384, right silent.
fn folder() -> Folder {
    let folder = Folder::new();
    let spec =
        hound::WavSpec { channels: 2, sample_rate: 8000, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(folder.path("tone.wav"), spec).unwrap();
    for n in 0..16_000 {
        writer.write_sample(if n % 2 == 0 { 16_384i16 } else { -16_384 }).unwrap();
        writer.write_sample(0i16).unwrap();
    }
    writer.finalize().unwrap();
    folder
}

#[test]
fn pictures_are_made_beside_the_sound_or_where_one_says() {
    let folder = folder();
    folder.stdout("waveform tone.wav --quiet");
    assert_eq!(size(&fs::read(folder.path("tone.waveform.png")).unwrap()), (1000, 200));
    assert!(folder.fails(5, "waveform tone.wav").contains("tone.waveform.png exists"));
    folder.stdout("waveform tone.wav --quiet --force --width 300 --height 50 --scale 2");
    assert_eq!(size(&fs::read(folder.path("tone.waveform.png")).unwrap()), (600, 100));
    folder.stdout("waveform tone.wav -o a.svg --quiet --axis --split --floor --theme dark --played 0:01 --color teal");
    let svg = fs::read_to_string(folder.path("a.svg")).unwrap();
    for part in ["<svg ", "#008080", ">0.4 s</text>", ">L</text>", " dB</text>", "</svg>"] {
        assert!(svg.contains(part), "{part}");
    }
    let output = folder.rae("waveform tone.wav -o - --samples-per-pixel 100 --start 0.5");
    assert_eq!(size(&output.stdout), (120, 200));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("standard output: from 0:02.0 of stereo at 8000 Hz"), "{told}");
}

#[test]
fn a_pipe_is_read_and_needs_a_name_for_the_output() {
    let folder = folder();
    let piped = |line: &str| {
        let input = fs::File::open(folder.path("tone.wav")).unwrap();
        folder.command(line).stdin(Stdio::from(input)).output().unwrap()
    };
    let output = piped("waveform - -o -");
    assert!(output.status.success() && size(&output.stdout) == (1000, 200));
    let output = piped("peaks - --quiet");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("name the output with -o"));
}

#[test]
fn peaks_are_what_the_samples_are() {
    let folder = folder();
    folder.stdout("peaks tone.wav --quiet");
    let json: serde_json::Value = serde_json::from_slice(&fs::read(folder.path("tone.peaks.json")).unwrap()).unwrap();
    assert_eq!(
        (json["length"].as_u64(), json["bits"].as_u64(), json["channels"].as_u64()),
        (Some(63), Some(16), Some(1))
    );
    let pairs = json["data"].as_array().unwrap();
    // The mean of the channels.
    assert!(pairs.chunks(2).all(|pair| pair[0].as_i64() == Some(-8192) && pair[1].as_i64() == Some(8192)));
    folder.stdout("peaks tone.wav -o tone.dat --bits 8 --split -z 1000 --quiet");
    let dat = fs::read(folder.path("tone.dat")).unwrap();
    assert_eq!((dat.len(), &dat[24..28]), (24 + 16 * 4, &[192, 64, 0, 0][..]));
    let floats: serde_json::Value =
        serde_json::from_str(&folder.stdout("peaks tone.wav -o - --float --width 3 --quiet")).unwrap();
    assert_eq!(floats["data"], serde_json::json!([-0.25, 0.25, -0.25, 0.25, -0.25, 0.25]));
}

#[test]
fn what_cannot_be_drawn_is_said_by_name() {
    let folder = folder();
    fs::write(folder.path("text.wav"), "no sound at all").unwrap();
    for (code, line, words) in [
        (3, "waveform none.wav", "none.wav"),
        (4, "waveform text.wav", "text.wav"),
        (4, "peaks song.mid", "rae render"),
        (2, "waveform tone.wav --width 0", "0 x 200"),
        (2, "waveform tone.wav --width 40000 --scale 16", "640000"),
        (2, "waveform tone.wav --color blurple", "--color"),
        (2, "waveform tone.wav --theme blue", "--theme"),
        (2, "waveform tone.wav --start 2", "ends at 2.000 s"),
        (2, "waveform tone.wav --start 1 --end 0.5", "end is 0.5"),
        (2, "waveform tone.wav --floor 3", "-200 to -1"),
        (2, "waveform tone.wav -o x.gif", ".gif"),
        (2, "peaks tone.wav -z 0", "samples per pixel"),
        (2, "peaks tone.wav --float -o x.dat", "--float"),
        (2, "peaks tone.wav --width 3 -z 3", "--width"),
        (5, "waveform tone.wav -o tone.wav --format png --force", "same file as the input"),
        (5, "peaks tone.wav -o nowhere/x.json", "nowhere"),
    ] {
        let message = folder.fails(code, line);
        assert!(message.contains(words), "{line}: {message}");
    }
    assert!(!folder.path("tone.waveform.png").exists() && !folder.path("x.dat").exists());
}

#[test]
fn a_render_is_drawn_while_it_is_made() {
    let folder = Folder::new();
    folder.stdout("render song.mid -o a.wav --sample-format f32 --normalize --waveform a.png --peaks a.dat --quiet");
    folder.stdout("peaks a.wav -o b.dat --quiet");
    assert!(fs::read(folder.path("a.dat")).unwrap() == fs::read(folder.path("b.dat")).unwrap());
    assert_eq!(size(&fs::read(folder.path("a.png")).unwrap()), (1000, 200));
    let message = folder.fails(5, "render song.mid -o c.wav --waveform a.png");
    assert!(message.contains("a.png exists") && !folder.path("c.wav").exists(), "{message}");
    assert!(folder.fails(2, "render song.mid -o c.wav --peaks a.txt").contains(".txt"));
    assert!(folder.fails(2, "render song.mid --stems d --waveform e.png").contains("--output"));
}
