//! Bar by bar: how much was right, and how fast it was.

use rae_analysis::Section;
use rae_picture::axis::round_values;
use rae_picture::{Anchor, Area, Canvas, Color, Label, Point, text_width};

use crate::palette::Palette;
use crate::sheet::{Sheet, WIDTH};
use crate::words;

/// So many columns at most; of longer pieces each stands for several bars.
const MOST: usize = 340;

/// Width of the labels at the left, heights of the charts and of what lies between.
const GUTTER: f32 = 42.0;
const SCORES: f32 = 54.0;
const TEMPO: f32 = 64.0;
const GAP: f32 = 14.0;
const MARKS: f32 = 12.0;

/// Widest column.
const WIDEST: f32 = 42.0;

/// The tempo is shown this far around its range at least, as a ratio.
const TEMPO_ROOM: f64 = 0.04;

/// The charts of a sheet.
pub(crate) struct Chart<'a> {
    sheet: &'a Sheet<'a>,
    palette: &'a Palette,
    columns: Vec<Column>,
    /// Width of a column.
    step: f32,
}

/// A bar, or several that share a column.
struct Column {
    /// The first, or the weakest of the piece.
    bar: u64,
    /// The lowest.
    score: f64,
    /// The first that is known.
    tempo: Option<f64>,
    weak: bool,
}

impl<'a> Chart<'a> {
    /// None where there are no bars to compare.
    pub(crate) fn new(sheet: &'a Sheet<'a>, palette: &'a Palette) -> Option<Chart<'a>> {
        if sheet.sections.len() < 2 {
            return None;
        }
        let together = sheet.sections.len().div_ceil(MOST);
        let is_weak = |section: &Section| sheet.weakest.contains(&section.bar);
        let ratio = |bar: u64| {
            let curve = &sheet.tempo.curve;
            curve.binary_search_by_key(&bar, |point| point.bar).ok().map(|index| curve[index].ratio)
        };
        let columns: Vec<Column> = sheet
            .sections
            .chunks(together)
            .map(|bars| Column {
                bar: bars.iter().find(|section| is_weak(section)).unwrap_or(&bars[0]).bar,
                score: bars.iter().map(|section| section.score).fold(1.0, f64::min),
                tempo: bars.iter().find_map(|section| ratio(section.bar)),
                weak: bars.iter().any(is_weak),
            })
            .collect();
        let step = ((WIDTH - GUTTER) / columns.len() as f32).min(WIDEST);
        Some(Chart { sheet, palette, columns, step })
    }

    fn has_tempo(&self) -> bool {
        self.columns.iter().filter(|column| column.tempo.is_some()).count() > 1
    }

    pub(crate) fn height(&self) -> f32 {
        let tempo = if self.has_tempo() { GAP + TEMPO } else { 0.0 };
        MARKS + SCORES + tempo + 1.6 * self.palette.theme.font_size
    }

    /// How it is told to those who do not see it.
    pub(crate) fn title(&self) -> String {
        let sections = self.sheet.sections;
        let (first, last) = (sections[0].bar, sections[sections.len() - 1].bar);
        let scores = sections.iter().map(|section| section.score);
        let (low, high) = scores.fold((1.0f64, 0.0f64), |(low, high), score| (low.min(score), high.max(score)));
        format!(
            "Scores of bars {first} to {last}, between {} and {}, and the tempo of each",
            words::percent(low),
            words::percent(high)
        )
    }

    pub(crate) fn draw(&self, canvas: &mut dyn Canvas, top: f32) {
        let right = GUTTER + self.step * self.columns.len() as f32;
        let scores = Area { left: GUTTER, top: top + MARKS, right, bottom: top + MARKS + SCORES };
        self.scores(canvas, scores);
        let mut bottom = scores.bottom;
        if self.has_tempo() {
            let tempo = Area { top: bottom + GAP, bottom: bottom + GAP + TEMPO, ..scores };
            self.tempo(canvas, tempo);
            bottom = tempo.bottom;
        }
        self.bar_numbers(canvas, bottom);
    }

    fn x(&self, column: usize) -> f32 {
        GUTTER + self.step * column as f32
    }

    fn scores(&self, canvas: &mut dyn Canvas, area: Area) {
        let Palette { theme, weak, .. } = self.palette;
        for (share, label) in [(1.0, "100 %"), (0.5, "50 %"), (0.0, "0")] {
            let y = area.bottom - share * area.height();
            self.level(canvas, area, y, label, if share == 0.0 { theme.axis } else { theme.grid });
        }
        let inset = (0.12 * self.step).min(3.0);
        for (index, column) in self.columns.iter().enumerate() {
            let (left, right) = (self.x(index) + inset, self.x(index + 1) - inset);
            let bar_top = area.bottom - area.height() * column.score.clamp(0.0, 1.0) as f32;
            let color = if column.weak { *weak } else { theme.core };
            let title = format!("Bar {}: {}", column.bar, words::percent(column.score));
            canvas.begin_group(if column.weak { "bar weak" } else { "bar" }, &title);
            canvas.rectangle(Area { left, top: bar_top.min(area.bottom - 1.0), right, bottom: area.bottom }, color);
            if column.weak {
                let (x, y) = ((left + right) / 2.0, area.top - 2.0);
                canvas.polygon(&[(x - 4.5, y - 7.0), (x + 4.5, y - 7.0), (x, y)], *weak);
            }
            canvas.end_group();
        }
    }

    fn tempo(&self, canvas: &mut dyn Canvas, area: Area) {
        let theme = &self.palette.theme;
        let ratios = || self.columns.iter().filter_map(|column| column.tempo);
        let (low, high) = ratios().fold((f64::MAX, f64::MIN), |(low, high), ratio| (low.min(ratio), high.max(ratio)));
        let (low, high) = (low - TEMPO_ROOM, high + TEMPO_ROOM);
        let y = |ratio: f64| area.bottom - ((ratio - low) / (high - low)) as f32 * area.height();
        for value in round_values(low, high, 4) {
            let color = if (value - 1.0).abs() < 1e-9 { theme.axis } else { theme.grid };
            self.level(canvas, area, y(value), &words::ratio(value), color);
        }
        canvas.begin_group("tempo", "Played tempo beside the written one");
        let mut points: Vec<Point> = Vec::new();
        for (index, column) in self.columns.iter().enumerate() {
            match column.tempo {
                Some(ratio) => points.push((self.x(index) + self.step / 2.0, y(ratio))),
                None => self.tempo_line(canvas, &std::mem::take(&mut points)),
            }
        }
        self.tempo_line(canvas, &points);
        canvas.end_group();
    }

    fn tempo_line(&self, canvas: &mut dyn Canvas, points: &[Point]) {
        let color = self.palette.theme.core;
        canvas.polyline(points, 1.8, color);
        if self.step >= 9.0 || points.len() == 1 {
            for &(x, y) in points {
                let dot = Area { left: x - 2.4, top: y - 2.4, right: x + 2.4, bottom: y + 2.4 };
                canvas.rounded(dot, 2.4, color);
            }
        }
    }

    /// A line with what it means at its left.
    fn level(&self, canvas: &mut dyn Canvas, area: Area, y: f32, label: &str, color: Color) {
        let theme = &self.palette.theme;
        canvas.rectangle(Area { top: y, bottom: y + theme.line_width, ..area }, color);
        let size = 0.9 * theme.font_size;
        let x = area.left - 0.5 * size;
        canvas.text(&Label { text: label, x, baseline: y + 0.36 * size, anchor: Anchor::End, size, color: theme.text });
    }

    /// As many numbers as have room, in even steps; those of the weakest bars before others.
    fn bar_numbers(&self, canvas: &mut dyn Canvas, top: f32) {
        let size = self.palette.theme.font_size;
        let baseline = top + 1.25 * size;
        let width = |column: &Column| text_width(&column.bar.to_string(), size) + 0.8 * size;
        let widest = self.columns.iter().map(width).fold(0.0, f32::max);
        let fits =
            [1usize, 2, 4, 5, 10, 20, 50, 100, 200].into_iter().find(|every| *every as f32 * self.step >= widest);
        let every = fits.unwrap_or(MOST);
        let (weak, others): (Vec<usize>, Vec<usize>) = (0..self.columns.len())
            .filter(|&index| self.columns[index].weak || index % every == 0)
            .partition(|&index| self.columns[index].weak);
        let mut taken: Vec<(f32, f32)> = Vec::new();
        for index in weak.into_iter().chain(others) {
            let column = &self.columns[index];
            let half = width(column) / 2.0;
            let x = (self.x(index) + self.step / 2.0).min(WIDTH - half);
            if taken.iter().all(|&(left, right)| x + half <= left || x - half >= right) {
                taken.push((x - half, x + half));
                let text = column.bar.to_string();
                let color = if column.weak { self.palette.weak } else { self.palette.theme.text };
                canvas.text(&Label { text: &text, x, baseline, anchor: Anchor::Middle, size, color });
            }
        }
    }
}
