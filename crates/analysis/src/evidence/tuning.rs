//! How much higher or lower than A = 440 Hz an instrument is tuned.

use super::spectra::Spectra;

/// Frames looked at: one in so many.
const STEP: usize = 6;

/// Where peaks are looked for, hertz.
const FROM: f64 = 180.0;
const TO: f64 = 1_600.0;

/// Least height of a peak: by its frame's highest, and of that by the highest of all; amplitudes.
const OF_FRAME: f32 = 0.15;
const OF_ALL: f32 = 0.05;

/// Fewer peaks say nothing.
const LEAST: usize = 10;

/// A peak of a spectrum.
struct Peak {
    amplitude: f32,
    /// Semitones.
    pitch: f64,
}

/// Semitones above A = 440 Hz, −0.5 to 0.5: the circular mean of how far strong partials are from the nearest semitone.
pub(super) fn estimate(spectra: &mut Spectra, audio: &[f32], frames: usize, rate: f64) -> f64 {
    let mut powers: [Vec<f32>; 2] = Default::default();
    let mut found: Vec<(f32, Vec<Peak>)> = Vec::new();
    for first in (0..frames).step_by(2 * STEP) {
        let [a, b] = &mut powers;
        spectra.powers(audio, first, first + STEP, [a, b]);
        for powers in powers.iter().take((frames - first).div_ceil(STEP)) {
            found.push(peaks(powers, rate));
        }
    }
    let highest = found.iter().map(|(highest, _)| *highest).fold(0.0, f32::max);
    let strong = found.iter().filter(|(frame, _)| *frame > OF_ALL * highest).flat_map(|(_, peaks)| peaks);
    let (mut count, mut x, mut y) = (0, 0.0, 0.0);
    for peak in strong {
        let angle = std::f64::consts::TAU * peak.pitch;
        count += 1;
        x += f64::from(peak.amplitude) * angle.cos();
        y += f64::from(peak.amplitude) * angle.sin();
    }
    if count < LEAST { 0.0 } else { y.atan2(x) / std::f64::consts::TAU }
}

/// The highest amplitude of a frame, and its peaks.
fn peaks(powers: &[f32], rate: f64) -> (f32, Vec<Peak>) {
    let bin = rate / (2 * (powers.len() - 1)) as f64;
    let (from, to) = ((FROM / bin) as usize, (TO / bin) as usize);
    let range = &powers[from..to];
    let highest = range.iter().copied().fold(0.0, f32::max);
    let least = OF_FRAME * OF_FRAME * highest;
    let peak = |k: usize| {
        let [before, here, after] = [range[k - 1], range[k], range[k + 1]];
        let is_peak = here > least && here > before && here >= after;
        is_peak.then(|| {
            let frequency = ((from + k) as f64 + vertex(before, here, after)) * bin;
            Peak { amplitude: here.sqrt(), pitch: 12.0 * (frequency / 440.0).log2() }
        })
    };
    (highest.sqrt(), (1..range.len() - 1).filter_map(peak).collect())
}

/// Where between its neighbours a peak is, from the parabola through the logarithms of three powers, bins.
pub(crate) fn vertex(before: f32, here: f32, after: f32) -> f64 {
    let [before, here, after] = [before, here, after].map(|power| (f64::from(power) + 1e-24).ln());
    let curvature = before - 2.0 * here + after;
    if curvature < -1e-12 { (0.5 * (before - after) / curvature).clamp(-0.5, 0.5) } else { 0.0 }
}
