//! Peaks between samples: four points per frame through windowed sincs, and a parabola through the largest of them.
//!
//! ITU-R BS.1770-5, annex 2, asks for at least four points per frame. Of a full-scale sine near half the sample rate, their
//! largest can lie 0.7 dB below the peak; a parabola through it and its neighbours leaves less than 0.08 dB. The points in
//! the middle between samples come from the samples, those between the former from both, by a much shorter sinc.

//!
//! Frames are worked on in sixteen runs side by side, one in each lane, so that neighbours in time lie in the same lane.

use crate::vectors::{Rows, Sixteen, VectorKernel, Vectors, WIDTH, run_vectors};
use crate::window::{kaiser, sinc};

/// Frames by which [`TruePeak::process`] lies behind its input.
pub const DELAY: usize = HALF + MARGIN;

/// Samples on each side of a middle, and values on each side of a quarter.
const HALF: usize = 32;
const SHORT_HALF: usize = 6;
/// Frames by which middles have to be known ahead and kept behind.
const MARGIN: usize = SHORT_HALF / 2;
/// Frames worked on at once, and those of a run.
const CHUNK: usize = 512;
const RUN: usize = CHUNK / WIDTH;
/// Samples kept from block to block, and where among the samples the first frame lies that comes out.
const KEPT: usize = 2 * HALF + 2 * MARGIN;
const FIRST: usize = KEPT - DELAY;
/// Points are known from so many frames before the first one on.
const BEFORE: usize = MARGIN + 1;
/// Middles that are summed side by side, and taps that they share values for.
const SIDE_BY_SIDE: usize = 4;
const MIDDLES: usize = (RUN + 2 * MARGIN + 1).next_multiple_of(SIDE_BY_SIDE);
/// Samples that a run needs, in whole tiles.
const NEEDED: usize = (RUN + KEPT).next_multiple_of(WIDTH);
/// Kaiser's window so steep that noise up to half the sample rate is not read too low; it ripples by 0.07 dB there.
const BETA: f64 = 3.5;
const SHORT_BETA: f64 = 6.0;

/// The true peaks of one channel, frame by frame.
#[derive(Clone, Debug)]
pub struct TruePeak {
    middle_taps: [f32; HALF],
    quarter_taps: [f32; SHORT_HALF],
    /// How far middles can exceed samples, and peaks the larger of samples and middles.
    middle_reach: f32,
    peak_reach: f32,
    /// Samples that are still needed, then the new ones, then room for what the last run reads beyond its frames.
    samples: Vec<f32>,
    work: Work,
}

/// Values of the runs, sixteen by sixteen.
#[derive(Clone, Debug)]
struct Work {
    samples: Vec<[Sixteen; WIDTH]>,
    /// The points halfway after each frame from [`BEFORE`] on.
    middles: Vec<Sixteen>,
    peaks: Vec<[Sixteen; WIDTH]>,
}

impl Default for TruePeak {
    fn default() -> Self {
        TruePeak::new()
    }
}

impl TruePeak {
    /// A detector at rest.
    pub fn new() -> TruePeak {
        let (middle_taps, quarter_taps) = (taps(BETA), taps(SHORT_BETA));
        TruePeak {
            middle_reach: reach(&middle_taps),
            // A parabola adds at most an eighth of its bend, which is at most four times its points.
            peak_reach: 1.5 * reach(&quarter_taps),
            middle_taps,
            quarter_taps,
            samples: vec![0.0; (WIDTH - 1) * RUN + NEEDED],
            work: Work {
                samples: vec![<[Sixteen; WIDTH]>::default(); NEEDED / WIDTH],
                middles: vec![Sixteen::default(); MIDDLES],
                peaks: vec![<[Sixteen; WIDTH]>::default(); RUN.div_ceil(WIDTH)],
            },
        }
    }

    /// Replaces each sample by the largest magnitude from one frame before to one frame after the sample [`DELAY`] frames
    /// earlier.
    pub fn process(&mut self, samples: &mut [f32]) {
        for samples in samples.chunks_mut(CHUNK) {
            self.take(samples);
            samples.fill(0.0);
            self.give(samples, -1.0);
        }
    }

    /// Raises each of as many `peaks` to what [`TruePeak::process`] would put in the place of the sample, if that is more than
    /// `floor`: what cannot matter need not be found.
    pub fn raise(&mut self, samples: &[f32], peaks: &mut [f32], floor: f32) {
        for (samples, peaks) in samples.chunks(CHUNK).zip(peaks.chunks_mut(CHUNK)) {
            self.take(samples);
            self.give(peaks, floor);
        }
    }

    fn take(&mut self, samples: &[f32]) {
        self.samples[KEPT..KEPT + samples.len()].copy_from_slice(samples);
    }

    fn give(&mut self, peaks: &mut [f32], floor: f32) {
        run_vectors(Peaks { detector: self, peaks, floor });
        self.samples.copy_within(peaks.len()..peaks.len() + KEPT, 0);
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.samples.fill(0.0);
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

/// How many times the largest of what goes into a sum comes out at most, rounding included.
fn reach(taps: &[f32]) -> f32 {
    (2.0 * taps.iter().map(|tap| tap.abs()).sum::<f32>()).max(1.0) * 1.0001
}

/// Finds the peak around every frame, where it is larger than what is there and can be larger than the floor.
struct Peaks<'a> {
    detector: &'a mut TruePeak,
    peaks: &'a mut [f32],
    floor: f32,
}

/// Sixteen runs, `run` frames apart.
struct Runs<'a> {
    samples: &'a [f32],
    run: usize,
}

impl Rows for Runs<'_> {
    #[inline(always)]
    fn row(&self, row: usize) -> &[f32; WIDTH] {
        self.samples[row * self.run..].first_chunk().expect("room beyond the last run")
    }
}

impl VectorKernel for Peaks<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self, v: V) {
        let Peaks { detector, peaks, floor } = self;
        let TruePeak { middle_taps, quarter_taps, middle_reach, peak_reach, samples, work } = detector;
        let run = peaks.len().div_ceil(WIDTH);
        let tiles = (run + KEPT).div_ceil(WIDTH);
        for tile in 0..tiles {
            v.transpose(&Runs { samples: &samples[tile * WIDTH..], run }, &mut work.samples[tile]);
        }
        let samples = work.samples.as_flattened();
        let most = largest(v, &samples[..tiles * WIDTH]);
        if most * *middle_reach * *peak_reach <= floor {
            return;
        }
        let middles = &mut work.middles[..(run + 2 * MARGIN + 1).next_multiple_of(SIDE_BY_SIDE)];
        for part in 0..V::PARTS {
            find_middles(v, middle_taps, samples, middles, part);
        }
        if most.max(largest(v, middles)) * *peak_reach <= floor {
            return;
        }
        for part in 0..V::PARTS {
            let points = Points { samples, middles, taps: quarter_taps };
            let before = points.quarter(v, -3, part);
            let (mut behind, mut last) = points.peak(v, before, -1, part);
            for (frame, peak) in work.peaks.as_flattened_mut()[..run].iter_mut().enumerate() {
                let (ahead, next) = points.peak(v, last, frame as isize, part);
                v.store(v.where_greater(behind, ahead, behind, ahead), &mut peak.0, part);
                (behind, last) = (ahead, next);
            }
        }
        for (tile, columns) in work.peaks.iter().enumerate().take(run.div_ceil(WIDTH)) {
            let mut rows = <[Sixteen; WIDTH]>::default();
            v.transpose(columns, &mut rows);
            for (lane, row) in rows.iter().enumerate() {
                let start = (lane * run + tile * WIDTH).min(peaks.len());
                let end = peaks.len().min(start + run.min((tile + 1) * WIDTH) - tile * WIDTH);
                for (peak, own) in peaks[start..end].iter_mut().zip(&row.0) {
                    *peak = if *own > *peak { *own } else { *peak };
                }
            }
        }
    }
}

/// The largest magnitude.
#[inline(always)]
fn largest<V: Vectors>(v: V, values: &[Sixteen]) -> f32 {
    let mut most = 0.0;
    for part in 0..V::PARTS {
        let mut lanes = v.splat(0.0);
        for value in values {
            let value = v.abs(v.load(&value.0, part));
            lanes = v.where_greater(value, lanes, value, lanes);
        }
        let mut stored = [0.0; WIDTH];
        v.store(lanes, &mut stored, part);
        for value in stored {
            most = if value > most { value } else { most };
        }
    }
    most
}

/// The points halfway after the frames from [`BEFORE`] before the first one on.
#[inline(always)]
fn find_middles<V: Vectors>(v: V, taps: &[f32; HALF], samples: &[Sixteen], middles: &mut [Sixteen], part: usize) {
    /// Values that so many sums share for so many taps.
    const SHARED: usize = 2 * SIDE_BY_SIDE - 1;
    for (group, middles) in middles.as_chunks_mut::<SIDE_BY_SIDE>().0.iter_mut().enumerate() {
        let at = FIRST - BEFORE + SIDE_BY_SIDE * group;
        let mut sums = [v.splat(0.0); SIDE_BY_SIDE];
        for (step, taps) in taps.as_chunks::<SIDE_BY_SIDE>().0.iter().enumerate() {
            let [mut before, mut after] = [[v.splat(0.0); SHARED]; 2];
            let (first, last) = (at - SIDE_BY_SIDE * step, at + 1 + SIDE_BY_SIDE * step);
            for n in 0..SHARED {
                before[n] = v.load(&samples[first + n + 1 - SIDE_BY_SIDE].0, part);
                after[n] = v.load(&samples[last + n].0, part);
            }
            for (n, tap) in taps.iter().enumerate() {
                let tap = v.splat(*tap);
                for (side, sum) in sums.iter_mut().enumerate() {
                    let pair = v.add(before[side + SIDE_BY_SIDE - 1 - n], after[side + n]);
                    *sum = v.mul_add(tap, pair, *sum);
                }
            }
        }
        for (middle, sum) in middles.iter_mut().zip(sums) {
            v.store(sum, &mut middle.0, part);
        }
    }
}

/// What lies on and between the frames of all runs.
struct Points<'a> {
    samples: &'a [Sixteen],
    middles: &'a [Sixteen],
    taps: &'a [f32; SHORT_HALF],
}

impl Points<'_> {
    /// A sample and the middles after it, by half frames.
    #[inline(always)]
    fn half<V: Vectors>(&self, v: V, half_frames: isize, part: usize) -> V::Singles {
        let frame = half_frames.div_euclid(2);
        if half_frames.rem_euclid(2) == 0 {
            v.load(&self.samples[(FIRST as isize + frame) as usize].0, part)
        } else {
            v.load(&self.middles[(BEFORE as isize + frame) as usize].0, part)
        }
    }

    /// The point between a value and the next, by half frames.
    #[inline(always)]
    fn quarter<V: Vectors>(&self, v: V, half_frames: isize, part: usize) -> V::Singles {
        let mut sum = v.splat(0.0);
        for (n, tap) in self.taps.iter().enumerate() {
            let n = n as isize;
            let pair = v.add(self.half(v, half_frames - n, part), self.half(v, half_frames + 1 + n, part));
            sum = v.mul_add(v.splat(*tap), pair, sum);
        }
        sum
    }

    /// The largest magnitude from a frame to the next: of four points and the parabola through the largest of them. `last` is
    /// the point before the frame; the one before the next frame is returned, too.
    #[inline(always)]
    fn peak<V: Vectors>(&self, v: V, last: V::Singles, frame: isize, part: usize) -> (V::Singles, V::Singles) {
        let p = [
            last,
            self.half(v, 2 * frame, part),
            self.quarter(v, 2 * frame, part),
            self.half(v, 2 * frame + 1, part),
            self.quarter(v, 2 * frame + 1, part),
            self.half(v, 2 * frame + 2, part),
        ];
        let top = Point::new(v, p[0], p[1], p[2]).or_higher(v, Point::new(v, p[1], p[2], p[3]));
        let next = Point::new(v, p[2], p[3], p[4]).or_higher(v, Point::new(v, p[3], p[4], p[5]));
        (top.or_higher(v, next).peak(v), p[4])
    }
}

/// A point with the slope and the bend of the parabola through it and its neighbours.
struct Point<V: Vectors> {
    magnitude: V::Singles,
    slope: V::Singles,
    bend: V::Singles,
}

impl<V: Vectors> Point<V> {
    #[inline(always)]
    fn new(v: V, a: V::Singles, b: V::Singles, c: V::Singles) -> Point<V> {
        let bend = v.abs(v.sub(v.sub(v.add(b, b), a), c));
        Point { magnitude: v.abs(b), slope: v.sub(a, c), bend }
    }

    #[inline(always)]
    fn or_higher(self, v: V, other: Point<V>) -> Point<V> {
        let (a, b) = (self.magnitude, other.magnitude);
        Point {
            magnitude: v.where_greater(a, b, a, b),
            slope: v.where_greater(a, b, self.slope, other.slope),
            bend: v.where_greater(a, b, self.bend, other.bend),
        }
    }

    /// The magnitude of the parabola's vertex, where that lies no further off than the neighbours.
    #[inline(always)]
    fn peak(self, v: V) -> V::Singles {
        // At most an eighth of the bend: a vertex half a point away.
        let slope = v.abs(self.slope);
        let scaled = v.add(v.mul(v.splat(8.0), self.bend), v.splat(f32::MIN_POSITIVE));
        let lift = v.div(v.mul(slope, slope), scaled);
        v.add(self.magnitude, v.where_greater(slope, self.bend, v.splat(0.0), lift))
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
    fn vectors_agree_with_the_scalar_twin() {
        let samples: Vec<f32> = (0..CHUNK as u64).map(|n| noise(3, n) as f32).collect();
        for frames in [CHUNK, 441, 17, 1] {
            let (mut fast, mut twin) = (TruePeak::new(), TruePeak::new());
            let mut found = [vec![0.0; frames], vec![0.0; frames]];
            for (detector, peaks) in [&mut fast, &mut twin].into_iter().zip(&mut found) {
                detector.take(&samples);
                detector.samples.rotate_left(KEPT);
                peaks.fill(0.1);
            }
            run_vectors(Peaks { detector: &mut fast, peaks: &mut found[0], floor: 0.0 });
            Peaks { detector: &mut twin, peaks: &mut found[1], floor: 0.0 }.run(crate::vectors::Plain);
            assert!(found[0].iter().zip(&found[1]).all(|(fast, twin)| (fast - twin).abs() < 1e-5));
            assert!(found[1].iter().any(|peak| *peak > 0.1));
        }
    }

    #[test]
    fn what_exceeds_a_floor_is_found() {
        // From silence to full scale and back, so that every way of looking closer is taken.
        let swell = |n: u64| noise(2, n) as f32 * (n as f32 / 20_000.0 * std::f32::consts::PI).sin().powi(6);
        let samples: Vec<f32> = (0..20_000).map(swell).collect();
        let whole = peaks(&samples);
        for floor in [0.001, 0.1, 0.5, 1.5] {
            let mut found = vec![0.0; samples.len()];
            TruePeak::new().raise(&samples, &mut found, floor);
            assert!(found.iter().zip(&whole).all(|(found, peak)| found == peak || *found == 0.0 && *peak <= floor));
            assert!(found.contains(&0.0) || floor < 0.01);
        }
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
