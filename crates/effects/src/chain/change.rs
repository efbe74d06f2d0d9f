//! New settings for a running chain: made on one thread, taken over on another that must not wait.

use std::sync::Arc;

use super::effect::{check_all, check_update};
use super::prepared::read;
use super::{Chain, Effect, Place, Processor, Slot, Stage};
use crate::EffectsError;
use crate::convolution::ResponseFiles;

/// Makes changes for one [`super::Prepared`], from which [`super::Prepared::updates`] gets it: here are the files, the impulse
/// responses and the memory that new settings need, so that the thread that processes sound has nothing of that to do.
#[derive(Debug)]
pub struct Updates {
    pub(super) chain: Chain,
    pub(super) stage: Stage,
    pub(super) files: Arc<dyn ResponseFiles>,
    pub(super) stream: u64,
    /// Of the latest change.
    pub(super) number: u64,
    /// Whether replaced effects wait to be taken back.
    pub(super) keeps: bool,
}

/// New settings that were made ready, for [`super::Prepared::apply`].
#[derive(Debug)]
pub struct Change {
    pub(super) chain: Chain,
    pub(super) stage: Stage,
    pub(super) stream: u64,
    pub(super) number: u64,
    pub(super) effects: Vec<SlotChange>,
}

/// What a running chain needs no more; to be dropped where that may take time.
#[derive(Debug)]
pub struct Spent {
    _rest: Rest,
}

#[derive(Debug)]
enum Rest {
    /// A change that was taken over, with the chain before it.
    Change { _change: Change },
    /// An effect that another one has replaced.
    Effect { _effect: Box<dyn Processor> },
}

/// What becomes of one effect.
#[derive(Debug)]
pub(crate) struct SlotChange {
    /// The share of its output.
    pub(super) share: f32,
    /// A new instance, if the effect has other settings or wakes up.
    pub(super) effect: Option<Box<dyn Processor>>,
    /// Whether it has other settings.
    pub(super) is_other: bool,
    /// What becomes of branches, where they have other settings.
    pub(super) branches: Option<Vec<BranchChange>>,
}

/// What becomes of one branch.
#[derive(Debug)]
pub(crate) struct BranchChange {
    pub(super) gain: f32,
    pub(super) effects: Vec<SlotChange>,
}

impl Updates {
    /// The chain as it is once all changes have been taken over.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Makes new settings ready. Effects must keep their number, order, types and latency. Changes have to be taken over in the
    /// order in which they were made; one that is not leaves the next ones without their ground.
    ///
    /// # Errors
    /// As [`Chain::prepare_for`], and where the chain would have to be prepared anew; then nothing changes.
    pub fn change(&mut self, chain: &Chain) -> Result<Change, EffectsError> {
        let stage = Stage { files: read(chain, &self.stage, &*self.files)?, ..self.stage.clone() };
        check_all(&chain.effects, &Place::default(), &stage)?;
        check_update([&self.chain.effects, &chain.effects], &Place::default(), [&self.stage, &stage])?;
        let mut effects = changes(&self.chain.effects, &chain.effects, &stage);
        if self.keeps {
            effects.iter_mut().for_each(SlotChange::keep_replaced);
        }
        self.number += 1;
        self.chain = chain.clone();
        self.stage = stage.clone();
        Ok(Change { chain: chain.clone(), stage, stream: self.stream, number: self.number, effects })
    }
}

impl Spent {
    pub(super) fn change(change: Change) -> Spent {
        Spent { _rest: Rest::Change { _change: change } }
    }

    pub(super) fn effect(effect: Box<dyn Processor>) -> Spent {
        Spent { _rest: Rest::Effect { _effect: effect } }
    }
}

fn changes(old: &[Slot], new: &[Slot], stage: &Stage) -> Vec<SlotChange> {
    old.iter().zip(new).map(|(old, new)| SlotChange::new(old, new, stage)).collect()
}

impl SlotChange {
    fn new(old: &Slot, new: &Slot, stage: &Stage) -> SlotChange {
        let is_other = old.effect != new.effect;
        let branches = match (&old.effect, &new.effect) {
            (Effect::Parallel(old), Effect::Parallel(new)) if is_other => {
                let branches = old.branches.iter().zip(&new.branches);
                let change = |(old, new): (&super::Branch, &super::Branch)| BranchChange {
                    gain: new.gain(),
                    effects: changes(&old.effects, &new.effects, stage),
                };
                Some(branches.map(change).collect())
            }
            _ => None,
        };
        // What is asleep is replaced: it begins from silence.
        let asleep = old.share() == 0.0;
        let needs_another = is_other && (asleep || branches.is_none()) || asleep && new.share() > 0.0;
        let effect = needs_another.then(|| new.effect.start(stage));
        SlotChange { share: new.share(), effect, is_other, branches }
    }

    fn keep_replaced(&mut self) {
        self.effect.iter_mut().for_each(|effect| effect.keep_replaced());
        let branches = self.branches.iter_mut().flatten();
        branches.flat_map(|branch| &mut branch.effects).for_each(SlotChange::keep_replaced);
    }
}
