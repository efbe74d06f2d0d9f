//! `rae process`: audio files through effects.

use std::path::{Path, PathBuf};

use clap::Args;
use rust_audio_engine::{
    ConvertInput, ConvertOutput, ConvertReport, EffectTail, Error, FilesObserver, Observer, ProcessReport,
    ProcessSettings, WorkedFile, process, process_files,
};

use crate::effects::{ChainOptions, effect_tail, turned_down};
use crate::exit::Failure;
use crate::files::{FileFormatOptions, FileOptions, FileReport, FileWork};

/// Take audio files through effects: a chain from a file, or a preset
///
/// Reads and writes what `rae convert` does. The effects' delay is taken away, what rings after the end is kept, titles and
/// the like are carried over. Effects hear the sound at the output's rate and channels.
#[derive(Args)]
pub(crate) struct Process {
    #[command(flatten)]
    files: FileOptions,
    #[command(flatten)]
    effects: ChainOptions,
    /// What follows the end: keep (all that rings), trim (nothing), or seconds
    #[arg(long, value_name = "TAIL", default_value = "keep", value_parser = effect_tail, allow_negative_numbers = true, help_heading = "Effects")]
    tail: EffectTail,
    /// Another sound, an audio file: the chain's effects with sidechain = "external" listen to it instead of their input
    #[arg(long, value_name = "FILE", help_heading = "Effects")]
    sidechain: Option<PathBuf>,
    #[command(flatten)]
    format: FileFormatOptions,
    /// Bring the highest sample to this level after the effects, -1 dBFS if none is given; works twice
    #[arg(long, value_name = "DBFS", num_args = 0..=1, require_equals = true, default_missing_value = "-1", allow_negative_numbers = true, help_heading = "Format")]
    normalize: Option<f64>,
}

impl Process {
    pub(crate) fn run(self) -> Result<(), Failure> {
        self.files.spare(&self.effects)?;
        let Some(chain) = self.effects.chain()? else {
            return Err(Failure::Usage(
                "name effects with --chain, --preset or --ir; `rae presets` lists presets".into(),
            ));
        };
        let convert = self.format.settings(&self.files, self.normalize);
        self.files.run(&Work(ProcessSettings { convert, chain, tail: self.tail, sidechain: self.sidechain.clone() }))
    }
}

struct Work(ProcessSettings);

impl FileWork for Work {
    type Report = ProcessReport;

    fn one(
        &self,
        input: ConvertInput,
        output: ConvertOutput<'_>,
        observer: &mut Observer<'_>,
    ) -> Result<ProcessReport, Error> {
        process(input, output, &self.0, observer)
    }

    fn many(
        &self,
        inputs: &[PathBuf],
        folder: &Path,
        jobs: Option<usize>,
        observer: &mut FilesObserver<'_, ProcessReport>,
    ) -> Result<Vec<WorkedFile<ProcessReport>>, Error> {
        process_files(inputs, folder, &self.0, jobs, observer)
    }
}

impl FileReport for ProcessReport {
    fn file(&self) -> &ConvertReport {
        &self.file
    }

    fn more(&self) -> String {
        turned_down(&self.reductions)
    }
}
