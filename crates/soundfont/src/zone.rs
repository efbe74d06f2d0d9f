//! Zones of presets and instruments: bags, generators, modulators (7.3 to 7.5, 7.7 to 7.9).

use std::fmt;
use std::ops::{Range, RangeInclusive};

use crate::problem::Problem;
use crate::sample::Header;
use crate::table::{Table, u16_at};
use crate::warning::{WarningKind, Warnings};
use crate::{Generator, Generators, Zone, links};

/// Whether zones belong to presets or to instruments, and what their targets may be.
#[derive(Clone, Copy)]
pub(crate) enum Level<'a> {
    Preset { instruments: usize },
    Instrument { samples: &'a [Header] },
}

/// The preset or instrument whose zones are read, for messages.
pub(crate) struct Owner<'a> {
    pub(crate) word: &'static str,
    pub(crate) index: usize,
    pub(crate) name: &'a str,
    pub(crate) offset: usize,
}

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} '{}'", self.word, self.index, self.name)
    }
}

/// The three zone chunks of a level, checked against each other.
pub(crate) struct Zones<'a> {
    level: Level<'a>,
    bags: Table<'a, 4>,
    generators: Table<'a, 4>,
    modulators: Table<'a, 10>,
}

/// What a zone turned out to be.
enum Kind {
    /// It has a target and can sound.
    Local,
    /// It names no target.
    WithoutTarget,
    /// It names a target, but cannot sound.
    Damaged,
}

impl<'a> Zones<'a> {
    pub(crate) fn new(
        level: Level<'a>,
        bags: Table<'a, 4>,
        generators: Table<'a, 4>,
        modulators: Table<'a, 10>,
    ) -> Result<Zones<'a>, Problem> {
        check_indexes(&bags, 0, "generator", generators.len())?;
        check_indexes(&bags, 2, "modulator", modulators.len())?;
        Ok(Zones { level, bags, generators, modulators })
    }

    /// How many zones there are.
    pub(crate) fn len(&self) -> usize {
        self.bags.len() - 1
    }

    /// The global zone, if there is one, and the zones that can sound.
    pub(crate) fn read(
        &self,
        bags: Range<usize>,
        owner: &Owner<'_>,
        warnings: &mut Warnings,
    ) -> (Option<Zone>, Vec<Zone>) {
        if bags.is_empty() {
            warnings.add(owner.offset, WarningKind::Header, || format!("{owner} has no zones and is ignored"));
        }
        let (mut global, mut zones) = (None, Vec::with_capacity(bags.len()));
        for bag in bags.clone() {
            let (zone, kind) = self.zone(bag, owner, warnings);
            match kind {
                Kind::Local => zones.push(zone),
                Kind::Damaged => {}
                Kind::WithoutTarget if bag == bags.start => global = (zone != Zone::default()).then_some(zone),
                Kind::WithoutTarget => self.warn_zone(bag, owner, warnings, "names no target and is ignored"),
            }
        }
        (global, zones)
    }

    fn zone(&self, bag: usize, owner: &Owner<'_>, warnings: &mut Warnings) -> (Zone, Kind) {
        let (mut zone, silent) = self.generators(bag, owner, warnings);
        let modulators = self.indexes(bag, 2);
        if !modulators.is_empty() {
            zone.modulators = links::read(&self.modulators, modulators, self.is_preset(), owner, warnings);
        }
        let kind = self.kind(&zone, silent, bag, owner, warnings);
        (zone, kind)
    }

    /// The generators up to the target, and whether a range among them is empty.
    fn generators(&self, bag: usize, owner: &Owner<'_>, warnings: &mut Warnings) -> (Zone, bool) {
        let range = self.indexes(bag, 0);
        let mut zone = Zone { generators: Generators::with_capacity(range.len()), ..Zone::default() };
        let (mut keys, mut velocities) = (Span::Unset, Span::Unset);
        for index in range.clone() {
            let record = self.generators.record(index);
            let (number, amount) = (u16_at(record, 0), u16_at(record, 2));
            let mut warn = |what: &dyn Fn() -> String| {
                warnings.add(self.generators.offset(index), WarningKind::Generator, || format!("{owner}: {}", what()));
            };
            match Generator::from_number(number) {
                Some(generator) if self.is_target(generator) => {
                    zone.target = Some(usize::from(amount));
                    let rest = range.end - index - 1;
                    if rest > 0 {
                        warn(&|| format!("{rest} generators after the target of a zone are ignored"));
                    }
                    break;
                }
                Some(generator @ (Generator::KeyRange | Generator::VelRange)) => {
                    let is_keys = generator == Generator::KeyRange;
                    let first = range.start + usize::from(!is_keys && keys != Span::Unset);
                    if index > first {
                        warn(&|| "a range is not at the start of its zone; it is used nevertheless".to_owned());
                    }
                    *(if is_keys { &mut keys } else { &mut velocities }) = Span::read(record[2], record[3]);
                }
                Some(generator) if self.allows(generator) => zone.generators.set(generator, amount.cast_signed()),
                _ => warn(&|| format!("generator {number} has no meaning here and is ignored")),
            }
        }
        let empty = keys == Span::Empty || velocities == Span::Empty;
        if empty && zone.target.is_none() {
            self.warn_zone(bag, owner, warnings, "has an empty key or velocity range, which is ignored");
        }
        (zone.keys, zone.velocities) = (keys.set(), velocities.set());
        (zone, empty)
    }

    fn kind(&self, zone: &Zone, silent: bool, bag: usize, owner: &Owner<'_>, warnings: &mut Warnings) -> Kind {
        let Some(target) = zone.target else {
            return Kind::WithoutTarget;
        };
        let reason = match self.level {
            _ if silent => "has an empty key or velocity range",
            Level::Preset { instruments } if target >= instruments => "names an instrument that does not exist",
            Level::Instrument { samples } if target >= samples.len() => "names a sample that does not exist",
            Level::Instrument { samples } if !samples[target].playable => "names a sample that cannot be played",
            _ => return Kind::Local,
        };
        self.warn_zone(bag, owner, warnings, &format!("{reason} ({target}) and is left out"));
        Kind::Damaged
    }

    fn warn_zone(&self, bag: usize, owner: &Owner<'_>, warnings: &mut Warnings, what: &str) {
        warnings.add(self.bags.offset(bag), WarningKind::Zone, || format!("{owner}: a zone {what}"));
    }

    /// The generators or modulators of a zone, from the index at `field` of its bag and of the next.
    fn indexes(&self, bag: usize, field: usize) -> Range<usize> {
        usize::from(self.bags.u16(bag, field))..usize::from(self.bags.u16(bag + 1, field))
    }

    fn is_preset(&self) -> bool {
        matches!(self.level, Level::Preset { .. })
    }

    fn is_target(&self, generator: Generator) -> bool {
        generator == if self.is_preset() { Generator::Instrument } else { Generator::SampleId }
    }

    fn allows(&self, generator: Generator) -> bool {
        if self.is_preset() { !generator.is_instrument_only() } else { generator != Generator::Instrument }
    }
}

/// A key or velocity range as a zone states it.
#[derive(PartialEq)]
enum Span {
    Unset,
    Empty,
    Set(RangeInclusive<u8>),
}

impl Span {
    fn read(low: u8, high: u8) -> Span {
        if low <= high && low <= 127 { Span::Set(low..=high.min(127)) } else { Span::Empty }
    }

    fn set(self) -> Option<RangeInclusive<u8>> {
        match self {
            Span::Set(range) => Some(range),
            Span::Unset | Span::Empty => None,
        }
    }
}

/// Indexes rise, and the terminal one matches the chunk they point into. A missing terminal record there is no
/// matter: nothing ever reads it, and some editors leave it out.
fn check_indexes(bags: &Table<'_, 4>, field: usize, what: &str, records: usize) -> Result<(), Problem> {
    let terminal = bags.len() - 1;
    let index = |bag: usize| usize::from(bags.u16(bag, field));
    if let Some(bag) = (0..terminal).find(|bag| index(*bag) > index(bag + 1)) {
        let reason = format!("the {what} index falls from {} to {}", index(bag), index(bag + 1));
        return Err(bags.problem(bag + 1, reason));
    }
    let counted = index(terminal);
    if records != counted && records != counted + 1 {
        let reason = format!("the terminal record counts {counted} {what}s, their chunk holds {records} records");
        return Err(bags.problem(terminal, reason));
    }
    Ok(())
}
