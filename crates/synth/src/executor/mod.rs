//! From records to sound: an executor renders what the control step has laid down and decides nothing.

mod cpu;
mod filter;
mod half_grid;
mod instructions;
mod interpolation;
mod scalar;
mod simd;
mod sinc;
mod source;

use std::ops::Range;

use rae_soundfont::{Pcm, SoundFont};

use crate::program::SampleSource;
use crate::{Buses, Interpolation};

pub use cpu::CpuExecutor;
pub use filter::LowPass;
pub(crate) use filter::Resonance;
pub use instructions::InstructionSet;

/// Frames of the fixed grid, anchored at frame 0 of the render, on which voices are cut.
pub const QUANTUM: usize = 64;

/// Partial sums of the mix. A voice adds into bucket `serial mod BUCKETS`; the buckets are then added in order, so that
/// the bits do not depend on who rendered them. No more threads than these share a render; more of them would cost more to
/// add up: twice as many take 3 % more time dry, 6 % more with sends.
pub const BUCKETS: usize = 8;

/// Frames that are interpolated and filtered at a time: few enough that a processor filters one part while it
/// interpolates the next.
const PART: usize = 16;

/// The frames of a quantum as numbers to multiply with.
const FRAME: [f32; QUANTUM] = {
    let mut frame = [0.0; QUANTUM];
    let mut i = 0;
    while i < QUANTUM {
        frame[i] = i as f32;
        i += 1;
    }
    frame
};

/// Points unrolled at a time.
const POINTS: usize = 1024;

/// These points, and what vectors may touch beyond them.
const WINDOW: usize = POINTS + 2 * QUANTUM;

/// Computes all tables that kernels can ask for, which they else do when they first need one.
pub(crate) fn prepare(interpolation: Interpolation, instructions: InstructionSet) {
    if interpolation == Interpolation::Sinc {
        half_grid::middle();
        let rows_from = if instructions == InstructionSet::Scalar { 1 } else { simd::prepare() };
        for index in rows_from..sinc::TABLES {
            sinc::prepare(index);
        }
    }
}

/// Frames whose points fit into the window at once, at least one.
fn fitting(increment: u64) -> usize {
    ((((POINTS - sinc::MAX_TAPS - 1) as u64) << 32) / increment.max(1)).clamp(1, POINTS as u64) as usize
}

/// Most frames that are read at once.
const RUN: usize = 4 * QUANTUM;

/// Those, and what a filter may touch beyond them.
type Samples = [f32; RUN + QUANTUM];

/// Points at twice the rate that those are read from, and what vectors may touch beyond them.
type Grid = [f32; 2 * RUN + 2 * QUANTUM];

/// A voice's part of a block and what is needed to render it.
struct Work<'a> {
    interpolation: Interpolation,
    pcm: Pcm<'a>,
    voice: &'a VoiceBlock,
    segments: &'a [Segment],
    scratch: &'a mut Scratch,
    state: &'a mut VoiceState,
    buses: &'a mut Buses,
}

/// Room that the kernels work in, in whole cache lines.
#[repr(C, align(64))]
struct Scratch {
    /// Points of the unrolled stream.
    window: [f32; WINDOW],
    grid: Grid,
    samples: Samples,
}

impl Scratch {
    fn new() -> Scratch {
        Scratch { window: [0.0; WINDOW], grid: [0.0; 2 * RUN + 2 * QUANTUM], samples: [0.0; RUN + QUANTUM] }
    }
}

/// What the kernels keep of a voice between segments.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct VoiceState {
    filter: simd::FilterState,
    /// What the last increment needs.
    near: simd::Near,
}

/// One in 32.32 fixed point.
pub(crate) const ONE: u64 = 1 << 32;

/// A stretch of one voice over which everything is constant or linear; never longer than a quantum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// First frame within the block.
    pub offset: u32,
    /// Number of frames, 1 to [`QUANTUM`].
    pub frames: u32,
    /// Position in the sample's chunk at the first frame, 32.32 fixed point.
    pub phase: u64,
    /// Points per frame, 32.32 fixed point.
    pub increment: u64,
    /// Reading continues at the loop's start when it reaches its end.
    pub looping: bool,
    /// The loop's end has been passed: what lies before its start is its end.
    pub wrapped: bool,
    /// `None` bypasses the filter.
    pub filter: Option<LowPass>,
    /// Gains to left, right, reverb and chorus at the first frame.
    pub gains: [f32; 4],
    /// What the gains change by per frame.
    pub slopes: [f32; 4],
}

/// One voice's part of a block.
#[derive(Clone, Debug)]
pub struct VoiceBlock {
    /// Order of birth.
    pub serial: u64,
    /// Where the executor of its bucket keeps this voice's filter memory.
    pub slot: usize,
    /// First block of this voice: its filter memory starts at zero.
    pub fresh: bool,
    /// What it reads.
    pub source: SampleSource,
    /// Its segments, ascending.
    pub segments: Range<usize>,
}

/// Everything of one bucket that sounds within one block.
#[derive(Debug, Default)]
pub struct Block {
    /// Number of frames, a multiple of [`QUANTUM`].
    pub frames: usize,
    /// Voices by ascending serial.
    pub voices: Vec<VoiceBlock>,
    /// The segments of all voices.
    pub segments: Vec<Segment>,
}

/// Renders blocks; the seam between the synthesizer and what computes it.
pub trait Executor: Send + Sync {
    /// Makes room for `slots` filter memories, so that rendering need not. Nothing by default.
    fn reserve(&mut self, slots: usize) {
        let _ = slots;
    }

    /// Adds the block's voices to `buses`, by ascending serials.
    fn render(&mut self, font: &SoundFont, block: &Block, buses: &mut Buses);
}
