//! One size of partitions: what is prepared of it, and its part of a stream.

use std::ops::Range;

use super::bins::Bins;
use super::history::History;
use super::resident;
use super::schedule::{Input, Partitions, Schedule, Step};
use super::sliced_fft::SlicedFft;
use crate::AudioBuffer;
use crate::fft::Complex32;
use crate::wide::{WideKernel, run_wide};

/// Partitions of `frames` frames: overlap-save with transforms of twice that.
#[derive(Debug)]
pub(super) struct Level {
    frames: usize,
    /// Frames of the stream's blocks.
    block: usize,
    fft: SlicedFft,
    schedule: Schedule,
    stereo: PartitionSet,
    crossed: PartitionSet,
    send: PartitionSet,
    /// Spectra of the input that are kept.
    slots: usize,
}

/// The partitions of one impulse response that are not silent.
#[derive(Debug)]
struct PartitionSet {
    /// By how many periods each partition lags the newest spectrum, in ascending order.
    lags: Vec<usize>,
    /// Spectra of left and right, row after row; in a row partition after partition, as they are read.
    factors: Vec<[Bins; 2]>,
}

impl Level {
    /// The `part` of the responses (stereo, crossed, send) in partitions of `frames`, for blocks of `block` frames.
    pub(super) fn new(frames: usize, block: usize, part: Range<usize>, responses: [&AudioBuffer; 3]) -> Level {
        let fft = SlicedFft::new(2 * frames);
        let [stereo, crossed, send] = responses.map(|response| PartitionSet::new(&fft, response, part.start, part.end));
        let partitions = Partitions { stereo: stereo.lags.len() + crossed.lags.len(), send: send.lags.len() };
        let slots = stereo.slots().max(crossed.slots()).max(send.slots());
        let schedule = Schedule::new(&fft, partitions, frames / block);
        Level { frames, block, schedule, fft, stereo, crossed, send, slots }
    }

    fn hears_stereo(&self) -> bool {
        !self.stereo.lags.is_empty() || !self.crossed.lags.is_empty()
    }

    fn hears_send(&self) -> bool {
        !self.send.lags.is_empty()
    }

    pub(super) fn frames(&self) -> usize {
        self.frames
    }

    /// The smallest level has no time to spread its work: its output belongs to the block that has just come in.
    fn is_immediate(&self) -> bool {
        self.frames == self.block
    }
}

impl PartitionSet {
    fn new(fft: &SlicedFft, response: &AudioBuffer, start: usize, end: usize) -> PartitionSet {
        let frames = fft.points() / 2;
        let mut lags = Vec::new();
        let mut spectra = Vec::new();
        for (lag, from) in (start..end.min(response.frames())).step_by(frames).enumerate() {
            let span = from..response.frames().min(from + frames).min(end);
            let [left, right] = [0, 1].map(|channel| &response.channel(channel)[span.clone()]);
            if left.iter().chain(right).any(|&sample| sample != 0.0) {
                lags.push(lag);
                spectra.push(spectrum(fft, left, right));
            }
        }
        let rows = 0..fft.rows();
        let factors = rows.flat_map(|row| spectra.iter().map(move |spectrum| spectrum[row])).collect();
        PartitionSet { lags, factors }
    }

    fn slots(&self) -> usize {
        self.lags.last().map_or(0, |lag| lag + 1)
    }
}

/// Spectra of left and right, scaled for the unscaled inverse transform.
fn spectrum(fft: &SlicedFft, left: &[f32], right: &[f32]) -> Vec<[Bins; 2]> {
    let mut data = vec![Complex32::default(); fft.points()];
    let scale = 1.0 / fft.points() as f32;
    for (value, (&left, &right)) in data.iter_mut().zip(left.iter().zip(right)) {
        *value = Complex32::new(left, right) * scale;
    }
    for pass in 0..fft.passes() {
        let quarter = fft.points() / 4usize.pow(pass as u32 + 1);
        let butterflies = (0..fft.points() / 4).step_by(quarter);
        butterflies.for_each(|start| fft.forward_pass(pass, start..start + quarter, &mut data));
    }
    let mut scratch = fft.scratch();
    (0..fft.parts()).for_each(|part| fft.forward_part(part, &mut data, &mut scratch));
    let mut rows = vec![[Bins::ZERO; 2]; fft.rows()];
    for (row, [left, right]) in rows.iter_mut().enumerate() {
        fft.unpack(row, &data, left, right);
    }
    rows
}

/// A level's part of one stream.
#[derive(Debug)]
pub(super) struct LevelState {
    /// The frame after the window at work.
    window_end: u64,
    work: Vec<Complex32>,
    scratch: Vec<Complex32>,
    /// There is anything to do in this period.
    working: bool,
    /// The period that is heard: its second half.
    playing: Vec<Complex32>,
    audible: bool,
    /// The slot of the newest spectrum.
    newest: usize,
    stereo: Spectra<[Bins; 2]>,
    send: Spectra<Bins>,
    /// The partitions that sound in this period, of stereo, crossed and send: slot and place of each.
    terms: [Vec<(usize, usize)>; 3],
}

/// The latest spectra of one input, row after row; in a row slot after slot.
#[derive(Debug)]
struct Spectra<T> {
    rows: Vec<T>,
    /// Which slots hold anything but silence.
    sounding: Vec<bool>,
}

impl<T: Copy> Spectra<T> {
    fn new(level: &Level, is_heard: bool, silence: T) -> Spectra<T> {
        let slots = if is_heard { level.slots } else { 0 };
        Spectra { rows: resident(silence, slots * level.fft.rows()), sounding: resident(false, slots) }
    }

    /// Finds the partitions of a set that have something to do: slot and place of each.
    fn find_terms(&self, set: &PartitionSet, newest: usize, terms: &mut Vec<(usize, usize)>) {
        let slots = self.sounding.len();
        terms.clear();
        terms.extend(set.lags.iter().enumerate().filter_map(|(place, lag)| {
            let slot = if *lag <= newest { newest - lag } else { newest + slots - lag };
            self.sounding[slot].then_some((slot, place))
        }));
    }

    /// All slots in one row.
    #[inline(always)]
    fn row(&self, row: usize) -> &[T] {
        let slots = self.sounding.len();
        &self.rows[row * slots..][..slots]
    }
}

impl PartitionSet {
    /// All partitions' factors in one row.
    #[inline(always)]
    fn row(&self, row: usize) -> &[[Bins; 2]] {
        let partitions = self.lags.len();
        &self.factors[row * partitions..][..partitions]
    }
}

impl LevelState {
    pub(super) fn new(level: &Level) -> LevelState {
        let complex = || resident(Complex32::default(), level.fft.points());
        LevelState {
            window_end: 0,
            work: complex(),
            scratch: resident(Complex32::default(), level.fft.scratch().len()),
            working: false,
            playing: complex(),
            audible: false,
            newest: 0,
            stereo: Spectra::new(level, level.hears_stereo(), [Bins::ZERO; 2]),
            send: Spectra::new(level, level.hears_send(), Bins::ZERO),
            terms: [&level.stereo, &level.crossed, &level.send].map(|set| Vec::with_capacity(set.lags.len())),
        }
    }

    /// Does this level's share of the work of the block that begins at `frame` and is the newest in `history`, and
    /// adds its sound.
    pub(super) fn advance(
        &mut self,
        level: &Level,
        history: &History,
        frame: u64,
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let phase = (frame % level.frames as u64) as usize;
        if level.is_immediate() {
            self.begin(level, history, frame + level.block as u64);
            self.work(level, history, 0);
            self.play();
        } else {
            if phase == 0 {
                self.play();
                self.begin(level, history, frame);
            }
            self.work(level, history, phase / level.block);
        }
        if self.audible {
            let wet = &self.playing[level.frames + phase..][..level.block];
            for ((left, right), wet) in left.iter_mut().zip(right).zip(wet) {
                *left += wet.re;
                *right += wet.im;
            }
        }
    }

    /// Turns to the window that ends at `window_end`.
    fn begin(&mut self, level: &Level, history: &History, window_end: u64) {
        self.window_end = window_end;
        self.newest = if self.newest + 1 < level.slots { self.newest + 1 } else { 0 };
        let start = window_end.saturating_sub(level.fft.points() as u64);
        for (sounding, input) in [(&mut self.stereo.sounding, Input::Stereo), (&mut self.send.sounding, Input::Send)] {
            if let Some(sounding) = sounding.get_mut(self.newest) {
                *sounding = history.sounds_since(input, start);
            }
        }
        let [straight, crossed, sent] = &mut self.terms;
        self.stereo.find_terms(&level.stereo, self.newest, straight);
        self.stereo.find_terms(&level.crossed, self.newest, crossed);
        self.send.find_terms(&level.send, self.newest, sent);
        self.working = self.stereo.sounding.iter().chain(&self.send.sounding).any(|&sounding| sounding);
    }

    /// What has been worked out is heard from now on.
    fn play(&mut self) {
        std::mem::swap(&mut self.work, &mut self.playing);
        self.audible = self.working;
    }

    fn work(&mut self, level: &Level, history: &History, slice: usize) {
        if self.working {
            run_wide(Work { state: self, level, history, slice });
        }
    }

    #[inline(always)]
    fn step(&mut self, level: &Level, history: &History, step: &Step) {
        let fft = &level.fft;
        match step {
            Step::Load(input, ..)
            | Step::ForwardPass(input, ..)
            | Step::ForwardPart(input, _)
            | Step::Unpack(input, _)
                if !self.is_sounding(*input) => {}
            Step::Load(input, frames) => {
                let start = self.window_end.wrapping_sub((fft.points() - frames.start) as u64);
                history.load(*input, start, &mut self.work[frames.clone()]);
            }
            Step::ForwardPass(_, pass, range) => fft.forward_pass(*pass, range.clone(), &mut self.work),
            Step::ForwardPart(_, part) => fft.forward_part(*part, &mut self.work, &mut self.scratch),
            Step::Unpack(Input::Stereo, row) => {
                let [left, right] = &mut self.stereo.rows[row * level.slots + self.newest];
                fft.unpack(*row, &self.work, left, right);
            }
            Step::Unpack(Input::Send, row) => {
                fft.unpack_real(*row, &self.work, &mut self.send.rows[row * level.slots + self.newest]);
            }
            Step::Multiply(row) => self.multiply(level, *row),
            Step::InversePart(part) => fft.inverse_part(*part, &mut self.work, &mut self.scratch),
            Step::InversePass(pass, range) => fft.inverse_pass(*pass, range.clone(), &mut self.work),
        }
    }

    fn is_sounding(&self, input: Input) -> bool {
        match input {
            Input::Stereo => self.stereo.sounding[self.newest],
            Input::Send => self.send.sounding[self.newest],
        }
    }

    #[inline(always)]
    fn multiply(&mut self, level: &Level, row: usize) {
        let [straight, crossed, sent] = &self.terms;
        let (stereo, send) = (self.stereo.row(row), self.send.row(row));
        let same = level.stereo.row(row);
        let other = level.crossed.row(row);
        let shared = level.send.row(row);
        let straight = straight.iter().map(|&(slot, place)| {
            let ([left, right], [to_left, to_right]) = (&stereo[slot], &same[place]);
            [(left, to_left), (right, to_right)]
        });
        let crossed = crossed.iter().map(|&(slot, place)| {
            let ([left, right], [to_left, to_right]) = (&stereo[slot], &other[place]);
            [(right, to_left), (left, to_right)]
        });
        let sent = sent.iter().map(|&(slot, place)| {
            let [to_left, to_right] = &shared[place];
            [(&send[slot], to_left), (&send[slot], to_right)]
        });
        let sums = Bins::sums(row, straight.chain(crossed).chain(sent));
        level.fft.pack(row, &sums, &mut self.work);
    }
}

/// The steps of a slice.
struct Work<'a> {
    state: &'a mut LevelState,
    level: &'a Level,
    history: &'a History,
    slice: usize,
}

impl WideKernel for Work<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Work { state, level, history, slice } = self;
        for step in level.schedule.slice(slice) {
            state.step(level, history, step);
        }
    }
}
