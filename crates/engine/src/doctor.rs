//! What the engine finds where it runs, for whoever asks why something does not work or how fast it is.

use std::fs;
use std::thread;

use rae_midi::{Division, Event, Format, Message, Meta, Parsed, Sequence, Track, TrackEvent};
use rae_soundfont::discovery::{Config, Origin, System};
use rae_soundfont::{Coverage, Model};
use rae_synth::InstructionSet;
use serde::Serialize;

use crate::{Device, Engine, Error, RenderSettings, SoundFontChoice, instructions, unobserved};

/// What was found, and what of it is wrong.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Examination {
    /// Version of the engine.
    pub version: &'static str,
    /// Operating system and processor architecture.
    pub platform: String,
    /// The processor.
    pub processor: Processor,
    /// Bytes of memory, where the system tells.
    pub memory_bytes: Option<u64>,
    /// What a GPU does.
    pub gpu: String,
    /// The config file.
    pub config: ConfigFile,
    /// The bank that is played when nobody names one; `None` if it cannot be opened.
    pub soundfont: Option<Bank>,
    /// The command that installs a bank with recorded instruments, where one is known.
    pub install_command: Option<&'static str>,
    /// A bar that was rendered with the built-in bank; `None` if that failed.
    pub self_test: Option<SelfTest>,
    /// What the environment or the config file names and cannot be used, and what else failed.
    pub problems: Vec<String>,
}

/// The processor, and how it is used.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Processor {
    /// Threads that it runs at once, as far as this process may use them.
    pub cores: usize,
    /// Instructions that kernels can make use of.
    pub features: Vec<&'static str>,
    /// The kernels that are used; `None` if `RAE_SIMD` names some that are not there.
    pub kernels: Option<String>,
    /// The kernels that could be used.
    pub usable_kernels: Vec<String>,
    /// What `RAE_SIMD` says.
    pub asked_for: Option<String>,
}

/// The config file.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ConfigFile {
    /// Where it is, or would be.
    pub path: Option<String>,
    /// Whether it is there and was understood.
    pub is_read: bool,
}

/// The bank that is played when nobody names one.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Bank {
    /// Path, or `builtin`.
    pub source: String,
    /// Who named it, or whose folder it was found in.
    pub named_by: String,
    /// Its own name.
    pub name: String,
    /// How many presets it has.
    pub presets: usize,
    /// How many of them are drum kits.
    pub drum_kits: usize,
    /// How many of General MIDI's 128 programs it has.
    pub programs: usize,
    /// Whether General MIDI songs can be played with it.
    pub is_general_midi: bool,
    /// How many odd things were found in it.
    pub warnings: usize,
}

/// A bar, rendered with the built-in bank.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SelfTest {
    /// Seconds of audio.
    pub duration: f64,
    /// Seconds that the render took.
    pub wall_seconds: f64,
    /// `duration` ÷ `wall_seconds`.
    pub times_real_time: f64,
    /// Level of the highest sample.
    pub peak_dbfs: f64,
}

/// Looks at everything that matters to a render; takes less than two seconds. What is wrong is told, not returned as error.
pub fn examine() -> Examination {
    let system = System::current();
    let mut problems = Vec::new();
    let processor = processor(&mut problems);
    let config = system.config();
    let is_read = matches!(config, Ok(Some(_)));
    let is_broken = config.is_err();
    let config = note(config, &mut problems).flatten().unwrap_or_default();
    check_folders(&system, &config, &mut problems);
    let mut bank_problems = Vec::new();
    let soundfont = note(bank(&system), &mut bank_problems);
    // A broken config file is told once.
    bank_problems.retain(|problem| !is_broken || !problems.contains(problem));
    problems.append(&mut bank_problems);
    let self_test = if processor.kernels.is_some() { note(self_test(), &mut problems) } else { None };
    Examination {
        version: env!("CARGO_PKG_VERSION"),
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        processor,
        memory_bytes: memory_bytes(),
        gpu: gpu(),
        config: ConfigFile { path: system.config_file().map(|path| path.display().to_string()), is_read },
        soundfont,
        install_command: system.install_command(),
        self_test,
        problems,
    }
}

/// The value, or the error among the problems.
fn note<T, E: ToString>(result: Result<T, E>, problems: &mut Vec<String>) -> Option<T> {
    result.map_err(|error| problems.push(error.to_string())).ok()
}

fn processor(problems: &mut Vec<String>) -> Processor {
    let usable = InstructionSet::ALL.into_iter().filter(|set| set.is_available());
    Processor {
        cores: thread::available_parallelism().map_or(1, usize::from),
        features: features(),
        kernels: note(instructions(), problems).map(|set| set.to_string()),
        usable_kernels: usable.map(|set| set.to_string()).collect(),
        asked_for: std::env::var("RAE_SIMD").ok().filter(|name| !name.is_empty()),
    }
}

#[cfg(target_arch = "x86_64")]
fn features() -> Vec<&'static str> {
    let all = [
        ("sse4.1", is_x86_feature_detected!("sse4.1")),
        ("avx", is_x86_feature_detected!("avx")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512dq", is_x86_feature_detected!("avx512dq")),
        ("avx512bw", is_x86_feature_detected!("avx512bw")),
        ("avx512vl", is_x86_feature_detected!("avx512vl")),
    ];
    all.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect()
}

#[cfg(target_arch = "aarch64")]
fn features() -> Vec<&'static str> {
    if std::arch::is_aarch64_feature_detected!("neon") { vec!["neon"] } else { Vec::new() }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn features() -> Vec<&'static str> {
    Vec::new()
}

/// What Linux tells in proc(5).
fn memory_bytes() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(total.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

fn gpu() -> String {
    match Device::Gpu.choose() {
        Ok(name) => name.to_owned(),
        Err(Error::Device { reason }) => format!("none: {reason}, the CPU renders"),
        Err(error) => error.to_string(),
    }
}

/// Folders that somebody named must be there.
fn check_folders(system: &System<'_>, config: &Config, problems: &mut Vec<String>) {
    for (folder, origin) in system.folders(config) {
        if !matches!(origin, Origin::SearchPath | Origin::ConfigPath) {
            continue;
        }
        if let Err(error) = fs::read_dir(&folder) {
            problems.push(format!("{origin} names the folder {}: {error}", folder.display()));
        }
    }
}

fn bank(system: &System<'_>) -> Result<Bank, Error> {
    let (choice, origin) = system.discover()?;
    let engine = Engine::open(choice.into())?;
    let Model { presets, .. } = engine.font().model();
    let coverage = Coverage::of(presets.iter().map(|preset| (preset.bank, preset.program)));
    Ok(Bank {
        source: engine.soundfont().source,
        named_by: origin.to_string(),
        name: engine.soundfont().name,
        presets: presets.len(),
        drum_kits: presets.iter().filter(|preset| preset.bank == 128).count(),
        programs: coverage.programs,
        is_general_midi: coverage.is_general_midi(),
        warnings: engine.font().warning_count(),
    })
}

fn self_test() -> Result<SelfTest, String> {
    let engine = Engine::open(SoundFontChoice::Builtin).map_err(|error| error.to_string())?;
    let made = engine
        .render(Parsed::from(bar()), &RenderSettings::default(), &mut unobserved)
        .map_err(|error| error.to_string())?;
    let peak_dbfs = made.report.peak_dbfs.ok_or("the self test rendered silence")?;
    Ok(SelfTest {
        duration: made.report.duration,
        wall_seconds: made.report.wall_seconds,
        times_real_time: made.report.times_real_time,
        peak_dbfs,
    })
}

/// Two seconds of piano, bass, strings and drums.
fn bar() -> Sequence {
    const QUARTER: u64 = 480;
    let mut events = Vec::new();
    let mut add = |tick, channel, message| events.push(TrackEvent { tick, event: Event::Channel { channel, message } });
    for (channel, program) in [(1, 32), (2, 48)] {
        add(0, channel, Message::ProgramChange { program });
    }
    for beat in 0..4 {
        for (channel, key) in [(0, 60), (0, 64), (0, 67), (1, 36), (2, 72), (9, 36), (9, 42)] {
            add(beat * QUARTER, channel, Message::NoteOn { key, velocity: 100 });
        }
        for (channel, key) in [(0, 60), (0, 64), (0, 67), (1, 36), (2, 72), (9, 36), (9, 42)] {
            add((beat + 1) * QUARTER - 1, channel, Message::NoteOff { key, velocity: 64 });
        }
    }
    events.push(TrackEvent { tick: 4 * QUARTER, event: Event::Meta(Meta::EndOfTrack) });
    let division = Division::TicksPerQuarter(QUARTER as u16);
    Sequence { format: Format::SingleTrack, division, tracks: vec![Track { events }] }
}
