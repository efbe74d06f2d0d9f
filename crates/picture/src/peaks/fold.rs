//! The inner loop: samples to the lowest, the highest and the sum of squares.

use rae_dsp::wide::WideKernel;

use super::Column;
use super::cut::Cut;

/// Side by side accumulators. Which one takes a sample depends on its place in the cell alone, so that the bits do not
/// depend on how the stream is cut into blocks.
const LANES: usize = 16;

/// Samples of a lane that are taken at once.
const ROWS: usize = 8;

/// What a cell of one channel keeps of its samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) min: f32,
    pub(super) max: f32,
    pub(super) squares: f64,
}

impl Cell {
    /// No samples: neutral in [`Cell::with`].
    pub(super) const EMPTY: Cell = Cell { min: f32::INFINITY, max: f32::NEG_INFINITY, squares: 0.0 };

    /// The cell of both one's and the other's samples.
    #[inline(always)]
    pub(super) fn with(self, other: Cell) -> Cell {
        Cell {
            min: if other.min < self.min { other.min } else { self.min },
            max: if other.max > self.max { other.max } else { self.max },
            squares: self.squares + other.squares,
        }
    }

    /// What is seen of it, if it has so many frames.
    pub(super) fn column(self, frames: u64) -> Column {
        Column { min: self.min, max: self.max, rms: (self.squares / frames as f64).sqrt() as f32 }
    }
}

/// A cell while it is filled.
#[derive(Clone, Debug)]
pub(super) struct Lanes {
    min: [f32; LANES],
    max: [f32; LANES],
    squares: [f64; LANES],
}

impl Lanes {
    pub(super) const EMPTY: Lanes =
        Lanes { min: [f32::INFINITY; LANES], max: [f32::NEG_INFINITY; LANES], squares: [0.0; LANES] };

    #[inline(always)]
    fn take(&mut self, lane: usize, sample: f32) {
        let sample = if sample.abs() <= f32::MAX { sample } else { 0.0 };
        self.min[lane] = if sample < self.min[lane] { sample } else { self.min[lane] };
        self.max[lane] = if sample > self.max[lane] { sample } else { self.max[lane] };
        self.squares[lane] += f64::from(sample) * f64::from(sample);
    }

    /// As [`Lanes::take`] for every lane, row after row; what a lane keeps is in registers meanwhile.
    #[inline(always)]
    fn take_rows(&mut self, rows: &[[f32; LANES]; ROWS]) {
        for lane in 0..LANES {
            let (mut min, mut max, mut squares) = (self.min[lane], self.max[lane], self.squares[lane]);
            for row in rows {
                let sample = row[lane];
                let sample = if sample.abs() <= f32::MAX { sample } else { 0.0 };
                min = if sample < min { sample } else { min };
                max = if sample > max { sample } else { max };
                squares += f64::from(sample) * f64::from(sample);
            }
            (self.min[lane], self.max[lane], self.squares[lane]) = (min, max, squares);
        }
    }

    /// Takes samples of which the first is the `place`th of the cell.
    #[inline(always)]
    fn extend(&mut self, place: u64, samples: &[f32]) {
        let lane = (place % LANES as u64) as usize;
        let head = ((LANES - lane) % LANES).min(samples.len());
        let (head, rest) = samples.split_at(head);
        for (index, &sample) in head.iter().enumerate() {
            self.take(lane + index, sample);
        }
        let (rows, tail) = rest.as_chunks::<LANES>();
        let (groups, rows) = rows.as_chunks::<ROWS>();
        for rows in groups {
            self.take_rows(rows);
        }
        for (lane, &sample) in rows.as_flattened().iter().chain(tail).enumerate() {
            self.take(lane % LANES, sample);
        }
    }

    pub(super) fn cell(&self) -> Cell {
        let lanes = (0..LANES).map(|n| Cell { min: self.min[n], max: self.max[n], squares: self.squares[n] });
        lanes.fold(Cell::EMPTY, Cell::with)
    }
}

/// Takes the samples of one channel from `frame` on, and puts the cells that they fill to the others.
pub(super) struct Fold<'a> {
    pub(super) samples: &'a [f32],
    pub(super) frame: u64,
    pub(super) cut: Cut,
    /// Number of the cell that is being filled.
    pub(super) current: u64,
    pub(super) lanes: &'a mut Lanes,
    pub(super) cells: &'a mut Vec<Cell>,
}

impl WideKernel for Fold<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Fold { mut samples, mut frame, cut, mut current, lanes, cells } = self;
        let (mut start, mut end) = (cut.start(current), cut.start(current + 1));
        while !samples.is_empty() {
            let count = (end - frame).min(samples.len() as u64);
            let (now, later) = samples.split_at(count as usize);
            lanes.extend(frame - start, now);
            samples = later;
            frame += count;
            if frame == end {
                cells.push(lanes.cell());
                *lanes = Lanes::EMPTY;
                current += 1;
                (start, end) = (end, cut.start(current + 1));
            }
        }
    }
}

/// The mean of all channels; samples that are infinite or not a number count as 0.
pub(super) struct Mix<'a> {
    pub(super) channels: &'a [&'a [f32]],
    pub(super) out: &'a mut [f32],
}

impl WideKernel for Mix<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Mix { channels, out } = self;
        let share = 1.0 / channels.len() as f32;
        let finite = |sample: &f32| if sample.is_finite() { *sample } else { 0.0 };
        if let [left, right] = channels {
            // The same bits as below, in one pass.
            let pairs = left.iter().zip(*right);
            return out.iter_mut().zip(pairs).for_each(|(out, (l, r))| *out = (finite(l) + finite(r)) * share);
        }
        for (index, channel) in channels.iter().enumerate() {
            let samples = channel.iter().map(finite);
            if index == 0 {
                out.iter_mut().zip(samples).for_each(|(out, sample)| *out = sample);
            } else {
                out.iter_mut().zip(samples).for_each(|(out, sample)| *out += sample);
            }
        }
        out.iter_mut().for_each(|out| *out *= share);
    }
}
