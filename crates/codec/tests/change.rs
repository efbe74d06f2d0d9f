//! Sound at another rate and with other channels, against formulas.

use std::f64::consts::TAU;

use rae_codec::{AudioReader, AudioSource, DecodeLimits, InMemory, Part, SampleFormat, changed, wav_bytes};
use rae_dsp::AudioBuffer;
use rae_units::{Frames, SampleRate};

fn rate(hz: u32) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

fn source(audio: &AudioBuffer, hz: u32) -> Box<dyn AudioSource> {
    let bytes = wav_bytes(audio, rate(hz), SampleFormat::F32).unwrap();
    Box::new(AudioReader::from_bytes(bytes, "x", &DecodeLimits::default()).unwrap())
}

fn all(mut source: Box<dyn AudioSource + '_>) -> AudioBuffer {
    let mut channels = vec![Vec::new(); source.channels()];
    while let Some(block) = source.read().unwrap() {
        assert!(!block.is_empty());
        channels.iter_mut().enumerate().for_each(|(index, all)| all.extend_from_slice(block.channel(index)));
    }
    assert!(source.read().unwrap().is_none());
    AudioBuffer::from_planar(channels.concat(), channels.len()).unwrap()
}

fn sine(hz: f64, rate: u32, frames: usize) -> Vec<f64> {
    (0..frames).map(|at| 0.5 * (TAU * hz * at as f64 / f64::from(rate)).sin()).collect()
}

fn resampled(hz: f64, from: u32, to: u32, frames: usize) -> AudioBuffer {
    let tone = sine(hz, from, frames).iter().map(|s| *s as f32).collect();
    let tone = AudioBuffer::from_planar(tone, 1).unwrap();
    let changed = changed(source(&tone, from), Some(rate(to)), None).unwrap();
    let expected = (frames as f64 * f64::from(to) / f64::from(from)).round() as u64;
    assert_eq!((changed.rate(), changed.frames()), (rate(to), Some(Frames(expected))));
    let audio = all(changed);
    assert_eq!(audio.len(), Frames(expected));
    audio
}

#[test]
fn a_sine_stays_that_sine_at_its_place() {
    // Up to 0.45 of the lower rate.
    let cases = [
        (44_100, 48_000, [100.0, 1000.0, 19_800.0]),
        (48_000, 44_100, [100.0, 997.0, 19_800.0]),
        (44_100, 22_050, [100.0, 997.0, 9900.0]),
        (8000, 48_000, [100.0, 997.0, 3600.0]),
        (96_000, 44_100, [100.0, 997.0, 19_800.0]),
        (44_100, 44_101, [100.0, 997.0, 19_800.0]),
    ];
    for (from, to, tones) in cases {
        for hz in tones {
            // The filter between 44 100 and 44 101 Hz is a second long.
            let audio = resampled(hz, from, to, if to == 44_101 { 200_000 } else { 60_000 });
            let truth = sine(hz, to, audio.frames());
            // Before and after the tone is silence, which rings into it.
            let inner = audio.frames() / 4..audio.frames() * 3 / 4;
            let (mut signal, mut noise) = (0.0, 0.0);
            for (sample, truth) in audio.channel(0)[inner.clone()].iter().zip(&truth[inner]) {
                signal += truth * truth;
                noise += (f64::from(*sample) - truth).powi(2);
            }
            let snr = 10.0 * (signal / noise).log10();
            assert!(snr > 130.0, "{from} to {to}, {hz} Hz: {snr:.1} dB");
        }
    }
}

#[test]
fn what_the_lower_rate_cannot_hold_is_gone() {
    for (from, to, hz) in [(48_000, 44_100, 23_000.0), (48_000, 16_000, 8500.0), (96_000, 8000, 30_000.0)] {
        let audio = resampled(hz, from, to, 90_000);
        let inner = &audio.channel(0)[audio.frames() / 4..audio.frames() * 3 / 4];
        let peak = inner.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        assert!(peak < 0.5e-5, "{from} to {to}, {hz} Hz: {peak}");
    }
}

#[test]
fn lengths_are_exact_down_to_one_frame() {
    for frames in [1, 2, 441, 4095, 4096, 4097, 10_000] {
        for (from, to) in [(44_100, 48_000), (48_000, 44_100), (48_000, 8000), (8000, 768_000)] {
            resampled(100.0, from, to, frames);
        }
    }
}

#[test]
fn what_is_no_number_counts_as_silence() {
    let mut broken = AudioBuffer::new(1, 4000);
    broken.channel_mut(0).fill(f32::NAN);
    broken.channel_mut(0)[2000] = f32::INFINITY;
    // Not from a file: our own have no such samples.
    let broken = Box::new(InMemory::new(vec![broken.channel(0)], rate(44_100)));
    let mut resampled = changed(broken, Some(rate(16_000)), None).unwrap();
    while let Some(block) = resampled.read().unwrap() {
        assert!(block.channel(0).iter().all(|sample| *sample == 0.0));
    }
    assert_eq!(resampled.warnings(), ["4000 samples were not finite and count as 0"]);
}

#[test]
fn rates_too_far_apart_are_refused() {
    let tone = AudioBuffer::new(1, 10);
    let error = changed(source(&tone, 768_000), Some(rate(1)), None).map(drop).unwrap_err().to_string();
    assert!(error.contains("768000 Hz to 1 Hz"), "{error}");
}

#[test]
fn blocks_of_unbounded_memory_are_refused() {
    let open = |channels, from, to| changed(source(&AudioBuffer::new(channels, 10), from), Some(rate(to)), None);
    assert!(open(2, 767_999, 768_000).is_ok() && open(64, 44_100, 48_000).is_ok());
    let error = open(64, 767_999, 768_000).map(drop).unwrap_err().to_string();
    assert!(error.contains("64 channels"), "{error}");
}

fn constant(levels: &[f32]) -> AudioBuffer {
    AudioBuffer::from_planar(levels.iter().flat_map(|level| [*level; 3]).collect(), levels.len()).unwrap()
}

fn mixed(levels: &[f32], channels: usize) -> Vec<f32> {
    let audio = all(changed(source(&constant(levels), 48_000), None, Some(channels)).unwrap());
    (0..channels).map(|channel| audio.channel(channel)[2]).collect()
}

#[test]
fn channels_are_mixed_as_is_the_custom() {
    assert_eq!(mixed(&[0.5], 2), [0.5, 0.5]);
    assert_eq!(mixed(&[0.5, 0.25], 1), [0.375]);
    assert_eq!(mixed(&[0.5, 0.25], 2), [0.5, 0.25]);
    // ITU-R BS.775-3: left + 0.7071 centre + 0.7071 left surround, here over the sum of the gains.
    let (l, r, c, lfe, ls, rs) = (0.8f32, -0.4, 0.3, 0.9, 0.2, -0.1);
    let (half, sum) = (0.5f32.sqrt(), 1.0 + 2.0 * 0.5f32.sqrt());
    let expected = [(l + half * c + half * ls) / sum, (r + half * c + half * rs) / sum];
    let found = mixed(&[l, r, c, lfe, ls, rs], 2);
    assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6), "{found:?}");
    let mono = mixed(&[l, r, c, lfe, ls, rs], 1)[0];
    assert!((mono - (expected[0] + expected[1]) / 2.0).abs() < 1e-6);
    for channels in 3..=8 {
        let loudest = mixed(&vec![1.0; channels], 2);
        assert!(loudest.iter().all(|level| (level - 1.0).abs() < 1e-6), "{channels}: {loudest:?}");
    }
}

#[test]
fn mixes_without_a_custom_are_refused() {
    for (from, to) in [(2, 6), (9, 2)] {
        let error = changed(source(&AudioBuffer::new(from, 3), 48_000), None, Some(to)).map(drop).unwrap_err();
        assert!(error.to_string().contains(&format!("{from} channels to {to}")), "{error}");
    }
}

/// Numbers that tell where they are from.
fn ramp(frames: usize) -> AudioBuffer {
    let samples = (0..2 * frames).map(|at| at as f32 / (1 << 20) as f32).collect();
    AudioBuffer::from_planar(samples, 2).unwrap()
}

#[test]
fn samples_in_memory_come_in_order_and_once() {
    for frames in [0, 1, 65_536, 200_003] {
        let audio = ramp(frames);
        let source = InMemory::new(vec![audio.channel(0), audio.channel(1)], rate(8000));
        assert_eq!((source.rate(), source.channels(), source.frames()), (rate(8000), 2, Some(Frames(frames as u64))));
        assert!(all(Box::new(source)) == audio, "{frames} frames");
    }
}

#[test]
fn a_part_of_a_file_is_that_of_the_whole() {
    let audio = ramp(100_003);
    let bytes = wav_bytes(&audio, rate(8000), SampleFormat::F32).unwrap();
    let open = || AudioReader::from_bytes(bytes.clone(), "x", &DecodeLimits::default()).unwrap();
    let pipe = || AudioReader::from_pipe(std::io::Cursor::new(bytes.clone()), "x", &DecodeLimits::default()).unwrap();
    for (start, end) in
        [(0, u64::MAX), (5, 6), (70_000, 70_000), (12_345, 98_765), (100_002, 200_000), (100_003, 100_004)]
    {
        let there = start.min(100_003) as usize..end.min(100_003) as usize;
        let mut expected = audio.clone();
        expected.keep(there.clone());
        for reader in [open(), pipe()] {
            let part = Part::new(reader, Frames(start)..Frames(end));
            assert_eq!(part.frames(), Some(Frames(there.len() as u64)), "{start}..{end}");
            assert!(all(Box::new(part)) == expected, "{start}..{end}");
        }
    }
}
