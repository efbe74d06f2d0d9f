//! Sixteen singles at a time, with the instructions of the processor at hand: as [`crate::lanes`] for doubles.
//!
//! Nothing is reordered, and nothing fused but [`Vectors::mul_add`]: without that, every version gives the same bits.

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

    fn load(self, from: &[f32; WIDTH], part: usize) -> Self::Singles;
    fn store(self, x: Self::Singles, to: &mut [f32; WIDTH], part: usize);
    fn splat(self, x: f32) -> Self::Singles;
    fn add(self, a: Self::Singles, b: Self::Singles) -> Self::Singles;
    fn sub(self, a: Self::Singles, b: Self::Singles) -> Self::Singles;
    fn mul(self, a: Self::Singles, b: Self::Singles) -> Self::Singles;
    fn div(self, a: Self::Singles, b: Self::Singles) -> Self::Singles;
    /// a·b + c, rounded once where there is an instruction for it, otherwise twice.
    fn mul_add(self, a: Self::Singles, b: Self::Singles, c: Self::Singles) -> Self::Singles;
    fn abs(self, x: Self::Singles) -> Self::Singles;
    /// `x` where a > b, else `y`.
    fn where_greater(self, a: Self::Singles, b: Self::Singles, x: Self::Singles, y: Self::Singles) -> Self::Singles;

    /// Rows become columns.
    #[inline(always)]
    fn transpose(self, from: &impl Rows, to: &mut impl RowsMut) {
        for row in 0..WIDTH {
            for column in 0..WIDTH {
                to.row_mut(row)[column] = from.row(column)[row];
            }
        }
    }
}

/// Sixteen rows of sixteen numbers, wherever they lie.
pub(crate) trait Rows {
    fn row(&self, row: usize) -> &[f32; WIDTH];
}

/// The same, to write.
pub(crate) trait RowsMut {
    fn row_mut(&mut self, row: usize) -> &mut [f32; WIDTH];
}

impl Rows for [Sixteen; WIDTH] {
    #[inline(always)]
    fn row(&self, row: usize) -> &[f32; WIDTH] {
        &self[row].0
    }
}

impl RowsMut for [Sixteen; WIDTH] {
    #[inline(always)]
    fn row_mut(&mut self, row: usize) -> &mut [f32; WIDTH] {
        &mut self[row].0
    }
}

/// The real parts of a tile.
pub(crate) struct Real<T>(pub(crate) T);

/// The imaginary parts of a tile.
pub(crate) struct Imaginary<T>(pub(crate) T);

impl Rows for Real<&Tile> {
    #[inline(always)]
    fn row(&self, row: usize) -> &[f32; WIDTH] {
        &self.0[row].re.0
    }
}

impl RowsMut for Real<&mut Tile> {
    #[inline(always)]
    fn row_mut(&mut self, row: usize) -> &mut [f32; WIDTH] {
        &mut self.0[row].re.0
    }
}

impl Rows for Imaginary<&Tile> {
    #[inline(always)]
    fn row(&self, row: usize) -> &[f32; WIDTH] {
        &self.0[row].im.0
    }
}

impl RowsMut for Imaginary<&mut Tile> {
    #[inline(always)]
    fn row_mut(&mut self, row: usize) -> &mut [f32; WIDTH] {
        &mut self.0[row].im.0
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
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
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
    fn load(self, from: &[f32; WIDTH], part: usize) -> [f32; PART] {
        from.as_chunks().0[part]
    }

    #[inline(always)]
    fn store(self, x: [f32; PART], to: &mut [f32; WIDTH], part: usize) {
        to.as_chunks_mut().0[part] = x;
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

    #[inline(always)]
    fn div(self, a: [f32; PART], b: [f32; PART]) -> [f32; PART] {
        std::array::from_fn(|n| a[n] / b[n])
    }

    #[inline(always)]
    fn mul_add(self, a: [f32; PART], b: [f32; PART], c: [f32; PART]) -> [f32; PART] {
        std::array::from_fn(|n| a[n] * b[n] + c[n])
    }

    #[inline(always)]
    fn abs(self, x: [f32; PART]) -> [f32; PART] {
        x.map(f32::abs)
    }

    #[inline(always)]
    fn where_greater(self, a: [f32; PART], b: [f32; PART], x: [f32; PART], y: [f32; PART]) -> [f32; PART] {
        std::array::from_fn(|n| if a[n] > b[n] { x[n] } else { y[n] })
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Rows, RowsMut, VectorKernel, Vectors, WIDTH};

    #[target_feature(enable = "avx512f")]
    pub(super) fn with_avx512<K: VectorKernel>(kernel: K) -> K::Output {
        kernel.run(Avx512(()))
    }

    #[target_feature(enable = "avx2,fma")]
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
        fn load(self, from: &[f32; WIDTH], _part: usize) -> __m512 {
            // SAFETY: `self` proves the instructions; the array is as long as a register.
            unsafe { _mm512_loadu_ps(from.as_ptr()) }
        }

        #[inline(always)]
        fn store(self, x: __m512, to: &mut [f32; WIDTH], _part: usize) {
            // SAFETY: `self` proves the instructions; the array is as long as a register.
            unsafe { _mm512_storeu_ps(to.as_mut_ptr(), x) }
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
        fn div(self, a: __m512, b: __m512) -> __m512 {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm512_div_ps(a, b) }
        }

        #[inline(always)]
        fn mul_add(self, a: __m512, b: __m512, c: __m512) -> __m512 {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm512_fmadd_ps(a, b, c) }
        }

        #[inline(always)]
        fn abs(self, x: __m512) -> __m512 {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm512_abs_ps(x) }
        }

        #[inline(always)]
        fn where_greater(self, a: __m512, b: __m512, x: __m512, y: __m512) -> __m512 {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_GT_OQ>(a, b), y, x) }
        }

        #[inline(always)]
        fn transpose(self, from: &impl Rows, to: &mut impl RowsMut) {
            let mut rows = [self.splat(0.0); WIDTH];
            for (n, row) in rows.iter_mut().enumerate() {
                *row = self.load(from.row(n), 0);
            }
            for (n, column) in self.turned(rows).into_iter().enumerate() {
                self.store(column, to.row_mut(n), 0);
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

    /// Proof that the processor has AVX2 and FMA: only made where that is enabled.
    #[derive(Clone, Copy)]
    struct Avx2(());

    const HALF: usize = 8;

    impl Vectors for Avx2 {
        type Singles = __m256;

        const PARTS: usize = 2;

        #[inline(always)]
        fn load(self, from: &[f32; WIDTH], part: usize) -> __m256 {
            let half: &[f32; HALF] = &from.as_chunks().0[part];
            // SAFETY: `self` proves the instructions; the half is as long as a register.
            unsafe { _mm256_loadu_ps(half.as_ptr()) }
        }

        #[inline(always)]
        fn store(self, x: __m256, to: &mut [f32; WIDTH], part: usize) {
            let half: &mut [f32; HALF] = &mut to.as_chunks_mut().0[part];
            // SAFETY: `self` proves the instructions; the half is as long as a register.
            unsafe { _mm256_storeu_ps(half.as_mut_ptr(), x) }
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
        fn div(self, a: __m256, b: __m256) -> __m256 {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm256_div_ps(a, b) }
        }

        #[inline(always)]
        fn mul_add(self, a: __m256, b: __m256, c: __m256) -> __m256 {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm256_fmadd_ps(a, b, c) }
        }

        #[inline(always)]
        fn abs(self, x: __m256) -> __m256 {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm256_andnot_ps(_mm256_set1_ps(-0.0), x) }
        }

        #[inline(always)]
        fn where_greater(self, a: __m256, b: __m256, x: __m256, y: __m256) -> __m256 {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm256_blendv_ps(y, x, _mm256_cmp_ps::<_CMP_GT_OQ>(a, b)) }
        }

        #[inline(always)]
        fn transpose(self, from: &impl Rows, to: &mut impl RowsMut) {
            for rows in 0..2 {
                for columns in 0..2 {
                    let mut eight = [self.splat(0.0); HALF];
                    for (n, row) in eight.iter_mut().enumerate() {
                        *row = self.load(from.row(rows * HALF + n), columns);
                    }
                    for (n, column) in self.turned(eight).into_iter().enumerate() {
                        self.store(column, to.row_mut(columns * HALF + n), rows);
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
        use crate::vectors::{Complex16, Imaginary, Plain, Real, Sixteen, Tile};

        struct Work<'a>(&'a Tile);

        impl VectorKernel for Work<'_> {
            type Output = Tile;

            #[inline(always)]
            fn run<V: Vectors>(self, v: V) -> Tile {
                let mut turned = Tile::default();
                v.transpose(&Real(self.0), &mut Real(&mut turned));
                v.transpose(&Imaginary(self.0), &mut Imaginary(&mut turned));
                for (row, out) in turned.iter_mut().enumerate() {
                    for part in 0..V::PARTS {
                        let (re, im) = (v.load(&out.re.0, part), v.load(&out.im.0, part));
                        let quotient = v.div(re, v.add(v.abs(im), v.splat(0.1)));
                        v.store(v.where_greater(re, im, quotient, im), &mut out.im.0, part);
                        v.store(v.sub(v.mul(re, im), v.splat(row as f32)), &mut out.re.0, part);
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
            let larger = if re > im { re / (im.abs() + 0.1) } else { im };
            assert_eq!((plain[3].re.0[5], plain[3].im.0[5]), (re * im - 3.0, larger));
            assert!(crate::vectors::run_vectors(Work(&tile)) == plain);
            if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
                // SAFETY: the instructions were just detected.
                assert!(unsafe { with_avx2(Work(&tile)) } == plain);
            }
        }
    }
}
