//! Titles, artists and so on.

use symphonia::core::formats::FormatReader;
use symphonia::core::meta::{RawValue, StandardTag, Tag};

use crate::replay_gain::Found;
use crate::{TagKey, Tags};

/// More fields than anyone reads, or longer ones, are left out.
const MOST_FIELDS: usize = 64;
const LONGEST_VALUE: usize = 16_384;

/// All that the file says: tags before or behind the sound, those of the container and of the track; and how many pictures it
/// has.
pub(crate) fn tags(reader: &mut dyn FormatReader) -> (Tags, usize) {
    let mut metadata = reader.metadata();
    let mut found = Numbers::default();
    let mut loudness = Found::default();
    let (mut tags, mut pictures) = (Tags::default(), 0);
    loop {
        if let Some(revision) = metadata.current() {
            pictures += revision.media.visuals.len();
            pictures += revision.per_track.iter().map(|track| track.metadata.visuals.len()).sum::<usize>();
            let of_tracks = revision.per_track.iter().flat_map(|track| &track.metadata.tags);
            for tag in revision.media.tags.iter().chain(of_tracks) {
                take(tag, &mut tags, &mut found);
                take_loudness(tag, &mut loudness);
            }
        }
        if metadata.is_latest() {
            break;
        }
        metadata.pop();
    }
    found.put(&mut tags);
    tags.set_replay_gain(loudness.replay_gain());
    (tags, pictures)
}

/// By the field's name, which in ID3 is the description of a user-defined text.
fn take_loudness(tag: &Tag, loudness: &mut Found) {
    use StandardTag as S;
    let (name, value) = match tag.std.as_ref() {
        Some(S::ReplayGainTrackGain(text)) => ("REPLAYGAIN_TRACK_GAIN", text.to_string()),
        Some(S::ReplayGainTrackPeak(text)) => ("REPLAYGAIN_TRACK_PEAK", text.to_string()),
        Some(S::ReplayGainAlbumGain(text)) => ("REPLAYGAIN_ALBUM_GAIN", text.to_string()),
        Some(S::ReplayGainAlbumPeak(text)) => ("REPLAYGAIN_ALBUM_PEAK", text.to_string()),
        _ => (tag.raw.key.rsplit(':').next().unwrap_or_default(), tag.raw.value.to_string()),
    };
    loudness.take(name, value.trim_end_matches('\0'));
}

/// "3" and "12" come as two fields and are one here.
#[derive(Default)]
struct Numbers {
    track: (Option<u64>, Option<u64>),
    disc: (Option<u64>, Option<u64>),
}

impl Numbers {
    fn put(self, tags: &mut Tags) {
        for (key, numbers) in [(TagKey::Track, self.track), (TagKey::Disc, self.disc)] {
            match numbers {
                (Some(number), Some(total)) => tags.push(key, format!("{number}/{total}")),
                (Some(number), None) => tags.push(key, number.to_string()),
                _ => {}
            }
        }
    }
}

/// Frames of ID3 that may hold several values, which the library hands over as they are.
const LISTS: [(&str, TagKey); 6] = [
    ("TIT2", TagKey::Title),
    ("TPE1", TagKey::Artist),
    ("TPE2", TagKey::AlbumArtist),
    ("TALB", TagKey::Album),
    ("TCOM", TagKey::Composer),
    ("TCON", TagKey::Genre),
];

fn take(tag: &Tag, tags: &mut Tags, numbers: &mut Numbers) {
    use StandardTag as S;
    if let (None, RawValue::StringList(values)) = (&tag.std, &tag.raw.value)
        && let Some((_, key)) = LISTS.iter().find(|(frame, _)| *frame == tag.raw.key)
    {
        return values.iter().for_each(|value| put(*key, value, tags));
    }
    let (key, value) = match tag.std.as_ref() {
        Some(S::TrackNumber(number)) => return numbers.track.0 = Some(*number),
        Some(S::TrackTotal(number)) => return numbers.track.1 = Some(*number),
        Some(S::DiscNumber(number)) => return numbers.disc.0 = Some(*number),
        Some(S::DiscTotal(number)) => return numbers.disc.1 = Some(*number),
        Some(S::RecordingYear(year) | S::ReleaseYear(year)) => (TagKey::Date, year.to_string()),
        Some(S::RecordingDate(date) | S::ReleaseDate(date)) => (TagKey::Date, date.to_string()),
        Some(S::TrackTitle(text)) => (TagKey::Title, text.to_string()),
        Some(S::Artist(text)) => (TagKey::Artist, text.to_string()),
        Some(S::Album(text)) => (TagKey::Album, text.to_string()),
        Some(S::AlbumArtist(text)) => (TagKey::AlbumArtist, text.to_string()),
        Some(S::Composer(text)) => (TagKey::Composer, text.to_string()),
        Some(S::Genre(text)) => (TagKey::Genre, text.to_string()),
        // Not meant for people.
        Some(S::Comment(_)) if describes(tag, "iTun") => return,
        Some(S::Comment(text) | S::Description(text)) => (TagKey::Comment, text.to_string()),
        Some(S::Copyright(text)) => (TagKey::Copyright, text.to_string()),
        Some(S::IdentIsrc(text)) => (TagKey::Isrc, text.to_string()),
        // FFmpeg's comments in MP3 files.
        None if tag.raw.key == "TXXX" && describes(tag, "comment") => (TagKey::Comment, tag.raw.value.to_string()),
        _ => return,
    };
    put(key, &value, tags);
}

fn put(key: TagKey, value: &str, tags: &mut Tags) {
    let value = value.trim_end_matches('\0');
    if tags.iter().count() < MOST_FIELDS && value.len() <= LONGEST_VALUE {
        tags.push(key, value);
    }
}

/// Whether an ID3 tag says that it is about something that begins like this.
fn describes(tag: &Tag, what: &str) -> bool {
    let fields = tag.raw.sub_fields.iter().flatten();
    fields.filter(|field| field.field.ends_with("DESCRIPTION")).any(|field| field.value.to_string().starts_with(what))
}
