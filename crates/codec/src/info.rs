//! Names in WAV files: a LIST chunk of type INFO.
//!
//! Microsoft/IBM "Multimedia Programming Interface and Data Specifications 1.0", "INFO List Chunk"; ITRK, IPRT and IMUS are
//! later customs.

use crate::{TagKey, Tags};

/// Identifiers and what they hold; the first of a key is written.
const FIELDS: [(&[u8; 4], TagKey); 10] = [
    (b"INAM", TagKey::Title),
    (b"IART", TagKey::Artist),
    (b"IPRD", TagKey::Album),
    (b"IMUS", TagKey::Composer),
    (b"IGNR", TagKey::Genre),
    (b"ICRD", TagKey::Date),
    (b"IPRT", TagKey::Track),
    (b"ITRK", TagKey::Track),
    (b"ICMT", TagKey::Comment),
    (b"ICOP", TagKey::Copyright),
];

/// Takes the fields of a chunk's body, in Latin-1 or, as most write today, UTF-8.
pub(crate) fn read(body: &[u8], tags: &mut Tags) {
    let Some(mut rest) = body.strip_prefix(b"INFO") else { return };
    while let Some([id @ .., a, b, c, d]) = rest.first_chunk::<8>() {
        let size = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
        let value = &rest[8..];
        let value = &value[..size.min(value.len())];
        let text = value.split(|byte| *byte == 0).next().unwrap_or_default();
        let text = String::from_utf8(text.to_vec()).unwrap_or_else(|_| text.iter().map(|byte| *byte as char).collect());
        if let Some((_, key)) = FIELDS.iter().find(|(field, _)| *field == id) {
            tags.push(*key, text.trim());
        }
        rest = rest.get(8 + size + size % 2..).unwrap_or_default();
    }
}

/// Whether there is a place for a key.
pub(crate) fn holds(key: TagKey) -> bool {
    FIELDS.iter().any(|(_, held)| *held == key)
}

/// The chunk with these fields in UTF-8, of several values one behind the other; nothing where there are none. It has no
/// place for the album's artist, the disc and the ISRC.
pub(crate) fn chunk(tags: &Tags) -> Vec<u8> {
    let mut body = b"INFO".to_vec();
    for (at, (id, key)) in FIELDS.iter().enumerate() {
        let values: Vec<&str> = tags.iter().filter(|(found, _)| found == key).map(|(_, value)| value).collect();
        if values.is_empty() || FIELDS[..at].iter().any(|(_, before)| before == key) {
            continue;
        }
        let mut text = values.join("; ").into_bytes();
        text.push(0);
        body.extend(*id);
        body.extend((text.len() as u32).to_le_bytes());
        text.resize(text.len().next_multiple_of(2), 0);
        body.extend(text);
    }
    if body.len() == 4 {
        return Vec::new();
    }
    [b"LIST".as_slice(), &(body.len() as u32).to_le_bytes(), &body].concat()
}
