//! The 2-pole resonant low-pass of a voice.

/// Coefficients of `y = b0·(x + 2x₁ + x₂) − a1·y₁ − a2·y₂`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LowPass {
    /// Feed-forward gain.
    pub b0: f64,
    /// First feedback coefficient.
    pub a1: f64,
    /// Second feedback coefficient.
    pub a2: f64,
}

/// What the filter remembers between frames: two inputs and two outputs, the latest first.
pub(crate) type Memory = [f64; 4];

/// What is fainter is nothing.
const FAINTEST: f64 = 1e-30;

/// Bound of the memory: 60 dB above full scale.
const LOUDEST: f64 = 1000.0;

/// What a resonance means for a filter's coefficients at any cutoff.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Resonance {
    /// 1 / 2q.
    damping: f64,
    gain: f64,
}

impl Resonance {
    /// q = 10^((Q − 3.01)/20), so that Q = 0 is flat, and a DC gain of −Q/2 dB, for Q decibels above DC (SoundFont 2.04,
    /// 8.1.2, generator 9).
    pub(crate) fn new(decibels: f64) -> Resonance {
        Resonance { damping: 0.5 / 10f64.powf((decibels - 3.01) / 20.0), gain: 10f64.powf(-decibels / 40.0) }
    }
}

impl LowPass {
    /// A bilinear low-pass with its cutoff in hertz, clamped to 0.45 of `rate` (SoundFont 2.04, 8.1.2, generator 8).
    pub(crate) fn design(cutoff_hz: f64, resonance: &Resonance, rate: f64) -> LowPass {
        let [sin, cos] = sin_cos(std::f64::consts::PI * cutoff_hz.min(0.45 * rate) / rate);
        // Of twice the angle; written like this, 1 − cos keeps its digits at low cutoffs.
        let [double_sin, one_less_cos] = [2.0 * sin * cos, 2.0 * sin * sin];
        let alpha = double_sin * resonance.damping;
        let scale = 1.0 / (1.0 + alpha);
        LowPass {
            b0: resonance.gain * one_less_cos / 2.0 * scale,
            a1: -2.0 * (1.0 - one_less_cos) * scale,
            a2: (1.0 - alpha) * scale,
        }
    }

    /// Filters `samples` in place.
    pub(crate) fn run(&self, memory: &mut Memory, samples: &mut [f32]) {
        let [mut x1, mut x2, mut y1, mut y2] = *memory;
        let &LowPass { b0, a1, a2 } = self;
        // Two outputs at a time: the second's formula with the first's put in, so that it does not wait for it.
        let (c1, c2) = (a1 * a1 - a2, a1 * a2);
        let (pairs, rest) = samples.as_chunks_mut::<2>();
        for pair in pairs {
            let [x, next] = pair.map(f64::from);
            let fed = b0 * (x + 2.0 * x1 + x2);
            let fed_next = b0 * (next + 2.0 * x + x1);
            let y = fed - a2 * y2 - a1 * y1;
            let y_next = (fed_next - a1 * fed) + c2 * y2 + c1 * y1;
            (x1, x2, y1, y2) = (next, x, y_next, y);
            *pair = [y as f32, y_next as f32];
        }
        for sample in rest {
            let x = f64::from(*sample);
            let y = b0 * (x + 2.0 * x1 + x2) - a2 * y2 - a1 * y1;
            (x1, x2, y1, y2) = (x, x1, y, y1);
            *sample = y as f32;
        }
        *memory = bounded([x1, x2, y1, y2]);
    }
}

/// Sine and cosine of 0 to 0.45 π by their series; the library's function is a call, and moving filters need it often.
#[inline]
fn sin_cos(x: f64) -> [f64; 2] {
    // 1/n! with alternating signs, of even and odd n.
    const COS: [f64; 10] = series(0);
    const SIN: [f64; 10] = series(1);
    let square = x * x;
    let fourth = square * square;
    // Every other term by itself: all four halves go side by side.
    let [mut cos, mut sin] = [[COS[8], COS[9]], [SIN[8], SIN[9]]];
    for i in (0..8).step_by(2).rev() {
        cos = [cos[0] * fourth + COS[i], cos[1] * fourth + COS[i + 1]];
        sin = [sin[0] * fourth + SIN[i], sin[1] * fourth + SIN[i + 1]];
    }
    [x * (sin[0] + square * sin[1]), cos[0] + square * cos[1]]
}

const fn series(first: usize) -> [f64; 10] {
    let mut terms = [0.0; 10];
    let (mut factorial, mut sign, mut n, mut i) = (1.0, 1.0, first, 0);
    while i < 10 {
        terms[i] = sign / factorial;
        factorial *= ((n + 1) * (n + 2)) as f64;
        sign = -sign;
        n += 2;
        i += 1;
    }
    terms
}

/// A memory that has decayed into denormals costs a hundred times its worth; and a high resonance whose cutoff leaps about
/// can gather more than any resonance of a steady cutoff (48 dB).
pub(crate) fn bounded(memory: Memory) -> Memory {
    memory.map(|z| if z.abs() < FAINTEST { 0.0 } else { z.clamp(-LOUDEST, LOUDEST) })
}

/// Whether [`bounded`] leaves it as it is.
pub(crate) fn is_bounded(memory: &Memory) -> bool {
    memory.iter().all(|z| *z == 0.0 || (FAINTEST..=LOUDEST).contains(&z.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// |H| in dB at `hz`, from the coefficients on the unit circle.
    fn gain_db(filter: &LowPass, hz: f64, rate: f64) -> f64 {
        let w = 2.0 * std::f64::consts::PI * hz / rate;
        let polynomial = |c: [f64; 3]| {
            let re = c[0] + c[1] * w.cos() + c[2] * (2.0 * w).cos();
            let im = -(c[1] * w.sin() + c[2] * (2.0 * w).sin());
            re.hypot(im)
        };
        let b = filter.b0;
        20.0 * (polynomial([b, 2.0 * b, b]) / polynomial([1.0, filter.a1, filter.a2])).log10()
    }

    #[test]
    fn response_is_that_of_the_standard() {
        for resonance in [0.0, 10.0, 40.0] {
            let filter = LowPass::design(2000.0, &Resonance::new(resonance), 44_100.0);
            assert!((gain_db(&filter, 0.0, 44_100.0) + resonance / 2.0).abs() < 1e-6);
            assert!((gain_db(&filter, 2000.0, 44_100.0) - (resonance / 2.0 - 3.01)).abs() < 1e-3);
        }
    }

    #[test]
    fn series_agree_with_the_library() {
        for i in 0..=1000 {
            let x = f64::from(i) * 0.45e-3 * std::f64::consts::PI;
            let [sin, cos] = sin_cos(x);
            assert!((sin - x.sin()).abs() < 1e-14 && (cos - x.cos()).abs() < 1e-14, "{x}");
        }
    }

    #[test]
    fn output_is_the_difference_equation() {
        let filter = LowPass::design(3000.0, &Resonance::new(20.0), 44_100.0);
        let input: Vec<f32> = (0..101).map(|n| ((n * 7919 % 97) as f32 - 48.0) / 48.0).collect();
        let mut output = input.clone();
        let mut memory = Memory::default();
        for part in output.chunks_mut(13) {
            filter.run(&mut memory, part);
        }
        let x = |n: usize, back: usize| n.checked_sub(back).map_or(0.0, |i| f64::from(input[i]));
        let mut y = vec![0.0f64; input.len()];
        for n in 0..y.len() {
            let past = |back: usize| n.checked_sub(back).map_or(0.0, |i| y[i]);
            let fed = filter.b0 * (x(n, 0) + 2.0 * x(n, 1) + x(n, 2));
            y[n] = fed - filter.a1 * past(1) - filter.a2 * past(2);
            assert!((f64::from(output[n]) - y[n]).abs() < 1e-6, "frame {n}");
        }
    }

    #[test]
    fn memory_never_stays_denormal() {
        let filter = LowPass::design(100.0, &Resonance::new(40.0), 44_100.0);
        let mut memory = Memory::default();
        filter.run(&mut memory, &mut [1.0; 64]);
        for _ in 0..100_000 {
            filter.run(&mut memory, &mut [0.0; 64]);
        }
        assert_eq!(memory, Memory::default());
    }
}
