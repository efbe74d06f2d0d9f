//! 2ˣ for levels, pitches and cutoffs, which every segment needs: the library's function is a call.

use std::f64::consts::LN_2;

/// Steps of the table per octave.
const STEPS: usize = 64;

/// Adding and taking away 1.5 · 2⁵² rounds to whole numbers.
pub(super) const WHOLE: f64 = 6_755_399_441_055_744.0;

/// Terms of the series between two steps; its error is below 10⁻¹³.
const TERMS: usize = 5;

/// (ln 2)ⁿ / n!
const SERIES: [f64; TERMS] = [1.0, LN_2, LN_2 * LN_2 / 2.0, LN_2 * LN_2 * LN_2 / 6.0, LN_2 * LN_2 * LN_2 * LN_2 / 24.0];

/// 2^(i / 64) by the whole series.
const TABLE: [f64; STEPS] = {
    let mut table = [0.0; STEPS];
    let mut i = 0;
    while i < STEPS {
        let x = LN_2 * i as f64 / STEPS as f64;
        let (mut sum, mut term, mut n) = (1.0, 1.0, 1);
        while n < 24 {
            term *= x / n as f64;
            sum += term;
            n += 1;
        }
        table[i] = sum;
        i += 1;
    }
    table
};

/// 2ˣ; exponents beyond those of normal numbers are clamped to them.
#[inline]
pub(super) fn exp2(x: f64) -> f64 {
    let x = x.clamp(-1022.0, 1023.0);
    let shifted = x * STEPS as f64 + WHOLE;
    let rest = x - (shifted - WHOLE) * (1.0 / STEPS as f64);
    // The whole number stands in the lowest bits; converting it would cost as much as the series.
    let index = shifted.to_bits().wrapping_sub(WHOLE.to_bits()) as i64;
    let octave = f64::from_bits((((index >> STEPS.trailing_zeros()) + 1023) << 52) as u64);
    let [c0, c1, c2, c3, c4] = SERIES;
    let square = rest * rest;
    let series = (c0 + c1 * rest) + square * ((c2 + c3 * rest) + square * c4);
    TABLE[index as usize % STEPS] * series * octave
}

/// Amplitude of a level.
#[inline]
pub(super) fn decibels_to_amplitude(decibels: f64) -> f64 {
    exp2(decibels * (std::f64::consts::LOG2_10 / 20.0))
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
