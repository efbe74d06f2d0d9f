//! The two reverbs of the house, as impulse responses.

use rae_dsp::AudioBuffer;
use rae_dsp::impulse_response::{self, Hall, HallPoint};
use rae_dsp::sends::{ReverbKind, ReverbSend, Sends};
use rae_units::{Decibels, SampleRate, Seconds};

use crate::EffectsError;
use crate::cut::Cut;

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
    send_response(&Sends::DEFAULT.reverb, rate)
}

/// The send reverb of any kind but "off", at the level 1: as loud as the hall; a delay's echoes have unit energy together.
/// Times beyond [`MAX_REVERB_TIME`] are that, and those of a delay and of the silence before at most a second.
pub fn send_response(send: &ReverbSend, rate: SampleRate) -> AudioBuffer {
    let time = send.time.0.clamp(0.01, MAX_REVERB_TIME.0);
    let response = match send.kind {
        ReverbKind::Delay => echoes(time.min(1.0), send.feedback, [true, true], rate),
        ReverbKind::PanningDelay => echoes(time.min(1.0), send.feedback, [true, false], rate),
        ReverbKind::Off | ReverbKind::Room | ReverbKind::Hall | ReverbKind::Plate => {
            impulse_response::hall(&space(send.kind, time / HALL_TIME), rate, HALL_SEED)
        }
    };
    if (send.pre_delay, send.low_cut, send.high_cut) == (Seconds(0.0), None, None) {
        return response;
    }
    let silence = Seconds(send.pre_delay.0.clamp(0.0, 1.0)).frames(rate).0 as usize;
    let mut later = AudioBuffer::new(2, silence + response.frames());
    for side in 0..2 {
        let out = &mut later.channel_mut(side)[silence..];
        out.copy_from_slice(response.channel(side));
        if let Some(hz) = send.low_cut {
            Cut::new(hz, rate).apply(out, |sample, low| sample - low);
        }
        if let Some(hz) = send.high_cut {
            Cut::new(hz, rate).apply(out, |_, low| low);
        }
    }
    later
}

/// Decay time at 1 kHz of the tables below.
const HALL_TIME: f64 = Sends::DEFAULT.reverb.time.0;

/// Frequency, level in decibels and decay time. The hall darkens; a room's walls take less off, and evenly; a plate is
/// bright.
type Points = [(f64, f64, f64); 8];
const HALL: Points = [
    (40.0, -18.0, 1.2),
    (100.0, -5.0, 1.3),
    (250.0, 0.0, 1.3),
    (1000.0, 0.0, 1.25),
    (2000.0, -1.0, 1.2),
    (4000.0, -4.0, 1.0),
    (8000.0, -10.0, 0.7),
    (16_000.0, -20.0, 0.4),
];
const ROOM: Points = [
    (40.0, -18.0, 1.0),
    (100.0, -6.0, 1.1),
    (250.0, -1.0, 1.2),
    (1000.0, 0.0, 1.25),
    (2000.0, 0.0, 1.25),
    (4000.0, -2.0, 1.15),
    (8000.0, -7.0, 0.9),
    (16_000.0, -16.0, 0.6),
];
const PLATE: Points = [
    (40.0, -20.0, 1.0),
    (100.0, -8.0, 1.2),
    (250.0, -2.0, 1.3),
    (1000.0, 0.0, 1.25),
    (2000.0, 0.5, 1.25),
    (4000.0, 0.0, 1.2),
    (8000.0, -3.0, 1.0),
    (16_000.0, -10.0, 0.7),
];

/// A space with all its times stretched.
fn space(kind: ReverbKind, stretch: f64) -> Hall {
    let (points, pre_delay, onset) = match kind {
        ReverbKind::Room => (ROOM, 0.004, 0.001),
        ReverbKind::Plate => (PLATE, 0.001, 0.000_5),
        _ => (HALL, 0.012, 0.004),
    };
    let point = |(hz, level, rt60)| HallPoint { hz, level: Decibels(level), rt60: Seconds(rt60 * stretch) };
    Hall {
        pre_delay: Seconds(pre_delay),
        onset: Seconds(onset),
        length: Seconds(1.2 * stretch),
        points: points.into_iter().map(point).collect(),
    }
}

/// Seconds over which a delay's echoes reach.
const MOST_ECHOES: f64 = 10.0;

/// Echoes down to −60 dB; `left_and_right` says to which sides the first goes, and it changes with every echo unless it is
/// both.
fn echoes(time: f64, feedback: f64, left_and_right: [bool; 2], rate: SampleRate) -> AudioBuffer {
    let feedback = feedback.clamp(0.0, 0.95);
    let count = if feedback > 0.0 { 1 + (1e-3f64.ln() / feedback.ln()) as usize } else { 1 };
    let count = count.min((MOST_ECHOES / time) as usize).max(1);
    let step = (Seconds(time).frames(rate).0 as usize).max(1);
    let mut buffer = AudioBuffer::new(2, count * step + 1);
    let scale = (1.0 - feedback * feedback).sqrt();
    for side in 0..2 {
        let channel = buffer.channel_mut(side);
        for echo in 0..count {
            let turned = echo % 2 == 1 && left_and_right[0] != left_and_right[1];
            if left_and_right[side] != turned {
                channel[(echo + 1) * step] = (scale * feedback.powi(echo as i32)) as f32;
            }
        }
    }
    buffer
}
