//! Many songs at once: each file on a thread of its own, none kept in memory.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rae_codec::Unfinished;

use crate::jobs::{self, Stop};
use crate::output::{Identity, identity};
use crate::settings::{check_threads, cores};
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

impl BatchFile {
    /// The same in memory of its own.
    fn copied(self) -> BatchFile {
        let BatchFile { input, output, result } = &self;
        let (input, output) = (input.clone(), output.clone());
        match result {
            Ok(report) => BatchFile { input, output, result: Ok(report.clone()) },
            Err(_) => self,
        }
    }
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
    /// Renders MIDI files to audio files in `folder`, which is made if it is not there, unless nothing comes to lie in it, and
    /// tells what became of each, in the order of `inputs`. A file that fails does not stop the others.
    ///
    /// `song.mid` becomes `song.wav`, or another format that the settings choose. Inputs of one stem become `song-mid.wav` and
    /// `song-kar.wav` by what they are, else `a-song.wav` and `b-song.wav` by their folders, else `song-2.wav` and so on. No
    /// input is ever replaced, other files only where `settings.overwrite` allows it. `jobs` files are rendered at once, by default one per
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
        check_threads("jobs", jobs)?;
        let extension = settings.encoding.for_stream()?.format().name();
        let _unless_empty = make_new_folders(folder.as_ref())?;
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
        jobs::run(jobs, total, |index, stop| batch.render(index, stop), BatchFile::copied, &mut tell)
    }
}

/// Makes a folder and those that it lies in, where they are not there; gives the new ones, the innermost first. Dropped, those
/// that are empty go again.
pub(crate) fn make_new_folders(folder: &Path) -> Result<Vec<Unfinished>, Error> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
    let mut new: Vec<Unfinished> = missing.iter().rev().filter_map(|folder| Unfinished::folder(folder).ok()).collect();
    new.reverse();
    // Says what is wrong where one could not be made.
    fs::create_dir_all(folder).map_err(|source| CodecError::Io {
        action: "create the folder",
        path: folder.to_owned(),
        source,
    })?;
    Ok(new)
}

/// A name in `folder` for every input, all different even where case is not told apart.
pub(crate) fn outputs(inputs: &[PathBuf], folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut taken = HashSet::new();
    let mut counts = HashMap::new();
    let mut name = |stem: OsString| {
        let count = counts.entry(key(&stem)).or_insert(0_usize);
        loop {
            *count += 1;
            let mut name = stem.clone();
            if *count > 1 {
                name.push(format!("-{count}"));
            }
            if taken.insert(key(&name)) {
                name.push(format!(".{extension}"));
                return folder.join(name);
            }
        }
    };
    distinguished(inputs).into_iter().map(&mut name).collect()
}

/// Whether case matters is the file system's secret.
fn key(name: &OsStr) -> String {
    name.to_string_lossy().to_lowercase()
}

/// The stems of all inputs. Those that several have say also what the file was or, where that is one for all, in which folder,
/// and in which that lies; so a name does not depend on the order.
fn distinguished(inputs: &[PathBuf]) -> Vec<OsString> {
    let stem = |input: &PathBuf| input.file_stem().unwrap_or(OsStr::new("song")).to_owned();
    let mut stems: Vec<OsString> = inputs.iter().map(stem).collect();
    let mut alike: HashMap<String, Vec<usize>> = HashMap::new();
    stems.iter().enumerate().for_each(|(index, stem)| alike.entry(key(stem)).or_default().push(index));
    for group in alike.values().filter(|group| group.len() > 1) {
        let told = [(true, 0), (false, 1), (true, 1), (false, 2), (true, 2)].into_iter().map(|(kind, folders)| {
            group.iter().map(|&index| told(&stems[index], &inputs[index], kind, folders)).collect()
        });
        let differ =
            |names: &Vec<OsString>| names.iter().map(|name| key(name)).collect::<HashSet<_>>().len() == names.len();
        if let Some(told) = told.into_iter().find(differ) {
            group.iter().zip(told).for_each(|(&index, name)| stems[index] = name);
        }
    }
    stems
}

/// `outer-folder-song-flac`: with so many folders, and with or without the kind.
fn told(stem: &OsStr, input: &Path, kind: bool, folders: usize) -> OsString {
    let mut parts: Vec<&OsStr> = input.ancestors().skip(1).take(folders).filter_map(Path::file_name).collect();
    parts.reverse();
    parts.push(stem);
    parts.extend(input.extension().filter(|_| kind));
    parts.join(OsStr::new("-"))
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
        self.engine.render_file(read_midi(input)?, output, &self.settings, &mut |_| stop.flow())
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
        assert_eq!(names(&["a.mid", "x/a.mid", "y/A.midi"]), ["a.wav", "x-a.wav", "y-A.wav"]);
        assert_eq!(names(&["a.mid", "x/a.kar"]), ["a-mid.wav", "a-kar.wav"]);
        assert_eq!(names(&["x/a.kar", "a.mid"]), ["a-kar.wav", "a-mid.wav"]);
        assert_eq!(names(&["a.mid", "x/a.mid", "x-a.mid"]), ["a.wav", "x-a.wav", "x-a-2.wav"]);
        assert_eq!(names(&["a.mid", "a-2.mid", "a.mid"]), ["a.wav", "a-2.wav", "a-3.wav"]);
        assert_eq!(names(&["a.mid", "a.mid", "a-2.mid"]), ["a.wav", "a-2.wav", "a-2-2.wav"]);
        assert_eq!(names(&["a.b.mid", "..", "/"]), ["a.b.wav", "song.wav", "song-2.wav"]);
    }
}
