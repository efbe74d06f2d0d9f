//! Chains on whole recordings.

use std::ops::ControlFlow;
use std::sync::Arc;

use rae_dsp::AudioBuffer;

use super::effect::first_for_whole;
use super::limits::MAX_WHOLE;
use super::planes::scrub;
use super::{Chain, Effect, Place, Prepared, Reduction, Setup, Slot, Stage, Tail};
use crate::EffectsError;

/// What long work asks now and then: whether to go on.
pub(crate) type GoOn<'a> = dyn FnMut() -> ControlFlow<()> + 'a;

/// Asks whether to go on.
pub(crate) fn poll(go_on: &mut GoOn<'_>) -> Result<(), EffectsError> {
    match go_on() {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(EffectsError::Cancelled),
    }
}

/// A whole recording, and what goes with it.
#[derive(Debug)]
pub struct Whole<'a> {
    /// The recording.
    pub sound: AudioBuffer,
    /// The sidechain, if there is one; after its end it is silent.
    pub sidechain: Option<&'a AudioBuffer>,
    /// What follows the end.
    pub tail: Tail,
}

/// What a chain made of a whole recording.
#[derive(Debug)]
pub struct Processed {
    /// The recording.
    pub sound: AudioBuffer,
    /// The deepest gain reductions.
    pub reductions: Vec<Reduction>,
    /// Samples that were not finite and became silence.
    pub non_finite: u64,
}

impl Chain {
    /// Whether some of its effects need whole recordings (fade, trim, time-stretch, pitch-shift): then it cannot be prepared for
    /// blocks.
    pub fn needs_whole(&self) -> bool {
        self.effects.iter().any(|slot| slot.effect.is_for_whole())
    }

    /// Processes a whole recording: the effects for blocks as [`Prepared::process_whole`] does, each of the others on all that
    /// the ones before it made. What rings before one of those is kept, unless tails are cut; `tail` itself is for what rings at
    /// the end. Samples that are not finite become silence.
    ///
    /// # Errors
    /// As [`Chain::prepare_for`]; an effect for whole recordings within a branch; stretching and tails that would make the
    /// recording longer than 2^30 samples, all channels together.
    ///
    /// # Panics
    /// When the recording has other channels than `setup`.
    pub fn process(&self, input: &AudioBuffer, setup: &Setup, tail: Tail) -> Result<AudioBuffer, EffectsError> {
        let whole = Whole { sound: input.clone(), sidechain: None, tail };
        Ok(self.process_with(whole, setup, &mut || ControlFlow::Continue(()))?.sound)
    }

    /// As [`Chain::process`], with a sidechain and a report. `go_on` is asked many times a second whether to.
    ///
    /// # Errors
    /// As [`Chain::process`]; an effect that listens to the sidechain behind one that cuts or stretches the recording;
    /// [`EffectsError::Cancelled`].
    ///
    /// # Panics
    /// When recording or sidechain have other channels than `setup`.
    pub fn process_with(
        &self,
        whole: Whole<'_>,
        setup: &Setup,
        go_on: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Processed, EffectsError> {
        let Whole { mut sound, sidechain, tail } = whole;
        assert_eq!(sound.channels(), setup.channels, "number of channels");
        assert!(sidechain.is_none_or(|said| said.channels() == setup.sidechain), "number of the sidechain's channels");
        if let Some((place, name)) = first_for_whole(&self.effects, &Place::default(), true) {
            let problem = format!("{name} needs whole recordings and cannot lie within a branch: take it out");
            return Err(EffectsError::Structure { place, problem });
        }
        let stage = Prepared::checked(self, setup)?;
        self.check_growth(&sound, &stage)?;
        self.check_keyed()?;
        let mut reductions = Vec::new();
        let mut non_finite = scrub(sound.planar_mut());
        let mut blocks = |sound: AudioBuffer, first: usize, effects: &[Slot], tail: Tail, go_on: &mut GoOn<'_>| {
            if effects.is_empty() && matches!(tail, Tail::Cut | Tail::Keep) {
                return Ok(sound);
            }
            let chain = Chain { description: String::new(), effects: effects.to_vec() };
            let mut prepared = Prepared::started(chain, stage.clone(), Arc::clone(&setup.files));
            let longer = tail.frames(&prepared);
            check_length(sound.frames().saturating_add(longer), longer > 0, &stage, &Place::default())?;
            let made = prepared.process_all(&sound, sidechain, tail, go_on)?;
            reductions.extend(prepared.reductions_from(first));
            non_finite += prepared.non_finite();
            Ok(made)
        };
        let between = if tail == Tail::Cut { Tail::Cut } else { Tail::Keep };
        let mut first = 0;
        while let Some(index) = self.effects[first..].iter().position(|slot| slot.effect.is_for_whole()) {
            let last = first + index;
            sound = blocks(sound, first, &self.effects[first..last], between, go_on)?;
            if !self.effects[last].bypass {
                sound = self.effects[last].effect.apply(sound, &stage, go_on)?;
            }
            first = last + 1;
        }
        let sound = blocks(sound, first, &self.effects[first..], tail, go_on)?;
        Ok(Processed { sound, reductions, non_finite })
    }

    /// Checks how long effects for whole recordings can make one, before they do.
    fn check_growth(&self, input: &AudioBuffer, stage: &Stage) -> Result<(), EffectsError> {
        let mut frames = input.frames();
        for (index, slot) in self.effects.iter().enumerate().filter(|(_, slot)| !slot.bypass) {
            let (within, after) = slot.effect.lengths(frames, stage);
            let place = Place::default().item("effects", index).named(slot.effect.name());
            check_length(within, within > frames, stage, &place)?;
            frames = after;
        }
        Ok(())
    }

    /// Checks that the sidechain is still beside the sound where an effect listens to it.
    fn check_keyed(&self) -> Result<(), EffectsError> {
        let moves = |slot: &Slot| matches!(slot.effect, Effect::Trim(_) | Effect::TimeStretch(_)) && !slot.bypass;
        let Some(mover) = self.effects.iter().position(moves) else { return Ok(()) };
        let Some(index) = self.effects[mover..].iter().position(|slot| slot.effect.is_keyed()) else { return Ok(()) };
        let keyed = &self.effects[mover + index].effect;
        let place = Place::default().item("effects", mover + index).named(keyed.name());
        let mover = self.effects[mover].effect.name();
        let problem =
            format!("it listens to a sidechain that {mover} before it does not move along: put it before that");
        Err(EffectsError::Structure { place, problem })
    }
}

fn check_length(frames: usize, grows: bool, stage: &Stage, place: &Place) -> Result<(), EffectsError> {
    if !grows || frames.saturating_mul(stage.channels) <= MAX_WHOLE {
        return Ok(());
    }
    let seconds = frames as f64 / stage.hz();
    let problem = format!(
        "the recording would become {seconds:.0} s long, more than the {MAX_WHOLE} samples that fit: stretch it less, \
         cut tails, or process a part of it"
    );
    Err(EffectsError::Structure { place: place.clone(), problem })
}
