//! Many files at once, one job each.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::{ConvertInput, ConvertOutput, ConvertReport, ConvertSettings, convert};
use crate::batch::{Protected, make_folder, outputs};
use crate::jobs::{self, Stop};
use crate::settings::cores;
use crate::{Error, Observer};

/// What became of one of many files.
#[derive(Debug)]
pub struct WorkedFile<R> {
    /// The input.
    pub input: PathBuf,
    /// The output, or what it would be.
    pub output: PathBuf,
    /// What was made, or why nothing was; [`Error::Cancelled`] where the work was stopped before.
    pub result: Result<R, Error>,
}

/// What became of one of many files that were converted.
pub type ConvertedFile = WorkedFile<ConvertReport>;

/// Hears of every finished file with how many there are now, and in between, without a file, many times a second, on the
/// thread that asked for the work. [`ControlFlow::Break`] stops it: files under way are given up, finished ones stay.
pub type FilesObserver<'a, R> = dyn FnMut(Option<&WorkedFile<R>>, usize) -> ControlFlow<()> + 'a;

/// [`FilesObserver`] of files that are converted.
pub type ConvertObserver<'a> = FilesObserver<'a, ConvertReport>;

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
    let work = |input: ConvertInput, output: ConvertOutput<'_>, observer: &mut Observer<'_>| {
        convert(input, output, settings, observer)
    };
    each_file(inputs, folder, settings, jobs, &work, observer)
}

/// What makes one file of another.
pub(crate) type Worker<'a, R> =
    dyn Fn(ConvertInput, ConvertOutput<'_>, &mut Observer<'_>) -> Result<R, Error> + Sync + 'a;

/// As [`convert_files`], with other work.
pub(crate) fn each_file<R: Send>(
    inputs: &[PathBuf],
    folder: &Path,
    settings: &ConvertSettings,
    jobs: Option<usize>,
    work: &Worker<'_, R>,
    observer: &mut FilesObserver<'_, R>,
) -> Result<Vec<WorkedFile<R>>, Error> {
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
    let one = |index: usize, stop: &Stop| {
        let (input, output) = (inputs[index].clone(), outputs[index].clone());
        let result = if stop.is_set() {
            Err(Error::Cancelled)
        } else {
            protected.check(&output).and_then(|()| {
                let (from, to) = (ConvertInput::File(input.clone()), ConvertOutput::File(output.clone()));
                work(from, to, &mut |_| stop.flow())
            })
        };
        WorkedFile { input, output, result }
    };
    jobs::run(jobs.unwrap_or_else(cores).min(inputs.len()), inputs.len(), one, observer)
}
