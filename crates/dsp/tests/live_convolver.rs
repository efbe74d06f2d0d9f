//! The live convolver beside the offline one and the sum that defines both, and beside itself under other groupings.

use std::sync::Arc;

use rae_dsp::hash::{mix64, noise};
use rae_dsp::{AudioBuffer, Convolver, Kernel, LiveConvolver, LiveKernel, Part, impulse_response};

const BLOCK: usize = LiveConvolver::BLOCK;

fn signal(frames: usize, seed: u64) -> Vec<f32> {
    (0..frames as u64).map(|n| noise(seed, n) as f32).collect()
}

/// A response of unit energy that is loud to its end, so that every partition matters.
fn response(frames: usize, seed: u64) -> AudioBuffer {
    impulse_response::exponential(frames, 4.0 * frames as f64, seed)
}

fn live(parts: &[Part], inputs: [&[f32]; 3], grouping: impl Fn(u64) -> usize) -> AudioBuffer {
    let mut convolver = LiveConvolver::new(Arc::new(LiveKernel::new(parts)));
    let mut out = AudioBuffer::new(2, inputs[0].len());
    let (left, right) = out.stereo_mut();
    let (mut at, mut call) = (0, 0);
    while at < left.len() {
        let block = at..left.len().min(at + BLOCK * grouping(call));
        let inputs = inputs.map(|input| input.get(block.clone()).unwrap_or(&[]));
        convolver.process(inputs, [&mut left[block.clone()], &mut right[block.clone()]]);
        (at, call) = (block.end, call + 1);
    }
    out
}

fn offline(parts: &[Part], [left, right, send]: [&[f32]; 3]) -> AudioBuffer {
    let mut convolver = Convolver::new(Arc::new(Kernel::new(parts)));
    convolver.push(left, right, send);
    convolver.finish(0);
    let mut out = AudioBuffer::new(2, left.len());
    let (out_left, out_right) = out.stereo_mut();
    assert_eq!(convolver.pull(out_left, out_right), left.len());
    out
}

/// The largest difference, in dBFS.
fn difference(a: &AudioBuffer, b: &AudioBuffer) -> f64 {
    assert_eq!(a.planar().len(), b.planar().len());
    let largest = a.planar().iter().zip(b.planar()).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max);
    20.0 * largest.log10()
}

fn assert_agrees(what: &str, parts: &[Part], inputs: [&[f32]; 3]) {
    let apart = difference(&live(parts, inputs, |_| 1), &offline(parts, inputs));
    assert!(apart < -110.0, "{what}: {apart:.1} dBFS apart");
}

#[test]
fn agrees_with_the_offline_convolver_on_noise() {
    for (frames, length) in
        [(1, 1000), (63, 1000), (64, 1000), (1025, 9000), (4410, 20_000), (53_000, 120_000), (441_000, 640_000)]
    {
        let (room, hall) = (response(frames, 1), response(frames, 2));
        let length = length / BLOCK * BLOCK;
        let [left, right, send] = [3, 4, 5].map(|seed| signal(length, seed));
        let parts = [Part::Direct(0.7), Part::Stereo(&room, 0.3), Part::MonoSend(&hall, 0.5)];
        assert_agrees(&format!("{frames} taps"), &parts, [&left, &right, &send]);
    }
}

#[test]
fn longer_blocks_make_the_same_sound() {
    let (room, hall) = (response(4410, 1), response(70_000, 2));
    let parts = [Part::Direct(0.7), Part::Stereo(&room, 0.3), Part::Crossed(&hall, 0.3), Part::MonoSend(&hall, 0.5)];
    let length = 32 * 4096;
    let [left, right, send] = [3, 4, 5].map(|seed| signal(length, seed));
    let expected = offline(&parts, [&left, &right, &send]);
    for block in [128, 512, 1024, 4096] {
        let kernel = Arc::new(LiveKernel::with_block(&parts, block));
        assert_eq!(kernel.block(), block);
        let run = |blocks: usize| {
            let mut convolver = LiveConvolver::new(Arc::clone(&kernel));
            let mut out = AudioBuffer::new(2, length);
            let (out_left, out_right) = out.stereo_mut();
            for start in (0..length).step_by(blocks * block) {
                let part = start..length.min(start + blocks * block);
                let inputs = [&left[part.clone()], &right[part.clone()], &send[part.clone()]];
                convolver.process(inputs, [&mut out_left[part.clone()], &mut out_right[part]]);
            }
            out
        };
        let out = run(1);
        assert!(difference(&out, &expected) < -110.0, "blocks of {block}");
        assert!(run(3) == out, "blocks of {block}");
    }
}

#[test]
fn agrees_on_true_stereo() {
    let [left, right, send] = [3, 4, 5].map(|seed| signal(BLOCK * 1600, seed));
    for (straight, crossed) in [(100, 70_000), (9000, 4410)] {
        let (straight, crossed) = (response(straight, 1), response(crossed, 2));
        let all = [Part::Crossed(&crossed, 0.5), Part::Stereo(&straight, 0.5), Part::MonoSend(&straight, 0.5)];
        for parts in [&all[..], &all[..2], &all[..1]] {
            assert_agrees("true stereo", parts, [&left, &right, &send]);
        }
    }
}

#[test]
fn agrees_when_the_parts_differ_in_length() {
    let [left, right, send] = [3, 4, 5].map(|seed| signal(BLOCK * 1600, seed));
    for (room, hall) in [(100, 70_000), (70_000, 100), (4410, 52_920), (8192, 1024), (66_000, 513)] {
        let (room, hall) = (response(room, 1), response(hall, 2));
        let both = [Part::Stereo(&room, 0.5), Part::MonoSend(&hall, 0.5)];
        let name = format!("{} and {} taps", room.frames(), hall.frames());
        assert_agrees(&name, &both, [&left, &right, &send]);
        assert_agrees(&name, &both[..1], [&left, &right, &send]);
        assert_agrees(&name, &both[1..], [&left, &right, &send]);
        assert_agrees(&name, &both, [&left, &right, &[]]);
    }
}

/// An impulse gives back the response itself, wherever it falls and from its very block on.
#[test]
fn an_impulse_gives_the_response_without_delay() {
    for frames in [1, 63, 64, 65, 4410, 53_000, 441_000] {
        let hall = response(frames, 7);
        for at in [0, 63, 64, 511, 4100, 40_000] {
            let length = (at + frames + 100).next_multiple_of(BLOCK);
            let mut click = vec![0.0; length];
            click[at] = 1.0;
            let silence = vec![0.0; length];
            let out = live(&[Part::MonoSend(&hall, 1.0)], [&silence, &silence, &click], |_| 7);
            let mut expected = AudioBuffer::new(2, length);
            for channel in 0..2 {
                expected.channel_mut(channel)[at..at + frames].copy_from_slice(hall.channel(channel));
            }
            let apart = difference(&out, &expected);
            assert!(apart < -110.0, "{frames} taps, click at {at}: {apart:.1} dBFS apart");
        }
    }
}

/// The sum that defines a convolution, in `f64`, at some frames.
#[test]
fn follows_the_direct_sum() {
    let room = response(70_000, 1);
    let length = BLOCK * 2500;
    let [left, right] = [3, 4].map(|seed| signal(length, seed));
    let out = live(&[Part::Stereo(&room, 1.0)], [&left, &right, &[]], |_| 3);
    for frame in (0..length).step_by(997) {
        for (channel, input) in [&left, &right].into_iter().enumerate() {
            let taps = room.channel(channel).iter().take(frame + 1).enumerate();
            let sum: f64 = taps.map(|(lag, &tap)| f64::from(tap) * f64::from(input[frame - lag])).sum();
            let error = (f64::from(out.channel(channel)[frame]) - sum).abs();
            assert!(error < 3e-6, "frame {frame}: {error:e}");
        }
    }
}

#[test]
fn same_bits_for_every_grouping_of_calls() {
    let (room, hall) = (response(4410, 1), response(80_000, 2));
    let [left, right, send] = [3, 4, 5].map(|seed| signal(BLOCK * 3000, seed));
    let parts = [Part::Direct(0.7), Part::Stereo(&room, 0.3), Part::MonoSend(&hall, 1.0)];
    let single = live(&parts, [&left, &right, &send], |_| 1);
    for seed in 0..4 {
        let random = |call| (mix64(seed << 32 | call) % 40) as usize + 1;
        assert!(live(&parts, [&left, &right, &send], random) == single, "grouping {seed}");
    }
    assert!(live(&parts, [&left, &right, &send], |_| 3000) == single);
}

#[test]
fn sums_parts_of_a_kind() {
    let (short, long) = (response(300, 1), response(3000, 2));
    let [left, right, send] = [3, 4, 5].map(|seed| signal(BLOCK * 100, seed));
    let parts = [
        Part::Direct(0.5),
        Part::Direct(0.25),
        Part::Stereo(&short, 0.5),
        Part::Stereo(&long, -0.25),
        Part::MonoSend(&long, 0.5),
        Part::MonoSend(&short, 0.25),
        Part::MonoSend(&short, 0.0),
    ];
    assert_agrees("seven parts", &parts, [&left, &right, &send]);
}

#[test]
fn nothing_to_convolve_keeps_the_bits() {
    let [left, right] = [3, 4].map(|seed| signal(BLOCK * 10, seed));
    let empty = AudioBuffer::new(2, 0);
    let out = live(&[Part::Direct(1.0), Part::Stereo(&empty, 1.0)], [&left, &right, &[]], |_| 2);
    assert!(out.channel(0) == left && out.channel(1) == right);
    assert_eq!(LiveKernel::new(&[Part::Direct(1.0)]).tail(), 0);
    assert_eq!(LiveKernel::new(&[Part::MonoSend(&response(300, 1), 1.0)]).tail(), 299);
}

/// Silence before the sound and after its tail is exact, and what was once not a number does not stay.
#[test]
fn becomes_silent_after_anything() {
    let hall = response(20_000, 1);
    for poison in [1.0, f32::NAN, f32::INFINITY, f32::MIN_POSITIVE / 8.0] {
        let length = BLOCK * 1000;
        let silence = vec![0.0; length];
        let mut input = silence.clone();
        input[12_345] = poison;
        let out = live(&[Part::Stereo(&hall, 0.5), Part::MonoSend(&hall, 0.5)], [&silence, &input, &input], |_| 1);
        for channel in 0..2 {
            assert!(out.channel(channel)[..12_000].iter().all(|&x| x == 0.0));
            // Rounding may reach as far as the windows do: two of the longest periods.
            assert!(out.channel(channel)[12_345 + 20_000 + 3 * 8192..].iter().all(|&x| x == 0.0), "{poison}");
        }
    }
}
