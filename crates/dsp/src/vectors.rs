//! Sixteen singles at a time, with the instructions of the processor at hand: as [`crate::lanes`] for doubles.
//!
//! Nothing is fused or reordered, so that every version gives the same bits.

#![allow(unsafe_code, reason = "vector instructions that were detected")]

/// Values side by side.
pub(crate) const WIDTH: usize = 16;

/// Sixteen numbers side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Sixteen(pub(crate) [f32; WIDTH]);

/// The numbers one after the other.
pub(crate) fn flat(sixteens: &[Sixteen]) -> &[f32] {
    // SAFETY: a sixteen is an array of sixteen numbers and nothing else.
    unsafe { std::slice::from_raw_parts(sixteens.as_ptr().cast(), sixteens.len() * WIDTH) }
}

/// The numbers one after the other, to write.
pub(crate) fn flat_mut(sixteens: &mut [Sixteen]) -> &mut [f32] {
    // SAFETY: a sixteen is an array of sixteen numbers and nothing else.
    unsafe { std::slice::from_raw_parts_mut(sixteens.as_mut_ptr().cast(), sixteens.len() * WIDTH) }
}

/// Sixteen complex numbers side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub(crate) struct Complex16 {
    pub(crate) re: Sixteen,
    pub(crate) im: Sixteen,
}

/// Complex numbers in rows, as many in each.
pub(crate) type Tile = [Complex16; WIDTH];

/// What fits into a register, and what is done with it.
pub(crate) trait Vectors: Copy {
    /// A register, or a part of one.
    type Singles: Copy;

    /// Registers that hold sixteen numbers.
    const PARTS: usize;

    fn load(self, from: &Sixteen, part: usize) -> Self::Singles;
    fn store(self, x: Self::Singles, to: &mut Sixteen, part: usize);
    fn splat(self, x: f32) -> Self::Singles;
    fn add(self, a: Self::Singles, b: Self::Singles) -> Self::Singles;
    fn sub(self, a: Self::Singles, b: Self::Singles) -> Self::Singles;
    fn mul(self, a: Self::Singles, b: Self::Singles) -> Self::Singles;

    /// Rows become columns.
    #[inline(always)]
    fn transpose(self, from: &Tile, to: &mut Tile) {
        for (row, out) in to.iter_mut().enumerate() {
            out.re.0 = std::array::from_fn(|column| from[column].re.0[row]);
            out.im.0 = std::array::from_fn(|column| from[column].im.0[row]);
        }
    }
}

/// Work in vectors. Implementations mark `run`, and what it calls, `#[inline(always)]`.
pub(crate) trait VectorKernel {
    /// What the work returns.
    type Output;

    fn run<V: Vectors>(self, vectors: V) -> Self::Output;
}

/// Runs a kernel with the widest vectors of this processor.
#[inline]
pub(crate) fn run_vectors<K: VectorKernel>(kernel: K) -> K::Output {
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
    kernel.run(Plain)
}

/// The scalar twin, in parts that small registers hold.
#[derive(Clone, Copy)]
pub(crate) struct Plain;

const PART: usize = 4;

impl Vectors for Plain {
    type Singles = [f32; PART];

    const PARTS: usize = WIDTH / PART;

    #[inline(always)]
    fn load(self, from: &Sixteen, part: usize) -> [f32; PART] {
        from.0.as_chunks().0[part]
    }

    #[inline(always)]
    fn store(self, x: [f32; PART], to: &mut Sixteen, part: usize) {
        to.0.as_chunks_mut().0[part] = x;
    }

    #[inline(always)]
    fn splat(self, x: f32) -> [f32; PART] {
        [x; PART]
    }

    #[inline(always)]
    fn add(self, a: [f32; PART], b: [f32; PART]) -> [f32; PART] {
        std::array::from_fn(|n| a[n] + b[n])
    }

    #[inline(always)]
    fn sub(self, a: [f32; PART], b: [f32; PART]) -> [f32; PART] {
        std::array::from_fn(|n| a[n] - b[n])
    }

    #[inline(always)]
    fn mul(self, a: [f32; PART], b: [f32; PART]) -> [f32; PART] {
        std::array::from_fn(|n| a[n] * b[n])
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Sixteen, Tile, VectorKernel, Vectors, WIDTH};

    #[target_feature(enable = "avx512f")]
    pub(super) fn with_avx512<K: VectorKernel>(kernel: K) -> K::Output {
        kernel.run(Avx512(()))
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn with_avx2<K: VectorKernel>(kernel: K) -> K::Output {
        kernel.run(Avx2(()))
    }

    /// Proof that the processor has AVX-512 F: only made where that is enabled.
    #[derive(Clone, Copy)]
    struct Avx512(());

    impl Vectors for Avx512 {
        type Singles = __m512;

        const PARTS: usize = 1;

        #[inline(always)]
        fn load(self, from: &Sixteen, _part: usize) -> __m512 {
            // SAFETY: `self` proves the instructions; the array is as long as a register and aligned to it.
            unsafe { _mm512_load_ps(from.0.as_ptr()) }
        }

        #[inline(always)]
        fn store(self, x: __m512, to: &mut Sixteen, _part: usize) {
            // SAFETY: `self` proves the instructions; the array is as long as a register and aligned to it.
            unsafe { _mm512_store_ps(to.0.as_mut_ptr(), x) }
        }

        #[inline(always)]
        fn splat(self, x: f32) -> __m512 {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm512_set1_ps(x) }
        }

        #[inline(always)]
        fn add(self, a: __m512, b: __m512) -> __m512 {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm512_add_ps(a, b) }
        }

        #[inline(always)]
        fn sub(self, a: __m512, b: __m512) -> __m512 {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm512_sub_ps(a, b) }
        }

        #[inline(always)]
        fn mul(self, a: __m512, b: __m512) -> __m512 {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm512_mul_ps(a, b) }
        }

        #[inline(always)]
        fn transpose(self, from: &Tile, to: &mut Tile) {
            let mut rows = [self.splat(0.0); WIDTH];
            for row in 0..WIDTH {
                rows[row] = self.load(&from[row].re, 0);
            }
            let columns = self.turned(rows);
            for row in 0..WIDTH {
                self.store(columns[row], &mut to[row].re, 0);
                rows[row] = self.load(&from[row].im, 0);
            }
            let columns = self.turned(rows);
            for row in 0..WIDTH {
                self.store(columns[row], &mut to[row].im, 0);
            }
        }
    }

    impl Avx512 {
        /// Rows become columns: by ones, twos, fours and eights.
        #[inline(always)]
        fn turned(self, rows: [__m512; WIDTH]) -> [__m512; WIDTH] {
            // SAFETY: `self` proves the instructions.
            unsafe {
                // t[4i + …]: columns 4n + 0, 1, 2, 3 of rows 4i to 4i + 3, n by the quarter of the register.
                let mut t = rows;
                for i in (0..WIDTH).step_by(4) {
                    let [a, b, c, d] = [t[i], t[i + 1], t[i + 2], t[i + 3]];
                    let ab_low = _mm512_castps_pd(_mm512_unpacklo_ps(a, b));
                    let ab_high = _mm512_castps_pd(_mm512_unpackhi_ps(a, b));
                    let cd_low = _mm512_castps_pd(_mm512_unpacklo_ps(c, d));
                    let cd_high = _mm512_castps_pd(_mm512_unpackhi_ps(c, d));
                    t[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(ab_low, cd_low));
                    t[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(ab_low, cd_low));
                    t[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(ab_high, cd_high));
                    t[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(ab_high, cd_high));
                }
                // Quarters: a 4 by 4 of them for each column modulo 4.
                let mut out = t;
                for k in 0..4 {
                    let [a, b, c, d] = [t[k], t[4 + k], t[8 + k], t[12 + k]];
                    let (ab_even, ab_odd) = (_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xdd));
                    let (cd_even, cd_odd) = (_mm512_shuffle_f32x4(c, d, 0x88), _mm512_shuffle_f32x4(c, d, 0xdd));
                    out[k] = _mm512_shuffle_f32x4(ab_even, cd_even, 0x88);
                    out[4 + k] = _mm512_shuffle_f32x4(ab_odd, cd_odd, 0x88);
                    out[8 + k] = _mm512_shuffle_f32x4(ab_even, cd_even, 0xdd);
                    out[12 + k] = _mm512_shuffle_f32x4(ab_odd, cd_odd, 0xdd);
                }
                out
            }
        }
    }

    /// Proof that the processor has AVX2: only made where that is enabled.
    #[derive(Clone, Copy)]
    struct Avx2(());

    const HALF: usize = 8;

    impl Vectors for Avx2 {
        type Singles = __m256;

        const PARTS: usize = 2;

        #[inline(always)]
        fn load(self, from: &Sixteen, part: usize) -> __m256 {
            let half: &[f32; HALF] = &from.0.as_chunks().0[part];
            // SAFETY: `self` proves the instructions; the half is as long as a register and aligned to it.
            unsafe { _mm256_load_ps(half.as_ptr()) }
        }

        #[inline(always)]
        fn store(self, x: __m256, to: &mut Sixteen, part: usize) {
            let half: &mut [f32; HALF] = &mut to.0.as_chunks_mut().0[part];
            // SAFETY: `self` proves the instructions; the half is as long as a register and aligned to it.
            unsafe { _mm256_store_ps(half.as_mut_ptr(), x) }
        }

        #[inline(always)]
        fn splat(self, x: f32) -> __m256 {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm256_set1_ps(x) }
        }

        #[inline(always)]
        fn add(self, a: __m256, b: __m256) -> __m256 {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm256_add_ps(a, b) }
        }

        #[inline(always)]
        fn sub(self, a: __m256, b: __m256) -> __m256 {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm256_sub_ps(a, b) }
        }

        #[inline(always)]
        fn mul(self, a: __m256, b: __m256) -> __m256 {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm256_mul_ps(a, b) }
        }

        #[inline(always)]
        fn transpose(self, from: &Tile, to: &mut Tile) {
            for rows in 0..2 {
                for columns in 0..2 {
                    let [mut re, mut im] = [[self.splat(0.0); HALF]; 2];
                    for n in 0..HALF {
                        re[n] = self.load(&from[rows * HALF + n].re, columns);
                        im[n] = self.load(&from[rows * HALF + n].im, columns);
                    }
                    (re, im) = (self.turned(re), self.turned(im));
                    for n in 0..HALF {
                        self.store(re[n], &mut to[columns * HALF + n].re, rows);
                        self.store(im[n], &mut to[columns * HALF + n].im, rows);
                    }
                }
            }
        }
    }

    impl Avx2 {
        /// Rows become columns.
        #[inline(always)]
        fn turned(self, rows: [__m256; HALF]) -> [__m256; HALF] {
            // SAFETY: `self` proves the instructions.
            unsafe {
                let mut t = rows;
                for i in [0, 4] {
                    let [a, b, c, d] = [t[i], t[i + 1], t[i + 2], t[i + 3]];
                    let (ab_low, ab_high) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
                    let (cd_low, cd_high) = (_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
                    t[i] = _mm256_shuffle_ps(ab_low, cd_low, 0x44);
                    t[i + 1] = _mm256_shuffle_ps(ab_low, cd_low, 0xee);
                    t[i + 2] = _mm256_shuffle_ps(ab_high, cd_high, 0x44);
                    t[i + 3] = _mm256_shuffle_ps(ab_high, cd_high, 0xee);
                }
                let mut out = t;
                for k in 0..4 {
                    out[k] = _mm256_permute2f128_ps(t[k], t[4 + k], 0x20);
                    out[4 + k] = _mm256_permute2f128_ps(t[k], t[4 + k], 0x31);
                }
                out
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::vectors::{Complex16, Plain};

        struct Work<'a>(&'a Tile);

        impl VectorKernel for Work<'_> {
            type Output = Tile;

            #[inline(always)]
            fn run<V: Vectors>(self, v: V) -> Tile {
                let mut turned = Tile::default();
                v.transpose(self.0, &mut turned);
                for (row, out) in turned.iter_mut().enumerate() {
                    for part in 0..V::PARTS {
                        let (re, im) = (v.load(&out.re, part), v.load(&out.im, part));
                        v.store(v.sub(v.mul(re, im), v.splat(row as f32)), &mut out.re, part);
                        v.store(v.add(v.mul(re, re), im), &mut out.im, part);
                    }
                }
                turned
            }
        }

        #[test]
        fn every_version_gives_the_bits_of_the_plain_one() {
            let numbers = |seed| Sixteen(std::array::from_fn(|n| crate::hash::noise(seed, n as u64) as f32));
            let tile: Tile =
                std::array::from_fn(|row| Complex16 { re: numbers(row as u64), im: numbers(16 + row as u64) });
            let plain = Work(&tile).run(Plain);
            let (re, im) = (tile[5].re.0[3], tile[5].im.0[3]);
            assert_eq!((plain[3].re.0[5], plain[3].im.0[5]), (re * im - 3.0, re * re + im));
            assert!(crate::vectors::run_vectors(Work(&tile)) == plain);
            if std::arch::is_x86_feature_detected!("avx2") {
                // SAFETY: the instructions were just detected.
                assert!(unsafe { with_avx2(Work(&tile)) } == plain);
            }
        }
    }
}
