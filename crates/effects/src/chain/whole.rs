//! Chains on whole recordings.

use std::sync::Arc;

use rae_dsp::AudioBuffer;

use super::effect::first_for_whole;
use super::planes::scrub;
use super::{Chain, Place, Prepared, Setup, Slot, Tail};
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
    /// As [`Chain::prepare_for`]; an effect for whole recordings within a branch.
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
        let blocks = |sound: AudioBuffer, effects: &[Slot], tail: Tail| {
            if effects.is_empty() && matches!(tail, Tail::Cut | Tail::Keep) {
                return sound;
            }
            let chain = Chain { description: String::new(), effects: effects.to_vec() };
            Prepared::started(chain, stage.clone(), Arc::clone(&setup.files)).process_whole(&sound, tail)
        };
        let between = if tail == Tail::Cut { Tail::Cut } else { Tail::Keep };
        let (mut sound, mut rest) = (input.clone(), &self.effects[..]);
        scrub(sound.planar_mut());
        while let Some(index) = rest.iter().position(|slot| slot.effect.is_for_whole()) {
            sound = blocks(sound, &rest[..index], between);
            if !rest[index].bypass {
                sound = rest[index].effect.apply(sound, &stage);
            }
            rest = &rest[index + 1..];
        }
        Ok(blocks(sound, rest, tail))
    }
}
