use std::any::Any;
use std::fmt::Debug;

use rae_units::{SampleRate, Seconds};

use super::change::BranchChange;
use super::{Planes, Profile};
use crate::convolution::Files;

/// What a chain is prepared for.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    pub(crate) rate: SampleRate,
    pub(crate) channels: usize,
    /// Channels of the sidechain; 0 where there is none.
    pub(crate) sidechain: usize,
    pub(crate) profile: Profile,
    /// The files that the chain names.
    pub(crate) files: Files,
}

impl Stage {
    /// Without files and without a sidechain.
    pub(crate) fn plain(rate: SampleRate, channels: usize) -> Stage {
        Stage { rate, channels, sidechain: 0, profile: Profile::default(), files: Files::default() }
    }

    /// The same for what processes the sidechain.
    pub(crate) fn of_sidechain(&self) -> Stage {
        Stage { channels: self.sidechain, ..self.clone() }
    }

    pub(crate) fn hz(&self) -> f64 {
        f64::from(self.rate.hz())
    }

    /// The nearest number of frames.
    pub(crate) fn frames(&self, time: Seconds) -> usize {
        time.frames(self.rate).0 as usize
    }
}

/// An effect at work. Whatever the blocks, the same bits come out.
pub(crate) trait Processor: Any + Debug + Send {
    /// Takes in what the sidechain says while the next block is processed, which is as long; only where there is one.
    fn hear(&mut self, _sidechain: &Planes) {}

    /// Processes the next block in place; what comes in is finite.
    fn process(&mut self, block: &mut Planes);

    /// Frames by which the output lies behind the input; the same for all settings that a running one can be changed to.
    fn latency(&self) -> usize {
        0
    }

    /// Frames by which the output, latency apart, outlasts the input.
    fn tail(&self) -> usize {
        0
    }

    /// Frames that an effect that goes on from another one has to hear before it may be heard; from silence on at least as many
    /// as its latency.
    fn warm_up(&self) -> usize {
        0
    }

    /// Goes on from the state of the one that is to be replaced, where that can be. Allocates nothing.
    fn go_on_from(&mut self, _old: &dyn Processor) {}

    /// Whether what it has heard rings long: a changed one begins empty, and this one rings to its end.
    fn rings_on(&self) -> bool {
        false
    }

    /// Takes over new settings of what it holds. Allocates nothing.
    fn change(&mut self, _branches: &mut [BranchChange]) {}

    /// Makes room for effects that others replace; until then they are dropped where they are.
    fn keep_replaced(&mut self) {}

    /// Gives back an effect that another one has replaced.
    fn take_back(&mut self) -> Option<Box<dyn Processor>> {
        None
    }

    /// Frames until something changes by itself; blocks end there.
    fn until_change(&self) -> usize {
        usize::MAX
    }

    /// The deepest gain reductions since this was last called, in dB, of each part that has one.
    fn reductions(&mut self, _report: &mut dyn FnMut(&str, f64)) {}

    /// Samples that were not finite, within effects that hold others.
    fn non_finite(&self) -> u64 {
        0
    }
}

/// The one that is to be replaced, if it is of the same kind.
pub(crate) fn alike<P: Processor>(old: &dyn Processor) -> Option<&P> {
    let old: &dyn Any = old;
    old.downcast_ref()
}
