use serde::{Deserialize, Serialize};

use super::Oscillator;
use crate::EffectsError;
use crate::chain::{Place, Planes, Processor, Stage, alike, within};

/// A level that sways: y = x·(1 − depth·w), w between 0 and 1, at 0 when it begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tremolo {
    /// How often, 0.01 to 40 Hz.
    pub rate_hz: f64,
    /// What is missing at the softest, 0 to 1.
    pub depth: f64,
    /// How w moves.
    pub shape: Shape,
    /// By how much every second channel sways later, 0 to 180°: at 180 the sound wanders between the sides.
    pub stereo_degrees: f64,
}

/// How something sways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// ½ − ½·cos 2πt.
    #[default]
    Sine,
    /// Up and down in straight lines.
    Triangle,
}

impl Default for Tremolo {
    fn default() -> Tremolo {
        Tremolo { rate_hz: 5.0, depth: 0.5, shape: Shape::Sine, stereo_degrees: 0.0 }
    }
}

impl Tremolo {
    pub(crate) fn check(&self, place: &Place) -> Result<(), EffectsError> {
        let place = &place.named("tremolo");
        within(place, "rate_hz", self.rate_hz, 0.01..=40.0)?;
        within(place, "depth", self.depth, 0.0..=1.0)?;
        within(place, "stereo_degrees", self.stereo_degrees, 0.0..=180.0)
    }

    fn running(&self, stage: &Stage) -> Running {
        let oscillator = |later: f64| Oscillator::new(self.rate_hz / stage.hz(), later);
        let later = (1.0 - self.stereo_degrees / 360.0) % 1.0;
        Running { oscillators: [oscillator(0.0), oscillator(later)], depth: self.depth, shape: self.shape, frame: 0 }
    }

    pub(crate) fn start(&self, stage: &Stage) -> Box<dyn Processor> {
        Box::new(self.running(stage))
    }
}

#[derive(Debug)]
struct Running {
    oscillators: [Oscillator; 2],
    depth: f64,
    shape: Shape,
    frame: u64,
}

impl Processor for Running {
    fn process(&mut self, block: &mut Planes) {
        for (channel, samples) in block.each_mut().enumerate() {
            let oscillator = &self.oscillators[channel % 2];
            for (sample, frame) in samples.iter_mut().zip(self.frame..) {
                let wave = match self.shape {
                    Shape::Sine => oscillator.wave(frame),
                    Shape::Triangle => 1.0 - (2.0 * oscillator.turns(frame) - 1.0).abs(),
                };
                *sample *= (1.0 - self.depth * wave) as f32;
            }
        }
        self.frame += block.frames() as u64;
    }

    fn go_on_from(&mut self, old: &dyn Processor) {
        if let Some(old) = alike::<Running>(old) {
            self.frame = old.frame;
        }
    }
}
