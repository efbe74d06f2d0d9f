//! From columns of samples to what each column of pixels covers.

use super::layout::Lane;
use super::level::Scale;
use crate::{Column, Point, Reach};

/// From the lowest to the highest sample; neighbours touch, and nothing is thinner than a line.
pub(super) fn outer(columns: &[Column], scale: &Scale, lane: Lane) -> Vec<Reach> {
    let half = lane.height / 2.0;
    let mut reaches: Vec<Reach> = columns
        .iter()
        .map(|column| Reach { up: scale.level(column.max) * half, down: -scale.level(column.min) * half })
        .collect();
    for right in 1..reaches.len() {
        let (before, after) = reaches.split_at_mut(right);
        let (left, right) = (&mut before[right - 1], &mut after[0]);
        meet(left, right);
    }
    for Reach { up, down } in &mut reaches {
        let missing = (lane.thinnest - (*up + *down)).max(0.0) / 2.0;
        (*up, *down) = (*up + missing, *down + missing);
        // A line along an edge moves inside.
        let (above, below) = ((*up - half).max(0.0), (*down - half).max(0.0));
        (*up, *down) = (*up - above + below, *down - below + above);
    }
    reaches
}

/// Draws neighbours towards each other until they touch halfway.
fn meet(left: &mut Reach, right: &mut Reach) {
    let (rise, fall) = (-right.down - left.up, -left.down - right.up);
    if rise > 0.0 {
        left.up += rise / 2.0;
        right.down += rise / 2.0;
    } else if fall > 0.0 {
        left.down += fall / 2.0;
        right.up += fall / 2.0;
    }
}

/// The RMS level on both sides, as far as it lies within `outer`.
pub(super) fn within(columns: &[Column], scale: &Scale, lane: Lane, outer: &[Reach]) -> Vec<Reach> {
    let rms = columns.iter().map(|column| scale.level(column.rms) * lane.height / 2.0);
    rms.zip(outer)
        .map(|(rms, outer)| {
            let rms = rms.max(lane.thinnest / 2.0);
            Reach { up: rms.min(outer.up), down: rms.min(outer.down) }
        })
        .collect()
}

/// A line from left to right, cut at `boundary`.
pub(super) fn parted(points: &[Point], boundary: f32) -> (Vec<Point>, Vec<Point>) {
    let count = points.partition_point(|(x, _)| *x <= boundary);
    let (before, after) = points.split_at(count);
    let (Some(from), Some(to)) = (before.last(), after.first()) else { return (before.to_vec(), after.to_vec()) };
    let share = (boundary - from.0) / (to.0 - from.0);
    let middle = (boundary, from.1 + (to.1 - from.1) * share);
    (before.iter().copied().chain([middle]).collect(), [middle].into_iter().chain(after.iter().copied()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_where_it_crosses_the_boundary() {
        let line = [(0.0, 0.0), (2.0, 4.0), (4.0, 0.0)];
        assert_eq!(parted(&line, 1.0), (vec![(0.0, 0.0), (1.0, 2.0)], vec![(1.0, 2.0), (2.0, 4.0), (4.0, 0.0)]));
        assert_eq!(parted(&line, -1.0), (vec![], line.to_vec()));
        assert_eq!(parted(&line, 4.0), (line.to_vec(), vec![]));
    }
}
