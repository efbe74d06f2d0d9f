use rae_units::{Decibels, SampleRate, Seconds};

/// Settings that no effect can be made of.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
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
}
