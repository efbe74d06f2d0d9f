//! [`crate::executor::half_grid`] for 16 points, and then 16 frames, at a time.

use super::interpolation::{Groups, group_of};
use super::lanes::{Lanes, NARROW, NEAR, Steps, WIDE, WIDTH};
use crate::executor::half_grid::{MIDDLE, PAIRS, TAPS, middle, pairs};
use crate::executor::{Grid, ONE, RUN, Samples};

/// Largest increment on the grid at which 16 frames read from 32 neighbouring points at all taps.
const TOGETHER: u64 = ONE / 5 * 8;

/// Interpolates the groups from `phase` on; `steps` are those on the grid, which are twice those between points.
#[inline(always)]
pub(super) fn run<S: Lanes>(
    lanes: S,
    steps: &Steps,
    (points, phase): (&[f32], u64),
    frames: usize,
    grid: &mut Grid,
    out: &mut Samples,
) {
    double(lanes, points, pairs(phase, steps.increment / 2, frames), grid);
    let groups = Groups { points: grid, phase: 2 * phase, steps, frames };
    if steps.increment <= ONE {
        read::<S, NARROW>(lanes, &groups, out);
    } else if steps.increment <= TOGETHER {
        read::<S, NEAR>(lanes, &groups, out);
    } else {
        read::<S, WIDE>(lanes, &groups, out);
    }
}

#[inline(always)]
fn double<S: Lanes>(lanes: S, points: &[f32], pairs: usize, grid: &mut Grid) {
    let weights = middle();
    for block in 0..pairs.div_ceil(WIDTH) {
        let points: &[f32; 2 * WIDTH] = points[block * WIDTH..].first_chunk().unwrap();
        // Two sums, so that one need not wait for the other.
        let mut sums = [lanes.splat(0.0); 2];
        for (pair, weight) in weights.iter().enumerate() {
            let both = lanes.add(lanes.from(points, pair), lanes.from(points, 2 * MIDDLE - 1 - pair));
            sums[pair % 2] = lanes.fma(lanes.splat(*weight), both, sums[pair % 2]);
        }
        let sum = lanes.add(sums[0], sums[1]);
        let (low, high) = lanes.interleave(sum, lanes.from(points, MIDDLE));
        let grid: &mut [f32; 2 * WIDTH] = grid[2 * block * WIDTH..].first_chunk_mut().unwrap();
        lanes.store(low, grid.first_chunk_mut().unwrap());
        lanes.store(high, grid.last_chunk_mut().unwrap());
    }
}

#[inline(always)]
fn read<S: Lanes, const APART: u8>(lanes: S, groups: &Groups<'_>, out: &mut Samples) {
    for group in 0..groups.frames.div_ceil(WIDTH) {
        let (points, phase) = groups.group(group, WIDTH);
        let points = points.first_chunk().unwrap();
        let (places, x) = lanes.places(phase, groups.steps);
        let u = lanes.mul(x, x);
        let zero = lanes.splat(0.0);
        let (mut still, mut square, mut odd) = (zero, zero, zero);
        let (mut sum, mut difference) = (zero, zero);
        for (pair, [a, b, c]) in PAIRS.iter().enumerate() {
            let early = lanes.pick_tap::<APART>(points, places, pair);
            let late = lanes.pick_tap::<APART>(points, places, TAPS - 1 - pair);
            (sum, difference) = (lanes.add(early, late), lanes.sub(early, late));
            still = lanes.fma(lanes.splat(*a), sum, still);
            square = lanes.fma(lanes.splat(*b), sum, square);
            odd = lanes.fma(lanes.splat(*c), difference, odd);
        }
        // The last pair is the one in the middle.
        let linear = lanes.sub(lanes.mul(lanes.splat(0.5), sum), lanes.mul(x, difference));
        let curve = lanes.fma(square, u, lanes.fma(odd, x, still));
        lanes.store(lanes.fma(lanes.sub(lanes.splat(0.25), u), curve, linear), group_of(out, group));
    }
}

// A run's pairs in whole blocks, and what the last group reaches; a run is a hair more points than frames.
const _: () = assert!(size_of::<Grid>() / size_of::<f32>() >= 2 * (RUN + RUN / 64 + 2 * WIDTH) + 3 * WIDTH);
// All points under the first step's kernels are in two registers.
const _: () = assert!(2 * MIDDLE == WIDTH);
