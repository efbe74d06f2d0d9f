//! Impulse responses made by code: noise under an exponential decay, decorrelated stereo, energy set per channel.
//!
//! A late reverberant field is Gaussian-like noise whose level falls by 60 dB in the reverberation time (RT60); see
//! J. A. Moorer, "About this reverberation business", Computer Music Journal 3(2), 1979. Unit energy lets white noise
//! through at its own level.

use std::sync::Arc;

use rae_units::{Decibels, SampleRate, Seconds};
use rustfft::FftPlanner;

use crate::AudioBuffer;
use crate::fft::Complex32;
use crate::hash::noise;

/// White noise that decays by 60 dB in `rt60` frames, `frames` long (at least one frame).
pub fn exponential(frames: usize, rt60: f64, seed: u64) -> AudioBuffer {
    let frames = frames.max(1);
    let channels = [0, 1].map(|channel| {
        let mut decay = Decay::new(rt60);
        (0..frames as u64).map(|n| noise(seed ^ channel, n) * decay.next_gain()).collect()
    });
    finish(channels, 1.0)
}

/// The tone of a hall at one frequency; between points, level and decay are blended along the logarithm of frequency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HallPoint {
    /// Frequency in hertz.
    pub hz: f64,
    /// Level at the start of the decay.
    pub level: Decibels,
    /// Time in which this frequency decays by 60 dB.
    pub rt60: Seconds,
}

/// A hall: decaying noise whose colour changes as it decays.
#[derive(Clone, Debug, PartialEq)]
pub struct Hall {
    /// Silence before the first sound.
    pub pre_delay: Seconds,
    /// Time constant in which the sound swells to its full level.
    pub onset: Seconds,
    /// Length after the pre-delay.
    pub length: Seconds,
    /// Points in ascending order of frequency, at least one.
    pub points: Vec<HallPoint>,
}

/// The impulse response of `hall` at `rate`: unit energy per channel at 44.1 kHz, and at other rates the energy that
/// gives every frequency the level it has there.
pub fn hall(hall: &Hall, rate: SampleRate, seed: u64) -> AudioBuffer {
    let hz = f64::from(rate.hz());
    let pre_delay = hall.pre_delay.frames(rate).0 as usize;
    let frames = (hall.length.frames(rate).0 as usize).max(1);
    let noise = Noise::new(frames.next_power_of_two(), seed);
    let shares = Shares::new(&log_points(&hall.points), noise.bins().map(|share| log_hz(share * hz)));
    let mut channels = [vec![0.0; pre_delay + frames], vec![0.0; pre_delay + frames]];
    let mut band = Band::default();
    for (index, point) in hall.points.iter().enumerate() {
        noise.band(shares.of(index), &mut band);
        let mut decay = Decay::new(point.rt60.0 * hz);
        let level = point.level.amplitude();
        for (frame, value) in band.sound[..frames].iter().enumerate() {
            let gain = level * decay.next_gain();
            channels[0][pre_delay + frame] += f64::from(value.re) * gain;
            channels[1][pre_delay + frame] += f64::from(value.im) * gain;
        }
    }
    for channel in &mut channels {
        swell_and_fade(&mut channel[pre_delay..], hall.onset.0 * hz);
    }
    let cd = f64::from(SampleRate::CD.hz());
    finish(channels, cd / hz * energy_below(&hall.points, hz / 2.0) / energy_below(&hall.points, cd / 2.0))
}

/// Energy of the hall's decay up to `limit` hertz, in arbitrary units: the integral over time and frequency of
/// (Σ weight·level·decay)².
fn energy_below(points: &[HallPoint], limit: f64) -> f64 {
    const STEP: f64 = 20.0;
    let logs = log_points(points);
    let levels: Vec<f64> = points.iter().map(|point| point.level.amplitude()).collect();
    let speeds: Vec<f64> = points.iter().map(|point| 1.0 / point.rt60.0.max(1e-9)).collect();
    let mut heard = Vec::with_capacity(points.len());
    let mut at = |hz: f64| {
        let log = log_hz(hz);
        heard.clear();
        let amplitudes = (0..points.len()).map(|index| weight(&logs, index, log) * levels[index]);
        // Most points have no share.
        heard.extend(amplitudes.zip(&speeds).filter(|(amplitude, _)| *amplitude > 0.0));
        let product = |(a, a_speed): &(f64, &f64), (b, b_speed): &(f64, &f64)| a * b / (*a_speed + *b_speed);
        heard.iter().flat_map(|one| heard.iter().map(move |other| product(one, other))).sum::<f64>()
    };
    let steps = (limit / STEP) as usize;
    (0..steps).map(|step| at((step as f64 + 0.5) * limit / steps as f64)).sum::<f64>() * limit / steps as f64
}

/// Gains of an exponential decay, frame by frame.
struct Decay {
    gain: f64,
    ratio: f64,
}

impl Decay {
    fn new(rt60: f64) -> Decay {
        Decay { gain: 1.0, ratio: 10f64.powf(-3.0 / rt60.max(1e-9)) }
    }

    fn next_gain(&mut self) -> f64 {
        let gain = self.gain;
        self.gain *= self.ratio;
        gain
    }
}

/// Left + i·right white noise as a spectrum.
struct Noise {
    inverse: Arc<dyn rustfft::Fft<f32>>,
    white: Vec<Complex32>,
}

/// Room for a part of the noise.
#[derive(Default)]
struct Band {
    sound: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl Noise {
    fn new(points: usize, seed: u64) -> Noise {
        // One plan does for both directions: forwards, conjugates go in and come out.
        let inverse = FftPlanner::new().plan_fft_inverse(points);
        let scale = points as f32;
        let sample = |n| Complex32::new(noise(seed, n) as f32, -noise(seed ^ 1, n) as f32) / scale;
        let mut white: Vec<Complex32> = (0..points as u64).map(sample).collect();
        inverse.process(&mut white);
        white.iter_mut().for_each(|value| value.im = -value.im);
        Noise { inverse, white }
    }

    /// The frequencies of bins up to half the sample rate, as shares of that rate.
    fn bins(&self) -> impl Iterator<Item = f64> {
        let points = self.white.len();
        (0..=points / 2).map(move |bin| bin as f64 / points as f64)
    }

    /// The noise with some bins weighted, and without the others; weights are even in frequency, so left and right stay apart.
    fn band(&self, weights: impl Iterator<Item = (usize, f64)>, band: &mut Band) {
        let Band { sound, scratch } = band;
        let points = self.white.len();
        sound.clear();
        sound.resize(points, Complex32::ZERO);
        for (bin, weight) in weights {
            for place in [bin, (points - bin) % points] {
                sound[place] = self.white[place] * weight as f32;
            }
        }
        scratch.resize(self.inverse.get_inplace_scratch_len(), Complex32::ZERO);
        self.inverse.process_with_scratch(sound, scratch);
    }
}

/// [`weight`] of all points in all bins.
struct Shares {
    /// How far each bin is on the way from the point below it to the next.
    ways: Vec<f64>,
    /// The first bin above each point.
    firsts: Vec<usize>,
}

impl Shares {
    /// Of bins whose frequencies, as logarithms, ascend.
    fn new(log_points: &[f64], log_bins: impl Iterator<Item = f64>) -> Shares {
        let (mut ways, mut firsts) = (Vec::new(), Vec::with_capacity(log_points.len()));
        for log in log_bins {
            while log_points.get(firsts.len()).is_some_and(|point| *point <= log) {
                firsts.push(ways.len());
            }
            let next = firsts.len();
            ways.push(if (1..log_points.len()).contains(&next) { weight(log_points, next, log) } else { 0.0 });
        }
        firsts.resize(log_points.len(), ways.len());
        Shares { ways, firsts }
    }

    /// The bins in which a point has a share, and that.
    fn of(&self, index: usize) -> impl Iterator<Item = (usize, f64)> {
        let (first, bins) = (self.firsts[index], self.ways.len());
        let before = if index == 0 { 0 } else { self.firsts[index - 1] };
        let after = self.firsts.get(index + 1).map_or(bins, |next| *next);
        let rise = (before..first).map(move |bin| (bin, if index == 0 { 1.0 } else { self.ways[bin] }));
        rise.chain((first..after).map(|bin| (bin, 1.0 - self.ways[bin])))
    }
}

/// Share of point `index` at a frequency, all as logarithms: a triangle; the shares of all points sum to 1.
fn weight(log_points: &[f64], index: usize, log_hz: f64) -> f64 {
    let position = |from: f64, to: f64| ((log_hz - from) / (to - from)).clamp(0.0, 1.0);
    let rise = if index == 0 { 1.0 } else { position(log_points[index - 1], log_points[index]) };
    let fall = log_points.get(index + 1).map_or(0.0, |&next| position(log_points[index], next));
    rise.min(1.0 - fall)
}

fn log_points(points: &[HallPoint]) -> Vec<f64> {
    points.iter().map(|point| log_hz(point.hz)).collect()
}

/// The logarithm of a frequency; that of 0 Hz lies below all points.
fn log_hz(hz: f64) -> f64 {
    hz.max(1e-3).ln()
}

/// 1 − e^(−t/onset) at the start, half a cosine over the last fiftieth.
fn swell_and_fade(samples: &mut [f64], onset: f64) {
    let ratio = (-1.0 / onset.max(1e-9)).exp();
    let mut missing = 1.0;
    for sample in samples.iter_mut() {
        missing *= ratio;
        *sample *= 1.0 - missing;
    }
    let fade = samples.len() / 50;
    for (step, sample) in samples.iter_mut().rev().take(fade).enumerate() {
        *sample *= 0.5 - 0.5 * (std::f64::consts::PI * (step as f64 + 0.5) / fade as f64).cos();
    }
}

/// Σ a·b, in eight sums that do not wait for one another.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    for (a, b) in a.chunks(8).zip(b.chunks(8)) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    sums.iter().sum()
}

/// Removes what right shares with left, and scales both to `energy`.
fn finish([left, mut right]: [Vec<f64>; 2], energy: f64) -> AudioBuffer {
    let frames = left.len();
    if frames > 1 {
        let shared = dot(&left, &right) / dot(&left, &left);
        right.iter_mut().zip(&left).for_each(|(right, left)| *right -= shared * left);
    }
    let mut buffer = AudioBuffer::new(2, frames);
    for (index, channel) in [left, right].iter().enumerate() {
        let scale = energy.sqrt() / dot(channel, channel).sqrt();
        for (out, sample) in buffer.channel_mut(index).iter_mut().zip(channel) {
            *out = (sample * scale) as f32;
        }
    }
    buffer
}
