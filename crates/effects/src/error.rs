use rae_units::{Decibels, SampleRate, Seconds};

use crate::chain::{MAX_CHANNELS, MAX_RATE, MIN_RATE, Place};

/// Settings that no effect can be made of.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EffectsError {
    /// The wet share is not a number from 0 to 1.
    #[error("reverb wet share {0} is outside 0 to 1: give the share of reverberated sound, such as 0.3")]
    Wet(f32),
    /// The reverb time is not a positive number of seconds within reason.
    #[error("reverb time of {} s is outside 0 to {} s: the default is 0.1", .0.0, crate::MAX_REVERB_TIME.0)]
    ReverbTime(Seconds),
    /// The sample rate would make responses and delays of unreasonable size.
    #[error("no reverb or chorus can be made at {0}: use at most {max}", max = crate::reverb::MAX_RATE)]
    SampleRate(SampleRate),
    /// The gain is so high, or so little a number, that no finite factor belongs to it.
    #[error("a gain of {} dB is no finite level: give decibels such as -6, or negative infinity for silence", .0.0)]
    Gain(Decibels),
    /// An effect's parameter is out of its range.
    #[error("{place}: {parameter} = {value} is outside {least} to {most}")]
    Parameter {
        /// The effect.
        place: Place,
        /// The parameter as chain files spell it, unit included.
        parameter: &'static str,
        /// What was asked for.
        value: f64,
        /// The least that can be.
        least: f64,
        /// The most that can be.
        most: f64,
    },
    /// Effects that do not go together so.
    #[error("{}{problem}", prefix(place))]
    Structure {
        /// The effect or list of effects; empty for the chain itself.
        place: Place,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// Whoever was asked whether to go on said no.
    #[error("cancelled")]
    Cancelled,
    /// Text that is no chain.
    #[error("not a chain of effects: {0}")]
    Text(String),
    /// A sample rate that chains are not made for.
    #[error("no chain can be prepared for {0}: use {MIN_RATE} to {MAX_RATE}")]
    ChainRate(SampleRate),
    /// A number of channels that chains are not made for.
    #[error("no chain can be prepared for {0} channels: use 1 to {MAX_CHANNELS}")]
    Channels(usize),
}

fn prefix(place: &Place) -> String {
    let place = place.to_string();
    if place.is_empty() { place } else { format!("{place}: ") }
}
