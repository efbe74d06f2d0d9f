use super::Amplitude;
use super::level::widest_label;
use crate::axis::time_axis_height;
use crate::{Area, PictureError, Size, Theme, text_width};

/// Between two lanes, in logical pixels, where they are high enough for it.
const GAP: f32 = 3.0;

/// Where everything is. Edges lie between device pixels.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// The sound itself.
    pub(super) plot: Area,
    /// Width of the plot in device pixels.
    pub(super) columns: usize,
    pub(super) lanes: Vec<Lane>,
    /// Width of the labels at the left, 0 if there are none.
    pub(super) gutter: f32,
    pub(super) time_axis: bool,
}

/// Where one channel is, in logical pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lane {
    /// An edge or a centre of device pixels.
    pub(super) middle: f32,
    pub(super) height: f32,
    /// What a line through the middle has at least, so that it covers device pixels whole.
    pub(super) thinnest: f32,
}

impl Lane {
    /// The top of something from `top` to `bottom`, moved so that it lies within the lane; upwards if it is too high.
    pub(super) fn inside(self, top: f32, bottom: f32) -> f32 {
        let (highest, lowest) = (self.middle - self.height / 2.0, self.middle + self.height / 2.0 - (bottom - top));
        top.max(highest).min(lowest)
    }
}

impl Layout {
    pub(super) fn new(
        size: Size,
        theme: &Theme,
        axes: bool,
        amplitude: Amplitude,
        lanes: usize,
    ) -> Result<Layout, PictureError> {
        let names =
            if lanes > 1 { text_width(&lanes.to_string(), theme.font_size) + 0.5 * theme.font_size } else { 0.0 };
        let labels = widest_label(amplitude, theme.font_size) + theme.font_size + names;
        // A scale that takes half the picture is no help.
        let gutter = if axes && labels < size.width() / 3.0 { size.snapped(labels) } else { 0.0 };
        let below = time_axis_height(theme);
        let time_axis = axes && below < size.height() / 2.0;
        let bottom = if time_axis { size.snapped(size.height() - below) } else { size.height() };
        let plot = Area { left: gutter, top: 0.0, right: size.width(), bottom };
        let device = |length: f32| (length * size.scale()).round() as usize;
        let columns = (size.device().0 - device(gutter)).max(1);
        let rows = if time_axis { device(bottom) } else { size.device().1 };
        Ok(Layout { plot, columns, lanes: lanes_of(rows, lanes, size.scale())?, gutter, time_axis })
    }
}

/// Lanes of equal height in so many device pixels; what is left over lies above and below.
fn lanes_of(rows: usize, lanes: usize, scale: f32) -> Result<Vec<Lane>, PictureError> {
    if lanes > rows {
        return Err(PictureError::Lanes { channels: lanes, rows });
    }
    let roomy = rows / lanes >= (8.0 * GAP * scale) as usize;
    let gap = if roomy && lanes > 1 { (GAP * scale).round() as usize } else { 0 };
    let height = (rows - gap * (lanes - 1)) / lanes;
    let first = (rows - height * lanes - gap * (lanes - 1)) / 2;
    let line = (scale.round() as usize).clamp(1, height);
    let thinnest = (line + (line + height) % 2) as f32 / scale;
    let lane = |index: usize| {
        let top = first + index * (height + gap);
        Lane { middle: (top as f32 + height as f32 / 2.0) / scale, height: height as f32 / scale, thinnest }
    };
    Ok((0..lanes).map(lane).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_share_the_height() {
        for (rows, count, scale) in
            [(200, 1, 1.0), (200, 2, 1.0), (401, 3, 2.0), (7, 7, 1.0), (101, 2, 1.5), (2, 1, 16.0), (1, 1, 9.0)]
        {
            let lanes = lanes_of(rows, count, scale).unwrap();
            assert_eq!(lanes.len(), count);
            let ends = |lane: &Lane| [-0.5, 0.5].map(|side| (lane.middle + side * lane.height) * scale);
            assert!(ends(&lanes[0])[0] >= -1e-3 && ends(&lanes[count - 1])[1] <= rows as f32 + 1e-3);
            for pair in lanes.windows(2) {
                assert!(ends(&pair[1])[0] >= ends(&pair[0])[1] - 1e-3);
            }
            for lane in lanes {
                let ends = [lane.middle - lane.thinnest / 2.0, lane.middle + lane.thinnest / 2.0].map(|y| y * scale);
                assert!(ends.iter().all(|y| (y - y.round()).abs() < 1e-3), "{rows} {count}: {lane:?}");
            }
        }
        assert_eq!(lanes_of(3, 4, 1.0).unwrap_err(), PictureError::Lanes { channels: 4, rows: 3 });
    }

    #[test]
    fn axes_give_way_in_small_pictures() {
        let layout = |width, height| {
            let size = Size::new(width, height, 1.0).unwrap();
            Layout::new(size, &Theme::light(), true, Amplitude::Linear, 1).unwrap()
        };
        let large = layout(1000, 200);
        assert!(large.time_axis && large.gutter > 20.0 && large.columns == 1000 - large.gutter as usize);
        let tiny = layout(1, 1);
        assert!(!tiny.time_axis && tiny.gutter == 0.0 && tiny.columns == 1);
    }
}
