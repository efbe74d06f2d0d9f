use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rae_codec::{AudioReader, DecodeLimits};
use rae_dsp::AudioBuffer;
use rae_units::Frames;

/// Chords with noise on top, up to 0.7 of full scale, every channel another. What is in the last bits is as random as
/// the rest, so that nothing that is lost goes unnoticed.
pub(crate) fn music(channels: usize, frames: usize, rate: u32) -> AudioBuffer {
    let mut buffer = AudioBuffer::new(channels, frames);
    for channel in 0..channels {
        let mut random = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(channel as u64 + 1);
        for (at, sample) in buffer.channel_mut(channel).iter_mut().enumerate() {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let noise = (random >> 40) as f64 / f64::from(1 << 24) - 0.5;
            let time = at as f64 / f64::from(rate);
            let pitch = 220.0 * 2f64.powf(((time * 4.0).floor() % 8.0 + channel as f64) / 12.0);
            let tone: f64 = (1..6).map(|n| (std::f64::consts::TAU * pitch * f64::from(n) * time).sin() / 10.0).sum();
            *sample = (tone * (0.2 + 0.8 * (time * 3.0).sin().abs()) + noise * 0.05) as f32;
        }
    }
    buffer
}

/// Rounds to integers of so many bits, as numbers of full scale 1.
pub(crate) fn rounded(mut buffer: AudioBuffer, bits: u32) -> AudioBuffer {
    let full = 2f32.powi(bits as i32 - 1);
    for channel in 0..buffer.channels() {
        buffer.channel_mut(channel).iter_mut().for_each(|s| *s = (*s * full).round().clamp(-full, full - 1.0) / full);
    }
    buffer
}

pub(crate) fn open(bytes: Vec<u8>) -> AudioReader {
    AudioReader::from_bytes(bytes, "memory", &DecodeLimits::default()).unwrap()
}

pub(crate) fn decode(reader: &mut AudioReader) -> AudioBuffer {
    reader.read_to_end(Frames(1 << 24)).unwrap()
}

/// Whether the other programs are there; a test without them says so, or fails if `RAE_REQUIRE_PEERS` is 1.
pub(crate) fn have(programs: &[&str]) -> bool {
    let missing = programs.iter().find(|program| {
        let flag = if **program == "ffmpeg" { "-version" } else { "--version" };
        Command::new(program).arg(flag).stdout(Stdio::null()).stderr(Stdio::null()).status().is_err()
    });
    if let Some(program) = missing {
        assert!(std::env::var_os("RAE_REQUIRE_PEERS").is_none_or(|value| value != "1"), "{program} is not installed");
        eprintln!("skipped: {program} is not installed");
    }
    missing.is_none()
}

pub(crate) fn run(program: &str, arguments: &[&str], folder: &Path) {
    let done = Command::new(program).args(arguments).current_dir(folder).stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// What FFmpeg decodes a file to; Opus by libopus, from which the standard's own decoder comes.
pub(crate) fn ffmpeg_decodes(path: &Path, channels: usize) -> AudioBuffer {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error"]);
    if path.extension().is_some_and(|extension| extension == "opus" || extension == "webm" || path.ends_with("g.mp4")) {
        command.args(["-c:a", "libopus"]);
    }
    command.arg("-i").arg(path).args(["-f", "f32le", "-c:a", "pcm_f32le", "-"]);
    let done = command.stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let samples: Vec<f32> = done.stdout.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let mut buffer = AudioBuffer::new(channels, samples.len() / channels);
    for channel in 0..channels {
        let from = samples[channel..].iter().step_by(channels);
        buffer.channel_mut(channel).iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }
    buffer
}

/// A WAV file of 16 or 24 bits in `folder`.
pub(crate) fn write_wav(folder: &Path, name: &str, buffer: &AudioBuffer, rate: u32, bits: u32) -> PathBuf {
    let format = [rae_codec::SampleFormat::S16, rae_codec::SampleFormat::S24][usize::from(bits == 24)];
    let path = folder.join(name);
    let rate = rae_units::SampleRate::new(rate).unwrap();
    std::fs::write(&path, rae_codec::wav_bytes(buffer, rate, format).unwrap()).unwrap();
    path
}

/// The largest difference in dB of full scale.
pub(crate) fn difference_db(one: &AudioBuffer, other: &AudioBuffer) -> f64 {
    assert_eq!((one.channels(), one.frames()), (other.channels(), other.frames()), "channels and frames");
    let largest = one.planar().iter().zip(other.planar()).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max);
    20.0 * largest.max(1e-20).log10()
}
