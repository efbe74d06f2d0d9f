//! A recording as it was heard.

use super::bands::{BANDS, LOWEST};
use super::features::describe;
use super::levels::{FRAME, Levels, tuning};
use super::network::Network;
use super::onsets::{LAG, PITCHES, Place, Rises, places};
use crate::played::PlayedNote;

/// Log-odds below which a place is forgotten.
const LEAST_ODDS: f32 = -6.0;

/// Where a weak onset is looked for around the time at which it is expected, seconds, and how much nearer ones count.
const SEARCH: f64 = 0.12;
const SEARCH_SPREAD: f64 = 0.06;

/// The least rise of a weak onset.
const WEAK_RISE: f32 = 0.01;

/// Places that are judged together.
const AT_ONCE: usize = 512;

/// Frames between two places of one pitch.
const APART: usize = 4;

/// What was heard, and what the decision needs of how it sounded.
pub(crate) struct Ear {
    levels: Levels,
    rises: Rises,
}

/// How a pitch sounds around a time: levels from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sound {
    /// Level 50 ms later, and by how much that is more than 50 ms before.
    pub(crate) after: f32,
    pub(crate) rise: f32,
    /// Level 150 ms later.
    pub(crate) later: f32,
    /// The same of the octave.
    pub(crate) octave: f32,
    pub(crate) octave_rise: f32,
    /// The loudest band 50 ms later.
    pub(crate) loudest: f32,
    /// How much the pitch's partials rise, and those of the pitch that rises most.
    pub(crate) rising: f32,
    pub(crate) most_rising: f32,
}

impl Ear {
    /// Listens to audio at 16 kHz; `low` is the same, decimated.
    pub(crate) fn new(audio: &[f32], low: &[f32]) -> Ear {
        Ear::tuned(audio, low, tuning(low))
    }

    /// The same of an instrument that is known to be tuned so many semitones higher than A = 440 Hz.
    pub(crate) fn tuned(audio: &[f32], low: &[f32], tuning: f64) -> Ear {
        let levels = Levels::of(audio, low, tuning);
        let rises = Rises::of(&levels);
        Ear { levels, rises }
    }

    /// Semitones above A = 440 Hz.
    pub(crate) fn tuning(&self) -> f64 {
        self.levels.tuning
    }

    /// Notes that may have been played, by onset.
    pub(crate) fn notes(&self, network: &Network) -> Vec<PlayedNote> {
        let mut notes = self.judged(&places(&self.levels, &self.rises), network, LEAST_ODDS);
        notes.sort_by(|a, b| a.onset.total_cmp(&b.onset).then(a.pitch.cmp(&b.pitch)));
        notes
    }

    /// Weak onsets of pitches at times at which they are expected (seconds) and where nothing better was heard.
    pub(crate) fn weak_notes(
        &self,
        expected: impl Iterator<Item = (f64, u8)>,
        heard: &[PlayedNote],
        network: &Network,
    ) -> Vec<PlayedNote> {
        let mut found: Vec<Place> = expected.filter_map(|(time, key)| self.weak_place(time, key, heard)).collect();
        found.sort_unstable_by_key(|place| (place.frame, place.pitch));
        found.dedup();
        self.judged(&found, network, f32::NEG_INFINITY)
    }

    fn weak_place(&self, time: f64, key: u8, heard: &[PlayedNote]) -> Option<Place> {
        let pitch = usize::from(key).checked_sub(LOWEST).filter(|&pitch| pitch < PITCHES)?;
        let first = heard.partition_point(|note| note.onset <= time - SEARCH);
        let near = || heard[first..].iter().take_while(|note| note.onset < time + SEARCH).filter(|n| n.pitch == key);
        if near().any(|note| note.log_odds > -1.0) {
            return None;
        }
        let frame = |time: f64| (((time - LAG) / FRAME).max(0.0) as usize).clamp(1, self.levels.frames().max(3) - 2);
        let near_enough = |frame: usize| (-0.5 * ((self.time(frame) - time) / SEARCH_SPREAD).powi(2)).exp() as f32;
        let worth = |frame: usize| self.rises.at(frame, pitch) * near_enough(frame);
        let frames = frame(time - SEARCH)..frame(time + SEARCH).min(self.levels.frames());
        let best = frames.max_by(|&a, &b| worth(a).total_cmp(&worth(b)))?;
        let known = near().any(|note| (note.onset - self.time(best)).abs() < APART as f64 * FRAME);
        (self.rises.at(best, pitch) > WEAK_RISE && !known).then_some(Place { frame: best, pitch })
    }

    fn time(&self, frame: usize) -> f64 {
        frame as f64 * FRAME + LAG
    }

    /// Places as notes, those that are more likely than `least`, log-odds.
    fn judged(&self, places: &[Place], network: &Network, least: f32) -> Vec<PlayedNote> {
        let mut notes = Vec::new();
        let mut rows = Vec::new();
        // What describes all places of a long recording would take more memory than the recording.
        for places in places.chunks(AT_ONCE) {
            rows.clear();
            places.iter().for_each(|&place| describe(&self.levels, &self.rises, place, &mut rows));
            let note = |(place, log_odds): (&Place, f32)| PlayedNote {
                onset: self.rises.time(place.frame, place.pitch),
                duration: None,
                pitch: place.key(),
                velocity: None,
                log_odds,
            };
            let found = places.iter().zip(network.log_odds(&rows)).map(note);
            notes.extend(found.filter(|note| note.log_odds > least));
        }
        notes
    }

    /// How high a key is, from 0 for A0 to 1.
    pub(crate) fn height(&self, key: u8) -> f32 {
        (f32::from(key) - LOWEST as f32) / PITCHES as f32
    }

    /// How a key sounds around a time in seconds.
    pub(crate) fn around(&self, time: f64, key: u8) -> Sound {
        let frames = self.levels.frames();
        let here = (((time - LAG) / FRAME).round().max(0.0) as usize).min(frames - 1);
        let moved = |by: isize| here.saturating_add_signed(by).min(frames - 1);
        let most = |values: &[f32]| values.iter().copied().fold(0.0, f32::max);
        let loudest = most(&self.levels.frame(moved(5)));
        let most_rising = most(&self.rises.frame(here));
        let Some(band) = usize::from(key).checked_sub(LOWEST).filter(|&band| band < BANDS) else {
            return Sound { loudest, most_rising, ..Sound::default() };
        };
        let rise = |band: usize| self.levels.at(moved(5), band) - self.levels.at(moved(-5), band);
        Sound {
            after: self.levels.at(moved(5), band),
            rise: rise(band),
            later: self.levels.at(moved(15), band),
            octave: self.levels.at(moved(5), band + 12),
            octave_rise: rise(band + 12),
            loudest,
            rising: self.rises.at(here, band),
            most_rising,
        }
    }
}
