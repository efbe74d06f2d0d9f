use rae_dsp::fft::{Complex32, Fft};
use rae_dsp::window::hann;

use super::rows::Rows;
use crate::peaks::cut::Cut;

/// Frames that are forgotten at a time.
const FORGOTTEN: usize = 16_384;

/// Cells of a sound of unknown length begin with this share of a window.
const FIRST_CELLS: usize = 64;

/// Finds the spectra of a sound while it passes by: cells in time, rows in frequency.
///
/// The Hann windows of a cell lie in it at equal distances of a quarter of a window or less, so that a click between two loses
/// no more than 1.4 dB, and each row of a cell is the highest of all its windows. Spectra are padded to twice the window: between bins no tone
/// loses more than 0.4 dB.
#[derive(Clone, Debug)]
pub(super) struct Stft {
    fft: Fft,
    scratch: Vec<Complex32>,
    points: Vec<Complex32>,
    magnitudes: Vec<f32>,
    window: Vec<f32>,
    /// What makes 1 of a sine of amplitude 1.
    gain: f32,
    rows: Rows,
    cut: Cut,
    /// So many cells, an even number, become half as many.
    limit: u64,
    channels: Vec<Channel>,
    /// Number of the first frame that the channels keep, counted from the first that is shown.
    first: i64,
    /// The cell that is being filled, and how many of its windows have been taken.
    cell: u64,
    taken: u64,
    /// Whose windowed frames are the real parts of `points`, and wait for others to become the imaginary parts.
    waiting: Option<Place>,
}

#[derive(Clone, Debug)]
struct Channel {
    samples: Vec<f32>,
    /// Rows of every cell so far.
    cells: Vec<f32>,
}

/// Where a spectrum belongs.
#[derive(Clone, Copy, Debug)]
struct Place {
    channel: usize,
    cell: usize,
}

impl Stft {
    /// For `channels` with `frames` to be shown in `columns`, with windows of so many frames. Where the length is not
    /// known, cells begin short and double whenever they become too many.
    pub(super) fn new(channels: usize, frames: Option<u64>, columns: usize, window: usize, rows: Rows) -> Stft {
        let fft = Fft::new(2 * window);
        let cut = match frames {
            Some(frames) => Cut::equal(frames, columns as u64),
            None => Cut::equal((window / FIRST_CELLS).max(1) as u64, 1),
        };
        let channel = Channel { samples: vec![0.0; window / 2], cells: Vec::new() };
        let hann = hann(window);
        Stft {
            scratch: fft.scratch(),
            points: vec![Complex32::default(); fft.points()],
            magnitudes: vec![0.0; window + 1],
            gain: 2.0 / hann.iter().sum::<f32>(),
            window: hann,
            fft,
            rows,
            cut,
            limit: 2 * columns as u64,
            channels: vec![channel; channels],
            first: -(window as i64 / 2),
            cell: 0,
            taken: 0,
            waiting: None,
        }
    }

    /// Frames before the first one that is shown, and after the last, that the windows reach.
    pub(super) fn margin(&self) -> u64 {
        self.window.len() as u64 / 2
    }

    /// Takes frames that come before the first that is shown, at most [`Stft::margin`] of them; nothing else before.
    pub(super) fn lead(&mut self, block: &[Vec<f32>]) {
        for (channel, samples) in self.channels.iter_mut().zip(block) {
            channel.samples.drain(..samples.len());
            channel.samples.extend(samples);
        }
    }

    /// Takes the next frames, a slice for each channel. Cells begin before frame `end`.
    pub(super) fn push(&mut self, block: &[Vec<f32>], end: u64) {
        for (channel, samples) in self.channels.iter_mut().zip(block) {
            channel.samples.extend(samples);
        }
        self.run(end);
    }

    /// What there is of a sound of which `frames` were to be shown.
    pub(super) fn finish(mut self, frames: u64) -> Cells {
        let silence = vec![0.0; 2 * self.window.len()];
        while self.cut.start(self.cell) < frames && !self.channels.is_empty() {
            for channel in &mut self.channels {
                channel.samples.extend(&silence);
            }
            self.run(frames);
        }
        self.flush();
        let channels = self.channels.into_iter().map(|channel| channel.cells).collect();
        Cells { frames, cut: self.cut, rows: self.rows.count(), channels }
    }

    /// Takes all windows that are there.
    fn run(&mut self, end: u64) {
        let kept = self.channels.first().map_or(0, |channel| channel.samples.len());
        while self.cut.start(self.cell) < end {
            let (begin, windows) = self.next_window();
            if begin + self.window.len() > kept {
                break;
            }
            for channel in 0..self.channels.len() {
                self.take(Place { channel, cell: self.cell as usize }, begin);
            }
            self.taken += 1;
            if self.taken == windows {
                self.close_cell();
            }
        }
        self.forget();
    }

    /// Where in the samples that are kept the next window begins, and how many windows its cell has.
    fn next_window(&self) -> (usize, u64) {
        let (start, next) = (self.cut.start(self.cell), self.cut.start(self.cell + 1));
        let windows = (next - start).div_ceil((self.window.len() as u64 / 4).max(1)).max(1);
        let share = u128::from(next - start) * (2 * u128::from(self.taken) + 1) / (2 * u128::from(windows));
        let middle = start as i64 + share as i64;
        ((middle - self.margin() as i64 - self.first) as usize, windows)
    }

    /// Windows some frames; two of them make one transform.
    fn take(&mut self, place: Place, begin: usize) {
        let rows = self.rows.count();
        let channel = &mut self.channels[place.channel];
        channel.cells.resize((place.cell + 1) * rows, 0.0);
        let windowed = channel.samples[begin..].iter().zip(&self.window).map(|(sample, window)| sample * window);
        if let Some(first) = self.waiting.take() {
            self.points.iter_mut().zip(windowed).for_each(|(point, value)| point.im = value);
            self.transform(first, Some(place));
        } else {
            self.points.fill(Complex32::default());
            self.points.iter_mut().zip(windowed).for_each(|(point, value)| point.re = value);
            self.waiting = Some(place);
        }
    }

    /// Transforms frames that wait alone.
    fn flush(&mut self) {
        if let Some(first) = self.waiting.take() {
            self.transform(first, None);
        }
    }

    /// The transform of two real signals, apart again: the Hermitian half of the transform is the spectrum of the real
    /// parts, the other that of the imaginary parts.
    fn transform(&mut self, first: Place, second: Option<Place>) {
        self.fft.forward(&mut self.points, &mut self.scratch);
        let (half, count) = (self.gain / 2.0, self.points.len());
        for (place, sign) in [(Some(first), 1.0), (second, -1.0)] {
            let Some(Place { channel, cell }) = place else { continue };
            for (bin, magnitude) in self.magnitudes.iter_mut().enumerate() {
                let (point, mirrored) = (self.points[bin], self.points[(count - bin) % count]);
                let (re, im) = (point.re + sign * mirrored.re, point.im - sign * mirrored.im);
                *magnitude = half * (re * re + im * im).sqrt();
            }
            let rows = self.rows.count();
            self.rows.raise(&mut self.channels[channel].cells[cell * rows..][..rows], &self.magnitudes);
        }
    }

    fn close_cell(&mut self) {
        (self.cell, self.taken) = (self.cell + 1, 0);
        if self.cell == self.limit {
            self.flush();
            let rows = self.rows.count();
            self.channels.iter_mut().for_each(|channel| channel.merge_pairs(rows));
            self.cut = self.cut.pairs();
            self.cell /= 2;
        }
    }

    /// Forgets what no window will reach.
    fn forget(&mut self) {
        let kept = self.channels.first().map_or(0, |channel| channel.samples.len());
        let done = self.next_window().0.min(kept);
        if done > FORGOTTEN {
            self.channels.iter_mut().for_each(|channel| drop(channel.samples.drain(..done)));
            self.first += done as i64;
        }
    }
}

impl Channel {
    fn merge_pairs(&mut self, rows: usize) {
        let pairs = self.cells.len() / (2 * rows);
        for pair in 0..pairs {
            for row in 0..rows {
                let first = 2 * pair * rows + row;
                self.cells[pair * rows + row] = self.cells[first].max(self.cells[first + rows]);
            }
        }
        self.cells.truncate(pairs * rows);
    }
}

/// The spectra of a sound.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    frames: u64,
    cut: Cut,
    rows: usize,
    /// For each channel cell after cell, with its rows from the lowest frequency up: amplitudes of sines.
    channels: Vec<Vec<f32>>,
}

impl Cells {
    /// How long the sound is.
    pub(super) fn frames(&self) -> u64 {
        self.frames
    }

    /// The highest amplitude of all.
    pub(super) fn highest(&self) -> f32 {
        self.channels.iter().flatten().copied().fold(0.0, f32::max)
    }

    /// The amplitudes of one of `columns` that the whole sound is shown in, from the lowest frequency up.
    pub(super) fn column(&self, channel: usize, column: usize, columns: usize, amplitudes: &mut [f32]) {
        amplitudes.fill(0.0);
        if self.frames == 0 {
            return;
        }
        let cut = Cut::equal_or_finer(self.frames, columns as u64);
        let start = cut.start(column as u64).min(self.frames - 1);
        let end = cut.start(column as u64 + 1).clamp(start + 1, self.frames);
        for cell in self.cut.cell_of(start)..=self.cut.cell_of(end - 1) {
            let rows = &self.channels[channel][cell as usize * self.rows..][..self.rows];
            amplitudes.iter_mut().zip(rows).for_each(|(amplitude, row)| *amplitude = amplitude.max(*row));
        }
    }
}
