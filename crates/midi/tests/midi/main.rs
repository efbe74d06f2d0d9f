//! The crate from outside.

mod arrangement;
mod bars;
mod common;
mod edit;
mod hostile;
mod loops;
mod notes;
mod openmsx;
mod parse;
mod performance;
mod rmid;
mod round_trip;
mod simple;
mod summary;
mod time;
