//! RIFF RMID files (RP-029): a song with texts about it and, as the SF2 RMIDI extension adds, the bank that plays it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::parse::Warnings;
use crate::{WarningKind, text_lossy};

/// The longest text that is kept, bytes.
const LONGEST_TEXT: usize = 65_536;

/// The offset of a bank that names none (SF2 RMIDI, DBNK chunk).
const USUAL_OFFSET: u8 = 1;

/// Ids that may follow a chunk: they tell a missing pad byte from one that is there.
const KNOWN: [[u8; 4]; 4] = [*b"data", *b"LIST", *b"RIFF", *b"DISP"];

/// Texts of the INFO list, by id, and what they are.
const TEXTS: [([u8; 4], &str); 13] = [
    (*b"INAM", "name"),
    (*b"IART", "artist"),
    (*b"IPRD", "album"),
    (*b"IALB", "album"),
    (*b"IGNR", "genre"),
    (*b"ISBJ", "subject"),
    (*b"ICRD", "date"),
    (*b"ICOP", "copyright"),
    (*b"IENG", "engineer"),
    (*b"ICMT", "comment"),
    (*b"ISFT", "software"),
    (*b"IENC", "encoding"),
    (*b"MENC", "song encoding"),
];

/// What the file of a song holds beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rmid {
    /// Texts of the INFO list in file order, the first of each kind; empty ones are left out.
    pub texts: Vec<InfoText>,
    /// The bank that the song brings along.
    pub bank: Option<EmbeddedBank>,
}

/// A text about a song.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InfoText {
    /// What it tells: name, artist, album, genre, subject, date, copyright, engineer (of the bank), comment, software,
    /// encoding (of these texts) or song encoding.
    pub label: &'static str,
    /// The text, read as UTF-8 or else Latin-1, whatever encoding is named.
    pub text: String,
}

/// A SoundFont within the file of a song. Nothing of it has been looked at but that it calls itself one.
#[derive(Clone, PartialEq, Eq)]
pub struct EmbeddedBank {
    /// Whose bank it is and where it begins, for messages.
    pub name: String,
    /// The bytes that hold it.
    pub file: Arc<Vec<u8>>,
    /// Its place in `file`.
    pub range: Range<usize>,
    /// What is added to its banks, except the drum kits in 128: 0 to 127.
    pub offset: u8,
}

impl fmt::Debug for EmbeddedBank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EmbeddedBank { name, range, offset, .. } = self;
        f.debug_struct("EmbeddedBank")
            .field("name", name)
            .field("range", range)
            .field("offset", offset)
            .finish_non_exhaustive()
    }
}

/// Bytes that [`is_rmid`] looks at.
pub(crate) const HEADER_LENGTH: u64 = 12;

/// Whether a file that begins like this is an RMID file.
pub(crate) fn is_rmid(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"RMID")
}

/// The parts of an RMID file.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// The `data` chunk: the song.
    pub(crate) song: Option<Range<usize>>,
    pub(crate) texts: Vec<InfoText>,
    /// The chunk that is the bank, its header included.
    pub(crate) bank: Option<Range<usize>>,
    offset: Option<u8>,
}

impl Layout {
    /// The parts of an RMID file; none of any other file.
    pub(crate) fn find(bytes: &[u8], warnings: &mut Warnings) -> Option<Layout> {
        if !is_rmid(bytes) {
            return None;
        }
        let (mut layout, mut at) = (Layout::default(), HEADER_LENGTH as usize);
        while let Some(chunk) = next_chunk(bytes, &mut at, bytes.len(), warnings) {
            layout.take(bytes, &chunk, warnings);
        }
        Some(layout)
    }

    /// What is added to the banks of the bank.
    pub(crate) fn offset(&self) -> u8 {
        self.offset.unwrap_or(USUAL_OFFSET)
    }

    fn take(&mut self, bytes: &[u8], chunk: &Chunk, warnings: &mut Warnings) {
        let kind = bytes[chunk.content.clone()].first_chunk::<4>();
        match (&chunk.id, kind) {
            (b"data", _) if self.song.is_none() => self.song = Some(chunk.content.clone()),
            (b"RIFF", Some(b"sfbk")) if self.bank.is_none() => self.bank = Some(chunk.offset..chunk.content.end),
            (b"RIFF", Some(b"DLS ")) => warnings.add(chunk.offset, WarningKind::DlsBank),
            (b"LIST", Some(b"INFO")) => {
                let mut at = chunk.content.start + 4;
                while let Some(chunk) = next_chunk(bytes, &mut at, chunk.content.end, warnings) {
                    self.take_info(bytes, &chunk, warnings);
                }
            }
            (b"LIST" | b"DISP", _) => {}
            _ => warnings
                .add(chunk.offset, WarningKind::UnknownChunk { id: chunk.id, length: chunk.content.len() as u32 }),
        }
    }

    fn take_info(&mut self, bytes: &[u8], chunk: &Chunk, warnings: &mut Warnings) {
        let content = &bytes[chunk.content.clone()];
        if &chunk.id == b"DBNK" {
            match content {
                [offset @ 0..=127, 0] => self.offset = self.offset.or(Some(*offset)),
                _ => warnings.add(chunk.offset, WarningKind::BankOffset),
            }
        }
        let Some((_, label)) = TEXTS.iter().find(|(id, _)| *id == chunk.id) else { return };
        let content = content.split(|byte| *byte == 0).next().unwrap_or_default();
        let text = text_lossy(&content[..content.len().min(LONGEST_TEXT)]).trim().to_owned();
        if !text.is_empty() && self.texts.iter().all(|known| known.label != *label) {
            self.texts.push(InfoText { label, text });
        }
    }
}

/// A chunk: its id, where its header begins, and where its content lies.
struct Chunk {
    id: [u8; 4],
    offset: usize,
    content: Range<usize>,
}

/// The chunk at `at`, which moves on to the next; one that reaches beyond `end` is cut there.
fn next_chunk(bytes: &[u8], at: &mut usize, end: usize, warnings: &mut Warnings) -> Option<Chunk> {
    let offset = *at;
    let (header, rest) = bytes.get(offset..end)?.split_first_chunk::<8>()?;
    let [a, b, c, d, length @ ..] = *header;
    let (id, length) = ([a, b, c, d], u32::from_le_bytes(length));
    if length as usize > rest.len() {
        warnings.add(offset, WarningKind::CutChunk { id, length, found: rest.len() });
    }
    let content = offset + 8..offset + 8 + rest.len().min(length as usize);
    let known_at = |at: usize| bytes.get(at..at + 4).is_some_and(|id| KNOWN.iter().any(|known| known == id));
    let is_padded = content.len() % 2 == 1 && (!known_at(content.end) || known_at(content.end + 1));
    *at = content.end + usize::from(is_padded);
    Some(Chunk { id, offset, content })
}
