//! Power spectra of frames, two of them in each complex transform.

use rae_dsp::fft::{Complex32, Fft};
use rae_dsp::wide::{WideKernel, run_wide};
use rae_dsp::window::hann;

/// Frames of one length, centred on multiples of a hop.
pub(super) struct Spectra {
    fft: Fft,
    window: Vec<f32>,
    hop: usize,
    packed: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl Spectra {
    pub(super) fn new(points: usize, hop: usize) -> Spectra {
        let fft = Fft::new(points);
        let window = hann(points);
        // A sine of amplitude 1 has a power of 1/4.
        let sum: f32 = window.iter().sum();
        let window = window.into_iter().map(|w| w / sum).collect();
        Spectra { window, hop, packed: vec![Complex32::default(); points], scratch: fft.scratch(), fft }
    }

    /// Powers of bins 0 to N/2 of the frames number `first` and `second`.
    pub(super) fn powers(&mut self, audio: &[f32], first: usize, second: usize, powers: [&mut Vec<f32>; 2]) {
        let points = self.window.len();
        let start = |frame: usize| (frame * self.hop) as isize - points as isize / 2;
        let (first, second) = (start(first), start(second));
        let inside = |start: isize| start >= 0 && start as usize + points <= audio.len();
        if inside(first) && inside(second) {
            let (a, b) = (&audio[first as usize..][..points], &audio[second as usize..][..points]);
            for (((packed, a), b), w) in self.packed.iter_mut().zip(a).zip(b).zip(&self.window) {
                *packed = Complex32::new(a * w, b * w);
            }
        } else {
            let sample = |at: isize| usize::try_from(at).ok().and_then(|at| audio.get(at)).copied().unwrap_or(0.0);
            for (n, (packed, w)) in self.packed.iter_mut().zip(&self.window).enumerate() {
                *packed = Complex32::new(sample(first + n as isize) * w, sample(second + n as isize) * w);
            }
        }
        self.fft.forward(&mut self.packed, &mut self.scratch);
        let [a, b] = powers;
        a.resize(points / 2 + 1, 0.0);
        b.resize(points / 2 + 1, 0.0);
        run_wide(Split { packed: &self.packed, a, b });
    }
}

/// Of Z = A + iB: A\[k\] = (Z\[k\] + Z\[N−k\]*) / 2 and B\[k\] = (Z\[k\] − Z\[N−k\]*) / 2i, as powers.
struct Split<'a> {
    packed: &'a [Complex32],
    a: &'a mut [f32],
    b: &'a mut [f32],
}

impl WideKernel for Split<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let first = std::iter::once((&self.packed[0], &self.packed[0]));
        let pairs = first.chain(self.packed[1..].iter().zip(self.packed.iter().rev()));
        for ((a, b), (z, mirror)) in self.a.iter_mut().zip(self.b).zip(pairs) {
            let (re, im) = (z.re + mirror.re, z.im - mirror.im);
            *a = 0.25 * (re * re + im * im);
            let (re, im) = (z.im + mirror.im, mirror.re - z.re);
            *b = 0.25 * (re * re + im * im);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_two_frames_has_its_own_sine() {
        let points = 256;
        let sine = |n: usize, bin: f32| (std::f32::consts::TAU * bin * n as f32 / points as f32).cos();
        let audio: Vec<f32> =
            (0..3 * points).map(|n| if n < points { sine(n, 20.0) } else { 0.5 * sine(n, 33.0) }).collect();
        let mut spectra = Spectra::new(points, points / 2);
        let [mut a, mut b] = [Vec::new(), Vec::new()];
        spectra.powers(&audio, 1, 4, [&mut a, &mut b]);
        // Hann's window spreads a sine of a bin's middle over that bin and, a quarter of the power, its two neighbours.
        for (k, (a, b)) in a.iter().zip(&b).enumerate() {
            let near = |bin: usize| [0.25, 0.0625].get(k.abs_diff(bin)).copied().unwrap_or(0.0);
            assert!((a - near(20)).abs() < 1e-6 && (b - 0.25 * near(33)).abs() < 1e-6, "bin {k}: {a} {b}");
        }
    }
}
