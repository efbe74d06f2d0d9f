//! Which note-off ends which note-on.

use std::collections::{HashMap, VecDeque};

use crate::{Event, Message, Meta, Track};

/// A note of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Note {
    /// 16 · port + channel within the port.
    pub channel: u16,
    /// Key number; 60 is middle C.
    pub key: u8,
    /// How hard it is struck, 1 to 127.
    pub velocity: u8,
    /// When it is struck.
    pub tick: u64,
    /// When it is released: by its note-off, by "all notes off" or another mode message, or by the end of the track.
    pub end: u64,
    /// Its note-on in [`Track::events`].
    pub on: usize,
    /// Its note-off in [`Track::events`], if it has one.
    pub off: Option<usize>,
}

impl Track {
    /// The notes in the order of their note-ons. Of several notes that sound on one key of a channel, a note-off ends the
    /// one that was struck first.
    pub fn notes(&self) -> Vec<Note> {
        let mut notes: Vec<Note> = Vec::new();
        let mut sounding: HashMap<u16, HashMap<u8, VecDeque<usize>>> = HashMap::new();
        let end = self.end();
        for ((on, event), channel) in self.events.iter().enumerate().zip(self.channels()) {
            let (Some(channel), Event::Channel { message, .. }) = (channel, &event.event) else { continue };
            let keys = sounding.entry(channel).or_default();
            match message.note() {
                NoteChange::Struck { key, velocity } => {
                    keys.entry(key).or_default().push_back(notes.len());
                    notes.push(Note { channel, key, velocity, tick: event.tick, end, on, off: None });
                }
                NoteChange::Released { key } => {
                    if let Some(index) = keys.get_mut(&key).and_then(VecDeque::pop_front) {
                        notes[index].end = event.tick;
                        notes[index].off = Some(on);
                    }
                }
                NoteChange::AllReleased => {
                    for index in keys.drain().flat_map(|(_, indices)| indices) {
                        notes[index].end = event.tick;
                    }
                }
                NoteChange::None => {}
            }
        }
        notes
    }

    /// For each event the channel that it is for, counted as in [`Note::channel`]; `None` for other than channel
    /// messages.
    pub fn channels(&self) -> impl Iterator<Item = Option<u16>> {
        self.events.iter().scan(0, |port, event| Some(channel_on(port, &event.event)))
    }
}

/// The channel of an event of a track that is at this port, which a port event changes.
pub(crate) fn channel_on(port: &mut u8, event: &Event) -> Option<u16> {
    match event {
        Event::Channel { channel, .. } => Some(16 * u16::from(*port) + u16::from(channel & 0x0F)),
        Event::Meta(Meta::Port(number)) => {
            *port = *number;
            None
        }
        _ => None,
    }
}

/// What a message does to the notes of its channel.
pub(crate) enum NoteChange {
    Struck { key: u8, velocity: u8 },
    Released { key: u8 },
    AllReleased,
    None,
}

impl Message {
    pub(crate) fn note(self) -> NoteChange {
        match self {
            Message::NoteOn { key, velocity: 0 } | Message::NoteOff { key, .. } => NoteChange::Released { key },
            Message::NoteOn { key, velocity } => NoteChange::Struck { key, velocity },
            Message::ControlChange { controller: 120 | 123..=127, .. } => NoteChange::AllReleased,
            _ => NoteChange::None,
        }
    }
}
