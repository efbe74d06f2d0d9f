//! Kernels compiled several times, for the widest vectors of the processor at hand.
//!
//! A kernel is plain code over slices that the compiler turns into vectors. Nothing in it is fused or reordered by wider
//! instructions, so every version gives the same bits as the kernel's own `run`, its scalar twin.

#![allow(unsafe_code, reason = "a function for newer instructions may be called only where they were detected")]

/// Work over slices. Implementations mark `run`, and what it calls, `#[inline(always)]`: only what is inlined is
/// compiled for wider vectors.
pub trait WideKernel {
    /// What the kernel returns.
    type Output;

    /// Does the work.
    fn run(self) -> Self::Output;
}

/// The largest of some values and 0; NaN counts as nothing.
pub fn largest(values: &[f32]) -> f32 {
    run_wide(Largest(values))
}

struct Largest<'a>(&'a [f32]);

impl WideKernel for Largest<'_> {
    type Output = f32;

    #[inline(always)]
    fn run(self) -> f32 {
        let larger = |a: f32, b: f32| if a > b { a } else { b };
        let mut most = [0.0; 32];
        let (groups, rest) = self.0.as_chunks::<32>();
        for group in groups {
            most.iter_mut().zip(group).for_each(|(most, value)| *most = larger(*value, *most));
        }
        most.iter().chain(rest).fold(0.0, |most, value| larger(*value, most))
    }
}

/// Runs a kernel with the widest vectors of this processor.
#[inline]
pub fn run_wide<K: WideKernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        if has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl") {
            // SAFETY: the instructions were just detected.
            return unsafe { with_avx512(kernel) };
        }
        if has!("avx2") {
            // SAFETY: the instructions were just detected.
            return unsafe { with_avx2(kernel) };
        }
    }
    kernel.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn with_avx512<K: WideKernel>(kernel: K) -> K::Output {
    kernel.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<K: WideKernel>(kernel: K) -> K::Output {
    kernel.run()
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;
    use crate::hash::noise;

    struct Mix<'a>(&'a [f32], &'a mut [f32]);

    impl WideKernel for Mix<'_> {
        type Output = f32;

        #[inline(always)]
        fn run(self) -> f32 {
            self.1.iter_mut().zip(self.0).for_each(|(out, x)| *out += x * 0.37 + x * x);
            self.1.iter().fold(0.0, |peak, x| if *x > peak { *x } else { peak })
        }
    }

    #[test]
    fn every_version_gives_the_bits_of_the_plain_one() {
        let samples: Vec<f32> = (0..1003).map(|n| noise(1, n) as f32).collect();
        let outcome = |run: &dyn Fn(Mix) -> f32| {
            let mut out: Vec<f32> = samples.iter().rev().copied().collect();
            let peak = run(Mix(&samples, &mut out));
            (out.iter().map(|x| x.to_bits()).collect::<Vec<_>>(), peak.to_bits())
        };
        let plain = outcome(&|kernel| kernel.run());
        assert!(outcome(&|kernel| run_wide(kernel)) == plain);
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the instructions were just detected.
            assert!(outcome(&|kernel| unsafe { with_avx2(kernel) }) == plain);
        }
    }
}
