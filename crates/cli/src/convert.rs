//! `rae convert`: audio files become other audio files.

use std::io::{IsTerminal, stdin, stdout};
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use rust_audio_engine::{
    ConvertInput, ConvertOutput, ConvertReport, ConvertSettings, ConvertedFile, Decibels, EncodingOptions, Error,
    FileFormat, SampleFormat, SampleRate, Seconds, convert, convert_files,
};

use crate::exit::{Failure, describe};
use crate::options::SampleFormatName;
use crate::output::makes_file;
use crate::terminal::{Interrupts, Patience, ProgressLine, bar, say};
use crate::values::show_time;

/// Turn audio files into another format, sample rate, number of channels or level
///
/// Reads WAV, AIFF, CAF, FLAC, MP3, Ogg Vorbis, Opus (Ogg, WebM), AAC and ALAC (MP4), whatever the files are called; writes
/// WAV, FLAC, MP3 and Opus. Titles and the like are carried over. FLAC and WAV of 16 and 24 bits are copied bit for bit.
#[derive(Args)]
#[command(group = ArgGroup::new("outputs").args(["output", "out_dir"]).required(true))]
pub(crate) struct Convert {
    /// Audio files; - is standard input
    #[arg(required = true, value_name = "FILES")]
    inputs: Vec<PathBuf>,
    /// Where the one file goes; - is standard output
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Where any number of files go; the folder is made if it is not there
    #[arg(short = 'd', long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
    /// Replace output files that exist
    #[arg(long)]
    force: bool,
    /// wav, flac, mp3 or opus [default: what the output's name says, else wav]
    #[arg(long, value_name = "FORMAT", help_heading = "Format")]
    format: Option<FileFormat>,
    /// Sample rate [default: the input's; Opus takes 48000 for rates that it does not know]
    #[arg(short = 'r', long, alias = "sample-rate", value_name = "HZ", help_heading = "Format", value_parser = rate)]
    rate: Option<SampleRate>,
    /// 1 or 2 channels [default: the input's]
    #[arg(long, value_name = "N", help_heading = "Format", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=2))]
    channels: Option<usize>,
    /// WAV and FLAC: s16, s24, or f32 for WAV [default: what holds the input]
    #[arg(long, value_name = "FORMAT", help_heading = "Format")]
    sample_format: Option<SampleFormatName>,
    /// MP3 and Opus: kbit/s
    #[arg(long, value_name = "KBPS", help_heading = "Format", conflicts_with = "quality")]
    bitrate: Option<u16>,
    /// MP3: a rate that varies, 0 (best, about 245 kbit/s) to 9 (about 65) [default: 2]
    #[arg(long, value_name = "N", help_heading = "Format")]
    quality: Option<u8>,
    /// FLAC: 0 (fastest) to 8 (smallest) [default: 5]
    #[arg(long, value_name = "N", help_heading = "Format")]
    level: Option<u8>,
    /// Bring the highest sample to this level, -1 dBFS if none is given; decodes twice
    #[arg(long, value_name = "DB", num_args = 0..=1, require_equals = true, default_missing_value = "-1", allow_negative_numbers = true, help_heading = "Format")]
    normalize: Option<f64>,
    /// With --out-dir: files to convert at once [default: one per core]
    #[arg(short, long, value_name = "N", help_heading = "Work", conflicts_with = "output")]
    jobs: Option<usize>,
    /// Say nothing but errors
    #[arg(long, help_heading = "Work")]
    quiet: bool,
}

impl Convert {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let settings = self.settings();
        let interrupts = Interrupts::watch();
        let line = ProgressLine::new(self.quiet, interrupts.clone());
        match (&self.output, &self.out_dir) {
            (Some(output), _) => self.one(output, &settings, &interrupts, line),
            (None, Some(folder)) => self.many(folder, &settings, &interrupts, line),
            (None, None) => Err(Failure::Usage("name an output with -o, or a folder with --out-dir".into())),
        }
    }

    fn settings(&self) -> ConvertSettings {
        ConvertSettings {
            encoding: EncodingOptions {
                format: self.format,
                sample_format: self.sample_format.map(SampleFormat::from),
                bitrate: self.bitrate,
                quality: self.quality,
                level: self.level,
            },
            rate: self.rate,
            channels: self.channels,
            normalize: self.normalize.map(Decibels),
            overwrite: self.force,
        }
    }

    fn one(
        &self,
        output: &Path,
        settings: &ConvertSettings,
        interrupts: &Interrupts,
        mut line: ProgressLine,
    ) -> Result<(), Failure> {
        let [input] = self.inputs.as_slice() else {
            return Err(Failure::Usage("-o takes one input; use --out-dir for several".into()));
        };
        let pipe = Path::new("-");
        if output == pipe && stdout().is_terminal() {
            return Err(Failure::Usage("standard output is a terminal; send it into a pipe or name a file".into()));
        }
        let source =
            if input == pipe { ConvertInput::Pipe(Box::new(stdin())) } else { ConvertInput::File(input.clone()) };
        interrupts.expect_order(patience([input.as_path(), output]));
        let mut out = stdout();
        let sink = if output == pipe { ConvertOutput::Pipe(&mut out) } else { ConvertOutput::File(output.to_owned()) };
        let report = convert(source, sink, settings, &mut |progress| line.update(progress));
        line.clear();
        self.tell(input, output, &report?);
        Ok(())
    }

    fn many(
        &self,
        folder: &Path,
        settings: &ConvertSettings,
        interrupts: &Interrupts,
        mut line: ProgressLine,
    ) -> Result<(), Failure> {
        if self.inputs.iter().any(|input| input == Path::new("-")) {
            return Err(Failure::Usage("standard input has no name to make one in --out-dir of; use -o".into()));
        }
        interrupts.expect_order(patience(self.inputs.iter().map(PathBuf::as_path)));
        let total = self.inputs.len();
        let mut failed = 0;
        let mut observer = |file: Option<&ConvertedFile>, done: usize| {
            match file.map(|file| (file, &file.result)) {
                Some((file, Ok(report))) => {
                    line.clear();
                    self.tell(&file.input, &file.output, report);
                }
                None | Some((_, Err(Error::Cancelled))) => {}
                Some((_, Err(error))) => {
                    failed += 1;
                    line.clear();
                    say(&format!("rae: {}", describe(error)));
                }
            }
            line.show(|| format!("{} {done} of {total}", bar(done as f64 / total as f64)))
        };
        let files = convert_files(&self.inputs, folder, settings, self.jobs, &mut observer)?;
        line.clear();
        let done = files.iter().filter(|file| file.result.is_ok()).count();
        if files.iter().any(|file| matches!(file.result, Err(Error::Cancelled))) {
            return Err(Failure::Interrupted { done, total });
        }
        if failed > 0 { Err(Failure::Files { failed, total }) } else { Ok(()) }
    }

    /// `out.mp3: 3:12.4 of MP3 from FLAC, stereo at 44100 Hz, peak −1.2 dBFS`
    fn tell(&self, input: &Path, output: &Path, report: &ConvertReport) {
        if self.quiet {
            return;
        }
        for warning in &report.warnings {
            let name = if input == Path::new("-") { "standard input".into() } else { input.display().to_string() };
            say(&format!("rae: warning: {name}: {warning}"));
        }
        let channels = match report.channels {
            1 => "mono".to_owned(),
            2 => "stereo".to_owned(),
            channels => format!("{channels} channels"),
        };
        let name = if output == Path::new("-") { "standard output".into() } else { output.display().to_string() };
        let peak = report.peak_dbfs.map_or("silent".into(), |peak| format!("peak {peak:.1} dBFS").replace('-', "−"));
        let (length, rate) = (show_time(Seconds(report.duration)), report.sample_rate);
        say(&format!("{name}: {length} of {} from {}, {channels} at {rate} Hz, {peak}", report.to, report.from));
    }
}

/// A pipe may keep the work waiting for ever.
fn patience<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Patience {
    if paths.into_iter().all(makes_file) { Patience::Endless } else { Patience::Once }
}

fn rate(text: &str) -> Result<SampleRate, String> {
    let rate = text.parse().ok().filter(|rate| (1..=768_000).contains(rate)).and_then(SampleRate::new);
    rate.ok_or_else(|| "choose 1 to 768000 Hz".into())
}
