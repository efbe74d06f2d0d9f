//! MIDI Tuning Standard and master tuning (Complete MIDI 1.0, universal sysex 04 and 08).

use super::channel::Channel;

/// Numbers of tuning programs: a byte of a damaged message may exceed 127.
const PROGRAMS: usize = 256;

/// Tuning that is shared by all channels.
#[derive(Default)]
pub(super) struct Tuning {
    pub(super) master_fine: f32,
    pub(super) master_coarse: f32,
    /// Per tuning program, cents by which each key differs from equal temperament.
    programs: Vec<(u8, [f32; 128])>,
}

/// A message about tuning, as far as it was understood.
pub(super) enum TuningMessage {
    /// Cents by pitch class for the channels of a bit mask.
    Octave { channels: u16, cents: [f32; 12] },
    /// Keys of one tuning program have changed.
    Program,
}

impl Tuning {
    /// Back to equal temperament.
    pub(super) fn reset(&mut self) {
        self.programs.clear();
        *self = Tuning { programs: std::mem::take(&mut self.programs), ..Tuning::default() };
    }

    /// Makes room for all tuning programs.
    pub(super) fn reserve(&mut self) {
        self.programs.reserve(PROGRAMS);
    }

    pub(super) fn program(&self, number: u8) -> Option<&[f32; 128]> {
        self.programs.iter().find(|(n, _)| *n == number).map(|(_, cents)| cents)
    }

    fn program_mut(&mut self, number: u8) -> &mut [f32; 128] {
        let at = self.programs.iter().position(|(n, _)| *n == number).unwrap_or_else(|| {
            self.programs.push((number, [0.0; 128]));
            self.programs.len() - 1
        });
        &mut self.programs[at].1
    }

    /// Takes the part of a universal sysex behind sub-ID 1 = 08; `None` if it is not understood.
    pub(super) fn message(&mut self, data: &[u8]) -> Option<TuningMessage> {
        match data {
            [0x01, program, rest @ ..] => self.bulk(*program, rest.get(16..)?),
            // Dumps that name a bank of tunings, all of which are one here: keys, then octaves of one and of two bytes.
            [0x04, _, program, rest @ ..] => self.bulk(*program, rest.get(16..)?),
            [0x05, _, program, rest @ ..] => self.octave(*program, one_byte(rest.get(16..)?)?),
            [0x06, _, program, rest @ ..] => self.octave(*program, two_bytes(rest.get(16..)?)?),
            [0x02, program, _, changes @ ..] => self.single_notes(*program, changes),
            [0x07, _, program, _, changes @ ..] => self.single_notes(*program, changes),
            [0x08, ff, gg, hh, cents @ ..] => {
                Some(TuningMessage::Octave { channels: channel_mask(*ff, *gg, *hh), cents: one_byte(cents)? })
            }
            [0x09, ff, gg, hh, cents @ ..] => {
                Some(TuningMessage::Octave { channels: channel_mask(*ff, *gg, *hh), cents: two_bytes(cents)? })
            }
            _ => None,
        }
    }

    fn bulk(&mut self, program: u8, frequencies: &[u8]) -> Option<TuningMessage> {
        if frequencies.len() < 128 * 3 {
            return None;
        }
        let keys = self.program_mut(program);
        for (key, data) in frequencies.chunks_exact(3).take(128).enumerate() {
            set_key(keys, key as u8, data);
        }
        Some(TuningMessage::Program)
    }

    fn octave(&mut self, program: u8, cents: [f32; 12]) -> Option<TuningMessage> {
        *self.program_mut(program) = std::array::from_fn(|key| cents[key % 12]);
        Some(TuningMessage::Program)
    }

    fn single_notes(&mut self, program: u8, changes: &[u8]) -> Option<TuningMessage> {
        let keys = self.program_mut(program);
        for change in changes.chunks_exact(4) {
            set_key(keys, change[0] & 127, &change[1..]);
        }
        Some(TuningMessage::Program)
    }
}

/// Cents of the pitch classes from C on, around 64.
fn one_byte(data: &[u8]) -> Option<[f32; 12]> {
    let cents: &[u8; 12] = data.first_chunk()?;
    Some(cents.map(|value| f32::from(value) - 64.0))
}

/// The same in 14 bits, the higher ones first: ±100 cents around 8192.
fn two_bytes(data: &[u8]) -> Option<[f32; 12]> {
    let cents: &[u8; 24] = data.first_chunk()?;
    let value = |i: usize| f32::from(cents[2 * i]) * 128.0 + f32::from(cents[2 * i + 1]);
    Some(std::array::from_fn(|i| (value(i) - 8192.0) * (100.0 / 8192.0)))
}

/// Frequency data: semitone, then 14 bits of it; 7F 7F 7F means no change.
fn set_key(keys: &mut [f32; 128], key: u8, data: &[u8]) {
    if data != [0x7f, 0x7f, 0x7f] {
        let fraction = f32::from(data[1]) * 128.0 + f32::from(data[2]);
        keys[usize::from(key)] = 100.0 * (f32::from(data[0]) - f32::from(key)) + fraction * (100.0 / 16_384.0);
    }
}

/// Three bytes: channels 15 and 16, 8 to 14, 1 to 7.
fn channel_mask(ff: u8, gg: u8, hh: u8) -> u16 {
    u16::from(ff & 3) << 14 | u16::from(gg & 127) << 7 | u16::from(hh & 127)
}

/// Whether the mask of an octave tuning names this channel.
pub(super) fn names(channels: u16, channel: &Channel) -> bool {
    channels >> (channel.index % 16) & 1 == 1
}
