//! The points of floors, which must differ: the decoder divides by their distances and does not see to it for all.

use super::books::{self, Bits};

/// Whether the points of every floor differ in a setup header whose codebooks are modest. In what makes no sense they
/// count as different: the decoder refuses it.
pub(super) fn have_distinct_points(setup: &[u8]) -> bool {
    read(setup).unwrap_or(true)
}

fn read(setup: &[u8]) -> Option<bool> {
    let mut bits = books::skip(setup)?;
    let transforms = u64::from(bits.read(6)?) + 1;
    bits.skip(16 * transforms)?;
    for _ in 0..=bits.read(6)? {
        match bits.read(16)? {
            0 => skip_curve(&mut bits)?,
            1 if !is_distinct(points(&mut bits)?) => return Some(false),
            1 => {}
            _ => return None,
        }
    }
    Some(true)
}

/// A floor of type 0 (6.2.1), which has no points.
fn skip_curve(bits: &mut Bits<'_>) -> Option<()> {
    bits.skip(8 + 16 + 16 + 6 + 8)?;
    let books = u64::from(bits.read(4)?) + 1;
    bits.skip(8 * books)
}

/// The points of a floor of type 1, those at both ends included (7.2.2).
fn points(bits: &mut Bits<'_>) -> Option<Vec<u32>> {
    let partitions = bits.read(5)?;
    let classes: Vec<u32> = (0..partitions).map(|_| bits.read(4)).collect::<Option<_>>()?;
    let count = classes.iter().max().map_or(0, |class| class + 1);
    let dimensions: Vec<u32> = (0..count).map(|_| class_dimensions(bits)).collect::<Option<_>>()?;
    bits.skip(2)?;
    let width = bits.read(4)?;
    let mut points = vec![0, 1 << width];
    for class in classes {
        for _ in 0..dimensions[class as usize] {
            points.push(bits.read(width)?);
        }
    }
    Some(points)
}

/// How many points a partition of the class has.
fn class_dimensions(bits: &mut Bits<'_>) -> Option<u32> {
    let dimensions = bits.read(3)? + 1;
    let subclasses = bits.read(2)?;
    let masterbook = if subclasses > 0 { 8 } else { 0 };
    bits.skip(masterbook + (8 << subclasses))?;
    Some(dimensions)
}

fn is_distinct(mut points: Vec<u32>) -> bool {
    points.sort_unstable();
    points.is_sorted_by(|a, b| a < b)
}
