//! The effects for live playing: what [`crate::BusEffects`] does, block by block and without delay.

use std::sync::Arc;

use rae_dsp::{LiveConvolver, LiveKernel, Part};
use rae_units::{Decibels, Frames, SampleRate};

use crate::bus::prepare;
use crate::layer::{Layer, Layers};
use crate::{BusBlock, BusSettings, Chorus, EffectsError, Sends};

const BLOCK: usize = LiveConvolver::BLOCK;

/// A new gain is reached in a straight line over so many frames: 23 ms at 44.1 kHz, too slow to click.
const GLIDE: usize = 16 * BLOCK;

/// [`BusSettings`] made ready for live playing at one sample rate; clone it freely, the spectra are shared.
///
/// As [`crate::PreparedBus`], but without latency; the sound is the same within −110 dBFS.
#[derive(Clone, Debug)]
pub struct PreparedLiveBus {
    settings: BusSettings,
    rate: SampleRate,
    kernel: Arc<LiveKernel>,
    chorus: Option<Chorus>,
}

impl PreparedLiveBus {
    /// Checks the settings, and computes impulse responses and spectra (some milliseconds of work).
    pub fn new(settings: &BusSettings, rate: SampleRate) -> Result<PreparedLiveBus, EffectsError> {
        let (kernel, chorus) = prepare(settings, rate, LiveKernel::new)?;
        Ok(PreparedLiveBus { settings: *settings, rate, kernel: Arc::new(kernel), chorus })
    }

    /// The longest time by which sound can outlast its input.
    pub fn tail(&self) -> Frames {
        Frames(self.kernel.tail().max(self.chorus.as_ref().map_or(0, Chorus::tail)) as u64)
    }

    /// The send effects as they stand.
    pub fn sends(&self) -> Sends {
        self.settings.sends
    }

    /// Frames by which the output lies behind the input: none.
    pub fn latency(&self) -> Frames {
        Frames(0)
    }

    /// Makes ready what takes the place of its send effects, and stands for them from now on; `None` if nothing would be
    /// different. Some milliseconds of work.
    pub fn change(&mut self, sends: &Sends) -> Option<LiveChange> {
        let convolver = |parts: &[Part]| {
            let kernel = Arc::new(LiveKernel::new(parts));
            let tail = kernel.tail();
            (LiveConvolver::new(kernel), tail)
        };
        let layer = Layer::renewing(&self.settings, sends, self.rate, convolver)?;
        self.settings.sends = *sends;
        Some(LiveChange(Box::new(layer)))
    }

    /// A new stream from frame 0, at a gain of 0 dB. Allocates all that the stream will need.
    pub fn start(&self) -> LiveBus {
        LiveBus {
            convolver: LiveConvolver::new(Arc::clone(&self.kernel)),
            layers: Layers::new(self.chorus.clone(), self.rate),
            frame: 0,
            send: Vec::with_capacity(BLOCK),
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
    layers: Layers<LiveConvolver>,
    /// The next frame.
    frame: u64,
    /// Room for what is heard of a send.
    send: Vec<f32>,
    gain: Gain,
}

/// Other send effects for a [`LiveBus`], made ready; all their memory is there.
#[derive(Debug)]
pub struct LiveChange(Box<Layer<LiveConvolver>>);

impl LiveChange {
    /// The longest time by which sound can outlast its input.
    pub fn tail(&self) -> Frames {
        Frames(self.0.tail)
    }
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
        assert!(left.len().is_multiple_of(BLOCK), "{} frames are no multiple of {BLOCK}", left.len());
        let frames = left.len();
        assert_eq!([block.left.len(), block.right.len(), right.len()], [frames; 3], "channels differ in length");
        for send in [block.reverb, block.chorus] {
            assert!(send.is_empty() || send.len() == frames, "a send differs in length");
        }
        for (index, (left, right)) in left.chunks_exact_mut(BLOCK).zip(right.chunks_exact_mut(BLOCK)).enumerate() {
            let part = index * BLOCK..(index + 1) * BLOCK;
            let [reverb, chorus] = [block.reverb, block.chorus].map(|send| send.get(part.clone()).unwrap_or(&[]));
            let dry = [&block.left[part.clone()], &block.right[part]];
            self.process_block(dry, reverb, chorus, [left, right]);
        }
    }

    fn process_block(
        &mut self,
        dry: [&[f32]; 2],
        reverb: &[f32],
        chorus: &[f32],
        [out_left, out_right]: [&mut [f32]; 2],
    ) {
        const SILENCE: [f32; BLOCK] = [0.0; BLOCK];
        let LiveBus { convolver, layers, frame, send, gain } = self;
        convolver.process([dry[0], dry[1], layers.hall.hear(*frame, reverb, send)], [&mut *out_left, &mut *out_right]);
        for layer in &mut layers.list {
            let mut said = [SILENCE; 2];
            if let Some((convolver, turn)) = &mut layer.reverb {
                convolver.process(
                    [&SILENCE, &SILENCE, turn.hear(*frame, reverb, send)],
                    said.each_mut().map(|said| &mut said[..]),
                );
                layer.add(*frame, &said[0], out_left);
                layer.add(*frame, &said[1], out_right);
            }
            if let Some((instrument, turn)) = &mut layer.chorus {
                add_chorus(instrument, turn.hear(*frame, chorus, send), out_left, out_right);
            }
        }
        gain.apply(out_left, out_right);
        *frame += BLOCK as u64;
    }

    /// Lets other effects hear the sends from `frame` on, counted from the first of the stream: one of the next block, or an
    /// earlier one, which means the start of that. As [`crate::BusEffects::change`], but nothing is allocated; where changes
    /// follow one another within milliseconds one may come back that has to end at once.
    pub fn change(&mut self, change: LiveChange, frame: Frames) -> Option<LiveChange> {
        let LiveChange(mut layer) = change;
        if let Some((chorus, _)) = &mut layer.chorus {
            chorus.go_to(Frames(self.frame));
        }
        let earlier = self.layers.make_room();
        self.layers.begin(layer, frame.0.max(self.frame));
        earlier.map(LiveChange)
    }

    /// Gives back effects that have rung out, one after the other, to be freed where that may take time.
    pub fn take_over(&mut self) -> Option<LiveChange> {
        self.layers.take_over(self.frame).map(LiveChange)
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
