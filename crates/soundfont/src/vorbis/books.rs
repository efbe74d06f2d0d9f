//! How much memory the codebooks of a setup header ask for. A few bytes can ask for gigabytes.

/// Numbers in all tables of a stream together; encoders stay below a tenth of it.
const MOST: u64 = 1 << 21;

/// Whether the codebooks that begin a setup header are of a size that encoders write. What is not a codebook at all
/// counts as modest: the decoder refuses it.
pub(super) fn are_modest(setup: &[u8]) -> bool {
    numbers(&mut Bits::of(setup)).is_none_or(|numbers| numbers <= MOST)
}

/// What follows the codebooks of a setup header that [`are_modest`].
pub(super) fn skip(setup: &[u8]) -> Option<Bits<'_>> {
    let mut bits = Bits::of(setup);
    numbers(&mut bits)?;
    Some(bits)
}

/// Entries of all codebooks and the numbers in their tables; `None` where the header breaks off or makes no sense.
/// Stops counting above [`MOST`].
fn numbers(bits: &mut Bits<'_>) -> Option<u64> {
    let books = bits.read(8)? + 1;
    let mut sum = 0;
    for _ in 0..books {
        sum += book(bits)?;
        if sum > MOST {
            break;
        }
    }
    Some(sum)
}

/// Reads one codebook (Vorbis I, 3.2.1).
fn book(bits: &mut Bits<'_>) -> Option<u64> {
    if bits.read(24)? != 0x56_4342 {
        return None;
    }
    let (dimensions, entries) = (bits.read(16)?, bits.read(24)?);
    let is_ordered = bits.read(1)? == 1;
    if is_ordered {
        skip_ordered(bits, entries)?
    } else {
        skip_lengths(bits, entries)?
    }
    let kind = bits.read(4)?;
    let table = match kind {
        0 => 0,
        1 | 2 => {
            bits.skip(64)?;
            let width = bits.read(4)? + 1;
            bits.skip(1)?;
            let stored = if kind == 1 { root(entries, dimensions) } else { u64::from(entries) * u64::from(dimensions) };
            bits.skip(stored.checked_mul(u64::from(width))?)?;
            u64::from(entries) * u64::from(dimensions)
        }
        _ => return None,
    };
    Some(u64::from(entries) + table)
}

fn skip_ordered(bits: &mut Bits<'_>, entries: u32) -> Option<()> {
    bits.skip(5)?;
    let mut entry = 0_u32;
    while entry < entries {
        entry = entry.checked_add(bits.read(32 - (entries - entry).leading_zeros())?)?;
    }
    Some(())
}

fn skip_lengths(bits: &mut Bits<'_>, entries: u32) -> Option<()> {
    if bits.read(1)? == 0 {
        return bits.skip(5 * u64::from(entries));
    }
    for _ in 0..entries {
        if bits.read(1)? == 1 {
            bits.skip(5)?;
        }
    }
    Some(())
}

/// The greatest number whose power with this exponent is not above `entries` (9.2.3).
fn root(entries: u32, exponent: u32) -> u64 {
    let fits = |base: u64| base.checked_pow(exponent).is_some_and(|power| power <= u64::from(entries));
    let guess = f64::from(entries).powf(1.0 / f64::from(exponent.max(1))) as u64;
    (guess.saturating_sub(1)..=guess + 1).rev().find(|base| fits(*base)).unwrap_or(0)
}

/// Bits from the least significant of each byte on (2.1.4).
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    position: u64,
}

impl<'a> Bits<'a> {
    /// Those of a header after its kind and "vorbis" (4.2.1).
    fn of(header: &'a [u8]) -> Bits<'a> {
        Bits { bytes: header, position: 7 * 8 }
    }

    pub(super) fn read(&mut self, count: u32) -> Option<u32> {
        let (byte, shift) = ((self.position / 8) as usize, self.position % 8);
        self.skip(u64::from(count))?;
        let mut window = [0; 8];
        let bytes = &self.bytes[byte.min(self.bytes.len())..];
        let length = bytes.len().min(8);
        window[..length].copy_from_slice(&bytes[..length]);
        Some((u64::from_le_bytes(window) >> shift & ((1 << count) - 1)) as u32)
    }

    pub(super) fn skip(&mut self, count: u64) -> Option<()> {
        self.position = self.position.checked_add(count)?;
        (self.position <= self.bytes.len() as u64 * 8).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers with their widths in bits, as a header after its first seven bytes.
    fn setup(fields: &[(u64, u32)]) -> Vec<u8> {
        let mut bits: Vec<bool> = Vec::new();
        for (value, width) in fields {
            bits.extend((0..*width).map(|bit| value >> bit & 1 == 1));
        }
        let bytes = bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |sum, bit| sum << 1 | u8::from(*bit)));
        [5; 7].into_iter().chain(bytes).collect()
    }

    #[test]
    fn tables_are_counted() {
        // Ordered: 4 entries of length 2; a table of three dimensions from one number (4^(1/3) rounded down).
        let book = [(0x56_4342, 24), (3, 16), (4, 24), (1, 1), (1, 5), (4, 3), (1, 4), (0, 64), (3, 4), (0, 1), (9, 4)];
        let two: Vec<_> = [(1, 8)].into_iter().chain(book).chain(book).collect();
        assert_eq!(numbers(&mut Bits::of(&setup(&two))), Some(2 * (4 + 12)));
        // Sparse, two of three used, no table.
        let sparse =
            [(0, 8), (0x56_4342, 24), (1, 16), (3, 24), (0, 1), (1, 1), (1, 1), (0, 5), (0, 1), (1, 1), (0, 5), (0, 4)];
        assert_eq!(numbers(&mut Bits::of(&setup(&sparse))), Some(3));
        assert_eq!(numbers(&mut Bits::of(&setup(&sparse)[..12])), None);
    }

    #[test]
    fn a_few_bytes_cannot_ask_for_gigabytes() {
        let book = [
            (0x56_4342, 24),
            (32, 16),
            (1 << 17, 24),
            (1, 1),
            (16, 5),
            (1 << 17, 18),
            (1, 4),
            (0, 64),
            (0, 4),
            (0, 1),
            (0, 1),
        ];
        let books: Vec<_> = [(255, 8)].into_iter().chain((0..256).flat_map(|_| book)).collect();
        assert!(!are_modest(&setup(&books)));
        assert!(are_modest(&setup(&books[..1])) && are_modest(b"\x05vorbis"));
    }

    #[test]
    fn roots_are_exact() {
        assert_eq!([root(625, 4), root(624, 4), root(2401, 4), root(1, 9), root(0, 3)], [5, 4, 7, 1, 0]);
    }
}
