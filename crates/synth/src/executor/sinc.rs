//! The windowed sinc, and tables of it for reading faster than recorded; [`super::half_grid`] does the rest.
//!
//! A row holds the taps for one fraction of a point; between two rows the kernel interpolates linearly, which leaves
//! errors below −120 dB. Reading faster than recorded needs a lower cutoff and more taps, or what lies above half the
//! output's rate would fold back: there is a table per twelfth of an octave.

use std::f64::consts::PI;
use std::sync::OnceLock;

use super::ONE;

/// Fractions of a point that have a row of their own in the first octave up; one more closes the interpolation. A lower
/// cutoff needs fewer.
const ROWS: usize = 1024;

/// Most taps a row can have.
pub(crate) const MAX_TAPS: usize = 64;

/// Tables per octave of transposition, and how many octaves have tables.
const PER_OCTAVE: usize = 12;
const OCTAVES: usize = 6;

/// Shape of the Kaiser window: about 80 dB of stop band.
const BETA: f64 = 7.8;

/// Part of the output's band that a transposed sample may fill: the rest is the transition.
const PASS: f64 = 0.89;

/// How many tables there are.
pub(crate) const TABLES: usize = OCTAVES * PER_OCTAVE + 1;

/// Taps by fraction.
pub(crate) struct Table {
    pub(crate) taps: usize,
    /// Rows one after the other, the first for fraction 0, the last for 1.
    pub(crate) rows: Vec<f32>,
    /// Bits of the fraction that lie between two rows.
    between: u32,
}

impl Table {
    /// The row before a fraction, and how far the fraction lies towards the next.
    pub(crate) fn row(&self, fraction: u32) -> (usize, f32) {
        let blend = (fraction << (32 - self.between)) as f32 * (1.0 / ONE as f32);
        ((fraction >> self.between) as usize, blend)
    }
}

static CACHE: [OnceLock<Table>; TABLES] = [const { OnceLock::new() }; TABLES];

/// The table for reading `increment` points per frame.
pub(crate) fn table(increment: u64) -> &'static Table {
    prepare(index(increment))
}

/// The table of this number.
pub(crate) fn prepare(index: usize) -> &'static Table {
    CACHE[index].get_or_init(|| build(index))
}

/// Number of the table for `increment`.
pub(crate) fn index(increment: u64) -> usize {
    if increment <= ONE {
        return 0;
    }
    // The slack keeps an exact step of the scale, rounded to fixed point, in its own table.
    let step = PER_OCTAVE as f64 * (increment as f64 / ONE as f64).log2() - 0.05;
    (step.ceil().max(0.0) as usize).min(TABLES - 1)
}

/// Ratio up to which a table serves.
fn ratio(index: usize) -> f64 {
    (index as f64 / PER_OCTAVE as f64).exp2()
}

/// Taps of a table: about 16 per ratio, rounded up to what vectors take.
pub(crate) fn taps(index: usize) -> usize {
    let taps = (16.0 * ratio(index)).round() as usize;
    if taps <= 32 { taps.next_multiple_of(4) } else { taps.next_multiple_of(16).min(MAX_TAPS) }
}

/// The taps for one fraction; their sum is 1.
pub(crate) fn kernel(index: usize, fraction: f64) -> Vec<f64> {
    // At the recorded pitch or below, the full band passes and only its images are removed.
    let cutoff = if index == 0 { 1.0 } else { PASS / ratio(index) };
    let half = taps(index) as f64 / 2.0;
    let tap = |tap: usize| {
        let x = tap as f64 - (half - 1.0) - fraction;
        sinc(cutoff * x) * kaiser(x / half)
    };
    let kernel: Vec<f64> = (0..taps(index)).map(tap).collect();
    let sum: f64 = kernel.iter().sum();
    kernel.iter().map(|k| k / sum).collect()
}

fn build(index: usize) -> Table {
    let rows = ROWS >> (index / PER_OCTAVE);
    let taps = taps(index);
    let mut table = vec![0.0; (rows + 1) * taps];
    // The kernel of a fraction is that of its complement, read backwards.
    for row in 0..=rows / 2 {
        let mirror = rows - row;
        for (tap, k) in kernel(index, row as f64 / rows as f64).into_iter().enumerate() {
            table[row * taps + tap] = k as f32;
            table[mirror * taps + taps - 1 - tap] = k as f32;
        }
    }
    Table { taps, rows: table, between: 32 - rows.trailing_zeros() }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// Kaiser's window on −1..=1, up to a factor.
fn kaiser(x: f64) -> f64 {
    // The kernels are divided by their sums, so the window need not reach 1.
    if x.abs() > 1.0 { 0.0 } else { bessel_i0(BETA * (1.0 - x * x).sqrt()) }
}

/// Modified Bessel function of the first kind, order zero, by its power series: Σ (x²/4)ᵏ / k!².
fn bessel_i0(x: f64) -> f64 {
    const TERMS: usize = 60;
    const SQUARES: [f64; TERMS] = {
        let mut squares = [0.0; TERMS];
        let mut i = 0;
        while i < TERMS {
            squares[i] = 1.0 / ((i + 1) * (i + 1)) as f64;
            i += 1;
        }
        squares
    };
    let quarter = x * x / 4.0;
    let (mut term, mut sum) = (1.0, 1.0);
    for square in SQUARES {
        term *= quarter * square;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_fraction_points_stay_unchanged() {
        let row = kernel(0, 0.0);
        for (tap, &k) in row.iter().enumerate() {
            assert!((k - if tap == row.len() / 2 - 1 { 1.0 } else { 0.0 }).abs() < 1e-7);
        }
    }

    #[test]
    fn taps_grow_with_the_ratio_up_to_a_limit() {
        assert_eq!(taps(index(ONE / 2)), 16);
        assert_eq!(table(ONE * 5 / 4).taps, 20);
        assert_eq!(table(2 * ONE).taps, 32);
        assert_eq!(table(4 * ONE).taps, 64);
        assert_eq!(table(1000 * ONE).taps, 64);
    }
}
