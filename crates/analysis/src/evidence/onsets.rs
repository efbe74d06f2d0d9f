//! Where notes may begin: rises of a pitch's partials.

use super::bands::{BANDS, LOWEST};
use super::levels::{FRAME, Levels};

/// Pitches that are listened for: A0 to C8.
pub(super) const PITCHES: usize = 88;

/// Semitones from a pitch to its partials, and how much the rise of each counts.
pub(super) const PARTIALS: [usize; 6] = [0, 12, 19, 24, 28, 31];
const WEIGHTS: [f32; 6] = [1.0, 0.8, 0.6, 0.45, 0.3, 0.2];

/// A rise is seen over so many frames to either side.
const RISE: usize = 3;

/// Least rise that may be an onset.
const LEAST_RISE: f32 = 0.1;

/// A peak is the highest within so many frames to either side.
const APART: usize = 4;

/// So many frames after its onset a note, or its octave, must have this level.
const AFTER: usize = 5;
const LEAST_LEVEL: f32 = 0.12;

/// Onsets are heard this long before the rise is steepest; found on material with known onsets, seconds.
pub(super) const LAG: f64 = 0.022;

/// Rises are kept in steps of this: their weights add up to less than 4.
const RISE_STEP: f32 = 1.0 / 16_384.0;

/// How much every pitch rises, frame by frame, in 16 bits, since recordings may be long.
pub(crate) struct Rises {
    rises: Vec<u16>,
}

impl Rises {
    pub(crate) fn of(levels: &Levels) -> Rises {
        let frames = levels.frames();
        let mut kept = vec![0; frames * PITCHES];
        for (frame, kept) in kept.chunks_exact_mut(PITCHES).enumerate() {
            let before = levels.frame(frame.saturating_sub(RISE));
            let after = levels.frame((frame + RISE).min(frames - 1));
            let step = |band: usize| (after[band] - before[band]).max(0.0) * (2.0 * after[band]).min(1.0);
            let steps: [f32; BANDS] = std::array::from_fn(step);
            let mut rises = [0.0f32; PITCHES];
            for (partial, weight) in PARTIALS.iter().zip(WEIGHTS) {
                for (rise, step) in rises.iter_mut().zip(&steps[*partial..]) {
                    *rise += weight * step;
                }
            }
            kept.iter_mut().zip(rises).for_each(|(kept, rise)| *kept = (rise / RISE_STEP + 0.5) as u16);
        }
        Rises { rises: kept }
    }

    /// The rise of a pitch, counted from A0; 0 of those above.
    pub(super) fn at(&self, frame: usize, pitch: usize) -> f32 {
        if pitch < PITCHES { f32::from(self.rises[frame * PITCHES + pitch]) * RISE_STEP } else { 0.0 }
    }

    pub(super) fn frame(&self, frame: usize) -> [f32; PITCHES] {
        let mut rises = [0.0; PITCHES];
        let kept = &self.rises[frame * PITCHES..];
        rises.iter_mut().zip(kept).for_each(|(rise, &kept)| *rise = f32::from(kept) * RISE_STEP);
        rises
    }

    fn frames(&self) -> usize {
        self.rises.len() / PITCHES
    }

    /// When a rise around this frame began, seconds.
    pub(crate) fn time(&self, frame: usize, pitch: usize) -> f64 {
        let within = if frame > 0 && frame + 1 < self.frames() {
            let [before, here, after] = [frame - 1, frame, frame + 1].map(|frame| f64::from(self.at(frame, pitch)));
            let curvature = before - 2.0 * here + after;
            if curvature < -1e-9 { (0.5 * (before - after) / curvature).clamp(-0.5, 0.5) } else { 0.0 }
        } else {
            0.0
        };
        (frame as f64 + within) * FRAME + LAG
    }
}

/// A place where a note may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) frame: usize,
    /// From A0.
    pub(crate) pitch: usize,
}

impl Place {
    /// MIDI key number.
    pub(crate) fn key(self) -> u8 {
        (LOWEST + self.pitch) as u8
    }
}

/// All places, by time.
pub(crate) fn places(levels: &Levels, rises: &Rises) -> Vec<Place> {
    let frames = rises.frames();
    let mut places = Vec::new();
    for frame in 1..frames.saturating_sub(1) {
        for (pitch, rise) in rises.frame(frame).into_iter().enumerate() {
            if rise >= LEAST_RISE && is_peak(rises, frame, pitch, rise) && sounds(levels, frame, pitch) {
                places.push(Place { frame, pitch });
            }
        }
    }
    places
}

fn is_peak(rises: &Rises, frame: usize, pitch: usize, rise: f32) -> bool {
    let before = (frame.saturating_sub(APART)..frame).all(|other| rises.at(other, pitch) < rise);
    let last = (frame + APART).min(rises.frames() - 1);
    before && (frame + 1..=last).all(|other| rises.at(other, pitch) <= rise)
}

fn sounds(levels: &Levels, frame: usize, pitch: usize) -> bool {
    let after = (frame + AFTER).min(levels.frames() - 1);
    levels.at(after, pitch) >= LEAST_LEVEL || levels.at(after, pitch + 12) >= LEAST_LEVEL
}
