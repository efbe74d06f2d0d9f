//! The convolver against the sum that defines it, in `f64`, and against itself under other chunkings.

use std::sync::Arc;

use rae_dsp::hash::noise;
use rae_dsp::{AudioBuffer, Convolver, Kernel, Part, impulse_response};

fn signal(frames: usize, seed: u64) -> Vec<f32> {
    (0..frames as u64).map(|n| noise(seed, n) as f32).collect()
}

/// Adds gain·(h ∗ x) to `out`.
fn convolve_directly(x: &[f32], h: &[f32], gain: f64, out: &mut [f64]) {
    for (n, &sample) in x.iter().enumerate() {
        for (k, &tap) in h.iter().enumerate() {
            out[n + k] += f64::from(sample) * f64::from(tap) * gain;
        }
    }
}

fn relative_rms(actual: &[f32], expected: &[f64]) -> f64 {
    let error: f64 = actual.iter().zip(expected).map(|(a, e)| (f64::from(*a) - e).powi(2)).sum();
    (error / expected.iter().map(|e| e * e).sum::<f64>()).sqrt()
}

/// Pushes in blocks of `push`, pulls in blocks of `pull`, ends with `tail` frames of silence.
fn run(kernel: &Arc<Kernel>, [l, r, s]: [&[f32]; 3], push: usize, pull: usize, tail: usize) -> AudioBuffer {
    let mut convolver = Convolver::new(Arc::clone(kernel));
    let mut out = AudioBuffer::new(2, l.len() + tail);
    let (left, right) = out.stereo_mut();
    let mut done = 0;
    let mut drain = |convolver: &mut Convolver, done: &mut usize| loop {
        let end = left.len().min(*done + pull);
        let frames = convolver.pull(&mut left[*done..end], &mut right[*done..end]);
        *done += frames;
        if frames == 0 {
            break;
        }
    };
    for start in (0..l.len()).step_by(push) {
        let block = start..l.len().min(start + push);
        convolver.push(&l[block.clone()], &r[block.clone()], s.get(block).unwrap_or(&[]));
        drain(&mut convolver, &mut done);
    }
    convolver.finish(tail);
    drain(&mut convolver, &mut done);
    assert_eq!(done, l.len() + tail);
    assert_eq!(convolver.available(), 0);
    out
}

#[test]
fn equals_the_direct_sum() {
    let (room, hall) = (impulse_response::exponential(700, 500.0, 1), impulse_response::exponential(1300, 900.0, 2));
    let frames = 9000;
    let (l, r, s) = (signal(frames, 3), signal(frames, 4), signal(frames, 5));
    let tail = hall.frames() - 1;
    let kernel = Arc::new(Kernel::new(&[Part::Direct(0.7), Part::Stereo(&room, 0.3), Part::MonoSend(&hall, 0.5)]));
    assert_eq!(kernel.tail(), tail);
    let out = run(&kernel, [&l, &r, &s], 512, 512, tail);
    for (channel, dry) in [&l, &r].into_iter().enumerate() {
        let mut expected = vec![0.0; frames + tail];
        convolve_directly(dry, &[1.0], 0.7f32.into(), &mut expected);
        convolve_directly(dry, room.channel(channel), 0.3f32.into(), &mut expected);
        convolve_directly(&s, hall.channel(channel), 0.5, &mut expected);
        let error = relative_rms(out.channel(channel), &expected);
        assert!(error <= 1e-6, "channel {channel}: relative RMS error {error:e}");
    }
}

#[test]
fn true_stereo_equals_the_direct_sums() {
    let (same, other) = (impulse_response::exponential(900, 500.0, 1), impulse_response::exponential(40_000, 9e3, 2));
    let frames = 3000;
    let inputs = [signal(frames, 3), signal(frames, 4)];
    for parts in [vec![Part::Stereo(&same, 0.5), Part::Crossed(&other, 0.25)], vec![Part::Crossed(&same, 1.0)]] {
        let kernel = Arc::new(Kernel::new(&parts));
        let out = run(&kernel, [&inputs[0], &inputs[1], &[]], 511, 4096, kernel.tail());
        for channel in 0..2 {
            let mut expected = vec![0.0; frames + kernel.tail()];
            for part in &parts {
                match *part {
                    Part::Stereo(h, gain) => {
                        convolve_directly(&inputs[channel], h.channel(channel), gain.into(), &mut expected);
                    }
                    Part::Crossed(h, gain) => {
                        convolve_directly(&inputs[1 - channel], h.channel(channel), gain.into(), &mut expected);
                    }
                    _ => unreachable!(),
                }
            }
            let error = relative_rms(out.channel(channel), &expected);
            assert!(error <= 1e-6, "channel {channel}: relative RMS error {error:e}");
        }
    }
}

#[test]
fn full_length_hall_is_as_accurate() {
    let hall = impulse_response::exponential(52_920, 52_920.0, 2);
    let mut send = vec![0.0; 100_000];
    let clicks = [(7, 1.0f32), (41_003, -0.5), (78_152, 0.25), (78_153, 0.75), (99_999, 1.0)];
    let mut expected = [vec![0.0; 152_919], vec![0.0; 152_919]];
    for (at, level) in clicks {
        send[at] = level;
        for (channel, out) in expected.iter_mut().enumerate() {
            convolve_directly(&[level], hall.channel(channel), 1.0, &mut out[at..]);
        }
    }
    let kernel = Arc::new(Kernel::new(&[Part::Direct(1.0), Part::MonoSend(&hall, 1.0)]));
    let silence = vec![0.0; send.len()];
    let out = run(&kernel, [&silence, &silence, &send], 4096, 100, kernel.tail());
    for (channel, expected) in expected.iter().enumerate() {
        assert!(relative_rms(out.channel(channel), expected) <= 1e-6);
    }
}

#[test]
fn same_bits_for_every_chunking() {
    let (room, hall) = (impulse_response::exponential(4410, 4410.0, 1), impulse_response::exponential(20_000, 9e3, 2));
    let frames = 100_000;
    let (l, r, s) = (signal(frames, 3), signal(frames, 4), signal(frames, 5));
    let kernel = Arc::new(Kernel::new(&[Part::Direct(0.7), Part::Stereo(&room, 0.3), Part::MonoSend(&hall, 1.0)]));
    let whole = run(&kernel, [&l, &r, &s], frames, frames, 20_000);
    for (push, pull) in [(1, 1000), (63, 64), (64, 1), (1000, 63), (44_100, 44_100)] {
        assert!(run(&kernel, [&l, &r, &s], push, pull, 20_000) == whole, "blocks of {push} and {pull}");
    }
}

#[test]
fn partitions_of_a_long_response_equal_the_direct_sum() {
    // 60,000 taps take several partitions; impulses and one chord of them keep the direct sum short.
    let hall = impulse_response::exponential(60_000, 50_000.0, 2);
    let room = impulse_response::exponential(45_000, 40_000.0, 3);
    let frames = 150_000;
    let mut inputs = [vec![0.0; frames], vec![0.0; frames], vec![0.0; frames]];
    for (input, places) in
        inputs.iter_mut().zip([[5usize, 16_383, 90_001], [16_384, 40_000, 149_999], [0, 33_000, 120_000]])
    {
        places.iter().for_each(|&place| input[place] = 0.8);
    }
    let [l, r, s] = &inputs;
    let kernel = Arc::new(Kernel::new(&[Part::Stereo(&room, 0.3), Part::MonoSend(&hall, 0.5)]));
    let out = run(&kernel, [l, r, s], 8192, 8192, kernel.tail());
    for (channel, dry) in [l, r].into_iter().enumerate() {
        let mut expected = vec![0.0; frames + kernel.tail()];
        for (input, response, gain) in [(dry, &room, 0.3f32), (s, &hall, 0.5)] {
            for (place, &sample) in input.iter().enumerate().filter(|(_, sample)| **sample != 0.0) {
                for (tap, &value) in response.channel(channel).iter().enumerate() {
                    expected[place + tap] += f64::from(sample) * f64::from(value) * f64::from(gain);
                }
            }
        }
        let error = relative_rms(out.channel(channel), &expected);
        assert!(error <= 1e-6, "channel {channel}: relative RMS error {error:e}");
    }
    assert!(run(&kernel, [l, r, s], 1000, 77, kernel.tail()) == out);
}

#[test]
fn silence_around_the_sound_is_exact() {
    let room = impulse_response::exponential(1000, 700.0, 1);
    let mut l = vec![0.0; 60_000];
    l[30_000..30_100].copy_from_slice(&signal(100, 9));
    let r = vec![0.0; l.len()];
    let kernel = Arc::new(Kernel::new(&[Part::Direct(0.7), Part::Stereo(&room, 0.3)]));
    let out = run(&kernel, [&l, &r, &[]], 64, 64, 0);
    assert!(out.channel(0)[..30_000].iter().all(|&x| x == 0.0));
    assert!(out.channel(0)[31_099..].iter().all(|&x| x == 0.0));
    assert!(out.channel(0)[30_000..31_099].iter().filter(|&&x| x != 0.0).count() > 1090);
}

#[test]
fn nothing_to_convolve_means_no_latency_and_the_same_bits() {
    let kernel = Arc::new(Kernel::new(&[Part::Direct(1.0)]));
    assert_eq!((kernel.latency(), kernel.tail()), (0, 0));
    let mut convolver = Convolver::new(kernel);
    let (l, r) = (signal(100, 1), signal(100, 2));
    convolver.push(&l, &r, &[]);
    let (mut left, mut right) = (vec![0.0; 100], vec![0.0; 100]);
    assert_eq!(convolver.pull(&mut left, &mut right), 100);
    assert_eq!((left, right), (l, r));
}

#[test]
fn an_empty_stream_gives_only_the_tail_asked_for() {
    let room = impulse_response::exponential(100, 70.0, 1);
    let kernel = Arc::new(Kernel::new(&[Part::Stereo(&room, 1.0)]));
    let out = run(&kernel, [&[], &[], &[]], 1, 1, 37);
    assert_eq!(out, AudioBuffer::new(2, 37));
}
