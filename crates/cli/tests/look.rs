//! `rae soundfont` and `rae midi`.

mod common;

use std::fs;
use std::io::Read;
use std::process::Stdio;

use common::Folder;
use serde_json::Value;

#[test]
fn path_says_what_would_be_played() {
    let folder = Folder::new();
    assert_eq!(folder.stdout("soundfont path"), "bank.sf2\n");
    let builtin = folder.command("soundfont path").env("RAE_SOUNDFONT", "builtin").output().unwrap();
    assert_eq!(builtin.stdout, b"builtin\n");
    let missing = folder.command("soundfont path").env("RAE_SOUNDFONT", "missing.sf2").output().unwrap();
    assert_eq!(missing.status.code(), Some(3));
    assert!(common::stderr(&missing).contains("RAE_SOUNDFONT"));
}

#[test]
fn list_marks_what_is_played() {
    let folder = Folder::new();
    let text = folder.stdout("soundfont list");
    assert!(text.starts_with("* bank.sf2") && text.contains("builtin"), "{text}");
    let places: Value = serde_json::from_str(&folder.stdout("soundfont list --json")).unwrap();
    let played: Vec<_> = places.as_array().unwrap().iter().filter(|place| place["played"] == true).collect();
    assert_eq!((played.len(), &played[0]["path"]), (1, &"bank.sf2".into()));
    // What is no SoundFont is not played, and nothing takes its place.
    let wrong = folder.command("soundfont list").env("RAE_SOUNDFONT", "song.mid").output().unwrap();
    let text = String::from_utf8(wrong.stdout).unwrap();
    assert!(text.starts_with("  song.mid") && text.contains("not a SoundFont") && !text.contains('*'), "{text}");
}

#[test]
fn the_config_file_names_a_bank() {
    let folder = Folder::new();
    fs::write(folder.path("rae.toml"), "soundfont = 'bank.sf2'").unwrap();
    let rae = |line: &str| {
        let mut command = folder.command(line);
        command.env("RAE_CONFIG", "rae.toml").env("RAE_SOUNDFONT", "").env("RAE_SOUNDFONT_PATH", ".").output().unwrap()
    };
    let path = rae("soundfont path");
    assert_eq!((&*path.stdout, &*common::stderr(&path)), (&b"bank.sf2\n"[..], "named by: config soundfont\n"));
    let list = String::from_utf8(rae("soundfont list").stdout).unwrap();
    assert!(list.starts_with("* bank.sf2  (config soundfont: "), "{list}");
    assert!(
        list.contains("  ./bank.sf2  (RAE_SOUNDFONT_PATH: 0.0 MB, passed over as it is not for General MIDI"),
        "{list}"
    );
    assert!(rae("render song.mid -o out.wav").status.success());

    fs::write(folder.path("rae.toml"), "\nsoundfont = 3").unwrap();
    let path = rae("soundfont path");
    assert_eq!(path.status.code(), Some(2));
    assert!(common::stderr(&path).contains("rae.toml, line 2: 'soundfont' takes paths"), "{}", common::stderr(&path));
    let list = String::from_utf8(rae("soundfont list").stdout).unwrap();
    assert!(
        list.starts_with("  rae.toml  (config soundfont: Failed to read the config file") && !list.contains('*'),
        "{list}"
    );
}

#[test]
fn a_missing_bank_comes_with_advice() {
    let told = Folder::new().fails(3, "soundfont info missing.sf2");
    assert!(told.contains("missing.sf2") && told.contains("; name a file that is there or 'builtin'"), "{told}");
}

#[test]
fn info_names_the_presets() {
    let folder = Folder::new();
    assert!(folder.stdout("soundfont info bank.sf2").contains("  0:000  "));
    let info: Value = serde_json::from_str(&folder.stdout("soundfont info --json")).unwrap();
    assert_eq!((&info["source"], &info["samples"]), (&"bank.sf2".into(), &1.into()));
    assert_eq!(info["presets"][0]["program"], 0);
    assert!(folder.fails(3, "soundfont info missing.sf2").contains("missing.sf2"));
    assert!(folder.fails(4, "soundfont info song.mid").contains("Failed to load SoundFont"));
    assert!(folder.stdout("soundfont info builtin").contains("128:000"));
}

#[test]
fn export_writes_a_bank_that_opens() {
    let folder = Folder::new();
    folder.stdout("soundfont export builtin default.sf2");
    let of = |name: &str| folder.stdout(&format!("soundfont info {name}")).replacen(name, "", 1);
    assert_eq!(of("default.sf2"), of("builtin"));
    assert!(folder.fails(5, "soundfont export builtin default.sf2").contains("--force"));
    folder.stdout("soundfont export builtin default.sf2 --force");
    folder.stdout("soundfont export bank.sf2 copy.sf2");
    assert_eq!(of("copy.sf2"), of("bank.sf2"));
    folder.fails(5, "soundfont export bank.sf2 ./bank.sf2 --force");
    folder.fails(3, "soundfont export missing.sf2 out.sf2");
    assert!(!folder.path("out.sf2").exists());
}

#[test]
fn midi_info_sums_up() {
    let folder = Folder::new();
    let text = folder.stdout("midi info song.mid");
    for part in ["length    0:01.0", "notes     2", "120.0 beats per minute", "500 ticks per quarter note"] {
        assert!(text.contains(part), "{text}");
    }
    let info: Value = serde_json::from_str(&folder.stdout("midi info song.mid --json")).unwrap();
    assert_eq!((&info["duration"], &info["notes"], &info["format"]), (&1.0.into(), &2.into(), &0.into()));
    assert_eq!((&info["channels"][0]["channel"], &info["channels"][0]["notes"]), (&1.into(), &2.into()));
    folder.fails(3, "midi info missing.mid");
    folder.fails(4, "midi info bank.sf2");
}

#[test]
fn help_tells_the_exit_codes() {
    let folder = Folder::new();
    for line in ["--help", "render --help"] {
        let help = folder.stdout(line);
        assert!(help.contains("Exit codes") && help.contains("130"), "{help}");
    }
    assert!(folder.stdout("--version").starts_with("rae "));
}

#[test]
fn a_reader_that_goes_is_no_drama() {
    let folder = Folder::new();
    let mut command = folder.command("soundfont info builtin");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut message = String::new();
    child.stderr.take().unwrap().read_to_string(&mut message).unwrap();
    assert_eq!((child.wait().unwrap().code(), message.as_str()), (Some(141), ""));
}
