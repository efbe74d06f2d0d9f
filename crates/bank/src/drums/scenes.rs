//! The sounds of the SFX kit that no program has: machines, weather, animals and people.

use std::f32::consts::{PI, TAU};

use super::strokes::{RATE, gust, one_shot, sweep, wood};
use crate::synthesis::{Rng, Sound, band_pass, bend_into_loop, burst, glide, low_pass, mix};

pub(super) fn sound(name: &str, rng: &mut Rng) -> Option<Sound> {
    let sound = match name {
        "Guitar Slide" => one_shot(gust(0.5, rng, |t| (1800.0 + 2600.0 * t, 3.0, (PI * t / 0.5).sin())), RATE),
        "Cut Noise Down" => one_shot(gust(0.16, rng, |t| (3600.0 - 16_000.0 * t, 2.0, (-t / 0.05).exp())), RATE),
        "Cut Noise Up" => one_shot(gust(0.16, rng, |t| (1100.0 + 16_000.0 * t, 2.0, (-t / 0.05).exp())), RATE),
        "Bass Slap" => thud(85.0, 0.09, 1.1, rng),
        "Key Tap" => wood(&[(420.0, 1.0), (1300.0, 0.5)], 0.02, 0.6, rng),
        "Laughing" => laughing(rng),
        "Screaming" => voice(1.1, rng, |t| {
            (520.0 + 420.0 * (t / 0.25).min(1.0) + 25.0 * (TAU * 7.0 * t).sin(), hump(t, 0.08, 1.1))
        }),
        "Punch" => thud(95.0, 0.05, 1.6, rng),
        "Heartbeat" => heartbeat(),
        "Footstep" => thud(150.0, 0.03, 0.9, rng),
        "Door Creaking" => creak(rng),
        "Door" => slam(rng),
        "Engine Start" => engine_start(rng),
        "Car Stop" => screech(rng),
        "Car Pass" => passing(2.4, 95.0, 900.0, rng),
        "Car Crash" => crash(rng),
        "Siren" => sweep(2.0, 0.08, |t| (820.0 + 330.0 * (PI * t - PI / 2.0).sin(), 1.0)),
        "Train" => train(rng),
        "Jetplane" => passing(3.0, 0.0, 1900.0, rng),
        "Starship" => {
            sweep(1.6, 0.3, |t| (110.0 + 700.0 * (1.0 + (TAU * 5.5 * t).sin()) * (1.0 - t / 1.6), hump(t, 0.05, 1.6)))
        }
        "Machine Gun" => machine_gun(rng),
        "Lasergun" => sweep(0.4, 0.1, |t| (180.0 + 2600.0 * (-t / 0.07).exp(), (-t / 0.14).exp())),
        "Explosion" => explosion(rng),
        "Dog" => dog(rng),
        "Horse Gallop" => gallop(rng),
        "Rain" => endless(gust(1.7, rng, |_| (5200.0, 0.5, 1.0))),
        "Thunder" => thunder(rng),
        "Wind" => {
            endless(gust(3.0, rng, |t| (520.0 + 260.0 * (TAU * t / 2.5).sin(), 4.0, 0.6 + 0.4 * (TAU * t / 2.5).sin())))
        }
        "Stream" => stream(rng),
        "Bubble" => sweep(0.3, 0.0, |t| (380.0 + 1900.0 * t + 5500.0 * t * t, (t / 0.02).min(1.0) * (-t / 0.07).exp())),
        _ => return None,
    };
    Some(sound)
}

/// Up within `rise` seconds, down to nothing at `end`.
fn hump(time: f32, rise: f32, end: f32) -> f32 {
    (time / rise).min(1.0) * ((end - time) / (0.4 * end)).clamp(0.0, 1.0)
}

/// Makes the last five sixths of a wave a loop.
fn endless(mut points: Vec<f32>) -> Sound {
    let start = points.len() / 6;
    let length = points.len() - start;
    bend_into_loop(&mut points, start, length, start);
    Sound { points, rate: RATE, root: 60, cycle: Some(start..start + length) }
}

/// Something heavy and soft hits something.
fn thud(hz: f32, seconds: f32, noise: f32, rng: &mut Rng) -> Sound {
    let mut points = vec![0.0; (seconds * 6.0 * RATE as f32) as usize];
    glide(&mut points, RATE, |t| (hz * (1.0 + 0.8 * (-t / 0.02).exp()), (-t / seconds).exp()));
    let mut knock = burst(points.len(), seconds * 0.4, RATE, rng);
    low_pass(&mut knock, 1500.0, RATE);
    mix(&mut points, &knock, noise * 2.0, 0);
    one_shot(points, RATE)
}

/// A throat: pulses through two formants.
fn voice(seconds: f32, rng: &mut Rng, at: impl Fn(f32) -> (f32, f32)) -> Sound {
    let mut points = vec![0.0; (seconds * RATE as f32) as usize];
    for n in 1..=9 {
        glide(&mut points, RATE, |t| {
            let (hz, level) = at(t);
            (hz * n as f32, level / n as f32)
        });
    }
    points.iter_mut().for_each(|point| *point += 0.04 * rng.noise() * *point);
    let mut upper = points.clone();
    band_pass(&mut points, 900.0, 2.0, RATE);
    band_pass(&mut upper, 2600.0, 3.0, RATE);
    mix(&mut points, &upper, 0.7, 0);
    one_shot(points, RATE)
}

fn laughing(rng: &mut Rng) -> Sound {
    let mut points = vec![0.0; RATE as usize * 13 / 10];
    for i in 0..6u8 {
        let high = 250.0 - 16.0 * f32::from(i);
        let ha = voice(0.17, rng, |t| (high * (1.15 - t), hump(t, 0.03, 0.17)));
        let breath = gust(0.07, rng, |t| (1500.0, 1.0, 0.35 * (PI * t / 0.07).sin()));
        let start = usize::from(i) * RATE as usize / 5;
        mix(&mut points, &breath, 1.0, start);
        mix(&mut points, &ha.points, 1.0 - 0.1 * f32::from(i), start + RATE as usize / 30);
    }
    one_shot(points, RATE)
}

fn heartbeat() -> Sound {
    let mut points = vec![0.0; RATE as usize * 4 / 5];
    for (start, level) in [(0, 1.0), (RATE as usize * 28 / 100, 0.7)] {
        glide(&mut points[start..], RATE, |t| (58.0, level * (t / 0.01).min(1.0) * (-t / 0.06).exp()));
    }
    one_shot(points, RATE)
}

fn creak(rng: &mut Rng) -> Sound {
    let mut points = vec![0.0; RATE as usize * 11 / 10];
    let mut time = 0.0f32;
    while time < 1.0 {
        let mut tick = burst(600, 0.003, RATE, rng);
        band_pass(&mut tick, 1100.0 + 500.0 * (5.0 * time).sin(), 6.0, RATE);
        mix(&mut points, &tick, (PI * time).sin(), (time * RATE as f32) as usize);
        time += 0.012 + 0.012 * (1.0 - (PI * time).sin()) + 0.003 * rng.unit();
    }
    one_shot(points, RATE)
}

fn slam(rng: &mut Rng) -> Sound {
    let mut slam = thud(70.0, 0.09, 2.2, rng);
    let latch = wood(&[(1400.0, 1.0), (2700.0, 0.6)], 0.01, 0.6, rng);
    mix(&mut slam.points, &latch.points, 0.5, RATE as usize / 25);
    slam
}

/// Pulses of an engine whose rate follows time.
fn engine(seconds: f32, rng: &mut Rng, at: impl Fn(f32) -> (f32, f32)) -> Vec<f32> {
    let mut points = vec![0.0; (seconds * RATE as f32) as usize];
    let (mut phase, mut rough) = (0.0f32, 0.0f32);
    for (i, point) in points.iter_mut().enumerate() {
        let (hz, level) = at(i as f32 / RATE as f32);
        phase += hz / RATE as f32;
        if phase >= 1.0 {
            phase -= 1.0;
            rough = rng.noise() * 0.3;
        }
        *point = level * (1.0 + rough) * ((-7.0 * phase).exp() - 0.14 + 0.25 * rng.noise() * (-4.0 * phase).exp());
    }
    low_pass(&mut points, 1400.0, RATE);
    points
}

fn engine_start(rng: &mut Rng) -> Sound {
    let points = engine(2.0, rng, |t| {
        if t < 0.8 {
            (11.0, 0.5)
        } else {
            (45.0 + 50.0 * (PI * (t - 0.8) / 1.2).sin(), ((2.0 - t) / 0.4).clamp(0.0, 1.0))
        }
    });
    one_shot(points, RATE)
}

fn screech(rng: &mut Rng) -> Sound {
    let mut points = gust(1.2, rng, |t| (1900.0 - 350.0 * t, 25.0, hump(t, 0.08, 1.2)));
    let lower = gust(1.2, rng, |t| (1180.0 - 250.0 * t, 25.0, 0.7 * hump(t, 0.08, 1.2)));
    mix(&mut points, &lower, 1.0, 0);
    one_shot(points, RATE)
}

/// Something with an engine (`hz`, or none) and wind around it goes by, its pitch falling as it does.
fn passing(seconds: f32, hz: f32, wind: f32, rng: &mut Rng) -> Sound {
    let middle = seconds / 2.0;
    let speed = move |t: f32| 1.0 - 0.14 * ((t - middle) * 5.0).tanh();
    let near = move |t: f32| 1.0 / (1.0 + (5.0 * (t - middle)).powi(2));
    let mut points = gust(seconds, rng, |t| (wind * speed(t), 0.6, near(t)));
    if hz > 0.0 {
        let engine = engine(seconds, rng, |t| (hz * speed(t), near(t)));
        mix(&mut points, &engine, 1.2, 0);
    }
    one_shot(points, RATE)
}

fn crash(rng: &mut Rng) -> Sound {
    let mut crash = thud(60.0, 0.18, 2.5, rng).points;
    crash.resize(RATE as usize * 3 / 2, 0.0);
    for _ in 0..40 {
        let time = 0.9 * rng.unit().powi(2);
        let mut shard = burst(1600, 0.012, RATE, rng);
        band_pass(&mut shard, 1500.0 + 5500.0 * rng.unit(), 5.0, RATE);
        mix(&mut crash, &shard, 1.2 * (1.0 - time), (time * RATE as f32) as usize);
    }
    one_shot(crash, RATE)
}

fn train(rng: &mut Rng) -> Sound {
    let puff = RATE as usize / 5;
    let mut points = Vec::new();
    for i in 0..12u8 {
        let level = if i % 4 == 0 { 1.0 } else { 0.6 };
        points.extend(gust(0.2, rng, |t| (900.0, 0.6, level * (t / 0.015).min(1.0) * (-t / 0.06).exp())));
    }
    points.truncate(puff * 12);
    endless(points)
}

fn machine_gun(rng: &mut Rng) -> Sound {
    let mut points = vec![0.0; RATE as usize];
    for i in 0..8usize {
        let shot = thud(120.0, 0.03, 3.0, rng);
        mix(&mut points, &shot.points, 1.0, i * RATE as usize / 11);
    }
    one_shot(points, RATE)
}

fn explosion(rng: &mut Rng) -> Sound {
    let mut points =
        gust(2.2, rng, |t| (90.0 + 900.0 * (-t / 0.12).exp(), 0.5, (t / 0.004).min(1.0) * (-t / 0.55).exp()));
    glide(&mut points, RATE, |t| (38.0, 0.8 * (-t / 0.4).exp()));
    one_shot(points, RATE)
}

fn dog(rng: &mut Rng) -> Sound {
    let mut points = vec![0.0; RATE as usize * 6 / 10];
    for start in [0, RATE as usize * 3 / 10] {
        let bark = voice(0.16, rng, |t| (430.0 - 900.0 * t, hump(t, 0.02, 0.16)));
        mix(&mut points, &bark.points, 1.0, start);
    }
    one_shot(points, RATE)
}

fn gallop(rng: &mut Rng) -> Sound {
    let mut points = vec![0.0; RATE as usize];
    for (i, level) in [(0usize, 1.0), (4, 0.7), (7, 0.9), (14, 1.0), (18, 0.7), (21, 0.9)] {
        let hoof = wood(&[(510.0, 1.0), (930.0, 0.6), (1620.0, 0.3)], 0.02, 0.5, rng);
        mix(&mut points, &hoof.points, level, i * RATE as usize / 28);
    }
    one_shot(points, RATE)
}

fn thunder(rng: &mut Rng) -> Sound {
    let rolls: Vec<(f32, f32)> = (0..7).map(|i| (0.3 * i as f32 + 0.2 * rng.unit(), 0.4 + 0.6 * rng.unit())).collect();
    let roll = move |t: f32| {
        let each = |&(start, level): &(f32, f32)| if t < start { 0.0 } else { level * (-(t - start) / 0.35).exp() };
        rolls.iter().map(each).sum::<f32>()
    };
    let points =
        gust(3.2, rng, |t| (70.0 + 1500.0 * (-t / 0.1).exp() + 60.0 * roll(t), 0.5, roll(t) * (t / 0.01).min(1.0)));
    one_shot(points, RATE)
}

fn stream(rng: &mut Rng) -> Sound {
    let mut points = gust(2.0, rng, |_| (1400.0, 0.4, 0.12));
    for _ in 0..60 {
        let (hz, start) = (500.0 + 1300.0 * rng.unit(), (rng.unit() * 1.9 * RATE as f32) as usize);
        let end = (start + RATE as usize / 12).min(points.len());
        let level = 0.15 + 0.25 * rng.unit();
        glide(&mut points[start..end], RATE, |t| {
            (hz * (1.0 + 3.0 * t), level * (t / 0.004).min(1.0) * (-t / 0.015).exp())
        });
    }
    endless(points)
}
