//! Dither.

use rae_dsp::dither::tpdf;
use serde::{Deserialize, Serialize};

use crate::EffectsError;
use crate::chain::{Place, Planes, Processor, alike, within};

/// Rounds to whole steps of a format of so many bits, after adding triangular noise of ±1 step: y = round(x·s + noise)/s with
/// s = 2^(bits − 1). The error is noise whose mean and power do not depend on the sound, but for what is on a
/// step already, silence above all: that stays. The noise belongs to frame and channel, so the same
/// sound is dithered alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dither {
    /// 4 to 24.
    pub bits: u32,
}

impl Default for Dither {
    fn default() -> Dither {
        Dither { bits: 16 }
    }
}

impl Dither {
    pub(crate) fn check(&self, place: &Place) -> Result<(), EffectsError> {
        within(&place.named("dither"), "bits", f64::from(self.bits), 4.0..=24.0)
    }

    pub(crate) fn start(&self) -> Box<dyn Processor> {
        Box::new(Running { steps: (self.bits as f64 - 1.0).exp2(), frame: 0 })
    }
}

#[derive(Debug)]
struct Running {
    steps: f64,
    frame: u64,
}

impl Processor for Running {
    fn process(&mut self, block: &mut Planes) {
        let top = (self.steps - 1.0) / self.steps;
        for (channel, samples) in block.each_mut().enumerate() {
            for (sample, frame) in samples.iter_mut().zip(self.frame..) {
                let exact = f64::from(*sample) * self.steps;
                let rounded = (exact + tpdf(frame, channel as u32)).round_ties_even();
                // What is on a step already stays there, and silence stays silence.
                let whole = if exact == exact.round_ties_even() { exact } else { rounded };
                *sample = (whole / self.steps).clamp(-1.0, top) as f32;
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
