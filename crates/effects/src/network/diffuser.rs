use rae_units::SampleRate;

/// Delays of the two sides' all-passes, in seconds, in no simple ratio.
const SECONDS: [[f64; 4]; 2] = [[0.00477, 0.00359, 0.01273, 0.00931], [0.00503, 0.00331, 0.01187, 0.01009]];
/// How dense they make it: at 1 they would ring for ever.
const FEEDBACK: f32 = 0.625;
/// Less is silence.
const LEAST: f32 = 1e-25;

/// Four all-passes in a row: one pulse becomes many.
#[derive(Clone, Debug)]
pub(super) struct Diffuser([AllPass; 4]);

/// (−g + z⁻ᵈ)/(1 − g·z⁻ᵈ): M. R. Schroeder, "Natural sounding artificial reverberation", J. Audio Eng. Soc. 10(3), 1962.
#[derive(Clone, Debug)]
struct AllPass {
    ring: Vec<f32>,
    at: usize,
}

impl Diffuser {
    pub(super) fn new(side: usize, rate: SampleRate) -> Diffuser {
        Diffuser(SECONDS[side].map(|seconds| AllPass { ring: vec![0.0; frames(seconds, rate)], at: 0 }))
    }

    /// Frames that it holds.
    pub(super) fn frames(side: usize, rate: SampleRate) -> usize {
        SECONDS[side].iter().map(|seconds| frames(*seconds, rate)).sum()
    }

    #[inline(always)]
    pub(super) fn next(&mut self, sample: f32) -> f32 {
        self.0.iter_mut().fold(sample, |sample, all_pass| all_pass.next(sample))
    }
}

fn frames(seconds: f64, rate: SampleRate) -> usize {
    ((seconds * f64::from(rate.hz())) as usize).max(1)
}

impl AllPass {
    #[inline(always)]
    fn next(&mut self, sample: f32) -> f32 {
        let late = self.ring[self.at];
        let inner = sample + FEEDBACK * late;
        self.ring[self.at] = if inner.abs() < LEAST { 0.0 } else { inner };
        self.at = if self.at + 1 == self.ring.len() { 0 } else { self.at + 1 };
        late - FEEDBACK * inner
    }
}
