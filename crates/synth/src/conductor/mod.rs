//! From events to voices: the one place that decides what starts, what stops and what gives way.

mod bank;
mod channel;
mod programs;
mod stealing;
mod sysex;
mod tuning;

use std::ops::Range;
use std::sync::Arc;

use rae_midi::{Action, Message};
use rae_soundfont::{Generator, SoundFont};

use crate::bucket::Bucket;
use crate::control::{Change, ChannelChange, Onset, Voice};
use crate::executor::BUCKETS;
use crate::program::Program;
use crate::warning::{Warning, Warnings};
use crate::{Settings, Statistics};
use bank::BankMode;
use channel::{Channel, Effect, HeldNote};
use programs::Programs;
use stealing::Stealing;
use sysex::SysEx;
use tuning::{Tuning, TuningMessage};

/// Notes of one key that a pedal may hold at once.
const LAYERS_PER_KEY: usize = 16;

/// Channels of a port.
const PORT: usize = 16;

/// What the sixteen channels of a port share.
struct Port {
    tuning: Tuning,
    mode: BankMode,
    master_volume: f32,
}

impl Default for Port {
    fn default() -> Port {
        Port { tuning: Tuning::default(), mode: BankMode::default(), master_volume: 1.0 }
    }
}

/// Places in the filter memory of a bucket.
#[derive(Default)]
struct Slots {
    free: Vec<usize>,
    used: usize,
}

impl Slots {
    fn take(&mut self) -> usize {
        self.free.pop().unwrap_or_else(|| {
            self.used += 1;
            self.used - 1
        })
    }
}

fn bucket_of(serial: u64) -> usize {
    (serial % BUCKETS as u64) as usize
}

/// Holds the channels and all sounding voices, ascending by serial.
pub(crate) struct Conductor {
    settings: Settings,
    channels: Vec<Channel>,
    ports: Vec<Port>,
    programs: Programs,
    voices: Vec<Box<Voice>>,
    /// Voices that are not fading out.
    sounding: usize,
    stealing: Stealing,
    slots: [Slots; BUCKETS],
    next_serial: u64,
    filter_moves: bool,
    statistics: Statistics,
    warnings: Warnings,
}

impl Conductor {
    /// `filter_moves`: the piece moves some filter by NRPN, so that no voice may do without one.
    pub(crate) fn new(font: Arc<SoundFont>, channels: u16, filter_moves: bool, settings: &Settings) -> Conductor {
        let ports = usize::from(channels).div_ceil(PORT).max(1);
        Conductor {
            settings: settings.clone(),
            channels: (0..(ports * PORT) as u16).map(Channel::new).collect(),
            ports: (0..ports).map(|_| Port::default()).collect(),
            programs: Programs::new(font),
            voices: Vec::new(),
            sounding: 0,
            stealing: Stealing::default(),
            slots: Default::default(),
            next_serial: 0,
            filter_moves,
            statistics: Statistics::default(),
            warnings: Warnings::default(),
        }
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
        self.voices.is_empty()
    }

    /// Forgets the voices that have ended and the changes of the block.
    pub(crate) fn end_block(&mut self) {
        self.drop_voices(Voice::is_finished);
        self.sounding = self.voices.iter().filter(|voice| !voice.is_killed()).count();
        self.voices.iter_mut().for_each(|voice| voice.end_block());
        self.channels.iter_mut().for_each(|channel| channel.changes.clear());
    }

    fn drop_voices(&mut self, goes: impl Fn(&Voice) -> bool) {
        let slots = &mut self.slots;
        self.voices.retain(|voice| {
            let goes = goes(voice);
            if goes {
                slots[bucket_of(voice.serial)].free.push(voice.slot);
            }
            !goes
        });
    }

    /// Whether so many note-ons could make voices give way, which depends on which of them have ended by then.
    pub(crate) fn is_crowded(&self, note_ons: usize) -> bool {
        self.voices.len() + note_ons * self.programs.most_layers() >= self.settings.max_voices
    }

    /// Gives every voice to its bucket.
    pub(crate) fn hand_out(&mut self, buckets: &mut [Box<Bucket>]) {
        for voice in self.voices.drain(..) {
            buckets[bucket_of(voice.serial)].voices.push(voice);
        }
    }

    /// The changes of this block by channel; [`Conductor::take_back`] wants them again.
    pub(crate) fn take_changes(&mut self) -> Vec<Vec<ChannelChange>> {
        self.channels.iter_mut().map(|channel| std::mem::take(&mut channel.changes)).collect()
    }

    /// Takes voices and changes back.
    pub(crate) fn take_back(&mut self, buckets: &mut [Box<Bucket>], changes: Vec<Vec<ChannelChange>>) {
        for bucket in buckets {
            self.voices.append(&mut bucket.voices);
        }
        self.voices.sort_unstable_by_key(|voice| voice.serial);
        for (channel, changes) in self.channels.iter_mut().zip(changes) {
            channel.changes = changes;
        }
    }

    /// Counts what a block of `frames` frames was made of.
    pub(crate) fn count_block(&mut self, voice_frames: u64) {
        self.statistics.voice_frames += voice_frames;
        self.statistics.peak_voices = self.statistics.peak_voices.max(self.voices.len());
    }

    /// Does what an event at `frame` asks for.
    pub(crate) fn act(&mut self, frame: u64, action: &Action) {
        match action {
            Action::Channel { channel, message } => {
                let channel = usize::from(*channel);
                if channel < self.channels.len() {
                    self.message(frame, channel, *message);
                }
            }
            Action::SysEx { port, data } => self.sysex(frame, usize::from(*port), data),
        }
    }

    /// The tracks have ended: keys and pedals are let go.
    pub(crate) fn end(&mut self, frame: u64) {
        for channel in 0..self.channels.len() {
            let notes = std::mem::take(&mut self.channels[channel].notes);
            for note in notes {
                self.release(frame, note.voices);
            }
        }
    }

    fn message(&mut self, frame: u64, channel: usize, message: Message) {
        match message {
            Message::NoteOn { key, velocity: 0 } | Message::NoteOff { key, .. } => self.note_off(frame, channel, key),
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
                self.channels[channel].set_program(program, self.ports[channel / PORT].mode)
            }
            Message::ChannelPressure { pressure } => self.channels[channel].set_pressure(frame, pressure),
            Message::PitchBend { value } => self.channels[channel].set_bend(frame, value),
        }
    }

    fn take_effect(&mut self, frame: u64, channel: usize, effect: &Effect) {
        match effect {
            Effect::None => {}
            Effect::PedalUp => self.release_unheld(frame, channel),
            Effect::SostenutoDown => {
                for note in &mut self.channels[channel].notes {
                    note.sostenuto |= note.down;
                }
            }
            Effect::SostenutoUp => {
                for note in &mut self.channels[channel].notes {
                    note.sostenuto = false;
                }
                self.release_unheld(frame, channel);
            }
            Effect::AllNotesOff => {
                for note in &mut self.channels[channel].notes {
                    note.down = false;
                }
                self.release_unheld(frame, channel);
            }
            Effect::AllSoundOff => self.silence(frame, channel),
            Effect::Retune => self.channels[channel].retune(frame, &self.ports[channel / PORT].tuning),
        }
    }

    /// Key that sounds for a key that came in.
    fn transposed(&self, channel: usize, key: u8) -> u8 {
        if self.channels[channel].drums {
            return key & 127;
        }
        (i16::from(key & 127) + i16::from(self.settings.transpose)).clamp(0, 127) as u8
    }

    fn note_on(&mut self, frame: u64, channel: usize, key: u8, velocity: u8) {
        self.give_way_to_same_key(frame, channel, key);
        if self.settings.muted.contains(channel as u16) {
            return;
        }
        self.statistics.notes += 1;
        let state = &mut self.channels[channel];
        let program = state
            .sound
            .get_or_insert_with(|| self.programs.find(state.bank, state.program, state.drums, &mut self.warnings))
            .clone();
        let played = self.transposed(channel, key);
        let first = self.next_serial;
        for layer in (0..program.layers.len()).filter(|&i| program.layers[i].answers(played, velocity)) {
            self.exclude(frame, channel, &program, program.layers[layer].exclusive_class(), first);
            self.start_voice(frame, channel, played, velocity, &program, layer);
        }
        let voices = first..self.next_serial;
        self.channels[channel].notes.push(HeldNote { key, voices, down: true, sostenuto: false });
    }

    /// A key struck again lets its earlier note go; under a pedal only so many layers may pile up.
    fn give_way_to_same_key(&mut self, frame: u64, channel: usize, key: u8) {
        for note in self.channels[channel].notes.iter_mut().filter(|note| note.key == key) {
            note.down = false;
        }
        self.release_unheld(frame, channel);
        let notes = &mut self.channels[channel].notes;
        if notes.iter().filter(|note| note.key == key).count() >= LAYERS_PER_KEY {
            let oldest = notes.iter().position(|note| note.key == key).map(|i| notes.remove(i));
            for serial in oldest.into_iter().flat_map(|note| note.voices) {
                self.kill(serial, frame);
            }
        }
    }

    fn note_off(&mut self, frame: u64, channel: usize, key: u8) {
        for note in self.channels[channel].notes.iter_mut().filter(|note| note.key == key) {
            note.down = false;
        }
        self.release_unheld(frame, channel);
    }

    /// Releases every note that neither its key nor a pedal holds.
    fn release_unheld(&mut self, frame: u64, channel: usize) {
        let sustained = self.channels[channel].sustains();
        let mut i = 0;
        while i < self.channels[channel].notes.len() {
            let note = &self.channels[channel].notes[i];
            if note.down || note.sostenuto || sustained {
                i += 1;
            } else {
                let note = self.channels[channel].notes.remove(i);
                self.release(frame, note.voices);
            }
        }
    }

    fn release(&mut self, frame: u64, voices: Range<u64>) {
        for serial in voices {
            self.with_voice(serial, |voice| voice.release(frame));
        }
    }

    /// Cuts everything on a channel.
    fn silence(&mut self, frame: u64, channel: usize) {
        self.channels[channel].notes.clear();
        self.kill_where(frame, |voice| usize::from(voice.channel) == channel);
    }

    /// Exclusive class: older voices of the class, channel and preset are cut.
    fn exclude(&mut self, frame: u64, channel: usize, program: &Arc<Program>, class: i32, first: u64) {
        if class != 0 {
            self.kill_where(frame, |voice| {
                usize::from(voice.channel) == channel && voice.serial < first && voice.is_excluded_by(program, class)
            });
        }
    }

    fn kill_where(&mut self, frame: u64, goes: impl Fn(&Voice) -> bool) {
        for voice in self.voices.iter_mut().filter(|voice| !voice.is_killed() && goes(voice)) {
            voice.kill(frame);
            self.sounding -= 1;
        }
    }

    fn kill(&mut self, serial: u64, frame: u64) {
        let mut killed = false;
        self.with_voice(serial, |voice| {
            killed = !voice.is_killed();
            voice.kill(frame);
        });
        self.sounding -= usize::from(killed);
    }

    fn with_voice(&mut self, serial: u64, act: impl FnOnce(&mut Voice)) {
        if let Ok(i) = self.voices.binary_search_by_key(&serial, |voice| voice.serial) {
            act(&mut self.voices[i]);
        }
    }

    fn start_voice(&mut self, frame: u64, channel: usize, key: u8, velocity: u8, program: &Arc<Program>, layer: usize) {
        self.make_room(frame);
        let changes_seen = self.channels[channel].note_birth(frame);
        let state = &self.channels[channel];
        let slot = self.slots[bucket_of(self.next_serial)].take();
        let onset = Onset {
            frame,
            serial: self.next_serial,
            slot,
            channel: channel as u16,
            key,
            velocity,
            program,
            layer,
            tuning: state.cents[usize::from(key)],
            volume: self.ports[channel / PORT].master_volume,
            sends: self.settings.sends,
            offsets: &state.offsets,
            filter_moves: self.filter_moves,
            changes_seen,
            rate: f64::from(self.settings.rate.hz()),
        };
        let voice = Voice::new(&onset, |controller| state.source_value(controller, key));
        self.stealing.born(frame, &voice);
        self.voices.push(Box::new(voice));
        self.sounding += 1;
        self.next_serial += 1;
        self.statistics.voices += 1;
    }

    /// Lets the least audible voice give way when all are in use.
    fn make_room(&mut self, frame: u64) {
        let limit = self.settings.max_voices.max(1);
        // A flood of notes within one fade would pile up voices without end: those are dropped where they stand.
        if self.voices.len() >= 2 * limit {
            self.drop_voices(Voice::is_killed);
        }
        if self.sounding < limit {
            return;
        }
        if let Some(serial) = self.stealing.victim(frame, &self.voices) {
            self.kill(serial, frame);
            self.statistics.stolen += 1;
            self.warnings.once(Warning::VoiceLimit { limit, frame });
        }
    }

    fn sysex(&mut self, frame: u64, port: usize, data: &[u8]) {
        let channels = port * PORT..(port + 1) * PORT;
        if port >= self.ports.len() {
            return;
        }
        match sysex::parse(data) {
            SysEx::Reset(mode) => {
                self.ports[port] = Port { mode, ..Port::default() };
                for channel in channels {
                    self.silence(frame, channel);
                    self.channels[channel].reset();
                }
            }
            SysEx::MasterVolume(volume) => {
                // Volume controllers are concave over 96 dB: an amplitude of the square.
                self.ports[port].master_volume = volume * volume;
                for channel in &mut self.channels[channels] {
                    channel.push(frame, Change::Volume(volume * volume));
                }
            }
            SysEx::MasterFine(cents) => {
                self.ports[port].tuning.master_fine = cents;
                self.retune(frame, port, u16::MAX);
            }
            SysEx::MasterCoarse(cents) => {
                self.ports[port].tuning.master_coarse = cents;
                self.retune(frame, port, u16::MAX);
            }
            SysEx::Tuning(message) => match self.ports[port].tuning.message(message) {
                Some(TuningMessage::Octave { channels: named, cents }) => {
                    for channel in self.channels[channels].iter_mut().filter(|c| tuning::names(named, c)) {
                        channel.set_octave(cents);
                    }
                    self.retune(frame, port, named);
                }
                Some(TuningMessage::Program) => self.retune(frame, port, u16::MAX),
                None => {}
            },
            SysEx::Other => {}
        }
    }

    fn retune(&mut self, frame: u64, port: usize, named: u16) {
        let channels = &mut self.channels[port * PORT..(port + 1) * PORT];
        for channel in channels.iter_mut().filter(|c| tuning::names(named, c)) {
            channel.retune(frame, &self.ports[port].tuning);
        }
    }
}

/// Whether a piece moves filters by SoundFont NRPN: then voices need theirs from the start.
pub(crate) fn moves_filters<'a>(actions: impl Iterator<Item = &'a Action>) -> bool {
    const FILTER: [Generator; 4] = [
        Generator::InitialFilterFc,
        Generator::InitialFilterQ,
        Generator::ModLfoToFilterFc,
        Generator::ModEnvToFilterFc,
    ];
    let mut soundfont = false;
    actions.into_iter().any(|action| match action {
        Action::Channel { message: Message::ControlChange { controller, value }, .. } => {
            soundfont |= *controller == 99 && *value == 120;
            soundfont && *controller == 98 && FILTER.iter().any(|&g| g as u8 == *value)
        }
        _ => false,
    })
}
