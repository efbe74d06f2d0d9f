//! Which preset a channel asks for. How bank select is read depends on the standard that a file asks for.

use super::channel::cc;

/// The bank of drum kits.
pub(super) const DRUM_BANK: u16 = 128;

/// Meaning of CC 0 and CC 32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum BankMode {
    /// CC 0 is the bank, CC 32 is ignored; what holds before any reset.
    #[default]
    Gs,
    /// There are no banks.
    Gm,
    /// CC 0 is 120 for drums or 121 for melodies, CC 32 is the bank.
    Gm2,
    /// CC 0 is 127 or 126 for drums, 64 for effects; otherwise CC 32 is the bank.
    Xg,
}

impl BankMode {
    /// Bank and drum state of a channel after a program change.
    fn select(self, &Selection { msb, lsb, drums, drum_part, .. }: &Selection) -> (u16, bool) {
        let drums = match (self, msb) {
            (BankMode::Gm2, 120) | (BankMode::Xg, 126 | 127) => true,
            (BankMode::Gm2, 121) => false,
            (BankMode::Xg, 0 | 64) => drum_part,
            _ => drums,
        };
        let bank = match self {
            _ if drums => DRUM_BANK,
            BankMode::Gs => u16::from(msb),
            BankMode::Gm => 0,
            BankMode::Gm2 => u16::from(lsb),
            BankMode::Xg if msb == 64 => 64,
            BankMode::Xg => u16::from(lsb),
        };
        (bank, drums)
    }
}

impl BankMode {
    /// A part's relative parameter as its maker takes it: GS has −50 to +50 around 64.
    pub(super) fn relative(self, value: u8) -> u8 {
        if self == BankMode::Gs { value.clamp(64 - 50, 64 + 50) } else { value }
    }
}

/// What selects a channel's preset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Selection {
    /// What its part plays where the bank does not say: part 10 at first.
    drum_part: bool,
    msb: u8,
    lsb: u8,
    pub(super) drums: bool,
    /// Bank and program that the last program change selected.
    pub(super) bank: u16,
    pub(super) program: u8,
}

impl Selection {
    pub(super) fn new(channel: u16) -> Selection {
        let drums = channel % 16 == 9;
        Selection { drum_part: drums, msb: 0, lsb: 0, drums, bank: if drums { DRUM_BANK } else { 0 }, program: 0 }
    }

    /// A control change.
    pub(super) fn control(&mut self, number: u8, value: u8) {
        match number {
            cc::BANK_MSB => self.msb = value,
            cc::BANK_LSB => self.lsb = value,
            _ => {}
        }
    }

    /// Drums or melodies from now on, with the first program there is if it was the other; whether it was.
    pub(super) fn set_drums(&mut self, drums: bool, mode: BankMode) -> bool {
        self.drum_part = drums;
        // In XG the bank comes first.
        if mode == BankMode::Xg {
            self.msb = if drums { 127 } else { 0 };
        }
        let other = drums != self.drums;
        if other {
            *self = Selection { drums, bank: if drums { DRUM_BANK } else { 0 }, program: 0, ..*self };
        }
        other
    }

    /// A program change.
    pub(super) fn select(&mut self, program: u8, mode: BankMode) {
        (self.bank, self.drums) = mode.select(self);
        self.program = program;
    }
}
