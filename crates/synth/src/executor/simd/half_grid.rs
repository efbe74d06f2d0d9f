//! [`crate::executor::half_grid`] for points, and then frames, side by side.

use super::interpolation::{Groups, group_of};
use super::lanes::{Lanes, MOST_LANES, NARROW, NEAR, Steps, WIDE};
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
    double(lanes, points, pairs(phase, steps.increment() / 2, frames), grid);
    let groups = Groups { points: grid, phase: 2 * phase, steps, frames };
    if steps.increment() <= ONE {
        read::<S, NARROW>(lanes, &groups, out);
    } else if steps.increment() <= TOGETHER {
        read::<S, NEAR>(lanes, &groups, out);
    } else {
        read::<S, WIDE>(lanes, &groups, out);
    }
}

/// Points that are doubled at once: more weights than registers are loaded once for all of them.
const BLOCK: usize = MOST_LANES;

#[inline(always)]
fn double<S: Lanes>(lanes: S, points: &[f32], pairs: usize, grid: &mut Grid) {
    let weights = middle();
    for block in 0..pairs.div_ceil(BLOCK) {
        let points: &[f32; 2 * BLOCK + 2 * MIDDLE] = points[block * BLOCK..].first_chunk().unwrap();
        let grid: &mut [f32; 2 * BLOCK] = grid[2 * block * BLOCK..].first_chunk_mut().unwrap();
        // Two sums each, so that one need not wait for the other.
        let mut sums = [[lanes.splat(0.0); 2]; 2];
        let parts = BLOCK / S::WIDTH;
        for (pair, weight) in weights.iter().enumerate() {
            let weight = lanes.splat(*weight);
            for (part, sums) in sums.iter_mut().enumerate().take(parts) {
                let at = part * S::WIDTH;
                let both = lanes.add(lanes.from(points, at + pair), lanes.from(points, at + 2 * MIDDLE - 1 - pair));
                sums[pair % 2] = lanes.fma(weight, both, sums[pair % 2]);
            }
        }
        for (part, sums) in sums.into_iter().enumerate().take(parts) {
            let at = part * S::WIDTH;
            let sum = lanes.add(sums[0], sums[1]);
            let (low, high) = lanes.interleave(sum, lanes.from(points, at + MIDDLE));
            lanes.store(low, &mut grid[2 * at..]);
            lanes.store(high, &mut grid[2 * at + S::WIDTH..]);
        }
    }
}

#[inline(always)]
fn read<S: Lanes, const APART: u8>(lanes: S, groups: &Groups<'_>, out: &mut Samples) {
    // Sums in pairs are waited for less long than one after the other.
    let weighed = |which: usize, x: [S::Floats; TAPS / 2]| {
        let weight = |pair: usize| lanes.splat(PAIRS[pair][which]);
        let outer = lanes.fma(weight(0), x[0], lanes.mul(weight(1), x[1]));
        lanes.add(outer, lanes.fma(weight(2), x[2], lanes.mul(weight(3), x[3])))
    };
    for group in 0..groups.frames.div_ceil(S::WIDTH) {
        let (points, phase) = groups.group::<S>(group, TAPS);
        let (places, x) = lanes.places(phase, groups.steps);
        let u = lanes.mul(x, x);
        let early = lanes.four::<APART>(points, places, 0);
        let late = lanes.four::<APART>(points, places, TAPS / 2);
        let sum = |pair: usize| lanes.add(early[pair], late[3 - pair]);
        let difference = |pair: usize| lanes.sub(early[pair], late[3 - pair]);
        let sums = [sum(0), sum(1), sum(2), sum(3)];
        let differences = [difference(0), difference(1), difference(2), difference(3)];
        let (still, square, odd) = (weighed(0, sums), weighed(1, sums), weighed(2, differences));
        // The last pair is the one in the middle.
        let linear = lanes.sub(lanes.mul(lanes.splat(0.5), sums[3]), lanes.mul(x, differences[3]));
        let curve = lanes.fma(square, u, lanes.fma(odd, x, still));
        lanes.store(lanes.fma(lanes.sub(lanes.splat(0.25), u), curve, linear), group_of::<S>(out, group));
    }
}

// A run's pairs in whole blocks, and what the last group reaches; a run is a hair more points than frames.
const _: () = assert!(size_of::<Grid>() / size_of::<f32>() >= 2 * (RUN + RUN / 64 + 2 * MOST_LANES) + 3 * MOST_LANES);
// All points under the first step's kernels are in two registers.
const _: () = assert!(2 * MIDDLE == MOST_LANES);
