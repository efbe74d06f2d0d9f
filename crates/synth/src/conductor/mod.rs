//! From events to voices: the one place that decides what starts, what stops and what gives way.

mod channel;
mod effects;
mod filter_moves;
mod held;
mod keys;
mod notes;
mod part;
mod portamento;
mod programs;
mod rehearsal;
mod routes;
mod settings;
mod solo;
mod stealing;
mod tuning;
mod unrendered;
mod variation;

use std::sync::Arc;

use rae_midi::sysex::{Key, System};
use rae_midi::{Action, Message, PORT, Router, cc};
use rae_soundfont::SoundFont;

use crate::bucket::{Bucket, Stretch};
use crate::control::{KeySetup, Onset, Origin};
use crate::executor::Executor;
use crate::program::Program;
use crate::voices::Voices;
use crate::warning::{Warning, Warnings};
use crate::{ChannelSet, Settings, Statistics};
use channel::{Channel, Effect};
pub use effects::AskedSends;
pub(crate) use filter_moves::FilterMoves;
use held::Held;
use keys::Keys;
use programs::Programs;
pub(crate) use rehearsal::{MOST_NEEDS, Need, Rehearsal};
use stealing::Stealing;
use tuning::Tuning;
pub(crate) use unrendered::Unrendered;
use variation::Variation;

/// What the sixteen channels of a port share.
struct Port {
    tuning: Tuning,
    mode: System,
    master_volume: f32,
    /// Semitones by which keys are moved, those of drums excepted.
    shift: i8,
    keys: Keys,
    variation: Variation,
}

impl Default for Port {
    fn default() -> Port {
        Port {
            tuning: Tuning::default(),
            mode: System::default(),
            master_volume: 1.0,
            shift: 0,
            keys: Keys::new(PORT),
            variation: Variation::default(),
        }
    }
}

/// A layer of a note that begins.
struct Start<'a> {
    channel: usize,
    key: u8,
    velocity: u8,
    origin: Option<Origin>,
    program: &'a Arc<Program>,
    layer: usize,
    class: i32,
    key_setup: KeySetup,
}

/// Holds the channels and all voices.
pub(crate) struct Conductor {
    settings: Settings,
    channels: Vec<Channel>,
    ports: Vec<Port>,
    router: Router,
    programs: Programs,
    font: Arc<SoundFont>,
    voices: Voices,
    stealing: Stealing,
    /// By channel, whether its filters are moved: then no voice of it may do without one.
    filter_moves: Vec<bool>,
    hears: bool,
    statistics: Statistics,
    warnings: Warnings,
}

impl Conductor {
    /// `filter_moves`: the channels whose filters will be moved ([`FilterMoves`]). `make` makes the executors of the
    /// voices' buckets.
    pub(crate) fn new(
        font: Arc<SoundFont>,
        channels: u16,
        filter_moves: &ChannelSet,
        settings: &Settings,
        make: impl Fn() -> Box<dyn Executor>,
    ) -> Conductor {
        let ports = usize::from(channels).div_ceil(PORT).max(1);
        let channels = (ports * PORT) as u16;
        Conductor {
            settings: settings.clone(),
            channels: (0..channels).map(Channel::new).collect(),
            ports: (0..ports).map(|_| Port::default()).collect(),
            router: Router::new(ports),
            programs: Programs::new(font.clone()),
            font,
            voices: Voices::new(make),
            stealing: Stealing::default(),
            filter_moves: (0..channels).map(|channel| filter_moves.contains(channel)).collect(),
            hears: true,
            statistics: Statistics::default(),
            warnings: Warnings::default(),
        }
    }

    /// Back to the state of a fresh synthesizer; presets that are ready, counts and warnings stay.
    pub(crate) fn restart(&mut self) {
        for channel in &mut self.channels {
            *channel = Channel::new(channel.index);
        }
        self.ports.fill_with(Port::default);
        self.router.reset();
        self.voices.restart();
        self.stealing = Stealing::default();
    }

    /// Throws away what the voices, of which there are none, would have to know of the events so far.
    pub(crate) fn forget_changes(&mut self) {
        self.channels.iter_mut().for_each(|channel| channel.changes.clear());
    }

    /// Makes room for all that may come, so that nothing is allocated while playing: `changes` of one channel in a block of
    /// one quantum. From now on presets have to be handed over ready.
    pub(crate) fn reserve(&mut self, changes: usize, stretch: &mut Stretch) {
        let limit = self.settings.voice_limit();
        self.programs = Programs::handed_over(self.font.clone());
        self.voices.reserve(2 * limit + 1);
        self.stealing.reserve(limit);
        self.warnings.reserve();
        for port in &mut self.ports {
            port.tuning.reserve();
            port.keys.reserve();
        }
        self.channels.iter_mut().for_each(|channel| channel.reserve(changes));
        stretch.changes = self.channels.iter().map(|_| Vec::with_capacity(changes)).collect();
    }

    /// Takes a preset that has been made ready.
    pub(crate) fn hand_over(&mut self, preset: usize, program: Arc<Program>) {
        self.programs.hand_over(preset, program);
    }

    /// From now on no voice of this channel may do without a filter.
    pub(crate) fn move_filters(&mut self, channel: u16) {
        self.filter_moves[usize::from(channel)] = true;
    }

    /// How many voices there are, those included that fade out.
    pub(crate) fn voices(&self) -> usize {
        self.voices.count()
    }

    pub(crate) fn statistics(&self) -> Statistics {
        self.statistics
    }

    pub(crate) fn warn(&mut self, warning: Warning) {
        self.warnings.once(warning);
    }

    pub(crate) fn take_warnings(&mut self) -> Vec<Warning> {
        self.warnings.take()
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.voices.count() == 0
    }

    /// Whether these actions could make voices give way, which depends on which of them have ended by then.
    pub(crate) fn might_run_out(&self, actions: impl Iterator<Item = Action>) -> bool {
        let mut voices = self.voices.count();
        let mut same_parts = true;
        let mut same_programs = true;
        let mut same_modes = true;
        for action in actions {
            match &action {
                // System exclusive can have any part hear this.
                Action::Channel { message: Message::NoteOn { .. } | Message::NoteOff { .. }, .. } if !same_parts => {
                    return true;
                }
                Action::Channel { channel, message: Message::NoteOn { .. } | Message::NoteOff { .. } } => {
                    // Where one note sounds at a time, a key that goes up can start that of another.
                    let starts = |part: &usize| starts_note(&action) || !same_modes || self.channels[*part].is_solo();
                    for part in self.router.parts(*channel).filter(starts) {
                        let sound = self.channels[part].sound.as_ref();
                        let Some(sound) = sound.filter(|_| same_programs) else { return true };
                        voices += sound.most_layers;
                    }
                    if voices >= self.settings.voice_limit() {
                        return true;
                    }
                }
                Action::Channel { message: Message::ProgramChange { .. }, .. } => same_programs = false,
                Action::Channel {
                    message: Message::ControlChange { controller: cc::LEGATO | cc::MONO_MODE, .. },
                    ..
                } => same_modes = false,
                Action::SysEx { .. } => same_parts = false,
                Action::Channel { .. } => {}
            }
        }
        false
    }

    /// The buckets with all voices, and what happens to them from the frame `start` to `end`.
    pub(crate) fn begin_block(&mut self, stretch: &mut Stretch) -> &mut Vec<Box<Bucket>> {
        stretch.changes.resize_with(self.channels.len(), Vec::new);
        for (channel, changes) in self.channels.iter_mut().zip(&mut stretch.changes) {
            std::mem::swap(&mut channel.changes, changes);
        }
        self.voices.buckets_mut()
    }

    /// The shares of the voices.
    pub(crate) fn buckets_mut(&mut self) -> &mut Vec<Box<Bucket>> {
        self.voices.buckets_mut()
    }

    /// The block has been rendered.
    pub(crate) fn end_block(&mut self, stretch: &mut Stretch) {
        self.end_stretch(stretch);
        let (most, voice_frames) = self.voices.rendered();
        self.statistics.peak_voices = self.statistics.peak_voices.max(most);
        self.statistics.voice_frames += voice_frames;
    }

    /// The voices have been controlled.
    pub(crate) fn end_stretch(&mut self, stretch: &mut Stretch) {
        for (channel, changes) in self.channels.iter_mut().zip(&mut stretch.changes) {
            std::mem::swap(&mut channel.changes, changes);
            channel.changes.clear();
        }
        self.voices.take_note();
        self.stealing.forget();
    }

    /// Whether notes that begin from now on are heard.
    pub(crate) fn hear(&mut self, heard: bool) {
        self.hears = heard;
    }

    /// Does what an event at `frame` asks for.
    pub(crate) fn act(&mut self, frame: u64, action: &Action) {
        if let Action::Channel { channel, message: Message::NoteOn { velocity: 1.., .. } } = action
            && self.settings.muted.contains(*channel)
        {
            return;
        }
        let mut router = std::mem::take(&mut self.router);
        router.route(action, |request| self.take(frame, &request));
        self.router = router;
    }

    /// Leaves out a note: what was meant for it alone is not for the next one.
    pub(crate) fn skip(&mut self, note: &Action) {
        if let Action::Channel { channel, .. } = note {
            self.router.parts(*channel).for_each(|part| self.channels[part].portamento.source = None);
        }
    }

    /// The tracks have ended: keys and pedals are let go.
    pub(crate) fn end(&mut self, frame: u64) {
        for channel in &mut self.channels {
            channel.held = Held::NONE;
            channel.notes.drain(|voices| self.stealing.release(frame, voices, &mut self.voices));
        }
    }

    fn message(&mut self, frame: u64, channel: usize, message: Message) {
        match message {
            Message::NoteOn { key, velocity: 0 } | Message::NoteOff { key, .. } => {
                if self.key_state(channel, key).receives_off {
                    self.unpress(frame, channel, key);
                }
            }
            Message::NoteOn { key, velocity } => self.note_on(frame, channel, key, velocity),
            Message::PolyPressure { key, pressure } => {
                let played = self.transposed(channel, key);
                self.channels[channel].set_key_pressure(frame, played, pressure);
            }
            Message::ControlChange { controller, value } => {
                let effect = self.channels[channel].control(frame, controller, value);
                self.take_effect(frame, channel, &effect);
            }
            Message::ProgramChange { program } => {
                self.channels[channel].set_program(program, self.ports[channel / PORT].mode);
                self.reset_keys(channel);
            }
            Message::ChannelPressure { pressure } => self.channels[channel].set_pressure(frame, pressure),
            Message::PitchBend { value } => self.channels[channel].set_bend(frame, value),
        }
    }

    fn take_effect(&mut self, frame: u64, channel: usize, effect: &Effect) {
        match effect {
            Effect::None => {}
            Effect::PedalUp => self.release_unheld(frame, channel),
            Effect::SostenutoDown => self.channels[channel].notes.catch(),
            Effect::SostenutoUp => {
                self.channels[channel].notes.uncatch();
                self.release_unheld(frame, channel);
            }
            Effect::AllNotesOff => {
                self.channels[channel].held = Held::NONE;
                self.channels[channel].notes.lift_all();
                self.release_unheld(frame, channel);
            }
            Effect::AllSoundOff => self.silence(frame, channel),
            Effect::Key { key, parameter, value } => {
                self.set_key(channel, &Key { key: *key, parameter: *parameter, value: *value });
            }
            Effect::Retune => self.channels[channel].retune(frame, &self.ports[channel / PORT].tuning),
            Effect::SoundController { number, value } => self.set_sound_controller(frame, channel, *number, *value),
        }
    }

    /// Sets a sound controller by another of its names: a maker's parameter of the channel.
    fn set_sound_controller(&mut self, frame: u64, channel: usize, number: u8, value: u8) {
        let value = self.ports[channel / PORT].mode.relative(value);
        self.channels[channel].control(frame, number, value);
    }

    /// Key that sounds for a key that came in.
    fn transposed(&self, channel: usize, key: u8) -> u8 {
        if self.channels[channel].selection.drums {
            return key & 127;
        }
        let shifts = [self.settings.transpose, self.ports[channel / PORT].shift, self.channels[channel].part.shift];
        (i16::from(key & 127) + shifts.into_iter().map(i16::from).sum::<i16>()).clamp(0, 127) as u8
    }

    fn note_on(&mut self, frame: u64, channel: usize, key: u8, velocity: u8) {
        self.give_way_to_same_key(frame, channel, key);
        let Some(velocity) = self.channels[channel].part.velocity(key, velocity) else { return };
        if !self.key_state(channel, key).receives_on {
            return;
        }
        self.press(frame, channel, key, velocity);
    }

    /// Starts a note whose pitch comes from another key's, if one is named.
    fn strike(&mut self, frame: u64, channel: usize, key: u8, velocity: u8, from: Option<u8>) {
        let origin = self.origin(channel, from);
        let state = &mut self.channels[channel];
        let program =
            state.sound.get_or_insert_with(|| self.programs.find(&state.selection, &mut self.warnings)).clone();
        let played = self.transposed(channel, key);
        let group = self.key_state(channel, key).group;
        let key_setup = self.key_setup(frame, channel, &program, (played, velocity));
        let first = self.voices.next_serial();
        for layer in program.answering(played, velocity) {
            let class = group.unwrap_or(program.exclusive_class(layer));
            self.exclude(frame, channel, &program, class, first);
            let start = Start { channel, key: played, velocity, origin, program: &program, layer, class, key_setup };
            self.start_voice(frame, &start);
        }
        self.channels[channel].notes.push(key, velocity, first..self.voices.next_serial());
    }

    /// A key struck again lets its earlier note go; under a pedal only so many layers may pile up.
    fn give_way_to_same_key(&mut self, frame: u64, channel: usize, key: u8) {
        self.lift(frame, channel, key);
        for serial in self.channels[channel].notes.surplus(key).into_iter().flatten() {
            self.voices.kill(serial, frame);
        }
    }

    /// A key goes up: its notes are released unless a pedal holds them.
    fn lift(&mut self, frame: u64, channel: usize, key: u8) {
        let channel = &mut self.channels[channel];
        let sustained = channel.sustains();
        channel.notes.lift(key, sustained, |voices| self.stealing.release(frame, voices, &mut self.voices));
    }

    /// Releases every note that neither its key nor a pedal holds.
    fn release_unheld(&mut self, frame: u64, channel: usize) {
        let channel = &mut self.channels[channel];
        let sustained = channel.sustains();
        channel.notes.sift(sustained, |voices| self.stealing.release(frame, voices, &mut self.voices));
    }

    /// Cuts everything on a channel, whatever keys are down.
    fn silence(&mut self, frame: u64, channel: usize) {
        self.channels[channel].held = Held::NONE;
        self.cut(frame, channel);
    }

    /// Cuts the notes of a channel.
    fn cut(&mut self, frame: u64, channel: usize) {
        let state = &mut self.channels[channel];
        state.notes.clear();
        let since = std::mem::replace(&mut state.cut_before, self.voices.next_serial());
        self.voices.kill_where(frame, since, |voice| usize::from(voice.channel) == channel);
    }

    /// Exclusive class: older voices of the class, channel and preset are cut.
    fn exclude(&mut self, frame: u64, channel: usize, program: &Arc<Program>, class: i32, first: u64) {
        if class != 0 {
            self.voices.kill_where(frame, 0, |voice| {
                usize::from(voice.channel) == channel && voice.serial < first && voice.is_excluded_by(program, class)
            });
        }
    }

    fn start_voice(&mut self, frame: u64, start: &Start<'_>) {
        let &Start { channel, key, velocity, origin, program, layer, class, key_setup } = start;
        self.make_room(frame);
        let changes_seen = self.channels[channel].note_birth(frame);
        let state = &self.channels[channel];
        let (serial, slot) = self.voices.next_place();
        let onset = Onset {
            frame,
            serial,
            slot,
            channel: channel as u16,
            key,
            velocity,
            program,
            layer,
            tuning: state.cents[usize::from(key)],
            origin,
            volume: self.ports[channel / PORT].master_volume,
            key_setup,
            exclusive_class: class,
            sends: self.settings.sends,
            offsets: &state.offsets,
            character: state.character(),
            steering: state.steering(Some(key)),
            filter_moves: self.filter_moves[channel],
            changes_seen,
            rate: f64::from(self.settings.rate.hz()),
            unheard: !self.hears,
        };
        self.voices.start(&onset, |controller| state.source_value(controller, key));
        self.stealing.born(frame, serial, &self.voices);
        self.statistics.voices += 1;
    }

    /// Lets the least audible voice give way when all are in use.
    fn make_room(&mut self, frame: u64) {
        let limit = self.settings.voice_limit();
        // A flood of notes within one fade would pile up voices without end: those are dropped where they stand.
        if self.voices.count() >= 2 * limit {
            self.voices.drop_killed();
        }
        if self.voices.sounding() < limit {
            return;
        }
        if let Some(serial) = self.stealing.victim(frame, &self.voices) {
            self.voices.kill(serial, frame);
            self.statistics.stolen += 1;
            self.warnings.once(Warning::VoiceLimit { limit, frame });
        }
    }
}

/// Whether this is a note-on; one of velocity 0 is not.
pub(crate) fn starts_note(action: &Action) -> bool {
    matches!(action, Action::Channel { message: Message::NoteOn { velocity: 1.., .. }, .. })
}
