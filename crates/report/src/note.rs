//! The mark of a note: its verdict by colour and by shape, and whether it was early or late.

use rae_analysis::Timing;
use rae_picture::{Anchor, Area, Canvas, Label, NoteStyle, Pitches, Roll, RollNote, text_width};

use crate::marks::{NoteMark, Verdict};
use crate::page::Sign;
use crate::palette::Palette;
use crate::pitch;
use crate::sheet::roll_note;
use crate::time::Span;

/// Lengths of arrows at least, and their heights.
const ARROW: f32 = 5.0;
const ARROW_HEIGHT: f32 = 7.0;

/// From the middle of a cross to its ends, across and down.
const CROSS: f32 = 3.0;

/// From the middle of a diamond to its corners.
const DIAMOND: f32 = 4.5;

/// Where a time of the recording is in an area that shows a row.
pub(crate) fn place(area: Area, row: Span, seconds: f64) -> f32 {
    area.left + ((seconds - row.start) / (row.end - row.start)) as f32 * area.width()
}

/// Draws the marks of one row.
pub(crate) struct NotePainter<'a> {
    pub(crate) roll: Roll<'a>,
    pub(crate) palette: &'a Palette,
    pub(crate) area: Area,
    pub(crate) row: Span,
}

impl NotePainter<'_> {
    /// Draws a mark and says what it covers.
    pub(crate) fn draw(&self, canvas: &mut dyn Canvas, mark: &NoteMark) -> Vec<Area> {
        let begins = self.row.has(mark.span.start);
        let (class, title) = if begins { (mark.verdict.class(), mark.title.as_str()) } else { ("continued", "") };
        canvas.begin_group(class, title);
        let mut covered = Vec::new();
        let vacant = mark.instead_of.map(|(key, due)| self.note(canvas, roll_note(key, due), self.palette.vacant()));
        covered.extend(vacant.flatten());
        let style = self.palette.style(mark.verdict);
        let style = if begins { style } else { NoteStyle { mark: None, ..style } };
        let hidden = !begins && mark.verdict == Verdict::Extra;
        let bar = match mark.verdict {
            _ if hidden => None,
            Verdict::Extra => self.diamond(canvas, mark),
            _ => self.note(canvas, roll_note(mark.key, mark.span), style),
        };
        if let (Some(bar), Some(Some(vacant))) = (bar, vacant) {
            covered.extend(self.connect(canvas, bar, vacant));
        }
        covered.extend(bar);
        if let (Some(bar), Verdict::WrongPitch, true) = (bar, mark.verdict, begins) {
            covered.push(self.cross(canvas, bar));
        }
        if let (Some(bar), Some((timing, due)), true) = (bar, mark.timing, begins) {
            covered.push(self.arrow(canvas, bar, timing, due));
        }
        canvas.end_group();
        covered
    }

    fn note(&self, canvas: &mut dyn Canvas, note: RollNote, style: NoteStyle) -> Option<Area> {
        self.roll.draw_note(canvas, self.area, self.row.start, self.row.end, &note, style)
    }

    /// A note that is not in the music, however low its row is.
    fn diamond(&self, canvas: &mut dyn Canvas, mark: &NoteMark) -> Option<Area> {
        let note = roll_note(mark.key, mark.span);
        let bar = self.roll.area_of(canvas, self.area, self.row.start, self.row.end, &note)?;
        let (x, y) = (bar.left, (bar.top + bar.bottom) / 2.0);
        let corners = |half: f32| [(x, y - half), (x + half, y), (x, y + half), (x - half, y)];
        canvas.polygon(&corners(DIAMOND + 1.2), self.palette.theme.background);
        canvas.polygon(&corners(DIAMOND), self.palette.color(Verdict::Extra));
        Some(Area { left: x - DIAMOND, top: y - DIAMOND, right: x + DIAMOND, bottom: y + DIAMOND })
    }

    /// A cross at the beginning of a bar, however low that is.
    fn cross(&self, canvas: &mut dyn Canvas, bar: Area) -> Area {
        let (x, y) = (bar.left + CROSS, (bar.top + bar.bottom) / 2.0);
        for (width, color) in [(4.6, self.palette.theme.background), (1.9, self.palette.color(Verdict::WrongPitch))] {
            canvas.polyline(&[(x - CROSS, y - CROSS), (x + CROSS, y + CROSS)], width, color);
            canvas.polyline(&[(x - CROSS, y + CROSS), (x + CROSS, y - CROSS)], width, color);
        }
        Area { left: x - CROSS - 2.0, top: y - CROSS - 2.0, right: x + CROSS + 2.0, bottom: y + CROSS + 2.0 }
    }

    /// A line from a wrong pitch to where it should have been.
    fn connect(&self, canvas: &mut dyn Canvas, played: Area, vacant: Area) -> Option<Area> {
        // Behind the cross.
        let x = (played.left.max(vacant.left) + 2.0 * CROSS + 3.0).min(played.right - 1.0);
        let (top, bottom) =
            if played.top < vacant.top { (played.bottom, vacant.top) } else { (vacant.bottom, played.top) };
        let line = Area { left: x - 0.5, top, right: x + 0.5, bottom };
        (bottom > top).then(|| canvas.rectangle(line, self.palette.color(Verdict::WrongPitch)))?;
        Some(line)
    }

    /// An arrow from where a note was due to where it was played.
    fn arrow(&self, canvas: &mut dyn Canvas, bar: Area, timing: Timing, due: f64) -> Area {
        let early = timing == Timing::Early;
        let due = place(self.area, self.row, due);
        let base = if early { due.max(bar.left + ARROW) } else { due.min(bar.left - ARROW) };
        let base = base.clamp(self.area.left - ARROW, self.area.right);
        let middle = (bar.top + bar.bottom) / 2.0;
        let half = ARROW_HEIGHT / 2.0;
        let tip = |more: f32| if early { bar.left - more } else { bar.left + more };
        let back = |more: f32| if early { base + more } else { base - more };
        canvas.begin_group(if early { "early" } else { "late" }, "");
        let halo = [(tip(2.0), middle), (back(1.0), middle - half - 1.2), (back(1.0), middle + half + 1.2)];
        canvas.polygon(&halo, self.palette.theme.background);
        canvas.polygon(&[(tip(0.0), middle), (base, middle - half), (base, middle + half)], self.palette.arrow);
        canvas.end_group();
        Area { left: base.min(bar.left), top: middle - half, right: base.max(bar.left), bottom: middle + half }
    }
}

/// Names of wrong pitches and added notes, where they cover nothing.
pub(crate) struct Names {
    area: Area,
    /// What must not be covered.
    pub(crate) taken: Vec<Area>,
}

impl Names {
    pub(crate) fn new(area: Area) -> Names {
        Names { area, taken: Vec::new() }
    }

    /// Writes what was played beside its mark, if there is room.
    pub(crate) fn write(&mut self, canvas: &mut dyn Canvas, painter: &NotePainter<'_>, mark: &NoteMark) {
        let size = 0.86 * painter.palette.theme.font_size;
        let name = pitch::name(mark.key);
        let note = roll_note(mark.key, mark.span);
        let Some(bar) = painter.roll.area_of(canvas, self.area, painter.row.start, painter.row.end, &note) else {
            return;
        };
        // Of an added note the mark is a diamond around where it begins.
        let bar = match mark.verdict {
            Verdict::Extra => Area { left: bar.left - DIAMOND, right: bar.left + DIAMOND, ..bar },
            _ => bar,
        };
        let (width, height) = (text_width(&name, size), 0.95 * size);
        let at = |left: f32, top: f32| Area { left, top, right: left + width, bottom: top + height };
        let middle = (bar.top + bar.bottom - height) / 2.0;
        let places = [
            at(bar.left, bar.top - height - 1.0),
            at(bar.left, bar.bottom + 1.0),
            at(bar.right + 3.0, middle),
            at(bar.left - width - 3.0, middle),
        ];
        let Some(free) = places.into_iter().find(|place| self.is_free(*place)) else { return };
        self.taken.push(free);
        let (baseline, color) = (free.bottom - 0.16 * size, painter.palette.color(mark.verdict));
        canvas.begin_group("name", "");
        canvas.text(&Label { text: &name, x: free.left, baseline, anchor: Anchor::Start, size, color });
        canvas.end_group();
    }

    fn is_free(&self, place: Area) -> bool {
        let Area { left, top, right, bottom } = self.area;
        let inside = place.left >= left && place.right <= right && place.top >= top && place.bottom <= bottom;
        let apart = |other: &Area| {
            place.right <= other.left
                || place.left >= other.right
                || place.bottom <= other.top
                || place.top >= other.bottom
        };
        inside && self.taken.iter().all(apart)
    }
}

/// Width and height of a sign.
pub(crate) const SIGN: (f32, f32) = (30.0, 14.0);

/// Draws an example of a mark, for the key of the picture, right below and right of a point.
pub(crate) fn sign(canvas: &mut dyn Canvas, palette: &Palette, sign: Sign, left: f32, top: f32) {
    const KEY: u8 = 60;
    let note = |start: f64, end: f64| Span { start, end };
    let (verdict, span, timing) = match sign {
        Sign::Note(verdict @ Verdict::Extra) => (verdict, note(0.45, 1.0), None),
        Sign::Note(verdict) => (verdict, note(0.1, 0.9), None),
        Sign::Early => (Verdict::Correct, note(0.15, 0.9), Some((Timing::Early, 0.5))),
        Sign::Late => (Verdict::Correct, note(0.5, 1.0), Some((Timing::Late, 0.15))),
    };
    let mark = NoteMark { verdict, span, key: KEY, instead_of: None, timing, title: String::new() };
    let pitches = Pitches::of(&[roll_note(KEY, span)]);
    let roll = Roll { notes: &[], grid: &[], pitches: &pitches, theme: &palette.theme };
    let row = note(0.0, 1.0);
    // A keyboard around the one key, moved so that this has its row where the sign is.
    let height = 9.0 * pitches.keys() as f32;
    let keyboard = |top: f32| Area { left, top, right: left + SIGN.0, bottom: top + height };
    let found = roll.area_of(canvas, keyboard(0.0), row.start, row.end, &roll_note(KEY, span));
    let Some(place) = found else { return };
    let area = keyboard(top + (SIGN.1 - place.height()) / 2.0 - place.top);
    NotePainter { roll, palette, area, row }.draw(canvas, &mark);
}
