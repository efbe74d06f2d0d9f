//! How far from equal temperament a note sounds.

use rae_dsp::fft::{Complex32, Fft};
use rae_dsp::window::hann;

use crate::contour::{Contour, Vibrato};
use crate::evidence::{LOW_RATE, RATE};
use crate::timing::median;

/// Samples in a window, and points of its transform.
const WINDOW: usize = 1024;
const POINTS: usize = 2048;

/// Keys above are listened to at the full rate.
const HIGH_KEY: u8 = 79;

/// How long after its onset a note is listened to, seconds: not before, and between these at most.
const FROM: f64 = 0.06;
const LEAST: f64 = 0.3;
const MOST: f64 = 0.8;

/// Partials looked at, and how far from their place they may be, semitones.
const PARTIALS: u32 = 4;
const REACH: f64 = 0.5;

/// Measures notes of one recording.
pub(crate) struct Intonation<'a> {
    audio: &'a [f32],
    low: &'a [f32],
    /// Semitones above A = 440 Hz around which partials are looked for.
    tuning: f64,
    fft: Fft,
    window: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl<'a> Intonation<'a> {
    /// `audio` at 16 kHz, `low` the same at a quarter of that.
    pub(crate) fn new(audio: &'a [f32], low: &'a [f32], tuning: f64) -> Intonation<'a> {
        let fft = Fft::new(POINTS);
        let (spectrum, scratch) = (vec![Complex32::default(); POINTS], fft.scratch());
        Intonation { audio, low, tuning, window: hann(WINDOW), spectrum, scratch, fft }
    }

    /// Cents by which a key that was struck at `onset` and held for `duration` seconds is higher than at A = 440 Hz: the
    /// median over its first partials, window by window, the louder ones counting more.
    pub(crate) fn cents(&mut self, key: u8, onset: f64, duration: f64) -> Option<f64> {
        let (audio, rate) = if key > HIGH_KEY { (self.audio, RATE) } else { (self.low, LOW_RATE) };
        let rate = f64::from(rate);
        let place = |seconds: f64| ((onset + seconds).max(0.0) * rate) as usize;
        let (start, end) = (place(FROM), place(duration.clamp(LEAST, MOST)).min(audio.len()));
        let mut found: Vec<(f64, f64)> = Vec::new();
        let last = end.saturating_sub(WINDOW).max(start + 1);
        for at in (start..last).step_by(WINDOW / 2) {
            let Some(piece) = audio.get(at..(at + WINDOW).min(audio.len())).filter(|piece| piece.len() >= WINDOW / 2)
            else {
                break;
            };
            self.transform(piece);
            self.partials(key, rate, &mut found);
        }
        weighted_median(found)
    }

    /// The same of a tone that sounds alone until `end` seconds, from how its pitch moves, and its vibrato; `None` where that
    /// cannot be followed.
    pub(crate) fn contour(&self, key: u8, onset: f64, end: f64) -> Option<(f64, Option<Vibrato>)> {
        let (audio, rate) = if key > HIGH_KEY { (self.audio, RATE) } else { (self.low, LOW_RATE) };
        let place = |seconds: f64| ((seconds.max(0.0) * f64::from(rate)) as usize).min(audio.len());
        let (start, end) = (place(onset + FROM), place(end));
        let nominal = 440.0 * ((f64::from(key) - 69.0 + self.tuning) / 12.0).exp2();
        let piece = audio.get(start..end.max(start)).unwrap_or_default();
        let (middle, vibrato) = Contour::of(piece, f64::from(rate), nominal)?.measure();
        Some((middle + 100.0 * self.tuning, vibrato))
    }

    fn transform(&mut self, piece: &[f32]) {
        self.spectrum.fill(Complex32::default());
        for ((bin, sample), window) in self.spectrum.iter_mut().zip(piece).zip(&self.window) {
            bin.re = sample * window;
        }
        self.fft.forward(&mut self.spectrum, &mut self.scratch);
    }

    /// Adds cents and amplitude of each partial that is a peak near its place.
    fn partials(&self, key: u8, rate: f64, found: &mut Vec<(f64, f64)>) {
        let bin = rate / POINTS as f64;
        let equal = 440.0 * ((f64::from(key) - 69.0) / 12.0).exp2();
        let power = |k: usize| self.spectrum[k].norm_sqr();
        for partial in 1..=PARTIALS {
            let centre = equal * f64::from(partial) * (self.tuning / 12.0).exp2();
            let (low, high) = (centre * (-REACH / 12.0).exp2() / bin, centre * (REACH / 12.0).exp2() / bin);
            let (low, high) = (low as usize, high as usize + 1);
            if low < 1 || high + 1 >= POINTS / 2 || centre > 0.42 * rate {
                break;
            }
            let Some(peak) = (low..=high).max_by(|&a, &b| power(a).total_cmp(&power(b))) else { break };
            let at_an_edge = (peak == low || peak == high) && high - low > 2;
            if at_an_edge || power(peak) <= 0.0 {
                continue;
            }
            let within = crate::evidence::vertex(power(peak - 1), power(peak), power(peak + 1));
            let frequency = (peak as f64 + within) * bin / f64::from(partial);
            found.push((1200.0 * (frequency / equal).log2(), f64::from(power(peak)).sqrt()));
        }
    }
}

/// The value with half of the weight on either side.
fn weighted_median(mut values: Vec<(f64, f64)>) -> Option<f64> {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = 0.5 * values.iter().map(|value| value.1).sum::<f64>();
    let mut sum = 0.0;
    values
        .into_iter()
        .find(|(_, weight)| {
            sum += weight;
            sum >= half
        })
        .map(|value| value.0)
}

/// The tuning that the player's notes have in common: their median, cents.
pub(crate) fn own_tuning(cents: &[f64]) -> Option<f64> {
    (!cents.is_empty()).then(|| median(cents.to_vec()))
}
