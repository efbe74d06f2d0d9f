//! How fast a gain follows its curve.

use rae_units::Seconds;

/// The decoupled smooth detector of Giannoulis et al. (equations 16 and 17) on a control signal of 0 or more: a peak that falls
/// by itself, then a low-pass with the attack.
///
/// A release shorter than the attack cannot pass that low-pass: then the peak falls at once, and the low-pass falls with the
/// release. Where both are equal the two are the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ballistics {
    /// Pole of the peak while it falls.
    peak: f64,
    /// Poles of the low-pass while it rises and while it falls.
    rise: f64,
    fall: f64,
    hold: usize,
}

/// Where the detector is, for one control signal.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Follower {
    peak: f64,
    smooth: f64,
    /// Frames for which the peak still holds.
    held: usize,
}

/// Added to every control signal, in dB, so that what is left of it never becomes a subnormal number.
const LEAST: f64 = 1e-12;

impl Ballistics {
    /// Time constants: after one of them 1 − 1/e of a step is done.
    pub(super) fn new(attack: Seconds, hold: Seconds, release: Seconds, hz: f64) -> Ballistics {
        let pole = |seconds: f64| if seconds > 0.0 { (-1.0 / (seconds * hz)).exp() } else { 0.0 };
        Ballistics {
            peak: pole(peak_seconds(attack.0, release.0)),
            rise: pole(attack.0),
            fall: pole(attack.0.min(release.0)),
            hold: (hold.0 * hz).round() as usize,
        }
    }

    /// Smooths the control signal in place.
    pub(super) fn follow(&self, follower: &mut Follower, control: &mut [f32]) {
        if self.hold == 0 { self.follow_at_once(follower, control) } else { self.follow_holding(follower, control) }
    }

    fn follow_at_once(&self, follower: &mut Follower, control: &mut [f32]) {
        let mut now = *follower;
        for value in control {
            let target = f64::from(*value) + LEAST;
            let falling = self.peak * now.peak + (1.0 - self.peak) * target;
            now.peak = if target > falling { target } else { falling };
            now.smooth = self.smoothed(&now);
            *value = now.smooth as f32;
        }
        *follower = now;
    }

    fn follow_holding(&self, follower: &mut Follower, control: &mut [f32]) {
        for value in control {
            let target = f64::from(*value) + LEAST;
            if target >= follower.peak {
                (follower.peak, follower.held) = (target, self.hold);
            } else if follower.held > 0 {
                follower.held -= 1;
            } else {
                follower.peak = (self.peak * follower.peak + (1.0 - self.peak) * target).max(target);
            }
            follower.smooth = self.smoothed(follower);
            *value = follower.smooth as f32;
        }
    }

    /// The low-pass's next value. The pole of falling is never the slower one, so that the lower value is the right one both on
    /// the way up and on the way down.
    #[inline(always)]
    fn smoothed(&self, now: &Follower) -> f64 {
        let rising = self.rise * now.smooth + (1.0 - self.rise) * now.peak;
        let falling = self.fall * now.smooth + (1.0 - self.fall) * now.peak;
        if falling < rising { falling } else { rising }
    }
}

/// The time constant with which the peak falls, so that after `release` 1/e is left of a step behind the low-pass.
fn peak_seconds(attack: f64, release: f64) -> f64 {
    if attack >= release {
        return 0.0;
    }
    let left = |peak: f64| {
        if peak == attack {
            return (1.0 + release / attack) * (-release / attack).exp();
        }
        let low_pass = if attack > 0.0 { attack * (-release / attack).exp() } else { 0.0 };
        (peak * (-release / peak).exp() - low_pass) / (peak - attack)
    };
    let (mut less, mut more) = (0.0, release);
    for _ in 0..40 {
        let middle = 0.5 * (less + more);
        if left(middle) < (-1.0f64).exp() { less = middle } else { more = middle }
    }
    0.5 * (less + more)
}

impl Follower {
    /// As if the control signal had been higher by `value`.
    pub(super) fn raise(&mut self, value: f64) {
        self.peak = (self.peak + value).max(0.0);
        self.smooth = (self.smooth + value).max(0.0);
    }
}
