//! A song that is played live: its events are sent a little ahead.

use std::collections::VecDeque;

use rae_effects::Sends;
use rae_midi::{Action, Message, Performance, Speed};
use rae_synth::{LiveError, SendPlan};
use rae_units::{Frames, SampleRate, Seconds};

use crate::{Console, Error};

/// Which part of a song is played, and how fast.
#[derive(Clone, Copy, Debug, Default)]
pub struct Part {
    /// Factor on the tempo.
    pub speed: Speed,
    /// Begin here, in time of the result; controllers stand as they would.
    pub from: Seconds,
    /// End here, in time of the result.
    pub to: Option<Seconds>,
}

/// A song's events, by frame.
pub struct Song {
    events: Vec<(u64, Action)>,
    next: usize,
    /// The send effects at first, and those to come.
    sends: Sends,
    changes: VecDeque<(Frames, Sends)>,
    /// The song's frame with which it begins, and the frame at which that is played.
    from: u64,
    lead: u64,
    end: u64,
    let_go: bool,
    /// How far ahead events are sent.
    ahead: u64,
}

/// Silence before the first event, in parts of a second, so that nothing is late.
const LEAD: u64 = 20;

impl Song {
    /// A part of a performance.
    pub fn new(performance: &Performance, part: Part, rate: SampleRate) -> Result<Song, Error> {
        let clock = performance.clock(rate, part.speed);
        let whole = clock.frame(performance.end).0;
        let end = part.to.map_or(whole, |to| to.frames(rate).0.min(whole));
        let from = part.from.frames(rate).0;
        if from > 0 && from >= end {
            let Seconds(end) = Frames(end).seconds(rate);
            return Err(Error::BeyondEnd { from: part.from.0, end });
        }
        let lead = u64::from(rate.hz()) / LEAD;
        let sounds = |action: &Action| matches!(action, Action::Channel { message: Message::NoteOn { .. }, .. });
        let timed = performance.events.iter().map(|event| (clock.frame(event.time).0, &event.action));
        let events: Vec<(u64, Action)> = timed
            .take_while(|(frame, _)| *frame < end)
            .filter(|(frame, action)| *frame >= from || !sounds(action))
            .map(|(frame, action)| (frame.checked_sub(from).map_or(0, |frame| frame + lead), action.clone()))
            .collect();
        let framed = events.iter().map(|(frame, action)| (Frames(*frame), action));
        let (sends, changes) = SendPlan::new(performance.channels, rate, framed).played_from(Frames(0));
        let ahead = u64::from(rate.hz());
        let (end, changes) = (end - from + lead, changes.into());
        Ok(Song { events, next: 0, sends, changes, from, lead, end, let_go: false, ahead })
    }

    /// The frame at which a frame of the song is played, if that is a part of it.
    pub fn place(&self, frame: Frames) -> Option<Frames> {
        let place = frame.0.checked_sub(self.from)? + self.lead;
        (place < self.end).then_some(Frames(place))
    }

    /// The send effects with which it begins.
    pub fn sends(&self) -> Sends {
        self.sends
    }

    /// The frame at which it ends, though not what rings on.
    pub fn end(&self) -> Frames {
        Frames(self.end)
    }

    /// Sends what is due soon; to be called some times a second. Whether all has been sent.
    pub fn feed(&mut self, console: &mut Console) -> bool {
        let horizon = console.position().0 + self.ahead;
        while let Some((frame, action)) = self.events.get(self.next).filter(|(frame, _)| *frame < horizon) {
            if console.send(Frames(*frame), action.clone()) == Err(LiveError::QueueFull) {
                return false;
            }
            self.next += 1;
        }
        while let Some((frame, sends)) = self.changes.front().filter(|(frame, _)| frame.0 < horizon) {
            if console.change_effects(*frame, sends) == Err(LiveError::QueueFull) {
                return false;
            }
            self.changes.pop_front();
        }
        if self.next == self.events.len() && self.changes.is_empty() && !self.let_go && self.end < horizon {
            self.let_go = console.let_go(Frames(self.end)).is_ok();
        }
        self.let_go
    }
}
