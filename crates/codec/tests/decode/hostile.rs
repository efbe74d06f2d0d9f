//! Damaged files: what is there comes out, or an error; never a panic, and never more than the limits allow.
//!
//! The files in `fuzz/seeds/audio` are tenths of a second of the engine's own demonstration piece, made by FFmpeg, flac and, for
//! HE-AAC, Fraunhofer's encoder.

use std::io::Cursor;
use std::path::Path;

use proptest::prelude::*;
use rae_codec::{AudioReader, CodecError, DecodeLimits};
use rae_testkit::reseal;
use rae_units::Frames;

const FILES: [(&str, &[u8]); 13] = [
    ("aac.aac", include_bytes!("../../../../fuzz/seeds/audio/aac.aac")),
    ("aac.m4a", include_bytes!("../../../../fuzz/seeds/audio/aac.m4a")),
    ("alac.m4a", include_bytes!("../../../../fuzz/seeds/audio/alac.m4a")),
    ("flac.flac", include_bytes!("../../../../fuzz/seeds/audio/flac.flac")),
    ("flac.ogg", include_bytes!("../../../../fuzz/seeds/audio/flac.ogg")),
    ("fragments.mp4", include_bytes!("../../../../fuzz/seeds/audio/fragments.mp4")),
    ("mpeg.mp3", include_bytes!("../../../../fuzz/seeds/audio/mpeg.mp3")),
    ("opus.ogg", include_bytes!("../../../../fuzz/seeds/audio/opus.ogg")),
    ("opus.webm", include_bytes!("../../../../fuzz/seeds/audio/opus.webm")),
    ("pcm.aiff", include_bytes!("../../../../fuzz/seeds/audio/pcm.aiff")),
    ("pcm.caf", include_bytes!("../../../../fuzz/seeds/audio/pcm.caf")),
    ("pcm.wav", include_bytes!("../../../../fuzz/seeds/audio/pcm.wav")),
    ("vorbis.ogg", include_bytes!("../../../../fuzz/seeds/audio/vorbis.ogg")),
];

fn limits() -> DecodeLimits {
    DecodeLimits { max_frames: Frames(1 << 20), ..DecodeLimits::default() }
}

/// Frames that come out, and warnings; an error where the file is refused or its end is not reached.
fn decode(bytes: &[u8]) -> Result<(u64, Vec<String>), CodecError> {
    decode_from(AudioReader::from_bytes(bytes.to_vec(), "hostile", &limits())?)
}

fn decode_from(mut reader: AudioReader) -> Result<(u64, Vec<String>), CodecError> {
    let channels = reader.info().channels;
    let mut frames = 0;
    while let Some(block) = reader.read()? {
        assert!(!block.is_empty() && block.channels() == channels);
        frames += block.frames() as u64;
    }
    assert!(reader.read()?.is_none());
    Ok((frames, reader.warnings().to_vec()))
}

#[test]
fn whole_files_are_read_without_a_warning() {
    for (name, bytes) in FILES {
        let (frames, warnings) = decode(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(frames >= 800 && warnings.is_empty(), "{name}: {frames} frames, {warnings:?}");
    }
}

#[test]
fn a_wrong_extension_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in FILES {
        let path = folder.path().join(format!("{name}.{}", if name.ends_with("mp3") { "wav" } else { "mp3" }));
        std::fs::write(&path, bytes).unwrap();
        let format = AudioReader::open(&path).unwrap().info().format;
        let claimed = AudioReader::open(Path::new("../../fuzz/seeds/audio").join(name)).unwrap().info().format;
        assert_eq!(format, claimed, "{name}");
    }
}

#[test]
fn tags_before_the_file_and_a_pipe_do_not_matter() {
    for (name, bytes) in FILES {
        let whole = decode(bytes).unwrap().0;
        let mut tagged = b"ID3\x04\0\0\0\0\x02\0".to_vec();
        tagged.extend([0; 256]);
        tagged.extend(bytes);
        if !name.contains("m4a") && !name.contains("mp4") && !name.contains("webm") {
            assert_eq!(decode(&tagged).unwrap_or_else(|error| panic!("{name}: {error}")).0, whole, "{name} after ID3");
        }
        let mut pipe = AudioReader::from_pipe(Cursor::new(bytes), name, &limits()).unwrap();
        let piped = pipe.read_to_end(Frames(1 << 20)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(piped.len().0, whole, "{name} through a pipe");
    }
}

#[test]
fn he_aac_is_an_error_and_not_half_the_rate() {
    let error = decode(include_bytes!("../../../../fuzz/seeds/audio/he-aac.aac")).unwrap_err();
    assert!(matches!(&error, CodecError::Unsupported { found, .. } if found.contains("HE-AAC")), "{error}");
}

#[test]
fn files_cut_anywhere_give_what_is_there() {
    for (name, bytes) in FILES {
        let whole = decode(bytes).unwrap().0;
        for cut in (0..bytes.len()).step_by(23) {
            if let Ok((frames, _)) = decode(&bytes[..cut]) {
                assert!(frames <= whole + 4096, "{name} cut at {cut}: {frames} of {whole} frames");
            }
        }
        let (frames, warnings) = decode(&bytes[..bytes.len() * 9 / 10]).unwrap_or((0, Vec::new()));
        // The index of MP4 files is at the end, and CAF files must be whole; so short a sound is one page of Ogg.
        let whole_or_nothing = ["m4a", "ogg", "caf"].iter().any(|kind| name.ends_with(kind));
        assert!(whole_or_nothing || frames > 0, "{name}: nothing of nine tenths");
        assert!(frames < whole || !warnings.is_empty() || name.ends_with("webm"), "{name}: {frames} of {whole} frames");
    }
}

#[test]
fn junk_in_the_middle_costs_what_it_covers() {
    for (name, bytes) in FILES {
        let mut junk = bytes.to_vec();
        let middle = junk.len() * 2 / 3;
        junk[middle..middle + 40].fill(0x55);
        let result = decode(&junk);
        let may_fail = ["m4a", "mp4", "ogg"].iter().any(|kind| name.ends_with(kind));
        assert!(result.is_ok() || may_fail, "{name}: {:?}", result.err());
    }
}

#[test]
fn impossible_wav_headers_are_refused_by_name() {
    let wav = include_bytes!("../../../../fuzz/seeds/audio/pcm.wav");
    let format = wav.windows(4).position(|id| id == b"fmt ").unwrap() + 8;
    for (at, value, word) in [
        (2, [0, 0].as_slice(), "0 channels"),
        (2, &[0xff, 0x7f], "channels"),
        (4, &[0; 4], "0 Hz"),
        (4, &[0xff; 4], "Hz"),
    ] {
        let mut broken = wav.to_vec();
        broken[format + at..][..value.len()].copy_from_slice(value);
        let error = decode(&broken).unwrap_err();
        assert!(matches!(&error, CodecError::Limit { .. }) && error.to_string().contains(word), "{error}");
    }
}

/// Ogg Vorbis with one codebook of one entry in so many dimensions, and lookup type 1.
fn vorbis_with_codebook(dimensions: u8) -> Vec<u8> {
    let mut setup = b"\x05vorbis\0BCV".to_vec();
    setup.extend([dimensions, 0, 1, 0, 0]);
    // Not ordered, not sparse, a codeword of one bit (5 bits); lookup type 1 (4 bits); a minimum, a step and so on.
    setup.extend([0b1000_0000, 0]);
    setup.extend([0; 40]);
    let comment = b"\x03vorbis\0\0\0\0\0\0\0\0\x01";
    // The first page of Vorbis at 16 kHz, then one with both other headers.
    let mut file = FILES[12].1[..58].to_vec();
    file.extend([b"OggS\0\0".as_slice(), &[0; 8], &file[14..18], &[1, 0, 0, 0], &[0; 4]].concat());
    file.extend([2, comment.len() as u8, setup.len() as u8]);
    file.extend(comment);
    file.extend(setup);
    reseal(&mut file);
    file
}

#[test]
fn libraries_that_panic_on_headers_are_errors() {
    for dimensions in [0, 32] {
        let error = decode(&vorbis_with_codebook(dimensions)).unwrap_err();
        assert!(error.to_string().contains("broke off"), "{error}");
    }
}

/// A box of ISO/IEC 14496-12.
fn mp4_box(kind: &str, body: &[u8]) -> Vec<u8> {
    [(body.len() as u32 + 8).to_be_bytes().as_slice(), kind.as_bytes(), body].concat()
}

#[test]
fn boxes_within_boxes_do_not_exhaust_the_stack() {
    let nested = (0..4000).fold(Vec::new(), |body, _| mp4_box("mdia", &body));
    let file = [mp4_box("ftyp", b"M4A \0\0\0\0"), mp4_box("moov", &mp4_box("trak", &nested))].concat();
    let small = std::thread::Builder::new().stack_size(256 << 10);
    let decoded = small.spawn(move || decode(&file).map(drop)).unwrap().join().unwrap();
    decoded.unwrap_err();
}

#[test]
fn edits_that_leave_out_everything_are_ignored_with_a_warning() {
    let mut file = FILES[1].1.to_vec();
    let whole = decode(&file).unwrap().0;
    let list = file.windows(4).position(|kind| kind == b"elst").unwrap();
    assert_eq!(file[list + 4..list + 12], [0, 0, 0, 0, 0, 0, 0, 1], "one edit, in 32 bits");
    file[list + 16..list + 20].copy_from_slice(&0x7fff_ffff_u32.to_be_bytes());
    let (frames, warnings) = decode(&file).unwrap();
    assert!(frames >= whole, "{frames} of {whole}");
    assert!(matches!(warnings.as_slice(), [text] if text.contains("edit list is damaged")), "{warnings:?}");
}

#[test]
fn a_lost_first_packet_does_not_shift_the_rest() {
    // 16 kHz; 1024 frames in each packet, the first of which is all before the sound.
    let whole = FILES[1].1;
    let mut damaged = whole.to_vec();
    let data = damaged.windows(4).position(|kind| kind == b"mdat").unwrap() + 4;
    // A coupling channel, which is no AAC-LC.
    damaged[data..data + 2].fill(0x55);
    let [mut whole, mut damaged] =
        [whole.to_vec(), damaged].map(|bytes| AudioReader::from_bytes(bytes, "hostile", &limits()).unwrap());
    let [one, other] = [&mut whole, &mut damaged].map(|reader| reader.read_to_end(Frames(1 << 20)).unwrap());
    assert!(damaged.warnings()[0].contains("damaged"), "{:?}", damaged.warnings());
    assert_eq!(one.len(), other.len());
    let end = one.frames() - 512..one.frames();
    let differences = one.channel(0)[end.clone()].iter().zip(&other.channel(0)[end]).map(|(a, b)| (a - b).abs());
    // Peaks are at 0.4; the noise that stands for some of the sound begins elsewhere.
    assert!(differences.fold(0.0, f32::max) < 0.05);
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0usize..4);
    (0..FILES.len(), prop::collection::vec(change, 1..12)).prop_map(|(file, changes)| {
        let mut bytes = FILES[file].1.to_vec();
        for (at, byte, kind) in changes {
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes[at] ^= 1 << (byte % 8),
                2 => drop(bytes.splice(at..at, std::iter::repeat_n(byte, usize::from(byte % 16)))),
                _ => drop(bytes.drain(at..bytes.len().min(at + usize::from(byte)))),
            }
            if bytes.is_empty() {
                break;
            }
        }
        // Past the checksums, to what they protect.
        reseal(&mut bytes);
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn damaged_files_end_in_an_error_or_in_sound(bytes in mutated()) {
        let piped = AudioReader::from_pipe(Cursor::new(bytes.clone()), "hostile", &limits());
        for result in [decode(&bytes), piped.and_then(decode_from)] {
            if let Err(error) = result {
                prop_assert!(error.to_string().contains("hostile"), "{}", error);
            }
        }
    }
}
