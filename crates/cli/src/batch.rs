//! `rae batch`: many MIDI files become sound at once.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use rust_audio_engine::{BatchFile, BatchProgress, Engine, Error, Report, Seconds, SoundFontReport, check_output};
use serde::Serialize;

use crate::exit::{Failure, describe};
use crate::folders::{expand, is_song};
use crate::options::RenderOptions;
use crate::output::{makes_file, write_json};
use crate::terminal::{Interrupts, ProgressLine, bar, say};
use crate::values::{noun, show_time};

/// Turn many MIDI files into sound at once
///
/// song.mid becomes song.wav in the output folder, or song.mp3 with --format mp3. Files of one name are told apart by their
/// endings (song-kar.wav) or where they were (a-song.wav). A file that fails is named and does not stop the others.
#[derive(Args)]
pub(crate) struct Batch {
    /// MIDI files, and folders to search for *.mid, *.midi, *.kar and *.rmi
    #[arg(required = true, value_name = "FILES")]
    inputs: Vec<PathBuf>,
    /// Where the files go; the folder is made if it is not there
    #[arg(short = 'd', long, value_name = "DIR")]
    out_dir: PathBuf,
    /// Replace output files that exist
    #[arg(long)]
    force: bool,
    /// Write what became of every file to this file, as JSON; - is standard output. An interrupted batch writes it where at
    /// least one file came to its end
    #[arg(long, value_name = "OUT.json")]
    manifest: Option<PathBuf>,
    #[command(flatten)]
    options: RenderOptions,
    /// Files to render at once, at most 1024 [default: one per core]
    #[arg(short, long, value_name = "N", help_heading = "Work")]
    jobs: Option<usize>,
}

#[derive(Serialize)]
struct Manifest<'a> {
    soundfont: &'a str,
    soundfont_name: &'a str,
    files: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    input: String,
    /// Nothing where the file failed.
    output: Option<String>,
    error: Option<String>,
    report: Option<&'a Report>,
}

impl Batch {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let settings = self.options.settings(self.options.chain()?, None, None, self.force)?;
        let inputs = expand(&self.inputs, is_song, None);
        if inputs.is_empty() {
            return Err(Failure::Usage(
                "there is no .mid, .midi, .kar or .rmi file in the folders; name others".into(),
            ));
        }
        let interrupts = Interrupts::watch();
        let engine = Engine::open(self.options.soundfont())?;
        let soundfont = engine.soundfont();
        self.manifest.iter().try_for_each(|path| self.options.spare(path, &settings.chain))?;
        self.check_manifest(inputs.iter().map(PathBuf::as_path).chain(engine.font().files()))?;
        self.warn(&soundfont.source, &soundfont.warnings);
        interrupts.expect_order();
        let began = Instant::now();
        let mut failed = 0;
        let mut line = ProgressLine::new(self.options.quiet(), interrupts);
        let mut observer = |progress: BatchProgress<'_>| self.watch(progress, &mut failed, &mut line);
        let files = engine.render_batch(&inputs, &self.out_dir, &settings, self.jobs, &mut observer)?;
        line.clear();
        // Where nothing came to its end, what an earlier manifest tells is still so.
        if let Some(path) = &self.manifest
            && files.iter().any(|file| !was_stopped(file))
        {
            write_json(path, self.force, &Manifest::new(&soundfont, &files))?;
        }
        self.conclude(&files, began)
    }

    /// Refuses before the work what would be refused after it.
    fn check_manifest<'a>(&self, mut inputs: impl Iterator<Item = &'a Path>) -> Result<(), Failure> {
        let Some(path) = &self.manifest else { return Ok(()) };
        if !self.force && makes_file(path) && path.symlink_metadata().is_ok() {
            return Err(Failure::Exists(path.clone()));
        }
        Ok(inputs.try_for_each(|input| check_output(path, input))?)
    }

    /// Names what failed or was odd about a finished file, and shows how far the batch has come.
    fn watch(&self, progress: BatchProgress<'_>, failed: &mut usize, line: &mut ProgressLine) -> ControlFlow<()> {
        let BatchProgress { finished, done, total } = progress;
        match finished.map(|file| (&file.input, &file.result)) {
            Some((input, Err(error))) => {
                *failed += 1;
                line.clear();
                say(&format!("rae: {}: {}", input.display(), describe(error)));
            }
            Some((input, Ok(report))) if !report.warnings.is_empty() => {
                line.clear();
                self.warn(&input.display().to_string(), &report.warnings);
            }
            _ => {}
        }
        let files = noun(total, "file");
        line.show(|| format!("{} {done} of {total} {files}, {failed} failed", bar(done as f64 / total as f64)))
    }

    fn warn(&self, about: &str, warnings: &[String]) {
        if !self.options.quiet() {
            warnings.iter().for_each(|warning| say(&format!("rae: warning: {about}: {warning}")));
        }
    }

    /// `out: 12 of 12 files, 41:05.3 of sound in 0:08.1, 304x faster than real time`
    fn conclude(&self, files: &[BatchFile], began: Instant) -> Result<(), Failure> {
        let reports: Vec<&Report> = files.iter().filter_map(|file| file.result.as_ref().ok()).collect();
        let (done, total) = (reports.len(), files.len());
        if files.iter().any(was_stopped) {
            return Err(Failure::Interrupted { done, total });
        }
        if !self.options.quiet() {
            // An empty sum would be -0.
            let sound = reports.iter().fold(0.0, |sound, report| sound + report.duration);
            let seconds = began.elapsed().as_secs_f64();
            say(&format!(
                "{}: {done} of {total} {}, {} of sound in {}, {:.0}x faster than real time",
                self.out_dir.display(),
                noun(total, "file"),
                show_time(Seconds(sound)),
                show_time(Seconds(seconds)),
                sound / seconds.max(1e-9),
            ));
        }
        if done < total { Err(Failure::Files { failed: total - done, total }) } else { Ok(()) }
    }
}

/// Whether an interrupt came before the file's end.
fn was_stopped(file: &BatchFile) -> bool {
    matches!(file.result, Err(Error::Cancelled))
}

impl<'a> Manifest<'a> {
    fn new(soundfont: &'a SoundFontReport, files: &'a [BatchFile]) -> Manifest<'a> {
        let entry = |file: &'a BatchFile| Entry {
            input: file.input.display().to_string(),
            output: file.result.is_ok().then(|| file.output.display().to_string()),
            error: file.result.as_ref().err().map(describe),
            report: file.result.as_ref().ok(),
        };
        Manifest {
            soundfont: &soundfont.source,
            soundfont_name: &soundfont.name,
            files: files.iter().map(entry).collect(),
        }
    }
}
