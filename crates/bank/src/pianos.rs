//! Pianos: stiff strings in threes, struck at an eighth of their length, heard on both sides of a soundboard.

use std::f32::consts::PI;

use rae_soundfont::{SampleKind, Zone};

use crate::assemble::{Bank, Placed, Tone, keyboard};
use crate::ringing::{Band, Line, Ringing};
use crate::synthesis::{Rng, Sound, Spectral, burst, fit, key_hz, low_pass, mix, tilt};

/// Loop length, frames.
const LENGTH: usize = 1 << 14;
/// Harmonics at which bands end: those between two of them die together.
const BANDS: [u32; 6] = [1, 2, 4, 8, 16, 70];
/// Level of each band in dB when the hammer strikes softly, as the rest is voiced for, and hard.
const SOFT: [f32; 6] = [0.0, -3.0, -7.0, -12.0, -19.0, -28.0];
const MIDDLE: [f32; 6] = [0.0; 6];
const HARD: [f32; 6] = [-3.0, 0.0, 2.0, 5.0, 7.0, 8.0];
/// Where the sample for soft strokes ends.
const SOFT_BELOW: u8 = 66;

/// Programs 0 to 3.
pub(crate) fn build(bank: &mut Bank, spectral: &mut Spectral) {
    let mut layers = Layers::default();
    for key in (24..=105).step_by(6) {
        layers.add(bank, key, &mut Piano::new(key, spectral));
    }
    let tone = Tone::new().sends(18, 0);
    let mut zones = stereo(&layers.soft, 9000.0, Some(0..=SOFT_BELOW - 1));
    zones.extend(stereo(&layers.middle, 14_000.0, Some(SOFT_BELOW..=127)));
    let grand = bank.instrument("Grand Piano", &tone.clone().touch(2600), zones);
    let bright = |softer: f32| keyboard(&layers.hard, |key| sustain(key).filter(19_000.0, 0.0).softer(softer));
    let hard = bank.instrument("Hard Piano", &tone.touch(2400), bright(0.0));
    let plain = Tone::new();
    let offset = |cents, pan: f32, db| plain.clone().detune(0, cents).pan(pan).softer(db);
    bank.preset(0, "Grand Piano", &[(grand, plain.clone())]);
    bank.preset(1, "Bright Piano", &[(grand, plain.clone().softer(5.0)), (hard, plain.clone().softer(3.0))]);
    let chorused = |cents, pan| offset(cents, pan, 3.0).sends(0, 30);
    bank.preset(2, "Electric Grand", &[(hard, chorused(4, -25.0)), (hard, chorused(-4, 25.0))]);
    bank.preset(3, "Honky-tonk", &[(grand, offset(10, -10.0, 3.0)), (hard, offset(-10, 10.0, 3.0))]);
}

/// Decay of the slowest partial, dB per second, once the hammer's blow has spread.
fn late_decay(key: u8) -> f32 {
    7.0 * ((f32::from(key) - 60.0) / 24.0).exp2()
}

/// What the dampers do: those of the top strings do not exist.
fn sustain(key: u8) -> Tone {
    let seconds = 100.0 / late_decay(key);
    Tone::new().decay(seconds, 100.0).release(if key >= 90 { seconds } else { 0.45 })
}

fn stereo(sides: &[Vec<Placed>; 2], brightness: f32, velocities: Option<std::ops::RangeInclusive<u8>>) -> Vec<Zone> {
    let mut all = Vec::new();
    for (placed, side) in sides.iter().zip([-1.0, 1.0]) {
        // Low strings lie to the left of the player.
        let pan = |key: u8| (side * 32.0 + (f32::from(key) - 60.0) * 0.4).clamp(-50.0, 50.0);
        let zones = keyboard(placed, |key| {
            let octaves = (f32::from(key) - 60.0) / 12.0;
            sustain(key).filter((brightness * (octaves * 0.4).exp2()).min(19_000.0), 0.0).pan(pan(key)).softer(3.0)
        });
        all.extend(zones.into_iter().map(|zone| Zone { velocities: velocities.clone(), ..zone }));
    }
    all
}

/// Samples by strength of the stroke.
#[derive(Default)]
struct Layers {
    soft: [Vec<Placed>; 2],
    middle: [Vec<Placed>; 2],
    hard: Vec<Placed>,
}

impl Layers {
    fn add(&mut self, bank: &mut Bank, key: u8, piano: &mut Piano) {
        for (layer, name, gains, knock) in
            [(&mut self.soft, "Piano Soft", &SOFT, 0.5), (&mut self.middle, "Piano", &MIDDLE, 1.0)]
        {
            let next = bank.next_sample();
            let left = piano.sound(gains, knock, 0);
            let right = piano.sound(gains, knock, 1);
            let left = bank.linked_sample(&format!("{name} {key} L"), left, SampleKind::Left, next + 1, 2.5);
            let right = bank.linked_sample(&format!("{name} {key} R"), right, SampleKind::Right, next, 2.5);
            layer[0].push((key, left));
            layer[1].push((key, right));
        }
        let hard = piano.sound(&HARD, 1.3, 0);
        self.hard.push((key, bank.linked_sample(&format!("Piano Hard {key}"), hard, SampleKind::Mono, 0, 2.5)));
    }
}

/// The strings of a key.
struct Piano {
    key: u8,
    rate: u32,
    ringing: Ringing,
    rng: Rng,
}

impl Piano {
    fn new(key: u8, spectral: &mut Spectral) -> Piano {
        let (cycles, rate) = fit(key_hz(key), LENGTH, if key < 50 { 22_000.0 } else { 26_000.0 });
        let mut rng = Rng::new(u64::from(key));
        let bands = bands(key, cycles, rate, &mut rng);
        let octaves = (f32::from(key) - 60.0) / 12.0;
        let onset = (rate as f32 * (0.8 - 0.22 * octaves).clamp(0.22, 1.05)) as usize;
        Piano { key, rate, ringing: Ringing::new(spectral, &bands, LENGTH, onset, rate), rng }
    }

    /// One side, struck with the given levels of the bands and the given knock.
    fn sound(&mut self, gains: &[f32; 6], knock: f32, side: usize) -> Sound {
        let gains = gains.map(|db| 10f32.powf(db / 20.0));
        let (mut points, cycle) = self.ringing.play(&gains, side, 0.0012);
        hammer(&mut points, self.key, self.rate, knock, &mut self.rng);
        Sound { points, rate: self.rate, root: self.key, cycle: Some(cycle) }
    }
}

/// Every partial on a bin of the loop, each with slow beats from strings that are a little off.
fn bands(key: u8, cycles: usize, rate: u32, rng: &mut Rng) -> Vec<Band> {
    let hz = key_hz(key);
    let octaves = (f32::from(key) - 60.0) / 12.0;
    // Inharmonicity typical of a medium grand (cf. Fletcher and Rossing, The Physics of Musical Instruments).
    let stiffness = 2.2e-4 * ((f64::from(key) - 60.0) / 9.0).exp2() + 1.2e-4;
    let corner = 4000.0 * (octaves * 0.4).exp2();
    let mut bands = Vec::new();
    let mut first = 1;
    for last in BANDS {
        let mut lines = Vec::new();
        for n in first..=last {
            let order = f64::from(n);
            let stretch = ((1.0 + stiffness * order * order) / (1.0 + stiffness)).sqrt();
            let bin = (cycles as f64 * order * stretch).round();
            let partial_hz = (bin * f64::from(rate) / LENGTH as f64) as f32;
            if partial_hz > 10_000.0f32.min(rate as f32 * 0.45) {
                break;
            }
            let strike = 0.3 + 0.7 * (PI * n as f32 / 7.8).sin().abs();
            let board = partial_hz.powi(2) / (partial_hz.powi(2) + 70.0f32.powi(2));
            let chance = 10f32.powf(2.5 * rng.noise() / 20.0);
            let amplitude = strike * board * tilt(partial_hz, corner, 2.1) * chance / (n as f32).powf(0.95);
            add_strings(&mut lines, bin as usize, n, amplitude, rng);
        }
        let middle_hz = (f64::from(first + last.min(first * 2)) * 0.5 * hz) as f32;
        // The blow itself spreads quickly into the soundboard; what is left decays slowly (Weinreich 1977).
        let prompt = (0.58 + 0.09 * octaves).clamp(0.4, 0.82);
        let prompt_seconds = 0.42 * (-octaves * 0.75).exp2();
        let fall = (7.0 * (middle_hz - hz as f32).max(0.0) / 1000.0 + 0.4 * (first - 1) as f32).min(60.0);
        bands.push(Band { lines, fall, prompt, prompt_seconds });
        first = last + 1;
    }
    bands
}

/// A partial of three strings: the outer two a bin or two off, up and down, a fraction of a hertz each.
fn add_strings(lines: &mut Vec<Line>, bin: usize, n: u32, amplitude: f32, rng: &mut Rng) {
    // The sides of a soundboard agree about lows, not about highs.
    let apart = (0.12 * n as f32).min(0.5);
    let phase = rng.unit();
    let sides = [0.6 + 0.4 * rng.unit(), 0.6 + 0.4 * rng.unit()].map(|side| if n < 3 { 0.9 } else { side });
    lines.push(Line {
        bin,
        amplitudes: sides.map(|side| side * amplitude),
        phases: [phase, phase + apart * rng.noise()],
    });
    let off = if n > 6 { 2 } else { 1 };
    for bin in [bin - off, bin + off] {
        let phases = [rng.unit(), rng.unit()];
        lines.push(Line { bin, amplitudes: [amplitude * 0.15; 2], phases });
    }
}

/// The knock of hammer and key bed.
fn hammer(points: &mut [f32], key: u8, rate: u32, strength: f32, rng: &mut Rng) {
    let frames = rate as usize / 8;
    let level = points[..frames].iter().fold(0.0f32, |peak, point| peak.max(point.abs())) * strength;
    let mut felt = burst(frames, 0.010, rate, rng);
    low_pass(&mut felt, 900.0 + 22.0 * f32::from(key), rate);
    let mut thump = burst(frames, 0.022, rate, rng);
    low_pass(&mut thump, 240.0, rate);
    low_pass(&mut thump, 240.0, rate);
    let treble = 0.5 + f32::from(key) / 80.0;
    mix(points, &felt, level * 0.12 * treble, 8);
    mix(points, &thump, level * 0.5 * treble, 8);
}
