//! Vector kernels: the voice of [`super::scalar`] for 16 frames at a time, written once over [`lanes::Lanes`].
//!
//! `std::arch` behind a small trait: the kernels need a permutation by run-time places, which the portable vector crates
//! (`wide`, `pulp`, `fearless_simd`) do not offer for two registers.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod filter;
mod interpolation;
mod lanes;
mod pieces;
mod portable;
mod voice;

use lanes::Lanes;
pub(super) use lanes::Steps;
pub(super) use voice::Work;

use super::InstructionSet;

/// Renders a voice with `set`, which must be one of [`InstructionSet::available`].
pub(super) fn render(set: InstructionSet, work: Work<'_>) {
    match set {
        InstructionSet::Scalar => super::scalar::render(work),
        InstructionSet::Portable => portable::Portable.render(work),
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx2 => avx2::Avx2::detect().expect("was available").render(work),
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512 => avx512::Avx512::detect().expect("was available").render(work),
        #[cfg(not(target_arch = "x86_64"))]
        InstructionSet::Avx2 | InstructionSet::Avx512 => unreachable!("is never available here"),
    }
}

/// Whether this processor has `set`.
pub(super) fn is_available(set: InstructionSet) -> bool {
    match set {
        InstructionSet::Scalar | InstructionSet::Portable => true,
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx2 => avx2::Avx2::detect().is_some(),
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512 => avx512::Avx512::detect().is_some(),
        #[cfg(not(target_arch = "x86_64"))]
        InstructionSet::Avx2 | InstructionSet::Avx512 => false,
    }
}
