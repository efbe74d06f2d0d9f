//! From generator values to what a voice does: pitch, gains, filter and times.

use rae_soundfont::Generator;

use super::KeySetup;
use super::envelope::{EnvelopeTimes, FLOOR_DB};
use super::modulation::clamp_generators;
use super::power::exp2;
use crate::program::{Layer, Values};

/// Frequency of absolute cent 0.
const CENT_ZERO_HZ: f64 = 8.175_798_915_643_707;

/// Timecents at and below which a time is zero.
const ZERO_TIME: f32 = -12_000.0;

/// Shortest attack, of both envelopes: anything less clicks.
const SHORTEST_ATTACK: f64 = 0.001;

/// What is played on a layer, apart from its generators.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pitching {
    /// Key after transposition and the keynum generator.
    pub(crate) key: f32,
    /// Tuning tables, channel tuning and master tuning, cents.
    pub(crate) tuning: f32,
    /// Master volume, an amplitude.
    pub(crate) volume: f32,
    pub(crate) key_setup: KeySetup,
    /// An amplitude, by controllers' destinations.
    pub(crate) swell: f32,
    /// An amplitude of what goes to no effect.
    pub(crate) dry: f32,
}

/// One low-frequency oscillator's timing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct LfoTimes {
    pub(crate) delay: u64,
    pub(crate) cycles_per_frame: f64,
}

/// A voice's parameters at one moment. Cents, decibels and frames.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Articulation {
    pub(crate) pitch: f64,
    /// Cents per key.
    pub(crate) scale: f64,
    pub(crate) mod_lfo_to_pitch: f64,
    pub(crate) vib_lfo_to_pitch: f64,
    pub(crate) mod_env_to_pitch: f64,
    pub(crate) cutoff: f64,
    pub(crate) mod_lfo_to_cutoff: f64,
    pub(crate) mod_env_to_cutoff: f64,
    pub(crate) resonance: f64,
    pub(crate) mod_lfo_to_level: f64,
    /// Amplitudes to left, right, reverb and chorus.
    pub(crate) gains: [f32; 4],
    /// Attenuation without envelope, decibels.
    pub(crate) attenuation: f32,
    pub(crate) volume: EnvelopeTimes,
    pub(crate) modulation: EnvelopeTimes,
    pub(crate) mod_lfo: LfoTimes,
    pub(crate) vib_lfo: LfoTimes,
    /// A release of no length: the voice is cut as quickly as a click allows.
    pub(crate) cuts_off: bool,
}

impl Articulation {
    /// From modulated generators, which are clamped to their ranges on the way.
    pub(crate) fn new(layer: &Layer, values: &mut Values, pitching: &Pitching, rate: f64) -> Articulation {
        clamp_generators(values);
        let value = |generator: Generator| values[generator as usize];
        let cents = |generator| f64::from(value(generator));
        let lfo = |delay, frequency| LfoTimes {
            delay: frames(value(delay), rate),
            cycles_per_frame: absolute_cents_to_hz(cents(frequency)) / rate,
        };
        let tracked = |time, tracking| {
            let time = value(time);
            if time <= ZERO_TIME { 0 } else { frames(time + value(tracking) * (60.0 - pitching.key), rate) }
        };
        let attack = |time| whole(timecents_to_seconds(value(time)).max(SHORTEST_ATTACK) * rate);
        let pitch = (pitching.key - layer.root_key) * value(Generator::ScaleTuning)
            + layer.correction
            + 100.0 * value(Generator::CoarseTune)
            + value(Generator::FineTune)
            + pitching.tuning
            + pitching.key_setup.cents;
        let KeySetup { level, reverb, chorus, .. } = pitching.key_setup;
        let amplitude =
            10f32.powf(-value(Generator::InitialAttenuation) / 200.0) * pitching.volume * level * pitching.swell;
        let angle = (value(Generator::Pan) + 500.0) / 1000.0 * std::f32::consts::FRAC_PI_2;
        Articulation {
            pitch: f64::from(pitch),
            scale: cents(Generator::ScaleTuning),
            mod_lfo_to_pitch: cents(Generator::ModLfoToPitch),
            vib_lfo_to_pitch: cents(Generator::VibLfoToPitch),
            mod_env_to_pitch: cents(Generator::ModEnvToPitch),
            cutoff: cents(Generator::InitialFilterFc),
            mod_lfo_to_cutoff: cents(Generator::ModLfoToFilterFc),
            mod_env_to_cutoff: cents(Generator::ModEnvToFilterFc),
            resonance: cents(Generator::InitialFilterQ) / 10.0,
            mod_lfo_to_level: cents(Generator::ModLfoToVolume) / 10.0,
            gains: [
                amplitude * pitching.dry * right_angle_cos(angle),
                amplitude * pitching.dry * right_angle_cos(std::f32::consts::FRAC_PI_2 - angle),
                amplitude * reverb.level(value(Generator::ReverbEffectsSend)) / 1000.0,
                amplitude * chorus.level(value(Generator::ChorusEffectsSend)) / 1000.0,
            ],
            attenuation: value(Generator::InitialAttenuation) / 10.0,
            volume: EnvelopeTimes {
                delay: frames(value(Generator::DelayVolEnv), rate),
                attack: attack(Generator::AttackVolEnv),
                hold: tracked(Generator::HoldVolEnv, Generator::KeynumToVolEnvHold),
                decay: tracked(Generator::DecayVolEnv, Generator::KeynumToVolEnvDecay),
                sustain: (-cents(Generator::SustainVolEnv) / 10.0).max(FLOOR_DB),
                release: frames(value(Generator::ReleaseVolEnv), rate),
            },
            modulation: EnvelopeTimes {
                delay: frames(value(Generator::DelayModEnv), rate),
                attack: attack(Generator::AttackModEnv),
                hold: tracked(Generator::HoldModEnv, Generator::KeynumToModEnvHold),
                decay: tracked(Generator::DecayModEnv, Generator::KeynumToModEnvDecay),
                sustain: 1.0 - cents(Generator::SustainModEnv) / 1000.0,
                release: frames(value(Generator::ReleaseModEnv), rate),
            },
            mod_lfo: lfo(Generator::DelayModLfo, Generator::FreqModLfo),
            vib_lfo: lfo(Generator::DelayVibLfo, Generator::FreqVibLfo),
            cuts_off: value(Generator::ReleaseVolEnv) <= ZERO_TIME,
        }
    }

    /// Whether the pitch moves, `still` being whether the modulation envelope does not.
    pub(crate) fn moves_pitch(&self, still: bool) -> bool {
        self.mod_lfo_to_pitch != 0.0 || self.vib_lfo_to_pitch != 0.0 || (self.mod_env_to_pitch != 0.0 && !still)
    }

    /// Whether the cutoff moves, `still` being whether the modulation envelope does not.
    pub(crate) fn moves_cutoff(&self, still: bool) -> bool {
        self.mod_lfo_to_cutoff != 0.0 || (self.mod_env_to_cutoff != 0.0 && !still)
    }
}

/// Cosine that is exactly 0 at the right angle, so that a hard-panned voice leaves nothing on the other side.
fn right_angle_cos(angle: f32) -> f32 {
    let cosine = angle.cos();
    if cosine < 1e-6 { 0.0 } else { cosine }
}

/// Frequency of absolute cents (8.176 Hz at 0).
pub(crate) fn absolute_cents_to_hz(cents: f64) -> f64 {
    CENT_ZERO_HZ * exp2(cents / 1200.0)
}

fn timecents_to_seconds(timecents: f32) -> f64 {
    if timecents <= ZERO_TIME { 0.0 } else { exp2(f64::from(timecents) / 1200.0) }
}

fn frames(timecents: f32, rate: f64) -> u64 {
    whole(timecents_to_seconds(timecents) * rate)
}

/// The nearest whole number to one that is not negative, as `f64::round` has it; that is a call, and every voice that starts
/// has a dozen of them.
#[inline]
pub(super) fn whole(x: f64) -> u64 {
    let below = x as u64;
    below.saturating_add(u64::from(x - below as f64 >= 0.5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_as_the_library_does() {
        for i in 0..10_000u32 {
            let x = f64::from(i) * 0.125 + f64::from(i % 7) * 1e-9;
            assert_eq!(whole(x), x.round() as u64, "{x}");
        }
        let under = 0.5f64.next_down();
        assert_eq!(
            [under, 0.5, 1e8 + 0.5, 4e15, 1e30].map(whole),
            [0, 1, 100_000_001, 4_000_000_000_000_000, u64::MAX]
        );
    }
}
