//! What songs ask of the send effects: GS macros, XG types and the global parameters of General MIDI 2 (CA-024).
//!
//! General MIDI 2 gives units, and they serve all: a reverb time of e^((v − 40)/40) s, 0.122 Hz of chorus rate a step, and
//! (v + 1)/3.2 ms of sway from end to end. The types of GS have the times of those of General MIDI 2 that they resemble,
//! and their own time parameter moves that from the type's default in the same steps.

use rae_dsp::sends::{ReverbKind, ReverbSend, Sends};
use rae_midi::sysex::{EffectSetting, PortSetting};
use rae_midi::{Action, PORT, Request, Router};
use rae_units::Seconds;

/// Seconds of a reverb time of General MIDI 2.
fn time(value: f64) -> Seconds {
    Seconds(((value - 40.0) * 0.025).exp())
}

/// A step of the delay time of GS, which gives no unit.
const DELAY_STEP: f64 = 0.004;

/// The low-pass of GS, which has no units: where its first step would lie, and how many there are to an octave.
const OPEN_HZ: f64 = 16_000.0;
const STEPS_AN_OCTAVE: f64 = 1.5;

/// Its steps with which the types begin.
const GS_HIGH_CUTS: [u8; 8] = [3, 4, 0, 4, 0, 0, 0, 0];

/// Kind and reverb time, in the values of General MIDI 2.
const ROOMS: [(ReverbKind, u8); 3] = [(ReverbKind::Room, 44), (ReverbKind::Room, 50), (ReverbKind::Room, 56)];
const HALL: (ReverbKind, u8) = (ReverbKind::Hall, 64);
const PLATE: (ReverbKind, u8) = (ReverbKind::Plate, 50);

/// Rate and depth of the types of chorus: four choruses, feedback chorus and flanger, whose feedback is not rendered.
const CHORUSES: [(u8, u8); 6] = [(3, 5), (9, 19), (3, 19), (9, 16), (2, 24), (1, 5)];

/// The settings as they stand.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    sends: Sends,
    /// What the time parameter of GS adds to for the value of General MIDI 2.
    gs_time: i16,
    /// The step of GS's low-pass with which the type begins.
    gs_high_cut: u8,
}

impl Asked {
    fn take(&mut self, setting: EffectSetting) {
        let Sends { reverb, chorus } = &mut self.sends;
        let level = |value: u8| f32::from(value) / 64.0;
        match setting {
            EffectSetting::GsReverb(number) => self.gs_reverb(number),
            EffectSetting::GsReverbTime(value) => {
                reverb.time = match reverb.kind {
                    ReverbKind::Delay | ReverbKind::PanningDelay => Seconds(DELAY_STEP * f64::from(value.max(1))),
                    _ => time(f64::from(self.gs_time + i16::from(value))),
                }
            }
            EffectSetting::GsFeedback(value) => reverb.feedback = f64::from(value) / 128.0,
            EffectSetting::Gm2Reverb(number) => match number {
                0..=2 => self.set_reverb(ROOMS[usize::from(number)]),
                3 | 4 => self.set_reverb(HALL),
                8 => self.set_reverb(PLATE),
                _ => {}
            },
            EffectSetting::Gm2ReverbTime(value) => reverb.time = time(f64::from(value)),
            EffectSetting::GsChorus(number) | EffectSetting::Gm2Chorus(number) => {
                if let Some(&(rate, depth)) = CHORUSES.get(usize::from(number)) {
                    self.take(EffectSetting::ChorusRate(rate));
                    self.take(EffectSetting::ChorusDepth(depth));
                }
            }
            EffectSetting::XgReverb(high, low) => match high {
                0x00 => reverb.kind = ReverbKind::Off,
                0x02 | 0x10..=0x13 => self.set_reverb(ROOMS[usize::from(low.min(2))]),
                0x04 => self.set_reverb(PLATE),
                _ => self.set_reverb(HALL),
            },
            EffectSetting::XgReverbTime(value) => reverb.time = xg_time(value),
            // Table 5: from 0.1 ms, 1.58 ms a step.
            EffectSetting::XgPreDelay(value) => {
                reverb.pre_delay = Seconds((0.1 + 1.58 * f64::from(value.min(63))) / 1000.0)
            }
            EffectSetting::XgLowCut(value) => reverb.low_cut = (value > 0).then(|| xg_frequency(value)),
            EffectSetting::XgHighCut(value) => reverb.high_cut = (value < 60).then(|| xg_frequency(value)),
            EffectSetting::GsPreDelay(value) => reverb.pre_delay = Seconds(f64::from(value) / 1000.0),
            EffectSetting::GsHighCut(value) => {
                let steps = value.min(7).saturating_sub(self.gs_high_cut);
                reverb.high_cut = (steps > 0).then(|| OPEN_HZ * (-f64::from(steps) / STEPS_AN_OCTAVE).exp2());
            }
            // Celeste has a wider sway, the flanger a slow and narrow one.
            EffectSetting::XgChorus(high) => match high {
                0x00 => chorus.level = 0.0,
                0x42 => self.take(EffectSetting::GsChorus(1)),
                0x43 => self.take(EffectSetting::GsChorus(5)),
                _ => self.take(EffectSetting::GsChorus(2)),
            },
            EffectSetting::ReverbLevel(value) => reverb.level = level(value),
            EffectSetting::ChorusLevel(value) => chorus.level = level(value),
            EffectSetting::ChorusRate(value) => chorus.rate = 0.122 * f64::from(value),
            EffectSetting::ChorusDepth(value) => chorus.sway = Seconds((f64::from(value) + 1.0) / 3.2 / 1000.0 / 2.0),
        }
    }

    fn set_reverb(&mut self, (kind, value): (ReverbKind, u8)) {
        let reverb = &mut self.sends.reverb;
        let ReverbSend { pre_delay, low_cut, high_cut, .. } = Sends::DEFAULT.reverb;
        *reverb = ReverbSend { kind, time: time(f64::from(value)), pre_delay, low_cut, high_cut, ..*reverb };
    }

    /// Room 1 to 3, hall 1 and 2, plate, delay, panning delay, with their default times and feedbacks.
    fn gs_reverb(&mut self, number: u8) {
        let (like, default) = match number {
            0..=2 => (ROOMS[usize::from(number)], [80, 56, 64][usize::from(number)]),
            3 => (HALL, 72),
            4 => (HALL, 64),
            5 => (PLATE, 88),
            6 => ((ReverbKind::Delay, 0), 32),
            7 => ((ReverbKind::PanningDelay, 0), 64),
            _ => return,
        };
        self.gs_time = i16::from(like.1) - i16::from(default);
        self.gs_high_cut = GS_HIGH_CUTS[usize::from(number)];
        self.set_reverb(like);
        self.take(EffectSetting::GsReverbTime(default));
        self.take(EffectSetting::GsFeedback(match number {
            6 => 40,
            7 => 32,
            _ => 0,
        }));
        self.take(EffectSetting::ReverbLevel(64));
    }
}

/// Table 3 of the effect parameters of XG: 20 steps a decade, from 20 Hz.
fn xg_frequency(value: u8) -> f64 {
    20.0 * 10f64.powf(f64::from(value.min(60)) / 20.0)
}

/// Table 4 of the effect parameters of XG: tenths to 5 s, halves to 10, whole ones to 20, then 25 and 30.
fn xg_time(value: u8) -> Seconds {
    let value = f64::from(value.min(69));
    Seconds(match value {
        0.0..=47.0 => 0.3 + 0.1 * value,
        48.0..=57.0 => 5.5 + 0.5 * (value - 48.0),
        58.0..=67.0 => 11.0 + (value - 58.0),
        _ => 25.0 + 5.0 * (value - 68.0),
    })
}

/// Follows what a song asks of the send effects. Of several ports the latest counts.
#[derive(Clone, Debug)]
pub struct AskedSends {
    router: Router,
    asked: Asked,
}

impl AskedSends {
    /// Of a song with so many channels that has asked for nothing yet.
    pub fn new(channels: u16) -> AskedSends {
        AskedSends { router: Router::new(usize::from(channels).div_ceil(PORT)), asked: Asked::default() }
    }

    /// Takes what an action asks for.
    pub fn hear(&mut self, action: &Action) {
        let AskedSends { router, asked } = self;
        if matches!(action, Action::SysEx { .. }) {
            router.route(action, |request| match request {
                Request::Port(_, PortSetting::Effect(setting)) => asked.take(setting),
                Request::Reset(..) => *asked = Asked::default(),
                _ => {}
            });
        }
    }

    /// The effects as they stand.
    pub fn sends(&self) -> Sends {
        self.asked.sends
    }
}
