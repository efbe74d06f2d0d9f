use rae_units::Seconds;
use serde::{Deserialize, Serialize};

use super::ballistics::Ballistics;
use super::compressor::{Controlled, Detector, check_high_pass};
use super::control::{Control, Design};
use super::curve::Curve;
use super::level::Levels;
use super::sidechain::Sidechain;
use crate::EffectsError;
use crate::chain::{Place, Processor, Stage, within};

/// Turns down what is softer than a threshold: an expander, with a high ratio a gate. It begins closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gate {
    /// The level below which it acts, −100 to 0 dBFS.
    pub threshold_db: f64,
    /// Decibels of output for one of input below the threshold, 1 to 100.
    pub ratio: f64,
    /// Width of the bend around the threshold, 0 to 40 dB.
    pub knee_db: f64,
    /// The most that it turns down, 0 to 120 dB.
    pub range_db: f64,
    /// Time constant of opening, 0 to 500 ms.
    pub attack_ms: f64,
    /// How long it stays open, 0 to 5000 ms.
    pub hold_ms: f64,
    /// Time constant of closing, 1 to 5000 ms.
    pub release_ms: f64,
    /// What counts as the level.
    pub detector: Detector,
    /// How far it looks ahead, 0 to 50 ms: latency.
    pub lookahead_ms: f64,
    /// 1: the loudest channel opens all, 0: each opens itself; between them in between.
    pub link: f64,
    /// What the detector listens to.
    pub sidechain: Sidechain,
    /// The detector hears only what is higher than that, 10 to 5000 Hz.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sidechain_high_pass_hz: Option<f64>,
}

impl Default for Gate {
    fn default() -> Self {
        Gate {
            threshold_db: -50.0,
            ratio: 4.0,
            knee_db: 6.0,
            range_db: 40.0,
            attack_ms: 1.0,
            hold_ms: 20.0,
            release_ms: 100.0,
            detector: Detector::Peak,
            lookahead_ms: 0.0,
            link: 1.0,
            sidechain: Sidechain::Input,
            sidechain_high_pass_hz: None,
        }
    }
}

impl Gate {
    pub(crate) fn check(&self, place: &Place, stage: &Stage) -> Result<(), EffectsError> {
        let place = &place.named("gate");
        within(place, "threshold_db", self.threshold_db, -100.0..=0.0)?;
        within(place, "ratio", self.ratio, 1.0..=100.0)?;
        within(place, "knee_db", self.knee_db, 0.0..=40.0)?;
        within(place, "range_db", self.range_db, 0.0..=120.0)?;
        within(place, "attack_ms", self.attack_ms, 0.0..=500.0)?;
        within(place, "hold_ms", self.hold_ms, 0.0..=5000.0)?;
        within(place, "release_ms", self.release_ms, 1.0..=5000.0)?;
        within(place, "lookahead_ms", self.lookahead_ms, 0.0..=50.0)?;
        within(place, "link", self.link, 0.0..=1.0)?;
        self.sidechain.check(place, stage)?;
        check_high_pass(place, self.sidechain_high_pass_hz, stage)
    }

    pub(super) fn design(&self, stage: &Stage) -> Design {
        let seconds = |ms: f64| Seconds(ms / 1e3);
        let (attack, hold, release) = (seconds(self.attack_ms), seconds(self.hold_ms), seconds(self.release_ms));
        Design {
            levels: Levels::new(self.sidechain_high_pass_hz, self.detector, self.link, self.sidechain, stage),
            curve: Curve {
                threshold_db: self.threshold_db as f32,
                slope: (self.ratio - 1.0) as f32,
                knee_db: self.knee_db as f32,
                range_db: self.range_db as f32,
                side: -1.0,
            },
            ballistics: Ballistics::new(attack, hold, release, stage.hz()),
            gate: true,
            makeup_db: 0.0,
            lookahead: seconds(self.lookahead_ms),
        }
    }

    pub(crate) fn latency(&self, stage: &Stage) -> usize {
        stage.frames(Seconds(self.lookahead_ms / 1e3))
    }

    pub(crate) fn start(&self, stage: &Stage) -> Box<dyn Processor> {
        Box::new(Controlled(Control::new(self.design(stage), stage)))
    }
}
