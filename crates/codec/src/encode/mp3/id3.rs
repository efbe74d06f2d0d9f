//! ID3v2.4 tags: <https://id3.org/id3v2.4.0-structure>, <https://id3.org/id3v2.4.0-frames>.

use std::collections::BTreeMap;

use crate::{ReplayGain, TagKey, Tags};

/// UTF-8, ended by a zero where something follows.
const UTF_8: u8 = 3;

/// The tag before the sound; nothing for no fields.
pub(super) fn bytes(tags: &Tags) -> Vec<u8> {
    let mut frames = Vec::new();
    for (key, values) in by_key(tags) {
        let mut content = vec![UTF_8];
        if key == TagKey::Comment {
            // Language not known, no short description.
            content.extend(b"und\0");
        }
        // Several values are separated by zeros.
        content.extend(values.join("\0").as_bytes());
        put(frame(key), &content, &mut frames);
    }
    for (name, value) in tags.replay_gain().iter().flat_map(ReplayGain::fields) {
        let mut content = vec![UTF_8];
        content.extend(format!("{name}\0{value}").as_bytes());
        put(b"TXXX", &content, &mut frames);
    }
    if frames.is_empty() {
        return frames;
    }
    let mut bytes = b"ID3\x04\0\0".to_vec();
    bytes.extend(synchsafe(frames.len()));
    bytes.extend(frames);
    bytes
}

fn put(name: &[u8; 4], content: &[u8], frames: &mut Vec<u8>) {
    frames.extend(name);
    frames.extend(synchsafe(content.len()));
    frames.extend([0, 0]);
    frames.extend(content);
}

fn by_key(tags: &Tags) -> BTreeMap<TagKey, Vec<&str>> {
    let mut values: BTreeMap<TagKey, Vec<&str>> = BTreeMap::new();
    tags.iter().for_each(|(key, value)| values.entry(key).or_default().push(value));
    values
}

fn frame(key: TagKey) -> &'static [u8; 4] {
    match key {
        TagKey::Title => b"TIT2",
        TagKey::Artist => b"TPE1",
        TagKey::Album => b"TALB",
        TagKey::AlbumArtist => b"TPE2",
        TagKey::Composer => b"TCOM",
        TagKey::Genre => b"TCON",
        TagKey::Date => b"TDRC",
        TagKey::Track => b"TRCK",
        TagKey::Disc => b"TPOS",
        TagKey::Comment => b"COMM",
        TagKey::Copyright => b"TCOP",
        TagKey::Isrc => b"TSRC",
    }
}

/// Seven bits a byte, so that no length looks like the start of a frame of sound.
fn synchsafe(length: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (length >> shift & 0x7f) as u8)
}
