//! Plain arrays, which the compiler turns into whatever vectors the target has: NEON on 64-bit Arm.

use super::lanes::{FILTER_WIDTH, Lanes, Steps};
use super::voice;
use crate::executor::Work;

const WIDTH: usize = 16;

#[derive(Clone, Copy)]
pub(in crate::executor) struct Portable;

/// `a·b + c`, in one instruction where every processor of the target has one.
#[inline(always)]
fn multiply_add(a: f32, b: f32, c: f32) -> f32 {
    if cfg!(target_arch = "aarch64") { a.mul_add(b, c) } else { a * b + c }
}

#[inline(always)]
fn multiply_add_double(a: f64, b: f64, c: f64) -> f64 {
    if cfg!(target_arch = "aarch64") { a.mul_add(b, c) } else { a * b + c }
}

macro_rules! lanewise {
    ($width:expr, $zero:expr, $lane:ident => $value:expr) => {{
        let mut result = [$zero; $width];
        let mut $lane = 0;
        while $lane < $width {
            result[$lane] = $value;
            $lane += 1;
        }
        result
    }};
}

impl Lanes for Portable {
    const WIDTH: usize = WIDTH;

    type Floats = [f32; WIDTH];
    type Doubles = [f64; FILTER_WIDTH];
    type Places = [u32; WIDTH];

    #[inline(always)]
    fn splat(self, x: f32) -> [f32; WIDTH] {
        [x; WIDTH]
    }

    #[inline(always)]
    fn load(self, from: &[f32]) -> [f32; WIDTH] {
        *from.first_chunk().unwrap()
    }

    #[inline(always)]
    fn store(self, x: [f32; WIDTH], to: &mut [f32]) {
        *to.first_chunk_mut().unwrap() = x;
    }

    #[inline(always)]
    fn add(self, a: [f32; WIDTH], b: [f32; WIDTH]) -> [f32; WIDTH] {
        lanewise!(WIDTH, 0.0, i => a[i] + b[i])
    }

    #[inline(always)]
    fn sub(self, a: [f32; WIDTH], b: [f32; WIDTH]) -> [f32; WIDTH] {
        lanewise!(WIDTH, 0.0, i => a[i] - b[i])
    }

    #[inline(always)]
    fn mul(self, a: [f32; WIDTH], b: [f32; WIDTH]) -> [f32; WIDTH] {
        lanewise!(WIDTH, 0.0, i => a[i] * b[i])
    }

    #[inline(always)]
    fn fma(self, a: [f32; WIDTH], b: [f32; WIDTH], c: [f32; WIDTH]) -> [f32; WIDTH] {
        lanewise!(WIDTH, 0.0, i => multiply_add(a[i], b[i], c[i]))
    }

    #[inline(always)]
    fn delayed<const N: usize>(self, before: [f32; WIDTH], x: [f32; WIDTH]) -> [f32; WIDTH] {
        lanewise!(WIDTH, 0.0, i => if i < N { before[i + WIDTH - N] } else { x[i - N] })
    }

    #[inline(always)]
    fn sum(self, x: [f32; WIDTH]) -> f32 {
        let quads = lanewise!(4, 0.0, i => (x[i] + x[i + 8]) + (x[i + 4] + x[i + 12]));
        (quads[0] + quads[2]) + (quads[1] + quads[3])
    }

    #[inline(always)]
    fn places(self, phase: u32, steps: &Steps) -> ([u32; WIDTH], [f32; WIDTH]) {
        let low = lanewise!(WIDTH, 0, i => phase.wrapping_add(steps.low[i]));
        let places = lanewise!(WIDTH, 0, i => steps.high[i] + u32::from(low[i] < phase));
        (places, lanewise!(WIDTH, 0.0, i => (low[i] ^ (1 << 31)) as i32 as f32 * (1.0 / 4_294_967_296.0)))
    }

    #[inline(always)]
    fn pick<const WIDE: bool>(self, points: &[f32], places: [u32; WIDTH]) -> [f32; WIDTH] {
        let points: &[f32; 2 * WIDTH] = points.first_chunk().unwrap();
        lanewise!(WIDTH, 0.0, i => points[places[i] as usize & (2 * WIDTH - 1)])
    }

    #[inline(always)]
    fn interleave(self, a: [f32; WIDTH], b: [f32; WIDTH]) -> ([f32; WIDTH], [f32; WIDTH]) {
        let from = |first: usize, i: usize| if i.is_multiple_of(2) { a[first + i / 2] } else { b[first + i / 2] };
        (lanewise!(WIDTH, 0.0, i => from(0, i)), lanewise!(WIDTH, 0.0, i => from(WIDTH / 2, i)))
    }

    #[inline(always)]
    fn splat_double(self, x: f64) -> [f64; FILTER_WIDTH] {
        [x; FILTER_WIDTH]
    }

    #[inline(always)]
    fn load_doubles(self, from: &[f64; FILTER_WIDTH]) -> [f64; FILTER_WIDTH] {
        *from
    }

    #[inline(always)]
    fn store_doubles(self, x: [f64; FILTER_WIDTH], to: &mut [f64; FILTER_WIDTH]) {
        *to = x;
    }

    #[inline(always)]
    fn widen(self, from: &[f32; FILTER_WIDTH]) -> [f64; FILTER_WIDTH] {
        lanewise!(FILTER_WIDTH, 0.0, i => f64::from(from[i]))
    }

    #[inline(always)]
    fn narrow(self, x: [f64; FILTER_WIDTH], to: &mut [f32; FILTER_WIDTH]) {
        *to = lanewise!(FILTER_WIDTH, 0.0, i => x[i] as f32);
    }

    #[inline(always)]
    fn add_doubles(self, a: [f64; FILTER_WIDTH], b: [f64; FILTER_WIDTH]) -> [f64; FILTER_WIDTH] {
        lanewise!(FILTER_WIDTH, 0.0, i => a[i] + b[i])
    }

    #[inline(always)]
    fn fma_doubles(
        self,
        a: [f64; FILTER_WIDTH],
        b: [f64; FILTER_WIDTH],
        c: [f64; FILTER_WIDTH],
    ) -> [f64; FILTER_WIDTH] {
        lanewise!(FILTER_WIDTH, 0.0, i => multiply_add_double(a[i], b[i], c[i]))
    }

    #[inline(always)]
    fn delayed_doubles<const N: usize>(
        self,
        before: [f64; FILTER_WIDTH],
        x: [f64; FILTER_WIDTH],
    ) -> [f64; FILTER_WIDTH] {
        lanewise!(FILTER_WIDTH, 0.0, i => if i < N { before[i + FILTER_WIDTH - N] } else { x[i - N] })
    }

    fn render(self, work: Work<'_>) {
        voice::render(self, work);
    }
}
