//! Sound on a standard output that the shell has made a file: `> out.wav`.

#![cfg(unix)]

mod common;

use std::fs::{self, File};
use std::io::Write;

use common::{Folder, stderr};

/// What the command writes to an open file.
fn write(folder: &Folder, line: &str, file: &File) {
    let output = folder.command(line).stdout(file.try_clone().unwrap()).output().unwrap();
    assert!(output.status.success(), "rae {line}: {}", stderr(&output));
}

fn formats() -> impl Iterator<Item = &'static str> {
    ["wav", "flac", "opus", "mp3"].into_iter().filter(|format| cfg!(feature = "mp3") || *format != "mp3")
}

#[test]
fn it_is_as_complete_as_a_file_of_a_name() {
    let folder = Folder::new();
    folder.stdout("render song.mid -o sound.wav --quiet");
    for verb in ["render song.mid", "convert sound.wav", "process sound.wav --preset jazz", "master sound.wav"] {
        for format in formats() {
            let line = format!("{verb} --format {format} --quiet --force");
            folder.stdout(&format!("{line} -o named"));
            write(&folder, &format!("{line} -o -"), &File::create(folder.path("redirected")).unwrap());
            let [named, redirected] = ["named", "redirected"].map(|name| fs::read(folder.path(name)).unwrap());
            assert!(named == redirected, "{line}");
        }
    }
}

#[test]
fn what_others_write_there_stays() {
    let folder = Folder::new();
    let sound = |format: &str| {
        let line = format!("render song.mid -o - --quiet --format {format}");
        let piped = folder.rae(&line).stdout;
        (line, piped)
    };
    let path = folder.path("redirected");
    for format in formats() {
        let (line, piped) = sound(format);
        // As `>>` opens it, which takes nothing but at its end.
        fs::remove_file(&path).ok();
        write(&folder, &line, &File::options().create(true).append(true).open(&path).unwrap());
        assert!(fs::read(&path).unwrap() == piped, "{format}, appended");
        // As in `(echo; rae …; echo) > out`.
        let mut file = File::create(&path).unwrap();
        file.write_all(b"before").unwrap();
        write(&folder, &line, &file);
        file.write_all(b"after").unwrap();
        assert!(fs::read(&path).unwrap() == [b"before".as_slice(), &piped, b"after"].concat(), "{format}, not first");
        let mut file = File::create(&path).unwrap();
        write(&folder, &line, &file);
        file.write_all(b"after").unwrap();
        let whole = fs::read(&path).unwrap();
        assert!(whole.ends_with(b"after") && whole.len() >= piped.len() + 5, "{format}, first");
    }
}
