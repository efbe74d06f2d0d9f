//! A preset made ready to play: every pair of preset zone and instrument zone becomes one layer with its generators
//! summed, its modulators merged and its sample bounds fixed (SoundFont 2.04, 9.4).

use std::ops::{Range, RangeInclusive};

use rae_soundfont::{GENERATOR_COUNT, Generator, Modulator, Sample, SoundFont, Zone};

use crate::control::character::Answers;
use crate::control::modulation::{ModulatorSet, merge_instrument, merge_preset};
use crate::prefetch::prefetch;

/// Generators by number, in their own units.
pub(crate) type Values = [f32; GENERATOR_COUNT];

/// Dividing line of E-mu's hardware and every bank made for it: 1 dB of the attenuation generator is 0.4 dB.
const ATTENUATION_SCALE: f32 = 0.4;

/// When a sample repeats (generator 54).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoopMode {
    Never,
    Always,
    UntilRelease,
}

/// Where a layer reads, in points of the sample's chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

impl SampleSource {
    /// A position, 32.32 fixed point, brought back into the loop if it has passed its end.
    pub(crate) fn wrapped(&self, position: u64, looping: bool) -> u64 {
        let [start, end] = [self.loop_start, self.loop_end].map(|point| u64::from(point) << 32);
        if looping && position >= end { start + (position - end) % (end - start) } else { position }
    }
}

/// What a layer is played by, and what it then ends.
#[derive(Debug)]
struct Trigger {
    keys: RangeInclusive<u8>,
    velocities: RangeInclusive<u8>,
    exclusive_class: i32,
}

/// One sound of a preset over a range of keys and velocities.
#[derive(Debug)]
pub(crate) struct Layer {
    /// Sums of preset and instrument generators, before modulators.
    pub(crate) generators: Values,
    pub(crate) modulators: ModulatorSet,
    pub(crate) answers: Answers,
    bounds: SampleBounds,
    /// What it reads unless a modulator moves that.
    source: Option<SampleSource>,
    pub(crate) loop_mode: LoopMode,
    /// Frames per second of the sample.
    pub(crate) rate: u32,
    /// Key that plays the sample as recorded.
    pub(crate) root_key: f32,
    /// Correction of the sample's pitch in cents.
    pub(crate) correction: f32,
}

impl Layer {
    /// The key or velocity that plays whatever is played, if there is one.
    pub(crate) fn fixed(&self, generator: Generator) -> Option<f32> {
        Some(self.generators[generator as usize]).filter(|value| (0.0..=127.0).contains(value))
    }

    /// What a voice reads that starts with these modulated generators; `None` if nothing.
    pub(crate) fn source(&self, generators: &Values) -> Option<SampleSource> {
        self.source.or_else(|| self.bounds.moved_by(generators))
    }
}

/// A preset ready to play.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) layers: Vec<Layer>,
    /// Those of the layers, side by side, since every note looks at all of them.
    triggers: Vec<Trigger>,
    /// The most layers that one key can start.
    pub(crate) most_layers: usize,
}

impl Program {
    /// The mean pan of the layers that answer, in tenths of a per cent.
    pub(crate) fn middle(&self, key: u8, velocity: u8) -> f32 {
        let answering = || self.answering(key, velocity);
        let sum = answering().map(|layer| self.layers[layer].generators[Generator::Pan as usize]).sum::<f32>();
        sum / answering().count().max(1) as f32
    }

    /// The layers that sound for a note, by their numbers.
    pub(crate) fn answering(&self, key: u8, velocity: u8) -> impl Iterator<Item = usize> {
        let answers = move |trigger: &Trigger| trigger.keys.contains(&key) && trigger.velocities.contains(&velocity);
        self.triggers.iter().enumerate().filter(move |(_, trigger)| answers(trigger)).map(|(layer, _)| layer)
    }

    /// The exclusive class of a layer that is to sound: the layer itself is fetched meanwhile.
    pub(crate) fn exclusive_class(&self, layer: usize) -> i32 {
        prefetch(&self.layers[layer..=layer]);
        self.triggers[layer].exclusive_class
    }

    /// One layer that plays nothing.
    pub(crate) fn silent() -> Program {
        let bounds = SampleBounds { sample: 0, start: 0, end: 0, loop_start: 0, loop_end: 0, points: 0 };
        let layer = Layer {
            generators: [0.0; GENERATOR_COUNT],
            modulators: ModulatorSet::default(),
            answers: Answers::default(),
            bounds,
            source: None,
            loop_mode: LoopMode::Never,
            rate: 44_100,
            root_key: 60.0,
            correction: 0.0,
        };
        Program {
            layers: vec![layer],
            triggers: vec![Trigger { keys: 0..=127, velocities: 0..=127, exclusive_class: 0 }],
            most_layers: 1,
        }
    }

    /// The samples that its layers read, as numbers in the bank, and where they lie among their points.
    pub(crate) fn samples(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        self.layers.iter().map(|Layer { bounds, .. }| (bounds.sample, bounds.start as usize..bounds.end as usize))
    }

    /// Makes a preset ready as far as `budget` allows; whether all of it fitted.
    pub(crate) fn compile(font: &SoundFont, preset: usize, budget: &mut Budget) -> (Program, bool) {
        let model = font.model();
        let preset = &model.presets[preset];
        let (mut layers, mut triggers) = (Vec::<Layer>::new(), Vec::<Trigger>::new());
        let mut whole = true;
        'all: for preset_zone in &preset.zones {
            let Some(instrument) = preset_zone.target.and_then(|i| model.instruments.get(i)) else { continue };
            let outer = Scope { global: preset.global.as_ref(), local: preset_zone };
            for zone in &instrument.zones {
                let inner = Scope { global: instrument.global.as_ref(), local: zone };
                whole = budget.take(Budget::PAIR);
                if let Some((trigger, mut layer)) = whole.then(|| layer(font, &outer, &inner)).flatten() {
                    whole = budget.take(Budget::layer(layer.modulators.len()));
                    if let Some(last) = layers.last() {
                        layer.modulators.share(&last.modulators);
                    }
                    layers.push(layer);
                    triggers.push(trigger);
                }
                if !whole {
                    break 'all;
                }
            }
        }
        let most_layers = (0..128).map(|key| triggers.iter().filter(|t| t.keys.contains(&key)).count()).max();
        (Program { layers, triggers, most_layers: most_layers.unwrap_or(0) }, whole)
    }
}

/// What may still be spent on making presets ready, roughly in bytes: a small file can name millions of pairs of zones.
pub(crate) struct Budget(u64);

impl Budget {
    /// Looking at a pair of zones.
    const PAIR: u64 = 8;

    pub(crate) fn new() -> Budget {
        Budget(256 << 20)
    }

    /// A layer and the merging of its modulators.
    fn layer(modulators: usize) -> u64 {
        let modulators = modulators as u64;
        512 + 16 * modulators + modulators * modulators / 4
    }

    fn take(&mut self, cost: u64) -> bool {
        let left = self.0.checked_sub(cost);
        self.0 = left.unwrap_or(0);
        left.is_some()
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

fn layer(font: &SoundFont, preset: &Scope<'_>, instrument: &Scope<'_>) -> Option<(Trigger, Layer)> {
    let keys = intersection(preset.keys(), instrument.keys())?;
    let velocities = intersection(preset.velocities(), instrument.velocities())?;
    let index = instrument.local.target?;
    let sample = font.model().samples.get(index)?;
    let generators = sum_generators(preset, instrument);
    let modulators = merge_preset(merge_instrument(instrument.modulators()), preset.modulators());
    let bounds = SampleBounds::new(index, sample, font.points(index));
    let moved = Generator::ALL.iter().any(|&g| g.is_address_offset() && modulators.reaches(g));
    let source = if moved { None } else { Some(bounds.moved_by(&generators)?) };
    let loop_mode = match generators[Generator::SampleModes as usize] as i32 & 3 {
        1 => LoopMode::Always,
        3 => LoopMode::UntilRelease,
        _ => LoopMode::Never,
    };
    let root_key = match generators[Generator::OverridingRootKey as usize] {
        key if (0.0..=127.0).contains(&key) => key,
        _ if sample.root_key <= 127 => f32::from(sample.root_key),
        _ => 60.0,
    };
    let layer = Layer {
        answers: Answers::of(&modulators),
        modulators,
        generators,
        bounds,
        source,
        loop_mode,
        rate: sample.rate,
        root_key,
        correction: f32::from(sample.correction),
    };
    let exclusive_class = layer.generators[Generator::ExclusiveClass as usize] as i32;
    Some((Trigger { keys, velocities, exclusive_class }, layer))
}

fn sum_generators(preset: &Scope<'_>, instrument: &Scope<'_>) -> Values {
    let mut values = [0.0; GENERATOR_COUNT];
    for &generator in Generator::ALL {
        let base = instrument.get(generator).unwrap_or(generator.default_value());
        let offset = match preset.get(generator) {
            Some(offset) if !generator.is_instrument_only() => offset,
            _ => 0,
        };
        values[generator as usize] = f32::from(base) + f32::from(offset);
    }
    values[Generator::InitialAttenuation as usize] *= ATTENUATION_SCALE;
    values
}

/// Positions of a sample's header, and how many points its chunk has.
#[derive(Clone, Copy, Debug)]
struct SampleBounds {
    sample: usize,
    start: u32,
    end: u32,
    loop_start: u32,
    loop_end: u32,
    points: usize,
}

impl SampleBounds {
    fn new(index: usize, sample: &Sample, points: usize) -> SampleBounds {
        let Sample { start, end, loop_start, loop_end, .. } = *sample;
        SampleBounds { sample: index, start, end, loop_start, loop_end, points }
    }

    /// The positions moved by the address generators and kept inside the chunk; `None` if nothing is left.
    fn moved_by(&self, generators: &Values) -> Option<SampleSource> {
        use Generator::*;
        let value = |generator: Generator| generators[generator as usize] as i64;
        let moved = |position: u32, fine: Generator, coarse: Generator| {
            (i64::from(position) + value(fine) + 32_768 * value(coarse)).clamp(0, self.points as i64) as u32
        };
        let start = moved(self.start, StartAddrsOffset, StartAddrsCoarseOffset);
        let end = moved(self.end, EndAddrsOffset, EndAddrsCoarseOffset);
        let loop_start = moved(self.loop_start, StartLoopAddrsOffset, StartLoopAddrsCoarseOffset);
        let loop_end = moved(self.loop_end, EndLoopAddrsOffset, EndLoopAddrsCoarseOffset).min(end);
        if start >= end {
            return None;
        }
        let (loop_start, loop_end) = if loop_start < loop_end { (loop_start, loop_end) } else { (end, end) };
        Some(SampleSource { sample: self.sample, start, end, loop_start, loop_end })
    }
}
