//! Doing what sysex sets.

use rae_midi::sysex::{Key, PartSetting, PortSetting, System};
use rae_midi::{Message, PORT, Request, cc};

use super::channel::Channel;
use super::keys::{KeyState, Keys, Place};
use super::tuning::{self, TuningMessage};
use super::variation::Variation;
use super::{Conductor, Port};
use crate::control::{Change, KeySetup, character};
use crate::program::Program;
use crate::warning::Warning;

impl Conductor {
    pub(super) fn take(&mut self, frame: u64, request: &Request<'_>) {
        match *request {
            Request::Message(channel, message) => self.message(frame, channel, message),
            Request::Part(channel, setting) => self.set_part(frame, channel, setting),
            Request::Port(port, setting) => self.set(frame, port, setting),
            Request::Reset(port, mode) => self.reset_port(frame, port, mode),
            Request::Tuning(port, message) => self.tuning_message(frame, port, message),
            Request::Damaged => self.warnings.once(Warning::Checksum { frame }),
        }
    }

    fn reset_port(&mut self, frame: u64, port: usize, mode: System) {
        self.ports[port].reset(mode);
        for channel in channels(port) {
            self.silence(frame, channel);
            self.channels[channel].reset();
        }
    }

    fn tuning_message(&mut self, frame: u64, port: usize, message: &[u8]) {
        match self.ports[port].tuning.message(message) {
            Some(TuningMessage::Octave { channels: named, cents }) => {
                for channel in self.channels[channels(port)].iter_mut().filter(|c| tuning::names(named, c)) {
                    channel.set_octave(cents);
                }
                self.retune(frame, port, named);
            }
            Some(TuningMessage::Program) => self.retune(frame, port, u16::MAX),
            None => {}
        }
    }

    fn set(&mut self, frame: u64, port: usize, setting: PortSetting) {
        let state = &mut self.ports[port];
        match setting {
            PortSetting::MasterVolume(volume) => {
                // Volume controllers are concave over 96 dB: an amplitude of the square.
                state.master_volume = volume * volume;
                let change = Change::Volume(state.master_volume);
                self.channels[channels(port)].iter_mut().for_each(|channel| channel.push(frame, change.clone()));
            }
            PortSetting::MasterFine(cents) => {
                state.tuning.master_fine = cents;
                self.retune(frame, port, u16::MAX);
            }
            PortSetting::MasterCoarse(cents) => {
                state.tuning.master_coarse = cents;
                self.retune(frame, port, u16::MAX);
            }
            PortSetting::MasterShift(semitones) => state.shift = semitones,
            PortSetting::MasterPan(value) => {
                let pan = Place::At(value.max(1)).pan(frame, 0).unwrap_or_default();
                self.channels[channels(port)].iter_mut().for_each(|channel| channel.set_balance(frame, pan));
            }
            PortSetting::Key(setup, Key { key, parameter, value }) => {
                state.keys.set(usize::from(setup), key, parameter, value);
            }
            PortSetting::Variation(setting) => {
                state.variation.take(setting);
                let variation = state.variation;
                for channel in &mut self.channels[channels(port)] {
                    channel.variation = variation;
                    channel.steer(frame);
                }
            }
            // Those who render the buses have heard of it.
            PortSetting::Effect(_) | PortSetting::Insertion(_) => {}
            PortSetting::ResetKeys(setup) => state.keys.reset(usize::from(setup)),
        }
    }

    fn set_part(&mut self, frame: u64, channel: usize, setting: PartSetting) {
        let state = &mut self.channels[channel];
        let port = &mut self.ports[channel / PORT];
        match setting {
            PartSetting::Control(controller, value) => {
                if character::is_sound_controller(controller) {
                    self.set_sound_controller(frame, channel, controller, value);
                } else {
                    self.message(frame, channel, Message::ControlChange { controller, value });
                }
            }
            // One parameter: what is random is nowhere else, and what is set is no longer random.
            PartSetting::RandomPan => {
                self.message(frame, channel, Message::ControlChange { controller: cc::PAN, value: 64 });
                self.channels[channel].part.place = Place::Anywhere;
            }
            PartSetting::Listen(_) => self.let_go(frame, channel),
            PartSetting::Program(program) => self.message(frame, channel, Message::ProgramChange { program }),
            PartSetting::Key(key) => self.set_key(channel, &key),
            PartSetting::Depth(source, destination, value) => state.set_depth(frame, source, destination, value),
            PartSetting::Choose(source, number) => {
                state.routes.choose(source, number);
                state.steer(frame);
            }
            PartSetting::Melodies => self.set_drums(frame, channel, false, None),
            PartSetting::Drums(setup) => self.set_drums(frame, channel, true, setup),
            PartSetting::Scale(class, cents) => {
                state.set_pitch_class(class, cents);
                state.retune(frame, &port.tuning);
            }
            PartSetting::DryLevel(level) => {
                state.dry = f32::from(level) / 127.0;
                state.steer(frame);
            }
            PartSetting::BendRange(semitones) => state.set_bend_range(frame, f32::from(semitones)),
            own => {
                if state.part.set(own) {
                    state.retune(frame, &port.tuning);
                }
            }
        }
    }

    fn set_drums(&mut self, frame: u64, channel: usize, drums: bool, setup: Option<u8>) {
        let state = &mut self.channels[channel];
        let port = &self.ports[channel / PORT];
        state.part.setup = setup;
        state.set_drums(drums, port.mode);
        state.retune(frame, &port.tuning);
    }

    /// Keys and pedals go up: a part that hears another channel would not hear it of this one.
    fn let_go(&mut self, frame: u64, channel: usize) {
        for controller in [cc::SUSTAIN, cc::SOSTENUTO, cc::ALL_NOTES_OFF] {
            self.message(frame, channel, Message::ControlChange { controller, value: 0 });
        }
    }

    /// Sets a parameter of a key of a part. Only drums have such.
    pub(super) fn set_key(&mut self, channel: usize, key: &Key) {
        let state = &self.channels[channel];
        if state.selection.drums {
            self.ports[channel / PORT].keys.set(key_table(state), key.key, key.parameter, key.value);
        }
    }

    /// What a key of a part has of its own.
    pub(super) fn key_state(&self, channel: usize, key: u8) -> &KeyState {
        let state = &self.channels[channel];
        if state.selection.drums {
            self.ports[channel / PORT].keys.get(key_table(state), key)
        } else {
            &KeyState::PRESET
        }
    }

    /// Another kit begins with drums as they are in it.
    pub(super) fn reset_keys(&mut self, channel: usize) {
        self.ports[channel / PORT].keys.reset(key_table(&self.channels[channel]));
    }

    /// What the key and the part give to the voices of a note.
    pub(super) fn key_setup(&self, frame: u64, channel: usize, program: &Program, note: (u8, u8)) -> KeySetup {
        let (key, velocity) = note;
        let state = self.key_state(channel, key);
        let random = self.channels[channel].part.place.pan(frame, key).unwrap_or_default();
        // All layers move alike, so that what is wide stays wide.
        let placed = state.place.pan(frame, key).map_or(0.0, |pan| pan - program.middle(key, velocity));
        KeySetup { pan: random + placed, ..state.setup() }
    }

    fn retune(&mut self, frame: u64, port: usize, named: u16) {
        for channel in self.channels[channels(port)].iter_mut().filter(|c| tuning::names(named, c)) {
            channel.retune(frame, &self.ports[port].tuning);
        }
    }
}

impl Port {
    fn reset(&mut self, mode: System) {
        self.tuning.reset();
        self.keys.reset_all();
        (self.mode, self.master_volume, self.shift) = (mode, 1.0, 0);
        self.variation = Variation::default();
    }
}

fn channels(port: usize) -> std::ops::Range<usize> {
    port * PORT..(port + 1) * PORT
}

fn key_table(channel: &Channel) -> usize {
    Keys::table(channel.part.setup, usize::from(channel.index) % PORT)
}
