//! The notes of a song in seconds: what is expected, and what a digital piano recorded, are read alike.

use std::collections::{HashMap, VecDeque};

use rae_midi::{Action, Message, Performance, Time};

/// Channels of a port, and which of them has the drums.
const PORT: u16 = 16;
const DRUMS: u16 = 9;

/// A note of a song.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MidiNote {
    pub(crate) time: Time,
    /// Seconds.
    pub(crate) onset: f64,
    /// Seconds.
    pub(crate) end: f64,
    pub(crate) pitch: u8,
    pub(crate) velocity: u8,
    pub(crate) channel: u16,
    pub(crate) track: u32,
}

/// Pitched notes in order of their onsets, and how many there are of drums. Of a key that
/// is struck again while it is held the first stroke is the first to be released.
pub(crate) fn notes(performance: &Performance) -> (Vec<MidiNote>, usize) {
    let mut notes: Vec<MidiNote> = Vec::new();
    let mut drums = 0;
    let mut held: HashMap<(u16, u8), VecDeque<usize>> = HashMap::new();
    let end = performance.seconds(performance.end).0;
    for event in &performance.events {
        let Action::Channel { channel, message } = event.action else { continue };
        let onset = performance.seconds(event.time).0;
        match message {
            Message::NoteOn { .. } if channel % PORT == DRUMS => drums += 1,
            Message::NoteOn { key, velocity } => {
                held.entry((channel, key)).or_default().push_back(notes.len());
                let track = event.track;
                notes.push(MidiNote { time: event.time, onset, end, pitch: key, velocity, channel, track });
            }
            Message::NoteOff { key, .. } => {
                if let Some(index) = held.get_mut(&(channel, key)).and_then(VecDeque::pop_front) {
                    notes[index].end = onset;
                }
            }
            Message::ControlChange { controller: 120 | 123..=127, .. } => held.retain(|&(on, _), strokes| {
                if on == channel {
                    strokes.drain(..).for_each(|index| notes[index].end = onset);
                }
                on != channel
            }),
            _ => {}
        }
    }
    (notes, drums)
}
