//! Which voice gives way when all are in use.

use std::ops::Range;

use rae_dsp::wide::{WideKernel, run_wide};

use crate::control::Voice;
use crate::executor::QUANTUM;
use crate::voices::Voices;

/// Values that are looked at side by side.
const GROUP: usize = 32;

/// How much less audible a released voice counts, in hundredths of a decibel.
const RELEASED: i32 = 2000;

/// How audible the voices are, as far as it is known.
///
/// Unless its channel changes, a voice does not become more audible. So its score at the end of a quantum, which is taken
/// once, is the least it can have at any frame of it; and only voices whose least is small enough need to be looked at when
/// one has to give way. Further ahead bounds would be too low where voices fade fast.
#[derive(Default)]
pub(super) struct Stealing {
    /// The frame of which `bounds` are.
    until: Option<u64>,
    /// The frame of which `scores` are.
    frame: Option<u64>,
    serials: Vec<u64>,
    bounds: Vec<i32>,
    /// Scores where they are `exact`, otherwise bounds.
    scores: Vec<i32>,
    exact: Vec<bool>,
}

impl Stealing {
    /// Makes room for a limit of `voices`.
    pub(super) fn reserve(&mut self, voices: usize) {
        let most = 2 * voices + QUANTUM + 2;
        self.serials.reserve(most);
        self.bounds.reserve(most);
        self.scores.reserve(most);
        self.exact.reserve(most);
    }

    /// Serial of the voice to cut at `frame`: the least audible; of equals, the oldest.
    pub(super) fn victim(&mut self, frame: u64, voices: &Voices) -> Option<u64> {
        self.prepare(frame, voices);
        loop {
            let least = run_wide(Least(&self.scores));
            let first = at_most(&self.scores, 0, least)?;
            let Some(mut best) = self.examine(first, frame, voices) else {
                self.remove(first);
                continue;
            };
            let mut place = first;
            let mut i = 0;
            while let Some(next) = at_most(&self.scores, i, best.0) {
                i = next;
                match self.examine(i, frame, voices) {
                    Some(candidate) => {
                        if candidate < best {
                            (best, place) = (candidate, i);
                        }
                        i += 1;
                    }
                    // The last takes the place of what is removed.
                    None => {
                        self.remove(i);
                        place = if place == self.scores.len() { i } else { place };
                    }
                }
            }
            self.remove(place);
            return Some(best.1);
        }
    }

    /// A voice has started at `frame`: it joins those that are known.
    pub(super) fn born(&mut self, frame: u64, serial: u64, voices: &Voices) {
        if self.until.is_none_or(|until| frame > until) {
            return;
        }
        if self.serials.len() > 2 * voices.sounding() + QUANTUM {
            self.drop_gone(voices);
        }
        if let Some(voice) = voices.sounding_one(serial) {
            self.add(voice);
        }
    }

    /// Lets go of a note at `frame`. Where a voice has had to give way at this frame already, that counts from the
    /// next frame on.
    pub(super) fn release(&mut self, frame: u64, serials: Range<u64>, voices: &mut Voices) {
        for serial in serials {
            self.release_voice(frame, serial, voices);
        }
    }

    fn release_voice(&mut self, frame: u64, serial: u64, voices: &mut Voices) {
        // Where voices give way most have done so before their notes are let go.
        if !voices.has(serial) {
            return;
        }
        let known =
            self.until.and_then(|_| run_wide(First { values: &self.serials, wanted: |known: &u64| *known == serial }));
        if let Some(i) = known.filter(|_| self.frame == Some(frame)) {
            self.examine(i, frame, voices);
        }
        if let (Some(voice), Some(i), Some(until)) = (voices.release(serial, frame), known, self.until) {
            self.bounds[i] = score(voice, until);
            if !self.exact[i] {
                self.scores[i] = self.bounds[i];
            }
        }
    }

    /// A stretch is done: voices may be less audible than their bounds say.
    pub(super) fn forget(&mut self) {
        self.until = None;
    }

    fn drop_gone(&mut self, voices: &Voices) {
        for i in (0..self.serials.len()).rev() {
            if voices.sounding_one(self.serials[i]).is_none() {
                self.remove(i);
            }
        }
    }

    fn prepare(&mut self, frame: u64, voices: &Voices) {
        if self.until.is_none_or(|until| frame > until) {
            self.until = Some((frame / QUANTUM as u64 + 1) * QUANTUM as u64 - 1);
            self.serials.clear();
            self.bounds.clear();
            self.scores.clear();
            self.exact.clear();
            for voice in voices.all_sounding() {
                self.add(voice);
            }
        } else if self.frame != Some(frame) {
            self.scores.copy_from_slice(&self.bounds);
            self.exact.fill(false);
        }
        self.frame = Some(frame);
    }

    fn add(&mut self, voice: &Voice) {
        let Some(until) = self.until else { return };
        let bound = score(voice, until);
        self.serials.push(voice.serial);
        self.bounds.push(bound);
        self.scores.push(bound);
        self.exact.push(false);
    }

    /// Score and serial of the `i`th voice; `None` if it has gone.
    fn examine(&mut self, i: usize, frame: u64, voices: &Voices) -> Option<(i32, u64)> {
        let serial = self.serials[i];
        let voice = voices.sounding_one(serial)?;
        if !self.exact[i] {
            self.scores[i] = score(voice, frame);
            self.exact[i] = true;
        }
        Some((self.scores[i], serial))
    }

    fn remove(&mut self, i: usize) {
        self.serials.swap_remove(i);
        self.bounds.swap_remove(i);
        self.scores.swap_remove(i);
        self.exact.swap_remove(i);
    }
}

/// The least of some scores.
struct Least<'a>(&'a [i32]);

impl WideKernel for Least<'_> {
    type Output = i32;

    #[inline(always)]
    fn run(self) -> i32 {
        // Unlike `min`, a fold is what vectors can do.
        self.0.iter().copied().fold(i32::MAX, i32::min)
    }
}

/// The first place from `start` on with a score of at most `most`.
fn at_most(scores: &[i32], start: usize, most: i32) -> Option<usize> {
    run_wide(First { values: &scores[start..], wanted: |score: &i32| *score <= most }).map(|place| start + place)
}

/// The first place of a value that is wanted.
struct First<'a, T, F> {
    values: &'a [T],
    wanted: F,
}

impl<T, F: Fn(&T) -> bool> WideKernel for First<'_, T, F> {
    type Output = Option<usize>;

    #[inline(always)]
    fn run(self) -> Option<usize> {
        let First { values, wanted } = self;
        // Looking at a group without stopping is what vectors can do.
        let mut start = 0;
        for group in values.as_chunks::<GROUP>().0 {
            if group.iter().fold(false, |any, value| any | wanted(value)) {
                break;
            }
            start += GROUP;
        }
        values[start..].iter().position(wanted).map(|place| start + place)
    }
}

/// Envelope, attenuation and release; never audio, so that it is the same however a piece is rendered.
fn score(voice: &Voice, frame: u64) -> i32 {
    let released = if voice.is_released() { RELEASED } else { 0 };
    (100.0 * voice.audibility(frame)) as i32 - released
}
