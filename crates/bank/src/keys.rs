//! Pianos and struck bars, tubes and bells: sums of decaying partials, and the electric pianos in FM.

use std::f64::consts::TAU;

use crate::assemble::{Bank, Placed, Tone, keyboard};
use crate::synthesis::{MARGIN, Partial, Rng, Sound, additive, burst, fit, key_hz, loop_of, low_pass, mix, tilt};

/// Programs 0 to 5 and 8 to 14, and their relatives.
pub(crate) fn build(bank: &mut Bank) {
    pianos(bank);
    electric_pianos(bank);
    mallets(bank);
}

fn pianos(bank: &mut Bank) {
    let keys: Vec<u8> = (24..=105).step_by(6).collect();
    let placed = bank.short_samples("Piano", &keys, 2.5, piano);
    let zones = |brightness: f32| {
        keyboard(&placed, |key| {
            let octaves = (f32::from(key) - 60.0) / 12.0;
            let damped = if key >= 94 { piano_decay(key) } else { 0.5 };
            Tone::new()
                .decay(piano_decay(key), 100.0)
                .release(damped)
                .filter(brightness * (octaves * 0.45).exp2(), 0.0)
                .pan((octaves * 7.0).clamp(-20.0, 20.0))
        })
    };
    let tone = Tone::new().sends(18, 0);
    let grand = bank.instrument("Grand Piano", &tone.clone().touch(3600), zones(7000.0));
    let bright = bank.instrument("Bright Piano", &tone.touch(2000), zones(16_000.0));
    let plain = Tone::new();
    bank.preset(0, "Grand Piano", &[(grand, plain.clone())]);
    bank.preset(1, "Bright Piano", &[(bright, plain.clone())]);
    let chorused = |cents| Tone::new().detune(0, cents).sends(0, 25).softer(2.5);
    bank.preset(2, "Electric Grand", &[(bright, chorused(3)), (bright, chorused(-4))]);
    bank.preset(3, "Honky-tonk", &[(bright, chorused(11)), (bright, chorused(-9))]);
}

/// Seconds in which the slowest partial of a piano string falls by 100 dB.
fn piano_decay(key: u8) -> f32 {
    (26.0 * ((60.0 - f32::from(key)) / 17.0).exp2()).min(45.0)
}

/// Three hammered strings: stiff, struck at an eighth of its length, heard through a soundboard.
fn piano(key: u8) -> Sound {
    let hz = key_hz(key);
    let above_c4 = (f32::from(key) - 60.0) / 12.0;
    let length = 16_384;
    let (cycles, rate) = fit(hz, length, if key < 50 { 22_000.0 } else { 28_000.0 });
    let onset = (rate as f32 * (0.85 - 0.2 * above_c4).clamp(0.3, 1.1)) as usize;
    let mut rng = Rng::new(u64::from(key));

    // Inharmonicity typical of a medium grand (cf. Fletcher and Rossing, The Physics of Musical Instruments).
    let stiffness = 3.2e-4 * ((f64::from(key) - 60.0) / 8.5).exp2() + 1.2e-4;
    let corner = 2500.0 * (above_c4 * 0.55).exp2();
    let mut partials = Vec::new();
    for n in 1..70u32 {
        let order = f64::from(n);
        let stretch = ((1.0 + stiffness * order * order) / (1.0 + stiffness)).sqrt();
        let bin = (cycles as f64 * order * stretch).round();
        let partial_hz = (bin * f64::from(rate) / length as f64) as f32;
        if partial_hz > 9500.0f32.min(rate as f32 * 0.45) {
            break;
        }
        let strike = 0.25 + (std::f32::consts::PI * n as f32 / 7.8).sin().abs();
        let board = partial_hz.powi(2) / (partial_hz.powi(2) + 75.0f32.powi(2));
        let amplitude = strike * board * tilt(partial_hz, corner, 2.1) * (0.8 + 0.4 * rng.unit()) / (n as f32).sqrt();
        let fall = (9.0 * (partial_hz - hz as f32) / 1000.0 + 1.2 * (n - 1) as f32).min(160.0) / rate as f32;
        let string = Partial {
            phase: f64::from(rng.unit().round()) * 0.5,
            rise: rate as f32 * 0.0012,
            fall,
            prompt: 0.45,
            prompt_frames: rate as f32 * 0.3 * (-above_c4 * 0.5).exp2(),
            ..Partial::new(bin / length as f64, amplitude)
        };
        partials.push(string);
        // The outer strings of the three are a little off, up and down: slow beats, one or two to the loop.
        // Above the twelfth partial the ear follows the decay, not the beats.
        if n > 12 {
            continue;
        }
        let off = if n > 5 { 2.0 } else { 1.0 };
        for (off, amplitude) in [(off, amplitude * 0.17), (-off, amplitude * 0.17)] {
            let phase = f64::from(rng.unit());
            let frequency = (bin + off) / length as f64;
            partials.push(Partial { frequency, phase, amplitude, prompt: 0.0, ..string });
        }
    }
    let mut points = additive(&partials, onset + length + MARGIN, onset);
    hammer(&mut points, key, rate, &mut rng);
    Sound { points, rate, root: key, cycle: Some(onset..onset + length) }
}

/// The knock of hammer and key bed.
fn hammer(points: &mut [f32], key: u8, rate: u32, rng: &mut Rng) {
    let frames = rate as usize / 8;
    let level = points[..frames].iter().fold(0.0f32, |peak, point| peak.max(point.abs()));
    let mut felt = burst(frames, 0.010, rate, rng);
    low_pass(&mut felt, 1100.0 + 22.0 * f32::from(key), rate);
    let mut thump = burst(frames, 0.022, rate, rng);
    low_pass(&mut thump, 260.0, rate);
    low_pass(&mut thump, 260.0, rate);
    let treble = 0.6 + f32::from(key) / 90.0;
    mix(points, &felt, level * 0.16 * treble, 8);
    mix(points, &thump, level * 0.7 * treble, 8);
}

/// One pair of FM operators: ratio and index of the modulator, and how fast it calms down (seconds).
struct Pair {
    ratio: f64,
    index: f64,
    calm: f64,
    rest: f64,
    gain: f32,
}

/// Frequency modulation (Chowning 1973) whose indices have come to rest when the loop begins.
fn fm(key: u8, pairs: &[Pair], seconds: f64, ratio_limit: f64) -> Sound {
    let hz = key_hz(key);
    let length = (24_000.0 * 0.1) as usize;
    let (cycles, rate) = fit(hz, length, (hz * ratio_limit).clamp(22_050.0, 40_000.0));
    let onset = (seconds * f64::from(rate)) as usize;
    let step = cycles as f64 / length as f64;
    let mut points = vec![0.0f32; onset + length + MARGIN];
    for pair in pairs {
        let keep = (-1.0 / (pair.calm * f64::from(rate))).exp();
        let mut excess = pair.index - pair.rest;
        for (i, point) in points.iter_mut().enumerate() {
            let slack = (1.0 - i as f64 / onset as f64).max(0.0);
            let phase = (i as f64 * step).fract();
            let turn = (TAU * (phase * pair.ratio).fract()) as f32;
            let index = pair.rest + excess * slack;
            *point += ((TAU * phase) as f32 + turn.sin() * index as f32).sin() * pair.gain;
            excess *= keep;
        }
    }
    Sound { points, rate, root: key, cycle: Some(onset..onset + length) }
}

fn electric_pianos(bank: &mut Bank) {
    let keys: Vec<u8> = (33..=96).step_by(7).collect();
    let softened = |key: u8| f64::from(72 - key.min(71)) / 36.0;
    let tine = bank.samples("Tine", &keys, |key| {
        let bark = 0.55 * softened(key) + 0.15;
        let pairs = [
            Pair { ratio: 1.0, index: 0.9 * bark + 0.35, calm: 0.5, rest: 0.3 * bark, gain: 1.0 },
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
    let decay = |key: u8| 16.0 * ((60.0 - f32::from(key)) / 20.0).exp2();
    let zones = |placed: &[Placed]| keyboard(placed, |key| Tone::new().decay(decay(key), 100.0));
    let tone = Tone::new().release(0.6).filter(9000.0, 0.0).touch(4200).sends(15, 20);
    let first = bank.instrument("Electric Piano 1", &tone.clone().tremolo(0.8, 5.2), zones(&tine));
    let second = bank.instrument("Electric Piano 2", &tone, zones(&digital));
    bank.preset(4, "Electric Piano 1", &[(first, Tone::new())]);
    let wide = |pan: f32, cents| Tone::new().detune(0, cents).pan(pan).softer(3.0);
    bank.preset(5, "Electric Piano 2", &[(second, wide(-20.0, 4)), (second, wide(20.0, -4))]);
}

/// One mode of a struck body: frequency ratio, amplitude, and how many dB per second faster than the first it dies.
type Mode = (f64, f32, f32);

/// A body with a few modes, struck by something that knocks.
struct Bar {
    name: &'static str,
    modes: &'static [Mode],
    /// Lowest and highest root.
    keys: (u8, u8),
    /// Seconds in which the first mode of C5 falls by 100 dB.
    decay: f32,
    /// Level of the mallet's knock and its corner in hertz.
    knock: (f32, f32),
    /// Seconds in which a stopped note falls by 100 dB.
    release: f32,
    /// Louder than other sounds by dB, since it is so short.
    boost: f32,
}

const CELESTA: Bar = Bar {
    name: "Celesta",
    modes: &[(1.0, 1.0, 0.0), (2.0, 0.12, 6.0), (4.02, 0.22, 30.0), (10.1, 0.05, 90.0)],
    keys: (48, 108),
    decay: 5.0,
    knock: (0.08, 2500.0),
    release: 1.5,
    boost: 0.0,
};
const GLOCKENSPIEL: Bar = Bar {
    name: "Glockenspiel",
    modes: &[(1.0, 1.0, 0.0), (2.756, 0.35, 14.0), (5.404, 0.22, 40.0), (8.93, 0.1, 80.0)],
    keys: (60, 108),
    decay: 7.0,
    knock: (0.15, 7000.0),
    release: 4.0,
    boost: 0.0,
};
const MUSIC_BOX: Bar = Bar {
    name: "Music Box",
    modes: &[(1.0, 1.0, 0.0), (2.01, 0.2, 8.0), (3.0, 0.1, 12.0), (6.27, 0.2, 35.0), (11.2, 0.06, 80.0)],
    keys: (48, 103),
    decay: 5.0,
    knock: (0.1, 5000.0),
    release: 3.0,
    boost: 0.0,
};
const VIBRAPHONE: Bar = Bar {
    name: "Vibraphone",
    modes: &[(1.0, 1.0, 0.0), (4.0, 0.22, 14.0), (10.05, 0.06, 60.0)],
    keys: (46, 94),
    decay: 9.0,
    knock: (0.05, 1500.0),
    release: 1.2,
    boost: 0.0,
};
const MARIMBA: Bar = Bar {
    name: "Marimba",
    modes: &[(1.0, 1.0, 0.0), (3.93, 0.28, 45.0), (9.6, 0.12, 120.0)],
    keys: (36, 96),
    decay: 1.3,
    knock: (0.25, 900.0),
    release: 1.0,
    boost: 3.0,
};
const XYLOPHONE: Bar = Bar {
    name: "Xylophone",
    modes: &[(1.0, 1.0, 0.0), (3.0, 0.55, 25.0), (6.1, 0.3, 70.0), (9.9, 0.15, 120.0)],
    keys: (53, 103),
    decay: 0.9,
    knock: (0.3, 3500.0),
    release: 0.8,
    boost: 5.0,
};
const TUBULAR: Bar = Bar {
    name: "Tubular Bells",
    // Ratios of a tube's modes 4 to 9 to the strike note heard an octave below the fourth.
    modes: &[
        (1.0, 0.45, 0.0),
        (2.0, 1.0, 0.5),
        (2.99, 0.8, 2.5),
        (4.17, 0.55, 6.0),
        (5.42, 0.35, 12.0),
        (6.8, 0.2, 20.0),
        (0.68, 0.12, 0.0),
        (8.2, 0.1, 30.0),
    ],
    keys: (48, 84),
    decay: 11.0,
    knock: (0.1, 3000.0),
    release: 5.0,
    boost: 0.0,
};
const KALIMBA: Bar = Bar {
    name: "Kalimba",
    modes: &[(1.0, 1.0, 0.0), (5.4, 0.14, 60.0), (6.27, 0.1, 80.0)],
    keys: (48, 96),
    decay: 2.6,
    knock: (0.22, 1300.0),
    release: 1.5,
    boost: 2.0,
};
const STEEL_DRUM: Bar = Bar {
    name: "Steel Drum",
    modes: &[(1.0, 1.0, 0.0), (2.005, 0.7, 6.0), (3.01, 0.3, 14.0), (4.03, 0.25, 20.0), (5.1, 0.12, 30.0)],
    keys: (48, 90),
    decay: 2.4,
    knock: (0.12, 1800.0),
    release: 1.0,
    boost: 2.0,
};
const AGOGO: Bar = Bar {
    name: "Agogo",
    modes: &[(1.0, 1.0, 0.0), (1.52, 0.5, 20.0), (2.68, 0.6, 30.0), (3.92, 0.4, 50.0), (5.3, 0.25, 60.0)],
    keys: (60, 96),
    decay: 1.4,
    knock: (0.2, 5000.0),
    release: 1.0,
    boost: 4.0,
};
const TIMPANI: Bar = Bar {
    name: "Timpani",
    modes: &[
        (1.0, 1.0, 0.0),
        (1.504, 0.75, 4.0),
        (1.742, 0.2, 30.0),
        (2.0, 0.45, 7.0),
        (2.494, 0.28, 12.0),
        (2.98, 0.15, 18.0),
        (0.63, 0.3, 90.0),
    ],
    keys: (36, 60),
    decay: 7.0,
    knock: (0.5, 420.0),
    release: 3.0,
    boost: 0.0,
};
const TINKLE: Bar = Bar {
    name: "Tinkle Bell",
    modes: &[(1.0, 1.0, 0.0), (2.42, 0.5, 8.0), (3.84, 0.4, 16.0), (5.9, 0.2, 30.0)],
    keys: (60, 102),
    decay: 5.0,
    knock: (0.05, 8000.0),
    release: 3.0,
    boost: 0.0,
};

impl Bar {
    fn roots(&self) -> Vec<u8> {
        (self.keys.0..=self.keys.1).step_by(9).collect()
    }

    fn seconds(&self, key: u8) -> f32 {
        self.decay * ((72.0 - f32::from(key)) / 24.0).exp2()
    }

    /// The struck body: an onset in which the fast modes die, then a loop.
    fn sound(&self, key: u8) -> Sound {
        let hz = key_hz(key);
        let length = 2048;
        let highest = self.modes.iter().fold(1.0f64, |highest, mode| highest.max(mode.0));
        let (cycles, rate) = fit(hz, length, (hz * highest * 2.3).clamp(16_000.0, 34_000.0));
        let onset = (rate as f32 * (0.2 * self.seconds(key)).clamp(0.1, 0.24)) as usize;
        let quicker = ((f32::from(key) - 72.0) / 24.0).exp2();
        let partial = |&(ratio, amplitude, fall): &Mode| {
            let bin = (cycles as f64 * ratio).round();
            let fall = fall * quicker / rate as f32;
            Partial { rise: rate as f32 * 0.0006, fall, ..Partial::new(bin / length as f64, amplitude) }
        };
        let partials: Vec<Partial> =
            self.modes.iter().map(partial).filter(|partial| partial.frequency < 0.46).collect();
        let mut points = additive(&partials, onset + length + MARGIN, onset);
        let mut knock = burst(onset.min(rate as usize / 6), 0.008, rate, &mut Rng::new(u64::from(key)));
        low_pass(&mut knock, self.knock.1, rate);
        let boost = (rate as f32 / self.knock.1 / 4.0).sqrt();
        mix(&mut points, &knock, self.knock.0 * boost * 2.0, 0);
        Sound { points, rate, root: key, cycle: Some(onset..onset + length) }
    }

    fn instrument(&self, bank: &mut Bank, tone: Tone) -> usize {
        let placed = bank.short_samples(self.name, &self.roots(), self.boost, |key| self.sound(key));
        let zones = keyboard(&placed, |key| Tone::new().decay(self.seconds(key), 100.0));
        bank.instrument(self.name, &tone.release(self.release).sends(22, 0), zones)
    }
}

fn mallets(bank: &mut Bank) {
    let soft = || Tone::new().filter(9000.0, 0.0).touch(2800);
    let plain = Tone::new();
    let celesta = CELESTA.instrument(bank, soft());
    let glockenspiel = GLOCKENSPIEL.instrument(bank, Tone::new());
    let music_box = MUSIC_BOX.instrument(bank, Tone::new());
    let vibraphone = VIBRAPHONE.instrument(bank, soft().tremolo(2.0, 5.0));
    let marimba = MARIMBA.instrument(bank, soft());
    let xylophone = XYLOPHONE.instrument(bank, Tone::new());
    let tubular = TUBULAR.instrument(bank, soft());
    let kalimba = KALIMBA.instrument(bank, soft());
    let steel = STEEL_DRUM.instrument(bank, soft());
    let agogo = AGOGO.instrument(bank, Tone::new());
    let timpani = TIMPANI.instrument(bank, soft());
    let tinkle = TINKLE.instrument(bank, Tone::new());
    for (program, instrument) in [
        (8, celesta),
        (9, glockenspiel),
        (10, music_box),
        (11, vibraphone),
        (12, marimba),
        (13, xylophone),
        (14, tubular),
        (47, timpani),
        (108, kalimba),
        (112, tinkle),
        (113, agogo),
        (114, steel),
    ] {
        bank.preset(program, crate::NAMES[program as usize], &[(instrument, plain.clone())]);
    }
    bank.preset(98, "Crystal", &[(tinkle, Tone::new().softer(5.0)), (celesta, Tone::new().softer(2.0).sends(20, 20))]);
}

/// A plain sine with a short loop, for the simplest electronic sounds.
pub(crate) fn sine(key: u8) -> Sound {
    let length = 1024;
    let (cycles, rate) = fit(key_hz(key), length, 32_000.0);
    let wave: Vec<f32> = (0..length).map(|i| (TAU * (i * cycles) as f64 / length as f64).sin() as f32).collect();
    loop_of(&wave, rate, key)
}
