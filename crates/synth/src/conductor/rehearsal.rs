//! What events will need when they are due, prepared ahead and elsewhere.

use std::sync::Arc;

use rae_midi::{Action, Message};
use rae_soundfont::SoundFont;

use super::FilterMoves;
use super::PORT;
use super::bank::{BankMode, Selection};
use super::programs::Programs;
use super::routing::{Request, Router};
use super::sysex::PartSetting;
use crate::program::Program;
use crate::warning::{Warning, Warnings};

/// Most that one event needs: the programs, the drums and filters of all parts of a port.
pub(crate) const MOST_NEEDS: usize = 3 * PORT;

/// Follows the events as the conductor will, as far as they select presets.
pub(crate) struct Rehearsal {
    selections: Vec<Selection>,
    modes: Vec<BankMode>,
    router: Router,
    programs: Programs,
    warnings: Warnings,
    filter_moves: FilterMoves,
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
            selections: (0..(ports * PORT) as u16).map(Selection::new).collect(),
            modes: vec![BankMode::default(); ports],
            router: Router::new(ports),
            programs: Programs::new(font),
            warnings: Warnings::default(),
            filter_moves: FilterMoves::new(channels),
        }
    }

    /// What the channels need as they stand at the start and after a reset.
    pub(crate) fn at_first(&mut self) -> Vec<Need> {
        (0..self.selections.len()).filter_map(|channel| self.preset(channel)).collect()
    }

    /// What is needed once `action` has been acted on at `frame`, and was not before; at most [`MOST_NEEDS`].
    pub(crate) fn follow(&mut self, frame: u64, action: &Action) -> Vec<Need> {
        let mut needs = Vec::new();
        let mut router = std::mem::take(&mut self.router);
        router.route(action, |request| {
            needs.extend(self.filter_moves.begin_with(&request).map(Need::Filters));
            match request {
                Request::Message(part, message) => needs.extend(self.message(part, message)),
                Request::Part(part, setting) => needs.extend(self.set_part(part, setting)),
                Request::Reset(port, mode) => self.reset(port, mode),
                Request::Damaged => self.warnings.once(Warning::Checksum { frame }),
                Request::Port(..) | Request::Tuning(..) => {}
            }
        });
        self.router = router;
        needs
    }

    fn message(&mut self, part: usize, message: Message) -> Option<Need> {
        let selection = &mut self.selections[part];
        match message {
            Message::ControlChange { controller, value } => {
                selection.control(controller, value);
            }
            Message::ProgramChange { program } => {
                selection.select(program, self.modes[part / PORT]);
                return self.preset(part);
            }
            Message::NoteOn { velocity: 1.., .. } => self.programs.warn(selection, &mut self.warnings),
            _ => {}
        }
        None
    }

    fn reset(&mut self, port: usize, mode: BankMode) {
        self.modes[port] = mode;
        for part in port * PORT..(port + 1) * PORT {
            self.selections[part] = Selection::new(part as u16);
        }
    }

    fn set_part(&mut self, part: usize, setting: PartSetting) -> Option<Need> {
        match setting {
            PartSetting::Control(controller, value) => {
                return self.message(part, Message::ControlChange { controller, value });
            }
            PartSetting::Program(program) => return self.message(part, Message::ProgramChange { program }),
            PartSetting::Melodies | PartSetting::Drums(_) => {
                let drums = setting != PartSetting::Melodies;
                self.selections[part].set_drums(drums, self.modes[part / PORT]);
                return self.preset(part);
            }
            _ => {}
        }
        None
    }

    /// The presets that a note on the channel would play now.
    pub(crate) fn played(&self, channel: u16) -> impl Iterator<Item = usize> {
        let choose = |part: usize| self.programs.choose(&self.selections[part]);
        self.router.parts(channel).filter_map(choose).map(|(_, preset)| preset)
    }

    /// Warnings since the last call.
    pub(crate) fn take_warnings(&mut self) -> Vec<Warning> {
        self.warnings.take()
    }

    /// A channel's preset, if it was not ready.
    fn preset(&mut self, channel: usize) -> Option<Need> {
        let selection = &self.selections[channel];
        let new = self.programs.choose(selection).map(|(_, preset)| preset).filter(|&p| !self.programs.is_ready(p));
        let program = self.programs.prepare(selection);
        new.map(|preset| Need::Preset(preset, program))
    }
}
