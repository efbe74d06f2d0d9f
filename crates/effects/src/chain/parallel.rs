use rae_units::Decibels;
use serde::{Deserialize, Serialize};

use super::change::BranchChange;
use super::effect::{check_all, check_update, latency};
use super::limits::MAX_DEPTH;
use super::slot::{Ramp, glide};
use super::strip::Strip;
use super::{Delay, Effect, Place, Planes, Processor, Slot, Stage, within};
use crate::EffectsError;

/// Chains side by side: each hears the input, and their outputs, made equally late, are summed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parallel {
    /// The chains; at least one.
    pub branches: Vec<Branch>,
}

/// One chain of [`Parallel`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// Level in the sum, −120 to 60 dB.
    #[serde(default)]
    pub gain_db: f64,
    /// Not heard.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mute: bool,
    /// The effects in order; none passes the input on.
    #[serde(default)]
    pub effects: Vec<Slot>,
}

impl Branch {
    pub(super) fn gain(&self) -> f32 {
        if self.mute { 0.0 } else { Decibels(self.gain_db).amplitude() as f32 }
    }
}

impl Parallel {
    pub(crate) fn check(&self, place: &Place, stage: &Stage) -> Result<(), EffectsError> {
        let refuse = |problem: String| Err(EffectsError::Structure { place: place.clone(), problem });
        if self.branches.is_empty() {
            return refuse("a parallel effect needs at least one branch".into());
        }
        if self.depth() > MAX_DEPTH {
            return refuse(format!("parallel effects lie within each other more than {MAX_DEPTH} deep"));
        }
        for (index, branch) in self.branches.iter().enumerate() {
            let place = place.item("branches", index);
            within(&place, "gain_db", branch.gain_db, -120.0..=60.0)?;
            check_all(&branch.effects, &place, stage)?;
        }
        Ok(())
    }

    /// Checks what [`Parallel`] itself and its branches can take over while they run.
    pub(crate) fn check_update(&self, new: &Parallel, place: &Place, stages: [&Stage; 2]) -> Result<(), EffectsError> {
        if self.branches.len() != new.branches.len() {
            let problem =
                format!("{} branches instead of {}: prepare the chain anew", new.branches.len(), self.branches.len());
            return Err(EffectsError::Structure { place: place.clone(), problem });
        }
        for (index, (old, new)) in self.branches.iter().zip(&new.branches).enumerate() {
            check_update([&old.effects, &new.effects], &place.item("branches", index), stages)?;
        }
        Ok(())
    }

    fn depth(&self) -> usize {
        let slots = self.branches.iter().flat_map(|branch| &branch.effects);
        let depths = slots.map(|slot| match &slot.effect {
            Effect::Parallel(parallel) => parallel.depth(),
            _ => 0,
        });
        1 + depths.max().unwrap_or(0)
    }

    pub(crate) fn latency(&self, stage: &Stage) -> usize {
        self.branches.iter().map(|branch| latency(&branch.effects, stage)).max().unwrap_or(0)
    }

    pub(crate) fn start(&self, stage: &Stage) -> Box<dyn Processor> {
        let latency = self.latency(stage);
        let branches = self.branches.iter().map(|branch| {
            let strip = Strip::new(&branch.effects, stage);
            RunningBranch {
                delay: Delay::new(stage.channels, latency - strip.latency()),
                strip,
                gain: Ramp::still(branch.gain()),
            }
        });
        Box::new(RunningParallel {
            branches: branches.collect(),
            latency,
            glide: glide(stage),
            input: Planes::new(stage.channels),
            work: Planes::new(stage.channels),
        })
    }
}

#[derive(Debug)]
struct RunningParallel {
    branches: Vec<RunningBranch>,
    latency: usize,
    /// Frames of a change of gain.
    glide: usize,
    input: Planes,
    work: Planes,
}

#[derive(Debug)]
struct RunningBranch {
    strip: Strip,
    delay: Delay,
    gain: Ramp,
}

impl Processor for RunningParallel {
    fn hear(&mut self, sidechain: &Planes) {
        self.branches.iter_mut().for_each(|branch| branch.strip.hear(sidechain));
    }

    fn process(&mut self, block: &mut Planes) {
        self.input.copy_from(block);
        block.each_mut().for_each(|samples| samples.fill(0.0));
        for branch in &mut self.branches {
            self.work.copy_from(&self.input);
            branch.strip.process(&mut self.work);
            branch.delay.process(&mut self.work);
            for (sums, samples) in block.each_mut().zip(self.work.each()) {
                for (frame, (sum, sample)) in sums.iter_mut().zip(samples).enumerate() {
                    *sum += branch.gain.value(frame) * sample;
                }
            }
            branch.gain.advance(block.frames());
        }
    }

    fn latency(&self) -> usize {
        self.latency
    }

    fn tail(&self) -> usize {
        self.branches.iter().map(|branch| branch.strip.tail()).max().unwrap_or(0)
    }

    fn warm_up(&self) -> usize {
        self.branches.iter().map(|branch| branch.strip.warm_up() + branch.delay.frames()).max().unwrap_or(0)
    }

    fn change(&mut self, branches: &mut [BranchChange]) {
        for (running, branch) in self.branches.iter_mut().zip(branches) {
            running.strip.change(&mut branch.effects);
            running.gain = running.gain.towards(branch.gain, self.glide);
        }
    }

    fn keep_replaced(&mut self) {
        self.branches.iter_mut().for_each(|branch| branch.strip.keep_replaced());
    }

    fn take_back(&mut self) -> Option<Box<dyn Processor>> {
        self.branches.iter_mut().find_map(|branch| branch.strip.take_back())
    }

    fn until_change(&self) -> usize {
        self.branches.iter().map(|branch| branch.strip.until_change()).min().unwrap_or(usize::MAX)
    }

    fn reductions(&mut self, report: &mut dyn FnMut(&str, f64)) {
        for (index, branch) in self.branches.iter_mut().enumerate() {
            branch.strip.reductions(0, &mut |part, reduction| report(&format!("branches[{index}].{part}"), reduction));
        }
    }

    fn non_finite(&self) -> u64 {
        self.branches.iter().map(|branch| branch.strip.non_finite()).sum()
    }
}
