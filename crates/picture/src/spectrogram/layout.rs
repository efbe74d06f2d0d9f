use super::SpectrogramSettings;
use super::frequency::FrequencyAxis;
use crate::axis::{round_values, time_axis_height};
use crate::{Area, PictureError, Size, text_width};

/// Between two lanes, in logical pixels.
const GAP: f32 = 3.0;

/// Width of the bar that shows what levels the colours are, and its distance from the plot, in logical pixels.
const BAR: f32 = 10.0;

/// Where everything is. Edges lie between device pixels.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) size: Size,
    /// The lanes, without what is around them.
    pub(super) plot: Area,
    /// Left edge and width of the plot, in device pixels.
    pub(super) left: usize,
    pub(super) columns: usize,
    /// The uppermost device pixel of each lane, and how many each has.
    pub(super) tops: Vec<usize>,
    pub(super) rows: usize,
    /// Width of the labels at the left, 0 if there are none.
    pub(super) gutter: f32,
    pub(super) time_axis: bool,
    pub(super) bar: Option<Area>,
}

impl Layout {
    pub(super) fn new(
        size: Size,
        settings: &SpectrogramSettings,
        axis: FrequencyAxis,
        lanes: usize,
    ) -> Result<Layout, PictureError> {
        let font = settings.theme.font_size;
        let widest = |labels: &mut dyn Iterator<Item = String>| {
            labels.map(|label| text_width(&label, font)).fold(0.0, f32::max).ceil()
        };
        let names = if lanes > 1 { text_width(&lanes.to_string(), font) + 0.5 * font } else { 0.0 };
        let frequencies = widest(&mut axis.ticks(8).into_iter().filter_map(|tick| tick.label));
        let labels = frequencies + font + names;
        // Labels that take a third of the picture are no help.
        let gutter = if settings.axes && labels < size.width() / 4.0 { size.snapped(labels) } else { 0.0 };
        let below = time_axis_height(&settings.theme);
        let time_axis = settings.axes && below < size.height() / 3.0;
        let beside = BAR + BAR + font + widest(&mut ["−100", "dBFS"].map(String::from).into_iter());
        let has_bar = gutter > 0.0 && time_axis && beside < size.width() / 6.0;
        let right = if has_bar { size.snapped(size.width() - beside) } else { size.width() };
        let bottom = if time_axis { size.snapped(size.height() - below) } else { size.height() };
        // A label in the middle of its height reaches above the top of the plot.
        let top = if gutter > 0.0 && time_axis { size.snapped(0.5 * font) } else { 0.0 };
        let plot = Area { left: gutter, top, right, bottom };
        let device = |length: f32| (length * size.scale()).round() as usize;
        let (left, first) = (device(gutter), device(top));
        let columns = (if has_bar { device(right) } else { size.device().0 } - left).max(1);
        let height = if time_axis { device(bottom) } else { size.device().1 } - first;
        let gaps = (GAP * size.scale()).round() as usize * (lanes.max(1) - 1);
        let rows = height.saturating_sub(gaps) / lanes.max(1);
        if rows == 0 {
            return Err(PictureError::Lanes { channels: lanes, rows: height });
        }
        // What is left over lies between the lanes.
        let tops = (0..lanes).map(|lane| first + lane * (height - rows) / (lanes - 1).max(1)).collect();
        let bar = Area { left: right + BAR, right: right + BAR + BAR, ..plot };
        Ok(Layout { size, plot, left, columns, tops, rows, gutter, time_axis, bar: has_bar.then_some(bar) })
    }

    /// The place of a lane, in logical pixels.
    pub(super) fn lane(&self, index: usize) -> Area {
        let logical = |row: usize| row as f32 / self.size.scale();
        let top = self.tops[index];
        Area { top: logical(top), bottom: logical(top + self.rows), ..self.plot }
    }

    /// Levels to be labelled from `low` to `high` dB on so high a bar.
    pub(super) fn levels(&self, low: f64, high: f64, font: f32) -> Vec<f64> {
        round_values(low, high, ((self.plot.height() / (2.2 * font)) as usize).max(1))
    }
}
