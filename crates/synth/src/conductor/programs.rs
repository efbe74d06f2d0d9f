//! Which preset answers a bank and a program, and the presets made ready so far.

use std::collections::BTreeSet;
use std::sync::Arc;

use rae_midi::{DRUM_BANK, Selection};
use rae_soundfont::SoundFont;

use crate::program::{Budget, Program};
use crate::warning::{Warning, Warnings};

pub(super) struct Programs {
    font: Arc<SoundFont>,
    /// By number of the preset.
    ready: Vec<Option<Arc<Program>>>,
    /// Presets that were made ready without their last zones.
    cut: BTreeSet<usize>,
    /// `None` where presets are handed over instead of made ready here.
    budget: Option<Budget>,
    silence: Arc<Program>,
}

impl Programs {
    /// Presets that are made ready when a note first asks for them.
    pub(super) fn new(font: Arc<SoundFont>) -> Programs {
        Programs { budget: Some(Budget::new()), ..Programs::handed_over(font) }
    }

    /// Presets that are handed over ready; nothing is allocated here.
    pub(super) fn handed_over(font: Arc<SoundFont>) -> Programs {
        let ready = vec![None; font.model().presets.len()];
        Programs { font, ready, cut: BTreeSet::new(), budget: None, silence: Arc::default() }
    }

    /// Takes a preset that has been made ready elsewhere.
    pub(super) fn hand_over(&mut self, preset: usize, program: Arc<Program>) {
        self.ready[preset] = Some(program);
    }

    /// Whether the preset has been made ready.
    pub(super) fn is_ready(&self, preset: usize) -> bool {
        self.ready[preset].is_some()
    }

    /// The preset that sounds for a selection, or the nearest there is: the same program of bank 0 (for drums the standard
    /// kit), then program 0.
    pub(super) fn choose(&self, selection: &Selection) -> Option<((u16, u16), usize)> {
        let &Selection { bank, program, drums, .. } = selection;
        let nearest = if drums { (DRUM_BANK, 0) } else { (0, u16::from(program)) };
        let choices = [(bank, u16::from(program)), nearest, (0, 0)];
        choices.into_iter().find_map(|c| Some((c, self.font.preset(c.0, c.1)?)))
    }

    /// What sounds for a selection that a note asks for. Each substitution is a warning, once.
    pub(super) fn find(&mut self, selection: &Selection, warnings: &mut Warnings) -> Arc<Program> {
        let program = self.prepare(selection);
        self.warn(selection, warnings);
        program
    }

    /// What would sound for a selection: made ready, unless presets are handed over.
    pub(super) fn prepare(&mut self, selection: &Selection) -> Arc<Program> {
        let Some((_, preset)) = self.choose(selection) else { return self.silence.clone() };
        let Some(budget) = &mut self.budget else {
            return self.ready[preset].as_ref().unwrap_or(&self.silence).clone();
        };
        let ready = self.ready[preset].get_or_insert_with(|| {
            let (program, whole) = Program::compile(&self.font, preset, budget);
            if !whole {
                self.cut.insert(preset);
            }
            Arc::new(program)
        });
        ready.clone()
    }

    /// Tells in which ways what sounds for a selection is not what it asks for. Where presets are handed over this is up to
    /// who hands them over.
    pub(super) fn warn(&self, selection: &Selection, warnings: &mut Warnings) {
        if self.budget.is_none() {
            return;
        }
        let &Selection { bank, program, .. } = selection;
        let Some((used, preset)) = self.choose(selection) else {
            return warnings.once(Warning::NoPreset { bank, program });
        };
        if used != (bank, u16::from(program)) {
            warnings.once(Warning::PresetReplaced { bank, program, used_bank: used.0, used_program: used.1 });
        }
        if self.cut.contains(&preset) {
            warnings.once(Warning::TooManyZones { bank: used.0, program: used.1 });
        }
    }
}
