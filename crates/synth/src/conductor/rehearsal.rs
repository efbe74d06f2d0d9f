//! What events will need when they are due, prepared ahead and elsewhere.

use std::sync::Arc;

use rae_midi::{Action, Message};
use rae_soundfont::SoundFont;

use super::FilterMoves;
use super::PORT;
use super::bank::{BankMode, Selection};
use super::programs::Programs;
use super::sysex::{self, SysEx};
use crate::program::Program;
use crate::warning::{Warning, Warnings};

/// Follows the events as the conductor will, as far as they select presets.
pub(crate) struct Rehearsal {
    selections: Vec<Selection>,
    modes: Vec<BankMode>,
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
            programs: Programs::new(font),
            warnings: Warnings::default(),
            filter_moves: FilterMoves::new(channels),
        }
    }

    /// What the channels need as they stand at the start and after a reset.
    pub(crate) fn at_first(&mut self) -> Vec<Need> {
        (0..self.selections.len()).filter_map(|channel| self.preset(channel)).collect()
    }

    /// What is needed once `action` has been acted on, and was not before.
    pub(crate) fn follow(&mut self, action: &Action) -> Option<Need> {
        match action {
            Action::Channel { channel, message } => {
                let channel = usize::from(*channel);
                let selection = self.selections.get_mut(channel)?;
                match *message {
                    Message::ControlChange { controller, value } => {
                        selection.control(controller, value);
                        return self.filter_moves.begin_with(action).map(Need::Filters);
                    }
                    Message::ProgramChange { program } => {
                        selection.select(program, self.modes[channel / PORT]);
                        return self.preset(channel);
                    }
                    Message::NoteOn { velocity: 1.., .. } => self.programs.warn(selection, &mut self.warnings),
                    _ => {}
                }
            }
            Action::SysEx { port, data } => {
                let port = usize::from(*port);
                if let (SysEx::Reset(mode), Some(known)) = (sysex::parse(data), self.modes.get_mut(port)) {
                    *known = mode;
                    for channel in port * PORT..(port + 1) * PORT {
                        self.selections[channel] = Selection::new(channel as u16);
                    }
                }
            }
        }
        None
    }

    /// The preset that a note on the channel would play now.
    pub(crate) fn played(&self, channel: u16) -> Option<usize> {
        let selection = self.selections.get(usize::from(channel))?;
        self.programs.choose(selection).map(|(_, preset)| preset)
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
