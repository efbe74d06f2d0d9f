//! Which presets of the SoundFont a song plays.

use std::collections::BTreeSet;

use rae_midi::{Performance, Sequence};

use crate::Engine;

impl Engine {
    /// The presets that the notes of a song play: indexes into the SoundFont's model. Where the song asks for one that is
    /// not there, the one that plays in its place. No sample is read.
    pub fn presets_used(&self, song: &Sequence) -> BTreeSet<usize> {
        rae_synth::presets_used(self.font(), &Performance::new(song))
    }
}
