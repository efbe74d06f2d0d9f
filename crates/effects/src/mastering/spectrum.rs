use rae_dsp::fft::{Complex32, Fft};
use rae_dsp::wide::{WideKernel, run_wide};
use rae_dsp::window::hann;
use rae_units::SampleRate;

use crate::EffectsError;
use crate::chain::{MAX_CHANNELS, MAX_RATE, MIN_RATE};
use crate::loudness::weighting_power;

/// Bands begin there and are a sixth of an octave apart.
const LOWEST_HZ: f64 = 20.0;
const BANDS_PER_OCTAVE: f64 = 6.0;
/// Up to 20 kHz.
const BANDS: usize = 61;
/// A band's window falls to half at a sixth of an octave from its centre, and ends at twice that.
const REACH_OCTAVES: f64 = 1.0 / 3.0;
/// Windows are at least that long, seconds.
const WINDOW: f64 = 0.17;

/// The frequencies of the bands in Hz, as far as a sample rate has them.
pub(super) fn centres(rate: SampleRate) -> impl Iterator<Item = f64> {
    let highest = 0.47 * f64::from(rate.hz());
    let hz = |band: usize| LOWEST_HZ * (band as f64 / BANDS_PER_OCTAVE).exp2();
    (0..BANDS).map(hz).take_while(move |hz| *hz <= highest)
}

/// Long-term spectrum of a recording: mean power densities of bands a third of an octave wide, a sixth apart from 20 Hz on.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// Sample rate of the recording.
    pub rate: SampleRate,
    /// Frequencies of the bands, Hz.
    pub hz: Vec<f64>,
    /// Power per Hz of what both sides have in common, (L + R) / 2; of all channels together where there are not two.
    pub middle: Vec<f64>,
    /// Power per Hz of what they have against each other, (L − R) / 2; `None` where there are not two channels.
    pub side: Option<Vec<f64>>,
}

impl Spectrum {
    /// The power that loudness counts when every band is raised by these decibels.
    pub(super) fn loudness_power(&self, gains_db: &[f64], width: f64) -> f64 {
        let bands = self.hz.iter().zip(self.total(width)).zip(gains_db);
        bands.map(|((hz, power), gain)| weighting_power(*hz) * hz * power * 10f64.powf(gain / 10.0)).sum()
    }

    /// Middle and side together with the side so many times as strong.
    pub(super) fn total(&self, width: f64) -> Vec<f64> {
        match &self.side {
            None => self.middle.clone(),
            Some(side) => self.middle.iter().zip(side).map(|(m, s)| m + width * width * s).collect(),
        }
    }
}

/// Measures a recording's spectrum as it passes, by Bartlett's method: Hann windows of 0.17 to 0.34 s side by side, their powers
/// averaged (P. D. Welch, IEEE Trans. Audio Electroacoust. 15(2), 1967). Overlap would cost as much again, for averages that are
/// steady already.
#[derive(Clone, Debug)]
pub struct SpectrumMeter {
    rate: SampleRate,
    channels: usize,
    fft: Fft,
    window: Vec<f32>,
    scratch: Vec<Complex32>,
    work: Vec<Complex32>,
    /// What came last, at most one window: real and imaginary part are middle and side, or two channels.
    pairs: Vec<Vec<Complex32>>,
    /// Sums of powers of the real and of the imaginary parts, by bins up to half the rate.
    real: Vec<f64>,
    imaginary: Vec<f64>,
    windows: u64,
    frames: u64,
}

impl SpectrumMeter {
    /// Nothing measured yet.
    ///
    /// # Errors
    /// A rate or number of channels that chains are not made for either.
    pub fn new(rate: SampleRate, channels: usize) -> Result<SpectrumMeter, EffectsError> {
        if !(MIN_RATE..=MAX_RATE).contains(&rate) {
            return Err(EffectsError::ChainRate(rate));
        }
        if !(1..=MAX_CHANNELS).contains(&channels) {
            return Err(EffectsError::Channels(channels));
        }
        let points = ((WINDOW * f64::from(rate.hz())) as usize).next_power_of_two();
        let fft = Fft::new(points);
        Ok(SpectrumMeter {
            rate,
            channels,
            scratch: fft.scratch(),
            fft,
            window: hann(points),
            work: vec![Complex32::default(); points],
            pairs: vec![Vec::with_capacity(points); channels.div_ceil(2)],
            real: vec![0.0; points / 2 + 1],
            imaginary: vec![0.0; points / 2 + 1],
            windows: 0,
            frames: 0,
        })
    }

    /// Takes in a block: one slice per channel, all of one length. Samples that are not finite count as silence.
    ///
    /// # Panics
    /// When the number of channels is another one, or lengths differ.
    pub fn push(&mut self, block: &[&[f32]]) {
        assert_eq!(block.len(), self.channels, "number of channels");
        let frames = block[0].len();
        assert!(block.iter().all(|samples| samples.len() == frames), "channels differ in length");
        self.frames += frames as u64;
        let mut at = 0;
        while at < frames {
            let end = frames.min(at + self.window.len() - self.pairs[0].len());
            for (pair, waiting) in self.pairs.iter_mut().enumerate() {
                let left = &block[2 * pair][at..end];
                match block.get(2 * pair + 1) {
                    None => waiting.extend(left.iter().map(|l| Complex32::new(finite(*l), 0.0))),
                    Some(right) => waiting.extend(left.iter().zip(&right[at..end]).map(|(l, r)| {
                        let (l, r) = (finite(*l), finite(*r));
                        if block.len() == 2 {
                            Complex32::new(0.5 * (l + r), 0.5 * (l - r))
                        } else {
                            Complex32::new(l, r)
                        }
                    })),
                }
            }
            at = end;
            if self.pairs[0].len() == self.window.len() {
                self.transform();
            }
        }
    }

    /// Takes the power of a full window.
    fn transform(&mut self) {
        for waiting in &mut self.pairs {
            run_wide(Weighted { samples: waiting, window: &self.window, out: &mut self.work });
            waiting.clear();
            self.fft.forward(&mut self.work, &mut self.scratch);
            run_wide(AddPowers { spectrum: &self.work, sums: [&mut self.real, &mut self.imaginary] });
        }
        self.windows += 1;
    }

    /// The spectrum of everything so far; a rest that fills no window counts with silence after it where it is all there is.
    pub fn report(&self) -> Spectrum {
        let mut meter = self.clone();
        if meter.windows == 0 && meter.frames > 0 {
            meter.pairs.iter_mut().for_each(|waiting| waiting.resize(meter.window.len(), Complex32::default()));
            meter.transform();
        }
        let scale = 1.0 / meter.windows.max(1) as f64;
        let hz: Vec<f64> = centres(self.rate).collect();
        let bands = |bins: &[f64]| hz.iter().map(|hz| scale * meter.band(bins, *hz)).collect::<Vec<f64>>();
        let (real, imaginary) = (bands(&meter.real), bands(&meter.imaginary));
        let (middle, side) = if self.channels == 2 {
            (real, Some(imaginary))
        } else {
            (real.iter().zip(&imaginary).map(|(r, i)| r + i).collect(), None)
        };
        Spectrum { rate: self.rate, hz, middle, side }
    }

    /// The mean of the bins around a frequency, weighted by a Hann window over the logarithm of frequency.
    fn band(&self, bins: &[f64], hz: f64) -> f64 {
        let per_bin = f64::from(self.rate.hz()) / self.window.len() as f64;
        // At least two bins on each side.
        let reach = REACH_OCTAVES.max((1.0 + 2.5 * per_bin / hz).log2());
        let first = (hz * (-reach).exp2() / per_bin).ceil().max(1.0) as usize;
        let last = ((hz * reach.exp2() / per_bin) as usize).min(bins.len() - 1);
        let (mut sum, mut weights) = (0.0, 0.0);
        for (bin, power) in bins.iter().enumerate().take(last + 1).skip(first) {
            let octaves = (bin as f64 * per_bin / hz).log2();
            let weight = (0.5 * std::f64::consts::PI * octaves / reach).cos().powi(2);
            sum += weight * power;
            weights += weight;
        }
        if weights > 0.0 { sum / weights } else { 0.0 }
    }
}

/// A window of samples.
struct Weighted<'a> {
    samples: &'a [Complex32],
    window: &'a [f32],
    out: &'a mut [Complex32],
}

impl WideKernel for Weighted<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for ((out, sample), weight) in self.out.iter_mut().zip(self.samples).zip(self.window) {
            *out = sample * weight;
        }
    }
}

/// Adds the powers of two real signals in one transform: of the even and the odd part of its spectrum.
struct AddPowers<'a> {
    spectrum: &'a [Complex32],
    sums: [&'a mut [f64]; 2],
}

impl WideKernel for AddPowers<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let AddPowers { spectrum, sums: [real, imaginary] } = self;
        let power = |re: f32, im: f32| f64::from(0.25 * (re * re + im * im));
        // Bin 0 is its own mirror.
        let level = spectrum[0];
        real[0] += power(2.0 * level.re, 0.0);
        imaginary[0] += power(0.0, 2.0 * level.im);
        let sums = real[1..].iter_mut().zip(&mut imaginary[1..]);
        for ((real, imaginary), (a, b)) in sums.zip(spectrum[1..].iter().zip(spectrum[1..].iter().rev())) {
            *real += power(a.re + b.re, a.im - b.im);
            *imaginary += power(a.re - b.re, a.im + b.im);
        }
    }
}

fn finite(sample: f32) -> f32 {
    if sample.is_finite() { sample } else { 0.0 }
}
