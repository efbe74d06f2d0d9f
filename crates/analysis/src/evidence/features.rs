//! What a place looks like: the numbers that the network decides by.

use super::bands::BANDS;
use super::levels::Levels;
use super::onsets::{PARTIALS, PITCHES, Place, Rises};

/// Frames around the place at which its partials are looked at.
const AROUND: [isize; 12] = [-8, -5, -3, -1, 0, 1, 2, 3, 5, 8, 12, 18];

/// Semitones to other pitches whose levels matter: those it may be a partial of, or they of it, and its neighbours.
const NEIGHBOURS: [isize; 12] = [-24, -19, -12, -7, -5, -2, -1, 1, 2, 5, 7, 17];

/// Semitones to pitches whose rises matter.
const RIVALS: [isize; 8] = [-24, -19, -12, -1, 0, 1, 12, 19];

/// Frames before and after the place between which levels are compared.
const REACH: isize = 4;

/// How many numbers describe a place.
pub(crate) const FEATURES: usize = PARTIALS.len() * AROUND.len() + 2 * NEIGHBOURS.len() + RIVALS.len() + 8;

/// Appends the numbers of a place to `features`.
pub(crate) fn describe(levels: &Levels, rises: &Rises, place: Place, features: &mut Vec<f32>) {
    let Place { frame, pitch } = place;
    let last = levels.frames() - 1;
    let moved = |by: isize| frame.saturating_add_signed(by).min(last);
    let (before, after) = (levels.frame(moved(-REACH)), levels.frame(moved(REACH)));
    for partial in PARTIALS {
        features.extend(AROUND.iter().map(|&by| levels.at(moved(by), pitch + partial)));
    }
    for by in NEIGHBOURS {
        let band = pitch.checked_add_signed(by).filter(|&band| band < BANDS);
        features.extend(band.map_or([0.0; 2], |band| [after[band], after[band] - before[band]]));
    }
    let here = rises.frame(frame);
    for by in RIVALS {
        features.push(pitch.checked_add_signed(by).filter(|&pitch| pitch < PITCHES).map_or(0.0, |pitch| here[pitch]));
    }
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
    let most = |values: &[f32]| values.iter().copied().fold(0.0, f32::max);
    let height = pitch as f32 / PITCHES as f32;
    let (rise, highest) = (here[pitch], most(&here));
    features.extend([mean(&after), mean(&after) - mean(&before), mean(&here), height, height * height]);
    features.extend([highest, rise / (highest + 1e-6), most(&after)]);
}
