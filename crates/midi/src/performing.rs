//! The events of a performance one after the other: tracks are merged as they are played.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::vec;

use crate::performance::UNKNOWN_RELEASE;
use crate::tempo::Pattern;
use crate::{Action, Event, Message, Meta, PerformanceEvent, Sequence, Time, Track, TrackEvent};

/// The events of a [`Performance`](crate::Performance) in order, made as they are asked for: where events of
/// tracks are in order, memory grows with the number of tracks alone.
pub struct Performing<'a> {
    tracks: &'a [Track],
    patterns: vec::IntoIter<Pattern>,
    /// What is played now, if any.
    pattern: Option<Pattern>,
    parts: Vec<Part<'a>>,
    /// When parts go on that are not over. Those of one time go on in file order.
    next: BinaryHeap<Reverse<(Time, usize)>>,
}

/// A track that has begun.
struct Part<'a> {
    /// What is due next.
    action: Action,
    track: u32,
    rest: Rest<'a>,
}

/// The rest of a track.
enum Rest<'a> {
    Written(Player<'a>),
    /// Of a track whose events were not in order.
    Sorted(vec::IntoIter<(Time, Action)>),
}

/// Reads a track.
struct Player<'a> {
    events: &'a [TrackEvent],
    port: u8,
    open: Option<Box<Packets>>,
}

/// The packets of a system exclusive message so far.
struct Packets {
    time: Time,
    data: Vec<u8>,
}

impl<'a> Performing<'a> {
    pub(crate) fn new(sequence: &'a Sequence, patterns: Vec<Pattern>) -> Performing<'a> {
        Performing {
            tracks: &sequence.tracks,
            patterns: patterns.into_iter(),
            pattern: None,
            parts: Vec::new(),
            next: BinaryHeap::new(),
        }
    }

    fn begin(&mut self, pattern: Pattern) {
        self.parts.clear();
        for index in pattern.tracks.clone() {
            let mut rest = Rest::new(&self.tracks[index], &pattern);
            if let Some((time, action)) = rest.next(&pattern) {
                self.next.push(Reverse((time, self.parts.len())));
                self.parts.push(Part { action, track: index as u32, rest });
            }
        }
        self.pattern = Some(pattern);
    }
}

impl Iterator for Performing<'_> {
    type Item = PerformanceEvent;

    fn next(&mut self) -> Option<PerformanceEvent> {
        loop {
            if let (Some(mut first), Some(pattern)) = (self.next.peek_mut(), &self.pattern) {
                let Reverse((time, index)) = *first;
                let part = &mut self.parts[index];
                let action = match part.rest.next(pattern) {
                    Some((time, action)) => {
                        *first = Reverse((time, index));
                        std::mem::replace(&mut part.action, action)
                    }
                    None => {
                        PeekMut::pop(first);
                        std::mem::replace(&mut part.action, NOTHING)
                    }
                };
                return Some(PerformanceEvent { time, action, track: part.track });
            }
            let pattern = self.patterns.next()?;
            self.begin(pattern);
        }
    }
}

/// What stands where nothing is due any more.
const NOTHING: Action = Action::Channel { channel: 0, message: Message::PitchBend { value: 0 } };

impl<'a> Rest<'a> {
    fn new(track: &'a Track, pattern: &Pattern) -> Rest<'a> {
        let mut player = Player { events: &track.events, port: 0, open: None };
        if track.events.is_sorted_by_key(|event| event.tick) {
            return Rest::Written(player);
        }
        let mut events: Vec<_> = std::iter::from_fn(|| player.next(pattern)).collect();
        events.sort_by_key(|(time, _)| *time);
        Rest::Sorted(events.into_iter())
    }

    fn next(&mut self, pattern: &Pattern) -> Option<(Time, Action)> {
        match self {
            Rest::Written(player) => player.next(pattern),
            Rest::Sorted(events) => events.next(),
        }
    }
}

impl Player<'_> {
    fn next(&mut self, pattern: &Pattern) -> Option<(Time, Action)> {
        loop {
            if self.open.as_ref().is_some_and(|packets| packets.is_whole() || !goes_on(self.events.first())) {
                return self.open.take().map(|packets| packets.send(self.port));
            }
            let (event, rest) = self.events.split_first()?;
            self.events = rest;
            match &event.event {
                Event::Meta(Meta::Port(number)) => self.port = *number,
                Event::Meta(_) => {}
                Event::Channel { channel, message } => {
                    let channel = 16 * u16::from(self.port) + u16::from(channel & 0x0F);
                    let action = Action::Channel { channel, message: release(*message) };
                    return Some((pattern.time(event.tick), action));
                }
                Event::SysEx(data) => self.open(pattern.time(event.tick), data),
                Event::Escape(data) => match (&**data, &mut self.open) {
                    ([0xF0, message @ ..], _) => self.open(pattern.time(event.tick), message),
                    ([0x00..=0x7F | 0xF7, ..], Some(packets)) => {
                        packets.time = pattern.time(event.tick);
                        packets.data.extend_from_slice(data);
                    }
                    // A system common or real-time message, perhaps between packets.
                    _ => {}
                },
            }
        }
    }

    fn open(&mut self, time: Time, data: &[u8]) {
        self.open = Some(Box::new(Packets { time, data: data.to_vec() }));
    }
}

/// Whether a system exclusive message can have more packets from this event of its track on.
fn goes_on(event: Option<&TrackEvent>) -> bool {
    match event.map(|event| &event.event) {
        Some(Event::Escape(data)) => data.first() != Some(&0xF0),
        Some(Event::Meta(meta)) => !matches!(meta, Meta::Port(_)),
        Some(Event::Channel { .. } | Event::SysEx(_)) | None => false,
    }
}

impl Packets {
    fn is_whole(&self) -> bool {
        self.data.last() == Some(&0xF7)
    }

    /// The message, be it whole or cut off by what follows it.
    fn send(self, port: u8) -> (Time, Action) {
        let Packets { time, mut data } = self;
        if data.last() == Some(&0xF7) {
            data.pop();
        }
        (time, Action::SysEx { port, data: data.into_boxed_slice() })
    }
}

fn release(message: Message) -> Message {
    match message {
        Message::NoteOn { key, velocity: 0 } => Message::NoteOff { key, velocity: UNKNOWN_RELEASE },
        other => other,
    }
}
