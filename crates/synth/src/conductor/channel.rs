//! The state of a MIDI channel and what its controllers mean.

mod parameters;

use std::sync::Arc;

use rae_midi::sysex::{KeyParameter, Source, System};
use rae_midi::{PORT, Selection, cc};
use rae_soundfont::{Controller, Generator};

use super::held::Held;
use super::keys::Place;
use super::notes::Notes;
use super::part::Part;
use super::portamento::Portamento;
use super::routes::Routes;
use super::tuning::Tuning;
use super::variation::Variation;
use crate::control::character::{self, MODULATION_RANGE};
use crate::control::{Change, ChannelChange, Character, Steering};
use crate::executor::QUANTUM;
use crate::program::Program;
use parameters::Parameter;

/// NRPN MSB that names SoundFont generators (SoundFont 2.04, 9.6.2).
pub(super) const SOUNDFONT_NRPN: u8 = 120;

/// Reverb send of a channel that says nothing.
const DEFAULT_REVERB: u8 = 40;

/// Changes within a quantum from which on they are drawn together, and the frames between them then.
const CROWD: usize = 8;
const DRAWN_TOGETHER: u64 = 16;

/// Tunings of one channel that a quantum can see: one a frame until they are drawn together, or while notes start.
const MOST_TUNINGS: usize = QUANTUM + 1;

/// A channel's state at the conductor's present frame.
pub(super) struct Channel {
    pub(super) index: u16,
    pub(super) selection: Selection,
    pub(super) part: Part,
    pub(super) routes: Routes,
    /// Master balance, tenths of a per cent.
    balance: f32,
    /// Amplitude of what goes to no effect.
    pub(super) dry: f32,
    /// That of the port.
    pub(super) variation: Variation,
    /// What it resolves to, once a note has asked.
    pub(super) sound: Option<Arc<Program>>,
    controllers: [u8; 128],
    pressure: u8,
    key_pressure: [u8; 128],
    bend: i16,
    bend_range: f32,
    /// Cents (RPN 5).
    pub(super) modulation_range: f32,
    /// Cents.
    pub(super) pressure_range: f32,
    fine_tuning: f32,
    coarse_tuning: f32,
    tuning_program: u8,
    /// Cents by pitch class (MIDI Tuning, scale/octave).
    octave: [f32; 12],
    parameter: Parameter,
    nrpn_msb: u8,
    nrpn_hundreds: u16,
    data: [u8; 2],
    /// SoundFont NRPN offsets that are not zero.
    pub(super) offsets: Vec<(Generator, f32)>,
    /// Cents added to each key.
    pub(super) cents: [f32; 128],
    /// Memory for the keys' tuning on its way to the voices.
    tunings: Vec<Arc<[f32; 128]>>,
    pub(super) notes: Notes,
    /// It plays one note at a time, legato pedal or not.
    pub(super) mono: bool,
    /// While it plays one note at a time.
    pub(super) held: Held,
    pub(super) portamento: Portamento,
    /// Changes since the block began, ascending by frame.
    pub(super) changes: Vec<ChannelChange>,
    /// Its voices of smaller serial numbers have been cut.
    pub(super) cut_before: u64,
    /// Onset of the youngest voice.
    latest_birth: u64,
}

/// What a controller asks of the notes.
pub(super) enum Effect {
    None,
    /// A pedal was lifted: notes it held may go.
    PedalUp,
    /// Remember which keys are down.
    SostenutoDown,
    SostenutoUp,
    AllNotesOff,
    AllSoundOff,
    /// The keys' tuning must be computed again.
    Retune,
    /// A maker's parameter that is another name for a sound controller.
    SoundController {
        number: u8,
        value: u8,
    },
    /// A parameter of a key has this value.
    Key {
        key: u8,
        parameter: KeyParameter,
        value: u8,
    },
}

impl Channel {
    pub(super) fn new(index: u16) -> Channel {
        let mut channel = Channel {
            index,
            selection: Selection::new(index),
            part: Part::new(index % 16 == 9),
            routes: Routes::new(),
            balance: 0.0,
            dry: 1.0,
            variation: Variation::default(),
            sound: None,
            controllers: [0; 128],
            pressure: 0,
            key_pressure: [0; 128],
            bend: 0,
            bend_range: 2.0,
            modulation_range: MODULATION_RANGE,
            pressure_range: MODULATION_RANGE,
            fine_tuning: 0.0,
            coarse_tuning: 0.0,
            tuning_program: 0,
            octave: [0.0; 12],
            parameter: Parameter::None,
            nrpn_msb: 127,
            nrpn_hundreds: 0,
            data: [0; 2],
            offsets: Vec::new(),
            cents: [0.0; 128],
            tunings: Vec::new(),
            notes: Notes::new(),
            mono: false,
            held: Held::NONE,
            portamento: Portamento::default(),
            changes: Vec::new(),
            cut_before: 0,
            latest_birth: 0,
        };
        channel.controllers[usize::from(cc::VOLUME)] = 100;
        channel.controllers[usize::from(cc::PAN)] = 64;
        channel.controllers[usize::from(cc::EXPRESSION)] = 127;
        channel.controllers[usize::from(cc::REVERB)] = DEFAULT_REVERB;
        channel.controllers[usize::from(cc::CHORUS)] = 0;
        channel.controllers[cc::SOUND].fill(64);
        channel
    }

    /// Back to the state of a fresh synthesizer. What sounds has been cut and fades out as it is.
    pub(super) fn reset(&mut self) {
        let mut fresh =
            Channel { latest_birth: self.latest_birth, cut_before: self.cut_before, ..Channel::new(self.index) };
        std::mem::swap(&mut fresh.changes, &mut self.changes);
        std::mem::swap(&mut fresh.tunings, &mut self.tunings);
        std::mem::swap(&mut fresh.offsets, &mut self.offsets);
        std::mem::swap(&mut fresh.notes, &mut self.notes);
        fresh.offsets.clear();
        fresh.notes.clear();
        *self = fresh;
    }

    /// Native value of a modulator source.
    pub(super) fn source_value(&self, controller: Controller, key: u8) -> f32 {
        match controller {
            Controller::Midi(number) => f32::from(self.controllers[usize::from(number & 127)]),
            Controller::ChannelPressure => f32::from(self.pressure),
            Controller::PolyPressure => f32::from(self.key_pressure[usize::from(key & 127)]),
            Controller::PitchWheel => f32::from(self.bend) + 8192.0,
            Controller::PitchWheelSensitivity => self.bend_range,
            Controller::None | Controller::Velocity | Controller::Key | Controller::Link => 0.0,
        }
    }

    /// What the sound controllers make of the presets.
    pub(super) fn character(&self) -> Character {
        let value = |number: u8| self.controllers[usize::from(number)];
        Character {
            steps: std::array::from_fn(|i| value(character::FIRST + i as u8).min(127) as i8 - 64),
            soft: value(character::SOFT) >= 64,
            modulation_range: self.modulation_range,
            pressure_range: self.pressure_range,
        }
    }

    /// The last value of a controller.
    pub(super) fn controller(&self, number: u8) -> u8 {
        self.controllers[usize::from(number & 127)]
    }

    /// Whether a pedal or switch is on.
    pub(super) fn is_down(&self, number: u8) -> bool {
        self.controller(number) >= 64
    }

    pub(super) fn sustains(&self) -> bool {
        self.is_down(cc::SUSTAIN)
    }

    pub(super) fn set_pressure(&mut self, frame: u64, value: u8) {
        self.pressure = value;
        self.announce(frame, Controller::ChannelPressure);
        if self.routes.leads(Source::Pressure) {
            self.steer(frame);
        }
    }

    pub(super) fn set_key_pressure(&mut self, frame: u64, key: u8, value: u8) {
        self.key_pressure[usize::from(key & 127)] = value;
        self.push(frame, Change::KeyPressure(key, f32::from(value)));
        if self.routes.leads(Source::KeyPressure) {
            self.push(frame, Change::KeySteering(key, self.steering(Some(key))));
        }
    }

    pub(super) fn set_bend(&mut self, frame: u64, value: i16) {
        self.bend = value;
        self.announce(frame, Controller::PitchWheel);
    }

    /// Selects a program; it sounds from the next note on.
    pub(super) fn set_program(&mut self, program: u8, mode: System) {
        self.selection.select(program, mode);
        self.sound = None;
        // A note that goes on would not be one of the new program.
        self.held = Held::NONE;
    }

    /// Drums or melodies from the next note on.
    pub(super) fn set_drums(&mut self, drums: bool, mode: System) {
        if self.selection.set_drums(drums, mode) {
            self.sound = None;
            self.held = Held::NONE;
        }
    }

    /// Moves everything to a side, in tenths of a per cent.
    pub(super) fn set_balance(&mut self, frame: u64, pan: f32) {
        self.balance = pan;
        self.steer(frame);
    }

    /// What moves all of it, or one key, besides modulators.
    pub(super) fn steering(&self, key: Option<u8>) -> Steering {
        let part = (usize::from(self.index) % PORT) as u8;
        let [reverb, chorus] = self.variation.sends(part, self.controllers[usize::from(cc::VARIATION)]);
        let key_pressure = key.map_or(0, |key| self.key_pressure[usize::from(key & 127)]);
        let destinations = self.routes.steering(&self.controllers, self.pressure, key_pressure);
        Steering { pan: self.balance, reverb, chorus, dry: self.dry, ..destinations }
    }

    /// Something of that has changed.
    pub(super) fn steer(&mut self, frame: u64) {
        self.push(frame, Change::Steering(self.steering(None)));
        if self.routes.leads(Source::KeyPressure) {
            self.steer_keys(frame);
        }
    }

    /// Keys under pressure are steered one by one, after all.
    pub(super) fn steer_keys(&mut self, frame: u64) {
        for key in 0..128u8 {
            if self.key_pressure[usize::from(key)] > 0 {
                self.push(frame, Change::KeySteering(key, self.steering(Some(key))));
            }
        }
    }

    /// A control change; says what it means for the notes.
    pub(super) fn control(&mut self, frame: u64, number: u8, value: u8) -> Effect {
        let before = self.is_down(number);
        match number {
            cc::ALL_SOUND_OFF => return Effect::AllSoundOff,
            cc::RESET_CONTROLLERS => return self.reset_controllers(frame),
            cc::ALL_NOTES_OFF..=cc::POLY_MODE => {
                if number >= cc::MONO_MODE {
                    self.set_mono(number == cc::MONO_MODE);
                }
                return Effect::AllNotesOff;
            }
            122 => return Effect::None,
            _ => self.controllers[usize::from(number & 127)] = value,
        }
        let after = self.is_down(number);
        match number {
            cc::BANK_MSB | cc::BANK_LSB => self.selection.control(number, value),
            cc::DATA_MSB | cc::DATA_LSB | cc::INCREMENT..=cc::RPN_MSB => return self.parameter(frame, number, value),
            _ => {
                self.announce(frame, Controller::Midi(number));
                self.prepare_notes(number, value);
                if character::is_sound_controller(number) {
                    self.push(frame, Change::Character(self.character()));
                }
            }
        }
        match number {
            cc::SUSTAIN if before && !after => Effect::PedalUp,
            cc::SOSTENUTO if !before && after => Effect::SostenutoDown,
            cc::SOSTENUTO if before && !after => Effect::SostenutoUp,
            _ => Effect::None,
        }
    }

    /// What a controller means for the notes to come.
    fn prepare_notes(&mut self, number: u8, value: u8) {
        match number {
            cc::PAN => self.part.place = Place::Preset,
            cc::PORTAMENTO_TIME => self.controllers[usize::from(cc::PORTAMENTO_FINE)] = 0,
            cc::PORTAMENTO_CONTROL => self.portamento.source = Some(value & 127),
            cc::LEGATO if !self.is_solo() => self.held = Held::NONE,
            // Keys that went down before the pedal go on under it.
            cc::LEGATO if self.held.latest().is_none() => self.held = self.notes.down(),
            _ => {}
        }
    }

    /// MIDI Recommended Practice 015: volume, pan, bank, program, effect sends and sound controllers stay, and so
    /// do portamento time and mono mode, which it does not name.
    fn reset_controllers(&mut self, frame: u64) -> Effect {
        const STAY: [u8; 11] = [
            cc::BANK_MSB,
            cc::PORTAMENTO_TIME,
            cc::VOLUME,
            cc::PAN,
            cc::BANK_LSB,
            cc::PORTAMENTO_FINE,
            cc::REVERB,
            92,
            cc::CHORUS,
            94,
            95,
        ];
        for number in 0..96u8 {
            if STAY.contains(&number) || cc::SOUND.contains(&usize::from(number)) {
                continue;
            }
            let value = if number == cc::EXPRESSION { 127 } else { 0 };
            if self.controllers[usize::from(number)] != value {
                self.controllers[usize::from(number)] = value;
                self.announce(frame, Controller::Midi(number));
            }
        }
        self.parameter = Parameter::None;
        for number in [cc::RPN_MSB, cc::RPN_LSB] {
            self.controllers[usize::from(number)] = 127;
        }
        self.set_bend(frame, 0);
        self.set_pressure(frame, 0);
        for key in 0..128 {
            if self.key_pressure[usize::from(key)] != 0 {
                self.set_key_pressure(frame, key, 0);
            }
        }
        self.portamento.source = None;
        self.prepare_notes(cc::LEGATO, 0);
        self.notes.uncatch();
        Effect::PedalUp
    }

    /// Semitones.
    pub(super) fn set_bend_range(&mut self, frame: u64, range: f32) {
        self.bend_range = range;
        self.announce(frame, Controller::PitchWheelSensitivity);
    }

    /// Sets the cents of one pitch class.
    pub(super) fn set_pitch_class(&mut self, class: u8, cents: f32) {
        self.octave[usize::from(class) % 12] = cents;
    }

    /// Sets the cents of each pitch class (MIDI Tuning, scale/octave).
    pub(super) fn set_octave(&mut self, cents: [f32; 12]) {
        self.octave = cents;
    }

    /// Computes the tuning of all keys again.
    pub(super) fn retune(&mut self, frame: u64, tuning: &Tuning) {
        // Channel and master tuning in semitones would turn one drum into another.
        let coarse = if self.selection.drums { 0.0 } else { self.coarse_tuning + tuning.master_coarse };
        let program = tuning.program(self.tuning_program);
        self.cents = std::array::from_fn(|key| {
            self.octave[key % 12]
                + program.map_or(0.0, |p| p[key])
                + self.fine_tuning
                + coarse
                + tuning.master_fine
                + self.part.detune_cents(key)
        });
        let shared = self.share_cents();
        self.push(frame, Change::Tuning(shared));
    }

    /// The keys' tuning, in memory that no voice needs any more.
    fn share_cents(&mut self) -> Arc<[f32; 128]> {
        let free = self.tunings.iter_mut().find_map(|tuning| Arc::get_mut(tuning).is_some().then_some(tuning));
        if let Some(tuning) = free {
            Arc::make_mut(tuning).copy_from_slice(&self.cents);
            return tuning.clone();
        }
        let tuning = Arc::new(self.cents);
        self.tunings.push(tuning.clone());
        tuning
    }

    /// Makes room for so many changes in a quantum, and all else that may come.
    pub(super) fn reserve(&mut self, changes: usize) {
        self.changes.reserve(changes);
        self.offsets.reserve(Generator::ALL.len());
        self.notes.reserve();
        self.tunings.extend((self.tunings.len()..MOST_TUNINGS).map(|_| Arc::new([0.0; 128])));
    }

    fn announce(&mut self, frame: u64, controller: Controller) {
        let value = self.source_value(controller, 0);
        self.push(frame, Change::Source(controller, value));
        let moves = |number| self.routes.hears(number) || number == cc::VARIATION && self.variation.hears_sends();
        if matches!(controller, Controller::Midi(number) if moves(number)) {
            self.steer(frame);
        }
    }

    /// Records a change for the voices. It takes the place of one of the same frame that it overwrites; and where changes
    /// crowd within a quantum they are drawn together.
    pub(super) fn push(&mut self, frame: u64, change: Change) {
        let quantum = frame / QUANTUM as u64 * QUANTUM as u64;
        let crowded = self.changes.iter().rev().nth(CROWD).is_some_and(|change| change.frame >= quantum);
        let last = self.changes.last().map_or(0, |change| change.frame);
        let frame =
            if crowded { (frame / DRAWN_TOGETHER * DRAWN_TOGETHER).max(last).max(self.latest_birth) } else { frame };
        let same_frame = self.changes.iter_mut().rev().take_while(|earlier| earlier.frame == frame);
        for earlier in same_frame {
            if earlier.change.is_overwritten_by(&change) {
                earlier.change = change;
                return;
            }
        }
        self.changes.push(ChannelChange { frame, change });
    }

    /// A voice starts here; says how many of the block's changes it need not take. It takes those of its own frame once
    /// more, since the latest of them may come after it.
    pub(super) fn note_birth(&mut self, frame: u64) -> usize {
        self.latest_birth = frame;
        self.changes.partition_point(|change| change.frame < frame)
    }
}
