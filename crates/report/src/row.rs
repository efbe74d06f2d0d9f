//! One row: the notes with their verdicts over the time of the recording, the waveform below them.

use rae_analysis::Restart;
use rae_picture::axis::{draw_time_axis, time_axis_height};
use rae_picture::{Anchor, Area, Canvas, Color, Label, Reach, Roll, draw_bars, draw_keyboard, text_width};

use crate::marks::{NoteMark, Verdict};
use crate::note::{Names, NotePainter, place};
use crate::palette::Palette;
use crate::sheet::{Sheet, WIDTH};
use crate::time::Span;
use crate::words;

/// Width of the keyboard.
const KEYBOARD: f32 = 34.0;

/// Height of a key at least and at most, of all keys together at most, and of the waveform.
const KEY: (f32, f32) = (5.0, 9.0);
const MOST_KEYS: f32 = 352.0;
const KEYS: f32 = 200.0;
const WAVE: f32 = 34.0;
const GAP: f32 = 4.0;

/// So many wrong pitches and added notes of a row are named at most.
const MOST_NAMES: usize = 200;

/// Where the parts of a row are.
struct Layout {
    restarts: Option<Area>,
    bars: Area,
    roll: Area,
    wave: Option<Area>,
    time: Area,
}

/// Draws rows on canvases.
pub(crate) struct RowPainter<'a> {
    pub(crate) sheet: &'a Sheet<'a>,
    pub(crate) palette: &'a Palette,
}

impl RowPainter<'_> {
    pub(crate) fn height(&self, row: Span) -> f32 {
        self.layout(row, 0.0).time.bottom
    }

    fn layout(&self, row: Span, top: f32) -> Layout {
        let theme = &self.palette.theme;
        let full = WIDTH - KEYBOARD;
        let right = KEYBOARD + full * ((row.end - row.start) / self.sheet.rows.full).min(1.0) as f32;
        let across = |top: f32, bottom: f32| Area { left: KEYBOARD, top, right, bottom };
        let keys = self.sheet.pitches.keys() as f32;
        // Whole pixels, so that all keys are equally high.
        let key = (KEYS / keys).clamp(KEY.0, KEY.1).min(MOST_KEYS / keys).floor().max(2.0);
        let keys = key * keys;
        let has_restarts = self.restarts(row).next().is_some();
        let bars_top = if has_restarts { top + 1.5 * theme.font_size } else { top };
        let roll_top = (bars_top + 1.5 * theme.font_size).round();
        let roll_bottom = roll_top + keys;
        let wave_bottom = if self.sheet.sound.is_some() { roll_bottom + GAP + WAVE } else { roll_bottom };
        Layout {
            restarts: has_restarts.then_some(across(top, bars_top)),
            bars: across(bars_top, roll_top),
            roll: across(roll_top, roll_bottom),
            wave: self.sheet.sound.map(|_| across(roll_bottom + GAP, wave_bottom)),
            time: across(wave_bottom, wave_bottom + time_axis_height(theme)),
        }
    }

    /// Draws a row below `top`.
    pub(crate) fn draw(&self, canvas: &mut dyn Canvas, row: Span, top: f32) {
        let layout = self.layout(row, top);
        let theme = &self.palette.theme;
        let Sheet { lines, pitches, .. } = self.sheet;
        self.abandoned(canvas, row, &layout);
        let roll = Roll { notes: &[], grid: lines, pitches, theme };
        roll.draw_behind(canvas, layout.roll, row.start, row.end);
        let painter = NotePainter { roll, palette: self.palette, area: layout.roll, row };
        let marks: Vec<&NoteMark> = self.sheet.marks_in(row).collect();
        // What was not played lies behind what was.
        let (missed, heard): (Vec<&NoteMark>, Vec<&NoteMark>) =
            marks.iter().copied().partition(|mark| mark.verdict == Verdict::Missed);
        let mut names = Names::new(layout.roll);
        for mark in missed.into_iter().chain(heard) {
            names.taken.extend(painter.draw(canvas, mark));
        }
        let is_named = |mark: &&&NoteMark| matches!(mark.verdict, Verdict::WrongPitch | Verdict::Extra);
        let named = marks.iter().filter(is_named).filter(|mark| row.has(mark.span.start));
        named.take(MOST_NAMES).for_each(|mark| names.write(canvas, &painter, mark));
        draw_keyboard(canvas, theme, Area { left: 0.0, right: KEYBOARD, ..layout.roll }, pitches);
        draw_bars(canvas, theme, layout.bars, lines, row.start, row.end);
        self.restart_marks(canvas, row, &layout);
        if let Some(area) = layout.wave {
            self.waveform(canvas, row, area);
        }
        draw_time_axis(canvas, theme, layout.time, row.start, row.end);
    }

    /// How a row is told to those who do not see it.
    pub(crate) fn title(&self, row: Span) -> String {
        let begins = |mark: &&NoteMark| row.has(mark.span.start);
        let marks: Vec<&NoteMark> = self.sheet.marks_in(row).filter(begins).collect();
        let count = |verdict: Verdict| marks.iter().filter(|mark| mark.verdict == verdict).count();
        let lines = self.sheet.lines.iter().filter(|line| row.has(line.seconds));
        let bars: Vec<u64> = lines.filter_map(|line| line.bar).collect();
        let bars = bars.iter().min().zip(bars.iter().max()).map_or(String::new(), |(first, last)| {
            if first == last { format!(", bar {first}") } else { format!(", bars {first} to {last}") }
        });
        format!(
            "Notes from {} to {}{bars}: {} right, {} at a wrong pitch, {} missed, {} added",
            words::clock(row.start),
            words::clock(row.end),
            count(Verdict::Correct),
            count(Verdict::WrongPitch),
            count(Verdict::Missed),
            count(Verdict::Extra)
        )
    }

    fn restarts(&self, row: Span) -> impl Iterator<Item = &Restart> {
        self.sheet.restarts.iter().filter(move |restart| row.has(restart.at_s))
    }

    /// Shades what was played again later.
    fn abandoned(&self, canvas: &mut dyn Canvas, row: Span, layout: &Layout) {
        let x = |seconds: f64| place(layout.roll, row, seconds).clamp(layout.roll.left, layout.roll.right);
        for abandoned in self.sheet.abandoned {
            let (left, right) = (x(abandoned.from_s), x(abandoned.until_s));
            let bottom = layout.wave.map_or(layout.roll.bottom, |wave| wave.bottom);
            if right - left < 0.5 {
                continue;
            }
            canvas.rectangle(Area { left, right, top: layout.roll.top, bottom }, self.palette.abandoned);
            let (text, size, color) = ("played again later", self.palette.theme.font_size, self.palette.theme.text);
            let (from, to) = self.widest_between_restarts(row, layout, left, right);
            if text_width(text, size) + size < to - from {
                let (x, baseline) = ((from + to) / 2.0, layout.bars.bottom - 0.35 * size);
                canvas.text(&Label { text, x, baseline, anchor: Anchor::Middle, size, color });
            }
        }
    }

    /// The widest part of a stretch that no line of a restart cuts.
    fn widest_between_restarts(&self, row: Span, layout: &Layout, left: f32, right: f32) -> (f32, f32) {
        let lines = self.restarts(row).map(|restart| place(layout.roll, row, restart.at_s));
        let mut cuts: Vec<f32> = lines.filter(|x| (left..right).contains(x)).chain([left, right]).collect();
        cuts.sort_by(f32::total_cmp);
        let parts = cuts.windows(2).map(|pair| (pair[0], pair[1]));
        parts.max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0))).unwrap_or((left, right))
    }

    /// Says where the piece goes on after going back.
    fn restart_marks(&self, canvas: &mut dyn Canvas, row: Span, layout: &Layout) {
        let Some(strip) = layout.restarts else { return };
        let size = self.palette.theme.font_size;
        let mut free = strip.left;
        for restart in self.restarts(row) {
            let x = place(layout.roll, row, restart.at_s);
            canvas.begin_group("restart", &format!("Played again from bar {}", restart.bar));
            dashed(canvas, x, strip.bottom, layout.roll.bottom, self.palette.strong);
            let text = format!("again from bar {}", restart.bar);
            let left = x.min(WIDTH - text_width(&text, size));
            if left >= free {
                let (baseline, color) = (strip.bottom - 0.3 * size, self.palette.strong);
                canvas.text(&Label { text: &text, x: left, baseline, anchor: Anchor::Start, size, color });
                free = left + text_width(&text, size) + size;
            }
            canvas.end_group();
        }
    }

    fn waveform(&self, canvas: &mut dyn Canvas, row: Span, area: Area) {
        let Some(sound) = self.sheet.sound else { return };
        let middle = canvas.size().snapped((area.top + area.bottom) / 2.0);
        let line = self.palette.theme.line_width;
        canvas
            .rectangle(Area { top: middle - line / 2.0, bottom: middle + line / 2.0, ..area }, self.palette.theme.grid);
        let rate = f64::from(sound.rate.hz());
        let frame = |seconds: f64| (seconds.max(0.0) * rate).round() as u64;
        let width = (area.width() * canvas.size().scale()).round() as usize;
        let columns = sound.peaks.columns(0, frame(row.start)..frame(row.end), width);
        let scale = if self.sheet.peak > 0.0 { 0.5 * area.height() / self.sheet.peak } else { 0.0 };
        let reach: Vec<Reach> = columns
            .iter()
            .map(|column| Reach { up: scale * column.max.max(0.0), down: scale * (-column.min).max(0.0) })
            .collect();
        canvas.columns(area.left, middle, &reach, self.palette.theme.wave);
    }
}

fn dashed(canvas: &mut dyn Canvas, x: f32, top: f32, bottom: f32, color: Color) {
    let mut at = top;
    while at < bottom {
        canvas.rectangle(Area { left: x - 0.5, top: at, right: x + 0.5, bottom: (at + 4.0).min(bottom) }, color);
        at += 7.0;
    }
}
