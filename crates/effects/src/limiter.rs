//! The safety limiter before integer formats: never a silent clip, and untouched sound below its ceiling.

use rae_dsp::StereoQueue;
use rae_dsp::limiter::{LimiterKernel, LimiterTimes};
use rae_units::{Decibels, SampleRate, Seconds};

const LOOK_AHEAD: Seconds = Seconds(0.004);
/// Longer than half a period of the lowest notes, so that the gain does not follow the waveform.
const HOLD: Seconds = Seconds(0.018);
const RELEASE: Seconds = Seconds(0.15);

/// What a limiter did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LimiterReport {
    /// The deepest gain reduction; 0 dB when it never acted.
    pub max_reduction: Decibels,
    /// Frames whose gain was below 1.
    pub frames_acted_on: u64,
}

/// A stereo-linked look-ahead limiter at −1 dBFS.
///
/// Sound that stays at or below −1 dBFS passes bit for bit; louder sound never exceeds it. Output frame n belongs to
/// input frame n: the look-ahead is held back, and comes out at [`SafetyLimiter::finish`]. Non-finite samples pass
/// unchanged for the file writer to count.
#[derive(Clone, Debug)]
pub struct SafetyLimiter {
    kernel: LimiterKernel,
    ceiling: f32,
    /// Steps of the kernel whose gain still belongs to frames before the first.
    lead: usize,
    /// Input whose gain is not known yet.
    pending: StereoQueue,
    ready: StereoQueue,
    min_gain: f64,
    frames_acted_on: u64,
}

impl SafetyLimiter {
    /// The level that is never exceeded, and below which nothing happens.
    pub const CEILING: Decibels = Decibels(-1.0);

    /// A limiter at rest.
    pub fn new(rate: SampleRate) -> SafetyLimiter {
        let frames = |time: Seconds| time.frames(rate).0 as usize;
        let times = LimiterTimes { look_ahead: frames(LOOK_AHEAD), hold: frames(HOLD), release: frames(RELEASE) };
        let kernel = LimiterKernel::new(times);
        SafetyLimiter {
            lead: kernel.delay(),
            kernel,
            ceiling: SafetyLimiter::CEILING.amplitude() as f32,
            pending: StereoQueue::new(),
            ready: StereoQueue::new(),
            min_gain: 1.0,
            frames_acted_on: 0,
        }
    }

    /// Feeds a block; both slices must have one length.
    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        assert_eq!(left.len(), right.len(), "left and right differ in length");
        let mut at = 0;
        while at < left.len() {
            if self.kernel.at_rest() {
                let quiet = self.quiet_frames(&left[at..], &right[at..]);
                self.pass(&left[at..at + quiet], &right[at..at + quiet]);
                at += quiet;
            }
            if at < left.len() {
                self.limit(left[at], right[at]);
                at += 1;
            }
        }
    }

    /// Frames ready to be pulled.
    pub fn available(&self) -> usize {
        self.ready.len()
    }

    /// Fills the outputs as far as frames are ready; returns how many were written.
    pub fn pull(&mut self, left: &mut [f32], right: &mut [f32]) -> usize {
        self.ready.pull(left, right)
    }

    /// Ends the input and makes the frames that were held back ready. Nothing may be pushed afterwards.
    pub fn finish(&mut self) {
        for _ in 0..self.kernel.delay() {
            self.step(0.0);
        }
    }

    /// What happened to the frames that are out.
    pub fn report(&self) -> LimiterReport {
        LimiterReport {
            max_reduction: Decibels(0.0 - Decibels::from_amplitude(self.min_gain).0),
            frames_acted_on: self.frames_acted_on,
        }
    }

    fn quiet_frames(&self, left: &[f32], right: &[f32]) -> usize {
        let loud = |(left, right): (&f32, &f32)| peak(*left, *right) > self.ceiling;
        left.iter().zip(right).position(loud).unwrap_or(left.len())
    }

    /// The way of quiet frames through a limiter at rest: no arithmetic.
    fn pass(&mut self, left: &[f32], right: &[f32]) {
        self.kernel.rest(left.len());
        self.pending.push(left, right);
        let before = self.lead.min(left.len());
        self.lead -= before;
        self.pending.transfer(left.len() - before, &mut self.ready);
    }

    fn limit(&mut self, left: f32, right: f32) {
        self.pending.push_frame(left, right);
        self.step(peak(left, right));
    }

    fn step(&mut self, peak: f32) {
        let gain = self.kernel.step(peak, self.ceiling);
        if self.lead > 0 {
            self.lead -= 1;
        } else {
            self.release_one(gain);
        }
    }

    fn release_one(&mut self, gain: f64) {
        let Some((left, right)) = self.pending.pop_frame() else { return };
        if gain == 1.0 {
            self.ready.push_frame(left, right);
            return;
        }
        self.frames_acted_on += 1;
        self.min_gain = self.min_gain.min(gain);
        self.ready.push_frame((f64::from(left) * gain) as f32, (f64::from(right) * gain) as f32);
    }
}

/// The larger magnitude of a frame's finite samples.
#[inline]
fn peak(left: f32, right: f32) -> f32 {
    let magnitude = |sample: f32| if sample.is_finite() { sample.abs() } else { 0.0 };
    magnitude(left).max(magnitude(right))
}
