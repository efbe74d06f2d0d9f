//! The windowed sinc for transposing down, where fewer points than frames are read.
//!
//! The polynomials' sums over the taps are filters of the points, one for each power of the fraction (C. W. Farrow, "A
//! continuously variable digital delay element", ISCAS 1988, doi:10.1109/ISCAS.1988.15483). They are computed once per
//! point; a frame then costs a polynomial.

use super::interpolation::{Groups, group_of};
use super::lanes::{Lanes, WIDTH};
use super::pieces::{Pieces, TERMS};
use crate::executor::{ONE, RUN, Samples};

/// Largest increment at which this is quicker than a kernel for every frame, a few frames apart from many.
const FAST: u64 = ONE / 5 * 4;

/// Taps of the kernel for transposing down.
const TAPS: usize = 16;

/// Per power of the fraction, the filtered points, and what a register may touch beyond them.
pub(crate) type Filtered = [[f32; RUN + 3 * WIDTH]; 2 * TERMS];

/// Room for it.
pub(crate) const NOTHING_FILTERED: Filtered = [[0.0; RUN + 3 * WIDTH]; 2 * TERMS];

/// Whether this serves an increment. It depends on nothing else, since the two ways differ in their last bits.
#[inline(always)]
pub(super) fn serves(increment: u64) -> bool {
    increment <= FAST
}

/// Interpolates the groups.
#[inline(always)]
pub(super) fn run<S: Lanes>(
    lanes: S,
    pieces: &Pieces,
    groups: &Groups<'_>,
    filtered: &mut Filtered,
    out: &mut Samples,
) {
    let last = groups.phase + (groups.frames as u64 - 1) * groups.steps.increment;
    let blocks = (last >> 32) as usize / WIDTH + 1;
    let mut block = 0;
    while blocks - block > 2 {
        filter::<S, 3>(lanes, pieces, groups.points, block, filtered);
        block += 3;
    }
    match blocks - block {
        0 => {}
        1 => filter::<S, 1>(lanes, pieces, groups.points, block, filtered),
        _ => filter::<S, 2>(lanes, pieces, groups.points, block, filtered),
    }
    for group in 0..groups.frames.div_ceil(WIDTH) {
        let (first, phase) = groups.start(group);
        let (places, x) = lanes.places(phase, groups.steps);
        let at = |power: usize| {
            lanes.pick::<false>(filtered[power][first..first + 2 * WIDTH].first_chunk().unwrap(), places)
        };
        let mut sum = at(2 * TERMS - 1);
        let mut power = 2 * TERMS - 1;
        while power > 0 {
            power -= 1;
            sum = lanes.fma(sum, x, at(power));
        }
        lanes.store(sum, group_of(out, group));
    }
}

/// Filters the points: all blocks side by side where the registers suffice, so that a coefficient is fetched once.
#[inline(always)]
fn filter<S: Lanes, const N: usize>(lanes: S, pieces: &Pieces, points: &[f32], first: usize, filtered: &mut Filtered) {
    let (even, odd) = (&pieces.even[..TAPS / 2], &pieces.odd[..TAPS / 2]);
    if S::MANY_REGISTERS {
        let mut sums = [[lanes.splat(0.0); 2 * TERMS]; N];
        for pair in 0..TAPS / 2 {
            let mut inputs = [(lanes.splat(0.0), lanes.splat(0.0)); N];
            for (block, input) in inputs.iter_mut().enumerate() {
                let (a, b) = around(lanes, points, first + block, pair);
                *input = (lanes.add(a, b), lanes.sub(a, b));
            }
            // Term by term, or a sum would have to leave its register for a coefficient.
            for term in 0..TERMS {
                let (even, odd) = (lanes.splat(even[pair][term]), lanes.splat(odd[pair][term]));
                for (sums, &(sum, difference)) in sums.iter_mut().zip(&inputs) {
                    sums[2 * term] = lanes.fma(sum, even, sums[2 * term]);
                    sums[2 * term + 1] = lanes.fma(difference, odd, sums[2 * term + 1]);
                }
            }
        }
        for (block, sums) in sums.iter().enumerate() {
            for (power, &sum) in sums.iter().enumerate() {
                lanes.store(sum, block_of(&mut filtered[power], first + block));
            }
        }
        return;
    }
    for block in 0..N {
        half(
            lanes,
            even,
            |pair| {
                let (a, b) = around(lanes, points, first + block, pair);
                lanes.add(a, b)
            },
            |term, sum| lanes.store(sum, block_of(&mut filtered[2 * term], first + block)),
        );
        half(
            lanes,
            odd,
            |pair| {
                let (a, b) = around(lanes, points, first + block, pair);
                lanes.sub(a, b)
            },
            |term, sum| lanes.store(sum, block_of(&mut filtered[2 * term + 1], first + block)),
        );
    }
}

/// The filters of the even or of the odd powers, for one block.
#[inline(always)]
fn half<S: Lanes>(
    lanes: S,
    coefficients: &[[f32; TERMS]],
    input: impl Fn(usize) -> S::Floats,
    mut done: impl FnMut(usize, S::Floats),
) {
    let mut sums = [lanes.splat(0.0); TERMS];
    for (pair, coefficients) in coefficients.iter().enumerate() {
        let input = input(pair);
        for term in 0..TERMS {
            sums[term] = lanes.fma(input, lanes.splat(coefficients[term]), sums[term]);
        }
    }
    for (term, sum) in sums.into_iter().enumerate() {
        done(term, sum);
    }
}

/// For every position of a block the points under a tap and under its mirror image.
#[inline(always)]
fn around<S: Lanes>(lanes: S, points: &[f32], block: usize, pair: usize) -> (S::Floats, S::Floats) {
    let load = |tap: usize| lanes.load(points[block * WIDTH + tap..][..WIDTH].first_chunk().unwrap());
    (load(pair), load(TAPS - 1 - pair))
}

#[inline(always)]
fn block_of(filtered: &mut [f32], block: usize) -> &mut [f32; WIDTH] {
    filtered[block * WIDTH..(block + 1) * WIDTH].first_chunk_mut().unwrap()
}
