//! Analogue prototypes of second order.

/// H(s) = (n₂s² + n₁s + n₀)/(d₂s² + d₁s + d₀), with s = i·frequency/`hz`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Prototype {
    pub(crate) hz: f64,
    /// n₂, n₁, n₀.
    pub(crate) numerator: [f64; 3],
    /// d₂, d₁, d₀; the poles lie in the left half-plane.
    pub(crate) denominator: [f64; 3],
}

impl Prototype {
    /// |H|² at a frequency.
    pub(crate) fn power(&self, hz: f64) -> f64 {
        let u = (hz / self.hz).powi(2);
        let square = |[c2, c1, c0]: [f64; 3]| (c0 - c2 * u).powi(2) + c1 * c1 * u;
        square(self.numerator) / square(self.denominator)
    }

    /// A bell: `gain` at the centre, √gain at the edges of a band of the width centre/Q.
    pub(crate) fn peak(hz: f64, gain: f64, q: f64) -> Prototype {
        let a = gain.sqrt();
        Prototype { hz, numerator: [1.0, a / q, 1.0], denominator: [1.0, 1.0 / (a * q), 1.0] }
    }

    /// `gain` below, 1 above, √gain at `hz`.
    pub(crate) fn low_shelf(hz: f64, gain: f64, q: f64) -> Prototype {
        let a = gain.sqrt();
        Prototype { hz, numerator: [a, a * a.sqrt() / q, a * a], denominator: [a, a.sqrt() / q, 1.0] }
    }

    /// 1 below, `gain` above, √gain at `hz`.
    pub(crate) fn high_shelf(hz: f64, gain: f64, q: f64) -> Prototype {
        let a = gain.sqrt();
        Prototype { hz, numerator: [a * a, a * a.sqrt() / q, a], denominator: [1.0, a.sqrt() / q, a] }
    }

    /// 1/gain below, `gain` above, 1 at `hz`.
    pub(crate) fn tilt(hz: f64, gain: f64) -> Prototype {
        Prototype { hz, numerator: [0.0, gain, 1.0], denominator: [0.0, 1.0, gain] }
    }

    pub(crate) fn notch(hz: f64, q: f64) -> Prototype {
        Prototype { hz, numerator: [1.0, 0.0, 1.0], denominator: [1.0, 1.0 / q, 1.0] }
    }

    /// The sections of Butterworth's low-pass of this order: −3.01 dB at `hz`.
    pub(crate) fn low_pass(hz: f64, order: u32) -> Vec<Prototype> {
        butterworth(order, |denominator| Prototype { hz, numerator: [0.0, 0.0, 1.0], denominator })
    }

    /// The sections of Butterworth's high-pass of this order: −3.01 dB at `hz`.
    pub(crate) fn high_pass(hz: f64, order: u32) -> Vec<Prototype> {
        butterworth(order, |denominator| {
            let [d2, d1, d0] = denominator;
            // The first-order section is [0, 1, 1] both ways.
            let numerator = if d2 == 0.0 { [0.0, 1.0, 0.0] } else { [1.0, 0.0, 0.0] };
            Prototype { hz, numerator, denominator: [d2, d1, d0] }
        })
    }
}

fn butterworth(order: u32, section: impl Fn([f64; 3]) -> Prototype) -> Vec<Prototype> {
    let pairs = (0..order / 2).map(|pair| {
        let angle = std::f64::consts::PI * f64::from(2 * pair + 1) / f64::from(2 * order);
        section([1.0, 2.0 * angle.sin(), 1.0])
    });
    let single = (order % 2 == 1).then(|| section([0.0, 1.0, 1.0]));
    pairs.chain(single).collect()
}
