//! A sound as its amplitude over time.

mod builder;
mod layout;
mod level;
mod reach;

pub use builder::{WaveformBuilder, WaveformSettings};
use layout::{Lane, Layout};
pub use level::Amplitude;
use level::{Mark, Scale};
use rae_units::{SampleRate, Seconds};
use reach::{outer, parted, within};

use crate::axis::draw_time_axis;
use crate::{Anchor, Area, Canvas, Column, Label, Peaks, PictureError, Point, Raster, Size, Svg, Theme};

/// How a waveform is drawn: what lies between the lowest and the highest sample in one shade, what lies within the RMS
/// level in another.
#[derive(Clone, Debug, PartialEq)]
pub struct Waveform {
    /// How large the picture is.
    pub size: Size,
    /// Its colours and sizes.
    pub theme: Theme,
    /// What its height means.
    pub amplitude: Amplitude,
    /// The highest sample that is shown reaches the full height, whatever its level.
    pub fitted: bool,
    /// Time below and amplitude at the left, where the picture has room for them.
    pub axes: bool,
    /// What comes before this time is drawn as played.
    pub played: Option<Seconds>,
}

/// The part of a sound that a picture shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Where in the sound it begins: the time of the first frame of the peaks.
    pub start: Seconds,
    /// How long it is. Columns that the peaks do not have yet stay empty.
    pub frames: u64,
    /// Frames per second.
    pub rate: SampleRate,
}

impl Stretch {
    fn end(self) -> Seconds {
        Seconds(self.start.0 + self.frames as f64 / f64::from(self.rate.hz()))
    }
}

impl Waveform {
    /// A waveform without axes, linear, at its own level.
    pub fn new(size: Size, theme: Theme) -> Waveform {
        Waveform { size, theme, amplitude: Amplitude::Linear, fitted: false, axes: false, played: None }
    }

    /// How many columns so many channels are drawn in: with peaks for this width the picture is exact.
    ///
    /// # Errors
    /// As [`Waveform::draw`].
    pub fn columns(&self, channels: usize) -> Result<usize, PictureError> {
        Ok(self.layout(channels)?.columns)
    }

    /// Logical pixels at the left that are not the sound's.
    fn gutter(&self, channels: usize) -> Result<f32, PictureError> {
        Ok(self.layout(channels)?.gutter)
    }

    /// Draws the peaks of a stretch, a lane for each channel.
    ///
    /// # Errors
    /// [`PictureError::Lanes`] where a channel would have less than a pixel.
    pub fn draw(&self, canvas: &mut dyn Canvas, peaks: &Peaks, stretch: Stretch) -> Result<(), PictureError> {
        let layout = self.layout(peaks.channels())?;
        let line = peaks.has_every_sample() && stretch.frames < layout.columns as u64;
        let width = if line { stretch.frames as usize } else { layout.columns };
        let channels: Vec<Vec<Column>> =
            (0..peaks.channels()).map(|channel| peaks.columns(channel, 0..stretch.frames, width)).collect();
        let peak = channels.iter().flatten().map(|column| column.max.max(-column.min)).fold(0.0, f32::max);
        let scale = Scale::new(self.amplitude, if self.fitted && peak > 0.0 { peak } else { 1.0 });
        for (index, lane) in layout.lanes.iter().enumerate() {
            self.draw_grid(canvas, &layout, *lane, &scale);
            let Some(columns) = channels.get(index) else { continue };
            if line {
                self.draw_line(canvas, &layout, *lane, &scale, columns, stretch);
            } else {
                self.draw_columns(canvas, &layout, *lane, &scale, columns, stretch);
            }
            if layout.gutter > 0.0 && channels.len() > 1 {
                self.draw_name(canvas, *lane, index, channels.len());
            }
        }
        if layout.time_axis {
            let Area { left, right, bottom, .. } = layout.plot;
            let area = Area { left, right, top: bottom, bottom: self.size.height() };
            draw_time_axis(canvas, &self.theme, area, stretch.start.0, stretch.end().0);
        }
        Ok(())
    }

    /// A PNG file of the peaks of a stretch.
    ///
    /// # Errors
    /// As [`Waveform::draw`].
    pub fn png(&self, peaks: &Peaks, stretch: Stretch) -> Result<Vec<u8>, PictureError> {
        let mut raster = Raster::new(self.size, self.theme.background);
        self.draw(&mut raster, peaks, stretch)?;
        Ok(raster.png())
    }

    /// An SVG file of the peaks of a stretch.
    ///
    /// # Errors
    /// As [`Waveform::draw`].
    pub fn svg(&self, peaks: &Peaks, stretch: Stretch) -> Result<String, PictureError> {
        let mut svg = Svg::new(self.size, self.theme.background);
        self.draw(&mut svg, peaks, stretch)?;
        Ok(svg.svg())
    }

    fn layout(&self, lanes: usize) -> Result<Layout, PictureError> {
        Layout::new(self.size, &self.theme, self.axes, self.amplitude, lanes.max(1))
    }

    fn draw_columns(
        &self,
        canvas: &mut dyn Canvas,
        layout: &Layout,
        lane: Lane,
        scale: &Scale,
        columns: &[Column],
        stretch: Stretch,
    ) {
        let outer = outer(columns, scale, lane);
        let core = within(columns, scale, lane, &outer);
        let Theme { wave, core: core_color, played_wave, played_core, .. } = self.theme;
        let played = (self.played_share(stretch) * layout.columns as f64).round() as usize;
        let played = played.min(outer.len());
        let unplayed_left = layout.plot.left + played as f32 / self.size.scale();
        for (reach, played_color, color) in [(&outer, played_wave, wave), (&core, played_core, core_color)] {
            canvas.columns(layout.plot.left, lane.middle, &reach[..played], played_color);
            canvas.columns(unplayed_left, lane.middle, &reach[played..], color);
        }
    }

    /// The line through the samples, each of them in the middle of its share of the width.
    fn draw_line(
        &self,
        canvas: &mut dyn Canvas,
        layout: &Layout,
        lane: Lane,
        scale: &Scale,
        samples: &[Column],
        stretch: Stretch,
    ) {
        let Area { left, right, .. } = layout.plot;
        let share = layout.plot.width() / stretch.frames as f32;
        // What lies along an edge is seen whole, too.
        let room = (lane.height - lane.thinnest) / 2.0;
        let y = |sample: &Column| lane.middle - (scale.level(sample.max) * lane.height / 2.0).clamp(-room, room);
        let middles =
            samples.iter().enumerate().map(|(index, sample)| (left + (index as f32 + 0.5) * share, y(sample)));
        let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return };
        let end = (left + samples.len() as f32 * share).min(right);
        let points: Vec<Point> = [(left, y(first))].into_iter().chain(middles).chain([(end, y(last))]).collect();
        let boundary = left + (self.played_share(stretch) * f64::from(layout.plot.width())) as f32;
        let (played, unplayed) = parted(&points, boundary);
        for (points, color) in [(played, self.theme.played_core), (unplayed, self.theme.core)] {
            canvas.polyline(&points, lane.thinnest, color);
        }
    }

    /// How much of a stretch was played, 0 to 1.
    fn played_share(&self, stretch: Stretch) -> f64 {
        let share = |played: Seconds| (played.0 - stretch.start.0) / (stretch.end().0 - stretch.start.0);
        self.played.map(share).filter(|share| !share.is_nan()).map_or(0.0, |share| share.clamp(0.0, 1.0))
    }

    /// The middle of a lane, and where there is a scale its values.
    fn draw_grid(&self, canvas: &mut dyn Canvas, layout: &Layout, lane: Lane, scale: &Scale) {
        let Area { left, right, .. } = layout.plot;
        let mut line = |y: f32| {
            let top = y - self.theme.line_width / 2.0;
            canvas.rectangle(Area { left, right, top, bottom: top + self.theme.line_width }, self.theme.grid);
        };
        line(lane.middle);
        if layout.gutter == 0.0 {
            return;
        }
        let size = self.theme.font_size;
        let heights = |mark: &Mark| lane.middle - mark.level * lane.height / 2.0;
        let marks = scale.marks(lane.height / size);
        marks.iter().for_each(|mark| line(heights(mark)));
        let baselines: Vec<f32> = marks.iter().map(|mark| heights(mark) + 0.36 * size).collect();
        for (index, mark) in marks.iter().enumerate() {
            let baseline = lane.inside(baselines[index] - 0.8 * size, baselines[index] + 0.1 * size) + 0.8 * size;
            let moved = baseline != baselines[index];
            let crowded = baselines.iter().enumerate().any(|(n, y)| n != index && (y - baseline).abs() < 1.1 * size);
            if !(moved && crowded) {
                let x = left - 0.5 * size;
                canvas.text(&Label {
                    text: &mark.label,
                    x,
                    baseline,
                    anchor: Anchor::End,
                    size,
                    color: self.theme.text,
                });
            }
        }
    }

    fn draw_name(&self, canvas: &mut dyn Canvas, lane: Lane, index: usize, channels: usize) {
        let text = match (channels, index) {
            (2, 0) => "L".to_owned(),
            (2, _) => "R".to_owned(),
            _ => (index + 1).to_string(),
        };
        let size = self.theme.font_size;
        let baseline = lane.middle + 0.36 * size;
        let label = Label { text: &text, x: 0.3 * size, baseline, anchor: Anchor::Start, size, color: self.theme.text };
        canvas.text(&label);
    }
}
