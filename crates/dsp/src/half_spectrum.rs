//! Spectra of real signals: the bins from 0 to N/2, in planes of real and imaginary parts that vectors run along.

use std::ops::Range;

use crate::fft::{Complex32, Fft};
use crate::wide::{WideKernel, run_wide};

/// Bins worked on side by side.
const GROUP: usize = 16;

/// Bins of which sums are finished before the next ones are begun.
const RANGE: usize = 1024;

/// Bins 0 to N/2 of the spectrum of N real samples; the others are their mirror.
#[derive(Clone, Debug)]
pub(crate) struct HalfSpectrum {
    re: Vec<f32>,
    im: Vec<f32>,
}

impl HalfSpectrum {
    /// The spectrum of `points` silent samples.
    pub(crate) fn new(points: usize) -> HalfSpectrum {
        let plane = vec![0.0; points / 2 + 1];
        HalfSpectrum { re: plane.clone(), im: plane }
    }

    pub(crate) fn clear(&mut self) {
        self.re.fill(0.0);
        self.im.fill(0.0);
    }

    /// Ranges of bins of which a few spectra stay in a core's nearest cache.
    pub(crate) fn ranges(points: usize) -> impl Iterator<Item = Range<usize>> {
        let bins = points / 2 + 1;
        (0..bins).step_by(RANGE).map(move |start| start..bins.min(start + RANGE))
    }

    /// self += x · h, for some bins.
    pub(crate) fn add_product(&mut self, bins: &Range<usize>, x: &HalfSpectrum, h: &HalfSpectrum) {
        run_wide(AddProduct { bins, sum: self, x, h });
    }
}

struct AddProduct<'a> {
    bins: &'a Range<usize>,
    sum: &'a mut HalfSpectrum,
    x: &'a HalfSpectrum,
    h: &'a HalfSpectrum,
}

impl<'a> WideKernel for AddProduct<'a> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let AddProduct { bins, sum, x, h } = self;
        let sums = sum.re[bins.clone()].iter_mut().zip(&mut sum.im[bins.clone()]);
        let both = |values: &'a HalfSpectrum| values.re[bins.clone()].iter().zip(&values.im[bins.clone()]);
        let factors = both(x).zip(both(h));
        for ((re, im), ((x_re, x_im), (h_re, h_im))) in sums.zip(factors) {
            *re += x_re * h_re - x_im * h_im;
            *im += x_re * h_im + x_im * h_re;
        }
    }
}

/// Splits Z, the transform of left + i·right: L\[k\] = (Z\[k\] + Z\[N−k\]*)/2, R\[k\] = (Z\[k\] − Z\[N−k\]*)/2i.
pub(crate) fn split(packed: &[Complex32], left: &mut HalfSpectrum, right: &mut HalfSpectrum) {
    run_wide(Mirrored {
        packed,
        outputs: [left, right],
        bin: |_, a: Complex32, b: Complex32| {
            let left = Complex32::new(0.5 * (a.re + b.re), 0.5 * (a.im - b.im));
            [left, Complex32::new(0.5 * (a.im + b.im), 0.5 * (b.re - a.re))]
        },
    });
}

/// Calls `bin(k, Z[k], Z[N−k])` for every bin of the half spectra and stores what it returns.
struct Mirrored<'a, F, const OUTPUTS: usize> {
    packed: &'a [Complex32],
    outputs: [&'a mut HalfSpectrum; OUTPUTS],
    bin: F,
}

impl<F: Fn(usize, Complex32, Complex32) -> [Complex32; OUTPUTS], const OUTPUTS: usize> WideKernel
    for Mirrored<'_, F, OUTPUTS>
{
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Mirrored { packed, mut outputs, bin } = self;
        let points = packed.len();
        let last = outputs[0].re.len() - 1;
        let store = |outputs: &mut [&mut HalfSpectrum; OUTPUTS], k: usize, values: [Complex32; OUTPUTS]| {
            for (output, value) in outputs.iter_mut().zip(values) {
                output.re[k] = value.re;
                output.im[k] = value.im;
            }
        };
        store(&mut outputs, 0, bin(0, packed[0], packed[0]));
        let mut k = 1;
        while k + GROUP <= last {
            // Whole groups as arrays of known length: no bounds are checked within.
            let ahead: &[Complex32] = &packed[k..k + GROUP];
            let mirror: &[Complex32] = &packed[points - k - GROUP + 1..=points - k];
            let mut values = [[Complex32::default(); GROUP]; OUTPUTS];
            for step in 0..GROUP {
                let both = bin(k + step, ahead[step], mirror[GROUP - 1 - step]);
                (0..OUTPUTS).for_each(|output| values[output][step] = both[output]);
            }
            for (output, values) in outputs.iter_mut().zip(&values) {
                let (re, im) = (&mut output.re[k..k + GROUP], &mut output.im[k..k + GROUP]);
                for (value, (re, im)) in values.iter().zip(re.iter_mut().zip(im)) {
                    (*re, *im) = (value.re, value.im);
                }
            }
            k += GROUP;
        }
        for k in k..=last {
            store(&mut outputs, k, bin(k, packed[k % points], packed[(points - k) % points]));
        }
    }
}

/// [`split`], products with the spectra of two responses, and [`join`], in one go.
pub(crate) fn filter(packed: &mut [Complex32], [left, right]: [&HalfSpectrum; 2]) {
    run_wide(Filter { packed, left, right });
}

struct Filter<'a> {
    packed: &'a mut [Complex32],
    left: &'a HalfSpectrum,
    right: &'a HalfSpectrum,
}

impl Filter<'_> {
    /// What becomes of Z\[k\] and Z\[N−k\].
    #[inline(always)]
    fn bin(&self, k: usize, a: Complex32, b: Complex32) -> [Complex32; 2] {
        let l = Complex32::new(0.5 * (a.re + b.re), 0.5 * (a.im - b.im));
        let r = Complex32::new(0.5 * (a.im + b.im), 0.5 * (b.re - a.re));
        let l = l * Complex32::new(self.left.re[k], self.left.im[k]);
        let r = r * Complex32::new(self.right.re[k], self.right.im[k]);
        [Complex32::new(l.re - r.im, l.im + r.re), Complex32::new(l.re + r.im, r.re - l.im)]
    }
}

impl WideKernel for Filter<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let half = self.left.re.len() - 1;
        let points = self.packed.len();
        let mut k = 1;
        while k + GROUP <= half {
            let (mut ahead, mut mirror) = ([Complex32::default(); GROUP], [Complex32::default(); GROUP]);
            let (low, high) = (k..k + GROUP, points - k - GROUP + 1..points - k + 1);
            ahead.copy_from_slice(&self.packed[low.clone()]);
            mirror.copy_from_slice(&self.packed[high.clone()]);
            for step in 0..GROUP {
                let [near, far] = self.bin(k + step, ahead[step], mirror[GROUP - 1 - step]);
                (ahead[step], mirror[GROUP - 1 - step]) = (near, far);
            }
            self.packed[low].copy_from_slice(&ahead);
            self.packed[high].copy_from_slice(&mirror);
            k += GROUP;
        }
        // The ends are their own mirrors.
        for k in (k..=half).chain([0]) {
            let mirror = (points - k) % points;
            let [near, far] = self.bin(k, self.packed[k], self.packed[mirror]);
            (self.packed[mirror], self.packed[k]) = (far, near);
        }
    }
}

/// The reverse of [`split`]: Z\[k\] = L + iR and Z\[N−k\] = L* + iR*.
pub(crate) fn join(left: &HalfSpectrum, right: &HalfSpectrum, packed: &mut [Complex32]) {
    run_wide(Join { left, right, packed });
}

struct Join<'a> {
    left: &'a HalfSpectrum,
    right: &'a HalfSpectrum,
    packed: &'a mut [Complex32],
}

impl WideKernel for Join<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Join { left, right, packed } = self;
        let half = left.re.len() - 1;
        let (ahead, mirror) = packed.split_at_mut(half + 1);
        let lefts = left.re.iter().zip(&left.im);
        for ((value, (l_re, l_im)), (r_re, r_im)) in ahead.iter_mut().zip(lefts).zip(right.re.iter().zip(&right.im)) {
            *value = Complex32::new(l_re - r_im, l_im + r_re);
        }
        let lefts = left.re[1..half].iter().zip(&left.im[1..half]).rev();
        let rights = right.re[1..half].iter().zip(&right.im[1..half]).rev();
        for ((value, (l_re, l_im)), (r_re, r_im)) in mirror.iter_mut().zip(lefts).zip(rights) {
            *value = Complex32::new(l_re + r_im, r_re - l_im);
        }
    }
}

/// The transform of a real signal, by a complex one of half its length.
///
/// With Z the transform of x\[2n\] + i·x\[2n+1\], E\[k\] = (Z\[k\] + Z\[M−k\]*)/2, O\[k\] = (Z\[k\] − Z\[M−k\]*)/2i and M = N/2,
/// X\[k\] = E\[k\] + e^(−2πik/N)·O\[k\].
#[derive(Debug)]
pub(crate) struct RealFft {
    half: Fft,
    /// e^(−2πik/N) for k from 0 to N/2.
    turns: Vec<Complex32>,
}

impl RealFft {
    /// Plans transforms of `points` real samples, an even number.
    pub(crate) fn new(points: usize) -> RealFft {
        let turn = |k: usize| (-std::f64::consts::TAU * k as f64 / points as f64).sin_cos();
        let turns = (0..=points / 2).map(turn).map(|(sin, cos)| Complex32::new(cos as f32, sin as f32)).collect();
        RealFft { half: Fft::new(points / 2), turns }
    }

    /// Values of scratch space that [`RealFft::forward`] needs.
    pub(crate) fn scratch_len(&self) -> usize {
        self.half.scratch().len()
    }

    /// The half spectrum of `samples`; `work` holds half as many values.
    pub(crate) fn forward(
        &self,
        samples: &[f32],
        work: &mut [Complex32],
        scratch: &mut [Complex32],
        out: &mut HalfSpectrum,
    ) {
        for (value, pair) in work.iter_mut().zip(samples.as_chunks::<2>().0) {
            *value = Complex32::new(pair[0], pair[1]);
        }
        self.half.forward(work, scratch);
        let turns = self.turns.as_slice();
        run_wide(Mirrored {
            packed: work,
            outputs: [out],
            bin: |k: usize, a: Complex32, b: Complex32| {
                let even = Complex32::new(0.5 * (a.re + b.re), 0.5 * (a.im - b.im));
                let odd = Complex32::new(0.5 * (a.im + b.im), 0.5 * (b.re - a.re));
                let turn = turns[k];
                [Complex32::new(
                    even.re + (turn.re * odd.re - turn.im * odd.im),
                    even.im + (turn.re * odd.im + turn.im * odd.re),
                )]
            },
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::noise;

    /// The sum that defines a bin, in `f64`.
    fn bin(samples: &[f32], k: usize) -> (f64, f64) {
        samples.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, &x)| {
            let (sin, cos) = (std::f64::consts::TAU * (k * n % samples.len()) as f64 / samples.len() as f64).sin_cos();
            (re + f64::from(x) * cos, im - f64::from(x) * sin)
        })
    }

    fn is_spectrum_of(spectrum: &HalfSpectrum, samples: &[f32]) {
        assert_eq!(spectrum.re.len(), samples.len() / 2 + 1);
        for (k, (re, im)) in spectrum.re.iter().zip(&spectrum.im).enumerate() {
            let exact = bin(samples, k);
            let error = (f64::from(*re) - exact.0).abs().max((f64::from(*im) - exact.1).abs());
            assert!(error < 2e-5, "bin {k} of {}: {error}", samples.len());
        }
    }

    #[test]
    fn spectra_of_pairs_and_of_one_signal_follow_the_sum_and_come_back() {
        for points in [4, 64, 512] {
            let [left, right] = [1, 2].map(|seed| (0..points).map(|n| noise(seed, n) as f32).collect::<Vec<f32>>());
            let points = points as usize;
            let fft = Fft::new(points);
            let mut scratch = fft.scratch();
            let mut packed: Vec<_> = left.iter().zip(&right).map(|(&l, &r)| Complex32::new(l, r)).collect();
            fft.forward(&mut packed, &mut scratch);
            let (mut l, mut r) = (HalfSpectrum::new(points), HalfSpectrum::new(points));
            split(&packed, &mut l, &mut r);
            is_spectrum_of(&l, &left);
            is_spectrum_of(&r, &right);
            let mut joined = vec![Complex32::default(); points];
            join(&l, &r, &mut joined);
            assert!(joined.iter().zip(&packed).all(|(a, b)| (a - b).norm() < 1e-5));
            let mut work = vec![Complex32::default(); points / 2];
            RealFft::new(points).forward(&left, &mut work, &mut scratch, &mut l);
            is_spectrum_of(&l, &left);
        }
    }
}
