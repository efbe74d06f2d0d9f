//! Complex Fourier transforms of one length, planned once.

use std::sync::Arc;

use rustfft::FftPlanner;
pub use rustfft::num_complex::Complex32;

/// A planned pair of forward and inverse transforms; cheap to clone, shared between threads.
#[derive(Clone)]
pub struct Fft {
    forward: Arc<dyn rustfft::Fft<f32>>,
    inverse: Arc<dyn rustfft::Fft<f32>>,
}

impl Fft {
    /// Plans transforms of `len` points; powers of two are the fast ones.
    pub fn new(len: usize) -> Fft {
        let mut planner = FftPlanner::new();
        Fft { forward: planner.plan_fft_forward(len), inverse: planner.plan_fft_inverse(len) }
    }

    /// Points per transform.
    pub fn points(&self) -> usize {
        self.forward.len()
    }

    /// Work space for [`Fft::forward`] and [`Fft::inverse`].
    pub fn scratch(&self) -> Vec<Complex32> {
        let len = self.forward.get_inplace_scratch_len().max(self.inverse.get_inplace_scratch_len());
        vec![Complex32::default(); len]
    }

    /// X\[k\] = Σ x\[n\]·e^(−2πi·kn/N), in place.
    pub fn forward(&self, data: &mut [Complex32], scratch: &mut [Complex32]) {
        self.forward.process_with_scratch(data, scratch);
    }

    /// x\[n\] = Σ X\[k\]·e^(+2πi·kn/N), in place and unscaled: N times the inverse.
    pub fn inverse(&self, data: &mut [Complex32], scratch: &mut [Complex32]) {
        self.inverse.process_with_scratch(data, scratch);
    }
}

impl std::fmt::Debug for Fft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fft({})", self.points())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transforms_a_known_tone_and_comes_back() {
        let fft = Fft::new(64);
        let mut scratch = fft.scratch();
        let tone: Vec<Complex32> =
            (0..64).map(|n| Complex32::new((n as f32 * std::f32::consts::TAU * 5.0 / 64.0).cos(), 0.0)).collect();
        let mut data = tone.clone();
        fft.forward(&mut data, &mut scratch);
        for (k, value) in data.iter().enumerate() {
            let expected = if k == 5 || k == 59 { 32.0 } else { 0.0 };
            assert!((value.re - expected).abs() < 1e-4 && value.im.abs() < 1e-4, "bin {k}: {value}");
        }
        fft.inverse(&mut data, &mut scratch);
        assert!(data.iter().zip(&tone).all(|(back, was)| (back / 64.0 - was).norm() < 1e-6));
    }
}
