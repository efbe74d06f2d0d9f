//! The bank as a value: what is in the file, with names instead of numbers.

use std::ops::RangeInclusive;

use crate::{Generators, Modulator};

/// Texts and versions of the INFO list (5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// Major and minor version of the format (`ifil`).
    pub version: (u16, u16),
    /// Name of the bank (`INAM`).
    pub name: String,
    /// Sound engine it was made for (`isng`).
    pub engine: String,
    /// Date of creation (`ICRD`).
    pub date: Option<String>,
    /// Authors (`IENG`).
    pub author: Option<String>,
    /// Product (`IPRD`).
    pub product: Option<String>,
    /// Copyright (`ICOP`).
    pub copyright: Option<String>,
    /// Comments (`ICMT`).
    pub comment: Option<String>,
    /// Tools that wrote it (`ISFT`).
    pub software: Option<String>,
}

/// One zone of a preset (its target is an instrument) or of an instrument (its target is a sample).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zone {
    /// Keys it answers to; `None` inherits the global zone's, or all.
    pub keys: Option<RangeInclusive<u8>>,
    /// Velocities it answers to; `None` inherits the global zone's, or all.
    pub velocities: Option<RangeInclusive<u8>>,
    /// All generators except the two ranges and the target.
    pub generators: Generators,
    /// Modulators in file order (links count by this order).
    pub modulators: Vec<Modulator>,
    /// Index of the instrument or sample; `None` only in a global zone.
    pub target: Option<usize>,
}

/// A preset: what a bank and a program number select.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preset {
    /// Its name.
    pub name: String,
    /// Bank number; 128 holds the drum kits.
    pub bank: u16,
    /// Program number.
    pub program: u16,
    /// What all zones inherit unless they set it themselves.
    pub global: Option<Zone>,
    /// Zones; their targets index [`Model::instruments`].
    pub zones: Vec<Zone>,
}

/// An instrument: samples laid out over keys and velocities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instrument {
    /// Its name.
    pub name: String,
    /// What all zones inherit unless they set it themselves.
    pub global: Option<Zone>,
    /// Zones; their targets index [`Model::samples`].
    pub zones: Vec<Zone>,
}

/// Role of a sample (7.10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the standard's own")]
pub enum SampleKind {
    #[default]
    Mono,
    Right,
    Left,
    Linked,
}

/// A sample header. Positions count 16-bit words of the sample chunk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Its name.
    pub name: String,
    /// First data point.
    pub start: u32,
    /// One past the last data point.
    pub end: u32,
    /// First point of the loop.
    pub loop_start: u32,
    /// One past the last point of the loop.
    pub loop_end: u32,
    /// Frames per second it was recorded at.
    pub rate: u32,
    /// Key at which it sounds as recorded; 255 for unpitched.
    pub root_key: u8,
    /// Correction of its pitch, cents.
    pub correction: i8,
    /// Mono or one side of a pair.
    pub kind: SampleKind,
    /// The other side of the pair.
    pub link: u16,
}

/// Everything in a bank except the sample points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// Texts and versions.
    pub info: Info,
    /// Presets in file order.
    pub presets: Vec<Preset>,
    /// Instruments in file order.
    pub instruments: Vec<Instrument>,
    /// Sample headers in file order.
    pub samples: Vec<Sample>,
}

/// Sample points as the file stores them: 16-bit little-endian words and, in 24-bit banks, one low byte each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pcm<'a> {
    /// High 16 bits of every point.
    pub words: &'a [[u8; 2]],
    /// Low 8 bits of every point; empty in 16-bit banks, else as long as `words`.
    pub low_bytes: &'a [u8],
}
