//! Standard MIDI Files: read them leniently or strictly, time them exactly, write them back without loss.
//!
//! A file becomes a [`Sequence`] (tracks of events at ticks, everything kept), a sequence becomes a [`Performance`]
//! (channel messages and system exclusive messages at exact times, ready to be played), and a [`Clock`] turns those times
//! into frames. An [`Arrangement`] is a part of a song, repeats, or a count-in before it. [`Summary`] says in a few values
//! what is in a sequence, [`BarMap`] and [`Beats`] where its bars are, and [`edit`] changes it.
//!
//! Source: *Standard MIDI Files 1.0* (RP-001, MIDI Manufacturers Association 1988, revised 1996) and RP-019 for the
//! program and device names. The port event (FF 21) is an unofficial but common addition. [`Rmid`]: RP-029 and the *SF2
//! RMIDI Format Extension Specification* of spessasus and Falcosoft.
//!
//! ```
//! # use rae_midi::{Performance, Sequence, Speed};
//! # use rae_units::SampleRate;
//! # fn example(bytes: &[u8]) -> Result<(), rae_midi::Error> {
//! let parsed = Sequence::parse(bytes)?;
//! for warning in &parsed.warnings {
//!     eprintln!("{warning}");
//! }
//! let performance = Performance::new(&parsed.sequence);
//! let clock = performance.clock(SampleRate::CD, Speed::NORMAL);
//! for event in &performance.events {
//!     println!("{:?} {:?}", clock.frame(event.time), event.action);
//! }
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

mod arrangement;
mod bars;
mod beats;
pub mod cc;
mod data;
pub mod edit;
mod error;
mod event;
mod file;
mod loops;
mod notes;
mod parse;
mod parts;
mod performance;
mod performing;
mod rmid;
mod selection;
mod summary;
pub mod sysex;
mod tempo;
mod time;
mod track;
mod write;

pub use arrangement::{ArrangedBeat, Arrangement, Passage};
pub use bars::{BarMap, BarPosition, Meter};
pub use beats::{Beat, Beats};
pub use data::Data;
pub use error::{Error, Warning, WarningKind};
pub use event::{Event, KeySignature, Message, Meta, TextKind, TimeSignature, text_lossy};
pub use loops::LoopPoints;
pub use notes::Note;
pub use parse::Parsed;
pub use parts::{PORT, Request, Router};
pub use performance::{Action, Performance, PerformanceEvent};
pub use performing::Performing;
pub use rmid::{EmbeddedBank, InfoText, Rmid};
pub use selection::{DRUM_BANK, Selection, Selections};
pub use summary::{ChannelSummary, Summary, Timed, TrackSummary};
pub use tempo::{TempoChange, TempoMap, TimeSignatureChange};
pub use time::{Clock, Speed, Time};

/// A Standard MIDI File as values.
///
/// [`Sequence::parse`] makes only *valid* sequences, and a valid sequence survives [`Sequence::to_bytes`] and back
/// unchanged. Valid means: events of a track in order of tick with gaps of at most 0x0FFF_FFFF, one
/// [`Meta::EndOfTrack`] as the last event of each track, every number within the range that its field documents, and no
/// [`Meta::Unknown`] that another variant could say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// How the tracks belong together.
    pub format: Format,
    /// What a tick is.
    pub division: Division,
    /// The tracks in file order.
    pub tracks: Vec<Track>,
}

/// How the tracks of a file belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Format 0: one track with all channels.
    SingleTrack,
    /// Format 1: tracks that sound together and share one tempo map.
    Simultaneous,
    /// Format 2: independent patterns, each with its own tempo map; played one after another.
    Independent,
}

impl Format {
    /// The number in the file's header: 0, 1 or 2.
    pub const fn number(self) -> u16 {
        match self {
            Format::SingleTrack => 0,
            Format::Simultaneous => 1,
            Format::Independent => 2,
        }
    }
}

/// What a tick is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Division {
    /// Ticks per quarter note, 1 to 0x7FFF; how long a quarter lasts is said by tempo events.
    TicksPerQuarter(u16),
    /// Ticks of absolute time; tempo events have no effect.
    Smpte {
        /// Time code frames per second.
        rate: SmpteRate,
        /// Ticks per time code frame, at least 1.
        ticks_per_frame: u8,
    },
}

/// Time code frames per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SmpteRate {
    /// 24 frames per second (film).
    Fps24,
    /// 25 frames per second (EBU).
    Fps25,
    /// 30000/1001 frames per second, drop frame (NTSC); −29 in the file.
    Fps29Drop,
    /// 30 frames per second.
    Fps30,
}

/// One track: events in order of tick.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Track {
    /// The events; [`Meta::EndOfTrack`] comes last.
    pub events: Vec<TrackEvent>,
}

impl Track {
    /// The latest tick of an event, 0 for an empty track.
    pub fn end(&self) -> u64 {
        self.events.iter().map(|event| event.tick).max().unwrap_or(0)
    }
}

/// An event and when it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackEvent {
    /// Ticks since the start of the track.
    pub tick: u64,
    /// What happens.
    pub event: Event,
}
