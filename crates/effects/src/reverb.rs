//! The two reverbs of the house, as impulse responses.

use rae_dsp::AudioBuffer;
use rae_dsp::impulse_response::{self, Hall, HallPoint};
use rae_units::{Decibels, SampleRate, Seconds};

use crate::EffectsError;

/// The longest reverb that can be asked for.
pub const MAX_REVERB_TIME: Seconds = Seconds(20.0);

pub(crate) const MAX_RATE: SampleRate = SampleRate::new(768_000).unwrap();

const ROOM_SEED: u64 = 0x726f_6f6d;
const HALL_SEED: u64 = 0x6861_6c6c;

/// Which reverbs sound, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReverbSettings {
    /// Share of the asked-for reverb, 0 to 1: out = (1 − wet)·dry + wet·(h ∗ dry). `None` switches it off.
    pub wet: Option<f32>,
    /// Length of the asked-for reverb's impulse response, over which it decays by 60 dB.
    pub time: Seconds,
    /// Whether the send hall sounds.
    pub hall: bool,
}

impl Default for ReverbSettings {
    /// 30 % wet, 100 ms (4410 samples at 44.1 kHz), hall on.
    fn default() -> Self {
        ReverbSettings { wet: Some(0.3), time: Seconds(0.1), hall: true }
    }
}

impl ReverbSettings {
    /// Checks the values against their ranges.
    pub(crate) fn validate(&self) -> Result<(), EffectsError> {
        if let Some(wet) = self.wet {
            if !(0.0..=1.0).contains(&wet) {
                return Err(EffectsError::Wet(wet));
            }
            if !(self.time.0 > 0.0 && self.time.0 <= MAX_REVERB_TIME.0) {
                return Err(EffectsError::ReverbTime(self.time));
            }
        }
        Ok(())
    }
}

/// The asked-for reverb: decorrelated stereo noise, decaying by 60 dB over its length, unit energy per channel.
pub fn room_response(time: Seconds, rate: SampleRate) -> AudioBuffer {
    let frames = time.frames(rate).0 as usize;
    impulse_response::exponential(frames, time.0 * f64::from(rate.hz()), ROOM_SEED)
}

/// The send hall: about 1.2 s of reverberation after a short pre-delay, warm at first and darker as it decays, thin in
/// the bass so that it does not boom; decorrelated, unit energy per channel at 44.1 kHz and as loud at every rate.
pub fn send_hall_response(rate: SampleRate) -> AudioBuffer {
    impulse_response::hall(&send_hall(), rate, HALL_SEED)
}

fn send_hall() -> Hall {
    let point = |hz, level, rt60| HallPoint { hz, level: Decibels(level), rt60: Seconds(rt60) };
    Hall {
        pre_delay: Seconds(0.012),
        onset: Seconds(0.004),
        length: Seconds(1.2),
        points: vec![
            point(40.0, -18.0, 1.2),
            point(100.0, -5.0, 1.3),
            point(250.0, 0.0, 1.3),
            point(1000.0, 0.0, 1.25),
            point(2000.0, -1.0, 1.2),
            point(4000.0, -4.0, 1.0),
            point(8000.0, -10.0, 0.7),
            point(16_000.0, -20.0, 0.4),
        ],
    }
}
