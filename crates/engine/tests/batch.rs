//! Many files at once.

mod common;

use std::fs;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use common::{TICKS_PER_SECOND, dry, engine, song, tune};
use rust_audio_engine::{
    BatchFile, BatchProgress, Error, RenderSettings, Report, SampleFormat, Tail, read_midi, unobserved,
};
use tempfile::TempDir;

fn go_on(_: BatchProgress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Songs of different lengths, `0.mid` and so on.
fn songs(folder: &TempDir, count: usize) -> Vec<PathBuf> {
    let write = |number: usize| {
        let path = folder.path().join(format!("{number}.mid"));
        song(&[(0, 60 + number as u8, 0.0, 0.1 * (number + 1) as f64)], 0.0).write(&path).unwrap();
        path
    };
    (0..count).map(write).collect()
}

fn batch(inputs: &[PathBuf], folder: &Path, settings: &RenderSettings, jobs: Option<usize>) -> Vec<BatchFile> {
    engine(0.1).render_batch(inputs, folder, settings, jobs, &mut go_on).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}

#[test]
fn a_batch_gives_the_bits_of_single_renders_in_the_order_of_its_inputs() {
    let folder = tempfile::tempdir().unwrap();
    let mut inputs = songs(&folder, 7);
    inputs.reverse();
    let settings = RenderSettings { tail: Tail::default(), ..Default::default() };
    for jobs in [None, Some(1), Some(3), Some(100)] {
        let out = folder.path().join(format!("new/{jobs:?}"));
        let files = batch(&inputs, &out, &settings, jobs);
        assert_eq!(files.iter().map(|file| &file.input).collect::<Vec<_>>(), inputs.iter().collect::<Vec<_>>());
        for file in &files {
            let alone = folder.path().join("alone.wav");
            let settings = RenderSettings { overwrite: true, ..settings.clone() };
            let song = read_midi(&file.input).unwrap();
            let expected = engine(0.1).render_file(&song, &alone, &settings, &mut unobserved).unwrap();
            let report = file.result.as_ref().unwrap();
            assert_eq!((report.frames, report.notes), (expected.frames, 1));
            assert_eq!(file.output.file_stem(), file.input.file_stem());
            assert!(fs::read(&file.output).unwrap() == fs::read(&alone).unwrap(), "{jobs:?}: {:?}", file.output);
        }
        assert_eq!(names(&out).len(), 7);
    }
}

#[test]
fn files_in_parallel_have_one_thread_each() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = songs(&folder, 2);
    let settings = RenderSettings { threads: Some(2), ..dry() };
    let threads = |jobs, name: &str| -> Vec<usize> {
        let files = batch(&inputs, &folder.path().join(name), &settings, Some(jobs));
        files.iter().map(|file| file.result.as_ref().unwrap().threads).collect()
    };
    assert_eq!(threads(2, "two"), [1, 1]);
    assert_eq!(threads(1, "one"), [2, 2]);
}

#[test]
fn what_fails_does_not_stop_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let mut inputs = songs(&folder, 3);
    let (junk, missing) = (folder.path().join("junk.mid"), folder.path().join("missing.mid"));
    fs::write(&junk, "no song").unwrap();
    inputs.insert(0, missing.clone());
    inputs.insert(2, junk);
    let out = folder.path().join("out");
    let files = batch(&inputs, &out, &dry(), Some(2));
    assert_eq!(files[0].result.as_ref().unwrap_err().unreadable_input().unwrap().0, missing);
    let error = files[2].result.as_ref().unwrap_err();
    assert!(matches!(error, Error::Midi(_)) && error.to_string().contains("junk.mid"), "{error}");
    assert_eq!(names(&out), ["0.wav", "1.wav", "2.wav"]);
    assert!([1, 3, 4].iter().all(|&index| files[index].result.is_ok()));
}

#[test]
fn files_of_one_name_and_existing_ones_are_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = songs(&folder, 2);
    let twice = [inputs[0].clone(), inputs[1].clone(), inputs[0].clone()];
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("1.wav"), "precious").unwrap();
    let files = batch(&twice, &out, &dry(), Some(2));
    assert_eq!(names(&out), ["0-2.wav", "0.wav", "1.wav"]);
    assert_eq!(files[2].output, out.join("0-2.wav"));
    let refused = files[1].result.as_ref().unwrap_err().unwritable_output();
    assert_eq!(refused, Some((out.join("1.wav").as_path(), ErrorKind::AlreadyExists)));
    assert_eq!(fs::read(out.join("1.wav")).unwrap(), b"precious");
    let files = batch(&twice, &out, &RenderSettings { overwrite: true, ..dry() }, Some(2));
    assert!(files.iter().all(|file| file.result.is_ok()));
    assert!(fs::read(out.join("1.wav")).unwrap().starts_with(b"RIFF"));
}

#[test]
fn no_input_of_the_batch_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("a.mid");
    let odd = folder.path().join("b.kar");
    tune().write(&good).unwrap();
    tune().write(&odd).unwrap();
    // The same file by the name that the first one's output would have.
    fs::hard_link(&odd, folder.path().join("a.wav")).unwrap();
    let content = fs::read(&odd).unwrap();
    let settings = RenderSettings { overwrite: true, ..dry() };
    let files = batch(&[good, odd.clone()], folder.path(), &settings, None);
    let error = files[0].result.as_ref().unwrap_err();
    assert!(matches!(error, Error::OutputIsInput { input, .. } if *input == odd), "{error}");
    assert!(files[1].result.is_ok() && files[1].output.ends_with("b.wav"));
    assert_eq!(fs::read(&odd).unwrap(), content);
}

#[test]
fn the_observer_hears_of_every_file_and_stops_the_batch() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = songs(&folder, 6);
    let mut heard = Vec::new();
    let mut watch = |progress: BatchProgress<'_>| {
        assert_eq!(progress.total, 6);
        heard.extend(progress.finished.map(|file| (progress.done, file.input.clone())));
        ControlFlow::Continue(())
    };
    engine(0.1).render_batch(&inputs, folder.path().join("all"), &dry(), Some(3), &mut watch).unwrap();
    assert_eq!(heard.iter().map(|(done, _)| *done).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    heard.sort_by(|one, other| one.1.cmp(&other.1));
    assert!(heard.iter().map(|(_, input)| input).eq(&inputs));

    let endless = song(&[(0, 60, 0.0, 10_000_000.0 / TICKS_PER_SECOND)], 0.0);
    for input in &inputs[1..] {
        endless.write(input).unwrap();
    }
    let out = folder.path().join("some");
    let mut stop = |progress: BatchProgress<'_>| match progress.finished {
        Some(_) => ControlFlow::Break(()),
        None => ControlFlow::Continue(()),
    };
    let files = engine(0.1).render_batch(&inputs, &out, &dry(), Some(2), &mut stop).unwrap();
    assert!(files[0].result.is_ok());
    assert!(files[1..].iter().all(|file| matches!(file.result, Err(Error::Cancelled))));
    assert_eq!(names(&out), ["0.wav"]);
}

#[test]
fn a_batch_fails_as_a_whole_before_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = songs(&folder, 2);
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let run = |folder: &Path, settings: &RenderSettings, jobs| {
        engine(0.1).render_batch(&inputs, folder, settings, jobs, &mut go_on).unwrap_err()
    };
    let out = folder.path().join("out");
    assert!(matches!(run(&out, &RenderSettings { tempo: 0.0, ..dry() }, None), Error::Settings { .. }));
    assert!(run(&out, &dry(), Some(0)).to_string().contains("jobs"));
    assert!(!out.exists());
    let error = run(&file, &dry(), None);
    assert_eq!(error.unwritable_output().unwrap().0, file);
    assert!(batch(&[], &out, &dry(), None).is_empty());
}

#[test]
fn a_file_in_memory_is_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (midi, path) = (folder.path().join("a.mid"), folder.path().join("a.wav"));
    tune().write(&midi).unwrap();
    let song = read_midi(&midi).unwrap();
    for format in [SampleFormat::S16, SampleFormat::S24, SampleFormat::F32] {
        let settings = RenderSettings { encoding: format.into(), overwrite: true, ..dry() };
        let (bytes, report): (Vec<u8>, Report) = engine(0.1).render_bytes(&song, &settings, &mut unobserved).unwrap();
        let written = engine(0.1).render_file(&song, &path, &settings, &mut unobserved).unwrap();
        assert!(bytes == fs::read(&path).unwrap());
        assert_eq!((report.frames, report.warnings), (written.frames, written.warnings));
    }
}
