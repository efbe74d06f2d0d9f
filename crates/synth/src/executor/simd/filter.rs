//! The 2-pole low-pass in blocks of 8 outputs.
//!
//! Within a block the recursion is a product with the impulse response of the poles, plus what is left of the two outputs
//! before it: y = Σⱼ h(·−j)·fⱼ + h(·+1)·y₁ − a₂·h(·)·y₂, where f is the input after the zeros.

use super::lanes::{FILTER_WIDTH, Lanes};
use crate::executor::filter::{LowPass, bounded};
use crate::executor::{QUANTUM, VoiceState};

/// Filters the first `frames` (at least one) of `samples`; what follows them there is spoilt.
#[inline(always)]
pub(super) fn run<S: Lanes>(
    lanes: S,
    low_pass: &LowPass,
    state: &mut VoiceState,
    samples: &mut [f32; QUANTUM],
    frames: usize,
) {
    let &LowPass { b0, a1, a2 } = low_pass;
    if state.feedback != [a1, a2] {
        state.feedback = [a1, a2];
        state.response = response(a1, a2);
    }
    let [x1, x2, y1, y2] = state.memory;
    let inputs = last_inputs(samples, frames, x1);
    let poles = Poles::new(lanes, state);
    let (outer, inner) = (lanes.splat_double(b0), lanes.splat_double(2.0 * b0));
    let mut before = lanes.load_doubles(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, x2, x1]);
    let mut last = [lanes.splat_double(y1), lanes.splat_double(y2)];
    // The two before a block, and the block.
    let mut outputs = [0.0; FILTER_WIDTH + 2];
    (outputs[FILTER_WIDTH], outputs[FILTER_WIDTH + 1]) = (y2, y1);
    let blocks = samples.as_chunks_mut::<FILTER_WIDTH>().0;
    for block in blocks.iter_mut().take(frames.div_ceil(FILTER_WIDTH)) {
        let x = lanes.widen(block);
        let [x1, x2] = lanes.delayed(before, x);
        before = x;
        let sum = lanes.fma_doubles(x2, outer, lanes.splat_double(0.0));
        let fed = lanes.fma_doubles(x, outer, lanes.fma_doubles(x1, inner, sum));
        let y = poles.block(lanes, fed, last);
        last = lanes.last_two(y);
        lanes.narrow(y, block);
        (outputs[0], outputs[1]) = (outputs[FILTER_WIDTH], outputs[FILTER_WIDTH + 1]);
        lanes.store_doubles(y, outputs[2..].first_chunk_mut().unwrap());
    }
    // Where the last block was begun but not filled, its first outputs count, with the two before them.
    let valid = frames - (frames - 1) / FILTER_WIDTH * FILTER_WIDTH;
    state.memory = bounded([inputs[0], inputs[1], outputs[valid + 1], outputs[valid]]);
}

/// The latest two inputs after `frames`, the last first.
#[inline(always)]
fn last_inputs(samples: &[f32; QUANTUM], frames: usize, before: f64) -> [f64; 2] {
    let older = if frames > 1 { f64::from(samples[frames - 2]) } else { before };
    [f64::from(samples[frames - 1]), older]
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

/// The recursion as a matrix, column by column, and what the two outputs before a block leave in it.
struct Poles<S: Lanes> {
    columns: [S::Doubles; FILTER_WIDTH],
    from_last: S::Doubles,
    from_older: S::Doubles,
}

impl<S: Lanes> Poles<S> {
    #[inline(always)]
    fn new(lanes: S, state: &VoiceState) -> Poles<S> {
        let response = &state.response;
        let mut columns = [lanes.splat_double(0.0); FILTER_WIDTH];
        let mut j = 0;
        while j < FILTER_WIDTH {
            let from = FILTER_WIDTH - 1 - j;
            columns[j] = lanes.load_doubles(response[from..from + FILTER_WIDTH].first_chunk().unwrap());
            j += 1;
        }
        let zero = lanes.splat_double(0.0);
        Poles {
            columns,
            from_last: lanes.load_doubles(response.last_chunk().unwrap()),
            from_older: lanes.fma_doubles(columns[0], lanes.splat_double(-state.feedback[1]), zero),
        }
    }

    #[inline(always)]
    fn block(&self, lanes: S, fed: S::Doubles, last: [S::Doubles; 2]) -> S::Doubles {
        let mut inputs = [0.0; FILTER_WIDTH];
        lanes.store_doubles(fed, &mut inputs);
        let zero = lanes.splat_double(0.0);
        let mut sums = [zero, zero];
        let mut j = 0;
        while j < FILTER_WIDTH {
            sums[0] = lanes.fma_doubles(self.columns[j], lanes.splat_double(inputs[j]), sums[0]);
            sums[1] = lanes.fma_doubles(self.columns[j + 1], lanes.splat_double(inputs[j + 1]), sums[1]);
            j += 2;
        }
        let forced = lanes.fma_doubles(sums[0], lanes.splat_double(1.0), sums[1]);
        lanes.fma_doubles(self.from_last, last[0], lanes.fma_doubles(self.from_older, last[1], forced))
    }
}
