//! One voice of a block: unroll, interpolate, filter, mix.

use rae_soundfont::Pcm;

use super::filter;
use super::interpolation::{self, PADDING, WIDEST};
use super::lanes::{Lanes, Steps, WIDTH};
use crate::executor::interpolation::{Kernel, Reach};
use crate::executor::source::Unroller;
use crate::executor::{ONE, QUANTUM, Segment, VoiceBlock, VoiceState, WINDOW, fitting};
use crate::{Buses, Interpolation};

/// A voice's part of a block and what is needed to render it.
pub(crate) struct Work<'a> {
    pub(crate) interpolation: Interpolation,
    pub(crate) pcm: Pcm<'a>,
    pub(crate) voice: &'a VoiceBlock,
    pub(crate) segments: &'a [Segment],
    pub(crate) window: &'a mut [f32; WINDOW],
    pub(crate) state: &'a mut VoiceState,
    pub(crate) buses: &'a mut Buses,
}

/// As [`crate::executor::scalar::render`]; inlined into a function compiled for the instruction set.
#[inline(always)]
pub(super) fn render<S: Lanes>(lanes: S, work: Work<'_>) {
    let Work { interpolation, pcm, voice, segments, window, state, buses } = work;
    for segment in segments {
        let mut samples = [0.0f32; QUANTUM];
        interpolate(lanes, interpolation, pcm, voice, segment, &mut state.steps, window, &mut samples);
        if let Some(low_pass) = &segment.filter {
            filter::run(lanes, low_pass, state, &mut samples, segment.frames as usize);
        }
        mix(lanes, segment, &samples, buses);
    }
}

#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "one caller, inlined")]
fn interpolate<S: Lanes>(
    lanes: S,
    interpolation: Interpolation,
    pcm: Pcm<'_>,
    voice: &VoiceBlock,
    segment: &Segment,
    steps: &mut Steps,
    window: &mut [f32; WINDOW],
    samples: &mut [f32; QUANTUM],
) {
    let kernel = Kernel::new(interpolation, segment.increment);
    let Reach { before, taps } = kernel.reach();
    let increment = segment.increment;
    let stream = Unroller { pcm, source: &voice.source, looping: segment.looping, wrapped: segment.wrapped };
    let (first, phase) = ((segment.phase >> 32) as i64 - before as i64, segment.phase & (ONE - 1));
    let frames = segment.frames as usize;
    if increment <= WIDEST {
        let span = ((phase + (frames as u64 - 1) * increment) >> 32) as usize;
        stream.read(first, &mut window[..span + taps]);
        if steps.increment != increment {
            *steps = Steps::new(increment);
        }
        interpolation::near(lanes, interpolation, window, phase, steps, frames, samples);
        return;
    }
    let mut phase = segment.phase;
    for run in samples[..frames].chunks_mut(fitting(increment)) {
        let start = phase & (ONE - 1);
        let span = ((start + (run.len() as u64 - 1) * increment) >> 32) as usize;
        stream.read((phase >> 32) as i64 - before as i64, &mut window[..span + taps]);
        interpolation::far(lanes, kernel, &window[..], start, increment, run);
        phase += run.len() as u64 * increment;
    }
}

/// Adds the voice to the four accumulators, gains ramping linearly.
#[inline(always)]
fn mix<S: Lanes>(lanes: S, segment: &Segment, samples: &[f32; QUANTUM], buses: &mut Buses) {
    const FRAMES: [f32; QUANTUM] = {
        let mut frames = [0.0; QUANTUM];
        let mut i = 0;
        while i < QUANTUM {
            frames[i] = i as f32;
            i += 1;
        }
        frames
    };
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
            let index = lanes.load(FRAMES[at..at + WIDTH].first_chunk().unwrap());
            let samples = lanes.load(samples[at..at + WIDTH].first_chunk().unwrap());
            lanes.store(lanes.fma(samples, lanes.fma(ramp, index, start), lanes.load(bus)), bus);
        }
        for ((sum, sample), frame) in
            rest.iter_mut().zip(&samples[frames & !(WIDTH - 1)..]).zip(&FRAMES[frames & !(WIDTH - 1)..])
        {
            *sum += sample * (gain + slope * frame);
        }
    }
}

const _: () = assert!(WINDOW >= (2 * QUANTUM + 2 * WIDTH) + 64 + PADDING);
