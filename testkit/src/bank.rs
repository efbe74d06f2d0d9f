//! Tiny SoundFonts by code.

use std::ops::{Range, RangeInclusive};

use rae_soundfont::{Generator, Instrument, Model, Modulator, Pcm, Preset, Sample, SoundFont, Zone, write};

/// Silence that the standard demands after every sample, points.
const GUARD: usize = 46;

/// Puts a bank together: samples, then instruments that name samples by number, then presets that name instruments.
#[derive(Clone, Debug, Default)]
pub struct BankBuilder {
    model: Model,
    words: Vec<[u8; 2]>,
    low_bytes: Vec<u8>,
    is_24_bit: bool,
}

/// A zone in the making; see [`zone`] and [`global`].
#[derive(Clone, Debug, Default)]
pub struct ZoneBuilder(Zone);

/// A zone with this target: the number of a sample in an instrument, of an instrument in a preset.
pub fn zone(target: usize) -> ZoneBuilder {
    ZoneBuilder(Zone { target: Some(target), ..Zone::default() })
}

/// A global zone; it must come first.
pub fn global() -> ZoneBuilder {
    ZoneBuilder::default()
}

impl ZoneBuilder {
    /// Answers to these keys only.
    #[must_use]
    pub fn keys(mut self, keys: RangeInclusive<u8>) -> ZoneBuilder {
        self.0.keys = Some(keys);
        self
    }

    /// Answers to these velocities only.
    #[must_use]
    pub fn velocities(mut self, velocities: RangeInclusive<u8>) -> ZoneBuilder {
        self.0.velocities = Some(velocities);
        self
    }

    /// Sets a generator.
    #[must_use]
    pub fn set(mut self, generator: Generator, value: i16) -> ZoneBuilder {
        self.0.generators.set(generator, value);
        self
    }

    /// Adds a modulator.
    #[must_use]
    pub fn modulate(mut self, modulator: Modulator) -> ZoneBuilder {
        self.0.modulators.push(modulator);
        self
    }
}

impl BankBuilder {
    /// A bank of 16-bit samples, still empty.
    pub fn new() -> BankBuilder {
        let mut builder = BankBuilder::default();
        builder.model.info.name = "testkit".to_owned();
        builder.model.info.engine = "EMU8000".to_owned();
        builder
    }

    /// A bank of 24-bit samples, still empty.
    pub fn new_24_bit() -> BankBuilder {
        BankBuilder { is_24_bit: true, ..BankBuilder::new() }
    }

    /// A bank whose preset 0 in bank 0 plays `points` on every key, looped if there is a loop.
    pub fn one_sample(points: &[f64], looped: Option<Range<u32>>) -> BankBuilder {
        let modes = i16::from(looped.is_some());
        BankBuilder::new().sample(points, looped).instrument([zone(0).set(Generator::SampleModes, modes)]).preset(
            0,
            0,
            [zone(0)],
        )
    }

    /// Adds a mono sample at 44100 Hz with root key 60. Points are from −1 to 1; the loop counts from the first point.
    #[must_use]
    pub fn sample(mut self, points: &[f64], looped: Option<Range<u32>>) -> BankBuilder {
        let start = self.words.len() as u32;
        for point in points.iter().chain(&[0.0; GUARD]) {
            let (high, low) = quantise(*point, self.is_24_bit);
            self.words.push(high.to_le_bytes());
            self.low_bytes.extend(self.is_24_bit.then_some(low));
        }
        let looped = looped.unwrap_or(0..0);
        self.model.samples.push(Sample {
            name: format!("sample {}", self.model.samples.len()),
            start,
            end: start + points.len() as u32,
            loop_start: start + looped.start,
            loop_end: start + looped.end,
            rate: 44_100,
            root_key: 60,
            ..Sample::default()
        });
        self
    }

    /// Changes the header of the latest sample.
    #[must_use]
    pub fn adjust(mut self, change: impl FnOnce(&mut Sample)) -> BankBuilder {
        change(self.model.samples.last_mut().expect("a sample to adjust"));
        self
    }

    /// Adds an instrument; a first zone without target becomes its global zone.
    #[must_use]
    pub fn instrument(mut self, zones: impl IntoIterator<Item = ZoneBuilder>) -> BankBuilder {
        let name = format!("instrument {}", self.model.instruments.len());
        let (global, zones) = split(zones);
        self.model.instruments.push(Instrument { name, global, zones });
        self
    }

    /// Adds a preset; a first zone without target becomes its global zone.
    #[must_use]
    pub fn preset(mut self, bank: u16, program: u16, zones: impl IntoIterator<Item = ZoneBuilder>) -> BankBuilder {
        let name = format!("preset {bank}:{program}");
        let (global, zones) = split(zones);
        self.model.presets.push(Preset { name, bank, program, global, zones });
        self
    }

    /// What has been added so far.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The bank as a file.
    pub fn bytes(&self) -> Vec<u8> {
        write(&self.model, Pcm { words: &self.words, low_bytes: &self.low_bytes }).expect("a bank that can be written")
    }

    /// The bank, open. Panics if reading it gives a warning: then the test asked for something odd by mistake.
    pub fn build(&self) -> SoundFont {
        let bank = SoundFont::from_bytes(self.bytes(), "testkit").expect("a bank that can be read");
        assert!(bank.warnings().is_empty(), "the bank is odd: {:?}", bank.warnings());
        bank
    }
}

fn split(zones: impl IntoIterator<Item = ZoneBuilder>) -> (Option<Zone>, Vec<Zone>) {
    let mut zones: Vec<Zone> = zones.into_iter().map(|zone| zone.0).collect();
    let has_global = zones.first().is_some_and(|first| first.target.is_none());
    let global = has_global.then(|| zones.remove(0));
    (global, zones)
}

/// The two parts of a point in the file.
fn quantise(point: f64, is_24_bit: bool) -> (i16, u8) {
    if is_24_bit {
        let value = (point * 8_388_608.0).round().clamp(-8_388_608.0, 8_388_607.0) as i32;
        ((value >> 8) as i16, (value & 255) as u8)
    } else {
        ((point * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_stored_as_two_complement_of_16_or_24_bits() {
        assert_eq!(quantise(0.5, false), (0x4000, 0));
        assert_eq!(quantise(1.0, false), (0x7fff, 0));
        assert_eq!(quantise(-1.0 / 8_388_608.0, true), (-1, 0xff));
        assert_eq!(quantise(1.0, true), (0x7fff, 0xff));
        assert_eq!(quantise(-1.0, true), (-0x8000, 0));
    }

    #[test]
    fn samples_are_followed_by_silence_and_found_again() {
        let builder = BankBuilder::one_sample(&[0.25; 100], Some(10..90)).sample(&[-0.5; 50], None);
        let bank = builder.build();
        let words = bank.pcm(0).words;
        assert_eq!(words.len(), 100 + 46 + 50 + 46);
        assert!(words[100..146].iter().chain(&words[196..]).all(|word| *word == [0, 0]));
        assert_eq!((words[0], words[146]), ([0, 0x20], [0, 0xc0]));
        assert_eq!(bank.model().samples, builder.model().samples);
    }
}
