//! From a model and its points to a SoundFont 2 file.

use std::ops::RangeInclusive;

use crate::fit::{LONGEST_COMMENT, LONGEST_NAME, LONGEST_TEXT};
use crate::{
    Destination, Error, Generator, Info, Instrument, Model, Modulator, Pcm, Sample, SampleKind, Transform, Zone,
};

/// A SoundFont 2 file with this content: version 2.04 with an `sm24` chunk if `pcm` has low bytes, else 2.01
/// ([`Info::version`] is not asked). Every sample should be followed by 46 points of silence (6.1).
///
/// Fails with [`Error::Write`] where the model says what the format cannot: names over 20 bytes, indexes that do not
/// exist, a target where none belongs, no preset or no instrument, samples outside `pcm`, more than 65535 zones, generators or modulators.
pub fn write(model: &Model, pcm: Pcm<'_>) -> Result<Vec<u8>, Error> {
    build(model, pcm).map_err(Error::Write)
}

fn build(model: &Model, pcm: Pcm<'_>) -> Result<Vec<u8>, String> {
    if model.presets.is_empty() || model.instruments.is_empty() {
        return Err("a bank needs a preset and an instrument".to_owned());
    }
    let info = info(&model.info, if pcm.low_bytes.is_empty() { 1 } else { 4 })?;
    let pdta = pdta(model, pcm.words.len())?;
    // Points are many: they are copied once, straight into the file.
    let mut file = Vec::with_capacity(info.len() + pdta.len() + pcm.words.len() * 2 + pcm.low_bytes.len() + 80);
    list(&mut file, b"RIFF", b"sfbk", |file| {
        list(file, b"LIST", b"INFO", |file| append(file, &info))?;
        list(file, b"LIST", b"sdta", |file| sdta(file, pcm))?;
        list(file, b"LIST", b"pdta", |file| append(file, &pdta))
    })?;
    Ok(file)
}

fn append(out: &mut Vec<u8>, content: &[u8]) -> Result<(), String> {
    out.extend_from_slice(content);
    Ok(())
}

/// Appends a list; its size is filled in when `content` has been appended.
fn list(
    out: &mut Vec<u8>,
    id: &[u8; 4],
    kind: &[u8; 4],
    content: impl FnOnce(&mut Vec<u8>) -> Result<(), String>,
) -> Result<(), String> {
    let start = out.len();
    out.extend_from_slice(id);
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(kind);
    content(out)?;
    let size = size32(out.len() - start - 8)?;
    out[start + 4..start + 8].copy_from_slice(&size.to_le_bytes());
    Ok(())
}

fn size32(size: usize) -> Result<u32, String> {
    u32::try_from(size).map_err(|_| "a SoundFont cannot hold 4 GiB or more".to_owned())
}

/// Appends a chunk made of `parts`, padded to an even length.
fn chunk(out: &mut Vec<u8>, id: &[u8; 4], parts: &[&[u8]]) -> Result<(), String> {
    let size: usize = parts.iter().map(|part| part.len()).sum();
    let size = size32(size)?;
    out.extend_from_slice(id);
    out.extend_from_slice(&size.to_le_bytes());
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out.resize(out.len() + out.len() % 2, 0);
    Ok(())
}

fn info(info: &Info, minor: u16) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    chunk(&mut out, b"ifil", &[&2u16.to_le_bytes(), &minor.to_le_bytes()])?;
    text_chunk(&mut out, b"isng", if info.engine.is_empty() { "EMU8000" } else { &info.engine })?;
    text_chunk(&mut out, b"INAM", &info.name)?;
    let optional = [
        (b"ICRD", &info.date),
        (b"IENG", &info.author),
        (b"IPRD", &info.product),
        (b"ICOP", &info.copyright),
        (b"ICMT", &info.comment),
        (b"ISFT", &info.software),
    ];
    for (id, text) in optional {
        if let Some(text) = text {
            text_chunk(&mut out, id, text)?;
        }
    }
    Ok(out)
}

/// A text with one or two zero bytes after it, so that the length is even (5.2).
fn text_chunk(out: &mut Vec<u8>, id: &[u8; 4], text: &str) -> Result<(), String> {
    let limit = if id == b"ICMT" { LONGEST_COMMENT } else { LONGEST_TEXT };
    if text.len() > limit || text.contains('\0') {
        let name = id.escape_ascii();
        return Err(format!("the text {name} has more than {limit} bytes or a zero in it"));
    }
    chunk(out, id, &[text.as_bytes(), if text.len().is_multiple_of(2) { &[0, 0] } else { &[0] }])
}

fn sdta(out: &mut Vec<u8>, pcm: Pcm<'_>) -> Result<(), String> {
    chunk(out, b"smpl", &[pcm.words.as_flattened()])?;
    if !pcm.low_bytes.is_empty() {
        if pcm.low_bytes.len() != pcm.words.len() {
            return Err(format!("{} low bytes for {} points", pcm.low_bytes.len(), pcm.words.len()));
        }
        // Here the pad byte counts as content (6.2).
        let pad = &[0][..pcm.low_bytes.len() % 2];
        chunk(out, b"sm24", &[pcm.low_bytes, pad])?;
    }
    Ok(())
}

fn pdta(model: &Model, points: usize) -> Result<Vec<u8>, String> {
    let (mut phdr, mut inst, mut shdr) = (Vec::new(), Vec::new(), Vec::new());
    let mut level = Zones::new(Generator::Instrument, model.instruments.len());
    for preset in &model.presets {
        let bag = level.append(preset.global.as_ref(), &preset.zones).map_err(|e| format!("{}: {e}", preset.name))?;
        preset_header(&mut phdr, &preset.name, [preset.program, preset.bank, bag])?;
    }
    let (terminal, [pbag, pmod, pgen]) = level.finish()?;
    preset_header(&mut phdr, "EOP", [0, 0, terminal])?;

    let mut level = Zones::new(Generator::SampleId, model.samples.len());
    for Instrument { name, global, zones } in &model.instruments {
        let bag = level.append(global.as_ref(), zones).map_err(|e| format!("{name}: {e}"))?;
        instrument_header(&mut inst, name, bag)?;
    }
    let (terminal, [ibag, imod, igen]) = level.finish()?;
    instrument_header(&mut inst, "EOI", terminal)?;

    for sample in &model.samples {
        sample_header(&mut shdr, sample, points)?;
    }
    shdr.extend_from_slice(&name20("EOS")?);
    shdr.resize(shdr.len() + 26, 0);

    let mut out = Vec::new();
    let chunks = [
        (b"phdr", phdr),
        (b"pbag", pbag),
        (b"pmod", pmod),
        (b"pgen", pgen),
        (b"inst", inst),
        (b"ibag", ibag),
        (b"imod", imod),
        (b"igen", igen),
        (b"shdr", shdr),
    ];
    for (id, content) in chunks {
        chunk(&mut out, id, &[&content])?;
    }
    Ok(out)
}

fn name20(name: &str) -> Result<[u8; LONGEST_NAME], String> {
    let mut field = [0; LONGEST_NAME];
    match field.get_mut(..name.len()) {
        Some(start) if !name.contains('\0') => start.copy_from_slice(name.as_bytes()),
        _ => return Err(format!("the name '{name}' has more than 20 bytes or a zero in it")),
    }
    Ok(field)
}

fn preset_header(out: &mut Vec<u8>, name: &str, numbers: [u16; 3]) -> Result<(), String> {
    out.extend_from_slice(&name20(name)?);
    out.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    out.extend_from_slice(&[0; 12]);
    Ok(())
}

fn instrument_header(out: &mut Vec<u8>, name: &str, bag: u16) -> Result<(), String> {
    out.extend_from_slice(&name20(name)?);
    out.extend_from_slice(&bag.to_le_bytes());
    Ok(())
}

fn sample_header(out: &mut Vec<u8>, sample: &Sample, points: usize) -> Result<(), String> {
    if sample.start > sample.end || sample.end as usize > points {
        return Err(format!("{}: points {} to {} of {points}", sample.name, sample.start, sample.end));
    }
    out.extend_from_slice(&name20(&sample.name)?);
    for number in [sample.start, sample.end, sample.loop_start, sample.loop_end, sample.rate] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    out.extend_from_slice(&[sample.root_key, sample.correction.cast_unsigned()]);
    out.extend_from_slice(&sample.link.to_le_bytes());
    let kind: u16 = match sample.kind {
        SampleKind::Mono => 1,
        SampleKind::Right => 2,
        SampleKind::Left => 4,
        SampleKind::Linked => 8,
    };
    out.extend_from_slice(&kind.to_le_bytes());
    Ok(())
}

/// The bags, modulators and generators of one level while they grow.
struct Zones {
    target: Generator,
    targets: usize,
    bags: Vec<u8>,
    modulators: Vec<u8>,
    generators: Vec<u8>,
}

impl Zones {
    fn new(target: Generator, targets: usize) -> Zones {
        Zones { target, targets, bags: Vec::new(), modulators: Vec::new(), generators: Vec::new() }
    }

    /// Appends the zones of a preset or an instrument; the answer is the index of the first.
    fn append(&mut self, global: Option<&Zone>, zones: &[Zone]) -> Result<u16, String> {
        let first = index16(self.bags.len() / 4)?;
        if let Some(global) = global {
            if global.target.is_some() {
                return Err("a global zone has a target".to_owned());
            }
            self.zone(global)?;
        }
        for zone in zones {
            let target = zone.target.filter(|target| *target < self.targets);
            let target =
                target.ok_or_else(|| format!("the target of a zone is {:?} of {}", zone.target, self.targets))?;
            self.zone(zone)?;
            self.generator(self.target, index16(target)?);
        }
        Ok(first)
    }

    /// Everything of a zone but its target.
    fn zone(&mut self, zone: &Zone) -> Result<(), String> {
        self.bag()?;
        for (generator, range) in [(Generator::KeyRange, &zone.keys), (Generator::VelRange, &zone.velocities)] {
            if let Some(range) = range {
                self.generator(generator, range_amount(range)?);
            }
        }
        for (generator, amount) in zone.generators.iter() {
            use Generator::{Instrument, KeyRange, SampleId, VelRange};
            if matches!(generator, Instrument | KeyRange | SampleId | VelRange) {
                return Err(format!("{generator:?} is stored in a field of the zone, not among its generators"));
            }
            if self.target == Instrument && generator.is_instrument_only() {
                return Err(format!("{generator:?} has no meaning in a preset"));
            }
            self.generator(generator, amount.cast_unsigned());
        }
        zone.modulators.iter().try_for_each(|modulator| self.modulator(modulator, zone.modulators.len()))
    }

    fn bag(&mut self) -> Result<(), String> {
        for index in [self.generators.len() / 4, self.modulators.len() / 10] {
            self.bags.extend_from_slice(&index16(index)?.to_le_bytes());
        }
        Ok(())
    }

    fn generator(&mut self, generator: Generator, amount: u16) {
        self.generators.extend_from_slice(&(generator as u16).to_le_bytes());
        self.generators.extend_from_slice(&amount.to_le_bytes());
    }

    fn modulator(&mut self, modulator: &Modulator, siblings: usize) -> Result<(), String> {
        if let Destination::Modulator(index) = modulator.destination
            && usize::from(index) >= siblings.min(0x8000)
        {
            return Err(format!("a modulator links to {index} of {siblings}"));
        }
        let transform = match modulator.transform {
            Transform::Linear => 0,
            Transform::Absolute => 2,
        };
        let (source, destination) = (modulator.source.to_bits(), modulator.destination.to_bits());
        let fields =
            [source, destination, modulator.amount.cast_unsigned(), modulator.amount_source.to_bits(), transform];
        self.modulators.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
        Ok(())
    }

    /// Adds the terminal records; the answer is the index of the terminal bag, then bags, modulators, generators.
    fn finish(mut self) -> Result<(u16, [Vec<u8>; 3]), String> {
        let terminal = index16(self.bags.len() / 4)?;
        self.bag()?;
        self.modulators.extend_from_slice(&[0; 10]);
        self.generators.extend_from_slice(&[0; 4]);
        Ok((terminal, [self.bags, self.modulators, self.generators]))
    }
}

fn index16(index: usize) -> Result<u16, String> {
    u16::try_from(index).map_err(|_| format!("{index} zones, generators or modulators are more than 65535"))
}

fn range_amount(range: &RangeInclusive<u8>) -> Result<u16, String> {
    if range.is_empty() || *range.end() > 127 {
        return Err(format!("the key or velocity range {range:?} is empty or ends above 127"));
    }
    Ok(u16::from_le_bytes([*range.start(), *range.end()]))
}
