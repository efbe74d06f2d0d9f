//! Chains on whole recordings.

use std::sync::Arc;

use rae_dsp::AudioBuffer;

use super::effect::first_for_whole;
use super::limits::MAX_WHOLE;
use super::planes::scrub;
use super::{Chain, Place, Prepared, Setup, Slot, Stage, Tail};
use crate::EffectsError;

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
        assert_eq!(input.channels(), setup.channels, "number of channels");
        if let Some((place, name)) = first_for_whole(&self.effects, &Place::default(), true) {
            let problem = format!("{name} needs whole recordings and cannot lie within a branch: take it out");
            return Err(EffectsError::Structure { place, problem });
        }
        let stage = Prepared::checked(self, setup)?;
        self.check_growth(input, &stage)?;
        let blocks = |sound: AudioBuffer, effects: &[Slot], tail: Tail| {
            if effects.is_empty() && matches!(tail, Tail::Cut | Tail::Keep) {
                return Ok(sound);
            }
            let chain = Chain { description: String::new(), effects: effects.to_vec() };
            let mut prepared = Prepared::started(chain, stage.clone(), Arc::clone(&setup.files));
            let longer = tail.frames(&prepared);
            check_length(sound.frames().saturating_add(longer), longer > 0, &stage, &Place::default())?;
            Ok(prepared.process_whole(&sound, tail))
        };
        let between = if tail == Tail::Cut { Tail::Cut } else { Tail::Keep };
        let (mut sound, mut rest) = (input.clone(), &self.effects[..]);
        scrub(sound.planar_mut());
        while let Some(index) = rest.iter().position(|slot| slot.effect.is_for_whole()) {
            sound = blocks(sound, &rest[..index], between)?;
            if !rest[index].bypass {
                sound = rest[index].effect.apply(sound, &stage);
            }
            rest = &rest[index + 1..];
        }
        blocks(sound, rest, tail)
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
