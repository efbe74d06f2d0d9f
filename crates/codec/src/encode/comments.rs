//! Vorbis comments, which FLAC and Opus share: <https://xiph.org/vorbis/doc/v-comment.html>.

use crate::{ReplayGain, TagKey, Tags};

/// Who made the file.
pub(super) const VENDOR: &str = concat!("Rust Audio Engine ", env!("CARGO_PKG_VERSION"));

/// The field name of a key.
pub(super) fn field(key: TagKey) -> &'static str {
    match key {
        TagKey::Title => "TITLE",
        TagKey::Artist => "ARTIST",
        TagKey::Album => "ALBUM",
        TagKey::AlbumArtist => "ALBUMARTIST",
        TagKey::Composer => "COMPOSER",
        TagKey::Genre => "GENRE",
        TagKey::Date => "DATE",
        TagKey::Track => "TRACKNUMBER",
        TagKey::Disc => "DISCNUMBER",
        TagKey::Comment => "COMMENT",
        TagKey::Copyright => "COPYRIGHT",
        TagKey::Isrc => "ISRC",
    }
}

/// The comments as bytes, vendor first, without the framing bit that only Vorbis has.
pub(super) fn bytes(tags: &Tags) -> Vec<u8> {
    let mut fields: Vec<String> = tags.iter().map(|(key, value)| format!("{}={value}", field(key))).collect();
    let replay_gain = tags.replay_gain().iter().flat_map(ReplayGain::fields).collect::<Vec<_>>();
    fields.extend(replay_gain.iter().map(|(name, value)| format!("{name}={value}")));
    let mut bytes = Vec::new();
    let mut put = |text: &str| {
        bytes.extend((text.len() as u32).to_le_bytes());
        bytes.extend(text.as_bytes());
    };
    put(VENDOR);
    bytes.extend((fields.len() as u32).to_le_bytes());
    for field in fields {
        bytes.extend((field.len() as u32).to_le_bytes());
        bytes.extend(field.as_bytes());
    }
    bytes
}
