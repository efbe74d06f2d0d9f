//! What a file says about its music, in the words that all formats share.

use std::fmt;
use std::str::FromStr;

use crate::{CodecError, ReplayGain};

/// A field that MP3 (ID3), FLAC, Vorbis and Opus comments, MP4, WAV and AIFF have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TagKey {
    /// Name of the piece.
    Title,
    /// Who plays.
    Artist,
    /// Name of the collection.
    Album,
    /// Whose collection it is.
    AlbumArtist,
    /// Who wrote the music.
    Composer,
    /// Kind of music, in words.
    Genre,
    /// Year, or a date as `2024-05-01`.
    Date,
    /// Number in the collection: `3`, or `3/12`.
    Track,
    /// Number of the disc: `1`, or `1/2`.
    Disc,
    /// Anything.
    Comment,
    /// Whose rights.
    Copyright,
    /// International Standard Recording Code.
    Isrc,
}

impl TagKey {
    /// All keys, in the order in which people read them.
    pub const ALL: [TagKey; 12] = [
        TagKey::Title,
        TagKey::Artist,
        TagKey::Album,
        TagKey::AlbumArtist,
        TagKey::Composer,
        TagKey::Genre,
        TagKey::Date,
        TagKey::Track,
        TagKey::Disc,
        TagKey::Comment,
        TagKey::Copyright,
        TagKey::Isrc,
    ];

    /// The name in lower case, `album_artist` for two words.
    pub const fn name(self) -> &'static str {
        match self {
            TagKey::Title => "title",
            TagKey::Artist => "artist",
            TagKey::Album => "album",
            TagKey::AlbumArtist => "album_artist",
            TagKey::Composer => "composer",
            TagKey::Genre => "genre",
            TagKey::Date => "date",
            TagKey::Track => "track",
            TagKey::Disc => "disc",
            TagKey::Comment => "comment",
            TagKey::Copyright => "copyright",
            TagKey::Isrc => "isrc",
        }
    }
}

impl fmt::Display for TagKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for TagKey {
    type Err = CodecError;

    fn from_str(name: &str) -> Result<TagKey, CodecError> {
        TagKey::ALL.into_iter().find(|key| key.name() == name).ok_or_else(|| CodecError::UnknownTag(name.to_owned()))
    }
}

/// Fields in the order of the file. A key may come more than once, as for two artists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags(Vec<(TagKey, String)>, Option<ReplayGain>);

impl Tags {
    /// Adds a field; an empty value or one that is there already changes nothing. Zeros, which end or part values in some
    /// formats, become spaces.
    pub fn push(&mut self, key: TagKey, value: impl Into<String>) {
        let mut field = (key, value.into());
        if field.1.contains('\0') {
            field.1 = field.1.replace('\0', " ");
        }
        if !field.1.is_empty() && !self.0.contains(&field) {
            self.0.push(field);
        }
    }

    /// The first value of `key`.
    pub fn get(&self, key: TagKey) -> Option<&str> {
        self.iter().find(|(found, _)| *found == key).map(|(_, value)| value)
    }

    /// All fields.
    pub fn iter(&self) -> impl Iterator<Item = (TagKey, &str)> {
        self.0.iter().map(|(key, value)| (*key, value.as_str()))
    }

    /// No fields.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty() && self.1.is_none()
    }

    /// What the file says of its loudness.
    pub fn replay_gain(&self) -> Option<ReplayGain> {
        self.1
    }

    /// Says this of the loudness, or nothing.
    pub fn set_replay_gain(&mut self, replay_gain: Option<ReplayGain>) {
        self.1 = replay_gain;
    }
}

impl FromIterator<(TagKey, String)> for Tags {
    fn from_iter<I: IntoIterator<Item = (TagKey, String)>>(fields: I) -> Tags {
        let mut tags = Tags::default();
        fields.into_iter().for_each(|(key, value)| tags.push(key, value));
        tags
    }
}
