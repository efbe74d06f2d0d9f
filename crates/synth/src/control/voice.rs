//! One sounding voice: how it came to be, what has reached it since, and the segments that follow from that.

use std::sync::Arc;

use rae_soundfont::{Controller, Generator};

use super::articulation::{Articulation, Pitching, absolute_cents_to_hz};
use super::envelope::{Envelope, FLOOR_DB, Modulation, Stage, Volume};
use super::lfo::Lfo;
use super::power::exp2;
use crate::executor::{LowPass, ONE, QUANTUM, Resonance, Segment};
use crate::program::{Layer, LoopMode, Program, SampleSource, Values};

/// Frames over which a controller's change of gain glides.
const GLIDE: u64 = 64;

/// Length of the linear fade of a killed voice, in seconds.
const KILL_SECONDS: f64 = 0.005;

/// Shortest note, in seconds: drum tracks hold keys for a tick or for none at all and expect to be heard.
const SHORTEST_NOTE: f64 = 0.01;

/// Grid on which a quantum is split while the cutoff moves quickly.
const FINE: u64 = 16;

/// A cutoff that moves further than this within a segment, in cents, splits it.
const CUTOFF_STEP: f64 = 100.0;

/// Largest transposition, in points per frame.
const MAX_INCREMENT: f64 = 1024.0;

/// Points past its end for which a sample still rings in the interpolator, at increments up to one.
const RINGING: u64 = 8;

/// Something that happened on a channel and concerns the voices that sound there.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// A modulator source has a new native value.
    Source(Controller, f32),
    /// As `Source(PolyPressure)`, for one key.
    KeyPressure(u8, f32),
    /// NRPN: what is added to a generator.
    Offset(Generator, f32),
    /// Cents added to each key.
    Tuning(Arc<[f32; 128]>),
    /// Master volume, an amplitude.
    Volume(f32),
}

impl Change {
    /// Whether nothing is left of this change once `later` has happened at the same frame.
    pub(crate) fn is_overwritten_by(&self, later: &Change) -> bool {
        match (self, later) {
            (Change::Source(a, _), Change::Source(b, _)) => a == b,
            (Change::KeyPressure(a, _), Change::KeyPressure(b, _)) => a == b,
            (Change::Offset(a, _), Change::Offset(b, _)) => a == b,
            (Change::Tuning(_), Change::Tuning(_)) | (Change::Volume(_), Change::Volume(_)) => true,
            _ => false,
        }
    }
}

/// A change and its frame.
#[derive(Clone, Debug)]
pub(crate) struct ChannelChange {
    pub(crate) frame: u64,
    pub(crate) change: Change,
}

/// What starts a voice.
pub(crate) struct Onset<'a> {
    pub(crate) frame: u64,
    pub(crate) serial: u64,
    pub(crate) slot: usize,
    pub(crate) channel: u16,
    /// Key as played, after transposition.
    pub(crate) key: u8,
    pub(crate) velocity: u8,
    pub(crate) program: &'a Arc<Program>,
    pub(crate) layer: usize,
    pub(crate) tuning: f32,
    pub(crate) volume: f32,
    pub(crate) sends: bool,
    /// Real-time generator offsets of the channel (NRPN).
    pub(crate) offsets: &'a [(Generator, f32)],
    /// Some NRPN moves the filter in this piece: no voice may bypass it.
    pub(crate) filter_moves: bool,
    /// Changes of this block that happened before the onset.
    pub(crate) changes_seen: usize,
    pub(crate) rate: f64,
}

/// A voice between its onset and its end.
pub(crate) struct Voice {
    pub(crate) serial: u64,
    pub(crate) slot: usize,
    pub(crate) channel: u16,
    pub(crate) key: u8,
    pub(crate) birth: u64,
    pub(crate) fresh: bool,
    program: Arc<Program>,
    layer: usize,
    source: SampleSource,
    rate: f64,
    /// What each bus gets: nothing where nobody listens to the sends.
    heard: [f32; 4],
    pitching: Pitching,
    inputs: Vec<[f32; 2]>,
    offsets: Vec<(Generator, f32)>,
    articulation: Articulation,
    volume: Envelope<Volume>,
    modulation: Envelope<Modulation>,
    mod_lfo: Lfo,
    vib_lfo: Lfo,
    released: Option<u64>,
    killed: Option<u64>,
    finished: bool,
    phase: u64,
    wrapped: bool,
    looping: bool,
    filtered: bool,
    next_change: usize,
    /// Where the gains come from while they glide, and since when.
    glide_from: [f32; 4],
    glide_start: u64,
    /// Gains at the end of the last segment.
    gains: Option<[f32; 4]>,
    increment: (f64, u64),
    resonance: (f64, Resonance),
    /// The last cutoff in cents and the filter that it made.
    low_pass: Option<(f64, LowPass)>,
    /// The last level in decibels and its amplitude.
    amplitude: (f64, f64),
}

/// The memory of a voice that another can take over.
#[derive(Default)]
struct Lists {
    inputs: Vec<[f32; 2]>,
    offsets: Vec<(Generator, f32)>,
}

impl Voice {
    pub(crate) fn new(onset: &Onset<'_>, source_value: impl Fn(Controller) -> f32) -> Voice {
        Voice::within(Lists::default(), onset, source_value)
    }

    /// Starts afresh, in the memory that this voice has.
    pub(crate) fn restart(&mut self, onset: &Onset<'_>, source_value: impl Fn(Controller) -> f32) {
        let lists = Lists { inputs: std::mem::take(&mut self.inputs), offsets: std::mem::take(&mut self.offsets) };
        *self = Voice::within(lists, onset, source_value);
    }

    fn within(lists: Lists, onset: &Onset<'_>, source_value: impl Fn(Controller) -> f32) -> Voice {
        let Lists { mut inputs, mut offsets } = lists;
        offsets.clear();
        offsets.extend_from_slice(onset.offsets);
        let layer = &onset.program.layers[onset.layer];
        let overridden = |generator: Generator, played: u8| match layer.generators[generator as usize] {
            value if (0.0..=127.0).contains(&value) => value,
            _ => f32::from(played),
        };
        let key = overridden(Generator::Keynum, onset.key);
        let velocity = overridden(Generator::Velocity, onset.velocity);
        let pitching = Pitching { key, tuning: onset.tuning, volume: onset.volume };
        layer.modulators.inputs(
            |controller| match controller {
                Controller::Key => key,
                Controller::Velocity => velocity,
                other => source_value(other),
            },
            &mut inputs,
        );
        let mut values = modulated(layer, &inputs, onset.offsets);
        let source = layer.source(&values);
        let articulation = Articulation::new(layer, &mut values, &pitching, onset.rate);
        let lfo = |times: super::articulation::LfoTimes| Lfo::new(onset.frame, times.delay, times.cycles_per_frame);
        Voice {
            serial: onset.serial,
            slot: onset.slot,
            channel: onset.channel,
            key: onset.key,
            birth: onset.frame,
            fresh: true,
            program: onset.program.clone(),
            layer: onset.layer,
            rate: onset.rate,
            heard: if onset.sends { [1.0; 4] } else { [1.0, 1.0, 0.0, 0.0] },
            pitching,
            inputs,
            offsets,
            volume: Envelope::new(onset.frame, articulation.volume),
            modulation: Envelope::new(onset.frame, articulation.modulation),
            mod_lfo: lfo(articulation.mod_lfo),
            vib_lfo: lfo(articulation.vib_lfo),
            released: None,
            killed: None,
            finished: source.is_none(),
            phase: u64::from(source.map_or(0, |source| source.start)) << 32,
            wrapped: false,
            looping: layer.loop_mode != LoopMode::Never && source.is_some_and(|s| s.loop_start < s.loop_end),
            source: source.unwrap_or_default(),
            filtered: onset.filter_moves || can_close(layer, &articulation),
            next_change: onset.changes_seen,
            glide_from: articulation.gains,
            glide_start: 0,
            gains: None,
            increment: (f64::NAN, 0),
            resonance: (articulation.resonance, Resonance::new(articulation.resonance)),
            low_pass: None,
            amplitude: (0.0, 1.0),
            articulation,
        }
    }

    fn layer(&self) -> &Layer {
        &self.program.layers[self.layer]
    }

    pub(crate) fn source(&self) -> SampleSource {
        self.source
    }

    /// Whether this voice and `program`'s class `class` exclude each other.
    pub(crate) fn is_excluded_by(&self, program: &Arc<Program>, class: i32) -> bool {
        Arc::ptr_eq(&self.program, program) && self.layer().exclusive_class() == class
    }

    /// Lets go of the note at `frame`.
    pub(crate) fn release(&mut self, frame: u64) {
        let shortest = (SHORTEST_NOTE * self.rate).round() as u64;
        self.released.get_or_insert(frame.max(self.birth + shortest));
    }

    /// Fades the voice out from `frame` on.
    pub(crate) fn kill(&mut self, frame: u64) {
        self.killed.get_or_insert(frame);
    }

    pub(crate) fn is_released(&self) -> bool {
        self.released.is_some()
    }

    pub(crate) fn is_killed(&self) -> bool {
        self.killed.is_some()
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    /// How audible the voice is at `frame`, in decibels: envelope and attenuation, nothing that depends on audio.
    pub(crate) fn audibility(&self, frame: u64) -> f32 {
        let mut envelope = &self.volume;
        let mut later;
        let released = self.released.filter(|&released| released <= frame && envelope.stage() < Stage::Release);
        if released.is_some() || envelope.stage_end() <= frame {
            later = self.volume;
            if let Some(released) = released {
                later.release(released);
            }
            later.advance(frame);
            envelope = &later;
        }
        // A voice that is only beginning counts with the level it is about to reach.
        let level = if envelope.stage() <= Stage::Attack { 0.0 } else { envelope.level(frame) };
        level as f32 - self.articulation.attenuation
    }

    /// A block is done: the changes of the next are counted afresh.
    pub(crate) fn end_block(&mut self) {
        self.next_change = 0;
    }

    /// Appends this voice's segments of the frames `start..end` to `out`; `changes` are its channel's in this block.
    pub(crate) fn control(&mut self, start: u64, end: u64, changes: &[ChannelChange], out: &mut Vec<Segment>) {
        let mut now = start.max(self.birth);
        while now < end && !self.finished {
            self.take_changes(now, changes);
            self.take_release(now);
            self.volume.advance(now);
            self.modulation.advance(now);
            if self.volume.stage() == Stage::Finished || self.fade(now) <= 0.0 {
                self.finished = true;
                break;
            }
            let until = self.boundary(now, end, changes);
            if self.volume.stage() != Stage::Delay {
                now = self.segment(now, until, start, out);
            } else {
                now = until;
            }
        }
    }

    /// The next frame at which something about this voice changes its course.
    fn boundary(&self, now: u64, end: u64, changes: &[ChannelChange]) -> u64 {
        let quantum = QUANTUM as u64;
        let mut until = ((now / quantum + 1) * quantum).min(end);
        let mut cut = |frame: u64| {
            if frame > now {
                until = until.min(frame);
            }
        };
        cut(self.volume.stage_end());
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
        until
    }

    fn take_changes(&mut self, now: u64, changes: &[ChannelChange]) {
        let mut changed = false;
        while let Some(change) = changes.get(self.next_change).filter(|change| change.frame <= now) {
            changed |= self.take(&change.change);
            self.next_change += 1;
        }
        if changed {
            self.rearticulate(now);
        }
    }

    fn take(&mut self, change: &Change) -> bool {
        let modulators = &self.program.layers[self.layer].modulators;
        match change {
            Change::Source(controller, value) => modulators.update(*controller, *value, &mut self.inputs),
            Change::KeyPressure(key, value) => {
                *key == self.key && modulators.update(Controller::PolyPressure, *value, &mut self.inputs)
            }
            Change::Offset(generator, offset) => {
                match self.offsets.iter_mut().find(|(g, _)| g == generator) {
                    Some(known) => known.1 = *offset,
                    None => self.offsets.push((*generator, *offset)),
                }
                true
            }
            Change::Tuning(cents) => {
                self.pitching.tuning = cents[usize::from(self.key)];
                true
            }
            Change::Volume(amplitude) => {
                self.pitching.volume = *amplitude;
                true
            }
        }
    }

    fn rearticulate(&mut self, now: u64) {
        let layer = &self.program.layers[self.layer];
        let mut values = modulated(layer, &self.inputs, &self.offsets);
        let articulation = Articulation::new(layer, &mut values, &self.pitching, self.rate);
        if articulation.gains != self.articulation.gains {
            self.glide_from = self.gliding_gains(now);
            self.glide_start = now;
        }
        self.volume.retime(now, articulation.volume);
        self.modulation.retime(now, articulation.modulation);
        self.mod_lfo.set_frequency(now, articulation.mod_lfo.cycles_per_frame);
        self.vib_lfo.set_frequency(now, articulation.vib_lfo.cycles_per_frame);
        self.articulation = articulation;
    }

    fn take_release(&mut self, now: u64) {
        let due = self.released.is_some_and(|frame| frame <= now) && self.volume.stage() < Stage::Release;
        if !due {
            return;
        }
        if self.volume.stage() == Stage::Delay {
            self.finished = true;
        } else if self.articulation.cuts_off {
            // A release of length zero would click; it takes the fade of a killed voice instead.
            self.kill(now);
        } else {
            self.volume.release(now);
        }
        self.modulation.release(now);
        if self.layer().loop_mode == LoopMode::UntilRelease {
            self.looping = false;
        }
    }

    fn kill_frames(&self) -> u64 {
        (KILL_SECONDS * self.rate).round() as u64
    }

    /// Factor of the kill fade at `frame`.
    fn fade(&self, frame: u64) -> f64 {
        match self.killed {
            Some(killed) if frame > killed => 1.0 - (frame - killed) as f64 / self.kill_frames().max(1) as f64,
            _ => 1.0,
        }
    }

    /// The channel-controlled gains at `now`, on their way to the articulation's.
    fn gliding_gains(&self, now: u64) -> [f32; 4] {
        let target = self.articulation.gains;
        let elapsed = now.saturating_sub(self.glide_start);
        if elapsed >= GLIDE {
            return target;
        }
        let done = elapsed as f32 / GLIDE as f32;
        std::array::from_fn(|i| self.glide_from[i] + (target[i] - self.glide_from[i]) * done)
    }

    /// All gains at `frame`: envelope, tremolo, fade and channel.
    fn gains_at(&mut self, frame: u64) -> [f32; 4] {
        let level = self.volume.level(frame);
        if self.amplitude.0 != level {
            self.amplitude = (level, if level <= FLOOR_DB { 0.0 } else { decibels_to_amplitude(level) });
        }
        let envelope = self.amplitude.1;
        let tremolo = match self.articulation.mod_lfo_to_level {
            0.0 => 1.0,
            depth => decibels_to_amplitude(depth * self.mod_lfo.value(frame as f64)),
        };
        let common = (envelope * tremolo * self.fade(frame).max(0.0)) as f32;
        let gains = self.gliding_gains(frame);
        std::array::from_fn(|bus| gains[bus] * common * self.heard[bus])
    }

    /// Emits one segment from `now` to at most `until`; returns where it ends.
    fn segment(&mut self, now: u64, until: u64, block: u64, out: &mut Vec<Segment>) -> u64 {
        let mut until = until;
        if self.cutoff_runs(now, until) {
            until = until.min((now / FINE + 1) * FINE);
        }
        let middle = (now + until) as f64 / 2.0;
        let increment = self.increment(middle);
        let left = self.frames_left(increment);
        if left == 0 {
            self.finished = true;
            return until;
        }
        until = until.min(now.saturating_add(left));
        let frames = until - now;
        let gains = match self.gains {
            Some(gains) => gains,
            None => self.gains_at(now),
        };
        let target = self.gains_at(until);
        out.push(Segment {
            offset: (now - block) as u32,
            frames: frames as u32,
            phase: self.phase,
            increment,
            looping: self.looping,
            wrapped: self.wrapped,
            filter: self.filtered.then(|| self.low_pass(middle)),
            gains,
            slopes: std::array::from_fn(|i| (target[i] - gains[i]) / frames as f32),
        });
        self.gains = Some(target);
        self.advance_phase(frames * increment);
        until
    }

    fn cutoff_runs(&self, now: u64, until: u64) -> bool {
        self.filtered
            && until - now > FINE
            && (self.articulation.mod_lfo_to_cutoff != 0.0 || self.articulation.mod_env_to_cutoff != 0.0)
            && (self.cutoff(now as f64) - self.cutoff(until as f64)).abs() > CUTOFF_STEP
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

    fn low_pass(&mut self, frame: f64) -> LowPass {
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
        let mut cents = a.pitch;
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
            let points = (ratio.min(MAX_INCREMENT) * ONE as f64).round() as u64;
            self.increment = (cents, points.max(1));
        }
        self.increment.1
    }

    /// Frames until the sample has rung out; endless while it loops.
    fn frames_left(&self, increment: u64) -> u64 {
        if self.looping {
            return u64::MAX;
        }
        let end = (u64::from(self.source.end) << 32) + RINGING * increment.max(ONE);
        end.saturating_sub(self.phase).div_ceil(increment)
    }

    fn advance_phase(&mut self, points: u64) {
        self.phase += points;
        let SampleSource { loop_start, loop_end, .. } = self.source;
        let [loop_start, loop_end] = [loop_start, loop_end].map(|point| u64::from(point) << 32);
        if self.looping && self.phase >= loop_end {
            self.phase = loop_start + (self.phase - loop_end) % (loop_end - loop_start);
            self.wrapped = true;
        }
    }
}

/// The layer's generators with the channel's offsets and all modulators.
fn modulated(layer: &Layer, inputs: &[[f32; 2]], offsets: &[(Generator, f32)]) -> Values {
    let mut values = layer.generators;
    for &(generator, offset) in offsets {
        values[generator as usize] += offset;
    }
    layer.modulators.apply(inputs, &mut values);
    values
}

/// Whether the filter of a voice that starts like this can ever take something away.
fn can_close(layer: &Layer, articulation: &Articulation) -> bool {
    const MOVERS: [Generator; 4] = [
        Generator::InitialFilterFc,
        Generator::InitialFilterQ,
        Generator::ModLfoToFilterFc,
        Generator::ModEnvToFilterFc,
    ];
    articulation.cutoff < 13_500.0
        || articulation.resonance > 0.0
        || articulation.mod_lfo_to_cutoff != 0.0
        || articulation.mod_env_to_cutoff < 0.0
        || MOVERS.iter().any(|&generator| layer.modulators.reaches(generator))
}

fn decibels_to_amplitude(decibels: f64) -> f64 {
    exp2(decibels * (std::f64::consts::LOG2_10 / 20.0))
}
