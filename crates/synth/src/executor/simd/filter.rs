//! The 2-pole low-pass in blocks of 8 outputs.
//!
//! Within a block the recursion is a product with the impulse response of the poles, plus what is left of the two outputs
//! before it: y = Σⱼ h(·−j)·fⱼ + h(·+1)·y₁ − a₂·h(·)·y₂, where f is the input after the zeros.

use super::lanes::{FILTER_WIDTH, Lanes};
use crate::executor::filter::{LowPass, Memory, bounded};
use crate::executor::{FilterState, QUANTUM};

/// Filters the first `frames` of `samples`.
#[inline(always)]
pub(super) fn run<S: Lanes>(
    lanes: S,
    low_pass: &LowPass,
    state: &mut FilterState,
    samples: &mut [f32; QUANTUM],
    frames: usize,
) {
    let &LowPass { b0, a1, a2 } = low_pass;
    if state.feedback != [a1, a2] {
        state.feedback = [a1, a2];
        state.response = response(a1, a2);
    }
    let [x1, x2, y1, y2] = state.memory;
    let mut inputs = [0.0f64; QUANTUM + FILTER_WIDTH];
    (inputs[0], inputs[1]) = (x2, x1);
    let fed = feed(lanes, b0, &mut inputs, samples);
    let mut last = [y1, y2];
    let whole = frames / FILTER_WIDTH;
    recur(lanes, state, &fed, &mut last, samples, whole);
    for (f, sample) in fed[..frames].iter().zip(&mut samples[..frames]).skip(whole * FILTER_WIDTH) {
        let y = f - a1 * last[0] - a2 * last[1];
        last = [y, last[0]];
        *sample = y as f32;
    }
    state.memory = bounded(Memory::from([inputs[frames + 1], inputs[frames], last[0], last[1]]));
}

/// Impulse response of the poles, after as many zeros as a block's columns reach back.
#[inline(always)]
fn response(a1: f64, a2: f64) -> [f64; 2 * FILTER_WIDTH] {
    let mut response = [0.0; 2 * FILTER_WIDTH];
    response[FILTER_WIDTH - 1] = 1.0;
    for n in FILTER_WIDTH..2 * FILTER_WIDTH {
        response[n] = -a1 * response[n - 1] - a2 * response[n - 2];
    }
    response
}

/// b₀·(x + 2x₁ + x₂), the input's two predecessors being the first two of `inputs`.
#[inline(always)]
fn feed<S: Lanes>(
    lanes: S,
    b0: f64,
    inputs: &mut [f64; QUANTUM + FILTER_WIDTH],
    samples: &[f32; QUANTUM],
) -> [f64; QUANTUM] {
    let (outer, inner) = (lanes.splat_double(b0), lanes.splat_double(2.0 * b0));
    for (block, samples) in samples.as_chunks::<FILTER_WIDTH>().0.iter().enumerate() {
        let to = block * FILTER_WIDTH + 2;
        lanes.store_doubles(lanes.widen(samples), inputs[to..to + FILTER_WIDTH].first_chunk_mut().unwrap());
    }
    let mut fed = [0.0; QUANTUM];
    for (block, fed) in fed.as_chunks_mut::<FILTER_WIDTH>().0.iter_mut().enumerate() {
        let at = block * FILTER_WIDTH;
        let old = lanes.load_doubles(inputs[at..at + FILTER_WIDTH].first_chunk().unwrap());
        let middle = lanes.load_doubles(inputs[at + 1..at + 1 + FILTER_WIDTH].first_chunk().unwrap());
        let new = lanes.load_doubles(inputs[at + 2..at + 2 + FILTER_WIDTH].first_chunk().unwrap());
        let sum = lanes.fma_doubles(old, outer, lanes.splat_double(0.0));
        lanes.store_doubles(lanes.fma_doubles(new, outer, lanes.fma_doubles(middle, inner, sum)), fed);
    }
    fed
}

#[inline(always)]
fn recur<S: Lanes>(
    lanes: S,
    state: &FilterState,
    fed: &[f64; QUANTUM],
    last: &mut [f64; 2],
    samples: &mut [f32; QUANTUM],
    blocks: usize,
) {
    let response = &state.response;
    let column = |j: usize| -> &[f64; FILTER_WIDTH] {
        response[FILTER_WIDTH - 1 - j..2 * FILTER_WIDTH - 1 - j].first_chunk().unwrap()
    };
    let mut older = [0.0; FILTER_WIDTH];
    for (older, h) in older.iter_mut().zip(column(0)) {
        *older = -state.feedback[1] * h;
    }
    let from_last = lanes.load_doubles(response.last_chunk().unwrap());
    let from_older = lanes.load_doubles(&older);
    let (one, zero) = (lanes.splat_double(1.0), lanes.splat_double(0.0));
    let mut before = [lanes.splat_double(last[0]), lanes.splat_double(last[1])];
    let mut outputs = [0.0; FILTER_WIDTH];
    let blocks_of = fed.as_chunks::<FILTER_WIDTH>().0.iter().zip(samples.as_chunks_mut::<FILTER_WIDTH>().0);
    for (fed, samples) in blocks_of.take(blocks) {
        let mut sums = [zero, zero];
        let mut j = 0;
        while j < FILTER_WIDTH {
            sums[0] = lanes.fma_doubles(lanes.load_doubles(column(j)), lanes.splat_double(fed[j]), sums[0]);
            sums[1] = lanes.fma_doubles(lanes.load_doubles(column(j + 1)), lanes.splat_double(fed[j + 1]), sums[1]);
            j += 2;
        }
        let forced = lanes.fma_doubles(sums[0], one, sums[1]);
        let y = lanes.fma_doubles(from_last, before[0], lanes.fma_doubles(from_older, before[1], forced));
        before = lanes.last_two(y);
        lanes.narrow(y, samples);
        lanes.store_doubles(y, &mut outputs);
    }
    if blocks > 0 {
        *last = [outputs[FILTER_WIDTH - 1], outputs[FILTER_WIDTH - 2]];
    }
}
