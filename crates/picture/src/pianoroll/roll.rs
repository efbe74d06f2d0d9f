use std::collections::HashMap;
use std::ops::Range;

use super::keyboard::is_black;
use super::{GridLine, Mark, NoteStyle, Pitches, Shape};
use crate::{Area, Canvas, Color, Point, Size, Theme};

/// A note as it is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RollNote {
    /// When it is struck, in seconds.
    pub start: f64,
    /// When it is released, in seconds.
    pub end: f64,
    /// Key number, or the drum; 60 is middle C.
    pub key: u8,
    /// How hard it is struck, 1 to 127.
    pub velocity: u8,
    /// What it belongs to, such as a track; see [`Theme::series`].
    pub series: usize,
    /// Whether its key is a drum.
    pub drum: bool,
}

/// Notes by pitch and time, to be drawn into any area of a picture, so that other things can share its time.
#[derive(Clone, Copy, Debug)]
pub struct Roll<'a> {
    /// What is drawn; later ones lie on top.
    pub notes: &'a [RollNote],
    /// Lines behind the notes.
    pub grid: &'a [GridLine],
    /// Which rows there are.
    pub pitches: &'a Pitches,
    /// Colours and sizes.
    pub theme: &'a Theme,
}

/// A note in the picture, in logical pixels.
struct Place {
    bar: Area,
    line: f32,
}

/// Which series have notes where, row by row.
#[derive(Default)]
struct Covered(HashMap<(u8, bool), Vec<Pixel>>);

/// A device pixel of a row: a bit for each series that has a note there, and for each whose note is in the lower part.
#[derive(Clone, Copy, Default)]
struct Pixel {
    series: u16,
    lower: u16,
}

/// What of a bar's height is left to it by those of other series.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Whole,
    Upper,
    /// The lowest of so many parts.
    Lowest(u32),
}

impl Covered {
    /// Puts a note there; says where it hides nothing.
    fn put(&mut self, note: &RollNote, pixels: Range<usize>) -> Part {
        let row = self.0.entry((note.key, note.drum)).or_default();
        row.resize(row.len().max(pixels.end), Pixel::default());
        let (row, bit) = (&mut row[pixels], 1 << (note.series % SERIES));
        let others = row.iter().fold(0, |others, pixel| others | pixel.series & !bit);
        let upper = row.iter().fold(0, |upper, pixel| upper | pixel.series & !pixel.lower & !bit);
        let part = match (others.count_ones(), upper) {
            (0, _) => Part::Whole,
            (_, 0) => Part::Upper,
            (count, _) => Part::Lowest(count + 1),
        };
        for pixel in row {
            pixel.series |= bit;
            pixel.lower = if matches!(part, Part::Lowest(_)) { pixel.lower | bit } else { pixel.lower & !bit };
        }
        part
    }
}

/// So many series are told apart where they lie on each other: the bits of [`Pixel`].
const SERIES: usize = 16;

/// So narrow or low notes have no corners to be rounded.
const SHARP: f32 = 3.0;

/// Dashes of notes too small for a frame, in lines, and so many lines hatch a note at most.
const DASH: f32 = 3.0;
const MOST_HATCHES: f32 = 60.0;

impl Roll<'_> {
    /// Draws into `area`, whose left and right edges are at `start` and `end` seconds, with a style for each note. Bars that
    /// would lie on those of other series take a part of the height, so that both are seen. Notes that would be hidden by the
    /// one before them of the same series and key are left out, so that what is drawn has a limit that the number of notes
    /// has not. Of series that are sixteen apart one counts for the other.
    pub fn draw(
        &self,
        canvas: &mut dyn Canvas,
        area: Area,
        start: f64,
        end: f64,
        style: &dyn Fn(&RollNote) -> NoteStyle,
    ) {
        self.draw_behind(canvas, area, start, end);
        let pixel = 1.0 / canvas.size().scale();
        let mut seen: HashMap<(usize, u8, bool), (f32, f32)> = HashMap::new();
        let mut covered = Covered::default();
        for note in self.notes {
            let Some(place) = self.place(canvas, area, start, end, note) else { continue };
            let edges = ((place.bar.left / pixel).floor(), (place.bar.right / pixel).ceil());
            let last = seen.entry((note.series % SERIES, note.key, note.drum));
            let last = last.or_insert((f32::INFINITY, f32::NEG_INFINITY));
            if edges.0 < last.0 || edges.1 > last.1 {
                *last = edges;
                let (from, to) = ((place.bar.left / pixel).ceil(), (place.bar.right / pixel).floor());
                let part = covered.put(note, from as usize..(to as usize).max(from as usize + 1));
                let style = style(note);
                let place = if style.shape == Shape::Bar { place.only(part, canvas.size()) } else { place };
                place.draw(canvas, style);
            }
        }
    }

    /// Draws what lies behind the notes: rows of keys, octaves, bars and beats.
    pub fn draw_behind(&self, canvas: &mut dyn Canvas, area: Area, start: f64, end: f64) {
        self.draw_rows(canvas, area);
        self.draw_grid(canvas, area, start, end);
    }

    /// Draws one note, whether it belongs to the roll's or not, and says where; `None` where nothing of it is in the area.
    pub fn draw_note(
        &self,
        canvas: &mut dyn Canvas,
        area: Area,
        start: f64,
        end: f64,
        note: &RollNote,
        style: NoteStyle,
    ) -> Option<Area> {
        let place = self.place(canvas, area, start, end, note)?;
        place.draw(canvas, style);
        Some(place.bar)
    }

    /// Where [`Roll::draw_note`] would draw a note.
    pub fn area_of(&self, canvas: &dyn Canvas, area: Area, start: f64, end: f64, note: &RollNote) -> Option<Area> {
        self.place(canvas, area, start, end, note).map(|place| place.bar)
    }

    /// Where a note is, if anything of it is in the area.
    fn place(&self, canvas: &dyn Canvas, area: Area, start: f64, end: f64, note: &RollNote) -> Option<Place> {
        let (top, bottom) = self.pitches.place(note, area)?;
        let x = |seconds: f64| area.left + ((seconds - start) / (end - start)) as f32 * area.width();
        let (left, right) = (x(note.start), x(note.end));
        // A drum has no length; its beginning must be there.
        let hidden = if note.drum { left < area.left - 1.0 } else { right < area.left };
        if hidden || left >= area.right || left.is_nan() || right.is_nan() {
            return None;
        }
        let line = self.theme.line_width;
        // Repeated notes are told apart by a gap, rows by another.
        let gap = if right - left > 4.0 * line { line } else { 0.0 };
        let between = if bottom - top > 4.0 * line { line } else { 0.0 };
        let size = canvas.size();
        let right = (right - gap).max(left + 1.5 * line).min(area.right);
        let (top, bottom) = (size.snapped(top), size.snapped(bottom - between).max(size.snapped(top) + line));
        Some(Place { bar: Area { left: left.max(area.left), top, right, bottom }, line })
    }

    /// The rows of black keys are darker, octaves begin with a line.
    fn draw_rows(&self, canvas: &mut dyn Canvas, area: Area) {
        let Theme { grid, line_width, .. } = *self.theme;
        let faint = grid.with_alpha((u16::from(grid.alpha) * 2 / 5) as u8);
        for row in self.pitches.key_rows(area) {
            let place = Area { top: row.top, bottom: row.bottom, ..area };
            if is_black(row.key) {
                canvas.rectangle(place, faint);
            } else if row.key.is_multiple_of(12) {
                canvas.rectangle(Area { top: row.bottom - line_width, ..place }, grid);
            }
        }
        for row in self.pitches.drum_rows(area).iter().step_by(2) {
            canvas.rectangle(Area { top: row.top, bottom: row.bottom, ..area }, faint);
        }
        if let Some(drums) = self.pitches.drums_area(area) {
            canvas.rectangle(Area { top: drums.top - 2.0 * line_width, bottom: drums.top - line_width, ..drums }, grid);
        }
    }

    fn draw_grid(&self, canvas: &mut dyn Canvas, area: Area, start: f64, end: f64) {
        let Theme { grid, axis, line_width, .. } = *self.theme;
        for line in self.grid.iter().filter(|line| (start..=end).contains(&line.seconds)) {
            let x = area.left + ((line.seconds - start) / (end - start)) as f32 * (area.width() - line_width);
            let color = if line.bar.is_some() { axis.with_alpha(axis.alpha / 2 + axis.alpha / 8) } else { grid };
            canvas.rectangle(Area { left: x, right: x + line_width, ..area }, color);
        }
    }
}

impl Place {
    /// A part of it, as far as there is room for parts.
    fn only(self, part: Part, size: Size) -> Place {
        let Area { top, bottom, .. } = self.bar;
        let height = |parts: u32| ((bottom - top) / parts as f32).max(1.5 * self.line);
        let bar = match part {
            Part::Whole => self.bar,
            Part::Upper => Area { bottom: size.snapped(top + height(2)).min(bottom), ..self.bar },
            Part::Lowest(parts) => Area { top: size.snapped(bottom - height(parts)).max(top), ..self.bar },
        };
        Place { bar, ..self }
    }

    fn draw(&self, canvas: &mut dyn Canvas, style: NoteStyle) {
        match style.shape {
            Shape::Bar => self.draw_bar(canvas, style),
            Shape::Diamond => self.draw_diamond(canvas, style),
        }
        match style.mark {
            Some((Mark::Hatching, color)) => self.hatch(canvas, color),
            Some((Mark::Cross, color)) => self.cross(canvas, color),
            None => {}
        }
    }

    fn draw_bar(&self, canvas: &mut dyn Canvas, style: NoteStyle) {
        let Place { bar, line } = *self;
        let rounded = bar.width() >= SHARP && bar.height() >= SHARP;
        let radius = if rounded { (bar.height() / 3.0).min(3.0) } else { 0.0 };
        let Some(outline) = style.outline else {
            return if rounded { canvas.rounded(bar, radius, style.fill) } else { canvas.rectangle(bar, style.fill) };
        };
        if rounded && bar.width() > 3.0 * line && bar.height() > 3.0 * line {
            canvas.rounded(bar.inset(line / 2.0), radius, style.fill);
            let Area { left, top, right, bottom } = bar.inset(line / 2.0);
            let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
            canvas.polyline(&corners, line, outline);
        } else {
            // Too small for a frame: dashes, so that it is not taken for a filled bar.
            let mut left = bar.left;
            while left < bar.right {
                canvas.rectangle(Area { left, right: (left + DASH * line).min(bar.right), ..bar }, outline);
                left += 2.0 * DASH * line;
            }
        }
    }

    fn draw_diamond(&self, canvas: &mut dyn Canvas, style: NoteStyle) {
        let half = (self.bar.height() / 2.0).clamp(1.5 * self.line, 5.0 * self.line);
        let corners = |half: f32| {
            let (x, y) = (self.bar.left, (self.bar.top + self.bar.bottom) / 2.0);
            [(x, y - half), (x + half, y), (x, y + half), (x - half, y), (x, y - half)]
        };
        canvas.polygon(&corners(half)[..4], style.fill);
        if let Some(outline) = style.outline {
            canvas.polyline(&corners(half - self.line / 2.0), self.line, outline);
        }
    }

    /// Diagonal lines, cut off at the edges.
    fn hatch(&self, canvas: &mut dyn Canvas, color: Color) {
        let Area { left, top, right, bottom } = self.bar.inset(self.line);
        let height = bottom - top;
        let distance = (4.0 * self.line).max((right - left + height) / MOST_HATCHES);
        let count = ((right - left + height) / distance) as usize;
        for index in 1..=count {
            // From the lower edge up to the right, both ends moved along the line into the bar.
            let from = left - height + index as f32 * distance;
            let (low, high) = ((left - from).max(0.0), (right - from).min(height));
            if high > low {
                let at = |along: f32| -> Point { (from + along, bottom - along) };
                canvas.polyline(&[at(low), at(high)], self.line, color);
            }
        }
    }

    fn cross(&self, canvas: &mut dyn Canvas, color: Color) {
        let Area { left, top, bottom, .. } = self.bar.inset(self.line);
        let right = left + (bottom - top);
        canvas.polyline(&[(left, top), (right, bottom)], 1.5 * self.line, color);
        canvas.polyline(&[(left, bottom), (right, top)], 1.5 * self.line, color);
    }
}
