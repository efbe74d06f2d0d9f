//! Playing live: a song or a keyboard sounds through a device, or into nothing at real time.
//!
//! [`open`] gives two ends: the [`Console`], where events are sent, and the [`Instrument`], the synthesizer followed by its
//! effects, which a sink pulls on its own thread: a sound device (feature `devices`), or [`NullSink`], which needs none
//! and measures.

#![forbid(unsafe_code)]

mod bytes;
mod console;
mod device;
mod error;
mod instrument;
mod keyboard;
mod load;
mod null;
mod song;

pub use bytes::action;
pub use console::Console;
pub use device::{Input, Output, inputs, outputs};
pub use error::Error;
pub use instrument::{Instrument, PlaySettings, open};
pub use keyboard::Keyboard;
pub use load::{Load, Meter};
pub use null::NullSink;
pub use song::{Part, Song};

pub use rae_effects::chain::Chain;
pub use rae_effects::{BusSettings, Click, Metronome, ReverbSettings, Sends};
pub use rae_synth::{ChannelSet, InstructionSet, Interpolation, LiveError, Settings, Warning, moved_filters};
