//! Banks on top of each other, played as one.

use std::collections::hash_map::Entry;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bank::{Bank, BankFile};
use crate::{Error, Preset, Sample, SampleKind, SoundFont, WARNING_LIMIT, Zone};

/// The bank of drum kits, which no offset moves.
const DRUM_BANK: u16 = 128;

/// The highest bank that a bank select message can name.
const LAST_BANK: u16 = 127;

impl SoundFont {
    /// One bank of several, each with the number that is added to its banks, 0 to 127. Each lies on top of those before
    /// it: where several have a preset, the last plays. Drum kits (bank 128) stay where they are; presets that an offset
    /// moves beyond bank 127 cannot be selected and are left out.
    ///
    /// The models are copied, the sample points are shared. Sample numbers of the result, and those in its warnings, are its
    /// own and those of the banks.
    pub fn stack(layers: &[(&SoundFont, u8)]) -> SoundFont {
        let mut stack = Bank::default();
        if let Some((top, _)) = layers.last() {
            stack.model.info = top.model().info.clone();
        }
        for (font, offset) in layers.iter().rev() {
            stack.lay_below(font.bank(), u16::from(*offset));
        }
        let sources = layers.iter().map(|(font, offset)| BankName { path: font.source().into(), offset: *offset });
        stack.source = sources.map(|name| name.to_string()).collect::<Vec<_>>().join(" + ");
        let names = layers.iter().map(|(font, _)| font.model().info.name.as_str());
        stack.model.info.name = names.collect::<Vec<_>>().join(" + ");
        SoundFont::sharing(Arc::new(stack))
    }
}

impl Bank {
    /// Adds what another bank has and this one lacks.
    fn lay_below(&mut self, below: &Bank, offset: u16) {
        let (first_instrument, first_sample) = (self.model.instruments.len(), self.model.samples.len());
        for (index, preset) in below.model.presets.iter().enumerate() {
            let plays = below.presets.get(&(preset.bank, preset.program)) == Some(&index);
            let Some(bank) = moved(preset.bank, offset).filter(|_| plays) else { continue };
            if let Entry::Vacant(place) = self.presets.entry((bank, preset.program)) {
                place.insert(self.model.presets.len());
                let zones = retargeted(&preset.zones, first_instrument);
                self.model.presets.push(Preset { bank, zones, ..preset.clone() });
            }
        }
        for instrument in &below.model.instruments {
            let mut instrument = instrument.clone();
            instrument.zones = retargeted(&instrument.zones, first_sample);
            self.model.instruments.push(instrument);
        }
        self.model.samples.extend(below.model.samples.iter().map(|sample| relinked(sample, first_sample)));
        self.files.extend(
            below
                .files
                .iter()
                .map(|file| BankFile { first: first_sample + file.first, points: Arc::clone(&file.points) }),
        );
        let room = WARNING_LIMIT - self.warnings.kept.len();
        let warnings = below.warnings.kept.iter().take(room).map(|warning| warning.about(&below.source));
        self.warnings.kept.extend(warnings);
        self.warnings.count += below.warnings.count;
    }
}

/// Where an offset moves a bank; nowhere if it cannot be selected there.
fn moved(bank: u16, offset: u16) -> Option<u16> {
    if bank == DRUM_BANK || offset == 0 {
        return Some(bank);
    }
    bank.checked_add(offset).filter(|bank| *bank <= LAST_BANK)
}

fn retargeted(zones: &[Zone], first: usize) -> Vec<Zone> {
    zones.iter().map(|zone| Zone { target: zone.target.map(|target| first + target), ..zone.clone() }).collect()
}

/// A partner beyond what a header can name is none.
fn relinked(sample: &Sample, first: usize) -> Sample {
    let kind = sample.kind;
    match u16::try_from(first + usize::from(sample.link)) {
        Ok(link) if kind != SampleKind::Mono => Sample { link, ..sample.clone() },
        _ => Sample { kind: SampleKind::Mono, link: 0, ..sample.clone() },
    }
}

/// The name of a bank in a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankName {
    /// The file, or the word [`BUILTIN`](crate::discovery::BUILTIN).
    pub path: PathBuf,
    /// What is added to its banks, 0 to [`BankName::MAX_OFFSET`].
    pub offset: u8,
}

impl BankName {
    /// The greatest offset.
    pub const MAX_OFFSET: u8 = LAST_BANK as u8;

    /// What people write: a path, or a path, `@` and an offset, such as `strings.sf2@1`. A name that ends like an offset is
    /// a path where there is a file of that name; `name@0` says so in any case.
    pub fn parse(text: &OsStr) -> Result<BankName, Error> {
        BankName::parse_where(text, |path| path.exists())
    }

    /// As [`BankName::parse`], where `exists` knows which files there are.
    pub(crate) fn parse_where(text: &OsStr, exists: impl Fn(&Path) -> bool) -> Result<BankName, Error> {
        let whole = || BankName { path: text.into(), offset: 0 };
        let Some((path, digits)) = text.to_str().and_then(|text| text.rsplit_once('@')) else { return Ok(whole()) };
        if path.is_empty() || digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(whole());
        }
        if exists(Path::new(text)) {
            return Ok(whole());
        }
        match digits.parse() {
            Ok(offset @ 0..=BankName::MAX_OFFSET) => Ok(BankName { path: path.into(), offset }),
            _ => Err(Error::Offset { path: path.into(), offset: digits.to_owned() }),
        }
    }
}

impl fmt::Display for BankName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            0 => self.path.display().fmt(f),
            offset => write!(f, "{}@{offset}", self.path.display()),
        }
    }
}
