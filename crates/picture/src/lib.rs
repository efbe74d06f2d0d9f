//! Pictures of sound: what a canvas, axes and a theme have in common.
//!
//! Everything is drawn on a [`Canvas`] in logical pixels, and the same calls make a [`Raster`] (PNG) or an [`Svg`].
//! A [`Theme`] holds colours and sizes; [`axis`] finds ticks and labels that fit.

#![forbid(unsafe_code)]

pub mod axis;
mod canvas;
mod color;
mod data;
mod error;
mod excerpt;
mod font;
mod peaks;
mod pianoroll;
mod spectrogram;
mod theme;
mod waveform;

pub use canvas::{Anchor, Area, Canvas, Escaped, Label, Point, Raster, Reach, Size, Svg};
pub use color::Color;
pub use data::{Detail, PeakData, PeakDataBuilder, PeakSettings, Resolution};
pub use error::PictureError;
pub use excerpt::{Excerpt, Sound};
pub use font::{FAMILIES, text_width};
pub use peaks::{Channels, Column, ColumnsBuilder, Peaks, PeaksBuilder};
pub use pianoroll::{
    GridLine, Mark, NoteStyle, PianoRoll, PianoRollSettings, Pitches, Roll, RollNote, Shape, draw_bars, draw_keyboard,
};
pub use spectrogram::{ColorMap, FrequencyScale, SpectrogramBuilder, SpectrogramSettings};
pub use theme::Theme;
pub use waveform::{Amplitude, Stretch, Waveform, WaveformBuilder, WaveformSettings};
