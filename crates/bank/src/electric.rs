//! Electric pianos in frequency modulation.

use std::f64::consts::TAU;

use crate::assemble::{Bank, Placed, Tone, keyboard};
use crate::synthesis::{MARGIN, Sound, fit, key_hz, loop_of};

/// One pair of FM operators: ratio and index of the modulator, and how fast it calms down (seconds).
struct Pair {
    ratio: f64,
    index: f64,
    calm: f64,
    rest: f64,
    gain: f32,
}

/// A period of a sine, for phases in cycles.
struct SineTable(Vec<f32>);

impl SineTable {
    const LENGTH: usize = 1 << 12;

    fn new() -> SineTable {
        let point = |i| (TAU * i as f64 / SineTable::LENGTH as f64).sin() as f32;
        SineTable((0..=SineTable::LENGTH).map(point).collect())
    }

    /// Linear between points: exact within 3e-7.
    fn at(&self, cycles: f32) -> f32 {
        // The offset makes the phase positive, so that truncation rounds down.
        let place = (cycles + 64.0) * SineTable::LENGTH as f32;
        let whole = place as usize;
        let i = whole & (SineTable::LENGTH - 1);
        self.0[i] + (self.0[i + 1] - self.0[i]) * (place - whole as f32)
    }
}

/// Frequency modulation (Chowning 1973) whose indices have come to rest when the loop begins.
fn fm(key: u8, pairs: &[Pair], seconds: f64, ratio_limit: f64) -> Sound {
    let hz = key_hz(key);
    let length = (24_000.0 * 0.1) as usize;
    let (cycles, rate) = fit(hz, length, (hz * ratio_limit).clamp(22_050.0, 40_000.0));
    let onset = (seconds * f64::from(rate)) as usize;
    let step = cycles as f64 / length as f64;
    let mut points = vec![0.0f32; onset + length + MARGIN];
    let sine = SineTable::new();
    for pair in pairs {
        let keep = (-1.0 / (pair.calm * f64::from(rate))).exp() as f32;
        let mut excess = (pair.index - pair.rest) as f32;
        let (mut phase, mut turn) = (0.0f64, 0.0f64);
        for (i, point) in points.iter_mut().enumerate() {
            let slack = (1.0 - i as f32 / onset as f32).max(0.0);
            let index = pair.rest as f32 + excess * slack;
            let bent = phase as f32 + sine.at(turn as f32) * index * std::f32::consts::FRAC_1_PI * 0.5;
            *point += sine.at(bent) * pair.gain;
            excess *= keep;
            phase = (i + 1) as f64 * step;
            phase -= (phase as i32) as f64;
            turn = phase * pair.ratio;
        }
    }
    Sound { points, rate, root: key, cycle: Some(onset..onset + length) }
}

/// Programs 4 and 5.
pub(crate) fn build(bank: &mut Bank) {
    let keys: Vec<u8> = (33..=96).step_by(7).collect();
    let softened = |key: u8| f64::from(72 - key.min(71)) / 36.0;
    let tine = bank.samples("Tine", &keys, |key| {
        let bark = 0.7 * softened(key) + 0.42;
        let pairs = [
            Pair { ratio: 1.0, index: 1.3 * bark + 0.45, calm: 0.5, rest: 0.75 * bark, gain: 1.0 },
            Pair { ratio: 14.0, index: 0.5, calm: 0.09, rest: 0.0, gain: 0.16 },
        ];
        fm(key, &pairs, 0.4, 34.0)
    });
    let digital = bank.samples("Digital EP", &keys, |key| {
        let bark = 0.5 * softened(key) + 0.3;
        let pairs = [
            Pair { ratio: 1.0, index: 1.1 * bark, calm: 0.6, rest: 0.25 * bark, gain: 0.8 },
            Pair { ratio: 3.0, index: 0.35, calm: 0.5, rest: 0.06, gain: 0.25 },
            Pair { ratio: 14.0, index: 0.9, calm: 0.25, rest: 0.0, gain: 0.2 },
        ];
        fm(key, &pairs, 0.4, 36.0)
    });
    // What a hard stroke adds: the reed or tine driven far over its pick-up.
    let bark = bank.samples("Bark", &keys, |key| {
        let pairs = [Pair { ratio: 1.0, index: 3.4, calm: 0.3, rest: 1.2, gain: 1.0 }];
        fm(key, &pairs, 0.3, 20.0)
    });
    let decay = |key: u8| 16.0 * ((60.0 - f32::from(key)) / 20.0).exp2();
    let zones = |placed: &[Placed]| keyboard(placed, |key| Tone::new().decay(decay(key), 100.0));
    let tone = Tone::new().release(0.6).filter(5500.0, 0.0).touch(4200).sends(15, 20);
    let first = bank.instrument("Electric Piano 1", &tone.clone().tremolo(0.8, 5.2), zones(&tine));
    let second = bank.instrument("Electric Piano 2", &tone, zones(&digital));
    let barking = keyboard(&bark, |key| Tone::new().decay(0.5 * decay(key), 100.0));
    let bark = Tone::new().release(0.5).only_when_hard(36.0).tremolo(0.8, 5.2).sends(15, 20);
    let bark = bank.instrument("Electric Bark", &bark, barking);
    bank.preset(4, "Electric Piano 1", &[(first, Tone::new().softer(3.0)), (bark, Tone::new())]);
    let wide = |pan: f32, cents| Tone::new().detune(0, cents).pan(pan).softer(3.0);
    bank.preset(
        5,
        "Electric Piano 2",
        &[(second, wide(-20.0, 4)), (second, wide(20.0, -4)), (bark, Tone::new().softer(9.0))],
    );
}

/// A plain sine with a short loop, for the simplest electronic sounds.
pub(crate) fn sine(key: u8) -> Sound {
    let length = 1024;
    let (cycles, rate) = fit(key_hz(key), length, 32_000.0);
    let wave: Vec<f32> = (0..length).map(|i| (TAU * (i * cycles) as f64 / length as f64).sin() as f32).collect();
    loop_of(&wave, rate, key)
}
