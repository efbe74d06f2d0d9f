//! The algorithmic reverb: a network of delays that feed each other.

mod coefficients;
mod diffuser;
mod lines;

use rae_units::{SampleRate, Seconds};
use serde::{Deserialize, Serialize};

use crate::EffectsError;
use crate::chain::{Delay, Place, Planes, Processor, Stage, within};
use coefficients::{Damping, delays, output_gain};
use diffuser::Diffuser;
use lines::{LINES, Lines};

/// A reverb without an impulse response, whose memory and work do not grow with its time. What is heard of it is the place's
/// mix, 0.3 unless said otherwise.
///
/// Four all-passes per side, then 16 delays whose outputs, damped so that each frequency decays in its time, go back through
/// Hadamard's matrix: J.-M. Jot, A. Chaigne, "Digital delay networks for designing artificial reverberators", AES 90th
/// Convention, 1991. White noise comes out at its own level. Channels go by pairs; a single one hears the left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reverb {
    /// Time in which low and middle frequencies decay by 60 dB, 0.1 to 30 s.
    pub time_s: f64,
    /// Decay time of 8 kHz over that of the lows, 0.05 to 1.
    pub high_ratio: f64,
    /// Lengths of the delays, 0.25 to 2: from a small room to a large one.
    pub size: f64,
    /// Silence before it, 0 to 500 ms.
    pub pre_delay_ms: f64,
    /// 0: the same on both sides, 1: as different as it gets.
    pub width: f64,
}

impl Default for Reverb {
    fn default() -> Reverb {
        Reverb { time_s: 1.5, high_ratio: 0.5, size: 1.0, pre_delay_ms: 10.0, width: 1.0 }
    }
}

impl Reverb {
    pub(crate) fn check(&self, place: &Place) -> Result<(), EffectsError> {
        let place = &place.named("reverb");
        within(place, "time_s", self.time_s, 0.1..=30.0)?;
        within(place, "high_ratio", self.high_ratio, 0.05..=1.0)?;
        within(place, "size", self.size, 0.25..=2.0)?;
        within(place, "pre_delay_ms", self.pre_delay_ms, 0.0..=500.0)?;
        within(place, "width", self.width, 0.0..=1.0)
    }

    pub(crate) fn bytes(&self, stage: &Stage) -> usize {
        let diffusers = Diffuser::frames(0, stage.rate) + Diffuser::frames(1, stage.rate);
        let frames =
            delays(self.size, stage.rate).iter().sum::<usize>() + diffusers + 2 * stage.frames(self.pre_delay());
        stage.channels.div_ceil(2) * frames * size_of::<f32>()
    }

    fn pre_delay(&self) -> Seconds {
        Seconds(self.pre_delay_ms / 1e3)
    }

    fn running(&self, stage: &Stage) -> Running {
        let lengths = delays(self.size, stage.rate);
        let damping = Damping::new(&lengths, self.time_s, self.high_ratio, stage.rate);
        let room = Room {
            diffusers: [Diffuser::new(0, stage.rate), Diffuser::new(1, stage.rate)],
            lines: Lines::new(&lengths, &damping, output_gain(&damping)),
        };
        let (sin, cos) = (std::f64::consts::FRAC_PI_4 * (1.0 - self.width)).sin_cos();
        Running {
            rooms: vec![room; stage.channels.div_ceil(2)],
            pre_delay: Delay::new(stage.channels, stage.frames(self.pre_delay())),
            own: cos as f32,
            other: sin as f32,
            tail: self.tail(&lengths, stage.rate),
        }
    }

    /// Until the reverb is 100 dB down.
    fn tail(&self, lengths: &[usize; LINES], rate: SampleRate) -> usize {
        let seconds = self.time_s * 100.0 / 60.0 + self.pre_delay().0 + 0.1;
        Seconds(seconds).frames(rate).0 as usize + lengths[LINES - 1]
    }

    pub(crate) fn start(&self, stage: &Stage) -> Box<dyn Processor> {
        Box::new(self.running(stage))
    }
}

#[derive(Debug)]
struct Running {
    /// One per pair of channels.
    rooms: Vec<Room>,
    pre_delay: Delay,
    /// How the two sides are mixed.
    own: f32,
    other: f32,
    tail: usize,
}

#[derive(Clone, Debug)]
struct Room {
    diffusers: [Diffuser; 2],
    lines: Lines,
}

impl Room {
    fn next(&mut self, [left, right]: [f32; 2]) -> [f32; 2] {
        let [diffuse_left, diffuse_right] = &mut self.diffusers;
        self.lines.next([diffuse_left.next(left), diffuse_right.next(right)])
    }
}

impl Processor for Running {
    fn process(&mut self, block: &mut Planes) {
        self.pre_delay.process(block);
        let (own, other) = (self.own, self.other);
        let mixed = |[a, b]: [f32; 2]| [own * a + other * b, other * a + own * b];
        let mut planes = block.each_mut();
        for room in &mut self.rooms {
            let Some(left) = planes.next() else { break };
            match planes.next() {
                Some(right) => {
                    for (left, right) in left.iter_mut().zip(right) {
                        [*left, *right] = mixed(room.next([*left, *right]));
                    }
                }
                None => left.iter_mut().for_each(|sample| *sample = mixed(room.next([*sample; 2]))[0]),
            }
        }
    }

    fn tail(&self) -> usize {
        self.tail
    }

    fn rings_on(&self) -> bool {
        true
    }
}
