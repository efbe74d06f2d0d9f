//! Chains whose impulse responses are files.

use std::sync::Arc;

use rae_effects::chain::{Chain, Profile, Setup, Tail};
use rust_audio_engine::{AudioBuffer, ResponseFolder, SampleRate};

fn write_wav(path: &std::path::Path, rate: u32, channels: &[Vec<f32>]) {
    let spec = hound::WavSpec {
        channels: channels.len() as u16,
        sample_rate: rate,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for frame in 0..channels[0].len() {
        channels.iter().for_each(|channel| writer.write_sample(channel[frame]).unwrap());
    }
    writer.finalize().unwrap();
}

/// The sound of an impulse through a chain of one file beside `folder`.
fn response(folder: &std::path::Path, name: &str, channels: usize) -> Result<AudioBuffer, String> {
    let text = format!(
        "[[effects]]\ntype = \"convolution_reverb\"\nmix = 1\n\
         response = {{ type = \"file\", path = \"{name}\", normalize = false }}\n"
    );
    let chain = Chain::from_toml(&text).unwrap();
    let files = Arc::new(ResponseFolder::of_chain(&folder.join("chain.toml")));
    let setup = Setup { files, ..Setup::new(SampleRate::CD, channels) };
    let mut prepared = chain.prepare_for(&setup).map_err(|error| error.to_string())?;
    let mut impulse = AudioBuffer::new(channels, 1);
    impulse.planar_mut().fill(1.0);
    Ok(prepared.process_whole(&impulse, Tail::Keep))
}

#[test]
fn files_beside_the_chain_are_read_at_the_rate_of_the_session() {
    let folder = tempfile::tempdir().unwrap();
    let noise = |seed| (0..2000).map(|n| 0.1 * rae_dsp::hash::noise(seed, n) as f32).collect::<Vec<f32>>();
    write_wav(&folder.path().join("same.wav"), 44_100, &[noise(1), noise(2)]);
    let heard = response(folder.path(), "same.wav", 2).unwrap();
    for channel in 0..2 {
        let apart = heard.channel(channel).iter().zip(noise(1 + channel as u64)).map(|(a, b)| (a - b).abs());
        assert!(apart.fold(0.0, f32::max) < 1e-6);
    }
    // A pass of low tones that is recorded at half the rate passes them as loud at the whole rate.
    let low: Vec<f32> = (0..400).map(|n| (1.0 - (std::f32::consts::TAU * n as f32 / 400.0).cos()) / 400.0).collect();
    write_wav(&folder.path().join("half.wav"), 22_050, &[low]);
    let heard = response(folder.path(), "half.wav", 1).unwrap();
    assert!((800..=805).contains(&heard.frames()), "{}", heard.frames());
    let sum: f64 = heard.channel(0).iter().map(|sample| f64::from(*sample)).sum();
    assert!((sum - 1.0).abs() < 1e-3, "{sum}");
}

#[test]
fn a_direct_sound_at_the_first_frame_stays_whole_at_another_rate() {
    let folder = tempfile::tempdir().unwrap();
    let mut direct = vec![0.0; 300];
    direct[0] = 1.0;
    for rate in [22_050, 32_000, 48_000, 96_000] {
        write_wav(&folder.path().join("direct.wav"), rate, &[direct.clone()]);
        let text = "[[effects]]\ntype = \"convolution_reverb\"\nmix = 1\n\
                    response = { type = \"file\", path = \"direct.wav\", normalize = false }\n";
        let files = Arc::new(ResponseFolder::of_chain(&folder.path().join("chain.toml")));
        for profile in [Profile::Offline, Profile::Live] {
            let setup = Setup { files: files.clone(), profile, ..Setup::new(SampleRate::CD, 1) };
            let mut prepared = Chain::from_toml(text).unwrap().prepare_for(&setup).unwrap();
            // A tone that the filter passes comes out as it is: as loud, and when its latency says.
            let tone = |n: usize| (std::f64::consts::TAU * 5000.0 * n as f64 / 44_100.0).sin() as f32;
            let input: Vec<f32> = (0..8000).map(tone).collect();
            let heard = prepared.process_whole(&AudioBuffer::from_planar(input.clone(), 1).unwrap(), Tail::Cut);
            for (n, (heard, input)) in heard.channel(0).iter().zip(&input).enumerate().take(7000).skip(1000) {
                let apart = (heard - input).abs();
                assert!(apart < 3e-3, "{rate} Hz, {profile:?}, frame {n}: {apart} apart");
            }
        }
    }
}

#[test]
fn samples_that_are_no_numbers_are_refused_at_every_rate() {
    let folder = tempfile::tempdir().unwrap();
    for rate in [44_100, 48_000] {
        write_wav(&folder.path().join("nan.wav"), rate, &[vec![0.5, f32::NAN, 0.5]]);
        let error = response(folder.path(), "nan.wav", 2).unwrap_err();
        assert!(error.contains("nan.wav") && error.contains("no finite numbers"), "{rate} Hz: {error}");
    }
}

#[test]
fn files_with_many_channels_are_refused_before_they_are_decoded() {
    let folder = tempfile::tempdir().unwrap();
    write_wav(&folder.path().join("eight.wav"), 44_100, &vec![vec![0.5; 100]; 8]);
    let error = response(folder.path(), "eight.wav", 2).unwrap_err();
    assert!(error.contains("eight.wav") && error.contains("1 to 4 are allowed"), "{error}");
}

#[test]
fn files_that_are_no_responses_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("text.wav"), "no sound at all").unwrap();
    write_wav(&folder.path().join("long.wav"), 8000, &[vec![0.5; 8000 * 31]]);
    std::fs::create_dir(folder.path().join("folder.wav")).unwrap();
    for name in ["text.wav", "long.wav", "missing.wav", "folder.wav"] {
        let error = response(folder.path(), name, 2).unwrap_err();
        assert!(error.contains(name) && error.starts_with("effects[0] (convolution_reverb)"), "{error}");
    }
}
