//! From `f32` to integers. Full scale 1.0 is 2^15 or 2^23 steps; what does not fit is clipped to the largest integer.

use crate::dither::tpdf;

/// The integer nearest to `value` (ties to even) if its magnitude is below 2^31. Adding 1.5·2^52 leaves it in the lowest
/// bits; not all vectors have a conversion.
#[inline(always)]
fn round(value: f64) -> i32 {
    (value + 6_755_399_441_055_744.0).to_bits() as i32
}

/// Steps of an integer format with `full` steps to full scale; NaN becomes zero.
#[inline(always)]
fn steps(sample: f32, full: f64) -> f64 {
    let sample = if sample.is_nan() { 0.0 } else { sample };
    f64::from(sample).clamp(-2.0, 2.0) * full
}

/// 16 bits with triangular dither of ±1 step. What is a whole number of steps already stays that, so that 16-bit sound
/// goes through unchanged and silence stays silent; of other sound that is one sample in 512 at most. NaN becomes zero.
#[inline(always)]
pub fn to_i16_dithered(sample: f32, frame: u64, channel: u32) -> i16 {
    let exact = steps(sample, 32_768.0);
    let whole = round(exact);
    let dithered = round(exact + tpdf(frame, channel));
    (if f64::from(whole) == exact { whole } else { dithered }).clamp(-32_768, 32_767) as i16
}

/// 24 bits, rounded to the nearest step; NaN becomes zero.
#[inline(always)]
pub fn to_i24(sample: f32) -> i32 {
    round(steps(sample, 8_388_608.0)).clamp(-8_388_608, 8_388_607)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_and_zero() {
        assert_eq!(to_i16_dithered(0.0, 5, 1), 0);
        assert_eq!(to_i16_dithered(-0.0, 5, 1), 0);
        assert_eq!(to_i16_dithered(f32::NAN, 5, 1), 0);
        assert_eq!(to_i16_dithered(9.0, 5, 1), i16::MAX);
        assert_eq!(to_i16_dithered(f32::NEG_INFINITY, 5, 1), i16::MIN);
        assert_eq!((to_i24(1.0), to_i24(-1.0), to_i24(0.5), to_i24(f32::NAN)), (8_388_607, -8_388_608, 4_194_304, 0));
        assert_eq!(to_i24(f32::INFINITY), 8_388_607);
    }

    #[test]
    fn sixteen_bit_sound_goes_through_unchanged() {
        for value in i16::MIN..=i16::MAX {
            assert_eq!(to_i16_dithered(f32::from(value) / 32_768.0, u64::from(value.unsigned_abs()), 1), value);
        }
    }

    #[test]
    fn dithered_rounding_error_has_mean_zero_and_a_quarter_step_squared_whatever_the_signal() {
        // Total error of non-subtractive triangular dither: variance 1/4 step², independent of the input.
        for level in [0.1, 0.25, 0.5, 0.9, 123.37] {
            let sample = (level / 32_768.0) as f32;
            let exact = f64::from(sample) * 32_768.0;
            let errors: Vec<f64> =
                (0..200_000).map(|frame| f64::from(to_i16_dithered(sample, frame, 0)) - exact).collect();
            let mean = errors.iter().sum::<f64>() / errors.len() as f64;
            let variance = errors.iter().map(|e| e * e).sum::<f64>() / errors.len() as f64;
            assert!(mean.abs() < 0.005, "mean {mean} at {level}");
            assert!((variance - 0.25).abs() < 0.005, "variance {variance} at {level}");
            assert!(errors.iter().all(|e| e.abs() < 1.5));
        }
    }

    #[test]
    fn dither_is_triangular_white_and_different_per_channel() {
        let dither: Vec<f64> = (0..200_000).map(|frame| tpdf(frame, 0)).collect();
        let count = dither.len() as f64;
        let within_half = dither.iter().filter(|d| d.abs() < 0.5).count() as f64 / count;
        let variance = dither.iter().map(|d| d * d).sum::<f64>() / count;
        let lag = dither.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / count;
        let other: f64 = dither.iter().enumerate().map(|(frame, d)| d * tpdf(frame as u64, 1)).sum::<f64>() / count;
        assert!((within_half - 0.75).abs() < 0.005 && (variance - 1.0 / 6.0).abs() < 0.002);
        assert!(lag.abs() < 0.002 && other.abs() < 0.002);
    }
}
