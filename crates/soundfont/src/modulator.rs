//! Modulators: real-time control over generators (SoundFont 2.04, 8.2 to 8.4 and 9.5).

use crate::Generator;

/// What drives a modulator (8.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Controller {
    /// No controller: the constant 1.
    None,
    /// Velocity of the note-on.
    Velocity,
    /// Key number of the note-on.
    Key,
    /// Polyphonic key pressure.
    PolyPressure,
    /// Channel pressure.
    ChannelPressure,
    /// Pitch wheel.
    PitchWheel,
    /// Pitch wheel sensitivity (RPN 0).
    PitchWheelSensitivity,
    /// The output of other modulators of the same zone.
    Link,
    /// A MIDI continuous controller.
    Midi(u8),
}

/// How a source approaches its maximum (8.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the standard's own")]
pub enum Curve {
    Linear,
    Concave,
    Convex,
    Switch,
}

/// A modulator source: a controller and how its value is mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// What drives it.
    pub controller: Controller,
    /// From maximum to minimum (the D bit, 8.2.2).
    pub descending: bool,
    /// From −1 to 1 instead of 0 to 1 (the P bit, 8.2.3).
    pub bipolar: bool,
    /// The shape.
    pub curve: Curve,
}

/// What a modulator's output is added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Destination {
    /// A generator of the zone.
    Generator(Generator),
    /// The source of the modulator with this index in the zone's list (9.5.4).
    Modulator(u16),
}

/// What is done to the product before it is added (8.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the standard's own")]
pub enum Transform {
    Linear,
    Absolute,
}

/// One modulator: `destination += transform(amount · source · amount_source)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Modulator {
    /// The primary source.
    pub source: Source,
    /// Where the result goes.
    pub destination: Destination,
    /// In the destination's unit.
    pub amount: i16,
    /// The secondary source.
    pub amount_source: Source,
    /// Applied to the product.
    pub transform: Transform,
}

impl Source {
    /// The constant 1.
    pub const ONE: Source = Source::linear(Controller::None);

    /// Linear, ascending, unipolar.
    pub const fn linear(controller: Controller) -> Source {
        Source { controller, descending: false, bipolar: false, curve: Curve::Linear }
    }

    /// Decodes the file's 16-bit form; `None` for what the standard says to ignore (8.2).
    pub fn from_bits(bits: u16) -> Option<Source> {
        let index = (bits & 0x7f) as u8;
        let controller = if bits & 0x80 != 0 {
            match index {
                0 | 6 | 32..=63 | 98..=101 | 120..=127 => return None,
                _ => Controller::Midi(index),
            }
        } else {
            match index {
                0 => Controller::None,
                2 => Controller::Velocity,
                3 => Controller::Key,
                10 => Controller::PolyPressure,
                13 => Controller::ChannelPressure,
                14 => Controller::PitchWheel,
                16 => Controller::PitchWheelSensitivity,
                127 => Controller::Link,
                _ => return None,
            }
        };
        let curve = match bits >> 10 {
            0 => Curve::Linear,
            1 => Curve::Concave,
            2 => Curve::Convex,
            3 => Curve::Switch,
            _ => return None,
        };
        Some(Source { controller, descending: bits & 0x100 != 0, bipolar: bits & 0x200 != 0, curve })
    }

    /// The file's 16-bit form.
    pub fn to_bits(self) -> u16 {
        let controller = match self.controller {
            Controller::None => 0,
            Controller::Velocity => 2,
            Controller::Key => 3,
            Controller::PolyPressure => 10,
            Controller::ChannelPressure => 13,
            Controller::PitchWheel => 14,
            Controller::PitchWheelSensitivity => 16,
            Controller::Link => 127,
            Controller::Midi(number) => 0x80 | u16::from(number),
        };
        let curve = match self.curve {
            Curve::Linear => 0,
            Curve::Concave => 1,
            Curve::Convex => 2,
            Curve::Switch => 3,
        };
        controller | u16::from(self.descending) << 8 | u16::from(self.bipolar) << 9 | curve << 10
    }
}

impl Destination {
    /// The file's 16-bit form.
    pub fn to_bits(self) -> u16 {
        match self {
            Destination::Generator(generator) => generator as u16,
            Destination::Modulator(index) => 0x8000 | index,
        }
    }
}

impl Modulator {
    /// Same source, destination, amount source and transform: what the standard calls identical (9.5.1).
    pub fn is_identical(&self, other: &Modulator) -> bool {
        Modulator { amount: 0, ..*self } == Modulator { amount: 0, ..*other }
    }
}
