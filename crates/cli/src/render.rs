//! `rae render`: a MIDI file becomes sound.

use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rust_audio_engine::{
    Decibels, Device, Engine, Interpolation, RenderSettings, Report, Reverb, SampleFormat, SampleRate, Seconds,
    SoundFontChoice, SoundFontReport, check_output, read_midi,
};
use serde::Serialize;

use crate::exit::Failure;
use crate::terminal::{Interrupts, Patience, ProgressLine, print_json, say};
use crate::values::{self, Channels, TailChoice, show_time};

/// Turn a MIDI file into sound
///
/// Writes a stereo WAV file. Messages go to standard error; standard output carries only data: the audio with
/// `-o -`, or the report with --json.
#[derive(Args)]
pub(crate) struct Render {
    /// The MIDI file
    song: PathBuf,
    /// Where the WAV file goes; - is standard output
    #[arg(short, long, value_name = "OUT.wav")]
    output: PathBuf,
    /// Replace the output file if it exists
    #[arg(long)]
    force: bool,
    /// SoundFont to play, or 'builtin' [default: see `rae soundfont path`]
    #[arg(long, value_name = "FILE")]
    soundfont: Option<PathBuf>,
    #[command(flatten)]
    format: FormatOptions,
    #[command(flatten)]
    sound: SoundOptions,
    #[command(flatten)]
    part: PartOptions,
    #[command(flatten)]
    work: WorkOptions,
}

#[derive(Args)]
#[command(next_help_heading = "Format")]
struct FormatOptions {
    /// Sample rate
    #[arg(short = 'r', long = "rate", alias = "sample-rate", value_name = "HZ", default_value_t = 44_100)]
    rate: u32,
    /// Sample format: 16- or 24-bit integers, or 32-bit float
    #[arg(long, value_name = "FORMAT", default_value = "s16")]
    sample_format: FormatName,
    /// Absolute gain; at 0 dB one full-scale sample at full velocity reaches full scale
    #[arg(long, value_name = "DB", default_value_t = -13.0, allow_negative_numbers = true)]
    gain: f64,
    /// Bring the highest sample to this level, -1 dBFS if none is given; renders twice
    #[arg(long, value_name = "DB", num_args = 0..=1, require_equals = true, default_missing_value = "-1", allow_negative_numbers = true)]
    normalize: Option<f64>,
}

#[derive(Args)]
#[command(next_help_heading = "Sound")]
struct SoundOptions {
    /// Reverb and its share of the sound, 0 to 1 [default: 0.3]
    #[arg(long, value_name = "WET", num_args = 0..=1, require_equals = true, default_missing_value = "0.3")]
    reverb: Option<f64>,
    /// No reverb but that of the sends
    #[arg(long, conflicts_with_all = ["reverb", "reverb_time"])]
    no_reverb: bool,
    /// Length of the reverb's impulse response
    #[arg(long, value_name = "MS", default_value_t = 100.0)]
    reverb_time: f64,
    /// No reverb hall and chorus as the SoundFont and the song ask for them
    #[arg(long)]
    no_sends: bool,
    /// How samples are read between their points
    #[arg(long, value_name = "METHOD", default_value = "sinc")]
    interpolation: InterpolationName,
    /// Voices that may sound at once
    #[arg(long, value_name = "N", default_value_t = 4096)]
    max_voices: usize,
}

#[derive(Args)]
#[command(next_help_heading = "Song")]
struct PartOptions {
    /// Factor on the tempo; 2 is twice as fast
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    tempo: f64,
    /// Semitones up or down; drums stay
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    transpose: i8,
    /// Begin here: seconds or m:ss.s
    #[arg(long, value_name = "T", value_parser = values::time, default_value = "0")]
    from: Seconds,
    /// End here; the tail follows
    #[arg(long, value_name = "T", value_parser = values::time)]
    to: Option<Seconds>,
    /// Play only these channels: 1-16, 17-32 on the second port; 10 or 1-4,10
    #[arg(long, value_name = "CH", value_parser = values::channels)]
    solo: Vec<Channels>,
    /// Leave these channels out
    #[arg(long, value_name = "CH", value_parser = values::channels)]
    mute: Vec<Channels>,
    /// What follows the last note: silence (until it is silent), none, or seconds
    #[arg(long, value_name = "TAIL", value_parser = values::tail, default_value = "silence")]
    tail: TailChoice,
    /// Below this level the tail is silent
    #[arg(long, value_name = "DBFS", default_value_t = -90.0, allow_negative_numbers = true)]
    tail_threshold: f64,
    /// Cut a longer song here, with a warning
    #[arg(long, value_name = "T", value_parser = values::time, default_value = "4:00:00")]
    max_duration: Seconds,
}

#[derive(Args)]
#[command(next_help_heading = "Work")]
struct WorkOptions {
    /// Threads to use [default: one per core]; the result does not depend on it
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// What does the work: auto, cpu or gpu; only gpu can fail
    #[arg(long, value_name = "DEVICE", default_value_t = Device::Auto)]
    device: Device,
    /// Print a report as JSON on standard output
    #[arg(long)]
    json: bool,
    /// Say nothing but errors
    #[arg(long)]
    quiet: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    S16,
    S24,
    F32,
}

#[derive(Clone, Copy, ValueEnum)]
enum InterpolationName {
    Sinc,
    Cubic,
    Linear,
}

#[derive(Serialize)]
struct JsonReport<'a> {
    output: String,
    soundfont_name: &'a str,
    #[serde(flatten)]
    report: &'a Report,
}

impl Render {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let to_stdout = self.output == Path::new("-");
        if to_stdout && stdout().is_terminal() {
            return Err(Failure::Usage("standard output is a terminal; send it into a pipe or name a file".into()));
        }
        if to_stdout && self.work.json {
            return Err(Failure::Usage("--json and -o - both want standard output; choose one".into()));
        }
        if !to_stdout {
            self.check_output()?;
        }
        let settings = self.settings()?;
        settings.validate()?;
        let interrupts = Interrupts::watch();
        let song = read_midi(&self.song)?;
        let engine = Engine::open(SoundFontChoice::from_argument(self.soundfont.as_deref()))?;
        interrupts.expect_order(if self.makes_file() { Patience::Endless } else { Patience::Once });
        let mut line = ProgressLine::new(self.work.quiet, interrupts);
        let mut observer = |progress| line.update(progress);
        let result = if to_stdout {
            engine.render_to(&song, &mut stdout().lock(), &settings, &mut observer)
        } else {
            engine.render_file(&song, &self.output, &settings, &mut observer)
        };
        line.clear();
        let mut report = result?;
        let SoundFontReport { name, warnings, .. } = engine.soundfont();
        report.warnings.splice(..0, warnings);
        self.tell(&report, &name)
    }

    fn check_output(&self) -> Result<(), Failure> {
        check_output(&self.output, &self.song)?;
        if let SoundFontChoice::File(bank) = SoundFontChoice::from_argument(self.soundfont.as_deref()) {
            check_output(&self.output, bank)?;
        }
        let exists = || self.output.symlink_metadata().is_ok();
        if !self.force && self.makes_file() && exists() { Err(Failure::Exists(self.output.clone())) } else { Ok(()) }
    }

    /// Whether the output is a file that appears when it is complete, not standard output, a device or a pipe.
    fn makes_file(&self) -> bool {
        self.output != Path::new("-") && self.output.metadata().map_or(true, |existing| existing.is_file())
    }

    fn settings(&self) -> Result<RenderSettings, Failure> {
        let (format, sound, part, work) = (&self.format, &self.sound, &self.part, &self.work);
        let rate = SampleRate::new(format.rate).ok_or_else(|| Failure::Usage("sample rate is 0 Hz".into()))?;
        let reverb =
            Reverb { wet: sound.reverb.unwrap_or(Reverb::default().wet), time: Seconds(sound.reverb_time / 1000.0) };
        Ok(RenderSettings {
            rate,
            format: format.sample_format.into(),
            gain: Decibels(format.gain),
            normalize: format.normalize.map(Decibels),
            reverb: (!sound.no_reverb).then_some(reverb),
            sends: !sound.no_sends,
            interpolation: sound.interpolation.into(),
            max_voices: sound.max_voices,
            tempo: part.tempo,
            transpose: part.transpose,
            from: part.from,
            to: part.to,
            solo: flatten(&part.solo),
            mute: flatten(&part.mute),
            tail: part.tail.with_threshold(part.tail_threshold),
            max_duration: part.max_duration,
            threads: work.threads,
            device: work.device,
            overwrite: self.force,
        })
    }

    fn tell(&self, report: &Report, soundfont_name: &str) -> Result<(), Failure> {
        if !self.work.quiet {
            for warning in &report.warnings {
                say(&format!("rae: warning: {warning}"));
            }
            say(&self.summary(report));
        }
        if self.work.json {
            print_json(&JsonReport { output: self.output.display().to_string(), soundfont_name, report })?;
        }
        Ok(())
    }

    /// `out/demo.wav: 1:02.4 of stereo at 44100 Hz, 16 bit, with … — 95x faster than real time, peak −3.1 dBFS`
    fn summary(&self, report: &Report) -> String {
        let output =
            if self.output == Path::new("-") { "standard output".into() } else { self.output.display().to_string() };
        let length = show_time(Seconds(report.duration));
        let format = match self.format.sample_format {
            FormatName::S16 => "16 bit",
            FormatName::S24 => "24 bit",
            FormatName::F32 => "32-bit float",
        };
        let peak = report.peak_dbfs.map_or("silent".into(), |peak| format!("peak {} dBFS", level(peak)));
        let limited = if report.limiter_reduction_db > 0.0 {
            format!(", limited by up to {} dB", level(report.limiter_reduction_db))
        } else {
            String::new()
        };
        format!(
            "{output}: {length} of stereo at {} Hz, {format}, with {} — {:.0}x faster than real time ({}), {peak}{limited}",
            report.sample_rate, report.soundfont, report.times_real_time, report.device,
        )
    }
}

fn flatten(lists: &[Channels]) -> Vec<u16> {
    lists.iter().flat_map(|list| list.0.iter().copied()).collect()
}

/// One decimal, with a minus sign that is one.
fn level(db: f64) -> String {
    format!("{db:.1}").replace('-', "−")
}

impl From<FormatName> for SampleFormat {
    fn from(name: FormatName) -> SampleFormat {
        match name {
            FormatName::S16 => SampleFormat::S16,
            FormatName::S24 => SampleFormat::S24,
            FormatName::F32 => SampleFormat::F32,
        }
    }
}

impl From<InterpolationName> for Interpolation {
    fn from(name: InterpolationName) -> Interpolation {
        match name {
            InterpolationName::Sinc => Interpolation::Sinc,
            InterpolationName::Cubic => Interpolation::Cubic,
            InterpolationName::Linear => Interpolation::Linear,
        }
    }
}
