//! A sound as its amplitude over time.

mod builder;
mod layout;
mod level;
mod painter;
mod reach;

pub use builder::{WaveformBuilder, WaveformSettings};
use layout::Layout;
pub use level::Amplitude;
use level::Scale;
use painter::Painter;
use rae_units::{SampleRate, Seconds};

use crate::{Canvas, Column, Peaks, PictureError, Raster, Size, Svg, Theme};

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

/// With fewer samples than this for each column a waveform is a line through them.
const LINE: u64 = 3;

fn is_line(frames: u64, columns: usize) -> bool {
    frames < LINE.saturating_mul(columns as u64)
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
        // Few samples are joined by a line: columns of them would be steps.
        let line = peaks.has_every_sample() && is_line(stretch.frames, layout.columns);
        let width = if line { stretch.frames as usize } else { layout.columns };
        let channels: Vec<Vec<Column>> =
            (0..peaks.channels()).map(|channel| peaks.columns(channel, 0..stretch.frames, width)).collect();
        let peak = channels.iter().flatten().map(|column| column.max.max(-column.min)).fold(0.0, f32::max);
        let scale = Scale::new(self.amplitude, if self.fitted && peak > 0.0 { peak } else { 1.0 });
        let mut painter = Painter { canvas, theme: &self.theme, layout: &layout, scale, played: self.share(stretch) };
        for (index, lane) in layout.lanes.iter().enumerate() {
            painter.grid(*lane);
            if channels.len() > 1 {
                painter.name(*lane, index, channels.len());
            }
            match channels.get(index) {
                Some(samples) if line => painter.line(*lane, samples, stretch.frames),
                Some(columns) => painter.columns(*lane, columns),
                None => {}
            }
        }
        painter.times(stretch);
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

    /// How much of a stretch was played, 0 to 1.
    fn share(&self, stretch: Stretch) -> f64 {
        let share = |played: Seconds| (played.0 - stretch.start.0) / (stretch.end().0 - stretch.start.0);
        self.played.map(share).filter(|share| !share.is_nan()).map_or(0.0, |share| share.clamp(0.0, 1.0))
    }
}
