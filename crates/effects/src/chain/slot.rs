use rae_units::Seconds;

use super::{Delay, Effect, Planes, Processor, Slot, Stage};

/// How long a parameter takes from its old value to the new one in a running chain.
pub const GLIDE: Seconds = Seconds(0.02);

/// An effect at work at its place, with bypass and mix.
///
/// New settings are a second instance that fades in over [`GLIDE`] while the first fades out: no effect has to know how its
/// parameters move, and none can click. Of an effect that rings long the inputs are faded instead of the outputs: what rings
/// already goes on. Settings that come meanwhile wait for the end of the fade.
#[derive(Debug)]
pub(crate) struct RunningSlot {
    settings: Slot,
    now: Box<dyn Processor>,
    next: Option<Fade>,
    waiting: Option<Effect>,
    /// Earlier instances that hear nothing any more, the oldest first.
    ringing: Vec<Ringing>,
    wet: Wet,
    /// The input as late as the output.
    delay: Delay,
    dry: Planes,
    spare: Planes,
    stage: Stage,
    non_finite: u64,
}

/// New settings on their way in.
#[derive(Debug)]
struct Fade {
    to: Box<dyn Processor>,
    /// Frames that it has to hear before the fade.
    warm_up: usize,
    /// What is faded is what goes in.
    of_input: bool,
    ramp: Ramp,
}

/// So many earlier instances may ring; more of them fade out.
const MOST_RINGING: usize = 4;

/// An instance that others have taken over from.
#[derive(Debug)]
struct Ringing {
    effect: Box<dyn Processor>,
    /// Frames until nothing comes any more.
    left: usize,
    level: Ramp,
}

/// The share of the effect's output.
#[derive(Debug)]
struct Wet {
    /// Frames that a woken effect still has to hear before the ramp goes on.
    warm_up: usize,
    ramp: Ramp,
}

/// A way from one value to another without corners: 3t² − 2t³.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ramp {
    from: f32,
    to: f32,
    at: usize,
    frames: usize,
}

impl Ramp {
    pub(crate) fn still(value: f32) -> Ramp {
        Ramp { from: value, to: value, at: 1, frames: 1 }
    }

    /// From the present value to another within [`GLIDE`].
    pub(crate) fn towards(&self, to: f32, stage: &Stage) -> Ramp {
        Ramp { from: self.value(0), to, at: 0, frames: stage.frames(GLIDE).max(1) }
    }

    /// Arrived.
    pub(crate) fn at_end(&self) -> Ramp {
        Ramp::still(self.to)
    }

    /// The value `ahead` frames after the present one.
    #[inline(always)]
    pub(crate) fn value(&self, ahead: usize) -> f32 {
        let at = (self.at + ahead).min(self.frames);
        if at == self.frames {
            return self.to;
        }
        let t = at as f32 / self.frames as f32;
        self.from + (self.to - self.from) * (t * t * (3.0 - 2.0 * t))
    }

    pub(crate) fn advance(&mut self, frames: usize) {
        self.at = (self.at + frames).min(self.frames);
    }

    pub(crate) fn left(&self) -> usize {
        self.frames - self.at
    }

    /// Nothing but `value`, for good.
    pub(crate) fn rests_at(&self, value: f32) -> bool {
        self.left() == 0 && self.to == value
    }
}

impl RunningSlot {
    pub(crate) fn new(settings: &Slot, stage: &Stage) -> RunningSlot {
        let now = settings.effect.start(stage);
        RunningSlot {
            delay: Delay::new(stage.channels, now.latency()),
            now,
            next: None,
            waiting: None,
            ringing: Vec::new(),
            wet: Wet { warm_up: 0, ramp: Ramp::still(share(settings)) },
            dry: Planes::new(stage.channels),
            spare: Planes::new(stage.channels),
            stage: stage.clone(),
            settings: settings.clone(),
            non_finite: 0,
        }
    }

    pub(crate) fn latency(&self) -> usize {
        self.now.latency()
    }

    /// Frames that the slot has to hear after a reset before its effect may be heard.
    pub(crate) fn warm_up(&self) -> usize {
        self.now.latency().max(self.now.warm_up())
    }

    pub(crate) fn tail(&self) -> usize {
        let next = self.next.as_ref().map_or(0, |fade| fade.to.tail());
        let ringing = self.ringing.iter().map(|ringing| ringing.left).max().unwrap_or(0);
        if self.rests_dry() { 0 } else { self.now.tail().max(next).max(ringing) }
    }

    pub(crate) fn reset(&mut self) {
        let settings = self.settings.clone();
        *self = RunningSlot::new(&settings, &self.stage);
    }

    /// Starts to move to new settings, which are of the same type; `stage` has the files that they name.
    pub(crate) fn update(&mut self, settings: &Slot, stage: &Stage) {
        self.stage = stage.clone();
        if self.rests_dry() {
            self.settle();
            if settings.effect != self.settings.effect {
                self.non_finite += self.now.non_finite();
                self.now = settings.effect.start(&self.stage);
            }
        } else if settings.effect != self.settings.effect && !self.now.update(&settings.effect, &self.stage) {
            match self.next {
                Some(_) => self.waiting = Some(settings.effect.clone()),
                None => self.fade_to(&settings.effect),
            }
        }
        let (was, is) = (share(&self.settings), share(settings));
        if was != is {
            if self.rests_dry() {
                self.non_finite += self.now.non_finite();
                self.now.reset();
                self.wet.warm_up = self.warm_up();
            }
            self.wet.ramp = self.wet.ramp.towards(is, &self.stage);
        }
        self.settings = settings.clone();
    }

    fn fade_to(&mut self, effect: &Effect) {
        let of_input = self.now.rings_on();
        let to = if of_input { effect.start(&self.stage) } else { self.now.retuned(effect, &self.stage) };
        let warm_up = if of_input { 0 } else { to.warm_up() };
        self.next = Some(Fade { to, warm_up, of_input, ramp: Ramp::still(0.0).towards(1.0, &self.stage) });
    }

    /// Only the input is heard, and nothing is about to change that.
    fn rests_dry(&self) -> bool {
        self.wet.ramp.rests_at(0.0)
    }

    /// Frames until a fade begins or ends; blocks end there.
    pub(crate) fn until_change(&self) -> usize {
        let after = |warm_up: usize, ramp: &Ramp| match (warm_up, ramp.left()) {
            (0, 0) => usize::MAX,
            (0, left) => left,
            (warm_up, _) => warm_up,
        };
        let fade = self.next.as_ref().map_or(usize::MAX, |fade| after(fade.warm_up, &fade.ramp));
        let ringing = self.ringing.iter().map(|ringing| ringing.left.min(after(0, &ringing.level))).min();
        let fade = fade.min(ringing.unwrap_or(usize::MAX));
        fade.min(after(self.wet.warm_up, &self.wet.ramp)).min(self.now.until_change())
    }

    /// Takes in what the sidechain says while the next block is processed.
    pub(crate) fn hear(&mut self, sidechain: &Planes) {
        let next = self.next.as_mut().map(|fade| &mut fade.to);
        let ringing = self.ringing.iter_mut().map(|ringing| &mut ringing.effect);
        std::iter::once(&mut self.now).chain(next).chain(ringing).for_each(|effect| effect.hear(sidechain));
    }

    pub(crate) fn process(&mut self, block: &mut Planes) {
        let wholly_wet = self.wet.ramp.rests_at(1.0);
        if !wholly_wet || self.delay.frames() > 0 {
            self.dry.copy_from(block);
            self.delay.process(&mut self.dry);
        }
        if self.rests_dry() {
            block.copy_from(&self.dry);
            self.settle();
            return;
        }
        if let Some(fade) = &self.next {
            self.spare.copy_from(block);
            if fade.of_input {
                scale(&mut self.spare, |frame| fade.ramp.value(frame));
                scale(block, |frame| 1.0 - fade.ramp.value(frame));
            }
        }
        self.now.process(block);
        self.non_finite += block.scrub();
        let ringing = self.ringing.len();
        self.fade(block);
        // One that has just been taken over from was in the block already.
        self.ring(block, ringing);
        if !wholly_wet {
            self.blend_dry(block);
        }
    }

    /// A slot that is not heard takes new settings at once.
    fn settle(&mut self) {
        self.ringing.clear();
        if let Some(fade) = self.next.take() {
            self.now = fade.to;
        }
        if let Some(effect) = self.waiting.take() {
            self.now = self.now.retuned(&effect, &self.stage);
        }
    }

    /// Lets the next settings come in.
    fn fade(&mut self, block: &mut Planes) {
        let frames = block.frames();
        let Some(fade) = &mut self.next else { return };
        fade.to.process(&mut self.spare);
        self.non_finite += self.spare.scrub();
        if fade.warm_up > 0 {
            fade.warm_up -= frames.min(fade.warm_up);
            return;
        }
        if fade.of_input {
            add(block, &self.spare, &Ramp::still(1.0));
        } else {
            blend(block, &self.spare, &fade.ramp);
        }
        fade.ramp.advance(frames);
        if fade.ramp.left() == 0 {
            let Fade { to, of_input, .. } = self.next.take().expect("just used");
            let effect = std::mem::replace(&mut self.now, to);
            if of_input {
                let left = effect.latency().saturating_add(effect.tail());
                self.ringing.push(Ringing { effect, left, level: Ramp::still(1.0) });
            }
            if let Some(effect) = self.waiting.take() {
                self.fade_to(&effect);
            }
        }
    }

    /// Adds what the oldest `count` earlier instances still say.
    fn ring(&mut self, block: &mut Planes, count: usize) {
        let frames = block.frames();
        for ringing in &mut self.ringing[..count] {
            self.spare.set_frames(frames);
            scale(&mut self.spare, |_| 0.0);
            ringing.effect.process(&mut self.spare);
            self.non_finite += self.spare.scrub();
            add(block, &self.spare, &ringing.level);
            ringing.level.advance(frames);
            ringing.left -= frames.min(ringing.left);
        }
        self.ringing.retain(|ringing| ringing.left > 0 && !ringing.level.rests_at(0.0));
        for older in 0..self.ringing.len().saturating_sub(MOST_RINGING) {
            let level = &mut self.ringing[older].level;
            if level.rests_at(1.0) {
                *level = level.towards(0.0, &self.stage);
            }
        }
    }

    fn blend_dry(&mut self, block: &mut Planes) {
        let frames = block.frames();
        if self.wet.warm_up > 0 {
            self.wet.warm_up -= frames.min(self.wet.warm_up);
            blend(&mut self.dry, block, &Ramp::still(self.wet.ramp.value(0)));
        } else {
            blend(&mut self.dry, block, &self.wet.ramp);
            self.wet.ramp.advance(frames);
        }
        block.copy_from(&self.dry);
    }

    pub(crate) fn reductions(&mut self, report: &mut dyn FnMut(&str, f64)) {
        if !self.rests_dry() {
            self.now.reductions(report);
        }
    }

    pub(crate) fn non_finite(&self) -> u64 {
        self.non_finite + self.now.non_finite()
    }
}

/// The share of the effect that shall be heard.
fn share(slot: &Slot) -> f32 {
    if slot.bypass { 0.0 } else { slot.mix as f32 }
}

fn scale(block: &mut Planes, gain: impl Fn(usize) -> f32) {
    for samples in block.each_mut() {
        samples.iter_mut().enumerate().for_each(|(frame, sample)| *sample *= gain(frame));
    }
}

/// `block` becomes block + w·other.
fn add(block: &mut Planes, other: &Planes, ramp: &Ramp) {
    for (samples, others) in block.each_mut().zip(other.each()) {
        for (frame, (sample, other)) in samples.iter_mut().zip(others).enumerate() {
            *sample += ramp.value(frame) * other;
        }
    }
}

/// `block` becomes (1 − w)·block + w·other, with w from the ramp; all of one at its ends.
fn blend(block: &mut Planes, other: &Planes, ramp: &Ramp) {
    for (samples, others) in block.each_mut().zip(other.each()) {
        for (frame, (sample, other)) in samples.iter_mut().zip(others).enumerate() {
            let weight = ramp.value(frame);
            *sample = (1.0 - weight) * *sample + weight * other;
        }
    }
}
