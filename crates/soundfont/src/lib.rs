//! SoundFont 2 banks (SoundFont Technical Specification 2.04) and SF3 banks, whose samples are Vorbis streams: read,
//! validate, write, find.
//!
//! Numbers in parentheses are sections of that specification.

mod bank;
mod coverage;
mod decoded;
pub mod discovery;
mod error;
mod fit;
mod generator;
mod info;
mod layout;
mod links;
mod mapping;
mod model;
mod modulator;
mod points;
mod problem;
mod read;
mod riff;
mod sample;
mod stack;
mod subset;
mod table;
mod vorbis;
mod warning;
mod write;
mod zone;

pub use bank::{SoundFont, Storage};
pub use coverage::Coverage;
pub use error::Error;
pub use generator::{GENERATOR_COUNT, Generator, Generators};
pub use model::{Info, Instrument, Model, Pcm, Preset, Sample, SampleKind, Zone};
pub use modulator::{Controller, Curve, Destination, Modulator, Source, Transform};
pub use stack::BankName;
pub use subset::subset;
pub use warning::{WARNING_LIMIT, Warning, WarningKind};
pub use write::write;
