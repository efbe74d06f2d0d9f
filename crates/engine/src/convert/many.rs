//! Many files at once, one job each.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rae_codec::{AudioReader, AudioSource, AudioSpec, Tags};
use rae_effects::loudness::{LoudnessMeter, Measurer};

use super::run::{Job, Passes, Way};
use super::{ConvertInput, ConvertOutput, ConvertReport, ConvertSettings, convert};
use crate::batch::{Protected, make_new_folders, outputs};
use crate::jobs::{self, Stop};
use crate::settings::{check_threads, cores};
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

/// Converts files into `folder`, which is made if it is not there, unless nothing comes to lie in it, and tells what became of
/// each, in the order of `inputs`. A file that fails does not stop the others. `song.flac` becomes `song.mp3`; inputs of one
/// stem become `song-flac.mp3` and so on, or `a-song.mp3` after their folders. No input is ever replaced. `jobs` files are
/// converted at once, by default one per core.
pub fn convert_files(
    inputs: &[PathBuf],
    folder: &Path,
    settings: &ConvertSettings,
    jobs: Option<usize>,
    observer: &mut ConvertObserver<'_>,
) -> Result<Vec<ConvertedFile>, Error> {
    let work = Worker {
        one: &|settings, input, output, observer| convert(input, output, settings, observer),
        meter: &|path, observer| meter(path, settings, &|source, _| Ok(source), observer),
    };
    each_file(inputs, folder, settings, jobs, &work, observer)
}

/// What makes one file of another, and what measures what would be made.
pub(crate) struct Worker<'a, R> {
    pub(crate) one: &'a One<'a, R>,
    pub(crate) meter: &'a Meter<'a>,
}

type One<'a, R> =
    dyn Fn(&ConvertSettings, ConvertInput, ConvertOutput<'_>, &mut Observer<'_>) -> Result<R, Error> + Sync + 'a;
type Meter<'a> = dyn Fn(&Path, &mut Observer<'_>) -> Result<LoudnessMeter, Error> + Sync + 'a;

/// The loudness of what would be made of a file.
pub(crate) fn meter<S: AudioSource>(
    path: &Path,
    settings: &ConvertSettings,
    way: &Way<'_, S>,
    observer: &mut Observer<'_>,
) -> Result<LoudnessMeter, Error> {
    let reader = AudioReader::open(path)?;
    let encoding = settings.encoding(None, reader.info().samples)?;
    let mut progress = Passes::new(observer, 1);
    let mut job = Job::new(reader, encoding, settings, way, &mut progress)?;
    let mut measurer = Measurer::new(job.source.rate(), job.source.channels())?;
    progress.pass(&mut job.source, |block| {
        measurer.push(&(0..block.channels()).map(|channel| block.channel(channel)).collect::<Vec<_>>());
    })?;
    Ok(measurer.meter().clone())
}

/// As [`convert_files`], with other work.
pub(crate) fn each_file<R: Send>(
    inputs: &[PathBuf],
    folder: &Path,
    settings: &ConvertSettings,
    jobs: Option<usize>,
    work: &Worker<'_, R>,
    observer: &mut FilesObserver<'_, R>,
) -> Result<Vec<WorkedFile<R>>, Error> {
    check_threads("jobs", jobs)?;
    let format = settings.encoding.format.unwrap_or_default();
    // Before any file is touched.
    let encoding = settings.encoding.encoding(format)?;
    encoding.check(&AudioSpec {
        rate: encoding.rate(settings.rate.unwrap_or_default()),
        channels: 1,
        max_frames: None,
        tags: Tags::default(),
    })?;
    settings.validate()?;
    settings.check_tags(encoding)?;
    let _unless_empty = make_new_folders(folder)?;
    let threads = jobs.unwrap_or_else(cores).min(inputs.len());
    let meter = |path: &Path, stop: &Stop| (work.meter)(path, &mut |_| stop.flow());
    let settings = &settings.with_album(inputs, threads, &meter, &mut || observer(None, 0))?;
    let outputs = outputs(inputs, folder, format.name());
    let protected = Protected::new(inputs);
    let one = |index: usize, stop: &Stop| {
        let (input, output) = (inputs[index].clone(), outputs[index].clone());
        let result = if stop.is_set() {
            Err(Error::Cancelled)
        } else {
            protected.check(&output).and_then(|()| {
                let (from, to) = (ConvertInput::File(input.clone()), ConvertOutput::File(output.clone()));
                (work.one)(settings, from, to, &mut |_| stop.flow())
            })
        };
        WorkedFile { input, output, result }
    };
    jobs::run(threads, inputs.len(), one, |file| file, observer)
}
