//! Several SoundFonts on the command line.

mod common;

use std::fs;

use common::Folder;
use rae_testkit::{BankBuilder, amplitude_at, rmid, sine};

/// Whether the first note is the bank's sine of 441 Hz, or the other bank's of 630 Hz.
fn is_other(folder: &Folder, options: &str) -> bool {
    let (_, samples) = folder.rendered(&format!("--no-reverb --no-sends {options}"));
    let left: Vec<f32> = samples.iter().step_by(2).take(15_000).copied().collect();
    let [bank, other] = [441.0, 630.0].map(|hz| amplitude_at(&left, hz, 44_100));
    assert!((bank > 0.005) != (other > 0.005), "{bank} {other}");
    other > bank
}

#[test]
fn soundfonts_are_stacked_in_the_order_of_their_options() {
    let folder = Folder::new();
    let other = BankBuilder::one_sample(&sine(630.0, 44_100, 700), Some(0..70)).bytes();
    fs::write(folder.path("other.sf2"), &other).unwrap();
    fs::write(folder.path("other@1"), &other).unwrap();
    assert!(is_other(&folder, "--soundfont bank.sf2 --soundfont other.sf2"));
    assert!(!is_other(&folder, "--soundfont other.sf2 --soundfont bank.sf2"));
    assert!(!is_other(&folder, "--soundfont bank.sf2 --soundfont other.sf2@1"));
    assert!(is_other(&folder, "--soundfont other.sf2@1 --soundfont other.sf2"));
    assert!(is_other(&folder, "--soundfont bank.sf2 --soundfont other@1"), "a file of that name");
    assert!(!is_other(&folder, "--soundfont bank.sf2 --soundfont other@1@1"));

    let json = folder.stdout("render song.mid -o o.wav --soundfont bank.sf2 --soundfont other.sf2@1 --json --quiet");
    assert!(json.contains(r#""soundfont": "bank.sf2 + other.sf2@1""#), "{json}");
    let load = folder
        .stdout("play song.mid --sink null --seconds 0.1 --json --quiet --soundfont bank.sf2 --soundfont other.sf2");
    assert!(load.contains("most_voices"), "{load}");
    folder.stdout("batch song.mid -d out --soundfont bank.sf2 --soundfont other.sf2@1 --manifest m.json --quiet");
    assert!(fs::read_to_string(folder.path("m.json")).unwrap().contains("other.sf2@1"));
}

#[test]
fn offsets_and_banks_are_checked() {
    let folder = Folder::new();
    let message = folder.fails(2, "render song.mid -o x.wav --soundfont bank.sf2@128");
    assert!(message.contains("--soundfont") && message.contains("choose 0 to 127"), "{message}");
    let message = folder.fails(3, "render song.mid -o x.wav --soundfont bank.sf2 --soundfont none.sf2@2");
    assert!(message.contains("none.sf2: "), "{message}");
    fs::copy(folder.path("bank.sf2"), folder.path("second.sf2")).unwrap();
    let line = "render song.mid -o second.sf2 --force --soundfont bank.sf2 --soundfont second.sf2@1";
    assert!(folder.fails(5, line).contains("same file as the input"));
    let line = "batch song.mid -d out --force --manifest second.sf2 --soundfont bank.sf2 --soundfont second.sf2";
    assert!(folder.fails(5, line).contains("same file as the input"));
}

#[test]
fn a_song_brings_its_bank() {
    let folder = Folder::new();
    let other = BankBuilder::one_sample(&sine(630.0, 44_100, 700), Some(0..70)).bytes();
    let song = fs::read(folder.path("song.mid")).unwrap();
    fs::write(folder.path("song.mid"), rmid(&song, Some(&other), Some(0))).unwrap();
    assert!(is_other(&folder, "--soundfont bank.sf2"));
    assert!(!is_other(&folder, "--soundfont bank.sf2 --no-embedded-bank"));

    let json = folder.stdout("midi info song.mid --json");
    let bank = format!("\"embedded_bank\": {{\n    \"bytes\": {},\n    \"offset\": 0\n  }}", other.len());
    assert!(json.contains(&bank) && json.contains("\"name\": \"testkit song\""), "{json}");
    let text = folder.stdout("midi info song.mid");
    assert!(text.contains("\n  name      testkit song\n") && text.contains("own bank  0.0 MB, 0 added"), "{text}");

    fs::write(folder.path("song.mid"), rmid(&song, Some(&other[..500]), Some(0))).unwrap();
    for verb in ["render song.mid -o x.wav --quiet", "play song.mid --sink null --seconds 0.1 --quiet"] {
        let message = folder.fails(4, verb);
        assert!(message.contains("song.mid (bank at byte "), "{message}");
        folder.stdout(&format!("{verb} --no-embedded-bank"));
    }
}

#[test]
fn folders_are_searched_for_rmid_files() {
    let folder = Folder::new();
    fs::create_dir(folder.path("songs")).unwrap();
    fs::rename(folder.path("song.mid"), folder.path("songs/a.rmi")).unwrap();
    folder.stdout("batch songs -d out --quiet");
    assert!(folder.path("out/a.wav").exists());
}
