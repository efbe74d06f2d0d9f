use super::RollNote;
use crate::Area;

/// Keys around those that are played.
const MARGIN: u8 = 2;

/// Fewer keys are not shown.
const LEAST: u8 = 12;

/// Rows are no higher where there are keys to fill the height with, in logical pixels.
const HIGHEST_ROW: f32 = 15.0;

/// Between keys and drums, in logical pixels.
const GAP: f32 = 5.0;

/// Which rows a roll has: one for each key, from the highest down, then one for each drum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pitches {
    low: u8,
    high: u8,
    /// In ascending order.
    drums: Vec<u8>,
}

/// A row of a key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) key: u8,
    pub(super) top: f32,
    pub(super) bottom: f32,
}

impl Pitches {
    /// The keys that these notes use, with some around them, an octave at least, and the drums.
    pub fn of(notes: &[RollNote]) -> Pitches {
        let keys = || notes.iter().filter(|note| !note.drum).map(|note| note.key.min(127));
        let mut drums: Vec<u8> = notes.iter().filter(|note| note.drum).map(|note| note.key.min(127)).collect();
        drums.sort_unstable();
        drums.dedup();
        let (low, high) = match (keys().min(), keys().max()) {
            (Some(low), Some(high)) => (low.saturating_sub(MARGIN), (high + MARGIN).min(127)),
            // Only drums need no keys; nothing at all is shown as an empty keyboard.
            _ if drums.is_empty() => (60, 60 + LEAST - 1),
            _ => (1, 0),
        };
        let pitches = Pitches { low, high, drums };
        if low > high { pitches } else { pitches.widened(usize::from(LEAST)) }
    }

    /// With more keys around, where rows of an area of this height would be very high.
    #[must_use]
    pub fn filling(&self, height: f32) -> Pitches {
        let rows = (height / HIGHEST_ROW) as usize;
        let keys = rows.saturating_sub(self.drums.len());
        if self.low > self.high { self.clone() } else { self.clone().widened(keys) }
    }

    /// With at least so many keys, 128 at most.
    fn widened(mut self, keys: usize) -> Pitches {
        while self.keys() < keys.min(128) {
            // In turn above and below, so that what is played stays in the middle.
            let up = self.keys().is_multiple_of(2);
            if (up && self.high < 127) || self.low == 0 { self.high += 1 } else { self.low -= 1 }
        }
        self
    }

    /// How many keys have rows.
    pub fn keys(&self) -> usize {
        (usize::from(self.high) + 1).saturating_sub(usize::from(self.low))
    }

    /// The rows of the keys in an area, from the lowest up.
    pub(super) fn key_rows(&self, area: Area) -> Vec<Row> {
        let Area { bottom, .. } = self.keys_area(area);
        let height = self.row_height(area);
        let row = |index: usize| {
            let bottom = bottom - index as f32 * height;
            Row { key: self.low + index as u8, top: bottom - height, bottom }
        };
        (0..self.keys()).map(row).collect()
    }

    /// The rows of the drums in an area, from the lowest up.
    pub(super) fn drum_rows(&self, area: Area) -> Vec<Row> {
        let height = self.row_height(area);
        let row = |(index, key): (usize, &u8)| {
            let bottom = area.bottom - index as f32 * height;
            Row { key: *key, top: bottom - height, bottom }
        };
        self.drums.iter().enumerate().map(row).collect()
    }

    /// The part of an area that the keys have.
    pub(super) fn keys_area(&self, area: Area) -> Area {
        Area { bottom: area.top + self.keys() as f32 * self.row_height(area), ..area }
    }

    /// The part of an area that the drums have, if there are any.
    pub(super) fn drums_area(&self, area: Area) -> Option<Area> {
        let top = area.bottom - self.drums.len() as f32 * self.row_height(area);
        (!self.drums.is_empty()).then_some(Area { top, ..area })
    }

    fn row_height(&self, area: Area) -> f32 {
        let gap = if self.keys() > 0 && !self.drums.is_empty() { GAP.min(area.height() / 4.0) } else { 0.0 };
        (area.height() - gap) / (self.keys() + self.drums.len()).max(1) as f32
    }

    /// Top and bottom of the row of a note in an area; `None` where it has none.
    pub(super) fn place(&self, note: &RollNote, area: Area) -> Option<(f32, f32)> {
        let height = self.row_height(area);
        let (bottom, index) = if note.drum {
            (area.bottom, self.drums.binary_search(&note.key).ok()?)
        } else if (self.low..=self.high).contains(&note.key) {
            (self.keys_area(area).bottom, usize::from(note.key - self.low))
        } else {
            return None;
        };
        let bottom = bottom - index as f32 * height;
        Some((bottom - height, bottom))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(key: u8, drum: bool) -> RollNote {
        RollNote { start: 0.0, end: 1.0, key, velocity: 64, series: 0, drum }
    }

    const AREA: Area = Area { left: 0.0, top: 10.0, right: 100.0, bottom: 210.0 };

    #[test]
    fn keys_are_those_that_are_played_and_some_around() {
        let wide = Pitches::of(&[note(40, false), note(80, false)]);
        assert_eq!((wide.low, wide.high), (38, 82));
        let one = Pitches::of(&[note(60, false)]);
        assert_eq!(one.keys(), 12);
        assert!(one.low <= 55 && one.high >= 65, "{one:?}");
        for key in [0, 127] {
            let edge = Pitches::of(&[note(key, false)]);
            assert!(edge.keys() == 12 && (edge.low..=edge.high).contains(&key) && edge.high <= 127, "{edge:?}");
        }
        assert_eq!(one.filling(1e6).keys(), 128);
        assert_eq!(wide.filling(100.0), wide);
    }

    #[test]
    fn rows_fill_the_area_without_overlap() {
        for notes in [
            vec![note(40, false), note(80, false), note(36, true), note(42, true)],
            vec![note(36, true)],
            vec![note(3, false)],
            vec![],
        ] {
            let pitches = Pitches::of(&notes).filling(AREA.height());
            let mut rows = pitches.key_rows(AREA);
            rows.extend(pitches.drum_rows(AREA));
            rows.sort_by(|a, b| a.top.total_cmp(&b.top));
            assert!((rows[0].top - AREA.top).abs() < 0.01 && (rows[rows.len() - 1].bottom - AREA.bottom).abs() < 0.01);
            assert!(rows.windows(2).all(|pair| pair[1].top > pair[0].bottom - 0.01), "{rows:?}");
            for note in notes {
                let (top, bottom) = pitches.place(&note, AREA).unwrap();
                assert!(
                    rows.iter()
                        .any(|row| row.key == note.key && (row.top - top).abs() + (row.bottom - bottom).abs() < 0.01)
                );
            }
        }
        assert_eq!(Pitches::of(&[note(36, true)]).place(&note(36, false), AREA), None);
    }
}
