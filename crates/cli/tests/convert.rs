//! `rae convert` on the command line.

mod common;

use std::fs;
use std::io::Write;
use std::process::Stdio;

use common::{Folder, stderr};

/// A folder with `song.wav`.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.stdout("render song.mid -o song.wav --quiet");
    folder
}

fn samples(folder: &Folder, name: &str) -> (hound::WavSpec, Vec<i32>) {
    let mut reader = hound::WavReader::open(folder.path(name)).unwrap();
    (reader.spec(), reader.samples().map(Result::unwrap).collect())
}

#[test]
fn a_file_goes_to_flac_and_back_unchanged() {
    let folder = folder();
    assert_eq!(folder.stdout("convert song.wav -o song.flac"), "");
    folder.stdout("convert song.flac -o back.wav --quiet");
    assert!(samples(&folder, "song.wav") == samples(&folder, "back.wav"));
    let told = stderr(&folder.rae("convert song.flac -o back.wav --force -r 22050 --channels 1"));
    assert!(told.contains("back.wav: ") && told.contains("WAV from FLAC, mono at 22050 Hz"), "{told}");
    assert_eq!(samples(&folder, "back.wav").0.channels, 1);
}

#[test]
fn pipes_go_in_and_out() {
    let folder = folder();
    let mut child = folder
        .command("convert - -o - --format flac --quiet")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes = fs::read(folder.path("song.wav")).unwrap();
    let feeder = std::thread::spawn(move || input.write_all(&bytes).unwrap());
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    assert!(output.status.success() && output.stdout.starts_with(b"fLaC"));
    fs::write(folder.path("piped.flac"), output.stdout).unwrap();
    folder.stdout("convert piped.flac -o piped.wav --quiet");
    assert!(samples(&folder, "song.wav") == samples(&folder, "piped.wav"));
}

#[test]
fn many_files_go_into_a_folder_and_one_that_fails_is_named() {
    let folder = folder();
    fs::copy(folder.path("song.wav"), folder.path("other.wav")).unwrap();
    let told = folder.fails(1, "convert song.wav other.wav song.mid --out-dir out --format flac --jobs 2");
    assert!(told.contains("song.mid is a MIDI file") && told.contains("1 of 3 files failed"), "{told}");
    assert!(folder.path("out/song-wav.flac").exists() && folder.path("out/other.flac").exists());
}

#[test]
#[cfg(unix)]
fn an_interrupt_ends_the_wait_for_a_pipe() {
    use std::process::Command;
    use std::time::Duration;
    let folder = folder();
    let pipe = folder.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut child = folder.command("convert pipe -o new.wav").stderr(Stdio::null()).spawn().unwrap();
    let mut writer = fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    writer.write_all(&fs::read(folder.path("song.wav")).unwrap()[..50_000]).unwrap();
    let half_made = || folder.names().iter().any(|name| name.ends_with(".part"));
    let wait_for = |reached: &mut dyn FnMut() -> bool| {
        (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            reached()
        })
    };
    assert!(wait_for(&mut || half_made()));
    common::signal(&child, "-INT");
    let ended = wait_for(&mut || child.try_wait().unwrap().is_some());
    child.kill().unwrap();
    assert!(ended);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!folder.path("new.wav").exists() && !half_made());
}

#[cfg(unix)]
#[test]
fn an_interrupt_takes_away_new_folders_that_stayed_empty() {
    let folder = folder();
    assert!(std::process::Command::new("mkfifo").arg(folder.path("pipe.wav")).status().unwrap().success());
    folder.interrupted("convert pipe.wav --out-dir new/out", &["-INT"]);
    assert!(!folder.path("new").exists());
}

#[test]
fn mistakes_have_their_codes_and_leave_outputs_alone() {
    let folder = folder();
    fs::write(folder.path("there.wav"), "mine").unwrap();
    folder.fails(5, "convert song.wav -o there.wav");
    folder.fails(5, "convert song.wav -o song.wav --force");
    folder.fails(3, "convert missing.flac -o new.wav");
    folder.fails(4, "convert song.mid -o new.wav");
    folder.fails(2, "convert song.wav song.wav -o new.wav");
    folder.fails(2, "convert song.wav -o new.wav --channels 7");
    folder.fails(2, "convert song.wav");
    folder.fails(2, "convert song.wav -o new.wav --jobs 2");
    let told = folder.fails(2, "convert song.wav -d new --jobs 1025");
    assert!(told.contains("jobs is 1025; choose 1 to 1024"), "{told}");
    assert_eq!(fs::read(folder.path("there.wav")).unwrap(), b"mine");
    assert!(!folder.path("new.wav").exists());
}

#[test]
fn folders_are_searched_for_sound_but_not_where_the_results_go() {
    let folder = folder();
    for name in ["music/a/disc1", "music/a/disc2", "music/b/disc1", "music/b/disc2", "music/.hidden"] {
        fs::create_dir_all(folder.path(name)).unwrap();
        fs::copy(folder.path("song.wav"), folder.path(&format!("{name}/01.wav"))).unwrap();
    }
    fs::copy(folder.path("song.mid"), folder.path("music/a/song.mid")).unwrap();
    let names = || {
        let entries = fs::read_dir(folder.path("music/out")).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    // The second time what was made is there, and is not taken for more music.
    for force in ["", " --force"] {
        folder.stdout(&format!("convert music music/a/disc1/01.wav --out-dir music/out --format flac --quiet{force}"));
        let wanted = ["a-disc1-01.flac", "a-disc2-01.flac", "b-disc1-01.flac", "b-disc2-01.flac"];
        assert_eq!(names(), wanted);
    }
    let told = folder.fails(2, "convert music/out --out-dir music/out --format flac");
    assert!(told.contains("the results cannot go there"), "{told}");
}
