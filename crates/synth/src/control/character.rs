//! How a channel changes the sound of its presets: the sound controllers CC 71 to 78 (General MIDI 2, RP-021), the soft
//! pedal (CC 67) and the modulation depth range (RPN 5, CA-026).
//!
//! The standards name what each controller does, relative to the preset and with 64 for no change, and leave the amounts to
//! the maker. Ours are per step of −64 to 63:
//!
//! | controller | amount |
//! |---|---|
//! | 71 resonance | 0.4 dB |
//! | 72 release, 73 attack, 75 decay of both envelopes, 78 vibrato delay | 100 timecents: double in 12 steps |
//! | 74 brightness | 100 cents of the filter's cutoff |
//! | 76 vibrato rate | 25 cents: double in 48 steps |
//! | 77 vibrato depth | 1 cent; it stops at none |
//!
//! A layer with modulators of its own for a controller answers it as its author wants, and only so.

use rae_soundfont::{Controller, Generator};

use super::modulation::ModulatorSet;
use crate::program::{Layer, Values};

/// The first sound controller, and how many there are.
pub(crate) const FIRST: u8 = 71;
pub(crate) const COUNT: usize = 8;

pub(crate) const RESONANCE: u8 = 71;
pub(crate) const BRIGHTNESS: u8 = 74;

/// The soft pedal, and its place behind the sound controllers in a layer's [`Answers`].
pub(crate) const SOFT: u8 = 67;
const SOFT_BIT: usize = COUNT;

/// The modulation wheel.
const WHEEL: Controller = Controller::Midi(1);

/// Timecents from which on a time is prolonged, a thirty-second of a second: multiples of nothing would not be heard.
const SHORTEST_PROLONGED: f32 = -6_000.0;

/// What the soft pedal adds to attenuation, in centibels, and to the cutoff, in cents.
const SOFT_ATTENUATION: f32 = 30.0;
const SOFT_CUTOFF: f32 = -1_200.0;

/// Cents of vibrato that the default modulators of wheel and channel pressure reach, before anybody says how many: for the
/// wheel that is RPN 5 (CA-026).
pub(crate) const MODULATION_RANGE: f32 = 50.0;

/// What a channel's controllers do to the presets that it plays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Character {
    /// CC 71 to 78, from their middle.
    pub(crate) steps: [i8; COUNT],
    /// The soft pedal is down. It concerns the notes that begin meanwhile.
    pub(crate) soft: bool,
    /// Modulation depth range (RPN 5), cents.
    pub(crate) modulation_range: f32,
    /// The same of channel pressure.
    pub(crate) pressure_range: f32,
}

impl Character {
    /// What leaves presets as they are.
    pub(crate) const NEUTRAL: Character = Character {
        steps: [0; COUNT],
        soft: false,
        modulation_range: MODULATION_RANGE,
        pressure_range: MODULATION_RANGE,
    };

    /// The same with these steps besides.
    pub(crate) fn and(&self, steps: &[i8; COUNT]) -> Character {
        Character { steps: std::array::from_fn(|i| self.steps[i].saturating_add(steps[i])), ..*self }
    }

    /// Changes a layer's generators, to which the modulators, with these `inputs`, are added elsewhere.
    pub(crate) fn shape(&self, layer: &Layer, inputs: &[[f32; 2]], values: &mut Values) {
        if *self == Character::NEUTRAL {
            return;
        }
        let moved = self.steps.iter().enumerate().filter(|(i, step)| **step != 0 && !layer.answers.has(*i));
        for (i, step) in moved {
            step_by(i, f32::from(*step), values);
        }
        if self.soft && !layer.answers.has(SOFT_BIT) {
            values[Generator::InitialAttenuation as usize] += SOFT_ATTENUATION;
            values[Generator::InitialFilterFc as usize] += SOFT_CUTOFF;
        }
        for (source, range) in [(WHEEL, self.modulation_range), (Controller::ChannelPressure, self.pressure_range)] {
            if range != MODULATION_RANGE {
                let vibrato = layer.modulators.output(source, Generator::VibLfoToPitch, inputs);
                values[Generator::VibLfoToPitch as usize] += vibrato * (range / MODULATION_RANGE - 1.0);
            }
        }
    }
}

/// Moves what the `i`th sound controller means by so many steps.
fn step_by(i: usize, step: f32, values: &mut Values) {
    use Generator::*;
    let mut add = |generator: Generator, amount: f32| values[generator as usize] += amount * step;
    match i {
        0 => add(InitialFilterQ, 4.0),
        1 => prolong([ReleaseVolEnv, ReleaseModEnv], step, values),
        2 => prolong([AttackVolEnv, AttackModEnv], step, values),
        3 => add(InitialFilterFc, 100.0),
        4 => prolong([DecayVolEnv, DecayModEnv], step, values),
        5 => add(FreqVibLfo, 25.0),
        6 => {
            let depth = &mut values[VibLfoToPitch as usize];
            *depth = (depth.abs() + step).max(0.0).copysign(*depth);
        }
        _ => prolong([DelayVibLfo], step, values),
    }
}

fn prolong<const N: usize>(times: [Generator; N], step: f32, values: &mut Values) {
    for time in times {
        let timecents = &mut values[time as usize];
        let base = if step > 0.0 { timecents.max(SHORTEST_PROLONGED) } else { *timecents };
        *timecents = base + 100.0 * step;
    }
}

/// NRPN MSB under which GS and XG have sound controllers, too.
pub(crate) const NRPN_MSB: u8 = 1;

/// The sound controller that GS and XG also set by this NRPN LSB.
pub(crate) fn controller_of_nrpn(lsb: u8) -> Option<u8> {
    match lsb {
        0x08 => Some(76),
        0x09 => Some(77),
        0x0a => Some(78),
        0x20 => Some(74),
        0x21 => Some(71),
        0x63 => Some(73),
        0x64 => Some(75),
        0x66 => Some(72),
        _ => None,
    }
}

/// Where a sound controller has its steps.
pub(crate) const fn place(controller: u8) -> usize {
    (controller - FIRST) as usize
}

pub(crate) fn is_sound_controller(number: u8) -> bool {
    (FIRST..FIRST + COUNT as u8).contains(&number)
}

/// Whether a sound controller at `value` can take something away from the sound of a filter that is open.
pub(crate) fn closes(controller: u8, value: u8) -> bool {
    match controller {
        BRIGHTNESS => value < 64,
        RESONANCE => value > 64,
        _ => false,
    }
}

/// The controllers for which a layer has modulators of its own.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Answers(u16);

impl Answers {
    pub(crate) fn of(modulators: &ModulatorSet) -> Answers {
        let controllers = (FIRST..FIRST + COUNT as u8).chain([SOFT]);
        let follows = controllers.map(|number| modulators.follows(Controller::Midi(number)));
        Answers(follows.enumerate().fold(0, |bits, (i, follows)| bits | u16::from(follows) << i))
    }

    fn has(self, place: usize) -> bool {
        self.0 >> place & 1 == 1
    }
}
