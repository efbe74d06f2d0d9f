//! `rae master` on the command line.

mod common;

use std::fs;

use common::Folder;
use serde_json::Value;

/// A folder with `song.wav`.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.stdout("render song.mid -o song.wav --quiet --sample-format f32");
    folder
}

fn loudness(folder: &Folder, name: &str) -> (f64, f64) {
    let measured: Value = serde_json::from_str(&folder.stdout(&format!("measure {name} --json"))).unwrap();
    (measured["integrated_lufs"].as_f64().unwrap(), measured["true_peak_db"].as_f64().unwrap())
}

#[test]
fn loudness_and_ceiling_are_reached_and_told() {
    let folder = folder();
    let told = folder.stdout("master song.wav -o master.flac --sample-format s24 --lufs -16 --json --quiet");
    let told: Value = serde_json::from_str(&told).unwrap();
    let (lufs, true_peak_db) = loudness(&folder, "master.flac");
    assert!((lufs + 16.0).abs() < 0.1 && true_peak_db <= -1.0, "{lufs} LUFS, {true_peak_db} dBTP");
    assert!((told["after"]["integrated_lufs"].as_f64().unwrap() - lufs).abs() < 0.02, "{told}");
    assert_eq!((told["reached"].as_bool(), told["target_lufs"].as_f64()), (Some(true), Some(-16.0)));
    assert!((told["before"]["integrated_lufs"].as_f64().unwrap() - loudness(&folder, "song.wav").0).abs() < 0.01);
}

#[test]
fn what_was_done_can_be_saved_and_done_again() {
    let folder = folder();
    folder.stdout("process song.wav -o bright.wav --preset rock --tail trim --quiet");
    folder.stdout("master song.wav -o one.wav --reference bright.wav --save-chain found.toml --quiet");
    folder.stdout("master song.wav -o one.wav --reference bright.wav --save-chain found.json --quiet --force");
    folder.stdout("process song.wav -o again.wav --chain found.json --quiet");
    let found = fs::read_to_string(folder.path("found.toml")).unwrap();
    assert!(found.contains("eq_curve") && found.contains("true_peak_limiter"), "{found}");
    folder.stdout("process song.wav -o two.wav --chain found.toml --tail trim --quiet");
    assert!(fs::read(folder.path("one.wav")).unwrap() == fs::read(folder.path("two.wav")).unwrap());
    let (one, reference) = (loudness(&folder, "one.wav").0, loudness(&folder, "bright.wav").0);
    assert!((one - reference).abs() < 0.1, "{one} LUFS, the reference has {reference}");
    folder.fails(5, "master song.wav -o three.wav --save-chain found.toml");
    assert!(!folder.path("three.wav").exists());
}

#[test]
fn many_files_share_a_reference() {
    let folder = folder();
    fs::copy(folder.path("song.wav"), folder.path("other.wav")).unwrap();
    folder.stdout("process song.wav -o reference.wav --preset lo-fi --quiet");
    let told = folder.stdout("master song.wav other.wav -d out --reference reference.wav --lufs -20 --json --quiet");
    let told: Value = serde_json::from_str(&told).unwrap();
    for (index, name) in ["out/song.wav", "out/other.wav"].iter().enumerate() {
        assert!((loudness(&folder, name).0 + 20.0).abs() < 0.1);
        assert!(told[index]["reference"]["curve"].as_array().unwrap().len() > 50, "{told}");
    }
}

#[test]
fn mistakes_are_named_and_leave_outputs_alone() {
    let folder = folder();
    fs::write(folder.path("there.wav"), "mine").unwrap();
    folder.fails(5, "master song.wav -o there.wav");
    folder.fails(5, "master song.wav -o song.wav --force");
    folder.fails(5, "master song.wav -o there.wav --reference there.wav --force");
    folder.fails(3, "master song.wav -o new.wav --reference missing.wav");
    folder.fails(4, "master song.wav -o new.wav --reference song.mid");
    folder.fails(2, "master song.wav -o new.wav --lufs 3");
    folder.fails(2, "master song.wav -o new.wav --ceiling 1");
    folder.fails(2, "master song.wav -o new.wav --spectrum-strength 0.5");
    folder.fails(2, "master song.wav -o new.wav --reference song.wav --width-strength 1.5");
    folder.fails(2, "master - -o new.wav");
    // A chain that is saved replaces nothing that is read or written besides.
    for taken in ["new.wav", "-", "missing/chain.toml"] {
        folder.fails(2, &format!("master song.wav -o new.wav --save-chain {taken} --force"));
    }
    folder.fails(5, "master song.wav -o new.wav --save-chain song.wav --force");
    folder.fails(5, "master song.wav -o new.wav --reference there.wav --save-chain there.wav --force");
    folder.fails(5, "master song.wav -o new.wav --ir there.wav --save-chain there.wav --force");
    let hall = "[[effects]]\ntype = \"convolution_reverb\"\nresponse = { type = \"file\", path = \"echo.wav\" }\n";
    fs::write(folder.path("hall.toml"), hall).unwrap();
    fs::copy(folder.path("song.wav"), folder.path("echo.wav")).unwrap();
    let told = folder.fails(5, "master song.wav -o new.wav --chain hall.toml --save-chain echo.wav --force");
    assert!(told.contains("echo.wav"), "{told}");
    for verb in [
        "master song.wav -o hall.toml",
        "process song.wav -o hall.toml",
        "render song.mid -o hall.toml",
        "render song.mid -o new.wav --timeline hall.toml",
        "render song.mid -o new.wav --timeline echo.wav",
        "batch song.mid --out-dir new --manifest hall.toml",
        "batch song.mid --out-dir new --manifest echo.wav",
    ] {
        let told = folder.fails(5, &format!("{verb} --format wav --chain hall.toml --force"));
        assert!(told.contains("same file"), "{told}");
    }
    assert_eq!(fs::read_to_string(folder.path("hall.toml")).unwrap(), hall);
    assert!(fs::read(folder.path("echo.wav")).unwrap() == fs::read(folder.path("song.wav")).unwrap());
    assert_eq!(fs::read(folder.path("there.wav")).unwrap(), b"mine");
    assert!(!folder.path("new.wav").exists());
}
