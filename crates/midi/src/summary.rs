//! What is in a sequence, in a few values.

use std::collections::{BTreeMap, BTreeSet};

use rae_units::Seconds;

use crate::tempo::{Pattern, Timeline, seconds};
use crate::{
    Action, BarMap, Division, Event, Format, KeySignature, Message, Meta, Performance, Sequence, TempoChange, TextKind,
    TimeSignature, Track, text_lossy,
};

/// What is in a sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// How the tracks belong together.
    pub format: Format,
    /// What a tick is.
    pub division: Division,
    /// From the start to the latest end of a track.
    pub duration: Seconds,
    /// How many bars, the last one perhaps not full; `None` where ticks are absolute time.
    pub bars: Option<u64>,
    /// How many notes are struck.
    pub notes: usize,
    /// The tracks in file order.
    pub tracks: Vec<TrackSummary>,
    /// The channels that get any message, in order.
    pub channels: Vec<ChannelSummary>,
    /// The ports that get any message, in order.
    pub ports: Vec<u8>,
    /// The tempos in order of time; none where the division is absolute time.
    pub tempos: Vec<Timed<TempoChange>>,
    /// The time signatures in order of time.
    pub time_signatures: Vec<Timed<TimeSignature>>,
    /// The key signatures in order of time.
    pub key_signatures: Vec<Timed<KeySignature>>,
    /// Markers and cue points in order of time.
    pub markers: Vec<Timed<String>>,
    /// Syllables in order of time, spaces kept: of lyric events, or, in a karaoke file without any, of its text events, where
    /// a new line begins with a line end and a new verse with two.
    pub lyrics: Vec<Timed<String>>,
    /// Titles of a karaoke file, in file order.
    pub titles: Vec<String>,
    /// Copyright notices in file order.
    pub copyright: Vec<String>,
}

/// A value and when it comes.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed<T> {
    /// Since the start of the sequence.
    pub seconds: Seconds,
    /// Since the start of the track.
    pub tick: u64,
    /// What comes.
    pub value: T,
}

/// What is in a track.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrackSummary {
    /// The first track name that is not empty.
    pub name: Option<String>,
    /// The first instrument name that is not empty.
    pub instrument: Option<String>,
    /// How many events there are, the end of the track included.
    pub events: usize,
    /// How many notes are struck.
    pub notes: usize,
}

/// What a channel does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelSummary {
    /// 16 · port + channel within the port.
    pub channel: u16,
    /// How many notes are struck.
    pub notes: usize,
    /// The programs that strike notes, in order of number; 0 where none was chosen.
    pub programs: Vec<u8>,
}

impl Summary {
    /// Looks through a sequence.
    pub fn new(sequence: &Sequence) -> Summary {
        let timeline = Timeline::new(sequence);
        let (channels, ports) = told(sequence);
        let mut summary = Summary {
            format: sequence.format,
            division: sequence.division,
            duration: seconds(timeline.end, timeline.units_per_second),
            bars: timeline.patterns.iter().map(|pattern| bars(sequence, pattern)).sum(),
            notes: channels.iter().map(|channel| channel.notes).sum(),
            tracks: sequence.tracks.iter().map(track_summary).collect(),
            channels,
            ports,
            tempos: Vec::new(),
            time_signatures: Vec::new(),
            key_signatures: Vec::new(),
            markers: Vec::new(),
            lyrics: Vec::new(),
            titles: Vec::new(),
            copyright: Vec::new(),
        };
        for pattern in &timeline.patterns {
            summary.add_map(pattern, timeline.units_per_second);
            for track in &sequence.tracks[pattern.tracks.clone()] {
                summary.add_track(track, pattern, timeline.units_per_second);
            }
        }
        if is_karaoke(sequence) {
            summary.add_karaoke(sequence, &timeline);
        }
        // A later pattern starts after an earlier one has ended, so seconds alone give the order.
        by_time(&mut summary.key_signatures);
        by_time(&mut summary.markers);
        by_time(&mut summary.lyrics);
        summary
    }

    fn add_map(&mut self, pattern: &Pattern, units_per_second: u64) {
        let at = |tick| seconds(pattern.time(tick), units_per_second);
        self.tempos.extend(pattern.map.tempos().iter().map(|&change| Timed {
            seconds: at(change.tick),
            tick: change.tick,
            value: change,
        }));
        self.time_signatures.extend(pattern.map.time_signatures().iter().map(|change| Timed {
            seconds: at(change.tick),
            tick: change.tick,
            value: change.signature,
        }));
    }

    fn add_karaoke(&mut self, sequence: &Sequence, timeline: &Timeline) {
        let titles = sequence.tracks.iter().flat_map(texts);
        self.titles = titles.filter_map(|(_, text)| Some(text.strip_prefix("@T")?.trim().to_owned())).collect();
        if !self.lyrics.is_empty() {
            return;
        }
        for pattern in &timeline.patterns {
            let tracks = sequence.tracks[pattern.tracks.clone()].iter();
            for track in tracks.filter(|track| texts(track).any(|(_, text)| begins_line(&text))) {
                let words = texts(track).filter(|(_, text)| !text.starts_with('@'));
                self.lyrics.extend(words.map(|(tick, text)| {
                    let seconds = seconds(pattern.time(tick), timeline.units_per_second);
                    let value = match text.split_at_checked(1) {
                        Some(("\\", rest)) => format!("\n\n{rest}"),
                        Some(("/", rest)) => format!("\n{rest}"),
                        _ => text,
                    };
                    Timed { seconds, tick, value }
                }));
            }
        }
    }

    fn add_track(&mut self, track: &Track, pattern: &Pattern, units_per_second: u64) {
        for event in &track.events {
            let Event::Meta(meta) = &event.event else { continue };
            let (tick, seconds) = (event.tick, || seconds(pattern.time(event.tick), units_per_second));
            match meta {
                Meta::KeySignature(key) => self.key_signatures.push(Timed { seconds: seconds(), tick, value: *key }),
                Meta::Text { kind: TextKind::Marker | TextKind::CuePoint, bytes } => {
                    self.markers.push(Timed { seconds: seconds(), tick, value: text_lossy(bytes) });
                }
                Meta::Text { kind: TextKind::Lyric, bytes } => {
                    self.lyrics.push(Timed { seconds: seconds(), tick, value: text_lossy(bytes) });
                }
                Meta::Text { kind: TextKind::Copyright, bytes } => self.copyright.push(text_lossy(bytes)),
                _ => {}
            }
        }
    }
}

/// The words of all text events (FF 01) of a track.
fn texts(track: &Track) -> impl Iterator<Item = (u64, String)> + '_ {
    track.events.iter().filter_map(|event| match &event.event {
        Event::Meta(Meta::Text { kind: TextKind::Text, bytes }) => Some((event.tick, text_lossy(bytes))),
        _ => None,
    })
}

/// Whether text events say that the file is one for karaoke, or what its title is. These files (.kar, by Tune 1000) have no
/// standard: "@K" is the kind of file, "@T" a title or name, and in the words "\\" begins a verse and "/" a line.
fn is_karaoke(sequence: &Sequence) -> bool {
    let mut texts = sequence.tracks.iter().flat_map(texts);
    texts.any(|(_, text)| text.starts_with("@K") || text.starts_with("@T"))
}

fn begins_line(text: &str) -> bool {
    text.starts_with(['\\', '/'])
}

fn bars(sequence: &Sequence, pattern: &Pattern) -> Option<u64> {
    let end = sequence.tracks[pattern.tracks.clone()].iter().map(Track::end).max().unwrap_or(0);
    let map = BarMap::new(sequence.division, &pattern.map)?;
    Some(end.checked_sub(1).map_or(0, |last| map.position(last).bar))
}

fn by_time<T>(values: &mut [Timed<T>]) {
    values.sort_by(|a, b| a.seconds.0.total_cmp(&b.seconds.0));
}

fn track_summary(track: &Track) -> TrackSummary {
    let mut summary = TrackSummary { events: track.events.len(), ..TrackSummary::default() };
    for event in &track.events {
        match &event.event {
            Event::Channel { message: Message::NoteOn { velocity: 1.., .. }, .. } => summary.notes += 1,
            Event::Meta(Meta::Text { kind: TextKind::TrackName, bytes }) => first_name(&mut summary.name, bytes),
            Event::Meta(Meta::Text { kind: TextKind::InstrumentName, bytes }) => {
                first_name(&mut summary.instrument, bytes);
            }
            _ => {}
        }
    }
    summary
}

/// Names are often padded with spaces or zeros.
fn first_name(name: &mut Option<String>, bytes: &[u8]) {
    let text = text_lossy(bytes.trim_ascii());
    let text = text.trim_end_matches('\u{FFFD}').trim();
    if name.is_none() && !text.is_empty() {
        *name = Some(text.to_owned());
    }
}

/// The channels and the ports that get any message.
fn told(sequence: &Sequence) -> (Vec<ChannelSummary>, Vec<u8>) {
    #[derive(Default)]
    struct State {
        program: u8,
        notes: usize,
        programs: BTreeSet<u8>,
    }
    let mut states: BTreeMap<u16, State> = BTreeMap::new();
    let mut ports = BTreeSet::new();
    let (_, events) = Performance::performing(sequence);
    for event in events {
        let (channel, message) = match event.action {
            Action::Channel { channel, message } => (channel, message),
            Action::SysEx { port, .. } => {
                ports.insert(port);
                continue;
            }
        };
        let state = states.entry(channel).or_default();
        match message {
            Message::ProgramChange { program } => state.program = program,
            Message::NoteOn { .. } => {
                state.notes += 1;
                state.programs.insert(state.program);
            }
            _ => {}
        }
    }
    ports.extend(states.keys().map(|channel| (channel / 16) as u8));
    let summary = |(channel, state): (u16, State)| ChannelSummary {
        channel,
        notes: state.notes,
        programs: state.programs.into_iter().collect(),
    };
    (states.into_iter().map(summary).collect(), ports.into_iter().collect())
}
