//! `rae measure`: levels and loudness of an audio file.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use rust_audio_engine::{Measured, measure, open_audio, unobserved};

use crate::exit::Failure;
use crate::terminal::{print, print_json, say};

/// Measure levels and loudness of an audio file
///
/// Loudness after EBU R 128 (integrated, range, loudest 0.4 and 3 seconds, true peak), peak and RMS level, offset, and
/// samples at full scale.
#[derive(Args)]
pub(crate) struct Measure {
    /// Audio file of any kind that is read, or - for standard input
    input: PathBuf,

    /// Print JSON; levels of silence are null
    #[arg(long)]
    json: bool,
}

impl Measure {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let measured = measure(&mut open_audio(&self.input)?, &mut unobserved)?;
        measured.warnings.iter().for_each(|warning| say(&format!("rae: warning: {warning}")));
        if self.json { print_json(&measured) } else { print(&text(&measured)) }
    }
}

fn text(measured: &Measured) -> String {
    let Measured { measurement, duration, .. } = measured;
    let (loudness, channels) = (&measurement.loudness, &measurement.channels);
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<22}{value}");
    };
    let each = |value: &dyn Fn(usize) -> String| (0..channels.len()).map(value).collect::<Vec<_>>().join(", ");
    line("length", format!("{duration:.3} s, {} Hz, {} channels", measurement.sample_rate_hz, channels.len()));
    line("integrated loudness", level(loudness.integrated_lufs, "LUFS"));
    line("loudness range", level(loudness.range_lu, "LU"));
    line("loudest 3 s", level(loudness.max_short_term_lufs, "LUFS"));
    line("loudest 0.4 s", level(loudness.max_momentary_lufs, "LUFS"));
    line("true peak", level(loudness.true_peak_db, "dBTP"));
    line("peak", format!("{} ({})", level(measurement.peak_db, "dBFS"), each(&|n| level(channels[n].peak_db, ""))));
    line("RMS", format!("{} ({})", level(measurement.rms_db, "dBFS"), each(&|n| level(channels[n].rms_db, ""))));
    line("offset", each(&|n| format!("{:.6}", channels[n].dc_offset)));
    line("samples at full scale", measurement.clipped_samples.to_string());
    if measurement.non_finite_samples > 0 {
        line("samples not finite", measurement.non_finite_samples.to_string());
    }
    text
}

/// A level with its unit; silence is told as such.
fn level(value: f64, unit: &str) -> String {
    let value = if value == f64::NEG_INFINITY { "-inf".to_owned() } else { format!("{value:.2}") };
    if unit.is_empty() { value } else { format!("{value} {unit}") }
}
