//! From the synthesizer's buses to the linear mix: out = (1 − wet)·dry + wet·(h ∗ dry) + hall ∗ send + chorus. The last two
//! may be others from some frame on ([`BusEffects::change`]).

use std::ops::Range;
use std::sync::Arc;

use rae_dsp::sends::{ReverbKind, Sends};
use rae_dsp::{Convolver, Kernel, Part};
use rae_units::{Frames, SampleRate, Seconds};

use crate::layer::{Layer, Layers};
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
    settings: BusSettings,
    rate: SampleRate,
    kernel: Arc<Kernel>,
    chorus: Option<Chorus>,
}

impl PreparedBus {
    /// Checks the settings, and computes impulse responses and spectra (some milliseconds of work).
    pub fn new(settings: &BusSettings, rate: SampleRate) -> Result<PreparedBus, EffectsError> {
        let (kernel, chorus) = prepare(settings, rate, Kernel::new)?;
        Ok(PreparedBus { settings: *settings, rate, kernel: Arc::new(kernel), chorus })
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
        let chorus = self.chorus.clone().map(|mut chorus| {
            chorus.go_to(frame);
            chorus
        });
        BusEffects {
            settings: self.settings,
            rate: self.rate,
            tail: self.tail(),
            convolver: Convolver::new(Arc::clone(&self.kernel)),
            layers: Layers::new(chorus, self.rate),
            pushed: frame.0,
            pulled: frame.0,
            room: Room::default(),
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
    settings: BusSettings,
    rate: SampleRate,
    convolver: Convolver,
    /// What they have heard waits there for the slowest of them.
    layers: Layers<Later>,
    /// The next frame that comes in, and the next that goes out.
    pushed: u64,
    pulled: u64,
    tail: Frames,
    room: Room,
}

/// A reverb that began later.
#[derive(Debug)]
struct Later {
    convolver: Convolver,
    /// The frame that it says next.
    next: u64,
}

/// Room to work in.
#[derive(Debug, Default)]
struct Room {
    send: Vec<f32>,
    silence: Vec<f32>,
    said: [Vec<f32>; 2],
}

impl BusEffects {
    /// The longest time by which sound can outlast its input.
    pub fn tail(&self) -> Frames {
        self.tail
    }

    /// From the next frame on that is pushed, lets other send effects hear what is sent, if they differ from those now: what
    /// they hear fades in within 20 ms while what the earlier ones hear fades out, and these ring on. Where more than four
    /// ring on, the oldest fades out. Takes some milliseconds of work.
    pub fn change(&mut self, sends: &Sends) {
        let convolver = |parts: &[Part]| {
            let kernel = Arc::new(Kernel::new(parts));
            let tail = kernel.tail();
            (Later { convolver: Convolver::new(kernel), next: self.pushed }, tail)
        };
        let Some(mut layer) = Layer::renewing(&self.settings, sends, self.rate, convolver) else { return };
        if let Some((chorus, _)) = &mut layer.chorus {
            chorus.go_to(Frames(self.pushed));
        }
        self.settings.sends = *sends;
        self.layers.begin(Box::new(layer), self.pushed);
        self.tail = self.tail.max(Frames(self.layers.tail()));
    }

    /// Feeds a block.
    ///
    /// # Panics
    /// When the slices differ in length.
    pub fn push(&mut self, block: &BusBlock) {
        let Room { send, silence, .. } = &mut self.room;
        let frames = block.left.len();
        self.convolver.push(block.left, block.right, self.layers.hall.hear(self.pushed, block.reverb, send));
        for layer in &mut self.layers.list {
            if let Some((later, turn)) = &mut layer.reverb {
                silence.resize(silence.len().max(frames), 0.0);
                let silence = &silence[..frames];
                later.convolver.push(silence, silence, turn.hear(self.pushed, block.reverb, send));
            }
            if let Some((chorus, turn)) = &mut layer.chorus {
                chorus.hear(turn.hear(self.pushed, block.chorus, send), frames);
            }
        }
        self.pushed += frames as u64;
    }

    /// Frames ready to be pulled.
    pub fn available(&self) -> usize {
        let later = self.layers.list.iter().filter_map(|layer| layer.reverb.as_ref());
        let ready = later.map(|(later, _)| (later.next - self.pulled) as usize + later.convolver.available());
        ready.fold(self.convolver.available(), usize::min)
    }

    /// Fills the outputs as far as frames are ready; returns how many were written.
    pub fn pull(&mut self, left: &mut [f32], right: &mut [f32]) -> usize {
        let frames = self.available().min(left.len()).min(right.len());
        let (left, right) = (&mut left[..frames], &mut right[..frames]);
        self.convolver.pull(left, right);
        let end = self.pulled + frames as u64;
        for layer in &mut self.layers.list {
            layer.say(self.pulled..end, [left, right], &mut self.room.said);
        }
        self.pulled = end;
        while self.layers.take_over(end).is_some() {}
        frames
    }

    /// Ends the input, with `tail` frames of silence after it, and makes everything ready: as many frames as were
    /// pushed, plus `tail`. Use [`BusEffects::tail`] to hear all of it. Nothing may be pushed afterwards.
    pub fn finish(&mut self, tail: Frames) {
        self.convolver.finish(tail.0 as usize);
        for layer in &mut self.layers.list {
            if let Some((later, _)) = &mut layer.reverb {
                later.convolver.finish(tail.0 as usize);
            }
            if let Some((chorus, _)) = &mut layer.chorus {
                chorus.hear(&[], tail.0 as usize);
            }
        }
    }
}

impl Layer<Later> {
    /// Adds what it says in these frames to the outputs.
    fn say(&mut self, frames: Range<u64>, [left, right]: [&mut [f32]; 2], room: &mut [Vec<f32>; 2]) {
        if let Some((later, _)) = &mut self.reverb {
            // It may have begun within these frames.
            let before = later.next.saturating_sub(frames.start).min(left.len() as u64) as usize;
            let said = room.each_mut().map(|room| {
                room.clear();
                room.resize(left.len() - before, 0.0);
                &mut room[..]
            });
            let [said_left, said_right] = said;
            later.convolver.pull(said_left, said_right);
            later.next += said_left.len() as u64;
            let start = frames.start + before as u64;
            self.add(start, said_left, &mut left[before..]);
            self.add(start, said_right, &mut right[before..]);
        }
        if let Some((chorus, _)) = &mut self.chorus {
            let before = chorus.next().0.saturating_sub(frames.start).min(left.len() as u64) as usize;
            chorus.add_to(&mut left[before..], &mut right[before..]);
        }
    }
}
