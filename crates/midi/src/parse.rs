//! From bytes to a [`Sequence`]: the header and the chunks. The events of a track are read in `track`.

use std::mem::discriminant;
use std::ops::Range;
use std::sync::Arc;

use crate::rmid::{self, EmbeddedBank, Rmid};
use crate::track::read_track;
use crate::{Division, Error, Format, Sequence, SmpteRate, Track, Warning, WarningKind};

const HEADER: &[u8; 4] = b"MThd";
const TRACK: &[u8; 4] = b"MTrk";

/// What lenient reading gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// All that could be understood.
    pub sequence: Sequence,
    /// What else was in the file, if it is a RIFF RMID file.
    pub rmid: Option<Rmid>,
    /// What had to be forgiven, in file order.
    pub warnings: Vec<Warning>,
}

impl From<Sequence> for Parsed {
    /// A song that was made and not read.
    fn from(sequence: Sequence) -> Parsed {
        Parsed { sequence, rmid: None, warnings: Vec::new() }
    }
}

impl Sequence {
    /// Reads a Standard MIDI File, or one in a RIFF RMID wrapper, and forgives what can be forgiven; every leniency is a
    /// warning.
    ///
    /// # Errors
    /// [`Error::NotMidi`], [`Error::Audio`], [`Error::TruncatedHeader`], [`Error::TooLarge`] and [`Error::TooManyEvents`].
    /// Whatever else comes after a whole header is a sequence.
    pub fn parse(bytes: &[u8]) -> Result<Parsed, Error> {
        Sequence::parse_keeping(bytes, "RMID", |bank| {
            let length = bank.len();
            (Arc::new(bytes[bank].to_vec()), 0..length)
        })
    }

    /// [`Sequence::parse`] of a file of this name. `keep` gives the bytes to keep of the bank that it may hold, and where in
    /// them the bank is.
    pub(crate) fn parse_keeping(
        bytes: &[u8],
        name: &str,
        keep: impl FnOnce(Range<usize>) -> (Arc<Vec<u8>>, Range<usize>),
    ) -> Result<Parsed, Error> {
        let mut warnings = Warnings::default();
        let layout = rmid::Layout::find(bytes, &mut warnings);
        let content = layout.as_ref().and_then(|layout| layout.song.clone()).unwrap_or(0..bytes.len());
        if content.len() as u64 > Error::MAX_SONG_SIZE {
            return Err(audio(bytes).unwrap_or(Error::TooLarge));
        }
        let other = || audio(bytes).unwrap_or(Error::NotMidi { length: bytes.len() });
        let start = content.start + find(&bytes[content.clone()], HEADER).ok_or_else(other)?;
        if start > content.start {
            warnings.add(content.start, WarningKind::LeadingBytes { length: start - content.start });
        }
        let bytes = &bytes[..content.end];
        let header = read_header(bytes, start, &mut warnings)?;
        let tracks = read_chunks(bytes, header.end, &mut warnings)?;

        warnings.enter(None);
        if tracks.len() != usize::from(header.tracks) {
            warnings.add(start + 10, WarningKind::TrackCount { declared: header.tracks, found: tracks.len() });
        }
        if header.format == Format::SingleTrack && tracks.len() != 1 {
            warnings.add(start + 8, WarningKind::NotOneTrack(tracks.len()));
        }
        let sequence = Sequence { format: header.format, division: header.division, tracks };
        warnings.list.sort_by_key(|warning| warning.offset);
        let rmid = layout.map(|layout| {
            let offset = layout.offset();
            let bank = layout.bank.map(|place| {
                let name = format!("{name} (bank at byte {})", place.start);
                let (file, range) = keep(place);
                EmbeddedBank { name, file, range, offset }
            });
            Rmid { texts: layout.texts, bank }
        });
        Ok(Parsed { sequence, rmid, warnings: warnings.list })
    }

    /// Reads a Standard MIDI File that is as the standard wants it.
    ///
    /// # Errors
    /// As [`Sequence::parse`], and [`Error::Strict`] with the first warning that lenient reading would give.
    pub fn parse_strict(bytes: &[u8]) -> Result<Sequence, Error> {
        let Parsed { sequence, warnings, .. } = Sequence::parse(bytes)?;
        match warnings.into_iter().next() {
            Some(warning) => Err(Error::Strict(warning)),
            None => Ok(sequence),
        }
    }
}

/// The warnings so far. A kind is listed once per track, so that a broken file cannot make millions of them.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    list: Vec<Warning>,
    track: Option<usize>,
    /// Where the warnings of the present track start.
    scope: usize,
}

impl Warnings {
    fn enter(&mut self, track: Option<usize>) {
        self.track = track;
        self.scope = self.list.len();
    }

    pub(crate) fn add(&mut self, offset: usize, kind: WarningKind) {
        let same = |warning: &&mut Warning| discriminant(&warning.kind) == discriminant(&kind);
        match self.list[self.scope..].iter_mut().find(same) {
            Some(warning) => warning.count += 1,
            None => self.list.push(Warning { track: self.track, offset, kind, count: 1 }),
        }
    }
}

/// That this is an audio file, where it begins like one; a wrong file is the commonest mistake.
fn audio(bytes: &[u8]) -> Option<Error> {
    let format = match bytes {
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] | [b'R', b'F', b'6', b'4', ..] => "WAV",
        [b'f', b'L', b'a', b'C', ..] => "FLAC",
        [b'O', b'g', b'g', b'S', ..] => "Ogg",
        [b'I', b'D', b'3', ..] => "MP3",
        // Eleven bits of a frame's start, and layer III.
        [0xff, second, ..] if second & 0xe6 == 0xe2 => "MP3",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "MP4",
        _ => return None,
    };
    Some(Error::Audio { format })
}

fn find(bytes: &[u8], pattern: &[u8; 4]) -> Option<usize> {
    bytes.windows(4).position(|window| window == pattern)
}

fn be_u16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

/// The four-letter name and the big-endian length at `at`, if the file reaches so far.
fn chunk_at(bytes: &[u8], at: usize) -> Option<([u8; 4], u32)> {
    let field = |from: usize| bytes.get(from..from + 4)?.try_into().ok();
    Some((field(at)?, u32::from_be_bytes(field(at + 4)?)))
}

struct Header {
    format: Format,
    division: Division,
    tracks: u16,
    /// Where the chunks start.
    end: usize,
}

fn read_header(bytes: &[u8], start: usize, warnings: &mut Warnings) -> Result<Header, Error> {
    let found = bytes.len() - start;
    if found < 14 {
        return Err(Error::TruncatedHeader { offset: start, found });
    }
    let declared = chunk_at(bytes, start).map_or(0, |(_, length)| length);
    let mut end = start + 14;
    if declared != 6 {
        warnings.add(start + 4, WarningKind::HeaderLength { declared });
        let declared_end = (start + 8).saturating_add(declared as usize);
        // A longer header is the standard's way to grow; a length that leads nowhere is only wrong.
        if declared > 6 && is_boundary(bytes, declared_end) {
            end = declared_end;
        }
    }
    let format = match be_u16(bytes, start + 8) {
        0 => Format::SingleTrack,
        1 => Format::Simultaneous,
        2 => Format::Independent,
        other => {
            warnings.add(start + 8, WarningKind::UnknownFormat(other));
            Format::Simultaneous
        }
    };
    let division = read_division(bytes, start + 12, warnings);
    Ok(Header { format, division, tracks: be_u16(bytes, start + 10), end })
}

fn read_division(bytes: &[u8], at: usize, warnings: &mut Warnings) -> Division {
    let (high, low) = (bytes[at], bytes[at + 1]);
    if high < 0x80 {
        let ticks = u16::from_be_bytes([high, low]);
        if ticks == 0 {
            warnings.add(at, WarningKind::ZeroTicksPerQuarter);
        }
        return Division::TicksPerQuarter(if ticks == 0 { 96 } else { ticks });
    }
    let rate = match high.wrapping_neg() {
        24 => SmpteRate::Fps24,
        25 => SmpteRate::Fps25,
        29 => SmpteRate::Fps29Drop,
        30 => SmpteRate::Fps30,
        other => {
            warnings.add(at, WarningKind::UnknownSmpteRate(other));
            SmpteRate::Fps25
        }
    };
    if low == 0 {
        warnings.add(at + 1, WarningKind::ZeroTicksPerFrame);
    }
    Division::Smpte { rate, ticks_per_frame: if low == 0 { 40 } else { low } }
}

/// Whether a chunk can start at `at`: the end of the file, a track, or a name in letters with a length that fits.
fn is_boundary(bytes: &[u8], at: usize) -> bool {
    match chunk_at(bytes, at) {
        Some((id, length)) => {
            let fits = (at + 8).saturating_add(length as usize) <= bytes.len();
            &id == TRACK || (fits && id.iter().all(|byte| byte.is_ascii_alphanumeric()))
        }
        None => at == bytes.len(),
    }
}

fn read_chunks(bytes: &[u8], mut at: usize, warnings: &mut Warnings) -> Result<Vec<Track>, Error> {
    let mut tracks = Vec::new();
    let mut left = Error::MAX_EVENTS;
    while at < bytes.len() {
        at = match chunk_at(bytes, at) {
            Some((id, length)) if &id == TRACK => {
                warnings.enter(Some(tracks.len()));
                let (track, end) = read_track_chunk(bytes, at, length, &mut left, warnings)?;
                tracks.push(track);
                end
            }
            Some((id, length)) if is_boundary(bytes, at) => {
                warnings.enter(None);
                warnings.add(at, WarningKind::UnknownChunk { id, length });
                at + 8 + length as usize
            }
            _ => {
                warnings.enter(None);
                let end = find(&bytes[at..], TRACK).map_or(bytes.len(), |distance| at + distance.max(1));
                warnings.add(at, WarningKind::StrayBytes { length: end - at });
                end
            }
        };
    }
    Ok(tracks)
}

/// Reads the track whose chunk starts at `at`; returns it and where the next chunk starts.
///
/// The declared length counts if a chunk or the end of the file follows there. If not, the track goes on to its end event
/// or to the next track, whichever comes first.
fn read_track_chunk(
    bytes: &[u8],
    at: usize,
    declared: u32,
    left: &mut usize,
    warnings: &mut Warnings,
) -> Result<(Track, usize), Error> {
    let start = at + 8;
    let declared_end = start.saturating_add(declared as usize);
    let trusted = is_boundary(bytes, declared_end);
    let limit = match trusted {
        true => declared_end,
        false => find(&bytes[start..], TRACK).map_or(bytes.len(), |distance| start + distance),
    };
    let (track, end, finished) = read_track(&bytes[..limit], start, left, warnings)?;
    if !finished && limit == bytes.len() && !trusted {
        warnings.add(limit, WarningKind::Truncated);
        return Ok((track, limit));
    }
    if !finished {
        warnings.add(limit, WarningKind::MissingEndOfTrack);
    }
    let next = if end == declared_end || bytes[end..].starts_with(TRACK) { end } else { limit };
    if next != declared_end {
        warnings.add(at + 4, WarningKind::TrackLength { declared, found: end - start });
    }
    if next > end {
        warnings.add(end, WarningKind::AfterEndOfTrack { length: next - end });
    }
    Ok((track, next))
}
