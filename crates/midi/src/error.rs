//! What can go wrong, and what was forgiven.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a file cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no `MThd` in the bytes.
    #[error("not a Standard MIDI File: no MThd header in {length} bytes; is it another kind of file?")]
    NotMidi {
        /// How many bytes were looked at.
        length: usize,
    },
    /// There is no `MThd` in the bytes, and they begin like an audio file.
    #[error("this is a file of sound ({format}), not a Standard MIDI File, which holds notes")]
    Audio {
        /// What kind of audio file.
        format: &'static str,
    },
    /// The header at `offset` is cut off.
    #[error("the MIDI header at byte {offset} is cut off after {found} of 14 bytes; fetch the file again")]
    TruncatedHeader {
        /// Where `MThd` is.
        offset: usize,
        /// How many bytes of the header there are.
        found: usize,
    },
    /// Strict reading found what lenient reading would have forgiven.
    #[error("{0} (lenient reading accepts this)")]
    Strict(Warning),
    /// The song is larger than [`Error::MAX_SONG_SIZE`].
    #[error(
        "the song is larger than {} bytes, too large for a MIDI file; only RMID files may have more, for their bank",
        Error::MAX_SONG_SIZE
    )]
    TooLarge,
    /// The file is larger than [`Error::MAX_RMID_SIZE`].
    #[error(
        "larger than {} bytes, too large for an RMID file; keep song and bank in files of their own",
        Error::MAX_RMID_SIZE
    )]
    RmidTooLarge,
    /// The file has more events than [`Error::MAX_EVENTS`].
    #[error("more than {} events, the rest from byte {offset} on; split the song into parts", Error::MAX_EVENTS)]
    TooManyEvents {
        /// Where the first event too many ends.
        offset: usize,
    },
    /// A tempo or a grid was asked for where ticks are absolute time.
    #[error("the ticks of this file are absolute time (SMPTE division), so it has no tempo and no beats to change")]
    AbsoluteTime,
    /// A note would leave the keys 0 to 127.
    #[error(
        "track {}, tick {tick}: key {key} transposed by {semitones} is beyond the keys 0 to 127; \
         transpose by less, or let such notes move by octaves or drop them", track + 1
    )]
    KeyOutOfRange {
        /// The track, from 0.
        track: usize,
        /// When the note is struck.
        tick: u64,
        /// Its key as it was.
        key: u8,
        /// By how much it was to be transposed.
        semitones: i8,
    },
    /// Sequences cannot be joined because the ticks of one are musical time and those of another absolute time, or of
    /// another frame rate.
    #[error("the files count time in different ways (quarter notes or time code frames), so they cannot be joined")]
    Divisions,
    /// An edit needs one time line, and a sequence of format 2 has one for each track.
    #[error("the file holds independent patterns (format 2); convert it to format 1 first, which plays them in turn")]
    Patterns,
    /// Sequences would have more than [`Error::MAX_EVENTS`] events together.
    #[error("the files would have {events} events together, more than {}; join fewer of them", Error::MAX_EVENTS)]
    TooManyTogether {
        /// How many.
        events: usize,
    },
    /// An edit was asked for something out of range.
    #[error("{what}")]
    Setting {
        /// What, its value, and what it may be.
        what: String,
    },
    /// Repeating makes more events of the song than [`Error::MAX_EVENTS`].
    #[error("repeated so often the song has {events} events, more than {}; repeat less often", Error::MAX_EVENTS)]
    TooManyRepeats {
        /// How many events there would be.
        events: usize,
    },
    /// The file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file was read, but its content is not usable.
    #[error("{}: {source}", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<Error>,
    },
}

impl Error {
    /// The largest song, in bytes: 256 MiB.
    pub const MAX_SONG_SIZE: u64 = 256 << 20;

    /// The largest RMID file, in bytes, that [`Sequence::read`](crate::Sequence::read) takes into memory: 2 GiB.
    pub const MAX_RMID_SIZE: u64 = 2 << 30;

    /// The most events, all tracks together: what fits into a gigabyte on its way to an instrument.
    pub const MAX_EVENTS: usize = 5_000_000;

    /// Whether an audio file was given in place of a MIDI file.
    pub fn is_of_audio(&self) -> bool {
        match self {
            Error::Content { source, .. } => source.is_of_audio(),
            _ => matches!(self, Error::Audio { .. }),
        }
    }
}

/// Something that lenient reading forgave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The track, from 0; `None` outside tracks.
    pub track: Option<usize>,
    /// The byte of the file where it was first seen.
    pub offset: usize,
    /// What it is.
    pub kind: WarningKind,
    /// How often it was seen in this track; only the first is described.
    pub count: usize,
}

impl fmt::Display for Warning {
    /// Counts tracks from 1, as people do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(track) = self.track {
            write!(f, "track {}, ", track + 1)?;
        }
        write!(f, "byte {}: {}", self.offset, self.kind)?;
        if self.count > 1 {
            write!(f, " (the first of {})", self.count)?;
        }
        Ok(())
    }
}

/// What was forgiven, and what was done about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WarningKind {
    /// Bytes before `MThd`.
    #[error("{length} bytes before the header are skipped")]
    LeadingBytes {
        /// How many.
        length: usize,
    },
    /// The header's length is not 6.
    #[error("the header says it has {declared} bytes instead of 6")]
    HeaderLength {
        /// What it says.
        declared: u32,
    },
    /// A format above 2.
    #[error("unknown format {0}, read as format 1")]
    UnknownFormat(u16),
    /// No ticks in a quarter note.
    #[error("0 ticks per quarter note, read as 96")]
    ZeroTicksPerQuarter,
    /// A time code rate other than 24, 25, 29 and 30.
    #[error("unknown time code rate {0}, read as 25 frames per second")]
    UnknownSmpteRate(u8),
    /// No ticks in a time code frame.
    #[error("0 ticks per time code frame, read as 40")]
    ZeroTicksPerFrame,
    /// Format 0 with a number of tracks other than 1.
    #[error("format 0 with {0} tracks, which are played together")]
    NotOneTrack(usize),
    /// The header names another number of tracks than there are.
    #[error("the header names another number of tracks ({declared}) than there are ({found}); all are kept")]
    TrackCount {
        /// What the header says.
        declared: u16,
        /// What there is.
        found: usize,
    },
    /// A chunk that is neither header nor track.
    #[error("unknown chunk \"{}\" of {length} bytes is skipped", id.escape_ascii())]
    UnknownChunk {
        /// Its name.
        id: [u8; 4],
        /// Its length without the name and length fields.
        length: u32,
    },
    /// A chunk of a RIFF RMID file that says it is longer than what is left.
    #[error("chunk \"{}\" says it has {length} bytes, {found} are left", id.escape_ascii())]
    CutChunk {
        /// Its name.
        id: [u8; 4],
        /// What it says.
        length: u32,
        /// What is left.
        found: usize,
    },
    /// The song's own bank is none that can be played.
    #[error("the bank that the song brings is in the DLS format, which is not played; another plays in its place")]
    DlsBank,
    /// What is to be added to the banks of the song's own bank is no number from 0 to 127.
    #[error("the offset of the bank that the song brings (DBNK) makes no sense and is ignored")]
    BankOffset,
    /// Bytes that belong to no chunk.
    #[error("{length} bytes that belong to no chunk are skipped")]
    StrayBytes {
        /// How many.
        length: usize,
    },
    /// The length in a track's header is not the track's length.
    #[error("the track says it has {declared} bytes, its end is found after {found}")]
    TrackLength {
        /// What it says.
        declared: u32,
        /// Where it ends.
        found: usize,
    },
    /// The file ends within a track.
    #[error("the file ends within the track; what came before is kept")]
    Truncated,
    /// An event is longer than its track.
    #[error("an event reaches past the end of the track and is cut")]
    CutEvent,
    /// The track ends without saying so.
    #[error("the end of track event is missing and is added")]
    MissingEndOfTrack,
    /// Bytes of the track after its end.
    #[error("{length} bytes after the end of track event are skipped")]
    AfterEndOfTrack {
        /// How many.
        length: usize,
    },
    /// A delta time or length of more than four bytes.
    #[error("a variable-length number of more than four bytes, read as at most 268435455")]
    LongNumber,
    /// A data byte above 127 in a channel message.
    #[error("data byte {0:#04x} has its high bit set, which is cleared")]
    HighDataByte(u8),
    /// Running status across a meta or system exclusive event.
    #[error("running status goes on after a meta or system exclusive event")]
    RunningStatusKept,
    /// Data bytes where there is no running status.
    #[error("{length} data bytes without a status byte are skipped")]
    NoStatus {
        /// How many.
        length: usize,
    },
    /// A bare system common or real-time message.
    #[error("a bare system message {0:#04x} is read as an escape event")]
    BareSystemMessage(u8),
    /// A type byte of a meta event above 127.
    #[error("meta event type {0:#04x} has its high bit set, which is cleared")]
    HighMetaType(u8),
    /// A known meta event with more data than it can use.
    #[error("meta event {kind:#04x} has {length} bytes of data, more than it should; the rest is dropped")]
    LongMeta {
        /// Its type.
        kind: u8,
        /// How many bytes it has.
        length: usize,
    },
    /// A known meta event with too little data or data out of range.
    #[error("meta event {kind:#04x} makes no sense and has no effect")]
    BadMeta {
        /// Its type.
        kind: u8,
    },
    /// A tempo of no microseconds per quarter note.
    #[error("a tempo of 0 microseconds per quarter note has no effect")]
    ZeroTempo,
}
