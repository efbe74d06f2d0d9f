//! The command, run in a folder with a song and a bank.

#![allow(dead_code, unreachable_pub, reason = "every test file uses some of these")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use rae_testkit::{BankBuilder, sine};
use rust_audio_engine::midi::{Division, Event, Format, Message, Meta, Sequence, Track, TrackEvent};
use tempfile::TempDir;

pub struct Folder {
    pub folder: TempDir,
}

impl Folder {
    /// A folder with `song.mid` (two notes, 1 s) and `bank.sf2` (a sine).
    pub fn new() -> Folder {
        let folder = tempfile::tempdir().unwrap();
        song().write(&folder.path().join("song.mid")).unwrap();
        let bank = BankBuilder::one_sample(&sine(441.0, 44_100, 1000), Some(0..100));
        fs::write(folder.path().join("bank.sf2"), bank.bytes()).unwrap();
        Folder { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rae"));
        command.args(line.split_whitespace()).current_dir(self.folder.path()).env("RAE_SOUNDFONT", "bank.sf2");
        // The tests may run in the background or under nohup.
        #[cfg(unix)]
        meet_signals(&mut command, libc::SIG_DFL);
        command
    }

    pub fn rae(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }

    /// Runs, expects success, gives standard output.
    pub fn stdout(&self, line: &str) -> String {
        let output = self.rae(line);
        assert!(output.status.success(), "rae {line}: {}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs, expects this code, gives standard error.
    pub fn fails(&self, code: i32, line: &str) -> String {
        let output = self.rae(line);
        assert_eq!(output.status.code(), Some(code), "rae {line}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "rae {line} wrote to standard output");
        stderr(&output)
    }

    /// What lies in the folder.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Sends these signals when the command has worked for a while; it has to end soon, with code 130, though nobody reads
    /// what it writes. What it said.
    #[cfg(unix)]
    pub fn interrupted(&self, line: &str, signals: &[&str]) -> String {
        let began = std::time::Instant::now();
        self.interrupted_when(line, signals, || began.elapsed().as_millis() >= 400)
    }

    /// As `interrupted`, but as soon as it is so.
    #[cfg(unix)]
    pub fn interrupted_when(&self, line: &str, signals: &[&str], is_so: impl Fn() -> bool) -> String {
        use std::process::Stdio;
        use std::time::{Duration, Instant};
        let mut command = self.command(line);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        while !is_so() && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        let began = Instant::now();
        signals.iter().for_each(|name| signal(&child, name));
        let code = child.wait().unwrap().code();
        let told = stderr(&child.wait_with_output().unwrap());
        assert_eq!(code, Some(130), "{line}, {signals:?}: {told}");
        assert!(began.elapsed() < Duration::from_secs(3), "{line}, {signals:?}: {:?}", began.elapsed());
        told
    }

    /// Whether an output of this folder, which lies in that of the test, is being written.
    #[cfg(unix)]
    pub fn is_at_work_in(&self, folder: &str) -> bool {
        let Ok(entries) = fs::read_dir(self.path(folder)) else { return false };
        entries.flatten().any(|entry| entry.file_name().to_string_lossy().ends_with(".part"))
    }

    /// Renders the song with these options and gives spec and samples of the file.
    pub fn rendered(&self, options: &str) -> (hound::WavSpec, Vec<f32>) {
        self.stdout(&format!("render song.mid -o out.wav --force --quiet {options}"));
        let reader = hound::WavReader::open(self.path("out.wav")).unwrap();
        let spec = reader.spec();
        let samples = match spec.sample_format {
            hound::SampleFormat::Float => reader.into_samples::<f32>().map(Result::unwrap).collect(),
            hound::SampleFormat::Int => {
                let scale = f32::exp2(f32::from(spec.bits_per_sample) - 1.0);
                reader.into_samples::<i32>().map(|x| x.unwrap() as f32 / scale).collect()
            }
        };
        (spec, samples)
    }
}

/// Lets the command start with interrupts ignored or not.
#[cfg(unix)]
#[allow(unsafe_code, reason = "what runs between fork and exec is unsafe by nature")]
pub fn meet_signals(command: &mut Command, action: libc::sighandler_t) {
    use std::os::unix::process::CommandExt;
    let set = move || {
        for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGTERM] {
            // SAFETY: neither action is a function that would have to be there.
            unsafe { libc::signal(signal, action) };
        }
        Ok(())
    };
    // SAFETY: `signal` may be called there, and nothing else is.
    unsafe { command.pre_exec(set) };
}

#[cfg(unix)]
pub fn signal(child: &std::process::Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn song() -> Sequence {
    let channel = |tick, message| TrackEvent { tick, event: Event::Channel { channel: 0, message } };
    let events = vec![
        TrackEvent { tick: 0, event: Event::Meta(Meta::Tempo(500_000)) },
        channel(0, Message::NoteOn { key: 60, velocity: 100 }),
        channel(400, Message::NoteOff { key: 60, velocity: 64 }),
        channel(500, Message::NoteOn { key: 67, velocity: 100 }),
        channel(900, Message::NoteOff { key: 67, velocity: 64 }),
        TrackEvent { tick: 1000, event: Event::Meta(Meta::EndOfTrack) },
    ];
    Sequence { format: Format::SingleTrack, division: Division::TicksPerQuarter(500), tracks: vec![Track { events }] }
}

/// Width and height from the header of a PNG.
pub fn size(png: &[u8]) -> (u32, u32) {
    assert!(png.starts_with(b"\x89PNG"));
    let field = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (field(16), field(20))
}
