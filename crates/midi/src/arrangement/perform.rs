//! What instruments are told in an arrangement.

use std::collections::BTreeMap;

use super::{Arrangement, Entry, Passage, chase};
use crate::performance::UNKNOWN_RELEASE;
use crate::{Action, Error, Message, Performance, PerformanceEvent, Time};

impl Arrangement {
    /// The performance of the song, arranged. Fails with [`Error::TooManyRepeats`] where repeating makes too many events
    /// of it.
    pub fn perform(&self, mut song: Performance) -> Result<Performance, Error> {
        if *self == Arrangement::song(&song) {
            return Ok(song);
        }
        let entrances = self.entrances(&song);
        let length = |passage: &Passage| split(&song, passage).1.len() + entrances.events(passage.entry).len();
        let count = self.passages.iter().map(length).sum();
        if count > Error::MAX_EVENTS {
            return Err(Error::TooManyRepeats { events: count });
        }
        let mut player = Player { events: Vec::with_capacity(count), held: BTreeMap::new() };
        for (index, passage) in self.passages.iter().enumerate() {
            let chased = if passage.entry == Entry::Fresh { Time::ZERO } else { passage.at };
            player.play(entrances.events(passage.entry), |_| chased);
            let next = self.passages.get(index + 1);
            let sounds =
                |event: &&PerformanceEvent| next.is_none() || event.time < passage.song.end || !starts_note(event);
            player.play(split(&song, passage).1.iter().filter(sounds), |time| passage.arranged(time));
            if next.is_some_and(|next| next.song.start != passage.song.end) {
                player.release(passage.end());
            }
        }
        (song.events, song.end) = (player.events, self.end());
        Ok(song)
    }

    fn entrances(&self, song: &Performance) -> Entrances {
        let find =
            |entry| self.passages.iter().find(|passage| passage.entry == entry).map(|passage| split(song, passage));
        Entrances {
            fresh: find(Entry::Fresh).map(|(before, _)| chase::before(before)).unwrap_or_default(),
            again: find(Entry::Again).map(|(before, within)| chase::again(before, within)).unwrap_or_default(),
        }
    }
}

/// What instruments are told before a passage. All that begin fresh are one and the same part of the song.
struct Entrances {
    fresh: Vec<PerformanceEvent>,
    again: Vec<PerformanceEvent>,
}

impl Entrances {
    fn events(&self, entry: Entry) -> &[PerformanceEvent] {
        match entry {
            Entry::Onward => &[],
            Entry::Fresh => &self.fresh,
            Entry::Again => &self.again,
        }
    }
}

/// The events before a passage and those within it. What is at the very end of the song belongs to what leads there.
fn split<'a>(song: &'a Performance, passage: &Passage) -> (&'a [PerformanceEvent], &'a [PerformanceEvent]) {
    let before = |time: Time| song.events.partition_point(|event| event.time < time);
    let start = before(passage.song.start);
    let end = if passage.song.end == song.end { song.events.len() } else { before(passage.song.end) };
    (&song.events[..start], &song.events[start..end.max(start)])
}

fn starts_note(event: &PerformanceEvent) -> bool {
    matches!(event.action, Action::Channel { message: Message::NoteOn { .. }, .. })
}

struct Player {
    events: Vec<PerformanceEvent>,
    /// Keys that are down, and the track of the note.
    held: BTreeMap<(u16, u8), u32>,
}

impl Player {
    fn play<'a>(&mut self, events: impl IntoIterator<Item = &'a PerformanceEvent>, when: impl Fn(Time) -> Time) {
        for event in events {
            match event.action {
                Action::Channel { channel, message: Message::NoteOn { key, .. } } => {
                    self.held.insert((channel, key), event.track);
                }
                Action::Channel { channel, message: Message::NoteOff { key, .. } } => {
                    self.held.remove(&(channel, key));
                }
                _ => {}
            }
            self.events.push(PerformanceEvent { time: when(event.time), ..event.clone() });
        }
    }

    /// Lets all keys go.
    fn release(&mut self, time: Time) {
        for ((channel, key), track) in std::mem::take(&mut self.held) {
            let message = Message::NoteOff { key, velocity: UNKNOWN_RELEASE };
            self.events.push(PerformanceEvent { time, action: Action::Channel { channel, message }, track });
        }
    }
}
