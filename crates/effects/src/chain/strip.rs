use super::change::SlotChange;
use super::slot::RunningSlot;
use super::{Delay, Planes, Processor, Slot, Stage};

/// Running effects one after the other.
#[derive(Debug)]
pub(crate) struct Strip {
    slots: Vec<RunningSlot>,
    sidechain: Option<Sidechain>,
}

/// The sidechain on its way along the effects: as late at each as the sound is.
#[derive(Debug)]
struct Sidechain {
    planes: Planes,
    /// The latency of each effect.
    delays: Vec<Delay>,
}

impl Strip {
    pub(crate) fn new(slots: &[Slot], stage: &Stage) -> Strip {
        let slots: Vec<_> = slots.iter().map(|slot| RunningSlot::new(slot, stage)).collect();
        let sidechain = (stage.sidechain > 0).then(|| Sidechain {
            planes: Planes::new(stage.sidechain),
            delays: slots.iter().map(|slot| Delay::new(stage.sidechain, slot.latency())).collect(),
        });
        Strip { slots, sidechain }
    }

    /// Takes in what the sidechain says while the next block is processed.
    pub(crate) fn hear(&mut self, sidechain: &Planes) {
        let Some(Sidechain { planes, delays }) = &mut self.sidechain else { return };
        planes.copy_from(sidechain);
        for (slot, delay) in self.slots.iter_mut().zip(delays) {
            slot.hear(planes);
            delay.process(planes);
        }
    }

    pub(crate) fn process(&mut self, block: &mut Planes) {
        self.slots.iter_mut().for_each(|slot| slot.process(block));
    }

    pub(crate) fn latency(&self) -> usize {
        self.slots.iter().map(RunningSlot::latency).sum()
    }

    /// Frames that all effects together have to hear from silence on.
    pub(crate) fn warm_up(&self) -> usize {
        self.slots.iter().map(RunningSlot::warm_up).sum()
    }

    pub(crate) fn tail(&self) -> usize {
        self.slots.iter().map(RunningSlot::tail).fold(0, usize::saturating_add)
    }

    /// Starts to move to new settings. Allocates nothing.
    pub(crate) fn change(&mut self, changes: &mut [SlotChange]) {
        for (running, change) in self.slots.iter_mut().zip(changes) {
            running.change(change);
        }
    }

    pub(crate) fn keep_replaced(&mut self) {
        self.slots.iter_mut().for_each(RunningSlot::keep_replaced);
    }

    pub(crate) fn take_back(&mut self) -> Option<Box<dyn Processor>> {
        self.slots.iter_mut().find_map(RunningSlot::take_back)
    }

    pub(crate) fn until_change(&self) -> usize {
        self.slots.iter().map(RunningSlot::until_change).min().unwrap_or(usize::MAX)
    }

    /// The latest gain reductions, each with its effect's place in a list in which the first has number `first`.
    pub(crate) fn reductions(&mut self, first: usize, report: &mut dyn FnMut(&str, f64)) {
        for (index, slot) in (first..).zip(&mut self.slots) {
            slot.reductions(&mut |part, reduction| {
                let dot = if part.is_empty() { "" } else { "." };
                report(&format!("effects[{index}]{dot}{part}"), reduction);
            });
        }
    }

    pub(crate) fn non_finite(&self) -> u64 {
        self.slots.iter().map(RunningSlot::non_finite).sum()
    }
}
