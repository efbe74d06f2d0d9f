//! What the vector kernels need of an instruction set: 8 or 16 lanes of `f32` and 8 lanes of `f64`.

use crate::executor::{ONE, Work};

/// Most frames computed side by side.
pub(super) const MOST_LANES: usize = 16;

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
    /// At most [`Steps::MOST`].
    increment: u64,
    pub(super) low: [u32; MOST_LANES],
    pub(super) high: [u32; MOST_LANES],
}

impl Default for Steps {
    fn default() -> Steps {
        Steps::new(0)
    }
}

impl Steps {
    /// Largest increment at which frames side by side, the first with any fraction, begin within twice as many points.
    const MOST: u64 = 2 * ONE + ONE / 16;

    /// The multiples of an increment of [`Steps::MOST`] at most.
    #[inline(always)]
    pub(super) fn new(increment: u64) -> Steps {
        assert!(increment <= Steps::MOST, "frames lie too far apart");
        let mut steps = Steps { increment, low: [0; MOST_LANES], high: [0; MOST_LANES] };
        let mut offset = 0u64;
        let mut lane = 0;
        while lane < MOST_LANES {
            steps.low[lane] = offset as u32;
            steps.high[lane] = (offset >> 32) as u32;
            offset = offset.wrapping_add(increment);
            lane += 1;
        }
        steps
    }

    #[inline(always)]
    pub(super) fn increment(&self) -> u64 {
        self.increment
    }
}

const _: () = assert!((MOST_LANES as u64 - 1) * Steps::MOST + ONE <= 2 * MOST_LANES as u64 * ONE);

/// One instruction set. A value of the type proves that this processor has it.
pub(super) trait Lanes: Copy {
    /// Lanes of `f32`: frames computed side by side.
    const WIDTH: usize;

    /// So many `f32`.
    type Floats: Copy;
    /// 8 `f64`.
    type Doubles: Copy;
    /// Which points frames side by side read, relative to the first frame's.
    type Places: Copy;

    fn splat(self, x: f32) -> Self::Floats;
    /// The first numbers of a slice, which must be that long, as for all that take slices.
    fn load(self, from: &[f32]) -> Self::Floats;
    fn store(self, x: Self::Floats, to: &mut [f32]);
    fn add(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn sub(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn mul(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    /// `a·b + c`.
    fn fma(self, a: Self::Floats, b: Self::Floats, c: Self::Floats) -> Self::Floats;
    /// The lanes moved up by `N`, which is 1, 2, 4 or 8; the places left free taken by the last ones of `before`.
    fn delayed<const N: usize>(self, before: Self::Floats, x: Self::Floats) -> Self::Floats;
    /// The sum of all lanes.
    fn sum(self, x: Self::Floats) -> f32;

    /// The places of frames whose first has the fraction `phase` (below one), and each frame's fraction − ½.
    fn places(self, phase: u32, steps: &Steps) -> (Self::Places, Self::Floats);
    /// The point of every frame among twice as many; `WIDE`: frames are up to two points apart instead of one.
    fn pick<const WIDE: bool>(self, points: &[f32], places: Self::Places) -> Self::Floats;

    /// For every frame the four points from `first` on, which is 0 or 4, beyond its own; `APART`: how far frames are apart.
    #[inline(always)]
    fn four<const APART: u8>(self, points: &[f32], places: Self::Places, first: usize) -> [Self::Floats; 4] {
        let mut four = [self.splat(0.0); 4];
        let mut tap = 0;
        while tap < 4 {
            let points = &points[first + tap..];
            four[tap] =
                if APART == NARROW { self.pick::<false>(points, places) } else { self.pick::<true>(points, places) };
            tap += 1;
        }
        four
    }
    /// Neighbouring points from `first` on, which is at most 16.
    #[inline(always)]
    fn from(self, points: &[f32], first: usize) -> Self::Floats {
        self.load(&points[first..first + Self::WIDTH])
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
