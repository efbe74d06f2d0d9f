//! From sounds to a bank: samples at one loudness, keyboards of zones, instruments, presets, the file.

use rae_soundfont::{Controller, Curve, Destination, Generator, Generators, Info, Instrument, Model, Modulator, Pcm};
use rae_soundfont::{Preset, Sample, SampleKind, Source, Transform, Zone};

use crate::levels::TRIM;
use crate::synthesis::{MARGIN, Sound};

/// Loudness every sample is brought to, dB below full scale (weighted mean square of its loudest tenth of a second).
const LOUDNESS_DB: f32 = -13.0;
/// No point goes above this.
const PEAK: f32 = 0.95;
/// Room for all points, so that the list never moves.
const EXPECTED_POINTS: usize = 11_000_000;
/// Zero points after each sample (SoundFont 2.04, 7.10).
const GUARD: usize = 46;

/// Generators and modulators of a zone, in units of a musician.
#[derive(Clone, Default)]
pub(crate) struct Tone {
    generators: Generators,
    modulators: Vec<Modulator>,
}

/// 1200·log₂ of a time in seconds; the standard's shortest for nothing.
fn timecents(seconds: f32) -> i16 {
    (1200.0 * seconds.max(0.001).log2()).round().clamp(-12_000.0, 8000.0) as i16
}

/// Absolute cents of a frequency, 8.176 Hz = 0 (8.1.2).
fn absolute_cents(hz: f32) -> i16 {
    (1200.0 * (hz / 8.176).log2()).round().clamp(-16_000.0, 13_500.0) as i16
}

impl Tone {
    pub(crate) fn new() -> Tone {
        Tone::default()
    }

    /// Any generator in its own unit; in presets, an offset.
    pub(crate) fn set(mut self, generator: Generator, value: i16) -> Tone {
        self.generators.set(generator, value);
        self
    }

    /// Seconds to full level.
    pub(crate) fn attack(self, seconds: f32) -> Tone {
        self.set(Generator::AttackVolEnv, timecents(seconds))
    }

    /// Seconds in which the level falls by 100 dB, and how many dB below full it stays.
    pub(crate) fn decay(self, seconds: f32, sustain_db: f32) -> Tone {
        self.set(Generator::DecayVolEnv, timecents(seconds)).set(Generator::SustainVolEnv, (sustain_db * 10.0) as i16)
    }

    /// Seconds in which a released note falls by 100 dB.
    pub(crate) fn release(self, seconds: f32) -> Tone {
        self.set(Generator::ReleaseVolEnv, timecents(seconds))
    }

    /// Corner of the low-pass, hertz, and its resonance, dB.
    pub(crate) fn filter(self, hz: f32, resonance_db: f32) -> Tone {
        self.set(Generator::InitialFilterFc, absolute_cents(hz))
            .set(Generator::InitialFilterQ, (resonance_db * 10.0) as i16)
    }

    /// The modulation envelope opens the filter by `cents`: attack and decay in seconds, sustain 0 to 1.
    pub(crate) fn sweep(self, cents: i16, attack: f32, decay: f32, sustain: f32) -> Tone {
        self.set(Generator::ModEnvToFilterFc, cents)
            .set(Generator::AttackModEnv, timecents(attack))
            .set(Generator::DecayModEnv, timecents(decay))
            .set(Generator::SustainModEnv, ((1.0 - sustain) * 1000.0) as i16)
            .set(Generator::ReleaseModEnv, timecents(1.0))
    }

    /// Vibrato of ±`cents`, setting in after `delay` seconds.
    pub(crate) fn vibrato(self, cents: i16, hz: f32, delay: f32) -> Tone {
        self.set(Generator::VibLfoToPitch, cents)
            .set(Generator::FreqVibLfo, absolute_cents(hz))
            .set(Generator::DelayVibLfo, timecents(delay))
    }

    /// Tremolo of ±`db`.
    pub(crate) fn tremolo(self, db: f32, hz: f32) -> Tone {
        self.set(Generator::ModLfoToVolume, (db * 10.0) as i16).set(Generator::FreqModLfo, absolute_cents(hz))
    }

    /// From −50 (left) to 50 (right).
    pub(crate) fn pan(self, percent: f32) -> Tone {
        self.set(Generator::Pan, (percent * 10.0) as i16)
    }

    /// Reverb and chorus sends, percent.
    pub(crate) fn sends(self, reverb: i16, chorus: i16) -> Tone {
        self.set(Generator::ReverbEffectsSend, reverb * 10).set(Generator::ChorusEffectsSend, chorus * 10)
    }

    /// Softer by `db` as heard: synthesizers count 0.4 dB for each dB of this generator, as the first ones did.
    pub(crate) fn softer(self, db: f32) -> Tone {
        self.set(Generator::InitialAttenuation, (db * 25.0) as i16)
    }

    /// Out of tune by this much.
    pub(crate) fn detune(self, semitones: i16, cents: i16) -> Tone {
        self.set(Generator::CoarseTune, semitones).set(Generator::FineTune, cents)
    }

    /// Closes the filter by up to `cents` as notes get softer.
    pub(crate) fn touch(mut self, cents: i16) -> Tone {
        self.modulators.push(Modulator {
            source: Source { controller: Controller::Velocity, descending: true, bipolar: false, curve: Curve::Linear },
            destination: Destination::Generator(Generator::InitialFilterFc),
            amount: -cents,
            amount_source: Source::ONE,
            transform: Transform::Linear,
        });
        self
    }

    /// The filter of this tone alone, half as much higher as `key` is higher than `middle`.
    pub(crate) fn following(&self, key: u8, middle: u8) -> Tone {
        match self.generators.get(Generator::InitialFilterFc) {
            None => Tone::new(),
            Some(cents) => {
                let moved = cents + 50 * (i16::from(key) - i16::from(middle));
                Tone::new().set(Generator::InitialFilterFc, moved.clamp(1500, 13_500))
            }
        }
    }

    /// Fades away by up to `db` as notes get softer, on top of the usual curve.
    pub(crate) fn only_when_hard(mut self, db: f32) -> Tone {
        self.modulators.push(Modulator {
            source: Source { controller: Controller::Velocity, descending: true, bipolar: false, curve: Curve::Linear },
            destination: Destination::Generator(Generator::InitialAttenuation),
            amount: (db * 10.0) as i16,
            amount_source: Source::ONE,
            transform: Transform::Linear,
        });
        self
    }

    /// A zone with these settings, on top of which come those of `extra`.
    pub(crate) fn zone(&self, keys: Option<(u8, u8)>, target: Option<usize>, extra: &Tone) -> Zone {
        let mut zone = Zone { keys: keys.map(|(low, high)| low..=high), target, ..Zone::default() };
        zone.generators = self.generators.iter().chain(extra.generators.iter()).collect();
        zone.modulators = self.modulators.iter().chain(&extra.modulators).copied().collect();
        zone
    }
}

/// The bank while it is being built.
pub(crate) struct Bank {
    model: Model,
    words: Vec<[u8; 2]>,
}

/// A stored sample and the key it was made for.
pub(crate) type Placed = (u8, usize);

impl Bank {
    pub(crate) fn new() -> Bank {
        let info = Info {
            version: (2, 1),
            name: "Rust Audio Engine GM".into(),
            engine: "EMU8000".into(),
            author: Some("Rust Audio Engine contributors".into()),
            copyright: Some("MIT OR Apache-2.0".into()),
            comment: Some("General MIDI instruments made by code, without recordings.".into()),
            software: Some("rae-bank".into()),
            ..Info::default()
        };
        Bank { model: Model { info, ..Model::default() }, words: Vec::with_capacity(EXPECTED_POINTS) }
    }

    /// Stores a sound at the common loudness.
    pub(crate) fn sample(&mut self, name: &str, sound: Sound) -> usize {
        self.linked_sample(name, sound, SampleKind::Mono, 0, 0.0)
    }

    /// Index of the stored sample of this name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.model.samples.iter().position(|sample| sample.name == name)
    }

    /// Index that the next sample will have.
    pub(crate) fn next_sample(&self) -> usize {
        self.model.samples.len()
    }

    pub(crate) fn is_looped(&self, sample: usize) -> bool {
        let sample = &self.model.samples[sample];
        sample.loop_end > sample.loop_start
    }

    /// Stores a sound as one side of a pair whose other side has the index `link`.
    pub(crate) fn linked_sample(
        &mut self,
        name: &str,
        mut sound: Sound,
        kind: SampleKind,
        link: usize,
        db: f32,
    ) -> usize {
        level(&mut sound, db);
        let start = self.words.len();
        self.words.extend(sound.points.iter().map(|&point| word(point)));
        let end = self.words.len();
        self.words.extend([[0; 2]; GUARD]);
        let cycle = sound.cycle.unwrap_or(0..0);
        debug_assert!(self.find(name).is_none(), "two samples are called {name}");
        self.model.samples.push(Sample {
            name: name.chars().take(20).collect(),
            start: start as u32,
            end: end as u32,
            loop_start: (start + cycle.start) as u32,
            loop_end: (start + cycle.end) as u32,
            rate: sound.rate,
            root_key: sound.root,
            correction: 0,
            kind,
            link: link as u16,
        });
        self.model.samples.len() - 1
    }

    /// Stores a sound per key, named after it.
    pub(crate) fn samples(&mut self, name: &str, keys: &[u8], mut make: impl FnMut(u8) -> Sound) -> Vec<Placed> {
        self.short_samples(name, keys, 0.0, &mut make)
    }

    /// Stores a sound per key, louder than the others by `db`: for strokes too short to be heard at their level.
    pub(crate) fn short_samples(
        &mut self,
        name: &str,
        keys: &[u8],
        db: f32,
        mut make: impl FnMut(u8) -> Sound,
    ) -> Vec<Placed> {
        let mut store = |key: u8| self.linked_sample(&format!("{name} {key}"), make(key), SampleKind::Mono, 0, db);
        keys.iter().map(|&key| (key, store(key))).collect()
    }

    /// Stores a pair of sounds per key; gives back the left and the right ones.
    pub(crate) fn pairs(
        &mut self,
        name: &str,
        keys: &[u8],
        mut make: impl FnMut(u8, u64) -> Sound,
    ) -> [Vec<Placed>; 2] {
        let mut sides = [Vec::new(), Vec::new()];
        for &key in keys {
            let next = self.model.samples.len();
            let left = self.linked_sample(&format!("{name} {key} L"), make(key, 0), SampleKind::Left, next + 1, 0.0);
            let right = self.linked_sample(&format!("{name} {key} R"), make(key, 1), SampleKind::Right, next, 0.0);
            sides[0].push((key, left));
            sides[1].push((key, right));
        }
        sides
    }

    /// An instrument from a global tone and zones.
    pub(crate) fn instrument(&mut self, name: &str, global: &Tone, zones: Vec<Zone>) -> usize {
        let global = Some(global.zone(None, None, &Tone::new()));
        self.model.instruments.push(Instrument { name: name.into(), global, zones });
        self.model.instruments.len() - 1
    }

    /// An instrument with one keyboard of samples, all of one tone.
    pub(crate) fn simple(&mut self, name: &str, placed: &[Placed], tone: &Tone) -> usize {
        let zones = keyboard(placed, |_| Tone::new());
        self.instrument(name, tone, zones)
    }

    /// A program of bank 0 that plays layers of instruments, each with offsets of its own.
    pub(crate) fn preset(&mut self, program: u16, name: &str, layers: &[(usize, Tone)]) {
        self.preset_in(0, program, name, layers);
    }

    /// A program of any bank.
    pub(crate) fn preset_in(&mut self, bank: u16, program: u16, name: &str, layers: &[(usize, Tone)]) {
        let none = Tone::new();
        let trim = if bank == 0 { (f32::from(TRIM[usize::from(program)]) * 2.5) as i16 } else { 0 };
        let zone = |(instrument, tone): &(usize, Tone)| {
            let mut zone = tone.zone(None, Some(*instrument), &none);
            let own = zone.generators.get(Generator::InitialAttenuation).unwrap_or(0);
            zone.generators.set(Generator::InitialAttenuation, own + trim);
            zone
        };
        let zones = layers.iter().map(zone).collect();
        self.model.presets.push(Preset { name: name.into(), bank, program, global: None, zones });
    }

    /// The bank as an SF2 file.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.model.presets.sort_by_key(|preset| (preset.bank, preset.program));
        let pcm = Pcm { words: &self.words, low_bytes: &[] };
        rae_soundfont::write(&self.model, pcm).expect("the built-in bank is small and well formed")
    }
}

/// One zone per sample, from halfway to its lower neighbour to halfway to its upper one; the outer ones reach on.
pub(crate) fn keyboard(placed: &[Placed], mut tone: impl FnMut(u8) -> Tone) -> Vec<Zone> {
    let halfway = |i: usize| (placed[i].0 + placed[i + 1].0) / 2;
    let zone = |(i, &(key, sample)): (usize, &Placed)| {
        let low = if i == 0 { 0 } else { halfway(i - 1) + 1 };
        let high = if i + 1 == placed.len() { 127 } else { halfway(i) };
        // Sample modes: 1 loops until the end of the note.
        let looped = Tone::new().set(Generator::SampleModes, 1);
        looped.zone(Some((low, high)), Some(sample), &tone(key))
    };
    placed.iter().enumerate().map(zone).collect()
}

/// The nearest 16-bit value; the offset keeps the truncation on one side of zero.
fn word(point: f32) -> [u8; 2] {
    (((point * 32_767.0 + 32_768.5) as i32 - 32_768) as i16).to_le_bytes()
}

/// Takes away the mean, ends one-shots at zero and sets the level.
fn level(sound: &mut Sound, db: f32) {
    let body = sound.cycle.clone().unwrap_or(0..sound.points.len());
    let mean = sum(&sound.points[body.clone()]) / body.len() as f32;
    sound.points.iter_mut().for_each(|point| *point -= mean);
    if sound.cycle.is_none() {
        let fade = (sound.rate as usize / 200).min(sound.points.len() / 2);
        let end = sound.points.len();
        for (i, point) in sound.points[end - fade..].iter_mut().enumerate() {
            *point *= 1.0 - (i + 1) as f32 / fade as f32;
        }
    }
    let peak = peak(&sound.points);
    let wanted = 10f32.powf((LOUDNESS_DB + db) / 20.0) / loudness(sound).max(1e-9);
    let gain = wanted.min(PEAK / peak.max(1e-9));
    sound.points.iter_mut().for_each(|point| *point *= gain);
}

/// Width of sums whose parts are independent, so that they run side by side.
const LANES: usize = 8;

fn sum(points: &[f32]) -> f32 {
    let (lanes, rest) = points.as_chunks::<LANES>();
    let mut sums = [0.0f32; LANES];
    for lane in lanes {
        sums.iter_mut().zip(lane).for_each(|(sum, point)| *sum += point);
    }
    sums.iter().chain(rest).sum()
}

fn peak(points: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    let (lanes, rest) = points.as_chunks::<LANES>();
    let mut peaks = [0.0f32; LANES];
    for lane in lanes {
        peaks.iter_mut().zip(lane).for_each(|(peak, point)| *peak = larger(*peak, point.abs()));
    }
    peaks.iter().chain(rest).fold(0.0, |peak, point| larger(peak, point.abs()))
}

/// Root of the weighted mean square: lows below 100 Hz count less, highs above 1500 Hz more, roughly as in ITU-R
/// BS.1770. What only loops is as loud as its loop, everything else as the loudest tenth of a second of its onset.
fn loudness(sound: &Sound) -> f32 {
    let looping = sound.cycle.as_ref().is_some_and(|cycle| cycle.start == MARGIN);
    let tenth = sound.rate as usize / 10;
    let heard = if looping { sound.points.len() } else { sound.points.len().min(tenth * 3) };
    let means = weighted_squares(&sound.points[..heard], sound.rate as f32);
    let window = if looping { LANES } else { (tenth * LANES).div_ceil(heard).min(LANES) };
    let mean = |means: &[f32]| means.iter().sum::<f32>() / means.len() as f32;
    means.windows(window).map(mean).fold(0.0, f32::max).sqrt()
}

/// Weighted mean squares of [`LANES`] equal parts.
fn weighted_squares(points: &[f32], rate: f32) -> [f32; LANES] {
    let pole = |hz: f32| 1.0 - (-std::f32::consts::TAU * hz / rate).exp();
    let (low_pole, high_pole) = (pole(100.0), pole(1500.0));
    let part = points.len() / LANES;
    let [mut low, mut high, mut sums] = [[0.0f32; LANES]; 3];
    for i in 0..part {
        let mut lane = [0.0f32; LANES];
        lane.iter_mut().enumerate().for_each(|(k, point)| *point = points[k * part + i]);
        for k in 0..LANES {
            low[k] += low_pole * (lane[k] - low[k]);
            let point = lane[k] - low[k];
            high[k] += high_pole * (point - high[k]);
            let point = point + 0.58 * (point - high[k]);
            sums[k] += point * point;
        }
    }
    sums.map(|sum| sum / part.max(1) as f32)
}
