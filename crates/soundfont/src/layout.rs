//! Where everything is: the three lists of a bank and their chunks (4).

use std::ops::Range;

use crate::problem::Problem;
use crate::riff::{Chunk, Id, Overrun, Walk, printable};
use crate::warning::{WarningKind, Warnings};

/// The nine chunks of the `pdta` list (7.1).
pub(crate) const HYDRA: [&str; 9] = ["phdr", "pbag", "pmod", "pgen", "inst", "ibag", "imod", "igen", "shdr"];

const LISTS: [Id; 1] = [*b"LIST"];
const SDTA: [Id; 2] = [*b"smpl", *b"sm24"];
const INFO: [Id; 11] =
    [*b"ifil", *b"isng", *b"INAM", *b"irom", *b"iver", *b"ICRD", *b"IENG", *b"IPRD", *b"ICOP", *b"ICMT", *b"ISFT"];

/// Positions of the content of every chunk, in the file.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) info: Vec<Chunk>,
    /// Where the INFO list begins, for messages about what it lacks.
    pub(crate) info_offset: usize,
    pub(crate) smpl: Option<Range<usize>>,
    pub(crate) sm24: Option<Range<usize>>,
    /// In the order of [`HYDRA`].
    pub(crate) hydra: [Range<usize>; 9],
}

struct Lists {
    info: Chunk,
    sdta: Chunk,
    pdta: Chunk,
}

impl Layout {
    pub(crate) fn find(bytes: &[u8], warnings: &mut Warnings) -> Result<Layout, Problem> {
        check_form(bytes)?;
        let lists = lists(bytes, warnings)?;
        let info = info_chunks(bytes, &lists.info, warnings);
        let (smpl, sm24) = sample_chunks(bytes, &lists.sdta, warnings)?;
        let hydra = hydra_chunks(bytes, &lists.pdta, warnings)?;
        Ok(Layout { info, info_offset: lists.info.offset, smpl, sm24, hydra })
    }
}

/// Says what the file is when it is not a bank; a wrong file is the commonest mistake.
fn check_form(bytes: &[u8]) -> Result<(), Problem> {
    match bytes {
        [b'R', b'I', b'F', b'F', _, _, _, _, b's', b'f', b'b', b'k', ..] => Ok(()),
        [] => Err(Problem::not_soundfont("the file is empty")),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => {
            Err(Problem::not_soundfont("this is a WAV file"))
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, b'D', b'L', b'S', b' ', ..] => {
            Err(Problem::not_soundfont("this is a DLS bank"))
        }
        [b'M', b'T', b'h', b'd', ..] => Err(Problem::not_soundfont("this is a MIDI file")),
        [b'P', b'K', 3, 4, ..] => Err(Problem::not_soundfont("this is a zip archive")),
        _ if bytes.starts_with(b"version https://git-lfs") => {
            Err(Problem::not_soundfont("this is a Git LFS pointer; run git lfs pull"))
        }
        _ => Err(Problem::not_soundfont("the file does not begin like a SoundFont bank (RIFF … sfbk)")),
    }
}

/// The three lists, in whatever order. The walk goes to the end of the file: the size in the RIFF header is often wrong.
fn lists(bytes: &[u8], warnings: &mut Warnings) -> Result<Lists, Problem> {
    let claimed = u64::from(u32_at(bytes, 4)) + 8;
    let (mut info, mut sdta, mut pdta) = (None, None, None);
    let mut walk = Walk::new(bytes, 12..bytes.len(), &LISTS);
    let mut end = 12;
    while info.is_none() || sdta.is_none() || pdta.is_none() {
        let chunk = match walk.next(warnings) {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(overrun) => return Err(truncated(bytes, &overrun)),
        };
        end = chunk.content.end;
        let slot = match (&chunk.id, bytes[chunk.content.clone()].first_chunk::<4>()) {
            (b"LIST", Some(b"INFO")) => &mut info,
            (b"LIST", Some(b"sdta")) => &mut sdta,
            (b"LIST", Some(b"pdta")) => &mut pdta,
            _ => {
                unknown(&chunk, "RIFF", warnings);
                continue;
            }
        };
        let inner = Chunk { content: chunk.content.start + 4..chunk.content.end, ..chunk };
        keep_first(slot, inner, warnings);
    }
    if claimed != bytes.len() as u64 {
        warnings.add(4, WarningKind::Structure, || {
            format!("the RIFF header claims {claimed} bytes, the file has {}", bytes.len())
        });
    }
    let missing = |list: &'static str| Problem::structure(list, end, format!("the {list} list is missing"));
    let lists = Lists {
        info: info.ok_or_else(|| missing("INFO"))?,
        sdta: sdta.ok_or_else(|| missing("sdta"))?,
        pdta: pdta.ok_or_else(|| missing("pdta"))?,
    };
    let trailing = bytes.len().saturating_sub(end.next_multiple_of(2));
    if trailing > 0 {
        warnings.add(end, WarningKind::Structure, || format!("{trailing} bytes after the last list are ignored"));
    }
    Ok(lists)
}

/// A list that runs past the end of the file, named by its kind as far as that is still there.
fn truncated(bytes: &[u8], overrun: &Overrun) -> Problem {
    let list = match bytes.get(overrun.offset + 8..overrun.offset + 12) {
        Some(b"INFO") => "INFO",
        Some(b"sdta") => "sdta",
        Some(b"pdta") => "pdta",
        _ => "RIFF",
    };
    Problem::structure(list, overrun.offset, format!("the file ends too early: {}", overrun.reason()))
}

/// Texts are no reason to refuse a bank: what cannot be read of them is left out.
fn info_chunks(bytes: &[u8], list: &Chunk, warnings: &mut Warnings) -> Vec<Chunk> {
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut walk = Walk::new(bytes, list.content.clone(), &INFO);
    loop {
        match walk.next(warnings) {
            Ok(Some(chunk)) if !INFO.contains(&chunk.id) => {}
            Ok(Some(chunk)) if chunks.iter().any(|known| known.id == chunk.id) => duplicate(&chunk, warnings),
            Ok(Some(chunk)) => chunks.push(chunk),
            Ok(None) => return chunks,
            Err(overrun) => {
                warnings.add(overrun.offset, WarningKind::Structure, || {
                    format!("in the INFO list {}; the rest of the list is ignored", overrun.reason())
                });
                return chunks;
            }
        }
    }
}

type SampleChunks = (Option<Range<usize>>, Option<Range<usize>>);

fn sample_chunks(bytes: &[u8], list: &Chunk, warnings: &mut Warnings) -> Result<SampleChunks, Problem> {
    let (mut smpl, mut sm24) = (None, None);
    let mut walk = Walk::new(bytes, list.content.clone(), &SDTA);
    loop {
        match walk.next(warnings) {
            Ok(Some(chunk)) => match &chunk.id {
                b"smpl" => keep_first(&mut smpl, chunk, warnings),
                b"sm24" => keep_first(&mut sm24, chunk, warnings),
                _ => unknown(&chunk, "sdta", warnings),
            },
            Ok(None) => return Ok((smpl.map(|chunk| chunk.content), sm24.map(|chunk| chunk.content))),
            Err(overrun) if overrun.id == *b"sm24" => {
                warnings.add(overrun.offset, WarningKind::Structure, || {
                    format!("in the sdta list {}; samples are played with 16 bits", overrun.reason())
                });
            }
            Err(overrun) => return Err(Problem::structure("sdta", overrun.offset, overrun.reason())),
        }
    }
}

fn hydra_chunks(bytes: &[u8], list: &Chunk, warnings: &mut Warnings) -> Result<[Range<usize>; 9], Problem> {
    let ids = HYDRA.map(|name| *name.as_bytes().first_chunk::<4>().expect("hydra names have four letters"));
    let mut found: [Option<Chunk>; 9] = Default::default();
    let mut walk = Walk::new(bytes, list.content.clone(), &ids);
    loop {
        match walk.next(warnings) {
            Ok(Some(chunk)) => match ids.iter().position(|id| *id == chunk.id) {
                Some(index) => keep_first(&mut found[index], chunk, warnings),
                None => unknown(&chunk, "pdta", warnings),
            },
            Ok(None) => break,
            Err(overrun) => {
                let chunk = ids.iter().position(|id| *id == overrun.id).map_or("pdta", |index| HYDRA[index]);
                return Err(Problem::structure(chunk, overrun.offset, overrun.reason()));
            }
        }
    }
    let mut ranges: [Range<usize>; 9] = Default::default();
    for ((range, chunk), name) in ranges.iter_mut().zip(found).zip(HYDRA) {
        *range = chunk.ok_or_else(|| Problem::structure(name, list.offset, "the chunk is missing"))?.content;
    }
    Ok(ranges)
}

fn keep_first(slot: &mut Option<Chunk>, chunk: Chunk, warnings: &mut Warnings) {
    match slot {
        None => *slot = Some(chunk),
        Some(_) => duplicate(&chunk, warnings),
    }
}

fn duplicate(chunk: &Chunk, warnings: &mut Warnings) {
    warnings
        .add(chunk.offset, WarningKind::Structure, || format!("a second chunk '{}' is ignored", printable(&chunk.id)));
}

fn unknown(chunk: &Chunk, parent: &str, warnings: &mut Warnings) {
    warnings.add(chunk.offset, WarningKind::Structure, || {
        format!("the unknown chunk '{}' in {parent} is ignored", printable(&chunk.id))
    });
}

/// The little-endian number at `offset`, which must be inside.
fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(*bytes[offset..].first_chunk().expect("the caller checked the length"))
}
