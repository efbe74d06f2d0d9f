//! Damaged structure is an error, odd structure a warning; both say where.

use crate::raw::{Raw, words};
use rae_soundfont::{Error, SoundFont, Warning, WarningKind};

fn parse(bytes: Vec<u8>) -> Result<SoundFont, Error> {
    SoundFont::from_bytes(bytes, "hand.sf2")
}

/// The error must name the bank, the chunk, the offset and the reason.
#[track_caller]
fn assert_error(bytes: Vec<u8>, chunk: &str, offset: u64, reason: &str) {
    let error = parse(bytes).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("Failed to load SoundFont: hand.sf2: "), "{text}");
    assert!(text.contains(reason), "{text}");
    assert!(text.contains(&format!("(chunk '{chunk}', byte {offset})")), "{text}, not {chunk} at {offset}");
}

/// One warning, at this offset, of the structure; the bank still has its preset.
#[track_caller]
fn assert_warning(bytes: Vec<u8>, offset: u64, what: &str) -> SoundFont {
    let bank = parse(bytes).unwrap();
    let [Warning { offset: found, kind: WarningKind::Structure, what: text }] = bank.warnings() else {
        panic!("{:?}", bank.warnings());
    };
    assert!(text.contains(what), "{text}");
    assert_eq!(*found, offset, "{text}");
    assert_eq!(bank.preset(0, 0), Some(0));
    bank
}

#[test]
fn the_bank_by_hand_is_read_without_a_warning() {
    let bank = parse(Raw::valid().bytes()).unwrap();
    assert!(bank.warnings().is_empty(), "{:?}", bank.warnings());
    let model = bank.model();
    assert_eq!((model.info.version, &*model.info.name, &*model.info.engine), ((2, 4), "By hand", "EMU8000"));
    assert_eq!((&*model.presets[0].name, model.presets[0].zones[0].target), ("Piano", Some(0)));
    let instrument = &model.instruments[0];
    assert_eq!(instrument.global.as_ref().unwrap().generators.get(rae_soundfont::Generator::Pan), Some(-100));
    assert_eq!((instrument.zones[0].keys.clone(), instrument.zones[0].target), (Some(0..=127), Some(0)));
    assert_eq!((model.samples[0].end, model.samples[0].loop_start, model.samples[0].rate), (100, 10, 44_100));
    assert_eq!((bank.pcm(0).words.len(), bank.pcm(0).words[3]), (146, [3, 0]));
    assert_eq!((bank.source(), bank.file_len()), ("hand.sf2", Raw::valid().bytes().len() as u64));
}

#[test]
fn other_files_are_named() {
    for (bytes, reason) in [
        (b"".to_vec(), "the file is empty"),
        (b"MThd\0\0\0\x06".to_vec(), "MIDI file"),
        (b"RIFF\x24\0\0\0WAVEfmt ".to_vec(), "WAV file"),
        (b"RIFF\x24\0\0\0DLS colh".to_vec(), "DLS bank"),
        (b"version https://git-lfs.github.com/spec/v1".to_vec(), "git lfs pull"),
        (b"RIFF".to_vec(), "does not begin like a SoundFont"),
    ] {
        let text = parse(bytes).unwrap_err().to_string();
        assert!(text.starts_with("Failed to load SoundFont: hand.sf2: ") && text.contains(reason), "{text}");
    }
}

#[test]
fn every_chunk_of_the_hydra_is_needed() {
    let valid = Raw::valid();
    let list = valid.offset("pdta") - 16;
    for id in ["phdr", "pbag", "pmod", "pgen", "inst", "ibag", "imod", "igen", "shdr"] {
        assert_error(valid.clone().without(id).bytes(), id, list, "missing");
    }
    assert_error(valid.clone().without("ifil").bytes(), "ifil", 12, "missing");
    assert_error(valid.clone().with("ifil", vec![2, 0]).bytes(), "ifil", 24, "4 bytes, not 2");
}

#[test]
fn a_missing_list_is_an_error() {
    let bytes = Raw::valid().bytes();
    let pdta = Raw::valid().offset("pdta") - 16;
    assert_error(bytes[..pdta as usize].to_vec(), "pdta", pdta, "missing");
    assert_error(bytes[..pdta as usize + 40].to_vec(), "pdta", pdta, "ends too early");
    assert_error(bytes[..200].to_vec(), "sdta", Raw::valid().offset("sdta") - 16, "ends too early");
}

#[test]
fn records_have_their_size_and_number() {
    let valid = Raw::valid();
    for (id, size) in [("phdr", 76), ("pbag", 8), ("pmod", 10), ("pgen", 8), ("inst", 44), ("shdr", 92)] {
        let mut long = valid.clone();
        long.chunk(id).extend([0, 0]);
        assert_error(long.bytes(), id, valid.offset(id) + size, "multiple of the record size");
    }
    let mut short = valid.clone();
    short.chunk("phdr").truncate(38);
    assert_error(short.bytes(), "phdr", valid.offset("phdr") + 38, "2 records are needed");
    assert_error(valid.clone().with("shdr", vec![]).bytes(), "shdr", valid.offset("shdr"), "1 records are needed");
    assert_error(valid.clone().with("pbag", vec![]).bytes(), "pbag", valid.offset("pbag"), "1 records are needed");
}

#[test]
fn indexes_rise_and_match_their_chunks() {
    let valid = Raw::valid();
    let at = |id: &str, offset: u64| valid.offset(id) + offset;
    assert_error(valid.clone().put("phdr", 24, 2).bytes(), "phdr", at("phdr", 38), "falls from 2 to 1");
    assert_error(valid.clone().put("phdr", 62, 9).bytes(), "phdr", at("phdr", 38), "counts 9 zones");
    assert_error(valid.clone().put("inst", 20, 3).bytes(), "inst", at("inst", 22), "falls from 3 to 2");
    assert_error(valid.clone().put("inst", 42, 1).bytes(), "inst", at("inst", 22), "counts 1 zones");
    assert_error(valid.clone().put("ibag", 4, 4).bytes(), "ibag", at("ibag", 8), "generator index falls from 4 to 3");
    assert_error(valid.clone().put("ibag", 2, 1).bytes(), "ibag", at("ibag", 4), "modulator index falls from 1 to 0");
    assert_error(valid.clone().put("ibag", 8, 9).bytes(), "ibag", at("ibag", 8), "counts 9 generators");
    assert_error(valid.clone().put("pbag", 6, 5).bytes(), "pbag", at("pbag", 4), "counts 5 modulators");
}

#[test]
fn a_chunk_longer_than_its_list_is_an_error() {
    let valid = Raw::valid();
    for id in ["shdr", "phdr", "igen"] {
        let mut bytes = valid.bytes();
        let size = valid.offset(id) as usize - 4;
        bytes[size..size + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_error(bytes, id, size as u64 - 4, "claims 4294967295 bytes");
    }
    let mut bytes = valid.bytes();
    let size = valid.offset("smpl") as usize - 4;
    bytes[size] += 2;
    assert_error(bytes, "sdta", size as u64 - 4, "claims 294 bytes where 292 are left");
}

#[test]
fn unsupported_versions_say_so() {
    assert_error(Raw::valid().put("ifil", 0, 1).bytes(), "ifil", 24, "version 1.04 is not supported");
}

#[test]
fn a_wrong_size_of_the_whole_is_a_warning() {
    let valid = Raw::valid().bytes();
    for claim in [0u32, 100, valid.len() as u32, u32::MAX] {
        let mut bytes = valid.clone();
        bytes[4..8].copy_from_slice(&claim.to_le_bytes());
        assert_warning(bytes, 4, &format!("claims {} bytes, the file has {}", u64::from(claim) + 8, valid.len()));
    }
    let mut bytes = [&valid[..], b"junk"].concat();
    bytes[4..8].copy_from_slice(&(valid.len() as u32 - 4).to_le_bytes());
    assert_warning(bytes, valid.len() as u64, "4 bytes after the last list are ignored");
}

#[test]
fn unknown_and_repeated_chunks_are_warnings() {
    let mut raw = Raw::valid();
    raw.pdta.insert(2, ("xtra", vec![1, 2, 3]));
    assert_warning(raw.bytes(), raw.offset("xtra") - 8, "'xtra' in pdta is ignored");
    let mut raw = Raw::valid();
    raw.sdta.push(("smpl", vec![9; 8]));
    let second = raw.offset("smpl") + 292;
    let bank = assert_warning(raw.bytes(), second, "second chunk 'smpl'");
    assert_eq!(bank.pcm(0).words.len(), 146);
    // Unknown texts are foreseen (10.2).
    let mut raw = Raw::valid();
    raw.info.push(("IXXX", b"?".to_vec()));
    assert!(parse(raw.bytes()).unwrap().warnings().is_empty());
}

#[test]
fn missing_pad_bytes_do_no_harm() {
    let mut raw = Raw::valid();
    raw.info.insert(1, ("ICMT", b"odd".to_vec()));
    let mut bytes = raw.bytes();
    let pad = raw.offset("ICMT") as usize + 3;
    bytes.remove(pad);
    for size in [4, 16] {
        bytes[size] -= 1;
    }
    // The list is now odd itself, and there is no pad byte after it either.
    let bank = parse(bytes).unwrap();
    assert!(bank.warnings().is_empty(), "{:?}", bank.warnings());
    assert_eq!((bank.model().info.comment.as_deref(), &*bank.model().info.name), (Some("odd"), "By hand"));
}

#[test]
fn an_odd_sample_chunk_loses_its_last_byte() {
    let mut raw = Raw::valid();
    raw.chunk("smpl").push(7);
    let bank = assert_warning(raw.bytes(), raw.offset("smpl") + 292, "odd length");
    assert_eq!(bank.pcm(0).words.len(), 146);
}

#[test]
fn low_bytes_count_only_when_they_fit() {
    let mut raw = Raw::valid();
    raw.sdta.push(("sm24", vec![5; 146]));
    assert_eq!(parse(raw.bytes()).unwrap().pcm(0).low_bytes, [5; 146]);
    let bank = assert_warning(raw.clone().put("ifil", 2, 1).bytes(), raw.offset("sm24"), "version is 2.01");
    assert!(bank.pcm(0).low_bytes.is_empty());
    raw.chunk("sm24").extend([0, 0]);
    assert_warning(raw.bytes(), raw.offset("sm24"), "148 bytes for 146 points");
    // An odd number of points is padded inside the chunk (6.2).
    let mut raw = raw.with("smpl", vec![0; 290]);
    raw.chunk("sm24").truncate(146);
    assert_eq!(parse(raw.bytes()).unwrap().pcm(0).low_bytes, [5; 145]);
}

#[test]
fn missing_terminal_records_of_lists_are_forgiven() {
    let empty = Raw::valid().with("pmod", vec![]).with("imod", vec![]);
    assert_eq!(parse(empty.bytes()).unwrap().preset(0, 0), Some(0));
    let raw = Raw::valid().with("igen", words(&[17, 0xff9c, 43, 0x7f00, 53, 0]));
    assert_eq!(parse(raw.bytes()).unwrap().model().instruments[0].zones.len(), 1);
}

#[test]
fn texts_are_cleaned() {
    let raw =
        Raw::valid().with("INAM", b"  Fl\xfcgel\x1b[31m \0rest".to_vec()).with("isng", "Käfer\0".as_bytes().to_vec());
    let bank = parse(raw.bytes()).unwrap();
    assert_eq!((&*bank.model().info.name, &*bank.model().info.engine), ("Flügel[31m", "Käfer"));
    let bank = parse(Raw::valid().without("isng").without("INAM").bytes()).unwrap();
    assert_eq!((&*bank.model().info.name, &*bank.model().info.engine), ("", "EMU8000"));
}
