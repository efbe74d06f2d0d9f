/// How a stream is cut into cells: cell k begins at frame ⌊k · frames / cells⌋.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    frames: u64,
    cells: u64,
}

impl Cut {
    /// `cells` of equal length, as far as frames allow it, in `frames`; fewer cells where there are fewer frames, so that
    /// none is empty.
    pub(crate) fn equal(frames: u64, cells: u64) -> Cut {
        let frames = frames.max(1);
        Cut { frames, cells: cells.clamp(1, frames) }
    }

    /// As [`Cut::equal`], with empty cells where there are fewer frames.
    pub(crate) fn equal_or_finer(frames: u64, cells: u64) -> Cut {
        Cut { frames, cells: cells.max(1) }
    }

    /// The first frame of a cell.
    #[inline(always)]
    pub(crate) fn start(self, cell: u64) -> u64 {
        if self.cells == 1 {
            return cell.saturating_mul(self.frames);
        }
        let start = u128::from(cell) * u128::from(self.frames) / u128::from(self.cells);
        u64::try_from(start).unwrap_or(u64::MAX)
    }

    /// The cell that holds a frame.
    pub(crate) fn cell_of(self, frame: u64) -> u64 {
        // The last k with k · frames / cells < frame + 1.
        let before = (u128::from(frame) + 1) * u128::from(self.cells);
        (before.div_ceil(u128::from(self.frames)) - 1) as u64
    }

    /// Cells that are pairs of these.
    pub(crate) fn pairs(self) -> Cut {
        Cut { frames: self.frames.saturating_mul(2), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_is_in_the_cell_that_begins_before_it() {
        for (frames, cells) in [(1, 1), (10, 3), (7, 7), (1000, 999), (100, 1), (5, 9), (0, 4)] {
            let cut = Cut::equal(frames, cells);
            for frame in 0..200 {
                let cell = cut.cell_of(frame);
                assert!((cut.start(cell)..cut.start(cell + 1)).contains(&frame), "{cut:?} {frame}");
            }
        }
        let long = Cut::equal(u64::MAX / 4, 30_000);
        assert_eq!(long.start(30_000), u64::MAX / 4);
        assert_eq!(long.cell_of(u64::MAX / 4 - 1), 29_999);
    }
}
