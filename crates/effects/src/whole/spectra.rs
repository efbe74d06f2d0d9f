//! Windowed spectra of pairs of channels, as left + i·right.

use rae_dsp::fft::{Complex32, Fft};
use rae_units::SampleRate;

/// Windows overlap by three quarters.
const OVERLAP: usize = 4;

/// Cuts windows out of a recording.
pub(super) struct Spectra {
    fft: Fft,
    scratch: Vec<Complex32>,
    window: Vec<f32>,
}

impl Spectra {
    /// About 46 ms: the power of two that 2048 is at 44.1 kHz.
    pub(super) fn new(rate: SampleRate) -> Spectra {
        let points = ((f64::from(rate.hz()) * 0.0355) as usize).next_power_of_two().max(256);
        let fft = Fft::new(points);
        let hann = |n: usize| 0.5 - 0.5 * (std::f64::consts::TAU * n as f64 / points as f64).cos();
        Spectra { scratch: fft.scratch(), window: (0..points).map(|n| hann(n) as f32).collect(), fft }
    }

    pub(super) fn points(&self) -> usize {
        self.window.len()
    }

    /// Frames between windows.
    pub(super) fn hop(&self) -> usize {
        self.points() / OVERLAP
    }

    /// The spectrum around `middle`; outside the recording there is silence.
    pub(super) fn take(&mut self, pair: [&[f32]; 2], middle: i64, spectrum: &mut [Complex32]) {
        let start = middle - self.points() as i64 / 2;
        let sample = |samples: &[f32], n: usize| {
            usize::try_from(start + n as i64).ok().and_then(|at| samples.get(at)).copied().unwrap_or(0.0)
        };
        for (n, (value, window)) in spectrum.iter_mut().zip(&self.window).enumerate() {
            *value = Complex32::new(sample(pair[0], n), sample(pair[1], n)) * window;
        }
        self.fft.forward(spectrum, &mut self.scratch);
    }

    /// Adds what a spectrum stands for to the outputs around `middle`; makes something else of the spectrum.
    pub(super) fn add(&mut self, spectrum: &mut [Complex32], middle: i64, out: [&mut [f32]; 2]) {
        self.fft.inverse(spectrum, &mut self.scratch);
        let start = middle - self.points() as i64 / 2;
        // Squares of Hann's window, a quarter of it apart, sum to 1.5.
        let scale = 1.0 / (1.5 * self.points() as f32);
        let [left, right] = out;
        for (n, (value, window)) in spectrum.iter().zip(&self.window).enumerate() {
            let Ok(at) = usize::try_from(start + n as i64) else { continue };
            for (out, value) in [(&mut *left, value.re), (&mut *right, value.im)] {
                if let Some(out) = out.get_mut(at) {
                    *out += scale * window * value;
                }
            }
        }
    }
}

/// The power of both channels in a bin, but for a factor: bin k and its mirror hold L ± iR.
pub(super) fn power(spectrum: &[Complex32], bin: usize) -> f32 {
    spectrum[bin].norm_sqr() + spectrum[(spectrum.len() - bin) % spectrum.len()].norm_sqr()
}

/// By what both channels together are turned in a bin from `from` to `to`: Σ to·from*, but for a factor.
pub(super) fn turn(from: &[Complex32], to: &[Complex32], bin: usize) -> Complex32 {
    let mirror = (from.len() - bin) % from.len();
    to[bin] * from[bin].conj() + to[mirror].conj() * from[mirror]
}
