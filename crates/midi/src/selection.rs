//! Which preset a part asks for. How bank select is read depends on the standard that a file asks for.

use crate::parts::PORT;
use crate::sysex::{PartSetting, System};
use crate::{Message, Request, cc};

/// The bank of drum kits.
pub const DRUM_BANK: u16 = 128;

impl System {
    /// Bank and drum state of a channel after a program change.
    fn select(self, &Selection { msb, lsb, drums, drum_part, .. }: &Selection) -> (u16, bool) {
        let drums = match (self, msb) {
            (System::Gm2, 120) | (System::Xg, 126 | 127) => true,
            (System::Gm2, 121) => false,
            (System::Xg, 0 | 64) => drum_part,
            _ => drums,
        };
        let bank = match self {
            _ if drums => DRUM_BANK,
            System::Gs => u16::from(msb),
            System::Gm => 0,
            System::Gm2 => u16::from(lsb),
            System::Xg if msb == 64 => 64,
            System::Xg => u16::from(lsb),
        };
        (bank, drums)
    }

    /// A part's relative parameter as its maker takes it: GS has −50 to +50 around 64.
    pub fn relative(self, value: u8) -> u8 {
        if self == System::Gs { value.clamp(64 - 50, 64 + 50) } else { value }
    }
}

/// What selects a channel's preset.
#[derive(Clone, Copy, Debug)]
pub struct Selection {
    /// What its part plays where the bank does not say: part 10 at first.
    drum_part: bool,
    msb: u8,
    lsb: u8,
    /// Whether it plays drums.
    pub drums: bool,
    /// Bank and program that the last program change selected.
    pub bank: u16,
    /// The program of that change.
    pub program: u8,
}

impl Selection {
    /// Of a part that has been told nothing.
    pub fn new(channel: u16) -> Selection {
        let drums = channel % 16 == 9;
        Selection { drum_part: drums, msb: 0, lsb: 0, drums, bank: if drums { DRUM_BANK } else { 0 }, program: 0 }
    }

    /// A control change.
    pub fn control(&mut self, number: u8, value: u8) {
        match number {
            cc::BANK_MSB => self.msb = value,
            cc::BANK_LSB => self.lsb = value,
            _ => {}
        }
    }

    /// Drums or melodies from now on, with the first program there is if it was the other; whether it was.
    pub fn set_drums(&mut self, drums: bool, mode: System) -> bool {
        self.drum_part = drums;
        // In XG the bank comes first.
        if mode == System::Xg {
            self.msb = if drums { 127 } else { 0 };
        }
        let other = drums != self.drums;
        if other {
            *self = Selection { drums, bank: if drums { DRUM_BANK } else { 0 }, program: 0, ..*self };
        }
        other
    }

    /// A program change.
    pub fn select(&mut self, program: u8, mode: System) {
        (self.bank, self.drums) = mode.select(self);
        self.program = program;
    }
}

/// The selections of all parts, as requests leave them.
#[derive(Clone, Debug)]
pub struct Selections {
    parts: Vec<Selection>,
    /// By port.
    systems: Vec<System>,
}

impl Selections {
    /// Of so many ports whose parts have been told nothing.
    pub fn new(ports: usize) -> Selections {
        let parts = (0..(ports * PORT) as u16).map(Selection::new).collect();
        Selections { parts, systems: vec![System::default(); ports] }
    }

    /// All of them, by part.
    pub fn parts(&self) -> &[Selection] {
        &self.parts
    }

    /// Takes what a request says of a selection; the part that may play another preset now, if it is a single one.
    pub fn hear(&mut self, request: &Request<'_>) -> Option<usize> {
        match *request {
            Request::Message(part, Message::ControlChange { controller, value })
            | Request::Part(part, PartSetting::Control(controller, value)) => {
                self.parts[part].control(controller, value);
                None
            }
            Request::Message(part, Message::ProgramChange { program })
            | Request::Part(part, PartSetting::Program(program)) => {
                self.parts[part].select(program, self.systems[part / PORT]);
                Some(part)
            }
            Request::Part(part, setting @ (PartSetting::Melodies | PartSetting::Drums(_))) => {
                self.parts[part].set_drums(setting != PartSetting::Melodies, self.systems[part / PORT]);
                Some(part)
            }
            Request::Reset(port, system) => {
                self.systems[port] = system;
                for part in port * PORT..(port + 1) * PORT {
                    self.parts[part] = Selection::new(part as u16);
                }
                None
            }
            _ => None,
        }
    }
}
