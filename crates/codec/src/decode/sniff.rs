//! What a file is, by its first bytes; names mean nothing.

/// What to do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// RIFF, RF64 or BW64 with sound.
    Wave,
    /// The family of MP4 and QuickTime.
    Mp4,
    /// Matroska and WebM.
    Matroska,
    /// Apple's Core Audio Format.
    Caf,
    /// AIFF and AIFF-C.
    Aiff,
    /// Perhaps sound: a library has to look.
    Other,
    /// Sound of a kind that nothing here decodes.
    Unsupported(&'static str),
    /// No sound, with what to do about it.
    NotAudio(&'static str),
}

const MIDI: &str = "a MIDI file, which holds notes and no sound: make sound of it with `rae render`";

/// Marks at the start, the longest first where one begins like another.
const MARKS: &[(&[u8], Kind)] = &[
    (b"caff", Kind::Caf),
    (b"MThd", Kind::NotAudio(MIDI)),
    (b"\x1aE\xdf\xa3", Kind::Matroska),
    (b".snd", Kind::Unsupported("a Sun AU file")),
    (b"riff\x2e\x91\xcf\x11", Kind::Unsupported("a Sony Wave64 file")),
    (b"wvpk", Kind::Unsupported("a WavPack file")),
    (b"MAC ", Kind::Unsupported("a Monkey's Audio file")),
    (b"TTA1", Kind::Unsupported("a True Audio file")),
    (b"MPCK", Kind::Unsupported("a Musepack file")),
    (b"MP+", Kind::Unsupported("a Musepack file")),
    (b"DSD ", Kind::Unsupported("a DSD file")),
    (b"FRM8", Kind::Unsupported("a DSD file")),
    (b"#!AMR", Kind::Unsupported("an AMR file")),
    (b"FLV\x01", Kind::Unsupported("a Flash video")),
    (b"\x0b\x77", Kind::Unsupported("an AC-3 file")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Kind::Unsupported("a Windows Media file")),
    (b"\x89PNG", Kind::NotAudio("a PNG image, not sound")),
    (b"\xff\xd8\xff\xe0", Kind::NotAudio("a JPEG image, not sound")),
    (b"\xff\xd8\xff\xe1", Kind::NotAudio("a JPEG image, not sound")),
    (b"GIF8", Kind::NotAudio("a GIF image, not sound")),
    (b"%PDF", Kind::NotAudio("a PDF document, not sound")),
    (b"PK\x03\x04", Kind::NotAudio("a ZIP archive: unpack it first")),
    (b"Rar!", Kind::NotAudio("a RAR archive: unpack it first")),
    (b"7z\xbc\xaf", Kind::NotAudio("a 7-Zip archive: unpack it first")),
    (b"\x1f\x8b", Kind::NotAudio("a gzip archive: unpack it first")),
    (b"\x7fELF", Kind::NotAudio("a program, not sound")),
    (b"<!DOCTYPE", Kind::NotAudio("a web page, not sound: perhaps the download failed")),
    (b"<!doctype", Kind::NotAudio("a web page, not sound: perhaps the download failed")),
    (b"<html", Kind::NotAudio("a web page, not sound: perhaps the download failed")),
];

/// Judges by the first bytes, of which 12 are enough where the file begins with its mark.
pub(crate) fn kind(head: &[u8]) -> Kind {
    if head.is_empty() {
        return Kind::NotAudio("empty");
    }
    let form = head.get(8..12).unwrap_or_default();
    match head.get(..4).unwrap_or_default() {
        b"RIFF" | b"RF64" | b"BW64" => match form {
            b"WAVE" => return Kind::Wave,
            b"RMID" => return Kind::NotAudio(MIDI),
            b"sfbk" => {
                return Kind::NotAudio("a SoundFont, not sound: play a song with it by `rae render --soundfont`");
            }
            b"AVI " => return Kind::Unsupported("an AVI video"),
            _ => {}
        },
        b"FORM" if matches!(form, b"AIFF" | b"AIFC") => return Kind::Aiff,
        _ if matches!(head.get(4..8), Some(b"ftyp" | b"moov" | b"mdat" | b"wide" | b"styp" | b"moof")) => {
            return Kind::Mp4;
        }
        _ => {}
    }
    MARKS.iter().find(|(mark, _)| head.starts_with(mark)).map_or(Kind::Other, |(_, kind)| *kind)
}

/// Where the ID3v2 tag at `offset` ends, if one is there (id3.org, "ID3v2.4.0 main structure", 3.1).
pub(crate) fn after_id3(head: &[u8]) -> Option<u64> {
    let header: &[u8; 10] = head.first_chunk()?;
    let [b'I', b'D', b'3', version, _, flags, size @ ..] = header else { return None };
    if *version == 0xff || size.iter().any(|byte| byte & 0x80 != 0) {
        return None;
    }
    let size = size.iter().fold(0, |size, byte| size << 7 | u64::from(*byte));
    let footer = if flags & 0x10 != 0 { 10 } else { 0 };
    Some(10 + size + footer)
}
