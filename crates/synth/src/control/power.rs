//! 2ˣ for levels, pitches and cutoffs, which every segment needs: the library's function is a call and twice as slow.

use std::f64::consts::LN_2;

/// Terms of the series; its error on ±½ is below 10⁻¹³.
const TERMS: usize = 12;

/// (ln 2)ⁿ / n!
const SERIES: [f64; TERMS] = {
    let mut series = [1.0; TERMS];
    let mut n = 1;
    while n < TERMS {
        series[n] = series[n - 1] * LN_2 / n as f64;
        n += 1;
    }
    series
};

/// 2ˣ; exponents beyond those of normal numbers are clamped to them.
pub(super) fn exp2(x: f64) -> f64 {
    /// Adding and taking away 1.5 · 2⁵² rounds to whole numbers.
    const ROUNDING: f64 = 6_755_399_441_055_744.0;
    let x = x.clamp(-1022.0, 1023.0);
    let whole = (x + ROUNDING) - ROUNDING;
    let rest = x - whole;
    let power = f64::from_bits(((whole as i64 + 1023) as u64) << 52);
    SERIES.iter().rev().fold(0.0, |sum, term| sum * rest + term) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_library() {
        for i in -40_000..40_000 {
            let x = f64::from(i) * 0.000_731;
            assert!((exp2(x) / x.exp2() - 1.0).abs() < 1e-12, "{x}");
        }
        assert_eq!(exp2(0.0), 1.0);
        assert_eq!(exp2(-3.0), 0.125);
        assert_eq!(exp2(1e9), 2f64.powi(1023));
        assert!(exp2(f64::NAN).is_nan());
    }
}
