//! The INFO list: version and texts (5).

use crate::Info;
use crate::layout::Layout;
use crate::problem::Problem;
use crate::riff::Id;

/// The longest text the standard allows (5.10).
const LONGEST_TEXT: usize = 65_536;

pub(crate) fn read(bytes: &[u8], layout: &Layout) -> Result<Info, Problem> {
    let content = |id: &Id| {
        let chunk = layout.info.iter().find(|chunk| chunk.id == *id)?;
        Some(&bytes[chunk.content.clone()])
    };
    let text = |id: &Id| content(id).map(text).filter(|text| !text.is_empty());
    Ok(Info {
        version: version(bytes, layout)?,
        name: text(b"INAM").unwrap_or_default(),
        engine: text(b"isng").unwrap_or_else(|| "EMU8000".to_owned()),
        date: text(b"ICRD"),
        author: text(b"IENG"),
        product: text(b"IPRD"),
        copyright: text(b"ICOP"),
        comment: text(b"ICMT"),
        software: text(b"ISFT"),
    })
}

fn version(bytes: &[u8], layout: &Layout) -> Result<(u16, u16), Problem> {
    let Some(chunk) = layout.info.iter().find(|chunk| chunk.id == *b"ifil") else {
        return Err(Problem::structure("ifil", layout.info_offset, "the version chunk is missing"));
    };
    let [a, b, c, d] = bytes[chunk.content.clone()] else {
        let reason = format!("the version takes 4 bytes, not {}", chunk.content.len());
        return Err(Problem::structure("ifil", chunk.offset, reason));
    };
    match (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d])) {
        version @ (2 | 3, _) => Ok(version),
        (major, minor) => {
            let reason = format!("format version {major}.{minor:02} is not supported, only 2.00 to 2.04 and 3 are");
            Err(Problem::unsupported("ifil", chunk.offset, reason))
        }
    }
}

/// A text up to its zero byte, in UTF-8 or else Latin-1. Control characters go: names end up on terminals.
pub(crate) fn text(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(LONGEST_TEXT)];
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let keep = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    match std::str::from_utf8(bytes) {
        Ok(text) if text.chars().all(keep) => text.trim().to_owned(),
        Ok(text) => text.chars().filter(|c| keep(*c)).collect::<String>().trim().to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).filter(|c| keep(*c)).collect::<String>().trim().to_owned(),
    }
}
