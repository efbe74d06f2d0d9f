use rae_units::Decibels;

use crate::canvas::{MAX_PIXELS, MAX_SCALE, MAX_SIDE, MIN_SCALE};

/// Why a picture cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// A picture without pixels, or with more than memory should be spent on.
    #[error(
        "no picture of {width} x {height} pixels can be made: choose 1 to {MAX_SIDE} for each side and at most {} megapixels together, the scale included",
        MAX_PIXELS >> 20
    )]
    Size {
        /// Device pixels, the scale included.
        width: u64,
        /// Device pixels, the scale included.
        height: u64,
    },
    /// The scale is no number within reason.
    #[error("a scale of {0} is outside {MIN_SCALE} to {MAX_SCALE}: 2 is what most sharp screens have")]
    Scale(f32),
    /// A picture that is too low for all the channels.
    #[error("{channels} channels do not fit into {rows} rows of pixels: make the picture higher, or mix the channels")]
    Lanes {
        /// How many are shown.
        channels: usize,
        /// Device pixels there are for them.
        rows: usize,
    },
    /// A part of the sound that is none.
    #[error("{0}")]
    Excerpt(String),
    /// The level of the middle line in decibels is not below full scale.
    #[error("a floor of {} dB is outside -200 to -1: the default is -60", .0.0)]
    Floor(Decibels),
    /// No samples for a pixel.
    #[error("0 samples per pixel show nothing: choose 1 or more")]
    SamplesPerPixel,
    /// A width of peaks that cannot be.
    #[error("peaks of a width of {width} are outside 1 to {most}")]
    PeakWidth {
        /// What was asked for.
        width: u32,
        /// The widest there can be of so many channels.
        most: usize,
    },
    /// More peaks than memory should be spent on.
    #[error("more than {} million peaks: choose more samples per pixel, or a width", .0 / 1_000_000)]
    TooManyPeaks(usize),
    /// A colour that is none.
    #[error("'{0}' is no colour: write a CSS colour such as #3b6ea5, rgb(59 110 165 / 50%) or steelblue")]
    Color(String),
    /// A theme that there is not.
    #[error("there is no theme '{0}': choose light, dark or transparent")]
    Theme(String),
    /// A scale of frequencies that there is not.
    #[error("there is no frequency scale '{0}': choose log, mel or linear")]
    FrequencyScale(String),
    /// Colours of levels that there are not.
    #[error("there are no colours '{0}': choose magma, inferno, viridis or grey")]
    ColorMap(String),
    /// No frequencies, or none that the sound can have.
    #[error(
        "no frequencies can be shown from {low} to {high} Hz: choose a range below half the sample rate, {nyquist} Hz, which on a logarithmic scale begins above 0"
    )]
    Frequencies {
        /// The lowest, in Hz.
        low: f64,
        /// The highest, in Hz.
        high: f64,
        /// Half the sample rate.
        nyquist: f64,
    },
    /// A window that is too short, too long or no power of two.
    #[error("a window of {frames} frames is none of the powers of two from {least} to {most}")]
    Window {
        /// How long it was to be.
        frames: usize,
        /// The shortest.
        least: usize,
        /// The longest.
        most: usize,
    },
    /// A range of levels that shows nothing.
    #[error("a range of {} dB is outside 1 to {most}", .range.0)]
    Range {
        /// How large it was to be.
        range: Decibels,
        /// The largest.
        most: f64,
    },
    /// A level that is none.
    #[error("a top of {} dB is no level", .0.0)]
    Top(Decibels),
}
