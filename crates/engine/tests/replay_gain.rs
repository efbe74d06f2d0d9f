//! Loudness in the tags of what is made of audio files, beside another program's meter.

use std::f64::consts::TAU;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rust_audio_engine::effects::{Chain, Gain};
use rust_audio_engine::{
    AudioReader, ConvertOutput, ConvertSettings, Decibels, EncodingOptions, FileFormat, LoudnessTags, MasterSettings,
    ProcessSettings, ReplayGain, convert, convert_files, master, process, read_all, unobserved,
};

const HZ: u32 = 48_000;

/// Five seconds of a tone whose level sways.
fn tone(path: &Path, level: f64) {
    let spec =
        hound::WavSpec { channels: 2, sample_rate: HZ, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for n in 0..5 * HZ {
        let t = f64::from(n) / f64::from(HZ);
        let sample = level * (1.0 + 0.5 * (TAU * 0.4 * t).sin()) * (TAU * 700.0 * t).sin();
        (0..2).for_each(|_| writer.write_sample((32_767.0 * sample) as i16).unwrap());
    }
    writer.finalize().unwrap();
}

/// The gain to −18 LUFS in dB, and the true peak.
fn expected(paths: &[&Path]) -> (f64, f64) {
    let meters: Vec<ebur128::EbuR128> = paths
        .iter()
        .map(|path| {
            let audio = read_all(path).unwrap().0;
            let mode = ebur128::Mode::I | ebur128::Mode::TRUE_PEAK;
            let mut meter = ebur128::EbuR128::new(2, HZ, mode).unwrap();
            meter.add_frames_planar_f32(&[audio.channel(0), audio.channel(1)]).unwrap();
            meter
        })
        .collect();
    let peak = meters.iter().map(|meter| meter.true_peak(0).unwrap()).fold(0.0, f64::max);
    (-18.0 - ebur128::EbuR128::loudness_global_multiple(meters.iter()).unwrap(), peak)
}

fn tagged(path: &Path) -> Option<ReplayGain> {
    AudioReader::open(path).unwrap().info().tags.replay_gain()
}

fn settings(format: FileFormat, loudness_tags: LoudnessTags) -> ConvertSettings {
    let encoding = EncodingOptions { format: Some(format), ..EncodingOptions::default() };
    ConvertSettings { encoding, loudness_tags, overwrite: true, ..ConvertSettings::default() }
}

fn made(input: &Path, output: &Path, settings: &ConvertSettings) -> Option<ReplayGain> {
    let output = output.to_owned();
    convert(input.to_owned().into(), ConvertOutput::File(output.clone()), settings, &mut unobserved).unwrap();
    tagged(&output)
}

#[test]
fn a_track_says_how_loud_it_is_and_keeps_it_while_that_is_true() {
    let folder = tempfile::tempdir().unwrap();
    let [input, output, again] = ["in.wav", "out", "again"].map(|name| folder.path().join(name));
    tone(&input, 0.3);
    let (gain_db, peak) = expected(&[&input]);
    for format in [FileFormat::Flac, FileFormat::Opus] {
        let found = made(&input, &output, &settings(format, LoudnessTags::Track)).unwrap();
        assert!((found.track.gain_db() - gain_db).abs() < 0.02, "{found:?}, and {gain_db} dB");
        assert_eq!(found.album, None);
        if let Some(found) = found.track.peak() {
            assert!((found / peak - 1.0).abs() < 0.01, "{found}, and {peak}");
        }
        let kept = made(&output, &again, &settings(FileFormat::Flac, LoudnessTags::Keep)).unwrap();
        assert_eq!(kept.track.gain_db(), found.track.gain_db());
        let changed = [
            ConvertSettings { normalize: Some(Decibels(-3.0)), ..settings(FileFormat::Flac, LoudnessTags::Keep) },
            ConvertSettings { channels: Some(1), ..settings(FileFormat::Flac, LoudnessTags::Keep) },
        ];
        for settings in changed {
            assert_eq!(made(&output, &again, &settings), None);
        }
    }
    let louder = ConvertSettings { normalize: Some(Decibels(-1.0)), ..settings(FileFormat::Flac, LoudnessTags::Track) };
    let found = made(&input, &output, &louder).unwrap();
    let (gain_db, _) = expected(&[&output]);
    assert!((found.track.gain_db() - gain_db).abs() < 0.02, "{found:?}, and {gain_db} dB");
}

#[test]
fn an_album_says_how_loud_all_of_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let inputs: Vec<PathBuf> = ["a.wav", "b.wav", "c.wav"].map(|name| folder.path().join(name)).into();
    inputs.iter().zip([0.05, 0.3, 0.2]).for_each(|(path, level)| tone(path, level));
    let out = folder.path().join("out");
    let settings = settings(FileFormat::Flac, LoudnessTags::Album);
    let mut observer = |_: Option<&_>, _| ControlFlow::Continue(());
    let files = convert_files(&inputs, &out, &settings, Some(2), &mut observer).unwrap();
    let (album, peak) = expected(&inputs.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    for (input, file) in inputs.iter().zip(&files) {
        let (found, (track, _)) = (tagged(&file.output).unwrap(), expected(&[input]));
        assert!((found.track.gain_db() - track).abs() < 0.02, "{found:?}, and {track} dB");
        let level = found.album.unwrap();
        assert!((level.gain_db() - album).abs() < 0.02, "{found:?}, and {album} dB");
        assert!((level.peak().unwrap() / peak - 1.0).abs() < 0.01);
    }
}

#[test]
fn effects_and_mastering_forget_what_was_and_say_what_is() {
    let folder = tempfile::tempdir().unwrap();
    let [input, first, output] = ["in.wav", "first.flac", "out.flac"].map(|name| folder.path().join(name));
    tone(&input, 0.2);
    made(&input, &first, &settings(FileFormat::Flac, LoudnessTags::Track)).unwrap();
    let to = || ConvertOutput::File(output.clone());
    for tags in [LoudnessTags::Keep, LoudnessTags::Track] {
        let convert = settings(FileFormat::Flac, tags);
        let chain = Chain::from([Gain { gain_db: -5.0, invert: false }]);
        let softer = ProcessSettings { convert: convert.clone(), chain, ..ProcessSettings::default() };
        process(first.clone().into(), to(), &softer, &mut unobserved).unwrap();
        let check = |found: Option<ReplayGain>| match (tags, found) {
            (LoudnessTags::Keep, None) => {}
            (LoudnessTags::Track, Some(found)) => {
                let (gain_db, _) = expected(&[&output]);
                assert!((found.track.gain_db() - gain_db).abs() < 0.02, "{found:?}, and {gain_db} dB");
            }
            other => panic!("{other:?}"),
        };
        check(tagged(&output));
        let settings = MasterSettings { convert, ..MasterSettings::default() };
        master(first.clone().into(), to(), &settings, &mut unobserved).unwrap();
        check(tagged(&output));
    }
}

#[test]
fn what_cannot_be_said_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [input, output] = ["in.wav", "out"].map(|name| folder.path().join(name));
    tone(&input, 0.2);
    let refused = |settings: &ConvertSettings| {
        let output = ConvertOutput::File(output.clone());
        convert(input.clone().into(), output, settings, &mut unobserved).unwrap_err().to_string()
    };
    assert!(refused(&settings(FileFormat::Wav, LoudnessTags::Track)).contains("choose flac, mp3 or opus"));
    let both = ConvertSettings { normalize: Some(Decibels(-1.0)), ..settings(FileFormat::Flac, LoudnessTags::Album) };
    assert!(refused(&both).contains("use one of them"));
    let mastered = MasterSettings { convert: settings(FileFormat::Flac, LoudnessTags::Album), ..Default::default() };
    let to = ConvertOutput::File(output.clone());
    let error = master(input.clone().into(), to, &mastered, &mut unobserved).unwrap_err();
    assert!(error.to_string().contains("convert the results"), "{error}");
    assert!(!output.exists());
}
