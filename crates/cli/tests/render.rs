//! `rae render`, as people and scripts use it.

mod common;

use std::fs;
use std::io::{Cursor, Read, Write};
use std::process::Stdio;

use common::{Folder, stderr};
use serde_json::Value;

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, sample| sample.abs().max(peak))
}

#[test]
fn a_song_becomes_a_wav_file() {
    let folder = Folder::new();
    let output = folder.rae("render song.mid -o out.wav");
    assert!(output.status.success() && output.stdout.is_empty(), "{}", stderr(&output));
    let text = stderr(&output);
    for part in ["out.wav: 0:0", "stereo at 44100 Hz", "16 bit", "bank.sf2", "x faster than real time", "dBFS"] {
        assert!(text.contains(part), "{text}");
    }
    let reader = hound::WavReader::open(folder.path("out.wav")).unwrap();
    let spec = reader.spec();
    assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (2, 44_100, 16));
    assert!(reader.duration() >= 44_100);
    assert!(peak(&folder.rendered("").1) > 0.01);
}

#[test]
fn a_song_comes_through_a_pipe() {
    let folder = Folder::new();
    let song = fs::read(folder.path("song.mid")).unwrap();
    let piped = |line: &str, data: &[u8]| {
        let mut command = folder.command(line);
        let mut running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        running.stdin.take().unwrap().write_all(data).unwrap();
        running.wait_with_output().unwrap()
    };
    let sound = folder.rae("render song.mid -o - --quiet").stdout;
    assert!(sound.len() > 44_100);
    assert_eq!(piped("render - -o - --quiet", &song).stdout, sound);
    assert!(piped("render - -o piped.wav", &song).status.success());
    assert!(folder.path("piped.wav").metadata().unwrap().len() > 44_100);
    assert_eq!(piped("midi edit - -o -", &song).stdout, folder.rae("midi edit song.mid -o -").stdout);
    let info: Value = serde_json::from_slice(&piped("midi info - --json", &song).stdout).unwrap();
    assert_eq!(info["notes"], 2);
    let broken = piped("render - -o none.wav", b"words");
    assert_eq!(broken.status.code(), folder.rae("render bank.sf2 -o none.wav").status.code());
    assert!(stderr(&broken).contains("standard input"), "{}", stderr(&broken));
    assert!(!folder.path("none.wav").exists());
}

#[test]
fn options_do_what_they_say() {
    let folder = Folder::new();
    let (spec, dry) = folder.rendered("-r 48000 --sample-format f32 --no-reverb --no-sends --tail none");
    assert_eq!((spec.sample_rate, spec.bits_per_sample, dry.len()), (48_000, 32, 2 * 48_000));
    assert_eq!(folder.rendered("--sample-format s24").0.bits_per_sample, 24);
    let plain = "--sample-format f32 --no-reverb --no-sends --tail none";
    let loud = folder.rendered(&format!("{plain} --gain -6")).1;
    let quiet = folder.rendered(&format!("{plain} --gain=-26")).1;
    assert!((peak(&loud) / peak(&quiet) - 10.0).abs() < 1e-3);
    assert_eq!(folder.rendered(&format!("{plain} --tempo 2")).1.len(), 44_100);
    assert_eq!(folder.rendered(&format!("{plain} --from 0.25 --to 0:00.75")).1.len(), 44_100);
    assert_eq!(folder.rendered("--tail 2").1.len(), 6 * 44_100);
    assert_eq!(folder.rendered(&format!("{plain} --max-duration 0.5")).1.len(), 44_100);
    assert_eq!(peak(&folder.rendered(&format!("{plain} --mute 1-4,10")).1), 0.0);
    assert_eq!(peak(&folder.rendered(&format!("{plain} --solo 2 --solo 3")).1), 0.0);
    assert!(peak(&folder.rendered(&format!("{plain} --solo 1")).1) > 0.0);
    let level = 20.0 * peak(&folder.rendered("--normalize -3 --sample-format f32").1).log10();
    assert!((level + 3.0).abs() < 0.01, "{level}");
    assert_eq!(folder.rendered(&format!("{plain} --threads 1")), folder.rendered(&format!("{plain} --threads 2")));
    assert_ne!(folder.rendered(&format!("{plain} --transpose -12")), folder.rendered(plain));
    assert_ne!(folder.rendered(&format!("{plain} --interpolation linear")), folder.rendered(plain));
}

#[test]
fn a_part_is_practised() {
    let folder = Folder::new();
    let plain = "--sample-format f32 --no-reverb --no-sends --tail none";
    // The song lasts two quarters of half a second; a bar of 4/4 is counted before it.
    let seconds = |options: &str| folder.rendered(&format!("{plain} {options}")).1.len() / 2;
    assert_eq!(seconds("--count-in 1"), 3 * 44_100);
    assert_eq!(seconds("--bars 1 --loop 3"), 3 * 44_100);
    assert_eq!(seconds("--from 0.25 --to 0.5 --loop 4"), 44_100);
    assert_eq!(seconds("--loop inf --max-duration 5"), 5 * 44_100);
    let click = folder.rendered(&format!("{plain} --mute 1 --click --click-level -20")).1;
    assert!((20.0 * peak(&click).log10() + 20.0).abs() < 0.01 && click[44_100] > 0.0);

    assert!(folder.fails(2, "render song.mid -o x.wav --bars 0").contains("bar"));
    assert!(folder.fails(2, "render song.mid -o x.wav --bars 2").contains("the song has 1"));
    assert!(folder.fails(2, "render song.mid -o x.wav --bars 1 --from 1").contains("--bars"));
    assert!(folder.fails(2, "render song.mid -o x.wav --loop 0").contains("loop"));
    assert!(folder.fails(2, "render song.mid -o x.wav --count-in 65").contains("count-in"));
}

#[test]
fn stems_and_a_timeline_are_written_beside_the_sound_or_alone() {
    let folder = Folder::new();
    let mix = folder.rendered("--click --timeline out.json --stems parts --sample-format f32 --no-reverb --no-sends").1;
    let timeline: Value = serde_json::from_slice(&fs::read(folder.path("out.json")).unwrap()).unwrap();
    assert_eq!((timeline["notes"].as_array().unwrap().len(), timeline["duration"].as_f64()), (2, Some(1.0)));
    let mut sum = vec![0.0f32; mix.len()];
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(folder.path("parts")).unwrap() {
        let path = entry.unwrap().path();
        let samples = hound::WavReader::open(&path).unwrap().into_samples::<f32>();
        sum.iter_mut().zip(samples).for_each(|(sum, sample)| *sum += sample.unwrap());
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    names.sort();
    assert!(names.len() == 2 && names[0].starts_with("01 ") && names[1] == "click.wav", "{names:?}");
    assert!(mix.iter().zip(&sum).all(|(mix, sum)| (mix - sum).abs() <= 1e-6));

    let report = folder.stdout("render song.mid --stems tracks --stems-by track --json");
    let report: Value = serde_json::from_str(&report).unwrap();
    assert!(report["output"].is_null() && report["stems"][0]["path"].as_str().unwrap().starts_with("tracks/01"));
    assert_eq!(folder.stdout("render song.mid --timeline only.json"), "");
    let piped: Value = serde_json::from_str(&folder.stdout("render song.mid --timeline -")).unwrap();
    assert_eq!(piped, serde_json::from_slice::<Value>(&fs::read(folder.path("only.json")).unwrap()).unwrap());
    assert!(folder.path("only.json").exists());
    assert!(folder.fails(5, "render song.mid --timeline only.json").contains("--force"));
    assert!(folder.fails(5, "render song.mid --stems tracks").contains("--force"));
    assert!(folder.fails(2, "render song.mid").contains("--output"));
    assert!(folder.fails(2, "render song.mid --stems x --stems-by voice").contains("channel or track"));
}

#[test]
fn values_out_of_range_are_told_with_what_may_be() {
    let folder = Folder::new();
    for (options, says) in [
        ("--tempo -1", "tempo is -1; choose 0.01 to 100"),
        ("--from -1", "'-1' is no time"),
        ("--tail -1", "'-1' is no tail"),
        ("--rate 0", "sample rate is 0 Hz; choose 8000 to 384000"),
        ("--reverb-time 0.5", "choose 1 to 20000 milliseconds"),
        ("--reverb-time -5", "choose 1 to 20000 milliseconds"),
    ] {
        let output = folder.rae(&format!("render song.mid -o out.wav {options}"));
        assert!(output.status.code() == Some(2) && stderr(&output).contains(says), "{}", stderr(&output));
    }
}

#[test]
fn reverb_may_have_a_value_and_never_takes_the_song() {
    let folder = Folder::new();
    let usual = folder.rendered("");
    assert_eq!(folder.rendered("--reverb"), usual);
    assert_eq!(folder.rendered("--reverb 0.3"), usual);
    assert_eq!(folder.rendered("--reverb=0.3"), usual);
    assert_ne!(folder.rendered("--reverb 0.6"), usual);
    assert_ne!(folder.rendered("--reverb-time 500"), usual);
    folder.stdout("render --reverb song.mid -o other.wav --quiet");
    folder.rendered("");
    assert!(fs::read(folder.path("other.wav")).unwrap() == fs::read(folder.path("out.wav")).unwrap());
}

#[test]
fn channels_that_the_song_has_not_are_told() {
    let folder = Folder::new();
    let warned = |options: &str| {
        let report = folder.stdout(&format!("render song.mid -o out.wav --force --json --quiet {options}"));
        let report: Value = serde_json::from_str(&report).unwrap();
        let warnings = report["warnings"].as_array().unwrap();
        let about = warnings.iter().filter_map(Value::as_str).filter(|warning| warning.contains("channel"));
        about.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(warned("--solo 99"), ["channel 99 has no notes in this song; it has them in 1"]);
    assert_eq!(warned("--mute 1-3,10 --mute 12"), ["channels 2-3,10,12 have no notes in this song; it has them in 1"]);
    assert_eq!(warned("--solo 1"), [""; 0]);
    for option in ["--solo", "--mute"] {
        let message = folder.fails(2, &format!("render song.mid -o x.wav {option} 4097"));
        assert!(message.contains("'4097' is no channel; write numbers from 1 to 4096"), "{message}");
    }
    let played = folder.rae("play song.mid --sink null --seconds 0.1 --max-voices 16 --mute 7");
    assert!(stderr(&played).contains("channel 7 has no notes in this song"), "{}", stderr(&played));
}

#[test]
fn sound_in_place_of_a_song_is_told_where_to_go() {
    let folder = Folder::new();
    folder.rendered("");
    folder.stdout("convert out.wav -o out.flac --quiet");
    for (line, kind) in [
        ("render out.wav -o x.wav", "(WAV)"),
        ("play out.flac --sink null", "(FLAC)"),
        ("midi info out.flac", "(FLAC)"),
        ("pianoroll out.wav", "(WAV)"),
        ("analyze song.mid out.wav", "(WAV)"),
    ] {
        let message = folder.fails(4, line);
        assert!([kind, "rae convert", "rae analyze"].iter().all(|part| message.contains(part)), "{message}");
    }
}

#[test]
fn existing_files_are_kept() {
    let folder = Folder::new();
    fs::write(folder.path("out.wav"), "precious").unwrap();
    let message = folder.fails(5, "render song.mid -o out.wav");
    assert!(message.contains("out.wav") && message.contains("--force"), "{message}");
    assert_eq!(fs::read(folder.path("out.wav")).unwrap(), b"precious");
    folder.stdout("render song.mid -o out.wav --force");
    assert!(fs::read(folder.path("out.wav")).unwrap().starts_with(b"RIFF"));
}

#[test]
fn an_input_is_never_the_output() {
    let folder = Folder::new();
    let inputs = ["song.mid", "bank.sf2"].map(|name| fs::read(folder.path(name)).unwrap());
    for line in [
        "render song.mid -o song.mid",
        "render song.mid -o ./song.mid --force",
        "render song.mid -o bank.sf2 --soundfont bank.sf2 --force",
        "render song.mid -o bank.sf2 --format wav --force",
    ] {
        let message = folder.fails(5, line);
        assert!(message.contains("same file as the input"), "{message}");
    }
    assert!(["song.mid", "bank.sf2"].map(|name| fs::read(folder.path(name)).unwrap()) == inputs);
}

#[cfg(unix)]
#[test]
fn devices_and_pipes_are_written_to_without_force() {
    let folder = Folder::new();
    folder.stdout("render song.mid -o /dev/null --quiet");
    let pipe = folder.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let child = folder.command("render song.mid -o pipe --quiet --tail none").spawn().unwrap();
    let sound = fs::read(&pipe).unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    assert!(sound.starts_with(b"RIFF") && sound.len() > 4 * 44_100);
}

#[test]
fn every_failure_has_its_code() {
    let folder = Folder::new();
    fs::write(folder.path("junk"), "neither a song nor a bank").unwrap();
    assert!(folder.fails(3, "render missing.mid -o x.wav").contains("missing.mid"));
    let message = folder.fails(3, "render song.mid -o x.wav --soundfont missing.sf2");
    assert!(message.contains("Failed to load SoundFont") && message.contains("missing.sf2"), "{message}");
    assert!(folder.fails(4, "render junk -o x.wav").contains("junk"));
    assert!(folder.fails(4, "render song.mid -o x.wav --soundfont junk").contains("Failed to load SoundFont"));
    let message = folder.fails(5, "render song.mid -o no/x.wav");
    assert!(
        message.contains("no/x.wav") && message.contains("no folder no;") && !message.contains(".part"),
        "{message}"
    );
    assert!(folder.fails(5, "render song.mid -o .").contains("is a folder"));
    let message = folder.fails(2, "render song.mid -o x.wav --reverb -0.1");
    assert!(message.contains("reverb is -0.1; choose 0 to 1"), "{message}");
    assert!(folder.fails(6, "render song.mid -o x.wav --device gpu").contains("no GPU"));
    for usage in [
        "render song.mid",
        "render -o x.wav",
        "render song.mid -o x.wav --tempo 0",
        "render song.mid -o x.wav -r 0",
        "render song.mid -o x.wav --reverb 1.5",
        "render song.mid -o x.wav --gain loud",
        "render song.mid -o x.wav --solo 0",
        "render song.mid -o x.wav --from 2 --to 1",
        "render song.mid -o x.wav --from 5",
        "render song.mid -o x.wav --reverb --no-reverb",
        "render song.mid -o x.wav --sample-format mp3",
        "render song.mid -o x.wav --threads 1025",
        "render song.mid -o - --json",
        "render song.mid -o x.wav --nonsense",
        "nonsense",
    ] {
        folder.fails(2, usage);
    }
    assert!(!folder.path("x.wav").exists());
    let left = fs::read_dir(folder.folder.path()).unwrap().count();
    assert_eq!(left, 3, "only song, bank and junk are there");
}

#[test]
fn a_pipe_carries_nothing_but_audio() {
    let folder = Folder::new();
    let output = folder.rae("render song.mid -o - --tail none");
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("standard output: 0:01.0"), "{}", stderr(&output));
    assert!(output.stdout.starts_with(b"RIFF"));
    folder.rendered("--tail none");
    let file = fs::read(folder.path("out.wav")).unwrap();
    let samples = 4 * 44_100;
    assert!(output.stdout[output.stdout.len() - samples..] == file[file.len() - samples..]);
    assert!(hound::WavReader::new(Cursor::new(file)).is_ok());
}

#[test]
fn a_closed_pipe_is_no_drama() {
    let folder = Folder::new();
    let mut command = folder.command("render song.mid -o - --tail 600");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut start = [0; 1000];
    child.stdout.take().unwrap().read_exact(&mut start).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(141), ""));
}

#[test]
fn the_report_is_json() {
    let folder = Folder::new();
    let report: Value = serde_json::from_str(&folder.stdout("render song.mid -o out.wav --json --quiet")).unwrap();
    let frames = hound::WavReader::open(folder.path("out.wav")).unwrap().duration();
    assert_eq!(report["frames"], frames);
    assert_eq!(report["duration"], f64::from(frames) / 44_100.0);
    assert_eq!((&report["device"], &report["soundfont"]), (&"cpu".into(), &"bank.sf2".into()));
    assert_eq!((&report["output"], &report["notes"]), (&"out.wav".into(), &2.into()));
    assert!(report["peak_dbfs"].as_f64().unwrap() < 0.0 && report["warnings"].is_array());
}

#[test]
fn quiet_is_quiet() {
    let folder = Folder::new();
    let output = folder.rae("render song.mid -o out.wav --quiet");
    assert!(output.status.success() && output.stdout.is_empty() && output.stderr.is_empty(), "{}", stderr(&output));
}

#[cfg(unix)]
#[test]
fn interrupts_leave_nothing() {
    for signals in [["-INT"].as_slice(), &["-TERM"], &["-HUP"], &["-INT", "-INT", "-TERM"]] {
        for line in [
            "render song.mid -o out.wav --tail 14000",
            "render song.mid --stems new/stems --tail 14000",
            "render song.mid -o out.wav --stems stems --timeline time.json --waveform wave.png --tail 14000",
        ] {
            let folder = Folder::new();
            let told = folder.interrupted(line, signals);
            assert!(told.contains("interrupted; no unfinished output was left"), "{told}");
            assert_eq!(folder.names(), ["bank.sf2", "song.mid"], "{line}");
        }
    }
}

#[cfg(unix)]
#[test]
fn signals_that_were_ignored_at_the_start_stay_ignored() {
    let folder = Folder::new();
    let mut command = folder.command("render - -o out.wav --tail none");
    common::meet_signals(&mut command, libc::SIG_IGN);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It waits for its song by now.
    std::thread::sleep(std::time::Duration::from_millis(400));
    ["-HUP", "-INT", "-TERM"].iter().for_each(|name| common::signal(&child, name));
    std::thread::sleep(std::time::Duration::from_millis(100));
    child.stdin.take().unwrap().write_all(&fs::read(folder.path("song.mid")).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(folder.names(), ["bank.sf2", "out.wav", "song.mid"]);
}

#[cfg(unix)]
#[test]
fn interrupts_leave_no_stems() {
    let stems = "render song.mid --stems new/stems --tail 3000";
    let both = "render song.mid -o out.wav --stems stems --timeline time.json --tail 600";
    for (line, folder_at_work) in [(stems, "new/stems"), (both, "")] {
        for signals in [["-INT"].as_slice(), &["-INT", "-INT"]] {
            let folder = Folder::new();
            folder.interrupted_when(line, signals, || folder.is_at_work_in(folder_at_work));
            assert_eq!(folder.names(), ["bank.sf2", "song.mid"], "{line}, {signals:?}");
        }
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_wait_for_a_reader_of_messages() {
    let folder = Folder::new();
    let rae = env!("CARGO_BIN_EXE_rae");
    let line = format!("exec {rae} render song.mid --soundfont bank.sf2 -o - --tail 14000 2>&1");
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &line]).current_dir(folder.path("."));
    common::meet_signals(&mut command, libc::SIG_DFL);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(400));
    let began = std::time::Instant::now();
    common::signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(began.elapsed().as_secs() < 3);
}

#[cfg(unix)]
#[test]
fn interrupts_leave_what_was_there() {
    let folder = Folder::new();
    folder.stdout("render song.mid --stems stems --timeline time.json --quiet --tail none");
    let stem = folder.path("stems").read_dir().unwrap().next().unwrap().unwrap().path();
    let before = [&stem, &folder.path("time.json")].map(|path| fs::read(path).unwrap());
    folder.interrupted(
        "render song.mid --stems stems --timeline time.json --force --tail 14000 --transpose 3",
        &["-INT"],
    );
    assert!([&stem, &folder.path("time.json")].map(|path| fs::read(path).unwrap()) == before);
    assert_eq!(folder.names(), ["bank.sf2", "song.mid", "stems", "time.json"]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_wait_for_a_reader() {
    let folder = Folder::new();
    for threads in [1, 2] {
        for signal in ["-INT", "-TERM"] {
            let line = format!("render song.mid -o - --waveform wave.png --tail 14000 --threads {threads}");
            let told = folder.interrupted(&line, &[signal]);
            assert!(told.contains("interrupted; what the output got is not complete"), "{told}");
            assert_eq!(folder.names(), ["bank.sf2", "song.mid"]);
        }
    }
}

#[cfg(unix)]
#[test]
fn inputs_and_outputs_that_never_come_can_be_interrupted() {
    let folder = Folder::new();
    assert!(std::process::Command::new("mkfifo").arg(folder.path("pipe")).status().unwrap().success());
    for line in ["render pipe -o out.wav", "render song.mid -o pipe", "midi info pipe"] {
        let told = folder.interrupted(line, &["-INT"]);
        assert_eq!(told.contains("what the output got is not complete"), line.ends_with("-o pipe"), "{line}: {told}");
        assert_eq!(folder.names(), ["bank.sf2", "pipe", "song.mid"], "{line}");
    }
}
