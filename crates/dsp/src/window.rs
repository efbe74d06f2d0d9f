//! Window functions, as `f64` formulas of a position.
//!
//! F. J. Harris, "On the use of windows for harmonic analysis", Proc. IEEE 66 (1978), doi:10.1109/PROC.1978.10837.

use std::f64::consts::PI;

/// The periodic Hann window of `len` samples, for spectra: 0.5 − 0.5·cos(2πn/len).
pub fn hann(len: usize) -> Vec<f32> {
    (0..len).map(|n| (0.5 - 0.5 * (2.0 * PI * n as f64 / len as f64).cos()) as f32).collect()
}

/// Kaiser's window at `x` in [−1, 1], 1 in the middle and 0 outside; `beta` trades width for side lobes.
pub fn kaiser(x: f64, beta: f64) -> f64 {
    let inside = 1.0 - x * x;
    if inside < 0.0 { 0.0 } else { bessel_i0(beta * inside.sqrt()) / bessel_i0(beta) }
}

/// sin(πx)/(πx).
pub fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// The modified Bessel function of the first kind and order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..200 {
        term *= quarter / f64::from(k * k);
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
    fn bessel_matches_tables() {
        // Abramowitz and Stegun, table 9.8.
        assert!((bessel_i0(1.0) - 1.266_065_877_752).abs() < 1e-11);
        assert!((bessel_i0(5.0) - 27.239_871_823_604).abs() < 1e-9);
    }

    #[test]
    fn windows_have_their_known_values() {
        let hann = hann(8);
        assert_eq!((hann[0], hann[4]), (0.0, 1.0));
        assert!((hann.iter().sum::<f32>() - 4.0).abs() < 1e-6);
        assert_eq!(kaiser(0.0, 8.0), 1.0);
        assert_eq!(kaiser(1.1, 8.0), 0.0);
        assert!((kaiser(1.0, 5.0) - 1.0 / 27.239_871_823_604).abs() < 1e-12);
    }
}
