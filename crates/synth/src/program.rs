//! A preset made ready to play: every pair of preset zone and instrument zone becomes one layer with its generators
//! summed, its modulators merged and its sample bounds fixed (SoundFont 2.04, 9.4).

use std::ops::RangeInclusive;

use rae_soundfont::{GENERATOR_COUNT, Generator, Modulator, Sample, SoundFont, Zone};

use crate::control::modulation::{ModulatorSet, merge_instrument, merge_preset};

/// Generators by number, in their own units.
pub(crate) type Values = [f32; GENERATOR_COUNT];

/// Dividing line of E-mu's hardware and every bank made for it: 1 dB of the attenuation generator is 0.4 dB.
const ATTENUATION_SCALE: f32 = 0.4;

/// Generators that only an instrument may set (8.1.2, 8.1.3).
const INSTRUMENT_ONLY: [Generator; 14] = [
    Generator::StartAddrsOffset,
    Generator::EndAddrsOffset,
    Generator::StartLoopAddrsOffset,
    Generator::EndLoopAddrsOffset,
    Generator::StartAddrsCoarseOffset,
    Generator::EndAddrsCoarseOffset,
    Generator::StartLoopAddrsCoarseOffset,
    Generator::EndLoopAddrsCoarseOffset,
    Generator::Keynum,
    Generator::Velocity,
    Generator::SampleModes,
    Generator::ExclusiveClass,
    Generator::OverridingRootKey,
    Generator::SampleId,
];

/// When a sample repeats (generator 54).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoopMode {
    Never,
    Always,
    UntilRelease,
}

/// Where a layer reads, in points of the sample's chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleSource {
    /// Index of the sample in the bank.
    pub sample: usize,
    /// First point.
    pub start: u32,
    /// One past the last point.
    pub end: u32,
    /// First point of the loop; equal to `loop_end` when there is none.
    pub loop_start: u32,
    /// One past the last point of the loop.
    pub loop_end: u32,
}

/// One sound of a preset over a range of keys and velocities.
#[derive(Debug)]
pub(crate) struct Layer {
    keys: RangeInclusive<u8>,
    velocities: RangeInclusive<u8>,
    /// Sums of preset and instrument generators, before modulators.
    pub(crate) generators: Values,
    pub(crate) modulators: ModulatorSet,
    pub(crate) source: SampleSource,
    pub(crate) loop_mode: LoopMode,
    /// Frames per second of the sample.
    pub(crate) rate: u32,
    /// Key that plays the sample as recorded.
    pub(crate) root_key: f32,
    /// Correction of the sample's pitch in cents.
    pub(crate) correction: f32,
}

impl Layer {
    pub(crate) fn answers(&self, key: u8, velocity: u8) -> bool {
        self.keys.contains(&key) && self.velocities.contains(&velocity)
    }

    pub(crate) fn exclusive_class(&self) -> i32 {
        self.generators[Generator::ExclusiveClass as usize] as i32
    }
}

/// A preset ready to play.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) layers: Vec<Layer>,
    /// The most layers that one key can start.
    pub(crate) most_layers: usize,
}

impl Program {
    pub(crate) fn compile(font: &SoundFont, preset: usize) -> Program {
        let model = font.model();
        let preset = &model.presets[preset];
        let mut layers = Vec::new();
        for preset_zone in &preset.zones {
            let Some(instrument) = preset_zone.target.and_then(|i| model.instruments.get(i)) else { continue };
            let outer = Scope { global: preset.global.as_ref(), local: preset_zone };
            for zone in &instrument.zones {
                let inner = Scope { global: instrument.global.as_ref(), local: zone };
                layers.extend(layer(font, &outer, &inner));
            }
        }
        let most_layers = (0..128).map(|key| layers.iter().filter(|l| l.keys.contains(&key)).count()).max();
        Program { layers, most_layers: most_layers.unwrap_or(0) }
    }
}

/// A zone together with the global zone it inherits from.
struct Scope<'a> {
    global: Option<&'a Zone>,
    local: &'a Zone,
}

impl<'a> Scope<'a> {
    fn get(&self, generator: Generator) -> Option<i16> {
        self.local.generators.get(generator).or_else(|| self.global?.generators.get(generator))
    }

    fn keys(&self) -> RangeInclusive<u8> {
        self.local.keys.clone().or_else(|| self.global?.keys.clone()).unwrap_or(0..=127)
    }

    fn velocities(&self) -> RangeInclusive<u8> {
        self.local.velocities.clone().or_else(|| self.global?.velocities.clone()).unwrap_or(0..=127)
    }

    fn modulators(&self) -> [&'a [Modulator]; 2] {
        [self.global.map_or(&[][..], |zone| &zone.modulators), &self.local.modulators]
    }
}

fn intersection(a: RangeInclusive<u8>, b: RangeInclusive<u8>) -> Option<RangeInclusive<u8>> {
    let both = *a.start().max(b.start())..=*a.end().min(b.end());
    (!both.is_empty()).then_some(both)
}

fn layer(font: &SoundFont, preset: &Scope<'_>, instrument: &Scope<'_>) -> Option<Layer> {
    let keys = intersection(preset.keys(), instrument.keys())?;
    let velocities = intersection(preset.velocities(), instrument.velocities())?;
    let index = instrument.local.target?;
    let sample = font.model().samples.get(index)?;
    let generators = sum_generators(preset, instrument);
    let source = sample_source(index, sample, font.pcm(index).words.len(), &generators)?;
    let loop_mode = match generators[Generator::SampleModes as usize] as i32 & 3 {
        _ if source.loop_start == source.loop_end => LoopMode::Never,
        1 => LoopMode::Always,
        3 => LoopMode::UntilRelease,
        _ => LoopMode::Never,
    };
    let root_key = match generators[Generator::OverridingRootKey as usize] {
        key if (0.0..=127.0).contains(&key) => key,
        _ if sample.root_key <= 127 => f32::from(sample.root_key),
        _ => 60.0,
    };
    Some(Layer {
        keys,
        velocities,
        modulators: merge_preset(merge_instrument(instrument.modulators()), preset.modulators()),
        generators,
        source,
        loop_mode,
        rate: sample.rate,
        root_key,
        correction: f32::from(sample.correction),
    })
}

fn sum_generators(preset: &Scope<'_>, instrument: &Scope<'_>) -> Values {
    let mut values = [0.0; GENERATOR_COUNT];
    for &generator in Generator::ALL {
        let base = instrument.get(generator).unwrap_or(generator.default_value());
        let offset = match preset.get(generator) {
            Some(offset) if !INSTRUMENT_ONLY.contains(&generator) => offset,
            _ => 0,
        };
        values[generator as usize] = f32::from(base) + f32::from(offset);
    }
    values[Generator::InitialAttenuation as usize] *= ATTENUATION_SCALE;
    values
}

/// Header positions moved by the address generators, kept inside the chunk.
fn sample_source(index: usize, sample: &Sample, points: usize, generators: &Values) -> Option<SampleSource> {
    let value = |generator: Generator| generators[generator as usize] as i64;
    let moved = |position: u32, fine: Generator, coarse: Generator| {
        (i64::from(position) + value(fine) + 32_768 * value(coarse)).clamp(0, points as i64) as u32
    };
    let start = moved(sample.start, Generator::StartAddrsOffset, Generator::StartAddrsCoarseOffset);
    let end = moved(sample.end, Generator::EndAddrsOffset, Generator::EndAddrsCoarseOffset);
    let loop_start = moved(sample.loop_start, Generator::StartLoopAddrsOffset, Generator::StartLoopAddrsCoarseOffset);
    let loop_end = moved(sample.loop_end, Generator::EndLoopAddrsOffset, Generator::EndLoopAddrsCoarseOffset).min(end);
    if start >= end {
        return None;
    }
    let (loop_start, loop_end) = if loop_start < loop_end { (loop_start, loop_end) } else { (end, end) };
    Some(SampleSource { sample: index, start, end, loop_start, loop_end })
}
