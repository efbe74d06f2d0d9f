//! From voices to records: per voice and quantum, everything an executor needs to know.

mod articulation;
pub(crate) mod character;
mod envelope;
mod key_setup;
mod lfo;
pub(crate) mod modulation;
mod power;
mod slide;
mod steering;
mod voice;

pub(crate) use character::Character;
pub(crate) use key_setup::{KeySetup, Send};
pub(crate) use slide::{Origin, Transfer};
pub(crate) use steering::Steering;
pub(crate) use voice::{Change, ChannelChange, Onset, Voice};
