//! Dither that depends only on where a sample is, not on what was rendered before it.

use crate::hash::mix64;

/// Triangular noise in (−1, 1) steps of the target format, for `frame` of `channel`: mean 0, variance 1/6.
///
/// A difference of two uniform values makes mean and variance of the rounding error independent of the signal:
/// S. P. Lipshitz, R. A. Wannamaker, J. Vanderkooy, "Quantization and dither", J. Audio Eng. Soc. 40(5), 1992.
#[inline(always)]
pub fn tpdf(frame: u64, channel: u32) -> f64 {
    let word = mix64(frame.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (u64::from(channel) << 56));
    (two_to_52_and(word >> 32) - two_to_52_and(word & 0xffff_ffff)) * (1.0 / (1u64 << 32) as f64)
}

/// 2^52 + `word`, for words of 32 bits, without a conversion that not all vectors have.
#[inline(always)]
fn two_to_52_and(word: u64) -> f64 {
    f64::from_bits(0x4330_0000_0000_0000 | word)
}
