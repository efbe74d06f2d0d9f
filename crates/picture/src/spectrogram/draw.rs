use rae_units::Decibels;

use super::SpectrogramSettings;
use super::frequency::FrequencyAxis;
use super::layout::Layout;
use super::stft::Cells;
use crate::axis::draw_time_axis;
use crate::{Anchor, Area, Canvas, Color, Label, Raster};

/// Colours that levels are shown in.
const SHADES: usize = 512;

/// No sound is so soft that it is shown as the loudest.
const LOWEST_TOP: f64 = -60.0;

/// A spectrogram and how it is drawn.
pub(super) struct Drawing<'a> {
    pub(super) settings: &'a SpectrogramSettings,
    pub(super) layout: &'a Layout,
    pub(super) axis: FrequencyAxis,
    pub(super) cells: &'a Cells,
}

impl Drawing<'_> {
    /// Draws everything; the excerpt lasts from `start` to `end` seconds.
    pub(super) fn draw(&self, raster: &mut Raster, start: f64, end: f64) {
        let high = self.settings.top.map_or_else(|| top(self.cells.highest()), |top| top.0);
        let low = high - self.settings.range.0;
        let shades: Vec<Color> =
            (0..SHADES).map(|shade| self.settings.colors.color(shade as f64 / (SHADES - 1) as f64)).collect();
        for lane in 0..self.layout.tops.len() {
            self.draw_levels(raster, lane, low, high, &shades);
            if self.layout.gutter > 0.0 {
                self.draw_frequencies(raster, lane);
            }
        }
        if let Some(bar) = self.layout.bar {
            self.draw_bar(raster, bar, low, high, &shades);
        }
        if self.layout.time_axis {
            let Area { left, right, bottom, .. } = self.layout.plot;
            let area = Area { left, right, top: bottom, bottom: self.layout.size.height() };
            draw_time_axis(raster, &self.settings.theme, area, start, end);
        }
    }

    fn draw_levels(&self, raster: &mut Raster, lane: usize, low: f64, high: f64, shades: &[Color]) {
        let Layout { left, columns, rows, .. } = *self.layout;
        let pixels: Vec<[u8; 4]> = shades.iter().map(|color| [color.red, color.green, color.blue, 255]).collect();
        let shade = |amplitude: f32| {
            let level = (20.0 * f64::from(amplitude).log10() - low) / (high - low);
            (level.clamp(0.0, 1.0) * (SHADES - 1) as f64).round() as usize
        };
        let bottom = self.layout.tops[lane] + rows - 1;
        let mut amplitudes = vec![0.0; rows];
        for column in 0..columns {
            self.cells.column(lane, column, columns, &mut amplitudes);
            for (row, amplitude) in amplitudes.iter().enumerate() {
                raster.row_mut(bottom - row)[left + column] = pixels[shade(*amplitude)];
            }
        }
    }

    /// Labels at the left, the more important first; what would touch another is left out.
    fn draw_frequencies(&self, raster: &mut Raster, lane: usize) {
        let theme = &self.settings.theme;
        let (size, line) = (theme.font_size, theme.line_width);
        let area = self.layout.lane(lane);
        let mut taken: Vec<f32> = Vec::new();
        for tick in self.axis.ticks((area.height() / (2.2 * size)) as usize) {
            let y = area.bottom - self.axis.share(tick.value) as f32 * area.height();
            let inside = y.min(area.bottom - 0.3 * size);
            if taken.iter().any(|other| (other - inside).abs() < 1.2 * size) {
                continue;
            }
            taken.push(inside);
            let (left, top) = (area.left - 0.35 * size, (y - line / 2.0).clamp(area.top, area.bottom - line));
            raster.rectangle(Area { left, top, right: area.left, bottom: top + line }, theme.axis);
            let text = tick.label.unwrap_or_default();
            let (x, baseline) = (area.left - 0.6 * size, inside + 0.36 * size);
            raster.text(&Label { text: &text, x, baseline, anchor: Anchor::End, size, color: theme.text });
        }
        if self.layout.tops.len() > 1 {
            let text = channel_name(lane, self.layout.tops.len());
            let (x, baseline) = (0.3 * size, (area.top + area.bottom) / 2.0 + 0.36 * size);
            raster.text(&Label { text: &text, x, baseline, anchor: Anchor::Start, size, color: theme.text });
        }
    }

    /// What level a colour is.
    fn draw_bar(&self, raster: &mut Raster, bar: Area, low: f64, high: f64, shades: &[Color]) {
        let theme = &self.settings.theme;
        let (size, line) = (theme.font_size, theme.line_width);
        let y = |level: f64| bar.bottom - ((level - low) / (high - low)) as f32 * bar.height();
        let steps = (bar.height() * self.layout.size.scale()) as usize;
        for step in 0..steps {
            let top = bar.top + step as f32 / self.layout.size.scale();
            let share = 1.0 - (step as f64 + 0.5) / steps as f64;
            let color = shades[(share * (SHADES - 1) as f64).round() as usize];
            raster.rectangle(Area { top, bottom: top + 1.0 / self.layout.size.scale(), ..bar }, color);
        }
        for level in self.layout.levels(low, high, size) {
            let top = (y(level) - line / 2.0).clamp(bar.top, bar.bottom - line);
            let tick = Area { left: bar.right, top, right: bar.right + 0.35 * size, bottom: top + line };
            raster.rectangle(tick, theme.axis);
            let text = level.to_string().replace('-', "−");
            let (x, baseline) = (bar.right + 0.6 * size, y(level) + 0.36 * size);
            raster.text(&Label { text: &text, x, baseline, anchor: Anchor::Start, size, color: theme.text });
        }
        // Away from the last time.
        let (x, baseline) = (self.layout.size.width() - 2.0, bar.bottom + 1.45 * size);
        let unit = Label { text: "dBFS", x, baseline, anchor: Anchor::End, size, color: theme.text };
        raster.text(&unit);
    }
}

/// The top of the colours for what is highest.
fn top(highest: f32) -> f64 {
    if highest == 0.0 {
        return 0.0;
    }
    Decibels::from_amplitude(f64::from(highest)).0.ceil().max(LOWEST_TOP)
}

fn channel_name(index: usize, channels: usize) -> String {
    match (channels, index) {
        (2, 0) => "L".to_owned(),
        (2, _) => "R".to_owned(),
        _ => (index + 1).to_string(),
    }
}
