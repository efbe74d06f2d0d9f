//! Convolution with decaying noise. What is made ready beforehand is not counted.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use fft_convolver::{FFTConvolver, TwoStageFFTConvolver};
use rae_dsp::{AudioBuffer, Convolver, Kernel, LiveConvolver, LiveKernel, Part, impulse_response};
use rae_effects::chain::{Chain, Profile, Setup, Slot};
use rae_effects::convolution::{ConvolutionReverb, Response};

use crate::signal::{RATE, Stereo};
use crate::time;

/// Frames of a block when streaming.
const LIVE_BLOCK: usize = 512;

fn response(taps: usize) -> AudioBuffer {
    impulse_response::exponential(taps, taps as f64, 1)
}

pub fn offline(input: &Stereo, taps: usize) -> Duration {
    let response = response(taps);
    let kernel = Arc::new(Kernel::new(&[Part::Direct(0.7), Part::Stereo(&response, 0.3)]));
    let mut convolver = Convolver::new(kernel);
    let mut out = Stereo::room(input.left.len());
    time(|| {
        let mut at = 0;
        for (left, right) in input.left.chunks(8192).zip(input.right.chunks(8192)) {
            convolver.push(left, right, &[]);
            at += convolver.pull(&mut out.left[at..], &mut out.right[at..]);
        }
        convolver.finish(0);
        convolver.pull(&mut out.left[at..], &mut out.right[at..]);
        black_box(&out);
    })
}

/// A chain of nothing but the reverb.
fn chain(taps: usize) -> Chain {
    let reverb = ConvolutionReverb {
        response: Response::Decay { time_s: taps as f64 / f64::from(RATE.hz()) },
        ..ConvolutionReverb::default()
    };
    Chain { description: String::new(), effects: vec![Slot { effect: reverb.into(), mix: 0.3, bypass: false }] }
}

fn through_chain(input: &Stereo, taps: usize, profile: Profile, block: usize) -> Duration {
    let setup = Setup { profile, ..Setup::new(RATE, 2) };
    let mut prepared = chain(taps).prepare_for(&setup).expect("settings within range");
    let mut sound = input.clone();
    time(|| {
        for [left, right] in sound.blocks(block) {
            prepared.process(&mut [left, right]);
        }
        black_box(&sound);
    })
}

pub fn offline_chain(input: &Stereo, taps: usize) -> Duration {
    through_chain(input, taps, Profile::Offline, 8192)
}

pub fn live_chain(input: &Stereo, taps: usize) -> Duration {
    through_chain(input, taps, Profile::Live, LIVE_BLOCK)
}

/// Sizes of blocks: one as short as streams have it (of a long response, as short as takes bearable time), and those among
/// which the other program's best lies.
pub fn offline_blocks(taps: usize) -> &'static [usize] {
    if taps < 10_000 { &[512, 2048, 8192, 16_384] } else { &[8192, 65_536, 131_072] }
}

/// One convolver for each channel, and the dry sound added.
pub fn offline_peer(input: &Stereo, taps: usize, block: usize) -> Duration {
    let response = response(taps);
    let mut convolvers = [0, 1].map(|channel| {
        let mut convolver = FFTConvolver::<f32>::default();
        convolver.init(block, response.channel(channel)).expect("a response");
        convolver
    });
    peer(input, block, |channel, x, y| convolvers[channel].process(x, y).expect("blocks of one length"))
}

pub fn live(input: &Stereo, taps: usize, block: usize) -> Duration {
    let response = response(taps);
    let kernel = Arc::new(LiveKernel::with_block(&[Part::Direct(0.7), Part::Stereo(&response, 0.3)], block));
    let mut convolver = LiveConvolver::new(kernel);
    let mut out = Stereo::room(input.left.len());
    time(|| {
        let inputs = input.left.chunks_exact(LIVE_BLOCK).zip(input.right.chunks_exact(LIVE_BLOCK));
        for ((left, right), out) in inputs.zip(out.blocks(LIVE_BLOCK)) {
            convolver.process([left, right, &[]], out);
        }
        black_box(&out);
    })
}

/// Tail blocks among which the other program's best lies; its own choice is one of them.
pub fn tail_blocks(taps: usize) -> &'static [usize] {
    if taps < 10_000 { &[1024, 2048, 4096] } else { &[2048, 4096, 8192, 16_384] }
}

pub fn live_peer(input: &Stereo, taps: usize, tail: usize) -> Duration {
    let response = response(taps);
    let mut convolvers = [0, 1].map(|channel| {
        let mut convolver = TwoStageFFTConvolver::default();
        convolver.init(LIVE_BLOCK, tail, response.channel(channel)).expect("a response");
        convolver
    });
    peer(input, LIVE_BLOCK, |channel, x, y| convolvers[channel].process(x, y).expect("blocks of one length"))
}

fn peer(input: &Stereo, block: usize, mut convolve: impl FnMut(usize, &[f32], &mut [f32])) -> Duration {
    let mut out = Stereo::room(input.left.len());
    time(|| {
        for (channel, (x, y)) in [(&input.left, &mut out.left), (&input.right, &mut out.right)].into_iter().enumerate()
        {
            for (x, y) in x.chunks(block).zip(y.chunks_mut(block)) {
                convolve(channel, x, y);
                y.iter_mut().zip(x).for_each(|(y, x)| *y = 0.7 * x + 0.3 * *y);
            }
        }
        black_box(&out);
    })
}
