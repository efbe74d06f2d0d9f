//! Renders blocks on the processor: one bucket after the other, with the kernels of an instruction set.

use rae_soundfont::SoundFont;

use super::simd::{self, Work};
use super::{BUCKETS, Block, Executor, FilterState, InstructionSet, WINDOW};
use crate::{Buses, Interpolation};

/// Renders on one thread.
pub struct CpuExecutor {
    interpolation: Interpolation,
    instructions: InstructionSet,
    states: Vec<FilterState>,
    window: Box<[f32; WINDOW]>,
    bucket: Buses,
    order: Vec<usize>,
}

impl CpuExecutor {
    /// An executor that reads samples by `interpolation`, with instructions that this processor has.
    pub fn new(interpolation: Interpolation, instructions: InstructionSet) -> CpuExecutor {
        assert!(instructions.is_available(), "{instructions} is not available on this processor");
        CpuExecutor {
            interpolation,
            instructions,
            states: Vec::new(),
            window: Box::new([0.0; WINDOW]),
            bucket: Buses::default(),
            order: Vec::new(),
        }
    }
}

impl Executor for CpuExecutor {
    fn render(&mut self, font: &SoundFont, block: &Block, buses: &mut Buses) {
        self.order.clear();
        self.order.extend(0..block.voices.len());
        self.order.sort_by_key(|&i| (block.voices[i].serial % BUCKETS as u64, i));
        let same =
            |&a: &usize, &b: &usize| block.voices[a].serial % BUCKETS as u64 == block.voices[b].serial % BUCKETS as u64;
        for bucket in self.order.chunk_by(same) {
            self.bucket.resize(block.frames);
            for &i in bucket {
                let voice = &block.voices[i];
                if self.states.len() <= voice.slot {
                    self.states.resize(voice.slot + 1, FilterState::default());
                }
                let state = &mut self.states[voice.slot];
                if voice.fresh {
                    *state = FilterState::default();
                }
                let work = Work {
                    interpolation: self.interpolation,
                    pcm: font.pcm(voice.source.sample),
                    voice,
                    segments: &block.segments[voice.segments.clone()],
                    window: &mut self.window,
                    state,
                    bucket: &mut self.bucket,
                };
                simd::render(self.instructions, work);
            }
            buses.add(0, &self.bucket);
        }
    }
}
