//! The safety limiter before integer formats: never a silent clip, and untouched sound below its ceiling.

use rae_dsp::StereoQueue;
use rae_dsp::limiter::{LimiterKernel, LimiterTimes};
use rae_dsp::wide::{WideKernel, run_wide};
use rae_units::{Decibels, SampleRate, Seconds};

const LOOK_AHEAD: Seconds = Seconds(0.004);
/// Longer than half a period of the lowest notes, so that the gain does not follow the waveform.
const HOLD: Seconds = Seconds(0.018);
const RELEASE: Seconds = Seconds(0.15);

/// Frames whose gains are computed at once; does not reach the bits.
const RUN: usize = 256;

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
            let rest = (&left[at..], &right[at..]);
            let mut quiet = 0;
            if self.kernel.at_rest() {
                quiet = self.quiet_frames(rest.0, rest.1);
                self.pass(&rest.0[..quiet], &rest.1[..quiet]);
            }
            let run = quiet..rest.0.len().min(quiet + RUN);
            self.limit(&rest.0[run.clone()], &rest.1[run.clone()]);
            at += run.end;
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
        let mut rest = self.kernel.delay();
        while rest > 0 {
            let frames = rest.min(RUN);
            self.advance(&[0.0; RUN][..frames]);
            rest -= frames;
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
        run_wide(QuietFrames { left, right, ceiling: self.ceiling })
    }

    /// The way of quiet frames through a limiter at rest: no arithmetic.
    fn pass(&mut self, left: &[f32], right: &[f32]) {
        self.pending.push(left, right);
        let before = self.lead.min(left.len());
        self.lead -= before;
        let released = left.len() - before;
        let [left, right] = self.pending.frames();
        self.ready.push(&left[..released], &right[..released]);
        self.pending.skip(released);
    }

    /// The way of up to [`RUN`] frames that may be loud.
    fn limit(&mut self, left: &[f32], right: &[f32]) {
        let mut peaks = [0.0; RUN];
        for (peak, (left, right)) in peaks.iter_mut().zip(left.iter().zip(right)) {
            *peak = frame_peak(*left, *right);
        }
        self.pending.push(left, right);
        self.advance(&peaks[..left.len()]);
    }

    /// One step for each of up to [`RUN`] peaks; the frames whose gains are known by then come out.
    fn advance(&mut self, peaks: &[f32]) {
        let mut gains = [1.0; RUN];
        for (gain, &peak) in gains.iter_mut().zip(peaks) {
            *gain = self.kernel.step(peak, self.ceiling);
        }
        let before = self.lead.min(peaks.len());
        self.lead -= before;
        let gains = &gains[before..peaks.len()];
        let gains = &gains[..gains.len().min(self.pending.len())];
        self.release(gains);
    }

    /// Lets the oldest pending frames out, each with its gain.
    fn release(&mut self, gains: &[f64]) {
        for &gain in gains.iter().filter(|&&gain| gain < 1.0) {
            self.frames_acted_on += 1;
            self.min_gain = self.min_gain.min(gain);
        }
        let [left, right] = self.pending.frames();
        // A gain of 1 leaves even a NaN as it is.
        let turned_down = |(sample, gain): (&f32, &f64)| {
            if *gain < 1.0 { (f64::from(*sample) * gain) as f32 } else { *sample }
        };
        self.ready.extend(left.iter().zip(gains).map(turned_down), right.iter().zip(gains).map(turned_down));
        self.pending.skip(gains.len());
    }
}

/// The larger magnitude of a frame's finite samples.
#[inline(always)]
fn frame_peak(left: f32, right: f32) -> f32 {
    let magnitude = |sample: f32| if sample.is_finite() { sample.abs() } else { 0.0 };
    magnitude(left).max(magnitude(right))
}

/// How many frames at the start do not exceed the ceiling.
struct QuietFrames<'a> {
    left: &'a [f32],
    right: &'a [f32],
    ceiling: f32,
}

impl WideKernel for QuietFrames<'_> {
    type Output = usize;

    #[inline(always)]
    fn run(self) -> usize {
        let QuietFrames { left, right, ceiling } = self;
        let is_loud = |left: &f32, right: &f32| frame_peak(*left, *right) > ceiling;
        for (index, (lefts, rights)) in left.chunks(RUN).zip(right.chunks(RUN)).enumerate() {
            // Looking at all frames of a run without stopping is what vectors can do.
            if lefts.iter().zip(rights).fold(false, |loud, (left, right)| loud | is_loud(left, right)) {
                let quiet = lefts.iter().zip(rights).position(|(left, right)| is_loud(left, right));
                return index * RUN + quiet.unwrap_or(0);
            }
        }
        left.len()
    }
}
