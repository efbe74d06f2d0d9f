//! From the synthesizer's buses to the linear mix: out = (1 − wet)·dry + wet·(h ∗ dry) + hall ∗ send + chorus.

use std::sync::Arc;

use rae_dsp::sends::{ReverbKind, Sends};
use rae_dsp::{Convolver, Kernel, Part};
use rae_units::{Frames, SampleRate, Seconds};

use crate::reverb::MAX_RATE;
use crate::{Chorus, EffectsError, ReverbSettings, room_response, send_response};

/// What is done to the buses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BusSettings {
    /// The asked-for reverb and the send hall.
    pub reverb: ReverbSettings,
    /// Whether the send chorus sounds.
    pub chorus: bool,
    /// What send hall and chorus are like.
    pub sends: Sends,
}

impl Default for BusSettings {
    /// Everything on, at its default.
    fn default() -> Self {
        BusSettings { reverb: ReverbSettings::default(), chorus: true, sends: Sends::default() }
    }
}

impl BusSettings {
    /// Nothing but the dry sound: no latency, no tail, the same bits.
    pub const DRY: BusSettings = BusSettings {
        reverb: ReverbSettings { wet: None, time: Seconds(0.1), hall: false },
        chorus: false,
        sends: Sends::DEFAULT,
    };
}

/// Settings made ready for one sample rate; clone it freely, the spectra are shared.
#[derive(Clone, Debug)]
pub struct PreparedBus {
    kernel: Arc<Kernel>,
    chorus: Option<Chorus>,
}

impl PreparedBus {
    /// Checks the settings, and computes impulse responses and spectra (some milliseconds of work).
    pub fn new(settings: &BusSettings, rate: SampleRate) -> Result<PreparedBus, EffectsError> {
        let (kernel, chorus) = prepare(settings, rate, Kernel::new)?;
        Ok(PreparedBus { kernel: Arc::new(kernel), chorus })
    }

    /// The longest time by which sound can outlast its input.
    pub fn tail(&self) -> Frames {
        Frames(self.kernel.tail().max(self.chorus.as_ref().map_or(0, Chorus::tail)) as u64)
    }

    /// The most frames that the output can lie behind the input before [`BusEffects::finish`].
    pub fn latency(&self) -> Frames {
        Frames(self.kernel.latency() as u64)
    }

    /// A new stream from frame 0.
    pub fn start(&self) -> BusEffects {
        self.start_at(Frames(0))
    }

    /// A new stream from `frame` on, with silence before it. The bits are those of one that was fed silence from frame 0
    /// on, if `frame` is a multiple of [`PreparedBus::latency`] or that is 0.
    pub fn start_at(&self, frame: Frames) -> BusEffects {
        BusEffects {
            tail: self.tail(),
            convolver: Convolver::new(Arc::clone(&self.kernel)),
            chorus: self.chorus.clone().map(|chorus| chorus.at(frame)),
        }
    }
}

/// Checks the settings and makes what they ask for; `kernel` prepares the convolver's parts.
pub(crate) fn prepare<K>(
    settings: &BusSettings,
    rate: SampleRate,
    kernel: impl Fn(&[Part]) -> K,
) -> Result<(K, Option<Chorus>), EffectsError> {
    let reverb = &settings.reverb;
    reverb.validate()?;
    let idle = reverb.wet.is_none() && !reverb.hall && !settings.chorus;
    if rate > MAX_RATE && !idle {
        return Err(EffectsError::SampleRate(rate));
    }
    let room = reverb.wet.filter(|&wet| wet > 0.0).map(|wet| (room_response(reverb.time, rate), wet));
    let send = &settings.sends.reverb;
    let hall = (reverb.hall && send.kind != ReverbKind::Off).then(|| send_response(send, rate));
    let mut parts = vec![Part::Direct(1.0 - reverb.wet.unwrap_or(0.0))];
    parts.extend(room.as_ref().map(|(response, wet)| Part::Stereo(response, *wet)));
    parts.extend(hall.as_ref().map(|response| Part::MonoSend(response, send.level)));
    Ok((kernel(&parts), settings.chorus.then(|| Chorus::of(&settings.sends.chorus, rate))))
}

/// A block of the synthesizer's buses: slices of one length. A send may be empty, which means silence.
#[derive(Clone, Copy, Debug, Default)]
pub struct BusBlock<'a> {
    /// Dry sound, left.
    pub left: &'a [f32],
    /// Dry sound, right.
    pub right: &'a [f32],
    /// Mono send to the hall.
    pub reverb: &'a [f32],
    /// Mono send to the chorus.
    pub chorus: &'a [f32],
}

/// One stream through the effects: push blocks of any length, pull what is ready, finish.
///
/// The output bits do not depend on the lengths of the blocks. With [`BusSettings::DRY`] every pushed frame is ready
/// at once and unchanged.
#[derive(Debug)]
pub struct BusEffects {
    convolver: Convolver,
    /// What it has heard waits there for the convolver.
    chorus: Option<Chorus>,
    tail: Frames,
}

impl BusEffects {
    /// The longest time by which sound can outlast its input.
    pub fn tail(&self) -> Frames {
        self.tail
    }

    /// Feeds a block.
    ///
    /// # Panics
    /// When the slices differ in length.
    pub fn push(&mut self, block: &BusBlock) {
        self.convolver.push(block.left, block.right, block.reverb);
        if let Some(chorus) = &mut self.chorus {
            chorus.hear(block.chorus, block.left.len());
        }
    }

    /// Frames ready to be pulled.
    pub fn available(&self) -> usize {
        self.convolver.available()
    }

    /// Fills the outputs as far as frames are ready; returns how many were written.
    pub fn pull(&mut self, left: &mut [f32], right: &mut [f32]) -> usize {
        let frames = self.convolver.pull(left, right);
        if let Some(chorus) = &mut self.chorus {
            chorus.add_to(&mut left[..frames], &mut right[..frames]);
        }
        frames
    }

    /// Ends the input, with `tail` frames of silence after it, and makes everything ready: as many frames as were
    /// pushed, plus `tail`. Use [`BusEffects::tail`] to hear all of it. Nothing may be pushed afterwards.
    pub fn finish(&mut self, tail: Frames) {
        self.convolver.finish(tail.0 as usize);
        if let Some(chorus) = &mut self.chorus {
            chorus.hear(&[], tail.0 as usize);
        }
    }
}
