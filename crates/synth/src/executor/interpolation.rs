//! Interpolation kernels. Each reads a contiguous stretch of the unrolled stream at evenly spaced positions.

use super::ONE;
use super::sinc::{self, ROWS, Table};

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

/// A kernel with the table it needs at one increment.
#[derive(Clone, Copy)]
pub(crate) enum Kernel {
    Linear,
    Cubic,
    Sinc(&'static Table),
}

impl Kernel {
    pub(crate) fn new(interpolation: crate::Interpolation, increment: u64) -> Kernel {
        match interpolation {
            crate::Interpolation::Linear => Kernel::Linear,
            crate::Interpolation::Cubic => Kernel::Cubic,
            crate::Interpolation::Sinc => Kernel::Sinc(sinc::table(increment)),
        }
    }

    pub(crate) fn reach(&self) -> Reach {
        match self {
            Kernel::Linear => Reach { before: 0, taps: 2 },
            Kernel::Cubic => Reach { before: 1, taps: 4 },
            Kernel::Sinc(table) => Reach { before: table.taps / 2 - 1, taps: table.taps },
        }
    }

    pub(crate) fn run(&self, run: &Run<'_>, out: &mut [f32]) {
        match self {
            Kernel::Linear => linear(run, out),
            Kernel::Cubic => cubic(run, out),
            Kernel::Sinc(table) => match table.taps {
                16 => windowed_sinc::<16>(run, table, out),
                24 => windowed_sinc::<24>(run, table, out),
                32 => windowed_sinc::<32>(run, table, out),
                40 => windowed_sinc::<40>(run, table, out),
                48 => windowed_sinc::<48>(run, table, out),
                56 => windowed_sinc::<56>(run, table, out),
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

/// Weights of the four points of a Catmull–Rom spline as polynomials of the fraction, from the constant term up.
const CATMULL_ROM: [[f32; 4]; 4] =
    [[0.0, 1.0, 0.0, 0.0], [-0.5, 0.0, 0.5, 0.0], [1.0, -2.5, 2.0, -0.5], [-0.5, 1.5, -1.5, 0.5]];

fn cubic(run: &Run<'_>, out: &mut [f32]) {
    let mut phase = run.phase;
    for sample in out {
        let i = (phase >> 32) as usize;
        let Some(points) = run.points[i..].first_chunk::<4>() else { return };
        let x = fraction(phase);
        let [c0, c1, c2, c3] = CATMULL_ROM;
        let terms: [f32; 4] = std::array::from_fn(|p| (((c3[p] * x + c2[p]) * x + c1[p]) * x + c0[p]) * points[p]);
        *sample = (terms[0] + terms[2]) + (terms[1] + terms[3]);
        phase += run.increment;
    }
}

/// Σ point · row, between the two rows around the fraction.
fn windowed_sinc<const TAPS: usize>(run: &Run<'_>, table: &Table, out: &mut [f32]) {
    const ROW_SHIFT: u32 = 32 - ROWS.trailing_zeros();
    let (rows, _) = table.rows.as_chunks::<TAPS>();
    let mut phase = run.phase;
    for sample in out {
        let points = &run.points[(phase >> 32) as usize..][..TAPS];
        let row = (phase as u32 >> ROW_SHIFT) as usize;
        let blend = ((phase as u32) << (32 - ROW_SHIFT)) as f32 * (1.0 / ONE as f32);
        let [this, next] = &rows[row..row + 2] else { return };
        // Four partial sums per row: the order of additions that one SIMD register keeps.
        let mut sums = [[0.0f32; 4]; 2];
        let quads = points.as_chunks::<4>().0.iter().zip(this.as_chunks::<4>().0).zip(next.as_chunks::<4>().0);
        for ((points, this), next) in quads {
            for lane in 0..4 {
                sums[0][lane] += points[lane] * this[lane];
                sums[1][lane] += points[lane] * next[lane];
            }
        }
        let [this, next] = sums;
        let blended: [f32; 4] = std::array::from_fn(|lane| this[lane] + blend * (next[lane] - this[lane]));
        *sample = (blended[0] + blended[2]) + (blended[1] + blended[3]);
        phase += run.increment;
    }
}
