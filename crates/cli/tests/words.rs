//! Words for people: of numbers that are none, and of one thing where there is one.

mod common;

use common::{Folder, stderr};

/// The options of a command that take a value, by its help.
fn options(folder: &Folder, command: &str) -> Vec<String> {
    let help = folder.stdout(&format!("{command} --help"));
    let option = |line: &str| {
        let line = line.trim_start();
        let (_, name) = line.split_once("--").filter(|_| line.starts_with('-'))?;
        let (name, _) = name.split_once('<')?;
        Some(format!("--{}", name.trim_end_matches([' ', '[', '='])))
    };
    help.lines().filter_map(option).collect()
}

#[test]
fn every_number_says_what_is_expected() {
    let folder = Folder::new();
    let mut explained = 0;
    let commands = "render, batch, convert, process, master, play, live, waveform, peaks, measure, spectrogram, pianoroll, \
                    analyze, soundfont trim, midi edit, midi trim, midi split, midi merge, midi concat";
    for command in commands.split(", ") {
        for option in options(&folder, command) {
            let output = folder.rae(&format!("{command} {option}=x7y"));
            let told = stderr(&output);
            assert!(!output.status.success(), "{command} {option}");
            assert!(!told.contains("invalid float") && !told.contains("invalid digit"), "{command}: {told}");
            assert!(!told.contains("unexpected argument"), "{command}: {told}");
            explained += usize::from(told.contains(": expected a "));
        }
    }
    assert!(explained > 80, "{explained}");
    for (line, expected) in [
        (
            "render song.mid -o x.wav --gain loud",
            "'loud' for '--gain <DB>': expected a number of decibels, such as 3.5",
        ),
        ("render song.mid -o x.wav --rate 44.1k", "expected a whole number of hertz, such as 44100"),
        ("play song.mid --seconds soon", "expected a number of seconds, such as 1.5"),
        ("master song.wav -o x.wav --lufs=loud", "expected a number of LUFS, such as -14"),
        ("waveform song.wav --floor=low", "expected a number of dBFS, such as -12"),
        ("process song.wav -o x.wav --wet much", "expected a number, such as 0.5"),
        ("batch song.mid -d x --jobs 1.5", "expected a whole number, such as 4"),
        ("batch song.mid -d x --jobs 99999999999999999999", "expected a smaller whole number, such as 4"),
    ] {
        let told = folder.fails(2, line);
        assert!(told.contains(expected) && told.contains("--help"), "{line}: {told}");
    }
}

#[test]
fn one_is_one() {
    let folder = Folder::new();
    folder.stdout("render song.mid -o sound.wav --quiet");
    for (line, words) in [
        ("midi trim song.mid --to 0.45 -o one.mid", "one.mid: 1 track, 1 note, 0:00."),
        ("midi info one.mid", "     1 note\n"),
        ("midi info song.mid", "     2 notes\n"),
        ("pianoroll one.mid", "one.pianoroll.png: 1 note\n"),
        ("render song.mid --stems parts", "1 stem in parts"),
        ("soundfont trim bank.sf2 -o small.sf2", "small.sf2: 1 of 1 preset, "),
        ("convert sound.wav -o mono.wav --channels 1", "mono"),
        ("measure mono.wav", "44100 Hz, 1 channel\n"),
        ("measure sound.wav", "44100 Hz, 2 channels\n"),
        ("batch song.mid -d out", "out: 1 of 1 file, "),
    ] {
        let output = folder.rae(line);
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), stderr(&output));
        assert!(output.status.success() && told.contains(words), "{line}: {told}");
    }
    assert!(folder.fails(1, "batch missing.mid -d none").contains("1 of 1 file failed"));
}
