//! Banks broken on purpose: what is refused, what is repaired, and what is said about it.

mod raw;
mod structure;
mod zones;
