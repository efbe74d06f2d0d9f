//! A part of a bank, or all of it, as a SoundFont 2 file of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::{
    Destination, Error, Generator, Instrument, Model, Pcm, Preset, Sample, SampleKind, SoundFont, Zone, fit, write,
};

/// Silence that the standard demands after every sample (6.1), points.
const GUARD: usize = 46;

/// A SoundFont 2 file with these presets of the bank (indexes into [`Model::presets`]), and the instruments and samples
/// that they need, in their order. What plays them sounds as with the whole bank. 24-bit samples keep their bits; samples
/// of SF3 banks are decoded. Names and texts too long for the format in UTF-8 lose their end.
///
/// Fails with [`Error::Write`] if no preset is named, one does not exist, the sample of one cannot be decoded, or the
/// file would be too large for the format.
pub fn subset(bank: &SoundFont, presets: &BTreeSet<usize>) -> Result<Vec<u8>, Error> {
    let model = bank.model();
    if let Some(preset) = presets.iter().find(|preset| **preset >= model.presets.len()) {
        return Err(Error::Write(format!("there is no preset number {preset}")));
    }
    let presets: Vec<&Preset> = presets.iter().map(|preset| &model.presets[*preset]).collect();
    let instruments = numbered(presets.iter().flat_map(|preset| &preset.zones).filter_map(|zone| zone.target));
    let zones = instruments.keys().flat_map(|instrument| &model.instruments[*instrument].zones);
    let samples = numbered(zones.filter_map(|zone| zone.target));
    let held = bank.for_render();
    let mut points = Points { words: Vec::new(), low_bytes: Vec::new() };
    let places = points.copy(&held, &reaches(model, &presets, &samples, &held));
    if let Some(damage) = held.decoding_warnings().first() {
        return Err(Error::Write(damage.to_string()));
    }
    let part = Model {
        info: fit::info(&model.info),
        presets: presets.iter().map(|preset| preset_with(preset, &instruments)).collect(),
        instruments: instruments.keys().map(|index| instrument_with(&model.instruments[*index], &samples)).collect(),
        samples: samples
            .keys()
            .zip(places)
            .map(|(index, place)| moved(&model.samples[*index], place, &samples))
            .collect::<Result<_, _>>()?,
    };
    write(&part, Pcm { words: &points.words, low_bytes: &points.low_bytes })
}

/// New numbers for what is kept, in the old order.
fn numbered(kept: impl Iterator<Item = usize>) -> BTreeMap<usize, usize> {
    let kept: BTreeSet<usize> = kept.collect();
    kept.into_iter().enumerate().map(|(new, old)| (old, new)).collect()
}

fn preset_with(preset: &Preset, instruments: &BTreeMap<usize, usize>) -> Preset {
    Preset { name: fit::name(&preset.name), zones: retargeted(&preset.zones, instruments), ..preset.clone() }
}

fn instrument_with(instrument: &Instrument, samples: &BTreeMap<usize, usize>) -> Instrument {
    Instrument {
        name: fit::name(&instrument.name),
        zones: retargeted(&instrument.zones, samples),
        ..instrument.clone()
    }
}

fn retargeted(zones: &[Zone], numbers: &BTreeMap<usize, usize>) -> Vec<Zone> {
    let retarget = |zone: &Zone| Zone { target: zone.target.map(|target| numbers[&target]), ..zone.clone() };
    zones.iter().map(retarget).collect()
}

/// The sample `place` points further on; a partner that is not kept is no partner.
fn moved(sample: &Sample, place: i64, samples: &BTreeMap<usize, usize>) -> Result<Sample, Error> {
    let at = |position: u32| {
        let moved = u32::try_from(i64::from(position) + place);
        moved.map_err(|_| Error::Write("a SoundFont cannot hold 4 Gi points or more".to_owned()))
    };
    // An empty loop may lie anywhere, even before all that is kept.
    let is_looped = sample.loop_start != sample.loop_end;
    let (loop_start, loop_end) =
        if is_looped { (sample.loop_start, sample.loop_end) } else { (sample.start, sample.start) };
    let link = samples.get(&usize::from(sample.link)).and_then(|link| u16::try_from(*link).ok());
    let kind = if link.is_some() { sample.kind } else { SampleKind::Mono };
    Ok(Sample {
        name: fit::name(&sample.name),
        start: at(sample.start)?,
        end: at(sample.end)?,
        loop_start: at(loop_start)?,
        loop_end: at(loop_end)?,
        kind,
        link: if kind == SampleKind::Mono { 0 } else { link.unwrap_or(0) },
        ..sample.clone()
    })
}

/// By new number, the old number of a sample and the points that its zones can reach by address generators.
fn reaches(
    model: &Model,
    presets: &[&Preset],
    samples: &BTreeMap<usize, usize>,
    bank: &SoundFont,
) -> Vec<(usize, Range<usize>)> {
    let header = |index: usize| {
        let sample = &model.samples[index];
        sample.start as usize..sample.end as usize
    };
    let mut reaches: Vec<_> = samples.keys().map(|index| (*index, header(*index))).collect();
    for preset in presets {
        for outer in &preset.zones {
            let Some(instrument) = outer.target.map(|target| &model.instruments[target]) else { continue };
            for inner in &instrument.zones {
                let Some(index) = inner.target else { continue };
                let scopes = [preset.global.as_ref(), Some(outer), instrument.global.as_ref(), Some(inner)];
                let offset = offset(scopes.into_iter().flatten());
                let (start, end) = (header(index).start, header(index).end);
                let reach = &mut reaches[samples[&index]].1;
                reach.start = reach.start.min(start.saturating_sub(offset));
                reach.end = reach.end.max((end + offset).min(bank.points(index)));
            }
        }
    }
    reaches
}

/// How far address generators of these zones, and modulators on them, can move a position, points.
fn offset<'a>(zones: impl Iterator<Item = &'a Zone>) -> usize {
    let points = |generator: Generator, amount: i16| {
        use Generator::{
            EndAddrsCoarseOffset, EndLoopAddrsCoarseOffset, StartAddrsCoarseOffset, StartLoopAddrsCoarseOffset,
        };
        let coarse = matches!(
            generator,
            EndAddrsCoarseOffset | EndLoopAddrsCoarseOffset | StartAddrsCoarseOffset | StartLoopAddrsCoarseOffset
        );
        usize::from(amount.unsigned_abs()) * if coarse { 32_768 } else { 1 }
    };
    let mut sum = 0;
    for zone in zones {
        let addresses = zone.generators.iter().filter(|(generator, _)| generator.is_address_offset());
        sum += addresses.map(|(generator, amount)| points(generator, amount)).sum::<usize>();
        for modulator in &zone.modulators {
            match modulator.destination {
                Destination::Generator(generator) if generator.is_address_offset() => {
                    sum += points(generator, modulator.amount);
                }
                _ => {}
            }
        }
    }
    sum
}

/// The sample chunk of the new file while it grows.
struct Points {
    words: Vec<[u8; 2]>,
    low_bytes: Vec<u8>,
}

impl Points {
    /// Copies what is reached, stretches that overlap only once, and silence after each; by sample, how far it has moved.
    fn copy(&mut self, bank: &SoundFont, reaches: &[(usize, Range<usize>)]) -> Vec<i64> {
        let mut places = vec![0; reaches.len()];
        let mut order: Vec<usize> = (0..reaches.len()).collect();
        let chunk = |number: usize| bank.chunk_of(reaches[number].0);
        order.sort_by_key(|number| (chunk(*number), reaches[*number].1.start));
        let mut rest = &order[..];
        while let Some(first) = rest.first() {
            let mut stretch = reaches[*first].1.clone();
            let joins = |number: &usize, end: usize| chunk(*number) == chunk(*first) && reaches[*number].1.start < end;
            let mut count = 1;
            while let Some(next) = rest.get(count).filter(|next| joins(next, stretch.end)) {
                stretch.end = stretch.end.max(reaches[*next].1.end);
                count += 1;
            }
            for number in &rest[..count] {
                places[*number] = self.words.len() as i64 - stretch.start as i64;
            }
            self.append(bank.pcm(reaches[*first].0), stretch);
            rest = &rest[count..];
        }
        places
    }

    fn append(&mut self, pcm: Pcm<'_>, stretch: Range<usize>) {
        if let Some(low_bytes) = pcm.low_bytes.get(stretch.clone()) {
            // Banks of 16 bits may have come before.
            self.low_bytes.resize(self.words.len(), 0);
            self.low_bytes.extend_from_slice(low_bytes);
        }
        self.words.extend_from_slice(&pcm.words[stretch]);
        self.words.resize(self.words.len() + GUARD, [0; 2]);
        if !self.low_bytes.is_empty() {
            self.low_bytes.resize(self.words.len(), 0);
        }
    }
}
