//! What a part has besides the controllers of its channel (GS patch parts, XG multi parts).

use rae_midi::sysex::PartSetting;

use super::keys::Place;

/// Frequency of key 69.
const TUNING_HZ: f32 = 440.0;

/// How a part takes its notes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Drum setup that it shares.
    pub(super) setup: Option<u8>,
    /// Semitones.
    pub(super) shift: i8,
    /// Hertz.
    pub(super) detune: f32,
    pub(super) place: Place,
    depth: u8,
    offset: u8,
    lowest: u8,
    highest: u8,
    /// Velocities that it plays.
    softest: u8,
    loudest: u8,
}

impl Part {
    pub(super) fn new(drums: bool) -> Part {
        let setup = drums.then_some(0);
        Part {
            setup,
            shift: 0,
            detune: 0.0,
            place: Place::Preset,
            depth: 64,
            offset: 64,
            lowest: 0,
            highest: 127,
            softest: 0,
            loudest: 127,
        }
    }

    /// Takes what is of its own; whether the keys' tuning has to be computed again.
    pub(super) fn set(&mut self, setting: PartSetting) -> bool {
        match setting {
            PartSetting::Shift(semitones) => self.shift = semitones,
            PartSetting::Detune(hz) => self.detune = hz,
            PartSetting::VelocityDepth(depth) => self.depth = depth,
            PartSetting::VelocityOffset(offset) => self.offset = offset,
            PartSetting::LowestKey(key) => self.lowest = key,
            PartSetting::HighestKey(key) => self.highest = key,
            PartSetting::LowestVelocity(velocity) => self.softest = velocity,
            PartSetting::HighestVelocity(velocity) => self.loudest = velocity,
            _ => {}
        }
        matches!(setting, PartSetting::Detune(_))
    }

    /// The velocity with which it plays a note; `None` for one outside its keys or velocities.
    ///
    /// The velocity sense of GS (40 1x 1A and 1B) and XG (0C and 0D). Their manuals give no numbers, only drawings of lines
    /// through the velocities: the depth is the slope, here 1 at 64, and the offset the start, here twice what it lies above
    /// 64.
    pub(super) fn velocity(&self, key: u8, velocity: u8) -> Option<u8> {
        let sensed = i32::from(velocity) * i32::from(self.depth) / 64 + 2 * (i32::from(self.offset) - 64);
        let plays = (self.lowest..=self.highest).contains(&key) && (self.softest..=self.loudest).contains(&velocity);
        plays.then_some(sensed.clamp(1, 127) as u8)
    }

    /// Cents by which the detuning raises a key.
    pub(super) fn detune_cents(&self, key: usize) -> f32 {
        if self.detune == 0.0 {
            return 0.0;
        }
        let hz = TUNING_HZ * ((key as f32 - 69.0) / 12.0).exp2();
        1200.0 * ((hz + self.detune) / hz).max(1e-3).log2()
    }
}
