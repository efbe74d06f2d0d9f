//! `rae play` and `rae live`, without a device.

mod common;

use std::fs;

use common::Folder;
use rust_audio_engine::midi::{Division, Format, Sequence, Track};
use serde_json::Value;

#[test]
fn a_song_is_played_into_nothing_and_the_load_told() {
    let folder = Folder::new();
    let report = folder.stdout("play song.mid --sink null --to 0.3 --max-voices 16 --no-reverb --no-sends --json");
    let load: Value = serde_json::from_str(&report).unwrap();
    // 0.3 s and the silence before it, in blocks of 64 frames.
    assert!(load["blocks"].as_u64() >= Some(240), "{report}");
    assert!(load["most_voices"].as_u64() >= Some(1) && load["missed_blocks"].is_u64(), "{report}");
    let practice = "--bars 1 --loop inf --count-in 1 --click --tempo 8 --seconds 0.4 --max-voices 16 --json";
    let report = folder.stdout(&format!("play song.mid --sink null {practice}"));
    let load: Value = serde_json::from_str(&report).unwrap();
    // Four counted beats of a sixteenth of a second, then notes.
    assert!(load["blocks"].as_u64() >= Some(275) && load["most_voices"].as_u64() >= Some(1), "{report}");
    let ends = folder.rae("play song.mid --sink null --seconds 0.1 --max-voices 16");
    assert!(ends.status.success() && common::stderr(&ends).contains("load median"), "{}", common::stderr(&ends));
}

#[test]
fn the_load_is_explained() {
    let folder = Folder::new();
    for verb in ["play", "live"] {
        let help = folder.stdout(&format!("{verb} --help"));
        let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("A block is missed that was not ready"), "{help}");
    }
}

#[test]
fn a_song_is_played_through_a_chain() {
    let folder = Folder::new();
    let line = "play song.mid --sink null --to 0.2 --max-voices 16 --no-reverb --no-sends --json";
    let blocks = |options: &str| {
        let report = folder.stdout(&format!("{line} {options}"));
        serde_json::from_str::<Value>(&report).unwrap()["blocks"].as_u64().unwrap()
    };
    // An echo two seconds after the last note is waited for.
    fs::write(folder.path("echo.toml"), "effects = [{ type = \"delay\", time_s = 2, feedback = 0 }]").unwrap();
    assert!(blocks("--chain echo.toml") >= blocks("") + 2 * 44_100 / 64);
    assert!(blocks("--preset jazz --seconds 0.1") >= 60);
    fs::write(folder.path("whole.toml"), "effects = [{ type = \"fade\", in_s = 1 }]").unwrap();
    let message = folder.fails(2, &format!("{line} --chain whole.toml"));
    assert!(message.contains("whole recordings"), "{message}");
    folder.fails(2, &format!("{line} --preset polka"));
    folder.fails(3, &format!("{line} --chain missing.toml"));
    folder.fails(3, &format!("{line} --ir missing.wav"));
}

#[test]
fn what_cannot_be_played_says_why() {
    let folder = Folder::new();
    assert!(folder.fails(2, "play song.mid --sink null --from 99").contains("ends at"));
    assert!(folder.fails(2, "play song.mid --sink null --tempo 0").contains("tempo"));
    for verb in ["play song.mid --sink null", "render song.mid -o out.wav"] {
        let message = folder.fails(2, &format!("{verb} --max-voices 99999999999"));
        assert!(message.contains("max voices") && message.contains("65536"), "{message}");
    }
    folder.fails(3, "play missing.mid --sink null");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_a_song_with_its_code_and_the_load() {
    let folder = Folder::new();
    let told = folder.interrupted("play song.mid --sink null --tempo 0.05 --max-voices 16", &["-INT"]);
    assert!(told.contains("load median") && told.ends_with("rae: interrupted\n"), "{told}");
}

#[test]
fn a_song_without_notes_is_told() {
    let folder = Folder::new();
    let division = Division::TicksPerQuarter(480);
    let song = Sequence { format: Format::SingleTrack, division, tracks: vec![Track { events: vec![] }] };
    song.write(&folder.path("empty.mid")).unwrap();
    for line in ["play empty.mid --sink null --max-voices 16", "render empty.mid -o out.wav"] {
        let output = folder.rae(line);
        let told = common::stderr(&output);
        assert!(output.status.success() && told.contains("rae: warning: no note was played"), "{line}: {told}");
    }
}

#[test]
fn what_is_odd_is_told_when_a_song_is_played() {
    let folder = Folder::new();
    let mut song = fs::read(folder.path("song.mid")).unwrap();
    song.splice(..0, *b"odd");
    fs::write(folder.path("odd.mid"), song).unwrap();
    // The sample's end lies beyond the points that there are.
    let mut bank = fs::read(folder.path("bank.sf2")).unwrap();
    let header = bank.windows(4).position(|name| name == b"shdr").unwrap() + 8;
    bank[header + 24..header + 28].copy_from_slice(&9_999_999u32.to_le_bytes());
    fs::write(folder.path("odd.sf2"), bank).unwrap();
    let told = |line: &str| {
        let output = folder.rae(&format!("{line} --soundfont odd.sf2"));
        assert!(output.status.success(), "{}", common::stderr(&output));
        let warnings = |text: String| text.lines().filter(|line| line.contains("warning")).map(str::to_owned).collect();
        let lines: Vec<String> = warnings(common::stderr(&output));
        lines
    };
    let rendered = told("render odd.mid -o odd.wav");
    assert!(rendered.len() >= 2, "{rendered:?}");
    assert_eq!(told("play odd.mid --sink null --seconds 0.1"), rendered);
    assert_eq!(told("play odd.mid --sink null --seconds 0.1 --quiet"), [""; 0]);
}

#[cfg(not(feature = "live"))]
#[test]
fn without_devices_one_is_told_what_to_do() {
    let folder = Folder::new();
    for line in ["play song.mid", "live --list"] {
        let message = folder.fails(6, line);
        assert!(
            message.contains("cargo install --path crates/cli --features live") && message.contains("--sink null"),
            "{message}"
        );
    }
    for line in ["live", "live --sink null"] {
        let message = folder.fails(6, line);
        assert!(
            message.contains("cargo install --path crates/cli --features live") && message.contains("MIDI port"),
            "{message}"
        );
        assert!(!message.contains("--sink null"), "{message}");
    }
}
