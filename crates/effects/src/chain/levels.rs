//! The simplest effects: level, place, width, and the removal of an offset.

use std::f64::consts::FRAC_PI_4;

use rae_dsp::biquad::{Biquad, Cascade};
use rae_units::Decibels;
use serde::{Deserialize, Serialize};

use super::{Place, Planes, Processor, Stage, alike, within};
use crate::EffectsError;

/// A change of level. 0 dB leaves every bit as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gain {
    /// −120 to 60 dB.
    pub gain_db: f64,
    /// Turns the wave upside down.
    pub invert: bool,
}

/// A place between left and right for stereo, of equal power and 0 dB in the middle; other numbers of channels pass.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pan {
    /// −1 (left) to 1 (right): the channel there is 3 dB louder, the other one silent.
    pub position: f64,
}

/// The level of the difference between left and right; other numbers of channels pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Width {
    /// 0 is mono, 1 changes nothing, at most 4.
    pub width: f64,
}

/// A high-pass of first order far below what is heard, which removes a constant offset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DcFilter {
    /// Where the level has fallen by 3 dB: 0.1 to 100 Hz.
    pub frequency_hz: f64,
}

impl Default for Width {
    fn default() -> Self {
        Width { width: 1.0 }
    }
}

impl Default for DcFilter {
    fn default() -> Self {
        DcFilter { frequency_hz: 5.0 }
    }
}

impl Gain {
    pub(crate) fn check(&self, place: &Place) -> Result<(), EffectsError> {
        within(&place.named("gain"), "gain_db", self.gain_db, -120.0..=60.0)
    }

    pub(crate) fn start(&self) -> Box<dyn Processor> {
        let amplitude = Decibels(self.gain_db).amplitude() as f32;
        Box::new(Factor(if self.invert { -amplitude } else { amplitude }))
    }
}

impl Pan {
    pub(crate) fn check(&self, place: &Place) -> Result<(), EffectsError> {
        within(&place.named("pan"), "position", self.position, -1.0..=1.0)
    }

    pub(crate) fn start(&self) -> Box<dyn Processor> {
        let angle = FRAC_PI_4 * (1.0 + self.position);
        let gain = |share: f64| (share * std::f64::consts::SQRT_2) as f32;
        Box::new(Matrix([[gain(angle.cos()), 0.0], [0.0, gain(angle.sin())]]))
    }
}

impl Width {
    pub(crate) fn check(&self, place: &Place) -> Result<(), EffectsError> {
        within(&place.named("width"), "width", self.width, 0.0..=4.0)
    }

    pub(crate) fn start(&self) -> Box<dyn Processor> {
        let (own, other) = ((0.5 + 0.5 * self.width) as f32, (0.5 - 0.5 * self.width) as f32);
        Box::new(Matrix([[own, other], [other, own]]))
    }
}

impl DcFilter {
    pub(crate) fn check(&self, place: &Place) -> Result<(), EffectsError> {
        within(&place.named("dc_filter"), "frequency_hz", self.frequency_hz, 0.1..=100.0)
    }

    pub(crate) fn start(&self, stage: &Stage) -> Box<dyn Processor> {
        let filter = Biquad::high_pass_1(self.frequency_hz / stage.hz());
        Box::new(DcRemoval(Cascade::new(&[filter], stage.channels)))
    }
}

#[derive(Debug)]
struct Factor(f32);

impl Processor for Factor {
    fn process(&mut self, block: &mut Planes) {
        for samples in block.each_mut() {
            samples.iter_mut().for_each(|sample| *sample *= self.0);
        }
    }
}

/// Left and right from left and right.
#[derive(Debug)]
struct Matrix([[f32; 2]; 2]);

impl Processor for Matrix {
    fn process(&mut self, block: &mut Planes) {
        let [to_left, to_right] = self.0;
        let Some((lefts, rights)) = block.stereo_mut() else { return };
        for (left, right) in lefts.iter_mut().zip(rights) {
            let (l, r) = (*left, *right);
            *left = to_left[0] * l + to_left[1] * r;
            *right = to_right[0] * l + to_right[1] * r;
        }
    }
}

#[derive(Debug)]
struct DcRemoval(Cascade);

impl Processor for DcRemoval {
    fn process(&mut self, block: &mut Planes) {
        for (channel, samples) in block.each_mut().enumerate() {
            self.0.process(channel, samples);
        }
    }

    fn tail(&self) -> usize {
        self.0.tail()
    }

    fn go_on_from(&mut self, old: &dyn Processor) {
        if let Some(DcRemoval(old)) = alike(old) {
            self.0.go_on_from(old);
        }
    }
}
