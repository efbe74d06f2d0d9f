//! Yamaha XG: what is written to which address (MIDI data format of the MU50 and MU80 manuals, tables 1-1 to 1-6).

use super::{
    DRUM_SETUPS, Destination, EffectSetting, Key, KeyParameter, PartSetting, PortSetting, Setting, Settings, Source,
    Switch, SysEx, System, VariationSetting, Written, detune, master_tune, shift,
};
use crate::cc;

/// Reads a parameter change.
pub(super) fn parse(address: [u8; 3], data: &[u8]) -> SysEx<'_> {
    match (address, data) {
        ([0x00, 0x00, 0x7e | 0x7f], [0x00, ..]) => SysEx::Reset(System::Xg),
        _ => SysEx::Settings(Settings::Xg(address, data)),
    }
}

/// What the first bytes of `data`, which is not empty, mean at this address.
pub(super) fn read(address: [u8; 3], data: &[u8]) -> Written {
    let value = data[0];
    let one = |setting| (Some(Setting::Port(setting)), 1);
    match address {
        // −102.4 to +102.3 cents.
        [0x00, 0x00, 0x00] => master_tune(data, 0x0000..=0x07ff),
        [0x00, 0x00, 0x04] => one(PortSetting::MasterVolume(f32::from(value) / 127.0)),
        [0x00, 0x00, 0x06] => one(PortSetting::MasterShift(shift(value))),
        [0x00, 0x00, 0x7d] if value < DRUM_SETUPS => one(PortSetting::ResetKeys(value)),
        [0x02, 0x01, low] => {
            let (setting, bytes) = read_effect(low, data);
            (setting.map(Setting::Port), bytes)
        }
        [0x08, part @ 0..16, low] => {
            let (setting, bytes) = read_part(low, data);
            (setting.map(|setting| Setting::Part(part, setting)), bytes)
        }
        [setup @ 0x30..0x40, key, low] => (drum(setup - 0x30, key, low, value), 1),
        _ => (None, 1),
    }
}

/// Effect 1: reverb, chorus and variation; types take two bytes, as the variation's parameters do.
fn read_effect(low: u8, data: &[u8]) -> (Option<PortSetting>, usize) {
    let value = data[0];
    let second = data.get(1).copied().unwrap_or_default();
    let effect = match low {
        0x00 => return (Some(PortSetting::Effect(EffectSetting::XgReverb(value, second))), 2),
        0x02 => EffectSetting::XgReverbTime(value),
        0x04 => EffectSetting::XgPreDelay(value),
        0x05 => EffectSetting::XgLowCut(value),
        0x06 => EffectSetting::XgHighCut(value),
        0x0c => EffectSetting::ReverbLevel(value),
        0x20 => return (Some(PortSetting::Effect(EffectSetting::XgChorus(value))), 2),
        0x2c => EffectSetting::ChorusLevel(value),
        _ => return read_variation(low, value, second),
    };
    (Some(PortSetting::Effect(effect)), 1)
}

fn read_variation(low: u8, value: u8, second: u8) -> (Option<PortSetting>, usize) {
    let (setting, bytes) = match low {
        0x40 => (VariationSetting::Type(value, second), 2),
        // The tenth parameter, wherever there is a balance.
        0x54 => (VariationSetting::Balance(second), 2),
        0x56 => (VariationSetting::Return(value), 1),
        0x5a => (VariationSetting::System(value != 0), 1),
        0x5b => (VariationSetting::Part((value < 16).then_some(value)), 1),
        _ => return (None, 1),
    };
    (Some(PortSetting::Variation(setting)), bytes)
}

fn read_part(low: u8, data: &[u8]) -> (Option<PartSetting>, usize) {
    let value = data[0];
    let setting = match low {
        0x01 => PartSetting::Control(cc::BANK_MSB, value),
        0x02 => PartSetting::Control(cc::BANK_LSB, value),
        0x03 => PartSetting::Program(value & 127),
        0x04 => PartSetting::Listen((value < 16).then_some(value)),
        0x05 if value == 0 => PartSetting::Control(cc::MONO_MODE, 1),
        0x05 => PartSetting::Control(cc::POLY_MODE, 0),
        // Normal, drums that no setup edits, drum setups 1 to 4.
        0x07 if (1..=DRUM_SETUPS + 1).contains(&value) => PartSetting::Drums(value.checked_sub(2)),
        0x07 => PartSetting::Melodies,
        0x08 => PartSetting::Shift(shift(value)),
        // −12.8 to +12.7 Hz.
        0x09 => return detune(data, 0x00..=0xff),
        0x0b => PartSetting::Control(cc::VOLUME, value),
        0x0c => PartSetting::VelocityDepth(value),
        0x0d => PartSetting::VelocityOffset(value),
        0x0e if value == 0 => PartSetting::RandomPan,
        0x0e => PartSetting::Control(cc::PAN, value),
        0x0f => PartSetting::LowestKey(value),
        0x10 => PartSetting::HighestKey(value),
        0x11 => PartSetting::DryLevel(value),
        0x12 => PartSetting::Control(cc::CHORUS, value),
        0x13 => PartSetting::Control(cc::REVERB, value),
        0x14 => PartSetting::Control(cc::VARIATION, value),
        // Vibrato rate, depth and delay, cutoff, resonance, attack, decay, release.
        0x15..=0x1c => PartSetting::Control([76, 77, 78, 74, 71, 73, 75, 72][usize::from(low - 0x15)], value),
        0x1d..=0x22 => depth(Source::Wheel, low - 0x1d, value),
        0x23 => PartSetting::BendRange(value.saturating_sub(64)),
        0x30..=0x40 => PartSetting::Receive(Switch::ALL[usize::from(low - 0x30)], value != 0),
        0x41..=0x4c => PartSetting::Scale(low - 0x41, f32::from(value) - 64.0),
        0x4d..=0x52 => depth(Source::Pressure, low - 0x4d, value),
        0x53..=0x58 => depth(Source::KeyPressure, low - 0x53, value),
        0x59 => PartSetting::Choose(Source::First, value),
        0x5a..=0x5f => depth(Source::First, low - 0x5a, value),
        0x60 => PartSetting::Choose(Source::Second, value),
        0x61..=0x66 => depth(Source::Second, low - 0x61, value),
        0x67 => PartSetting::Control(cc::PORTAMENTO, if value == 0 { 0 } else { 127 }),
        0x68 => PartSetting::Control(cc::PORTAMENTO_TIME, value),
        0x6d => PartSetting::LowestVelocity(value),
        0x6e => PartSetting::HighestVelocity(value),
        _ => return (None, 1),
    };
    (Some(setting), 1)
}

/// What a controller reaches. Table 1-4 has the ranges of GS for pitch, filter and amplitude; for the depths of the LFOs,
/// for which it has only 0 to 127, those of GS serve, too.
fn depth(source: Source, place: u8, value: u8) -> PartSetting {
    PartSetting::Depth(source, Destination::ALL[usize::from(place)], value)
}

fn drum(setup: u8, key: u8, low: u8, value: u8) -> Option<Setting> {
    let parameter = match low {
        0x00 => KeyParameter::Coarse,
        0x01 => KeyParameter::Fine,
        0x02 => KeyParameter::Level,
        0x03 => KeyParameter::Group,
        0x04 => KeyParameter::Pan,
        0x05 => KeyParameter::Reverb,
        0x06 => KeyParameter::Chorus,
        0x09 => KeyParameter::ReceiveOff,
        0x0a => KeyParameter::ReceiveOn,
        0x0b => KeyParameter::Cutoff,
        0x0c => KeyParameter::Resonance,
        0x0d => KeyParameter::Attack,
        // The second decay has no counterpart.
        0x0e => KeyParameter::Decay,
        _ => return None,
    };
    (setup < DRUM_SETUPS).then_some(Setting::Port(PortSetting::Key(setup, Key { key, parameter, value })))
}
