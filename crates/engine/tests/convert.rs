//! Audio files converted: bits that stay, levels, rates, tags, errors that leave no file.

use std::fs;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rust_audio_engine::{
    AudioBuffer, ConvertInput, ConvertOutput, ConvertSettings, Decibels, EncodingOptions, Error, FileFormat, Frames,
    InMemory, ReadSettings, SampleFormat, SampleRate, Seconds, TagKey, WriteSettings, convert, convert_files,
    open_audio, read_all, read_audio, unobserved, write_audio,
};

/// Stereo of 16-bit values that follow no law.
fn noise(frames: usize) -> AudioBuffer {
    let mut random = 1u32;
    let mut next = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from((random >> 16) as i16) / 65_536.0
    };
    let samples: Vec<f32> = (0..2 * frames).map(|_| (next() * 32_768.0).round() / 32_768.0).collect();
    AudioBuffer::from_planar(samples, 2).unwrap()
}

fn wav(folder: &Path, name: &str, audio: &AudioBuffer, bits: u16) -> PathBuf {
    let path = folder.join(name);
    let spec = hound::WavSpec {
        channels: audio.channels() as u16,
        sample_rate: 44_100,
        bits_per_sample: bits,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    for frame in 0..audio.frames() {
        for channel in 0..audio.channels() {
            let full = f64::from(1 << (bits - 1));
            writer.write_sample((f64::from(audio.channel(channel)[frame]) * full) as i32).unwrap();
        }
    }
    writer.finalize().unwrap();
    path
}

fn floats(path: &Path, samples: &[f32]) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
    writer.finalize().unwrap();
}

fn file(input: &Path, output: &Path, settings: &ConvertSettings) -> Result<rust_audio_engine::ConvertReport, Error> {
    let (input, output) = (ConvertInput::File(input.into()), ConvertOutput::File(output.into()));
    convert(input, output, settings, &mut unobserved)
}

fn in_format(format: FileFormat) -> EncodingOptions {
    EncodingOptions { format: Some(format), ..EncodingOptions::default() }
}

#[test]
fn lossless_formats_keep_every_bit_there_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let audio = noise(50_001);
    for bits in [16, 24] {
        let first = wav(folder.path(), &format!("in{bits}.wav"), &audio, bits);
        let [flac, back] = ["flac", "wav"].map(|name| folder.path().join(format!("{bits}.{name}")));
        let report = file(&first, &flac, &ConvertSettings::default()).unwrap();
        assert_eq!((report.from.as_str(), report.to.as_str(), report.channels), ("WAV/PCM", "FLAC", 2));
        assert!(report.warnings.is_empty());
        file(&flac, &back, &ConvertSettings::default()).unwrap();
        for path in [&first, &flac, &back] {
            let (read, info) = read_all(path).unwrap();
            assert!(read == audio, "{}", path.display());
            assert_eq!(info.samples, rust_audio_engine::Samples::Integer { bits: bits.into() });
        }
    }
}

#[test]
fn level_rate_and_channels_are_what_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut quiet = noise(44_100);
    quiet.planar_mut().iter_mut().for_each(|sample| *sample *= 0.1);
    let input = wav(folder.path(), "in.wav", &quiet, 24);
    let output = folder.path().join("out.wav");
    let settings = ConvertSettings {
        rate: SampleRate::new(48_000),
        channels: Some(1),
        normalize: Some(Decibels(-3.0)),
        ..ConvertSettings::default()
    };
    let report = file(&input, &output, &settings).unwrap();
    let (audio, info) = read_all(&output).unwrap();
    assert_eq!((info.rate.hz(), info.channels, audio.len()), (48_000, 1, Frames(48_000)));
    let peak = audio.channel(0).iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    assert!((20.0 * f64::from(peak).log10() + 3.0).abs() < 1e-4, "{peak}");
    assert!((report.peak_dbfs.unwrap() + 3.0).abs() < 1e-4 && (report.duration - 1.0).abs() < 1e-9);
}

#[test]
fn what_is_lost_beyond_full_scale_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("loud.wav");
    let loud = AudioBuffer::from_planar(vec![0.5, 1.5, -2.0, 0.0], 1).unwrap();
    floats(&path, loud.planar());
    let report = file(&path, &folder.path().join("a.wav"), &ConvertSettings::default()).unwrap();
    assert!(report.warnings.is_empty());
    assert!(read_all(folder.path().join("a.wav")).unwrap().0 == loud);
    let encoding = EncodingOptions { sample_format: Some(SampleFormat::S16), ..Default::default() };
    let settings = ConvertSettings { encoding, ..ConvertSettings::default() };
    let report = file(&path, &folder.path().join("b.wav"), &settings).unwrap();
    assert!(matches!(report.warnings.as_slice(), [text] if text.starts_with("2 samples")), "{:?}", report.warnings);
    assert_eq!(report.clipped_samples, 2);
}

#[test]
fn what_the_format_has_no_place_for_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let audio = noise(5000);
    let mut settings = WriteSettings::default();
    for key in [TagKey::Title, TagKey::AlbumArtist, TagKey::Isrc] {
        settings.tags.push(key, "x");
    }
    let source = || Box::new(InMemory::new(vec![audio.channel(0), audio.channel(1)], SampleRate::CD));
    let told = write_audio(source(), at("a.wav"), &settings, &mut unobserved).unwrap();
    assert!(matches!(told.as_slice(), [text] if text.ends_with("left out: album_artist, isrc")), "{told:?}");
    assert_eq!(write_audio(source(), at("a.flac"), &settings, &mut unobserved).unwrap(), [""; 0]);
    let report = file(&at("a.flac"), &at("b.wav"), &ConvertSettings::default()).unwrap();
    assert_eq!(report.warnings, told);
    let rate = SampleRate::new(44_100);
    let report = file(&at("a.flac"), &at("a.opus"), &ConvertSettings { rate, ..Default::default() }).unwrap();
    assert_eq!(report.warnings, ["Opus does not know 44100 Hz: the output is at 48000 Hz"]);
    let report = file(&at("a.flac"), &at("b.opus"), &ConvertSettings::default()).unwrap();
    assert_eq!((report.sample_rate, report.warnings.len()), (48_000, 0));
    // A picture of one pixel's worth of nonsense, put in as RFC 9639, section 8.8, wants it.
    let mut flac = fs::read(at("a.flac")).unwrap();
    let mut picture = vec![6, 0, 0, 45, 0, 0, 0, 3, 0, 0, 0, 9];
    picture.extend(b"image/png");
    picture.extend([0; 4 + 16]);
    picture.extend([0, 0, 0, 4, 1, 2, 3, 4]);
    flac.splice(42..42, picture);
    fs::write(at("cover.flac"), flac).unwrap();
    let report = file(&at("cover.flac"), &at("c.flac"), &ConvertSettings::default()).unwrap();
    assert_eq!(report.warnings, ["its pictures, such as a cover, are not carried over"]);
}

#[test]
fn progress_of_sound_of_unknown_length_rises_to_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = wav(folder.path(), "a.wav", &noise(300_000), 16);
    let input = ConvertInput::Pipe(Box::new(Cursor::new(fs::read(path).unwrap())));
    let mut told = Vec::new();
    let mut observer = |progress: rust_audio_engine::Progress| {
        told.push(progress.fraction);
        ControlFlow::Continue(())
    };
    convert(input, ConvertOutput::File(folder.path().join("b.flac")), &ConvertSettings::default(), &mut observer)
        .unwrap();
    assert!(told.is_sorted() && told[0] > 0.0 && told[told.len() / 2] < 1.0 && told.last() == Some(&1.0), "{told:?}");
}

#[test]
fn reading_is_stopped_while_what_comes_before_is_decoded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.flac");
    file(&wav(folder.path(), "a.wav", &noise(200_000), 16), &path, &ConvertSettings::default()).unwrap();
    let mut settings = ReadSettings::default();
    settings.excerpt.start = Seconds(4.0);
    let mut asked = 0;
    let stopped = read_audio(open_audio(&path).unwrap(), &settings, &mut |progress| {
        asked += 1;
        assert_eq!(progress.position, Seconds(0.0));
        ControlFlow::Break(())
    });
    assert!(matches!(stopped, Err(Error::Cancelled)) && asked == 1);
    // The last frame alone becomes none at a rate this low, which is no mistake of who asks.
    settings.excerpt.start = Seconds(199_999.0 / 44_100.0);
    settings.rate = SampleRate::new(8000);
    assert!(read_audio(open_audio(&path).unwrap(), &settings, &mut unobserved).unwrap().audio.is_empty());
}

/// A WAV file of one channel at 8 kHz with plain samples of this format tag and size.
fn plain(path: &Path, tag: u16, samples: &[&[u8]]) {
    let size = samples[0].len() as u16;
    let data = samples.concat();
    let mut bytes = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
    bytes.extend([tag.to_le_bytes(), 1u16.to_le_bytes()].concat());
    bytes.extend([8000u32.to_le_bytes(), (8000 * u32::from(size)).to_le_bytes()].concat());
    bytes.extend([size.to_le_bytes(), (size * 8).to_le_bytes()].concat());
    bytes.extend([b"data".as_slice(), &(data.len() as u32).to_le_bytes(), &data].concat());
    fs::write(path, bytes).unwrap();
}

#[test]
fn bits_that_the_output_has_no_room_for_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.wav");
    let report = |output: &str, encoding: EncodingOptions| {
        let settings = ConvertSettings { encoding, overwrite: true, ..ConvertSettings::default() };
        file(&input, &folder.path().join(output), &settings).unwrap().warnings
    };
    let usual = EncodingOptions::default();
    plain(&input, 1, &[&0x1234_5678_i32.to_le_bytes()]);
    assert_eq!(report("a.wav", usual), ["its samples are 32-bit integers and are rounded to 24 bit"]);
    assert_eq!(report("a.flac", usual), ["its samples are 32-bit integers and are rounded to 24 bit"]);
    assert_eq!(report("a.wav", SampleFormat::S16.into()), [""; 0]);
    assert_eq!(report("a.opus", usual), [""; 0]);
    plain(&input, 3, &[&0.1_f64.to_le_bytes()]);
    assert_eq!(report("a.wav", usual), ["its samples are 64-bit floats and are rounded to 32-bit float"]);
    plain(&input, 3, &[&0.1_f32.to_le_bytes()]);
    assert_eq!(report("a.wav", usual), [""; 0]);
    assert_eq!(report("a.flac", usual), ["its samples are 32-bit floats and are rounded to 24 bit"]);
    plain(&input, 1, &[&[1, 2, 3]]);
    assert_eq!(report("a.flac", usual), [""; 0]);
}

#[test]
fn one_infinite_sample_does_not_silence_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let [input, output] = ["in.wav", "out.wav"].map(|name| folder.path().join(name));
    for (samples, expected) in [([f32::INFINITY, 0.25, -0.5], [0.0, 0.5, -1.0]), ([0.0, 1e-45, 0.0], [0.0, 0.0, 0.0])] {
        floats(&input, &samples);
        let settings =
            ConvertSettings { normalize: Some(Decibels(0.0)), overwrite: true, ..ConvertSettings::default() };
        file(&input, &output, &settings).unwrap();
        let read = read_all(&output).unwrap().0;
        assert!(read.channel(0).iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{:?}", read.channel(0));
    }
}

#[test]
fn many_files_are_given_up_in_their_midst_and_inputs_named() {
    let folder = tempfile::tempdir().unwrap();
    let one = wav(folder.path(), "one.wav", &noise(50_000), 16);
    let settings = ConvertSettings { overwrite: true, ..ConvertSettings::default() };
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    // Where the output of the first would be is the second.
    let two = wav(&out, "two.wav", &noise(100), 16);
    fs::hard_link(&two, out.join("one.wav")).unwrap();
    let inputs = [one, two.clone()];
    let files = convert_files(&inputs, &out, &settings, Some(1), &mut |_, _| ControlFlow::Continue(())).unwrap();
    let error = files[0].result.as_ref().unwrap_err();
    assert!(matches!(error, Error::OutputIsInput { input, .. } if *input == two), "{error}");
    // Two minutes of sound, of which no one waits for the end.
    let long = wav(folder.path(), "long.wav", &noise(44_100 * 120), 16);
    let settings = ConvertSettings { encoding: in_format(FileFormat::Opus), ..settings };
    let mut stop =
        |file: Option<&_>, _| if file.is_none() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let files = convert_files(&[long], &out, &settings, None, &mut stop).unwrap();
    assert!(matches!(files[0].result, Err(Error::Cancelled)), "{:?}", files[0].result);
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_no_file_is_not_read_twice() {
    let folder = tempfile::tempdir().unwrap();
    let settings = ConvertSettings { normalize: Some(Decibels(-1.0)), ..ConvertSettings::default() };
    let error = file(Path::new("/dev/zero"), &folder.path().join("a.wav"), &settings).unwrap_err();
    assert!(error.to_string().contains("twice"), "{error}");
}

#[test]
fn pipes_are_read_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let audio = noise(20_000);
    let bytes = fs::read(wav(folder.path(), "in.wav", &audio, 16)).unwrap();
    let pipe = |bytes: Vec<u8>, settings: &ConvertSettings| {
        let mut sink = Vec::new();
        let input = ConvertInput::Pipe(Box::new(Cursor::new(bytes)));
        convert(input, ConvertOutput::Pipe(&mut sink), settings, &mut unobserved).map(|_| sink)
    };
    let flac = ConvertSettings { encoding: in_format(FileFormat::Flac), ..ConvertSettings::default() };
    let wav = pipe(pipe(bytes.clone(), &flac).unwrap(), &ConvertSettings::default()).unwrap();
    fs::write(folder.path().join("out.wav"), wav).unwrap();
    assert!(read_all(folder.path().join("out.wav")).unwrap().0 == audio);
    let twice = ConvertSettings { normalize: Some(Decibels(-1.0)), ..ConvertSettings::default() };
    assert!(matches!(pipe(bytes, &twice), Err(Error::Settings { .. })));
}

#[test]
fn failures_leave_no_file_and_inputs_alone() {
    let folder = tempfile::tempdir().unwrap();
    let input = wav(folder.path(), "in.wav", &noise(100_000), 16);
    let before = fs::read(&input).unwrap();
    let output = folder.path().join("out.flac");
    assert!(matches!(file(&input, &input, &ConvertSettings::default()), Err(Error::OutputIsInput { .. })));
    let mut stop = |_| ControlFlow::Break(());
    let stopped = convert(
        ConvertInput::File(input.clone()),
        ConvertOutput::File(output.clone()),
        &ConvertSettings::default(),
        &mut stop,
    );
    assert!(matches!(stopped, Err(Error::Cancelled)));
    fs::write(folder.path().join("no.wav"), "MThd\0\0\0\x06").unwrap();
    let error = file(&folder.path().join("no.wav"), &output, &ConvertSettings::default()).unwrap_err();
    assert!(error.to_string().contains("MIDI"), "{error}");
    assert!(fs::read(&input).unwrap() == before);
    let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["in.wav", "no.wav"]);
}

#[test]
fn many_files_are_converted_and_failures_stand_alone() {
    let folder = tempfile::tempdir().unwrap();
    let audio = noise(5000);
    let mut inputs: Vec<PathBuf> =
        (0..5).map(|index| wav(folder.path(), &format!("{index}.wav"), &audio, 16)).collect();
    inputs.insert(2, folder.path().join("missing.wav"));
    let settings = ConvertSettings { encoding: in_format(FileFormat::Flac), ..ConvertSettings::default() };
    let out = folder.path().join("out");
    let mut heard = 0;
    let files = convert_files(&inputs, &out, &settings, Some(3), &mut |file, done| {
        heard += usize::from(file.is_some());
        assert_eq!(done, heard);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!((files.len(), heard), (6, 6));
    for (file, input) in files.iter().zip(&inputs) {
        assert_eq!(&file.input, input);
        match &file.result {
            Ok(_) => assert!(read_all(&file.output).unwrap().0 == audio),
            Err(error) => assert!(error.unreadable_input().is_some() && input.ends_with("missing.wav")),
        }
    }
    assert_eq!(fs::read_dir(out).unwrap().count(), 5);
}

#[test]
fn sound_in_memory_becomes_a_file_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let audio = noise(100_003);
    let source = || Box::new(InMemory::new(vec![audio.channel(0), audio.channel(1)], SampleRate::CD));
    let mut settings = WriteSettings::default();
    settings.tags.push(TagKey::Title, "Noise");
    let path = folder.path().join("a.flac");
    assert_eq!(write_audio(source(), &path, &settings, &mut unobserved).unwrap(), [""; 0]);
    assert_eq!(open_audio(&path).unwrap().info().tags.get(TagKey::Title), Some("Noise"));
    assert!(matches!(write_audio(source(), &path, &settings, &mut unobserved), Err(Error::Codec(_))));
    let read = |settings: ReadSettings| read_audio(open_audio(&path).unwrap(), &settings, &mut unobserved);
    let whole = read(ReadSettings::default()).unwrap();
    assert!(whole.audio == audio && whole.rate == SampleRate::CD && whole.warnings.is_empty());
    let mut part = ReadSettings::default();
    (part.excerpt.start, part.excerpt.end) = (Seconds(1.0), Some(Seconds(2.0)));
    let mut expected = audio.clone();
    expected.keep(44_100..88_200);
    assert!(read(part).unwrap().audio == expected);
    part.channels = Some(1);
    assert!(read(part).unwrap().audio.channel(0)[7] == (expected.channel(0)[7] + expected.channel(1)[7]) / 2.0);
    part.excerpt.start = Seconds(3.0);
    part.excerpt.end = None;
    assert!(matches!(read(part), Err(Error::Picture(_))));
    let opus = folder.path().join("a.opus");
    write_audio(source(), &opus, &settings, &mut unobserved).unwrap();
    assert_eq!(open_audio(&opus).unwrap().info().rate.hz(), 48_000);
    let stopped = write_audio(source(), folder.path().join("b.wav"), &settings, &mut |_| ControlFlow::Break(()));
    assert!(matches!(stopped, Err(Error::Cancelled)) && fs::read_dir(folder.path()).unwrap().count() == 2);
}
