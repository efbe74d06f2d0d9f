use super::RollNote;
use crate::{Color, Theme};

/// How a note is drawn. What is told apart by colour should be told apart by shape, outline or mark, too, since not everyone
/// sees the colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoteStyle {
    /// Its form.
    pub shape: Shape,
    /// Its inside; may be transparent.
    pub fill: Color,
    /// Its edge, if it has one.
    pub outline: Option<Color>,
    /// Something on top of it.
    pub mark: Option<(Mark, Color)>,
}

/// The form of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As long as the note lasts.
    Bar,
    /// At its beginning only.
    Diamond,
}

/// Something on top of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Diagonal lines all over it.
    Hatching,
    /// A cross at its beginning.
    Cross,
}

/// Of the colour of a note that is struck as softly as can be, so much is mixed with what is behind it.
const PALEST: f32 = 0.65;

/// Of the colour of the inside of an outlined note, so much is mixed with what is behind it.
const OUTLINED: f32 = 0.6;

impl NoteStyle {
    /// The colour of the note's series, the stronger the harder it is struck; drums are diamonds. Where there are more series
    /// than colours, those of the second round have outlines.
    pub fn of_series(theme: &Theme, note: &RollNote) -> NoteStyle {
        let (fill, outline) = series_colors(theme, note.series);
        let soft = 1.0 - f32::from(note.velocity.min(127)) / 127.0;
        let shape = if note.drum { Shape::Diamond } else { Shape::Bar };
        NoteStyle { shape, fill: faded(theme, fill, PALEST * soft), outline, mark: None }
    }
}

/// The colours of a series: inside, and outline if it has one.
pub(super) fn series_colors(theme: &Theme, series: usize) -> (Color, Option<Color>) {
    let count = theme.series.len();
    let color = theme.series[series % count];
    if (series / count).is_multiple_of(2) { (color, None) } else { (faded(theme, color, OUTLINED), Some(color)) }
}

/// A colour with so much of what is behind it.
fn faded(theme: &Theme, color: Color, share: f32) -> Color {
    let behind = if theme.background.alpha == 255 { theme.background } else { color.with_alpha(0) };
    color.mixed(behind, share)
}
