//! What a detector hears: filtered, peak or mean power, each channel for itself or linked.

use rae_dsp::biquad::{Biquad, Cascade};

use super::compressor::Detector;
use super::decibels::levels_of_powers;
use super::sidechain::Sidechain;
use crate::chain::{CHUNK, Planes, Stage};

/// The mean power's time constant in seconds.
const MEAN: f64 = 0.01;
/// Butterworth's quality.
const FLAT: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// The levels of a block, in dB.
#[derive(Clone, Debug)]
pub(super) struct Levels {
    sidechain: Sidechain,
    filter: Option<(Cascade, Planes)>,
    detector: Detector,
    /// 1: all channels have the loudest one's level; 0: each has its own.
    link: f32,
    /// One-pole means of squares.
    means: Cascade,
    squares: Vec<f32>,
    /// One row per channel, or a single one where all are linked.
    rows: Vec<[f32; CHUNK]>,
}

impl Levels {
    pub(super) fn new(
        high_pass_hz: Option<f64>,
        detector: Detector,
        link: f64,
        sidechain: Sidechain,
        stage: &Stage,
    ) -> Levels {
        let heard = sidechain.channels(stage);
        let filter = |hz: f64| Cascade::new(&[Biquad::high_pass(hz / stage.hz(), FLAT)], heard);
        let rows = if link == 1.0 || heard != stage.channels { 1 } else { heard };
        Levels {
            sidechain,
            filter: high_pass_hz.map(|hz| (filter(hz), Planes::new(heard))),
            detector,
            link: link as f32,
            means: Cascade::new(&[mean(stage)], heard),
            squares: vec![0.0; CHUNK],
            rows: vec![[0.0; CHUNK]; rows],
        }
    }

    /// Goes on from what others remember, if they listen to the same.
    pub(super) fn go_on_from(&mut self, old: &Levels) {
        if self.sidechain != old.sidechain {
            return;
        }
        self.means.go_on_from(&old.means);
        if let (Some((old, _)), Some((new, _))) = (&old.filter, &mut self.filter) {
            new.go_on_from(old);
        }
    }

    /// What they are those of.
    pub(super) fn sidechain(&self) -> Sidechain {
        self.sidechain
    }

    /// How many control signals there are.
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Measures a block; [`Levels::row`] has the results.
    pub(super) fn measure(&mut self, block: &Planes) {
        let frames = block.frames();
        if let Some((filter, planes)) = &mut self.filter {
            planes.copy_from(block);
            for (channel, samples) in planes.each_mut().enumerate() {
                filter.process(channel, samples);
            }
        }
        let heard = self.filter.as_ref().map_or(block, |(_, planes)| planes);
        let linked = self.rows.len() == 1;
        for (channel, samples) in heard.each().enumerate() {
            let row = &mut self.rows[if linked { 0 } else { channel }][..frames];
            match self.detector {
                Detector::Peak if linked && channel > 0 => louder_peaks(row, samples),
                Detector::Peak => row.iter_mut().zip(samples).for_each(|(power, x)| *power = x * x),
                Detector::Rms => {
                    let squares = &mut self.squares[..frames];
                    squares.iter_mut().zip(samples).for_each(|(square, x)| *square = x * x);
                    self.means.process(channel, squares);
                    if linked && channel > 0 {
                        louder(row, squares);
                    } else {
                        row.copy_from_slice(squares);
                    }
                }
            }
        }
        for row in &mut self.rows {
            levels_of_powers(&mut row[..frames]);
        }
        if self.rows.len() > 1 && self.link > 0.0 {
            self.bring_together(frames);
        }
    }

    /// Moves all levels towards the loudest channel's.
    fn bring_together(&mut self, frames: usize) {
        for frame in 0..frames {
            let loudest = self.rows.iter().fold(f32::MIN, |loudest, row| loudest.max(row[frame]));
            for row in &mut self.rows {
                row[frame] += self.link * (loudest - row[frame]);
            }
        }
    }

    /// The levels of one control signal, to be worked on.
    pub(super) fn row(&mut self, row: usize, frames: usize) -> &mut [f32] {
        &mut self.rows[row][..frames]
    }
}

fn louder_peaks(row: &mut [f32], samples: &[f32]) {
    for (power, x) in row.iter_mut().zip(samples) {
        let own = x * x;
        *power = if own > *power { own } else { *power };
    }
}

fn louder(row: &mut [f32], powers: &[f32]) {
    for (power, own) in row.iter_mut().zip(powers) {
        *power = if own > power { *own } else { *power };
    }
}

/// The one-pole mean.
fn mean(stage: &Stage) -> Biquad {
    let pole = (-1.0 / (MEAN * stage.hz())).exp();
    Biquad { b: [1.0 - pole, 0.0, 0.0], a: [-pole, 0.0] }
}
