//! What a player's cursor needs: bars, beats, notes and words in seconds of the rendered sound.

use std::collections::HashMap;

use rae_midi::{Action, Message, Passage, Sequence, Summary, TempoChange, Time, Timed};
use rae_units::Seconds;
use serde::Serialize;

use super::Arranged;
use crate::{Error, RenderSettings};

/// Channels of a port, and which of them has the drums.
const PORT: u16 = 16;
const DRUMS: u16 = 9;

/// A song as it is rendered with some settings: with their tempo factor and transposition, count-in, part and repeats. All
/// times are seconds from the first frame of the result. Its JSON form is described by `schemas/timeline.schema.json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Timeline {
    /// Of this form: 1.
    pub version: u32,
    /// Length of count-in and music, without the tail.
    pub duration: f64,
    /// Where the music begins, after the count-in.
    pub music_start: f64,
    /// Factor on the tempo that was asked for.
    pub tempo_factor: f64,
    /// Semitones that were asked for; the notes have them.
    pub transpose: i8,
    /// First beats of bars.
    pub bars: Vec<TimelineBar>,
    /// All beats.
    pub beats: Vec<TimelineBeat>,
    /// Tempos from there on.
    pub tempos: Vec<TimelineTempo>,
    /// Meters from there on.
    pub meters: Vec<TimelineMeter>,
    /// The tracks of the file.
    pub tracks: Vec<TimelineTrack>,
    /// Notes in order of onset.
    pub notes: Vec<TimelineNote>,
    /// Markers and cue points.
    pub markers: Vec<TimelineText>,
    /// Syllables, spaces kept.
    pub lyrics: Vec<TimelineText>,
}

/// The first beat of a bar.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimelineBar {
    /// When.
    pub seconds: f64,
    /// The bar's number in the song, from 1; none in the count-in.
    pub bar: Option<u64>,
    /// Beats in the bar, if nothing cuts it short.
    pub beats: u32,
}

/// A beat.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimelineBeat {
    /// When.
    pub seconds: f64,
    /// The bar's number in the song, from 1; none in the count-in.
    pub bar: Option<u64>,
    /// The beat in the bar, from 1.
    pub beat: u32,
}

/// A tempo.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimelineTempo {
    /// From when on.
    pub seconds: f64,
    /// Quarter notes per minute as they sound, the tempo factor included.
    pub bpm: f64,
}

/// A meter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimelineMeter {
    /// From when on.
    pub seconds: f64,
    /// Upper number of the time signature.
    pub numerator: u8,
    /// Lower number of the time signature.
    pub denominator: u32,
    /// Beats in a bar; fewer than the upper number in compound meters.
    pub beats: u32,
}

/// A track.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimelineTrack {
    /// Its name, if it has one.
    pub name: Option<String>,
}

/// A note.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimelineNote {
    /// When the key is struck; 0 where that was before the first frame.
    pub seconds: f64,
    /// How long the key is held.
    pub duration: f64,
    /// Key number, transposed; 60 is middle C.
    pub pitch: u8,
    /// How hard, 1 to 127.
    pub velocity: u8,
    /// From 1; 17 is the first of the second port.
    pub channel: u16,
    /// From 1; see [`Timeline::tracks`].
    pub track: u32,
}

/// Words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimelineText {
    /// When.
    pub seconds: f64,
    /// What.
    pub text: String,
}

impl Timeline {
    /// The timeline of a song rendered with these settings. Channels that do not sound have no notes.
    pub fn new(song: &Sequence, settings: &RenderSettings) -> Result<Timeline, Error> {
        settings.validate()?;
        let arranged = Arranged::new(song, settings)?;
        let view = View::new(&arranged, settings);
        let summary = Summary::new(song);
        let mut timeline = Timeline {
            version: 1,
            duration: view.end,
            music_start: view.seconds(arranged.arrangement.music_start()).max(0.0),
            tempo_factor: settings.tempo,
            transpose: settings.transpose,
            bars: Vec::new(),
            beats: Vec::new(),
            tempos: view.tempos(&summary.tempos, arranged.beats.is_some()),
            meters: Vec::new(),
            tracks: summary.tracks.into_iter().map(|track| TimelineTrack { name: track.name }).collect(),
            notes: view.notes(settings),
            markers: view.texts(&summary.markers),
            lyrics: view.texts(&summary.lyrics),
        };
        timeline.add_beats(&view);
        Ok(timeline)
    }

    fn add_beats(&mut self, view: &View<'_>) {
        let Some(beats) = &view.arranged.beats else { return };
        let mut last = None;
        for beat in view.arranged.arrangement.beats(beats, view.arranged.closest()) {
            let seconds = view.seconds(beat.time);
            if seconds >= view.end {
                return;
            }
            let signature = beat.meter.signature;
            if last != Some(beat.meter) {
                // The meter that holds where the result begins is that of the last beat before it.
                self.meters.retain(|meter| meter.seconds > 0.0 || seconds > 0.0);
                let denominator = 1 << signature.denominator_power;
                let (seconds, beats) = (seconds.max(0.0), beat.meter.beats);
                self.meters.push(TimelineMeter { seconds, numerator: signature.numerator, denominator, beats });
                last = Some(beat.meter);
            }
            if seconds >= 0.0 {
                if beat.beat == 1 {
                    self.bars.push(TimelineBar { seconds, bar: beat.bar, beats: beat.meter.beats });
                }
                self.beats.push(TimelineBeat { seconds, bar: beat.bar, beat: beat.beat });
            }
        }
    }
}

/// An arranged song as the result shows it: from `from` on, up to `end`.
struct View<'a> {
    arranged: &'a Arranged,
    from: f64,
    /// Seconds of the result.
    end: f64,
    factor: f64,
}

impl View<'_> {
    fn new<'a>(arranged: &'a Arranged, settings: &RenderSettings) -> View<'a> {
        let whole = arranged.seconds(arranged.arrangement.end());
        let end = arranged.to.map_or(whole, |to| to.0.min(whole)).min(settings.max_duration.0);
        let Seconds(from) = arranged.from;
        View { arranged, from, end: (end - from).max(0.0), factor: settings.tempo }
    }

    /// A time of the arrangement in seconds of the result; negative before its first frame.
    fn seconds(&self, time: Time) -> f64 {
        self.arranged.seconds(time) - self.from
    }

    fn passages(&self) -> &[Passage] {
        self.arranged.arrangement.passages()
    }

    /// Where in the song a moment lies.
    fn written<T>(&self, moment: &Timed<T>) -> Time {
        self.arranged.performance.time(moment.seconds)
    }

    /// The tempos; at the start of each passage that which holds there.
    fn tempos(&self, changes: &[Timed<TempoChange>], has_beats: bool) -> Vec<TimelineTempo> {
        let mut tempos: Vec<TimelineTempo> = Vec::new();
        if !has_beats {
            return tempos;
        }
        let mut add = |seconds: f64, bpm: f64| {
            let bpm = bpm * self.factor;
            if seconds <= 0.0 {
                tempos.clear();
            }
            if seconds < self.end && tempos.last().is_none_or(|last| last.bpm != bpm) {
                tempos.push(TimelineTempo { seconds: seconds.max(0.0), bpm });
            }
        };
        for (index, passage) in self.passages().iter().enumerate() {
            let after = changes.partition_point(|change| self.written(change) <= passage.song.start);
            let holds = after.checked_sub(1).map_or(120.0, |index| changes[index].value.bpm());
            add(if index == 0 { 0.0 } else { self.seconds(passage.at) }, holds);
            for change in changes[after..].iter().take_while(|change| self.written(change) < passage.song.end) {
                add(self.seconds(passage.arranged(self.written(change))), change.value.bpm());
            }
        }
        tempos
    }

    fn texts(&self, moments: &[Timed<String>]) -> Vec<TimelineText> {
        let mut texts = Vec::new();
        let song_end = self.passages().last().map_or(Time::ZERO, |last| last.song.end);
        for (index, passage) in self.passages().iter().enumerate() {
            let last = index + 1 == self.passages().len();
            let start = moments.partition_point(|moment| self.written(moment) < passage.song.start);
            let within = |moment: &&Timed<String>| {
                let time = self.written(moment);
                time < passage.song.end || (last && time == song_end)
            };
            for moment in moments[start..].iter().take_while(within) {
                let seconds = self.seconds(passage.arranged(self.written(moment)));
                if (0.0..=self.end).contains(&seconds) {
                    texts.push(TimelineText { seconds, text: moment.value.clone() });
                }
            }
        }
        texts
    }

    fn notes(&self, settings: &RenderSettings) -> Vec<TimelineNote> {
        let muted = settings.muted();
        let mut notes: Vec<TimelineNote> = Vec::new();
        let mut held: HashMap<(u16, u8), usize> = HashMap::new();
        let lift = |notes: &mut [TimelineNote], index: usize, seconds: f64| {
            notes[index].duration = seconds.min(self.end) - notes[index].seconds;
        };
        for event in &self.arranged.performance.events {
            let Action::Channel { channel, message } = event.action else { continue };
            let seconds = self.seconds(event.time);
            match message {
                Message::NoteOn { key, velocity } if !muted.contains(channel) && seconds < self.end => {
                    if let Some(index) = held.insert((channel, key), notes.len()) {
                        lift(&mut notes, index, seconds);
                    }
                    let pitch = if channel % PORT == DRUMS { key } else { transposed(key, settings.transpose) };
                    let (channel, track) = (channel + 1, event.track + 1);
                    notes.push(TimelineNote { seconds, duration: 0.0, pitch, velocity, channel, track });
                }
                Message::NoteOff { key, .. } => {
                    if let Some(index) = held.remove(&(channel, key)) {
                        lift(&mut notes, index, seconds);
                    }
                }
                Message::ControlChange { controller: 120 | 123..=127, .. } => {
                    held.retain(|&(on, _), &mut index| {
                        if on == channel {
                            lift(&mut notes, index, seconds);
                        }
                        on != channel
                    });
                }
                _ => {}
            }
        }
        held.into_values().for_each(|index| lift(&mut notes, index, self.end));
        self.cut(notes)
    }

    /// Leaves out what is over before the first frame, and what lies before it of the other notes.
    fn cut(&self, mut notes: Vec<TimelineNote>) -> Vec<TimelineNote> {
        if self.from > 0.0 {
            for note in &mut notes {
                note.duration += note.seconds.min(0.0);
                note.seconds = note.seconds.max(0.0);
            }
            notes.retain(|note| note.duration > 0.0);
        }
        notes
    }
}

fn transposed(key: u8, semitones: i8) -> u8 {
    (i16::from(key) + i16::from(semitones)).clamp(0, 127) as u8
}
