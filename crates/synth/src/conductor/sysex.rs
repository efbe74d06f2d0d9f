//! Sysex that changes how a file sounds: resets, master volume and tuning.

use super::bank::BankMode;

/// What a sysex asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum SysEx<'a> {
    /// Everything to its defaults, banks read as `BankMode` says.
    Reset(BankMode),
    /// Master volume 0 to 1.
    MasterVolume(f32),
    /// Cents.
    MasterFine(f32),
    /// Cents, whole semitones.
    MasterCoarse(f32),
    /// MIDI Tuning: what follows sub-ID 1 = 08.
    Tuning(&'a [u8]),
    /// Anything else.
    Other,
}

/// Reads the bytes between F0 and F7.
pub(super) fn parse(data: &[u8]) -> SysEx<'_> {
    match data {
        [0x7e, _, 0x09, 0x01, ..] => SysEx::Reset(BankMode::Gm),
        [0x7e, _, 0x09, 0x02, ..] => SysEx::Reset(BankMode::Gs),
        [0x7e, _, 0x09, 0x03, ..] => SysEx::Reset(BankMode::Gm2),
        // Roland GS reset: data set 1 to address 40 00 7F; 127 leaves GS for General MIDI.
        [0x41, _, 0x42, 0x12, 0x40, 0x00, 0x7f, 0x7f, ..] => SysEx::Reset(BankMode::Gm),
        [0x41, _, 0x42, 0x12, 0x40, 0x00, 0x7f, ..] => SysEx::Reset(BankMode::Gs),
        // Yamaha XG: system on.
        [0x43, _, 0x4c, 0x00, 0x00, 0x7e, 0x00, ..] => SysEx::Reset(BankMode::Xg),
        [0x7f, _, 0x04, 0x01, lsb, msb, ..] => SysEx::MasterVolume(fourteen_bits(*msb, *lsb) / 16_383.0),
        [0x7f, _, 0x04, 0x03, lsb, msb, ..] => SysEx::MasterFine((fourteen_bits(*msb, *lsb) - 8192.0) / 81.92),
        [0x7f, _, 0x04, 0x04, _, msb, ..] => SysEx::MasterCoarse(100.0 * (f32::from(*msb) - 64.0)),
        [0x7e | 0x7f, _, 0x08, tuning @ ..] => SysEx::Tuning(tuning),
        _ => SysEx::Other,
    }
}

fn fourteen_bits(msb: u8, lsb: u8) -> f32 {
    f32::from(msb & 127) * 128.0 + f32::from(lsb & 127)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resets_and_masters_are_recognised() {
        assert_eq!(parse(&[0x7e, 0x7f, 9, 1]), SysEx::Reset(BankMode::Gm));
        assert_eq!(parse(&[0x41, 0x10, 0x42, 0x12, 0x40, 0, 0x7f, 0, 0x41]), SysEx::Reset(BankMode::Gs));
        assert_eq!(parse(&[0x43, 0x10, 0x4c, 0, 0, 0x7e, 0]), SysEx::Reset(BankMode::Xg));
        assert_eq!(parse(&[0x7f, 0x7f, 4, 1, 0x7f, 0x7f]), SysEx::MasterVolume(1.0));
        assert_eq!(parse(&[0x7f, 0x7f, 4, 3, 0, 0x40]), SysEx::MasterFine(0.0));
        assert_eq!(parse(&[]), SysEx::Other);
    }
}
