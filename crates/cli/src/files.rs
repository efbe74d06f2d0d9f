//! What the verbs share that make audio files of audio files.

use std::io::stdin;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, ValueEnum};
use rust_audio_engine::{
    ConvertInput, ConvertOutput, ConvertReport, ConvertSettings, Decibels, EncodingOptions, Error, FileFormat,
    FilesObserver, LoudnessTags, Observer, OutputFile, SampleFormat, SampleRate, Seconds, WorkedFile, check_output,
};
use serde::Serialize;

use crate::effects::ChainOptions;
use crate::exit::{Failure, begin_output, describe};
use crate::folders::{expand, is_sound};
use crate::options::SampleFormatName;
use crate::terminal::{Interrupts, ProgressLine, bar, check_not_terminal, print_json, say};
use crate::values::show_time;

/// Which files are worked on, where they go, and what is told.
#[derive(Args)]
#[command(group = ArgGroup::new("outputs").args(["output", "out_dir"]).required(true))]
pub(crate) struct FileOptions {
    /// Audio files, and with --out-dir folders to search for them; - is standard input, for what reads it once
    #[arg(required = true, value_name = "FILES")]
    inputs: Vec<PathBuf>,
    /// Where the one file goes; - is standard output
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Where any number of files go; the folder is made if it is not there. Files of one name are told apart by what they were
    /// (song-flac.mp3) or where they were (disc1-song.mp3)
    #[arg(short = 'd', long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
    /// Replace output files that exist
    #[arg(long)]
    force: bool,
    /// With --out-dir: files to work on at once, at most 1024 [default: one per core]
    #[arg(short, long, value_name = "N", help_heading = "Work", conflicts_with = "output")]
    jobs: Option<usize>,
    /// Print what was made as JSON on standard output; with --out-dir a list
    #[arg(long, help_heading = "Work")]
    json: bool,
    /// Say nothing but errors
    #[arg(long, help_heading = "Work")]
    quiet: bool,
}

/// What the output is.
#[derive(Args)]
#[command(next_help_heading = "Format")]
pub(crate) struct FileFormatOptions {
    /// wav, flac, mp3 or opus [default: the ending of the output's name, wav where it has none]
    #[arg(long, value_name = "FORMAT")]
    format: Option<FileFormat>,
    /// Sample rate [default: the input's; Opus takes 48000 for rates that it does not know]
    #[arg(short = 'r', long, alias = "sample-rate", value_name = "HZ", value_parser = rate)]
    rate: Option<SampleRate>,
    /// 1 or 2 channels [default: the input's]
    #[arg(long, value_name = "N", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=2))]
    channels: Option<usize>,
    /// WAV and FLAC: s16, s24, or f32 for WAV [default: what holds the input]
    #[arg(long, value_name = "FORMAT")]
    sample_format: Option<SampleFormatName>,
    /// MP3 and Opus: kbit/s [default for Opus: 128]
    #[arg(long, value_name = "KBPS", conflicts_with = "quality")]
    bitrate: Option<u16>,
    /// MP3: a rate that varies, 0 (best, about 245 kbit/s) to 9 (about 65) [default: 2]. Through a pipe such a file
    /// cannot tell its length, and players guess it wrong; with --bitrate they guess it right
    #[arg(long, value_name = "N")]
    quality: Option<u8>,
    /// FLAC: 0 (fastest) to 8 (smallest) [default: 5]
    #[arg(long, value_name = "N")]
    level: Option<u8>,
    /// FLAC, MP3 and Opus: write the measured loudness into the file's tags: track, or album for all files together as well
    /// [default: what the input says, where the sound is not changed]
    #[arg(long, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "track")]
    replaygain: Option<ReplayGainOf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum ReplayGainOf {
    Track,
    Album,
}

/// The work of a verb.
pub(crate) trait FileWork {
    type Report: FileReport;

    fn one(
        &self,
        input: ConvertInput,
        output: ConvertOutput<'_>,
        observer: &mut Observer<'_>,
    ) -> Result<Self::Report, Error>;

    fn many(
        &self,
        inputs: &[PathBuf],
        folder: &Path,
        jobs: Option<usize>,
        observer: &mut FilesObserver<'_, Self::Report>,
    ) -> Result<Vec<WorkedFile<Self::Report>>, Error>;
}

/// What was made of one file.
pub(crate) trait FileReport: Serialize {
    fn file(&self) -> &ConvertReport;

    /// More words for the line about it.
    fn more(&self) -> String {
        String::new()
    }
}

#[derive(Serialize)]
struct JsonFile<'a, R> {
    input: String,
    /// Nothing where the file failed.
    output: Option<String>,
    error: Option<String>,
    #[serde(flatten)]
    report: Option<&'a R>,
}

impl FileFormatOptions {
    pub(crate) fn settings(&self, files: &FileOptions, normalize: Option<f64>) -> ConvertSettings {
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
            normalize: normalize.map(Decibels),
            loudness_tags: match self.replaygain {
                None => LoudnessTags::Keep,
                Some(ReplayGainOf::Track) => LoudnessTags::Track,
                Some(ReplayGainOf::Album) => LoudnessTags::Album,
            },
            overwrite: files.force,
        }
    }
}

impl FileOptions {
    pub(crate) fn overwrites(&self) -> bool {
        self.force
    }

    /// Refuses an output that would replace what the chain of effects is read from.
    pub(crate) fn spare(&self, effects: &ChainOptions) -> Result<(), Error> {
        self.output.as_ref().map_or(Ok(()), |output| effects.spare(output, None))
    }

    /// Whether a file may be written here besides the output: it is a place for a file and no input, nor what is there.
    pub(crate) fn check_beside(&self, path: &Path) -> Result<(), Failure> {
        if path == Path::new("-") || Some(path) == self.output.as_deref() {
            return Err(Failure::Usage(format!("{} is the output itself; name another file", path.display())));
        }
        self.inputs.iter().chain(&self.output).try_for_each(|other| check_output(path, other))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(Failure::Usage(format!("the folder {} is not there", folder.display())));
        }
        if !self.force && path.symlink_metadata().is_ok() { Err(Failure::Exists(path.to_owned())) } else { Ok(()) }
    }

    pub(crate) fn run(&self, work: &impl FileWork) -> Result<(), Failure> {
        let interrupts = Interrupts::watch();
        let line = ProgressLine::new(self.quiet, interrupts.clone());
        match (&self.output, &self.out_dir) {
            (Some(output), _) => self.one(output, work, &interrupts, line),
            (None, Some(folder)) => self.many(folder, work, &interrupts, line),
            (None, None) => Err(Failure::Usage("name an output with -o, or a folder with --out-dir".into())),
        }
    }

    fn one(
        &self,
        output: &Path,
        work: &impl FileWork,
        interrupts: &Interrupts,
        mut line: ProgressLine,
    ) -> Result<(), Failure> {
        let [input] = self.inputs.as_slice() else {
            return Err(Failure::Usage("-o takes one input; use --out-dir for several".into()));
        };
        if input.is_dir() {
            let what = "is a folder; use --out-dir to have all sound in it made into files";
            return Err(Failure::Usage(format!("{} {what}", input.display())));
        }
        let pipe = Path::new("-");
        if output == pipe {
            check_not_terminal()?;
            if self.json {
                return Err(Failure::Usage("--json and -o - both want standard output; choose one".into()));
            }
        }
        let source =
            if input == pipe { ConvertInput::Pipe(Box::new(stdin())) } else { ConvertInput::File(input.clone()) };
        interrupts.expect_order();
        begin_output(output);
        let sink = if output == pipe {
            ConvertOutput::Open(OutputFile::standard_output().map_err(Error::from)?)
        } else {
            ConvertOutput::File(output.to_owned())
        };
        let report = work.one(source, sink, &mut |progress| line.update(progress));
        line.clear();
        let report = report?;
        self.tell(input, output, &report);
        if self.json { print_json(&json(input, output, &Ok(report))) } else { Ok(()) }
    }

    fn many<W: FileWork>(
        &self,
        folder: &Path,
        work: &W,
        interrupts: &Interrupts,
        mut line: ProgressLine,
    ) -> Result<(), Failure> {
        if self.inputs.iter().any(|input| input == Path::new("-")) {
            return Err(Failure::Usage("standard input has no name to make one in --out-dir of; use -o".into()));
        }
        let inputs = sounds(&self.inputs, Some(folder))?;
        interrupts.expect_order();
        let total = inputs.len();
        let mut failed = 0;
        let mut observer = |file: Option<&WorkedFile<W::Report>>, done: usize| {
            match file.map(|file| (file, &file.result)) {
                Some((file, Ok(report))) => {
                    line.clear();
                    self.tell(&file.input, &file.output, report);
                }
                None | Some((_, Err(Error::Cancelled))) => {}
                Some((file, Err(error))) => {
                    failed += 1;
                    line.clear();
                    say(&format!("rae: {}", about(&file.input, error)));
                }
            }
            line.show(|| format!("{} {done} of {total}", bar(done as f64 / total as f64)))
        };
        let files = work.many(&inputs, folder, self.jobs, &mut observer)?;
        line.clear();
        if self.json {
            let list: Vec<_> = files.iter().map(|file| json(&file.input, &file.output, &file.result)).collect();
            print_json(&list)?;
        }
        let done = files.iter().filter(|file| file.result.is_ok()).count();
        if files.iter().any(|file| matches!(file.result, Err(Error::Cancelled))) {
            return Err(Failure::Interrupted { done, total });
        }
        if failed > 0 { Err(Failure::Files { failed, total }) } else { Ok(()) }
    }

    /// `out.mp3: 3:12.4 of MP3 from FLAC, stereo at 44100 Hz, peak −1.2 dBFS`
    fn tell(&self, input: &Path, output: &Path, report: &impl FileReport) {
        if self.quiet {
            return;
        }
        let (more, report) = (report.more(), report.file());
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
        let peak = if report.clipped_samples > 0 { format!("{peak} before clipping") } else { peak };
        let (length, rate) = (show_time(Seconds(report.duration)), report.sample_rate);
        say(&format!("{name}: {length} of {} from {}, {channels} at {rate} Hz, {peak}{more}", report.to, report.from));
    }
}

/// All sound in folders, in place of these; what lies in `output`, where the results go, is none of it.
pub(crate) fn sounds(inputs: &[PathBuf], output: Option<&Path>) -> Result<Vec<PathBuf>, Failure> {
    let place = |path: &Path| path.canonicalize().ok();
    let place_of_output = output.and_then(place);
    if let Some(input) = inputs.iter().find(|input| place_of_output.is_some() && place(input) == place_of_output) {
        return Err(Failure::Usage(format!(
            "{} is searched for sound, so the results cannot go there, too; name its files, or another --out-dir",
            input.display()
        )));
    }
    let files = expand(inputs, is_sound, output);
    if files.is_empty() {
        return Err(Failure::Usage("there is no audio file of a known name in the folders; name others".into()));
    }
    Ok(files)
}

fn json<'a, R>(input: &Path, output: &Path, result: &'a Result<R, Error>) -> JsonFile<'a, R> {
    JsonFile {
        input: input.display().to_string(),
        output: result.is_ok().then(|| output.display().to_string()),
        error: result.as_ref().err().map(describe),
        report: result.as_ref().ok(),
    }
}

/// An error with the input it is about, unless it says so itself.
pub(crate) fn about(input: &Path, error: &Error) -> String {
    match error {
        Error::Effects(_) | Error::Settings { .. } => format!("{}: {}", input.display(), describe(error)),
        _ => describe(error),
    }
}

fn rate(text: &str) -> Result<SampleRate, String> {
    let rate = text.parse().ok().filter(|rate| (1..=768_000).contains(rate)).and_then(SampleRate::new);
    rate.ok_or_else(|| "choose 1 to 768000 Hz".into())
}
