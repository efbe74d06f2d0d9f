//! `rae render`: a MIDI file becomes sound.

use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};

use clap::Args;
use rust_audio_engine::{Engine, Report, Seconds, SoundFontReport, check_output, read_midi};
use serde::Serialize;

use crate::exit::Failure;
use crate::options::RenderOptions;
use crate::terminal::{Interrupts, Patience, ProgressLine, print_json, say};
use crate::values::show_time;

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
    #[command(flatten)]
    options: RenderOptions,
    /// Threads to use [default: one per core]; the result does not depend on it
    #[arg(long, value_name = "N", help_heading = "Work")]
    threads: Option<usize>,
    /// Print a report as JSON on standard output
    #[arg(long, help_heading = "Work")]
    json: bool,
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
        if to_stdout && self.json {
            return Err(Failure::Usage("--json and -o - both want standard output; choose one".into()));
        }
        if !to_stdout {
            self.check_output()?;
        }
        let settings = self.options.settings(self.threads, self.force)?;
        let interrupts = Interrupts::watch();
        let song = read_midi(&self.song)?;
        let engine = Engine::open(self.options.soundfont())?;
        interrupts.expect_order(if self.makes_file() { Patience::Endless } else { Patience::Once });
        let mut line = ProgressLine::new(self.options.quiet(), interrupts);
        let mut observer = |progress| line.update(progress);
        let result = if to_stdout {
            engine.render_to(&song, &mut stdout(), &settings, &mut observer)
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
        self.options.soundfont().files().iter().try_for_each(|bank| check_output(&self.output, bank))?;
        let exists = || self.output.symlink_metadata().is_ok();
        if !self.force && self.makes_file() && exists() { Err(Failure::Exists(self.output.clone())) } else { Ok(()) }
    }

    /// Whether the output is a file that appears when it is complete, not standard output, a device or a pipe.
    fn makes_file(&self) -> bool {
        self.output != Path::new("-") && self.output.metadata().map_or(true, |existing| existing.is_file())
    }

    fn tell(&self, report: &Report, soundfont_name: &str) -> Result<(), Failure> {
        if !self.options.quiet() {
            for warning in &report.warnings {
                say(&format!("rae: warning: {warning}"));
            }
            say(&self.summary(report));
        }
        if self.json {
            print_json(&JsonReport { output: self.output.display().to_string(), soundfont_name, report })?;
        }
        Ok(())
    }

    /// `out/demo.wav: 1:02.4 of stereo at 44100 Hz, 16 bit, with … — 95x faster than real time, peak −3.1 dBFS`
    fn summary(&self, report: &Report) -> String {
        let output =
            if self.output == Path::new("-") { "standard output".into() } else { self.output.display().to_string() };
        let length = show_time(Seconds(report.duration));
        let format = self.options.format();
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

/// One decimal, with a minus sign that is one.
fn level(db: f64) -> String {
    format!("{db:.1}").replace('-', "−")
}
