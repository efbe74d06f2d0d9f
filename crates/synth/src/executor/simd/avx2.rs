//! AVX2 and FMA: one register holds eight lanes.
//!
//! Sixteen, in two registers, would be twice as many numbers at once as there are registers for.

#![allow(unsafe_code, reason = "vector instructions")]

use std::arch::x86_64::*;

use super::lanes::{FILTER_WIDTH, Lanes, Steps};
use super::voice;
use crate::executor::Work;

const WIDTH: usize = 8;

/// Proof that the processor has AVX2 and FMA.
#[derive(Clone, Copy)]
pub(in crate::executor) struct Avx2(());

impl Avx2 {
    pub(super) fn detect() -> Option<Avx2> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Avx2(()))
    }
}

#[target_feature(enable = "avx2,fma")]
fn render(lanes: Avx2, work: Work<'_>) {
    voice::render(lanes, work);
}

/// The frames' places, and the first one's phase and what the phases differ by, of which they are made.
#[derive(Clone, Copy)]
pub(super) struct Places {
    places: __m256i,
    phase: u64,
    increment: u64,
}

impl Lanes for Avx2 {
    const WIDTH: usize = WIDTH;

    type Floats = __m256;
    type Doubles = [__m256d; 2];
    type Places = Places;

    #[inline(always)]
    fn splat(self, x: f32) -> __m256 {
        // SAFETY: `self` proves the instructions.
        unsafe { _mm256_set1_ps(x) }
    }

    #[inline(always)]
    fn load(self, from: &[f32]) -> __m256 {
        let from: &[f32; WIDTH] = from.first_chunk().unwrap();
        // SAFETY: `self` proves the instructions; the array has a register's size.
        unsafe { _mm256_loadu_ps(from.as_ptr()) }
    }

    #[inline(always)]
    fn store(self, x: __m256, to: &mut [f32]) {
        let to: &mut [f32; WIDTH] = to.first_chunk_mut().unwrap();
        // SAFETY: `self` proves the instructions; the array has a register's size.
        unsafe { _mm256_storeu_ps(to.as_mut_ptr(), x) }
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
    fn fma(self, a: __m256, b: __m256, c: __m256) -> __m256 {
        // SAFETY: `self` proves the instructions.
        unsafe { _mm256_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    fn delayed<const N: usize>(self, before: __m256, x: __m256) -> __m256 {
        // SAFETY: `self` proves the instructions.
        unsafe {
            let four = _mm256_castps_si256(_mm256_permute2f128_ps::<0x21>(before, x));
            let x = _mm256_castps_si256(x);
            _mm256_castsi256_ps(match N {
                1 => _mm256_alignr_epi8::<12>(x, four),
                2 => _mm256_alignr_epi8::<8>(x, four),
                4 => four,
                _ => _mm256_castps_si256(before),
            })
        }
    }

    #[inline(always)]
    fn sum(self, x: __m256) -> f32 {
        // SAFETY: `self` proves the instructions.
        unsafe {
            let four = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps::<1>(x));
            let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)))
        }
    }

    #[inline(always)]
    fn places(self, phase: u32, steps: &Steps) -> (Places, __m256) {
        // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
        unsafe {
            let sign = _mm256_set1_epi32(i32::MIN);
            let start = _mm256_set1_epi32(phase as i32);
            let low = _mm256_add_epi32(start, _mm256_loadu_si256(steps.low.as_ptr().cast()));
            let low = _mm256_xor_si256(low, sign);
            // All ones, that is −1, where the sum has wrapped around.
            let carry = _mm256_cmpgt_epi32(_mm256_xor_si256(start, sign), low);
            let places = _mm256_sub_epi32(_mm256_loadu_si256(steps.high.as_ptr().cast()), carry);
            let centred = _mm256_mul_ps(_mm256_cvtepi32_ps(low), _mm256_set1_ps(1.0 / 4_294_967_296.0));
            (Places { places, phase: u64::from(phase), increment: steps.increment() }, centred)
        }
    }

    #[inline(always)]
    fn pick<const WIDE: bool>(self, points: &[f32], places: Places) -> __m256 {
        let points: &[f32; 2 * WIDTH] = points.first_chunk().unwrap();
        // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
        unsafe {
            let near = _mm256_permutevar8x32_ps(_mm256_loadu_ps(points.as_ptr()), places.places);
            if WIDE {
                let far = _mm256_permutevar8x32_ps(_mm256_loadu_ps(points.as_ptr().add(WIDTH)), places.places);
                let is_far = _mm256_slli_epi32::<28>(places.places);
                _mm256_blendv_ps(near, far, _mm256_castsi256_ps(is_far))
            } else {
                near
            }
        }
    }

    /// Read frame by frame and transposed, which takes fewer instructions than picking tap by tap.
    #[inline(always)]
    fn four<const APART: u8>(self, points: &[f32], places: Places, first: usize) -> [__m256; 4] {
        let points: &[f32; 2 * WIDTH + 3] = points[first..].first_chunk().unwrap();
        // SAFETY: `self` proves the instructions; places are below 16, as `Steps` ensures for phases below one, and the
        // array has three points more.
        unsafe {
            let row = |frame: u64| {
                let at = |frame: u64| points.as_ptr().add(((places.phase + frame * places.increment) >> 32) as usize);
                let low = _mm256_castps128_ps256(_mm_loadu_ps(at(frame)));
                _mm256_insertf128_ps::<1>(low, _mm_loadu_ps(at(frame + 4)))
            };
            let (a, b, c, d) = (row(0), row(1), row(2), row(3));
            let (ab, cd) = (_mm256_unpacklo_ps(a, b), _mm256_unpacklo_ps(c, d));
            let (late_ab, late_cd) = (_mm256_unpackhi_ps(a, b), _mm256_unpackhi_ps(c, d));
            [
                _mm256_shuffle_ps::<0b01_00_01_00>(ab, cd),
                _mm256_shuffle_ps::<0b11_10_11_10>(ab, cd),
                _mm256_shuffle_ps::<0b01_00_01_00>(late_ab, late_cd),
                _mm256_shuffle_ps::<0b11_10_11_10>(late_ab, late_cd),
            ]
        }
    }

    #[inline(always)]
    fn interleave(self, a: __m256, b: __m256) -> (__m256, __m256) {
        // SAFETY: `self` proves the instructions.
        unsafe {
            let (low, high) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
            (_mm256_permute2f128_ps::<0x20>(low, high), _mm256_permute2f128_ps::<0x31>(low, high))
        }
    }

    #[inline(always)]
    fn splat_double(self, x: f64) -> [__m256d; 2] {
        // SAFETY: `self` proves the instructions.
        unsafe { [_mm256_set1_pd(x); 2] }
    }

    #[inline(always)]
    fn load_doubles(self, from: &[f64; FILTER_WIDTH]) -> [__m256d; 2] {
        // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
        unsafe { [_mm256_loadu_pd(from.as_ptr()), _mm256_loadu_pd(from.as_ptr().add(4))] }
    }

    #[inline(always)]
    fn store_doubles(self, x: [__m256d; 2], to: &mut [f64; FILTER_WIDTH]) {
        // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
        unsafe {
            _mm256_storeu_pd(to.as_mut_ptr(), x[0]);
            _mm256_storeu_pd(to.as_mut_ptr().add(4), x[1]);
        }
    }

    #[inline(always)]
    fn widen(self, from: &[f32; FILTER_WIDTH]) -> [__m256d; 2] {
        // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
        unsafe { [_mm256_cvtps_pd(_mm_loadu_ps(from.as_ptr())), _mm256_cvtps_pd(_mm_loadu_ps(from.as_ptr().add(4)))] }
    }

    #[inline(always)]
    fn narrow(self, x: [__m256d; 2], to: &mut [f32; FILTER_WIDTH]) {
        // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
        unsafe {
            _mm_storeu_ps(to.as_mut_ptr(), _mm256_cvtpd_ps(x[0]));
            _mm_storeu_ps(to.as_mut_ptr().add(4), _mm256_cvtpd_ps(x[1]));
        }
    }

    #[inline(always)]
    fn add_doubles(self, a: [__m256d; 2], b: [__m256d; 2]) -> [__m256d; 2] {
        // SAFETY: `self` proves the instructions.
        unsafe { [_mm256_add_pd(a[0], b[0]), _mm256_add_pd(a[1], b[1])] }
    }

    #[inline(always)]
    fn fma_doubles(self, a: [__m256d; 2], b: [__m256d; 2], c: [__m256d; 2]) -> [__m256d; 2] {
        // SAFETY: `self` proves the instructions.
        unsafe { [_mm256_fmadd_pd(a[0], b[0], c[0]), _mm256_fmadd_pd(a[1], b[1], c[1])] }
    }

    #[inline(always)]
    fn delayed_doubles<const N: usize>(self, before: [__m256d; 2], x: [__m256d; 2]) -> [__m256d; 2] {
        if N == 4 {
            return [before[1], x[0]];
        }
        // SAFETY: `self` proves the instructions.
        unsafe {
            let two = [_mm256_permute2f128_pd::<0x21>(before[1], x[0]), _mm256_permute2f128_pd::<0x21>(x[0], x[1])];
            if N == 2 {
                return two;
            }
            [_mm256_shuffle_pd::<0b0101>(two[0], x[0]), _mm256_shuffle_pd::<0b0101>(two[1], x[1])]
        }
    }

    fn render(self, work: Work<'_>) {
        // SAFETY: `self` proves that the processor has these instructions.
        unsafe { render(self, work) }
    }
}
