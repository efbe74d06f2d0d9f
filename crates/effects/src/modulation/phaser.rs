use serde::{Deserialize, Serialize};

use super::Oscillator;
use crate::EffectsError;
use crate::chain::{Place, Planes, Processor, Stage, alike, within};

/// All-passes whose frequency sways between two: mixed with the dry sound (0.5 unless said otherwise), notches that wander.
///
/// y = A(x + feedback·y₋₁), where A is `stages` all-passes (a + z⁻¹)/(1 + a·z⁻¹) in a row, a = (t − 1)/(t + 1),
/// t = tan(πf/rate), f = low·(high/low)^(½ − ½cos 2π·rate_hz·time).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Phaser {
    /// How often it sways, 0 to 10 Hz; at 0 it stays at the lower frequency.
    pub rate_hz: f64,
    /// The lower frequency, at least 20 Hz.
    pub low_hz: f64,
    /// The higher one, at most 0.45 of the sample rate.
    pub high_hz: f64,
    /// All-passes of first order, 2 to 12; two make one notch.
    pub stages: u32,
    /// What goes back to the start, −0.95 to 0.95: sharper peaks.
    pub feedback: f64,
    /// By how much every second channel sways later, 0 to 180°.
    pub stereo_degrees: f64,
}

impl Default for Phaser {
    fn default() -> Phaser {
        Phaser { rate_hz: 0.4, low_hz: 300.0, high_hz: 3000.0, stages: 4, feedback: 0.3, stereo_degrees: 90.0 }
    }
}

const MOST_STAGES: usize = 12;
/// The coefficient is computed every so many frames on a grid from frame 0, and moves in a straight line between.
const GRID: u64 = 32;
/// What is remembered below −600 dBFS is silence.
const LEAST: f64 = 1e-30;

impl Phaser {
    pub(crate) fn check(&self, place: &Place, stage: &Stage) -> Result<(), EffectsError> {
        let place = &place.named("phaser");
        let top = 0.45 * stage.hz();
        within(place, "rate_hz", self.rate_hz, 0.0..=10.0)?;
        within(place, "low_hz", self.low_hz, 20.0..=top)?;
        within(place, "high_hz", self.high_hz, self.low_hz..=top)?;
        within(place, "stages", f64::from(self.stages), 2.0..=MOST_STAGES as f64)?;
        within(place, "feedback", self.feedback, -0.95..=0.95)?;
        within(place, "stereo_degrees", self.stereo_degrees, 0.0..=180.0)
    }

    fn running(&self, stage: &Stage) -> Running {
        let sway = |channel: usize| {
            let later = if channel % 2 == 1 { 1.0 - self.stereo_degrees / 360.0 } else { 0.0 };
            Sway {
                oscillator: Oscillator::new(self.rate_hz / stage.hz(), later),
                low: self.low_hz / stage.hz(),
                octaves: (self.high_hz / self.low_hz).log2(),
            }
        };
        Running {
            channels: (0..stage.channels).map(|channel| (sway(channel), Memory::default())).collect(),
            stages: self.stages as usize,
            feedback: self.feedback,
            tail: self.tail(stage),
            frame: 0,
        }
    }

    /// Frames until the slowest all-passes, and what goes round them, are 100 dB down.
    fn tail(&self, stage: &Stage) -> usize {
        let pole = coefficient(self.low_hz / stage.hz()).abs();
        let once = f64::from(self.stages) * (1e-5f64.ln() / pole.max(1e-6).ln() + 1.0);
        let rounds = if self.feedback == 0.0 { 1.0 } else { 1.0 + 1e-5f64.ln() / self.feedback.abs().ln() };
        ((once * rounds).ceil() as usize).min(1 << 20)
    }

    pub(crate) fn start(&self, stage: &Stage) -> Box<dyn Processor> {
        Box::new(self.running(stage))
    }
}

/// Where an all-pass has turned the phase by 90°, in cycles per frame, to its coefficient.
fn coefficient(cycles: f64) -> f64 {
    let t = (std::f64::consts::PI * cycles).tan();
    (t - 1.0) / (t + 1.0)
}

#[derive(Debug)]
struct Running {
    channels: Vec<(Sway, Memory)>,
    stages: usize,
    feedback: f64,
    tail: usize,
    frame: u64,
}

#[derive(Debug)]
struct Sway {
    oscillator: Oscillator,
    low: f64,
    octaves: f64,
}

#[derive(Clone, Debug, Default)]
struct Memory {
    stages: [f64; MOST_STAGES],
    last: f64,
}

impl Sway {
    fn at(&self, frame: u64) -> f64 {
        coefficient(self.low * (self.octaves * self.oscillator.wave(frame)).exp2())
    }
}

impl Memory {
    /// All-passes with one coefficient per frame, the first of which is `into` its cell.
    fn process(&mut self, samples: &mut [f32], [start, step]: [f64; 2], into: u64, stages: usize, feedback: f64) {
        for (n, sample) in (into..).zip(samples) {
            let a = start + step * n as f64;
            let mut value = f64::from(*sample) + feedback * self.last;
            for memory in &mut self.stages[..stages] {
                let out = a * value + *memory;
                *memory = value - a * out;
                value = out;
            }
            self.last = value;
            *sample = value as f32;
        }
    }

    fn settle(&mut self) {
        if self.stages.iter().all(|value| value.abs() < LEAST) && self.last.abs() < LEAST {
            *self = Memory::default();
        }
    }
}

impl Processor for Running {
    fn process(&mut self, block: &mut Planes) {
        let Running { channels, stages, feedback, frame, .. } = self;
        for ((sway, memory), samples) in channels.iter_mut().zip(block.each_mut()) {
            let mut at = 0;
            while at < samples.len() {
                let now = *frame + at as u64;
                let cell = now / GRID * GRID;
                let run = at..samples.len().min(at + (cell + GRID - now) as usize);
                let (start, end) = (sway.at(cell), sway.at(cell + GRID));
                let step = (end - start) / GRID as f64;
                at = run.end;
                memory.process(&mut samples[run], [start, step], now - cell, *stages, *feedback);
                if (*frame + at as u64).is_multiple_of(GRID) {
                    memory.settle();
                }
            }
        }
        *frame += block.frames() as u64;
    }

    fn tail(&self) -> usize {
        self.tail
    }

    fn go_on_from(&mut self, old: &dyn Processor) {
        let Some(old) = alike::<Running>(old) else { return };
        self.frame = old.frame;
        for ((_, memory), (_, old)) in self.channels.iter_mut().zip(&old.channels) {
            *memory = old.clone();
            memory.stages[self.stages..].fill(0.0);
        }
    }
}
