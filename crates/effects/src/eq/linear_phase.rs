//! The equalizer as a symmetric impulse response.

use rae_dsp::fft::{Complex32, Fft};
use rae_dsp::window::kaiser;
use rae_dsp::{AudioBuffer, Part};

use super::analogue::Prototype;
use crate::chain::{Planes, Processor, Stage};
use crate::convolution::{self, Convolved, Spectra};

/// Half of the response is at least and at most that long, in frames; at 44.1 kHz the most is right from 18 Hz on.
const LEAST_HALF: usize = 512;
const MOST_HALF: usize = 1 << 15;
const WINDOW: f64 = 8.0;

/// Frames on each side of the middle: enough for the window to smear the narrowest band by no more than a tenth of a
/// decibel.
fn half(prototypes: &[Prototype], stage: &Stage) -> usize {
    let seconds = |prototype: &Prototype| {
        let [d2, d1, d0] = prototype.denominator;
        let damping = if d2 == 0.0 { d0 / d1 } else { slowest(d1 / (2.0 * d2), d0 / d2) };
        13.0 / (prototype.hz * damping)
    };
    let longest = prototypes.iter().map(seconds).fold(0.0, f64::max);
    let frames = (longest * stage.hz()).ceil() as usize;
    // By powers of two, so that small changes of a band leave the latency as it is.
    frames.clamp(LEAST_HALF, MOST_HALF).next_power_of_two()
}

/// The real part of the slowest root of s² + 2·damping·s + square.
fn slowest(damping: f64, square: f64) -> f64 {
    let discriminant = damping * damping - square;
    if discriminant > 0.0 { square / (damping + discriminant.sqrt()) } else { damping }
}

/// A symmetric response with this amplitude at each frequency in Hz.
fn response(half: usize, amplitude: &dyn Fn(f64) -> f64, stage: &Stage) -> Vec<f32> {
    let points = 8 * half;
    let fft = Fft::new(points);
    let mut spectrum: Vec<Complex32> = (0..points)
        .map(|bin| {
            let hz = bin.min(points - bin) as f64 / points as f64 * stage.hz();
            Complex32::new(amplitude(hz) as f32, 0.0)
        })
        .collect();
    fft.inverse(&mut spectrum, &mut fft.scratch());
    let tap = |n: usize| {
        let from_middle = n as f64 - half as f64;
        let value = spectrum[(n + points - half) % points].re / points as f32;
        value * kaiser(from_middle / (half + 1) as f64, WINDOW) as f32
    };
    (0..=2 * half).map(tap).collect()
}

fn spectra(half: usize, amplitude: &dyn Fn(f64) -> f64, stage: &Stage) -> Spectra {
    let response = response(half, amplitude, stage);
    let taps = response.len();
    let mut planes = response.clone();
    planes.extend(response);
    let stereo = AudioBuffer::from_planar(planes, 2).unwrap_or_else(|| AudioBuffer::new(2, taps));
    Spectra::new(&[Part::Stereo(&stereo, 1.0)], stage.profile)
}

/// Frames by which the output will lie behind the input.
pub(super) fn latency(prototypes: &[Prototype], stage: &Stage) -> usize {
    latency_of(half(prototypes, stage), stage)
}

/// The same of a response with so many frames on each side of its middle.
pub(super) fn latency_of(half: usize, stage: &Stage) -> usize {
    half + convolution::latency(2 * half + 1, stage)
}

/// A convolution of which half of the response counts as latency.
#[derive(Debug)]
pub(super) struct LinearPhase {
    convolved: Convolved,
    half: usize,
}

impl LinearPhase {
    pub(super) fn new(prototypes: &[Prototype], stage: &Stage) -> LinearPhase {
        let power = |hz: f64| prototypes.iter().map(|prototype| prototype.power(hz)).product::<f64>();
        LinearPhase::of(half(prototypes, stage), &|hz| power(hz).sqrt(), stage)
    }

    /// Any amplitude over frequency in Hz, through a response with so many frames on each side of its middle.
    pub(super) fn of(half: usize, amplitude: &dyn Fn(f64) -> f64, stage: &Stage) -> LinearPhase {
        LinearPhase { convolved: Convolved::new(spectra(half, amplitude, stage), 0, stage), half }
    }
}

impl Processor for LinearPhase {
    fn process(&mut self, block: &mut Planes) {
        self.convolved.process(block);
    }

    fn latency(&self) -> usize {
        self.half + self.convolved.latency()
    }

    fn tail(&self) -> usize {
        self.half
    }

    fn warm_up(&self) -> usize {
        self.latency() + self.half
    }
}
