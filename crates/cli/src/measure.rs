//! `rae measure`: levels and loudness of audio files.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use rust_audio_engine::{
    Error, Loudness, Measured, MeasuredFile, Progress, album_loudness, measure, measure_files, open_audio,
};
use serde::Serialize;

use crate::exit::{Failure, describe};
use crate::files::{about, sounds};
use crate::terminal::{Interrupts, ProgressLine, bar, print, print_json, say};
use crate::values::noun;

/// Measure levels and loudness of audio files
///
/// Loudness after EBU R 128 (integrated, range, loudest 0.4 and 3 seconds, true peak), peak and RMS level, offset, and
/// samples at full scale.
#[derive(Args)]
pub(crate) struct Measure {
    /// Audio files of any kind that is read, and folders to search for them; - is standard input
    #[arg(required = true, value_name = "FILES")]
    inputs: Vec<PathBuf>,

    /// Also the loudness of all files as if they were one, as of an album
    #[arg(long)]
    album: bool,

    /// Print JSON; levels of silence are null. Of several files, or with --album, an object with a list
    #[arg(long)]
    json: bool,

    /// Files to measure at once, at most 1024 [default: one per core]
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,

    /// Say nothing but errors, beside what was measured
    #[arg(long)]
    quiet: bool,
}

#[derive(Serialize)]
struct JsonFiles<'a> {
    files: Vec<JsonFile<'a>>,
    /// Nothing where it was not asked for, or a file failed.
    album: Option<Loudness>,
}

#[derive(Serialize)]
struct JsonFile<'a> {
    input: String,
    error: Option<String>,
    #[serde(flatten)]
    measured: Option<&'a Measured>,
}

impl<'a> JsonFile<'a> {
    fn new(MeasuredFile { input, result, .. }: &'a MeasuredFile) -> JsonFile<'a> {
        JsonFile {
            input: input.display().to_string(),
            error: result.as_ref().err().map(describe),
            measured: result.as_ref().ok(),
        }
    }
}

impl Measure {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let interrupts = Interrupts::watch();
        let files = sounds(&self.inputs, None)?;
        interrupts.expect_order();
        let mut line = ProgressLine::new(self.quiet, interrupts);
        match self.inputs.as_slice() {
            [input] if !self.album && !input.is_dir() => self.one(input, &mut line),
            _ => self.many(&files, &mut line),
        }
    }

    fn one(&self, input: &Path, line: &mut ProgressLine) -> Result<(), Failure> {
        let measured = open_audio(input)
            .and_then(|mut reader| measure(&mut reader, &mut |progress: Progress| line.update(progress)));
        line.clear();
        let measured = measured?;
        self.warn("", &measured);
        if self.json { print_json(&measured) } else { print(text(&measured).trim_end()) }
    }

    fn many(&self, inputs: &[PathBuf], line: &mut ProgressLine) -> Result<(), Failure> {
        let total = inputs.len();
        let files = measure_files(inputs, self.jobs, &mut |_, done| {
            line.show(|| format!("{} {done} of {total}", bar(done as f64 / total as f64)))
        })?;
        line.clear();
        let (mut done, mut failed) = (0, 0);
        for MeasuredFile { input, result, .. } in &files {
            match result {
                Ok(measured) => {
                    done += 1;
                    self.warn(&format!("{}: ", input.display()), measured);
                }
                Err(Error::Cancelled) => {}
                Err(error) => {
                    failed += 1;
                    say(&format!("rae: {}", about(input, error)));
                }
            }
        }
        if done + failed < total {
            return Err(Failure::Interrupted { done, total });
        }
        let album = (self.album && failed == 0).then(|| album_loudness(&files));
        self.print(&files, album)?;
        if failed > 0 { Err(Failure::Files { failed, total }) } else { Ok(()) }
    }

    fn print(&self, files: &[MeasuredFile], album: Option<Loudness>) -> Result<(), Failure> {
        if self.json {
            return print_json(&JsonFiles { files: files.iter().map(JsonFile::new).collect(), album });
        }
        let mut parts = Vec::new();
        for MeasuredFile { input, result, .. } in files {
            if let Ok(measured) = result {
                parts.push(format!("{}\n{}", input.display(), text(measured)));
            }
        }
        parts.extend(album.map(|album| format!("all of them\n{}", loudness_text(&album))));
        print(parts.join("\n").trim_end())
    }

    fn warn(&self, about: &str, measured: &Measured) {
        if !self.quiet {
            measured.warnings.iter().for_each(|warning| say(&format!("rae: warning: {about}{warning}")));
        }
    }
}

fn text(measured: &Measured) -> String {
    let Measured { measurement, duration, .. } = measured;
    let channels = &measurement.channels;
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<22}{value}");
    };
    let each = |value: &dyn Fn(usize) -> String| (0..channels.len()).map(value).collect::<Vec<_>>().join(", ");
    let (rate, count) = (measurement.sample_rate_hz, channels.len());
    line("length", format!("{duration:.3} s, {rate} Hz, {count} {}", noun(count, "channel")));
    text.push_str(&loudness_text(&measurement.loudness));
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<22}{value}");
    };
    line("peak", format!("{} ({})", level(measurement.peak_db, "dBFS"), each(&|n| level(channels[n].peak_db, ""))));
    line("RMS", format!("{} ({})", level(measurement.rms_db, "dBFS"), each(&|n| level(channels[n].rms_db, ""))));
    line("offset", each(&|n| format!("{:.6}", channels[n].dc_offset)));
    line("samples at full scale", measurement.clipped_samples.to_string());
    if measurement.non_finite_samples > 0 {
        line("samples not finite", measurement.non_finite_samples.to_string());
    }
    text
}

fn loudness_text(loudness: &Loudness) -> String {
    let lines = [
        ("integrated loudness", loudness.integrated_lufs, "LUFS"),
        ("loudness range", loudness.range_lu, "LU"),
        ("loudest 3 s", loudness.max_short_term_lufs, "LUFS"),
        ("loudest 0.4 s", loudness.max_momentary_lufs, "LUFS"),
        ("true peak", loudness.true_peak_db, "dBTP"),
    ];
    lines.iter().map(|(name, value, unit)| format!("{name:<22}{}\n", level(*value, unit))).collect()
}

/// A level with its unit; silence is told as such.
fn level(value: f64, unit: &str) -> String {
    let value = if value == f64::NEG_INFINITY { "-inf".to_owned() } else { format!("{value:.2}") };
    if unit.is_empty() { value } else { format!("{value} {unit}") }
}
