//! For the scripts that train the networks: the numbers that these decide by, and what the parts of the method are worth.

use crate::align::{Search, align};
use crate::assess::{Settings, by_onset};
use crate::assessment::Assessment;
use crate::evidence::{self, Ear, FEATURES, Levels, Network, Rises, decimate, describe};
use crate::expected::Expected;
use crate::played::PlayedNote;
use crate::recording::Assessor;
use crate::verdict::{Answer, Context, Judge, NOT_HEARD, Success, Timeline, decide, extra_features, played_features};

/// A part of the method that can be left out, to see what it is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Without {
    /// The second networks: the odds of the first decide, with the distance from the predicted time.
    SecondDecision,
    /// Weak notes, looked for where they are due.
    WeakNotes,
    /// The search along the tempo that was found at a constant one.
    LocalTempo,
    /// Jumps within the piece.
    Jumps,
    /// The instrument's tuning: A is taken to be 440 Hz.
    Tuning,
    /// Silence before recordings that begin with a note.
    Lead,
}

impl Without {
    /// All of them, with their names.
    pub const ALL: [(&str, Without); 6] = [
        ("second-decision", Without::SecondDecision),
        ("weak-notes", Without::WeakNotes),
        ("local-tempo", Without::LocalTempo),
        ("jumps", Without::Jumps),
        ("tuning", Without::Tuning),
        ("lead", Without::Lead),
    ];
}

/// Assesses a mono recording at 16 kHz, with all of the method or without a part of it.
pub fn assess(expected: &Expected, audio: Vec<f32>, without: Option<Without>) -> Assessment {
    Assessor::without(without).assess(expected, audio, &Settings::default())
}

/// A place in a recording where a note may begin.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Seconds.
    pub onset: f64,
    /// Key number; 60 is middle C.
    pub key: u8,
    /// What the first network decides by.
    pub features: Vec<f32>,
}

/// All places of a mono recording at 16 kHz, by time.
pub fn places(audio: &[f32]) -> Vec<Place> {
    let low = decimate(audio);
    let levels = Levels::of(audio, &low, evidence::tuning(&low));
    let rises = Rises::of(&levels);
    let place = |place: evidence::Place| {
        let mut features = Vec::with_capacity(FEATURES);
        describe(&levels, &rises, place, &mut features);
        Place { onset: rises.time(place.frame, place.pitch), key: place.key(), features }
    };
    evidence::places(&levels, &rises).into_iter().map(place).collect()
}

/// What the networks that know the score decide by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decisions {
    /// By expected note, when its answer was heard, if it has one, and what describes it; nothing where no alignment was
    /// found.
    pub played: Vec<(Option<f64>, Vec<f32>)>,
    /// Other notes that were heard, and what describes them.
    pub others: Vec<Place>,
}

/// The decisions about a mono recording at 16 kHz, with this file of the first network; `None` if that is damaged.
pub fn decisions(expected: &Expected, audio: &[f32], onsets: &[u8]) -> Option<Decisions> {
    let network = Network::read(onsets)?;
    let ear = Ear::new(audio, &decimate(audio));
    let mut heard: Vec<PlayedNote> = ear.notes(&network);
    let Some(alignment) = align(expected.notes(), &heard, Search::default()) else { return Some(Decisions::default()) };
    let predicted = expected.notes().iter().zip(&alignment.predicted);
    let predicted = predicted.filter_map(|(note, time)| Some(((*time)?, note.pitch)));
    heard.extend(ear.weak_notes(predicted, &heard, &network));
    by_onset(&mut heard);
    let witness = Witness { ear: &ear, decisions: Default::default() };
    decide(&Context { expected: expected.notes(), heard: &heard, alignment: &alignment }, &witness);
    Some(witness.decisions.into_inner())
}

/// A judge that writes down what it is asked, and goes by the first network.
struct Witness<'a> {
    ear: &'a Ear,
    decisions: std::cell::RefCell<Decisions>,
}

impl Judge for Witness<'_> {
    fn played(&self, context: &Context<'_>, answers: &[Option<Answer>]) -> Vec<f64> {
        let success = Success::of(context, answers);
        let row = |note: usize| {
            let onset = answers[note].map(|answer| context.heard[answer.heard].onset);
            (onset, played_features(self.ear, context, answers, &success, note).to_vec())
        };
        self.decisions.borrow_mut().played = (0..answers.len()).map(row).collect();
        answers.iter().map(|answer| answer.map_or(NOT_HEARD, |answer| answer.worth)).collect()
    }

    fn extra(&self, context: &Context<'_>, played: &[Option<usize>], rest: &[usize]) -> Vec<f64> {
        let timeline = Timeline::of(context);
        let row = |&heard: &usize| {
            let note = &context.heard[heard];
            let features = extra_features(self.ear, context, &timeline, played, heard).to_vec();
            Place { onset: note.onset, key: note.pitch, features }
        };
        self.decisions.borrow_mut().others = rest.iter().map(row).collect();
        rest.iter().map(|&heard| f64::from(context.heard[heard].log_odds)).collect()
    }
}
