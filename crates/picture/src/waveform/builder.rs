use rae_units::{Frames, Seconds};

use super::{Amplitude, Stretch, Waveform, is_line};
use crate::canvas::MAX_SIDE;
use crate::excerpt::Window;
use crate::peaks::CELLS;
use crate::{Channels, Excerpt, Peaks, PeaksBuilder, PictureError, Size, Sound, Theme};

/// Width of a picture for which none is asked, in logical pixels.
const WIDTH: u32 = 1000;

/// What a picture of a sound's waveform should be like.
#[derive(Clone, Debug, PartialEq)]
pub struct WaveformSettings {
    /// Logical pixels; if nothing is said 1000, or with `samples_per_pixel` as many as the sound needs.
    pub width: Option<u32>,
    /// Logical pixels.
    pub height: u32,
    /// Device pixels for each logical one.
    pub scale: f32,
    /// Colours and sizes.
    pub theme: Theme,
    /// What the height means.
    pub amplitude: Amplitude,
    /// The highest sample that is shown reaches the full height.
    pub fitted: bool,
    /// Time and amplitude beside the picture.
    pub axes: bool,
    /// What comes before this time of the sound is drawn as played.
    pub played: Option<Seconds>,
    /// One lane, or one for each channel.
    pub channels: Channels,
    /// Which part of the sound is shown.
    pub excerpt: Excerpt,
    /// Frames for each logical pixel, instead of what makes the sound fit into the width.
    pub samples_per_pixel: Option<u32>,
}

impl Default for WaveformSettings {
    fn default() -> WaveformSettings {
        WaveformSettings {
            width: None,
            height: 200,
            scale: 1.0,
            theme: Theme::default(),
            amplitude: Amplitude::Linear,
            fitted: false,
            axes: false,
            played: None,
            channels: Channels::Mixed,
            excerpt: Excerpt::default(),
            samples_per_pixel: None,
        }
    }
}

/// Makes a picture while a sound passes by, once or as often as wanted.
#[derive(Clone, Debug)]
pub struct WaveformBuilder {
    settings: WaveformSettings,
    window: Window,
    /// Channels that are shown.
    lanes: usize,
    peaks: PeaksBuilder,
}

impl WaveformBuilder {
    /// For a sound of this kind. Columns are exact where its length is known.
    ///
    /// # Errors
    /// Of [`PictureError`] whatever these settings, or their mixture with this sound, make impossible.
    pub fn new(settings: WaveformSettings, sound: Sound) -> Result<WaveformBuilder, PictureError> {
        settings.check()?;
        let mut window = Window::new(settings.excerpt, sound)?;
        let lanes = settings.channels.shown(sound.channels);
        let columns = |frames| settings.drawing(frames, lanes).and_then(|(waveform, _)| waveform.columns(lanes));
        let peaks = match (window.frames(), settings.samples_per_pixel) {
            (Some(frames), _) => {
                let shown = settings.drawing(frames, lanes)?.1;
                window.shorten(shown);
                let columns = columns(frames)?;
                let cells = if is_line(shown, columns) { shown as usize } else { columns };
                PeaksBuilder::exact(sound.channels, settings.channels, shown, cells)
            }
            // It will be as wide as it has to be.
            (None, Some(_)) if settings.width.is_none() => {
                PeaksBuilder::growing(sound.channels, settings.channels, CELLS * MAX_SIDE as usize)
            }
            (None, _) => {
                if settings.samples_per_pixel.is_some() {
                    window.shorten(settings.drawing(0, lanes)?.1);
                }
                PeaksBuilder::growing(sound.channels, settings.channels, CELLS * columns(0)?)
            }
        };
        Ok(WaveformBuilder { settings, window, lanes, peaks })
    }

    /// Takes the next frames of the sound, a slice for each channel.
    ///
    /// # Panics
    /// Where the channels are not as many as was said, or not equally long.
    pub fn push(&mut self, block: &[&[f32]]) {
        self.peaks.push(&self.window.cut(block));
    }

    /// What comes after this is not shown.
    pub fn is_complete(&self) -> bool {
        self.window.is_over()
    }

    /// How much of the sound has passed by.
    pub fn position(&self) -> Seconds {
        Frames(self.window.position()).seconds(self.window.rate)
    }

    /// A PNG file of what has passed by; where it is known how much is to come, there is room for it.
    ///
    /// # Errors
    /// [`PictureError::Size`] where so long a sound needs too wide a picture.
    pub fn png_so_far(&self) -> Result<Vec<u8>, PictureError> {
        let peaks = self.peaks.so_far();
        self.png(&peaks, self.window.frames().unwrap_or(peaks.frames()))
    }

    /// A PNG file of the sound, which has passed by.
    ///
    /// # Errors
    /// [`PictureError::Excerpt`] where nothing of the excerpt was there, [`PictureError::Size`] where so long a sound needs
    /// too wide a picture.
    pub fn finish_png(self) -> Result<Vec<u8>, PictureError> {
        let peaks = self.whole()?;
        self.png(&peaks, peaks.frames())
    }

    /// An SVG file of the sound, which has passed by.
    ///
    /// # Errors
    /// As [`WaveformBuilder::finish_png`].
    pub fn finish_svg(self) -> Result<String, PictureError> {
        let peaks = self.whole()?;
        let (waveform, shown) = self.settings.drawing(peaks.frames(), self.lanes)?;
        waveform.svg(&peaks, self.stretch(shown))
    }

    fn whole(&self) -> Result<Peaks, PictureError> {
        self.window.check(self.window.position())?;
        Ok(self.peaks.so_far())
    }

    fn png(&self, peaks: &Peaks, frames: u64) -> Result<Vec<u8>, PictureError> {
        let (waveform, shown) = self.settings.drawing(frames, self.lanes)?;
        waveform.png(peaks, self.stretch(shown))
    }

    fn stretch(&self, frames: u64) -> Stretch {
        Stretch { start: self.window.begin(), frames, rate: self.window.rate }
    }
}

impl WaveformSettings {
    fn check(&self) -> Result<(), PictureError> {
        if let Amplitude::Decibels { floor } = self.amplitude
            && !(-200.0..=-1.0).contains(&floor.0)
        {
            return Err(PictureError::Floor(floor));
        }
        if self.samples_per_pixel == Some(0) {
            return Err(PictureError::SamplesPerPixel);
        }
        Ok(())
    }

    /// How so many frames are drawn, and how many would fill the picture.
    fn drawing(&self, frames: u64, lanes: usize) -> Result<(Waveform, u64), PictureError> {
        let sized = |width: u32| Ok(self.waveform(Size::new(width, self.height, self.scale)?));
        let Some(samples) = self.samples_per_pixel.map(u64::from) else {
            return Ok((sized(self.width.unwrap_or(WIDTH))?, frames));
        };
        if let Some(width) = self.width {
            let waveform = sized(width)?;
            let fill = waveform.columns(lanes)? as f64 / f64::from(self.scale) * samples as f64;
            return Ok((waveform, (fill.round() as u64).max(1)));
        }
        let plain = u32::try_from(frames.div_ceil(samples).max(1)).unwrap_or(u32::MAX);
        let gutter = sized(plain)?.gutter(lanes)?.ceil() as u32;
        Ok((sized(plain.saturating_add(gutter))?, u64::from(plain) * samples))
    }

    fn waveform(&self, size: Size) -> Waveform {
        Waveform {
            size,
            theme: self.theme.clone(),
            amplitude: self.amplitude,
            fitted: self.fitted,
            axes: self.axes,
            played: self.played,
        }
    }
}
