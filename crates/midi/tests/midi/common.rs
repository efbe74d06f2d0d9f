//! Bytes and events for the tests.

use rae_midi::{Event, Message, Meta, TrackEvent};

/// A file of a header and track chunks with right lengths.
pub(crate) fn file(format: u16, division: u16, tracks: &[&[u8]]) -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06".to_vec();
    for number in [format, tracks.len() as u16, division] {
        bytes.extend(number.to_be_bytes());
    }
    for track in tracks {
        bytes.extend(chunk(b"MTrk", track));
    }
    bytes
}

/// A chunk with the right length.
pub(crate) fn chunk(id: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [id, &(content.len() as u32).to_be_bytes()[..], content].concat()
}

pub(crate) fn channel(tick: u64, channel: u8, message: Message) -> TrackEvent {
    TrackEvent { tick, event: Event::Channel { channel, message } }
}

pub(crate) fn note_on(tick: u64, channel_number: u8, key: u8, velocity: u8) -> TrackEvent {
    channel(tick, channel_number, Message::NoteOn { key, velocity })
}

pub(crate) fn meta(tick: u64, meta: Meta) -> TrackEvent {
    TrackEvent { tick, event: Event::Meta(meta) }
}
