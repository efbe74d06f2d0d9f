//! Plucked strings: guitars, basses, harp, harpsichord and their relatives from all over the world.

use crate::assemble::{Bank, Placed, Tone, keyboard};
use crate::synthesis::{Pluck, Rng, Sound, band_pass, burst, mix};

/// A family of strings on one instrument.
struct Strings {
    name: &'static str,
    /// Lowest and highest root, and semitones from root to root.
    keys: (u8, u8, usize),
    /// Brightness of the pluck in hertz, its place on the string, and the slope of its partials (see [`Pluck`]).
    pluck: (f32, f32, f32),
    /// Decay at 2 kHz in dB per second.
    damping: f32,
    /// Seconds in which the slowest partial of C4 falls by 100 dB, and semitones that halve it.
    decay: (f32, f32),
    /// Seconds of the sample before its loop.
    seconds: f32,
    /// Level, frequency and sharpness of the body's knock.
    body: (f32, f32, f32),
    /// Louder than other sounds by dB, since it is so short.
    boost: f32,
}

const NYLON: Strings = Strings {
    name: "Nylon Guitar",
    keys: (40, 84, 7),
    pluck: (3400.0, 0.23, 0.85),
    damping: 38.0,
    decay: (9.0, 18.0),
    seconds: 0.42,
    body: (0.35, 190.0, 3.0),
    boost: 4.0,
};
const STEEL: Strings = Strings {
    name: "Steel Guitar",
    keys: (40, 84, 7),
    pluck: (5200.0, 0.14, 0.55),
    damping: 20.0,
    decay: (13.0, 18.0),
    seconds: 0.54,
    body: (0.22, 230.0, 2.0),
    boost: 4.0,
};
const ELECTRIC: Strings = Strings {
    name: "Electric Guitar",
    keys: (40, 88, 7),
    pluck: (3200.0, 0.22, 0.5),
    damping: 18.0,
    decay: (19.0, 22.0),
    seconds: 0.42,
    body: (0.0, 200.0, 1.0),
    boost: 6.0,
};
const BASS: Strings = Strings {
    name: "Electric Bass",
    keys: (24, 60, 7),
    pluck: (900.0, 0.21, 0.5),
    damping: 26.0,
    decay: (15.0, 24.0),
    seconds: 0.36,
    body: (0.1, 120.0, 2.0),
    boost: 4.0,
};
const SLAP: Strings = Strings {
    name: "Slap Bass",
    keys: (24, 60, 7),
    pluck: (5200.0, 0.11, 0.35),
    damping: 34.0,
    decay: (12.0, 24.0),
    seconds: 0.36,
    body: (0.5, 1800.0, 1.2),
    boost: 6.0,
};
const UPRIGHT: Strings = Strings {
    name: "Acoustic Bass",
    keys: (24, 60, 7),
    pluck: (800.0, 0.3, 0.95),
    damping: 70.0,
    decay: (8.0, 24.0),
    seconds: 0.36,
    body: (0.5, 105.0, 2.5),
    boost: 4.0,
};
const HARP: Strings = Strings {
    name: "Harp",
    keys: (28, 100, 8),
    pluck: (1600.0, 0.45, 1.2),
    damping: 30.0,
    decay: (12.0, 17.0),
    seconds: 0.42,
    body: (0.25, 260.0, 2.0),
    boost: 3.0,
};
const HARPSICHORD: Strings = Strings {
    name: "Harpsichord",
    keys: (29, 89, 8),
    pluck: (7500.0, 0.12, 0.3),
    damping: 12.0,
    decay: (14.0, 20.0),
    seconds: 0.42,
    body: (0.5, 2600.0, 0.8),
    boost: 8.0,
};
const BANJO: Strings = Strings {
    name: "Banjo",
    keys: (42, 84, 7),
    pluck: (4500.0, 0.08, 0.4),
    damping: 50.0,
    decay: (4.5, 20.0),
    seconds: 0.24,
    body: (0.35, 480.0, 2.0),
    boost: 12.0,
};
const KOTO: Strings = Strings {
    name: "Koto",
    keys: (42, 84, 7),
    pluck: (3600.0, 0.06, 0.4),
    damping: 26.0,
    decay: (9.0, 18.0),
    seconds: 0.36,
    body: (0.2, 420.0, 2.0),
    boost: 11.0,
};
const PIZZICATO: Strings = Strings {
    name: "Pizzicato",
    keys: (30, 96, 7),
    pluck: (1000.0, 0.26, 0.7),
    damping: 90.0,
    decay: (1.9, 22.0),
    seconds: 0.21,
    body: (0.6, 280.0, 2.0),
    boost: 6.0,
};

impl Strings {
    fn roots(&self) -> Vec<u8> {
        (self.keys.0..=self.keys.1).step_by(self.keys.2).collect()
    }

    fn samples(&self, bank: &mut Bank) -> Vec<Placed> {
        bank.short_samples(self.name, &self.roots(), self.boost, |key| self.sound(key))
    }

    fn sound(&self, key: u8) -> Sound {
        let octaves = (f32::from(key) - 60.0) / 12.0;
        let pluck = Pluck {
            brightness: self.pluck.0 * (octaves * 0.4).exp2(),
            position: self.pluck.1,
            slope: self.pluck.2,
            damping: self.damping * (octaves * 0.5).exp2(),
            seconds: self.seconds * (-octaves * 0.2).exp2(),
            rate: (18_000.0 + 6000.0 * f64::from((octaves + 1.0).max(0.0))).min(38_000.0),
        };
        let mut sound = pluck.sound(key, 7 + self.name.len() as u64);
        let onset = sound.cycle.as_ref().map_or(0, |cycle| cycle.start);
        let mut knock = burst(onset.min(sound.rate as usize / 8), 0.012, sound.rate, &mut Rng::new(u64::from(key)));
        band_pass(&mut knock, self.body.1, self.body.2, sound.rate);
        let level = sound.points[..onset].iter().fold(0.0f32, |peak, point| peak.max(point.abs()));
        let knock_level = knock.iter().fold(1e-6f32, |peak, point| peak.max(point.abs()));
        mix(&mut sound.points, &knock, self.body.0 * level / knock_level, 0);
        sound
    }

    fn seconds(&self, key: u8) -> f32 {
        self.decay.0 * ((60.0 - f32::from(key)) / self.decay.1).exp2()
    }

    /// An instrument on stored samples; `ringing` scales the decay.
    fn instrument(&self, bank: &mut Bank, name: &str, placed: &[Placed], ringing: f32, tone: &Tone) -> usize {
        let middle = (self.keys.0 + self.keys.1) / 2;
        let zones = keyboard(placed, |key| tone.following(key, middle).decay(self.seconds(key) * ringing, 100.0));
        bank.instrument(name, tone, zones)
    }
}

/// Programs 6, 7, 15, 24 to 37, 45, 46 and 104 to 107.
pub(crate) fn build(bank: &mut Bank) {
    guitars(bank);
    basses(bank);
    others(bank);
}

fn guitars(bank: &mut Bank) {
    let nylon = NYLON.samples(bank);
    let steel = STEEL.samples(bank);
    let electric = ELECTRIC.samples(bank);
    let soft = Tone::new().release(0.5).filter(6500.0, 0.0).touch(3800).sends(16, 0);
    let bright = Tone::new().release(0.5).filter(13_000.0, 0.0).touch(3800).sends(16, 0);
    let dull = Tone::new().release(0.4).filter(2200.0, 0.0).touch(2400).sends(14, 6);
    let clean = Tone::new().release(0.4).filter(7000.0, 0.0).touch(2600).sends(14, 18);
    let mute = Tone::new().release(0.2).filter(5000.0, 2.0).touch(2600).sends(8, 0);
    let nylon = NYLON.instrument(bank, "Nylon Guitar", &nylon, 1.0, &soft);
    let steel = STEEL.instrument(bank, "Steel Guitar", &steel, 1.0, &bright);
    let jazz = ELECTRIC.instrument(bank, "Jazz Guitar", &electric, 0.7, &dull);
    let clean = ELECTRIC.instrument(bank, "Clean Guitar", &electric, 1.0, &clean);
    let muted = ELECTRIC.instrument(bank, "Muted Guitar", &electric, 0.09, &mute);
    let plain = Tone::new();
    for (program, instrument) in [(24, nylon), (25, steel), (26, jazz), (27, clean), (28, muted)] {
        bank.preset(program, crate::NAMES[program as usize], &[(instrument, plain.clone())]);
    }
    // Touched at its middle the string keeps its even partials: those of a string an octave higher.
    let flageolet = Tone::new().release(0.8).filter(3200.0, 0.0).touch(1800).detune(12, 0).sends(24, 12);
    let flageolet = ELECTRIC.instrument(bank, "Flageolet", &electric, 0.8, &flageolet);
    bank.preset(31, "Guitar Harmonics", &[(flageolet, plain.detune(-12, 0))]);
}

fn basses(bank: &mut Bank) {
    let upright = UPRIGHT.samples(bank);
    let finger = BASS.samples(bank);
    let slap = SLAP.samples(bank);
    let tone = |hz: f32, touch| Tone::new().release(0.25).filter(hz, 0.0).touch(touch).sends(4, 0);
    let layout = [
        (32, UPRIGHT.instrument(bank, "Acoustic Bass", &upright, 1.0, &tone(3200.0, 3800))),
        (33, BASS.instrument(bank, "Finger Bass", &finger, 1.0, &tone(3000.0, 3400))),
        (34, SLAP.instrument(bank, "Pick Bass", &slap, 0.9, &tone(2600.0, 1800))),
        (35, BASS.instrument(bank, "Fretless Bass", &finger, 1.6, &tone(1300.0, 1200).vibrato(6, 5.0, 0.4))),
        (36, SLAP.instrument(bank, "Slap Bass 1", &slap, 0.8, &tone(12_000.0, 4200))),
        (37, SLAP.instrument(bank, "Slap Bass 2", &slap, 0.4, &tone(3600.0, 600).sweep(2400, 0.001, 0.25, 0.0))),
    ];
    for (program, instrument) in layout {
        bank.preset(program, crate::NAMES[program as usize], &[(instrument, Tone::new())]);
    }
}

fn others(bank: &mut Bank) {
    let harp = HARP.samples(bank);
    let harpsichord = HARPSICHORD.samples(bank);
    let banjo = BANJO.samples(bank);
    let koto = KOTO.samples(bank);
    let pizzicato = PIZZICATO.samples(bank);
    let tone = |release: f32| Tone::new().release(release).sends(20, 0);
    let mild = |release: f32, hz: f32| tone(release).filter(hz, 0.0).touch(2600);
    let quilled = HARPSICHORD.instrument(bank, "Harpsichord", &harpsichord, 1.0, &tone(0.35));
    let clavi = HARPSICHORD.instrument(bank, "Clavi", &harpsichord, 0.5, &mild(0.15, 3200.0));
    let dulcimer = STEEL_COURSES.instrument(bank, "Dulcimer", &koto, 1.2, &tone(1.5));
    let plain = Tone::new();
    bank.preset(6, "Harpsichord", &[(quilled, plain.clone()), (quilled, plain.clone().detune(12, 2).softer(7.0))]);
    bank.preset(7, "Clavi", &[(clavi, plain.clone())]);
    bank.preset(15, "Dulcimer", &[(dulcimer, plain.clone().detune(0, 4)), (dulcimer, plain.clone().detune(0, -4))]);
    let layout = [
        (45, PIZZICATO.instrument(bank, "Pizzicato", &pizzicato, 1.0, &mild(0.6, 7000.0))),
        (46, HARP.instrument(bank, "Harp", &harp, 1.0, &mild(2.5, 9000.0))),
        (104, KOTO.instrument(bank, "Sitar", &koto, 1.2, &tone(0.8).sweep(1200, 0.03, 1.0, 0.3).filter(5200.0, 6.0))),
        (105, BANJO.instrument(bank, "Banjo", &banjo, 1.0, &tone(0.4))),
        (106, BANJO.instrument(bank, "Shamisen", &banjo, 0.9, &mild(0.4, 9000.0))),
        (107, KOTO.instrument(bank, "Koto", &koto, 1.0, &mild(0.9, 8000.0))),
    ];
    for (program, instrument) in layout {
        bank.preset(program, crate::NAMES[program as usize], &[(instrument, plain.clone())]);
    }
}

/// Hammered double strings on the koto's samples.
const STEEL_COURSES: Strings = Strings { decay: (10.0, 22.0), ..KOTO };
