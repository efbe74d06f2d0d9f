//! The interpolation kernels for 16 frames at a time.

use super::half_grid;
use super::lanes::{Lanes, Steps, WIDTH};
use super::pieces::{self, Pieces, TERMS, pieces, terms};
use crate::Interpolation;
use crate::executor::interpolation::{Kernel, Reach, Run};
use crate::executor::sinc::{self, Table};
use crate::executor::{Grid, ONE, PART, Samples, half_grid::REACH, half_grid::serves};

/// Largest increment that picks 16 frames' points from two registers.
pub(super) const WIDEST: u64 = 2 * ONE;

/// Computes all polynomials; the first of the tables that are needed beside them.
pub(in crate::executor) fn prepare() -> usize {
    let last = sinc::index(WIDEST);
    (1..=last).for_each(|index| {
        pieces::prepare(index);
    });
    // Increments a little beyond the widest share its table.
    last
}

/// What 16 frames at a time need to be read at one increment, up to [`WIDEST`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Near {
    increment: u64,
    steps: Steps,
    kernel: NearKernel,
}

#[derive(Clone, Copy, Debug, Default)]
enum NearKernel {
    #[default]
    Linear,
    Cubic,
    /// Up to the recorded pitch; the steps are those on the grid.
    HalfGrid,
    Sinc(&'static Pieces),
}

impl Near {
    /// Makes this fit an increment; costs nothing while that stays the same.
    #[inline(always)]
    pub(super) fn follow(&mut self, interpolation: Interpolation, increment: u64) {
        if self.increment != increment {
            *self = Near::new(interpolation, increment);
        }
    }

    fn new(interpolation: Interpolation, increment: u64) -> Near {
        let kernel = match interpolation {
            Interpolation::Linear => NearKernel::Linear,
            Interpolation::Cubic => NearKernel::Cubic,
            Interpolation::Sinc if serves(increment) => NearKernel::HalfGrid,
            Interpolation::Sinc => NearKernel::Sinc(pieces(increment)),
        };
        let step = if matches!(kernel, NearKernel::HalfGrid) { 2 * increment } else { increment };
        Near { increment, steps: Steps::new(step), kernel }
    }

    #[inline(always)]
    pub(super) fn reach(&self) -> Reach {
        match self.kernel {
            NearKernel::Linear => Reach::of(2),
            NearKernel::Cubic => Reach::of(4),
            NearKernel::HalfGrid => REACH,
            NearKernel::Sinc(pieces) => Reach::of(pieces.taps),
        }
    }

    /// Interpolates as many whole groups of 16 as `frames` need, from a fraction `phase` on.
    #[inline(always)]
    pub(super) fn run<S: Lanes>(
        &self,
        lanes: S,
        (points, phase): (&[f32], u64),
        frames: usize,
        grid: &mut Grid,
        out: &mut Samples,
    ) {
        let groups = Groups { points, phase, steps: &self.steps, frames };
        let wide = self.increment > ONE;
        match self.kernel {
            NearKernel::Linear if wide => linear::<S, true>(lanes, &groups, out),
            NearKernel::Linear => linear::<S, false>(lanes, &groups, out),
            NearKernel::Cubic if wide => cubic::<S, true>(lanes, &groups, out),
            NearKernel::Cubic => cubic::<S, false>(lanes, &groups, out),
            NearKernel::HalfGrid => half_grid::run(lanes, &self.steps, (points, phase), frames, grid, out),
            NearKernel::Sinc(pieces) => match pieces.taps {
                20 => sinc::<S, 20, { terms(20) }>(lanes, &groups, pieces, out),
                24 => sinc::<S, 24, { terms(24) }>(lanes, &groups, pieces, out),
                28 => sinc::<S, 28, { terms(28) }>(lanes, &groups, pieces, out),
                _ => sinc::<S, 32, { terms(32) }>(lanes, &groups, pieces, out),
            },
        }
    }
}

/// Frames in groups of 16.
pub(super) struct Groups<'a> {
    pub(super) points: &'a [f32],
    pub(super) phase: u64,
    pub(super) steps: &'a Steps,
    pub(super) frames: usize,
}

impl<'a> Groups<'a> {
    /// Place and fraction of a group's first frame.
    #[inline(always)]
    pub(super) fn start(&self, group: usize) -> (usize, u32) {
        let phase = self.phase + (group * WIDTH) as u64 * self.steps.increment;
        ((phase >> 32) as usize, phase as u32)
    }

    /// The points from a group's first frame on, and that frame's fraction.
    #[inline(always)]
    pub(super) fn group(&self, group: usize, reach: usize) -> (&'a [f32], u32) {
        let (first, phase) = self.start(group);
        (&self.points[first..first + reach + 2 * WIDTH], phase)
    }
}

macro_rules! pick {
    ($wide:expr, $lanes:expr, $points:expr, $tap:expr, $places:expr) => {
        $lanes.pick::<$wide>($points[$tap..$tap + 2 * WIDTH].first_chunk().unwrap(), $places)
    };
}

#[inline(always)]
pub(super) fn group_of(out: &mut Samples, group: usize) -> &mut [f32; WIDTH] {
    out[group * WIDTH..(group + 1) * WIDTH].first_chunk_mut().unwrap()
}

#[inline(always)]
fn linear<S: Lanes, const WIDE: bool>(lanes: S, groups: &Groups<'_>, out: &mut Samples) {
    for group in 0..groups.frames.div_ceil(WIDTH) {
        let (points, phase) = groups.group(group, 1);
        let (places, centred) = lanes.places(phase, groups.steps);
        let (a, b) = (pick!(WIDE, lanes, points, 0, places), pick!(WIDE, lanes, points, 1, places));
        let x = lanes.add(centred, lanes.splat(0.5));
        lanes.store(lanes.fma(x, lanes.sub(b, a), a), group_of(out, group));
    }
}

#[inline(always)]
fn cubic<S: Lanes, const WIDE: bool>(lanes: S, groups: &Groups<'_>, out: &mut Samples) {
    let (half, three_halves) = (lanes.splat(0.5), lanes.splat(1.5));
    for group in 0..groups.frames.div_ceil(WIDTH) {
        let (points, phase) = groups.group(group, 3);
        let (places, centred) = lanes.places(phase, groups.steps);
        let (p0, p1) = (pick!(WIDE, lanes, points, 0, places), pick!(WIDE, lanes, points, 1, places));
        let (p2, p3) = (pick!(WIDE, lanes, points, 2, places), pick!(WIDE, lanes, points, 3, places));
        let x = lanes.add(centred, half);
        let c1 = lanes.mul(half, lanes.sub(p2, p0));
        let c3 = lanes.fma(three_halves, lanes.sub(p1, p2), lanes.mul(half, lanes.sub(p3, p0)));
        let c2 = lanes.sub(lanes.sub(lanes.sub(p2, p1), c1), c3);
        let y = lanes.fma(lanes.fma(lanes.fma(c3, x, c2), x, c1), x, p1);
        lanes.store(y, group_of(out, group));
    }
}

/// Σ over pairs of E·(a + b) + x·Σ O·(a − b), with `ORDER` terms in each polynomial.
#[inline(always)]
fn sinc<S: Lanes, const TAPS: usize, const ORDER: usize>(
    lanes: S,
    groups: &Groups<'_>,
    pieces: &Pieces,
    out: &mut Samples,
) {
    let (all_even, all_odd) = (&pieces.even[..TAPS / 2], &pieces.odd[..TAPS / 2]);
    for group in 0..groups.frames.div_ceil(WIDTH) {
        let (points, phase) = groups.group(group, TAPS - 1);
        let (places, x) = lanes.places(phase, groups.steps);
        let square = lanes.mul(x, x);
        let mut even_sum = lanes.splat(0.0);
        let mut odd_sum = lanes.splat(0.0);
        for pair in 0..TAPS / 2 {
            let a = pick!(true, lanes, points, pair, places);
            let b = pick!(true, lanes, points, TAPS - 1 - pair, places);
            let even = polynomial::<S, ORDER>(lanes, &all_even[pair], square);
            let odd = polynomial::<S, ORDER>(lanes, &all_odd[pair], square);
            even_sum = lanes.fma(even, lanes.add(a, b), even_sum);
            odd_sum = lanes.fma(odd, lanes.sub(a, b), odd_sum);
        }
        lanes.store(lanes.fma(x, odd_sum, even_sum), group_of(out, group));
    }
}

#[inline(always)]
fn polynomial<S: Lanes, const ORDER: usize>(lanes: S, coefficients: &[f32; TERMS], x: S::Floats) -> S::Floats {
    let mut sum = lanes.splat(coefficients[ORDER - 1]);
    let mut term = ORDER - 1;
    while term > 0 {
        term -= 1;
        sum = lanes.fma(sum, x, lanes.splat(coefficients[term]));
    }
    sum
}

/// Interpolates frame by frame, the taps side by side: for increments at which 16 frames lie too far apart.
#[inline(always)]
pub(super) fn far<S: Lanes>(lanes: S, kernel: Kernel, points: &[f32], phase: u64, increment: u64, out: &mut [f32]) {
    let mut phase = phase;
    let Kernel::Sinc(table) = kernel else {
        for part in out.chunks_mut(PART) {
            kernel.run(&Run { points, phase, increment }, part);
            phase += part.len() as u64 * increment;
        }
        return;
    };
    for sample in out {
        *sample = dot(lanes, table, &points[(phase >> 32) as usize..], phase as u32);
        phase += increment;
    }
}

/// Σ point · row, between the two rows around the fraction; the taps are a multiple of 16.
#[inline(always)]
fn dot<S: Lanes>(lanes: S, table: &Table, points: &[f32], fraction: u32) -> f32 {
    let (row, blend) = table.row(fraction);
    let (this, next) = table.rows[row * table.taps..(row + 2) * table.taps].split_at(table.taps);
    let blend = lanes.splat(blend);
    let mut sum = lanes.splat(0.0);
    let chunks = points.as_chunks::<WIDTH>().0.iter().zip(this.as_chunks::<WIDTH>().0).zip(next.as_chunks::<WIDTH>().0);
    for ((points, this), next) in chunks {
        let this = lanes.load(this);
        let weights = lanes.fma(blend, lanes.sub(lanes.load(next), this), this);
        sum = lanes.fma(lanes.load(points), weights, sum);
    }
    lanes.sum(sum)
}
