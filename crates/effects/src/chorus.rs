//! The send chorus: a mono send through slowly swaying delays, two on each side.

use rae_dsp::fractional_delay::{BEFORE, FractionalDelay, POINTS};
use rae_units::SampleRate;

/// Delays are computed every so many frames on a grid from frame 0, and blended linearly between.
const GRID: u64 = 64;

/// One swaying delay: middle and sway in seconds, rate in hertz, starting phase in turns.
struct VoiceShape {
    middle: f64,
    sway: f64,
    hz: f64,
    phase: f64,
}

/// Two on the left, two on the right. The rates are in no simple ratio, so the pattern never repeats audibly;
/// the greatest detuning, 2π·sway·rate, is about 8 cents.
const VOICES: [[VoiceShape; 2]; 2] = [
    [
        VoiceShape { middle: 0.0090, sway: 0.0022, hz: 0.31, phase: 0.0 },
        VoiceShape { middle: 0.0155, sway: 0.0018, hz: 0.43, phase: 0.5 },
    ],
    [
        VoiceShape { middle: 0.0106, sway: 0.0020, hz: 0.37, phase: 0.25 },
        VoiceShape { middle: 0.0172, sway: 0.0024, hz: 0.29, phase: 0.75 },
    ],
];

/// Two delays that share nothing add in power: this keeps a side at the send's own level.
const VOICE_GAIN: f32 = std::f32::consts::FRAC_1_SQRT_2;

/// A mono send in, chorus on both sides out, without dry sound: linear in the input, at its level.
///
/// Where the delays stand depends only on the frame, so the bits do not depend on the blocks.
#[derive(Clone, Debug)]
pub struct Chorus {
    sides: [[Voice; 2]; 2],
    history: History,
    table: FractionalDelay,
    frame: u64,
    /// The frame from which on the whole history is silent.
    silent_from: u64,
    reach: u64,
}

impl Chorus {
    /// A chorus that starts at frame 0 with silence before it.
    pub fn new(rate: SampleRate) -> Chorus {
        let sides = VOICES.each_ref().map(|side| side.each_ref().map(|shape| Voice::new(shape, rate)));
        let longest = VOICES.iter().flatten().map(|shape| shape.middle + shape.sway).fold(0.0, f64::max);
        let reach = (longest * f64::from(rate.hz())).ceil() as u64 + POINTS as u64;
        Chorus {
            sides,
            history: History::new(reach as usize + POINTS + GRID as usize),
            table: FractionalDelay::new(),
            frame: 0,
            silent_from: 0,
            reach,
        }
    }

    /// Frames by which the output can outlast the input.
    pub fn tail(&self) -> usize {
        self.reach as usize
    }

    /// Writes the chorus of `send` to `left` and `right`; all of one length. An empty send means silence.
    pub fn process(&mut self, send: &[f32], left: &mut [f32], right: &mut [f32]) {
        assert_eq!(left.len(), right.len(), "left and right differ in length");
        assert!(send.is_empty() || send.len() == left.len(), "the send differs in length");
        let mut at = 0;
        while at < left.len() {
            let cell_rest = (GRID - self.frame % GRID) as usize;
            let part = at..left.len().min(at + cell_rest);
            at = part.end;
            self.listen(send.get(part.clone()), part.len());
            self.read([&mut left[part.clone()], &mut right[part.clone()]]);
            self.frame += part.len() as u64;
        }
    }

    /// Takes up to a cell of the send into the history.
    fn listen(&mut self, send: Option<&[f32]>, frames: usize) {
        for step in 0..frames {
            let sample = send.map_or(0.0, |send| send[step]);
            let frame = self.frame + step as u64;
            self.history.push(frame, sample);
            if sample != 0.0 {
                self.silent_from = frame + self.reach;
            }
        }
    }

    /// Writes what the voices say in the frames just taken, all of one cell.
    fn read(&mut self, sides: [&mut [f32]; 2]) {
        for (out, voices) in sides.into_iter().zip(&mut self.sides) {
            out.fill(0.0);
            if self.frame >= self.silent_from {
                continue;
            }
            for voice in voices {
                voice.enter(self.frame / GRID);
                for (frame, out) in (self.frame..).zip(out.iter_mut()) {
                    let position = (frame << 32).wrapping_sub(voice.delay(frame));
                    let samples = self.history.around(position >> 32);
                    *out += VOICE_GAIN * self.table.read(samples, position as u32);
                }
            }
        }
    }
}

/// One swaying delay at one sample rate.
#[derive(Clone, Debug)]
struct Voice {
    middle: f64,
    sway: f64,
    /// Turns per frame and at frame 0, in 2^−64 of a turn: exact at any frame.
    step: u64,
    start: u64,
    /// The grid cell for which `from` and `to` were computed.
    cell: Option<u64>,
    /// Delays at the edges of that cell, in 2^−32 of a frame.
    from: i64,
    to: i64,
}

impl Voice {
    fn new(shape: &VoiceShape, rate: SampleRate) -> Voice {
        let hz = f64::from(rate.hz());
        let turn = 2f64.powi(64);
        Voice {
            // The interpolator needs samples newer than the one it reads at.
            middle: (shape.middle * hz).max(shape.sway * hz + POINTS as f64),
            sway: shape.sway * hz,
            step: (shape.hz / hz * turn) as u64,
            start: (shape.phase * turn) as u64,
            cell: None,
            from: 0,
            to: 0,
        }
    }

    /// Computes the delays at the edges of a cell.
    fn enter(&mut self, cell: u64) {
        if self.cell != Some(cell) {
            self.cell = Some(cell);
            self.from = self.exact_delay(cell * GRID);
            self.to = self.exact_delay((cell + 1) * GRID);
        }
    }

    /// The delay at `frame` of the cell entered, in 2^−32 of a frame.
    #[inline]
    fn delay(&self, frame: u64) -> u64 {
        (self.from + (self.to - self.from) / GRID as i64 * (frame % GRID) as i64) as u64
    }

    fn exact_delay(&self, frame: u64) -> i64 {
        let phase = self.start.wrapping_add(self.step.wrapping_mul(frame));
        let delay = self.middle + self.sway * (phase as f64 * (std::f64::consts::TAU / 2f64.powi(64))).sin();
        (delay * 2f64.powi(32)) as i64
    }
}

/// The latest samples in a ring that is written twice, so that any few neighbours lie together.
#[derive(Clone, Debug)]
struct History {
    samples: Vec<f32>,
    len: usize,
}

impl History {
    fn new(at_least: usize) -> History {
        let len = at_least.next_power_of_two();
        History { samples: vec![0.0; 2 * len], len }
    }

    #[inline]
    fn push(&mut self, frame: u64, sample: f32) {
        let at = frame as usize & (self.len - 1);
        self.samples[at] = sample;
        self.samples[at + self.len] = sample;
    }

    /// The interpolator's samples around `frame`.
    #[inline]
    fn around(&self, frame: u64) -> &[f32; POINTS] {
        let first = (frame as usize).wrapping_sub(BEFORE) & (self.len - 1);
        self.samples[first..].first_chunk().expect("the ring is written twice")
    }
}
