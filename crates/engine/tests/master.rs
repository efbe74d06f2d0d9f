//! Mastering of files: loudness and peaks by another program's meter, a reference, odd inputs.

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};

use rae_testkit::noise;
use rust_audio_engine::effects::{Band, Chain, Effect, Equalizer, TruePeakLimiter};
use rust_audio_engine::{
    AudioBuffer, ConvertOutput, Error, MasterReport, MasterSettings, Reference, SampleFormat, master, read_all,
    unobserved,
};
use tempfile::TempDir;

const HZ: u32 = 44_100;

fn write(path: &Path, planes: &[Vec<f64>]) {
    let spec = hound::WavSpec {
        channels: planes.len() as u16,
        sample_rate: HZ,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for frame in 0..planes[0].len() {
        planes.iter().for_each(|plane| writer.write_sample(plane[frame] as f32).unwrap());
    }
    writer.finalize().unwrap();
}

/// Strokes of noise over chords: peaks some 15 dB above the loudness.
fn strokes(level: f64, seconds: usize) -> Vec<Vec<f64>> {
    let frames = seconds * HZ as usize;
    // Without what lies near half the sample rate, of which every meter thinks something else.
    let dull = |seed| {
        let white = noise(seed, frames + 2);
        white.windows(3).map(|w| 0.25 * w[0] + 0.5 * w[1] + 0.25 * w[2]).collect::<Vec<f64>>()
    };
    let (white, side) = (dull(3), dull(4));
    [1.0, -1.0]
        .map(|sign| {
            (0..frames)
                .map(|n| {
                    let t = n as f64 / f64::from(HZ);
                    let stroke = (-(t % 0.4) / 0.02).exp();
                    let chord = [196.0, 247.0, 294.0].iter().map(|hz| (TAU * hz * t).sin()).sum::<f64>();
                    level * (stroke * (white[n] + sign * 0.3 * side[n]) + 0.08 * chord)
                })
                .collect()
        })
        .into()
}

fn sound(path: &Path) -> AudioBuffer {
    read_all(path).unwrap().0
}

/// Integrated loudness and true peak.
fn measured(path: &Path) -> (f64, f64) {
    let audio = sound(path);
    let mode = ebur128::Mode::I | ebur128::Mode::TRUE_PEAK;
    let mut meter = ebur128::EbuR128::new(audio.channels() as u32, HZ, mode).unwrap();
    let planes: Vec<&[f32]> = (0..audio.channels()).map(|channel| audio.channel(channel)).collect();
    meter.add_frames_planar_f32(&planes).unwrap();
    let peaks = (0..audio.channels()).map(|channel| meter.true_peak(channel as u32).unwrap());
    (meter.loudness_global().unwrap(), 20.0 * peaks.fold(0.0, f64::max).log10())
}

fn mastered(folder: &TempDir, input: &Path, settings: &MasterSettings) -> (PathBuf, MasterReport) {
    let output = folder.path().join("out.wav");
    let mut settings = settings.clone();
    settings.convert.overwrite = true;
    settings.convert.encoding = SampleFormat::F32.into();
    let report = master(input.to_owned().into(), ConvertOutput::File(output.clone()), &settings, &mut unobserved);
    (output, report.unwrap())
}

#[test]
fn another_meter_finds_the_loudness_below_the_ceiling() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.wav");
    for (level, lufs, ceiling_db) in [(0.1, -23.0, -1.0), (0.1, -14.0, -1.0), (1.5, -14.0, -2.0), (0.01, -16.0, -1.0)] {
        write(&input, &strokes(2.0 * level, 8));
        let settings = MasterSettings { lufs: Some(lufs), ceiling_db, ..MasterSettings::default() };
        let (output, report) = mastered(&folder, &input, &settings);
        let (found, true_peak_db) = measured(&output);
        assert!((found - lufs).abs() <= 0.1, "{found} LUFS instead of {lufs}");
        assert!(true_peak_db <= ceiling_db + 0.05, "{true_peak_db} dBTP above {ceiling_db}");
        assert!((report.after.integrated_lufs - found).abs() < 0.02 && report.reached, "{report:?}");
        assert_eq!(sound(&output).frames(), 8 * HZ as usize);
    }
}

#[test]
fn without_limiting_two_passes_do_and_the_gain_is_exact() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.wav");
    write(&input, &strokes(0.05, 4));
    let settings = MasterSettings { lufs: Some(-30.0), ..MasterSettings::default() };
    let (output, report) = mastered(&folder, &input, &settings);
    assert_eq!((report.passes, report.limited_db), (2, 0.0));
    let factor = 10f64.powf(report.gain_db / 20.0);
    let (before, after) = (sound(&input), sound(&output));
    let pairs = before.planar().iter().zip(after.planar());
    assert!(pairs.clone().all(|(was, is)| (f64::from(*was) * factor - f64::from(*is)).abs() < 1e-6));
}

#[test]
fn what_cannot_be_reached_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.wav");
    // A click a second in faint noise.
    let faint: Vec<f64> = noise(5, 5 * HZ as usize).iter().map(|x| 0.001 * x).collect();
    let clicks = faint.iter().enumerate().map(|(n, x)| if n % HZ as usize == 100 { 0.9 } else { *x }).collect();
    write(&input, &[clicks]);
    let settings = MasterSettings { lufs: Some(-10.0), ..MasterSettings::default() };
    let (output, report) = mastered(&folder, &input, &settings);
    assert!(!report.reached && report.after.integrated_lufs < -12.0, "{report:?}");
    assert!(report.file.warnings.iter().any(|warning| warning.contains("instead of -10.0")), "{report:?}");
    assert!(measured(&output).1 <= -0.95);
}

#[test]
fn a_reference_gives_its_loudness_and_spectrum() {
    let folder = tempfile::tempdir().unwrap();
    let (input, reference) = (folder.path().join("in.wav"), folder.path().join("reference.wav"));
    let original = strokes(0.1, 10);
    write(&reference, &original);
    let bands = vec![
        Band::Peak { frequency_hz: 300.0, gain_db: 6.0, q: 0.8 },
        Band::HighShelf { frequency_hz: 5000.0, gain_db: -6.0, q: 0.7 },
    ];
    let spoilt = Chain::from([Effect::from(Equalizer { linear_phase: false, bands })]);
    let planes: Vec<f32> = original.iter().flatten().map(|x| *x as f32).collect();
    let planes = AudioBuffer::from_planar(planes, 2).unwrap();
    let spoilt = spoilt.prepare(rate(HZ), 2);
    let spoilt = spoilt.unwrap().process_whole(&planes, rust_audio_engine::effects::Tail::Cut);
    let spoilt: Vec<Vec<f64>> =
        (0..2).map(|channel| spoilt.channel(channel).iter().map(|x| f64::from(*x)).collect()).collect();
    write(&input, &spoilt);
    let settings = MasterSettings { reference: Some(Reference::new(&reference)), ..MasterSettings::default() };
    let (output, report) = mastered(&folder, &input, &settings);
    let (wanted, _) = measured(&reference);
    let (found, _) = measured(&output);
    assert!((found - wanted).abs() < 0.1, "{found} LUFS, the reference has {wanted}");
    let reference = report.reference.unwrap();
    let gain = |hz: f64| {
        let near = |point: &&rust_audio_engine::effects::CurvePoint| (point.frequency_hz / hz).ln().abs();
        reference.curve.iter().min_by(|a, b| near(a).total_cmp(&near(b))).unwrap().gain_db
    };
    assert!((gain(300.0) - gain(1200.0) + 5.0).abs() < 1.5, "{:?}", reference.curve);
}

fn rate(hz: u32) -> rust_audio_engine::SampleRate {
    rust_audio_engine::SampleRate::new(hz).unwrap()
}

#[test]
fn asked_for_effects_come_first_and_one_limiter_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.wav");
    write(&input, &strokes(0.1, 3));
    let chain = rust_audio_engine::preset("pop").unwrap().chain();
    let (_, report) = mastered(&folder, &input, &MasterSettings { chain, ..MasterSettings::default() });
    let names: Vec<&str> = report.chain.effects.iter().map(|slot| slot.effect.name()).collect();
    assert_eq!(names.iter().filter(|name| **name == "true_peak_limiter").count(), 1, "{names:?}");
    assert_eq!((names[0], names[names.len() - 2]), ("equalizer", "gain"));
    // One that is asked for keeps its times.
    let own = TruePeakLimiter { release_ms: 333.0, ceiling_db: -9.0, ..TruePeakLimiter::default() };
    let only = Chain::from([own.clone()]);
    let (_, report) = mastered(&folder, &input, &MasterSettings { chain: only, ..MasterSettings::default() });
    assert_eq!(report.chain.effects.len(), 2);
    let expected = TruePeakLimiter { ceiling_db: MasterSettings::default().ceiling_db, ..own };
    assert_eq!(report.chain.effects[1].effect, Effect::TruePeakLimiter(expected));
}

#[test]
fn silence_and_the_shortest_sounds_keep_their_level() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.wav");
    for planes in [vec![vec![0.0; 50_000]; 2], vec![vec![0.25; 100]], vec![vec![]]] {
        write(&input, &planes);
        let (output, report) = mastered(&folder, &input, &MasterSettings::default());
        assert_eq!(report.gain_db, 0.0);
        assert!(report.file.warnings.iter().any(|warning| warning.contains("no loudness")), "{report:?}");
        assert_eq!(sound(&output).planar(), sound(&input).planar());
    }
}

#[test]
fn samples_that_are_no_numbers_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.wav");
    let mut planes = strokes(0.1, 2);
    planes[0][500] = f64::NAN;
    planes[1][60_000] = f64::INFINITY;
    write(&input, &planes);
    let (output, report) = mastered(&folder, &input, &MasterSettings::default());
    assert!(report.reached && sound(&output).planar().iter().all(|sample| sample.is_finite()));
    assert!(report.file.warnings.iter().any(|warning| warning.starts_with("2 samples were not finite")), "{report:?}");
}

#[test]
fn silence_is_no_reference_and_takes_none() {
    let folder = tempfile::tempdir().unwrap();
    let [silence, short, song] = ["silence.wav", "short.wav", "song.wav"].map(|name| folder.path().join(name));
    write(&silence, &[vec![0.0; 50_000], vec![0.0; 50_000]]);
    write(&short, &[vec![0.25]]);
    write(&song, &strokes(0.1, 3));
    for reference in [&silence, &short] {
        let settings = MasterSettings { reference: Some(Reference::new(reference)), ..MasterSettings::default() };
        let output = ConvertOutput::File(folder.path().join("out.wav"));
        let error = master(song.clone().into(), output, &settings, &mut rust_audio_engine::unobserved).unwrap_err();
        assert!(error.to_string().contains(reference.to_str().unwrap()), "{error}");
    }
    let settings = MasterSettings { reference: Some(Reference::new(&song)), ..MasterSettings::default() };
    let (output, _) = mastered(&folder, &silence, &settings);
    assert!(sound(&output).planar().iter().all(|sample| *sample == 0.0));
}

#[test]
fn cancelling_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("in.wav"), folder.path().join("out.wav"));
    write(&input, &strokes(0.1, 4));
    let mut share = 0.0;
    let settings = MasterSettings::default();
    let stopped = master(input.into(), ConvertOutput::File(output.clone()), &settings, &mut |progress| {
        assert!((share..=1.0).contains(&progress.fraction), "{share} to {}", progress.fraction);
        share = progress.fraction;
        if share > 0.8 { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
    });
    assert!(matches!(stopped, Err(Error::Cancelled)) && !output.exists());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_odd_about_a_reference_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (input, reference) = (folder.path().join("in.wav"), folder.path().join("reference.wav"));
    write(&input, &strokes(0.2, 2));
    write(&reference, &strokes(0.1, 2));
    // The file ends before its header says.
    let bytes = std::fs::read(&reference).unwrap();
    std::fs::write(&reference, &bytes[..bytes.len() - 4000]).unwrap();
    let settings = MasterSettings { reference: Some(Reference::new(&reference)), ..MasterSettings::default() };
    let output = ConvertOutput::File(folder.path().join("out.wav"));
    let report = master(input.into(), output, &settings, &mut unobserved).unwrap();
    let told = report.file.warnings.iter().find(|warning| warning.contains("reference.wav"));
    assert!(told.is_some(), "{:?}", report.file.warnings);
}
