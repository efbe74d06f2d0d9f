use crate::{Anchor, Area, Canvas, Label, Theme, text_width};

/// A line at a bar or a beat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GridLine {
    /// When it is.
    pub seconds: f64,
    /// The number of the bar that begins there, from 1; none at other beats.
    pub bar: Option<u64>,
}

/// Writes the numbers of bars into the area above a roll, as many as have room.
pub fn draw_bars(canvas: &mut dyn Canvas, theme: &Theme, area: Area, grid: &[GridLine], start: f64, end: f64) {
    let size = theme.font_size;
    let bars: Vec<(f32, String)> = grid
        .iter()
        .filter(|line| (start..=end).contains(&line.seconds))
        .filter_map(|line| {
            let x = area.left + ((line.seconds - start) / (end - start)) as f32 * (area.width() - theme.line_width);
            line.bar.map(|bar| (x, bar.to_string()))
        })
        .collect();
    let room = |text: &str| text_width(text, size) + 1.2 * size;
    let widest = bars.iter().map(|(_, text)| room(text)).fold(0.0, f32::max);
    // Every bar, or every second, fourth, eighth: an even rhythm reads better than as many as fit.
    let crowded = |step: usize| {
        let shown: Vec<f32> = bars.iter().step_by(step).map(|(x, _)| *x).collect();
        shown.windows(2).any(|pair| pair[1] - pair[0] < widest)
    };
    let step = (0..20).map(|power| 1 << power).find(|step| !crowded(*step)).unwrap_or(1 << 20);
    for (x, text) in bars.iter().step_by(step) {
        let left = x + 0.25 * size;
        if left + text_width(text, size) <= area.right {
            let baseline = area.bottom - 0.35 * size;
            canvas.text(&Label { text, x: left, baseline, anchor: Anchor::Start, size, color: theme.text });
        }
    }
}
