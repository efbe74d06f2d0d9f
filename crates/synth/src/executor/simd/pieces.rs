//! The windowed sinc as polynomials of the fraction, so that 16 frames with 16 different fractions need no table row.
//!
//! Over one point's width every tap of the kernel is smooth. With x = fraction − ½, tap t is E(x²) + x·O(x²), and because
//! the kernel is symmetric, tap n − 1 − t is E(x²) − x·O(x²): two taps share their polynomials.

use std::sync::OnceLock;

use crate::executor::sinc::{self, TABLES};

/// Most terms of E and of O.
pub(super) const TERMS: usize = 4;

/// Polynomials of one cutoff, pair by pair from the outermost taps in.
#[derive(Debug)]
pub(super) struct Pieces {
    pub(super) taps: usize,
    /// Coefficients of E, the constant first.
    pub(super) even: Vec<[f32; TERMS]>,
    /// Coefficients of O, the constant first.
    pub(super) odd: Vec<[f32; TERMS]>,
}

static PIECES: [OnceLock<Pieces>; TABLES] = [const { OnceLock::new() }; TABLES];

/// The polynomials for reading `increment` points per frame.
pub(super) fn pieces(increment: u64) -> &'static Pieces {
    prepare(sinc::index(increment))
}

/// The polynomials of this number.
pub(super) fn prepare(index: usize) -> &'static Pieces {
    PIECES[index].get_or_init(|| fit(index))
}

/// Terms that the kernel of so many taps needs: a lower cutoff makes it smoother.
pub(super) const fn terms(taps: usize) -> usize {
    if taps < 32 { TERMS } else { 3 }
}

fn fit(index: usize) -> Pieces {
    let taps = sinc::taps(index);
    let (even, odd) = if terms(taps) == TERMS { pairs::<TERMS>(index, taps) } else { pairs::<3>(index, taps) };
    Pieces { taps, even, odd }
}

/// Interpolates the kernel at Chebyshev's nodes in x².
fn pairs<const N: usize>(index: usize, taps: usize) -> (Vec<[f32; TERMS]>, Vec<[f32; TERMS]>) {
    let nodes: [f64; N] = std::array::from_fn(|i| {
        let angle = std::f64::consts::PI * (i as f64 + 0.5) / N as f64;
        0.125 * (1.0 + angle.cos())
    });
    let rows = nodes.map(|square| [0.5 + square.sqrt(), 0.5 - square.sqrt()].map(|f| sinc::kernel(index, f)));
    let pair = |tap: usize| {
        let even = std::array::from_fn(|i| (rows[i][0][tap] + rows[i][1][tap]) / 2.0);
        let odd = std::array::from_fn(|i| (rows[i][0][tap] - rows[i][1][tap]) / (2.0 * nodes[i].sqrt()));
        (through(&nodes, even), through(&nodes, odd))
    };
    (0..taps / 2).map(pair).unzip()
}

/// Coefficients, the constant first, of the polynomial through `values` at `nodes` (Newton's divided differences).
fn through<const N: usize>(nodes: &[f64; N], values: [f64; N]) -> [f32; TERMS] {
    let mut divided = values;
    for order in 1..N {
        for i in (order..N).rev() {
            divided[i] = (divided[i] - divided[i - 1]) / (nodes[i] - nodes[i - order]);
        }
    }
    let mut polynomial = [0.0; TERMS];
    for i in (0..N).rev() {
        // polynomial · (u − nodes[i]) + divided[i]
        for power in (0..N).rev() {
            let lower = if power == 0 { divided[i] } else { polynomial[power - 1] };
            polynomial[power] = lower - nodes[i] * polynomial[power];
        }
    }
    polynomial.map(|c| c as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::ONE;

    #[test]
    fn polynomials_follow_the_kernel() {
        for index in 1..=12 {
            let increment = ((index as f64 / 12.0).exp2() * ONE as f64) as u64;
            let pieces = pieces(increment);
            for step in 0..=100 {
                let fraction = f64::from(step) / 100.0;
                let kernel = sinc::kernel(sinc::index(increment), fraction);
                let (x, mut error) = (fraction - 0.5, 0.0);
                for (pair, (even, odd)) in pieces.even.iter().zip(&pieces.odd).enumerate() {
                    let value = |c: &[f32; TERMS]| c.iter().rev().fold(0.0, |sum, &c| sum * x * x + f64::from(c));
                    let (even, odd) = (value(even), x * value(odd));
                    error += (even + odd - kernel[pair]).abs();
                    error += (even - odd - kernel[pieces.taps - 1 - pair]).abs();
                }
                assert!(error < 8e-6, "{error} at {fraction}, table {index}");
            }
        }
    }
}
