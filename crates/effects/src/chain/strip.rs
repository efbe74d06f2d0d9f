use super::slot::RunningSlot;
use super::{Delay, Planes, Slot, Stage};

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

    /// Frames that all effects together have to hear after a reset.
    pub(crate) fn warm_up(&self) -> usize {
        self.slots.iter().map(RunningSlot::warm_up).sum()
    }

    pub(crate) fn tail(&self) -> usize {
        self.slots.iter().map(RunningSlot::tail).fold(0, usize::saturating_add)
    }

    pub(crate) fn reset(&mut self) {
        self.slots.iter_mut().for_each(RunningSlot::reset);
        if let Some(sidechain) = &mut self.sidechain {
            sidechain.delays.iter_mut().for_each(Delay::reset);
        }
    }

    /// Starts to move to new settings: as many, of the same types.
    pub(crate) fn update(&mut self, slots: &[Slot], stage: &Stage) {
        for (running, slot) in self.slots.iter_mut().zip(slots) {
            running.update(slot, stage);
        }
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
