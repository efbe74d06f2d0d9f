//! Portamento (CC 5, 37, 65 and 84): from which key a note's pitch comes, and how fast.

/// Seconds per semitone at the step where the law bends.
const SECONDS_AT_BEND: f64 = 1.0 / 80.0;

/// That step, and the steps beyond it in which the time doubles.
const BEND: f64 = 32.0;
const DOUBLING: f64 = 16.0;

/// Seconds per semitone for a portamento time of 0 to 128 steps, where 0 is at once.
///
/// MIDI leaves the law to the maker. The instruments that files were made for glide at a constant rate, and agree on it
/// within a fifth: linear up to step 32, then doubling every 16 steps. Measured on a Roland SC-55 by John Novak
/// (dosbox-staging, pull request 2705; for intervals see FluidSynth, issue 1722), and on a Yamaha by Jean Pierre Cimalando
/// (libADLMIDI, issue 102: 2.87 ms · e^(0.0429 · step)).
pub(super) fn seconds_per_semitone(step: f64) -> f64 {
    if step <= BEND { SECONDS_AT_BEND * step / BEND } else { SECONDS_AT_BEND * ((step - BEND) / DOUBLING).exp2() }
}

/// What a channel remembers for the next note.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Portamento {
    /// Key of the latest note.
    pub(super) last: Option<u8>,
    /// Key that portamento control (CC 84) names for the next note.
    pub(super) source: Option<u8>,
}

impl Portamento {
    /// A note goes to `key`: the key that portamento control named, and that of the note before.
    pub(super) fn next(&mut self, key: u8) -> (Option<u8>, Option<u8>) {
        (self.source.take(), self.last.replace(key))
    }
}
