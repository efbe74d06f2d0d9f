//! Programs 115 to 127: drums that play melodies, and the noises at the end of General MIDI.

use std::f32::consts::TAU;

use rae_soundfont::{Generator, SampleKind};

use crate::assemble::{Bank, Tone};
use crate::drums::strokes::{Skin, one_shot, skin, wood};
use crate::synthesis::{Rng, Sound, band_pass, bend_into_loop, burst, high_pass, low_pass, mix};

const RATE: u32 = 22_050;

pub(crate) fn build(bank: &mut Bank) {
    drums(bank);
    noises(bank);
}

/// Stores one sound and makes it a program that plays it over the whole keyboard.
fn program(bank: &mut Bank, number: u16, sound: Sound, tone: Tone) {
    let name = crate::NAMES[number as usize];
    let looped = i16::from(sound.cycle.is_some());
    // Strokes too short to be heard at their level get as much as fits.
    let boost = if sound.cycle.is_none() { 12.0 } else { 0.0 };
    let sample = bank.linked_sample(name, sound, SampleKind::Mono, 0, boost);
    let zone = Tone::new().set(Generator::SampleModes, looped).zone(None, Some(sample), &Tone::new());
    let instrument = bank.instrument(name, &tone, vec![zone]);
    bank.preset(number, name, &[(instrument, Tone::new())]);
}

fn drums(bank: &mut Bank) {
    let rng = &mut Rng::new(115);
    let ringing = || Tone::new().release(40.0).touch(1800).sends(20, 0);
    // Tuned to middle C, the key their samples carry.
    let block = wood(&[(1046.5, 1.0), (1720.0, 0.5), (3100.0, 0.25)], 0.025, 0.25, rng);
    let taiko = Skin { hz: 65.4, drop: 0.3, drop_seconds: 0.06, seconds: 0.34, slap: 0.35, slap_hz: 900.0 };
    let tom = Skin { hz: 130.8, drop: 0.3, drop_seconds: 0.05, seconds: 0.22, slap: 0.3, slap_hz: 2000.0 };
    let synth = Skin { hz: 130.8, drop: 2.2, drop_seconds: 0.07, seconds: 0.2, slap: 0.0, slap_hz: 2000.0 };
    program(bank, 115, block, ringing());
    program(bank, 116, skin(&taiko, rng), ringing());
    program(bank, 117, skin(&tom, rng), ringing().softer(1.0));
    program(bank, 118, skin(&synth, rng), ringing().softer(1.0));
    program(bank, 119, reverse_cymbal(rng), Tone::new().release(1.0).softer(4.0).sends(20, 0));
}

fn noises(bank: &mut Bank) {
    let rng = &mut Rng::new(120);
    let dry = |db: f32| Tone::new().release(0.3).softer(db).sends(12, 0);
    program(bank, 120, fret(rng), dry(0.0));
    program(bank, 121, breath(rng), dry(0.0));
    let waves = dry(3.0).attack(0.5).tremolo(8.0, 0.14).set(Generator::ModLfoToFilterFc, 1300).filter(2200.0, 0.0);
    program(bank, 122, hiss(rng), waves.set(Generator::ReleaseVolEnv, 3000));
    program(bank, 123, bird(), dry(3.0));
    program(bank, 124, telephone(), dry(3.0));
    program(bank, 125, helicopter(rng), dry(0.0).attack(0.15).set(Generator::ReleaseVolEnv, 1800));
    program(bank, 126, applause(rng), dry(0.0).attack(0.12).set(Generator::ReleaseVolEnv, 1800));
    program(bank, 127, gunshot(rng), Tone::new().release(40.0).sends(25, 0));
}

fn reverse_cymbal(rng: &mut Rng) -> Sound {
    let mut points = burst(RATE as usize, 0.3, RATE, rng);
    high_pass(&mut points, 2500.0, RATE);
    points.reverse();
    Sound { points, rate: RATE, root: 60, cycle: None }
}

fn fret(rng: &mut Rng) -> Sound {
    let frames = RATE as usize / 4;
    let mut points = vec![0.0; frames];
    // Windings pass under the finger at a rate that slows down.
    let mut at = 0.0f32;
    while (at as usize) < frames {
        let mut winding = burst(200, 0.002, RATE, rng);
        band_pass(&mut winding, 2900.0 - 1200.0 * at / frames as f32, 2.5, RATE);
        mix(&mut points, &winding, (std::f32::consts::PI * at / frames as f32).sin(), at as usize);
        at += 14.0 + 26.0 * at / frames as f32;
    }
    one_shot(points, RATE)
}

fn breath(rng: &mut Rng) -> Sound {
    let frames = RATE as usize / 2;
    let mut points = burst(frames, 100.0, RATE, rng);
    band_pass(&mut points, 1700.0, 0.7, RATE);
    for (i, point) in points.iter_mut().enumerate() {
        *point *= (std::f32::consts::PI * (i as f32 / frames as f32).sqrt()).sin();
    }
    one_shot(points, RATE)
}

/// A loop of `frames`, whose end is blended into what came before its start.
fn endless(mut points: Vec<f32>, frames: usize) -> Sound {
    let start = points.len() - frames;
    bend_into_loop(&mut points, start, frames, start.min(frames / 2));
    Sound { points, rate: RATE, root: 60, cycle: Some(start..start + frames) }
}

fn hiss(rng: &mut Rng) -> Sound {
    let frames = RATE as usize * 2;
    let mut points = burst(frames + 4000, 1e6, RATE, rng);
    low_pass(&mut points, 5000.0, RATE);
    endless(points, frames)
}

/// Two calls and a rest.
fn bird() -> Sound {
    let frames = RATE as usize;
    let mut cycle = 0.0f32;
    let step = |i: usize| {
        let time = i as f32 / RATE as f32;
        let call = (time % 0.16) / 0.16;
        cycle = (cycle + (3100.0 + 1500.0 * (call * 9.0).sin() * (1.0 - call)) / RATE as f32).fract();
        let sounding = if time < 0.64 { (std::f32::consts::PI * call).sin().powi(2) } else { 0.0 };
        (TAU * cycle).sin() * sounding
    };
    endless((0..frames + 64).map(step).collect(), frames)
}

/// A bell struck twenty times a second, one second on, one off.
fn telephone() -> Sound {
    let frames = RATE as usize * 2;
    let step = |i: usize| {
        let time = i as f32 / RATE as f32 % 2.0;
        let strike = (-(time * 20.0).fract() * 1.6).exp();
        let bell = [(1480.0, 1.0), (1865.0, 0.8), (3350.0, 0.5), (5120.0, 0.25)];
        let ring: f32 = bell.iter().map(|&(hz, level)| level * (TAU * hz * time).sin()).sum();
        ring * strike * ((1.1 - time) / 0.1).clamp(0.0, 1.0)
    };
    endless((0..frames + 64).map(step).collect(), frames)
}

fn helicopter(rng: &mut Rng) -> Sound {
    let beat = RATE as usize / 11;
    let mut points = burst(beat * 13, 1e6, RATE, rng);
    low_pass(&mut points, 900.0, RATE);
    for (i, point) in points.iter_mut().enumerate() {
        let way = (i % beat) as f32 / beat as f32;
        *point = *point * (0.25 + (-way * 5.0).exp()) + 0.25 * (TAU * way).sin() * (-way * 3.0).exp();
    }
    endless(points, beat * 12)
}

/// Hundreds of hands; those that ring over the end of the loop come back at its start.
fn applause(rng: &mut Rng) -> Sound {
    let frames = RATE as usize * 2;
    let mut points = vec![0.0; frames];
    for _ in 0..420 {
        let mut hands = burst(RATE as usize / 25, 0.006, RATE, rng);
        band_pass(&mut hands, 900.0 + 1500.0 * rng.unit(), 1.2, RATE);
        let at = (rng.unit() * frames as f32) as usize;
        let level = 0.2 + rng.unit();
        mix(&mut points, &hands, level, at);
        if at + hands.len() > frames {
            mix(&mut points, &hands[frames - at..], level, 0);
        }
    }
    crate::synthesis::loop_of(&points, RATE, 60)
}

fn gunshot(rng: &mut Rng) -> Sound {
    let frames = RATE as usize;
    let mut points = burst(frames, 0.02, RATE, rng);
    let mut boom = burst(frames, 0.16, RATE, rng);
    low_pass(&mut boom, 500.0, RATE);
    mix(&mut points, &boom, 3.5, 0);
    points.iter_mut().for_each(|point| *point = (*point * 3.0).tanh());
    one_shot(points, RATE)
}
