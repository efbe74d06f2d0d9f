//! Sound of which decoders make noise of their own: levels of third octaves (IEC 61260-1, base two) beside FFmpeg's.

use rae_codec::{AudioReader, AudioSpec, AudioWriter, Encoding, OutputFile, Tags};
use rae_dsp::AudioBuffer;
use rae_dsp::fft::{Complex32, Fft};
use rae_units::SampleRate;

use crate::common::{decode, ffmpeg_decodes, have, music, rounded, run, write_wav};

const POINTS: usize = 8192;

/// Mean power of every third octave from 40 Hz up, of all channels.
fn thirds(audio: &AudioBuffer, rate: u32) -> Vec<(f64, f64)> {
    let fft = Fft::new(POINTS);
    let (mut scratch, mut power) = (fft.scratch(), vec![0.0; POINTS / 2]);
    let window = |at: usize| 0.5 - 0.5 * (std::f32::consts::TAU * at as f32 / POINTS as f32).cos();
    for channel in 0..audio.channels() {
        for start in (0..audio.frames() - POINTS).step_by(POINTS / 2) {
            let samples = &audio.channel(channel)[start..start + POINTS];
            let mut data: Vec<Complex32> =
                samples.iter().enumerate().map(|(at, sample)| Complex32::new(sample * window(at), 0.0)).collect();
            fft.forward(&mut data, &mut scratch);
            power.iter_mut().zip(&data).for_each(|(sum, bin): (&mut f64, _)| *sum += f64::from(bin.norm_sqr()));
        }
    }
    let bin = |hz: f64| (hz * POINTS as f64 / f64::from(rate)) as usize;
    let centres = (-14..14).map(|third| 1000.0 * 2f64.powf(f64::from(third) / 3.0));
    let edge = 2f64.powf(1.0 / 6.0);
    centres
        .filter(|centre| centre * edge < f64::from(rate) / 2.0)
        .map(|centre| (centre, power[bin(centre / edge)..=bin(centre * edge)].iter().sum()))
        .collect()
}

/// Checks all that is less than 90 dB below the loudest third.
fn compare(ours: &AudioBuffer, theirs: &AudioBuffer, rate: u32, name: &str) {
    let (ours, theirs) = (thirds(ours, rate), thirds(theirs, rate));
    let loudest = theirs.iter().map(|(_, power)| *power).fold(0.0, f64::max);
    let mut compared = 0;
    for ((hz, ours), (_, theirs)) in ours.into_iter().zip(theirs) {
        if theirs.max(ours) > 1e-9 * loudest {
            let apart = 10.0 * (ours / theirs).log10();
            assert!(apart.abs() < 0.5, "{name}: {apart:.2} dB at {hz:.0} Hz");
            compared += 1;
        }
    }
    assert!(compared > 15, "{name}: {compared} thirds");
}

#[test]
fn aac_with_noise_substitution_has_the_levels_of_ffmpeg() {
    if !have(&["ffmpeg"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let frames = 441_013;
    write_wav(folder.path(), "in.wav", &rounded(music(2, frames, 44_100), 16), 44_100, 16);
    for (name, options) in [
        ("a.m4a", "-b:a 64k -aac_pns 1"),
        ("b.m4a", "-b:a 128k"),
        ("c.m4a", "-b:a 48k -ac 1 -aac_pns 1"),
        ("d.m4a", "-b:a 96k -ar 32000"),
    ] {
        let mut arguments = vec!["-v", "error", "-i", "in.wav", "-c:a", "aac"];
        arguments.extend(options.split(' ').chain([name]));
        run("ffmpeg", &arguments, folder.path());
        let path = folder.path().join(name);
        let mut reader = AudioReader::open(&path).unwrap();
        let (rate, channels) = (reader.info().rate.hz(), reader.info().channels);
        let ours = decode(&mut reader);
        let expected = (frames as f64 * f64::from(rate) / 44_100.0).round();
        assert!((ours.frames() as f64 - expected).abs() <= 1.0, "{name}: {} frames", ours.frames());
        let mut theirs = ffmpeg_decodes(&path, channels);
        // FFmpeg leaves in what its encoder put behind the sound.
        theirs.keep(0..ours.frames());
        compare(&ours, &theirs, rate, name);
    }
}

#[test]
fn our_opus_has_the_levels_of_libopus() {
    if !have(&["ffmpeg"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let rate = SampleRate::new(48_000).unwrap();
    for (channels, bitrate) in [(1, 24), (2, 64), (2, 128), (2, 256)] {
        let audio = music(channels, 480_011, 48_000);
        let name = format!("{channels}-{bitrate}.opus");
        let path = folder.path().join(&name);
        let spec = AudioSpec { rate, channels: channels as u16, max_frames: None, tags: Tags::default() };
        let file = OutputFile::create(&path, false).unwrap();
        let mut writer = AudioWriter::to_file(file, &spec, Encoding::Opus { bitrate }).unwrap();
        writer.write(&(0..channels).map(|channel| audio.channel(channel)).collect::<Vec<_>>()).unwrap();
        writer.finish().unwrap().0.commit().unwrap();
        let ours = decode(&mut AudioReader::open(&path).unwrap());
        let theirs = ffmpeg_decodes(&path, channels);
        assert_eq!((ours.len(), theirs.len()), (audio.len(), audio.len()), "{name}");
        compare(&ours, &theirs, 48_000, &name);
    }
}
