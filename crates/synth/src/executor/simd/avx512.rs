//! AVX-512: one register holds all lanes.

#![allow(unsafe_code, reason = "vector instructions")]

use std::arch::x86_64::*;

use super::lanes::{FILTER_WIDTH, Lanes, Steps, WIDE};
use super::voice;
use crate::executor::Work;

const WIDTH: usize = 16;

/// Proof that the processor has AVX-512 F, DQ, BW and VL.
#[derive(Clone, Copy)]
pub(in crate::executor) struct Avx512(());

impl Avx512 {
    pub(super) fn detect() -> Option<Avx512> {
        let has = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl");
        has.then_some(Avx512(()))
    }
}

#[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
fn render(lanes: Avx512, work: Work<'_>) {
    voice::render(lanes, work);
}

impl Lanes for Avx512 {
    const WIDTH: usize = WIDTH;

    type Floats = __m512;
    type Doubles = __m512d;
    type Places = __m512i;

    #[inline(always)]
    fn splat(self, x: f32) -> __m512 {
        // SAFETY: `self` proves the instructions.
        unsafe { _mm512_set1_ps(x) }
    }

    #[inline(always)]
    fn load(self, from: &[f32]) -> __m512 {
        let from: &[f32; WIDTH] = from.first_chunk().unwrap();
        // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
        unsafe { _mm512_loadu_ps(from.as_ptr()) }
    }

    #[inline(always)]
    fn store(self, x: __m512, to: &mut [f32]) {
        let to: &mut [f32; WIDTH] = to.first_chunk_mut().unwrap();
        // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
        unsafe { _mm512_storeu_ps(to.as_mut_ptr(), x) }
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
    fn fma(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        // SAFETY: `self` proves the instructions.
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    fn delayed<const N: usize>(self, before: __m512, x: __m512) -> __m512 {
        // SAFETY: `self` proves the instructions.
        unsafe {
            let (before, x) = (_mm512_castps_si512(before), _mm512_castps_si512(x));
            _mm512_castsi512_ps(match N {
                1 => _mm512_alignr_epi32::<15>(x, before),
                2 => _mm512_alignr_epi32::<14>(x, before),
                4 => _mm512_alignr_epi32::<12>(x, before),
                _ => _mm512_alignr_epi32::<8>(x, before),
            })
        }
    }

    #[inline(always)]
    fn sum(self, x: __m512) -> f32 {
        // SAFETY: `self` proves the instructions.
        unsafe { _mm512_reduce_add_ps(x) }
    }

    #[inline(always)]
    fn places(self, phase: u32, steps: &Steps) -> (__m512i, __m512) {
        // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
        unsafe {
            let start = _mm512_set1_epi32(phase as i32);
            let low = _mm512_add_epi32(start, _mm512_loadu_si512(steps.low.as_ptr().cast()));
            let carry = _mm512_cmplt_epu32_mask(low, start);
            let high = _mm512_loadu_si512(steps.high.as_ptr().cast());
            let places = _mm512_mask_add_epi32(high, carry, high, _mm512_set1_epi32(1));
            let centred = _mm512_cvtepi32_ps(_mm512_xor_si512(low, _mm512_set1_epi32(i32::MIN)));
            (places, _mm512_mul_ps(centred, _mm512_set1_ps(1.0 / 4_294_967_296.0)))
        }
    }

    #[inline(always)]
    fn pick<const WIDE: bool>(self, points: &[f32], places: __m512i) -> __m512 {
        let points: &[f32; 2 * WIDTH] = points.first_chunk().unwrap();
        // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
        unsafe {
            let near = _mm512_loadu_ps(points.as_ptr());
            if WIDE {
                _mm512_permutex2var_ps(near, places, _mm512_loadu_ps(points.as_ptr().add(WIDTH)))
            } else {
                _mm512_permutexvar_ps(places, near)
            }
        }
    }

    #[inline(always)]
    fn four<const APART: u8>(self, points: &[f32], places: __m512i, first: usize) -> [__m512; 4] {
        let points: &[f32; 2 * WIDTH + 7] = points.first_chunk().unwrap();
        let mut four = [self.splat(0.0); 4];
        let mut tap = 0;
        while tap < 4 {
            four[tap] = if APART == WIDE {
                self.pick::<true>(&points[first + tap..first + tap + 2 * WIDTH], places)
            } else {
                // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
                unsafe {
                    // The same registers for every tap: loads that straddle cache lines cost more than permutations.
                    let near = _mm512_loadu_ps(points.as_ptr());
                    let far = _mm512_loadu_ps(points.as_ptr().add(WIDTH));
                    let tap = _mm512_set1_epi32((first + tap) as i32);
                    _mm512_permutex2var_ps(near, _mm512_add_epi32(places, tap), far)
                }
            };
            tap += 1;
        }
        four
    }

    #[inline(always)]
    fn from(self, points: &[f32], first: usize) -> __m512 {
        let points: &[f32; 2 * WIDTH] = points.first_chunk().unwrap();
        macro_rules! shifted {
            ($($shift:literal)*) => {
                // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
                unsafe {
                    let low = _mm512_castps_si512(_mm512_loadu_ps(points.as_ptr()));
                    let high = _mm512_castps_si512(_mm512_loadu_ps(points.as_ptr().add(WIDTH)));
                    _mm512_castsi512_ps(match first {
                        0 => low,
                        $($shift => _mm512_alignr_epi32::<$shift>(high, low),)*
                        _ => high,
                    })
                }
            };
        }
        shifted!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    }

    #[inline(always)]
    fn interleave(self, a: __m512, b: __m512) -> (__m512, __m512) {
        // SAFETY: `self` proves the instructions.
        unsafe {
            let first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let second = _mm512_add_epi32(first, _mm512_set1_epi32(8));
            (_mm512_permutex2var_ps(a, first, b), _mm512_permutex2var_ps(a, second, b))
        }
    }

    #[inline(always)]
    fn splat_double(self, x: f64) -> __m512d {
        // SAFETY: `self` proves the instructions.
        unsafe { _mm512_set1_pd(x) }
    }

    #[inline(always)]
    fn load_doubles(self, from: &[f64; FILTER_WIDTH]) -> __m512d {
        // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
        unsafe { _mm512_loadu_pd(from.as_ptr()) }
    }

    #[inline(always)]
    fn store_doubles(self, x: __m512d, to: &mut [f64; FILTER_WIDTH]) {
        // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
        unsafe { _mm512_storeu_pd(to.as_mut_ptr(), x) }
    }

    #[inline(always)]
    fn widen(self, from: &[f32; FILTER_WIDTH]) -> __m512d {
        // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
        unsafe { _mm512_cvtps_pd(_mm256_loadu_ps(from.as_ptr())) }
    }

    #[inline(always)]
    fn narrow(self, x: __m512d, to: &mut [f32; FILTER_WIDTH]) {
        // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
        unsafe { _mm256_storeu_ps(to.as_mut_ptr(), _mm512_cvtpd_ps(x)) }
    }

    #[inline(always)]
    fn add_doubles(self, a: __m512d, b: __m512d) -> __m512d {
        // SAFETY: `self` proves the instructions.
        unsafe { _mm512_add_pd(a, b) }
    }

    #[inline(always)]
    fn fma_doubles(self, a: __m512d, b: __m512d, c: __m512d) -> __m512d {
        // SAFETY: `self` proves the instructions.
        unsafe { _mm512_fmadd_pd(a, b, c) }
    }

    #[inline(always)]
    fn delayed_doubles<const N: usize>(self, before: __m512d, x: __m512d) -> __m512d {
        // SAFETY: `self` proves the instructions.
        unsafe {
            let (before, x) = (_mm512_castpd_si512(before), _mm512_castpd_si512(x));
            _mm512_castsi512_pd(match N {
                1 => _mm512_alignr_epi64::<7>(x, before),
                2 => _mm512_alignr_epi64::<6>(x, before),
                _ => _mm512_alignr_epi64::<4>(x, before),
            })
        }
    }

    fn render(self, work: Work<'_>) {
        // SAFETY: `self` proves that the processor has these instructions.
        unsafe { render(self, work) }
    }
}
