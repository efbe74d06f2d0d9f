use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Stdio};

use rae_codec::{AudioSpec, AudioSummary, AudioWriter, Encoding, TagKey, Tags};
use rae_dsp::AudioBuffer;
use rae_dsp::hash::noise;
use rae_units::SampleRate;

/// Chords that come and go with a little noise, every channel another; peaks at about 0.6.
pub(crate) fn music(channels: usize, frames: usize, rate: u32) -> AudioBuffer {
    let mut buffer = AudioBuffer::new(channels, frames);
    for channel in 0..channels {
        for (at, sample) in buffer.channel_mut(channel).iter_mut().enumerate() {
            let time = at as f64 / f64::from(rate);
            let step = (time * 4.0).floor();
            let pitch = 110.0 * 2f64.powf(((step * 5.0) % 12.0 + 4.0 * channel as f64) / 12.0);
            let phase = |n: u32| std::f64::consts::TAU * pitch * f64::from(n) * time;
            let tone: f64 = (1..9).map(|n| phase(n).sin() / f64::from(n)).sum();
            let fade = (-3.0 * (time * 4.0 - step)).exp();
            *sample = (0.3 * fade * tone + 0.02 * noise(channel as u64, at as u64)) as f32;
        }
    }
    buffer
}

pub(crate) fn spec(channels: usize, rate: u32) -> AudioSpec {
    let rate = SampleRate::new(rate).unwrap();
    AudioSpec { rate, channels: channels as u16, max_frames: None, tags: Tags::default() }
}

pub(crate) fn tags() -> Tags {
    [
        (TagKey::Title, "Grüße, 世界".to_owned()),
        (TagKey::Artist, "One".to_owned()),
        (TagKey::Artist, "Two".to_owned()),
        (TagKey::Comment, "a = b".to_owned()),
        (TagKey::Track, "3/12".to_owned()),
    ]
    .into_iter()
    .collect()
}

fn blocks(buffer: &AudioBuffer, size: usize, mut write: impl FnMut(&[&[f32]])) {
    let frames = buffer.len().0 as usize;
    for start in (0..frames).step_by(size) {
        let piece = start..frames.min(start + size);
        write(&(0..buffer.channels()).map(|channel| &buffer.channel(channel)[piece.clone()]).collect::<Vec<_>>());
    }
}

/// A whole file, written in blocks of an odd size.
pub(crate) fn file(buffer: &AudioBuffer, spec: &AudioSpec, encoding: Encoding) -> Vec<u8> {
    let mut writer = AudioWriter::seekable(Cursor::new(Vec::new()), "memory", spec, encoding).unwrap();
    blocks(buffer, 1111, |block| writer.write(block).unwrap());
    let (sink, summary) = writer.finish().unwrap();
    let bytes = sink.into_inner();
    let expected = AudioSummary { frames: buffer.len(), bytes: bytes.len() as u64, non_finite: 0, clipped: 0 };
    assert_eq!(summary, expected);
    bytes
}

/// The same through a pipe.
pub(crate) fn stream(buffer: &AudioBuffer, spec: &AudioSpec, encoding: Encoding) -> Vec<u8> {
    let mut writer = AudioWriter::streaming(Vec::new(), "-", spec, encoding).unwrap();
    blocks(buffer, 5000, |block| writer.write(block).unwrap());
    writer.finish().unwrap().0
}

/// Whether the other programs are there; a test without them says so, or fails if `RAE_REQUIRE_PEERS` is 1.
pub(crate) fn have(programs: &[&str]) -> bool {
    let missing = programs.iter().find(|program| {
        let help = if **program == "ffmpeg" { "-version" } else { "--version" };
        Command::new(program).arg(help).stdout(Stdio::null()).stderr(Stdio::null()).status().is_err()
    });
    if let Some(program) = missing {
        assert!(std::env::var_os("RAE_REQUIRE_PEERS").is_none_or(|value| value != "1"), "{program} is not installed");
        eprintln!("skipped: {program} is not installed");
    }
    missing.is_none()
}

/// Runs a program with the file as its last argument but those that follow; gives what it printed.
pub(crate) fn run(program: &str, before: &[&str], file: &Path, after: &[&str]) -> Vec<u8> {
    let mut command = Command::new(program);
    let done = command.args(before).arg(file).args(after).stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "{program} {before:?}: {}", String::from_utf8_lossy(&done.stderr));
    if done.stdout.is_empty() { done.stderr } else { done.stdout }
}

/// What FFmpeg decodes a file to; without an error.
pub(crate) fn ffmpeg_decodes(bytes: &[u8], channels: usize) -> AudioBuffer {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sound");
    std::fs::write(&path, bytes).unwrap();
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-i"]).arg(&path).args(["-f", "f32le", "-c:a", "pcm_f32le", "-"]);
    let done = command.stdin(Stdio::null()).output().unwrap();
    let messages = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && messages.is_empty(), "{messages}");
    let (samples, _) = done.stdout.as_chunks::<4>();
    let mut buffer = AudioBuffer::new(channels, samples.len() / channels);
    for channel in 0..channels {
        let from = samples[channel..].iter().step_by(channels);
        buffer.channel_mut(channel).iter_mut().zip(from).for_each(|(to, from)| *to = f32::from_le_bytes(*from));
    }
    buffer
}

pub(crate) fn level_db(buffer: &AudioBuffer) -> f64 {
    let squares = (0..buffer.channels()).flat_map(|channel| buffer.channel(channel)).map(|x| f64::from(x * x));
    let count = buffer.len().0 as f64 * buffer.channels() as f64;
    10.0 * (squares.sum::<f64>() / count).log10()
}
