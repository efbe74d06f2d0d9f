//! What a listener should know but need not stop for.

use std::collections::HashSet;
use std::fmt;

/// Kinds of substitution that are kept; a hostile file could ask for thousands.
const MOST: usize = 1000;

/// Something that was done other than asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Warning {
    /// The bank has no such preset; another one plays.
    PresetReplaced {
        /// Bank asked for.
        bank: u16,
        /// Program asked for.
        program: u8,
        /// Bank that plays.
        used_bank: u16,
        /// Program that plays.
        used_program: u16,
    },
    /// The bank has nothing to play for this; the notes are silent.
    NoPreset {
        /// Bank asked for.
        bank: u16,
        /// Program asked for.
        program: u8,
    },
    /// The bank's presets have more pairs of zones than a bank could need; the last ones are left out.
    TooManyZones {
        /// Bank that plays.
        bank: u16,
        /// Program that plays.
        program: u16,
    },
    /// All voices were in use; quieter ones gave way.
    VoiceLimit {
        /// The limit.
        limit: usize,
        /// When it was first reached.
        frame: u64,
    },
    /// A system exclusive message has another checksum than its bytes and was ignored.
    Checksum {
        /// When it was first so.
        frame: u64,
    },
    /// A song uses a variation effect of XG that is not rendered.
    Variation {
        /// First byte of its type.
        kind: u8,
        /// Second byte.
        number: u8,
    },
    /// A song of GS sends something to the delay, which is not rendered.
    Delay,
    /// A song uses an insertion effect of GS, which is not rendered.
    Insertion {
        /// First byte of its type.
        kind: u8,
        /// Second byte.
        number: u8,
    },
    /// The system gave no threads; one does all the work.
    NoThreads {
        /// How many were asked for.
        wanted: usize,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::PresetReplaced { bank, program, used_bank, used_program } => {
                write!(f, "the SoundFont has no preset {bank}:{program}; {used_bank}:{used_program} plays in its place")
            }
            Warning::NoPreset { bank, program } => {
                write!(f, "the SoundFont has no preset {bank}:{program} and nothing like it; its notes are silent")
            }
            Warning::TooManyZones { bank, program } => {
                write!(f, "the SoundFont's preset {bank}:{program} has too many zones; the last ones are left out")
            }
            Warning::VoiceLimit { limit, frame } => write!(
                f,
                "more than {limit} voice{} from frame {frame} on; the least audible gave way (raise the limit to hear all)",
                if *limit == 1 { "" } else { "s" }
            ),
            Warning::Checksum { frame } => write!(
                f,
                "the checksum of a Roland system exclusive message at frame {frame} is wrong; such messages are ignored"
            ),
            Warning::Variation { kind, number } => write!(
                f,
                "the song uses XG's variation effect {kind:02X} {number:02X} ({}), which is not rendered",
                variation(*kind)
            ),
            Warning::Delay => write!(f, "the song uses the delay of GS, which is not rendered"),
            Warning::Insertion { kind, number } => {
                write!(f, "the song uses GS's insertion effect {kind:02X} {number:02X}, which is not rendered")
            }
            Warning::NoThreads { wanted } => {
                write!(f, "{wanted} threads could not be started; one renders all voices")
            }
        }
    }
}

/// What XG calls the types that are neither reverb nor chorus.
fn variation(kind: u8) -> &'static str {
    match kind {
        0x05..=0x06 => "delay",
        0x07 => "echo",
        0x08 => "cross delay",
        0x09 => "early reflections",
        0x0a | 0x0b => "gate reverb",
        0x14 => "karaoke echo",
        0x45 => "rotary speaker",
        0x46 => "tremolo",
        0x47 => "auto pan",
        0x49 => "distortion",
        0x4a => "overdrive",
        0x4b => "amplifier",
        0x4c | 0x4d => "equalizer",
        0x4e => "auto wah",
        _ => "of another kind",
    }
}

/// Warnings not yet taken; each kind is given once.
#[derive(Default)]
pub(crate) struct Warnings {
    given: HashSet<Warning>,
    voice_limit_given: bool,
    checksum_given: bool,
    pending: Vec<Warning>,
}

impl Warnings {
    pub(crate) fn once(&mut self, warning: Warning) {
        let new = match warning {
            Warning::VoiceLimit { .. } => !std::mem::replace(&mut self.voice_limit_given, true),
            Warning::Checksum { .. } => !std::mem::replace(&mut self.checksum_given, true),
            _ => self.given.len() < MOST && self.given.insert(warning),
        };
        if new {
            self.pending.push(warning);
        }
    }

    /// Makes room for the warnings that can arise while playing.
    pub(crate) fn reserve(&mut self) {
        self.pending.reserve(2);
    }

    pub(crate) fn take(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.pending)
    }
}
