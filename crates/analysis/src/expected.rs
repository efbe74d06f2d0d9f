//! The notes that a piece asks for.

use std::ops::RangeInclusive;

use rae_midi::{Beats, Performance, Sequence, Time};

use crate::midi_notes::{self, MidiNote};
use crate::scope::Scope;

/// Onsets of one pitch that are closer than this, in seconds, are one note.
const DUPLICATE: f64 = 0.005;

/// Onsets count in tenths of a millisecond.
const ONSET_GRID: f64 = 1e4;

/// Beginnings of bars and beats are known of so many at most.
const MOST_BARS: usize = 100_000;
const MOST_BEATS: usize = 400_000;

/// A note that is expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpectedNote {
    /// When, in seconds from the start of the piece at its written tempo, to a tenth of a millisecond.
    pub onset: f64,
    /// How long, in seconds.
    pub duration: f64,
    /// Key number; 60 is middle C.
    pub pitch: u8,
    /// How hard, 1 to 127.
    pub velocity: u8,
    /// 16 · port + channel within the port, from 0.
    pub channel: u16,
    /// Track of the file, from 0.
    pub track: u32,
    /// Bar of the piece, from 1; 1 where the file knows no bars.
    pub bar: u64,
}

/// Which notes of a piece are expected; all of them by default. Others of the piece may be heard, too, and are not held
/// against the player.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// Tracks of the file, from 1; empty means all.
    pub tracks: Vec<u32>,
    /// Channels, from 1 (17 to 32 are the second port's); empty means all.
    pub channels: Vec<u16>,
    /// Bars, from 1.
    pub bars: Option<RangeInclusive<u64>>,
    /// Written keys, such as those of one hand; [`Part::of_hand`] finds them.
    pub keys: Option<RangeInclusive<u8>>,
    /// Semitones from written to sounding pitch, for transposing instruments: −2 for a clarinet in B flat.
    pub transpose: i8,
}

/// A note that was not chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct OtherNote {
    pub(crate) note: ExpectedNote,
    /// Whether it lies in the chosen bars, and whether it is of the chosen tracks, channels and keys.
    pub(crate) is_in_bars: bool,
    pub(crate) is_in_part: bool,
}

/// The notes of a piece, or of a part of it, by onset and pitch. Their places here are what `expected_index` means.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expected {
    notes: Vec<ExpectedNote>,
    /// The other notes of the piece.
    rest: Vec<OtherNote>,
    is_excerpt: bool,
    drums: usize,
    /// Where each bar begins that has notes: number and seconds.
    bars: Vec<(u64, f64)>,
    /// Where bars begin, from the first that has notes to the one behind the last: number and seconds.
    bar_starts: Vec<(u64, f64)>,
    /// The beats of these bars: when, in seconds, of which bar, and which.
    beats: Vec<(f64, u64, u32)>,
    /// When the beat behind them begins, in seconds, unless the song ends before.
    beats_end: Option<f64>,
}

impl Expected {
    /// The notes of a song. Drums (the tenth channel of each port) are not assessed, only counted.
    pub fn new(sequence: &Sequence, part: &Part) -> Expected {
        let performance = Performance::new(sequence);
        let (notes, drums) = midi_notes::notes(&performance);
        let beats = Beats::new(sequence);
        let bar = |time| beats.as_ref().map_or(1, |beats| bar_of(beats, time));
        let mut rest = Vec::new();
        let mut wanted = Vec::new();
        for midi_note in notes {
            let bar = bar(midi_note.time);
            let Some(note) = expected_note(&midi_note, bar, part.transpose) else { continue };
            let is_in_bars = part.bars.as_ref().is_none_or(|bars| bars.contains(&bar));
            match (is_in_bars, part.has(&midi_note)) {
                (true, true) => wanted.push(note),
                (is_in_bars, is_in_part) => rest.push(OtherNote { note, is_in_bars, is_in_part }),
            }
        }
        let mut expected = Expected::from_notes(wanted);
        expected.rest = rest;
        expected.is_excerpt = part.bars.is_some();
        expected.drums = drums;
        if let (Some(beats), Some((first, last))) = (beats, expected.bars.first().zip(expected.bars.last())) {
            let start = |bar| (bar, performance.seconds(beats.bar_start(bar)).0);
            expected.bar_starts = (first.0..=last.0 + 1).take(MOST_BARS).map(start).collect();
            for beat in beats.from(beats.bar_start(first.0)) {
                let start = performance.seconds(beat.time).0;
                if beat.bar > last.0 || expected.beats.len() == MOST_BEATS {
                    expected.beats_end = Some(start);
                    break;
                }
                expected.beats.push((start, beat.bar, beat.beat));
            }
        }
        expected
    }

    /// Notes from elsewhere; sorted here, duplicates merged.
    pub fn from_notes(mut notes: Vec<ExpectedNote>) -> Expected {
        notes.sort_by(|a, b| a.onset.total_cmp(&b.onset).then(a.pitch.cmp(&b.pitch)));
        let mut last = [f64::NEG_INFINITY; 128];
        notes.retain(|note| {
            let last = &mut last[usize::from(note.pitch % 128)];
            let new = note.onset - *last >= DUPLICATE;
            if new {
                *last = note.onset;
            }
            new
        });
        let mut bars: Vec<(u64, f64)> = Vec::new();
        for note in &notes {
            if bars.last().is_none_or(|(bar, _)| note.bar > *bar) {
                bars.push((note.bar, note.onset));
            }
        }
        Expected {
            notes,
            rest: Vec::new(),
            is_excerpt: false,
            drums: 0,
            bars,
            bar_starts: Vec::new(),
            beats: Vec::new(),
            beats_end: None,
        }
    }

    /// Some of the notes, and those that others play meanwhile.
    pub(crate) fn slice(&self, range: std::ops::Range<usize>) -> Expected {
        let mut slice = Expected::from_notes(self.notes[range].to_vec());
        if let (Some(first), Some(last)) = (slice.notes.first(), slice.notes.last()) {
            let meanwhile =
                |other: &&OtherNote| other.is_in_bars && (first.onset..=last.onset).contains(&other.note.onset);
            slice.rest = self.rest.iter().filter(meanwhile).copied().collect();
        }
        slice
    }

    /// The notes, by onset, then pitch.
    pub fn notes(&self) -> &[ExpectedNote] {
        &self.notes
    }

    /// These notes alone.
    pub(crate) fn alone(&self) -> Scope {
        Scope::of(&self.notes, &self.rest, |_| false)
    }

    /// What a recording may hold: these notes alone; where they are a part of the piece, also with those that others play
    /// meanwhile, with what comes before and after, and with all of that.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        let mut scopes = vec![self.alone()];
        let meanwhile = self.rest.iter().any(|other| other.is_in_bars);
        let around = self.rest.iter().any(|other| other.is_in_part);
        if meanwhile {
            scopes.push(Scope::of(&self.notes, &self.rest, |other| other.is_in_bars));
        }
        if around {
            scopes.push(Scope::of(&self.notes, &self.rest, |other| other.is_in_part));
        }
        if meanwhile && around {
            scopes.push(Scope::of(&self.notes, &self.rest, |_| true));
        }
        scopes
    }

    /// Whether these are chosen bars, before and after which there may be more.
    pub(crate) fn is_excerpt(&self) -> bool {
        self.is_excerpt
    }

    /// How many notes of drums there are, which nobody assesses.
    pub fn drums(&self) -> usize {
        self.drums
    }

    /// Where bars begin, in seconds, from the first that has notes to the one behind the last, 100 000 at most; none where the
    /// file knows no bars.
    pub fn bar_starts(&self) -> &[(u64, f64)] {
        &self.bar_starts
    }

    /// The bar and the beat of it, from 1, with its fraction, at a time of the score in seconds; `None` outside the bars that
    /// have notes and where the file knows no beats.
    pub fn beat_at(&self, score_s: f64) -> Option<(u64, f64)> {
        let begun = self.beats.partition_point(|(start, ..)| *start <= score_s);
        let &(start, bar, beat) = self.beats.get(begun.checked_sub(1)?)?;
        let end = match self.beats.get(begun).map(|&(next, ..)| next).or(self.beats_end) {
            Some(next) => next,
            // The song's last one is as long as the one before.
            None => 2.0 * start - self.beats.get(begun.checked_sub(2)?)?.0,
        };
        let (beat, share) = (f64::from(beat), (score_s - start) / (end - start));
        (share <= 1.0).then(|| (bar, (beat + share).min((beat + 1.0).next_down())))
    }

    /// The bars that have notes, and the onset of their first.
    pub(crate) fn bars(&self) -> &[(u64, f64)] {
        &self.bars
    }
}

/// A note as it sounds, where its pitch is one.
fn expected_note(note: &MidiNote, bar: u64, transpose: i8) -> Option<ExpectedNote> {
    let pitch = u8::try_from(i16::from(note.pitch) + i16::from(transpose)).ok().filter(|&pitch| pitch < 128)?;
    let onset = (note.onset * ONSET_GRID).round() / ONSET_GRID;
    let MidiNote { velocity, channel, track, .. } = *note;
    let duration = (note.end - note.onset).max(0.0);
    Some(ExpectedNote { onset, duration, pitch, velocity, channel, track, bar })
}

/// The bar that a time lies in.
fn bar_of(beats: &Beats, time: Time) -> u64 {
    match beats.next(time) {
        Some(beat) if beat.time > time && beat.beat == 1 => beat.bar.saturating_sub(1).max(1),
        Some(beat) => beat.bar,
        None => beats.bars().max(1),
    }
}
