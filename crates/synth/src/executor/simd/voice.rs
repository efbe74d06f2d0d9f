//! One voice of a block: unroll, interpolate, filter, mix.

use super::filter;
use super::interpolation::{self, WIDEST};
use super::lanes::{Lanes, MOST_LANES};
use crate::executor::interpolation::Kernel;
use crate::executor::source::Unroller;
use crate::executor::{FRAME, ONE, QUANTUM, RUN, Samples, Scratch, Segment, VoiceBlock, WINDOW, Work, fitting};
use crate::{Buses, Interpolation};

/// As [`crate::executor::scalar::render`]; inlined into a function compiled for the instruction set.
#[inline(always)]
pub(super) fn render<S: Lanes>(lanes: S, work: Work<'_>) {
    let Work { interpolation, pcm, voice, segments, scratch, state, buses } = work;
    let Scratch { window, grid, samples } = scratch;
    let mut rest = segments;
    while let Some(first) = rest.first() {
        let (joined, frames) = join::<S>(voice, rest);
        let (run, after) = rest.split_at(joined);
        let stream = Unroller::new(pcm, voice, first);
        if reads_points(first) {
            stream.read((first.phase / ONE) as i64, &mut samples[..frames]);
        } else if first.increment <= WIDEST {
            state.near.follow(interpolation, first.increment);
            let points = stream.read_run(state.near.reach(), first.phase, first.increment, frames, window);
            state.near.run(lanes, points, frames, grid, samples);
        } else {
            read_far(lanes, interpolation, &stream, first, window, samples);
        }
        filter::run(lanes, run, &mut state.filter, samples);
        let mut at = 0;
        for segment in run {
            mix(lanes, segment, samples[at..].first_chunk().unwrap(), buses);
            at += segment.frames as usize;
        }
        rest = after;
    }
}

/// Whether every frame is a point as it stands, as of drums at their recorded pitch: any interpolation gives just that.
#[inline(always)]
fn reads_points(segment: &Segment) -> bool {
    segment.increment == ONE && segment.phase.is_multiple_of(ONE)
}

/// How many of the segments can be read at once because each goes on where the one before it ends, and their frames.
#[inline(always)]
fn join<S: Lanes>(voice: &VoiceBlock, segments: &[Segment]) -> (usize, usize) {
    let first = &segments[0];
    let mut frames = first.frames as usize;
    if first.increment > WIDEST {
        return (1, frames);
    }
    let most = fitting(first.increment).min(RUN);
    let mut count = 1;
    for pair in segments.windows(2) {
        let (one, next) = (&pair[0], &pair[1]);
        // A filter spoils what follows a part of its width.
        let whole = (one.frames as usize).is_multiple_of(S::WIDTH);
        let goes_on = next.increment == one.increment
            && next.looping == one.looping
            // What lies before a loop's start differs: a kernel that reaches back beyond a short loop would see that.
            && next.wrapped == one.wrapped
            && next.offset == one.offset + one.frames
            && next.phase == voice.source.wrapped(one.phase + u64::from(one.frames) * one.increment, one.looping);
        if !whole || !goes_on || frames + next.frames as usize > most {
            break;
        }
        frames += next.frames as usize;
        count += 1;
    }
    (count, frames)
}

/// Reads a segment whose frames lie far apart, as many at a time as fit into the window.
#[inline(always)]
fn read_far<S: Lanes>(
    lanes: S,
    interpolation: Interpolation,
    stream: &Unroller<'_>,
    segment: &Segment,
    window: &mut [f32; WINDOW],
    samples: &mut Samples,
) {
    let (mut phase, increment) = (segment.phase, segment.increment);
    let kernel = Kernel::new(interpolation, increment);
    for run in samples[..segment.frames as usize].chunks_mut(fitting(increment).min(QUANTUM)) {
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
        let (ramp, start) = (lanes.splat(slope), lanes.splat(gain));
        // A whole quantum's loop has an end that is known.
        match bus.first_chunk_mut::<QUANTUM>() {
            Some(bus) => add(lanes, bus, samples, ramp, start),
            None => {
                let whole = frames / S::WIDTH * S::WIDTH;
                let (bus, rest) = bus.split_at_mut(whole);
                add(lanes, bus, samples, ramp, start);
                for ((sum, sample), frame) in rest.iter_mut().zip(&samples[whole..]).zip(&FRAME[whole..]) {
                    *sum += sample * (gain + slope * frame);
                }
            }
        }
    }
}

/// Adds whole vectors of samples, at most a quantum.
#[inline(always)]
fn add<S: Lanes>(lanes: S, bus: &mut [f32], samples: &[f32; QUANTUM], ramp: S::Floats, start: S::Floats) {
    for (group, bus) in bus.chunks_exact_mut(S::WIDTH).enumerate().take(QUANTUM / S::WIDTH) {
        let at = group * S::WIDTH;
        let index = lanes.load(&FRAME[at..at + S::WIDTH]);
        let samples = lanes.load(&samples[at..at + S::WIDTH]);
        lanes.store(lanes.fma(samples, lanes.fma(ramp, index, start), lanes.load(bus)), bus);
    }
}

// The last group's points, the longest kernel's reach, and two registers.
const _: () = assert!(WINDOW >= 2 * RUN + 64 + 2 * MOST_LANES);
