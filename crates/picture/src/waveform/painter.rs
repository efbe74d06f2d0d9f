use super::Stretch;
use super::layout::{Lane, Layout};
use super::level::{Mark, Scale};
use super::reach::{outer, parted, within};
use crate::axis::draw_time_axis;
use crate::{Anchor, Area, Canvas, Column, Label, Point, Theme};

/// Puts the parts of a waveform on a canvas.
pub(super) struct Painter<'a> {
    pub(super) canvas: &'a mut dyn Canvas,
    pub(super) theme: &'a Theme,
    pub(super) layout: &'a Layout,
    pub(super) scale: Scale,
    /// How much of the width was played, 0 to 1.
    pub(super) played: f64,
}

impl Painter<'_> {
    /// A column of pixels for each of the sound.
    pub(super) fn columns(&mut self, lane: Lane, columns: &[Column]) {
        let outer = outer(columns, &self.scale, lane);
        let core = within(columns, &self.scale, lane, &outer);
        let Theme { wave, core: core_color, played_wave, played_core, .. } = *self.theme;
        let left = self.layout.plot.left;
        let played = ((self.played * self.layout.columns as f64).round() as usize).min(outer.len());
        let unplayed_left = left + played as f32 / self.canvas.size().scale();
        for (reach, played_color, color) in [(&outer, played_wave, wave), (&core, played_core, core_color)] {
            self.canvas.columns(left, lane.middle, &reach[..played], played_color);
            self.canvas.columns(unplayed_left, lane.middle, &reach[played..], color);
        }
    }

    /// The line through samples, of which so many fill the width; each stands in the middle of its share.
    pub(super) fn line(&mut self, lane: Lane, samples: &[Column], count: u64) {
        let Area { left, right, .. } = self.layout.plot;
        let share = (right - left) / count as f32;
        // What lies along an edge is seen whole, too.
        let room = (lane.height - lane.thinnest) / 2.0;
        let height = |sample: &Column| (self.scale.level(sample.max) * lane.height / 2.0).clamp(-room, room);
        let y = |sample: &Column| lane.middle - height(sample);
        let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return };
        let middles = samples.iter().enumerate().map(|(n, sample)| (left + (n as f32 + 0.5) * share, y(sample)));
        let end = (left + samples.len() as f32 * share).min(right);
        let points: Vec<Point> = [(left, y(first))].into_iter().chain(middles).chain([(end, y(last))]).collect();
        let boundary = left + self.played as f32 * (right - left);
        let (played, unplayed) = parted(&points, boundary);
        for (points, color) in [(played, self.theme.played_core), (unplayed, self.theme.core)] {
            self.canvas.polyline(&points, lane.thinnest, color);
        }
    }

    /// The middle of a lane, and where there is a scale its values.
    pub(super) fn grid(&mut self, lane: Lane) {
        self.grid_line(lane.middle);
        if self.layout.gutter == 0.0 {
            return;
        }
        let size = self.theme.font_size;
        let marks = self.scale.marks(lane.height / size);
        let heights: Vec<f32> = marks.iter().map(|mark| lane.middle - mark.level * lane.height / 2.0).collect();
        heights.iter().for_each(|y| self.grid_line(*y));
        for (Mark { label, .. }, y) in marks.iter().zip(&heights) {
            let wanted = y - 0.44 * size;
            let top = lane.inside(wanted, wanted + 0.9 * size);
            let middle = top + 0.44 * size;
            // Where an edge moves a label towards another, that one stays alone.
            let crowded = heights.iter().any(|other| other != y && (other - middle).abs() < 1.1 * size);
            if top == wanted || !crowded {
                self.label(label, self.layout.plot.left - 0.5 * size, middle, Anchor::End);
            }
        }
    }

    fn grid_line(&mut self, y: f32) {
        let Area { left, right, .. } = self.layout.plot;
        let top = y - self.theme.line_width / 2.0;
        self.canvas.rectangle(Area { left, right, top, bottom: top + self.theme.line_width }, self.theme.grid);
    }

    /// Which channel a lane is, where there is room for it.
    pub(super) fn name(&mut self, lane: Lane, index: usize, channels: usize) {
        if self.layout.gutter == 0.0 {
            return;
        }
        let name = match (channels, index) {
            (2, 0) => "L".to_owned(),
            (2, _) => "R".to_owned(),
            _ => (index + 1).to_string(),
        };
        self.label(&name, 0.3 * self.theme.font_size, lane.middle, Anchor::Start);
    }

    /// A text whose capitals have their middle at `y`.
    fn label(&mut self, text: &str, x: f32, y: f32, anchor: Anchor) {
        let Theme { font_size: size, text: color, .. } = *self.theme;
        self.canvas.text(&Label { text, x, baseline: y + 0.36 * size, anchor, size, color });
    }

    /// The time axis, where there is one.
    pub(super) fn times(&mut self, stretch: Stretch) {
        if self.layout.time_axis {
            let Area { left, right, bottom: top, .. } = self.layout.plot;
            let area = Area { left, right, top, bottom: self.canvas.size().height() };
            draw_time_axis(self.canvas, self.theme, area, stretch.start.0, stretch.end().0);
        }
    }
}
