//! How fast a gain follows its curve.

use rae_units::Seconds;

/// The decoupled smooth detector of Giannoulis et al. (equations 16 and 17) on a control signal of 0 or more: a peak that falls
/// with the release, then a low-pass with the attack.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ballistics {
    attack: f64,
    release: f64,
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
        // Since release passes the attack's low-pass, too, its own part is shorter.
        let release = (release.0 - attack.0).max(0.25 * release.0);
        let pole = |seconds: f64| if seconds > 0.0 { (-1.0 / (seconds * hz)).exp() } else { 0.0 };
        Ballistics { attack: pole(attack.0), release: pole(release), hold: (hold.0 * hz).round() as usize }
    }

    /// Smooths the control signal in place.
    pub(super) fn follow(&self, follower: &mut Follower, control: &mut [f32]) {
        if self.hold == 0 { self.follow_at_once(follower, control) } else { self.follow_holding(follower, control) }
    }

    fn follow_at_once(&self, follower: &mut Follower, control: &mut [f32]) {
        let (mut peak, mut smooth) = (follower.peak, follower.smooth);
        let (rise, fall) = (1.0 - self.attack, 1.0 - self.release);
        for value in control {
            let target = f64::from(*value) + LEAST;
            let falling = self.release * peak + fall * target;
            peak = if target > falling { target } else { falling };
            smooth = self.attack * smooth + rise * peak;
            *value = smooth as f32;
        }
        (follower.peak, follower.smooth) = (peak, smooth);
    }

    fn follow_holding(&self, follower: &mut Follower, control: &mut [f32]) {
        let (rise, fall) = (1.0 - self.attack, 1.0 - self.release);
        for value in control {
            let target = f64::from(*value) + LEAST;
            if target >= follower.peak {
                (follower.peak, follower.held) = (target, self.hold);
            } else if follower.held > 0 {
                follower.held -= 1;
            } else {
                follower.peak = (self.release * follower.peak + fall * target).max(target);
            }
            follower.smooth = self.attack * follower.smooth + rise * follower.peak;
            *value = follower.smooth as f32;
        }
    }
}

impl Follower {
    /// As if the control signal had been higher by `value`.
    pub(super) fn raise(&mut self, value: f64) {
        self.peak = (self.peak + value).max(0.0);
        self.smooth = (self.smooth + value).max(0.0);
    }
}
