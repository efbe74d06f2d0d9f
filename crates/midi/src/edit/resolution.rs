//! How fine the ticks are.

use crate::edit::tempo::demand_beats;
use crate::{Division, Error, Sequence};

/// The finest resolution that a file can have, in ticks per quarter note.
const FINEST: u16 = 0x7FFF;

/// Other ticks per quarter note, 1 to 32767. Events move to the nearest tick, halves up; a multiple of the old resolution
/// is exact.
///
/// # Errors
/// [`Error::AbsoluteTime`] where ticks know no quarter notes, and [`Error::Setting`] for another resolution.
pub fn set_resolution(sequence: Sequence, ticks_per_quarter: u16) -> Result<Sequence, Error> {
    let old = demand_beats(&sequence)?;
    if !(1..=FINEST).contains(&ticks_per_quarter) {
        let what = format!("resolution is {ticks_per_quarter} ticks per quarter note; choose 1 to {FINEST}");
        return Err(Error::Setting { what });
    }
    let division = Division::TicksPerQuarter(ticks_per_quarter);
    Ok(rescale(sequence, division, u64::from(ticks_per_quarter), u64::from(old)))
}

/// Multiplies all ticks by `numerator`/`denominator`.
fn rescale(mut sequence: Sequence, division: Division, numerator: u64, denominator: u64) -> Sequence {
    sequence.division = division;
    if numerator != denominator {
        for event in sequence.tracks.iter_mut().flat_map(|track| &mut track.events) {
            let twice = 2 * u128::from(event.tick) * u128::from(numerator) + u128::from(denominator);
            event.tick = u64::try_from(twice / (2 * u128::from(denominator))).unwrap_or(u64::MAX);
        }
    }
    sequence
}

/// Gives sequences the same division: the least common multiple of theirs. Where that is finer than a file can say, it is
/// the finest of theirs, and events of the others move to its nearest ticks.
pub(crate) fn unify(sequences: Vec<Sequence>) -> Result<Vec<Sequence>, Error> {
    let mut common: Option<Division> = None;
    for sequence in &sequences {
        common = Some(match common {
            Some(common) => common_division(common, sequence.division)?,
            None => sequence.division,
        });
    }
    let Some(common) = common else { return Ok(sequences) };
    let unified = sequences.into_iter().map(|sequence| {
        let old = ticks(sequence.division);
        rescale(sequence, common, ticks(common), old)
    });
    Ok(unified.collect())
}

fn common_division(one: Division, other: Division) -> Result<Division, Error> {
    match (one, other) {
        (Division::TicksPerQuarter(one), Division::TicksPerQuarter(other)) => {
            Ok(Division::TicksPerQuarter(multiple(one.max(1), other.max(1), FINEST)))
        }
        (
            Division::Smpte { rate, ticks_per_frame: one },
            Division::Smpte { rate: other_rate, ticks_per_frame: other },
        ) if rate == other_rate => {
            let ticks = multiple(u16::from(one.max(1)), u16::from(other.max(1)), u16::from(u8::MAX));
            Ok(Division::Smpte { rate, ticks_per_frame: ticks as u8 })
        }
        _ => Err(Error::Divisions),
    }
}

/// Ticks per quarter note or per time code frame.
fn ticks(division: Division) -> u64 {
    match division {
        Division::TicksPerQuarter(ticks) => u64::from(ticks.max(1)),
        Division::Smpte { ticks_per_frame, .. } => u64::from(ticks_per_frame.max(1)),
    }
}

/// The least common multiple, or the larger one where that is above `most`.
fn multiple(one: u16, other: u16, most: u16) -> u16 {
    let (mut a, mut b) = (u32::from(one), u32::from(other));
    while b > 0 {
        (a, b) = (b, a % b);
    }
    let multiple = u32::from(one) / a * u32::from(other);
    u16::try_from(multiple).ok().filter(|&multiple| multiple <= most).unwrap_or(one.max(other))
}
