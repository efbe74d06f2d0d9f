//! How much of General MIDI a bank offers.

use std::fmt;

/// Programs that General MIDI numbers.
const PROGRAMS: usize = 128;

/// Programs that make a bank one for General MIDI: seven of eight. What lacks more leaves too much to substitutes.
const ENOUGH: usize = 112;

/// How much of General MIDI a bank offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// How many of the 128 programs are there in bank 0.
    pub programs: usize,
    /// Whether the standard drum kit is there: program 0 in bank 128.
    pub has_drums: bool,
}

impl Coverage {
    /// The coverage of presets, each given as bank and program.
    pub fn of(presets: impl IntoIterator<Item = (u16, u16)>) -> Coverage {
        let (mut programs, mut has_drums) = ([false; PROGRAMS], false);
        for (bank, program) in presets {
            has_drums |= (bank, program) == (128, 0);
            if let (0, Some(there)) = (bank, programs.get_mut(usize::from(program))) {
                *there = true;
            }
        }
        Coverage { programs: programs.into_iter().filter(|there| *there).count(), has_drums }
    }

    /// Whether General MIDI songs can be played with it: at least 112 of the programs, and the drums.
    pub fn is_general_midi(self) -> bool {
        self.programs >= ENOUGH && self.has_drums
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let drums = if self.has_drums { "drums" } else { "no drums" };
        write!(f, "{} of {PROGRAMS} programs, {drums}", self.programs)
    }
}
