//! A sequence flattened into what an instrument is told, and when.

use rae_units::{SampleRate, Seconds};

use crate::performing::Performing;
use crate::tempo::{Timeline, seconds};
use crate::{Clock, Event, Message, Meta, Sequence, Speed, Time};

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
        let (outline, events) = Performance::performing(sequence);
        Performance { events: events.collect(), ..outline }
    }

    /// As [`Performance::new`], but the events, of which a long piece has millions, come one after the other; those of the
    /// performance itself are left out.
    pub fn performing(sequence: &Sequence) -> (Performance, Performing<'_>) {
        let timeline = Timeline::new(sequence);
        let outline = Performance {
            events: Vec::new(),
            end: timeline.end,
            channels: 16 * (u16::from(highest_port(sequence)) + 1),
            units_per_second: timeline.units_per_second,
        };
        (outline, Performing::new(sequence, timeline.patterns))
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

/// The highest port that anything is sent to.
fn highest_port(sequence: &Sequence) -> u8 {
    let mut highest = 0;
    for track in &sequence.tracks {
        let mut port = 0;
        for event in &track.events {
            match &event.event {
                Event::Meta(Meta::Port(number)) => port = *number,
                Event::Channel { .. } | Event::SysEx(_) => highest = highest.max(port),
                Event::Escape(data) if data.first() == Some(&0xF0) => highest = highest.max(port),
                Event::Escape(_) | Event::Meta(_) => {}
            }
        }
    }
    highest
}
