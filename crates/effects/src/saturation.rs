//! Soft saturation.

use rae_dsp::oversampling::{DELAY, Oversampler};
use rae_units::Decibels;
use serde::{Deserialize, Serialize};

use crate::EffectsError;
use crate::chain::{Place, Planes, Processor, Stage, within};

/// Bends loud waves: y = tanh(g·x)/g with g of `drive_db`. Soft sound stays as it is, loud sound goes towards 1/g and gets odd
/// harmonics; where it bends sharply the filters of the oversampling overshoot a little. At eight times the sample rate, so that they do not come back as other tones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Saturation {
    /// How early it begins, 0 to 36 dB.
    pub drive_db: f64,
    /// Gain after it, −40 to 40 dB.
    pub output_db: f64,
}

impl Default for Saturation {
    fn default() -> Saturation {
        Saturation { drive_db: 6.0, output_db: 0.0 }
    }
}

impl Saturation {
    pub(crate) fn check(&self, place: &Place) -> Result<(), EffectsError> {
        let place = &place.named("saturation");
        within(place, "drive_db", self.drive_db, 0.0..=36.0)?;
        within(place, "output_db", self.output_db, -40.0..=40.0)
    }

    pub(crate) const LATENCY: usize = DELAY;

    fn running(&self, stage: &Stage) -> Running {
        let drive = Decibels(self.drive_db).amplitude();
        Running {
            channels: vec![Oversampler::new(); stage.channels],
            drive: drive as f32,
            output: (Decibels(self.output_db).amplitude() / drive) as f32,
        }
    }

    /// About the memory for each channel: eight times the frames of a block, and what the filters hold.
    pub(crate) const BYTES: usize = 60_000;

    pub(crate) fn start(&self, stage: &Stage) -> Box<dyn Processor> {
        Box::new(self.running(stage))
    }
}

#[derive(Debug)]
struct Running {
    channels: Vec<Oversampler>,
    drive: f32,
    output: f32,
}

impl Processor for Running {
    fn process(&mut self, block: &mut Planes) {
        let (drive, output) = (self.drive, self.output);
        for (samples, oversampler) in block.each_mut().zip(&mut self.channels) {
            oversampler.process(samples, |samples| {
                samples.iter_mut().for_each(|sample| *sample = output * (drive * *sample).tanh());
            });
        }
    }

    fn latency(&self) -> usize {
        DELAY
    }

    fn tail(&self) -> usize {
        DELAY
    }

    fn warm_up(&self) -> usize {
        // Its filters reach as far.
        2 * DELAY
    }
}
