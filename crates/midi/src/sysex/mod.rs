//! System exclusive that changes how a song sounds: what it asks for, whoever's words it uses.
//!
//! The one reader of it: synthesizer and edits take what a message means from here. Sources: MIDI 1.0 with its universal
//! messages, General MIDI 2, and what the makers say of GS and XG (see the modules).

mod gs;
mod meaning;
mod xg;

use std::ops::RangeInclusive;

pub use meaning::{
    Destination, EffectSetting, InsertionSetting, Key, KeyParameter, Source, Switch, System, VariationSetting,
};

/// Drum setups that parts of a port can share: GS has two, XG up to four.
pub const DRUM_SETUPS: u8 = 4;

/// What a message asks for.
#[derive(Clone, Debug)]
pub enum SysEx<'a> {
    /// Everything to its defaults, under this standard.
    Reset(System),
    /// MIDI Tuning: what follows sub-ID 1 = 08.
    Tuning(&'a [u8]),
    /// One after the other.
    Settings(Settings<'a>),
    /// Its checksum says that it is not what was sent.
    Damaged,
    /// Anything else: requests, dumps and what is for other instruments.
    Other,
}

/// One thing that is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting {
    /// Of a part of the port, from 0.
    Part(u8, PartSetting),
    /// Of the port.
    Port(PortSetting),
}

/// Something that all parts of a port are told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PortSetting {
    /// Master volume 0 to 1.
    MasterVolume(f32),
    /// Cents.
    MasterFine(f32),
    /// Cents, whole semitones.
    MasterCoarse(f32),
    /// Semitones by which keys are moved, those of drums excepted.
    MasterShift(i8),
    /// Balance of everything, 1 to 127; 64 is the middle.
    MasterPan(u8),
    /// A key of a drum setup.
    Key(u8, Key),
    /// A drum setup as it was at first.
    ResetKeys(u8),
    /// Of the send effects.
    Effect(EffectSetting),
    /// Of the variation effect.
    Variation(VariationSetting),
    /// Of the insertion effect of GS, which is not rendered.
    Insertion(InsertionSetting),
}

/// Something that one part is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PartSetting {
    /// As a control change.
    Control(u8, u8),
    /// As a program change.
    Program(u8),
    /// Plays what comes on this channel of the port; it played something else.
    Listen(Option<u8>),
    /// Plays melodies.
    Melodies,
    /// Plays drums, with the setup that it shares with other parts.
    Drums(Option<u8>),
    /// Semitones by which keys are moved.
    Shift(i8),
    /// Hertz added to every note.
    Detune(f32),
    /// Slope of velocity; 64 leaves it as it is.
    VelocityDepth(u8),
    /// Start of velocity; 64 leaves it as it is.
    VelocityOffset(u8),
    /// Every note comes from another side.
    RandomPan,
    /// Lowest key that it plays.
    LowestKey(u8),
    /// Highest key that it plays.
    HighestKey(u8),
    /// Lowest velocity that it plays.
    LowestVelocity(u8),
    /// Highest velocity that it plays.
    HighestVelocity(u8),
    /// How much of it sounds besides what goes to effects, of 127.
    DryLevel(u8),
    /// Whether it hears messages of a kind.
    Receive(Switch, bool),
    /// Cents of a pitch class.
    Scale(u8, f32),
    /// Semitones.
    BendRange(u8),
    /// Of the drums that it plays.
    Key(Key),
    /// What a controller reaches.
    Depth(Source, Destination, u8),
    /// The number of a controller that can be chosen.
    Choose(Source, u8),
}

/// The settings of one message, in its order: an iterator.
#[derive(Clone, Debug)]
pub enum Settings<'a> {
    /// A single one; none once it has been given.
    One(Option<Setting>),
    /// Roland: what is written from an address on.
    Gs([u8; 3], &'a [u8]),
    /// Yamaha: the same.
    Xg([u8; 3], &'a [u8]),
    /// Key-based instrument controllers: part, key, then controllers and values (General MIDI 2; CA-023).
    KeyBased(u8, u8, &'a [u8]),
    /// Controller destinations: part, controller, then parameters and ranges (General MIDI 2; CA-022).
    Destinations(u8, Source, &'a [u8]),
    /// Global parameters of the reverb (slot 1) or chorus (slot 2): parameters and values (General MIDI 2; CA-024).
    Global(u8, &'a [u8]),
    /// The same, after the number of the controller has been chosen.
    Chosen(u8, u8, &'a [u8]),
}

impl Iterator for Settings<'_> {
    type Item = Setting;

    fn next(&mut self) -> Option<Setting> {
        match self {
            Settings::One(setting) => setting.take(),
            Settings::Gs(address, data) => next_written(address, data, gs::read),
            Settings::Xg(address, data) => next_written(address, data, xg::read),
            Settings::KeyBased(part, key, pairs) => loop {
                let (&[controller, value], rest) = pairs.split_first_chunk()?;
                *pairs = rest;
                if let Some(parameter) = KeyParameter::of_controller(controller) {
                    return Some(Setting::Part(*part, PartSetting::Key(Key { key: *key, parameter, value })));
                }
            },
            Settings::Destinations(part, source, pairs) => loop {
                let (&[parameter, value], rest) = pairs.split_first_chunk()?;
                *pairs = rest;
                if let Some(&destination) = Destination::ALL.get(usize::from(parameter)) {
                    return Some(Setting::Part(*part, PartSetting::Depth(*source, destination, value)));
                }
            },
            Settings::Global(slot, pairs) => loop {
                let (&[parameter, value], rest) = pairs.split_first_chunk()?;
                *pairs = rest;
                let setting = match (*slot, parameter) {
                    (1, 0) => EffectSetting::Gm2Reverb(value),
                    (1, 1) => EffectSetting::Gm2ReverbTime(value),
                    (2, 0) => EffectSetting::Gm2Chorus(value),
                    (2, 1) => EffectSetting::ChorusRate(value),
                    (2, 2) => EffectSetting::ChorusDepth(value),
                    _ => continue,
                };
                return Some(Setting::Port(PortSetting::Effect(setting)));
            },
            Settings::Chosen(part, number, pairs) => {
                let (part, number, pairs) = (*part, *number, *pairs);
                *self = Settings::Destinations(part, Source::Named, pairs);
                Some(Setting::Part(part, PartSetting::Choose(Source::Named, number)))
            }
        }
    }
}

/// What the bytes at an address mean: `None` for what is not rendered, and how many bytes that is.
type Written = (Option<Setting>, usize);

/// The next setting among bytes written to addresses that ascend.
fn next_written(address: &mut [u8; 3], data: &mut &[u8], read: fn([u8; 3], &[u8]) -> Written) -> Option<Setting> {
    while !data.is_empty() {
        let (setting, bytes) = read(*address, data);
        *data = data.get(bytes..).unwrap_or_default();
        let low = u16::from(address[2]) + bytes as u16;
        // Seven bits of an address byte count.
        *address = [address[0], address[1].saturating_add((low >> 7) as u8), (low & 127) as u8];
        if setting.is_some() {
            return setting;
        }
    }
    None
}

/// More than the longest message has that is understood: a change of 127 single notes' tuning.
const MOST_BYTES: usize = 1024;

/// Reads the bytes after F0, with or without the final F7. What is no message, because a byte has eight bits, is for nobody.
pub fn parse(data: &[u8]) -> SysEx<'_> {
    let data = data.strip_suffix(&[0xf7]).unwrap_or(data);
    if data.len() > MOST_BYTES || !data.is_ascii() {
        return SysEx::Other;
    }
    let one = |setting| SysEx::Settings(Settings::One(Some(Setting::Port(setting))));
    match data {
        [0x7e, _, 0x09, 0x01, ..] => SysEx::Reset(System::Gm),
        [0x7e, _, 0x09, 0x02, ..] => SysEx::Reset(System::Gs),
        [0x7e, _, 0x09, 0x03, ..] => SysEx::Reset(System::Gm2),
        [0x7f, _, 0x04, 0x01, lsb, msb, ..] => one(PortSetting::MasterVolume(fourteen_bits(*msb, *lsb) / 16_383.0)),
        [0x7f, _, 0x04, 0x03, lsb, msb, ..] => {
            one(PortSetting::MasterFine((fourteen_bits(*msb, *lsb) - 8192.0) / 81.92))
        }
        [0x7f, _, 0x04, 0x04, _, msb, ..] => one(PortSetting::MasterCoarse(100.0 * (f32::from(*msb) - 64.0))),
        // One slot path, parameters and values of one byte.
        [0x7f, _, 0x04, 0x05, 1, 1, 1, 1, slot, pairs @ ..] => SysEx::Settings(Settings::Global(*slot, pairs)),
        [0x7e | 0x7f, _, 0x08, tuning @ ..] => SysEx::Tuning(tuning),
        [0x7f, _, 0x0a, 0x01, channel @ 0..16, key @ 0..128, pairs @ ..] => {
            SysEx::Settings(Settings::KeyBased(*channel, *key, pairs))
        }
        [0x7f, _, 0x09, 0x01, channel @ 0..16, pairs @ ..] => {
            SysEx::Settings(Settings::Destinations(*channel, Source::Pressure, pairs))
        }
        [0x7f, _, 0x09, 0x02, channel @ 0..16, pairs @ ..] => {
            SysEx::Settings(Settings::Destinations(*channel, Source::KeyPressure, pairs))
        }
        [0x7f, _, 0x09, 0x03, channel @ 0..16, 1, pairs @ ..] => {
            SysEx::Settings(Settings::Destinations(*channel, Source::Wheel, pairs))
        }
        [0x7f, _, 0x09, 0x03, channel @ 0..16, number @ 0..120, pairs @ ..] => {
            SysEx::Settings(Settings::Chosen(*channel, *number, pairs))
        }
        // Roland, data set 1.
        [0x41, _, 0x42, 0x12, written @ ..] => gs::parse(written),
        // Yamaha, parameter change.
        [0x43, device, 0x4c, high, middle, low, data @ ..] if device >> 4 == 1 => {
            xg::parse([*high, *middle, *low], data)
        }
        _ => SysEx::Other,
    }
}

fn fourteen_bits(msb: u8, lsb: u8) -> f32 {
    f32::from(msb & 127) * 128.0 + f32::from(lsb & 127)
}

/// The number of which each byte has four bits, the highest first, held within its range; `None` if there are too few
/// bytes.
fn nibbles(data: &[u8], count: usize, range: RangeInclusive<u16>) -> Option<f32> {
    let number = data.get(..count)?.iter().fold(0u16, |number, nibble| number << 4 | u16::from(nibble & 15));
    Some(f32::from(number.clamp(*range.start(), *range.end())))
}

/// A master tuning in tenths of a cent around 1024, in four bytes.
fn master_tune(data: &[u8], range: RangeInclusive<u16>) -> Written {
    let tune = nibbles(data, 4, range);
    (tune.map(|tune| Setting::Port(PortSetting::MasterFine((tune - 1024.0) / 10.0))), 4)
}

/// A part's detuning in tenths of a hertz around 128, in two bytes.
fn detune(data: &[u8], range: RangeInclusive<u16>) -> (Option<PartSetting>, usize) {
    (nibbles(data, 2, range).map(|hz| PartSetting::Detune((hz - 128.0) / 10.0)), 2)
}

/// Semitones above the middle at 64, as far as makers allow.
fn shift(value: u8) -> i8 {
    value.clamp(40, 88) as i8 - 64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(data: &[u8]) -> Vec<Setting> {
        match parse(data) {
            SysEx::Settings(settings) => settings.collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn one_message_may_write_many_addresses() {
        // Part 1: program of bank 8, then channel 5.
        let written = [0x40, 0x11, 0x00, 0x08, 0x10, 0x04];
        let sum = written.iter().map(|&byte| u32::from(byte)).sum::<u32>();
        let message = [&[0x41, 0x10, 0x42, 0x12][..], &written, &[(128 - sum % 128) as u8 & 127]].concat();
        let part = |setting| Setting::Part(0, setting);
        let expected = [PartSetting::Control(0, 8), PartSetting::Program(16), PartSetting::Listen(Some(4))];
        assert_eq!(settings(&message), expected.map(part));
        assert!(matches!(parse(&message[..message.len() - 1]), SysEx::Damaged));
    }

    #[test]
    fn nothing_is_read_beyond_the_end() {
        for data in [&[][..], &[0x41], &[0x41, 0, 0x42, 0x12], &[0x43, 0x10, 0x4c, 0, 0, 0], &[0x7f, 0, 0x0a, 1, 9]] {
            assert_eq!(settings(data), []);
        }
        // Half of a number of two bytes.
        assert_eq!(settings(&[0x43, 0x10, 0x4c, 8, 0, 9, 8]), []);
    }
}
