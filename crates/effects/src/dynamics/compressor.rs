use rae_units::Seconds;
use serde::{Deserialize, Serialize};

use super::ballistics::Ballistics;
use super::control::{Control, Design};
use super::curve::Curve;
use super::level::Levels;
use super::sidechain::Sidechain;
use crate::EffectsError;
use crate::chain::{Place, Planes, Processor, Stage, alike, within};

/// Turns down what is louder than a threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Compressor {
    /// The level from which on it acts, −80 to 0 dBFS.
    pub threshold_db: f64,
    /// Decibels of input for one of output beyond the threshold, 1 to 1000.
    pub ratio: f64,
    /// Width of the bend around the threshold, 0 to 40 dB.
    pub knee_db: f64,
    /// Time constant of turning down, 0 to 500 ms.
    pub attack_ms: f64,
    /// Time constant of coming back, 1 to 5000 ms.
    pub release_ms: f64,
    /// What counts as the level.
    pub detector: Detector,
    /// How far the gain looks ahead, 0 to 50 ms: latency.
    pub lookahead_ms: f64,
    /// 1: the loudest channel turns all down, 0: each turns itself down; between them in between.
    pub link: f64,
    /// What the detector listens to.
    pub sidechain: Sidechain,
    /// The detector hears only what is higher than that, 10 to 5000 Hz.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sidechain_high_pass_hz: Option<f64>,
    /// Gain after it, −40 to 40 dB.
    pub makeup_db: f64,
}

/// What counts as the level of sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detector {
    /// The sample's magnitude: a full-scale sine has 0 dB.
    Peak,
    /// The root of the mean square over about 10 ms: a full-scale sine has −3 dB.
    #[default]
    Rms,
}

impl Default for Compressor {
    fn default() -> Self {
        Compressor {
            threshold_db: -20.0,
            ratio: 2.0,
            knee_db: 6.0,
            attack_ms: 10.0,
            release_ms: 150.0,
            detector: Detector::Rms,
            lookahead_ms: 0.0,
            link: 1.0,
            sidechain: Sidechain::Input,
            sidechain_high_pass_hz: None,
            makeup_db: 0.0,
        }
    }
}

impl Compressor {
    pub(super) fn check_at(&self, place: &Place, stage: &Stage) -> Result<(), EffectsError> {
        within(place, "threshold_db", self.threshold_db, -80.0..=0.0)?;
        within(place, "ratio", self.ratio, 1.0..=1000.0)?;
        within(place, "knee_db", self.knee_db, 0.0..=40.0)?;
        within(place, "attack_ms", self.attack_ms, 0.0..=500.0)?;
        within(place, "release_ms", self.release_ms, 1.0..=5000.0)?;
        within(place, "lookahead_ms", self.lookahead_ms, 0.0..=50.0)?;
        within(place, "link", self.link, 0.0..=1.0)?;
        self.sidechain.check(place, stage)?;
        check_high_pass(place, self.sidechain_high_pass_hz, stage)?;
        within(place, "makeup_db", self.makeup_db, -40.0..=40.0)
    }

    pub(crate) fn check(&self, place: &Place, stage: &Stage) -> Result<(), EffectsError> {
        self.check_at(&place.named("compressor"), stage)
    }

    pub(super) fn design(&self, stage: &Stage) -> Design {
        let (attack, release) = (Seconds(self.attack_ms / 1e3), Seconds(self.release_ms / 1e3));
        Design {
            levels: Levels::new(self.sidechain_high_pass_hz, self.detector, self.link, self.sidechain, stage),
            curve: Curve {
                threshold_db: self.threshold_db as f32,
                slope: (1.0 - 1.0 / self.ratio) as f32,
                knee_db: self.knee_db as f32,
                range_db: f32::MAX,
                side: 1.0,
            },
            ballistics: Ballistics::new(attack, Seconds(0.0), release, stage.hz()),
            gate: false,
            makeup_db: self.makeup_db,
            lookahead: self.lookahead(),
        }
    }

    fn lookahead(&self) -> Seconds {
        Seconds(self.lookahead_ms / 1e3)
    }

    pub(crate) fn latency(&self, stage: &Stage) -> usize {
        stage.frames(self.lookahead())
    }

    pub(crate) fn start(&self, stage: &Stage) -> Box<dyn Processor> {
        Box::new(Controlled(Control::new(self.design(stage), stage)))
    }
}

pub(super) fn check_high_pass(place: &Place, hz: Option<f64>, stage: &Stage) -> Result<(), EffectsError> {
    hz.map_or(Ok(()), |hz| within(place, "sidechain_high_pass_hz", hz, 10.0..=5000f64.min(0.45 * stage.hz())))
}

/// A compressor or a gate at work.
#[derive(Debug)]
pub(super) struct Controlled(pub(super) Control);

impl Processor for Controlled {
    fn hear(&mut self, sidechain: &Planes) {
        self.0.hear(sidechain);
    }

    fn process(&mut self, block: &mut Planes) {
        self.0.process(block);
    }

    fn latency(&self) -> usize {
        self.0.latency()
    }

    fn go_on_from(&mut self, old: &dyn Processor) {
        if let Some(Controlled(old)) = alike(old) {
            self.0.go_on_from(old);
        }
    }

    fn reductions(&mut self, report: &mut dyn FnMut(&str, f64)) {
        report("", self.0.take_deepest());
    }
}
