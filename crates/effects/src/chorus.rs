//! The send chorus: a mono send through slowly swaying delays, two on each side.

use rae_dsp::fractional_delay::{BEFORE, FractionalDelay, Glide, POINTS};
use rae_dsp::sends::{ChorusSend, Sends};
use rae_units::{Frames, SampleRate};

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

/// Bounds of what can be asked for: hertz, and seconds of sway.
const MOST_HZ: f64 = 16.0;
const MOST_SWAY: f64 = 0.02;

/// Two delays that share nothing add in power: this keeps a side at the send's own level.
const VOICE_GAIN: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// A mono send in, chorus on both sides out, without dry sound: linear in the input, at its level.
///
/// Where the delays stand depends only on the frame, so the bits do not depend on the blocks.
#[derive(Clone, Debug)]
pub struct Chorus {
    sides: [[Voice; 2]; 2],
    history: History,
    delay: FractionalDelay,
    /// The next frame to be said.
    frame: u64,
    /// The frame from which on everything heard is silent again.
    silent_from: u64,
    reach: u64,
}

impl Chorus {
    /// A chorus that starts at frame 0 with silence before it.
    pub fn new(rate: SampleRate) -> Chorus {
        Chorus::of(&Sends::DEFAULT.chorus, rate)
    }

    /// The same with another mean rate, sway and level.
    pub fn of(send: &ChorusSend, rate: SampleRate) -> Chorus {
        let ChorusSend { rate: usual_rate, sway: usual_sway, .. } = Sends::DEFAULT.chorus;
        let stretched = |shape: &VoiceShape| VoiceShape {
            hz: shape.hz * (send.rate.clamp(0.0, MOST_HZ) / usual_rate),
            sway: shape.sway * (send.sway.0.clamp(0.0, MOST_SWAY) / usual_sway.0),
            ..*shape
        };
        let voices = VOICES.each_ref().map(|side| side.each_ref().map(stretched));
        let sides = voices.each_ref().map(|side| side.each_ref().map(|shape| Voice::new(shape, rate)));
        let longest = sides.iter().flatten().map(|voice| voice.middle + voice.sway).fold(0.0, f64::max);
        let reach = longest.ceil() as u64 + POINTS as u64;
        Chorus {
            sides,
            history: History::new(reach as usize + POINTS),
            delay: FractionalDelay::new(VOICE_GAIN * f64::from(send.level)),
            frame: 0,
            silent_from: 0,
            reach,
        }
    }

    /// Starts at `frame` instead, before anything was heard.
    pub(crate) fn go_to(&mut self, frame: Frames) {
        self.frame = frame.0;
    }

    /// The frame that is said next.
    pub(crate) fn next(&self) -> Frames {
        Frames(self.frame)
    }

    /// About the memory that it takes.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.history.samples) + size_of::<Chorus>()
    }

    /// Frames by which the output can outlast the input.
    pub fn tail(&self) -> usize {
        self.reach as usize
    }

    /// Writes the chorus of `send` to `left` and `right`; all of one length. An empty send means silence.
    pub fn process(&mut self, send: &[f32], left: &mut [f32], right: &mut [f32]) {
        left.fill(0.0);
        right.fill(0.0);
        self.hear(send, left.len());
        self.add_to(left, right);
    }

    /// Takes in `frames` of the send, which is as long or empty; empty means silence.
    pub fn hear(&mut self, send: &[f32], frames: usize) {
        assert!(send.is_empty() || send.len() == frames, "the send differs in length");
        if let Some(last) = send.iter().rposition(|&sample| sample != 0.0) {
            self.silent_from = self.frame + (self.history.waiting() + last) as u64 + self.reach;
        }
        self.history.push(send, frames);
    }

    /// Adds the chorus of the oldest frames that were heard and not yet said, at least as many as `left` and `right`
    /// have.
    pub fn add_to(&mut self, left: &mut [f32], right: &mut [f32]) {
        assert_eq!(left.len(), right.len(), "left and right differ in length");
        assert!(left.len() <= self.history.waiting(), "frames that were not heard");
        let mut at = 0;
        while at < left.len() {
            let cell_rest = (GRID - self.frame % GRID) as usize;
            let part = at..left.len().min(at + cell_rest);
            at = part.end;
            self.say([&mut left[part.clone()], &mut right[part.clone()]]);
            self.frame += part.len() as u64;
            self.history.step(part.len());
        }
    }

    /// Adds what the voices say in the next frames, all of one cell.
    fn say(&mut self, sides: [&mut [f32]; 2]) {
        for (out, voices) in sides.into_iter().zip(&mut self.sides) {
            if self.frame >= self.silent_from {
                // As adding silence would: −0 becomes 0, whether or not more was heard already.
                out.iter_mut().for_each(|sample| *sample += 0.0);
                continue;
            }
            for voice in voices {
                voice.enter(self.frame / GRID);
                add_voice(voice, self.frame, &self.history, &self.delay, out);
            }
        }
    }
}

/// Adds a voice in runs between whose frames the position moves by one sample and a fraction that does not wrap.
fn add_voice(voice: &Voice, frame: u64, history: &History, delay: &FractionalDelay, out: &mut [f32]) {
    let mut at = 0;
    while at < out.len() {
        let position = -voice.delay(frame + at as u64);
        let (fraction, fall) = (position as u32, voice.fall());
        let run = at..out.len().min(at.saturating_add(frames_to_wrap(fraction, fall, out.len() - at)));
        let samples = history.around(at, (position >> 32) as isize, run.len());
        delay.read_run(samples, Glide { fraction, fall: fall as u32 }, &mut out[run.clone()]);
        at = run.end;
    }
}

/// Frames until a fraction that falls by `fall` per frame would wrap; `wanted` if it does not within those.
fn frames_to_wrap(fraction: u32, fall: i64, wanted: usize) -> usize {
    let last = i64::from(fraction) - fall * (wanted as i64 - 1);
    if u32::try_from(last).is_ok() {
        return wanted;
    }
    let room = if fall > 0 { fraction } else { !fraction };
    room as usize / fall.unsigned_abs() as usize + 1
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
            let follows = self.cell.is_some_and(|last| last + 1 == cell);
            self.from = if follows { self.to } else { self.exact_delay(cell * GRID) };
            self.cell = Some(cell);
            self.to = self.exact_delay((cell + 1) * GRID);
        }
    }

    /// The delay at `frame` of the cell entered, in 2^−32 of a frame.
    fn delay(&self, frame: u64) -> i64 {
        self.from + self.fall() * (frame % GRID) as i64
    }

    /// What the delay gains per frame of the cell entered, and so what the fraction of the position loses.
    fn fall(&self) -> i64 {
        (self.to - self.from) / GRID as i64
    }

    fn exact_delay(&self, frame: u64) -> i64 {
        let phase = self.start.wrapping_add(self.step.wrapping_mul(frame));
        let delay = self.middle + self.sway * (phase as f64 * (std::f64::consts::TAU / 2f64.powi(64))).sin();
        (delay * 2f64.powi(32)) as i64
    }
}

/// The latest samples: those that are still read, then those that wait to be said.
#[derive(Debug)]
struct History {
    samples: Vec<f32>,
    /// Samples before the next frame that must be kept.
    kept: usize,
    /// Where the next frame is.
    next: usize,
}

impl Clone for History {
    /// With the room that a new one has.
    fn clone(&self) -> History {
        let mut copy = History::new(self.kept);
        copy.samples.clear();
        copy.samples.extend_from_slice(&self.samples);
        copy.next = self.next;
        copy
    }
}

impl History {
    fn new(kept: usize) -> History {
        // Played live in blocks of up to 4096 frames, it never allocates later: spent samples are moved out before they
        // are more than the others.
        let mut samples = Vec::with_capacity(2 * kept + 4 * 4096);
        samples.resize(kept, 0.0);
        History { samples, kept, next: kept }
    }

    /// Samples from the next frame on.
    fn waiting(&self) -> usize {
        self.samples.len() - self.next
    }

    fn push(&mut self, send: &[f32], frames: usize) {
        // Moving samples only when as many are spent keeps the cost per sample constant.
        let spent = self.next - self.kept;
        if spent > self.samples.len() - spent {
            self.samples.drain(..spent);
            self.next = self.kept;
        }
        self.samples.extend_from_slice(send);
        self.samples.resize(self.samples.len() + frames - send.len(), 0.0);
    }

    fn step(&mut self, frames: usize) {
        self.next += frames;
    }

    /// The interpolator's samples for `frames` positions, the first of them `offset` from the frame `ahead` of the next.
    fn around(&self, ahead: usize, offset: isize, frames: usize) -> &[f32] {
        let first = (self.next + ahead).saturating_add_signed(offset) - BEFORE;
        &self.samples[first..first + frames + POINTS - 1]
    }
}
