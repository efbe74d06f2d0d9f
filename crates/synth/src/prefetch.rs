//! Memory that is asked for ahead of its use.

#![allow(unsafe_code, reason = "the instruction for it")]

/// Bytes of a cache line.
const LINE: usize = 64;

/// Asks for values that are needed soon, without waiting for them. Elsewhere than on x86 the processor is left to guess.
#[inline(always)]
pub(crate) fn prefetch<T>(values: &[T]) {
    #[cfg(target_arch = "x86_64")]
    for line in 0..size_of_val(values).div_ceil(LINE) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every 64-bit x86 has the instruction, and it accesses nothing.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(values.as_ptr().cast::<i8>().wrapping_add(line * LINE)) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (values, LINE);
}
