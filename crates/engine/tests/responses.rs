//! Chains whose impulse responses are files.

use std::sync::Arc;

use rae_effects::chain::{Chain, Setup, Tail};
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
    assert_eq!(heard.frames(), 800);
    let sum: f64 = heard.channel(0).iter().map(|sample| f64::from(*sample)).sum();
    assert!((sum - 1.0).abs() < 1e-3, "{sum}");
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
