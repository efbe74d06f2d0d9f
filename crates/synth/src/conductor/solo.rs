//! Which note a key starts or carries on: channels that play one note at a time (CC 126, 68) and portamento.
//!
//! One note at a time means that the latest key that is down sounds, and the one before it again when it goes up. A note
//! that begins while another key is down ends that key's note, or carries it on at its own pitch without another attack
//! where the legato pedal is down (MIDI 1.0, CC 68, which also makes the channel play one note at a time) or portamento is
//! on (Yamaha XG, multi part). A note after portamento control (CC 84) carries on the one that sounds at the key which
//! that names, also where a channel plays many (MIDI 1.0; Roland GS). None of this concerns drums.

use rae_midi::cc;

use super::Conductor;
use super::channel::Channel;
use super::held::Held;
use super::portamento::seconds_per_semitone;
use crate::control::{Change, Origin, Transfer};

/// How a note begins.
struct Approach {
    /// The key whose note goes on at the new key, if it sounds.
    carried: Option<u8>,
    /// Otherwise, the key from whose pitch a new note comes.
    from: Option<u8>,
    /// A note that goes on takes its time.
    glides: bool,
}

impl Channel {
    /// One note at a time.
    pub(super) fn is_solo(&self) -> bool {
        !self.selection.drums && (self.mono || self.is_down(cc::LEGATO))
    }

    /// One note at a time, or many. What sounds has to be ended by the caller.
    pub(super) fn set_mono(&mut self, mono: bool) {
        self.mono = mono;
        self.held = Held::NONE;
    }

    /// Whether a key that goes down while another is down carries on its note.
    fn connects(&self) -> bool {
        self.is_down(cc::LEGATO) || self.is_down(cc::PORTAMENTO)
    }

    fn approach(&mut self, key: u8) -> Approach {
        let (source, last) = self.portamento.next(key);
        if self.selection.drums {
            return Approach { carried: None, from: None, glides: false };
        }
        let switched_on = self.is_down(cc::PORTAMENTO);
        let connects = self.connects();
        let carried = match self.held.latest().filter(|_| self.is_solo()) {
            Some(latest) if connects || source == Some(latest) => Some(latest),
            Some(_) => None,
            None => source,
        };
        Approach {
            carried: carried.filter(|&carried| carried != key),
            from: source.or(last.filter(|_| switched_on)),
            glides: switched_on || source.is_some(),
        }
    }

    /// Frames per cent of a slide.
    fn pace(&self, rate: f64) -> f64 {
        let [coarse, fine] =
            [cc::PORTAMENTO_TIME, cc::PORTAMENTO_FINE].map(|number| f64::from(self.controller(number)));
        seconds_per_semitone(coarse + fine / 128.0) * rate / 100.0
    }
}

impl Conductor {
    /// A key goes down.
    pub(super) fn press(&mut self, frame: u64, channel: usize, key: u8, velocity: u8) {
        self.statistics.notes += 1;
        let state = &mut self.channels[channel];
        let solo = state.is_solo();
        let approach = state.approach(key);
        if solo {
            state.held.press(key, velocity);
        }
        if approach.carried.is_some_and(|carried| self.carry_on(frame, channel, carried, key, approach.glides)) {
            return;
        }
        if solo {
            self.cut(frame, channel);
        }
        self.strike(frame, channel, key, velocity, approach.from);
    }

    /// A key goes up.
    pub(super) fn unpress(&mut self, frame: u64, channel: usize, key: u8) {
        let state = &mut self.channels[channel];
        let Some((back, velocity)) = state.held.lift(key).filter(|_| state.is_solo() && !state.sustains()) else {
            return self.lift(frame, channel, key);
        };
        state.portamento.last = Some(back);
        let glides = state.is_down(cc::PORTAMENTO);
        let connects = state.connects();
        if !(connects && self.carry_on(frame, channel, key, back, glides)) {
            self.cut(frame, channel);
            self.strike(frame, channel, back, velocity, None);
        }
    }

    /// Whether there is a note at the key `from`; then it goes on at the key `to`.
    fn carry_on(&mut self, frame: u64, channel: usize, from: u8, to: u8, glides: bool) -> bool {
        let key = self.transposed(channel, to);
        let state = &mut self.channels[channel];
        let Some(voices) = state.notes.transfer(from, to) else { return false };
        let pace = if glides { state.pace(f64::from(self.settings.rate.hz())) } else { 0.0 };
        let tuning = state.cents[usize::from(key)];
        state.push(frame, Change::Transfer(Transfer { voices, key, tuning, pace }));
        true
    }

    /// Where the pitch of a note comes from.
    pub(super) fn origin(&self, channel: usize, from: Option<u8>) -> Option<Origin> {
        let key = self.transposed(channel, from?);
        let state = &self.channels[channel];
        let pace = state.pace(f64::from(self.settings.rate.hz()));
        Some(Origin { key, tuning: state.cents[usize::from(key)], pace })
    }
}
