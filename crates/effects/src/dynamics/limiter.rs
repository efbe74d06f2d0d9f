use rae_dsp::limiter::{LimiterKernel, LimiterTimes};
use rae_dsp::true_peak::{DELAY, TruePeak};
use rae_units::{Decibels, Seconds};
use serde::{Deserialize, Serialize};

use crate::EffectsError;
use crate::chain::{CHUNK, Delay, Place, Planes, Processor, Stage, within};

/// How long a reduction is held before it comes back, so that the gain does not follow the wave.
const HOLD: Seconds = Seconds(0.012);

/// What exceeds the ceiling is brought a tenth of a decibel below it: other meters' filters read that much more of noise near
/// half the sample rate.
const MARGIN: f32 = 1.011_58;

/// Keeps what lies between samples, too, below a ceiling; leaves what does not reach it as it is, to the bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TruePeakLimiter {
    /// The level that true peaks do not exceed, −40 to 0 dBTP.
    pub ceiling_db: f64,
    /// How far the gain looks ahead, 0.5 to 20 ms: latency, and how softly it sets in.
    pub lookahead_ms: f64,
    /// Time constant of coming back, 5 to 5000 ms.
    pub release_ms: f64,
}

impl Default for TruePeakLimiter {
    fn default() -> Self {
        TruePeakLimiter { ceiling_db: -1.0, lookahead_ms: 2.0, release_ms: 120.0 }
    }
}

impl TruePeakLimiter {
    pub(crate) fn check(&self, place: &Place, _stage: &Stage) -> Result<(), EffectsError> {
        let place = &place.named("true_peak_limiter");
        within(place, "ceiling_db", self.ceiling_db, -40.0..=0.0)?;
        within(place, "lookahead_ms", self.lookahead_ms, 0.5..=20.0)?;
        within(place, "release_ms", self.release_ms, 5.0..=5000.0)
    }

    fn lookahead(&self, stage: &Stage) -> usize {
        stage.frames(Seconds(self.lookahead_ms / 1e3)).max(1)
    }

    pub(crate) fn latency(&self, stage: &Stage) -> usize {
        DELAY + self.lookahead(stage) - 1
    }

    pub(crate) fn start(&self, stage: &Stage) -> Box<dyn Processor> {
        Box::new(Limiter::new(self, stage))
    }
}

#[derive(Debug)]
struct Limiter {
    ceiling: f32,
    times: LimiterTimes,
    kernel: LimiterKernel,
    detectors: Vec<TruePeak>,
    delay: Delay,
    /// The peaks of all channels together, then the gains.
    peaks: Vec<f32>,
    least_gain: f64,
}

impl Limiter {
    fn new(settings: &TruePeakLimiter, stage: &Stage) -> Limiter {
        let times = LimiterTimes {
            look_ahead: settings.lookahead(stage),
            hold: stage.frames(HOLD),
            release: stage.frames(Seconds(settings.release_ms / 1e3)),
        };
        Limiter {
            ceiling: Decibels(settings.ceiling_db).amplitude() as f32,
            times,
            kernel: LimiterKernel::new(times),
            detectors: vec![TruePeak::new(); stage.channels],
            delay: Delay::new(stage.channels, settings.latency(stage)),
            peaks: vec![0.0; CHUNK],
            least_gain: 1.0,
        }
    }

    /// Leaves the largest true peaks of all channels in `peaks`, as far as they exceed the ceiling.
    fn detect(&mut self, block: &Planes) {
        let frames = block.frames();
        let peaks = &mut self.peaks[..frames];
        peaks.fill(0.0);
        for (samples, detector) in block.each().zip(&mut self.detectors) {
            detector.raise(samples, peaks, self.ceiling);
        }
    }
}

impl Processor for Limiter {
    fn process(&mut self, block: &mut Planes) {
        self.detect(block);
        self.delay.process(block);
        let peaks = &mut self.peaks[..block.frames()];
        let quiet = peaks.iter().fold(true, |quiet, peak| quiet & (*peak <= self.ceiling));
        if quiet && self.kernel.at_rest() {
            return;
        }
        self.least_gain = self.least_gain.min(self.kernel.gains(peaks, self.ceiling, MARGIN));
        for samples in block.each_mut() {
            samples.iter_mut().zip(&*peaks).for_each(|(sample, gain)| *sample *= gain);
        }
    }

    fn latency(&self) -> usize {
        self.delay.frames()
    }

    fn warm_up(&self) -> usize {
        // It begins from silence, and is heard once the gain knows all that it turns down.
        self.latency() + self.times.hold
    }

    fn reductions(&mut self, report: &mut dyn FnMut(&str, f64)) {
        report("", 0.0 - Decibels::from_amplitude(std::mem::replace(&mut self.least_gain, 1.0)).0);
    }
}
