use serde::{Deserialize, Serialize};

use crate::EffectsError;
use crate::chain::{Place, Stage};

/// What a detector listens to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sidechain {
    /// The effect's own input.
    #[default]
    Input,
    /// The sound that the chain is given beside its input, as late as that is here. Channel by channel if it has as many, else
    /// its loudest channel counts.
    External,
}

impl Sidechain {
    pub(super) fn check(self, place: &Place, stage: &Stage) -> Result<(), EffectsError> {
        if self == Sidechain::Input || stage.sidechain > 0 {
            return Ok(());
        }
        let problem = "its sidechain is external, and no other sound is given here: name one, or take sidechain out";
        Err(EffectsError::Structure { place: place.clone(), problem: problem.into() })
    }

    /// Channels that the detector hears.
    pub(super) fn channels(self, stage: &Stage) -> usize {
        match self {
            Sidechain::Input => stage.channels,
            Sidechain::External => stage.sidechain,
        }
    }
}
