use std::collections::BTreeMap;

use rae_midi::edit::{convert, drum_channels};
use rae_midi::{BarMap, BarPosition, Format, Sequence, Summary, TempoMap};

use super::{GridLine, RollNote};

/// Least distance of the lines of bars and of beats, in logical pixels.
const BAR_DISTANCE: f32 = 6.0;
const BEAT_DISTANCE: f32 = 7.0;

/// Channels of a port.
const PORT: u16 = 16;

/// A song as it is drawn.
#[derive(Clone, Debug)]
pub(super) struct Song {
    /// In the order in which they are struck.
    pub(super) notes: Vec<RollNote>,
    /// Of the series of notes.
    names: Vec<String>,
    map: TempoMap,
    bars: Option<BarMap>,
    /// The last tick of a note.
    last: u64,
}

impl Song {
    pub(super) fn new(sequence: &Sequence) -> Song {
        // The patterns of format 2 are played one after another.
        let in_turn = match sequence.format {
            Format::Independent => convert(sequence.clone(), Format::Simultaneous).ok(),
            _ => None,
        };
        let sequence = in_turn.as_ref().unwrap_or(sequence);
        let map = TempoMap::new(sequence.division, &sequence.tracks);
        let bars = BarMap::new(sequence.division, &map);
        let drums = drum_channels(sequence);
        let tracks: Vec<Vec<rae_midi::Note>> = sequence.tracks.iter().map(rae_midi::Track::notes).collect();
        let by_track = tracks.iter().filter(|notes| !notes.is_empty()).count() > 1;
        let mut series: BTreeMap<usize, usize> = BTreeMap::new();
        let mut names = Vec::new();
        let track_names: Vec<Option<String>> =
            Summary::new(sequence).tracks.into_iter().map(|track| track.name).collect();
        let mut notes = Vec::new();
        for (track, of_track) in tracks.iter().enumerate() {
            for note in of_track {
                let key = if by_track { track } else { usize::from(note.channel) };
                let next = series.len();
                let series = *series.entry(key).or_insert(next);
                if series == names.len() {
                    let unnamed = || format!("Track {}", track + 1);
                    names.push(if by_track {
                        track_names[track].clone().unwrap_or_else(unnamed)
                    } else {
                        channel_name(note.channel)
                    });
                }
                let seconds = |tick| map.seconds(map.time(tick)).0;
                notes.push(RollNote {
                    start: seconds(note.tick),
                    end: seconds(note.end),
                    key: note.key,
                    velocity: note.velocity,
                    series,
                    drum: drums.contains(&note.channel),
                });
            }
        }
        notes.sort_by(|a, b| a.start.total_cmp(&b.start));
        let last = tracks.iter().flatten().map(|note| note.end).max().unwrap_or(0);
        Song { notes, names, map, bars, last }
    }

    /// When the song is over: with the bar in which its last note ends.
    pub(super) fn end(&self) -> f64 {
        let Some(bars) = &self.bars else { return self.seconds(self.last) };
        let bar = bars.position(self.last).bar;
        let begin = bars.bar_start(bar);
        self.seconds(if begin >= self.last { begin } else { bars.bar_start(bar + 1) })
    }

    pub(super) fn has_bars(&self) -> bool {
        self.bars.is_some()
    }

    /// The series that have notes, with their names.
    pub(super) fn shown_series(&self) -> Vec<(usize, &str)> {
        let mut shown: Vec<usize> = self.notes.iter().map(|note| note.series).collect();
        shown.sort_unstable();
        shown.dedup();
        shown.into_iter().map(|series| (series, self.names[series].as_str())).collect()
    }

    /// Bars, and beats where they have room, from `start` to `end` seconds in so many logical pixels. Where bars have no
    /// room, every second of them, every fourth and so on.
    pub(super) fn grid(&self, start: f64, end: f64, width: f32) -> Vec<GridLine> {
        let Some(bars) = &self.bars else { return Vec::new() };
        let (first, last) = (self.bar_from(bars, start), self.bar_from(bars, end));
        let room = |distance: f32| (width / distance) as u64;
        let step = (0..63).map(|power| 1 << power).find(|step| (last - first) / step <= room(BAR_DISTANCE).max(1));
        let step = step.unwrap_or(1 << 62);
        let from = (first - 1).div_ceil(step) * step + 1;
        let mut lines = Vec::new();
        // The bar that began before the first may have beats after it.
        let shown = if step == 1 { first.saturating_sub(1).max(1)..=last } else { from..=last };
        for bar in shown.step_by(step as usize) {
            let tick = bars.bar_start(bar);
            lines.push(GridLine { seconds: self.seconds(tick), bar: Some(bar) });
            if step == 1 {
                let next = bars.bar_start(bar + 1);
                let beats = (2..=bars.meter(tick).beats.min(64))
                    .map(|beat| bars.tick(BarPosition { bar, beat, fraction: (0, 1) }));
                lines.extend(
                    beats.filter(|beat| *beat < next).map(|beat| GridLine { seconds: self.seconds(beat), bar: None }),
                );
            }
        }
        if lines.len() as u64 > room(BEAT_DISTANCE) {
            lines.retain(|line| line.bar.is_some());
        }
        lines.retain(|line| (start..=end).contains(&line.seconds));
        lines
    }

    /// The first bar that begins at a time or after it.
    fn bar_from(&self, bars: &BarMap, seconds: f64) -> u64 {
        let (mut low, mut high) = (1, bars.position(self.last).bar + 2);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.seconds(bars.bar_start(middle)) < seconds { low = middle + 1 } else { high = middle }
        }
        low
    }

    fn seconds(&self, tick: u64) -> f64 {
        self.map.seconds(self.map.time(tick)).0
    }
}

/// As people count, with the port where it is not the first.
fn channel_name(channel: u16) -> String {
    let number = channel % PORT + 1;
    if channel < PORT { format!("Channel {number}") } else { format!("Port {}, channel {number}", channel / PORT + 1) }
}
