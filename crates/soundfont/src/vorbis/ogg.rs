//! The Ogg container as far as a sample needs it: one logical stream of pages, one after another (RFC 3533).

/// Bytes of a page before its table of segments.
const HEADER: usize = 27;

/// The longest page: header, 255 segments in the table, 255 bytes in each.
const LONGEST_PAGE: usize = HEADER + 255 + 255 * 255;

/// Flags of a page.
const CONTINUED: u8 = 1;
const LAST: u8 = 4;

/// Why the container cannot be read: where in the stream, and what is wrong.
#[derive(Debug)]
pub(super) struct Damage {
    pub(super) offset: usize,
    pub(super) reason: &'static str,
}

struct Page<'a> {
    flags: u8,
    granule: i64,
    table: &'a [u8],
    body: &'a [u8],
    /// Header, table and body together.
    whole: &'a [u8],
}

impl<'a> Page<'a> {
    /// The page that begins with the first byte.
    fn read(bytes: &'a [u8]) -> Option<Page<'a>> {
        let header = bytes.first_chunk::<HEADER>()?;
        if !header.starts_with(b"OggS\0") {
            return None;
        }
        let granule = i64::from_le_bytes(*header[6..].first_chunk()?);
        let table = bytes.get(HEADER..HEADER + usize::from(header[26]))?;
        let length: usize = table.iter().map(|lace| usize::from(*lace)).sum();
        let start = HEADER + table.len();
        let body = bytes.get(start..start + length)?;
        Some(Page { flags: header[5], granule, table, body, whole: &bytes[..start + length] })
    }

    /// Whether the checksum is that of the content.
    fn is_intact(&self) -> bool {
        checksum(self.whole).to_le_bytes() == self.whole[22..26]
    }
}

/// The granule position at which the stream ends: for Vorbis its length in frames. Looks at the last page alone, and
/// takes the bytes that are read from `budget`; at 0 it gives up.
pub(super) fn last_granule(bytes: &[u8], budget: &mut u64) -> Option<i64> {
    let tail = &bytes[bytes.len().saturating_sub(LONGEST_PAGE)..];
    for (start, window) in tail.windows(4).enumerate().rev() {
        *budget = budget.checked_sub(1)?;
        if window != b"OggS" {
            continue;
        }
        let segments = tail.get(start + HEADER - 1).copied().unwrap_or(0);
        *budget = budget.saturating_sub(u64::from(segments));
        if let Some(page) = Page::read(&tail[start..]).filter(|page| start + page.whole.len() == tail.len()) {
            return Some(page.granule);
        }
    }
    None
}

/// The packets of a stream, put together from its pages.
pub(super) struct Packets<'a> {
    bytes: &'a [u8],
    position: usize,
    page: Option<Page<'a>>,
    /// Segments and bytes of the page that have been handed out.
    segments: usize,
    taken: usize,
    packet: Vec<u8>,
}

impl<'a> Packets<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Packets<'a> {
        Packets { bytes, position: 0, page: None, segments: 0, taken: 0, packet: Vec::new() }
    }

    /// Where the page of the latest packet ends, or the next begins.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// The next packet; `None` after the last one of the stream.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, Damage> {
        self.packet.clear();
        let mut begun = false;
        loop {
            let Some(page) = self.page.as_ref().filter(|page| self.segments < page.table.len()) else {
                if !self.next_page(begun)? {
                    return Ok(None);
                }
                continue;
            };
            let laces = &page.table[self.segments..];
            let full = laces.iter().take_while(|lace| **lace == 255).count();
            let is_whole = full < laces.len();
            let length = 255 * full + laces.get(full).map_or(0, |lace| usize::from(*lace));
            self.packet.extend_from_slice(&page.body[self.taken..self.taken + length]);
            self.segments += full + usize::from(is_whole);
            self.taken += length;
            if is_whole {
                return Ok(Some(&self.packet));
            }
            begun = true;
        }
    }

    /// Goes to the next page, which must go on with a packet exactly if one has begun; whether there is one.
    fn next_page(&mut self, begun: bool) -> Result<bool, Damage> {
        let damage = |reason| Err(Damage { offset: self.position, reason });
        let ended = self.page.as_ref().is_some_and(|page| page.flags & LAST != 0);
        if ended || self.position == self.bytes.len() {
            return if begun { damage("its last packet is cut off") } else { Ok(false) };
        }
        let Some(page) = Page::read(&self.bytes[self.position..]) else {
            return damage("no Ogg page begins where one should");
        };
        if !page.is_intact() {
            return damage("the checksum of an Ogg page is wrong");
        }
        if (page.flags & CONTINUED != 0) != begun {
            return damage("an Ogg page is missing");
        }
        self.position += page.whole.len();
        (self.page, self.segments, self.taken) = (Some(page), 0, 0);
        Ok(true)
    }
}

/// The checksum of a page, whose own field counts as zero.
fn checksum(page: &[u8]) -> u32 {
    let crc = |crc, bytes: &[u8]| {
        bytes.iter().fold(crc, |crc: u32, byte| crc << 8 ^ TABLE[usize::from((crc >> 24) as u8 ^ byte)])
    };
    crc(crc(crc(0, &page[..22]), &[0; 4]), &page[26..])
}

/// What a byte in front does to the remainder modulo x³² + … (0x04c11db7).
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut rest, mut bit) = ((byte as u32) << 24, 0);
        while bit < 8 {
            rest = if rest >> 31 == 1 { rest << 1 ^ 0x04c1_1db7 } else { rest << 1 };
            bit += 1;
        }
        table[byte] = rest;
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_its_polynomial() {
        // CRC-32/MPEG-2 has this polynomial with another start; from zero "123456789" gives 0x89a1897f (reveng).
        let crc = b"123456789".iter().fold(0_u32, |crc, b| crc << 8 ^ TABLE[usize::from((crc >> 24) as u8 ^ b)]);
        assert_eq!(crc, 0x89a1_897f);
    }

    #[test]
    fn packets_are_put_together_over_pages() {
        let page = |flags: u8, table: &[u8]| {
            let mut page = b"OggS\0".to_vec();
            page.push(flags);
            page.extend([0; 20]);
            page.push(table.len() as u8);
            page.extend(table);
            page.extend((0..table.iter().map(|lace| usize::from(*lace)).sum()).map(|i: usize| i as u8));
            let crc = checksum(&page);
            page[22..26].copy_from_slice(&crc.to_le_bytes());
            page
        };
        let stream = [page(2, &[3, 0, 255]), page(1, &[255, 1]), page(4, &[2])].concat();
        let mut packets = Packets::new(&stream);
        let mut lengths = Vec::new();
        while let Some(packet) = packets.next().unwrap() {
            lengths.push(packet.len());
        }
        assert_eq!(lengths, [3, 0, 511, 2]);
        let mut lost = Packets::new(&stream[27 + 3 + 258..]);
        assert_eq!(lost.next().unwrap_err().reason, "an Ogg page is missing");
        let mut cut = Packets::new(&stream[..27 + 3 + 258]);
        assert!(cut.next().is_ok() && cut.next().is_ok());
        assert_eq!(cut.next().unwrap_err().reason, "its last packet is cut off");
    }
}
