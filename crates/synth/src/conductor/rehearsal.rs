//! What events will need when they are due, prepared ahead and elsewhere.

use std::sync::Arc;

use rae_midi::{Action, Message, PORT, Request, Router, Selections};
use rae_soundfont::SoundFont;

use super::programs::Programs;
use super::{FilterMoves, Unrendered};
use crate::program::Program;
use crate::warning::{Warning, Warnings};

/// Most that one event needs: the programs, the drums and filters of all parts of a port.
pub(crate) const MOST_NEEDS: usize = 3 * PORT;

/// Follows the events as the conductor will, as far as they select presets.
pub(crate) struct Rehearsal {
    selections: Selections,
    router: Router,
    programs: Programs,
    warnings: Warnings,
    filter_moves: FilterMoves,
    unrendered: Unrendered,
}

/// What has to be handed over before an event.
pub(crate) enum Need {
    Preset(usize, Arc<Program>),
    /// This channel's filters begin to move.
    Filters(u16),
}

impl Rehearsal {
    pub(crate) fn new(font: Arc<SoundFont>, channels: u16) -> Rehearsal {
        let ports = usize::from(channels).div_ceil(PORT).max(1);
        Rehearsal {
            selections: Selections::new(ports),
            router: Router::new(ports),
            programs: Programs::new(font),
            warnings: Warnings::default(),
            filter_moves: FilterMoves::new(channels),
            unrendered: Unrendered::new(ports),
        }
    }

    /// What the channels need as they stand at the start and after a reset.
    pub(crate) fn at_first(&mut self) -> Vec<Need> {
        (0..self.selections.parts().len()).filter_map(|channel| self.preset(channel)).collect()
    }

    /// What is needed once `action` has been acted on at `frame`, and was not before; at most [`MOST_NEEDS`].
    pub(crate) fn follow(&mut self, frame: u64, action: &Action) -> Vec<Need> {
        let mut needs = Vec::new();
        let mut router = std::mem::take(&mut self.router);
        router.route(action, |request| {
            needs.extend(self.filter_moves.begin_with(&request).map(Need::Filters));
            if let Some(warning) = self.unrendered.hear(&request) {
                self.warnings.once(warning);
            }
            match request {
                Request::Message(part, Message::NoteOn { velocity: 1.., .. }) => {
                    self.programs.warn(&self.selections.parts()[part], &mut self.warnings);
                }
                Request::Damaged => self.warnings.once(Warning::Checksum { frame }),
                _ => {}
            }
            needs.extend(self.selections.hear(&request).and_then(|part| self.preset(part)));
        });
        self.router = router;
        needs
    }

    /// The presets that a note on the channel would play now.
    pub(crate) fn played(&self, channel: u16) -> impl Iterator<Item = usize> {
        let choose = |part: usize| self.programs.choose(&self.selections.parts()[part]);
        self.router.parts(channel).filter_map(choose).map(|(_, preset)| preset)
    }

    /// Warnings since the last call.
    pub(crate) fn take_warnings(&mut self) -> Vec<Warning> {
        self.warnings.take()
    }

    /// A channel's preset, if it was not ready.
    fn preset(&mut self, channel: usize) -> Option<Need> {
        let selection = &self.selections.parts()[channel];
        let new = self.programs.choose(selection).map(|(_, preset)| preset).filter(|&p| !self.programs.is_ready(p));
        let program = self.programs.prepare(selection);
        new.map(|preset| Need::Preset(preset, program))
    }
}
