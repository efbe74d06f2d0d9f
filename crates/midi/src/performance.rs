//! A sequence flattened into what an instrument is told, and when.

use rae_units::{SampleRate, Seconds};

use crate::tempo::{Pattern, Timeline, seconds};
use crate::{Clock, Event, Message, Meta, Sequence, Speed, Time, Track};

/// The release velocity of a key for which a file has none (MIDI 1.0: a note-on of velocity 0 is a note-off of 64).
pub(crate) const UNKNOWN_RELEASE: u8 = 64;

/// Everything that is sent to instruments, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Performance {
    /// Sorted by time; events of one time are in file order (track, then place in the track).
    pub events: Vec<PerformanceEvent>,
    /// The latest end of a track.
    pub end: Time,
    /// How many channels there are: 16 for each port up to the highest that is used, at least 16.
    pub channels: u16,
    units_per_second: u64,
}

/// An action and when it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerformanceEvent {
    /// When, since the start.
    pub time: Time,
    /// What.
    pub action: Action,
    /// The track that it comes from, from 0.
    pub track: u32,
}

/// What an instrument is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A channel message. A note-on of velocity 0 has become a note-off.
    Channel {
        /// 16 · port + channel within the port.
        channel: u16,
        /// The message.
        message: Message,
    },
    /// A whole system exclusive message, joined from its packets and sent at the time of the last.
    SysEx {
        /// The port it goes to.
        port: u8,
        /// The bytes after F0, without the final F7.
        data: Box<[u8]>,
    },
}

impl Performance {
    /// Flattens a sequence. Ports (FF 21) count from where they stand in a track; a track starts at port 0. Escape events
    /// that are neither a part of a system exclusive message nor a whole one are left out.
    pub fn new(sequence: &Sequence) -> Performance {
        let timeline = Timeline::new(sequence);
        let mut performer = Performer { events: Vec::new(), highest_port: 0, track_index: 0 };
        for pattern in &timeline.patterns {
            for (index, track) in (0..).zip(&sequence.tracks).skip(pattern.tracks.start).take(pattern.tracks.len()) {
                performer.track_index = index;
                performer.track(track, pattern);
            }
        }
        let Performer { mut events, highest_port, .. } = performer;
        events.sort_by_key(|event| event.time);
        Performance {
            events,
            end: timeline.end,
            channels: 16 * (u16::from(highest_port) + 1),
            units_per_second: timeline.units_per_second,
        }
    }

    /// A time in seconds at normal speed.
    pub fn seconds(&self, time: Time) -> Seconds {
        seconds(time, self.units_per_second)
    }

    /// The time nearest to so many seconds at normal speed; negative ones and NaN are the start.
    pub fn time(&self, seconds: Seconds) -> Time {
        Time((seconds.0 * self.units_per_second as f64).round() as u128)
    }

    /// How times become frames when played at this rate and speed.
    pub fn clock(&self, rate: SampleRate, speed: Speed) -> Clock {
        Clock::new(self.units_per_second, rate, speed)
    }
}

struct Performer {
    events: Vec<PerformanceEvent>,
    highest_port: u8,
    track_index: u32,
}

/// The packets of a system exclusive message so far.
struct Packets {
    time: Time,
    data: Vec<u8>,
}

impl Performer {
    fn track(&mut self, track: &Track, pattern: &Pattern) {
        let mut port = 0;
        let mut open: Option<Packets> = None;
        for event in &track.events {
            let time = pattern.time(event.tick);
            match &event.event {
                Event::Meta(Meta::Port(number)) => {
                    self.finish(port, &mut open);
                    port = *number;
                }
                Event::Meta(_) => {}
                Event::Channel { channel, message } => {
                    self.finish(port, &mut open);
                    let channel = 16 * u16::from(port) + u16::from(channel & 0x0F);
                    self.push(time, port, Action::Channel { channel, message: release(*message) });
                }
                Event::SysEx(data) => {
                    self.finish(port, &mut open);
                    open = Some(Packets { time, data: data.clone() });
                }
                Event::Escape(data) => self.escape(data, time, port, &mut open),
            }
            if open.as_ref().is_some_and(|packets| packets.data.last() == Some(&0xF7)) {
                self.finish(port, &mut open);
            }
        }
        self.finish(port, &mut open);
    }

    fn escape(&mut self, data: &[u8], time: Time, port: u8, open: &mut Option<Packets>) {
        match (data, open.as_mut()) {
            ([0xF0, message @ ..], _) => {
                self.finish(port, open);
                *open = Some(Packets { time, data: message.to_vec() });
            }
            ([0x00..=0x7F | 0xF7, ..], Some(packets)) => {
                packets.time = time;
                packets.data.extend_from_slice(data);
            }
            // A system common or real-time message, perhaps between packets.
            _ => {}
        }
    }

    /// Sends the open system exclusive message, be it whole or cut off by what follows it.
    fn finish(&mut self, port: u8, open: &mut Option<Packets>) {
        let Some(Packets { time, mut data }) = open.take() else { return };
        if data.last() == Some(&0xF7) {
            data.pop();
        }
        self.push(time, port, Action::SysEx { port, data: data.into_boxed_slice() });
    }

    fn push(&mut self, time: Time, port: u8, action: Action) {
        self.highest_port = self.highest_port.max(port);
        self.events.push(PerformanceEvent { time, action, track: self.track_index });
    }
}

fn release(message: Message) -> Message {
    match message {
        Message::NoteOn { key, velocity: 0 } => Message::NoteOff { key, velocity: UNKNOWN_RELEASE },
        other => other,
    }
}
