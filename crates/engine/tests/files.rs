//! From file to file.

mod common;

use std::fs;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::Path;

use common::{dry, engine, render, tune};
use rust_audio_engine::midi::Parsed;
use rust_audio_engine::{
    Engine, Error, RenderSettings, Report, SampleFormat, SoundFontChoice, Storage, check_output, read_midi, unobserved,
};

fn write(output: &Path, settings: &RenderSettings) -> Result<Report, Error> {
    engine(0.1).render_file(song(), output, settings, &mut unobserved)
}

fn song() -> Parsed {
    Parsed { sequence: tune(), rmid: None, warnings: Vec::new() }
}

fn replacing() -> RenderSettings {
    RenderSettings { overwrite: true, ..dry() }
}

#[test]
fn a_wav_file_holds_the_frames_of_the_report() {
    let folder = tempfile::tempdir().unwrap();
    for (format, bits) in [(SampleFormat::S16, 16), (SampleFormat::S24, 24), (SampleFormat::F32, 32)] {
        let path = folder.path().join(format!("{bits}.wav"));
        let settings = RenderSettings { encoding: format.into(), ..dry() };
        let report = write(&path, &settings).unwrap();
        let reader = hound::WavReader::open(&path).unwrap();
        let spec = reader.spec();
        assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (2, 44_100, bits));
        assert_eq!(u64::from(reader.duration()), report.frames);
        assert_eq!(report.duration, 2.25);
        let expected = render(&engine(0.1), &tune(), &settings).audio;
        let scale = if bits == 32 { 1.0 } else { f32::exp2(bits as f32 - 1.0) };
        let samples: Vec<f32> = match format {
            SampleFormat::F32 => reader.into_samples::<f32>().map(Result::unwrap).collect(),
            _ => reader.into_samples::<i32>().map(|x| x.unwrap() as f32 / scale).collect(),
        };
        let largest_error = (0..expected.frames())
            .flat_map(|n| [samples[2 * n] - expected.channel(0)[n], samples[2 * n + 1] - expected.channel(1)[n]])
            .fold(0.0f32, |worst, error| worst.max(error.abs()));
        let allowed = if bits == 32 { 0.0 } else { 1.5 / scale };
        assert!(largest_error <= allowed, "{bits} bits: {largest_error}");
    }
}

#[test]
fn a_writer_gets_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    write(&path, &dry()).unwrap();
    let mut bytes = Vec::new();
    let report = engine(0.1).render_to(song(), &mut bytes, &dry(), &mut unobserved).unwrap();
    let file = fs::read(&path).unwrap();
    // A pipe's header cannot know the length; the samples are the same.
    let data = report.frames as usize * 4;
    assert!(bytes[bytes.len() - data..] == file[file.len() - data..]);
}

#[test]
fn outputs_are_replaced_only_when_allowed_and_never_half() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    fs::write(&path, "precious").unwrap();
    let refused = write(&path, &dry()).unwrap_err();
    assert_eq!(refused.unwritable_output(), Some((path.as_path(), ErrorKind::AlreadyExists)));
    assert!(refused.to_string().contains("a.wav"), "{refused}");
    let mut stop = |_| ControlFlow::Break(());
    let stopped = engine(0.1).render_file(song(), &path, &replacing(), &mut stop);
    assert!(matches!(stopped, Err(Error::Cancelled)));
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "temporary files are left");
    write(&path, &replacing()).unwrap();
    assert!(fs::read(&path).unwrap().starts_with(b"RIFF"));
    let nowhere = folder.path().join("no/where.wav");
    let error = write(&nowhere, &replacing()).unwrap_err();
    assert_eq!(error.unwritable_output(), Some((nowhere.as_path(), ErrorKind::NotFound)));
}

#[test]
fn no_file_pretends_to_be_of_another_format() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.m4a", "b.OGG", "c.mid", "d.take2"] {
        let error = write(&folder.path().join(name), &dry()).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("name it .wav, .flac, .mp3 or .opus"), "{error}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    for name in ["a.wav", "b.WAVE", "c"] {
        write(&folder.path().join(name), &dry()).unwrap();
    }
}

#[test]
fn an_input_is_never_the_output() {
    let folder = tempfile::tempdir().unwrap();
    let (bank, midi) = (folder.path().join("a.sf2"), folder.path().join("a.mid"));
    let samples = rae_testkit::sine(441.0, 44_100, 1000);
    fs::write(&bank, rae_testkit::BankBuilder::one_sample(&samples, Some(0..100)).bytes()).unwrap();
    fs::write(&midi, "song").unwrap();
    let content = fs::read(&bank).unwrap();
    let mut names = vec![bank.clone(), folder.path().join("./a.sf2")];
    #[cfg(unix)]
    {
        names.push(folder.path().join("link"));
        std::os::unix::fs::symlink("a.sf2", &names[2]).unwrap();
    }
    let engine = Engine::open(SoundFontChoice::File(bank.clone())).unwrap();
    for name in &names {
        let error = engine.render_file(song(), name, &replacing(), &mut unobserved).unwrap_err();
        assert!(matches!(error, Error::OutputIsInput { .. }) && error.to_string().contains("a.sf2"), "{error}");
        assert_eq!(error.unwritable_output(), Some((name.as_path(), ErrorKind::AlreadyExists)));
        assert!(check_output(name, &bank).is_err());
        check_output(name, &midi).unwrap();
    }
    assert!(fs::read(&bank).unwrap() == content);
    check_output(folder.path().join("new.wav"), &midi).unwrap();
    check_output(folder.path(), folder.path()).unwrap();
}

#[test]
fn missing_and_damaged_inputs_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let junk = folder.path().join("junk");
    fs::write(&junk, "this is neither a song nor a bank").unwrap();
    let missing = folder.path().join("missing");
    let error = read_midi(&missing).unwrap_err();
    assert_eq!(error.unreadable_input().unwrap().0, missing);
    let error = read_midi(&junk).unwrap_err();
    assert!(matches!(error, Error::Midi(_)) && error.unreadable_input().is_none(), "{error}");
    let error = Engine::open(SoundFontChoice::File(missing.clone())).unwrap_err();
    assert_eq!(error.unreadable_input().unwrap().0, missing);
    let error = Engine::open(SoundFontChoice::File(junk)).unwrap_err();
    assert!(matches!(error, Error::SoundFont(_)) && error.unreadable_input().is_none());
    assert!(error.to_string().starts_with("Failed to load SoundFont"), "{error}");
}

#[test]
fn files_in_give_the_same_as_values_in() {
    let folder = tempfile::tempdir().unwrap();
    let (midi, bank, output) = (folder.path().join("a.mid"), folder.path().join("a.sf2"), folder.path().join("a.wav"));
    tune().write(&midi).unwrap();
    fs::write(
        &bank,
        rae_testkit::BankBuilder::one_sample(&rae_testkit::sine(441.0, 44_100, 1000), Some(0..100)).bytes(),
    )
    .unwrap();
    for storage in [Storage::Mapped, Storage::Copied] {
        let engine = Engine::builder().soundfont(SoundFontChoice::File(bank.clone())).storage(storage).open().unwrap();
        let report = engine.render_file(read_midi(&midi).unwrap(), &output, &replacing(), &mut unobserved).unwrap();
        assert_eq!(report.notes, 4);
        assert_eq!(report.soundfont, bank.display().to_string());
        assert_eq!(report.frames, render(&engine, &tune(), &dry()).report.frames);
    }
}

#[test]
fn the_report_survives_json() {
    let report = render(&engine(0.1), &tune(), &dry()).report;
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
}

#[test]
fn the_builtin_bank_plays() {
    let engine = Engine::open(SoundFontChoice::Builtin).unwrap();
    assert_eq!(engine.soundfont().source, "builtin");
    let report = render(&engine, &tune(), &RenderSettings::default()).report;
    assert!(report.peak_dbfs.unwrap() > -60.0, "{report:?}");
}
