//! From voices to records: per voice and quantum, everything an executor needs to know.

mod articulation;
pub(crate) mod character;
mod envelope;
mod lfo;
pub(crate) mod modulation;
mod power;
mod voice;

pub(crate) use character::Character;
pub(crate) use voice::{Change, ChannelChange, Onset, Voice};
