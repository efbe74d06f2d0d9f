//! Early reflections by mirror images of the source: J. B. Allen, D. A. Berkley, "Image method for efficiently simulating
//! small-room acoustics", J. Acoust. Soc. Am. 65(4), 1979, doi:10.1121/1.382599.

use rae_dsp::AudioBuffer;
use rae_dsp::window::{kaiser, sinc};
use rae_units::SampleRate;

use super::Space;
use super::space::SPEED;
use crate::cut::Cut;

/// Reflections of at most so many walls.
const MOST_WALLS: i32 = 3;

/// The room over its length, and in it the source and who listens. Places in no simple ratio, so that no two ways are
/// equally long.
const ROOM: [f64; 3] = [1.0, 0.73, 0.45];
const SOURCE: [f64; 3] = [0.23, 0.41, 0.17];
const LISTENER: [f64; 3] = [0.61, 0.34, 0.19];

/// Samples on each side that a reflection between two frames takes.
const HALF: isize = 8;

/// A way of sound that the direct one is not.
struct Reflection {
    walls: i32,
    /// Seconds after the direct sound.
    delay: f64,
    /// Amplitude on the left and on the right.
    gains: [f64; 2],
}

/// The reflections of a room, `frames` long: at 44.1 kHz the energy of each channel is 1, at other rates they are as loud at
/// each frequency.
pub(super) fn reflections(space: &Space, rate: SampleRate, frames: usize) -> AudioBuffer {
    let mut sound = unscaled(space, rate, frames);
    let energy = |sound: &AudioBuffer, side: usize| -> f64 {
        sound.channel(side).iter().map(|sample| f64::from(*sample).powi(2)).sum()
    };
    let at_cd_rate = (rate != SampleRate::CD).then(|| {
        let frames = space.length().frames(SampleRate::CD).0.max(1) as usize;
        unscaled(space, SampleRate::CD, frames)
    });
    for side in 0..2 {
        let energy = energy(at_cd_rate.as_ref().unwrap_or(&sound), side);
        let scale = (1.0 / energy.max(1e-30).sqrt()) as f32;
        sound.channel_mut(side).iter_mut().for_each(|sample| *sample *= scale);
    }
    sound
}

/// The reflections beside a direct sound of amplitude 1 at all frequencies.
fn unscaled(space: &Space, rate: SampleRate, frames: usize) -> AudioBuffer {
    let hz = f64::from(rate.hz());
    let reflections = ways(space);
    let mut sum = AudioBuffer::new(2, frames);
    for side in 0..2 {
        for walls in 1..=MOST_WALLS {
            let mut of_these = vec![0.0; frames];
            for way in reflections.iter().filter(|way| way.walls == walls) {
                add_pulse(&mut of_these, way.delay * hz, way.gains[side]);
            }
            // Every wall takes away highs.
            for _ in 0..walls {
                Cut::new(18_000.0 * space.high_ratio, rate).apply(&mut of_these, |_, low| low);
            }
            sum.channel_mut(side).iter_mut().zip(of_these).for_each(|(sum, sample)| *sum += sample);
        }
    }
    sum
}

fn ways(space: &Space) -> Vec<Reflection> {
    let reflected = reflected(space);
    let distance = |image: [f64; 3]| {
        let squares: f64 = image.iter().zip(LISTENER).map(|(a, b)| (a - b).powi(2)).sum();
        squares.sqrt() * space.size_m
    };
    let direct = distance(SOURCE);
    let numbers = || -MOST_WALLS..=MOST_WALLS;
    let images = numbers().flat_map(|x| numbers().flat_map(move |y| numbers().map(move |z| [x, y, z])));
    let way = |mirrored: [i32; 3]| {
        let walls = mirrored.iter().map(|n| n.abs()).sum();
        let image: [f64; 3] = std::array::from_fn(|axis| {
            let (n, length) = (mirrored[axis], ROOM[axis]);
            f64::from(n) * length + if n % 2 == 0 { SOURCE[axis] } else { length - SOURCE[axis] }
        });
        let far = distance(image);
        let sideways = (image[1] - LISTENER[1]) * space.size_m / far;
        let amplitude = reflected.powi(walls) * direct / far;
        let gains = [0.5 - 0.5 * sideways, 0.5 + 0.5 * sideways].map(|power| amplitude * power.sqrt());
        Reflection { walls, delay: (far - direct) / SPEED, gains }
    };
    images.map(way).filter(|way| (1..=MOST_WALLS).contains(&way.walls)).collect()
}

/// The share of amplitude that a wall gives back, from Eyring's formula for the time of decay.
fn reflected(space: &Space) -> f64 {
    let [x, y, z] = ROOM.map(|length| length * space.size_m);
    let (volume, surface) = (x * y * z, 2.0 * (x * y + y * z + x * z));
    (-0.161 * volume / (surface * space.time_s)).exp().sqrt()
}

/// Adds a pulse between two frames; what lies outside is left out.
fn add_pulse(samples: &mut [f32], at: f64, gain: f64) {
    let middle = at.floor() as isize;
    for n in middle - HALF + 1..=middle + HALF {
        let from_pulse = n as f64 - at;
        let value = gain * sinc(from_pulse) * kaiser(from_pulse / HALF as f64, 6.0);
        if let Some(sample) = usize::try_from(n).ok().and_then(|n| samples.get_mut(n)) {
            *sample += value as f32;
        }
    }
}
