use rae_dsp::AudioBuffer;
use serde::{Deserialize, Serialize};

use super::vocoder::stretched;
use crate::EffectsError;
use crate::chain::{GoOn, Place, Stage, within};

/// A recording made longer or shorter at its pitch.
///
/// A phase vocoder whose phases are locked around peaks: J. Laroche, M. Dolson, "Improved phase vocoder time-scale modification
/// of audio", IEEE Trans. Speech Audio Process. 7(3), 1999, doi:10.1109/89.759041. All channels of a pair are turned alike, so
/// places stay; around onsets nothing is stretched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TimeStretch {
    /// Length afterwards over length before, 0.25 to 4.
    pub ratio: f64,
}

impl Default for TimeStretch {
    fn default() -> TimeStretch {
        TimeStretch { ratio: 1.0 }
    }
}

impl TimeStretch {
    pub(crate) fn check(&self, place: &Place) -> Result<(), EffectsError> {
        within(&place.named("time_stretch"), "ratio", self.ratio, 0.25..=4.0)
    }

    pub(crate) fn apply(
        &self,
        sound: AudioBuffer,
        stage: &Stage,
        go_on: &mut GoOn<'_>,
    ) -> Result<AudioBuffer, EffectsError> {
        if self.ratio == 1.0 { Ok(sound) } else { stretched(&sound, self.ratio, stage.rate, go_on) }
    }
}
