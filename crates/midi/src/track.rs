//! The events of one track.

use crate::parse::Warnings;
use crate::{Data, Error, Event, KeySignature, Message, Meta, TextKind, TimeSignature, Track, TrackEvent, WarningKind};

/// The largest number that four bytes of a variable-length quantity hold.
pub(crate) const MAX_VARIABLE: u32 = 0x0FFF_FFFF;

/// Reads events from `start` to the end of `bytes`, or to the end of track event. Returns the track, always with an end
/// of track event, where reading stopped, and whether the end of track event was in the file. `left` counts down how many
/// events the file may still have.
pub(crate) fn read_track(
    bytes: &[u8],
    start: usize,
    left: &mut usize,
    warnings: &mut Warnings,
) -> Result<(Track, usize, bool), Error> {
    let mut reader = Reader { bytes, at: start, tick: 0, status: None, interrupted: false, warnings };
    let mut events = Vec::new();
    while let Some(event) = reader.event() {
        *left = left.checked_sub(1).ok_or(Error::TooManyEvents { offset: reader.at })?;
        let finished = event == Event::Meta(Meta::EndOfTrack);
        events.push(TrackEvent { tick: reader.tick, event });
        if finished {
            events.shrink_to_fit();
            return Ok((Track { events }, reader.at, true));
        }
    }
    let (tick, at) = (reader.tick, reader.at);
    events.push(TrackEvent { tick, event: Event::Meta(Meta::EndOfTrack) });
    *left = left.checked_sub(1).ok_or(Error::TooManyEvents { offset: at })?;
    events.shrink_to_fit();
    Ok((Track { events }, at, false))
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    tick: u64,
    /// The running status.
    status: Option<u8>,
    /// A meta or system exclusive event has ended the running status, by the standard.
    interrupted: bool,
    warnings: &'a mut Warnings,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    /// The next delta time and event; `None` at the end of the bytes.
    fn event(&mut self) -> Option<Event> {
        let delta = self.variable()?;
        self.tick += u64::from(delta);
        let at = self.at;
        match self.status_byte()? {
            status @ 0x80..=0xEF => {
                self.status = Some(status);
                self.interrupted = false;
                self.message(status, at)
            }
            0xF0 => self.data().map(|data| self.interrupt(Event::SysEx(data))),
            0xF7 => self.data().map(|data| self.interrupt(Event::Escape(data))),
            0xFF => self.meta().map(|meta| self.interrupt(Event::Meta(meta))),
            status @ 0xF0.. => self.system(status, at),
            _ => self.running(at),
        }
    }

    fn interrupt(&mut self, event: Event) -> Event {
        self.interrupted = true;
        event
    }

    /// The next byte, left in place if it is the first data byte of a message with running status. Data bytes that have
    /// no status are skipped.
    fn status_byte(&mut self) -> Option<u8> {
        let first = *self.bytes.get(self.at)?;
        if first < 0x80 && self.status.is_some() {
            return Some(first);
        }
        let from = self.at;
        while *self.bytes.get(self.at)? < 0x80 {
            self.at += 1;
        }
        if self.at > from {
            self.warnings.add(from, WarningKind::NoStatus { length: self.at - from });
        }
        self.byte()
    }

    fn running(&mut self, at: usize) -> Option<Event> {
        let status = self.status?;
        if self.interrupted {
            self.warnings.add(at, WarningKind::RunningStatusKept);
        }
        self.message(status, at)
    }

    fn message(&mut self, status: u8, at: usize) -> Option<Event> {
        let mut data = [0; 2];
        for byte in &mut data[..Message::data_length(status)] {
            let Some(value) = self.byte() else {
                self.warnings.add(at, WarningKind::CutEvent);
                return None;
            };
            if value >= 0x80 {
                self.warnings.add(self.at - 1, WarningKind::HighDataByte(value));
            }
            *byte = value & 0x7F;
        }
        let message = Message::from_bytes(status, data[0], data[1]);
        Some(Event::Channel { channel: status & 0x0F, message })
    }

    /// A bare system message, which the standard wants in an escape event. It has its own data bytes and, unlike on a
    /// cable, leaves the running status alone.
    fn system(&mut self, status: u8, at: usize) -> Option<Event> {
        self.warnings.add(at, WarningKind::BareSystemMessage(status));
        let length = match status {
            0xF1 | 0xF3 => 1,
            0xF2 => 2,
            _ => 0,
        };
        let rest = &self.bytes[self.at..];
        let data = rest.iter().take(length).take_while(|&&byte| byte < 0x80);
        let message: Data = std::iter::once(status).chain(data.copied()).collect();
        self.at += message.len() - 1;
        Some(Event::Escape(message))
    }

    /// A variable-length quantity; a longer one than four bytes is read to its end and clamped.
    fn variable(&mut self) -> Option<u32> {
        let from = self.at;
        let mut value = 0u64;
        loop {
            let byte = self.byte()?;
            value = (value << 7 | u64::from(byte & 0x7F)).min(1 << 35);
            if byte < 0x80 {
                break;
            }
        }
        if self.at - from > 4 {
            self.warnings.add(from, WarningKind::LongNumber);
        }
        Some(value.min(u64::from(MAX_VARIABLE)) as u32)
    }

    /// A length and so many bytes, or as many as there are.
    fn slice(&mut self) -> Option<&'a [u8]> {
        let from = self.at;
        let Some(length) = self.variable() else {
            self.warnings.add(from, WarningKind::CutEvent);
            return None;
        };
        let rest = &self.bytes[self.at..];
        if rest.len() < length as usize {
            self.warnings.add(from, WarningKind::CutEvent);
        }
        let data = &rest[..rest.len().min(length as usize)];
        self.at += data.len();
        Some(data)
    }

    fn data(&mut self) -> Option<Data> {
        self.slice().map(Data::from)
    }

    fn meta(&mut self) -> Option<Meta> {
        let at = self.at;
        let Some(kind) = self.byte() else {
            self.warnings.add(at, WarningKind::CutEvent);
            return None;
        };
        if kind >= 0x80 {
            self.warnings.add(at, WarningKind::HighMetaType(kind));
        }
        let kind = kind & 0x7F;
        let data = self.slice()?;
        if fixed_length(kind).is_some_and(|length| data.len() > length) {
            self.warnings.add(at, WarningKind::LongMeta { kind, length: data.len() });
        }
        Some(decode_meta(kind, data).unwrap_or_else(|| {
            let zero_tempo = kind == 0x51 && data.starts_with(&[0, 0, 0]);
            self.warnings.add(at, if zero_tempo { WarningKind::ZeroTempo } else { WarningKind::BadMeta { kind } });
            Meta::Unknown { kind, data: data.into() }
        }))
    }
}

/// How many bytes of data a meta event of this type uses, where that is fixed.
fn fixed_length(kind: u8) -> Option<usize> {
    match kind {
        0x2F => Some(0),
        0x20 | 0x21 => Some(1),
        0x00 | 0x59 => Some(2),
        0x51 => Some(3),
        0x58 => Some(4),
        0x54 => Some(5),
        _ => None,
    }
}

/// `None` where the data do not fit a known type.
fn decode_meta(kind: u8, data: &[u8]) -> Option<Meta> {
    if let Some(kind) = TextKind::from_meta_type(kind) {
        return Some(Meta::Text { kind, bytes: data.into() });
    }
    let Some(length) = fixed_length(kind) else {
        let data = data.into();
        return Some(if kind == 0x7F { Meta::SequencerSpecific(data) } else { Meta::Unknown { kind, data } });
    };
    match (kind, data.get(..length)?) {
        (0x00, &[high, low]) => Some(Meta::SequenceNumber(u16::from_be_bytes([high, low]))),
        (0x20, &[channel]) => Some(Meta::ChannelPrefix(channel)),
        (0x21, &[port]) => Some(Meta::Port(port)),
        (0x2F, _) => Some(Meta::EndOfTrack),
        (0x51, &[high, middle, low]) => {
            let tempo = u32::from_be_bytes([0, high, middle, low]);
            (tempo > 0).then_some(Meta::Tempo(tempo))
        }
        (0x54, &[hours, minutes, seconds, frames, hundredths]) => {
            Some(Meta::SmpteOffset([hours, minutes, seconds, frames, hundredths]))
        }
        (0x58, &[numerator, denominator_power, clocks_per_click, thirty_seconds_per_quarter]) => {
            Some(Meta::TimeSignature(TimeSignature {
                numerator,
                denominator_power,
                clocks_per_click,
                thirty_seconds_per_quarter,
            }))
        }
        (0x59, &[sharps, mode]) => {
            let sharps = sharps as i8;
            let valid = (-7..=7).contains(&sharps) && mode <= 1;
            valid.then_some(Meta::KeySignature(KeySignature { sharps, minor: mode == 1 }))
        }
        _ => None,
    }
}
