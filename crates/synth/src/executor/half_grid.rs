//! The windowed sinc for reading no faster than recorded, in two steps.
//!
//! The points half-way between the recorded ones come first, by the windowed sinc. On that grid of twice the rate all sound
//! lies in the lower half of the band, so that between its points a short kernel does: eight points, each a polynomial of
//! the fraction. This second step passes up to 0.2 of the grid's rate (17.6 kHz of 44.1) within 0.001 dB and keeps the images of that
//! below −92 dB, measured by its continuous response as in the test below.

use std::sync::OnceLock;

use super::ONE;
use super::interpolation::{Reach, Run};
use super::sinc;

/// Points of the second step.
pub(crate) const TAPS: usize = 8;

/// Points under each half of the first step's kernel.
pub(crate) const MIDDLE: usize = 8;

/// Both steps: the first grid point under a frame lies a point and a half before it, and the sinc's first seven and a half
/// before that.
pub(crate) const REACH: Reach = Reach { before: MIDDLE + 1, taps: 2 * MIDDLE + 4 };

/// Grid points before the one at or before a position.
const BEFORE: usize = TAPS / 2 - 1;

/// Per pair of taps, from the outermost in: a, b and c, the numbers that leave least outside the pass band, in the minimax
/// sense over pass band and images, the latter counting three times (bench/kernels/half_grid.py).
///
/// With x = fraction − ½ and u = x², a tap is (¼ − u)(a + b·u + c·x), its mirror image the same with −x; beside that stands
/// linear interpolation between the two in the middle. So at a point of the grid that point alone counts, and since the a
/// and the b each add up to nothing, what is constant stays as it is.
pub(crate) const PAIRS: [[f32; 3]; TAPS / 2] = [
    [-0.020316, 0.011178, -0.001292],
    [0.137812, -0.072121, -0.021928],
    [-0.544356, 0.150346, 0.284183],
    [0.426860, -0.089403, -0.735706],
];

/// Whether this serves an increment: up to one, and a hair beyond.
pub(crate) fn serves(increment: u64) -> bool {
    sinc::index(increment) == 0
}

/// Weights of the points around a middle, from the outermost in; its mirror image has the same.
pub(crate) fn middle() -> &'static [f32; MIDDLE] {
    static WEIGHTS: OnceLock<[f32; MIDDLE]> = OnceLock::new();
    WEIGHTS.get_or_init(|| {
        let kernel = sinc::kernel(0, 0.5);
        std::array::from_fn(|tap| kernel[tap] as f32)
    })
}

/// Pairs of a middle and a point that `frames` frames of one increment read, from a fraction `phase` on.
#[inline(always)]
pub(crate) fn pairs(phase: u64, increment: u64, frames: usize) -> usize {
    let last = 2 * (phase + (frames as u64 - 1) * increment);
    ((last >> 32) as usize + TAPS - 1) / 2 + 1
}

/// Fills so many pairs of the grid: the middle before each point, and that point.
pub(crate) fn double(points: &[f32], pairs: usize, grid: &mut [f32]) {
    let weights = middle();
    for (pair, points) in grid.chunks_exact_mut(2).take(pairs).zip(points.windows(2 * MIDDLE)) {
        let (before, after) = points.split_at(MIDDLE);
        let sum = |points: &mut dyn Iterator<Item = &f32>| points.zip(weights).map(|(x, k)| x * k).sum::<f32>();
        pair[0] = sum(&mut before.iter()) + sum(&mut after.iter().rev());
        pair[1] = points[MIDDLE];
    }
}

/// Reads the grid; the run's positions count in points of the grid.
pub(crate) fn read(run: &Run<'_>, out: &mut [f32]) {
    let mut phase = run.phase;
    for sample in out {
        let Some(points) = run.points[(phase >> 32) as usize..].first_chunk::<TAPS>() else { return };
        let x = (phase as u32) as f32 * (1.0 / ONE as f32) - 0.5;
        let u = x * x;
        let mut curve = 0.0;
        for (pair, [a, b, c]) in PAIRS.iter().enumerate() {
            let (early, late) = (points[pair], points[TAPS - 1 - pair]);
            curve += (a + b * u) * (early + late) + c * x * (early - late);
        }
        let (early, late) = (points[BEFORE], points[BEFORE + 1]);
        *sample = 0.5 * (early + late) - x * (early - late) + (0.25 - u) * curve;
        phase += run.increment;
    }
}

// The grid's first point is the middle `BEFORE` half points before the first frame's.
const _: () = assert!(BEFORE == 3 && REACH.before == MIDDLE + 1);

#[cfg(test)]
mod tests {
    use super::*;

    /// The kernel's weight for the point `tap`, at a fraction.
    fn weight(tap: usize, fraction: f64) -> f64 {
        let [a, b, c] = PAIRS[tap.min(TAPS - 1 - tap)].map(f64::from);
        let x = if tap < TAPS / 2 { fraction - 0.5 } else { 0.5 - fraction };
        let linear = if tap == BEFORE || tap == BEFORE + 1 { 0.5 - x } else { 0.0 };
        linear + (0.25 - x * x) * (a + b * x * x + c * x)
    }

    /// Fourier's transform of the kernel as a function of time, at a frequency over the grid's rate.
    fn response(frequency: f64) -> f64 {
        const STEPS: usize = 400;
        let mut sum = 0.0;
        for step in 0..STEPS {
            let fraction = (step as f64 + 0.5) / STEPS as f64;
            for tap in 0..TAPS {
                let time = tap as f64 - BEFORE as f64 - fraction;
                sum += weight(tap, fraction) * (std::f64::consts::TAU * frequency * time).cos() / STEPS as f64;
            }
        }
        sum
    }

    #[test]
    fn the_second_step_passes_the_band_and_stops_its_images() {
        for step in 0..=100 {
            let frequency = 0.2 * f64::from(step) / 100.0;
            assert!((response(frequency) - 1.0).abs() < 1e-4, "{frequency} passes");
            for image in 1..=6 {
                for side in [-frequency, frequency] {
                    let left = response(f64::from(image) + side).abs();
                    assert!(left < 2.6e-5, "{left} at {image} {side:+}");
                }
            }
        }
    }

    /// 16 frames are at most 32 points apart: what the vector kernels pick from.
    #[test]
    fn the_fastest_increment_keeps_sixteen_frames_within_reach() {
        let (served, beyond) = (ONE + ONE / 400, ONE + ONE / 300);
        assert!(serves(served) && !serves(beyond));
        assert!(15 * 2 * beyond + ONE <= 32 * ONE && 8 * 2 * beyond + ONE <= 18 * ONE);
    }

    #[test]
    fn points_of_the_grid_are_read_unchanged() {
        let grid: Vec<f32> = (0..20).map(|i| ((i * 7919) % 97) as f32 / 97.0).collect();
        let mut out = [0.0; 12];
        read(&Run { points: &grid, phase: 0, increment: ONE }, &mut out);
        for (read, point) in out.iter().zip(&grid[BEFORE..]) {
            assert!((read - point).abs() < 1e-6);
        }
    }

    #[test]
    fn middles_of_a_sine_are_the_sine() {
        let sine = |at: f64| (std::f64::consts::TAU * 0.2 * at).sin();
        let points: Vec<f32> = (0..40).map(|i| sine(f64::from(i)) as f32).collect();
        let mut grid = [0.0; 20];
        double(&points, 10, &mut grid);
        for (i, &point) in grid.iter().enumerate() {
            let at = MIDDLE as f64 - 0.5 + i as f64 / 2.0;
            assert!((f64::from(point) - sine(at)).abs() < 1e-4, "{i}");
        }
    }
}
