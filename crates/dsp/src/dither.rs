//! Dither that depends only on where a sample is, not on what was rendered before it.

use crate::hash::mix64;

/// Triangular noise in (−1, 1) steps of the target format, for `frame` of `channel`: mean 0, variance 1/6.
///
/// A difference of two uniform values makes mean and variance of the rounding error independent of the signal:
/// S. P. Lipshitz, R. A. Wannamaker, J. Vanderkooy, "Quantization and dither", J. Audio Eng. Soc. 40(5), 1992.
#[inline]
pub fn tpdf(frame: u64, channel: u32) -> f64 {
    let word = mix64(frame.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (u64::from(channel) << 56));
    let (high, low) = ((word >> 32) as i64, (word & 0xffff_ffff) as i64);
    (high - low) as f64 * (1.0 / (1u64 << 32) as f64)
}
