//! Sound measured: levels, loudness, faults.

use rae_codec::AudioSource;
use rae_effects::loudness::{Measurement, Measurer};
use serde::Serialize;

use crate::picture::{proceed, read_blocks};
use crate::{Error, Observer};

/// What was measured of a sound.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// Levels and loudness. In JSON a level of −∞ dB is null.
    #[serde(flatten)]
    pub measurement: Measurement,
    /// Length in seconds.
    pub duration: f64,
    /// What is wrong with the file but did not keep it from being read.
    pub warnings: Vec<String>,
}

/// Measures what is left of a sound, such as a file (see [`crate::open_audio`]), block by block.
///
/// # Errors
/// A file that is damaged, a sound whose rate or number of channels is not measured; [`Error::Cancelled`].
pub fn measure(source: &mut dyn AudioSource, observer: &mut Observer<'_>) -> Result<Measured, Error> {
    let (rate, channels) = (source.rate(), source.channels());
    let mut measurer = Measurer::new(rate, channels).map_err(|error| Error::settings(error.to_string()))?;
    read_blocks(source, |block, progress| {
        measurer.push(block);
        proceed(observer(progress), false)
    })?;
    let measurement = measurer.report();
    Ok(Measured {
        duration: measurement.frames as f64 / f64::from(rate.hz()),
        measurement,
        warnings: source.warnings().to_vec(),
    })
}
