//! When the send effects become what a song asks for.

use std::borrow::Borrow;

use rae_dsp::sends::Sends;
use rae_midi::{Action, Message};
use rae_units::{Frames, SampleRate};

use crate::conductor::AskedSends;

/// Seconds between changes, at least: a song that turns a knob of an effect changes it in steps.
const PACE_SECONDS: f64 = 0.25;

/// Most changes of a song; what is asked for later replaces the last.
const MOST: usize = 65_536;

/// What a song asks of the send effects, and when.
///
/// What holds at the first note holds from the start. What is asked for later holds from its frame on; only where one change
/// follows another within a quarter of a second it waits until that is over.
#[derive(Clone, Debug)]
pub struct SendPlan {
    /// Ascending.
    spans: Vec<Span>,
    pace: u64,
}

/// From one change to the next.
#[derive(Clone, Debug)]
struct Span {
    from: u64,
    sends: Sends,
    /// The last note that begins in it.
    last_note: Option<u64>,
}

impl SendPlan {
    /// The plan of a song with so many channels: its events by ascending frames.
    pub fn new(
        channels: u16,
        rate: SampleRate,
        events: impl Iterator<Item = (Frames, impl Borrow<Action>)>,
    ) -> SendPlan {
        let mut asked = AskedSends::new(channels);
        let first = Span { from: 0, sends: Sends::DEFAULT, last_note: None };
        let (mut spans, mut last) = (Vec::new(), first);
        for (Frames(frame), action) in events {
            let action = action.borrow();
            if matches!(action, Action::Channel { message: Message::NoteOn { .. }, .. }) {
                last.last_note = Some(frame);
            }
            asked.hear(action);
            let sends = asked.sends();
            if sends != last.sends {
                let is_kept = (frame > last.from || last.last_note.is_some()) && spans.len() < MOST;
                let next = Span { from: frame, sends, last_note: None };
                if is_kept {
                    spans.push(std::mem::replace(&mut last, next));
                } else {
                    last.sends = sends;
                }
            }
        }
        spans.push(last);
        SendPlan { spans, pace: pace(rate) }
    }

    /// For a song that is played from `frame` on, without notes before it: what holds from there, and each change with its
    /// frame.
    pub fn played_from(&self, frame: Frames) -> (Sends, Vec<(Frames, Sends)>) {
        let plays = |span: &Span| span.last_note.is_some_and(|note| note >= frame.0);
        let first = self.spans.iter().position(plays).unwrap_or(self.spans.len() - 1);
        let mut pace = SendPace { sends: self.spans[first].sends, pace: self.pace, next: 0, waiting: None };
        let mut changes = Vec::new();
        for span in &self.spans[first + 1..] {
            changes.extend(pace.due(Frames(span.from)));
            pace.ask(Frames(span.from), span.sends);
        }
        changes.extend(pace.due(Frames(u64::MAX)));
        (self.spans[first].sends, changes)
    }
}

/// Lets changes of the send effects follow one another no more quickly than four times a second.
#[derive(Clone, Debug)]
pub struct SendPace {
    /// As they stand.
    sends: Sends,
    pace: u64,
    /// The earliest frame of the next change.
    next: u64,
    waiting: Option<(u64, Sends)>,
}

impl SendPace {
    /// Begins with these effects.
    pub fn new(sends: Sends, rate: SampleRate) -> SendPace {
        SendPace { sends, pace: pace(rate), next: 0, waiting: None }
    }

    /// Others are asked for at `frame`.
    pub fn ask(&mut self, frame: Frames, sends: Sends) {
        self.waiting = (sends != self.sends).then_some((frame.0, sends));
    }

    /// The change whose time comes before `frame`, if any.
    pub fn due(&mut self, frame: Frames) -> Option<(Frames, Sends)> {
        let (asked, sends) = self.waiting?;
        let at = asked.max(self.next);
        (at < frame.0).then(|| {
            (self.sends, self.next, self.waiting) = (sends, at + self.pace, None);
            (Frames(at), sends)
        })
    }
}

fn pace(rate: SampleRate) -> u64 {
    (PACE_SECONDS * f64::from(rate.hz())) as u64
}
