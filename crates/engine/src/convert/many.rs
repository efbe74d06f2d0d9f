//! Many files at once, one job each.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::{ConvertInput, ConvertOutput, ConvertReport, ConvertSettings, convert};
use crate::Error;
use crate::batch::{Protected, make_folder, outputs};
use crate::jobs::{self, Stop};
use crate::settings::cores;

/// What became of one of many files.
#[derive(Debug)]
pub struct ConvertedFile {
    /// The input.
    pub input: PathBuf,
    /// The output, or what it would be.
    pub output: PathBuf,
    /// What was made, or why nothing was; [`Error::Cancelled`] where the work was stopped before.
    pub result: Result<ConvertReport, Error>,
}

/// Hears of every finished file with how many there are now, and in between, without a file, many times a second, on the
/// thread that asked for the work. [`ControlFlow::Break`] stops it: files under way are given up, finished ones stay.
pub type ConvertObserver<'a> = dyn FnMut(Option<&ConvertedFile>, usize) -> ControlFlow<()> + 'a;

/// Converts files into `folder`, which is made if it is not there, and tells what became of each, in the order of
/// `inputs`. A file that fails does not stop the others. `song.flac` becomes `song.mp3`; later inputs of one stem become
/// `song-2.mp3` and so on. No input is ever replaced. `jobs` files are converted at once, by default one per core.
pub fn convert_files(
    inputs: &[PathBuf],
    folder: &Path,
    settings: &ConvertSettings,
    jobs: Option<usize>,
    observer: &mut ConvertObserver<'_>,
) -> Result<Vec<ConvertedFile>, Error> {
    if jobs == Some(0) {
        return Err(Error::Settings { what: "jobs is 0; use at least 1".into() });
    }
    let format = settings.encoding.format.unwrap_or_default();
    // Before any file is touched.
    settings.encoding.encoding(format)?;
    settings.validate()?;
    make_folder(folder)?;
    let outputs = outputs(inputs, folder, format.name());
    let protected = Protected::new(inputs);
    let work = |index: usize, stop: &Stop| {
        let (input, output) = (inputs[index].clone(), outputs[index].clone());
        let result = convert_one(&input, &output, settings, &protected, stop);
        ConvertedFile { input, output, result }
    };
    jobs::run(jobs.unwrap_or_else(cores).min(inputs.len()), inputs.len(), work, observer)
}

fn convert_one(
    input: &Path,
    output: &Path,
    settings: &ConvertSettings,
    protected: &Protected<'_>,
    stop: &Stop,
) -> Result<ConvertReport, Error> {
    if stop.is_set() {
        return Err(Error::Cancelled);
    }
    protected.check(output)?;
    let (input, output) = (ConvertInput::File(input.to_owned()), ConvertOutput::File(output.to_owned()));
    convert(input, output, settings, &mut |_| stop.flow())
}
