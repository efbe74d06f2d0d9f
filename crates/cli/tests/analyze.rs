//! `rae analyze`: a recording that rae itself renders, with known mistakes, and one that is MIDI.

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rust_audio_engine::midi::{Division, Event, Format, Message, Meta, Sequence, Track, TrackEvent};
use serde_json::Value;

/// Ticks of a quarter note, half a second.
const QUARTER: u64 = 480;

/// A melody of quarters; 0 is a rest.
const MELODY: [u8; 32] = [
    60, 62, 64, 65, 67, 65, 64, 62, 60, 64, 67, 72, 71, 67, 65, 62, 64, 60, 62, 65, 69, 67, 65, 64, 62, 67, 66, 67, 65,
    64, 62, 60,
];

fn song(folder: &Path, name: &str, melody: &[u8]) -> PathBuf {
    let event = |tick, event| TrackEvent { tick, event };
    let channel = |message| Event::Channel { channel: 0, message };
    let mut events = Vec::new();
    for (beat, &key) in (0..).zip(melody).filter(|(_, key)| **key > 0) {
        events.push(event(beat * QUARTER, channel(Message::NoteOn { key, velocity: 90 })));
        events.push(event(beat * QUARTER + 400, channel(Message::NoteOff { key, velocity: 64 })));
    }
    events.push(event(melody.len() as u64 * QUARTER, Event::Meta(Meta::EndOfTrack)));
    let division = Division::TicksPerQuarter(QUARTER as u16);
    let sequence = Sequence { format: Format::SingleTrack, division, tracks: vec![Track { events }] };
    let path = folder.join(name);
    std::fs::write(&path, sequence.to_bytes()).unwrap();
    path
}

fn rae(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rae")).args(arguments).output().unwrap()
}

fn analyzed(recording: &Path, expected: &Path, options: &[&str]) -> Value {
    let files = [recording.to_str().unwrap(), expected.to_str().unwrap()];
    let done = rae(&[&["analyze", files[0], files[1], "--json"], options].concat());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

fn statuses(assessment: &Value) -> Vec<&str> {
    assessment["notes"].as_array().unwrap().iter().map(|note| note["status"].as_str().unwrap()).collect()
}

/// As it is written but for a wrong pitch and two rests.
fn with_mistakes() -> Vec<u8> {
    let mut played = MELODY.to_vec();
    (played[9], played[17], played[26]) = (66, 0, 0);
    played
}

fn wanted() -> Vec<&'static str> {
    let mut wanted = vec!["correct"; MELODY.len()];
    (wanted[9], wanted[17], wanted[26]) = ("wrong_pitch", "missed", "missed");
    wanted
}

#[test]
fn mistakes_are_heard_in_sound_and_read_from_midi() {
    let folder = tempfile::tempdir().unwrap();
    let expected = song(folder.path(), "expected.mid", &MELODY);
    let played = song(folder.path(), "played.mid", &with_mistakes());
    let sound = folder.path().join("played.wav");
    let render = ["render", played.to_str().unwrap(), "-o", sound.to_str().unwrap(), "--soundfont", "builtin"];
    assert!(rae(&[&render[..], &["--tempo", "0.9", "--quiet"]].concat()).status.success());
    let heard = analyzed(&sound, &expected, &[]);
    assert_eq!(statuses(&heard), wanted());
    assert_eq!(heard["notes"][9]["played_pitch"], 66);
    assert_eq!(heard["counts"]["extra"], 0);
    // At nine tenths of the tempo a quarter lasts 0.5556 s; the first begins with the file.
    for (beat, note) in heard["notes"].as_array().unwrap().iter().enumerate() {
        if let Some(onset) = note["played_onset_s"].as_f64() {
            assert!((onset - beat as f64 * 0.5 / 0.9).abs() < 0.03, "{beat}: {onset}");
        }
    }
    // What still rings of a note before may pull at a single one.
    let notes = heard["notes"].as_array().unwrap().iter();
    let mut cents: Vec<f64> = notes.filter_map(|note| note["cents_error"].as_f64().map(f64::abs)).collect();
    cents.sort_by(f64::total_cmp);
    assert!(cents.len() >= 25 && cents[cents.len() / 2] < 3.0 && cents[cents.len() - 1] < 30.0, "{cents:?}");
    assert!((heard["tempo"]["ratio"].as_f64().unwrap() - 0.9).abs() < 0.01);
    assert!(heard["rhythm_accuracy"].as_f64().unwrap() > 0.99);
    assert!((heard["pitch_accuracy"].as_f64().unwrap() - 29.0 / 32.0).abs() < 1e-9);
    let read = analyzed(&played, &expected, &[]);
    assert_eq!(statuses(&read), wanted());
    assert_eq!(read["tuning_cents"], Value::Null);
}

#[test]
fn a_part_of_the_piece_can_be_expected() {
    let folder = tempfile::tempdir().unwrap();
    let expected = song(folder.path(), "expected.mid", &MELODY);
    let played = song(folder.path(), "played.mid", &MELODY[8..16]);
    let part = analyzed(&played, &expected, &["--bars", "3-4"]);
    assert_eq!((part["notes_expected"].as_u64(), part["pitch_accuracy"].as_f64()), (Some(8), Some(1.0)));
    let up: Vec<u8> = MELODY.iter().map(|key| key + 2).collect();
    let transposed = song(folder.path(), "up.mid", &up);
    assert_eq!(analyzed(&transposed, &expected, &["--transpose", "2"])["pitch_accuracy"], 1.0);
    let low: Vec<u8> = MELODY.iter().map(|key| key - 12).collect();
    let low = song(folder.path(), "low.mid", &low);
    assert_eq!(analyzed(&low, &expected, &["--any-octave"])["pitch_accuracy"], 1.0);
}

#[test]
fn hands_tracks_channels_and_strictness_can_be_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let low: Vec<u8> = MELODY.iter().map(|key| key - 24).collect();
    let (right, left) = (song(folder.path(), "right.mid", &MELODY), song(folder.path(), "left.mid", &low));
    let both = folder.path().join("both.mid");
    let [left, right, both] = [&left, &right, &both].map(|path| path.to_str().unwrap());
    assert!(rae(&["midi", "merge", left, right, "-o", both]).status.success());
    let accuracy = |recording: &str, options: &[&str]| {
        let assessment = analyzed(Path::new(recording), Path::new(both), options);
        (assessment["notes_expected"].as_u64().unwrap(), assessment["pitch_accuracy"].as_f64())
    };
    assert_eq!(accuracy(right, &["--hand", "right"]), (32, Some(1.0)));
    assert_eq!(accuracy(left, &["--hand", "left"]), (32, Some(1.0)));
    assert_eq!(accuracy(left, &["--tracks", "1"]), (32, Some(1.0)));
    assert_eq!(accuracy(both, &["--channels", "1"]), (64, Some(1.0)));
    assert_eq!(accuracy(right, &["--tracks", "2", "--hand", "left", "--split", "67", "--bars", "1-2"]).0, 7);
    let unsplit = rae(&["analyze", right, both, "--split", "60"]);
    assert_eq!(unsplit.status.code(), Some(2));
    let exact = |strictness: &str| {
        let assessment = analyzed(Path::new(right), Path::new(both), &["--hand", "right", "--strictness", strictness]);
        assessment["rhythm_accuracy"].as_f64()
    };
    assert_eq!([exact("beginner"), exact("exam")], [Some(1.0); 2]);
}

#[test]
fn what_cannot_be_assessed_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let expected = song(folder.path(), "expected.mid", &MELODY);
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "no sound at all, only words".repeat(20)).unwrap();
    let failed = |arguments: &[&str]| {
        let done = rae(arguments);
        assert!(done.stdout.is_empty());
        (done.status.code(), String::from_utf8(done.stderr).unwrap())
    };
    let (code, message) = failed(&["analyze", text.to_str().unwrap(), expected.to_str().unwrap()]);
    assert!(code == Some(4) && message.contains("notes.txt"), "{code:?} {message}");
    let (code, message) = failed(&["analyze", "missing.wav", expected.to_str().unwrap()]);
    assert!(code == Some(3) && message.contains("missing.wav"), "{code:?} {message}");
    // Reports that cannot be written are told before anything is read.
    let (nowhere, directory) = (folder.path().join("none/report.html"), folder.path().join("folder.html"));
    std::fs::create_dir(&directory).unwrap();
    for report in [&nowhere, &directory] {
        let report = report.to_str().unwrap();
        let (_, message) = failed(&["analyze", "missing.wav", expected.to_str().unwrap(), "--report", report]);
        assert!(message.contains(report) && !message.contains("missing.wav"), "{message}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "nothing is left behind");
    let (code, message) = failed(&["analyze", expected.to_str().unwrap(), expected.to_str().unwrap(), "--bars", "4-2"]);
    assert!(code == Some(2) && message.contains("4-2"), "{code:?} {message}");
}

#[test]
fn either_input_can_be_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let expected = song(folder.path(), "expected.mid", &MELODY);
    let sound = folder.path().join("played.wav");
    let render =
        ["render", expected.to_str().unwrap(), "-o", sound.to_str().unwrap(), "--soundfont", "builtin", "--quiet"];
    assert!(rae(&render).status.success());
    let [sound, expected] = [&sound, &expected].map(|path| path.to_str().unwrap());
    let named = rae(&["analyze", sound, expected, "--json"]).stdout;
    for (input, arguments) in [(sound, ["-", expected]), (expected, [sound, "-"])] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rae"));
        command.arg("analyze").args(arguments).arg("--json").stdin(std::fs::File::open(input).unwrap());
        assert_eq!(command.output().unwrap().stdout, named, "{arguments:?}");
    }
    assert_eq!(rae(&["analyze", "-", "-"]).status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn the_recording_can_be_a_pipe_with_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let expected = song(folder.path(), "expected.mid", &MELODY);
    let (sound, pipe) = (folder.path().join("played.wav"), folder.path().join("pipe"));
    let render =
        ["render", expected.to_str().unwrap(), "-o", sound.to_str().unwrap(), "--soundfont", "builtin", "--quiet"];
    assert!(rae(&render).status.success());
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = {
        let (bytes, pipe) = (std::fs::read(&sound).unwrap(), pipe.clone());
        std::thread::spawn(move || std::fs::write(pipe, bytes))
    };
    let named = rae(&["analyze", pipe.to_str().unwrap(), expected.to_str().unwrap(), "--json"]);
    assert_eq!(named.stdout, rae(&["analyze", sound.to_str().unwrap(), expected.to_str().unwrap(), "--json"]).stdout);
    writer.join().unwrap().unwrap();
}

#[test]
fn people_get_a_summary() {
    let folder = tempfile::tempdir().unwrap();
    let expected = song(folder.path(), "expected.mid", &MELODY);
    let played = song(folder.path(), "played.mid", &with_mistakes());
    let done = rae(&["analyze", played.to_str().unwrap(), expected.to_str().unwrap()]);
    let text = String::from_utf8(done.stdout).unwrap();
    for words in [
        "Notes    91 %   good",
        "29 of 32 notes right",
        "Faults  1 wrong pitch, 2 missed",
        "The bars that need work most\n  bar 7",
        "F#4 missing",
        "What to do next\n  - ",
    ] {
        assert!(text.contains(words), "{words}:\n{text}");
    }
}

#[test]
fn reports_are_written_beside_what_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let expected = song(folder.path(), "expected.mid", &MELODY);
    let played = song(folder.path(), "played.mid", &with_mistakes());
    let [recording, piece] = [&played, &expected].map(|path| path.to_str().unwrap().to_owned());
    let [page, picture] = ["out.html", "out.PNG"].map(|name| folder.path().join(name));
    let reports = ["--report", page.to_str().unwrap(), "--report", picture.to_str().unwrap()];
    let analyze = |options: &[&str]| rae(&[&["analyze", &recording, &piece], options].concat());
    let named = ["--json", "--title", "Études & more", "--player", "Ada", "--date", "today", "--bars", "1-8"];
    let done = analyze(&[&reports[..], &named].concat());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let assessment: Value = serde_json::from_slice(&done.stdout).unwrap();
    let html = std::fs::read_to_string(&page).unwrap();
    for (class, count) in
        [("correct", "correct"), ("wrong-pitch", "wrong_pitch"), ("missed", "missed"), ("extra", "extra")]
    {
        let marks = html.matches(&format!("<g class=\"note {class}\">")).count() as u64;
        assert_eq!(Some(marks), assessment["counts"][count].as_u64(), "{class}");
    }
    for words in ["<h1>Études &amp; more</h1>", "Player: Ada", "Date: today", "Recording: played.mid", "Bars 1 to 8"] {
        assert!(html.contains(words), "{words}");
    }
    assert!(std::fs::read(&picture).unwrap().starts_with(b"\x89PNG"));
    // What exists stays, unless it may be replaced.
    let again = analyze(&reports);
    assert!(again.status.code() == Some(5) && again.stdout.is_empty());
    assert_eq!(std::fs::read_to_string(&page).unwrap(), html);
    let replaced = analyze(&[&reports[..], &["--force"]].concat());
    assert!(replaced.status.success() && String::from_utf8_lossy(&replaced.stdout).contains("notes right"));
    assert!(std::fs::read_to_string(&page).unwrap().contains("<h1>expected</h1>"));
    for (options, code, words) in [
        (&["--report", "out.pdf"][..], 2, ".html"),
        (&["--report", "-"], 2, ".html"),
        (&["--title", "x"], 2, "--report"),
        (&["--report", "a.html", "--report", "a.html"], 2, "a.html"),
        (&["--report", "missing/folder/a.html"], 5, "missing"),
    ] {
        let failed = analyze(options);
        let message = String::from_utf8_lossy(&failed.stderr).into_owned();
        assert!(failed.status.code() == Some(code) && message.contains(words), "{options:?}: {message}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "{left:?}");
}

#[cfg(unix)]
#[test]
fn reports_appear_together() {
    let folder = common::Folder::new();
    std::fs::write(folder.path("out.html"), "earlier").unwrap();
    // Nobody reads it, so the second report cannot be written.
    assert!(Command::new("mkfifo").arg(folder.path("pipe.png")).status().unwrap().success());
    let page = || std::fs::read(folder.path("out.html")).unwrap();
    let written = |name: &str| std::fs::metadata(folder.path(name)).is_ok_and(|file| file.len() > 0);
    let is_there =
        || page() != b"earlier" || folder.names().iter().any(|name| name.ends_with(".part") && written(name));
    folder.interrupted_when(
        "analyze song.mid song.mid --report out.html --report pipe.png --force",
        &["-INT"],
        is_there,
    );
    assert_eq!(page(), b"earlier");
    assert_eq!(folder.names(), ["bank.sf2", "out.html", "pipe.png", "song.mid"]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_while_reports_get_their_names_parts_none_from_the_others() {
    let folder = common::Folder::new();
    let names = ["one.html", "two.html", "three.html", "four.html", "five.html", "six.html"];
    let is_old = |name: &&str| std::fs::read(folder.path(name)).unwrap() == b"earlier";
    let reports = names.map(|name| format!("--report {name}")).join(" ");
    for _ in 0..20 {
        names.iter().for_each(|name| std::fs::write(folder.path(name), "earlier").unwrap());
        let mut command = folder.command(&format!("analyze song.mid song.mid {reports} --force"));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while is_old(&names[0]) && child.try_wait().unwrap().is_none() {}
        if child.try_wait().unwrap().is_none() {
            common::signal(&child, "-TERM");
        }
        let code = child.wait().unwrap().code();
        assert!(matches!(code, Some(0 | 130)), "{code:?}");
        let old = names.iter().filter(|name| is_old(name)).count();
        assert!(old == 0 || old == names.len(), "{old} of the earlier reports");
        assert!(!folder.names().iter().any(|name| name.ends_with(".part")));
    }
}

#[test]
fn a_full_band_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let piece = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test_data/demo.mid");
    let sound = folder.path().join("band.wav");
    let render = ["render", piece.to_str().unwrap(), "-o", sound.to_str().unwrap(), "--soundfont", "builtin"];
    assert!(rae(&[&render[..], &["--quiet", "--normalize"]].concat()).status.success());
    let heard = analyzed(&sound, &piece, &[]);
    assert!(heard["pitch_accuracy"].as_f64().unwrap() > 0.95, "{}", heard["counts"]);
    assert!(heard["restarts"].as_array().unwrap().is_empty());
}

#[test]
fn recordings_of_telephones_and_browsers_are_heard() {
    let peers = std::env::var_os("RAE_REQUIRE_PEERS").is_some_and(|value| value == "1");
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        assert!(!peers, "ffmpeg is not installed");
        eprintln!("skipped: ffmpeg is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let expected = song(folder.path(), "expected.mid", &MELODY);
    let sound = folder.path().join("played.wav");
    let render = ["render", expected.to_str().unwrap(), "-o", sound.to_str().unwrap(), "--soundfont", "builtin"];
    assert!(rae(&[&render[..], &["--tempo", "1.1", "--quiet"]].concat()).status.success());
    for (name, options) in [
        ("telephone.mp3", "-af highpass=f=250,lowpass=f=3600,acompressor -ac 1 -ar 22050 -b:a 40k"),
        ("browser.webm", "-ac 1 -ar 48000 -c:a libopus -b:a 24k"),
        ("narrow.wav", "-ac 1 -ar 8000 -c:a pcm_u8"),
        ("wide.flac", "-ar 96000"),
    ] {
        let path = folder.path().join(name);
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-v", "error", "-i", sound.to_str().unwrap()]).args(options.split(' ')).arg(&path);
        let done = ffmpeg.output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let heard = analyzed(&path, &expected, &[]);
        assert!(heard["pitch_accuracy"].as_f64().unwrap() > 0.93, "{name}: {}", heard["counts"]);
        assert!((heard["tempo"]["ratio"].as_f64().unwrap() - 1.1).abs() < 0.02, "{name}");
    }
}

#[test]
fn cut_empty_and_silent_files_have_sane_results() {
    let folder = tempfile::tempdir().unwrap();
    let expected = song(folder.path(), "expected.mid", &MELODY);
    let sound = folder.path().join("played.wav");
    let render = ["render", expected.to_str().unwrap(), "-o", sound.to_str().unwrap(), "--soundfont", "builtin"];
    assert!(rae(&[&render[..], &["--quiet"]].concat()).status.success());
    // A file whose end is missing: of 16 s and what rings after them 7.75 are there.
    let bytes = std::fs::read(&sound).unwrap();
    let cut = folder.path().join("cut.wav");
    std::fs::write(&cut, &bytes[..44 + 44_100 * 31]).unwrap();
    let heard = analyzed(&cut, &expected, &[]);
    let wanted = [vec!["correct"; 16], vec!["missed"; 16]].concat();
    assert_eq!(statuses(&heard), wanted);
    assert_eq!(heard["completion"], 0.5);
    let [notice] = heard["notices"].as_array().unwrap().as_slice() else { panic!("{}", heard["notices"]) };
    assert!(notice.as_str().unwrap().starts_with("recording: it is cut short: 7.750 s of 17."), "{notice}");
    let empty = song(folder.path(), "empty.mid", &[]);
    let heard = analyzed(&sound, &empty, &[]);
    assert_eq!((&heard["pitch_accuracy"], &heard["rhythm_accuracy"]), (&Value::Null, &Value::Null));
    assert!(heard["reason"].as_str().unwrap().contains("no notes"), "{}", heard["reason"]);
    let silence = folder.path().join("silence.wav");
    let mut quiet = bytes.clone();
    quiet[44..].fill(0);
    std::fs::write(&silence, quiet).unwrap();
    for (recording, reason) in [(&silence, &Value::Null), (&empty, &Value::Null)] {
        let heard = analyzed(recording, &expected, &[]);
        assert_eq!((heard["pitch_accuracy"].as_f64(), &heard["rhythm_accuracy"]), (Some(0.0), &Value::Null));
        assert_eq!((heard["counts"]["missed"].as_u64(), &heard["reason"]), (Some(32), reason));
    }
}

#[test]
fn a_choice_without_notes_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let expected = song(folder.path(), "expected.mid", &MELODY);
    let expected = expected.to_str().unwrap();
    for choice in [["--bars", "200"], ["--tracks", "9"], ["--channels", "7"]] {
        let done = rae(&[&["analyze", expected, expected][..], &choice].concat());
        let told = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.code() == Some(2) && told.contains("no notes"), "{choice:?}: {told}");
        assert!(done.stdout.is_empty());
    }
}
