use rae_units::SampleRate;

/// Less is silence: it would become subnormal numbers.
const LEAST: f64 = 1e-30;

/// A low-pass of first order, by the bilinear transform.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    pole: f64,
    gain: f64,
    before: f64,
    low: f64,
}

impl Cut {
    pub(crate) fn new(hz: f64, rate: SampleRate) -> Cut {
        let rate = f64::from(rate.hz());
        let tangent = (std::f64::consts::PI * hz.clamp(1.0, 0.49 * rate) / rate).tan();
        Cut { pole: (1.0 - tangent) / (1.0 + tangent), gain: tangent / (1.0 + tangent), before: 0.0, low: 0.0 }
    }

    /// The low part of the next sample.
    #[inline(always)]
    pub(crate) fn next(&mut self, sample: f64) -> f64 {
        let low = self.pole * self.low + self.gain * (sample + self.before);
        self.before = sample;
        self.low = if low.abs() < LEAST { 0.0 } else { low };
        self.low
    }

    /// Puts in the place of each sample what `mix` makes of it and of its low part.
    pub(crate) fn apply(mut self, samples: &mut [f32], mix: impl Fn(f64, f64) -> f64) {
        for sample in samples {
            let now = f64::from(*sample);
            *sample = mix(now, self.next(now)) as f32;
        }
    }
}
