use super::Pitches;
use crate::{Anchor, Area, Canvas, Color, Label, Theme, text_width};

const WHITE_KEY: Color = Color::hex(0xfa_fbfc);
const BLACK_KEY: Color = Color::hex(0x2b_313b);
const KEY_EDGE: Color = Color::hex(0xb4_bcc7);
/// Near to the text of light pages and not the same: a style sheet that turns that for dark pages must not turn this.
const KEY_TEXT: Color = Color::hex(0x4a_5362);

/// How much of the width a black key takes.
const BLACK_SHARE: f32 = 0.5;

/// Whether a key is a black one.
pub(super) fn is_black(key: u8) -> bool {
    matches!(key % 12, 1 | 3 | 6 | 8 | 10)
}

/// Draws the keys of a roll's rows into the area at its left, and the names of its Cs where they have room. Middle C, key 60,
/// is C4.
pub fn draw_keyboard(canvas: &mut dyn Canvas, theme: &Theme, area: Area, pitches: &Pitches) {
    let size = canvas.size();
    let (line, right) = (theme.line_width, size.snapped(area.right - 2.0 * theme.line_width));
    let keys = pitches.key_rows(area);
    if !keys.is_empty() {
        canvas.rectangle(Area { right, ..pitches.keys_area(area) }, WHITE_KEY);
    }
    let black_right = size.snapped(area.left + BLACK_SHARE * (right - area.left));
    for row in &keys {
        let place = Area { left: area.left, top: row.top, right, bottom: row.bottom };
        if is_black(row.key) {
            // White keys meet in the middle behind a black one.
            let middle = (row.top + row.bottom) / 2.0;
            canvas.rectangle(Area { top: middle, bottom: middle + line / 2.0, ..place }, KEY_EDGE);
            canvas.rectangle(Area { right: black_right, ..place }, BLACK_KEY);
        } else if matches!(row.key % 12, 0 | 5) {
            canvas.rectangle(Area { top: row.bottom - line, ..place }, KEY_EDGE);
        }
    }
    let font = 0.82 * theme.font_size;
    let mut free = f32::INFINITY;
    for row in keys.iter().filter(|row| row.key.is_multiple_of(12)) {
        let baseline = (row.bottom - 0.1 * font).min((row.top + row.bottom) / 2.0 + 0.36 * font);
        if baseline < free && baseline - 0.8 * font > area.top {
            let text = format!("C{}", i32::from(row.key / 12) - 1);
            let x = right - 0.25 * font;
            // Where keys are narrower than letters, their edges would strike the name through.
            let (left, top) = (x - text_width(&text, font) - 1.0, baseline - 0.8 * font);
            canvas.rectangle(Area { left, top, right, bottom: baseline + 0.1 * font }, WHITE_KEY);
            canvas.text(&Label { text: &text, x, baseline, anchor: Anchor::End, size: font, color: KEY_TEXT });
            free = baseline - 1.2 * font;
        }
    }
    if let Some(drums) = pitches.drums_area(area).filter(|drums| drums.height() > font) {
        let baseline = (drums.top + drums.bottom) / 2.0 + 0.36 * font;
        let (x, color) = (right, theme.text);
        canvas.text(&Label { text: "Drums", x, baseline, anchor: Anchor::End, size: font, color });
    }
}
