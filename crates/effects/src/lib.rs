//! Effects: what stands between the synthesizer's buses and the finished sound.
//!
//! [`BusSettings`] is a value; [`PreparedBus`] is that value made ready for one sample rate (impulse responses and their
//! spectra), shared by any number of renders; [`BusEffects`] is one stream through it. The [`SafetyLimiter`] follows
//! for integer formats only. [`PreparedLiveBus`] and [`LiveBus`] are the same effects for live playing. The [`Metronome`]
//! adds clicks after them. A [`chain::Chain`] is a list of effects as a value, for any sound. All of them give the
//! same bits however a stream is cut into blocks.

#![forbid(unsafe_code)]

mod bus;
pub mod chain;
mod chorus;
pub mod convolution;
mod cut;
pub mod dither;
pub mod dynamics;
pub mod echo;
pub mod eq;
mod error;
mod layer;
mod limiter;
mod live;
pub mod loudness;
pub mod mastering;
mod metronome;
pub mod modulation;
pub mod network;
pub mod presets;
mod reverb;
pub mod saturation;
pub mod whole;

pub use bus::{BusBlock, BusEffects, BusSettings, PreparedBus};
pub use chorus::Chorus;
pub use error::EffectsError;
pub use limiter::{LimiterReport, SafetyLimiter};
pub use live::{LiveBus, LiveChange, PreparedLiveBus};
pub use metronome::{Click, Metronome};
pub use rae_dsp::sends::{ChorusSend, ReverbKind, ReverbSend, Sends};
pub use reverb::{MAX_REVERB_TIME, ReverbSettings, room_response, send_hall_response, send_response};
