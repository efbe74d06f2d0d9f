use rae_dsp::AudioBuffer;
use serde::{Deserialize, Serialize};

use super::resample::resampled;
use super::vocoder::stretched;
use crate::EffectsError;
use crate::chain::{GoOn, Place, Stage, within};

/// A recording at another pitch, as long as before: stretched by the ratio of frequencies, then read so much faster.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PitchShift {
    /// −24 to 24; parts of semitones count.
    pub semitones: f64,
}

impl PitchShift {
    pub(crate) fn check(&self, place: &Place) -> Result<(), EffectsError> {
        within(&place.named("pitch_shift"), "semitones", self.semitones, -24.0..=24.0)
    }

    /// Of frequencies.
    pub(crate) fn ratio(&self) -> f64 {
        (self.semitones / 12.0).exp2()
    }

    pub(crate) fn apply(
        &self,
        sound: AudioBuffer,
        stage: &Stage,
        go_on: &mut GoOn<'_>,
    ) -> Result<AudioBuffer, EffectsError> {
        if self.semitones == 0.0 {
            return Ok(sound);
        }
        let ratio = self.ratio();
        let longer = stretched(&sound, ratio, stage.rate, go_on)?;
        let mut shifted = AudioBuffer::new(sound.channels(), sound.frames());
        for channel in 0..sound.channels() {
            resampled(longer.channel(channel), ratio, shifted.channel_mut(channel), go_on)?;
        }
        Ok(shifted)
    }
}
