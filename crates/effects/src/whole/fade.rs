use rae_dsp::AudioBuffer;
use rae_units::Seconds;
use serde::{Deserialize, Serialize};

use crate::EffectsError;
use crate::chain::{Place, Stage, within};

/// Sound comes in at the start of a recording, and goes at its end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fade {
    /// How long it takes to come in, 0 to 600 s.
    pub in_s: f64,
    /// How long it takes to go, 0 to 600 s.
    pub out_s: f64,
    /// How the level moves.
    pub curve: Curve,
}

/// From 0 to 1 while t goes from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Curve {
    /// ½ − ½·cos πt: without corners.
    #[default]
    Cosine,
    /// t.
    Linear,
    /// sin πt/2: steady power where one sound goes and another comes.
    EqualPower,
}

impl Curve {
    fn gain(self, t: f64) -> f64 {
        use std::f64::consts::{FRAC_PI_2, PI};
        match self {
            Curve::Cosine => 0.5 - 0.5 * (PI * t).cos(),
            Curve::Linear => t,
            Curve::EqualPower => (FRAC_PI_2 * t).sin(),
        }
    }
}

impl Fade {
    pub(crate) fn check(&self, place: &Place) -> Result<(), EffectsError> {
        let place = &place.named("fade");
        within(place, "in_s", self.in_s, 0.0..=600.0)?;
        within(place, "out_s", self.out_s, 0.0..=600.0)
    }

    pub(crate) fn apply(&self, mut sound: AudioBuffer, stage: &Stage) -> AudioBuffer {
        let frames = |seconds: f64| stage.frames(Seconds(seconds)).min(sound.frames());
        let (coming, going) = (frames(self.in_s), frames(self.out_s));
        let gain = |n: usize, all: usize| self.curve.gain(n as f64 / all as f64) as f32;
        for channel in 0..sound.channels() {
            let samples = sound.channel_mut(channel);
            samples[..coming].iter_mut().enumerate().for_each(|(n, sample)| *sample *= gain(n, coming));
            let ends = samples.iter_mut().rev().take(going);
            ends.enumerate().for_each(|(n, sample)| *sample *= gain(n, going));
        }
        sound
    }
}
