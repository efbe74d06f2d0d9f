//! Which presets a performance plays.

use std::collections::BTreeSet;
use std::sync::Arc;

use rae_midi::{Action, Message, Performance};
use rae_soundfont::SoundFont;

use crate::conductor::Rehearsal;

/// The presets that the notes of a performance play: indexes into the bank's model. Where the bank lacks what a note asks
/// for, it is the preset that plays in its place. The work is that of the events, however long the performance lasts.
pub fn presets_used(font: &Arc<SoundFont>, performance: &Performance) -> BTreeSet<usize> {
    let mut rehearsal = Rehearsal::new(Arc::clone(font), performance.channels);
    let mut used = BTreeSet::new();
    for event in &performance.events {
        match event.action {
            Action::Channel { channel, message: Message::NoteOn { .. } } => used.extend(rehearsal.played(channel)),
            _ => drop(rehearsal.follow(0, &event.action)),
        }
    }
    used
}
