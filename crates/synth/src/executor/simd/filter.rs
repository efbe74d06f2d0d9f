//! The 2-pole low-pass, 8 outputs at a time.
//!
//! With A(z) = 1 + a₁z + a₂z², 1/A(z) is A(−z) over a polynomial in z². Done thrice, the denominator is one in z⁸: every
//! output depends on those 8 and 16 before it, hence a whole vector on the two vectors before it (scattered look-ahead;
//! Parhi and Messerschmitt 1989, doi:10.1109/29.32286). What the filter remembers enters as an addition to the first two
//! inputs, so that nothing of the longer recursion outlives a segment.

use super::lanes::{FILTER_WIDTH, Lanes};
use crate::executor::QUANTUM;
use crate::executor::filter::{LowPass, Memory, bounded};

/// Filters the first `frames` (at least one) of `samples`; what follows them there is spoilt.
#[inline(always)]
pub(super) fn run<S: Lanes>(
    lanes: S,
    low_pass: &LowPass,
    memory: &mut Memory,
    samples: &mut [f32; QUANTUM],
    frames: usize,
) {
    let &LowPass { b0, a1, a2 } = low_pass;
    let [x1, x2, y1, y2] = *memory;
    let inputs = last_inputs(samples, frames, x1);
    let zero = lanes.splat_double(0.0);
    let (outer, inner) = (lanes.splat_double(b0), lanes.splat_double(2.0 * b0));
    let [by_a, by_b, by_c, poles] = factors(lanes, a1, a2);
    let mut remembered = lanes.load_doubles(&[-a1 * y1 - a2 * y2, -a2 * y1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let mut x_before = lanes.load_doubles(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, x2, x1]);
    let (mut fed_before, mut a_before, mut b_before) = (zero, zero, zero);
    let (mut last, mut older) = (zero, zero);
    for block in samples.as_chunks_mut::<FILTER_WIDTH>().0.iter_mut().take(frames.div_ceil(FILTER_WIDTH)) {
        let x = lanes.widen(block);
        let fed = lanes.fma_doubles(lanes.delayed::<2>(x_before, x), outer, remembered);
        let fed = lanes.fma_doubles(lanes.delayed::<1>(x_before, x), inner, fed);
        let fed = lanes.fma_doubles(x, outer, fed);
        let a = by_a.apply(lanes, fed, lanes.delayed::<1>(fed_before, fed), lanes.delayed::<2>(fed_before, fed));
        let b = by_b.apply(lanes, a, lanes.delayed::<2>(a_before, a), lanes.delayed::<4>(a_before, a));
        let c = by_c.apply(lanes, b, lanes.delayed::<4>(b_before, b), b_before);
        let y = poles.apply(lanes, c, last, older);
        lanes.narrow(y, block);
        (x_before, fed_before, a_before, b_before) = (x, fed, a, b);
        (older, last, remembered) = (last, y, zero);
    }
    let mut outputs = [0.0; 2 * FILTER_WIDTH];
    lanes.store_doubles(older, outputs.first_chunk_mut().unwrap());
    lanes.store_doubles(last, outputs.last_chunk_mut().unwrap());
    // One past the last valid output.
    let end = FILTER_WIDTH + frames - (frames - 1) / FILTER_WIDTH * FILTER_WIDTH;
    let second_last = if frames > 1 { outputs[end - 2] } else { y1 };
    *memory = bounded([inputs[0], inputs[1], outputs[end - 1], second_last]);
}

/// The latest two inputs after `frames`, the last first.
#[inline(always)]
fn last_inputs(samples: &[f32; QUANTUM], frames: usize, before: f64) -> [f64; 2] {
    let older = if frames > 1 { f64::from(samples[frames - 2]) } else { before };
    [f64::from(samples[frames - 1]), older]
}

/// 1 + near·zⁿ + far·z²ⁿ.
struct Factor<S: Lanes> {
    near: S::Doubles,
    far: S::Doubles,
}

impl<S: Lanes> Factor<S> {
    #[inline(always)]
    fn new(lanes: S, near: f64, far: f64) -> Factor<S> {
        Factor { near: lanes.splat_double(near), far: lanes.splat_double(far) }
    }

    #[inline(always)]
    fn apply(&self, lanes: S, x: S::Doubles, near: S::Doubles, far: S::Doubles) -> S::Doubles {
        lanes.fma_doubles(self.near, near, lanes.fma_doubles(self.far, far, x))
    }
}

/// A(−z), then what does the same to A(z)·A(−z) in z², then in z⁴; last the recursion in z⁸.
#[inline(always)]
fn factors<S: Lanes>(lanes: S, a1: f64, a2: f64) -> [Factor<S>; 4] {
    let squared = |[near, far]: [f64; 2]| [2.0 * far - near * near, far * far];
    let a = [a1, a2];
    let b = squared(a);
    let c = squared(b);
    let poles = squared(c);
    let mirrored = |[near, far]: [f64; 2]| Factor::new(lanes, -near, far);
    [mirrored(a), mirrored(b), mirrored(c), Factor::new(lanes, -poles[0], -poles[1])]
}
