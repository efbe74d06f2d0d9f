//! A gain that follows the level: what compressor, gate and each band of a multi-band compressor are.

use rae_dsp::wide::largest;
use rae_units::Seconds;

use super::ballistics::{Ballistics, Follower};
use super::curve::Curve;
use super::decibels::amplitudes;
use super::level::Levels;
use super::sidechain::Sidechain;
use crate::chain::{Delay, Planes, Stage};

/// Settings of a [`Control`], checked.
#[derive(Debug)]
pub(super) struct Design {
    pub(super) levels: Levels,
    pub(super) curve: Curve,
    pub(super) ballistics: Ballistics,
    /// The attack opens a gate, where in a compressor it turns down.
    pub(super) gate: bool,
    pub(super) makeup_db: f64,
    pub(super) lookahead: Seconds,
}

#[derive(Debug)]
pub(super) struct Control {
    design: Design,
    /// What the detector hears instead of the sound.
    sidechain: Option<Planes>,
    followers: Vec<Follower>,
    delay: Delay,
    deepest: f32,
}

impl Control {
    pub(super) fn new(design: Design, stage: &Stage) -> Control {
        Control {
            followers: vec![Follower::default(); design.levels.rows()],
            delay: Delay::new(stage.channels, stage.frames(design.lookahead)),
            sidechain: (design.levels.sidechain() == Sidechain::External).then(|| Planes::new(stage.sidechain)),
            design,
            deepest: 0.0,
        }
    }

    /// Goes on from where another control is. Allocates nothing.
    pub(super) fn go_on_from(&mut self, old: &Control) {
        self.design.levels.go_on_from(&old.design.levels);
        let last = self.followers.len().min(old.followers.len()) - 1;
        for (index, follower) in self.followers.iter_mut().enumerate() {
            *follower = old.followers[index.min(last)];
            if self.design.gate {
                // A gate's control signal counts from its range.
                follower.raise(f64::from(self.design.curve.range_db - old.design.curve.range_db));
            }
        }
        self.delay.go_on_from(&old.delay);
    }

    /// Whether the sidechain decides.
    pub(super) fn is_external(&self) -> bool {
        self.sidechain.is_some()
    }

    pub(super) fn latency(&self) -> usize {
        self.delay.frames()
    }

    /// Takes in what the sidechain says while the next block is processed.
    pub(super) fn hear(&mut self, said: &Planes) {
        if let Some(sidechain) = &mut self.sidechain {
            sidechain.copy_from(said);
        }
    }

    pub(super) fn process(&mut self, block: &mut Planes) {
        let Design { levels, curve, ballistics, gate, makeup_db, .. } = &mut self.design;
        let (frames, makeup_db) = (block.frames(), *makeup_db as f32);
        levels.measure(self.sidechain.as_ref().unwrap_or(block));
        self.delay.process(block);
        for (index, follower) in self.followers.iter_mut().enumerate() {
            let row = levels.row(index, frames);
            curve.reductions(row);
            if *gate {
                row.iter_mut().for_each(|value| *value = curve.range_db - *value);
            }
            ballistics.follow(follower, row);
            if *gate {
                row.iter_mut().for_each(|value| *value = curve.range_db - *value);
            }
            self.deepest = self.deepest.max(largest(row));
            row.iter_mut().for_each(|value| *value = makeup_db - *value);
            amplitudes(row);
        }
        let linked = self.followers.len() == 1;
        for (channel, samples) in block.each_mut().enumerate() {
            let gains = levels.row(if linked { 0 } else { channel }, frames);
            samples.iter_mut().zip(gains).for_each(|(sample, gain)| *sample *= *gain);
        }
    }

    /// The deepest reduction in dB since this was last called.
    pub(super) fn take_deepest(&mut self) -> f64 {
        f64::from(std::mem::take(&mut self.deepest))
    }
}
