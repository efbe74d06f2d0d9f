//! Peaks as data: JSON and the binary form of BBC's audiowaveform, version 2, which wavesurfer.js and peaks.js load; and
//! the same as numbers from −1 to 1. The format is described in `doc/DataFormat.md` of
//! <https://github.com/bbc/audiowaveform>.

use std::io::{self, Write};

use rae_units::SampleRate;

use crate::excerpt::Window;
use crate::peaks::CELLS;
use crate::{Channels, Column, Excerpt, Peaks, PeaksBuilder, PictureError, Sound};

/// Most numbers that are kept.
const MOST: usize = 100_000_000;

/// How fine peaks are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// A pair for so many frames.
    SamplesPerPixel(u32),
    /// So many pairs for the whole. Since the samples per pixel of audiowaveform's format are whole, with 8 and 16 bits it
    /// may be fewer.
    Width(u32),
}

/// How a sample becomes a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resolution {
    /// −128 to 127.
    Bits8,
    /// −32768 to 32767, exact for sounds of 16 bits.
    #[default]
    Bits16,
    /// −1 to 1 with five decimals; not of audiowaveform's format, and not in its binary form.
    Float,
}

/// What peaks should be like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeakSettings {
    /// How fine they are.
    pub detail: Detail,
    /// What their numbers are.
    pub resolution: Resolution,
    /// For all channels together, or for each.
    pub channels: Channels,
    /// Which part of the sound.
    pub excerpt: Excerpt,
}

impl Default for PeakSettings {
    /// As audiowaveform: 256 samples per pixel, 16 bits, channels mixed.
    fn default() -> PeakSettings {
        PeakSettings {
            detail: Detail::SamplesPerPixel(256),
            resolution: Resolution::default(),
            channels: Channels::default(),
            excerpt: Excerpt::default(),
        }
    }
}

/// Pairs of the lowest and the highest sample, for every channel in turn.
#[derive(Clone, Debug, PartialEq)]
pub struct PeakData {
    channels: usize,
    rate: SampleRate,
    samples_per_pixel: f64,
    numbers: Numbers,
}

#[derive(Clone, Debug, PartialEq)]
enum Numbers {
    Whole { bits: u32, values: Vec<i16> },
    Float(Vec<f32>),
}

/// Makes peaks while a sound passes by.
#[derive(Clone, Debug)]
pub struct PeakDataBuilder {
    window: Window,
    peaks: PeaksBuilder,
    width: Option<u32>,
    data: PeakData,
}

impl PeakDataBuilder {
    /// For a sound of this kind.
    ///
    /// # Errors
    /// [`PictureError::Excerpt`], [`PictureError::SamplesPerPixel`] for none, [`PictureError::PeakWidth`] for one that
    /// cannot be.
    pub fn new(settings: PeakSettings, sound: Sound) -> Result<PeakDataBuilder, PictureError> {
        let PeakSettings { detail, resolution, channels, excerpt } = settings;
        let window = Window::new(excerpt, sound)?;
        let most = MOST / (CELLS * sound.channels.max(1));
        let (samples, width) = match (detail, window.frames()) {
            (Detail::SamplesPerPixel(0), _) => return Err(PictureError::SamplesPerPixel),
            (Detail::Width(0), _) => return Err(PictureError::PeakWidth { width: 0, most }),
            (Detail::SamplesPerPixel(samples), _) => (Some(u64::from(samples)), None),
            (Detail::Width(width), Some(frames)) if resolution != Resolution::Float => {
                (Some(frames.div_ceil(u64::from(width)).max(1)), None)
            }
            (Detail::Width(width), _) => (None, Some(width)),
        };
        if let Some(width) = width.filter(|&width| width as usize > most) {
            return Err(PictureError::PeakWidth { width, most });
        }
        let peaks = match (samples, width, window.frames()) {
            (Some(samples), _, _) => PeaksBuilder::every(sound.channels, channels, samples),
            (None, Some(width), Some(frames)) => PeaksBuilder::exact(sound.channels, channels, frames, width as usize),
            (None, width, _) => PeaksBuilder::growing(sound.channels, channels, CELLS * width.unwrap_or(1) as usize),
        };
        let data = PeakData {
            channels: channels.shown(sound.channels),
            rate: sound.rate,
            samples_per_pixel: samples.unwrap_or(1) as f64,
            numbers: match resolution {
                Resolution::Bits8 => Numbers::Whole { bits: 8, values: Vec::new() },
                Resolution::Bits16 => Numbers::Whole { bits: 16, values: Vec::new() },
                Resolution::Float => Numbers::Float(Vec::new()),
            },
        };
        Ok(PeakDataBuilder { window, peaks, width, data })
    }

    /// Takes the next frames of the sound, a slice for each channel.
    ///
    /// # Errors
    /// [`PictureError::TooManyPeaks`].
    ///
    /// # Panics
    /// Where the channels are not as many as was said, or not equally long.
    pub fn push(&mut self, block: &[&[f32]]) -> Result<(), PictureError> {
        self.peaks.push(&self.window.cut(block));
        if self.width.is_none() {
            self.peaks.drain(|columns| self.data.numbers.push(columns));
        }
        if self.data.numbers.len() > MOST { Err(PictureError::TooManyPeaks(MOST)) } else { Ok(()) }
    }

    /// What comes after this is not shown.
    pub fn is_complete(&self) -> bool {
        self.window.is_over()
    }

    /// The peaks of what has passed by and is complete; with a [`Detail::Width`], of what has passed by at all.
    pub fn so_far(&self) -> PeakData {
        let mut data = self.data.clone();
        if let Some(width) = self.width {
            let peaks = self.peaks.so_far();
            data.fill(&peaks, self.window.frames().unwrap_or(peaks.frames()), width);
        }
        data
    }

    /// The peaks of the sound, which has passed by.
    ///
    /// # Errors
    /// [`PictureError::Excerpt`] where nothing of the excerpt was there.
    pub fn finish(self) -> Result<PeakData, PictureError> {
        let PeakDataBuilder { window, peaks, width, mut data } = self;
        window.check(window.position())?;
        if let Some(width) = width {
            let peaks = peaks.finish();
            data.fill(&peaks, peaks.frames(), width);
        } else {
            peaks.drain_all(|columns| data.numbers.push(columns));
        }
        Ok(data)
    }
}

impl Numbers {
    fn push(&mut self, columns: &[Column]) {
        let ends = columns.iter().flat_map(|column| [column.min, column.max]);
        match self {
            Numbers::Whole { bits, values } => {
                let full = (1i32 << (*bits - 1)) as f32;
                values.extend(ends.map(|end| (end * full).round().clamp(-full, full - 1.0) as i16));
            }
            Numbers::Float(values) => values.extend(ends.map(|end| end.clamp(-1.0, 1.0))),
        }
    }

    fn len(&self) -> usize {
        match self {
            Numbers::Whole { values, .. } => values.len(),
            Numbers::Float(values) => values.len(),
        }
    }
}

impl PeakData {
    /// Pairs of each channel.
    pub fn len(&self) -> usize {
        self.numbers.len().checked_div(2 * self.channels).unwrap_or(0)
    }

    /// No pairs at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts in `width` columns of so many frames.
    fn fill(&mut self, peaks: &Peaks, frames: u64, width: u32) {
        let width = u64::from(width);
        let (range, count) = match self.numbers {
            Numbers::Float(_) => (frames, width),
            // Whole samples for a pixel, at edges that there are: those of cells, which are a power of two long.
            Numbers::Whole { .. } => {
                let samples = frames.div_ceil(width).max(1).next_power_of_two();
                let count = frames.div_ceil(samples);
                (samples * count, count)
            }
        };
        self.samples_per_pixel = range as f64 / count.max(1) as f64;
        let columns: Vec<Vec<Column>> =
            (0..self.channels).map(|channel| peaks.columns(channel, 0..range, count as usize)).collect();
        for index in 0..columns.first().map_or(0, Vec::len) {
            let column: Vec<Column> = columns.iter().map(|columns| columns[index]).collect();
            self.numbers.push(&column);
        }
    }

    /// Writes JSON, as audiowaveform does but for [`Resolution::Float`].
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let PeakData { channels, rate, samples_per_pixel, numbers } = self;
        write!(out, "{{\"version\":2,\"channels\":{channels},\"sample_rate\":{},", rate.hz())?;
        write!(out, "\"samples_per_pixel\":{samples_per_pixel},")?;
        if let Numbers::Whole { bits, .. } = numbers {
            write!(out, "\"bits\":{bits},")?;
        }
        write!(out, "\"length\":{},\"data\":[", self.len())?;
        let comma = |index: usize| if index == 0 { "" } else { "," };
        match numbers {
            Numbers::Whole { values, .. } => {
                values.iter().enumerate().try_for_each(|(index, value)| write!(out, "{}{value}", comma(index)))?;
            }
            Numbers::Float(values) => {
                let rounded = values.iter().map(|value| (f64::from(*value) * 1e5).round() / 1e5 + 0.0);
                rounded.enumerate().try_for_each(|(index, value)| write!(out, "{}{value}", comma(index)))?;
            }
        }
        out.write_all(b"]}\n")
    }

    /// Writes audiowaveform's binary form.
    ///
    /// # Errors
    /// Those of `out`, and [`io::ErrorKind::InvalidInput`] for [`Resolution::Float`], of which there is no such form.
    pub fn write_dat(&self, out: &mut dyn Write) -> io::Result<()> {
        let Numbers::Whole { bits, values } = &self.numbers else {
            let what = "peaks from -1 to 1 have no binary form: write JSON, or choose 8 or 16 bits";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        };
        let flags = u32::from(*bits == 8);
        let header = [2, flags, self.rate.hz(), self.samples_per_pixel as u32, self.len() as u32, self.channels as u32];
        header.iter().try_for_each(|field| out.write_all(&field.to_le_bytes()))?;
        values.iter().try_for_each(|value| match bits {
            8 => out.write_all(&[*value as u8]),
            _ => out.write_all(&value.to_le_bytes()),
        })
    }
}
