//! Notes at other ticks, without other changes to what is heard.

use std::collections::{HashMap, HashSet};

use crate::edit::ports::{Ported, ported, track_of};
use crate::notes::NoteChange;
use crate::{Event, Message, Note, Track};

/// Where a note goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) tick: u64,
    pub(crate) end: u64,
}

/// Moves the notes of a track, as [`Track::notes`] gave them, to `spans`, as near as these rules allow:
///
/// - Of the notes of one key none overtakes another, and two that follow each other do not begin to overlap.
/// - A note that had a length keeps at least one tick, unless its key is struck again at once.
/// - Program changes, bank selects and mode messages that end notes stay between the same notes of their channel, and
///   note-offs that end nothing between the same notes of their key; they move with the notes if need be.
/// - The track ends no earlier than its last event.
///
/// Other events stay where they are.
pub(crate) fn retime(track: &mut Track, notes: &[Note], spans: Vec<Span>) {
    let mut mover = Mover { ticks: track.events.iter().map(|event| event.tick).collect() };
    let onsets = mover.onsets(track, notes, &spans);
    mover.ends(notes, &spans, &onsets);
    mover.clip_ends(track);
    mover.strays(track, notes);
    let last = mover.ticks.iter().copied().max().unwrap_or(0);
    if let Some(end) = mover.ticks.last_mut() {
        *end = last;
    }
    let mut events: Vec<Ported> = ported(std::mem::take(track)).collect();
    for ((_, event), tick) in events.iter_mut().zip(mover.ticks) {
        event.tick = tick;
    }
    events.sort_by_key(|(_, event)| event.tick);
    *track = track_of(events);
}

struct Mover {
    /// The new tick of each event.
    ticks: Vec<u64>,
}

/// What is known of a channel on the way through a track.
#[derive(Default)]
struct Lane {
    /// The latest onset so far.
    latest: u64,
    /// Where the last fence is at the earliest.
    floor: u64,
    keys: HashMap<u8, u64>,
}

impl Mover {
    /// Sets the ticks of note-ons and fences; gives the onsets.
    fn onsets(&mut self, track: &Track, notes: &[Note], spans: &[Span]) -> Vec<u64> {
        let mut lanes: HashMap<u16, Lane> = HashMap::new();
        let mut fences = Vec::new();
        let mut onsets = Vec::with_capacity(notes.len());
        for ((at, event), channel) in track.events.iter().enumerate().zip(track.channels()) {
            let Some(channel) = channel else { continue };
            if let Some(note) = notes.get(onsets.len()).filter(|note| note.on == at) {
                let lane = lanes.entry(channel).or_default();
                let key = lane.keys.entry(note.key).or_default();
                let onset = spans[onsets.len()].tick.max(lane.floor).max(*key);
                *key = onset;
                lane.latest = lane.latest.max(onset);
                self.ticks[at] = onset;
                onsets.push(onset);
            } else if is_fence(&event.event) {
                let lane = lanes.entry(channel).or_default();
                lane.floor = lane.latest;
                self.ticks[at] = self.ticks[at].max(lane.floor);
                fences.push((at, channel, onsets.len()));
            }
        }
        self.pull_fences(fences, notes, &onsets);
        onsets
    }

    /// Moves fences before the notes that follow them. A fence is (its place, its channel, how many notes come before it).
    fn pull_fences(&mut self, mut fences: Vec<(usize, u16, usize)>, notes: &[Note], onsets: &[u64]) {
        let mut earliest: HashMap<u16, u64> = HashMap::new();
        for (index, note) in notes.iter().enumerate().rev() {
            while let Some((at, channel, _)) = fences.pop_if(|&mut (_, _, before)| before > index) {
                self.pull(at, earliest.get(&channel));
            }
            let first = earliest.entry(note.channel).or_insert(u64::MAX);
            *first = onsets[index].min(*first);
        }
        for (at, channel, _) in fences {
            self.pull(at, earliest.get(&channel));
        }
    }

    fn pull(&mut self, at: usize, limit: Option<&u64>) {
        self.ticks[at] = self.ticks[at].min(limit.copied().unwrap_or(u64::MAX));
    }

    /// Sets the ticks of note-offs.
    fn ends(&mut self, notes: &[Note], spans: &[Span], onsets: &[u64]) {
        // Per key the latest end so far, and the note before.
        let mut keys: HashMap<(u16, u8), (u64, usize)> = HashMap::new();
        for (index, note) in notes.iter().enumerate() {
            let least = onsets[index].saturating_add(u64::from(note.end > note.tick));
            let mut end = spans[index].end.max(least);
            if let Some(&(latest, before)) = keys.get(&(note.channel, note.key)) {
                if let Some(off) = notes[before].off.filter(|&off| off < note.on) {
                    self.ticks[off] = self.ticks[off].min(onsets[index]);
                } else {
                    end = end.max(latest);
                }
            }
            if let Some(off) = note.off {
                self.ticks[off] = end;
            }
            keys.insert((note.channel, note.key), (end, index));
        }
    }

    /// Moves note-offs before what ends all notes after them.
    fn clip_ends(&mut self, track: &Track) {
        let channels: Vec<Option<u16>> = track.channels().collect();
        let mut limits: HashMap<u16, u64> = HashMap::new();
        for (at, event) in track.events.iter().enumerate().rev() {
            let (Some(channel), Event::Channel { message, .. }) = (channels[at], &event.event) else { continue };
            match message.note() {
                NoteChange::AllReleased => {
                    limits.insert(channel, self.ticks[at]);
                }
                NoteChange::Released { .. } => self.pull(at, limits.get(&channel)),
                NoteChange::Struck { .. } | NoteChange::None => {}
            }
        }
    }

    /// Sets the ticks of note-offs that end nothing.
    fn strays(&mut self, track: &Track, notes: &[Note]) {
        let own: HashSet<usize> = notes.iter().filter_map(|note| note.off).collect();
        // Per key the latest end so far, and the strays since; per channel when all notes ended.
        let mut keys: HashMap<(u16, u8), (u64, Vec<usize>)> = HashMap::new();
        let mut released: HashMap<u16, u64> = HashMap::new();
        for ((at, event), channel) in track.events.iter().enumerate().zip(track.channels()) {
            let (Some(channel), Event::Channel { message, .. }) = (channel, &event.event) else { continue };
            match message.note() {
                NoteChange::Struck { key, .. } => {
                    let (_, strays) = keys.entry((channel, key)).or_default();
                    for stray in strays.drain(..) {
                        self.ticks[stray] = self.ticks[stray].min(self.ticks[at]);
                    }
                }
                NoteChange::Released { key } if own.contains(&at) => {
                    keys.entry((channel, key)).or_default().0 = self.ticks[at];
                }
                NoteChange::Released { key } => {
                    let (end, strays) = keys.entry((channel, key)).or_default();
                    let released = released.get(&channel).copied().unwrap_or(0);
                    self.ticks[at] = self.ticks[at].max(*end).max(released);
                    strays.push(at);
                }
                NoteChange::AllReleased => {
                    released.insert(channel, self.ticks[at]);
                }
                NoteChange::None => {}
            }
        }
    }
}

/// Program change, bank select, and what ends all notes.
fn is_fence(event: &Event) -> bool {
    let Event::Channel { message, .. } = event else { return false };
    matches!(
        message,
        Message::ProgramChange { .. } | Message::ControlChange { controller: 0 | 32 | 120 | 123..=127, .. }
    )
}
