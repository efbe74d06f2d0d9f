//! What was played.

use rae_midi::{Performance, Sequence};

use crate::midi_notes;

/// Log-odds of a note that is certain, because an instrument recorded it itself.
const CERTAIN: f32 = 8.0;

/// A note that was played, or a place where one may have been.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlayedNote {
    /// Seconds from the start of the recording.
    pub onset: f64,
    /// How long, in seconds, if that is known.
    pub duration: Option<f64>,
    /// Key number; 60 is middle C.
    pub pitch: u8,
    /// How hard, 1 to 127, if that is known.
    pub velocity: Option<u8>,
    /// Natural logarithm of the odds that it was played.
    pub log_odds: f32,
}

impl PlayedNote {
    /// Probability that it was played.
    pub(crate) fn probability(&self) -> f64 {
        1.0 / (1.0 + f64::from(-self.log_odds).exp())
    }
}

/// The notes of a MIDI recording, as of a digital piano; drums left out.
pub fn played_notes(recording: &Sequence) -> Vec<PlayedNote> {
    let (notes, _) = midi_notes::notes(&Performance::new(recording));
    let played = notes.into_iter().map(|note| PlayedNote {
        onset: note.onset,
        duration: Some((note.end - note.onset).max(0.0)),
        pitch: note.pitch,
        velocity: Some(note.velocity),
        log_odds: CERTAIN,
    });
    played.collect()
}
