//! Which instructions the kernels use.

use std::fmt;
use std::str::FromStr;

use super::simd::Kernels;

/// A set of kernels, by what a processor must have to run them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstructionSet {
    /// The scalar twin.
    Scalar,
    /// Plain arrays, vectors as the compiler makes them: NEON on 64-bit Arm.
    Portable,
    /// AVX2 and FMA.
    Avx2,
    /// AVX-512 F, DQ, BW and VL.
    Avx512,
}

impl InstructionSet {
    /// All, the slowest first. Plain arrays need registers and multiply-adds that the oldest 64-bit x86 lacks.
    pub const ALL: [InstructionSet; 4] = if cfg!(target_arch = "x86_64") {
        [InstructionSet::Portable, InstructionSet::Scalar, InstructionSet::Avx2, InstructionSet::Avx512]
    } else {
        [InstructionSet::Scalar, InstructionSet::Portable, InstructionSet::Avx2, InstructionSet::Avx512]
    };

    /// Whether this processor has it.
    pub fn is_available(self) -> bool {
        Kernels::of(self).is_some()
    }

    /// The fastest that this processor has.
    pub fn fastest() -> InstructionSet {
        let mut usable = InstructionSet::ALL.into_iter().filter(|set| set.is_available());
        usable.next_back().unwrap_or(InstructionSet::Scalar)
    }
}

impl fmt::Display for InstructionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            InstructionSet::Scalar => "scalar",
            InstructionSet::Portable => "portable",
            InstructionSet::Avx2 => "avx2",
            InstructionSet::Avx512 => "avx512",
        })
    }
}

impl FromStr for InstructionSet {
    type Err = String;

    /// The name of a set that this processor has.
    fn from_str(name: &str) -> Result<InstructionSet, String> {
        let usable = || InstructionSet::ALL.into_iter().filter(|set| set.is_available());
        usable().find(|set| set.to_string() == name).ok_or_else(|| {
            let names: Vec<String> = usable().map(|set| set.to_string()).collect();
            format!("{name} instructions are not known or not available here; choose one of {}", names.join(", "))
        })
    }
}
