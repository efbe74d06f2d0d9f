//! From the bytes of a file to the model, with everything checked that a player relies on.

use std::ops::Range;

use crate::info::{self, text};
use crate::layout::{HYDRA, Layout};
use crate::problem::Problem;
use crate::sample::{self, Header};
use crate::table::{Table, u16_at};
use crate::warning::{WarningKind, Warnings};
use crate::zone::{Level, Owner, Zones};
use crate::{Error, Info, Instrument, Model, Preset};

/// What is left when the file has been read: the model, and where its points are.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) model: Model,
    /// The sample chunk, whole words only.
    pub(crate) words: Range<usize>,
    /// One byte per word, or nothing.
    pub(crate) low_bytes: Range<usize>,
    /// By sample, where its Vorbis stream lies; empty if none has one.
    pub(crate) streams: Vec<Option<Range<usize>>>,
    pub(crate) warnings: Warnings,
}

pub(crate) fn read(bytes: &[u8], source: &str) -> Result<Parsed, Error> {
    parse(bytes).map_err(|problem| problem.into_error(source))
}

/// Bank and program of every preset. Nothing else is read, but that the chunks are there.
pub(crate) fn preset_numbers(bytes: &[u8]) -> Result<impl Iterator<Item = (u16, u16)>, Problem> {
    let layout = Layout::find(bytes, &mut Warnings::default())?;
    let headers: Table<'_, 38> = hydra_table(bytes, &layout, 0, 2)?;
    Ok((0..headers.len() - 1).map(move |index| (headers.u16(index, 22), headers.u16(index, 20))))
}

fn parse(bytes: &[u8]) -> Result<Parsed, Problem> {
    let mut warnings = Warnings::default();
    let layout = Layout::find(bytes, &mut warnings)?;
    let info = info::read(bytes, &layout)?;
    let words = words(&layout, &info, &mut warnings);
    let low_bytes = low_bytes(&layout, &info, &words, &mut warnings);
    let headers = sample::read(bytes, &layout, &hydra_table(bytes, &layout, 8, 1)?, &mut warnings);
    let instruments = instruments(bytes, &layout, &headers, &mut warnings)?;
    let presets = presets(bytes, &layout, instruments.len(), &mut warnings)?;
    let (samples, mut streams): (_, Vec<_>) = headers.into_iter().map(|header| (header.sample, header.stream)).unzip();
    if streams.iter().all(Option::is_none) {
        streams.clear();
    }
    Ok(Parsed { model: Model { info, presets, instruments, samples }, words, low_bytes, streams, warnings })
}

fn words(layout: &Layout, info: &Info, warnings: &mut Warnings) -> Range<usize> {
    let Some(smpl) = layout.smpl.clone() else {
        return 0..0;
    };
    if smpl.len() % 2 != 0 && info.version.0 < 3 {
        warnings.add(smpl.end - 1, WarningKind::Structure, || {
            "the chunk 'smpl' has an odd length; its last byte is ignored".to_owned()
        });
    }
    smpl.start..smpl.start + smpl.len() / 2 * 2
}

/// The low bytes count from version 2.04 on and if there is one for every word (6.2).
fn low_bytes(layout: &Layout, info: &Info, words: &Range<usize>, warnings: &mut Warnings) -> Range<usize> {
    let Some(sm24) = layout.sm24.clone() else {
        return 0..0;
    };
    let count = words.len() / 2;
    let reason = if info.version < (2, 4) {
        format!("the version is {}.{:02}, not 2.04 or later", info.version.0, info.version.1)
    } else if sm24.len() != count && sm24.len() != count.next_multiple_of(2) {
        format!("it has {} bytes for {count} points", sm24.len())
    } else {
        return sm24.start..sm24.start + count;
    };
    warnings.add(sm24.start, WarningKind::Structure, || {
        format!("the chunk 'sm24' is ignored and samples are played with 16 bits: {reason}")
    });
    0..0
}

fn hydra_table<'a, const SIZE: usize>(
    bytes: &'a [u8],
    layout: &Layout,
    index: usize,
    at_least: usize,
) -> Result<Table<'a, SIZE>, Problem> {
    Table::new(HYDRA[index], bytes, layout.hydra[index].clone(), at_least)
}

/// The zones of a level: `first` is the place of its bags in the hydra, modulators and generators follow.
fn zones<'a>(bytes: &'a [u8], layout: &Layout, first: usize, level: Level<'a>) -> Result<Zones<'a>, Problem> {
    Zones::new(
        level,
        hydra_table(bytes, layout, first, 1)?,
        hydra_table(bytes, layout, first + 2, 0)?,
        hydra_table(bytes, layout, first + 1, 0)?,
    )
}

fn presets(bytes: &[u8], layout: &Layout, instruments: usize, warnings: &mut Warnings) -> Result<Vec<Preset>, Problem> {
    let headers: Table<'_, 38> = hydra_table(bytes, layout, 0, 2)?;
    let zones = zones(bytes, layout, 1, Level::Preset { instruments })?;
    let ranges = bag_ranges(&headers, 24, zones.len(), warnings)?;
    let read = |(index, range): (usize, Range<usize>)| {
        let record = headers.record(index);
        let mut preset = Preset {
            name: text(&record[..20]),
            program: u16_at(record, 20),
            bank: u16_at(record, 22),
            ..Preset::default()
        };
        let owner = Owner { word: "preset", index, name: &preset.name, offset: headers.offset(index) };
        let (global, zones) = zones.read(range, &owner, warnings);
        if preset.program > 127 {
            warnings.add(owner.offset, WarningKind::Header, || {
                format!("{owner} has the program number {}, which MIDI cannot select", preset.program)
            });
        }
        (preset.global, preset.zones) = (global, zones);
        preset
    };
    Ok(ranges.into_iter().enumerate().map(read).collect())
}

fn instruments(
    bytes: &[u8],
    layout: &Layout,
    samples: &[Header],
    warnings: &mut Warnings,
) -> Result<Vec<Instrument>, Problem> {
    let headers: Table<'_, 22> = hydra_table(bytes, layout, 4, 2)?;
    let zones = zones(bytes, layout, 5, Level::Instrument { samples })?;
    let ranges = bag_ranges(&headers, 20, zones.len(), warnings)?;
    let read = |(index, range): (usize, Range<usize>)| {
        let name = text(&headers.record(index)[..20]);
        let owner = Owner { word: "instrument", index, name: &name, offset: headers.offset(index) };
        let (global, zones) = zones.read(range, &owner, warnings);
        Instrument { name, global, zones }
    };
    Ok(ranges.into_iter().enumerate().map(read).collect())
}

/// The bags of every header but the terminal one, from the index that each holds at `field` (7.2, 7.6).
fn bag_ranges<const SIZE: usize>(
    headers: &Table<'_, SIZE>,
    field: usize,
    bags: usize,
    warnings: &mut Warnings,
) -> Result<Vec<Range<usize>>, Problem> {
    let terminal = headers.len() - 1;
    let bag = |index: usize| usize::from(headers.u16(index, field));
    if let Some(index) = (0..terminal).find(|index| bag(*index) > bag(index + 1)) {
        let reason = format!("the bag index falls from {} to {}", bag(index), bag(index + 1));
        return Err(headers.problem(index + 1, reason));
    }
    if bag(terminal) != bags {
        let reason = format!("the terminal record counts {} zones, the bag chunk holds {bags}", bag(terminal));
        return Err(headers.problem(terminal, reason));
    }
    if bag(0) > 0 {
        warnings.add(headers.offset(0), WarningKind::Header, || {
            format!("{} zones before the first header are not used", bag(0))
        });
    }
    Ok((0..terminal).map(|index| bag(index)..bag(index + 1)).collect())
}
