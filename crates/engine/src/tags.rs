//! What a song says about itself, for the tags of the file that it becomes.

use rae_codec::{TagKey, Tags};
use rae_midi::{Parsed, Summary};

/// Title, artist and the like, as far as the file has them.
pub(crate) fn song_tags(song: &Parsed) -> Tags {
    let texts = song.rmid.iter().flat_map(|rmid| &rmid.texts);
    let mut tags: Tags = texts.filter_map(|text| Some((key(text.label)?, text.text.clone()))).collect();
    if tags.get(TagKey::Title).is_none()
        && let Some(title) = title(song)
    {
        tags.push(TagKey::Title, title);
    }
    tags
}

/// The tag that an RMID file's text is.
fn key(label: &str) -> Option<TagKey> {
    match label {
        "name" => Some(TagKey::Title),
        "artist" => Some(TagKey::Artist),
        "album" => Some(TagKey::Album),
        "genre" => Some(TagKey::Genre),
        "date" => Some(TagKey::Date),
        "copyright" => Some(TagKey::Copyright),
        "comment" => Some(TagKey::Comment),
        _ => None,
    }
}

/// The title of a karaoke song, or the name of a first track without notes: in such a track the name is the song's, in
/// others the instrument's.
fn title(song: &Parsed) -> Option<String> {
    let summary = Summary::new(&song.sequence);
    let first = summary.tracks.first().filter(|track| track.notes == 0 && summary.tracks.len() > 1);
    summary.titles.first().cloned().or_else(|| first?.name.clone())
}
