//! The variation effect of XG, as far as it is like reverb or chorus: then it is these that hear what is sent to it.

use rae_midi::sysex::VariationSetting;

/// What the effect resembles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Like {
    Nothing,
    Reverb,
    Chorus,
    /// Delays, distortion, equalizers and so on, for which there is no bus.
    Other,
}

/// The variation effect of a port; at first a delay that is inserted nowhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Variation {
    kind: (u8, u8),
    balance: u8,
    level: u8,
    system: bool,
    part: Option<u8>,
}

impl Default for Variation {
    fn default() -> Variation {
        Variation { kind: (0x05, 0x00), balance: 64, level: 64, system: false, part: None }
    }
}

impl Variation {
    pub(super) fn take(&mut self, setting: VariationSetting) {
        match setting {
            VariationSetting::Type(high, low) => self.kind = (high, low),
            VariationSetting::Balance(balance) => self.balance = balance,
            VariationSetting::Return(level) => self.level = level,
            VariationSetting::System(system) => self.system = system,
            VariationSetting::Part(part) => self.part = part,
        }
    }

    /// Halls, rooms, stages and plates are reverbs; chorus, celeste, flanger, symphonic and phaser are choruses.
    fn like(&self) -> Like {
        match self.kind.0 {
            0x00 | 0x40 => Like::Nothing,
            0x01..=0x04 | 0x10..=0x13 => Like::Reverb,
            0x41..=0x44 | 0x48 => Like::Chorus,
            _ => Like::Other,
        }
    }

    /// Whether what parts send to it is heard.
    pub(super) fn hears_sends(&self) -> bool {
        self.system && matches!(self.like(), Like::Reverb | Like::Chorus)
    }

    /// What a part with this CC 94 gives to reverb and chorus besides, in tenths of a per cent: of what it sends as much as of
    /// CC 91 and 93, times the return; where the effect is inserted, as much of it as is wet.
    pub(super) fn sends(&self, part: u8, send: u8) -> [f32; 2] {
        let amount = match (self.system, self.part == Some(part)) {
            (true, _) => 200.0 * f32::from(send) / 128.0 * f32::from(self.level) / 64.0,
            (false, true) => 1000.0 * f32::from(self.balance) / 127.0,
            (false, false) => 0.0,
        };
        match self.like() {
            Like::Reverb => [amount, 0.0],
            Like::Chorus => [0.0, amount],
            Like::Nothing | Like::Other => [0.0; 2],
        }
    }

    /// Its type, if that is used and not rendered; `sent` says whether a part sends something to it.
    pub(super) fn in_vain(&self, sent: bool) -> Option<(u8, u8)> {
        let used = if self.system { sent } else { self.part.is_some() };
        (used && self.like() == Like::Other).then_some(self.kind)
    }
}
