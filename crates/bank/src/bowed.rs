//! Bowed strings alone and in sections, choirs, and the orchestra hit.

use rae_soundfont::Generator;

use crate::assemble::{Bank, Placed, Tone, keyboard};
use crate::synthesis::{Spectral, Still, bump, tilt};

/// Programs 40 to 44, 48, 49, 52, 53, 55 and 110.
pub(crate) fn build(bank: &mut Bank, spectral: &mut Spectral) {
    soloists(bank, spectral);
    sections(bank, spectral);
    choirs(bank, spectral);
}

/// A body of wood: three broad resonances over the string's sawtooth.
struct Body {
    name: &'static str,
    keys: (u8, u8),
    /// Resonances in hertz.
    resonances: [f32; 3],
    /// Where the bridge stops passing highs, hertz.
    corner: f32,
}

const VIOLIN: Body = Body { name: "Violin", keys: (55, 97), resonances: [480.0, 1150.0, 2900.0], corner: 3600.0 };
const VIOLA: Body = Body { name: "Viola", keys: (48, 84), resonances: [360.0, 850.0, 2200.0], corner: 3200.0 };
const CELLO: Body = Body { name: "Cello", keys: (36, 78), resonances: [220.0, 560.0, 1700.0], corner: 2700.0 };
const CONTRABASS: Body = Body { name: "Contrabass", keys: (24, 60), resonances: [110.0, 330.0, 900.0], corner: 1100.0 };

impl Body {
    fn harmonic(&self, n: f32, hz: f32) -> f32 {
        let [low, middle, high] = self.resonances;
        let body = 0.35 + bump(hz, low, 0.45) + 0.8 * bump(hz, middle, 0.4) + 0.7 * bump(hz, high, 0.45);
        // A string's own irregularity, the same on every note of its register.
        let wiggle = 1.0 + 0.35 * (hz / 173.0).sin();
        body * wiggle * tilt(hz, self.corner, 2.2) / n
    }

    fn samples(&self, bank: &mut Bank, spectral: &mut Spectral) -> Vec<Placed> {
        let keys: Vec<u8> = (self.keys.0..=self.keys.1).step_by(8).collect();
        let rosin = |hz: f32| 0.00035 * bump(hz, self.corner, 1.0);
        let harmonic = |n: f32, hz: f32| self.harmonic(n, hz);
        let spec = Still { length: 1 << 13, rate: 22_000.0, spread: 2.0, harmonic: &harmonic, noise: Some(&rosin) };
        bank.samples(self.name, &keys, |key| spectral.still(key, &spec, 40))
    }
}

fn soloists(bank: &mut Bank, spectral: &mut Spectral) {
    let tone = Tone::new()
        .attack(0.07)
        .release(0.35)
        .vibrato(11, 5.4, 0.25)
        .filter(11_000.0, 0.0)
        .sweep(700, 0.12, 0.5, 0.6)
        .touch(3200)
        .sends(26, 0);
    for (program, body) in [(40, &VIOLIN), (41, &VIOLA), (42, &CELLO), (43, &CONTRABASS)] {
        let placed = body.samples(bank, spectral);
        let instrument = bank.simple(body.name, &placed, &tone);
        bank.preset(program, crate::NAMES[program as usize], &[(instrument, Tone::new())]);
        if program == 40 {
            let fiddle = Tone::new()
                .attack(0.025)
                .release(0.2)
                .vibrato(6, 6.0, 0.4)
                .filter(13_000.0, 0.0)
                .sweep(-1500, 0.01, 0.25, 0.0)
                .touch(1500)
                .sends(14, 0);
            let fiddle = bank.simple("Fiddle", &placed, &fiddle);
            bank.preset(110, "Fiddle", &[(fiddle, Tone::new())]);
        }
    }
}

fn sections(bank: &mut Bank, spectral: &mut Spectral) {
    let keys: Vec<u8> = (33..=93).step_by(10).collect();
    let harmonic = |n: f32, hz: f32| {
        let wood = 0.6 + 0.7 * bump(hz, 330.0, 0.8) + 0.5 * bump(hz, 1100.0, 0.7) + 0.35 * bump(hz, 2600.0, 0.6);
        wood * tilt(hz, 5000.0, 2.0) / n
    };
    let rosin = |hz: f32| 0.0002 * bump(hz, 3500.0, 1.0);
    let spec = Still { length: 1 << 15, rate: 24_000.0, spread: 11.0, harmonic: &harmonic, noise: Some(&rosin) };
    let [left, right] = bank.pairs("Strings", &keys, |key, side| spectral.still(key, &spec, 48 + side));
    let tone = |attack: f32, release: f32| {
        Tone::new().attack(attack).release(release).filter(12_000.0, 0.0).touch(2200).sends(30, 0)
    };
    let stereo = |bank: &mut Bank, name: &str, tone: &Tone| {
        let mut zones = keyboard(&left, |_| Tone::new().pan(-40.0).softer(2.0));
        zones.extend(keyboard(&right, |_| Tone::new().pan(40.0).softer(2.0)));
        bank.instrument(name, tone, zones)
    };
    let quick = stereo(bank, "Strings", &tone(0.11, 0.55));
    let slow = stereo(bank, "Slow Strings", &tone(0.36, 1.3).filter(2800.0, 0.0));
    let tremolo = stereo(bank, "Tremolo Strings", &tone(0.06, 0.5).tremolo(4.5, 9.5));
    bank.preset(44, "Tremolo Strings", &[(tremolo, Tone::new())]);
    bank.preset(48, "Strings", &[(quick, Tone::new())]);
    bank.preset(49, "Slow Strings", &[(slow, Tone::new())]);

    let hit = stereo(bank, "Orchestra Hit", &tone(0.004, 0.5).decay(2.4, 100.0).filter(11_000.0, 0.0));
    let octave = |semitones, db| Tone::new().detune(semitones, 0).softer(db);
    bank.preset(55, "Orchestra Hit", &[(hit, octave(0, 0.0)), (hit, octave(-12, 0.0)), (hit, octave(12, 3.0))]);
}

/// A vowel as five formants: hertz, level, width in octaves, near those of sung vowels.
type Vowel = [(f32, f32, f32); 5];

const AH: Vowel =
    [(750.0, 1.0, 0.28), (1150.0, 0.6, 0.22), (2800.0, 0.16, 0.16), (3500.0, 0.12, 0.14), (4900.0, 0.03, 0.16)];
const OOH: Vowel =
    [(340.0, 1.0, 0.4), (720.0, 0.35, 0.26), (2600.0, 0.04, 0.18), (3300.0, 0.03, 0.16), (4500.0, 0.01, 0.16)];

fn choirs(bank: &mut Bank, spectral: &mut Spectral) {
    let keys: Vec<u8> = (36..=84).step_by(8).collect();
    let mut vowel = |bank: &mut Bank, name: &str, vowel: &Vowel, breath: f32| {
        let envelope =
            |hz: f32| 0.02 + vowel.iter().map(|&(at, level, width)| level * bump(hz, at, width)).sum::<f32>();
        let harmonic = |n: f32, hz: f32| (envelope(hz) + 0.5 * tilt(hz, 300.0, 3.0)) / n.sqrt() * tilt(hz, 5000.0, 4.0);
        let noise = |hz: f32| breath * envelope(hz);
        let spec = Still { length: 1 << 14, rate: 20_000.0, spread: 12.0, harmonic: &harmonic, noise: Some(&noise) };
        bank.samples(name, &keys, |key| spectral.still(key, &spec, 52))
    };
    let ah = vowel(bank, "Choir Ah", &AH, 0.0006);
    let ooh = vowel(bank, "Voice Ooh", &OOH, 0.0006);
    let tone = Tone::new().attack(0.16).release(0.6).vibrato(6, 4.8, 0.4).touch(1500).sends(36, 0);
    let ah_keys = ah.clone();
    let ah = bank.instrument("Choir Ah", &tone, both_sides(&ah, 1 << 13));
    let ooh = bank.instrument("Voice Ooh", &tone, both_sides(&ooh, 1 << 13));
    bank.preset(52, "Choir Aahs", &[(ah, Tone::new())]);
    bank.preset(53, "Voice Oohs", &[(ooh, Tone::new())]);
    bank.preset(
        54,
        "Synth Voice",
        &[
            (ooh, Tone::new().detune(0, 3).softer(2.0)),
            (ah, Tone::new().detune(0, -3).softer(4.0).set(Generator::AttackVolEnv, -2400)),
        ],
    );
    let drifting = Tone::new().set(Generator::AttackVolEnv, 1800).set(Generator::ReleaseVolEnv, 1000).sends(10, 20);
    bank.preset(91, "Choir Pad", &[(ah, drifting.clone().softer(3.0)), (ooh, drifting.softer(5.0))]);
    let solo =
        Tone::new().attack(0.03).release(0.25).vibrato(14, 5.6, 0.2).filter(3000.0, 4.0).touch(1500).sends(24, 20);
    let solo = bank.simple("Solo Vox", &ah_keys, &solo);
    bank.preset(85, "Voice Lead", &[(solo, Tone::new())]);
}

/// A keyboard that plays each loop twice, left from its start and right from its `middle`: wide, from one sample.
pub(crate) fn both_sides(placed: &[Placed], middle: i16) -> Vec<rae_soundfont::Zone> {
    let mut zones = keyboard(placed, |_| Tone::new().pan(-40.0).softer(3.5));
    let middle = Tone::new().pan(40.0).softer(3.5).set(Generator::StartAddrsOffset, middle);
    zones.extend(keyboard(placed, |_| middle.clone()));
    zones
}
