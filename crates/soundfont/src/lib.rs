//! SoundFont 2 banks (SoundFont Technical Specification 2.04): read, validate, write, find.

mod generator;
mod model;
mod modulator;

pub use generator::{GENERATOR_COUNT, Generator, Generators};
pub use model::{Info, Instrument, Model, Pcm, Preset, Sample, SampleKind, Zone};
pub use modulator::{Controller, Curve, Destination, Modulator, Source, Transform};
