//! The scalar twin: every step of a voice as a plain loop. It is the manual of the fast executors.

use rae_soundfont::{Pcm, SoundFont};

use super::filter::Memory;
use super::interpolation::{Kernel, Reach, Run};
use super::sinc::MAX_TAPS;
use super::source::Unroller;
use super::{BUCKETS, Block, Executor, ONE, PART, QUANTUM, Segment, VoiceBlock};
use crate::{Buses, Interpolation};

/// Points unrolled at a time; a run of frames is shortened when it would need more.
const WINDOW: usize = 1024;

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

/// Renders on one thread in plain Rust.
pub struct ScalarExecutor {
    interpolation: Interpolation,
    memories: Vec<Memory>,
    window: [f32; WINDOW],
    bucket: Buses,
    order: Vec<usize>,
}

impl ScalarExecutor {
    /// An executor that reads samples by `interpolation`.
    pub fn new(interpolation: Interpolation) -> ScalarExecutor {
        ScalarExecutor {
            interpolation,
            memories: Vec::new(),
            window: [0.0; WINDOW],
            bucket: Buses::default(),
            order: Vec::new(),
        }
    }

    fn render_voice(&mut self, pcm: Pcm<'_>, voice: &VoiceBlock, segments: &[Segment]) {
        if self.memories.len() <= voice.slot {
            self.memories.resize(voice.slot + 1, Memory::default());
        }
        let mut memory = if voice.fresh { Memory::default() } else { self.memories[voice.slot] };
        for segment in segments {
            let mut samples = [0.0f32; QUANTUM];
            let samples = &mut samples[..segment.frames as usize];
            let kernel = Kernel::new(self.interpolation, segment.increment);
            unroll(kernel, pcm, voice, segment, &mut self.window, samples, |run, part| {
                kernel.run(run, part);
                if let Some(filter) = &segment.filter {
                    filter.run(&mut memory, part);
                }
            });
            mix(segment, samples, &mut self.bucket);
        }
        self.memories[voice.slot] = memory;
    }
}

impl Executor for ScalarExecutor {
    fn render(&mut self, font: &SoundFont, block: &Block, buses: &mut Buses) {
        self.order.clear();
        self.order.extend(0..block.voices.len());
        self.order.sort_by_key(|&i| (block.voices[i].serial % BUCKETS as u64, i));
        let mut order = std::mem::take(&mut self.order);
        for bucket in
            order.chunk_by(|&a, &b| block.voices[a].serial % BUCKETS as u64 == block.voices[b].serial % BUCKETS as u64)
        {
            self.bucket.resize(block.frames);
            for &i in bucket {
                let voice = &block.voices[i];
                let segments = &block.segments[voice.segments.clone()];
                self.render_voice(font.pcm(voice.source.sample), voice, segments);
            }
            buses.add(0, &self.bucket);
        }
        order.clear();
        self.order = order;
    }
}

/// Hands the segment to `play` in small parts, each with the points of the unrolled stream that it reads.
fn unroll(
    kernel: Kernel,
    pcm: Pcm<'_>,
    voice: &VoiceBlock,
    segment: &Segment,
    window: &mut [f32; WINDOW],
    out: &mut [f32],
    mut play: impl FnMut(&Run<'_>, &mut [f32]),
) {
    let Reach { before, taps } = kernel.reach();
    let increment = segment.increment;
    let stream = Unroller { pcm, source: &voice.source, looping: segment.looping, wrapped: segment.wrapped };
    let fitting = ((((WINDOW - MAX_TAPS - 1) as u64) << 32) / increment.max(1)).clamp(1, QUANTUM as u64) as usize;
    let mut phase = segment.phase;
    for run in out.chunks_mut(fitting) {
        let first = (phase >> 32) as i64;
        let mut start = phase & (ONE - 1);
        let span = ((start + (run.len() as u64 - 1) * increment) >> 32) as usize;
        let points = &mut window[..span + taps];
        stream.read(first - before as i64, points);
        for part in run.chunks_mut(PART) {
            play(&Run { points, phase: start, increment }, part);
            start += part.len() as u64 * increment;
        }
        phase += run.len() as u64 * increment;
    }
}

/// Adds the voice to the four accumulators, gains ramping linearly.
fn mix(segment: &Segment, samples: &[f32], bucket: &mut Buses) {
    let offset = segment.offset as usize;
    for ((bus, &gain), &slope) in bucket.all_mut().into_iter().zip(&segment.gains).zip(&segment.slopes) {
        if gain == 0.0 && slope == 0.0 {
            continue;
        }
        let bus = &mut bus[offset..offset + samples.len()];
        for ((sum, sample), frame) in bus.iter_mut().zip(samples).zip(&FRAME) {
            *sum += sample * (gain + slope * frame);
        }
    }
}
