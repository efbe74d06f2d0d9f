//! What the vector kernels need of an instruction set: 16 lanes of `f32` and 8 lanes of `f64`.

use crate::executor::Work;

/// Frames computed side by side.
pub(super) const WIDTH: usize = 16;

/// How far frames are apart: up to one point, up to 1.6, so that 16 frames with eight taps reach 32 points, up to two and a
/// hair ([`crate::executor::half_grid::serves`]).
pub(super) const NARROW: u8 = 0;
pub(super) const NEAR: u8 = 1;
pub(super) const WIDE: u8 = 2;

/// Filter outputs computed side by side.
pub(super) const FILTER_WIDTH: usize = 8;

/// Multiples of an increment, split into words for 32-bit arithmetic.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    pub(super) increment: u64,
    pub(super) low: [u32; WIDTH],
    pub(super) high: [u32; WIDTH],
}

impl Default for Steps {
    fn default() -> Steps {
        Steps::new(0)
    }
}

impl Steps {
    #[inline(always)]
    pub(super) fn new(increment: u64) -> Steps {
        let mut steps = Steps { increment, low: [0; WIDTH], high: [0; WIDTH] };
        let mut offset = 0u64;
        let mut lane = 0;
        while lane < WIDTH {
            steps.low[lane] = offset as u32;
            steps.high[lane] = (offset >> 32) as u32;
            offset = offset.wrapping_add(increment);
            lane += 1;
        }
        steps
    }
}

/// One instruction set. A value of the type proves that this processor has it.
pub(super) trait Lanes: Copy {
    /// 16 `f32`.
    type Floats: Copy;
    /// 8 `f64`.
    type Doubles: Copy;
    /// Which points 16 frames read, relative to the first frame's.
    type Places: Copy;

    fn splat(self, x: f32) -> Self::Floats;
    fn load(self, from: &[f32; WIDTH]) -> Self::Floats;
    fn store(self, x: Self::Floats, to: &mut [f32; WIDTH]);
    fn add(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn sub(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn mul(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    /// `a·b + c`.
    fn fma(self, a: Self::Floats, b: Self::Floats, c: Self::Floats) -> Self::Floats;
    /// The lanes moved up by `N`, which is 1, 2, 4 or 8; the places left free taken by the last ones of `before`.
    fn delayed<const N: usize>(self, before: Self::Floats, x: Self::Floats) -> Self::Floats;
    /// The sum of all lanes.
    fn sum(self, x: Self::Floats) -> f32;

    /// The places of 16 frames whose first has the fraction `phase` (below one), and each frame's fraction − ½.
    fn places(self, phase: u32, steps: &Steps) -> (Self::Places, Self::Floats);
    /// The point of every frame; `WIDE`: frames are up to two points apart instead of one.
    fn pick<const WIDE: bool>(self, points: &[f32; 2 * WIDTH], places: Self::Places) -> Self::Floats;

    /// As [`Lanes::pick`] from the points from `tap` on, which is at most 7; `APART`: how far frames are apart.
    #[inline(always)]
    fn pick_tap<const APART: u8>(self, points: &[f32; 3 * WIDTH], places: Self::Places, tap: usize) -> Self::Floats {
        let points = points[tap..tap + 2 * WIDTH].first_chunk().unwrap();
        if APART == NARROW { self.pick::<false>(points, places) } else { self.pick::<true>(points, places) }
    }
    /// 16 neighbouring points from `first` on, which is at most 16.
    #[inline(always)]
    fn from(self, points: &[f32; 2 * WIDTH], first: usize) -> Self::Floats {
        self.load(points[first..first + WIDTH].first_chunk().unwrap())
    }
    /// Both registers' lanes by turns: the first halves, then the second.
    fn interleave(self, a: Self::Floats, b: Self::Floats) -> (Self::Floats, Self::Floats);

    fn splat_double(self, x: f64) -> Self::Doubles;
    fn load_doubles(self, from: &[f64; FILTER_WIDTH]) -> Self::Doubles;
    fn store_doubles(self, x: Self::Doubles, to: &mut [f64; FILTER_WIDTH]);
    fn widen(self, from: &[f32; FILTER_WIDTH]) -> Self::Doubles;
    fn narrow(self, x: Self::Doubles, to: &mut [f32; FILTER_WIDTH]);
    fn add_doubles(self, a: Self::Doubles, b: Self::Doubles) -> Self::Doubles;
    fn fma_doubles(self, a: Self::Doubles, b: Self::Doubles, c: Self::Doubles) -> Self::Doubles;
    /// The lanes moved up by `N`, which is 1, 2 or 4; the places left free taken by the last ones of `before`.
    fn delayed_doubles<const N: usize>(self, before: Self::Doubles, x: Self::Doubles) -> Self::Doubles;

    /// Runs [`super::voice::render`] compiled for this instruction set.
    fn render(self, work: Work<'_>);
}
