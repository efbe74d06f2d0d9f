//! The notes of one hand.

use std::collections::BTreeMap;

use rae_midi::{Performance, Sequence, Summary};

use crate::expected::Part;
use crate::midi_notes::{self, MidiNote};

/// Where a track that holds both hands is split, unless something else is asked for: middle C, the right hand's lowest key.
pub const SPLIT: u8 = 60;

/// Words by which tracks are told to be the left or the right hand's.
const LEFT: [&str; 8] = ["left", "lh", "links", "linke", "gauche", "mg", "sinistra", "izquierda"];
const RIGHT: [&str; 8] = ["right", "rh", "rechts", "rechte", "droite", "md", "destra", "derecha"];

/// A hand at a keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// The one that plays the lower notes.
    Left,
    /// The one that plays the higher notes.
    Right,
}

/// Why the hands cannot be told apart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandError {
    /// More than two tracks, or channels of one track, have notes, and their names do not say whose they are.
    #[error("{count} {what} have notes and none is named left or right hand: choose the hand's own with {what}")]
    Unclear {
        /// `tracks` or `channels`.
        what: &'static str,
        /// How many.
        count: usize,
    },
    /// All tracks with notes are named as the other hand's.
    #[error("all {count} tracks with notes are named as the other hand's: choose tracks instead of a hand")]
    OtherHand {
        /// How many.
        count: usize,
    },
}

impl Part {
    /// The part of this part that one hand plays.
    ///
    /// Where several tracks have notes, the hand's are those that are named so (left, right, LH, R.H., links, rechts,
    /// gauche, droite, sinistra, destra and the like); of two tracks without such names, or of two channels of a single
    /// track, the one that lies higher on the whole is the right hand's. A track of one channel is split: keys from `split`
    /// (1 at least) on are the right hand's.
    ///
    /// # Errors
    /// [`HandError`] where there are more tracks or channels and no names, or names of the other hand alone.
    pub fn of_hand(self, sequence: &Sequence, hand: Hand, split: u8) -> Result<Part, HandError> {
        let everything = Part { bars: None, ..self.clone() };
        let (mut notes, _) = midi_notes::notes(&Performance::new(sequence));
        notes.retain(|note| everything.has(note));
        let tracks = mean_pitches(&notes, |note| note.track);
        let channels = mean_pitches(&notes, |note| u32::from(note.channel));
        if tracks.len() > 1 {
            let tracks = match named(sequence, &tracks, hand)? {
                Some(tracks) => tracks,
                None => vec![of_two(&tracks, hand, "tracks")?],
            };
            return Ok(Part { tracks: tracks.into_iter().map(|track| track + 1).collect(), ..self });
        }
        if channels.len() > 1 {
            let channel = of_two(&channels, hand, "channels")?;
            return Ok(Part { channels: vec![channel as u16 + 1], ..self });
        }
        let keys = match hand {
            Hand::Right => split..=127,
            Hand::Left => 0..=split.max(1) - 1,
        };
        Ok(Part { keys: Some(keys), ..self })
    }

    /// Whether a note belongs to the tracks, channels and keys.
    pub(crate) fn has(&self, note: &MidiNote) -> bool {
        (self.tracks.is_empty() || self.tracks.contains(&(note.track + 1)))
            && (self.channels.is_empty() || self.channels.contains(&(note.channel + 1)))
            && self.keys.as_ref().is_none_or(|keys| keys.contains(&note.pitch))
    }
}

fn mean_pitches(notes: &[MidiNote], of: impl Fn(&MidiNote) -> u32) -> BTreeMap<u32, f64> {
    let mut sums: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for note in notes {
        let (sum, count) = sums.entry(of(note)).or_default();
        *sum += f64::from(note.pitch);
        *count += 1.0;
    }
    sums.into_iter().map(|(number, (sum, count))| (number, sum / count)).collect()
}

/// The tracks that names give to a hand: those that bear its own, or of two the one that does not bear the other's.
fn named(sequence: &Sequence, tracks: &BTreeMap<u32, f64>, hand: Hand) -> Result<Option<Vec<u32>>, HandError> {
    let summary = Summary::new(sequence);
    let hand_of = |track: u32| {
        let summary = summary.tracks.get(track as usize)?;
        summary.name.iter().chain(&summary.instrument).find_map(|name| hand_in(name))
    };
    let of_hand: Vec<u32> = tracks.keys().copied().filter(|&track| hand_of(track) == Some(hand)).collect();
    let unnamed: Vec<u32> = tracks.keys().copied().filter(|&track| hand_of(track).is_none()).collect();
    if !of_hand.is_empty() {
        Ok(Some(of_hand))
    } else if unnamed.is_empty() {
        Err(HandError::OtherHand { count: tracks.len() })
    } else {
        Ok((tracks.len() == 2 && unnamed.len() == 1).then_some(unnamed))
    }
}

fn hand_in(name: &str) -> Option<Hand> {
    let name = name.to_lowercase().replace('.', "");
    let words = || name.split(|letter: char| !letter.is_alphabetic());
    if words().any(|word| LEFT.contains(&word)) {
        Some(Hand::Left)
    } else if words().any(|word| RIGHT.contains(&word)) {
        Some(Hand::Right)
    } else {
        None
    }
}

/// Of two numbers with their mean pitches the one for a hand; of equal ones the first is the right hand's.
fn of_two(means: &BTreeMap<u32, f64>, hand: Hand, what: &'static str) -> Result<u32, HandError> {
    let mut ordered: Vec<(u32, f64)> = means.iter().map(|(&number, &mean)| (number, mean)).collect();
    ordered.sort_by(|a, b| b.1.total_cmp(&a.1));
    match (ordered.as_slice(), hand) {
        ([(right, _), (_, _)], Hand::Right) => Ok(*right),
        ([(_, _), (left, _)], Hand::Left) => Ok(*left),
        _ => Err(HandError::Unclear { what, count: means.len() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_whose_a_track_is() {
        for name in ["Left Hand", "Piano LH", "Piano, l.h.", "linke Hand", "main gauche", "m.g.", "LINKS"] {
            assert_eq!(hand_in(name), Some(Hand::Left), "{name}");
        }
        for name in ["right", "Piano (R.H.)", "Rechte Hand", "mano destra", "md"] {
            assert_eq!(hand_in(name), Some(Hand::Right), "{name}");
        }
        for name in ["", "Piano", "Bright Piano", "Cleft", "Flute 1"] {
            assert_eq!(hand_in(name), None, "{name}");
        }
    }
}
