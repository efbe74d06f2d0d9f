//! How bank select is read: it depends on the standard that a file asks for.

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
    pub(super) fn select(self, msb: u8, lsb: u8, drums: bool, channel: u16) -> (u16, bool) {
        let drums = match (self, msb) {
            (BankMode::Gm2, 120) | (BankMode::Xg, 126 | 127) => true,
            (BankMode::Gm2, 121) => false,
            (BankMode::Xg, 0 | 64) => channel % 16 == 9,
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
