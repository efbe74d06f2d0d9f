//! The sound behind every name of a kit.

use super::Made;
use super::strokes::{
    Metal, RATE, Skin, TRIANGLE, bell, clap, cuica, gate, gust, jingle, metal, one_shot, plate, rattle, room, scrape,
    shaker, skin, snare, sweep, whistle, wood,
};
use crate::synthesis::{Rng, Sound, Spectral, band_pass, burst, high_pass, mix};

const KICK: Skin = Skin { hz: 52.0, drop: 2.6, drop_seconds: 0.022, seconds: 0.105, slap: 0.5, slap_hz: 3500.0 };
const TOM: Skin = Skin { hz: 110.0, drop: 0.35, drop_seconds: 0.06, seconds: 0.2, slap: 0.5, slap_hz: 3600.0 };
const HAND: Skin = Skin { hz: 225.0, drop: 0.12, drop_seconds: 0.02, seconds: 0.12, slap: 0.25, slap_hz: 2500.0 };

/// A hi-hat; other cymbals differ from it.
const HAT: Metal = Metal { low: 1500.0, peak: 8200.0, seconds: 0.05, modes: 9.0, bloom: 0.0, ping: 0.0 };

pub(super) fn sound(name: &str, spectral: &mut Spectral, rng: &mut Rng) -> Made {
    skins(name, rng)
        .or_else(|| metals(name, spectral, rng))
        .or_else(|| hands(name, spectral, rng))
        .or_else(|| machines(name, rng))
        .or_else(|| super::scenes::sound(name, rng).map(Made::from))
        .unwrap_or_else(|| unreachable!("no drum is called {name}"))
}

fn skins(name: &str, rng: &mut Rng) -> Option<Made> {
    let sound = match name {
        "Kick" => skin(&KICK, rng),
        "Kick Soft" => skin(&Skin { drop: 1.8, slap: 0.2, slap_hz: 1500.0, ..KICK }, rng),
        "Kick 2" => {
            skin(&Skin { hz: 46.0, drop: 1.9, drop_seconds: 0.03, seconds: 0.17, slap: 0.3, slap_hz: 1800.0 }, rng)
        }
        "Snare" => snare(185.0, 0.115, rng),
        "Snare Soft" => {
            let mut soft = snare(180.0, 0.09, rng);
            crate::synthesis::low_pass(&mut soft.points, 4200.0, soft.rate);
            soft
        }
        "Snare 2" => snare(215.0, 0.085, rng),
        "Tom Low" => skin(&Skin { hz: 92.0, drop_seconds: 0.07, seconds: 0.22, slap_hz: 3000.0, ..TOM }, rng),
        "Tom High" => skin(&Skin { hz: 150.0, drop_seconds: 0.05, seconds: 0.16, slap_hz: 4200.0, ..TOM }, rng),
        "Room Kick" => room(skin(&Skin { seconds: 0.15, slap: 0.4, ..KICK }, rng), 0.16, 0.35, rng),
        "Room Snare" => room(snare(175.0, 0.13, rng), 0.22, 0.4, rng),
        "Room Tom" => room(skin(&Skin { seconds: 0.26, ..TOM }, rng), 0.25, 0.35, rng),
        "Power Kick" => {
            let kick = Skin { hz: 58.0, drop: 3.2, drop_seconds: 0.018, seconds: 0.14, slap: 0.9, slap_hz: 5000.0 };
            gate(room(skin(&kick, rng), 0.2, 0.5, rng), 0.38)
        }
        "Gated Snare" => gate(room(snare(165.0, 0.2, rng), 0.3, 0.9, rng), 0.3),
        "Power Tom" => {
            let tom = Skin { drop: 0.6, seconds: 0.3, slap: 0.5, slap_hz: 3500.0, ..TOM };
            gate(room(skin(&tom, rng), 0.3, 0.6, rng), 0.6)
        }
        "Jazz Kick" => {
            skin(&Skin { hz: 64.0, drop: 0.7, drop_seconds: 0.03, seconds: 0.2, slap: 0.22, slap_hz: 1400.0 }, rng)
        }
        "Jazz Snare" => snare(232.0, 0.14, rng),
        "Jazz Tom" => {
            skin(&Skin { hz: 128.0, drop: 0.15, drop_seconds: 0.05, seconds: 0.28, slap: 0.25, slap_hz: 2600.0 }, rng)
        }
        "Brush Tom" => skin(&Skin { hz: 120.0, drop: 0.12, seconds: 0.18, slap: 0.5, slap_hz: 4200.0, ..TOM }, rng),
        "Brush Tap" => brush(0.05, 0.004, 0.6, rng),
        "Brush Slap" => brush(0.11, 0.002, 1.2, rng),
        "Brush Swirl" => swirl(rng),
        "Concert Bass Drum" => {
            skin(&Skin { hz: 41.0, drop: 0.4, drop_seconds: 0.08, seconds: 0.5, slap: 0.25, slap_hz: 500.0 }, rng)
        }
        "Concert Snare" => room(snare(205.0, 0.16, rng), 0.2, 0.2, rng),
        "Kettledrum" => kettledrum(rng),
        "Bongo" => {
            skin(&Skin { hz: 420.0, drop: 0.1, drop_seconds: 0.01, seconds: 0.05, slap: 0.3, slap_hz: 4500.0 }, rng)
        }
        "Conga" => skin(&HAND, rng),
        "Conga Mute" => skin(&Skin { hz: 270.0, drop: 0.1, seconds: 0.03, slap: 0.7, slap_hz: 3000.0, ..HAND }, rng),
        "Timbale" => {
            skin(&Skin { hz: 330.0, drop: 0.06, drop_seconds: 0.03, seconds: 0.12, slap: 0.45, slap_hz: 6000.0 }, rng)
        }
        "Surdo Mute" => skin(&Skin { hz: 84.0, drop: 0.2, seconds: 0.06, slap: 0.35, slap_hz: 900.0, ..TOM }, rng),
        "Surdo Open" => skin(&Skin { hz: 76.0, drop: 0.2, seconds: 0.34, slap: 0.25, slap_hz: 900.0, ..TOM }, rng),
        _ => return None,
    };
    Some(sound.into())
}

fn metals(name: &str, spectral: &mut Spectral, rng: &mut Rng) -> Option<Made> {
    let wide = |metal_: Metal, spectral: &mut Spectral, rng: &mut Rng| Made::Wide(metal(&metal_, spectral, rng));
    let made = match name {
        "Hat Closed" => plate(&Metal { low: 1700.0, seconds: 0.035, ..HAT }, spectral, rng).into(),
        "Hat Pedal" => plate(&Metal { peak: 7000.0, seconds: 0.045, bloom: 0.008, ..HAT }, spectral, rng).into(),
        "Hat Open" => plate(&Metal { seconds: 0.34, bloom: 0.01, ..HAT }, spectral, rng).into(),
        "Crash" => {
            wide(Metal { low: 260.0, peak: 4000.0, seconds: 0.78, modes: 60.0, bloom: 0.03, ping: 0.0 }, spectral, rng)
        }
        "Splash" => {
            wide(Metal { low: 600.0, peak: 5600.0, seconds: 0.24, modes: 60.0, bloom: 0.01, ping: 0.0 }, spectral, rng)
        }
        "China" => {
            wide(Metal { low: 240.0, peak: 2700.0, seconds: 0.42, modes: 90.0, bloom: 0.02, ping: 0.0 }, spectral, rng)
        }
        "Ride" => {
            wide(Metal { low: 380.0, peak: 5600.0, seconds: 0.4, modes: 50.0, bloom: 0.0, ping: 6.0 }, spectral, rng)
        }
        "Concert Cymbal" => {
            wide(Metal { low: 240.0, peak: 3600.0, seconds: 0.85, modes: 80.0, bloom: 0.07, ping: 0.0 }, spectral, rng)
        }
        "Ride Bell" => {
            bell(&[(792.0, 1.0), (1570.0, 0.8), (2380.0, 0.8), (3310.0, 0.5), (5230.0, 0.35)], 0.3, 0.1, rng).into()
        }
        "Cowbell" => bell(&[(562.0, 1.0), (845.0, 0.9), (1690.0, 0.4), (2540.0, 0.25)], 0.09, 0.3, rng).into(),
        "Agogo High" => bell(&[(905.0, 1.0), (1380.0, 0.4), (2430.0, 0.6), (3560.0, 0.3)], 0.11, 0.15, rng).into(),
        "Triangle Open" => bell(&TRIANGLE, 0.4, 0.05, rng).into(),
        "Triangle Mute" => bell(&TRIANGLE, 0.05, 0.1, rng).into(),
        "Metronome Bell" => bell(&[(2090.0, 1.0), (4200.0, 0.5), (6110.0, 0.3)], 0.16, 0.2, rng).into(),
        "Jingle Bell" => jingle(0.16, 0.05, spectral, rng).into(),
        "Tambourine" => jingle(0.07, 0.022, spectral, rng).into(),
        "Belltree" => chimes(26, 1.1, 2600.0, 9500.0, 0.3, rng).into(),
        "Wind Chime" => chimes(14, 1.3, 1500.0, 4200.0, 0.35, rng).into(),
        _ => return None,
    };
    Some(made)
}

fn hands(name: &str, spectral: &mut Spectral, rng: &mut Rng) -> Option<Made> {
    let sound = match name {
        "Side Stick" => {
            room(wood(&[(530.0, 0.4), (830.0, 1.0), (1680.0, 0.9), (2710.0, 0.7)], 0.026, 0.6, rng), 0.09, 0.12, rng)
        }
        "Sticks" => wood(&[(1350.0, 1.0), (2900.0, 0.7), (4700.0, 0.4)], 0.016, 0.5, rng),
        "Clap" => clap(rng),
        "Claves" => wood(&[(2480.0, 1.0), (4100.0, 0.1)], 0.02, 0.05, rng),
        "Wood Block" => wood(&[(880.0, 1.0), (1450.0, 0.5), (2630.0, 0.25)], 0.022, 0.25, rng),
        "Castanets" => castanets(rng),
        "Cabasa" => shaker(0.045, 0.02, 5200.0, rng),
        "Maracas" => shaker(0.018, 0.008, 6500.0, rng),
        "Shaker" => shaker(0.032, 0.03, 6000.0, rng),
        "Vibraslap" => rattle(1.1, 24.0, 2700.0, rng),
        "Guiro Short" => scrape(0.11, rng),
        "Guiro Long" => scrape(0.42, rng),
        "Whistle Short" => whistle(0.16),
        "Whistle Long" => whistle(0.5),
        "Cuica Mute" => cuica(0.1, 0.55),
        "Cuica Open" => cuica(0.3, 1.5),
        "Slap" => plate(&Metal { low: 700.0, peak: 2400.0, seconds: 0.03, modes: 1e4, ..HAT }, spectral, rng),
        _ => return None,
    };
    Some(sound.into())
}

/// What machines play: the electronic kits and the clicks of studios.
fn machines(name: &str, rng: &mut Rng) -> Option<Made> {
    let fall = |hz: f32, drop: f32, quick: f32, seconds: f32| {
        move |time: f32| (hz * (1.0 + drop * (-time / quick).exp()), (-time / seconds).exp())
    };
    let sound = match name {
        "Electronic Kick" => sweep(0.5, 0.12, fall(50.0, 4.0, 0.03, 0.16)),
        "Electronic Snare" => noisy(sweep(0.4, 0.05, fall(190.0, 1.2, 0.02, 0.08)), 0.14, 1800.0, 1.1, rng),
        "Electronic Tom" => noisy(sweep(0.7, 0.06, fall(95.0, 1.6, 0.11, 0.2)), 0.05, 900.0, 0.25, rng),
        "808 Kick" => sweep(1.1, 0.02, fall(49.0, 1.4, 0.012, 0.34)),
        "808 Snare" => noisy(sweep(0.4, 0.0, |time| (238.0, (-time / 0.05).exp())), 0.09, 1400.0, 0.9, rng),
        "808 Tom" => noisy(sweep(0.8, 0.0, fall(110.0, 0.35, 0.06, 0.19)), 0.06, 600.0, 0.08, rng),
        "808 Conga" => sweep(0.5, 0.0, fall(215.0, 0.15, 0.02, 0.11)),
        "808 Rim" => wood(&[(1667.0, 1.0), (455.0, 0.7)], 0.012, 0.2, rng),
        "808 Clap" => room(clap(rng), 0.12, 0.3, rng),
        "808 Claves" => sweep(0.2, 0.0, |time| (2500.0, (-time / 0.025).exp())),
        "808 Maracas" => shaker(0.02, 0.004, 7500.0, rng),
        "808 Hat" => squares(0.045, 7500.0, rng),
        "808 Hat Open" => squares(0.24, 7500.0, rng),
        "808 Cymbal" => squares(0.55, 5200.0, rng),
        "808 Cowbell" => cowbell_808(),
        "High Q" => sweep(0.22, 0.0, |time| (420.0 + 3600.0 * (-time / 0.022).exp(), (-time / 0.04).exp())),
        "Square Click" => sweep(0.05, 2.0, |time| (1250.0, (-time / 0.008).exp())),
        "Metronome Click" => wood(&[(1900.0, 1.0), (3350.0, 0.5)], 0.009, 0.3, rng),
        "Scratch Push" => scratch(0.16, 900.0, 3200.0, rng),
        "Scratch Pull" => scratch(0.2, 3000.0, 800.0, rng),
        "Scratch" => scratch(0.3, 700.0, 4200.0, rng),
        _ => return None,
    };
    Some(sound.into())
}

/// Adds high-passed noise that dies in `seconds`.
fn noisy(mut sound: Sound, seconds: f32, corner: f32, level: f32, rng: &mut Rng) -> Sound {
    let mut noise = burst(sound.points.len(), seconds, sound.rate, rng);
    high_pass(&mut noise, corner, sound.rate);
    mix(&mut sound.points, &noise, level, 0);
    one_shot(sound.points, sound.rate)
}

/// The six square oscillators of a drum machine's metal, through its high-pass.
fn squares(seconds: f32, corner: f32, rng: &mut Rng) -> Sound {
    let frames = (seconds * 5.0 * RATE as f32) as usize;
    let mut points = vec![0.0f32; frames];
    for hz in [205.3, 304.4, 369.6, 522.7, 540.0, 800.0f32] {
        let step = hz / RATE as f32;
        let mut phase = rng.unit();
        for point in &mut points {
            *point += if phase < 0.5 { 1.0 } else { -1.0 };
            phase = (phase + step).fract();
        }
    }
    high_pass(&mut points, corner, RATE);
    high_pass(&mut points, corner * 0.8, RATE);
    let keep = (-1.0 / (seconds * RATE as f32)).exp();
    let mut level = 1.0;
    for point in &mut points {
        *point *= level;
        level *= keep;
    }
    one_shot(points, RATE)
}

fn cowbell_808() -> Sound {
    let mut sound = sweep(0.6, 1.5, |time| (540.0, 0.7 * (-time / 0.016).exp() + 0.35 * (-time / 0.12).exp()));
    let other = sweep(0.6, 1.5, |time| (800.0, 0.7 * (-time / 0.016).exp() + 0.35 * (-time / 0.12).exp()));
    mix(&mut sound.points, &other.points, 1.0, 0);
    band_pass(&mut sound.points, 1000.0, 0.8, RATE);
    one_shot(sound.points, RATE)
}

/// Wires of a brush over a skin.
fn brush(seconds: f32, swell: f32, tone: f32, rng: &mut Rng) -> Sound {
    let mut sound =
        gust(seconds * 5.0, rng, |time| (3800.0, 0.6, (1.0 - (-time / swell).exp()) * (-time / seconds).exp()));
    crate::synthesis::glide(&mut sound, RATE, |time| (205.0, tone * 0.25 * (-time / 0.05).exp()));
    one_shot(sound, RATE)
}

fn swirl(rng: &mut Rng) -> Sound {
    let sound = gust(0.9, rng, |time| {
        let way = time / 0.9;
        (3000.0 + 1800.0 * (std::f32::consts::PI * way).sin(), 0.7, (std::f32::consts::PI * way).sin().powi(2))
    });
    one_shot(sound, RATE)
}

/// A kettledrum tuned to C, the key its strokes count from.
fn kettledrum(rng: &mut Rng) -> Sound {
    let hz = 130.81;
    let mut points = vec![0.0f32; RATE as usize * 2];
    for (ratio, level, seconds) in
        [(1.0, 1.0, 0.55), (1.504, 0.75, 0.42), (2.0, 0.42, 0.3), (2.494, 0.25, 0.2), (0.63, 0.3, 0.07)]
    {
        crate::synthesis::glide(&mut points, RATE, |time| {
            (hz * ratio, level * (-time / seconds).exp() * (time / 0.002).min(1.0))
        });
    }
    let mut thud = burst(RATE as usize / 10, 0.02, RATE, rng);
    crate::synthesis::low_pass(&mut thud, 420.0, RATE);
    mix(&mut points, &thud, 2.0, 0);
    one_shot(points, RATE)
}

fn castanets(rng: &mut Rng) -> Sound {
    let mut first = wood(&[(1180.0, 1.0), (2350.0, 0.8), (3900.0, 0.4)], 0.011, 0.4, rng);
    let second = first.points.clone();
    first.points.resize(second.len() + 1200, 0.0);
    mix(&mut first.points, &second, 0.7, 1100);
    one_shot(first.points, first.rate)
}

/// Small bells struck one after the other, from high to low.
fn chimes(count: usize, seconds: f32, low: f32, high: f32, ring: f32, rng: &mut Rng) -> Sound {
    let frames = ((seconds + 4.0 * ring) * RATE as f32) as usize;
    let mut points = vec![0.0f32; frames];
    for i in 0..count {
        let way = (i as f32 + 0.6 * rng.unit()) / count as f32;
        let hz = high * (low / high).powf(way) * (0.97 + 0.06 * rng.unit());
        let start = (way * seconds * RATE as f32) as usize;
        let level = 0.5 + 0.5 * rng.unit();
        let end = (start + (5.0 * ring * RATE as f32) as usize).min(frames);
        crate::synthesis::glide(&mut points[start..end], RATE, |time| (hz, level * (-time / ring).exp()));
    }
    one_shot(points, RATE)
}

/// A record moved by hand.
fn scratch(seconds: f32, from: f32, to: f32, rng: &mut Rng) -> Sound {
    let points = gust(seconds, rng, |time| {
        let way = time / seconds;
        (from * (to / from).powf(way), 2.5, (std::f32::consts::PI * way).sin().sqrt())
    });
    one_shot(points, RATE)
}
