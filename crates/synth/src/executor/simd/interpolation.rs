//! The interpolation kernels for several frames at a time.

use super::half_grid;
use super::lanes::{Lanes, MOST_LANES, Steps};
use super::pieces::{self, Pieces, TERMS, pieces, terms};
use crate::Interpolation;
use crate::executor::interpolation::{Kernel, Reach, Run};
use crate::executor::sinc::{self, Table};
use crate::executor::{Grid, ONE, PART, Samples, half_grid::REACH, half_grid::serves};

/// Largest increment that picks the points of frames side by side from two registers.
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

/// What frames side by side need to be read at one increment, up to [`WIDEST`].
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

    /// Interpolates as many whole groups as `frames` need, from a fraction `phase` on.
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

/// Frames in groups of as many as are read side by side.
pub(super) struct Groups<'a> {
    pub(super) points: &'a [f32],
    pub(super) phase: u64,
    pub(super) steps: &'a Steps,
    pub(super) frames: usize,
}

impl<'a> Groups<'a> {
    /// Place and fraction of a group's first frame.
    #[inline(always)]
    fn start<S: Lanes>(&self, group: usize) -> (usize, u32) {
        let phase = self.phase + (group * S::WIDTH) as u64 * self.steps.increment();
        ((phase >> 32) as usize, phase as u32)
    }

    /// The points from a group's first frame on, and that frame's fraction.
    #[inline(always)]
    pub(super) fn group<S: Lanes>(&self, group: usize, reach: usize) -> (&'a [f32], u32) {
        let (first, phase) = self.start::<S>(group);
        (&self.points[first..first + reach + 2 * S::WIDTH], phase)
    }
}

#[inline(always)]
pub(super) fn group_of<S: Lanes>(out: &mut Samples, group: usize) -> &mut [f32] {
    &mut out[group * S::WIDTH..(group + 1) * S::WIDTH]
}

#[inline(always)]
fn linear<S: Lanes, const WIDE: bool>(lanes: S, groups: &Groups<'_>, out: &mut Samples) {
    for group in 0..groups.frames.div_ceil(S::WIDTH) {
        let (points, phase) = groups.group::<S>(group, 1);
        let (places, centred) = lanes.places(phase, groups.steps);
        let (a, b) = (lanes.pick::<WIDE>(points, places), lanes.pick::<WIDE>(&points[1..], places));
        let x = lanes.add(centred, lanes.splat(0.5));
        lanes.store(lanes.fma(x, lanes.sub(b, a), a), group_of::<S>(out, group));
    }
}

#[inline(always)]
fn cubic<S: Lanes, const WIDE: bool>(lanes: S, groups: &Groups<'_>, out: &mut Samples) {
    let (half, three_halves) = (lanes.splat(0.5), lanes.splat(1.5));
    for group in 0..groups.frames.div_ceil(S::WIDTH) {
        let (points, phase) = groups.group::<S>(group, 3);
        let (places, centred) = lanes.places(phase, groups.steps);
        let (p0, p1) = (lanes.pick::<WIDE>(points, places), lanes.pick::<WIDE>(&points[1..], places));
        let (p2, p3) = (lanes.pick::<WIDE>(&points[2..], places), lanes.pick::<WIDE>(&points[3..], places));
        let x = lanes.add(centred, half);
        let c1 = lanes.mul(half, lanes.sub(p2, p0));
        let c3 = lanes.fma(three_halves, lanes.sub(p1, p2), lanes.mul(half, lanes.sub(p3, p0)));
        let c2 = lanes.sub(lanes.sub(lanes.sub(p2, p1), c1), c3);
        let y = lanes.fma(lanes.fma(lanes.fma(c3, x, c2), x, c1), x, p1);
        lanes.store(y, group_of::<S>(out, group));
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
    // So many groups share the coefficients that are loaded.
    let together = MOST_LANES / S::WIDTH;
    for group in (0..groups.frames.div_ceil(S::WIDTH)).step_by(together) {
        let mut one = SincSums::<S, TAPS>::new(lanes, groups, group);
        let mut other = SincSums::<S, TAPS>::new(lanes, groups, group + 1);
        for pair in 0..TAPS / 2 {
            one.add::<ORDER>(lanes, pair, &all_even[pair], &all_odd[pair]);
            if together == 2 {
                other.add::<ORDER>(lanes, pair, &all_even[pair], &all_odd[pair]);
            }
        }
        lanes.store(lanes.fma(one.x, one.odd, one.even), group_of::<S>(out, group));
        if together == 2 {
            lanes.store(lanes.fma(other.x, other.odd, other.even), group_of::<S>(out, group + 1));
        }
    }
}

/// One group's points and sums.
struct SincSums<'a, S: Lanes, const TAPS: usize> {
    points: &'a [f32],
    places: S::Places,
    x: S::Floats,
    square: S::Floats,
    even: S::Floats,
    odd: S::Floats,
}

impl<'a, S: Lanes, const TAPS: usize> SincSums<'a, S, TAPS> {
    #[inline(always)]
    fn new(lanes: S, groups: &Groups<'a>, group: usize) -> SincSums<'a, S, TAPS> {
        let (points, phase) = groups.group::<S>(group, TAPS - 1);
        let (places, x) = lanes.places(phase, groups.steps);
        let zero = lanes.splat(0.0);
        SincSums { points, places, x, square: lanes.mul(x, x), even: zero, odd: zero }
    }

    #[inline(always)]
    fn add<const ORDER: usize>(&mut self, lanes: S, pair: usize, even: &[f32; TERMS], odd: &[f32; TERMS]) {
        let a = lanes.pick::<true>(&self.points[pair..], self.places);
        let b = lanes.pick::<true>(&self.points[TAPS - 1 - pair..], self.places);
        let even = polynomial::<S, ORDER>(lanes, even, self.square);
        let odd = polynomial::<S, ORDER>(lanes, odd, self.square);
        self.even = lanes.fma(even, lanes.add(a, b), self.even);
        self.odd = lanes.fma(odd, lanes.sub(a, b), self.odd);
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

/// Interpolates frame by frame, the taps side by side: for increments at which frames lie too far apart.
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
    let mut sums = [lanes.splat(0.0); 2];
    let chunks = points.as_chunks::<MOST_LANES>().0.iter();
    for ((points, this), next) in chunks.zip(this.as_chunks::<MOST_LANES>().0).zip(next.as_chunks::<MOST_LANES>().0) {
        let mut at = 0;
        while at < MOST_LANES {
            let this = lanes.load(&this[at..]);
            let weights = lanes.fma(blend, lanes.sub(lanes.load(&next[at..]), this), this);
            let sum = &mut sums[at / S::WIDTH];
            *sum = lanes.fma(lanes.load(&points[at..]), weights, *sum);
            at += S::WIDTH;
        }
    }
    lanes.sum(lanes.add(sums[0], sums[1]))
}
