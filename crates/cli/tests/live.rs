//! `rae play` and `rae live`, without a device.

mod common;

use common::Folder;
use serde_json::Value;

#[test]
fn a_song_is_played_into_nothing_and_the_load_told() {
    let folder = Folder::new();
    let report = folder.stdout("play song.mid --sink null --to 0.3 --max-voices 16 --no-reverb --no-sends --json");
    let load: Value = serde_json::from_str(&report).unwrap();
    // 0.3 s and the silence before it, in blocks of 64 frames.
    assert!(load["blocks"].as_u64() >= Some(240), "{report}");
    assert!(load["most_voices"].as_u64() >= Some(1) && load["missed_blocks"].is_u64(), "{report}");
    let ends = folder.rae("play song.mid --sink null --seconds 0.1 --max-voices 16");
    assert!(ends.status.success() && common::stderr(&ends).contains("load median"), "{}", common::stderr(&ends));
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

#[cfg(not(feature = "live"))]
#[test]
fn without_devices_one_is_told_what_to_do() {
    let folder = Folder::new();
    for line in ["play song.mid", "live --list"] {
        let message = folder.fails(6, line);
        assert!(message.contains("--features live") && message.contains("--sink null"), "{message}");
    }
    for line in ["live", "live --sink null"] {
        let message = folder.fails(6, line);
        assert!(message.contains("--features live") && message.contains("MIDI port"), "{message}");
        assert!(!message.contains("--sink null"), "{message}");
    }
}
