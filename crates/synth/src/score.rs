//! The events of a piece by frame, packed: songs have millions of them.

use rae_midi::{Action, Message, Performance, PerformanceEvent};
use rae_units::Frames;

use crate::Settings;

/// What marks a system exclusive message, where channel messages have the number of their kind.
const SYSTEM_EXCLUSIVE: u8 = 7;

/// Set where notes are heard.
const HEARD: u8 = 8;

/// The events of a piece, in the frames of a render: a note-on takes five or six bytes.
///
/// Of each event there are the frames since the one before, as a variable-length number; a byte with its kind, whether its
/// notes are heard, and the channel within the port; the port; and two bytes of data, or a length and so many.
#[derive(Clone, Debug)]
pub struct Score {
    bytes: Vec<u8>,
    channels: u16,
    end: Frames,
}

impl Score {
    /// The events of a piece, in order of time, as settings have them played. `outline` tells of the rest: length, channels
    /// and how times become frames.
    pub fn new(outline: &Performance, events: impl Iterator<Item = PerformanceEvent>, settings: &Settings) -> Score {
        let clock = outline.clock(settings.rate, settings.speed);
        let mut score = Score { bytes: Vec::new(), channels: outline.channels, end: clock.frame(outline.end) };
        let mut last = 0;
        for event in events {
            let Frames(frame) = clock.frame(event.time);
            score.push(frame.saturating_sub(last), settings.heard.includes(&event), &event.action);
            last = frame.max(last);
        }
        score.bytes.shrink_to_fit();
        score
    }

    /// As [`Score::new`], of a performance that has its events.
    pub fn of(performance: &Performance, settings: &Settings) -> Score {
        Score::new(performance, performance.events.iter().cloned(), settings)
    }

    /// How many channels there are, 16 for each port.
    pub fn channels(&self) -> u16 {
        self.channels
    }

    /// When the piece ends.
    pub fn end(&self) -> Frames {
        self.end
    }

    /// The events in order.
    pub fn events(&self) -> impl Iterator<Item = (Frames, Action)> + '_ {
        self.from(Place::default()).map(|event| (Frames(event.frame), event.action))
    }

    /// The events from a place on.
    pub(crate) fn from(&self, place: Place) -> Events<'_> {
        Events { bytes: &self.bytes, place }
    }

    fn push(&mut self, later: u64, heard: bool, action: &Action) {
        self.push_number(later);
        let heard = if heard { HEARD } else { 0 };
        match action {
            Action::Channel { channel, message } => {
                let (kind, data) = pack(*message);
                self.bytes.push(kind + heard + 16 * (channel % 16) as u8);
                self.push_number(u64::from(channel / 16));
                self.bytes.extend(data);
            }
            Action::SysEx { port, data } => {
                self.bytes.push(SYSTEM_EXCLUSIVE | heard);
                self.push_number(u64::from(*port));
                self.push_number(data.len() as u64);
                self.bytes.extend_from_slice(data);
            }
        }
    }

    /// Seven bits in a byte, the lowest first; the eighth says that more follow.
    fn push_number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }
}

/// Where reading has come to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    at: usize,
    /// Of the event before.
    frame: u64,
}

/// Reads a score.
#[derive(Clone)]
pub(crate) struct Events<'a> {
    bytes: &'a [u8],
    place: Place,
}

/// An event that has been read.
pub(crate) struct Event {
    pub(crate) frame: u64,
    pub(crate) heard: bool,
    pub(crate) action: Action,
}

impl Events<'_> {
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// The frame of the next event.
    pub(crate) fn frame(&self) -> Option<u64> {
        (self.place.at < self.bytes.len()).then(|| self.place.frame + self.clone().number())
    }

    /// The next event if it comes before this frame.
    pub(crate) fn next_before(&mut self, end: u64) -> Option<Event> {
        let frame = self.frame().filter(|frame| *frame < end)?;
        self.number();
        self.place.frame = frame;
        let [head] = self.array();
        let port = self.number();
        let action = if head % HEARD == SYSTEM_EXCLUSIVE {
            let length = self.number() as usize;
            let start = self.place.at;
            self.place.at += length;
            Action::SysEx { port: port as u8, data: self.bytes[start..self.place.at].into() }
        } else {
            let channel = port as u16 * 16 + u16::from(head / 16);
            Action::Channel { channel, message: unpack(head % HEARD, self.array()) }
        };
        Some(Event { frame, heard: head & HEARD != 0, action })
    }

    fn number(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..).step_by(7) {
            let [byte] = self.array();
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                break;
            }
        }
        number
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let start = self.place.at;
        self.place.at += N;
        std::array::from_fn(|i| self.bytes[start + i])
    }
}

impl Iterator for Events<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        self.next_before(u64::MAX)
    }
}

/// The number of a message's kind, and its data.
fn pack(message: Message) -> (u8, [u8; 2]) {
    match message {
        Message::NoteOff { key, velocity } => (0, [key, velocity]),
        Message::NoteOn { key, velocity } => (1, [key, velocity]),
        Message::PolyPressure { key, pressure } => (2, [key, pressure]),
        Message::ControlChange { controller, value } => (3, [controller, value]),
        Message::ProgramChange { program } => (4, [program, 0]),
        Message::ChannelPressure { pressure } => (5, [pressure, 0]),
        Message::PitchBend { value } => (6, value.to_le_bytes()),
    }
}

/// The inverse of [`pack`].
fn unpack(kind: u8, data: [u8; 2]) -> Message {
    let [first, second] = data;
    match kind {
        0 => Message::NoteOff { key: first, velocity: second },
        1 => Message::NoteOn { key: first, velocity: second },
        2 => Message::PolyPressure { key: first, pressure: second },
        3 => Message::ControlChange { controller: first, value: second },
        4 => Message::ProgramChange { program: first },
        5 => Message::ChannelPressure { pressure: first },
        _ => Message::PitchBend { value: i16::from_le_bytes(data) },
    }
}

#[cfg(test)]
mod tests {
    use rae_midi::{Format, Sequence, Time};
    use rae_testkit::Random;

    use super::*;
    use crate::Heard;

    fn outline() -> Performance {
        let division = rae_midi::Division::TicksPerQuarter(480);
        Performance::new(&Sequence { format: Format::SingleTrack, division, tracks: Vec::new() })
    }

    #[test]
    fn what_is_unpacked_is_what_was_packed() {
        let mut random = Random::new(5);
        let outline = outline();
        let mut seconds = 0.0;
        let events: Vec<PerformanceEvent> = (0..5000)
            .map(|_| {
                seconds += [0.0, 0.0, 0.001, 0.3, 700.0][random.below(5)];
                let mut byte = || random.below(256) as u8;
                let message = unpack(byte() % 7, [byte(), byte()]);
                let action = match byte() {
                    0..16 => Action::SysEx { port: byte(), data: (0..byte()).map(|_| byte()).collect() },
                    _ => Action::Channel { channel: u16::from(byte()) * 16 + u16::from(byte() % 16), message },
                };
                PerformanceEvent { time: outline.time(rae_units::Seconds(seconds)), action, track: 0 }
            })
            .collect();
        let settings = Settings { heard: Heard::Channel(3), ..Settings::default() };
        let score = Score::new(&outline, events.iter().cloned(), &settings);
        let clock = outline.clock(settings.rate, settings.speed);
        assert_eq!(score.events().count(), events.len());
        for (read, event) in score.from(Place::default()).zip(&events) {
            assert_eq!((read.frame, &read.action), (clock.frame(event.time).0, &event.action));
            assert_eq!(read.heard, settings.heard.includes(event));
        }
        assert_eq!(score.end(), clock.frame(Time::ZERO));
    }
}
