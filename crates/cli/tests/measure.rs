//! `rae measure`.

mod common;

use std::f64::consts::TAU;
use std::io::Write;
use std::process::Stdio;

use common::{Folder, stderr};
use serde_json::Value;

/// Writes 20 s of a stereo sine of 1 kHz at −23 dBFS with an offset of 0.01 on the right.
fn write_tone(folder: &Folder) {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 48_000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut wav = hound::WavWriter::create(folder.path("tone.wav"), spec).unwrap();
    for n in 0..20 * 48_000 {
        let sample = (10f64.powf(-23.0 / 20.0) * (TAU * 1000.0 * f64::from(n) / 48_000.0).sin()) as f32;
        wav.write_sample(sample).unwrap();
        wav.write_sample(sample + 0.01).unwrap();
    }
    wav.finalize().unwrap();
}

fn near(value: &Value, expected: f64, tolerance: f64) {
    assert!((value.as_f64().unwrap() - expected).abs() <= tolerance, "{value} instead of {expected}");
}

#[test]
fn a_tone_has_its_levels() {
    let folder = Folder::new();
    write_tone(&folder);
    let found: Value = serde_json::from_str(&folder.stdout("measure tone.wav --json")).unwrap();
    near(&found["integrated_lufs"], -23.0, 0.1);
    near(&found["true_peak_db"], 20.0 * (10f64.powf(-23.0 / 20.0) + 0.01).log10(), 0.05);
    near(&found["channels"][0]["rms_db"], -26.01, 0.01);
    near(&found["channels"][0]["dc_offset"], 0.0, 1e-6);
    near(&found["channels"][1]["dc_offset"], 0.01, 1e-6);
    near(&found["duration"], 20.0, 1e-9);
    assert_eq!((&found["clipped_samples"], &found["sample_rate_hz"]), (&0.into(), &48_000.into()));
    let text = folder.stdout("measure tone.wav");
    let line: Vec<&str> = text.lines().nth(1).unwrap().split_whitespace().collect();
    let ["integrated", "loudness", level, "LUFS"] = line[..] else { panic!("{text}") };
    assert!((level.parse::<f64>().unwrap() + 23.0).abs() <= 0.1, "{text}");
}

#[test]
fn an_album_is_measured_as_one_recording() {
    let folder = Folder::new();
    write_tone(&folder);
    folder.stdout("render song.mid -o song.wav --quiet");
    folder.stdout("convert tone.wav -o part.wav --quiet -r 44100");
    let found: Value =
        serde_json::from_str(&folder.stdout("measure song.wav part.wav tone.wav --album --json")).unwrap();
    let files = found["files"].as_array().unwrap();
    assert_eq!((files.len(), &files[1]["input"]), (3, &"part.wav".into()));
    // 40 s of the tone, beside which the song is too soft and too short to count.
    near(&found["album"]["integrated_lufs"], -23.0, 0.1);
    assert_eq!(
        found["album"]["true_peak_db"],
        files[1]["true_peak_db"].as_f64().unwrap().max(files[2]["true_peak_db"].as_f64().unwrap())
    );
    let text = folder.stdout("measure song.wav tone.wav --album");
    assert!(text.starts_with("song.wav\n") && text.contains("all of them\nintegrated loudness"), "{text}");
    let output = folder.rae("measure song.wav song.mid --album --json");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &told["album"]), (Some(1), &Value::Null));
    assert!(told["files"][1]["error"].as_str().unwrap().contains("MIDI"), "{told}");
}

#[test]
fn a_pipe_is_measured_too() {
    let folder = Folder::new();
    write_tone(&folder);
    let bytes = std::fs::read(folder.path("tone.wav")).unwrap();
    let mut child = folder.command("measure - --json").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), folder.stdout("measure tone.wav --json"));
}

#[test]
fn what_is_no_sound_is_refused() {
    let folder = Folder::new();
    std::fs::write(folder.path("text.wav"), "no sound at all").unwrap();
    folder.fails(4, "measure text.wav");
    let missing = folder.fails(3, "measure missing.flac");
    assert!(missing.contains("missing.flac"), "{missing}");
}
