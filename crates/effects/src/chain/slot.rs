use rae_units::Seconds;

use super::change::SlotChange;
use super::{Delay, Planes, Processor, Slot, Stage};

/// How long a parameter takes from its old value to the new one in a running chain.
pub const GLIDE: Seconds = Seconds(0.02);

/// An effect at work at its place, with bypass and mix.
///
/// New settings are a second instance that fades in over [`GLIDE`] while the first fades out: no effect has to know how its
/// parameters move, and none can click. Of an effect that rings long the inputs are faded instead of the outputs: what rings
/// already goes on. Settings that come meanwhile wait for the end of the fade.
///
/// Nothing here allocates once it is made, and what was replaced is kept to be taken back, if there is room for it.
#[derive(Debug)]
pub(crate) struct RunningSlot {
    now: Box<dyn Processor>,
    next: Option<Fade>,
    waiting: Option<Box<dyn Processor>>,
    /// Earlier instances that hear nothing any more, the oldest first.
    ringing: Vec<Ringing>,
    /// What was replaced.
    replaced: Vec<Box<dyn Processor>>,
    wet: Wet,
    /// The input as late as the output.
    delay: Delay,
    dry: Planes,
    spare: Planes,
    /// Frames of [`GLIDE`].
    glide: usize,
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
/// As many may be there together: each of those that fade out has gone before the next but one comes.
const RINGING_ROOM: usize = MOST_RINGING + 4;
/// So many replaced instances wait to be taken back: those that may become superfluous in one block, and some more.
const REPLACED_ROOM: usize = RINGING_ROOM + 4;

/// Frames of [`GLIDE`].
pub(super) fn glide(stage: &Stage) -> usize {
    stage.frames(GLIDE).max(1)
}

/// An instance that others have taken over from.
#[derive(Debug)]
struct Ringing {
    effect: Box<dyn Processor>,
    /// Frames until nothing comes any more.
    left: usize,
    level: Ramp,
}

impl Ringing {
    fn is_over(&self) -> bool {
        self.left == 0 || self.level.rests_at(0.0)
    }
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

    /// From the present value to another within so many frames.
    pub(crate) fn towards(&self, to: f32, frames: usize) -> Ramp {
        Ramp { from: self.value(0), to, at: 0, frames }
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
            ringing: Vec::with_capacity(RINGING_ROOM),
            replaced: Vec::new(),
            wet: Wet { warm_up: 0, ramp: Ramp::still(settings.share()) },
            dry: Planes::new(stage.channels),
            spare: Planes::new(stage.channels),
            glide: glide(stage),
            non_finite: 0,
        }
    }

    pub(crate) fn latency(&self) -> usize {
        self.now.latency()
    }

    /// Frames that the slot has to hear from silence on before its effect may be heard.
    pub(crate) fn warm_up(&self) -> usize {
        self.now.latency().max(self.now.warm_up())
    }

    pub(crate) fn tail(&self) -> usize {
        let next = self.next.as_ref().map_or(0, |fade| fade.to.tail());
        let ringing = self.ringing.iter().map(|ringing| ringing.left).max().unwrap_or(0);
        let waiting = self.waiting.as_ref().map_or(0, |effect| effect.tail());
        if self.rests_dry() { 0 } else { self.now.tail().max(next).max(waiting).max(ringing) }
    }

    /// Makes room for what others replace.
    pub(crate) fn keep_replaced(&mut self) {
        self.replaced.reserve(REPLACED_ROOM);
        self.now.keep_replaced();
    }

    /// Gives back what was replaced, here or within the effect.
    pub(crate) fn take_back(&mut self) -> Option<Box<dyn Processor>> {
        self.replaced.pop().or_else(|| self.now.take_back())
    }

    /// Starts to move to new settings.
    pub(crate) fn change(&mut self, change: &mut SlotChange) {
        let is_resting = self.rests_dry();
        if is_resting {
            self.settle();
        }
        if let Some(branches) = change.branches.as_mut().filter(|_| !is_resting) {
            self.now.change(branches);
        }
        match change.effect.take() {
            Some(effect) if is_resting => self.replace(effect),
            // Another effect has to come in, one that was only to wake up has not slept.
            Some(effect) if change.is_other && change.branches.is_none() => match self.next {
                Some(_) => self.waiting.replace(effect).into_iter().for_each(|late| self.retire(late)),
                None => self.fade_to(effect),
            },
            Some(effect) => self.retire(effect),
            None => {}
        }
        if self.wet.ramp.to != change.share {
            if is_resting {
                self.wet.warm_up = self.warm_up();
            }
            self.wet.ramp = self.wet.ramp.towards(change.share, self.glide);
        }
    }

    fn fade_to(&mut self, mut to: Box<dyn Processor>) {
        let of_input = self.now.rings_on();
        if !of_input {
            to.go_on_from(&*self.now);
        }
        let warm_up = if of_input { 0 } else { to.warm_up() };
        self.next = Some(Fade { to, warm_up, of_input, ramp: Ramp::still(0.0).towards(1.0, self.glide) });
    }

    /// Another instance takes the place of the present one.
    fn replace(&mut self, to: Box<dyn Processor>) {
        let old = std::mem::replace(&mut self.now, to);
        self.non_finite += old.non_finite();
        self.retire(old);
    }

    /// Keeps what is not needed any more, if there is room.
    fn retire(&mut self, effect: Box<dyn Processor>) {
        if self.replaced.len() < self.replaced.capacity() {
            self.replaced.push(effect);
        }
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
        if wholly_wet {
            self.delay.feed(block);
        } else {
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
        while let Some(Ringing { effect, .. }) = self.ringing.pop() {
            self.retire(effect);
        }
        if let Some(fade) = self.next.take() {
            self.replace(fade.to);
        }
        if let Some(mut effect) = self.waiting.take() {
            effect.go_on_from(&*self.now);
            self.replace(effect);
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
            if of_input {
                let effect = std::mem::replace(&mut self.now, to);
                let left = effect.latency().saturating_add(effect.tail());
                self.ringing.push(Ringing { effect, left, level: Ramp::still(1.0) });
            } else {
                self.replace(to);
            }
            if let Some(effect) = self.waiting.take() {
                self.fade_to(effect);
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
        while let Some(over) = self.ringing.iter().position(Ringing::is_over) {
            let Ringing { effect, .. } = self.ringing.remove(over);
            self.retire(effect);
        }
        for older in 0..self.ringing.len().saturating_sub(MOST_RINGING) {
            let level = &mut self.ringing[older].level;
            if level.rests_at(1.0) {
                *level = level.towards(0.0, self.glide);
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
