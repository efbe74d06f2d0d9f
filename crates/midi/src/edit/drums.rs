//! Which channels are drums, where keys are not pitches.

use std::collections::BTreeSet;

use crate::parts::PORT;
use crate::{Action, Message, Performance, Router, Selections, Sequence};

/// The channels of drums: those on which a note is struck while a part that hears it plays drums, and those without notes
/// that stand so at the end.
///
/// Drums are the tenth part of each port, the parts that a GS ("use for rhythm part") or XG ("part mode") message makes
/// drums, and those whose program comes from a drum bank of XG (126 and 127) or General MIDI 2 (120); a reset undoes it.
pub fn drum_channels(sequence: &Sequence) -> BTreeSet<u16> {
    let performance = Performance::new(sequence);
    let ports = usize::from(performance.channels).div_ceil(PORT);
    let (mut router, mut selections) = (Router::new(ports), Selections::new(ports));
    let (mut drums, mut melodies) = (BTreeSet::new(), BTreeSet::new());
    let play_drums = |router: &Router, selections: &Selections, channel: u16| {
        router.parts(channel).any(|part| selections.parts()[part].drums)
    };
    for event in &performance.events {
        if let Action::Channel { channel, message: Message::NoteOn { .. } } = event.action {
            if play_drums(&router, &selections, channel) { &mut drums } else { &mut melodies }.insert(channel);
        }
        router.route(&event.action, |request| {
            selections.hear(&request);
        });
    }
    let silent = (0..performance.channels).filter(|channel| !melodies.contains(channel));
    drums.extend(silent.filter(|channel| play_drums(&router, &selections, *channel)));
    drums
}
