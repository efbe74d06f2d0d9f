//! What a chain can be asked for.

use std::ops::RangeInclusive;

use rae_units::SampleRate;

use super::Place;
use crate::EffectsError;

/// The lowest sample rate that chains are prepared for.
pub const MIN_RATE: SampleRate = SampleRate::new(8_000).unwrap();
/// The highest sample rate that chains are prepared for.
pub const MAX_RATE: SampleRate = SampleRate::new(192_000).unwrap();
/// The most channels of a chain.
pub const MAX_CHANNELS: usize = 64;
/// The most effects of a chain, those within branches included.
pub(crate) const MAX_EFFECTS: usize = 256;
/// The most memory that a chain may need, about.
pub(crate) const MAX_BYTES: usize = 512 << 20;
/// The most samples, of all channels, that a whole recording may grow to: 4 GiB.
pub(crate) const MAX_WHOLE: usize = 1 << 30;
/// How deep parallel effects may lie within each other.
pub(crate) const MAX_DEPTH: usize = 8;

/// Checks one parameter; NaN is outside every range.
pub(crate) fn within(
    place: &Place,
    parameter: &'static str,
    value: f64,
    range: RangeInclusive<f64>,
) -> Result<(), EffectsError> {
    if range.contains(&value) {
        return Ok(());
    }
    let (least, most) = range.into_inner();
    Err(EffectsError::Parameter { place: place.clone(), parameter, value, least, most })
}
