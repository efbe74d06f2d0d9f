//! What was heard: from sound to notes that may have been played, each with its odds.

mod bands;
mod dot;
mod ear;
mod features;
mod levels;
mod network;
mod onsets;
mod spectra;
mod tuning;

pub(crate) use ear::Ear;
pub(crate) use features::{FEATURES, describe};
pub(crate) use levels::{LOW_RATE, Levels, RATE, decimate, tuning};
pub(crate) use network::Network;
pub(crate) use onsets::{Place, Rises, places};
pub(crate) use tuning::vertex;
