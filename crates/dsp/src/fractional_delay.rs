//! Reading between samples: an eight-point windowed sinc, its points as polynomials of the fraction.

use crate::vectors::{VectorKernel, Vectors, WIDTH, run_vectors};
use crate::window::{kaiser, sinc};

/// Samples around the position that [`FractionalDelay::read`] takes.
pub const POINTS: usize = 8;
/// Samples of them before the position's own: the position lies between sample `BEFORE` and the next.
pub const BEFORE: usize = POINTS / 2 - 1;
/// Terms of the even and of the odd part of a point's polynomial: exact to 1e-4.
const TERMS: usize = 3;
/// Points mirror each other around the middle between samples, so two share their polynomials.
const PAIRS: usize = POINTS / 2;

/// A fractional delay: exact to −59 dB up to a quarter of the sample rate, −32 dB at 0.3.
///
/// With u = fraction − ½, point p is even(u²) + u·odd(u²) and its mirror, point 7 − p, even(u²) − u·odd(u²).
#[derive(Clone, Debug)]
pub struct FractionalDelay {
    even: [[f32; TERMS]; PAIRS],
    odd: [[f32; TERMS]; PAIRS],
}

/// Where a run of neighbouring reads begins, and how the fraction falls from frame to frame.
#[derive(Clone, Copy, Debug)]
pub struct Glide {
    /// Fraction at the first frame, in 2^−32 of a sample.
    pub fraction: u32,
    /// What it loses per frame, modulo 2^32; a run ends before the fraction would wrap.
    pub fall: u32,
}

impl Glide {
    /// The fraction `frames` later.
    #[inline(always)]
    fn after(&self, frames: usize) -> u32 {
        self.fraction.wrapping_sub(self.fall.wrapping_mul(frames as u32))
    }
}

impl FractionalDelay {
    /// Computes the polynomials of a delay with this gain.
    pub fn new(gain: f64) -> FractionalDelay {
        let point = |pair: usize, u: f64| gain * row(u + 0.5)[pair];
        let even = |pair| move |v: f64| (point(pair, v.sqrt()) + point(pair, -v.sqrt())) / 2.0;
        let odd = |pair| move |v: f64| (point(pair, v.sqrt()) - point(pair, -v.sqrt())) / (2.0 * v.sqrt());
        FractionalDelay {
            even: std::array::from_fn(|pair| polynomial(even(pair))),
            odd: std::array::from_fn(|pair| polynomial(odd(pair))),
        }
    }

    /// The value `fraction` · 2^−32 of a sample after `samples[BEFORE]`.
    #[inline(always)]
    pub fn read(&self, samples: &[f32; POINTS], fraction: u32) -> f32 {
        let u = offset(fraction);
        let (mut even, mut odd) = (0.0, 0.0);
        for pair in 0..PAIRS {
            let (early, late) = (samples[pair], samples[POINTS - 1 - pair]);
            even += value(&self.even[pair], u * u) * (early + late);
            odd += value(&self.odd[pair], u * u) * (early - late);
        }
        even + u * odd
    }

    /// Adds reads at neighbouring positions to `out`: frame n reads the points from `samples[n]` on, and `samples` has
    /// `POINTS − 1` more than `out`. The same bits as [`FractionalDelay::read`] frame by frame.
    pub fn read_run(&self, samples: &[f32], glide: Glide, out: &mut [f32]) {
        assert_eq!(samples.len(), out.len() + POINTS - 1, "samples around the frames");
        run_vectors(Run { delay: self, samples, glide, out });
    }
}

struct Run<'a> {
    delay: &'a FractionalDelay,
    samples: &'a [f32],
    glide: Glide,
    out: &'a mut [f32],
}

impl VectorKernel for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self, v: V) {
        let Run { delay, mut samples, mut glide, out } = self;
        let (groups, rest) = out.as_chunks_mut::<WIDTH>();
        let (pairs, single) = groups.as_chunks_mut::<2>();
        for pair in pairs {
            read_groups(v, delay, samples, glide, pair);
            (samples, glide.fraction) = (&samples[2 * WIDTH..], glide.after(2 * WIDTH));
        }
        if let [group] = single {
            read_groups(v, delay, samples, glide, std::array::from_mut(group));
            (samples, glide.fraction) = (&samples[WIDTH..], glide.after(WIDTH));
        }
        if !rest.is_empty() {
            let (mut points, mut group) = ([0.0; WIDTH + POINTS - 1], [[0.0; WIDTH]]);
            points[..samples.len()].copy_from_slice(samples);
            group[0][..rest.len()].copy_from_slice(rest);
            read_groups(v, delay, &points, glide, &mut group);
            rest.copy_from_slice(&group[0][..rest.len()]);
        }
    }
}

/// [`FractionalDelay::read`] for many frames side by side.
#[inline(always)]
fn read_groups<V: Vectors, const GROUPS: usize>(
    v: V,
    delay: &FractionalDelay,
    samples: &[f32],
    glide: Glide,
    out: &mut [[f32; WIDTH]; GROUPS],
) {
    let Some(samples) = samples.get(..GROUPS * WIDTH + POINTS - 1) else { return };
    let mut offsets = [[0.0; WIDTH]; GROUPS];
    for (frame, u) in offsets.as_flattened_mut().iter_mut().enumerate() {
        *u = offset(glide.after(frame));
    }
    for part in 0..V::PARTS {
        let points = |group: usize, point: usize| match samples[group * WIDTH + point..].first_chunk() {
            Some(points) => v.load(points, part),
            None => v.splat(0.0),
        };
        let u = offsets.each_ref().map(|offsets| v.load(offsets, part));
        let (mut even, mut odd) = ([v.splat(0.0); GROUPS], [v.splat(0.0); GROUPS]);
        for pair in 0..PAIRS {
            let terms = [&delay.even[pair], &delay.odd[pair]].map(|terms| terms.map(|term| v.splat(term)));
            for group in 0..GROUPS {
                let square = v.mul(u[group], u[group]);
                let value = |terms: [V::Singles; TERMS]| {
                    v.add(v.mul(v.add(v.mul(terms[2], square), terms[1]), square), terms[0])
                };
                let (early, late) = (points(group, pair), points(group, POINTS - 1 - pair));
                even[group] = v.add(even[group], v.mul(value(terms[0]), v.add(early, late)));
                odd[group] = v.add(odd[group], v.mul(value(terms[1]), v.sub(early, late)));
            }
        }
        for group in 0..GROUPS {
            let before = v.load(&out[group], part);
            v.store(v.add(before, v.add(even[group], v.mul(u[group], odd[group]))), &mut out[group], part);
        }
    }
}

/// u of a fraction.
#[inline(always)]
fn offset(fraction: u32) -> f32 {
    (fraction >> 8) as i32 as f32 * (1.0 / (1 << 24) as f32) - 0.5
}

/// A polynomial's value.
#[inline(always)]
fn value(terms: &[f32; TERMS], v: f32) -> f32 {
    (terms[2] * v + terms[1]) * v + terms[0]
}

/// The polynomial through `f` at Chebyshev's nodes of 0 to ¼, by Newton's divided differences.
fn polynomial(f: impl Fn(f64) -> f64) -> [f32; TERMS] {
    let nodes: [f64; TERMS] =
        std::array::from_fn(|n| 0.125 - 0.125 * (std::f64::consts::PI * (n as f64 + 0.5) / TERMS as f64).cos());
    let mut differences = nodes.map(f);
    for order in 1..TERMS {
        for n in (order..TERMS).rev() {
            differences[n] = (differences[n] - differences[n - 1]) / (nodes[n] - nodes[n - order]);
        }
    }
    let mut terms = [0.0; TERMS];
    for n in (0..TERMS).rev() {
        for term in (1..TERMS).rev() {
            terms[term] = terms[term - 1] - nodes[n] * terms[term];
        }
        terms[0] = differences[n] - nodes[n] * terms[0];
    }
    terms.map(|term| term as f32)
}

/// The windowed sinc's points for a fraction of 0 to 1, their sum 1.
fn row(fraction: f64) -> [f64; POINTS] {
    let weights: [f64; POINTS] = std::array::from_fn(|point| {
        let distance = point as f64 - BEFORE as f64 - fraction;
        sinc(distance) * kaiser(distance / (POINTS / 2) as f64, 6.0)
    });
    let sum: f64 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::noise;
    use std::f64::consts::TAU;

    #[test]
    fn reads_sines_between_samples() {
        let delay = FractionalDelay::new(1.0);
        for (cycles, tolerance) in [(0.01, 2e-4), (0.1, 1e-3), (0.25, 1.1e-3), (0.3, 2.6e-2)] {
            for step in 0..1000 {
                let at = step as f64 * 0.137;
                let samples: [f32; POINTS] = std::array::from_fn(|point| {
                    (TAU * cycles * (at.floor() + point as f64 - BEFORE as f64)).sin() as f32
                });
                let read = f64::from(delay.read(&samples, (at.fract() * 2f64.powi(32)) as u32));
                assert!((read - (TAU * cycles * at).sin()).abs() < tolerance, "{cycles} at {at}: {read}");
            }
        }
    }

    #[test]
    fn the_polynomials_are_the_windowed_sinc() {
        let delay = FractionalDelay::new(0.5);
        for step in 0..=1000 {
            let fraction = (f64::from(step) / 1000.0 * (2f64.powi(32) - 1.0)) as u32;
            let points = row(f64::from(fraction) / 2f64.powi(32));
            for (point, exact) in points.iter().enumerate() {
                let mut impulse = [0.0; POINTS];
                impulse[point] = 1.0;
                let error = f64::from(delay.read(&impulse, fraction)) - 0.5 * exact;
                assert!(error.abs() < 1e-4, "point {point} at {step}: {error}");
            }
        }
    }

    #[test]
    fn runs_have_the_bits_of_single_reads() {
        let delay = FractionalDelay::new(0.7);
        let samples: Vec<f32> = (0..107).map(|n| noise(3, n) as f32).collect();
        for frames in [0, 1, 15, 16, 17, 64, 100] {
            for (fraction, fall) in [(0xffff_fff0, 1_234_567), (5, 0u32.wrapping_sub(7_654_321)), (1 << 31, 0)] {
                let mut out = vec![0.25; frames];
                delay.read_run(&samples[..frames + POINTS - 1], Glide { fraction, fall }, &mut out);
                for (frame, out) in out.iter().enumerate() {
                    let points = samples[frame..].first_chunk().unwrap();
                    let fraction = fraction.wrapping_sub(fall.wrapping_mul(frame as u32));
                    assert_eq!(out.to_bits(), (0.25 + delay.read(points, fraction)).to_bits());
                }
            }
        }
    }
}
