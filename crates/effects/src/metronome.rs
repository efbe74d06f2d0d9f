//! The metronome: a short, dry click at given frames, made by code.

use std::f64::consts::TAU;
use std::sync::Arc;

use rae_units::{Decibels, Frames, SampleRate, Seconds};

/// How long a click sounds; the next one cuts it off.
const LENGTH: Seconds = Seconds(0.05);

/// Hertz of the first beat of a bar and of the others, a fourth apart.
const PITCHES: [f64; 2] = [1760.0, 1320.0];

/// How much softer the other beats are.
const SOFTER: Decibels = Decibels(-4.0);

/// Partials as struck wood has them: factor on the pitch, share of the sound, and the time in which it falls to 1/e.
const PARTIALS: [(f64, f64, Seconds); 2] = [(1.0, 0.7, Seconds(0.008)), (2.76, 0.3, Seconds(0.003))];

/// A beat that is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Click {
    /// Where it begins, with its highest sample.
    pub frame: Frames,
    /// The first beat of a bar: higher and louder.
    pub accent: bool,
}

/// Clicks, ready to be added to a signal. What it adds to a frame depends on nothing but the frame's number. Clones share
/// their memory.
#[derive(Clone, Debug)]
pub struct Metronome {
    clicks: Arc<[Click]>,
    /// Of accents, and of other beats.
    sounds: Arc<[Vec<f32>; 2]>,
}

impl Metronome {
    /// Clicks in order of their frames. `level` is that of an accent's highest sample, relative to full scale.
    pub fn new(clicks: &[Click], level: Decibels, rate: SampleRate) -> Metronome {
        let levels = [level, Decibels(level.0 + SOFTER.0)];
        let sound = |index: usize| sound(PITCHES[index], levels[index].amplitude(), rate);
        Metronome { clicks: clicks.into(), sounds: Arc::new([0, 1].map(sound)) }
    }

    /// How long a click lasts.
    pub fn tail(&self) -> Frames {
        Frames(self.sounds[0].len() as u64)
    }

    /// Adds the clicks to both channels, the first frame of which is number `start`.
    pub fn add_to(&self, start: Frames, left: &mut [f32], right: &mut [f32]) {
        let end = start.0 + left.len() as u64;
        let sounding = self.clicks.partition_point(|click| click.frame <= start).saturating_sub(1);
        for (index, click) in self.clicks.iter().enumerate().skip(sounding) {
            if click.frame.0 >= end {
                return;
            }
            let sound = &self.sounds[usize::from(!click.accent)];
            let next = self.clicks.get(index + 1).map_or(u64::MAX, |next| next.frame.0);
            let from = click.frame.0.max(start.0);
            let to = next.min(click.frame.0 + sound.len() as u64).min(end);
            if from < to {
                let sound = &sound[(from - click.frame.0) as usize..(to - click.frame.0) as usize];
                let place = (from - start.0) as usize..(to - start.0) as usize;
                for channel in [&mut *left, &mut *right] {
                    channel[place.clone()].iter_mut().zip(sound).for_each(|(sample, click)| *sample += click);
                }
            }
        }
    }
}

/// Damped cosines, so that the very first sample is the highest.
fn sound(pitch: f64, amplitude: f64, rate: SampleRate) -> Vec<f32> {
    let hz = f64::from(rate.hz());
    let partials = PARTIALS.iter().filter(|(factor, _, _)| pitch * factor < hz / 2.0);
    let highest: f64 = partials.clone().map(|(_, share, _)| share).sum();
    let sample = |frame: u64| {
        let Seconds(time) = Frames(frame).seconds(rate);
        let partial = |&(factor, share, Seconds(decay)): &(f64, f64, Seconds)| {
            share * (TAU * pitch * factor * time).cos() * (-time / decay).exp()
        };
        let wave: f64 = partials.clone().map(partial).sum();
        (amplitude / highest * wave * (1.0 - time / LENGTH.0).max(0.0)) as f32
    };
    (0..LENGTH.frames(rate).0).map(sample).collect()
}
