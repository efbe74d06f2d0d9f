//! Which voice gives way when all are in use.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::control::Voice;

/// How much less audible a released voice counts, in hundredths of a decibel.
const RELEASED: i32 = 2000;

/// The voices of one frame by how audible they are. Scores are taken once a frame, so that a flood of notes at one frame
/// does not look at every voice for each.
#[derive(Default)]
pub(super) struct Stealing {
    frame: Option<u64>,
    /// Least audible first; of equals, the oldest.
    candidates: BinaryHeap<Reverse<(i32, u64)>>,
}

impl Stealing {
    /// Serial of the voice to cut at `frame`.
    pub(super) fn victim(&mut self, frame: u64, voices: &[Box<Voice>]) -> Option<u64> {
        if self.frame != Some(frame) {
            self.frame = Some(frame);
            self.candidates.clear();
            self.candidates.extend(voices.iter().map(|voice| Reverse((score(voice, frame), voice.serial))));
        }
        loop {
            let Reverse((_, serial)) = self.candidates.pop()?;
            let alive = voices.binary_search_by_key(&serial, |voice| voice.serial).ok();
            if alive.is_some_and(|i| !voices[i].is_killed()) {
                return Some(serial);
            }
        }
    }

    /// A voice that starts at a frame whose scores are known joins them.
    pub(super) fn born(&mut self, frame: u64, voice: &Voice) {
        if self.frame == Some(frame) {
            self.candidates.push(Reverse((score(voice, frame), voice.serial)));
        }
    }
}

/// Envelope, attenuation and release; never audio, so that it is the same however a piece is rendered.
fn score(voice: &Voice, frame: u64) -> i32 {
    let released = if voice.is_released() { RELEASED } else { 0 };
    (100.0 * voice.audibility(frame)) as i32 - released
}
