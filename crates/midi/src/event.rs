//! What can happen in a track.

use std::fmt;

use crate::Data;

/// An event of a track, with nothing lost but running status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A channel voice or mode message.
    Channel {
        /// 0 to 15; the port that a track may name makes more of them.
        channel: u8,
        /// What the channel is told.
        message: Message,
    },
    /// The bytes after F0, with the final F7 where there is one; without it an [`Event::Escape`] continues the message.
    SysEx(Data),
    /// The bytes of an F7 event: the continuation of an unfinished [`Event::SysEx`], or anything else to be sent as it is.
    /// A bare system common or real-time message inside a track is read as one of these.
    Escape(Data),
    /// An event that is not sent to an instrument.
    Meta(Meta),
}

/// A channel message; all numbers 0 to 127 but the pitch bend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// 8n: a key is released.
    NoteOff {
        /// Key number; 60 is middle C.
        key: u8,
        /// Release velocity; 64 where nobody measured it.
        velocity: u8,
    },
    /// 9n: a key is struck. Velocity 0 releases it.
    NoteOn {
        /// Key number; 60 is middle C.
        key: u8,
        /// How hard.
        velocity: u8,
    },
    /// An: pressure on one key.
    PolyPressure {
        /// Key number.
        key: u8,
        /// How hard.
        pressure: u8,
    },
    /// Bn: a controller moves; 120 to 127 are the channel mode messages.
    ControlChange {
        /// Controller number.
        controller: u8,
        /// Its new value.
        value: u8,
    },
    /// Cn: another program is chosen.
    ProgramChange {
        /// Program number from 0.
        program: u8,
    },
    /// Dn: pressure on the whole channel.
    ChannelPressure {
        /// How hard.
        pressure: u8,
    },
    /// En: the pitch wheel moves.
    PitchBend {
        /// −8192 to 8191; 0 is the centre.
        value: i16,
    },
}

impl Message {
    /// How many data bytes follow a channel status byte.
    pub(crate) const fn data_length(status: u8) -> usize {
        if matches!(status & 0xF0, 0xC0 | 0xD0) { 1 } else { 2 }
    }

    /// From a status byte of 0x80 to 0xEF and data bytes below 0x80; a one-byte message does not look at `second`.
    pub(crate) fn from_bytes(status: u8, first: u8, second: u8) -> Message {
        match status & 0xF0 {
            0x80 => Message::NoteOff { key: first, velocity: second },
            0x90 => Message::NoteOn { key: first, velocity: second },
            0xA0 => Message::PolyPressure { key: first, pressure: second },
            0xB0 => Message::ControlChange { controller: first, value: second },
            0xC0 => Message::ProgramChange { program: first },
            0xD0 => Message::ChannelPressure { pressure: first },
            _ => Message::PitchBend { value: (i16::from(first) | i16::from(second) << 7) - 8192 },
        }
    }

    /// The high nibble of the status byte and the data bytes; a one-byte message has a meaningless second one.
    pub(crate) fn to_bytes(self) -> (u8, [u8; 2]) {
        match self {
            Message::NoteOff { key, velocity } => (0x80, [key, velocity]),
            Message::NoteOn { key, velocity } => (0x90, [key, velocity]),
            Message::PolyPressure { key, pressure } => (0xA0, [key, pressure]),
            Message::ControlChange { controller, value } => (0xB0, [controller, value]),
            Message::ProgramChange { program } => (0xC0, [program, 0]),
            Message::ChannelPressure { pressure } => (0xD0, [pressure, 0]),
            Message::PitchBend { value } => {
                let value = (value.clamp(-8192, 8191) + 8192) as u16;
                (0xE0, [(value & 0x7F) as u8, (value >> 7) as u8])
            }
        }
    }
}

/// An event for the reader of the file rather than for an instrument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meta {
    /// FF 00: the number of a pattern.
    SequenceNumber(u16),
    /// FF 01 to FF 09: words.
    Text {
        /// What the words are for.
        kind: TextKind,
        /// The words in an encoding that nobody wrote down; see [`text_lossy`].
        bytes: Data,
    },
    /// FF 20: the channel to which the following meta and system exclusive events belong.
    ChannelPrefix(u8),
    /// FF 21: the port to which the following events of the track go.
    Port(u8),
    /// FF 2F: the end of the track.
    EndOfTrack,
    /// FF 51: microseconds per quarter note, 1 to 0xFF_FFFF.
    Tempo(u32),
    /// FF 54: the time code at which the track starts: hours (with the rate in bits 5 and 6), minutes, seconds, frames,
    /// hundredths of a frame.
    SmpteOffset([u8; 5]),
    /// FF 58.
    TimeSignature(TimeSignature),
    /// FF 59.
    KeySignature(KeySignature),
    /// FF 7F: for one maker's sequencers.
    SequencerSpecific(Data),
    /// Any other type, or a known type with data that make no sense.
    Unknown {
        /// The type byte, 0 to 127.
        kind: u8,
        /// The data.
        data: Data,
    },
}

/// What the words of a text event are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextKind {
    /// FF 01.
    Text,
    /// FF 02.
    Copyright,
    /// FF 03: the name of the track, or of the sequence in format 0 and in the first track of format 1.
    TrackName,
    /// FF 04.
    InstrumentName,
    /// FF 05: a syllable.
    Lyric,
    /// FF 06: a place in the music.
    Marker,
    /// FF 07: something that happens on the stage or screen.
    CuePoint,
    /// FF 08.
    ProgramName,
    /// FF 09: the device or port the track is for.
    DeviceName,
}

impl TextKind {
    /// All kinds in the order of their meta types, which start at 1.
    pub const ALL: [TextKind; 9] = [
        TextKind::Text,
        TextKind::Copyright,
        TextKind::TrackName,
        TextKind::InstrumentName,
        TextKind::Lyric,
        TextKind::Marker,
        TextKind::CuePoint,
        TextKind::ProgramName,
        TextKind::DeviceName,
    ];

    pub(crate) fn from_meta_type(kind: u8) -> Option<TextKind> {
        TextKind::ALL.get(usize::from(kind).checked_sub(1)?).copied()
    }

    pub(crate) const fn meta_type(self) -> u8 {
        self as u8 + 1
    }
}

/// A time signature as the file says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeSignature {
    /// Beats in a bar.
    pub numerator: u8,
    /// The beat's note value as a power of two: 2 is a quarter, 3 an eighth.
    pub denominator_power: u8,
    /// MIDI clocks (24 per quarter note) between metronome clicks.
    pub clocks_per_click: u8,
    /// Notated 32nd notes in 24 MIDI clocks; 8 in all common music.
    pub thirty_seconds_per_quarter: u8,
}

impl TimeSignature {
    /// `numerator` beats of a 2^−`denominator_power` note, with a click per beat.
    pub const fn new(numerator: u8, denominator_power: u8) -> TimeSignature {
        let clocks = if denominator_power < 6 { 96 >> denominator_power } else { 1 };
        TimeSignature { numerator, denominator_power, clocks_per_click: clocks, thirty_seconds_per_quarter: 8 }
    }
}

impl fmt::Display for TimeSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match 1u64.checked_shl(u32::from(self.denominator_power)) {
            Some(denominator) => write!(f, "{}/{denominator}", self.numerator),
            None => write!(f, "{}/2^{}", self.numerator, self.denominator_power),
        }
    }
}

/// A key signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeySignature {
    /// Sharps, or flats where negative: −7 to 7.
    pub sharps: i8,
    /// Minor rather than major.
    pub minor: bool,
}

impl fmt::Display for KeySignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The circle of fifths from the tonic of 7 flats major to that of 7 sharps minor.
        const FIFTHS: [&str; 18] =
            ["C♭", "G♭", "D♭", "A♭", "E♭", "B♭", "F", "C", "G", "D", "A", "E", "B", "F♯", "C♯", "G♯", "D♯", "A♯"];
        let (shift, mode) = if self.minor { (3, "minor") } else { (0, "major") };
        let fifths = i16::from(self.sharps) + 7 + shift;
        match usize::try_from(fifths).ok().and_then(|index| FIFTHS.get(index)) {
            Some(name) => write!(f, "{name} {mode}"),
            None => write!(f, "{} sharps, {mode}", self.sharps),
        }
    }
}

/// The words of a text event: UTF-8 where the bytes are valid UTF-8, Latin-1 otherwise. Control characters other than
/// line ends and tabs become U+FFFD, so that the words can be printed on a terminal.
pub fn text_lossy(bytes: &[u8]) -> String {
    let printable = |c: char| if c.is_control() && !matches!(c, '\n' | '\r' | '\t') { '\u{FFFD}' } else { c };
    match std::str::from_utf8(bytes) {
        Ok(text) => text.chars().map(printable).collect(),
        Err(_) => bytes.iter().map(|&byte| printable(char::from(byte))).collect(),
    }
}

impl Meta {
    /// The words of a text event, of any kind.
    pub fn text(&self) -> Option<String> {
        match self {
            Meta::Text { bytes, .. } => Some(text_lossy(bytes)),
            _ => None,
        }
    }
}
