//! Roland GS: what is written to which address (parameter address maps of the SC-55mkII, SC-88 and SC-88Pro manuals, "MIDI
//! implementation", sections 3 and 4).

use super::{
    Destination, EffectSetting, InsertionSetting, Key, KeyParameter, PartSetting, PortSetting, Setting, Settings,
    Source, Switch, SysEx, System, Written, detune, master_tune, shift,
};
use crate::cc;

/// Sound controllers in the order of tone modify 1 to 8: vibrato rate and depth, cutoff, resonance, attack, decay, release,
/// vibrato delay.
const TONE_MODIFY: [u8; 8] = [76, 77, 74, 71, 73, 75, 72, 78];

/// Reads what follows 41, device, 42 12: address, data and their checksum.
pub(super) fn parse(written: &[u8]) -> SysEx<'_> {
    let [high, middle, low, data @ .., _checksum] = written else { return SysEx::Damaged };
    if !written.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)).is_multiple_of(128) {
        return SysEx::Damaged;
    }
    match ([*high, *middle, *low], data) {
        // Mode set; 127 leaves GS for General MIDI. The SC-88 has a mode of its own.
        ([0x40, 0x00, 0x7f], [0x7f, ..]) => SysEx::Reset(System::Gm),
        ([0x40 | 0x00, 0x00, 0x7f], [_, ..]) => SysEx::Reset(System::Gs),
        (address, data) => SysEx::Settings(Settings::Gs(address, data)),
    }
}

/// What the first bytes of `data`, which is not empty, mean at this address.
pub(super) fn read(address: [u8; 3], data: &[u8]) -> Written {
    let value = data[0];
    let one = |setting| (Some(Setting::Port(setting)), 1);
    match address {
        // 0018 to 07E8: −100.0 to +100.0 cents.
        [0x40, 0x00, 0x00] => master_tune(data, 0x0018..=0x07e8),
        [0x40, 0x00, 0x04] => one(PortSetting::MasterVolume(f32::from(value) / 127.0)),
        [0x40, 0x00, 0x05] => one(PortSetting::MasterShift(shift(value))),
        [0x40, 0x00, 0x06] => one(PortSetting::MasterPan(value)),
        [0x40, 0x01, low] => (read_effect(low, value).map(|setting| Setting::Port(PortSetting::Effect(setting))), 1),
        [0x40, 0x03, 0x00] => {
            let number = data.get(1).copied().unwrap_or_default();
            (Some(Setting::Port(PortSetting::Insertion(InsertionSetting::Type(value, number)))), 2)
        }
        [0x40, block @ 0x40..=0x4f, 0x22] => {
            one(PortSetting::Insertion(InsertionSetting::Part(part(block), value != 0)))
        }
        [0x40, block @ 0x10..=0x1f, low] => {
            let (setting, bytes) = read_part(low, data);
            (setting.map(|setting| Setting::Part(part(block), setting)), bytes)
        }
        [0x40, block @ 0x20..=0x2f, low] => {
            (read_controller(low, value).map(|setting| Setting::Part(part(block), setting)), 1)
        }
        [0x41, map, key] => (drum(map, key, value), 1),
        _ => (None, 1),
    }
}

/// Patch common: the macros and those of their parameters that are rendered.
fn read_effect(low: u8, value: u8) -> Option<EffectSetting> {
    Some(match low {
        0x30 => EffectSetting::GsReverb(value),
        0x32 => EffectSetting::GsHighCut(value),
        0x33 => EffectSetting::ReverbLevel(value),
        0x34 => EffectSetting::GsReverbTime(value),
        0x35 => EffectSetting::GsFeedback(value),
        0x37 => EffectSetting::GsPreDelay(value),
        0x38 => EffectSetting::GsChorus(value),
        0x3a => EffectSetting::ChorusLevel(value),
        0x3d => EffectSetting::ChorusRate(value),
        0x3e => EffectSetting::ChorusDepth(value),
        _ => return None,
    })
}

/// Part 10 is block 0, parts 1 to 9 are blocks 1 to 9.
fn part(block: u8) -> u8 {
    match block & 15 {
        0 => 9,
        block @ 1..=9 => block - 1,
        block => block,
    }
}

fn read_part(low: u8, data: &[u8]) -> (Option<PartSetting>, usize) {
    let value = data[0];
    let setting = match low {
        0x00 => PartSetting::Control(cc::BANK_MSB, value),
        0x01 => PartSetting::Program(value & 127),
        0x02 => PartSetting::Listen((value < 16).then_some(value)),
        0x03..=0x12 => PartSetting::Receive(Switch::ALL[usize::from(low - 0x03)], value != 0),
        0x23 => PartSetting::Receive(Switch::Bank, value != 0),
        0x13 if value == 0 => PartSetting::Control(cc::MONO_MODE, 1),
        0x13 => PartSetting::Control(cc::POLY_MODE, 0),
        0x15 if (1..=2).contains(&value) => PartSetting::Drums(Some(value - 1)),
        0x15 => PartSetting::Melodies,
        0x16 => PartSetting::Shift(shift(value)),
        // 08 to F8: −12.0 to +12.0 Hz.
        0x17 => return detune(data, 0x08..=0xf8),
        0x19 => PartSetting::Control(cc::VOLUME, value),
        0x1a => PartSetting::VelocityDepth(value),
        0x1b => PartSetting::VelocityOffset(value),
        0x1c if value == 0 => PartSetting::RandomPan,
        0x1c => PartSetting::Control(cc::PAN, value),
        0x1d => PartSetting::LowestKey(value),
        0x1e => PartSetting::HighestKey(value),
        0x1f => PartSetting::Choose(Source::First, value),
        0x20 => PartSetting::Choose(Source::Second, value),
        0x21 => PartSetting::Control(cc::CHORUS, value),
        0x22 => PartSetting::Control(cc::REVERB, value),
        // To the delay of the SC-88.
        0x2c => PartSetting::Control(cc::VARIATION, value),
        0x30..=0x37 => PartSetting::Control(TONE_MODIFY[usize::from(low - 0x30)], value),
        0x40..=0x4b => PartSetting::Scale(low - 0x40, f32::from(value) - 64.0),
        _ => return (None, 1),
    };
    (Some(setting), 1)
}

/// A page of the controllers, of 16 addresses each: modulation, bend, channel pressure, key pressure, and the two that can be
/// chosen. Of the bend only the range is rendered.
fn read_controller(low: u8, value: u8) -> Option<PartSetting> {
    let source = match low >> 4 {
        0 => Source::Wheel,
        1 => return (low == 0x10).then_some(PartSetting::BendRange(value.saturating_sub(64))),
        2 => Source::Pressure,
        3 => Source::KeyPressure,
        4 => Source::First,
        5 => Source::Second,
        _ => return None,
    };
    let destination = match low & 15 {
        0 => Destination::Pitch,
        1 => Destination::Cutoff,
        2 => Destination::Amplitude,
        4 => Destination::LfoPitch,
        5 => Destination::LfoCutoff,
        6 => Destination::LfoAmplitude,
        _ => return None,
    };
    Some(PartSetting::Depth(source, destination, value))
}

/// Drum setup: the map in the upper half of a byte, the parameter in the lower.
fn drum(map: u8, key: u8, value: u8) -> Option<Setting> {
    let parameter = match map & 15 {
        1 => KeyParameter::PlayedKey,
        2 => KeyParameter::Level,
        3 => KeyParameter::Group,
        4 => KeyParameter::Pan,
        5 => KeyParameter::Reverb,
        6 => KeyParameter::Chorus,
        7 => KeyParameter::ReceiveOff,
        8 => KeyParameter::ReceiveOn,
        _ => return None,
    };
    let setup = map >> 4;
    (setup < 2).then_some(Setting::Port(PortSetting::Key(setup, Key { key, parameter, value })))
}
