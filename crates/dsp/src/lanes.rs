//! Eight doubles at a time, with the instructions of the processor at hand.
//!
//! [`crate::wide`] leaves vectors to the compiler, which finds them along slices, but not across a few arrays that depend on
//! each other; this names them. Nothing is fused or reordered, so that every version gives the same bits.

#![allow(unsafe_code, reason = "vector instructions that were detected")]

/// Values side by side.
pub(crate) const LANES: usize = 8;

/// Eight doubles, and what is done with them.
pub(crate) trait Lanes: Copy {
    /// The eight.
    type Doubles: Copy;

    fn load(self, from: &[f64; LANES]) -> Self::Doubles;
    fn store(self, x: Self::Doubles, to: &mut [f64; LANES]);
    fn splat(self, x: f64) -> Self::Doubles;
    fn add(self, a: Self::Doubles, b: Self::Doubles) -> Self::Doubles;
    fn mul(self, a: Self::Doubles, b: Self::Doubles) -> Self::Doubles;
    /// Eight times the last one, and eight times the one before.
    fn last_two(self, x: Self::Doubles) -> [Self::Doubles; 2];
}

/// Work in lanes. Implementations mark `run`, and what it calls, `#[inline(always)]`.
pub(crate) trait LaneKernel {
    fn run<L: Lanes>(self, lanes: L);
}

/// Runs a kernel with the widest vectors of this processor.
#[inline]
pub(crate) fn run_lanes<K: LaneKernel>(kernel: K) {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            // SAFETY: the instructions were just detected.
            return unsafe { x86::with_avx512(kernel) };
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the instructions were just detected.
            return unsafe { x86::with_avx2(kernel) };
        }
    }
    kernel.run(Plain);
}

/// The scalar twin.
#[derive(Clone, Copy)]
struct Plain;

impl Lanes for Plain {
    type Doubles = [f64; LANES];

    #[inline(always)]
    fn load(self, from: &[f64; LANES]) -> [f64; LANES] {
        *from
    }

    #[inline(always)]
    fn store(self, x: [f64; LANES], to: &mut [f64; LANES]) {
        *to = x;
    }

    #[inline(always)]
    fn splat(self, x: f64) -> [f64; LANES] {
        [x; LANES]
    }

    #[inline(always)]
    fn add(self, a: [f64; LANES], b: [f64; LANES]) -> [f64; LANES] {
        std::array::from_fn(|n| a[n] + b[n])
    }

    #[inline(always)]
    fn mul(self, a: [f64; LANES], b: [f64; LANES]) -> [f64; LANES] {
        std::array::from_fn(|n| a[n] * b[n])
    }

    #[inline(always)]
    fn last_two(self, x: [f64; LANES]) -> [[f64; LANES]; 2] {
        [[x[LANES - 1]; LANES], [x[LANES - 2]; LANES]]
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{LANES, LaneKernel, Lanes};

    #[target_feature(enable = "avx512f")]
    pub(super) fn with_avx512<K: LaneKernel>(kernel: K) {
        kernel.run(Avx512(()));
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn with_avx2<K: LaneKernel>(kernel: K) {
        kernel.run(Avx2(()));
    }

    /// Proof that the processor has AVX-512 F: only made where that is enabled.
    #[derive(Clone, Copy)]
    struct Avx512(());

    impl Lanes for Avx512 {
        type Doubles = __m512d;

        #[inline(always)]
        fn load(self, from: &[f64; LANES]) -> __m512d {
            // SAFETY: `self` proves the instructions; the array is as long as a register.
            unsafe { _mm512_loadu_pd(from.as_ptr()) }
        }

        #[inline(always)]
        fn store(self, x: __m512d, to: &mut [f64; LANES]) {
            // With a mask, since the compiler takes the plain one through the stack, for which the next group would wait.
            // SAFETY: `self` proves the instructions; the array is as long as a register.
            unsafe { _mm512_mask_storeu_pd(to.as_mut_ptr(), 0xff, x) }
        }

        #[inline(always)]
        fn splat(self, x: f64) -> __m512d {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm512_set1_pd(x) }
        }

        #[inline(always)]
        fn add(self, a: __m512d, b: __m512d) -> __m512d {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm512_add_pd(a, b) }
        }

        #[inline(always)]
        fn mul(self, a: __m512d, b: __m512d) -> __m512d {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm512_mul_pd(a, b) }
        }

        #[inline(always)]
        fn last_two(self, x: __m512d) -> [__m512d; 2] {
            // SAFETY: `self` proves the instructions.
            unsafe { [_mm512_permutexvar_pd(_mm512_set1_epi64(7), x), _mm512_permutexvar_pd(_mm512_set1_epi64(6), x)] }
        }
    }

    /// Proof that the processor has AVX2: only made where that is enabled.
    #[derive(Clone, Copy)]
    struct Avx2(());

    impl Lanes for Avx2 {
        type Doubles = [__m256d; 2];

        #[inline(always)]
        fn load(self, from: &[f64; LANES]) -> [__m256d; 2] {
            // SAFETY: `self` proves the instructions; the array is as long as two registers.
            unsafe { [_mm256_loadu_pd(from.as_ptr()), _mm256_loadu_pd(from.as_ptr().add(4))] }
        }

        #[inline(always)]
        fn store(self, x: [__m256d; 2], to: &mut [f64; LANES]) {
            // SAFETY: `self` proves the instructions; the array is as long as two registers.
            unsafe {
                _mm256_storeu_pd(to.as_mut_ptr(), x[0]);
                _mm256_storeu_pd(to.as_mut_ptr().add(4), x[1]);
            }
        }

        #[inline(always)]
        fn splat(self, x: f64) -> [__m256d; 2] {
            // SAFETY: `self` proves the instructions.
            unsafe { [_mm256_set1_pd(x); 2] }
        }

        #[inline(always)]
        fn add(self, a: [__m256d; 2], b: [__m256d; 2]) -> [__m256d; 2] {
            // SAFETY: `self` proves the instructions.
            unsafe { [_mm256_add_pd(a[0], b[0]), _mm256_add_pd(a[1], b[1])] }
        }

        #[inline(always)]
        fn mul(self, a: [__m256d; 2], b: [__m256d; 2]) -> [__m256d; 2] {
            // SAFETY: `self` proves the instructions.
            unsafe { [_mm256_mul_pd(a[0], b[0]), _mm256_mul_pd(a[1], b[1])] }
        }

        #[inline(always)]
        fn last_two(self, x: [__m256d; 2]) -> [[__m256d; 2]; 2] {
            // SAFETY: `self` proves the instructions.
            unsafe { [[_mm256_permute4x64_pd::<0xff>(x[1]); 2], [_mm256_permute4x64_pd::<0xaa>(x[1]); 2]] }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::lanes::Plain;

        struct Sums<'a>(&'a mut [[f64; LANES]]);

        impl LaneKernel for Sums<'_> {
            #[inline(always)]
            fn run<L: Lanes>(self, lanes: L) {
                let mut sum = lanes.splat(0.3);
                for values in self.0 {
                    let x = lanes.load(values);
                    let [last, one_before] = lanes.last_two(x);
                    sum = lanes.add(lanes.mul(sum, last), lanes.mul(x, one_before));
                    lanes.store(sum, values);
                }
            }
        }

        #[test]
        fn every_version_gives_the_bits_of_the_plain_one() {
            let values: Vec<[f64; LANES]> =
                (0..50).map(|n| std::array::from_fn(|k| crate::hash::noise(n, k as u64))).collect();
            let outcome = |run: &dyn Fn(Sums)| {
                let mut values = values.clone();
                run(Sums(&mut values));
                values.concat().iter().map(|x| x.to_bits()).collect::<Vec<_>>()
            };
            let plain = outcome(&|kernel| kernel.run(Plain));
            assert!(outcome(&|kernel| crate::lanes::run_lanes(kernel)) == plain);
            if std::arch::is_x86_feature_detected!("avx2") {
                // SAFETY: the instructions were just detected.
                assert!(outcome(&|kernel| unsafe { with_avx2(kernel) }) == plain);
            }
        }
    }
}
