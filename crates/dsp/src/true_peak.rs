//! Peaks between samples: four points per frame through windowed sincs, and a parabola through the largest of them.
//!
//! ITU-R BS.1770-5, annex 2, asks for at least four points per frame. Of a full-scale sine near half the sample rate, their
//! largest can lie 0.7 dB below the peak; a parabola through it and its neighbours leaves less than 0.08 dB. The points in
//! the middle between samples come from the samples, those between the former from both, by a much shorter sinc.

use crate::wide::{WideKernel, run_wide};
use crate::window::{kaiser, sinc};

/// Frames by which [`TruePeak::process`] lies behind its input.
pub const DELAY: usize = HALF + MARGIN;

/// Samples on each side of a middle, and values on each side of a quarter.
const HALF: usize = 32;
const SHORT_HALF: usize = 6;
/// Frames by which middles have to be known ahead and kept behind.
const MARGIN: usize = SHORT_HALF / 2;
/// Frames worked on at once.
const CHUNK: usize = 512;
/// Samples kept from block to block.
const KEPT: usize = 2 * HALF + 2 * MARGIN;
/// Kaiser's window so steep that noise up to half the sample rate is not read too low; it ripples by 0.07 dB there.
const BETA: f64 = 3.5;
const SHORT_BETA: f64 = 6.0;

/// The true peaks of one channel, frame by frame.
#[derive(Clone, Debug)]
pub struct TruePeak {
    middle_taps: [f32; HALF],
    quarter_taps: [f32; SHORT_HALF],
    /// Samples that are still needed, then the new ones.
    samples: Vec<f32>,
    /// The points halfway after each of the samples from [`MARGIN`] before the first frame that comes out on.
    middles: Vec<f32>,
    quarters: [Vec<f32>; 2],
    /// The peak between the last frame and the one before, and the last point.
    before: [f32; 2],
}

impl Default for TruePeak {
    fn default() -> Self {
        TruePeak::new()
    }
}

impl TruePeak {
    /// A detector at rest.
    pub fn new() -> TruePeak {
        TruePeak {
            middle_taps: taps(BETA),
            quarter_taps: taps(SHORT_BETA),
            samples: vec![0.0; KEPT + CHUNK],
            middles: vec![0.0; CHUNK + 2 * MARGIN],
            quarters: std::array::from_fn(|_| vec![0.0; CHUNK]),
            before: [0.0; 2],
        }
    }

    /// Replaces each sample by the largest magnitude from one frame before to one frame after the sample [`DELAY`] frames
    /// earlier.
    pub fn process(&mut self, samples: &mut [f32]) {
        for samples in samples.chunks_mut(CHUNK) {
            self.take(samples);
            samples.fill(0.0);
            self.give(samples);
        }
    }

    /// Raises each of as many `peaks` to what [`TruePeak::process`] would put in the place of the sample.
    pub fn raise(&mut self, samples: &[f32], peaks: &mut [f32]) {
        for (samples, peaks) in samples.chunks(CHUNK).zip(peaks.chunks_mut(CHUNK)) {
            self.take(samples);
            self.give(peaks);
        }
    }

    fn take(&mut self, samples: &[f32]) {
        self.samples[KEPT..KEPT + samples.len()].copy_from_slice(samples);
        run_wide(Interpolate { detector: self, frames: samples.len() });
    }

    fn give(&mut self, peaks: &mut [f32]) {
        run_wide(Peaks { detector: self, peaks });
        self.samples.copy_within(peaks.len()..peaks.len() + KEPT, 0);
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.samples.fill(0.0);
        self.before = [0.0; 2];
    }
}

/// The weights of a sinc for the middle between two values: of the nearest on each side, of the next ones, and so on.
fn taps<const HALF: usize>(beta: f64) -> [f32; HALF] {
    let weights: [f64; HALF] = std::array::from_fn(|n| {
        let distance = n as f64 + 0.5;
        sinc(distance) * kaiser(distance / HALF as f64, beta)
    });
    let sum: f64 = 2.0 * weights.iter().sum::<f64>();
    weights.map(|weight| (weight / sum) as f32)
}

/// Fills the points of the frames from [`DELAY`] before the new ones on.
struct Interpolate<'a> {
    detector: &'a mut TruePeak,
    frames: usize,
}

/// Where in `samples` the first frame that comes out lies.
const FIRST: usize = KEPT - DELAY;

impl WideKernel for Interpolate<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let TruePeak { middle_taps, quarter_taps, samples, middles, quarters, .. } = self.detector;
        let middles = &mut middles[..self.frames + 2 * MARGIN];
        middles.fill(0.0);
        let at = FIRST - MARGIN;
        for (group, taps) in middle_taps.as_chunks::<4>().0.iter().enumerate() {
            let before = |n: usize| at - (4 * group + n);
            let after = |n: usize| at + 1 + 4 * group + n;
            add_pairs(middles, taps, |n| &samples[before(n)..], |n| &samples[after(n)..]);
        }
        // Values in half frames: a sample, its middle, the next sample, its middle.
        let value = |half_frames: isize| -> &[f32] {
            let frames = half_frames.div_euclid(2);
            let (values, first) =
                if half_frames.rem_euclid(2) == 0 { (&samples[..], FIRST) } else { (&middles[..], MARGIN) };
            &values[(first as isize + frames) as usize..]
        };
        for (quarter, points) in quarters.iter_mut().enumerate() {
            let points = &mut points[..self.frames];
            points.fill(0.0);
            for (group, taps) in quarter_taps.as_chunks::<2>().0.iter().enumerate() {
                let step = |n: usize| (2 * group + n) as isize;
                let at = quarter as isize;
                add_pairs(points, taps, |n| value(at - step(n)), |n| value(at + 1 + step(n)));
            }
        }
    }
}

/// Adds weighted sums of two values each to all points.
#[inline(always)]
fn add_pairs<'a, const N: usize>(
    points: &mut [f32],
    taps: &[f32; N],
    before: impl Fn(usize) -> &'a [f32],
    after: impl Fn(usize) -> &'a [f32],
) {
    let frames = points.len();
    let before: [&[f32]; N] = std::array::from_fn(|n| &before(n)[..frames]);
    let after: [&[f32]; N] = std::array::from_fn(|n| &after(n)[..frames]);
    for (frame, point) in points.iter_mut().enumerate() {
        let mut sum = 0.0;
        for n in 0..N {
            sum += taps[n] * (before[n][frame] + after[n][frame]);
        }
        *point += sum;
    }
}

/// Finds the peak around every frame, where it is larger than what is there.
struct Peaks<'a> {
    detector: &'a mut TruePeak,
    peaks: &'a mut [f32],
}

impl WideKernel for Peaks<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Peaks { detector: TruePeak { samples, middles, quarters, before, .. }, peaks } = self;
        let frames = peaks.len();
        // A frame's four points, and their neighbours on both sides.
        let [mut last, mut earlier] = [[0.0; CHUNK + 1]; 2];
        let p0 = &samples[FIRST..][..frames + 1];
        let p1 = &quarters[0][..frames];
        let p2 = &middles[MARGIN..][..frames];
        let p3 = &quarters[1][..frames];
        last[0] = before[1];
        last[1..=frames].copy_from_slice(p3);
        earlier[0] = before[0];
        let (last, ahead) = (&last[..=frames], &mut earlier[1..=frames]);
        for (frame, peak) in ahead.iter_mut().enumerate() {
            let top =
                higher(Point::new(last[frame], p0[frame], p1[frame]), Point::new(p0[frame], p1[frame], p2[frame]));
            let next =
                higher(Point::new(p1[frame], p2[frame], p3[frame]), Point::new(p2[frame], p3[frame], p0[frame + 1]));
            *peak = higher(top, next).peak();
        }
        for (frame, peak) in peaks.iter_mut().enumerate() {
            let own = if earlier[frame] > earlier[frame + 1] { earlier[frame] } else { earlier[frame + 1] };
            *peak = if own > *peak { own } else { *peak };
        }
        *before = [earlier[frames], last[frames]];
    }
}

/// A point with the slope and the bend of the parabola through it and its neighbours.
#[derive(Clone, Copy)]
struct Point {
    magnitude: f32,
    slope: f32,
    bend: f32,
}

impl Point {
    #[inline(always)]
    fn new(a: f32, b: f32, c: f32) -> Point {
        Point { magnitude: b.abs(), slope: a - c, bend: (2.0 * b - a - c).abs() }
    }

    /// The magnitude of the parabola's vertex, where that lies no further off than the neighbours.
    #[inline(always)]
    fn peak(self) -> f32 {
        // At most an eighth of the bend: a vertex half a point away.
        let near = self.slope.abs() <= self.bend;
        let lift = self.slope * self.slope / (8.0 * self.bend + f32::MIN_POSITIVE);
        self.magnitude + if near { lift } else { 0.0 }
    }
}

#[inline(always)]
fn higher(a: Point, b: Point) -> Point {
    let first = a.magnitude > b.magnitude;
    Point {
        magnitude: if first { a.magnitude } else { b.magnitude },
        slope: if first { a.slope } else { b.slope },
        bend: if first { a.bend } else { b.bend },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::noise;
    use std::f64::consts::TAU;

    fn peaks(samples: &[f32]) -> Vec<f32> {
        let mut peaks = samples.to_vec();
        TruePeak::new().process(&mut peaks);
        peaks
    }

    #[test]
    fn sines_of_all_heights_and_phases_have_their_amplitude() {
        for (cycles, tolerance) in [(0.01, 0.02), (0.1, 0.03), (0.25, 0.03), (0.35, 0.05), (0.45, 0.1)] {
            for phase in 0..32 {
                let phase = f64::from(phase) / 32.0;
                let tone: Vec<f32> = (0..2000).map(|n| (TAU * (cycles * f64::from(n) + phase)).sin() as f32).collect();
                let found = peaks(&tone)[200..].iter().fold(0.0f32, |peak, x| peak.max(*x));
                let db = 20.0 * f64::from(found).log10();
                assert!(db.abs() < tolerance, "{cycles} at {phase}: {db}");
            }
        }
    }

    #[test]
    fn a_peak_belongs_to_the_frames_around_it() {
        let mut pulse = vec![0.0; 400];
        pulse[100] = 1.0;
        let found = peaks(&pulse);
        let above: Vec<usize> = (0..400).filter(|&n| found[n] > 0.999).collect();
        assert_eq!(above, [100 + DELAY, 101 + DELAY]);
    }

    #[test]
    fn same_bits_in_blocks_of_any_length() {
        let samples: Vec<f32> = (0..3000).map(|n| noise(2, n) as f32).collect();
        let whole = peaks(&samples);
        for length in [1, 7, 512, 513] {
            let mut detector = TruePeak::new();
            let mut parts = samples.clone();
            parts.chunks_mut(length).for_each(|block| detector.process(block));
            assert!(parts == whole, "{length}");
        }
    }
}
