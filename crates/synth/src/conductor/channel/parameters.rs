//! Registered and other parameters (CC 98 to 101), and the data that sets them (CC 6, 38, 96, 97).

use rae_midi::cc;
use rae_midi::sysex::KeyParameter;
use rae_soundfont::Generator;

use super::{Channel, Effect, SOUNDFONT_NRPN};
use crate::control::{Change, character};

/// Units of the modulation depth range (RPN 5) in a cent: its least step is 100/128 cents (CA-026).
const MODULATION_UNIT: f32 = 1.28;

/// What data entry sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parameter {
    None,
    Registered {
        msb: u8,
        lsb: u8,
    },
    /// Of another maker than the SoundFont's.
    NonRegistered {
        msb: u8,
        lsb: u8,
    },
    Generator(Option<Generator>),
    /// Of one key.
    Key(KeyParameter, u8),
}

impl Channel {
    /// A controller that names a parameter or sets it.
    pub(super) fn parameter(&mut self, frame: u64, number: u8, value: u8) -> Effect {
        match number {
            cc::DATA_MSB => {
                self.data[0] = value;
                // A coarse byte clears the fine one, except where the fine one comes first (9.6.1).
                if matches!(self.parameter, Parameter::Registered { .. }) {
                    self.data[1] = 0;
                }
                return self.data_entry(frame, true);
            }
            cc::DATA_LSB => {
                self.data[1] = value;
                return self.data_entry(frame, false);
            }
            cc::INCREMENT => return self.data_step(frame, 1.0),
            cc::DECREMENT => return self.data_step(frame, -1.0),
            cc::NRPN_MSB => {
                self.nrpn_msb = value;
                self.nrpn_hundreds = 0;
                self.parameter = self.non_registered();
            }
            cc::NRPN_LSB => self.select_nrpn(value),
            cc::RPN_MSB | cc::RPN_LSB => {
                let [msb, lsb] = [cc::RPN_MSB, cc::RPN_LSB].map(|n| self.controllers[usize::from(n)]);
                self.parameter =
                    if (msb, lsb) == (127, 127) { Parameter::None } else { Parameter::Registered { msb, lsb } };
            }
            _ => {}
        }
        Effect::None
    }

    /// The parameter that the last NRPN bytes name, in whichever order they came, unless it is the SoundFont's.
    fn non_registered(&self) -> Parameter {
        match self.nrpn_msb {
            SOUNDFONT_NRPN => Parameter::Generator(None),
            msb => {
                let lsb = self.controllers[usize::from(cc::NRPN_LSB)];
                match KeyParameter::of_nrpn(msb) {
                    Some(parameter) => Parameter::Key(parameter, lsb),
                    None => Parameter::NonRegistered { msb, lsb },
                }
            }
        }
    }

    fn select_nrpn(&mut self, value: u8) {
        if self.nrpn_msb != SOUNDFONT_NRPN {
            self.parameter = self.non_registered();
            return;
        }
        match value {
            0..100 => {
                self.parameter =
                    Parameter::Generator(real_time_generator(self.nrpn_hundreds.saturating_add(u16::from(value))));
                self.nrpn_hundreds = 0;
            }
            100 => self.nrpn_hundreds = self.nrpn_hundreds.saturating_add(100),
            101 => self.nrpn_hundreds = self.nrpn_hundreds.saturating_add(1_000),
            102 => self.nrpn_hundreds = self.nrpn_hundreds.saturating_add(10_000),
            _ => {}
        }
    }

    fn data_entry(&mut self, frame: u64, is_msb: bool) -> Effect {
        let [msb, lsb] = self.data.map(f32::from);
        let fraction = (msb * 128.0 + lsb - 8192.0) / 8192.0;
        match self.parameter {
            // Of a SoundFont NRPN the coarse byte comes last and is what applies it (9.6.3).
            Parameter::Generator(Some(generator)) if is_msb => {
                self.set_offset(frame, generator, (msb * 128.0 + lsb - 8192.0) * nrpn_scale(generator));
            }
            Parameter::Key(parameter, key) if is_msb => {
                return Effect::Key { key, parameter, value: self.data[0] };
            }
            Parameter::Registered { msb: 0, lsb: 0 } => self.set_bend_range(frame, msb + lsb / 100.0),
            Parameter::Registered { msb: 0, lsb: 1 } => {
                self.fine_tuning = 100.0 * fraction;
                return Effect::Retune;
            }
            Parameter::Registered { msb: 0, lsb: 2 } if is_msb => {
                self.coarse_tuning = 100.0 * (msb - 64.0);
                return Effect::Retune;
            }
            Parameter::Registered { msb: 0, lsb: 3 } if is_msb => {
                self.tuning_program = self.data[0];
                return Effect::Retune;
            }
            Parameter::Registered { msb: 0, lsb: 5 } => {
                self.modulation_range = (msb * 128.0 + lsb) / MODULATION_UNIT;
                self.push(frame, Change::Character(self.character()));
            }
            Parameter::NonRegistered { msb: character::NRPN_MSB, lsb } if is_msb => {
                if let Some(number) = character::controller_of_nrpn(lsb) {
                    return Effect::SoundController { number, value: self.data[0] };
                }
            }
            _ => {}
        }
        Effect::None
    }

    /// Data increment and decrement, from the parameter's present value: fine tuning, modulation range and generators in
    /// their smallest step, the others in their coarse unit.
    fn data_step(&mut self, frame: u64, step: f32) -> Effect {
        let (value, unit) = match self.parameter {
            Parameter::Registered { msb: 0, lsb: 0 } => {
                (self.bend_range.trunc() * 128.0 + (self.bend_range.fract() * 100.0).round(), 128.0)
            }
            Parameter::Registered { msb: 0, lsb: 1 } => (self.fine_tuning * 81.92 + 8192.0, 1.0),
            Parameter::Registered { msb: 0, lsb: 2 } => ((self.coarse_tuning / 100.0 + 64.0) * 128.0, 128.0),
            Parameter::Registered { msb: 0, lsb: 3 } => (f32::from(self.tuning_program) * 128.0, 128.0),
            Parameter::Registered { msb: 0, lsb: 5 } => (self.modulation_range * MODULATION_UNIT, 1.0),
            Parameter::NonRegistered { msb: character::NRPN_MSB, lsb } => match character::controller_of_nrpn(lsb) {
                Some(number) => (f32::from(self.controllers[usize::from(number)]) * 128.0, 128.0),
                None => return Effect::None,
            },
            Parameter::Generator(Some(generator)) => {
                let offset = self.offsets.iter().find(|(g, _)| *g == generator).map_or(0.0, |(_, offset)| *offset);
                (offset / nrpn_scale(generator) + 8192.0, 1.0)
            }
            _ => return Effect::None,
        };
        let data = (value + step * unit).round().clamp(0.0, 16_383.0) as u16;
        self.data = [(data >> 7) as u8, (data & 127) as u8];
        self.data_entry(frame, true)
    }

    fn set_offset(&mut self, frame: u64, generator: Generator, offset: f32) {
        self.offsets.retain(|(g, _)| *g != generator);
        if offset != 0.0 {
            self.offsets.push((generator, offset));
        }
        self.push(frame, Change::Offset(generator, offset));
    }
}

/// The generator that an NRPN may move while a note sounds (9.6.2).
fn real_time_generator(number: u16) -> Option<Generator> {
    Generator::from_number(number).filter(|g| g.is_modulation_destination() && !g.is_address_offset())
}

/// Units per step of data entry: halved ranges count double (9.6.3).
fn nrpn_scale(generator: Generator) -> f32 {
    use Generator::*;
    match generator {
        ModLfoToPitch | VibLfoToPitch | ModEnvToPitch | InitialFilterFc | ModLfoToFilterFc | ModEnvToFilterFc
        | DelayModLfo | DelayVibLfo | DelayModEnv | AttackModEnv | HoldModEnv | DecayModEnv | ReleaseModEnv
        | DelayVolEnv | AttackVolEnv | HoldVolEnv | DecayVolEnv | ReleaseVolEnv => 2.0,
        FreqModLfo | FreqVibLfo => 4.0,
        _ => 1.0,
    }
}
