//! Many songs at once: each file on a thread of its own, none kept in memory.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::jobs::{self, Stop};
use crate::output::{Identity, identity};
use crate::settings::cores;
use crate::{CodecError, Engine, Error, RenderSettings, Report, read_midi};

/// What became of one file of a batch.
#[derive(Debug)]
pub struct BatchFile {
    /// The MIDI file.
    pub input: PathBuf,
    /// Where its sound is, or would be.
    pub output: PathBuf,
    /// What was made, or why nothing was; [`Error::Cancelled`] where the batch was stopped before the file was done.
    pub result: Result<Report, Error>,
}

/// How far a batch has come.
#[derive(Clone, Copy, Debug)]
pub struct BatchProgress<'a> {
    /// The file that has just been finished; `None` where the call only asks whether to go on.
    pub finished: Option<&'a BatchFile>,
    /// Files finished so far, failed ones included.
    pub done: usize,
    /// All files of the batch.
    pub total: usize,
}

/// Hears of every finished file, and in between many times a second, on the thread that asked for the batch.
/// [`ControlFlow::Break`] stops the batch: files under way are given up, finished ones stay.
pub type BatchObserver<'a> = dyn FnMut(BatchProgress<'_>) -> ControlFlow<()> + 'a;

impl Engine {
    /// Renders MIDI files to audio files in `folder`, which is made if it is not there, and tells what became of each, in
    /// the order of `inputs`. A file that fails does not stop the others.
    ///
    /// `song.mid` becomes `song.wav`, or another format that the settings choose; later inputs of one stem become
    /// `song-2.wav` and so on. No input is ever replaced,
    /// other files only where `settings.overwrite` allows it. `jobs` files are rendered at once, by default one per
    /// core; with more than one, each has a single thread whatever `settings.threads` says. Memory does not grow with
    /// the lengths of the songs.
    ///
    /// Fails as a whole, before any file, if a setting is out of range, the folder cannot be made or the system gives
    /// no thread.
    pub fn render_batch(
        &self,
        inputs: &[PathBuf],
        folder: impl AsRef<Path>,
        settings: &RenderSettings,
        jobs: Option<usize>,
        observer: &mut BatchObserver<'_>,
    ) -> Result<Vec<BatchFile>, Error> {
        settings.validate()?;
        if jobs == Some(0) {
            return Err(Error::settings("jobs is 0; use at least 1".into()));
        }
        let extension = settings.encoding.for_stream()?.format().name();
        make_folder(folder.as_ref())?;
        let jobs = jobs.unwrap_or_else(cores).min(inputs.len());
        let threads = if jobs > 1 { Some(1) } else { settings.threads };
        let batch = Batch {
            engine: self,
            inputs,
            outputs: outputs(inputs, folder.as_ref(), extension),
            protected: Protected::new(inputs),
            settings: RenderSettings { threads, ..settings.clone() },
        };
        let total = inputs.len();
        let mut tell = |finished: Option<&BatchFile>, done| observer(BatchProgress { finished, done, total });
        jobs::run(jobs, total, |index, stop| batch.render(index, stop), &mut tell)
    }
}

pub(crate) fn make_folder(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder)
        .map_err(|source| CodecError::Io { action: "create the folder", path: folder.to_owned(), source }.into())
}

/// A name in `folder` for every input, all different even where case is not told apart.
pub(crate) fn outputs(inputs: &[PathBuf], folder: &Path, extension: &str) -> Vec<PathBuf> {
    let key = |name: &OsStr| name.to_string_lossy().to_lowercase();
    let mut taken = HashSet::new();
    let mut counts = HashMap::new();
    let mut name = |input: &PathBuf| {
        let stem = input.file_stem().unwrap_or(OsStr::new("song"));
        let count = counts.entry(key(stem)).or_insert(0_usize);
        loop {
            *count += 1;
            let mut name = OsString::from(stem);
            if *count > 1 {
                name.push(format!("-{count}"));
            }
            if taken.insert(key(&name)) {
                name.push(format!(".{extension}"));
                return folder.join(name);
            }
        }
    };
    inputs.iter().map(&mut name).collect()
}

struct Batch<'a> {
    engine: &'a Engine,
    inputs: &'a [PathBuf],
    outputs: Vec<PathBuf>,
    protected: Protected<'a>,
    settings: RenderSettings,
}

impl Batch<'_> {
    /// Renders one of the files, or gives it up once the batch was stopped.
    fn render(&self, index: usize, stop: &Stop) -> BatchFile {
        let (input, output) = (&self.inputs[index], &self.outputs[index]);
        BatchFile { input: input.clone(), output: output.clone(), result: self.render_file(input, output, stop) }
    }

    fn render_file(&self, input: &Path, output: &Path, stop: &Stop) -> Result<Report, Error> {
        if stop.is_set() {
            return Err(Error::Cancelled);
        }
        self.protected.check(output)?;
        self.engine.render_file(&read_midi(input)?, output, &self.settings, &mut |_| stop.flow())
    }
}

/// Files that no output may replace.
pub(crate) struct Protected<'a>(HashMap<Identity, &'a Path>);

impl<'a> Protected<'a> {
    pub(crate) fn new(inputs: &'a [PathBuf]) -> Protected<'a> {
        Protected(inputs.iter().filter_map(|input| Some((identity(input)?, input.as_path()))).collect())
    }

    pub(crate) fn check(&self, output: &Path) -> Result<(), Error> {
        match identity(output).and_then(|file| self.0.get(&file)) {
            Some(&input) => Err(Error::OutputIsInput { output: output.to_owned(), input: input.to_owned() }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_input_has_a_name_of_its_own() {
        let names = |inputs: &[&str]| -> Vec<String> {
            let inputs: Vec<PathBuf> = inputs.iter().map(PathBuf::from).collect();
            let name = |path: PathBuf| path.strip_prefix("out").unwrap().to_str().unwrap().to_owned();
            outputs(&inputs, Path::new("out"), "wav").into_iter().map(name).collect()
        };
        assert_eq!(names(&["a.mid", "x/b.kar", "c"]), ["a.wav", "b.wav", "c.wav"]);
        assert_eq!(names(&["a.mid", "x/a.mid", "y/A.midi"]), ["a.wav", "a-2.wav", "A-3.wav"]);
        assert_eq!(names(&["a.mid", "a-2.mid", "x/a.mid"]), ["a.wav", "a-2.wav", "a-3.wav"]);
        assert_eq!(names(&["a.mid", "x/a.mid", "a-2.mid"]), ["a.wav", "a-2.wav", "a-2-2.wav"]);
        assert_eq!(names(&["a.b.mid", "..", "/"]), ["a.b.wav", "song.wav", "song-2.wav"]);
    }
}
