//! `rae batch`, as people and scripts use it.

mod common;

use std::fs;

use common::{Folder, stderr};
use serde_json::Value;

/// A folder with songs in folders: `songs/a.mid`, `songs/B.MIDI`, `songs/more/a.kar` and what is no song.
fn songs() -> Folder {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("songs/more")).unwrap();
    for name in ["songs/a.mid", "songs/B.MIDI", "songs/more/a.kar"] {
        fs::copy(folder.path("song.mid"), folder.path(name)).unwrap();
    }
    fs::write(folder.path("songs/notes.txt"), "no song").unwrap();
    folder
}

fn names(folder: &Folder, name: &str) -> Vec<String> {
    let entries = fs::read_dir(folder.path(name)).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn manifest(folder: &Folder, name: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.path(name)).unwrap()).unwrap()
}

#[test]
fn files_and_folders_become_wav_files() {
    let folder = songs();
    let output =
        folder.rae("batch song.mid songs --out-dir new/out --jobs 2 --manifest list.json -r 48000 --no-reverb");
    let text = stderr(&output);
    assert!(output.status.success() && output.stdout.is_empty(), "{text}");
    assert!(text.contains("new/out: 4 of 4 files") && text.contains("x faster than real time"), "{text}");
    assert_eq!(names(&folder, "new/out"), ["B.wav", "a-kar.wav", "a-mid.wav", "song.wav"]);
    folder.rendered("-r 48000 --no-reverb");
    let alone = fs::read(folder.path("out.wav")).unwrap();
    for name in ["B.wav", "a-kar.wav", "a-mid.wav", "song.wav"] {
        assert!(fs::read(folder.path("new/out").join(name)).unwrap() == alone, "{name}");
    }
    let list = manifest(&folder, "list.json");
    let column =
        |name: &str| list["files"].as_array().unwrap().iter().map(|file| file[name].clone()).collect::<Vec<_>>();
    assert_eq!(column("input"), ["song.mid", "songs/B.MIDI", "songs/a.mid", "songs/more/a.kar"]);
    assert_eq!(column("output"), ["new/out/song.wav", "new/out/B.wav", "new/out/a-mid.wav", "new/out/a-kar.wav"]);
    assert!(column("error").iter().all(Value::is_null));
    assert!(column("report").iter().all(|report| report["notes"] == 2 && report["threads"] == 1));
    assert_eq!(list["soundfont"], "bank.sf2");
}

#[test]
fn what_fails_is_named_and_the_rest_is_done() {
    let folder = songs();
    fs::write(folder.path("songs/bad.mid"), "no song").unwrap();
    let message = folder.fails(1, "batch songs missing.mid song.mid --out-dir out --manifest list.json --quiet");
    let lines: Vec<&str> = message.lines().collect();
    assert_eq!(lines.len(), 3, "{message}");
    assert!(message.contains("rae: songs/bad.mid: Failed to load MIDI file"), "{message}");
    assert!(message.contains("rae: missing.mid: Failed to load MIDI file"), "{message}");
    assert_eq!(lines[2], "rae: 2 of 6 files failed");
    assert_eq!(names(&folder, "out"), ["B.wav", "a-kar.wav", "a-mid.wav", "song.wav"]);
    let list = manifest(&folder, "list.json");
    let bad = &list["files"][2];
    assert_eq!((&bad["input"], &bad["output"], &bad["report"]), (&"songs/bad.mid".into(), &Value::Null, &Value::Null));
    assert!(bad["error"].as_str().unwrap().contains("bad.mid"));
    let nothing = folder.fails(1, "batch missing.mid --out-dir none");
    assert!(nothing.contains("0 of 1 file, 0:00.0 of sound") && nothing.contains(" 0x faster"), "{nothing}");
}

#[test]
fn existing_files_are_kept() {
    let folder = songs();
    fs::create_dir(folder.path("out")).unwrap();
    fs::write(folder.path("out/B.wav"), "precious").unwrap();
    let message = folder.fails(1, "batch songs --out-dir out");
    assert!(message.contains("out/B.wav exists") && message.contains("--force"), "{message}");
    assert_eq!(fs::read(folder.path("out/B.wav")).unwrap(), b"precious");
    assert!(folder.rae("batch songs --out-dir out --force").status.success());
    assert!(fs::read(folder.path("out/B.wav")).unwrap().starts_with(b"RIFF"));
    let bank = fs::read(folder.path("bank.sf2")).unwrap();
    for (line, message) in [
        ("batch songs --out-dir new --manifest out/B.wav", "out/B.wav exists"),
        ("batch song.mid --out-dir new --manifest song.mid --force", "same file as the input"),
        ("batch song.mid --out-dir new --manifest bank.sf2 --force", "same file as the input"),
    ] {
        assert!(folder.fails(5, line).contains(message), "{line}");
    }
    assert!(!folder.path("new").exists());
    assert!(fs::read(folder.path("bank.sf2")).unwrap() == bank);
}

#[test]
fn wrong_usage_is_told_before_any_work() {
    let folder = songs();
    fs::create_dir(folder.path("empty")).unwrap();
    for line in [
        "batch --out-dir out",
        "batch songs",
        "batch empty --out-dir out",
        "batch songs --out-dir out --jobs 0",
        "batch songs --out-dir out --jobs 1025",
        "batch songs --out-dir out --tempo 0",
        "batch songs --out-dir out --json",
    ] {
        folder.fails(2, line);
    }
    folder.fails(3, "batch songs --out-dir out --soundfont missing.sf2");
    folder.fails(5, "batch songs --out-dir song.mid");
    assert!(!folder.path("out").exists());
}

#[cfg(unix)]
#[test]
fn an_interrupt_before_anything_is_done_leaves_all_as_it_was() {
    let folder = Folder::new();
    fs::write(folder.path("list.json"), "of an earlier batch").unwrap();
    let command =
        "batch song.mid song.mid song.mid --out-dir new/out --manifest list.json --force --jobs 2 --tempo 0.01";
    let told = folder.interrupted_when(command, &["-INT"], || folder.is_at_work_in("new/out"));
    assert!(told.contains("interrupted; 0 of 3 files are done"), "{told}");
    assert_eq!(fs::read(folder.path("list.json")).unwrap(), b"of an earlier batch");
    assert_eq!(folder.names(), ["bank.sf2", "list.json", "song.mid"]);
}

#[cfg(unix)]
#[test]
fn interrupts_leave_what_is_finished() {
    let folder = Folder::new();
    folder.stdout("midi edit song.mid -o slow.mid --tempo 0.03");
    fs::write(folder.path("list.json"), "of an earlier batch").unwrap();
    let command = "batch song.mid slow.mid --out-dir new/out --manifest list.json --force --jobs 1 --tempo 0.03";
    let slow = || folder.path("new/out/song.wav").exists() && folder.is_at_work_in("new/out");
    let told = folder.interrupted_when(command, &["-INT"], slow);
    assert!(told.contains("interrupted; 1 of 2 files is done"), "{told}");
    assert_eq!(names(&folder, "new/out"), ["song.wav"]);
    let list = manifest(&folder, "list.json");
    assert_eq!((&list["files"][0]["output"], &list["files"][1]["output"]), (&"new/out/song.wav".into(), &Value::Null));
    assert!(list["files"][1]["error"].as_str().unwrap().contains("interrupted"));
}
