//! Names and texts cut to what the format holds: Latin-1 grows in UTF-8, and many a bank has longer texts than it should.

use crate::Info;

/// The longest name that a header holds (7.2), bytes.
pub(crate) const LONGEST_NAME: usize = 20;

/// The longest text of the INFO list without its zero (5), bytes; the comment has a limit of its own.
pub(crate) const LONGEST_TEXT: usize = 255;
pub(crate) const LONGEST_COMMENT: usize = 65_535;

/// A name without what does not fit.
pub(crate) fn name(name: &str) -> String {
    start(name, LONGEST_NAME)
}

/// The texts of a bank without what does not fit.
pub(crate) fn info(info: &Info) -> Info {
    let text = |text: &Option<String>| text.as_deref().map(|text| start(text, LONGEST_TEXT));
    Info {
        version: info.version,
        name: start(&info.name, LONGEST_TEXT),
        engine: start(&info.engine, LONGEST_TEXT),
        date: text(&info.date),
        author: text(&info.author),
        product: text(&info.product),
        copyright: text(&info.copyright),
        comment: info.comment.as_deref().map(|comment| start(comment, LONGEST_COMMENT)),
        software: text(&info.software),
    }
}

/// As many whole characters as fit into `limit` bytes.
fn start(text: &str, limit: usize) -> String {
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}
