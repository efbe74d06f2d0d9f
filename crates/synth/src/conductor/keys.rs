//! What single keys of a part have of their own: the drums of a kit, each with its level, pitch and place.
//!
//! GS and XG keep it in drum setups that parts share, General MIDI 2 by channel. It holds for the notes that begin after it.

use rae_midi::sysex::{DRUM_SETUPS, KeyParameter};

use crate::control::{KeySetup, Send, character};

const KEYS: usize = 128;

/// The exclusive classes of groups lie beyond those of SoundFonts, which have 16 bits.
const FIRST_GROUP: i32 = 1 << 16;

/// Where a note comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// From where the preset has it.
    #[default]
    Preset,
    /// 1 to 127 from left to right.
    At(u8),
    /// From another side for every note.
    Anywhere,
}

impl Place {
    /// Of a panpot whose 0 is "random".
    pub(super) fn of(value: u8) -> Place {
        if value == 0 { Place::Anywhere } else { Place::At(value) }
    }

    /// Tenths of a per cent from the middle, for a note of this key and frame; `None` where the preset decides. What is
    /// random depends on nothing but the note, so that it is the same however a piece is rendered.
    pub(super) fn pan(self, frame: u64, key: u8) -> Option<f32> {
        match self {
            Place::Preset => None,
            Place::At(value) => Some((f32::from(value) - 64.0) * (500.0 / 63.0)),
            Place::Anywhere => Some((500.0 * rae_dsp::hash::noise(u64::from(key), frame)) as f32),
        }
    }
}

/// What one key has.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyState {
    coarse: i8,
    fine: i8,
    level: f32,
    reverb: Send,
    chorus: Send,
    /// Of the sound controllers, as in [`character`].
    steps: [i8; character::COUNT],
    /// Exclusive class in place of the preset's.
    pub(super) group: Option<i32>,
    pub(super) place: Place,
    pub(super) receives_off: bool,
    pub(super) receives_on: bool,
}

impl KeyState {
    pub(super) const PRESET: KeyState = KeyState {
        coarse: 0,
        fine: 0,
        level: 1.0,
        reverb: Send::WHOLE,
        chorus: Send::WHOLE,
        steps: [0; character::COUNT],
        group: None,
        place: Place::Preset,
        receives_off: true,
        receives_on: true,
    };

    fn set(&mut self, parameter: KeyParameter, value: u8) {
        let share = f32::from(value) / 127.0;
        match parameter {
            KeyParameter::Coarse => self.coarse = value as i8 - 64,
            KeyParameter::Fine => self.fine = value as i8 - 64,
            KeyParameter::PlayedKey => self.coarse = value as i8 - 60,
            KeyParameter::Level => self.level = share * share,
            KeyParameter::Volume => self.level = f32::from(value) / 64.0,
            KeyParameter::Group => self.group = Some(if value == 0 { 0 } else { FIRST_GROUP + i32::from(value) }),
            KeyParameter::Pan => self.place = Place::of(value),
            KeyParameter::AbsolutePan => self.place = Place::At(value.max(1)),
            KeyParameter::Reverb => self.reverb = Send::Share(share),
            KeyParameter::Chorus => self.chorus = Send::Share(share),
            KeyParameter::AbsoluteReverb => self.reverb = Send::of_controller(value),
            KeyParameter::AbsoluteChorus => self.chorus = Send::of_controller(value),
            KeyParameter::Cutoff => self.steps[character::place(74)] = value as i8 - 64,
            KeyParameter::Resonance => self.steps[character::place(71)] = value as i8 - 64,
            // A higher rate is a shorter time.
            KeyParameter::Attack => self.steps[character::place(73)] = 64 - value as i8,
            KeyParameter::Decay => self.steps[character::place(75)] = 64 - value as i8,
            KeyParameter::ReceiveOff => self.receives_off = value != 0,
            KeyParameter::ReceiveOn => self.receives_on = value != 0,
        }
    }

    /// What it gives to a voice.
    pub(super) fn setup(&self) -> KeySetup {
        KeySetup {
            cents: 100.0 * f32::from(self.coarse) + f32::from(self.fine),
            level: self.level,
            reverb: self.reverb,
            chorus: self.chorus,
            pan: 0.0,
            steps: self.steps,
        }
    }
}

/// The keys of a port's parts.
pub(super) struct Keys {
    /// The setups, then those of parts that share none; untouched ones are empty.
    tables: Vec<Vec<KeyState>>,
}

impl Keys {
    pub(super) fn new(parts: usize) -> Keys {
        Keys { tables: vec![Vec::new(); usize::from(DRUM_SETUPS) + parts] }
    }

    /// Makes room for all.
    pub(super) fn reserve(&mut self) {
        self.tables.iter_mut().for_each(|table| table.reserve(KEYS));
    }

    /// The table of a part: that of a drum setup, or its own.
    pub(super) fn table(setup: Option<u8>, part: usize) -> usize {
        setup.map_or(usize::from(DRUM_SETUPS) + part, usize::from)
    }

    pub(super) fn get(&self, table: usize, key: u8) -> &KeyState {
        self.tables[table].get(usize::from(key)).unwrap_or(&KeyState::PRESET)
    }

    pub(super) fn set(&mut self, table: usize, key: u8, parameter: KeyParameter, value: u8) {
        let table = &mut self.tables[table];
        if table.is_empty() {
            table.resize(KEYS, KeyState::PRESET);
        }
        if let Some(state) = table.get_mut(usize::from(key)) {
            state.set(parameter, value & 127);
        }
    }

    /// As the presets have it.
    pub(super) fn reset(&mut self, table: usize) {
        self.tables[table].clear();
    }

    pub(super) fn reset_all(&mut self) {
        self.tables.iter_mut().for_each(Vec::clear);
    }
}
