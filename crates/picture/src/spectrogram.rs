//! A sound as the levels of its frequencies over time.

mod colors;
mod draw;
mod frequency;
mod layout;
mod rows;
mod stft;

use rae_units::{Decibels, Frames, Seconds};

pub use colors::ColorMap;
use draw::Drawing;
use frequency::FrequencyAxis;
pub use frequency::FrequencyScale;
use layout::Layout;
use rows::Rows;
use stft::Stft;

use crate::excerpt::Window;
use crate::{Channels, Excerpt, PictureError, Raster, Size, Sound, Theme};

/// How long a window is if nothing else is said, in seconds: the power of two of frames nearest to it is taken, 4096 at 44.1
/// and 48 kHz. It tells notes apart down to the second octave, and onsets that are a sixteenth note apart.
const WINDOW: f64 = 0.085;

/// Windows that can be asked for, in frames.
const WINDOWS: std::ops::RangeInclusive<usize> = 16..=131_072;

/// Ranges that can be asked for, in dB.
const RANGES: std::ops::RangeInclusive<f64> = 1.0..=200.0;

/// Frames that are mixed at a time.
const MIXED: usize = 4096;

/// What a spectrogram should be like.
///
/// Levels are those of sines: one of amplitude 1 is at 0 dB, wherever its frequency lies between bins (within 0.4 dB). Every
/// pixel is the highest level of the time and the frequencies that it covers.
#[derive(Clone, Debug, PartialEq)]
pub struct SpectrogramSettings {
    /// Logical pixels.
    pub width: u32,
    /// Logical pixels.
    pub height: u32,
    /// Device pixels for each logical one.
    pub scale: f32,
    /// Colours and sizes of what is around the spectrogram.
    pub theme: Theme,
    /// Frequency, time and level beside the picture, where it has room for them.
    pub axes: bool,
    /// One lane, or one for each channel.
    pub channels: Channels,
    /// Which part of the sound is shown.
    pub excerpt: Excerpt,
    /// How frequencies are spread over the height.
    pub frequency_scale: FrequencyScale,
    /// The lowest frequency that is shown, in Hz; if nothing is said 30 on a logarithmic scale, else 0.
    pub lowest: Option<f64>,
    /// The highest frequency that is shown, in Hz, at most half the sample rate.
    pub highest: Option<f64>,
    /// Frames of a Hann window, a power of two from 16 to 131 072; if nothing is said about 85 ms. A longer one tells
    /// frequencies apart that lie closer, a shorter one events.
    pub window: Option<usize>,
    /// The level of the brightest colour; if nothing is said the highest there is, rounded up to a whole dB, but not below
    /// −60 dB.
    pub top: Option<Decibels>,
    /// How far below the top the darkest colour is, 1 to 200 dB.
    pub range: Decibels,
    /// What colour a level has.
    pub colors: ColorMap,
}

impl Default for SpectrogramSettings {
    fn default() -> SpectrogramSettings {
        SpectrogramSettings {
            width: 1000,
            height: 400,
            scale: 1.0,
            theme: Theme::default(),
            axes: true,
            channels: Channels::Mixed,
            excerpt: Excerpt::default(),
            frequency_scale: FrequencyScale::Log,
            lowest: None,
            highest: None,
            window: None,
            top: None,
            range: Decibels(80.0),
            colors: ColorMap::Magma,
        }
    }
}

/// Makes a spectrogram while a sound passes by, in memory that its length does not change.
#[derive(Clone, Debug)]
pub struct SpectrogramBuilder {
    settings: SpectrogramSettings,
    window: Window,
    axis: FrequencyAxis,
    layout: Layout,
    stft: Stft,
    /// How many frames are shown at most.
    most: u64,
    mixed: Vec<Vec<f32>>,
}

impl SpectrogramBuilder {
    /// For a sound of this kind. Where its length is not known, columns are a little coarser.
    ///
    /// # Errors
    /// Of [`PictureError`] whatever these settings, or their mixture with this sound, make impossible.
    pub fn new(settings: SpectrogramSettings, sound: Sound) -> Result<SpectrogramBuilder, PictureError> {
        settings.check()?;
        let window = Window::new(settings.excerpt, sound)?;
        let rate = sound.rate.hz();
        let axis = FrequencyAxis::new(settings.frequency_scale, settings.lowest, settings.highest, rate)?;
        let lanes = settings.channels.shown(sound.channels);
        let size = Size::new(settings.width, settings.height, settings.scale)?;
        let layout = Layout::new(size, &settings, axis, lanes)?;
        let length = settings.window.unwrap_or_else(|| window_length(rate));
        let rows = Rows::new(axis, layout.rows, length, rate);
        let stft = Stft::new(lanes, window.frames(), layout.columns, length, rows);
        let most = window.end().map_or(u64::MAX, |end| end - window.start);
        Ok(SpectrogramBuilder { settings, window, axis, layout, stft, most, mixed: vec![Vec::new(); lanes] })
    }

    /// Takes the next frames of the sound, a slice for each channel. Samples that are infinite or not a number count as 0.
    ///
    /// # Panics
    /// Where the channels are not equally long, or not as many as was said.
    pub fn push(&mut self, block: &[&[f32]]) {
        let frames = block.first().map_or(0, |channel| channel.len());
        let position = self.window.position();
        self.window.next(frames);
        // Where in the block lies a frame that is counted from the first of the excerpt?
        let here = |frame: u64| frame.saturating_sub(position).min(frames as u64) as usize;
        let (start, margin) = (self.window.start, self.stft.margin());
        let (lead, first) = (here(start.saturating_sub(margin)), here(start));
        let last = here(start.saturating_add(self.most).saturating_add(margin));
        for begin in (lead..first).step_by(MIXED) {
            self.mix(block, begin..first.min(begin + MIXED));
            self.stft.lead(&self.mixed);
        }
        for begin in (first..last).step_by(MIXED) {
            self.mix(block, begin..last.min(begin + MIXED));
            self.stft.push(&self.mixed, self.most);
        }
    }

    /// What comes after this is not shown.
    pub fn is_complete(&self) -> bool {
        let end = self.window.start.saturating_add(self.most).saturating_add(self.stft.margin());
        self.window.position() >= end
    }

    /// How much of the sound has passed by.
    pub fn position(&self) -> Seconds {
        Frames(self.window.position()).seconds(self.window.rate)
    }

    /// A PNG file of the sound, which has passed by.
    ///
    /// # Errors
    /// [`PictureError::Excerpt`] where nothing of the excerpt was there.
    pub fn finish_png(self) -> Result<Vec<u8>, PictureError> {
        self.window.check(self.window.position())?;
        let SpectrogramBuilder { settings, window, axis, layout, stft, most, .. } = self;
        let cells = stft.finish(window.position().saturating_sub(window.start).min(most));
        let mut raster = Raster::new(layout.size, settings.theme.background);
        let (start, length) = (window.begin().0, Frames(cells.frames()).seconds(window.rate).0);
        Drawing { settings: &settings, layout: &layout, axis, cells: &cells }.draw(&mut raster, start, start + length);
        Ok(raster.png())
    }

    /// Makes the channels that are shown of a part of a block.
    fn mix(&mut self, block: &[&[f32]], part: std::ops::Range<usize>) {
        let sane = |sample: f32| if sample.is_finite() { sample } else { 0.0 };
        for (index, mixed) in self.mixed.iter_mut().enumerate() {
            mixed.clear();
            let first = &block[index][part.clone()];
            mixed.extend(first.iter().copied().map(sane));
        }
        if let ([mixed], [_, others @ ..]) = (&mut self.mixed[..], block)
            && !others.is_empty()
        {
            for other in others {
                mixed.iter_mut().zip(&other[part.clone()]).for_each(|(mixed, sample)| *mixed += sane(*sample));
            }
            let share = 1.0 / block.len() as f32;
            mixed.iter_mut().for_each(|mixed| *mixed *= share);
        }
    }
}

impl SpectrogramSettings {
    fn check(&self) -> Result<(), PictureError> {
        if let Some(window) = self.window.filter(|window| !(window.is_power_of_two() && WINDOWS.contains(window))) {
            return Err(PictureError::Window { frames: window, least: *WINDOWS.start(), most: *WINDOWS.end() });
        }
        if !RANGES.contains(&self.range.0) {
            return Err(PictureError::Range { range: self.range, most: *RANGES.end() });
        }
        match self.top {
            Some(top) if !top.0.is_finite() => Err(PictureError::Top(top)),
            _ => Ok(()),
        }
    }
}

/// The power of two of frames that is nearest to what windows last.
fn window_length(sample_rate: u32) -> usize {
    let power = (f64::from(sample_rate) * WINDOW).max(1.0).log2().round() as u32;
    (1usize << power.min(17)).clamp(*WINDOWS.start(), *WINDOWS.end())
}
