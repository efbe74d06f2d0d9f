//! Lengths and dampings of the delays.

use rae_units::SampleRate;

use super::lines::LINES;

/// Shortest and longest delay at size 1, in seconds; the others lie between in equal ratios.
const SHORTEST: f64 = 0.021;
const LONGEST: f64 = 0.083;

/// Where the decay time of the highs holds, or 0.4 of the sample rate where that is less.
const HIGH_HZ: f64 = 8000.0;

/// Primes, so that the delays' echoes coincide as seldom as can be; ascending.
pub(super) fn delays(size: f64, rate: SampleRate) -> [usize; LINES] {
    let hz = f64::from(rate.hz());
    let mut before = 1;
    std::array::from_fn(|line| {
        let share = line as f64 / (LINES - 1) as f64;
        let frames = SHORTEST * (LONGEST / SHORTEST).powf(share) * size * hz;
        before = prime_from((frames as usize).max(before + 1));
        before
    })
}

fn prime_from(least: usize) -> usize {
    let is_prime = |n: usize| n > 1 && (2..).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d));
    (least..).find(|&n| is_prime(n)).unwrap_or(least)
}

/// A low-pass of first order behind every delay: gain/(1 − pole·z⁻¹).
#[derive(Clone, Debug)]
pub(super) struct Damping {
    pub(super) gains: [f32; LINES],
    pub(super) poles: [f32; LINES],
}

impl Damping {
    /// Such that a delay of d frames loses 60·d/(time·rate) dB of the lows, and more of the highs in proportion.
    pub(super) fn new(lengths: &[usize; LINES], time: f64, high_ratio: f64, rate: SampleRate) -> Damping {
        let hz = f64::from(rate.hz());
        let cosine = (std::f64::consts::TAU * (HIGH_HZ / hz).min(0.4)).cos();
        let both = lengths.map(|frames| {
            let low = 10f64.powf(-3.0 * frames as f64 / (time * hz));
            let high = 10f64.powf(-3.0 * frames as f64 / (time * high_ratio * hz));
            let pole = pole((high / low).powi(2), cosine);
            (low * (1.0 - pole), pole)
        });
        Damping { gains: both.map(|(gain, _)| gain as f32), poles: both.map(|(_, pole)| pole as f32) }
    }

    /// The mean over the delays of what is left of the power of a frequency, in radians per frame.
    fn power(&self, omega: f64) -> f64 {
        let powers = self.gains.iter().zip(&self.poles).map(|(gain, pole)| {
            let (gain, pole) = (f64::from(*gain), f64::from(*pole));
            gain * gain / (1.0 - 2.0 * pole * omega.cos() + pole * pole)
        });
        powers.sum::<f64>() / LINES as f64
    }
}

/// The pole with which (1 − p)²/(1 − 2p·cos ω + p²), 1 at 0 Hz, is `ratio` at ω.
fn pole(ratio: f64, cosine: f64) -> f64 {
    if ratio >= 1.0 {
        return 0.0;
    }
    let (outer, inner) = (1.0 - ratio, 1.0 - ratio * cosine);
    ((inner - (inner * inner - outer * outer).sqrt()) / outer).clamp(0.0, 0.999)
}

/// What brings white noise back to its own level: after k rounds powerᵏ of it is left at each frequency, evenly in all delays.
pub(super) fn output_gain(damping: &Damping) -> f32 {
    const STEPS: usize = 256;
    let omega = |step: usize| std::f64::consts::PI * (step as f64 + 0.5) / STEPS as f64;
    let rounds = |power: f64| power / (1.0 - power).max(1e-9);
    let sum: f64 = (0..STEPS).map(|step| rounds(damping.power(omega(step)))).sum();
    (1.0 / (sum / STEPS as f64).sqrt()) as f32
}
