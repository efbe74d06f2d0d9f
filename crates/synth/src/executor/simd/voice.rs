//! One voice of a block: unroll, interpolate, filter, mix.

use super::filter;
use super::interpolation::{self, WIDEST};
use super::lanes::{Lanes, WIDTH};
use crate::executor::interpolation::Kernel;
use crate::executor::source::Unroller;
use crate::executor::{FRAME, QUANTUM, Scratch, Segment, WINDOW, Work, fitting};
use crate::{Buses, Interpolation};

/// As [`crate::executor::scalar::render`]; inlined into a function compiled for the instruction set.
#[inline(always)]
pub(super) fn render<S: Lanes>(lanes: S, work: Work<'_>) {
    let Work { interpolation, pcm, voice, segments, scratch, state, buses } = work;
    let Scratch { window, filtered } = scratch;
    for segment in segments {
        let mut samples = [0.0f32; QUANTUM];
        let stream = Unroller::new(pcm, voice, segment);
        if segment.increment <= WIDEST {
            state.near.follow(interpolation, segment.increment);
            let frames = segment.frames as usize;
            let run = stream.read_run(state.near.reach(), segment.phase, segment.increment, frames, window);
            state.near.run(lanes, run, frames, filtered, &mut samples);
        } else {
            read_far(lanes, interpolation, &stream, segment, window, &mut samples);
        }
        if let Some(low_pass) = &segment.filter {
            filter::run(lanes, low_pass, &mut state.memory, &mut samples, segment.frames as usize);
        }
        mix(lanes, segment, &samples, buses);
    }
}

/// Reads a segment whose frames lie far apart, as many at a time as fit into the window.
#[inline(always)]
fn read_far<S: Lanes>(
    lanes: S,
    interpolation: Interpolation,
    stream: &Unroller<'_>,
    segment: &Segment,
    window: &mut [f32; WINDOW],
    samples: &mut [f32; QUANTUM],
) {
    let (mut phase, increment) = (segment.phase, segment.increment);
    let kernel = Kernel::new(interpolation, increment);
    for run in samples[..segment.frames as usize].chunks_mut(fitting(increment)) {
        let (points, start) = stream.read_run(kernel.reach(), phase, increment, run.len(), window);
        interpolation::far(lanes, kernel, points, start, increment, run);
        phase += run.len() as u64 * increment;
    }
}

/// Adds the voice to the four accumulators, gains ramping linearly.
#[inline(always)]
fn mix<S: Lanes>(lanes: S, segment: &Segment, samples: &[f32; QUANTUM], buses: &mut Buses) {
    let (offset, frames) = (segment.offset as usize, segment.frames as usize);
    for ((bus, &gain), &slope) in buses.all_mut().into_iter().zip(&segment.gains).zip(&segment.slopes) {
        if gain == 0.0 && slope == 0.0 {
            continue;
        }
        let bus = &mut bus[offset..offset + frames];
        let (whole, rest) = bus.as_chunks_mut::<WIDTH>();
        let (ramp, start) = (lanes.splat(slope), lanes.splat(gain));
        for (group, bus) in whole.iter_mut().enumerate().take(QUANTUM / WIDTH) {
            let at = group * WIDTH;
            let index = lanes.load(FRAME[at..at + WIDTH].first_chunk().unwrap());
            let samples = lanes.load(samples[at..at + WIDTH].first_chunk().unwrap());
            lanes.store(lanes.fma(samples, lanes.fma(ramp, index, start), lanes.load(bus)), bus);
        }
        for ((sum, sample), frame) in
            rest.iter_mut().zip(&samples[frames & !(WIDTH - 1)..]).zip(&FRAME[frames & !(WIDTH - 1)..])
        {
            *sum += sample * (gain + slope * frame);
        }
    }
}

// The last group's points, the longest kernel's reach, and two registers.
const _: () = assert!(WINDOW >= 2 * QUANTUM + 64 + 2 * WIDTH);
