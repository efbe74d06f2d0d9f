//! From a voice's state to segments: what happens at a frame first, then stretches over which nothing does.

use super::steady::Steady;
use super::{KILL_SECONDS, RINGING, Voice};
use crate::control::ChannelChange;
use crate::control::articulation::{absolute_cents_to_hz, whole};
use crate::control::envelope::{FLOOR_DB, Stage};
use crate::control::power::{decibels_to_amplitude, exp2};
use crate::executor::{LowPass, ONE, QUANTUM, Resonance, Segment};

/// Frames over which a controller's change of gain glides.
const GLIDE: u64 = 64;

/// Grid on which a quantum is split while the cutoff moves quickly.
const FINE: u64 = 16;

/// A cutoff that moves further than this within a segment, in cents, splits it.
const CUTOFF_STEP: f64 = 100.0;

/// Largest transposition, in points per frame.
const MAX_INCREMENT: f64 = 1024.0;

/// The first frame of the quantum after the one that holds `frame`.
pub(super) fn next_quantum(frame: u64) -> u64 {
    (frame | (QUANTUM as u64 - 1)) + 1
}

/// What gains change by per frame from one to the other.
#[inline(always)]
pub(super) fn slopes(from: [f32; 4], to: [f32; 4], frames: u32) -> [f32; 4] {
    let per_frame = if frames == QUANTUM as u32 { 1.0 / QUANTUM as f32 } else { 1.0 / frames as f32 };
    std::array::from_fn(|bus| (to[bus] - from[bus]) * per_frame)
}

impl Voice {
    /// Appends this voice's segments up to the frame `end` to `out`, from where it was left on; `changes` are its channel's
    /// since then, in the block that begins at `block`.
    pub(crate) fn control(&mut self, block: u64, end: u64, changes: &[ChannelChange], out: &mut Vec<Segment>) {
        let mut now = self.controlled;
        self.controlled = now.max(end);
        while now < end && !self.finished {
            self.take_changes(now, changes);
            self.take_release(now);
            self.volume.advance(now);
            self.modulation.advance(now);
            if self.finished || self.volume.stage() == Stage::Finished || self.fade(now) <= 0.0 {
                self.finished = true;
                break;
            }
            let until = self.steady_until(now, end, changes);
            if self.volume.stage() != Stage::Delay {
                self.stretch(now, until, block, out);
            }
            now = until;
        }
    }

    /// The frame up to which this voice can as well be controlled later on, unless its channel changes, since until then
    /// nothing happens to it that others would have to know of: no release, no end. Before it has been controlled at all,
    /// and at the end of a slide, its increment is not known yet.
    pub(crate) fn due(&self) -> u64 {
        let mut due = self.volume.stage_end();
        if let Some(killed) = self.killed {
            due = due.min(killed + self.kill_frames());
        }
        if let Some(released) = self.released.filter(|_| self.volume.stage() < Stage::Release) {
            due = due.min(released);
        }
        let known = self.controlled > self.birth;
        if known && self.looping {
            return due;
        }
        let steady_pitch = !self.articulation.moves_pitch(false) && self.slide.end() < self.controlled;
        let sounding = if known && steady_pitch { self.frames_certain(self.increment.1) } else { 0 };
        due.min(self.controlled.saturating_add(sounding))
    }

    /// The next frame at which something about this voice changes its course.
    fn steady_until(&self, now: u64, end: u64, changes: &[ChannelChange]) -> u64 {
        let mut until = end.min(self.volume.stage_end());
        let mut cut = |frame: u64| {
            if frame > now {
                until = until.min(frame);
            }
        };
        if self.articulation.mod_env_to_pitch != 0.0 || self.articulation.mod_env_to_cutoff != 0.0 {
            cut(self.modulation.stage_end());
        }
        if let Some(change) = changes.get(self.next_change) {
            cut(change.frame);
        }
        if let Some(released) = self.released {
            cut(released);
        }
        if let Some(killed) = self.killed {
            cut(killed);
            cut(killed + self.kill_frames());
        }
        cut(self.glide_start + GLIDE);
        cut(self.slide.end());
        until
    }

    /// Emits the segments of `now..until`, on the grid of quanta. What does not move is computed once.
    fn stretch(&mut self, mut now: u64, until: u64, block: u64, out: &mut Vec<Segment>) {
        let still = self.modulation.is_still();
        let moves_pitch = self.articulation.moves_pitch(still) || now < self.slide.end();
        let moves_cutoff = self.filtered && self.articulation.moves_cutoff(still);
        let glides = now < self.glide_start + GLIDE;
        let mut increment = self.increment(now as i64 as f64);
        let mut filter = if self.filtered && !moves_cutoff { Some(self.low_pass(now as i64 as f64)) } else { None };
        let mut gains = match self.gains {
            Some(gains) => gains,
            None => self.gains_at(now, glides),
        };
        if !(moves_pitch || glides) && self.lasts(increment, until - now) {
            let steady = Steady { increment, filter, moves_cutoff };
            return self.steady_stretch(now..until, block, &steady, gains, out);
        }
        while now < until {
            let mut stop = until.min(next_quantum(now));
            if moves_cutoff {
                stop = self.cutoff_step(now, stop);
            }
            let middle = (now + stop) as i64 as f64 / 2.0;
            if moves_pitch {
                increment = self.increment(middle);
            }
            if moves_cutoff {
                filter = Some(self.low_pass(middle));
            }
            let left = self.frames_left(increment);
            if left == 0 {
                self.finished = true;
                return;
            }
            stop = stop.min(now.saturating_add(left));
            let frames = (stop - now) as u32;
            let target = self.gains_at(stop, glides);
            out.push(Segment {
                offset: (now - block) as u32,
                frames,
                phase: self.phase,
                increment,
                looping: self.looping,
                wrapped: self.wrapped,
                filter,
                gains,
                slopes: slopes(gains, target, frames),
            });
            gains = target;
            self.gains = Some(target);
            self.advance_phase(u64::from(frames) * increment);
            now = stop;
        }
    }

    /// Whether more than the envelope and the channel's gains makes up its level before `end`.
    pub(super) fn fades_or_trembles(&self, end: u64) -> bool {
        self.killed.is_some_and(|killed| killed < end) || self.articulation.mod_lfo_to_level != 0.0
    }

    /// An amplitude at `frame` with that.
    pub(super) fn fading_and_trembling(&self, frame: u64, mut amplitude: f64) -> f64 {
        if self.articulation.mod_lfo_to_level != 0.0 {
            amplitude *=
                decibels_to_amplitude(self.articulation.mod_lfo_to_level * self.mod_lfo.value(frame as i64 as f64));
        }
        if self.killed.is_some() {
            amplitude *= self.fade(frame).max(0.0);
        }
        amplitude
    }

    fn kill_frames(&self) -> u64 {
        whole(KILL_SECONDS * self.rate)
    }

    /// Factor of the kill fade at `frame`.
    fn fade(&self, frame: u64) -> f64 {
        match self.killed {
            Some(killed) if frame > killed => 1.0 - (frame - killed) as f64 / self.kill_frames().max(1) as f64,
            _ => 1.0,
        }
    }

    /// The channel-controlled gains at `now`, on their way to the articulation's.
    pub(super) fn gliding_gains(&self, now: u64) -> [f32; 4] {
        let target = self.articulation.gains;
        let elapsed = now.saturating_sub(self.glide_start);
        if elapsed >= GLIDE {
            return target;
        }
        let done = elapsed as f32 / GLIDE as f32;
        std::array::from_fn(|i| self.glide_from[i] + (target[i] - self.glide_from[i]) * done)
    }

    /// All gains at `frame`: envelope, tremolo, fade and channel, whose gains glide or are there.
    fn gains_at(&mut self, frame: u64, glides: bool) -> [f32; 4] {
        let envelope = self.envelope(frame);
        let common = self.fading_and_trembling(frame, envelope);
        let gains = if glides { self.gliding_gains(frame) } else { self.articulation.gains };
        std::array::from_fn(|bus| gains[bus] * common as f32 * self.heard[bus])
    }

    /// The volume envelope's amplitude at `frame`; a level that stays is computed once.
    fn envelope(&mut self, frame: u64) -> f64 {
        if let Some(amplitude) = self.volume.rising(frame) {
            return amplitude;
        }
        let level = self.volume.level(frame);
        if self.amplitude.0 != level {
            self.amplitude = (level, if level <= FLOOR_DB { 0.0 } else { decibels_to_amplitude(level) });
        }
        self.amplitude.1
    }

    /// The end of a segment that begins at `now`, at most `stop`, while the cutoff moves.
    pub(super) fn cutoff_step(&self, now: u64, stop: u64) -> u64 {
        let way = || self.cutoff(now as i64 as f64) - self.cutoff(stop as i64 as f64);
        if stop - now > FINE && way().abs() > CUTOFF_STEP { stop.min((now / FINE + 1) * FINE) } else { stop }
    }

    fn cutoff(&self, frame: f64) -> f64 {
        let a = &self.articulation;
        let mut cutoff = a.cutoff;
        if a.mod_lfo_to_cutoff != 0.0 {
            cutoff += a.mod_lfo_to_cutoff * self.mod_lfo.value(frame);
        }
        if a.mod_env_to_cutoff != 0.0 {
            cutoff += a.mod_env_to_cutoff * self.modulation.level_between(frame);
        }
        cutoff.clamp(1_500.0, 13_500.0)
    }

    pub(super) fn low_pass(&mut self, frame: f64) -> LowPass {
        let cutoff = self.cutoff(frame);
        if self.resonance.0 != self.articulation.resonance {
            self.resonance = (self.articulation.resonance, Resonance::new(self.articulation.resonance));
            self.low_pass = None;
        }
        match self.low_pass {
            Some((known, low_pass)) if known == cutoff => low_pass,
            _ => {
                let low_pass = LowPass::design(absolute_cents_to_hz(cutoff), &self.resonance.1, self.rate);
                self.low_pass = Some((cutoff, low_pass));
                low_pass
            }
        }
    }

    /// Points per frame at `frame`, 32.32 fixed point.
    fn increment(&mut self, frame: f64) -> u64 {
        let a = &self.articulation;
        let mut cents = a.pitch + self.slide.offset(frame);
        if a.mod_lfo_to_pitch != 0.0 {
            cents += a.mod_lfo_to_pitch * self.mod_lfo.value(frame);
        }
        if a.vib_lfo_to_pitch != 0.0 {
            cents += a.vib_lfo_to_pitch * self.vib_lfo.value(frame);
        }
        if a.mod_env_to_pitch != 0.0 {
            cents += a.mod_env_to_pitch * self.modulation.level_between(frame);
        }
        if self.increment.0 != cents {
            let ratio = f64::from(self.layer().rate) / self.rate * exp2(cents / 1200.0);
            let points = whole(ratio.min(MAX_INCREMENT) * ONE as f64);
            self.increment = (cents, points.max(1));
        }
        self.increment.1
    }

    /// Frames until the sample has rung out; endless while it loops or while that is far.
    fn frames_left(&self, increment: u64) -> u64 {
        if self.looping {
            return u64::MAX;
        }
        let end = (u64::from(self.source.end) << 32) + RINGING * increment.max(ONE);
        let points = end.saturating_sub(self.phase);
        if points > QUANTUM as u64 * increment { u64::MAX } else { points.div_ceil(increment) }
    }

    /// Whether the sample certainly goes on for so many frames.
    fn lasts(&self, increment: u64, frames: u64) -> bool {
        self.looping || self.points_left() > frames.saturating_mul(increment)
    }

    /// For how many frames it certainly goes on where it does not loop.
    fn frames_certain(&self, increment: u64) -> u64 {
        self.points_left().saturating_sub(1) / increment.max(1)
    }

    /// Points to the sample's end, 32.32 fixed point.
    fn points_left(&self) -> u64 {
        (u64::from(self.source.end) << 32).saturating_sub(self.phase)
    }

    fn advance_phase(&mut self, points: u64) {
        let unwrapped = self.phase + points;
        self.phase = self.source.wrapped(unwrapped, self.looping);
        self.wrapped |= self.phase != unwrapped;
    }
}
