//! Resets of channels by controllers.

use crate::Message;
use crate::edit::chase::Thing;

/// Where a controller stands that nobody has moved; `None` if it does not stand anywhere.
///
/// Source: General MIDI 2.
pub(crate) fn usual(controller: u8) -> Option<u8> {
    match controller {
        7 => Some(100),
        8 | 10 | 70..=79 => Some(64),
        11 => Some(127),
        91 => Some(40),
        // Of portamento control (84) only a note frees a channel: any value is a key to glide from.
        84 | 121 | 122 => None,
        _ => Some(0),
    }
}

/// The messages after which something is as it was before any event; none where nobody knows how that is. A channel's
/// banks are among its programs.
///
/// Source: *Response to Reset All Controllers* (RP-015); the defaults of General MIDI 2; for the unregistered parameters
/// Roland SC-88 owner's manual and Yamaha XG specifications (MSB 01 and 14 to 1F) and SoundFont 2.04, section 9.6 (120).
pub(crate) fn neutral(thing: &Thing) -> Vec<Message> {
    let control = |controller, value| Message::ControlChange { controller, value };
    match *thing {
        Thing::Controller(_, controller) => match controller {
            // Omni on; poly.
            124 => vec![control(125, 0)],
            126 => vec![control(127, 0)],
            _ => usual(controller).map(|value| control(controller, value)).into_iter().collect(),
        },
        Thing::Program(_) => vec![control(0, 0), control(32, 0), Message::ProgramChange { program: 0 }],
        Thing::PitchBend(_) => vec![Message::PitchBend { value: 0 }],
        Thing::Pressure(_) => vec![Message::ChannelPressure { pressure: 0 }],
        Thing::Parameter(_, [(upper, high), (lower, low)], _) => {
            let (coarse, fine) = match (upper, high, low) {
                (101, 0, 0) => (2, 0),
                (101, 0, 1 | 2) => (64, 0),
                (101, 0, 5) => (0, 64),
                // Offsets from what the preset says. Levels, places and sends of drum keys (1A, 1C to 1F) are no offsets, and
                // what they were only the kit knows.
                (99, 0x01 | 0x14..=0x19, _) | (99, 120, ..100) => (64, 0),
                _ => return Vec::new(),
            };
            vec![
                control(upper, high),
                control(lower, low),
                control(6, coarse),
                control(38, fine),
                control(101, 127),
                control(100, 127),
            ]
        }
        Thing::SysEx(..)
        | Thing::Packet(_)
        | Thing::Tempo
        | Thing::TimeSignature
        | Thing::KeySignature
        | Thing::Single(_) => Vec::new(),
    }
}
