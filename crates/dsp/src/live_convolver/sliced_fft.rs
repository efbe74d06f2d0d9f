//! A Fourier transform that can be done bit by bit: passes of radix 4 down to short transforms.
//!
//! Decimation in frequency; the spectrum stays in the order that this gives. After `passes` passes there are
//! R = 4^passes parts of S = N/R points, and the part for r holds the frequencies r + R·j, j ascending.

use std::f64::consts::TAU;
use std::ops::Range;

use super::bins::{Bins, ROW};
use crate::fft::{Complex32, Fft};

/// The longest transform done in one go: a few microseconds.
const LONGEST_PART: usize = 2048;

/// A planned transform of a power of two of at least 2·[`ROW`] points.
#[derive(Debug)]
pub(super) struct SlicedFft {
    points: usize,
    part: Fft,
    /// Per pass, for every butterfly of a part: e^(−2πi·n·k/M), k = 1, 2, 3.
    twiddles: Vec<Vec<[Complex32; 3]>>,
    rows: Vec<Row>,
}

/// Where a row of bins lies in the transformed data: lane i at `at` + i, its mirror frequency at `mirror` − i; the two
/// frequencies that share lane 0 of the first row are their own mirrors.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row {
    at: usize,
    mirror: usize,
}

impl SlicedFft {
    pub(super) fn new(points: usize) -> SlicedFft {
        debug_assert!(points.is_power_of_two() && points >= 2 * ROW);
        let mut lengths = Vec::new();
        let mut length = points;
        while length > LONGEST_PART {
            lengths.push(length);
            length /= 4;
        }
        let twiddles = lengths.iter().map(|&length| (0..length / 4).map(|n| twiddle(n, length)).collect()).collect();
        SlicedFft { points, part: Fft::new(length), twiddles, rows: rows(length, lengths.len() as u32) }
    }

    pub(super) fn points(&self) -> usize {
        self.points
    }

    pub(super) fn passes(&self) -> usize {
        self.twiddles.len()
    }

    /// Number of short transforms.
    pub(super) fn parts(&self) -> usize {
        self.points / self.part.points()
    }

    /// Points of a short transform.
    pub(super) fn part_points(&self) -> usize {
        self.part.points()
    }

    pub(super) fn scratch(&self) -> Vec<Complex32> {
        self.part.scratch()
    }

    /// Number of rows of bins.
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Some of the `points`/4 butterflies of a pass; passes go from 0 upwards, then come the parts.
    #[inline(always)]
    pub(super) fn forward_pass(&self, pass: usize, butterflies: Range<usize>, data: &mut [Complex32]) {
        let (quarters, twiddles) = self.butterflies(pass, butterflies, data);
        let [a, b, c, d] = quarters;
        for ((((a, b), c), d), [w1, w2, w3]) in a.iter_mut().zip(b).zip(c).zip(d).zip(twiddles) {
            let (even, odd) = (*a + *c, *b + *d);
            let (even_difference, odd_difference) = (*a - *c, turn(*b - *d));
            *a = even + odd;
            *b = (even_difference - odd_difference) * w1;
            *c = (even - odd) * w2;
            *d = (even_difference + odd_difference) * w3;
        }
    }

    /// Undoes the same butterflies, but for a factor of 4; passes go downwards to 0, after the parts.
    #[inline(always)]
    pub(super) fn inverse_pass(&self, pass: usize, butterflies: Range<usize>, data: &mut [Complex32]) {
        let (quarters, twiddles) = self.butterflies(pass, butterflies, data);
        let [a, b, c, d] = quarters;
        for ((((a, b), c), d), [w1, w2, w3]) in a.iter_mut().zip(b).zip(c).zip(d).zip(twiddles) {
            let (y1, y2, y3) = (*b * w1.conj(), *c * w2.conj(), *d * w3.conj());
            let (even, odd) = (*a + y2, y1 + y3);
            let (even_difference, odd_difference) = (*a - y2, turn(y1 - y3));
            *a = even + odd;
            *b = even_difference + odd_difference;
            *c = even - odd;
            *d = even_difference - odd_difference;
        }
    }

    pub(super) fn forward_part(&self, part: usize, data: &mut [Complex32], scratch: &mut [Complex32]) {
        self.part.forward(self.part_of(part, data), scratch);
    }

    pub(super) fn inverse_part(&self, part: usize, data: &mut [Complex32], scratch: &mut [Complex32]) {
        self.part.inverse(self.part_of(part, data), scratch);
    }

    /// The spectra of the real signals l and r in a row, from the transform of l + i·r.
    #[inline(always)]
    pub(super) fn unpack(&self, row: usize, data: &[Complex32], left: &mut Bins, right: &mut Bins) {
        let Row { at, mirror } = self.rows[row];
        let skipped = usize::from(row == 0);
        let here = &data[at + skipped..at + ROW];
        let there = data[mirror + 1 - ROW..=mirror - skipped].iter().rev();
        for ((z, mirror), lane) in here.iter().zip(there).zip(skipped..) {
            left.re[lane] = 0.5 * (z.re + mirror.re);
            left.im[lane] = 0.5 * (z.im - mirror.im);
            right.re[lane] = 0.5 * (z.im + mirror.im);
            right.im[lane] = 0.5 * (mirror.re - z.re);
        }
        if row == 0 {
            let (zero, half) = (data[0], data[self.part_points() / 2]);
            (left.re[0], left.im[0]) = (zero.re, half.re);
            (right.re[0], right.im[0]) = (zero.im, half.im);
        }
    }

    /// The spectrum in a row from the transform of a real signal.
    #[inline(always)]
    pub(super) fn unpack_real(&self, row: usize, data: &[Complex32], bins: &mut Bins) {
        let here = &data[self.rows[row].at..][..ROW];
        for ((re, im), z) in bins.re.iter_mut().zip(&mut bins.im).zip(here) {
            (*re, *im) = (z.re, z.im);
        }
        if row == 0 {
            bins.im[0] = data[self.part_points() / 2].re;
        }
    }

    /// Lays a row of the spectra of l and r into `data`, so that the inverse transform gives l + i·r.
    #[inline(always)]
    pub(super) fn pack(&self, row: usize, [left, right]: &[Bins; 2], data: &mut [Complex32]) {
        let Row { at, mirror } = self.rows[row];
        for (lane, z) in data[at..at + ROW].iter_mut().enumerate() {
            *z = Complex32::new(left.re[lane] - right.im[lane], left.im[lane] + right.re[lane]);
        }
        let skipped = usize::from(row == 0);
        for (lane, z) in data[mirror + 1 - ROW..=mirror - skipped].iter_mut().rev().enumerate() {
            let lane = lane + skipped;
            *z = Complex32::new(left.re[lane] + right.im[lane], right.re[lane] - left.im[lane]);
        }
        if row == 0 {
            data[0] = Complex32::new(left.re[0], right.re[0]);
            data[self.part_points() / 2] = Complex32::new(left.im[0], right.im[0]);
        }
    }

    fn part_of<'a>(&self, part: usize, data: &'a mut [Complex32]) -> &'a mut [Complex32] {
        let points = self.part.points();
        &mut data[part * points..][..points]
    }

    /// The four inputs and the twiddles of butterflies that lie in one part.
    #[inline(always)]
    fn butterflies<'a>(
        &self,
        pass: usize,
        butterflies: Range<usize>,
        data: &'a mut [Complex32],
    ) -> ([&'a mut [Complex32]; 4], &[[Complex32; 3]]) {
        let twiddles = &self.twiddles[pass];
        let quarter = twiddles.len();
        let (part, n) = (butterflies.start / quarter, butterflies.start % quarter);
        let span = n..n + butterflies.len();
        let (ab, cd) = data[part * 4 * quarter..][..4 * quarter].split_at_mut(2 * quarter);
        let ((a, b), (c, d)) = (ab.split_at_mut(quarter), cd.split_at_mut(quarter));
        ([a, b, c, d].map(|quarter| &mut quarter[span.clone()]), &twiddles[span])
    }
}

/// i·z
#[inline(always)]
fn turn(z: Complex32) -> Complex32 {
    Complex32::new(-z.im, z.re)
}

fn twiddle(n: usize, length: usize) -> [Complex32; 3] {
    [1, 2, 3].map(|k| {
        let (sin, cos) = (TAU * (n * k) as f64 / length as f64).sin_cos();
        Complex32::new(cos as f32, -sin as f32)
    })
}

/// Half of all frequencies, such that they and their mirrors are all there is.
fn rows(part_points: usize, passes: u32) -> Vec<Row> {
    let parts = 4usize.pow(passes);
    // Frequency 0 of part 0 is its own mirror; frequency j has part_points − j.
    let mut rows: Vec<Row> = (0..part_points / 2).step_by(ROW).map(|at| Row { at, mirror: part_points - at }).collect();
    for residue in 1..=parts / 2 {
        let start = part_points * reverse_digits(residue, passes);
        let mirror_end = part_points * reverse_digits(parts - residue, passes) + part_points - 1;
        let bins = if 2 * residue == parts { part_points / 2 } else { part_points };
        rows.extend((0..bins).step_by(ROW).map(|step| Row { at: start + step, mirror: mirror_end - step }));
    }
    rows
}

/// Where the passes leave the part with this residue: its digits to base 4, backwards.
fn reverse_digits(residue: usize, digits: u32) -> usize {
    (0..digits).fold(0, |place, digit| place * 4 + (residue >> (2 * digit)) % 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::noise;

    fn forward(fft: &SlicedFft, data: &mut [Complex32]) {
        for pass in 0..fft.passes() {
            (0..fft.points() / 4).step_by(256).for_each(|start| fft.forward_pass(pass, start..start + 256, data));
        }
        (0..fft.parts()).for_each(|part| fft.forward_part(part, data, &mut fft.scratch()));
    }

    fn inverse(fft: &SlicedFft, data: &mut [Complex32]) {
        (0..fft.parts()).for_each(|part| fft.inverse_part(part, data, &mut fft.scratch()));
        for pass in (0..fft.passes()).rev() {
            (0..fft.points() / 4).step_by(256).for_each(|start| fft.inverse_pass(pass, start..start + 256, data));
        }
    }

    #[test]
    fn finds_two_tones_and_gives_them_back() {
        for points in [128, 1024, 8192, 65_536] {
            let fft = SlicedFft::new(points);
            let angle = |frequency: usize, n: usize| TAU * ((frequency * n) % points) as f64 / points as f64;
            // left: a cosine at 5, right: a sine one bin below half the sample rate.
            let signal: Vec<Complex32> = (0..points)
                .map(|n| Complex32::new(angle(5, n).cos() as f32, angle(points / 2 - 1, n).sin() as f32))
                .collect();
            let mut data = signal.clone();
            forward(&fft, &mut data);
            let mut spectrum = vec![[Bins::ZERO; 2]; fft.rows()];
            for (row, [left, right]) in spectrum.iter_mut().enumerate() {
                fft.unpack(row, &data, left, right);
            }
            // Either of a frequency and its mirror is there, so the sign of an imaginary part is open.
            let tolerance = 1e-4 * points as f32;
            for (channel, peaks) in [[0.5 * points as f32, 0.0], [0.0, 0.5 * points as f32]].into_iter().enumerate() {
                let parts: [fn(&Bins) -> &[f32; ROW]; 2] = [|bins| &bins.re, |bins| &bins.im];
                for (part, peak) in parts.into_iter().zip(peaks) {
                    let lanes = spectrum.iter().flat_map(|row| part(&row[channel]));
                    let large: Vec<f32> = lanes.map(|value| value.abs()).filter(|&value| value > tolerance).collect();
                    assert_eq!(large.len(), usize::from(peak != 0.0), "{points}");
                    assert!(large.iter().all(|value| (value - peak).abs() < tolerance), "{points}: {large:?}");
                }
            }
            data.fill(Complex32::new(f32::NAN, f32::NAN));
            spectrum.iter().enumerate().for_each(|(row, bins)| fft.pack(row, bins, &mut data));
            inverse(&fft, &mut data);
            let scale = 1.0 / points as f32;
            assert!(data.iter().zip(&signal).all(|(back, was)| (back * scale - was).norm() < 2e-6), "{points}");
        }
    }

    #[test]
    fn every_frequency_has_its_place() {
        for points in [128usize, 1024, 8192, 65_536] {
            let fft = SlicedFft::new(points);
            let plain = Fft::new(points);
            let signal: Vec<Complex32> = (0..points as u64).map(|n| Complex32::new(noise(1, n) as f32, 0.0)).collect();
            let (mut sliced, mut whole) = (signal.clone(), signal);
            forward(&fft, &mut sliced);
            plain.forward(&mut whole, &mut plain.scratch());
            let parts = fft.parts();
            let tolerance = 1e-5 * (points as f32).sqrt();
            for residue in 0..parts {
                let place = fft.part_points() * reverse_digits(residue, fft.passes() as u32);
                for j in 0..fft.part_points() {
                    assert!((sliced[place + j] - whole[residue + parts * j]).norm() < tolerance);
                }
            }
            let mut bins = Bins::ZERO;
            fft.unpack_real(0, &sliced, &mut bins);
            assert!((bins.re[0] - whole[0].re).abs() < tolerance);
            assert!((bins.im[0] - whole[points / 2].re).abs() < tolerance);
        }
    }
}
