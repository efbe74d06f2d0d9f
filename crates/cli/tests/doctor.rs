//! `rae doctor`.

mod common;

use std::fs;
use std::process::Output;

use common::{Folder, stderr};
use serde_json::Value;

/// Runs the doctor with these variables, in a folder with an empty config file.
fn doctor(folder: &Folder, options: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = folder.command(&format!("doctor {options}"));
    command.env("RAE_CONFIG", "rae.toml").env_remove("RAE_SIMD").env_remove("RAE_SOUNDFONT_PATH");
    command.envs(variables.iter().copied()).output().unwrap()
}

fn folder() -> Folder {
    let folder = Folder::new();
    fs::write(folder.path("rae.toml"), "").unwrap();
    folder
}

#[test]
fn what_is_there_is_told() {
    let folder = folder();
    let output = doctor(&folder, "--json", &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(found["problems"].as_array().unwrap().len(), 0);
    assert_eq!((&found["config"]["path"], &found["config"]["is_read"]), (&"rae.toml".into(), &true.into()));
    let bank = &found["soundfont"];
    assert_eq!((&bank["source"], &bank["named_by"]), (&"bank.sf2".into(), &"RAE_SOUNDFONT".into()));
    assert_eq!((&bank["presets"], &bank["programs"]), (&1.into(), &1.into()));
    assert_eq!((&bank["is_general_midi"], &bank["drum_kits"]), (&false.into(), &0.into()));
    let processor = &found["processor"];
    assert!(processor["usable_kernels"].as_array().unwrap().contains(&processor["kernels"]));
    assert!(processor["cores"].as_u64().unwrap() >= 1 && found["gpu"].as_str().unwrap().starts_with("none: "));
    // A bar of four beats at 120 beats per minute, and the tail.
    assert!(found["self_test"]["duration"].as_f64().unwrap() >= 2.0, "{found}");
    assert!((-40.0..0.0).contains(&found["self_test"]["peak_dbfs"].as_f64().unwrap()), "{found}");
    if cfg!(target_os = "linux") {
        assert!(found["memory_bytes"].as_u64().unwrap() > 1 << 20);
    }
    if !cfg!(feature = "live") {
        assert_eq!(found["live"], false);
        for kind in ["sound_devices", "midi_ports"] {
            assert!(found[kind]["reason"].as_str().unwrap().contains("--features live"), "{found}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn apt_is_advised_where_it_is() {
    let text = String::from_utf8(doctor(&folder(), "", &[]).stdout).unwrap();
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let is_debian =
        release.lines().any(|line| line.starts_with("ID") && (line.contains("debian") || line.contains("ubuntu")));
    let advised = text.contains("to install sudo apt install fluid-soundfont-gm");
    assert!(advised == is_debian && text.matches(" apt ").count() == usize::from(is_debian), "{text}");
}

#[test]
fn what_was_named_and_cannot_be_used_is_a_problem() {
    let folder = folder();
    fs::write(folder.path("wrong.toml"), "soundfonts = 'a'").unwrap();
    fs::write(folder.path("lost.toml"), "soundfont = 'lost.sf2'\nsoundfont_path = ['no/folder']").unwrap();
    for (variables, problems) in [
        (
            &[("RAE_SOUNDFONT", "song.mid"), ("RAE_SIMD", "abacus")][..],
            &["this is a MIDI file", "RAE_SIMD: abacus"][..],
        ),
        (
            &[("RAE_CONFIG", "wrong.toml"), ("RAE_SOUNDFONT_PATH", "nowhere"), ("RAE_SOUNDFONT", "")],
            &["wrong.toml, line 1: the key 'soundfonts' is unknown", "RAE_SOUNDFONT_PATH names the folder nowhere"],
        ),
        (&[("RAE_CONFIG", "lost.toml"), ("RAE_SOUNDFONT", "")], &["asked for by lost.toml", "no/folder"]),
        (&[("RAE_CONFIG", "lost-too.toml")], &["lost-too.toml"]),
    ] {
        let output = doctor(&folder, "", variables);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let told = stderr(&output);
        for problem in problems {
            assert!(told.contains(problem), "{problem}: {told}");
        }
        assert_eq!(told.matches("rae: problem: ").count(), problems.len(), "{told}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("SoundFont ") && text.contains("self test ") && text.contains("GPU "), "{text}");
    }
}
