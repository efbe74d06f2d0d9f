use rae_dsp::AudioBuffer;
use rae_dsp::impulse_response::{self, Hall, HallPoint};
use rae_units::{Decibels, SampleRate, Seconds};
use serde::{Deserialize, Serialize};

use super::early;
use crate::chain::{Place, within};
use crate::{EffectsError, MAX_REVERB_TIME};

const SEED: u64 = 0x7370_6163;

/// Metres that sound travels in a second.
pub(super) const SPEED: f64 = 343.0;

/// A room by its properties: early reflections between the walls of a box, then noise that decays at each frequency at its
/// own pace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Space {
    /// Time in which 1 kHz decays by 60 dB, 0.05 to 20 s. After 20 s the response ends, also where lows decay more slowly.
    pub time_s: f64,
    /// The room's length, 1 to 100 m: when the reflections come. Its width is 0.73, its height 0.45 of that.
    pub size_m: f64,
    /// Decay time of 125 Hz and less over that of 1 kHz, 0.2 to 2.
    pub low_ratio: f64,
    /// Decay time of 8 kHz over that of 1 kHz, 0.1 to 1.5.
    pub high_ratio: f64,
    /// Level of 8 kHz beside 1 kHz when the decay begins, −24 to 6 dB.
    pub brightness_db: f64,
    /// Energy of the early reflections beside that of the rest, −60 (none) to 12 dB.
    pub early_db: f64,
}

impl Default for Space {
    /// A concert hall.
    fn default() -> Space {
        super::Preset::Hall.space()
    }
}

impl Space {
    /// [`Space::early_db`] without any reflections.
    pub const NO_EARLY_DB: f64 = -60.0;

    pub(super) fn check(&self, place: &Place) -> Result<(), EffectsError> {
        within(place, "time_s", self.time_s, 0.05..=MAX_REVERB_TIME.0)?;
        within(place, "size_m", self.size_m, 1.0..=100.0)?;
        within(place, "low_ratio", self.low_ratio, 0.2..=2.0)?;
        within(place, "high_ratio", self.high_ratio, 0.1..=1.5)?;
        within(place, "brightness_db", self.brightness_db, -24.0..=6.0)?;
        within(place, "early_db", self.early_db, Space::NO_EARLY_DB..=12.0)
    }

    /// How long the response is.
    pub(super) fn length(&self) -> Seconds {
        let late = self.time_s * self.low_ratio.max(self.high_ratio).max(1.0);
        Seconds((late + self.onset()).min(MAX_REVERB_TIME.0))
    }

    /// Seconds from the direct sound to the diffuse one: the way between two walls, on the average 4·volume/surface.
    fn onset(&self) -> f64 {
        0.435 * self.size_m / SPEED
    }

    /// The response: at 44.1 kHz of unit energy per channel, at other rates as loud at each frequency.
    pub(super) fn response(&self, rate: SampleRate) -> AudioBuffer {
        let frames = self.length().frames(rate).0.max(1) as usize;
        let mut sum = self.late(rate, frames);
        let early_gain = Decibels(self.early_db).amplitude();
        if self.early_db > Space::NO_EARLY_DB {
            let early = early::reflections(self, rate, frames);
            let scale = 1.0 / (1.0 + early_gain * early_gain).sqrt();
            for (sample, early) in sum.planar_mut().iter_mut().zip(early.planar()) {
                *sample = (scale * (f64::from(*sample) + early_gain * f64::from(*early))) as f32;
            }
        }
        sum
    }

    /// The diffuse part, exactly so many frames.
    fn late(&self, rate: SampleRate, frames: usize) -> AudioBuffer {
        let (low, high) = (self.time_s * self.low_ratio, self.time_s * self.high_ratio);
        let point = |hz, level, rt60| HallPoint { hz, level: Decibels(level), rt60: Seconds(rt60) };
        let hall = Hall {
            pre_delay: Seconds(0.0),
            onset: Seconds(0.5 * self.onset()),
            length: frames_as_seconds(frames, rate),
            points: vec![
                point(30.0, -18.0, low),
                point(125.0, -3.0, low),
                point(300.0, 0.0, 0.5 * (low + self.time_s)),
                point(1000.0, 0.0, self.time_s),
                point(2000.0, self.brightness_db / 5.0, self.time_s.powf(0.6) * high.powf(0.4)),
                point(8000.0, self.brightness_db, high),
                point(16_000.0, 1.8 * self.brightness_db - 4.0, 0.75 * high),
            ],
        };
        impulse_response::hall(&hall, rate, SEED)
    }
}

fn frames_as_seconds(frames: usize, rate: SampleRate) -> Seconds {
    Seconds(frames as f64 / f64::from(rate.hz()))
}
