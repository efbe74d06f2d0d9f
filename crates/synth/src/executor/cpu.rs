//! Renders voices on the processor, with the kernels of an instruction set.

use rae_soundfont::SoundFont;

use super::simd::Kernels;
use super::{Block, Executor, InstructionSet, Scratch, VoiceState, Work};
use crate::{Buses, Interpolation};

/// Renders on the thread that calls it.
pub struct CpuExecutor {
    interpolation: Interpolation,
    kernels: Kernels,
    states: Vec<VoiceState>,
    scratch: Box<Scratch>,
}

impl CpuExecutor {
    /// An executor that reads samples by `interpolation`, with instructions that this processor has.
    pub fn new(interpolation: Interpolation, instructions: InstructionSet) -> CpuExecutor {
        let kernels = Kernels::of(instructions);
        let kernels = kernels.unwrap_or_else(|| panic!("{instructions} is not available on this processor"));
        CpuExecutor { interpolation, kernels, states: Vec::new(), scratch: Box::new(Scratch::new()) }
    }
}

impl Executor for CpuExecutor {
    fn reserve(&mut self, slots: usize) {
        self.states.resize(slots.max(self.states.len()), VoiceState::default());
    }

    fn render(&mut self, font: &SoundFont, block: &Block, buses: &mut Buses) {
        for voice in &block.voices {
            if self.states.len() <= voice.slot {
                self.states.resize(voice.slot + 1, VoiceState::default());
            }
            let state = &mut self.states[voice.slot];
            if voice.fresh {
                *state = VoiceState::default();
            }
            let work = Work {
                interpolation: self.interpolation,
                pcm: font.pcm(voice.source.sample),
                voice,
                segments: &block.segments[voice.segments.clone()],
                scratch: &mut self.scratch,
                state,
                buses,
            };
            self.kernels.render(work);
        }
    }
}
