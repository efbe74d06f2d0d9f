//! RIFF RMID files: texts, a bank and its offset; damage.

use std::fs;

use rae_midi::{EmbeddedBank, Error, Parsed, Rmid, Sequence, WarningKind};

const SONG: &[u8] = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x04\0\xff\x2f\0";
const BANK: &[u8] = b"RIFF\x08\0\0\0sfbkmore";

/// A chunk with its pad byte.
fn chunk(id: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let pad: &[u8] = if content.len() % 2 == 1 { &[0] } else { &[] };
    [id, &(content.len() as u32).to_le_bytes()[..], content, pad].concat()
}

fn info(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let list: Vec<u8> = chunks.iter().flat_map(|(id, content)| chunk(id, content)).collect();
    chunk(b"LIST", &[b"INFO", &list[..]].concat())
}

fn rmid(chunks: &[Vec<u8>]) -> Vec<u8> {
    chunk(b"RIFF", &[b"RMID", &chunks.concat()[..]].concat())
}

fn read(bytes: &[u8]) -> (Rmid, Vec<WarningKind>) {
    let Parsed { sequence, rmid, warnings } = Sequence::parse(bytes).unwrap();
    assert_eq!(sequence, Sequence::parse_strict(SONG).unwrap());
    (rmid.unwrap(), warnings.into_iter().map(|warning| warning.kind).collect())
}

fn texts(rmid: &Rmid) -> Vec<(&str, &str)> {
    rmid.texts.iter().map(|text| (text.label, text.text.as_str())).collect()
}

#[test]
fn texts_and_the_bank_are_found() {
    let about = info(&[
        (b"INAM", b"A tune\0"),
        (b"ICOP", "© me".as_bytes()),
        (b"IART", b"Z\xfcnd\x07"),
        (b"IGNR", b""),
        (b"XXXX", b"unknown"),
        (b"INAM", b"Another name"),
        (b"IENC", b"utf-8"),
        (b"DBNK", &[0, 0]),
    ]);
    let bytes = rmid(&[chunk(b"data", SONG), about, BANK.to_vec(), chunk(b"DISP", &[1, 0, 0, 0, 65])]);
    let (found, warnings) = read(&bytes);
    assert_eq!(warnings, []);
    let expected = [("name", "A tune"), ("copyright", "© me"), ("artist", "Zünd\u{FFFD}"), ("encoding", "utf-8")];
    assert_eq!(texts(&found), expected);
    let bank = found.bank.unwrap();
    assert_eq!((&bank.file[bank.range.clone()], bank.offset), (BANK, 0));
    let place = bytes.windows(4).position(|window| window == b"sfbk").unwrap() - 8;
    assert_eq!(bank.name, format!("RMID (bank at byte {place})"));
    Sequence::parse_strict(&bytes).unwrap();
}

#[test]
fn a_bank_without_an_offset_is_moved_by_one_and_other_offsets_are_kept() {
    let offset = |chunks: &[(&[u8; 4], &[u8])]| {
        let (found, warnings) = read(&rmid(&[chunk(b"data", SONG), info(chunks), BANK.to_vec()]));
        (found.bank.unwrap().offset, warnings)
    };
    assert_eq!(offset(&[]), (1, vec![]));
    assert_eq!(offset(&[(b"DBNK", &[127, 0])]), (127, vec![]));
    for bad in [&[128, 0][..], &[0, 1], &[0], &[0; 4], &[]] {
        assert_eq!(offset(&[(b"DBNK", bad)]), (1, vec![WarningKind::BankOffset]), "{bad:?}");
    }
}

#[test]
fn other_chunks_and_orders_are_taken_as_they_are() {
    // Bank first, then the song: the order is the writer's.
    let (found, warnings) = read(&rmid(&[BANK.to_vec(), info(&[(b"DBNK", &[3, 0])]), chunk(b"data", SONG)]));
    assert_eq!((found.bank.unwrap().offset, warnings), (3, vec![]));
    let dls = chunk(b"RIFF", b"DLS more");
    let (found, warnings) = read(&rmid(&[chunk(b"data", SONG), dls]));
    assert_eq!((found, warnings), (Rmid::default(), vec![WarningKind::DlsBank]));
    let (found, warnings) = read(&rmid(&[chunk(b"data", SONG), BANK.to_vec(), BANK.to_vec(), chunk(b"abcd", &[])]));
    assert!(found.bank.is_some());
    let unknown = WarningKind::UnknownChunk { id: *b"RIFF", length: 8 };
    assert_eq!(warnings, [unknown], "of each kind the first is described");
    // What is no RMID file has none of it.
    assert_eq!(Sequence::parse(SONG).unwrap().rmid, None);
    assert_eq!(Sequence::parse(&[b"RIFF\0\0\0\0WAVE", SONG, BANK].concat()).unwrap().rmid, None);
}

#[test]
fn missing_pad_bytes_and_cut_chunks_are_forgiven() {
    let odd = info(&[(b"INAM", b"odd")]);
    let odd = [&odd[..odd.len() - 1], BANK].concat();
    let mut unpadded = odd.clone();
    unpadded[4] -= 1;
    let (found, warnings) = read(&rmid(&[chunk(b"data", SONG), unpadded]));
    assert_eq!((texts(&found), warnings), (vec![("name", "odd")], vec![]));
    assert_eq!(found.bank.unwrap().offset, 1);

    let bytes = rmid(&[chunk(b"data", SONG), BANK.to_vec()]);
    let place = bytes.len() - BANK.len();
    let cut = &bytes[..bytes.len() - 2];
    let (found, warnings) = read(cut);
    assert_eq!(warnings, [WarningKind::CutChunk { id: *b"RIFF", length: 8, found: 6 }]);
    assert_eq!(found.bank.unwrap().range, 0..BANK.len() - 2);
    assert_eq!(Sequence::parse(cut).unwrap().warnings[0].offset, place);
    for length in 12..bytes.len() {
        // Without its header there is no song; whatever else is cut, there is no panic.
        assert_eq!(Sequence::parse(&bytes[..length]).is_ok(), length >= 34, "{length}");
    }
}

#[test]
fn a_file_is_read_once_and_the_bank_is_a_part_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("song.mid");
    let bytes = rmid(&[chunk(b"data", SONG), BANK.to_vec()]);
    fs::write(&path, &bytes).unwrap();
    let Parsed { sequence, rmid, .. } = Sequence::read(&path).unwrap();
    let EmbeddedBank { name, file: whole, range, .. } = rmid.unwrap().bank.unwrap();
    assert_eq!((&whole[..], &whole[range.clone()]), (&bytes[..], BANK));
    assert_eq!(name, format!("{} (bank at byte {})", path.display(), range.start));
    // Written again it is a plain MIDI file.
    sequence.write(&path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), SONG);
}

#[test]
fn a_large_bank_is_no_reason_to_refuse_a_song() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.rmi");
    let limit = Error::MAX_SONG_SIZE;
    // The bank's zeros are a hole in the file.
    let large = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_len(limit + 64).unwrap();
        Sequence::read(&path)
    };
    let bank = [b"RIFF", &(limit as u32).to_le_bytes()[..], b"sfbk"].concat();
    let parsed = large(&rmid(&[chunk(b"data", SONG), bank])).unwrap();
    assert_eq!(parsed.sequence, Sequence::parse_strict(SONG).unwrap());
    let bank = parsed.rmid.unwrap().bank.unwrap();
    assert_eq!(bank.range.len() as u64, limit + 8);
    for large_song in [SONG, b"RIFF\xff\xff\xff\x7fRMIDdata\xff\xff\xff\x7fMThd"] {
        let error = large(large_song).unwrap_err().to_string();
        assert!(error.contains("large.rmi: the song is larger than 268435456 bytes"), "{error}");
    }
}
