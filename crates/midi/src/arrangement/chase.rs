//! What instruments must be told to stand as if they had heard everything before.

use std::collections::{BTreeMap, HashSet};

use crate::edit::reset::usual;
use crate::{Action, Message, PerformanceEvent};

/// What may be moved by an event whose effect depends on no other: a controller, pitch bend or pressure of a channel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Dial {
    Controller(u8),
    Bend,
    Pressure,
}

/// The events before a place, without notes. Of those that only set a value the last is left, in its place.
pub(super) fn before(events: &[PerformanceEvent]) -> Vec<PerformanceEvent> {
    let mut set = HashSet::new();
    let mut left: Vec<PerformanceEvent> = events
        .iter()
        .rev()
        .filter(|event| matters(event) && dial(event).is_none_or(|dial| set.insert(dial)))
        .cloned()
        .collect();
    left.reverse();
    left
}

/// What brings instruments that have just played `within` back to where what is `earlier` has left them: first the usual
/// value of all that was moved, then the channel messages of what is earlier. System exclusive messages are not sent
/// again, since resets among them would cut off what rings on.
pub(super) fn again(earlier: &[PerformanceEvent], within: &[PerformanceEvent]) -> Vec<PerformanceEvent> {
    let mut moved = BTreeMap::new();
    let mut programs = BTreeMap::new();
    for event in within {
        let Action::Channel { channel, message } = event.action else { continue };
        match message {
            Message::ProgramChange { .. } => {
                programs.entry(channel).or_insert(event);
            }
            Message::ControlChange { controller: bank @ (0 | 32), .. } => {
                moved.entry((channel, Dial::Controller(bank))).or_insert(event);
            }
            _ => {
                if let Some(dial) = dial(event) {
                    moved.entry(dial).or_insert(event);
                }
            }
        }
    }
    let moved = moved.into_iter().filter_map(|((channel, dial), event)| Some(told(event, channel, rest(dial)?)));
    let program = Message::ProgramChange { program: 0 };
    let programs = programs.into_iter().map(|(channel, event)| told(event, channel, program));
    let before = before(earlier).into_iter().filter(|event| matches!(event.action, Action::Channel { .. }));
    moved.chain(programs).chain(before).collect()
}

fn told(like: &PerformanceEvent, channel: u16, message: Message) -> PerformanceEvent {
    PerformanceEvent { action: Action::Channel { channel, message }, ..like.clone() }
}

/// Whether an event still means something once the notes before it are gone.
fn matters(event: &PerformanceEvent) -> bool {
    let Action::Channel { message, .. } = event.action else { return true };
    !matches!(
        message,
        Message::NoteOn { .. }
            | Message::NoteOff { .. }
            | Message::PolyPressure { .. }
            // Portamento control is for the next note.
            | Message::ControlChange { controller: 84 | 120 | 123, .. }
    )
}

fn dial(event: &PerformanceEvent) -> Option<(u16, Dial)> {
    let Action::Channel { channel, message } = event.action else { return None };
    let dial = match message {
        // Bank select counts at the next program change, data entry with the parameter chosen before it, and the channel
        // mode messages are commands.
        Message::ControlChange { controller: 0 | 6 | 32 | 38 | 96..=101 | 120.., .. } => return None,
        Message::ControlChange { controller, .. } => Dial::Controller(controller),
        Message::PitchBend { .. } => Dial::Bend,
        Message::ChannelPressure { .. } => Dial::Pressure,
        _ => return None,
    };
    Some((channel, dial))
}

/// Where a dial stands that nobody has moved.
fn rest(dial: Dial) -> Option<Message> {
    Some(match dial {
        Dial::Controller(controller) => Message::ControlChange { controller, value: usual(controller)? },
        Dial::Bend => Message::PitchBend { value: 0 },
        Dial::Pressure => Message::ChannelPressure { pressure: 0 },
    })
}
