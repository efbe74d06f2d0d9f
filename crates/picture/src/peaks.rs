//! The lowest and highest sample and the RMS level of every stretch of a sound, in one pass.

pub(crate) mod cut;
mod fold;

use std::ops::Range;

use cut::Cut;
use fold::{Cell, Fold, Lanes, Mix};
use rae_dsp::wide::run_wide;

use crate::canvas::MAX_SIDE;
use crate::excerpt::Window;
use crate::{Excerpt, PictureError, Sound};

/// Cells for each column where the length of a sound is not known.
pub(crate) const CELLS: usize = 16;

/// Frames that are mixed at a time, so that they stay in the nearest cache.
const MIXED: usize = 2048;

/// What is drawn for one channel in one column of pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Column {
    /// The lowest sample.
    pub min: f32,
    /// The highest sample.
    pub max: f32,
    /// The root of the mean square.
    pub rms: f32,
}

/// Whether the channels of a sound are shown as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channels {
    /// Their mean: (first + second + …) · (1 / count) in single precision.
    #[default]
    Mixed,
    /// Each on its own.
    Split,
}

impl Channels {
    /// How many are shown of so many.
    pub fn shown(self, channels: usize) -> usize {
        if self == Channels::Mixed { channels.min(1) } else { channels }
    }
}

/// Finds peaks while a stream passes by, in memory that its length does not change. The same stream gives the same bits
/// however it is cut into blocks. Samples that are infinite or not a number count as 0.
#[derive(Clone, Debug)]
pub struct PeaksBuilder {
    channels: usize,
    lanes: Vec<Lanes>,
    peaks: Peaks,
    /// So many cells of each channel, an even number, become half as many.
    limit: Option<u64>,
}

/// Peaks of a sound at one resolution; [`Peaks::columns`] gives any other that is not finer.
#[derive(Clone, Debug, PartialEq)]
pub struct Peaks {
    cut: Cut,
    frames: u64,
    /// Cells that were handed on before the first that is kept.
    drained: u64,
    cells: Vec<Vec<Cell>>,
}

impl PeaksBuilder {
    /// For a sound of `frames` that is to be shown in `width` columns: they are exact, column k is that of the frames from
    /// ⌊k · frames / width⌋ to before ⌊(k + 1) · frames / width⌋. Should the sound turn out shorter or longer than it
    /// was said to be, peaks are there all the same, at the resolution that was chosen, or half of it and so on.
    pub fn exact(channels: usize, show: Channels, frames: u64, width: usize) -> PeaksBuilder {
        let width = width.max(1) as u64;
        PeaksBuilder::new(channels, show, Cut::equal(frames, width), Some(2 * width))
    }

    /// For a sound of unknown length: as soon as there are `cells` (rounded up to an even number), they are merged in
    /// pairs.
    pub fn growing(channels: usize, show: Channels, cells: usize) -> PeaksBuilder {
        PeaksBuilder::new(channels, show, Cut::equal(1, 1), Some((cells.max(2) as u64).next_multiple_of(2)))
    }

    /// A column for every `frames` (at least 1), however many that will be; [`PeaksBuilder::drain`] keeps them few.
    pub fn every(channels: usize, show: Channels, frames: u64) -> PeaksBuilder {
        PeaksBuilder::new(channels, show, Cut::equal(frames, 1), None)
    }

    fn new(channels: usize, show: Channels, cut: Cut, limit: Option<u64>) -> PeaksBuilder {
        let shown = show.shown(channels);
        let peaks = Peaks { cut, frames: 0, drained: 0, cells: vec![Vec::new(); shown] };
        PeaksBuilder { channels, lanes: vec![Lanes::EMPTY; shown], peaks, limit }
    }

    /// Takes the next frames, a slice for each channel.
    ///
    /// # Panics
    /// Where the channels are not as many as was said, or not equally long.
    pub fn push(&mut self, block: &[&[f32]]) {
        assert_eq!(block.len(), self.channels, "as many channels as at the start");
        let frames = block.first().map_or(0, |channel| channel.len());
        assert!(block.iter().all(|channel| channel.len() == frames), "channels are equally long");
        if self.channels == self.lanes.len() {
            return self.take(block, frames);
        }
        let mut mixed = [0.0; MIXED];
        for start in (0..frames).step_by(MIXED) {
            let count = MIXED.min(frames - start);
            let channels: Vec<&[f32]> = block.iter().map(|channel| &channel[start..][..count]).collect();
            run_wide(Mix { channels: &channels, out: &mut mixed[..count] });
            self.take(&[&mixed[..count]], count);
        }
    }

    /// Takes the next frames of the channels that are shown.
    fn take(&mut self, block: &[&[f32]], frames: usize) {
        let mut done = 0;
        while done < frames {
            let room = self.limit.map(|limit| self.peaks.cut.start(limit) - self.peaks.frames);
            let count = room.map_or(frames - done, |room| (frames - done).min(usize::try_from(room).unwrap_or(frames)));
            let Peaks { cut, frames: frame, drained, cells } = &mut self.peaks;
            for ((channel, lanes), cells) in block.iter().zip(&mut self.lanes).zip(cells) {
                let current = *drained + cells.len() as u64;
                run_wide(Fold { samples: &channel[done..][..count], frame: *frame, cut: *cut, current, lanes, cells });
            }
            self.peaks.frames += count as u64;
            done += count;
            if room == Some(count as u64) {
                self.peaks.merge_pairs();
            }
        }
    }

    /// The peaks of what has passed by so far.
    pub fn so_far(&self) -> Peaks {
        self.clone().finish()
    }

    /// The peaks of all that has passed by.
    pub fn finish(mut self) -> Peaks {
        self.close();
        self.peaks
    }

    /// Hands every complete column, with all its channels, to `take`, and forgets it.
    pub fn drain(&mut self, take: impl FnMut(&[Column])) {
        self.peaks.drain(take);
    }

    /// As [`PeaksBuilder::drain`], the last column included, though it may have fewer frames.
    pub fn drain_all(mut self, take: impl FnMut(&[Column])) {
        self.close();
        self.peaks.drain(take);
    }

    fn close(&mut self) {
        for (lanes, cells) in self.lanes.iter_mut().zip(&mut self.peaks.cells) {
            if self.peaks.frames > self.peaks.cut.start(self.peaks.drained + cells.len() as u64) {
                cells.push(lanes.cell());
                *lanes = Lanes::EMPTY;
            }
        }
    }
}

/// Finds the columns of a part of a sound while it passes by.
#[derive(Clone, Debug)]
pub struct ColumnsBuilder {
    window: Window,
    width: usize,
    peaks: PeaksBuilder,
}

impl ColumnsBuilder {
    /// For `width` columns of a sound of this kind; they are exact where its length is known.
    ///
    /// # Errors
    /// [`PictureError::Excerpt`], and [`PictureError::Size`] for none or more than 32767 columns.
    pub fn new(excerpt: Excerpt, show: Channels, width: usize, sound: Sound) -> Result<ColumnsBuilder, PictureError> {
        if !(1..=MAX_SIDE).contains(&(width as u64)) {
            return Err(PictureError::Size { width: width as u64, height: 1 });
        }
        let window = Window::new(excerpt, sound)?;
        let peaks = match window.frames() {
            Some(frames) => PeaksBuilder::exact(sound.channels, show, frames, width),
            None => PeaksBuilder::growing(sound.channels, show, CELLS * width),
        };
        Ok(ColumnsBuilder { window, width, peaks })
    }

    /// Takes the next frames of the sound, a slice for each channel.
    ///
    /// # Panics
    /// Where the channels are not as many as was said, or not equally long.
    pub fn push(&mut self, block: &[&[f32]]) {
        self.peaks.push(&self.window.cut(block));
    }

    /// What comes after this is not wanted.
    pub fn is_complete(&self) -> bool {
        self.window.is_over()
    }

    /// The columns of every channel that is shown; zeros for a sound without frames.
    ///
    /// # Errors
    /// [`PictureError::Excerpt`] where nothing of the excerpt was there.
    pub fn finish(self) -> Result<Vec<Vec<Column>>, PictureError> {
        self.window.check(self.window.position())?;
        let peaks = self.peaks.finish();
        let columns = |channel| {
            let mut columns = peaks.columns(channel, 0..peaks.frames(), self.width);
            columns.resize(self.width, Column::default());
            columns
        };
        Ok((0..peaks.channels()).map(columns).collect())
    }
}

impl Peaks {
    /// How many channels are shown.
    pub fn channels(&self) -> usize {
        self.cells.len()
    }

    /// How long the sound is, as far as it has passed by.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Every sample is there: each column of the finest resolution is one frame.
    pub fn has_every_sample(&self) -> bool {
        self.cut == Cut::equal(1, 1) || self.cut == Cut::equal(self.frames, self.frames)
    }

    /// One channel's `width` columns for the frames of `range`: column k is that of the frames from
    /// ⌊k · length / width⌋ to before ⌊(k + 1) · length / width⌋, one frame at least, counted from the beginning of the
    /// range. Where such an edge is none of the resolution that was chosen, the column reaches to the next that is.
    /// Columns that begin after the last frame are left out.
    pub fn columns(&self, channel: usize, range: Range<u64>, width: usize) -> Vec<Column> {
        let cut = Cut::equal_or_finer(range.end.saturating_sub(range.start), width as u64);
        let spans =
            (0..width as u64).map(|column| (range.start + cut.start(column), range.start + cut.start(column + 1)));
        let there = spans.take_while(|(start, _)| *start < self.frames);
        there.map(|(start, end)| self.column(channel, start, end.clamp(start + 1, self.frames))).collect()
    }

    fn column(&self, channel: usize, start: u64, end: u64) -> Column {
        let (first, last) = (self.cut.cell_of(start), self.cut.cell_of(end - 1));
        let kept = |cell: u64| cell.saturating_sub(self.drained) as usize;
        let cells = &self.cells[channel][kept(first)..=kept(last)];
        let frames = self.cut.start(last + 1).min(self.frames) - self.cut.start(first);
        cells.iter().copied().fold(Cell::EMPTY, Cell::with).column(frames)
    }

    fn drain(&mut self, mut take: impl FnMut(&[Column])) {
        let count = self.cells.first().map_or(0, Vec::len);
        let mut columns = vec![Column::default(); self.cells.len()];
        for index in 0..count {
            let cell = self.drained + index as u64;
            let frames = self.cut.start(cell + 1).min(self.frames) - self.cut.start(cell);
            columns.iter_mut().zip(&self.cells).for_each(|(column, cells)| *column = cells[index].column(frames));
            take(&columns);
        }
        self.cells.iter_mut().for_each(Vec::clear);
        self.drained += count as u64;
    }

    fn merge_pairs(&mut self) {
        for cells in &mut self.cells {
            *cells = cells.chunks(2).map(|pair| pair[1..].iter().copied().fold(pair[0], Cell::with)).collect();
        }
        self.cut = self.cut.pairs();
    }
}
