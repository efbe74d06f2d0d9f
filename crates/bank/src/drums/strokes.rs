//! What drums are made of: skins, metal, wood and shakers by modes and noise.

use std::f32::consts::TAU;

use crate::synthesis::{
    Filter, Partial, Rng, Sound, Spectral, additive, band_pass, burst, glide, high_pass, low_pass, mix,
};

pub(crate) const RATE: u32 = 32_000;
const SKIN_RATE: u32 = 24_000;
const BRIGHT_RATE: u32 = 32_000;
/// Key that drum samples carry; each zone overrides it.
const ROOT: u8 = 60;

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
        let seconds = skin.seconds * ring;
        let end = ((seconds * 8.0 * SKIN_RATE as f32) as usize).min(frames);
        glide(&mut points[..end], SKIN_RATE, |time| {
            let hz = skin.hz * ratio * (1.0 + skin.drop * (-time / skin.drop_seconds).exp());
            (hz, level * (-time / seconds).exp())
        });
    }
    let mut slap = burst(SKIN_RATE as usize / 20, 0.006, SKIN_RATE, rng);
    low_pass(&mut slap, skin.slap_hz, SKIN_RATE);
    mix(&mut points, &slap, skin.slap * 3.0 * (3500.0 / skin.slap_hz).sqrt(), 0);
    one_shot(points, SKIN_RATE)
}

pub(crate) fn snare(hz: f32, rattle: f32, rng: &mut Rng) -> Sound {
    let tuned = Skin { hz, drop: 0.25, drop_seconds: 0.015, seconds: 0.06, slap: 0.35, slap_hz: 5000.0 };
    let mut snare = skin(&tuned, rng);
    let mut wires = burst((rattle * 5.0 * SKIN_RATE as f32) as usize, rattle, SKIN_RATE, rng);
    high_pass(&mut wires, 1100.0, SKIN_RATE);
    let mut body = wires.clone();
    band_pass(&mut body, 2600.0, 0.8, SKIN_RATE);
    snare.points.resize(snare.points.len().max(wires.len()), 0.0);
    mix(&mut snare.points, &wires, 0.5, 20);
    mix(&mut snare.points, &body, 0.7, 20);
    one_shot(snare.points, SKIN_RATE)
}

/// A cymbal: modes too many to be told apart, in bands that die at rates of their own.
pub(crate) struct Metal {
    /// Where its modes begin and where its spectrum peaks, hertz.
    pub(crate) low: f32,
    pub(crate) peak: f32,
    /// Seconds to 37 % at the peak.
    pub(crate) seconds: f32,
    /// Modes in 1000 Hz: few ring, many hiss.
    pub(crate) modes: f32,
    /// Seconds in which the upper modes wake up.
    pub(crate) bloom: f32,
    /// Level of the stick's definite pitch.
    pub(crate) ping: f32,
}

/// Bands of a cymbal: centre in octaves from the peak, and how long it rings compared with the peak.
const BANDS: [(f32, f32); 4] = [(-2.6, 1.5), (-1.2, 1.2), (0.0, 1.0), (1.1, 0.6)];

/// Two sides of a cymbal.
pub(crate) fn metal(metal: &Metal, spectral: &mut Spectral, rng: &mut Rng) -> [Sound; 2] {
    let rate = BRIGHT_RATE as f32;
    let length = if metal.seconds > 0.15 { 1 << 14 } else { 1 << 13 };
    let frames = (metal.seconds * 4.2 * rate).max(rate * 0.15) as usize;
    let mut sides = [vec![0.0f32; frames], vec![0.0f32; frames]];
    for (place, ring) in BANDS {
        let shape = |hz: f32| {
            let distance = (hz / metal.peak).log2();
            let neighbour = (distance - place) / 0.75;
            let edge = 1.0 / (1.0 + (metal.low / hz).powi(3));
            (-neighbour * neighbour).exp() * (-distance * distance * 0.1).exp() * edge
        };
        let density = (metal.modes / 1000.0 * rate / length as f32).min(1.0);
        let waves = spectral.noise_pair(length, BRIGHT_RATE, density, &shape, rng);
        let seconds = metal.seconds * ring;
        let bloom = metal.bloom * (1.0 + place).max(0.0);
        for (side, wave) in sides.iter_mut().zip(&waves) {
            add_decaying(side, wave, seconds, bloom, rate);
        }
    }
    let tuned = [(455.0, 0.4), (1130.0, 0.5), (2270.0, 0.7), (3480.0, 0.8), (4950.0, 0.7)];
    if metal.ping > 0.0 {
        let ping = |&(hz, level): &(f32, f32)| Partial {
            fall: 8.686 / (0.16 * rate),
            ..Partial::new(f64::from(hz / rate), level * metal.ping)
        };
        let mut stroke = additive(&tuned.iter().map(ping).collect::<Vec<_>>(), frames, 1 << 40);
        let mut tip = burst(BRIGHT_RATE as usize / 20, 0.005, BRIGHT_RATE, rng);
        high_pass(&mut tip, 4000.0, BRIGHT_RATE);
        mix(&mut stroke, &tip, 2.0 * metal.ping, 0);
        sides.iter_mut().for_each(|side| mix(side, &stroke, 1.0, 0));
    }
    sides.map(|side| one_shot(side, BRIGHT_RATE))
}

/// Adds a wave over and over while it dies away.
fn add_decaying(out: &mut [f32], wave: &[f32], seconds: f32, bloom: f32, rate: f32) {
    let keep = (-1.0 / (seconds * rate)).exp();
    let wake = if bloom > 0.0 { (-1.0 / (bloom * rate)).exp() } else { 0.0 };
    let (mut level, mut asleep) = (1.0, 1.0);
    for (point, value) in out.iter_mut().zip(wave.iter().cycle()) {
        asleep *= wake;
        *point += value * level * (1.0 - 0.75 * asleep);
        level *= keep;
    }
}

/// One side of a cymbal, for those too short to be wide.
pub(crate) fn plate(metal_: &Metal, spectral: &mut Spectral, rng: &mut Rng) -> Sound {
    let [left, _] = metal(metal_, spectral, rng);
    left
}

pub(crate) const TRIANGLE: [(f32, f32); 6] =
    [(1180.0, 0.15), (2790.0, 0.4), (4870.0, 1.0), (6310.0, 0.7), (9040.0, 0.5), (12_300.0, 0.25)];

/// A small metal body with few modes.
pub(crate) fn bell(modes: &[(f32, f32)], seconds: f32, click: f32, rng: &mut Rng) -> Sound {
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

pub(crate) fn clap(rng: &mut Rng) -> Sound {
    let mut points = vec![0.0; RATE as usize / 2];
    for (milliseconds, seconds) in [(0, 0.004), (11, 0.004), (21, 0.004), (31, 0.075)] {
        let mut hands = burst(RATE as usize * 2 / 5, seconds, RATE, rng);
        band_pass(&mut hands, 1250.0, 1.3, RATE);
        mix(&mut points, &hands, 1.0, RATE as usize * milliseconds / 1000);
    }
    one_shot(points, RATE)
}

/// Jingles that strike twice, `gap` seconds apart.
pub(crate) fn jingle(seconds: f32, gap: f32, spectral: &mut Spectral, rng: &mut Rng) -> Sound {
    let jingles = Metal { low: 5200.0, peak: 8600.0, seconds, modes: 6.0, bloom: 0.0, ping: 0.0 };
    let [mut first, second] = metal(&jingles, spectral, rng);
    mix(&mut first.points, &second.points, 0.6, (gap * BRIGHT_RATE as f32) as usize);
    first
}

/// Beads against a shell: noise that swells and dies.
pub(crate) fn shaker(seconds: f32, swell: f32, hz: f32, rng: &mut Rng) -> Sound {
    let mut points = burst((seconds * 5.5 * RATE as f32) as usize, seconds, RATE, rng);
    band_pass(&mut points, hz, 1.1, RATE);
    for (i, point) in points.iter_mut().enumerate() {
        *point *= 1.0 - (-(i as f32) / (swell * RATE as f32)).exp();
    }
    one_shot(points, RATE)
}

/// Teeth that clack ever softer.
pub(crate) fn rattle(seconds: f32, clacks_per_second: f32, hz: f32, rng: &mut Rng) -> Sound {
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

pub(crate) fn scrape(seconds: f32, rng: &mut Rng) -> Sound {
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
pub(crate) fn whistle(seconds: f32) -> Sound {
    sweep(seconds, 0.01, |time| {
        let pea = (TAU * 28.0 * time).sin();
        let edge = (time / 0.012).min(1.0) * ((seconds - time) / 0.03).clamp(0.0, 1.0);
        (2350.0 + 90.0 * pea, (0.75 + 0.25 * pea) * edge)
    })
}

/// A friction drum: a moan that bends by `bend` of its pitch.
pub(crate) fn cuica(seconds: f32, bend: f32) -> Sound {
    let mut points = vec![0.0; (seconds * RATE as f32) as usize];
    for (n, level) in [(1.0, 1.0), (2.0, 0.4), (3.0, 0.25)] {
        glide(&mut points, RATE, |time| {
            let way = time / seconds;
            let hz = 430.0 * (1.0 + bend * 0.3 * (std::f32::consts::PI * way).sin());
            (hz * n, level * (time / 0.01).min(1.0) * (1.0 - way).max(0.0).sqrt())
        });
    }
    one_shot(points, RATE)
}

/// A sine whose frequency and level follow time; `grit` adds its own overtones.
pub(crate) fn sweep(seconds: f32, grit: f32, at: impl Fn(f32) -> (f32, f32)) -> Sound {
    let mut points = vec![0.0; (seconds * RATE as f32) as usize];
    glide(&mut points, RATE, at);
    if grit > 0.0 {
        let drive = 1.0 + 8.0 * grit;
        points.iter_mut().for_each(|point| *point = (*point * drive).clamp(-1.5, 1.5));
        points.iter_mut().for_each(|point| *point -= *point * *point * *point / 6.75);
    }
    one_shot(points, RATE)
}

/// Noise through a band-pass whose centre, sharpness and level follow time.
pub(crate) fn gust(seconds: f32, rng: &mut Rng, at: impl Fn(f32) -> (f32, f32, f32)) -> Vec<f32> {
    const BLOCK: usize = 64;
    let mut points = vec![0.0; (seconds * RATE as f32) as usize];
    let mut filter = Filter::new(1000.0, 1.0, RATE);
    for (i, block) in points.chunks_mut(BLOCK).enumerate() {
        let (hz, sharpness, level) = at((i * BLOCK) as f32 / RATE as f32);
        filter.tune(hz, sharpness, RATE);
        block.iter_mut().for_each(|point| *point = filter.step(rng.noise())[1] * level * sharpness.sqrt());
    }
    points
}

/// Early reflections of a room: a dozen echoes that lose their highs, and die in `seconds`.
pub(crate) fn room(sound: Sound, seconds: f32, level: f32, rng: &mut Rng) -> Sound {
    let rate = sound.rate as f32;
    let mut points = sound.points;
    let mut dull = points.clone();
    low_pass(&mut dull, 2600.0, sound.rate);
    points.resize(points.len() + (seconds * rate) as usize, 0.0);
    for i in 1..=12 {
        let time = seconds * (i as f32 - rng.unit()) / 12.0;
        let echo = if i % 2 == 0 { 1.0 } else { -1.0 } * level * (-2.2 * time / seconds).exp();
        mix(&mut points, &dull, echo, (time * rate) as usize + 1);
    }
    one_shot(points, sound.rate)
}

/// Cuts a sound off after `seconds`.
pub(crate) fn gate(mut sound: Sound, seconds: f32) -> Sound {
    let end = ((seconds * sound.rate as f32) as usize).min(sound.points.len());
    sound.points.truncate(end);
    let fade = end / 8;
    for (i, point) in sound.points.iter_mut().rev().take(fade).enumerate() {
        *point *= i as f32 / fade as f32;
    }
    sound
}
