//! The report as a picture of one page.

use rae_picture::{Anchor, Area, Canvas, Color, Label, PictureError, Raster, Size, text_width};

use crate::chart::Chart;
use crate::html::FOOTNOTE;
use crate::note::{SIGN, sign};
use crate::page::{Figure, Page, WeakBar};
use crate::palette::Palette;
use crate::row::RowPainter;
use crate::sheet::{Sheet, WIDTH};

/// Around everything, in logical pixels.
const MARGIN: f32 = 24.0;

/// Device pixels that a file should not exceed, and for each logical one.
const PIXELS: f32 = 24e6;
const SCALES: (f32, f32) = (1.0, 2.0);

/// Highest page, in logical pixels.
const HIGHEST: f32 = 32_000.0;

/// Sizes of letters.
const TITLE: f32 = 24.0;
const HEADING: f32 = 15.0;
const TEXT: f32 = 13.0;
const SMALL: f32 = 11.0;
const VALUE: f32 = 26.0;

/// Width of a column of the table, and where its notes begin.
const COLUMN: f32 = 62.0;
const NOTES: f32 = 482.0;

/// Lines of one text at most.
const MOST_LINES: usize = 12;

/// The whole file.
pub(crate) fn file(page: &Page, sheet: &Sheet<'_>) -> Result<Vec<u8>, PictureError> {
    let palette = Palette::light();
    let height = Flow { canvas: None, palette: &palette, y: MARGIN }.page(page, sheet).min(HIGHEST);
    let width = WIDTH + 2.0 * MARGIN;
    let scale = (PIXELS / (width * height)).sqrt().clamp(SCALES.0, SCALES.1);
    // Quarters keep lines sharp.
    let scale = (4.0 * scale).floor() / 4.0;
    let size = Size::new(width as u32, height.ceil() as u32, scale)?;
    let mut raster = Raster::new(size, palette.theme.background);
    let mut shifted = Shifted { canvas: &mut raster, by: MARGIN };
    Flow { canvas: Some(&mut shifted), palette: &palette, y: MARGIN }.page(page, sheet);
    Ok(raster.png())
}

/// One block below the other; without a canvas they are only measured.
struct Flow<'a> {
    canvas: Option<&'a mut dyn Canvas>,
    palette: &'a Palette,
    y: f32,
}

impl Flow<'_> {
    /// Draws everything and says where it ends.
    fn page(mut self, page: &Page, sheet: &Sheet<'_>) -> f32 {
        let (strong, text) = (self.palette.strong, self.palette.theme.text);
        self.text(&page.title, TITLE, strong);
        if !page.facts.is_empty() {
            self.text(&page.facts.join("  ·  "), TEXT, text);
        }
        self.y += 8.0;
        for warning in page.reason.iter().chain(&page.warnings) {
            self.text(&format!("! {warning}"), TEXT, self.palette.weak);
        }
        self.figures(&page.figures);
        if !page.advice.is_empty() {
            self.heading("What to do next");
            self.list(&page.advice);
        }
        self.heading("Note by note");
        self.key(page);
        self.rows(sheet);
        self.chart(sheet);
        self.weakest(&page.weakest);
        if !page.remarks.is_empty() {
            self.heading("Remarks");
            self.list(&page.remarks);
        }
        self.y += 10.0;
        self.text(FOOTNOTE, SMALL, text);
        self.y + MARGIN
    }

    fn heading(&mut self, text: &str) {
        self.y += 14.0;
        self.text(text, HEADING, self.palette.strong);
        self.y += 3.0;
    }

    fn list(&mut self, items: &[String]) {
        for item in items {
            self.label("•", 2.0, TEXT, Anchor::Start, self.palette.theme.text);
            self.indented(item, TEXT, self.palette.strong, 16.0);
        }
    }

    fn text(&mut self, text: &str, size: f32, color: Color) {
        self.indented(text, size, color, 0.0);
    }

    fn indented(&mut self, text: &str, size: f32, color: Color, left: f32) {
        for line in wrapped(text, size, WIDTH - left) {
            self.label(&line, left, size, Anchor::Start, color);
            self.y += 1.4 * size;
        }
    }

    /// Writes into the present line.
    fn label(&mut self, text: &str, x: f32, size: f32, anchor: Anchor, color: Color) {
        let baseline = self.y + 1.05 * size;
        if let Some(canvas) = &mut self.canvas {
            canvas.text(&Label { text, x, baseline, anchor, size, color });
        }
    }

    fn figures(&mut self, figures: &[Figure]) {
        if figures.is_empty() {
            return;
        }
        self.y += 6.0;
        let (gap, height) = (10.0, 92.0);
        let width = (WIDTH + gap) / figures.len().max(3) as f32 - gap;
        let (top, theme) = (self.y, &self.palette.theme);
        for (index, Figure { name, value, grade, detail }) in figures.iter().enumerate() {
            let left = index as f32 * (width + gap);
            if let Some(canvas) = &mut self.canvas {
                let panel = Area { left, top, right: left + width, bottom: top + height };
                canvas.rounded(panel, 8.0, self.palette.abandoned);
            }
            let x = left + 14.0;
            let fitted = |text: &str, size: f32| size.min(size * (width - 24.0) / text_width(text, size).max(1.0));
            let grade = capital(grade);
            for (text, down, size, color) in [
                (*name, 8.0, SMALL, theme.text),
                (value, 22.0, VALUE, self.palette.strong),
                (&grade, 54.0, TEXT, self.palette.strong),
                (detail, 71.0, SMALL, theme.text),
            ] {
                self.y = top + down;
                self.label(text, x, fitted(text, size), Anchor::Start, color);
            }
        }
        self.y = top + height;
    }

    fn key(&mut self, page: &Page) {
        let mut x = 0.0;
        for &(which, count, name) in &page.key {
            let text = format!("{count} {name}");
            let width = SIGN.0 + 6.0 + text_width(&text, TEXT) + 18.0;
            if x > 0.0 && x + width > WIDTH {
                (x, self.y) = (0.0, self.y + 20.0);
            }
            if let Some(canvas) = &mut self.canvas {
                sign(*canvas, self.palette, which, x, self.y + 2.0);
            }
            self.label(&text, x + SIGN.0 + 6.0, TEXT, Anchor::Start, self.palette.strong);
            x += width;
        }
        self.y += 26.0;
    }

    fn rows(&mut self, sheet: &Sheet<'_>) {
        let painter = RowPainter { sheet, palette: self.palette };
        for &row in &sheet.rows.spans {
            self.y = self.y.round();
            if let Some(canvas) = &mut self.canvas {
                painter.draw(*canvas, row, self.y);
            }
            self.y += painter.height(row) + 10.0;
        }
    }

    fn chart(&mut self, sheet: &Sheet<'_>) {
        let Some(chart) = Chart::new(sheet, self.palette) else { return };
        self.heading("Bar by bar: score, and tempo beside the written one");
        if let Some(canvas) = &mut self.canvas {
            chart.draw(*canvas, self.y.round());
        }
        self.y += chart.height() + 6.0;
    }

    fn weakest(&mut self, weakest: &[WeakBar]) {
        if weakest.is_empty() {
            return;
        }
        self.y += 6.0;
        self.text("The bars that need work most", TEXT, self.palette.strong);
        let names = ["Bar", "Score", "Right", "Wrong", "Missed", "Added", "Timing", "At"];
        self.label("Notes", NOTES, TEXT, Anchor::Start, self.palette.theme.text);
        self.line(&names.map(str::to_owned), self.palette.theme.text);
        for WeakBar { bar, score, counts, timing, at, notes } in weakest {
            let cells = [
                bar.to_string(),
                score.clone(),
                counts.correct.to_string(),
                counts.wrong_pitch.to_string(),
                counts.missed.to_string(),
                counts.extra.to_string(),
                timing.clone(),
                at.clone(),
            ];
            let notes = shortened(notes, TEXT, WIDTH - NOTES);
            self.label(&notes, NOTES, TEXT, Anchor::Start, self.palette.strong);
            self.line(&cells, self.palette.strong);
        }
    }

    /// A line of a table.
    fn line(&mut self, cells: &[String], color: Color) {
        for (index, cell) in cells.iter().enumerate() {
            self.label(cell, 30.0 + COLUMN * index as f32, TEXT, Anchor::End, color);
        }
        self.y += 1.5 * TEXT;
    }
}

/// As much of a text as has room.
fn shortened(text: &str, size: f32, width: f32) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(200).collect();
    while !short.is_empty() && text_width(&short, size) + size > width {
        short.pop();
    }
    short + "…"
}

/// A canvas on another, moved to the right.
struct Shifted<'a> {
    canvas: &'a mut dyn Canvas,
    by: f32,
}

impl Shifted<'_> {
    fn area(&self, area: Area) -> Area {
        Area { left: area.left + self.by, right: area.right + self.by, ..area }
    }

    fn points(&self, points: &[(f32, f32)]) -> Vec<(f32, f32)> {
        points.iter().map(|&(x, y)| (x + self.by, y)).collect()
    }
}

impl Canvas for Shifted<'_> {
    fn size(&self) -> Size {
        self.canvas.size()
    }

    fn rectangle(&mut self, area: Area, color: Color) {
        let area = self.area(area);
        self.canvas.rectangle(area, color);
    }

    fn rounded(&mut self, area: Area, radius: f32, color: Color) {
        let area = self.area(area);
        self.canvas.rounded(area, radius, color);
    }

    fn polygon(&mut self, points: &[(f32, f32)], color: Color) {
        let points = self.points(points);
        self.canvas.polygon(&points, color);
    }

    fn polyline(&mut self, points: &[(f32, f32)], width: f32, color: Color) {
        let points = self.points(points);
        self.canvas.polyline(&points, width, color);
    }

    fn columns(&mut self, left: f32, middle: f32, columns: &[rae_picture::Reach], color: Color) {
        self.canvas.columns(left + self.by, middle, columns, color);
    }

    fn text(&mut self, label: &Label<'_>) {
        self.canvas.text(&Label { x: label.x + self.by, ..*label });
    }
}

/// A text in lines that are no wider than `width`; words that are too long are broken.
fn wrapped(text: &str, size: f32, width: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let fits = |text: &str| text_width(text, size) <= width;
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if fits(&longer) {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            line.push(letter);
            if !fits(&line) {
                line.pop();
                lines.push(std::mem::replace(&mut line, letter.to_string()));
            }
            if lines.len() > MOST_LINES {
                break;
            }
        }
        if lines.len() > MOST_LINES {
            break;
        }
    }
    lines.push(line);
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        lines[MOST_LINES - 1].push('…');
    }
    lines
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_and_within_long_ones() {
        assert_eq!(wrapped("one two", 13.0, 1000.0), ["one two"]);
        let lines = wrapped("several words that do not fit", 13.0, 90.0);
        assert!(lines.len() > 1 && lines.iter().all(|line| text_width(line, 13.0) <= 90.0), "{lines:?}");
        assert_eq!(lines.join(" "), "several words that do not fit");
        let long = "x".repeat(100_000);
        let lines = wrapped(&long, 13.0, 90.0);
        assert_eq!(lines.len(), MOST_LINES);
        assert!(lines[0].len() > 5 && lines[MOST_LINES - 1].ends_with('…'));
    }
}
