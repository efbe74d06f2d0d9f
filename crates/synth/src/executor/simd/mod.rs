//! Vector kernels: the voice of [`super::scalar`] for 8 or 16 frames at a time, written once over [`lanes::Lanes`].
//!
//! `std::arch` behind a small trait: the kernels need a permutation by run-time places and a choice at run time, and no
//! portable vector crate offers both at full speed (ARCHITECTURE.md has the figures).

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod filter;
mod half_grid;
mod interpolation;
mod lanes;
mod pieces;
mod portable;
mod voice;

pub(super) use filter::FilterState;
pub(super) use interpolation::{Near, prepare};
use lanes::Lanes;

use super::{InstructionSet, Work, scalar};

/// The kernels of an instruction set that this processor has.
#[derive(Clone, Copy)]
pub(super) enum Kernels {
    Scalar,
    Portable(portable::Portable),
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Avx512),
}

impl Kernels {
    /// `None` if this processor lacks the instructions.
    pub(super) fn of(set: InstructionSet) -> Option<Kernels> {
        match set {
            InstructionSet::Scalar => Some(Kernels::Scalar),
            InstructionSet::Portable => Some(Kernels::Portable(portable::Portable)),
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => avx2::Avx2::detect().map(Kernels::Avx2),
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512 => avx512::Avx512::detect().map(Kernels::Avx512),
            #[cfg(not(target_arch = "x86_64"))]
            InstructionSet::Avx2 | InstructionSet::Avx512 => None,
        }
    }

    /// Adds the voice's segments to the buses.
    pub(super) fn render(self, work: Work<'_>) {
        match self {
            Kernels::Scalar => scalar::render(work),
            Kernels::Portable(lanes) => lanes.render(work),
            #[cfg(target_arch = "x86_64")]
            Kernels::Avx2(lanes) => lanes.render(work),
            #[cfg(target_arch = "x86_64")]
            Kernels::Avx512(lanes) => lanes.render(work),
        }
    }
}
