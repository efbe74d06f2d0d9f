//! One sounding voice: how it came to be, what has reached it since, and the segments that follow from that.

mod segments;
mod steady;

use std::ops::Range;
use std::sync::Arc;

use rae_soundfont::{Controller, Generator};

use super::articulation::{Articulation, Pitching, whole};
use super::character::Character;
use super::envelope::{Envelope, Modulation, Stage, Volume};
use super::lfo::Lfo;
use super::modulation::MOST_MODULATORS;
use super::slide::{Origin, Slide, Transfer};
use super::{KeySetup, Steering};
use crate::executor::{LowPass, Resonance};
use crate::program::{Layer, LoopMode, Program, SampleSource, Values};

/// Length of the linear fade of a killed voice, in seconds.
const KILL_SECONDS: f64 = 0.005;

/// Shortest note, in seconds: drum tracks hold keys for a tick or for none at all and expect to be heard.
const SHORTEST_NOTE: f64 = 0.01;

/// Points past its end for which a sample still rings in the interpolator, at increments up to one.
const RINGING: u64 = 9;

/// Something that happened on a channel and concerns the voices that sound there.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// A modulator source has a new native value.
    Source(Controller, f32),
    /// As `Source(PolyPressure)`, for one key.
    KeyPressure(u8, f32),
    /// NRPN: what is added to a generator.
    Offset(Generator, f32),
    /// Sound controllers and modulation range.
    Character(Character),
    /// Cents added to each key.
    Tuning(Arc<[f32; 128]>),
    /// Master volume, an amplitude.
    Volume(f32),
    Steering(Steering),
    /// As `Steering`, for one key.
    KeySteering(u8, Steering),
    /// Some voices go on at another key.
    Transfer(Transfer),
}

impl Change {
    /// Whether nothing is left of this change once `later` has happened at the same frame.
    pub(crate) fn is_overwritten_by(&self, later: &Change) -> bool {
        match (self, later) {
            (Change::Source(a, _), Change::Source(b, _)) => a == b,
            (Change::KeyPressure(a, _), Change::KeyPressure(b, _)) => a == b,
            (Change::KeySteering(a, _), Change::KeySteering(b, _)) => a == b,
            (Change::Offset(a, _), Change::Offset(b, _)) => a == b,
            (Change::Tuning(_), Change::Tuning(_))
            | (Change::Volume(_), Change::Volume(_))
            | (Change::Character(_), Change::Character(_))
            | (Change::Steering(_), Change::Steering(_)) => true,
            (Change::Transfer(a), Change::Transfer(b)) => a.voices == b.voices,
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
    pub(crate) origin: Option<Origin>,
    pub(crate) volume: f32,
    pub(crate) key_setup: KeySetup,
    /// Exclusive class; 0 is none.
    pub(crate) exclusive_class: i32,
    pub(crate) sends: bool,
    /// Real-time generator offsets of the channel (NRPN).
    pub(crate) offsets: &'a [(Generator, f32)],
    pub(crate) character: Character,
    pub(crate) steering: Steering,
    /// The channel's filters are moved in this piece: no voice may bypass its own.
    pub(crate) filter_moves: bool,
    /// Changes of this block that happened before the onset.
    pub(crate) changes_seen: usize,
    pub(crate) rate: f64,
    /// Sounds on no bus.
    pub(crate) unheard: bool,
}

/// A voice between its onset and its end.
pub(crate) struct Voice {
    pub(crate) serial: u64,
    pub(crate) slot: usize,
    pub(crate) channel: u16,
    pub(crate) key: u8,
    pub(crate) birth: u64,
    pub(crate) fresh: bool,
    pub(crate) unheard: bool,
    /// The frame that it is to be controlled from.
    controlled: u64,
    /// Where in its bucket the segments are whose sound is still to be made, ascending.
    pub(crate) outstanding: Vec<Range<usize>>,
    program: Arc<Program>,
    layer: usize,
    exclusive_class: i32,
    source: SampleSource,
    rate: f64,
    /// What each bus gets: nothing where nobody listens to the sends.
    heard: [f32; 4],
    /// Buses that it has been meant to feed at some time.
    feeds: [bool; 4],
    pitching: Pitching,
    slide: Slide,
    inputs: Vec<[f32; 2]>,
    offsets: Vec<(Generator, f32)>,
    character: Character,
    steering: Steering,
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
    outstanding: Vec<Range<usize>>,
}

impl Voice {
    pub(crate) fn new(onset: &Onset<'_>, source_value: impl Fn(Controller) -> f32) -> Voice {
        Voice::within(Lists::default(), onset, source_value)
    }

    /// One that plays nothing, a layer of which is in `silent`, with memory for any other.
    pub(crate) fn spare(silent: &Arc<Program>) -> Voice {
        let onset = Onset {
            frame: 0,
            serial: 0,
            slot: 0,
            channel: 0,
            key: 60,
            velocity: 1,
            program: silent,
            layer: 0,
            tuning: 0.0,
            origin: None,
            volume: 0.0,
            key_setup: KeySetup::NEUTRAL,
            exclusive_class: 0,
            sends: false,
            offsets: &[],
            character: Character::NEUTRAL,
            steering: Steering::NONE,
            filter_moves: false,
            changes_seen: 0,
            rate: 44_100.0,
            unheard: false,
        };
        let inputs = Vec::with_capacity(MOST_MODULATORS);
        let offsets = Vec::with_capacity(Generator::ALL.len());
        Voice::within(Lists { inputs, offsets, outstanding: Vec::new() }, &onset, |_| 0.0)
    }

    /// Starts afresh, in the memory that this voice has.
    pub(crate) fn restart(&mut self, onset: &Onset<'_>, source_value: impl Fn(Controller) -> f32) {
        let lists = Lists {
            inputs: std::mem::take(&mut self.inputs),
            offsets: std::mem::take(&mut self.offsets),
            outstanding: std::mem::take(&mut self.outstanding),
        };
        *self = Voice::within(lists, onset, source_value);
    }

    fn within(lists: Lists, onset: &Onset<'_>, source_value: impl Fn(Controller) -> f32) -> Voice {
        let Lists { mut inputs, mut offsets, mut outstanding } = lists;
        offsets.clear();
        outstanding.clear();
        offsets.extend_from_slice(onset.offsets);
        let layer = &onset.program.layers[onset.layer];
        let key = layer.fixed(Generator::Keynum).unwrap_or(f32::from(onset.key));
        let velocity = layer.fixed(Generator::Velocity).unwrap_or(f32::from(onset.velocity));
        let pitching = Pitching {
            key,
            tuning: onset.tuning,
            volume: onset.volume,
            key_setup: onset.key_setup,
            swell: onset.steering.amplitude(),
            dry: onset.steering.dry,
        };
        layer.modulators.inputs(
            |controller| match controller {
                Controller::Key => key,
                Controller::Velocity => velocity,
                other => source_value(other),
            },
            &mut inputs,
        );
        let moves = Moves {
            offsets: onset.offsets,
            character: &onset.character,
            steering: &onset.steering,
            key_setup: &onset.key_setup,
        };
        let mut values = moves.of(layer, &inputs);
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
            unheard: onset.unheard,
            controlled: onset.frame,
            outstanding,
            program: onset.program.clone(),
            layer: onset.layer,
            exclusive_class: onset.exclusive_class,
            rate: onset.rate,
            heard: if onset.sends { [1.0; 4] } else { [1.0, 1.0, 0.0, 0.0] },
            feeds: articulation.gains.map(|gain| gain != 0.0),
            slide: onset.origin.map_or(Slide::default(), |origin| {
                let from = keys_moved(layer, key, origin.key) * articulation.scale;
                let from = from + f64::from(origin.tuning - onset.tuning);
                Slide::new(onset.frame, from, 0.0, origin.pace)
            }),
            pitching,
            inputs,
            offsets,
            character: onset.character,
            steering: onset.steering,
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

    /// The buses that it may feed.
    pub(crate) fn feeds(&self) -> [bool; 4] {
        std::array::from_fn(|bus| self.feeds[bus] && self.heard[bus] != 0.0)
    }

    pub(crate) fn source(&self) -> SampleSource {
        self.source
    }

    /// Whether this voice and `program`'s class `class` exclude each other.
    pub(crate) fn is_excluded_by(&self, program: &Arc<Program>, class: i32) -> bool {
        Arc::ptr_eq(&self.program, program) && self.exclusive_class == class
    }

    /// Lets go of the note at `frame`.
    pub(crate) fn release(&mut self, frame: u64) {
        let shortest = whole(SHORTEST_NOTE * self.rate);
        self.released.get_or_insert(frame.max(self.birth + shortest));
    }

    /// Fades the voice out from `frame` on, or from earlier if that has been decided: a kill may be known a block ahead
    /// when a release that fades out at once comes first.
    pub(crate) fn kill(&mut self, frame: u64) {
        self.killed = Some(self.killed.map_or(frame, |killed| killed.min(frame)));
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

    /// Ends the voice where it stands.
    pub(crate) fn finish(&mut self) {
        self.finished = true;
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

    fn take_changes(&mut self, now: u64, changes: &[ChannelChange]) {
        let mut changed = false;
        while let Some(change) = changes.get(self.next_change).filter(|change| change.frame <= now) {
            changed |= self.take(now, &change.change);
            self.next_change += 1;
        }
        if changed {
            self.rearticulate(now);
        }
    }

    fn steer(&mut self, steering: &Steering) {
        self.steering = *steering;
        self.pitching.swell = steering.amplitude();
        self.pitching.dry = steering.dry;
    }

    fn take(&mut self, now: u64, change: &Change) -> bool {
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
            Change::Character(character) => {
                self.character = Character { soft: self.character.soft, ..*character };
                true
            }
            Change::Tuning(cents) => {
                self.pitching.tuning = cents[usize::from(self.key)];
                true
            }
            Change::Steering(steering) => {
                self.steer(steering);
                true
            }
            Change::KeySteering(key, steering) => {
                let concerned = *key == self.key;
                if concerned {
                    self.steer(steering);
                }
                concerned
            }
            Change::Transfer(transfer) => {
                let concerned = transfer.voices.contains(&self.serial);
                if concerned {
                    self.go_on_at(now, transfer);
                }
                concerned
            }
            Change::Volume(amplitude) => {
                self.pitching.volume = *amplitude;
                true
            }
        }
    }

    /// Slides from the present pitch to that of another key.
    fn go_on_at(&mut self, now: u64, transfer: &Transfer) {
        let from = self.slide.offset(now as f64) + f64::from(self.pitching.tuning - transfer.tuning);
        let keys = keys_moved(&self.program.layers[self.layer], self.pitching.key, transfer.key);
        self.slide = Slide::new(now, from, keys * self.articulation.scale, transfer.pace);
        self.pitching.tuning = transfer.tuning;
        self.key = transfer.key;
    }

    fn rearticulate(&mut self, now: u64) {
        let layer = &self.program.layers[self.layer];
        let moves = Moves {
            offsets: &self.offsets,
            character: &self.character,
            steering: &self.steering,
            key_setup: &self.pitching.key_setup,
        };
        let mut values = moves.of(layer, &self.inputs);
        let articulation = Articulation::new(layer, &mut values, &self.pitching, self.rate);
        if articulation.gains != self.articulation.gains {
            self.glide_from = self.gliding_gains(now);
            self.glide_start = now;
            self.feeds = std::array::from_fn(|bus| self.feeds[bus] || articulation.gains[bus] != 0.0);
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
}

/// How many keys above the one that it was struck with a voice plays `key`: none where all keys sound alike.
fn keys_moved(layer: &Layer, struck: f32, key: u8) -> f64 {
    if layer.fixed(Generator::Keynum).is_some() { 0.0 } else { f64::from(key) - f64::from(struck) }
}

/// What moves a layer's generators besides its modulators.
struct Moves<'a> {
    offsets: &'a [(Generator, f32)],
    character: &'a Character,
    steering: &'a Steering,
    key_setup: &'a KeySetup,
}

impl Moves<'_> {
    /// The layer's generators with all that and all modulators.
    fn of(&self, layer: &Layer, inputs: &[[f32; 2]]) -> Values {
        let mut values = layer.generators;
        self.key_setup.shape(&mut values);
        self.steering.shape(&mut values);
        for &(generator, offset) in self.offsets {
            values[generator as usize] += offset;
        }
        self.character.and(&self.key_setup.steps).shape(layer, inputs, &mut values);
        layer.modulators.apply(inputs, &mut values);
        values
    }
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
