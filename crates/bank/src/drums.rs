//! The drum kit of General MIDI: skins, metal, wood and shakers by modes and noise.

use std::f32::consts::TAU;

use rae_soundfont::Generator;

use crate::assemble::{Bank, Tone};
use crate::synthesis::{Partial, Rng, Sound, additive, band_pass, burst, high_pass, low_pass, mix};

const RATE: u32 = 32_000;
const SKIN_RATE: u32 = 24_000;
const BRIGHT_RATE: u32 = 36_000;
/// Key that drum samples carry; each zone overrides it.
const ROOT: u8 = 60;

/// One key of the kit: key, sound, semitones, softer by dB, pan in percent.
type Stroke = (u8, &'static str, i16, f32, f32);

/// Bank 128, program 0: keys 35 to 81 of General MIDI, panned as the drummer's audience sees them.
const KIT: [Stroke; 47] = [
    (35, "Kick 2", 0, 0.0, 0.0),
    (36, "Kick", 0, 0.0, 0.0),
    (37, "Side Stick", 0, 4.0, -3.0),
    (38, "Snare", 0, 0.0, -3.0),
    (39, "Clap", 0, 3.0, 5.0),
    (40, "Snare 2", 0, 0.0, -3.0),
    (41, "Tom Low", -3, 1.0, 25.0),
    (42, "Hat Closed", 0, 4.0, -18.0),
    (43, "Tom Low", 0, 1.0, 18.0),
    (44, "Hat Pedal", 0, 7.0, -18.0),
    (45, "Tom Low", 4, 1.0, 8.0),
    (46, "Hat Open", 0, 7.0, -18.0),
    (47, "Tom High", -4, 1.0, -2.0),
    (48, "Tom High", 0, 1.0, -10.0),
    (49, "Crash", 0, 2.0, -25.0),
    (50, "Tom High", 3, 1.0, -18.0),
    (51, "Ride", 0, 7.0, 25.0),
    (52, "China", 0, 6.0, 28.0),
    (53, "Ride Bell", 0, 9.0, 25.0),
    (54, "Tambourine", 0, 8.0, 10.0),
    (55, "Splash", 0, 6.0, -15.0),
    (56, "Cowbell", 0, 8.0, 8.0),
    (57, "Crash", -2, 2.0, 25.0),
    (58, "Vibraslap", 0, 8.0, -20.0),
    (59, "Ride", 2, 7.0, 20.0),
    (60, "Bongo", 0, 5.0, 20.0),
    (61, "Bongo", -5, 5.0, 20.0),
    (62, "Conga Mute", 0, 5.0, -18.0),
    (63, "Conga", 2, 4.0, -18.0),
    (64, "Conga", -3, 4.0, -18.0),
    (65, "Timbale", 0, 5.0, 15.0),
    (66, "Timbale", -5, 5.0, 15.0),
    (67, "Agogo High", 0, 9.0, -22.0),
    (68, "Agogo High", -5, 9.0, -22.0),
    (69, "Cabasa", 0, 10.0, -25.0),
    (70, "Maracas", 0, 12.0, -25.0),
    (71, "Whistle Short", 0, 10.0, 22.0),
    (72, "Whistle Long", 0, 10.0, 22.0),
    (73, "Guiro Short", 0, 10.0, 25.0),
    (74, "Guiro Long", 0, 10.0, 25.0),
    (75, "Claves", 0, 8.0, 18.0),
    (76, "Wood Block", 0, 7.0, -20.0),
    (77, "Wood Block", -5, 7.0, -20.0),
    (78, "Cuica Mute", 0, 9.0, -12.0),
    (79, "Cuica Open", 0, 9.0, -12.0),
    (80, "Triangle Mute", 0, 12.0, -28.0),
    (81, "Triangle Open", 0, 12.0, -28.0),
];

/// Keys that cut each other off, by exclusive class.
const CUTS: [(u8, &[u8]); 6] =
    [(1, &[42, 44, 46]), (2, &[71, 72]), (3, &[73, 74]), (4, &[78, 79]), (5, &[80, 81]), (6, &[62, 63])];

pub(crate) fn build(bank: &mut Bank) {
    let mut stored: Vec<(&str, usize)> = Vec::new();
    let mut zones = Vec::new();
    for (key, name, semitones, softer, pan) in KIT {
        let known = stored.iter().find(|(known, _)| *known == name).map(|&(_, sample)| sample);
        let sample = known.unwrap_or_else(|| bank.sample(name, sound(name)));
        if known.is_none() {
            stored.push((name, sample));
        }
        let mut tone =
            Tone::new().set(Generator::OverridingRootKey, i16::from(key)).detune(semitones, 0).softer(softer).pan(pan);
        if let Some((class, _)) = CUTS.iter().find(|(_, keys)| keys.contains(&key)) {
            tone = tone.set(Generator::ExclusiveClass, i16::from(*class));
        }
        zones.push(tone.zone(Some((key, key)), Some(sample), &Tone::new()));
    }
    // Strokes ring out however short the note is.
    let kit = bank.instrument("Standard Kit", &Tone::new().release(40.0).touch(1200).sends(12, 0), zones);
    bank.preset_in(128, 0, "Standard Kit", &[(kit, Tone::new())]);
}

fn sound(name: &str) -> Sound {
    let mut rng = Rng::new(name.bytes().map(u64::from).sum());
    let rng = &mut rng;
    match name {
        "Kick" => {
            skin(&Skin { hz: 52.0, drop: 2.6, drop_seconds: 0.022, seconds: 0.13, slap: 0.5, slap_hz: 3500.0 }, rng)
        }
        "Kick 2" => {
            skin(&Skin { hz: 46.0, drop: 1.9, drop_seconds: 0.03, seconds: 0.17, slap: 0.3, slap_hz: 1800.0 }, rng)
        }
        "Snare" => snare(185.0, 0.115, rng),
        "Snare 2" => snare(215.0, 0.085, rng),
        "Side Stick" => wood(&[(830.0, 1.0), (1680.0, 0.8), (2710.0, 0.4)], 0.012, 0.6, rng),
        "Clap" => clap(rng),
        "Tom Low" => {
            skin(&Skin { hz: 92.0, drop: 0.35, drop_seconds: 0.07, seconds: 0.22, slap: 0.3, slap_hz: 1800.0 }, rng)
        }
        "Tom High" => {
            skin(&Skin { hz: 150.0, drop: 0.35, drop_seconds: 0.05, seconds: 0.16, slap: 0.3, slap_hz: 2400.0 }, rng)
        }
        "Bongo" => {
            skin(&Skin { hz: 420.0, drop: 0.1, drop_seconds: 0.01, seconds: 0.05, slap: 0.3, slap_hz: 4500.0 }, rng)
        }
        "Conga" => {
            skin(&Skin { hz: 225.0, drop: 0.12, drop_seconds: 0.02, seconds: 0.12, slap: 0.25, slap_hz: 2500.0 }, rng)
        }
        "Conga Mute" => {
            skin(&Skin { hz: 270.0, drop: 0.1, drop_seconds: 0.01, seconds: 0.03, slap: 0.7, slap_hz: 3000.0 }, rng)
        }
        "Timbale" => {
            skin(&Skin { hz: 330.0, drop: 0.06, drop_seconds: 0.03, seconds: 0.12, slap: 0.45, slap_hz: 6000.0 }, rng)
        }
        "Hat Closed" => metal(&Metal { low: 3500.0, seconds: 0.035, noise: 1.3, ..HAT }, rng),
        "Hat Pedal" => metal(&Metal { low: 2800.0, seconds: 0.045, noise: 1.2, ..HAT }, rng),
        "Hat Open" => metal(&Metal { low: 3000.0, seconds: 0.22, noise: 1.0, ..HAT }, rng),
        "Crash" => metal(&Metal { low: 380.0, seconds: 0.75, noise: 1.1, partials: 90, peak: 3800.0, ping: 0.0 }, rng),
        "Splash" => metal(&Metal { low: 700.0, seconds: 0.28, noise: 1.1, partials: 60, peak: 5000.0, ping: 0.0 }, rng),
        "China" => metal(&Metal { low: 280.0, seconds: 0.5, noise: 1.4, partials: 80, peak: 2600.0, ping: 0.0 }, rng),
        "Ride" => metal(&Metal { low: 420.0, seconds: 0.7, noise: 0.35, partials: 60, peak: 4200.0, ping: 1.1 }, rng),
        "Ride Bell" => {
            bell(&[(792.0, 1.0), (1570.0, 0.8), (2380.0, 0.8), (3310.0, 0.5), (5230.0, 0.35)], 0.3, 0.1, rng)
        }
        "Cowbell" => bell(&[(562.0, 1.0), (845.0, 0.9), (1690.0, 0.4), (2540.0, 0.25)], 0.09, 0.3, rng),
        "Agogo High" => bell(&[(905.0, 1.0), (1380.0, 0.4), (2430.0, 0.6), (3560.0, 0.3)], 0.11, 0.15, rng),
        "Triangle Open" => bell(&TRIANGLE, 0.4, 0.05, rng),
        "Triangle Mute" => bell(&TRIANGLE, 0.05, 0.1, rng),
        "Claves" => wood(&[(2480.0, 1.0), (4100.0, 0.1)], 0.02, 0.05, rng),
        "Wood Block" => wood(&[(880.0, 1.0), (1450.0, 0.5), (2630.0, 0.25)], 0.022, 0.25, rng),
        "Tambourine" => jingle(rng),
        "Cabasa" => shaker(0.045, 0.02, 5200.0, rng),
        "Maracas" => shaker(0.018, 0.008, 6500.0, rng),
        "Vibraslap" => rattle(1.1, 24.0, 2700.0, rng),
        "Guiro Short" => scrape(0.11, rng),
        "Guiro Long" => scrape(0.42, rng),
        "Whistle Short" => whistle(0.16),
        "Whistle Long" => whistle(0.5),
        "Cuica Mute" => cuica(0.1, 0.55),
        _ => cuica(0.3, 1.5),
    }
}

/// A stroke that rings out: its last third fades to nothing.
pub(crate) fn one_shot(mut points: Vec<f32>, rate: u32) -> Sound {
    let fade = points.len() / 3;
    for (i, point) in points.iter_mut().rev().take(fade).enumerate() {
        *point *= (std::f32::consts::FRAC_PI_2 * i as f32 / fade as f32).sin().powi(2);
    }
    Sound { points, rate, root: ROOT, cycle: None }
}

/// A struck membrane.
pub(crate) struct Skin {
    /// Pitch it settles at, hertz.
    pub(crate) hz: f32,
    /// How much higher it starts, as a share, and how fast that goes away.
    pub(crate) drop: f32,
    pub(crate) drop_seconds: f32,
    /// Seconds to 37 %.
    pub(crate) seconds: f32,
    /// Level and corner of the beater's slap.
    pub(crate) slap: f32,
    pub(crate) slap_hz: f32,
}

/// Modes of an ideal membrane above the first: ratio, level, share of the first's ring.
const MEMBRANE: [(f32, f32, f32); 4] = [(1.0, 1.0, 1.0), (1.593, 0.35, 0.5), (2.136, 0.18, 0.35), (2.653, 0.1, 0.25)];

pub(crate) fn skin(skin: &Skin, rng: &mut Rng) -> Sound {
    let frames = (skin.seconds * 5.0 * SKIN_RATE as f32) as usize;
    let mut points = vec![0.0f32; frames];
    for (ratio, level, ring) in MEMBRANE {
        let keep = (-1.0 / (skin.seconds * ring * SKIN_RATE as f32)).exp();
        let settle = (-1.0 / (skin.drop_seconds * SKIN_RATE as f32)).exp();
        let (mut cycle, mut level, mut drop) = (0.0f32, level, skin.drop);
        for point in points.iter_mut().take((skin.seconds * ring * 8.0 * SKIN_RATE as f32) as usize) {
            *point += level * (TAU * cycle).sin();
            cycle = (cycle + skin.hz * ratio * (1.0 + drop) / SKIN_RATE as f32).fract();
            level *= keep;
            drop *= settle;
        }
    }
    let mut slap = burst(SKIN_RATE as usize / 20, 0.006, SKIN_RATE, rng);
    low_pass(&mut slap, skin.slap_hz, SKIN_RATE);
    mix(&mut points, &slap, skin.slap * 3.0 * (3500.0 / skin.slap_hz).sqrt(), 0);
    one_shot(points, SKIN_RATE)
}

fn snare(hz: f32, rattle: f32, rng: &mut Rng) -> Sound {
    let tuned = Skin { hz, drop: 0.25, drop_seconds: 0.015, seconds: 0.06, slap: 0.35, slap_hz: 5000.0 };
    let mut snare = skin(&tuned, rng);
    let mut wires = burst((rattle * 5.0 * SKIN_RATE as f32) as usize, rattle, SKIN_RATE, rng);
    high_pass(&mut wires, 1100.0, SKIN_RATE);
    let mut body = wires.clone();
    band_pass(&mut body, 2600.0, 0.8, SKIN_RATE);
    snare.points.resize(snare.points.len().max(wires.len()), 0.0);
    mix(&mut snare.points, &wires, 0.9, 20);
    mix(&mut snare.points, &body, 0.8, 20);
    one_shot(snare.points, SKIN_RATE)
}

/// A cymbal: many modes with random places, and noise.
struct Metal {
    /// Lowest mode, hertz.
    low: f32,
    /// Seconds to 37 % at the peak of the spectrum.
    seconds: f32,
    noise: f32,
    partials: usize,
    /// Where the spectrum peaks.
    peak: f32,
    /// Level of the stick's definite pitch.
    ping: f32,
}

const HAT: Metal = Metal { low: 3000.0, seconds: 0.05, noise: 1.2, partials: 40, peak: 8200.0, ping: 0.0 };

fn metal(metal: &Metal, rng: &mut Rng) -> Sound {
    let rate = BRIGHT_RATE as f32;
    let frames = (metal.seconds * 3.6 * rate).max(rate * 0.15) as usize;
    let octaves = (16_000.0 / metal.low).log2();
    let partials: Vec<Partial> = (0..metal.partials)
        .map(|_| {
            let hz = metal.low * (octaves * rng.unit().powf(0.75)).exp2();
            let distance = (hz / metal.peak).log2();
            let level = (-distance * distance * 0.35).exp() * (0.3 + rng.unit());
            let ring = metal.seconds * (1.3 - 0.35 * distance).clamp(0.35, 2.0);
            Partial {
                phase: f64::from(rng.unit()),
                rise: 24.0,
                fall: 8.686 / (ring * rate),
                ..Partial::new(f64::from(hz / rate), level)
            }
        })
        .collect();
    let mut points = additive(&partials, frames, 1 << 40);
    let tuned = [(455.0, 0.4), (1130.0, 0.5), (2270.0, 0.7), (3480.0, 0.8), (4950.0, 0.7)];
    let pings: Vec<Partial> = tuned
        .iter()
        .map(|&(hz, level)| Partial {
            fall: 8.686 / (0.16 * rate),
            ..Partial::new(f64::from(hz / rate), level * metal.ping * 4.0)
        })
        .collect();
    mix(&mut points, &additive(&pings, frames, 1 << 40), 1.0, 0);
    let mut hiss = burst(frames, metal.seconds * 0.7, BRIGHT_RATE, rng);
    high_pass(&mut hiss, metal.peak * 0.55, BRIGHT_RATE);
    mix(&mut points, &hiss, metal.noise * (metal.partials as f32).sqrt() * 0.7, 0);
    one_shot(points, BRIGHT_RATE)
}

const TRIANGLE: [(f32, f32); 6] =
    [(1180.0, 0.15), (2790.0, 0.4), (4870.0, 1.0), (6310.0, 0.7), (9040.0, 0.5), (12_300.0, 0.25)];

/// A small metal body with few modes.
fn bell(modes: &[(f32, f32)], seconds: f32, click: f32, rng: &mut Rng) -> Sound {
    let rate = BRIGHT_RATE as f32;
    let partial = |&(hz, level): &(f32, f32)| Partial {
        rise: 12.0,
        fall: 8.686 / (seconds * (modes[0].0 / hz).powf(0.35) * rate),
        ..Partial::new(f64::from(hz / rate), level)
    };
    let partials: Vec<Partial> = modes.iter().map(partial).collect();
    let mut points = additive(&partials, (seconds * 4.5 * rate) as usize, 1 << 40);
    let mut hit = burst(BRIGHT_RATE as usize / 30, 0.003, BRIGHT_RATE, rng);
    high_pass(&mut hit, 2000.0, BRIGHT_RATE);
    mix(&mut points, &hit, click * 3.0, 0);
    one_shot(points, BRIGHT_RATE)
}

/// A small wooden body with few modes.
pub(crate) fn wood(modes: &[(f32, f32)], seconds: f32, click: f32, rng: &mut Rng) -> Sound {
    let partial = |&(hz, level): &(f32, f32)| Partial {
        rise: 8.0,
        fall: 8.686 / (seconds * (modes[0].0 / hz).sqrt() * RATE as f32),
        ..Partial::new(f64::from(hz / RATE as f32), level)
    };
    let partials: Vec<Partial> = modes.iter().map(partial).collect();
    let mut points = additive(&partials, (seconds * 5.5 * RATE as f32) as usize, 1 << 40);
    let hit = burst(RATE as usize / 100, 0.0015, RATE, rng);
    mix(&mut points, &hit, click * 2.0, 0);
    one_shot(points, RATE)
}

fn clap(rng: &mut Rng) -> Sound {
    let mut points = vec![0.0; RATE as usize / 2];
    for (milliseconds, seconds) in [(0, 0.004), (11, 0.004), (21, 0.004), (31, 0.075)] {
        let mut hands = burst(RATE as usize * 2 / 5, seconds, RATE, rng);
        band_pass(&mut hands, 1250.0, 1.3, RATE);
        mix(&mut points, &hands, 1.0, RATE as usize * milliseconds / 1000);
    }
    one_shot(points, RATE)
}

fn jingle(rng: &mut Rng) -> Sound {
    let jingles = Metal { low: 5500.0, seconds: 0.09, noise: 0.5, partials: 24, peak: 9000.0, ping: 0.0 };
    let mut first = metal(&jingles, rng);
    let second = metal(&jingles, rng);
    mix(&mut first.points, &second.points, 0.6, BRIGHT_RATE as usize / 45);
    first
}

/// Beads against a shell: noise that swells and dies.
fn shaker(seconds: f32, swell: f32, hz: f32, rng: &mut Rng) -> Sound {
    let mut points = burst((seconds * 5.5 * RATE as f32) as usize, seconds, RATE, rng);
    band_pass(&mut points, hz, 1.1, RATE);
    for (i, point) in points.iter_mut().enumerate() {
        *point *= 1.0 - (-(i as f32) / (swell * RATE as f32)).exp();
    }
    one_shot(points, RATE)
}

/// Teeth that clack ever softer.
fn rattle(seconds: f32, clacks_per_second: f32, hz: f32, rng: &mut Rng) -> Sound {
    let mut points = vec![0.0; (seconds * RATE as f32) as usize];
    let mut time = 0.0;
    while time < seconds {
        let mut clack = burst(RATE as usize / 20, 0.006, RATE, rng);
        band_pass(&mut clack, hz, 3.0, RATE);
        mix(&mut points, &clack, (-time * 3.2 / seconds).exp(), (time * RATE as f32) as usize);
        time += (1.0 + 0.15 * rng.noise()) / clacks_per_second;
    }
    one_shot(points, RATE)
}

fn scrape(seconds: f32, rng: &mut Rng) -> Sound {
    let mut points = vec![0.0; ((seconds + 0.04) * RATE as f32) as usize];
    let mut time = 0.0;
    while time < seconds {
        let mut notch = burst(RATE as usize / 50, 0.003, RATE, rng);
        band_pass(&mut notch, 2400.0 + 1500.0 * time / seconds, 1.8, RATE);
        mix(&mut points, &notch, 0.4 + 0.6 * time / seconds, (time * RATE as f32) as usize);
        time += 0.011;
    }
    one_shot(points, RATE)
}

/// A pea whistle: a tone that trills as the pea goes round.
fn whistle(seconds: f32) -> Sound {
    let mut cycle = 0.0f32;
    let step = |i: usize| {
        let time = i as f32 / RATE as f32;
        let pea = (TAU * 28.0 * time).sin();
        cycle = (cycle + (2350.0 + 90.0 * pea) / RATE as f32).fract();
        let edge = (time / 0.012).min(1.0) * ((seconds - time) / 0.03).clamp(0.0, 1.0);
        (TAU * cycle).sin() * (0.75 + 0.25 * pea) * edge
    };
    one_shot((0..(seconds * RATE as f32) as usize).map(step).collect(), RATE)
}

/// A friction drum: a moan that bends by `bend` of its pitch.
fn cuica(seconds: f32, bend: f32) -> Sound {
    let mut cycle = 0.0f32;
    let step = |i: usize| {
        let time = i as f32 / RATE as f32;
        let way = time / seconds;
        cycle = (cycle + 430.0 * (1.0 + bend * 0.3 * (std::f32::consts::PI * way).sin()) / RATE as f32).fract();
        let wave = (TAU * cycle).sin() + 0.4 * (2.0 * TAU * cycle).sin() + 0.25 * (3.0 * TAU * cycle).sin();
        wave * (time / 0.01).min(1.0) * (1.0 - way).max(0.0).sqrt()
    };
    one_shot((0..(seconds * RATE as f32) as usize).map(step).collect(), RATE)
}
