//! Controllers with destinations of their own: controller destination setting (CA-022, General MIDI 2), the controller
//! pages of GS patch parts (40 2x) and of XG multi parts.
//!
//! They add to what the bank's modulators make of the same controllers. Only the vibrato of wheel and channel pressure is
//! something that every bank has by default, so there its range is set, as by RPN 5.

use rae_midi::sysex::{Destination, Source};

use super::channel::Channel;
use crate::control::{Change, Steering};

/// Cents of vibrato at the end of its range.
const MOST_VIBRATO: f32 = 600.0;

/// Tremolo at the end of its range. SoundFonts have it even in decibels, of which nobody says how many 100 per cent are: 12
/// here, in tenths.
const MOST_TREMOLO: f32 = 120.0;

/// Whether a destination can take something away from the sound of a filter that is open.
pub(super) fn closes(destination: Destination, value: u8) -> bool {
    match destination {
        Destination::Cutoff => value < 64,
        Destination::LfoCutoff => value > 0,
        _ => false,
    }
}

/// The numbers that GS and XG choose first, and that of the wheel, which General MIDI 2 does not name.
const NUMBERS: [u8; 3] = [16, 17, 1];

/// The destinations of a channel's controllers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Routes {
    /// By source.
    depths: [Steering; 6],
    /// Of the sources that have them, from the first.
    numbers: [u8; 3],
}

impl Routes {
    pub(super) fn new() -> Routes {
        Routes { depths: [Steering::NONE; 6], numbers: NUMBERS }
    }

    pub(super) fn set(&mut self, source: Source, destination: Destination, value: u8) {
        let around = f32::from(value) - 64.0;
        let share = f32::from(value) / 127.0;
        let depths = &mut self.depths[source as usize];
        match destination {
            Destination::Pitch => depths.pitch = 100.0 * around.clamp(-24.0, 24.0),
            Destination::Cutoff => depths.cutoff = 150.0 * around,
            Destination::Amplitude => depths.swell = around / 64.0,
            Destination::LfoPitch => depths.vibrato = MOST_VIBRATO * share,
            Destination::LfoCutoff => depths.wave = 2400.0 * share,
            Destination::LfoAmplitude => depths.tremolo = MOST_TREMOLO * share,
        }
    }

    /// Chooses the number of a controller. Another one that General MIDI 2 names has no destinations yet.
    pub(super) fn choose(&mut self, source: Source, number: u8) {
        let place = match source {
            Source::Wheel | Source::Pressure | Source::KeyPressure => return,
            Source::First => 0,
            Source::Second => 1,
            Source::Named => 2,
        };
        if std::mem::replace(&mut self.numbers[place], number) != number && source == Source::Named {
            self.depths[source as usize] = Steering::NONE;
        }
    }

    /// The controller that a source is; pressures are none.
    fn number(&self, source: Source) -> Option<u8> {
        match source {
            Source::Wheel => Some(1),
            Source::Pressure | Source::KeyPressure => None,
            Source::First => Some(self.numbers[0]),
            Source::Second => Some(self.numbers[1]),
            Source::Named => Some(self.numbers[2]),
        }
    }

    /// Whether a controller leads anywhere.
    pub(super) fn hears(&self, controller: u8) -> bool {
        Source::ALL.into_iter().any(|source| self.number(source) == Some(controller) && self.leads(source))
    }

    pub(super) fn leads(&self, source: Source) -> bool {
        self.depths[source as usize] != Steering::NONE
    }

    /// All that the sources add up to, with controllers and channel pressure as they stand and this pressure of the key.
    pub(super) fn steering(&self, controllers: &[u8; 128], pressure: u8, key_pressure: u8) -> Steering {
        let value = |source| match source {
            Source::KeyPressure => key_pressure,
            source => self.number(source).map_or(pressure, |number| controllers[usize::from(number & 127)]),
        };
        Source::ALL.into_iter().filter(|&source| self.leads(source)).fold(Steering::NONE, |sum, source| {
            sum.plus(&self.depths[source as usize], f32::from(value(source)) / 127.0)
        })
    }
}

impl Channel {
    /// Leads a controller to a destination.
    pub(super) fn set_depth(&mut self, frame: u64, source: Source, destination: Destination, value: u8) {
        let range = match (source, destination) {
            (Source::Wheel, Destination::LfoPitch) => &mut self.modulation_range,
            (Source::Pressure, Destination::LfoPitch) => &mut self.pressure_range,
            _ => {
                self.routes.set(source, destination, value);
                self.steer(frame);
                // A key that was led elsewhere goes back, even if nothing leads there any more.
                if source == Source::KeyPressure {
                    self.steer_keys(frame);
                }
                return;
            }
        };
        *range = MOST_VIBRATO * f32::from(value) / 127.0;
        self.push(frame, Change::Character(self.character()));
    }
}
