//! Which preset answers a bank and a program, and the presets made ready so far.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rae_soundfont::SoundFont;

use super::bank::DRUM_BANK;
use crate::program::{Budget, Program};
use crate::warning::{Warning, Warnings};

pub(super) struct Programs {
    font: Arc<SoundFont>,
    ready: HashMap<usize, Arc<Program>>,
    budget: Budget,
}

impl Programs {
    pub(super) fn new(font: Arc<SoundFont>) -> Programs {
        Programs { font, ready: HashMap::new(), budget: Budget::new() }
    }

    /// The presets that have been asked for, or played in place of those.
    pub(super) fn used(&self) -> BTreeSet<usize> {
        self.ready.keys().copied().collect()
    }

    /// The preset of this bank and program, or the nearest there is: the same program of bank 0 (for drums the standard
    /// kit), then program 0. Each substitution is a warning, once.
    pub(super) fn find(&mut self, bank: u16, program: u8, drums: bool, warnings: &mut Warnings) -> Arc<Program> {
        let wanted = (bank, u16::from(program));
        let nearest = if drums { (DRUM_BANK, 0) } else { (0, u16::from(program)) };
        let choices = [wanted, nearest, (0, 0)];
        let found = choices.into_iter().find_map(|c| Some((c, self.font.preset(c.0, c.1)?)));
        let Some((used, preset)) = found else {
            warnings.once(Warning::NoPreset { bank, program });
            return Arc::default();
        };
        if used != wanted {
            warnings.once(Warning::PresetReplaced { bank, program, used_bank: used.0, used_program: used.1 });
        }
        let ready = self.ready.entry(preset).or_insert_with(|| {
            let (program, whole) = Program::compile(&self.font, preset, &mut self.budget);
            if !whole {
                warnings.once(Warning::TooManyZones { bank, program: used.1 });
            }
            Arc::new(program)
        });
        ready.clone()
    }
}
