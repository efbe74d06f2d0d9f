//! The effects for live playing: what [`crate::BusEffects`] does, block by block and without delay.

use std::sync::Arc;

use rae_dsp::{LiveConvolver, LiveKernel};
use rae_units::{Decibels, Frames, SampleRate};

use crate::bus::prepare;
use crate::{BusBlock, BusSettings, Chorus, EffectsError};

const BLOCK: usize = LiveConvolver::BLOCK;

/// A new gain is reached in a straight line over so many frames: 23 ms at 44.1 kHz, too slow to click.
const GLIDE: usize = 16 * BLOCK;

/// [`BusSettings`] made ready for live playing at one sample rate; clone it freely, the spectra are shared.
///
/// As [`crate::PreparedBus`], but without latency; the sound is the same within −110 dBFS.
#[derive(Clone, Debug)]
pub struct PreparedLiveBus {
    kernel: Arc<LiveKernel>,
    chorus: Option<Chorus>,
}

impl PreparedLiveBus {
    /// Checks the settings, and computes impulse responses and spectra (some milliseconds of work).
    pub fn new(settings: &BusSettings, rate: SampleRate) -> Result<PreparedLiveBus, EffectsError> {
        let (kernel, chorus) = prepare(settings, rate, LiveKernel::new)?;
        Ok(PreparedLiveBus { kernel: Arc::new(kernel), chorus })
    }

    /// The longest time by which sound can outlast its input.
    pub fn tail(&self) -> Frames {
        Frames(self.kernel.tail().max(self.chorus.as_ref().map_or(0, Chorus::tail)) as u64)
    }

    /// Frames by which the output lies behind the input: none.
    pub fn latency(&self) -> Frames {
        Frames(0)
    }

    /// A new stream from frame 0, at a gain of 0 dB. Allocates all that the stream will need.
    pub fn start(&self) -> LiveBus {
        LiveBus {
            convolver: LiveConvolver::new(Arc::clone(&self.kernel)),
            chorus: self.chorus.clone(),
            gain: Gain { from: 1.0, to: 1.0, done: GLIDE },
        }
    }
}

/// One live stream through the effects, in blocks of a multiple of [`LiveBus::BLOCK`] frames.
///
/// [`LiveBus::process`] and [`LiveBus::set_gain`] allocate nothing, lock nothing and ask nothing of the system, so they
/// may run on an audio thread; the work of every block is about the same. Nothing limits the output: what is louder
/// than full scale exceeds 1.
#[derive(Debug)]
pub struct LiveBus {
    convolver: LiveConvolver,
    chorus: Option<Chorus>,
    gain: Gain,
}

impl LiveBus {
    /// Calls take a multiple of so many frames.
    pub const BLOCK: usize = BLOCK;

    /// Writes the finished sound of a block; output frame n belongs to input frame n. The bits do not depend on how a
    /// stream is cut into calls.
    ///
    /// # Panics
    /// When slices differ in length (sends may be empty), or their length is no multiple of [`LiveBus::BLOCK`].
    pub fn process(&mut self, block: &BusBlock, left: &mut [f32], right: &mut [f32]) {
        self.convolver.process([block.left, block.right, block.reverb], [&mut *left, &mut *right]);
        for (index, (left, right)) in left.chunks_exact_mut(BLOCK).zip(right.chunks_exact_mut(BLOCK)).enumerate() {
            if let Some(chorus) = &mut self.chorus {
                let start = index * BLOCK;
                add_chorus(chorus, block.chorus.get(start..start + BLOCK).unwrap_or(&[]), left, right);
            }
            self.gain.apply(left, right);
        }
    }

    /// Sets the gain of the output from the next block on; it is reached smoothly within 1024 frames. Negative infinity
    /// is silence; what has no finite factor is an error and changes nothing.
    pub fn set_gain(&mut self, gain: Decibels) -> Result<(), EffectsError> {
        let factor = gain.amplitude() as f32;
        if !factor.is_finite() {
            return Err(EffectsError::Gain(gain));
        }
        self.gain = Gain { from: self.gain.now(), to: factor, done: 0 };
        Ok(())
    }
}

fn add_chorus(chorus: &mut Chorus, send: &[f32], left: &mut [f32], right: &mut [f32]) {
    let mut wet = [[0.0; BLOCK]; 2];
    let [wet_left, wet_right] = &mut wet;
    chorus.process(send, wet_left, wet_right);
    for (out, wet) in [(left, wet_left), (right, wet_right)] {
        out.iter_mut().zip(wet).for_each(|(out, wet)| *out += *wet);
    }
}

/// A factor on its way.
#[derive(Debug)]
struct Gain {
    from: f32,
    to: f32,
    /// Frames of the glide that are over.
    done: usize,
}

impl Gain {
    fn now(&self) -> f32 {
        self.at(0)
    }

    /// The factor `frames` frames from now.
    fn at(&self, frames: usize) -> f32 {
        let share = (self.done + frames).min(GLIDE) as f32 / GLIDE as f32;
        // At both ends exact.
        self.from * (1.0 - share) + self.to * share
    }

    fn apply(&mut self, left: &mut [f32], right: &mut [f32]) {
        for (frame, (left, right)) in left.iter_mut().zip(right).enumerate() {
            let gain = self.at(frame);
            *left *= gain;
            *right *= gain;
        }
        self.done = (self.done + BLOCK).min(GLIDE);
    }
}
