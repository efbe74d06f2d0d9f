//! What the library that takes MP4 files apart does not tell: edit lists, encryption, fragments.
//!
//! ISO/IEC 14496-12 (boxes, `mdhd`, `elst`, `stsd`, `mvex`), ISO/IEC 23001-7 (`enca`).

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use rae_units::SampleRate;

/// A file with more boxes in its index was made to keep us busy.
const MOST_BOXES: usize = 4096;

/// What is of use lies four boxes deep within a track; deeper ones were made to exhaust the stack.
const DEEPEST: usize = 8;

/// A sound track according to the index.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Track {
    pub(crate) id: u32,
    /// Ticks per second of the track's own clock.
    pub(crate) timescale: u32,
    /// How its sound is coded: "mp4a", "alac", "enca".
    pub(crate) entry: [u8; 4],
    /// The sample rate beside that, in Hz; 0 if the box has no room for it.
    pub(crate) entry_rate: u32,
    /// The first piece that is to be played: where it begins on the track's clock.
    pub(crate) edit_start: Option<u64>,
    /// How long that piece is on the clock of the whole film; 0 up to the end.
    pub(crate) edit_length: u64,
    /// Whether there is one piece, or silence and then one piece, to be played.
    pub(crate) is_one_piece: bool,
}

/// The index of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Index {
    /// Ticks per second of the whole film's clock.
    pub(crate) timescale: u32,
    /// Whether more of the index follows in fragments, so that lengths in it mean nothing.
    pub(crate) fragmented: bool,
    /// Sound tracks.
    pub(crate) tracks: Vec<Track>,
}

/// What of a track is sound.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Play {
    /// Frames before the sound, if the index says so.
    pub(crate) skip: Option<u64>,
    /// Frames of sound, if they are not all that follow.
    pub(crate) left: Option<u64>,
    /// Why the edit list is not followed.
    pub(crate) ignored: Option<&'static str>,
}

impl Play {
    fn all(ignored: Option<&'static str>) -> Play {
        Play { skip: None, left: None, ignored }
    }
}

impl Index {
    pub(crate) fn track(&self, id: u32) -> Option<&Track> {
        self.tracks.iter().find(|track| track.id == id)
    }

    /// What all sound is coded with, if it is certainly not decoded.
    pub(crate) fn not_decoded(&self) -> Option<String> {
        let names = self.tracks.iter().map(|track| match &track.entry {
            b"enca" | b"drms" => Some("encrypted".into()),
            b"ac-3" => Some("in AC-3".into()),
            b"ec-3" => Some("in E-AC-3".into()),
            b"ac-4" => Some("in AC-4".into()),
            b"samr" | b"sawb" => Some("in AMR".into()),
            _ => None,
        });
        names.reduce(|first, next| first.and(next))?
    }

    /// What is to be played of a track of `total` frames.
    pub(crate) fn play(&self, track: &Track, rate: SampleRate, total: Option<u64>) -> Play {
        let frames = |ticks: u64, clock: u32| {
            let clock = u128::from(clock.max(1));
            ((u128::from(ticks) * u128::from(rate.hz()) + clock / 2) / clock).min(u64::MAX.into()) as u64
        };
        let Some(start) = track.edit_start else { return Play::all(None) };
        if !track.is_one_piece {
            return Play::all(Some("has several pieces"));
        }
        let skip = frames(start, track.timescale);
        if total.is_some_and(|total| skip >= total) {
            return Play::all(Some("is damaged"));
        }
        // The film's clock often ticks in milliseconds: only what is shorter by more than a tick is really cut.
        let length = frames(track.edit_length, self.timescale);
        let tick = frames(1, self.timescale) + 1;
        let cut = total.is_some_and(|total| skip.saturating_add(length).saturating_add(tick) < total);
        Play { skip: Some(skip), left: (cut && length > 0).then_some(length), ignored: None }
    }
}

/// Reads the index, if there is one, and leaves the source at its start.
pub(crate) fn index(source: &mut (impl Read + Seek)) -> io::Result<Option<Index>> {
    let end = source.seek(SeekFrom::End(0))?;
    let mut walk = Walk { source, boxes: 0 };
    let mut index = None;
    walk.each(0..end, |walk, kind, body| {
        if kind == *b"moov" && index.is_none() {
            index = Some(walk.film(body)?);
        }
        Ok(())
    })?;
    source.seek(SeekFrom::Start(0))?;
    Ok(index)
}

struct Walk<'a, S> {
    source: &'a mut S,
    boxes: usize,
}

impl<S: Read + Seek> Walk<'_, S> {
    /// Calls `found` with kind and body of every box within `range`.
    fn each(
        &mut self,
        range: Range<u64>,
        mut found: impl FnMut(&mut Self, [u8; 4], Range<u64>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut at = range.start;
        while range.end.saturating_sub(at) >= 8 && self.boxes < MOST_BOXES {
            self.boxes += 1;
            let header = self.bytes(at, 16)?;
            let Some([a, b, c, d, kind @ ..]) = header.first_chunk::<8>() else { break };
            let (size, begin) = match (u32::from_be_bytes([*a, *b, *c, *d]), header.get(8..).map(<[u8]>::first_chunk)) {
                (0, _) => (range.end - at, 8),
                (1, Some(Some(long))) => (u64::from_be_bytes(*long), 16),
                (size, _) => (size.into(), 8),
            };
            if size < begin {
                break;
            }
            let end = at.saturating_add(size).min(range.end);
            found(self, *kind, at + begin..end.max(at + begin))?;
            at = end;
        }
        Ok(())
    }

    fn bytes(&mut self, at: u64, count: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.source.seek(SeekFrom::Start(at))?;
        self.source.take(count).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn film(&mut self, body: Range<u64>) -> io::Result<Index> {
        let mut index = Index::default();
        self.each(body, |walk, kind, body| {
            match &kind {
                b"mvhd" => index.timescale = walk.clock(body)?,
                b"mvex" => index.fragmented = true,
                b"trak" => index.tracks.extend(walk.track(body)?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(index)
    }

    /// The ticks per second in a `mvhd` or `mdhd` box, behind two dates of 4 or 8 bytes.
    fn clock(&mut self, body: Range<u64>) -> io::Result<u32> {
        let bytes = self.bytes(body.start, 24)?;
        Ok(word(&bytes, if bytes.first() == Some(&1) { 20 } else { 12 }))
    }

    /// A track, if it is of sound.
    fn track(&mut self, body: Range<u64>) -> io::Result<Option<Track>> {
        let (mut track, mut is_sound) = (Track::default(), false);
        self.track_boxes(body, 0, &mut track, &mut is_sound)?;
        Ok(is_sound.then_some(track))
    }

    fn track_boxes(
        &mut self,
        body: Range<u64>,
        depth: usize,
        track: &mut Track,
        is_sound: &mut bool,
    ) -> io::Result<()> {
        self.each(body, |walk, kind, body| {
            match &kind {
                b"mdia" | b"minf" | b"stbl" | b"edts" if depth < DEEPEST => {
                    walk.track_boxes(body, depth + 1, track, is_sound)?;
                }
                b"tkhd" => {
                    let bytes = walk.bytes(body.start, 24)?;
                    track.id = word(&bytes, if bytes.first() == Some(&1) { 20 } else { 12 });
                }
                b"mdhd" => track.timescale = walk.clock(body)?,
                // QuickTime has a second one, which tells where the data is.
                b"hdlr" => *is_sound |= walk.bytes(body.start + 8, 4)? == b"soun",
                b"stsd" => {
                    // Version, count; then the first entry: size, kind, 24 bytes, rate as 16.16 fixed point.
                    let bytes = walk.bytes(body.start + 8, 36)?;
                    track.entry = bytes.get(4..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default();
                    track.entry_rate = word(&bytes, 32) >> 16;
                }
                b"elst" => walk.edits(body, track)?,
                _ => {}
            }
            Ok(())
        })
    }

    fn edits(&mut self, body: Range<u64>, track: &mut Track) -> io::Result<()> {
        let bytes = self.bytes(body.start, 8 + 3 * 20)?;
        let wide = bytes.first() == Some(&1);
        let size = if wide { 20 } else { 12 };
        let count = word(&bytes, 4) as usize;
        let entries = bytes.get(8..).unwrap_or_default().chunks_exact(size).take(count);
        let mut pieces = 0;
        for entry in entries {
            let (length, start) = if wide {
                let long = |at| u64::from(word(entry, at)) << 32 | u64::from(word(entry, at + 4));
                (long(0), long(8) as i64)
            } else {
                (word(entry, 0).into(), i64::from(word(entry, 4) as i32))
            };
            // A negative start is silence before the sound, which puts it in time with pictures.
            if let Ok(start) = u64::try_from(start) {
                pieces += 1;
                if pieces == 1 {
                    (track.edit_start, track.edit_length) = (Some(start), length);
                }
            }
        }
        track.is_one_piece = pieces == 1 && count <= 3;
        Ok(())
    }
}

/// A big-endian word, 0 if it is not there.
fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u32::from_be_bytes(*bytes))
}
