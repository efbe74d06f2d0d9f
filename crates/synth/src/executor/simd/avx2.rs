//! AVX2 and FMA: two registers hold the lanes.

#![allow(unsafe_code, reason = "vector instructions")]

use std::arch::x86_64::*;

use super::lanes::{FILTER_WIDTH, Lanes, NARROW, Steps, WIDTH};
use super::voice;
use crate::executor::Work;

/// Lanes of one register.
const HALF: usize = WIDTH / 2;

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

/// For each half the place of its first frame, and the others relative to that.
#[derive(Clone, Copy)]
pub(super) struct Places {
    starts: [usize; 2],
    relative: [__m256i; 2],
}

impl Lanes for Avx2 {
    type Floats = [__m256; 2];
    type Doubles = [__m256d; 2];
    type Places = Places;

    #[inline(always)]
    fn splat(self, x: f32) -> [__m256; 2] {
        // SAFETY: `self` proves the instructions.
        unsafe { [_mm256_set1_ps(x); 2] }
    }

    #[inline(always)]
    fn load(self, from: &[f32; WIDTH]) -> [__m256; 2] {
        // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
        unsafe { [_mm256_loadu_ps(from.as_ptr()), _mm256_loadu_ps(from.as_ptr().add(HALF))] }
    }

    #[inline(always)]
    fn store(self, x: [__m256; 2], to: &mut [f32; WIDTH]) {
        // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
        unsafe {
            _mm256_storeu_ps(to.as_mut_ptr(), x[0]);
            _mm256_storeu_ps(to.as_mut_ptr().add(HALF), x[1]);
        }
    }

    #[inline(always)]
    fn add(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        // SAFETY: `self` proves the instructions.
        unsafe { [_mm256_add_ps(a[0], b[0]), _mm256_add_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn sub(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        // SAFETY: `self` proves the instructions.
        unsafe { [_mm256_sub_ps(a[0], b[0]), _mm256_sub_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn mul(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        // SAFETY: `self` proves the instructions.
        unsafe { [_mm256_mul_ps(a[0], b[0]), _mm256_mul_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn fma(self, a: [__m256; 2], b: [__m256; 2], c: [__m256; 2]) -> [__m256; 2] {
        // SAFETY: `self` proves the instructions.
        unsafe { [_mm256_fmadd_ps(a[0], b[0], c[0]), _mm256_fmadd_ps(a[1], b[1], c[1])] }
    }

    #[inline(always)]
    fn delayed<const N: usize>(self, before: [__m256; 2], x: [__m256; 2]) -> [__m256; 2] {
        if N == 8 {
            return [before[1], x[0]];
        }
        // SAFETY: `self` proves the instructions.
        unsafe {
            let four = [_mm256_permute2f128_ps::<0x21>(before[1], x[0]), _mm256_permute2f128_ps::<0x21>(x[0], x[1])];
            let mut moved = four;
            let mut half = 0;
            while N < 4 && half < 2 {
                let (four, x) = (_mm256_castps_si256(four[half]), _mm256_castps_si256(x[half]));
                let shifted = if N == 2 { _mm256_alignr_epi8::<8>(x, four) } else { _mm256_alignr_epi8::<12>(x, four) };
                moved[half] = _mm256_castsi256_ps(shifted);
                half += 1;
            }
            moved
        }
    }

    #[inline(always)]
    fn sum(self, x: [__m256; 2]) -> f32 {
        // SAFETY: `self` proves the instructions.
        unsafe {
            let eight = _mm256_add_ps(x[0], x[1]);
            let four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
            let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)))
        }
    }

    #[inline(always)]
    fn places(self, phase: u32, steps: &Steps) -> (Places, [__m256; 2]) {
        // SAFETY: `self` proves the instructions; every address has a register's size left in its array.
        unsafe {
            let sign = _mm256_set1_epi32(i32::MIN);
            let low_steps = _mm256_loadu_si256(steps.low.as_ptr().cast());
            let high_steps = _mm256_loadu_si256(steps.high.as_ptr().cast());
            let second = u64::from(phase) + steps.increment * HALF as u64;
            let firsts = [u64::from(phase), second];
            let mut relative = [_mm256_setzero_si256(); 2];
            let mut fractions = [_mm256_setzero_ps(); 2];
            let mut half = 0;
            while half < 2 {
                let start = _mm256_set1_epi32(firsts[half] as i32);
                let low = _mm256_xor_si256(_mm256_add_epi32(start, low_steps), sign);
                // All ones, that is −1, where the sum has wrapped around.
                let carry = _mm256_cmpgt_epi32(_mm256_xor_si256(start, sign), low);
                relative[half] = _mm256_sub_epi32(high_steps, carry);
                fractions[half] = _mm256_mul_ps(_mm256_cvtepi32_ps(low), _mm256_set1_ps(1.0 / 4_294_967_296.0));
                half += 1;
            }
            (Places { starts: [0, (second >> 32) as usize], relative }, fractions)
        }
    }

    #[inline(always)]
    fn pick<const WIDE: bool>(self, points: &[f32; 2 * WIDTH], places: Places) -> [__m256; 2] {
        // Eight frames are at most sixteen points; the bound keeps this sound for any increment.
        picked::<WIDE, WIDTH>(self, points, places)
    }

    #[inline(always)]
    fn pick_tap<const APART: u8>(self, points: &[f32; 3 * WIDTH], places: Places, tap: usize) -> [__m256; 2] {
        // Eight frames a hair more than two points apart are seventeen points.
        let points: &[f32; 2 * WIDTH + 1] = points[tap..].first_chunk().unwrap();
        match APART {
            NARROW => picked::<false, { WIDTH + 1 }>(self, points, places),
            _ => picked::<true, { WIDTH + 1 }>(self, points, places),
        }
    }

    #[inline(always)]
    fn interleave(self, a: [__m256; 2], b: [__m256; 2]) -> ([__m256; 2], [__m256; 2]) {
        // SAFETY: `self` proves the instructions.
        unsafe {
            let mut halves = [a, b];
            let mut half = 0;
            while half < 2 {
                let (low, high) = (_mm256_unpacklo_ps(a[half], b[half]), _mm256_unpackhi_ps(a[half], b[half]));
                halves[half] = [_mm256_permute2f128_ps::<0x20>(low, high), _mm256_permute2f128_ps::<0x31>(low, high)];
                half += 1;
            }
            (halves[0], halves[1])
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

/// What the frames pick of points whose halves begin at `LAST` at the latest.
#[inline(always)]
fn picked<const WIDE: bool, const LAST: usize>(_: Avx2, points: &[f32], places: Places) -> [__m256; 2] {
    let points = &points[..LAST + WIDTH];
    // SAFETY: there is an `Avx2`, which proves the instructions; from `LAST` on the slice has two registers' size left.
    unsafe {
        let mut picked = [_mm256_setzero_ps(); 2];
        let mut half = 0;
        while half < 2 {
            let from = points.as_ptr().add(places.starts[half].min(LAST));
            let near = _mm256_permutevar8x32_ps(_mm256_loadu_ps(from), places.relative[half]);
            picked[half] = if WIDE {
                let far = _mm256_permutevar8x32_ps(_mm256_loadu_ps(from.add(HALF)), places.relative[half]);
                let is_far = _mm256_slli_epi32::<28>(places.relative[half]);
                _mm256_blendv_ps(near, far, _mm256_castsi256_ps(is_far))
            } else {
                near
            };
            half += 1;
        }
        picked
    }
}
