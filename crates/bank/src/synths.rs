//! Electronic sounds: basses, leads, pads, synthetic brass and strings, and the guitars that are half amplifier.

use rae_soundfont::Generator;

use crate::assemble::{Bank, Placed, Tone};
use crate::bowed::both_sides;
use crate::electric::sine;
use crate::synthesis::{Pluck, Sound, Spectral, Still, bump, low_pass, tilt};

/// The samples that the programs of this family share.
struct Waves {
    saw: Vec<Placed>,
    square: Vec<Placed>,
    triangle: Vec<Placed>,
    sine: Vec<Placed>,
    super_saw: Vec<Placed>,
    glass: Vec<Placed>,
}

/// Programs 29, 30, 38, 39, 50, 51, 62, 63, 80 to 103 as far as no acoustic family gives them.
pub(crate) fn build(bank: &mut Bank, spectral: &mut Spectral) {
    let distorted = amplified_guitars(bank);
    let waves = Waves::new(bank, spectral);
    basses(bank, &waves);
    brass_and_strings(bank, &waves);
    leads(bank, &waves, distorted);
    pads(bank, &waves);
    scenes(bank, &waves);
}

impl Waves {
    fn new(bank: &mut Bank, spectral: &mut Spectral) -> Waves {
        let keys: Vec<u8> = (24..=102).step_by(6).collect();
        let wide_keys: Vec<u8> = (36..=96).step_by(10).collect();
        let mut wave =
            |bank: &mut Bank, name: &str, keys: &[u8], length, spread, harmonic: &dyn Fn(f32, f32) -> f32| {
                let rate = if spread > 0.0 { 24_000.0 } else { 40_000.0 };
                let spec = Still { length, rate, spread, harmonic, noise: None };
                bank.samples(name, keys, |key| spectral.still(key, &spec, 80))
            };
        let odd = |n: f32| if n as u32 % 2 == 1 { 1.0 } else { 0.0 };
        Waves {
            saw: wave(bank, "Saw", &keys, 2048, 0.0, &|n, _| 1.0 / n),
            square: wave(bank, "Square", &keys, 2048, 0.0, &|n, _| odd(n) / n),
            triangle: wave(bank, "Triangle", &keys, 2048, 0.0, &|n, _| {
                odd(n) / (n * n) + if n == 2.0 { 0.12 } else { 0.0 }
            }),
            super_saw: wave(bank, "Super Saw", &wide_keys, 1 << 15, 13.0, &|n, hz| tilt(hz, 7000.0, 2.0) / n),
            glass: wave(bank, "Glass", &wide_keys, 1 << 14, 5.0, &|n, hz| {
                let bell = if [1.0, 2.0, 5.0, 9.0].contains(&n) { 1.0 } else { 0.12 };
                bell * tilt(hz, 2200.0, 1.6) / n.powf(0.7) + 0.05 * bump(hz, 4500.0, 0.5)
            }),
            sine: bank.samples("Sine", &keys, sine),
        }
    }
}

/// Gives back the distorted instrument.
fn amplified_guitars(bank: &mut Bank) -> usize {
    let keys: Vec<u8> = (40..=84).step_by(8).collect();
    let mut amplified = |name: &str, drive: f32, cabinet: f32| {
        bank.samples(name, &keys, |key| {
            let pluck =
                Pluck { brightness: 2600.0, position: 0.22, slope: 0.2, damping: 9.0, seconds: 0.3, rate: 30_000.0 };
            let mut sound = pluck.sound(key, 29);
            saturate(&mut sound, drive, cabinet);
            sound
        })
    };
    let overdriven = amplified("Overdriven", 3.0, 3400.0);
    let distorted = amplified("Distorted", 14.0, 3800.0);
    let tone = |seconds| Tone::new().decay(seconds, 100.0).release(0.25).vibrato(5, 5.2, 0.5).sends(14, 8);
    let overdriven = bank.simple("Overdriven Guitar", &overdriven, &tone(16.0).touch(2000));
    let distorted = bank.simple("Distortion Guitar", &distorted, &tone(26.0));
    bank.preset(29, "Overdriven Guitar", &[(overdriven, Tone::new())]);
    bank.preset(30, "Distortion Guitar", &[(distorted, Tone::new())]);
    distorted
}

/// An amplifier and its cabinet. The string's period is a whole number of points, so what folds back at half the
/// rate falls on its own harmonics.
fn saturate(sound: &mut Sound, drive: f32, cabinet: f32) {
    let mean_square = sound.points.iter().map(|point| point * point).sum::<f32>() / sound.points.len() as f32;
    let gain = drive / mean_square.sqrt().max(1e-9);
    sound.points.iter_mut().for_each(|point| *point = (*point * gain + 0.15).tanh());
    low_pass(&mut sound.points, cabinet, sound.rate);
    low_pass(&mut sound.points, cabinet * 1.2, sound.rate);
}

fn basses(bank: &mut Bank, waves: &Waves) {
    let tone = |hz: f32, resonance, sweep| {
        Tone::new().release(0.15).filter(hz, resonance).sweep(sweep, 0.002, 0.9, 0.1).decay(20.0, 100.0).sends(3, 0)
    };
    let saw = bank.simple("Synth Bass 1", &waves.saw, &tone(380.0, 5.0, 3600).touch(1200));
    let square = bank.simple("Synth Bass 2", &waves.square, &tone(320.0, 2.0, 2400));
    let sub = bank.simple("Sub Bass", &waves.sine, &Tone::new().release(0.15));
    bank.preset(38, "Synth Bass 1", &[(saw, Tone::new())]);
    bank.preset(39, "Synth Bass 2", &[(square, Tone::new().softer(3.0)), (sub, Tone::new().softer(6.0))]);
    let lead = bank.simple("Bass and Lead", &waves.saw, &Tone::new().release(0.15).filter(3000.0, 3.0).touch(2000));
    bank.preset(87, "Bass and Lead", &[(lead, Tone::new()), (saw, Tone::new().detune(-12, 0).softer(2.0))]);
}

fn brass_and_strings(bank: &mut Bank, waves: &Waves) {
    let brass = |attack, hz, sweep, sustain| {
        Tone::new()
            .attack(0.02)
            .release(0.3)
            .filter(hz, 1.0)
            .sweep(sweep, attack, 0.7, sustain)
            .touch(2400)
            .sends(20, 15)
    };
    let first =
        bank.instrument("Synth Brass 1", &brass(0.05, 900.0, 3000, 0.55), both_sides(&waves.super_saw, 1 << 14));
    let second =
        bank.instrument("Synth Brass 2", &brass(0.12, 600.0, 2600, 0.6), both_sides(&waves.super_saw, 1 << 14));
    let string = |attack, release, hz| Tone::new().attack(attack).release(release).filter(hz, 0.0).sends(28, 15);
    let strings = bank.instrument("Synth Strings 1", &string(0.12, 0.8, 4500.0), both_sides(&waves.super_saw, 1 << 14));
    let slow = bank.instrument("Synth Strings 2", &string(0.35, 1.5, 2400.0), both_sides(&waves.super_saw, 1 << 14));
    for (program, instrument) in [(62, first), (63, second), (50, strings), (51, slow)] {
        bank.preset(program, crate::NAMES[program as usize], &[(instrument, Tone::new())]);
    }
}

fn leads(bank: &mut Bank, waves: &Waves, distorted: usize) {
    let tone = |hz: f32| {
        Tone::new().attack(0.004).release(0.15).vibrato(6, 5.5, 0.4).filter(hz, 2.0).touch(2000).sends(16, 12)
    };
    let square = bank.simple("Square Lead", &waves.square, &tone(5000.0));
    let saw = bank.simple("Saw Lead", &waves.saw, &tone(6500.0));
    bank.preset(80, "Square Lead", &[(square, Tone::new())]);
    bank.preset(
        81,
        "Saw Lead",
        &[(saw, Tone::new().detune(0, 6).softer(3.0)), (saw, Tone::new().detune(0, -6).softer(3.0))],
    );
    let ringing = bank.simple("Charang Saw", &waves.saw, &tone(4200.0).decay(14.0, 100.0));
    bank.preset(84, "Charang Lead", &[(ringing, Tone::new()), (distorted, Tone::new().softer(5.0).sends(0, 25))]);
    let chiff = tone(2400.0).sweep(3600, 0.001, 0.12, 0.0).vibrato(4, 5.0, 0.5);
    let chiff = bank.simple("Chiff Lead", &waves.square, &chiff.set(Generator::InitialFilterQ, 60));
    let breath = bank.find("Chiff").expect("winds come first");
    let spit = Tone::new().decay(0.4, 100.0).attack(0.002).zone(None, Some(breath), &Tone::new());
    let spit = bank.instrument("Chiff Burst", &Tone::new(), vec![spit]);
    bank.preset(83, "Chiff Lead", &[(chiff, Tone::new()), (spit, Tone::new().softer(2.0))]);
    let steam = tone(9000.0).vibrato(9, 5.8, 0.2).attack(0.03);
    let steam = bank.simple("Calliope", &waves.triangle, &steam);
    bank.preset(82, "Calliope Lead", &[(steam, Tone::new()), (spit, Tone::new().softer(6.0))]);
    let darker = |semitones| Tone::new().detune(semitones, 0).set(Generator::InitialFilterFc, -600).softer(3.0);
    bank.preset(86, "Fifths Lead", &[(saw, darker(0)), (saw, darker(7))]);
}

fn pads(bank: &mut Bank, waves: &Waves) {
    let tone = |attack, release, hz| Tone::new().attack(attack).release(release).filter(hz, 0.0).sends(35, 25);
    let warm = bank.instrument("Warm Pad", &tone(0.28, 1.6, 1500.0), both_sides(&waves.super_saw, 1 << 14));
    let poly = bank.instrument(
        "Polysynth",
        &tone(0.01, 0.6, 1800.0).sweep(2600, 0.005, 0.8, 0.35),
        both_sides(&waves.super_saw, 1 << 14),
    );
    let glass = bank.instrument("Glass Pad", &tone(0.3, 2.0, 9000.0), both_sides(&waves.glass, 1 << 13));
    let bell =
        bank.instrument("Glass Bell", &tone(0.003, 2.0, 12_000.0).decay(7.0, 100.0), both_sides(&waves.glass, 1 << 13));
    let sweep = tone(0.3, 2.0, 900.0).set(Generator::InitialFilterQ, 80).sweep(3600, 2.5, 4.0, 0.2);
    let sweep = bank.instrument("Sweep Pad", &sweep, both_sides(&waves.super_saw, 1 << 14));
    let at = |db| Tone::new().softer(db);
    bank.preset(88, "New Age Pad", &[(bell, at(2.0)), (warm, at(4.0))]);
    bank.preset(89, "Warm Pad", &[(warm, at(0.0))]);
    bank.preset(90, "Polysynth Pad", &[(poly, at(0.0))]);
    bank.preset(92, "Bowed Pad", &[(glass, at(0.0))]);
    bank.preset(93, "Metallic Pad", &[(glass, at(3.0).detune(0, -5)), (poly, at(5.0).detune(0, 5))]);
    bank.preset(94, "Halo Pad", &[(glass, at(4.0).detune(0, -3)), (warm, at(2.0).detune(0, 3))]);
    bank.preset(95, "Sweep Pad", &[(sweep, at(0.0))]);
}

fn scenes(bank: &mut Bank, waves: &Waves) {
    let pluck = |decay, hz| Tone::new().attack(0.002).decay(decay, 100.0).release(1.5).filter(hz, 0.0).sends(40, 25);
    let slow = |attack, hz| Tone::new().attack(attack).release(2.0).filter(hz, 0.0).sends(40, 25);
    let drops = bank.simple("Drops", &waves.glass, &pluck(5.0, 14_000.0));
    let ringing = bank.simple("Ringing", &waves.saw, &pluck(5.0, 2500.0).sweep(1800, 0.002, 0.6, 0.0));
    let veil = bank.instrument("Veil", &slow(0.45, 2200.0), both_sides(&waves.super_saw, 1 << 14));
    let gleam = bank.instrument("Gleam", &slow(0.05, 15_000.0), both_sides(&waves.glass, 1 << 13));
    let wobble = slow(0.3, 1100.0).vibrato(14, 3.2, 0.01).set(Generator::ModLfoToFilterFc, 1200);
    let goblin = bank.simple("Goblin", &waves.square, &wobble.set(Generator::FreqModLfo, -1200));
    let echo = pluck(4.0, 4000.0).tremolo(7.0, 3.0);
    let echo = bank.simple("Echo", &waves.square, &echo);
    let at = |db| Tone::new().softer(db);
    bank.preset(96, "Ice Rain", &[(drops, at(0.0)), (drops, at(2.0).detune(12, 8))]);
    bank.preset(97, "Soundtrack", &[(veil, at(0.0)), (veil, at(2.0).detune(7, 0))]);
    bank.preset(99, "Atmosphere", &[(ringing, at(0.0)), (veil, at(3.0))]);
    bank.preset(100, "Brightness", &[(gleam, at(2.0)), (drops, at(4.0).detune(12, 0))]);
    bank.preset(101, "Goblins", &[(goblin, at(2.0)), (veil, at(5.0))]);
    bank.preset(102, "Echoes", &[(echo, at(1.0)), (gleam, at(7.0))]);
    bank.preset(103, "Sci-fi", &[(ringing, at(0.0).detune(0, 3)), (goblin, at(3.0).detune(12, -3))]);
}
