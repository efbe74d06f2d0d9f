//! Where something new begins.

use rae_dsp::AudioBuffer;
use rae_dsp::fft::Complex32;

use super::spectra::{Spectra, power};
use crate::EffectsError;
use crate::chain::{GoOn, poll};

/// The share of a spectrum that has to be new.
const NEW: f32 = 0.3;
/// Softer than that beside the loudest nothing counts, as a ratio of powers.
const LEAST: f32 = 1e-5;
/// Windows on each side of which none may have more that is new.
const AROUND: usize = 4;

/// Frames at which sounds begin, ascending, with how much of each is new.
pub(super) fn onsets(
    sound: &AudioBuffer,
    spectra: &mut Spectra,
    go_on: &mut GoOn<'_>,
) -> Result<Vec<(usize, f32)>, EffectsError> {
    let (points, hop) = (spectra.points(), spectra.hop());
    let bins = points / 2 + 1;
    let mut spectrum = vec![Complex32::default(); points];
    let (mut before, mut now) = (vec![0.0; bins], vec![0.0; bins]);
    let mut steps = Vec::new();
    for middle in (0..sound.frames() + hop).step_by(hop) {
        if steps.len().is_multiple_of(64) {
            poll(go_on)?;
        }
        now.fill(0.0);
        for first in (0..sound.channels()).step_by(2) {
            let left = sound.channel(first);
            let right = if first + 1 < sound.channels() { sound.channel(first + 1) } else { &[] };
            spectra.take([left, right], middle as i64, &mut spectrum);
            now.iter_mut().enumerate().for_each(|(bin, sum)| *sum += power(&spectrum, bin));
        }
        let amplitudes = now.iter().map(|power: &f32| power.sqrt());
        let new: f32 = amplitudes.zip(&before).map(|(now, before): (f32, &f32)| (now - before).max(0.0)).sum();
        before.iter_mut().zip(&now).for_each(|(before, power)| *before = power.sqrt());
        steps.push(Step { new, all: before.iter().sum(), power: now.iter().sum() });
    }
    let loudest = steps.iter().map(|step| step.power).fold(0.0, f32::max);
    let is_onset = |&index: &usize| {
        let step = &steps[index];
        let around = &steps[index.saturating_sub(AROUND)..steps.len().min(index + AROUND + 1)];
        step.new > NEW * step.all && step.power > LEAST * loudest && around.iter().all(|other| other.new <= step.new)
    };
    let found = (0..steps.len()).filter(is_onset);
    Ok(found.map(|index| (steepest(sound, index * hop, points), steps[index].new)).collect())
}

/// What a window has beside the one before.
struct Step {
    /// Amplitude that is new, and all of it.
    new: f32,
    all: f32,
    power: f32,
}

/// The frame within a window around `middle` where the power rises most.
fn steepest(sound: &AudioBuffer, middle: usize, points: usize) -> usize {
    let length = points / 16;
    let energy = |start: usize| -> f32 {
        let frames = start.min(sound.frames())..(start + length).min(sound.frames());
        let channels = (0..sound.channels()).flat_map(|channel| &sound.channel(channel)[frames.clone()]);
        channels.map(|sample| sample * sample).sum()
    };
    let rise = |frame: usize| energy(frame) - energy(frame.saturating_sub(length));
    let start = middle.saturating_sub(points / 2).max(length);
    let places = (start..middle + points / 2).step_by(length / 4);
    places.max_by(|a, b| rise(*a).total_cmp(&rise(*b))).unwrap_or(middle)
}
