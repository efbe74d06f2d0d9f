//! The scalar twin: every step of a voice as a plain loop. It is the manual of the vector kernels.

use rae_soundfont::Pcm;

use super::interpolation::{Kernel, Run};
use super::source::Unroller;
use super::{FRAME, PART, QUANTUM, Scratch, Segment, VoiceBlock, Work, fitting, half_grid};
use crate::Buses;

/// Adds the voice's segments to the buses.
pub(super) fn render(work: Work<'_>) {
    let Work { interpolation, pcm, voice, segments, scratch, state, buses } = work;
    for segment in segments {
        let mut samples = [0.0f32; QUANTUM];
        let samples = &mut samples[..segment.frames as usize];
        let kernel = Kernel::new(interpolation, segment.increment);
        unroll(kernel, pcm, voice, segment, scratch, samples, |run, part| {
            kernel.run(run, part);
            if let Some(filter) = &segment.filter {
                filter.run(&mut state.filter.memory, part);
            }
        });
        mix(segment, samples, buses);
    }
}

/// Hands the segment to `play` in small parts, each with the points of the unrolled stream that it reads.
fn unroll(
    kernel: Kernel,
    pcm: Pcm<'_>,
    voice: &VoiceBlock,
    segment: &Segment,
    scratch: &mut Scratch,
    out: &mut [f32],
    mut play: impl FnMut(&Run<'_>, &mut [f32]),
) {
    let increment = segment.increment;
    let Scratch { window, grid, .. } = scratch;
    let stream = Unroller::new(pcm, voice, segment);
    let mut phase = segment.phase;
    for run in out.chunks_mut(fitting(increment).min(QUANTUM)) {
        let (points, start) = stream.read_run(kernel.reach(), phase, increment, run.len(), window);
        let (points, mut start, step) = if let Kernel::HalfGrid = kernel {
            half_grid::double(points, half_grid::pairs(start, increment, run.len()), grid);
            (&grid[..], 2 * start, 2 * increment)
        } else {
            (points, start, increment)
        };
        for part in run.chunks_mut(PART) {
            play(&Run { points, phase: start, increment: step }, part);
            start += part.len() as u64 * step;
        }
        phase += run.len() as u64 * increment;
    }
}

/// Adds the voice to the four accumulators, gains ramping linearly.
fn mix(segment: &Segment, samples: &[f32], buses: &mut Buses) {
    let offset = segment.offset as usize;
    for ((bus, &gain), &slope) in buses.all_mut().into_iter().zip(&segment.gains).zip(&segment.slopes) {
        if gain == 0.0 && slope == 0.0 {
            continue;
        }
        let bus = &mut bus[offset..offset + samples.len()];
        for ((sum, sample), frame) in bus.iter_mut().zip(samples).zip(&FRAME) {
            *sum += sample * (gain + slope * frame);
        }
    }
}
