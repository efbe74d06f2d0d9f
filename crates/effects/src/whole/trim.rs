use rae_dsp::AudioBuffer;
use rae_units::{Decibels, Seconds};
use serde::{Deserialize, Serialize};

use crate::EffectsError;
use crate::chain::{Place, Stage, within};

/// Keeps a part of a recording.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Trim {
    /// Where the part begins, in seconds from the start.
    pub start_s: f64,
    /// Where it ends, in seconds from the start; without it, at the recording's end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_s: Option<f64>,
    /// Takes away what is softer at both ends of that, −120 to −20 dBFS; without it, nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silence_db: Option<f64>,
}

const LONGEST: f64 = 1e6;

impl Trim {
    pub(crate) fn check(&self, place: &Place) -> Result<(), EffectsError> {
        let place = &place.named("trim");
        within(place, "start_s", self.start_s, 0.0..=LONGEST)?;
        self.end_s.map_or(Ok(()), |end| within(place, "end_s", end, self.start_s..=LONGEST))?;
        self.silence_db.map_or(Ok(()), |level| within(place, "silence_db", level, -120.0..=-20.0))
    }

    /// The most frames that are left of any recording.
    pub(crate) fn most_frames(&self, stage: &Stage) -> usize {
        self.end_s.map_or(usize::MAX, |end| stage.frames(Seconds(end)) - stage.frames(Seconds(self.start_s)))
    }

    pub(crate) fn apply(&self, mut sound: AudioBuffer, stage: &Stage) -> AudioBuffer {
        let frame = |seconds: f64| stage.frames(Seconds(seconds)).min(sound.frames());
        let start = frame(self.start_s);
        sound.keep(start..self.end_s.map_or(sound.frames(), frame).max(start));
        if let Some(level) = self.silence_db {
            let threshold = Decibels(level).amplitude() as f32;
            let loud = |sample: &f32| sample.abs() > threshold;
            let channels = (0..sound.channels()).map(|channel| sound.channel(channel));
            let first = channels.clone().filter_map(|samples| samples.iter().position(loud)).min();
            let last = channels.filter_map(|samples| samples.iter().rposition(loud)).max();
            sound.keep(first.unwrap_or(0)..last.map_or(0, |last| last + 1));
        }
        sound
    }
}
