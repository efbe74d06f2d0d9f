//! The crate from outside.

mod bars;
mod common;
mod hostile;
mod openmsx;
mod parse;
mod performance;
mod round_trip;
mod simple;
mod summary;
mod time;
