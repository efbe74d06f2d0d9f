//! The live convolver: no latency beyond a block of 64 frames, and no block that has much more work than another.
//!
//! Non-uniform partitions after W. G. Gardner, "Efficient convolution without input-output delay", J. Audio Eng.
//! Soc. 43(3), 1995, sizes chosen by cost as in G. García, "Optimal filter partition for efficient convolution with
//! short input/output delay", AES 113th Convention, 2002. The first 1024 frames of a response are cut into partitions
//! of 64, those to 8192 into 512, those to 65536 into 4096, the rest into 32768. Partitions of P frames begin at 2P:
//! a window that is complete is transformed, multiplied and transformed back during the next P frames, and heard
//! during the P after. That work is a list of short steps, transforms included, cut into P/64 slices of equal weight,
//! so it needs neither a second thread nor luck. Windows lie on a grid from frame 0; silence costs nothing.
//!
//! Who plays in longer blocks anyway ([`LiveKernel::with_block`]) is spared the shortest partitions.
//!
//! Left and right go through transforms as l + i·r. Their spectra are taken apart before the products, which so need
//! half the multiplications and half the memory.

mod bins;
mod history;
mod level;
mod schedule;
mod sliced_fft;

use std::sync::Arc;

use history::History;
use level::{Level, LevelState};
use schedule::Partitions;
use sliced_fft::SlicedFft;

use crate::{AudioBuffer, Part};

/// Frames of a block.
const BLOCK: usize = 64;

/// Sizes of partitions, in frames; those that are not longer than a block give way to one of that size.
const SIZES: [usize; 4] = [BLOCK, 512, 4096, 32_768];

/// Prepared parts, as [`crate::Kernel`] for live playing. Immutable, so that many streams can share it.
#[derive(Debug)]
pub struct LiveKernel {
    direct: f32,
    tail: usize,
    block: usize,
    levels: Vec<Level>,
}

impl LiveKernel {
    /// Prepares the sum of `parts`; parts of a kind add up, a gain of 0 or an empty response leaves a part out.
    ///
    /// # Panics
    /// When an impulse response has fewer than two channels.
    pub fn new(parts: &[Part]) -> LiveKernel {
        LiveKernel::with_block(parts, BLOCK)
    }

    /// The same for streams in blocks of a multiple of `block` frames, a power of two from [`LiveConvolver::BLOCK`] to 4096:
    /// the longer, the less work.
    ///
    /// # Panics
    /// When an impulse response has fewer than two channels, or the block is none of these.
    pub fn with_block(parts: &[Part], block: usize) -> LiveKernel {
        assert!(block.is_power_of_two() && (BLOCK..=4096).contains(&block), "blocks of {block} frames");
        let mut direct = 0.0;
        let [mut stereo, mut crossed, mut send] = std::array::from_fn(|_| AudioBuffer::new(2, 0));
        for part in parts {
            match *part {
                Part::Direct(gain) => direct += gain,
                Part::Stereo(response, gain) => add(&mut stereo, response, gain),
                Part::Crossed(response, gain) => add(&mut crossed, response, gain),
                Part::MonoSend(response, gain) => add(&mut send, response, gain),
            }
        }
        let lengths = [stereo.frames(), crossed.frames(), send.frames()];
        let taps = lengths.into_iter().max().unwrap_or(0);
        let responses = [&stereo, &crossed, &send];
        let plan = levels(lengths, block);
        let levels = plan.iter().map(|&(size, start, end)| Level::new(size, block, start..end, responses)).collect();
        LiveKernel { direct, tail: taps.saturating_sub(1), block, levels }
    }

    /// Frames by which the output can outlast the input: the longest impulse response less one.
    pub fn tail(&self) -> usize {
        self.tail
    }

    /// Calls take a multiple of so many frames.
    pub fn block(&self) -> usize {
        self.block
    }
}

/// sum += gain·response, as long as the longer of them.
fn add(sum: &mut AudioBuffer, response: &AudioBuffer, gain: f32) {
    if gain == 0.0 || response.is_empty() {
        return;
    }
    let mut longer = AudioBuffer::new(2, sum.frames().max(response.frames()));
    for channel in 0..2 {
        let out = longer.channel_mut(channel);
        out[..sum.frames()].copy_from_slice(sum.channel(channel));
        out.iter_mut().zip(response.channel(channel)).for_each(|(out, sample)| *out += gain * sample);
    }
    *sum = longer;
}

/// Size, first frame and end of the levels that have the least work for responses of these lengths.
fn levels([stereo, crossed, send]: [usize; 3], block: usize) -> Vec<(usize, usize, usize)> {
    let taps = stereo.max(crossed).max(send);
    let sizes: Vec<usize> = [block].into_iter().chain(SIZES.into_iter().filter(|&size| size > block)).collect();
    let plan = |count: usize| -> Vec<(usize, usize, usize)> {
        let start = |level: usize| if level == 0 { 0 } else { 2 * sizes[level] };
        let end = |level: usize| if level + 1 == count { taps } else { taps.min(start(level + 1)) };
        (0..count)
            .map(|level| (sizes[level], start(level), end(level)))
            .filter(|&(_, start, end)| start < end)
            .collect()
    };
    let work = |plan: &[(usize, usize, usize)]| -> f64 {
        let level = |&(size, start, end): &(usize, usize, usize)| {
            let partitions = |taps: usize| taps.min(end).saturating_sub(start).div_ceil(size);
            let partitions = Partitions { stereo: partitions(stereo) + partitions(crossed), send: partitions(send) };
            schedule::period_weight(&SlicedFft::new(2 * size), partitions) / size as f64
        };
        plan.iter().map(level).sum()
    };
    let plans = (1..=sizes.len()).map(plan);
    plans.min_by(|a, b| work(a).total_cmp(&work(b))).expect("there are sizes")
}

/// One stream through a [`LiveKernel`].
///
/// After [`LiveConvolver::new`] nothing is allocated, locked or asked of the system.
#[derive(Debug)]
pub struct LiveConvolver {
    kernel: Arc<LiveKernel>,
    history: History,
    levels: Vec<LevelState>,
    frame: u64,
}

impl LiveConvolver {
    /// Frames of a block, unless the kernel has another: calls take a multiple of it.
    pub const BLOCK: usize = BLOCK;

    /// A stream that starts at frame 0 with silence before it.
    pub fn new(kernel: Arc<LiveKernel>) -> LiveConvolver {
        let longest = kernel.levels.iter().map(Level::frames).max().unwrap_or(kernel.block);
        // A window of two periods is read while a third comes in.
        let history = History::new(4 * longest);
        let levels = kernel.levels.iter().map(LevelState::new).collect();
        LiveConvolver { kernel, history, levels, frame: 0 }
    }

    /// Convolves a multiple of [`LiveKernel::block`] frames. All slices have one length; an empty send is silence.
    /// Output frame n belongs to input frame n. The bits do not depend on how a stream is cut into calls.
    ///
    /// # Panics
    /// When the slices differ in length, or their length is no multiple of the block.
    pub fn process(&mut self, [left, right, send]: [&[f32]; 3], [out_left, out_right]: [&mut [f32]; 2]) {
        let (frames, length) = (left.len(), self.kernel.block);
        assert!(frames.is_multiple_of(length), "{frames} frames are no multiple of {length}");
        assert_eq!([right.len(), out_left.len(), out_right.len()], [frames; 3], "channels differ in length");
        assert!(send.is_empty() || send.len() == frames, "the send differs in length");
        for start in (0..frames).step_by(length) {
            let block = start..start + length;
            let inputs = [&left[block.clone()], &right[block.clone()], send.get(block.clone()).unwrap_or(&[])];
            self.block(inputs, [&mut out_left[block.clone()], &mut out_right[block]]);
        }
    }

    fn block(&mut self, [left, right, send]: [&[f32]; 3], [out_left, out_right]: [&mut [f32]; 2]) {
        self.history.push(self.frame, left, right, send);
        for (out, samples) in [(&mut *out_left, left), (&mut *out_right, right)] {
            out.iter_mut().zip(samples).for_each(|(out, sample)| *out = self.kernel.direct * sample);
        }
        for (level, state) in self.kernel.levels.iter().zip(&mut self.levels) {
            state.advance(level, &self.history, self.frame, out_left, out_right);
        }
        self.frame += self.kernel.block as u64;
    }
}

/// A vector whose memory is really there: fresh pages of zeros come from the system only when they are first written,
/// which must not happen while playing.
fn resident<T: Copy>(value: T, len: usize) -> Vec<T> {
    let mut values = vec![value; len];
    std::hint::black_box(&mut values).fill(value);
    values
}
