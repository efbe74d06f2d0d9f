//! Decibels and back for many values at a time, to a hundred-thousandth of a decibel.

use rae_dsp::wide::{WideKernel, run_wide};

/// The level of silence; lower ones are raised to it.
pub(super) const SILENCE_DB: f32 = -200.0;

/// 20·log10(2).
const DB_PER_OCTAVE: f32 = 6.020_6;

/// Turns squared amplitudes into levels in dB; 0 becomes [`SILENCE_DB`].
pub(super) fn levels_of_powers(values: &mut [f32]) {
    run_wide(Levels(values));
}

/// Turns levels in dB into amplitudes.
pub(super) fn amplitudes(values: &mut [f32]) {
    run_wide(Amplitudes(values));
}

struct Levels<'a>(&'a mut [f32]);

impl WideKernel for Levels<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for value in self.0 {
            // 10^-20: −200 dB as a power.
            *value = 0.5 * DB_PER_OCTAVE * log2(value.max(1e-20));
        }
    }
}

struct Amplitudes<'a>(&'a mut [f32]);

impl WideKernel for Amplitudes<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for value in self.0 {
            *value = exp2(value.max(SILENCE_DB) * (1.0 / DB_PER_OCTAVE));
        }
    }
}

/// The binary logarithm of a normal number: the exponent, and of a mantissa m between √½ and √2 the series of
/// 2·artanh((m − 1)/(m + 1)).
#[inline(always)]
fn log2(x: f32) -> f32 {
    // The bits of √½: what lies above counts to the next exponent.
    const HALF_ROOT: u32 = 0x3f35_04f3;
    let bits = x.to_bits().wrapping_sub(HALF_ROOT);
    let exponent = (bits as i32) >> 23;
    let mantissa = f32::from_bits((bits & 0x007f_ffff) + HALF_ROOT);
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let t2 = t * t;
    let series = t * (2.885_39 + t2 * (0.961_796_7 + t2 * (0.577_078 + t2 * 0.412_198_6)));
    exponent as f32 + series
}

/// 2^x for x of a float's exponents: by its Taylor series around the nearest integer.
#[inline(always)]
fn exp2(x: f32) -> f32 {
    // Adding and subtracting 1.5·2²³ rounds to an integer.
    const ROUND: f32 = 12_582_912.0;
    let whole = (x + ROUND) - ROUND;
    let t = (x - whole) * std::f32::consts::LN_2;
    let series = 1.0 + t * (1.0 + t * (0.5 + t * (1.0 / 6.0 + t * (1.0 / 24.0 + t * (1.0 / 120.0 + t / 720.0)))));
    series * f32::from_bits(((whole as i32 + 127) as u32) << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_amplitudes_are_exact_to_a_ten_thousandth_of_a_decibel() {
        for step in -39_000..=4000 {
            let db = f64::from(step) / 200.0;
            let mut value = [10f64.powf(db / 10.0) as f32];
            levels_of_powers(&mut value);
            assert!((f64::from(value[0]) - db).abs() < 1e-4, "{db}: {value:?}");
            let mut value = [db as f32];
            amplitudes(&mut value);
            assert!((20.0 * f64::from(value[0]).log10() - db).abs() < 1e-4, "{db}: {value:?}");
        }
        let mut silence = [0.0, 1e-38, f32::MIN_POSITIVE];
        levels_of_powers(&mut silence);
        assert!(silence.iter().all(|db| (db - SILENCE_DB).abs() < 1e-3), "{silence:?}");
        amplitudes(&mut silence);
        assert!(silence.iter().all(|x| x.is_normal()));
        let mut one = [0.0];
        amplitudes(&mut one);
        assert_eq!(one, [1.0]);
    }
}
