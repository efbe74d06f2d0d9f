//! Renders voices on the processor, with the kernels of an instruction set.

use rae_soundfont::SoundFont;

use super::simd::Kernels;
use super::sinc::MAX_TAPS;
use super::{Block, Executor, InstructionSet, ONE, Scratch, Segment, VoiceBlock, VoiceState, Work};
use crate::prefetch::prefetch;
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
        for (i, voice) in block.voices.iter().enumerate() {
            if let Some(next) = block.voices.get(i + 1) {
                fetch(font, next, &block.segments[next.segments.clone()]);
                prefetch(self.states.get(next.slot..=next.slot).unwrap_or(&[]));
            }
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

/// Most points that are fetched beforehand; beyond them the processor has seen where reading goes.
const FETCHED: usize = 512;

/// Fetches what a voice begins to read while another one is rendered.
fn fetch(font: &SoundFont, voice: &VoiceBlock, segments: &[Segment]) {
    let ([first, ..], [.., last]) = (segments, segments) else { return };
    let words = font.pcm(voice.source.sample).words;
    let frames = u64::from(last.offset + last.frames - first.offset);
    let points = (frames * first.increment / ONE) as usize + MAX_TAPS;
    let start = (first.phase / ONE) as usize;
    let end = (start + points.min(FETCHED)).min(voice.source.end as usize).min(words.len());
    prefetch(&words[start.saturating_sub(MAX_TAPS / 2).min(end)..end]);
}
