//! Interpolation kernels. Each reads a contiguous stretch of the unrolled stream at evenly spaced positions.

use super::sinc::{self, Table};
use super::{ONE, PART, half_grid};

/// Positions of a run of frames relative to the first point of `points`.
pub(crate) struct Run<'a> {
    /// Unrolled points, beginning `before` points ahead of the first position.
    pub(crate) points: &'a [f32],
    /// Fraction of the first position, 32.32 fixed point, below one.
    pub(crate) phase: u64,
    pub(crate) increment: u64,
}

/// How many points a kernel needs before the position's own point, and in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) before: usize,
    pub(crate) taps: usize,
}

impl Reach {
    /// The reach of a kernel with its taps around the position.
    #[inline(always)]
    pub(crate) fn of(taps: usize) -> Reach {
        Reach { before: taps / 2 - 1, taps }
    }
}

/// A kernel with the table it needs at one increment.
#[derive(Clone, Copy)]
pub(crate) enum Kernel {
    Linear,
    Cubic,
    /// The sinc up to the recorded pitch; it runs on the grid of twice the rate.
    HalfGrid,
    Sinc(&'static Table),
}

impl Kernel {
    pub(crate) fn new(interpolation: crate::Interpolation, increment: u64) -> Kernel {
        match interpolation {
            crate::Interpolation::Linear => Kernel::Linear,
            crate::Interpolation::Cubic => Kernel::Cubic,
            crate::Interpolation::Sinc if half_grid::serves(increment) => Kernel::HalfGrid,
            crate::Interpolation::Sinc => Kernel::Sinc(sinc::table(increment)),
        }
    }

    pub(crate) fn reach(&self) -> Reach {
        match self {
            Kernel::Linear => Reach::of(2),
            Kernel::Cubic => Reach::of(4),
            Kernel::HalfGrid => half_grid::REACH,
            Kernel::Sinc(table) => Reach::of(table.taps),
        }
    }

    pub(crate) fn run(&self, run: &Run<'_>, out: &mut [f32]) {
        match self {
            Kernel::Linear => linear(run, out),
            Kernel::Cubic => cubic(run, out),
            Kernel::HalfGrid => half_grid::read(run, out),
            Kernel::Sinc(table) => match table.taps {
                20 => windowed_sinc::<20>(run, table, out),
                24 => windowed_sinc::<24>(run, table, out),
                28 => windowed_sinc::<28>(run, table, out),
                32 => windowed_sinc::<32>(run, table, out),
                48 => windowed_sinc::<48>(run, table, out),
                _ => windowed_sinc::<64>(run, table, out),
            },
        }
    }
}

fn fraction(phase: u64) -> f32 {
    (phase as u32) as f32 * (1.0 / ONE as f32)
}

fn linear(run: &Run<'_>, out: &mut [f32]) {
    let mut phase = run.phase;
    for sample in out {
        let i = (phase >> 32) as usize;
        let [a, b] = run.points[i..i + 2] else { return };
        *sample = a + fraction(phase) * (b - a);
        phase += run.increment;
    }
}

/// Catmull–Rom spline through four points. The points are laid out by their place first, so that the compiler can
/// evaluate the polynomial for several frames at once.
fn cubic(run: &Run<'_>, out: &mut [f32]) {
    let mut phase = run.phase;
    let mut places = [[0.0f32; PART]; 4];
    let mut fractions = [0.0f32; PART];
    let [p0, p1, p2, p3] = &mut places;
    for i in 0..out.len().min(PART) {
        let Some(points) = run.points[(phase >> 32) as usize..].first_chunk::<4>() else { return };
        [p0[i], p1[i], p2[i], p3[i]] = *points;
        fractions[i] = fraction(phase);
        phase += run.increment;
    }
    for (i, sample) in out.iter_mut().enumerate().take(PART) {
        let c1 = 0.5 * (p2[i] - p0[i]);
        let c3 = 0.5 * (p3[i] - p0[i]) + 1.5 * (p1[i] - p2[i]);
        let c2 = p2[i] - p1[i] - c1 - c3;
        let x = fractions[i];
        *sample = ((c3 * x + c2) * x + c1) * x + p1[i];
    }
}

/// Σ point · row, between the two rows around the fraction.
fn windowed_sinc<const TAPS: usize>(run: &Run<'_>, table: &Table, out: &mut [f32]) {
    let (rows, _) = table.rows.as_chunks::<TAPS>();
    let mut phase = run.phase;
    sum_of_four(out, || {
        let points = run.points[(phase >> 32) as usize..].first_chunk::<TAPS>()?;
        let (row, blend) = table.row(phase as u32);
        let [this, next] = rows[row..].first_chunk::<2>()?;
        let mut sums = [[0.0f32; 4]; 2];
        let quads = points.as_chunks::<4>().0.iter().zip(this.as_chunks::<4>().0).zip(next.as_chunks::<4>().0);
        for ((points, this), next) in quads {
            for lane in 0..4 {
                sums[0][lane] += points[lane] * this[lane];
                sums[1][lane] += points[lane] * next[lane];
            }
        }
        phase += run.increment;
        let [this, next] = sums;
        Some(std::array::from_fn(|lane| this[lane] + blend * (next[lane] - this[lane])))
    });
}

/// Writes the sums of four partial results per frame. They are summed in a second pass, so that the compiler keeps the
/// four in one register while they are made.
fn sum_of_four(out: &mut [f32], mut partial: impl FnMut() -> Option<[f32; 4]>) {
    let mut partials = [[0.0f32; 4]; PART];
    let partials = &mut partials[..out.len()];
    for quad in &mut *partials {
        match partial() {
            Some(made) => *quad = made,
            None => return,
        }
    }
    for (sample, quad) in out.iter_mut().zip(partials) {
        *sample = (quad[0] + quad[2]) + (quad[1] + quad[3]);
    }
}
