//! Many files at once, one job each.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use super::{ConvertInput, ConvertOutput, ConvertReport, ConvertSettings, convert};
use crate::Error;
use crate::batch::{make_folder, outputs};
use crate::output::{Identity, identity};
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

/// Converts files into `folder`, which is made if it is not there, and tells what became of each, in the order of
/// `inputs`. A file that fails does not stop the others. `song.flac` becomes `song.mp3`; later inputs of one stem become
/// `song-2.mp3` and so on. No input is ever replaced. `jobs` files are converted at once, by default one per core.
///
/// The observer hears of every finished file with how many there are now, on this thread; breaking stops the work.
pub fn convert_files(
    inputs: &[PathBuf],
    folder: &Path,
    settings: &ConvertSettings,
    jobs: Option<usize>,
    observer: &mut dyn FnMut(&ConvertedFile, usize) -> ControlFlow<()>,
) -> Result<Vec<ConvertedFile>, Error> {
    if jobs == Some(0) {
        return Err(Error::Settings { what: "jobs is 0; use at least 1".into() });
    }
    let format = settings.format.unwrap_or_default();
    // Before any file is touched.
    settings.encoding.encoding(format)?;
    make_folder(folder)?;
    let many = Many {
        inputs,
        outputs: outputs(inputs, folder, format.name()),
        protected: inputs.iter().filter_map(|input| identity(input)).collect(),
        settings,
        next: AtomicUsize::new(0),
        stopped: AtomicBool::new(false),
    };
    many.run(jobs.unwrap_or_else(cores).min(inputs.len()), observer)
}

struct Many<'a> {
    inputs: &'a [PathBuf],
    outputs: Vec<PathBuf>,
    /// Files that no output may replace.
    protected: Vec<Identity>,
    settings: &'a ConvertSettings,
    next: AtomicUsize,
    stopped: AtomicBool,
}

impl Many<'_> {
    fn run(
        &self,
        jobs: usize,
        observer: &mut dyn FnMut(&ConvertedFile, usize) -> ControlFlow<()>,
    ) -> Result<Vec<ConvertedFile>, Error> {
        let (sender, finished) = channel();
        let mut files = thread::scope(|scope| {
            for _ in 0..jobs {
                let sender = sender.clone();
                let worker = thread::Builder::new().name("rae-convert".into());
                if let Err(source) = worker.spawn_scoped(scope, move || self.work(&sender)) {
                    self.stopped.store(true, Ordering::Relaxed);
                    return Err(Error::Threads { source });
                }
            }
            drop(sender);
            let mut files = Vec::with_capacity(self.inputs.len());
            for (index, file) in finished {
                if !self.is_stopped() && observer(&file, files.len() + 1).is_break() {
                    self.stopped.store(true, Ordering::Relaxed);
                }
                files.push((index, file));
            }
            Ok(files)
        })?;
        files.sort_by_key(|&(index, _)| index);
        Ok(files.into_iter().map(|(_, file)| file).collect())
    }

    /// Converts file after file, or gives them up once the work was stopped.
    fn work(&self, finished: &Sender<(usize, ConvertedFile)>) {
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(input) = self.inputs.get(index) else { return };
            let output = &self.outputs[index];
            let result = self.convert(input, output);
            let file = ConvertedFile { input: input.clone(), output: output.clone(), result };
            if finished.send((index, file)).is_err() {
                return;
            }
        }
    }

    fn convert(&self, input: &Path, output: &Path) -> Result<ConvertReport, Error> {
        if self.is_stopped() {
            return Err(Error::Cancelled);
        }
        if identity(output).is_some_and(|file| self.protected.contains(&file)) {
            return Err(Error::OutputIsInput { output: output.to_owned(), input: input.to_owned() });
        }
        let mut go_on = |_| if self.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        convert(ConvertInput::File(input.to_owned()), ConvertOutput::File(output.to_owned()), self.settings, &mut go_on)
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}
