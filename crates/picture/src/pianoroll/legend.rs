use super::style::series_colors;
use crate::{Anchor, Area, Canvas, Label, Theme, text_width};

/// Names longer than so many letters are cut off.
const LETTERS: usize = 22;

/// Writes the names of series, each behind its colour; how many there is no room for is said at the end.
pub(super) fn draw(canvas: &mut dyn Canvas, theme: &Theme, area: Area, series: &[(usize, &str)]) {
    let size = theme.font_size;
    let baseline = area.top + 1.2 * size;
    let rest = |count: usize| format!("+{count}");
    let mut x = area.left;
    for (index, (number, name)) in series.iter().enumerate() {
        let mut name: String = name.trim().chars().take(LETTERS + 1).collect();
        if name.chars().count() > LETTERS {
            name = name.chars().take(LETTERS - 1).chain(['…']).collect();
        }
        let width = 1.2 * size + text_width(&name, size);
        let left = series.len() - index;
        let needed = if left > 1 { width + size + text_width(&rest(left - 1), size) } else { width };
        if x + needed > area.right {
            let text = rest(left);
            canvas.text(&Label { text: &text, x, baseline, anchor: Anchor::Start, size, color: theme.text });
            return;
        }
        let swatch =
            Area { left: x, top: baseline - 0.75 * size, right: x + 0.8 * size, bottom: baseline + 0.05 * size };
        let (fill, outline) = series_colors(theme, *number);
        canvas.rounded(swatch, 0.2 * size, outline.unwrap_or(fill));
        canvas.rounded(swatch.inset(theme.line_width), 0.1 * size, fill);
        let text_left = x + 1.2 * size;
        canvas.text(&Label { text: &name, x: text_left, baseline, anchor: Anchor::Start, size, color: theme.text });
        x += width + size;
    }
}
