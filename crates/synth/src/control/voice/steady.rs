//! The segments of a voice whose pitch stays and whose sample goes on: most do, most of the time, so this is what control
//! costs.

use std::ops::Range;

use super::Voice;
use super::segments::{next_quantum, slopes};
use crate::control::envelope::FLOOR_DB;
use crate::control::power::decibels_to_amplitude;
use crate::executor::{LowPass, Segment};

/// What stays the same throughout.
pub(super) struct Steady {
    pub(super) increment: u64,
    /// The filter, unless its cutoff moves.
    pub(super) filter: Option<LowPass>,
    pub(super) moves_cutoff: bool,
}

impl Voice {
    /// As [`Voice::stretch`], from these gains on, where pitch and the channel's gains stay as they are and the sample does
    /// not end.
    pub(super) fn steady_stretch(
        &mut self,
        frames: Range<u64>,
        block: u64,
        steady: &Steady,
        mut gains: [f32; 4],
        out: &mut Vec<Segment>,
    ) {
        let &Steady { increment, mut filter, moves_cutoff } = steady;
        let fades_or_trembles = self.fades_or_trembles(frames.end);
        let full: [f32; 4] = std::array::from_fn(|bus| self.articulation.gains[bus] * self.heard[bus]);
        let (volume, source, looping) = (self.volume, self.source, self.looping);
        let (mut level, mut amplitude) = self.amplitude;
        let (mut phase, mut wrapped) = (self.phase, self.wrapped);
        let mut now = frames.start;
        while now < frames.end {
            let mut stop = frames.end.min(next_quantum(now));
            if moves_cutoff {
                stop = self.cutoff_step(now, stop);
                filter = Some(self.low_pass((now + stop) as i64 as f64 / 2.0));
            }
            let mut envelope = volume.rising(stop).unwrap_or_else(|| {
                let new = volume.level(stop);
                if new != level {
                    (level, amplitude) = (new, if new <= FLOOR_DB { 0.0 } else { decibels_to_amplitude(new) });
                }
                amplitude
            });
            if fades_or_trembles {
                envelope = self.fading_and_trembling(stop, envelope);
            }
            let target = full.map(|gain| gain * envelope as f32);
            let frames = (stop - now) as u32;
            let slopes = slopes(gains, target, frames);
            let offset = (now - block) as u32;
            out.push(Segment { offset, frames, phase, increment, looping, wrapped, filter, gains, slopes });
            let unwrapped = phase + u64::from(frames) * increment;
            phase = source.wrapped(unwrapped, looping);
            wrapped |= phase != unwrapped;
            gains = target;
            now = stop;
        }
        self.gains = Some(gains);
        self.amplitude = (level, amplitude);
        (self.phase, self.wrapped) = (phase, wrapped);
    }
}
