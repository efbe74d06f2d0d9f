use super::slot::RunningSlot;
use super::{Planes, Slot, Stage};

/// Running effects one after the other.
#[derive(Debug)]
pub(crate) struct Strip(Vec<RunningSlot>);

impl Strip {
    pub(crate) fn new(slots: &[Slot], stage: &Stage) -> Strip {
        Strip(slots.iter().map(|slot| RunningSlot::new(slot, stage)).collect())
    }

    pub(crate) fn process(&mut self, block: &mut Planes) {
        self.0.iter_mut().for_each(|slot| slot.process(block));
    }

    pub(crate) fn latency(&self) -> usize {
        self.0.iter().map(RunningSlot::latency).sum()
    }

    /// Frames that all effects together have to hear after a reset.
    pub(crate) fn warm_up(&self) -> usize {
        self.0.iter().map(RunningSlot::warm_up).sum()
    }

    pub(crate) fn tail(&self) -> usize {
        self.0.iter().map(RunningSlot::tail).fold(0, usize::saturating_add)
    }

    pub(crate) fn reset(&mut self) {
        self.0.iter_mut().for_each(RunningSlot::reset);
    }

    /// Starts to move to new settings: as many, of the same types.
    pub(crate) fn update(&mut self, slots: &[Slot], stage: &Stage) {
        for (running, slot) in self.0.iter_mut().zip(slots) {
            running.update(slot, stage);
        }
    }

    pub(crate) fn until_change(&self) -> usize {
        self.0.iter().map(RunningSlot::until_change).min().unwrap_or(usize::MAX)
    }

    /// The latest gain reductions, each with its place below `list`.
    pub(crate) fn reductions(&mut self, report: &mut dyn FnMut(&str, f64)) {
        for (index, slot) in self.0.iter_mut().enumerate() {
            slot.reductions(&mut |part, reduction| {
                let dot = if part.is_empty() { "" } else { "." };
                report(&format!("effects[{index}]{dot}{part}"), reduction);
            });
        }
    }

    pub(crate) fn non_finite(&self) -> u64 {
        self.0.iter().map(RunningSlot::non_finite).sum()
    }
}
