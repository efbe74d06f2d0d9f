//! From the synthesizer's buses to finished frames: effects, gain, limiter.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use rae_effects::chain::Prepared;
use rae_effects::{BusBlock, BusEffects, BusSettings, Metronome, PreparedBus, ReverbSettings, SafetyLimiter, Sends};
use rae_synth::{Buses, SendPlan};
use rae_units::{Decibels, Frames, SampleRate};

use crate::chained::setup;
use crate::voices::BLOCK;
use crate::window::Window;
use crate::{Error, RenderSettings};

/// Impulse responses and their spectra, made once for every kind of room and rate.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rooms(Arc<Mutex<Vec<(BusSettings, SampleRate, PreparedBus)>>>);

impl Rooms {
    const KEPT: usize = 8;

    fn prepare(&self, settings: &BusSettings, rate: SampleRate) -> Result<PreparedBus, Error> {
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, _, room)) = rooms.iter().find(|(known, at, _)| known == settings && *at == rate) {
            return Ok(room.clone());
        }
        let room = PreparedBus::new(settings, rate).map_err(|error| Error::settings(error.to_string()))?;
        if rooms.len() == Rooms::KEPT {
            rooms.remove(0);
        }
        rooms.push((*settings, rate, room.clone()));
        Ok(room)
    }
}

/// The asked-for chain of effects, whose latency is taken away again.
struct Asked {
    prepared: Prepared,
    /// Frames that come out before the sound and are still to be left out.
    early: usize,
}

impl Asked {
    /// Nothing for a chain without effects.
    fn new(settings: &RenderSettings) -> Result<Option<Asked>, Error> {
        if settings.chain.effects.is_empty() {
            return Ok(None);
        }
        let prepared = settings.chain.prepare_for(&setup(settings.rate, 2, 0))?;
        Ok(Some(Asked { early: prepared.latency().0 as usize, prepared }))
    }

    /// Processes in place; the sound begins so many frames later.
    fn process(&mut self, left: &mut [f32], right: &mut [f32]) -> usize {
        self.prepared.process(&mut [&mut *left, &mut *right]);
        let early = self.early.min(left.len());
        self.early -= early;
        early
    }

    fn restart(&mut self) {
        self.prepared.reset();
        self.early = self.prepared.latency().0 as usize;
    }

    /// Frames of silence until all has come out.
    fn after(&self) -> Frames {
        self.prepared.latency() + self.prepared.tail()
    }
}

/// Effects, gain, asked-for chain, metronome and, for integer formats, the limiter.
pub(crate) struct Chain {
    rooms: Rooms,
    settings: BusSettings,
    plan: SendPlan,
    room: PreparedBus,
    effects: BusEffects,
    /// Those of the send effects that are to come.
    changes: VecDeque<(Frames, Sends)>,
    /// The next frame that goes into the effects.
    pushed: Frames,
    gain: f32,
    asked: Option<Asked>,
    metronome: Option<Metronome>,
    /// The next frame that comes out of all effects.
    frame: Frames,
    /// What is still to come from the asked-for chain after the end.
    ringing: Frames,
    limiter: Option<SafetyLimiter>,
    rate: SampleRate,
    /// Before the last restart.
    earlier_reduction: Decibels,
    scratch: [Vec<f32>; 2],
}

impl Chain {
    pub(crate) fn new(
        settings: &RenderSettings,
        plan: SendPlan,
        rooms: &Rooms,
        metronome: Option<Metronome>,
    ) -> Result<Chain, Error> {
        let reverb = ReverbSettings {
            wet: settings.reverb.map(|reverb| reverb.wet as f32),
            time: settings.reverb.unwrap_or_default().time,
            hall: settings.sends,
        };
        let (sends, changes) = plan.played_from(Frames(0));
        let bus = BusSettings { reverb, chorus: settings.sends, sends };
        let room = rooms.prepare(&bus, settings.rate)?;
        Ok(Chain {
            rooms: rooms.clone(),
            settings: bus,
            plan,
            effects: room.start(),
            room,
            changes: changes.into(),
            pushed: Frames(0),
            gain: settings.gain.amplitude() as f32,
            asked: Asked::new(settings)?,
            metronome,
            frame: Frames(0),
            ringing: Frames(0),
            limiter: settings.is_limited().then(|| SafetyLimiter::new(settings.rate)),
            rate: settings.rate,
            earlier_reduction: Decibels(0.0),
            scratch: [vec![0.0; BLOCK], vec![0.0; BLOCK]],
        })
    }

    /// Takes a block through; what is finished goes into the window.
    pub(crate) fn push(&mut self, buses: &Buses, window: &mut Window) {
        let mut done = 0;
        loop {
            let due = self.changes.front().map_or(u64::MAX, |(frame, _)| frame.0.max(self.pushed.0) - self.pushed.0);
            let frames = usize::try_from(due).unwrap_or(usize::MAX).min(buses.frames() - done);
            let part = done..done + frames;
            let [left, right, reverb, chorus] =
                [&buses.left, &buses.right, &buses.reverb, &buses.chorus].map(|bus| &bus[part.clone()]);
            self.effects.push(&BusBlock { left, right, reverb, chorus });
            self.pushed += Frames(frames as u64);
            done = part.end;
            if done == buses.frames() {
                break;
            }
            if let Some((_, sends)) = self.changes.pop_front() {
                self.effects.change(&sends);
            }
        }
        self.drain(window);
    }

    /// Goes on at `frame` with silence before it.
    pub(crate) fn restart(&mut self, frame: Frames, window: &mut Window) {
        let (sends, changes) = self.plan.played_from(frame);
        (self.settings.sends, self.changes) = (sends, changes.into());
        if let Ok(room) = self.rooms.prepare(&self.settings, self.rate) {
            self.room = room;
        }
        self.earlier_reduction = self.limiter_reduction();
        // The effects' own blocks lie where they would lie in a render from the start.
        let lead = frame.0 % self.room.latency().0.max(1);
        self.frame = Frames(frame.0 - lead);
        self.pushed = self.frame;
        self.effects = self.room.start_at(self.frame);
        self.asked.iter_mut().for_each(Asked::restart);
        self.ringing = Frames(0);
        self.limiter = self.limiter.take().map(|_| SafetyLimiter::new(self.rate));
        window.restart(self.frame, frame);
        self.push(&Buses::new(lead as usize), window);
    }

    /// Lets the effects and the last click ring out. The asked-for chain may ring for minutes: see [`Chain::ring`].
    pub(crate) fn finish(&mut self, window: &mut Window) {
        let click = self.metronome.as_ref().map_or(Frames(0), Metronome::tail);
        self.effects.finish(self.effects.tail().max(click));
        self.drain(window);
        self.ringing = self.asked.as_ref().map_or(Frames(0), Asked::after);
        self.end(window);
    }

    /// Whether the asked-for chain still rings.
    pub(crate) fn rings(&self) -> bool {
        self.ringing > Frames(0)
    }

    /// Lets it ring for another block.
    pub(crate) fn ring(&mut self, window: &mut Window) {
        let frames = self.scratch[0].len().min(usize::try_from(self.ringing.0).unwrap_or(usize::MAX));
        if frames > 0 {
            self.scratch.iter_mut().for_each(|scratch| scratch[..frames].fill(0.0));
            self.pass(frames, window);
            self.ringing = Frames(self.ringing.0 - frames as u64);
            self.end(window);
        }
    }

    fn end(&mut self, window: &mut Window) {
        if let Some(limiter) = self.limiter.as_mut().filter(|_| self.ringing == Frames(0)) {
            limiter.finish();
            pull(limiter, &mut self.scratch, window);
        }
    }

    /// The most that the limiter has taken away.
    pub(crate) fn limiter_reduction(&self) -> Decibels {
        let Decibels(now) = self.limiter.as_ref().map_or(Decibels(0.0), |limiter| limiter.report().max_reduction);
        Decibels(now.max(self.earlier_reduction.0))
    }

    fn drain(&mut self, window: &mut Window) {
        loop {
            let [left, right] = &mut self.scratch;
            let frames = self.effects.pull(left, right);
            if frames == 0 {
                return;
            }
            self.pass(frames, window);
        }
    }

    /// Takes frames of the scratch through all that follows the effects.
    fn pass(&mut self, frames: usize, window: &mut Window) {
        let [left, right] = &mut self.scratch;
        let (left, right) = (&mut left[..frames], &mut right[..frames]);
        // One after the other, as vectors can.
        for side in [&mut *left, &mut *right] {
            side.iter_mut().for_each(|sample| *sample *= self.gain);
        }
        let early = self.asked.as_mut().map_or(0, |asked| asked.process(left, right));
        let (left, right, frames) = (&mut left[early..], &mut right[early..], frames - early);
        if let Some(metronome) = &self.metronome {
            metronome.add_to(self.frame, left, right);
        }
        self.frame += Frames(frames as u64);
        match &mut self.limiter {
            None => window.push(left, right),
            Some(limiter) => {
                limiter.push(left, right);
                pull(limiter, &mut self.scratch, window);
            }
        }
    }
}

fn pull(limiter: &mut SafetyLimiter, scratch: &mut [Vec<f32>; 2], window: &mut Window) {
    let [left, right] = scratch;
    loop {
        let frames = limiter.pull(left, right);
        if frames == 0 {
            return;
        }
        window.push(&left[..frames], &right[..frames]);
    }
}
