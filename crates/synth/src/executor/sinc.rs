//! Tables of the windowed sinc interpolator.
//!
//! A row holds the taps for one fraction of a point; between two rows the kernel interpolates linearly, which leaves
//! errors below −90 dB at 256 rows. Reading faster than recorded needs a lower cutoff and more taps, or what lies above
//! half the output's rate would fold back: there is a table per twelfth of an octave.

use std::f64::consts::PI;
use std::sync::OnceLock;

use super::ONE;

/// Fractions of a point that have a row of their own; one more closes the interpolation.
pub(crate) const ROWS: usize = 256;

/// Most taps a row can have.
pub(crate) const MAX_TAPS: usize = 64;

/// Tables per octave of transposition, and how many octaves have tables.
const PER_OCTAVE: usize = 12;
const OCTAVES: usize = 6;

/// Shape of the Kaiser window: about 80 dB of stop band.
const BETA: f64 = 7.8;

/// Part of the output's band that a transposed sample may fill: the rest is the transition.
const PASS: f64 = 0.89;

/// Taps by fraction.
pub(crate) struct Table {
    pub(crate) taps: usize,
    /// `(ROWS + 1) × taps`.
    pub(crate) rows: Vec<f32>,
}

static TABLES: [OnceLock<Table>; OCTAVES * PER_OCTAVE + 1] = [const { OnceLock::new() }; OCTAVES * PER_OCTAVE + 1];

/// The table for reading `increment` points per frame.
pub(crate) fn table(increment: u64) -> &'static Table {
    let index = if increment <= ONE {
        0
    } else {
        // The slack keeps an exact step of the scale, rounded to fixed point, in its own table.
        let step = PER_OCTAVE as f64 * (increment as f64 / ONE as f64).log2() - 0.05;
        (step.ceil().max(0.0) as usize).min(TABLES.len() - 1)
    };
    TABLES[index].get_or_init(|| build((index as f64 / PER_OCTAVE as f64).exp2()))
}

fn build(ratio: f64) -> Table {
    let taps = (((16.0 * ratio / 8.0).ceil() * 8.0) as usize).min(MAX_TAPS);
    // At the recorded pitch or below, the full band passes and only its images are removed.
    let cutoff = if ratio <= 1.0 { 1.0 } else { PASS / ratio };
    let half = taps as f64 / 2.0;
    let mut rows = Vec::with_capacity((ROWS + 1) * taps);
    for row in 0..=ROWS {
        let fraction = row as f64 / ROWS as f64;
        let kernel: Vec<f64> = (0..taps)
            .map(|tap| {
                let x = tap as f64 - (half - 1.0) - fraction;
                sinc(cutoff * x) * kaiser(x / half)
            })
            .collect();
        let sum: f64 = kernel.iter().sum();
        rows.extend(kernel.iter().map(|k| (k / sum) as f32));
    }
    Table { taps, rows }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// Kaiser's window on −1..1.
fn kaiser(x: f64) -> f64 {
    if x.abs() >= 1.0 { 0.0 } else { bessel_i0(BETA * (1.0 - x * x).sqrt()) / bessel_i0(BETA) }
}

/// Modified Bessel function of the first kind, order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..60 {
        term *= (x / (2.0 * k as f64)).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unity_reads_points_unchanged() {
        let table = table(ONE);
        let row: Vec<f32> = table.rows[..table.taps].to_vec();
        for (tap, &k) in row.iter().enumerate() {
            assert!((k - if tap == table.taps / 2 - 1 { 1.0 } else { 0.0 }).abs() < 1e-7);
        }
    }

    #[test]
    fn taps_grow_with_the_ratio_up_to_a_limit() {
        assert_eq!(table(ONE / 2).taps, 16);
        assert_eq!(table(2 * ONE).taps, 32);
        assert_eq!(table(4 * ONE).taps, 64);
        assert_eq!(table(1000 * ONE).taps, 64);
    }
}
