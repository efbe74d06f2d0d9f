//! `rae render`: a MIDI file becomes sound.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use rust_audio_engine::effects::Chain;
use rust_audio_engine::midi::Parsed;
use rust_audio_engine::{
    Engine, Error, Observer, OutputFile, RenderSettings, Report, Seconds, SoundFontReport, StemFile, StemsBy, Timeline,
    check_output,
};
use serde::Serialize;

use crate::exit::{Failure, begin_output};
use crate::listen::ListenOptions;
use crate::options::RenderOptions;
use crate::output::{commit, makes_file, prepare_json};
use crate::song::{read_song, unused_channels};
use crate::terminal::{Interrupts, ProgressLine, check_not_terminal, print_json, say};
use crate::values::{noun, show_time};

/// Turn a MIDI file into sound
///
/// Writes stereo sound, stems or a timeline. Messages go to standard error; standard output carries only data: the
/// audio with `-o -`, or the report with --json.
#[derive(Args)]
#[command(group = ArgGroup::new("outputs").args(["output", "stems", "timeline"]).multiple(true).required(true))]
pub(crate) struct Render {
    /// The MIDI file; - is standard input
    song: PathBuf,
    /// Where the sound goes: a .wav, .flac, .mp3 or .opus file; - is standard output
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Write every channel's or track's sound to a file of its own in this folder, as long as the mix; they add up to it
    #[arg(long, value_name = "DIR")]
    stems: Option<PathBuf>,
    /// What a stem holds: channel or track
    #[arg(long, value_name = "WHAT", default_value = "channel", requires = "stems")]
    stems_by: StemsBy,
    /// Write bars, beats, notes and words in seconds of the sound to this file, as JSON (schemas/timeline.schema.json); - is
    /// standard output
    #[arg(long, value_name = "OUT.json")]
    timeline: Option<PathBuf>,
    #[command(flatten)]
    listen: ListenOptions,
    /// Replace output files that exist
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    options: RenderOptions,
    /// Threads to use, at most 1024 [default: one per core]; the result does not depend on it
    #[arg(long, value_name = "N", help_heading = "Work")]
    threads: Option<usize>,
    /// Print a report as JSON on standard output
    #[arg(long, help_heading = "Work")]
    json: bool,
}

#[derive(Serialize)]
struct JsonReport<'a> {
    /// Nothing where only stems were asked for.
    output: Option<String>,
    stems: &'a [StemFile],
    soundfont_name: &'a str,
    #[serde(flatten)]
    report: &'a Report,
}

impl Render {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let to_stdout = self.output.as_deref() == Some(Path::new("-"));
        if to_stdout {
            check_not_terminal()?;
        }
        if to_stdout && self.json {
            return Err(Failure::Usage("--json and -o - both want standard output; choose one".into()));
        }
        let chain = self.options.chain()?;
        let mut outputs = self.output.iter().chain(&self.timeline).chain(self.listen.outputs());
        outputs.try_for_each(|output| self.check_output(output, &chain))?;
        let settings = self.options.settings(chain, self.output.as_deref(), self.threads, self.force)?;
        self.listen.check()?;
        self.check_names()?;
        let interrupts = Interrupts::watch();
        let song = read_song(&self.song)?;
        // Written at once, since the song's memory is free during the work; it appears with the sound.
        let timeline = match &self.timeline {
            Some(path) => prepare_json(path, self.force, &Timeline::new(&song.sequence, &settings)?)?,
            None => None,
        };
        if self.output.is_none() && self.stems.is_none() {
            return commit(timeline);
        }
        let unused = unused_channels(&song.sequence, &settings);
        let engine = Engine::open(self.options.soundfont())?;
        interrupts.expect_order();
        let mut line = ProgressLine::new(self.options.quiet(), interrupts);
        let made = self.make(&engine, song, &settings, &mut |progress| line.update(progress));
        line.clear();
        let made = made?;
        commit(timeline)?;
        let Some((mut report, stems)) = made else { return Ok(()) };
        let SoundFontReport { name, warnings, .. } = engine.soundfont();
        report.warnings.splice(..0, warnings.into_iter().chain(unused));
        self.tell(&report, &stems, &name)
    }

    /// Renders what was asked for: the report of the sound, and the stems; nothing where no sound was.
    fn make(
        &self,
        engine: &Engine,
        song: Parsed,
        settings: &RenderSettings,
        observer: &mut Observer<'_>,
    ) -> Result<Option<(Report, Vec<StemFile>)>, Failure> {
        let mut stems = |folder| engine.prepare_stems(&song, folder, self.stems_by, settings, observer);
        let (output, folder) = match (self.output.as_deref(), self.stems.as_deref()) {
            (None, None) => return Ok(None),
            (None, Some(folder)) => {
                let (report, stems) = stems(folder)?;
                return Ok(Some((report, stems.commit()?)));
            }
            (Some(output), folder) => (output, folder),
        };
        let stems = folder.map(stems).transpose()?;
        let heard = self.listen.listener();
        let engine = &heard.as_ref().map_or(engine.clone(), |(listener, _)| engine.heard_by(listener.clone()));
        begin_output(output);
        let report = if output == Path::new("-") {
            engine.render_open(song, OutputFile::standard_output().map_err(Error::from)?, settings, observer)?
        } else {
            engine.render_file(song, output, settings, observer)?
        };
        if let Some((_, heard)) = heard {
            self.listen.write(heard, self.force)?;
        }
        let files = stems.map_or(Ok(Vec::new()), |(_, stems)| stems.commit())?;
        Ok(Some((report, files)))
    }

    /// Refuses two outputs of one name, and more than one on standard output.
    fn check_names(&self) -> Result<(), Failure> {
        let mut outputs: Vec<&PathBuf> =
            self.output.iter().chain(&self.timeline).chain(self.listen.outputs()).collect();
        let pipe = Path::new("-");
        if self.json && outputs.iter().any(|output| *output == pipe) {
            return Err(Failure::Usage("--json and - both want standard output; choose one".into()));
        }
        outputs.sort_unstable();
        match outputs.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Failure::Usage(format!("two outputs are called {}; name them apart", pair[0].display()))),
            None => Ok(()),
        }
    }

    /// Refuses an output that is there already, or that would replace what the sound is made from.
    fn check_output(&self, output: &Path, chain: &Chain) -> Result<(), Failure> {
        if output == Path::new("-") {
            return Ok(());
        }
        check_output(output, &self.song)?;
        self.options.spare(output, chain)?;
        self.options.soundfont().files().iter().try_for_each(|bank| check_output(output, bank))?;
        let exists = || output.symlink_metadata().is_ok();
        if !self.force && makes_file(output) && exists() { Err(Failure::Exists(output.to_owned())) } else { Ok(()) }
    }

    fn tell(&self, report: &Report, stems: &[StemFile], soundfont_name: &str) -> Result<(), Failure> {
        if !self.options.quiet() {
            for warning in &report.warnings {
                say(&format!("rae: warning: {warning}"));
            }
            say(&self.summary(report, stems.len()));
        }
        if self.json {
            let output = self.output.as_ref().map(|output| output.display().to_string());
            print_json(&JsonReport { output, stems, soundfont_name, report })?;
        }
        Ok(())
    }

    /// What was made, in words.
    fn made(&self, stems: usize) -> String {
        let output = self.output.as_deref().map(|output| match output.to_str() {
            Some("-") => "standard output".to_owned(),
            _ => output.display().to_string(),
        });
        let in_folder = |folder: &Path| format!("{stems} {} in {}", noun(stems, "stem"), folder.display());
        let stems = self.stems.as_deref().map(in_folder);
        output.into_iter().chain(stems).collect::<Vec<_>>().join(" and ")
    }

    /// `out/demo.wav: 1:02.4 of stereo at 44100 Hz, WAV, 16 bit, with … — 95x faster than real time, peak −3.1 dBFS`
    fn summary(&self, report: &Report, stems: usize) -> String {
        let output = self.made(stems);
        let length = show_time(Seconds(report.duration));
        let format = report.encoding.as_deref().map_or(String::new(), |encoding| format!(" {encoding},"));
        let peak = report.peak_dbfs.map_or("silent".into(), |peak| format!("peak {} dBFS", level(peak)));
        let limited = if report.limiter_reduction_db > 0.0 {
            format!(", limited by up to {} dB", level(report.limiter_reduction_db))
        } else {
            String::new()
        };
        format!(
            "{output}: {length} of stereo at {} Hz,{format} with {} — {:.0}x faster than real time ({}), {peak}{limited}",
            report.sample_rate, report.soundfont, report.times_real_time, report.device,
        )
    }
}

/// One decimal, with a minus sign that is one.
fn level(db: f64) -> String {
    format!("{db:.1}").replace('-', "−")
}
