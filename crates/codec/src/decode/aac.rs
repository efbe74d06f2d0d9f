//! Telling AAC-LC from kinds of AAC that would come out at half the rate or not at all.
//!
//! ISO/IEC 14496-3: AudioSpecificConfig (1.6.2), its backward-compatible extension (1.6.5), fill elements with SBR
//! (4.4.2.7, 4.5.2.8.2).

/// What an AudioSpecificConfig says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Lc,
    /// AAC-LC for the lower half of the spectrum, and a recipe for the upper (SBR), for stereo too (PS).
    HighEfficiency,
    /// Another object type, by its number.
    Other(u32),
}

/// Reads the object type, through the extensions that say more.
pub(crate) fn kind(config: &[u8]) -> Option<Kind> {
    let mut bits = Bits { bytes: config, at: 0 };
    let object = object_type(&mut bits)?;
    let rate_index = bits.take(4)?;
    if rate_index == 15 {
        bits.take(24)?;
    }
    bits.take(4)?;
    match object {
        5 | 29 => return Some(Kind::HighEfficiency),
        2 => {}
        other => return Some(Kind::Other(other)),
    }
    // GASpecificConfig: frame length, core coder delay, extension.
    bits.take(1)?;
    if bits.take(1)? == 1 {
        bits.take(14)?;
    }
    bits.take(1)?;
    let extended = bits.take(11) == Some(0x2b7) && object_type(&mut bits) == Some(5) && bits.take(1) == Some(1);
    Some(if extended { Kind::HighEfficiency } else { Kind::Lc })
}

fn object_type(bits: &mut Bits<'_>) -> Option<u32> {
    match bits.take(5)? {
        31 => Some(32 + bits.take(6)?),
        object => Some(object),
    }
}

/// Whether a packet ends with a fill element that holds SBR, the only sign of HE-AAC that need not stand in a header.
/// What comes before is not decoded: the element is looked for where it would have to begin to fit the packet's end.
/// Chance finds one in about every seventh packet.
pub(crate) fn may_hold_sbr(packet: &[u8]) -> bool {
    const FILL: u32 = 6;
    const END: u32 = 7;
    let total = packet.len() * 8;
    let longest = 3 + 4 + 8 + (14 + 255) * 8 + 3 + 7;
    (total.saturating_sub(longest)..total).any(|at| {
        let mut bits = Bits { bytes: packet, at };
        let mut fits = || {
            if bits.take(3)? != FILL {
                return None;
            }
            let mut bytes = bits.take(4)? as usize;
            if bytes == 15 {
                bytes = 14 + bits.take(8)? as usize;
            }
            let payload = bits.at;
            let extension = bits.take(4)?;
            bits.at = payload + bytes * 8;
            let ends = bits.take(3)? == END;
            let padding = total.checked_sub(bits.at).filter(|bits| *bits < 8)?;
            Some(ends && matches!(extension, 13 | 14) && bytes > 1 && bits.take(padding as u32) == Some(0))
        };
        fits() == Some(true)
    })
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// The next `count` bits, at most 24, as a number.
    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_are_told_apart() {
        // Object type 2, 44.1 kHz, stereo; the same with a sync extension for SBR at 44.1 kHz over 22.05 kHz.
        assert_eq!(kind(&[0x12, 0x10]), Some(Kind::Lc));
        assert_eq!(kind(&[0x12, 0x10, 0x56, 0xe5, 0x00]), Some(Kind::Lc));
        assert_eq!(kind(&[0x13, 0x90, 0x56, 0xe5, 0xa0]), Some(Kind::HighEfficiency));
        // Object type 5 with SBR (22.05 kHz to 44.1 kHz), 29 with PS, 42 is xHE-AAC.
        assert_eq!(kind(&[0x2b, 0x92, 0x08, 0x00]), Some(Kind::HighEfficiency));
        assert_eq!(kind(&[0xeb, 0x8a, 0x08, 0x00]), Some(Kind::HighEfficiency));
        assert_eq!(kind(&[0xf9, 0x46, 0x40, 0x00]), Some(Kind::Other(42)));
        assert_eq!(kind(&[0x12]), None);
    }

    #[test]
    fn fill_elements_at_the_end_are_found() {
        // 5 bits of something, fill (110), 3 bytes (0011), extension 13 (1101) and 20 bits, end (111), 1 bit of padding.
        let bits = "00101 110 0011 1101 00010010001101000101 111 0".replace(' ', "");
        let bytes: Vec<u8> =
            bits.as_bytes().chunks(8).map(|byte| byte.iter().fold(0, |b, c| b << 1 | (c - b'0'))).collect();
        assert!(may_hold_sbr(&bytes));
        let mut filled = bytes.clone();
        // Extension 0 is plain filling.
        filled[1] &= 0xf0;
        assert!(!may_hold_sbr(&filled[..]));
        assert!(!may_hold_sbr(&[]));
    }
}
