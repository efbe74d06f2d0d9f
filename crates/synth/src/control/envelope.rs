//! The two envelopes (SoundFont 2.04, 8.1.2, generators 25 to 40).
//!
//! An envelope is a list of stages, each an absolute formula of the frames since the stage began. The volume
//! envelope's attack is linear in amplitude and its later stages are linear in decibels; the modulation envelope's
//! attack is convex and its later stages are linear in its own unit.

/// Depth of the volume envelope: a decay or release time is the time for 100 dB.
pub(crate) const FLOOR_DB: f64 = -100.0;

/// Lengths in frames, `sustain` in the unit of the envelope's level.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct EnvelopeTimes {
    pub(crate) delay: u64,
    pub(crate) attack: u64,
    pub(crate) hold: u64,
    /// Frames for the whole range.
    pub(crate) decay: u64,
    /// Volume: decibels, 0 to −100. Modulation: 0 to 1.
    pub(crate) sustain: f64,
    /// Frames for the whole range.
    pub(crate) release: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(crate) enum Stage {
    Delay,
    Attack,
    Hold,
    Decay,
    Sustain,
    Release,
    Finished,
}

/// What differs between the two envelopes.
pub(crate) trait Shape: Copy {
    /// Level after the attack.
    const PEAK: f64;
    /// Level at which nothing is left.
    const FLOOR: f64;
    /// Level at a fraction 0..=1 of the attack.
    fn attack(fraction: f64) -> f64;
    /// The fraction of the attack at which the level is `level`.
    fn attack_fraction(level: f64) -> f64;
}

/// Volume: levels in decibels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Volume;

/// Modulation: levels from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Modulation;

impl Shape for Volume {
    const PEAK: f64 = 0.0;
    const FLOOR: f64 = FLOOR_DB;

    fn attack(fraction: f64) -> f64 {
        (20.0 * fraction.log10()).max(FLOOR_DB)
    }

    fn attack_fraction(level: f64) -> f64 {
        10f64.powf(level / 20.0)
    }
}

impl Shape for Modulation {
    const PEAK: f64 = 1.0;
    const FLOOR: f64 = 0.0;

    fn attack(fraction: f64) -> f64 {
        // The convex curve of 8.2.4 over 96 dB.
        (1.0 + 40.0 / 96.0 * fraction.log10()).clamp(0.0, 1.0)
    }

    fn attack_fraction(level: f64) -> f64 {
        10f64.powf((level - 1.0) * 96.0 / 40.0)
    }
}

/// A running envelope.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope<S> {
    times: EnvelopeTimes,
    stage: Stage,
    /// Frame at which the stage began.
    start: u64,
    /// Frame at which it ends; `u64::MAX` for an endless one.
    end: u64,
    /// Level at `start` (not used in delay, attack and hold).
    from: f64,
    /// Per frame, the fraction of an attack that passes, or what the level falls by.
    pace: f64,
    shape: std::marker::PhantomData<S>,
}

impl<S: Shape> Envelope<S> {
    pub(crate) fn new(birth: u64, times: EnvelopeTimes) -> Envelope<S> {
        let mut envelope = Envelope {
            times,
            stage: Stage::Delay,
            start: birth,
            end: birth + times.delay,
            from: S::FLOOR,
            pace: 0.0,
            shape: std::marker::PhantomData,
        };
        envelope.advance(birth);
        envelope
    }

    pub(crate) fn stage(&self) -> Stage {
        self.stage
    }

    /// Frame at which the present stage ends.
    pub(crate) fn stage_end(&self) -> u64 {
        self.end
    }

    /// Whether the level stays as it is until the present stage ends.
    pub(crate) fn is_still(&self) -> bool {
        !matches!(self.stage, Stage::Attack | Stage::Decay | Stage::Release)
    }

    /// Enters the stage that holds at `frame`.
    pub(crate) fn advance(&mut self, frame: u64) {
        while self.end <= frame {
            let start = self.end;
            match self.stage {
                Stage::Delay => self.enter(Stage::Attack, start, S::FLOOR),
                Stage::Attack => self.enter(Stage::Hold, start, S::PEAK),
                Stage::Hold => self.enter(Stage::Decay, start, S::PEAK),
                Stage::Decay => self.enter(Stage::Sustain, start, self.times.sustain),
                Stage::Sustain | Stage::Release | Stage::Finished => self.enter(Stage::Finished, start, S::FLOOR),
            }
        }
    }

    /// Begins the release at `frame`, from the level reached.
    pub(crate) fn release(&mut self, frame: u64) {
        self.advance(frame);
        if self.stage < Stage::Release {
            let level = self.level(frame);
            self.enter(Stage::Release, frame, level);
            self.advance(frame);
        }
    }

    /// Level at `frame` by the present stage's formula; exact also at the stage's end.
    pub(crate) fn level(&self, frame: u64) -> f64 {
        self.level_between(frame as i64 as f64)
    }

    /// As [`Envelope::level`], between two frames.
    pub(crate) fn level_between(&self, frame: f64) -> f64 {
        let moved = (frame - self.start as i64 as f64).max(0.0) * self.pace;
        match self.stage {
            Stage::Delay | Stage::Finished => S::FLOOR,
            Stage::Attack => S::attack(moved.min(1.0)),
            Stage::Hold => S::PEAK,
            Stage::Decay => (self.from - moved).max(self.times.sustain),
            Stage::Sustain => self.times.sustain,
            Stage::Release => (self.from - moved).max(S::FLOOR),
        }
    }

    /// Takes new times from `frame` on, without a jump in level while it moves.
    pub(crate) fn retime(&mut self, frame: u64, times: EnvelopeTimes) {
        if times == self.times {
            return;
        }
        self.advance(frame);
        let level = self.level(frame);
        self.times = times;
        let begun = self.start;
        match self.stage {
            Stage::Delay | Stage::Hold => self.enter(self.stage, begun, level),
            Stage::Attack => {
                let done = (S::attack_fraction(level) * times.attack as f64).round() as u64;
                self.enter(Stage::Attack, frame.saturating_sub(done), S::FLOOR);
            }
            Stage::Decay | Stage::Sustain => self.enter(Stage::Decay, frame, level),
            Stage::Release => self.enter(Stage::Release, frame, level),
            Stage::Finished => {}
        }
        self.advance(frame);
    }

    fn enter(&mut self, stage: Stage, start: u64, from: f64) {
        let times = &self.times;
        let whole = S::PEAK - S::FLOOR;
        let length = match stage {
            Stage::Delay => times.delay,
            Stage::Attack => times.attack,
            Stage::Hold => times.hold,
            Stage::Decay => ((from - times.sustain).max(0.0) / whole * times.decay as f64).ceil() as u64,
            Stage::Sustain if times.sustain > S::FLOOR => u64::MAX,
            // A volume envelope that sustains at its floor is over; a modulation envelope simply stays there.
            Stage::Sustain => {
                if S::FLOOR < 0.0 {
                    0
                } else {
                    u64::MAX
                }
            }
            Stage::Release => ((from - S::FLOOR) / whole * times.release as f64).ceil() as u64,
            Stage::Finished => u64::MAX,
        };
        let pace = match stage {
            Stage::Attack => 1.0 / times.attack.max(1) as f64,
            Stage::Decay => whole / times.decay.max(1) as f64,
            Stage::Release => whole / times.release.max(1) as f64,
            _ => 0.0,
        };
        *self = Envelope { stage, start, end: start.saturating_add(length), from, pace, ..*self };
    }
}

impl Envelope<Volume> {
    /// The amplitude at `frame` where the envelope is linear in it, that is until the decay.
    #[inline]
    pub(crate) fn rising(&self, frame: u64) -> Option<f64> {
        match self.stage {
            Stage::Attack => Some((frame.saturating_sub(self.start) as i64 as f64 * self.pace).min(1.0)),
            Stage::Hold => Some(1.0),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: EnvelopeTimes =
        EnvelopeTimes { delay: 100, attack: 200, hold: 50, decay: 1000, sustain: -20.0, release: 500 };

    fn at<S: Shape>(mut envelope: Envelope<S>, frame: u64) -> f64 {
        envelope.advance(frame);
        envelope.level(frame)
    }

    #[test]
    fn volume_follows_the_formulas() {
        let envelope = Envelope::<Volume>::new(1000, TIMES);
        assert_eq!(at(envelope, 1050), FLOOR_DB);
        assert!((at(envelope, 1200) - 20.0 * 0.5f64.log10()).abs() < 1e-9);
        assert_eq!(at(envelope, 1320), 0.0);
        assert!((at(envelope, 1450) + 10.0).abs() < 1e-9);
        assert_eq!(at(envelope, 90_000), -20.0);
    }

    #[test]
    fn release_starts_at_the_level_reached_and_ends_at_the_floor() {
        let mut envelope = Envelope::<Volume>::new(0, TIMES);
        envelope.release(200);
        assert!((envelope.level(200) - 20.0 * 0.5f64.log10()).abs() < 1e-9);
        assert!((at(envelope, 250) - (20.0 * 0.5f64.log10() - 10.0)).abs() < 1e-9);
        envelope.advance(700);
        assert_eq!(envelope.stage(), Stage::Finished);
    }

    #[test]
    fn a_sustain_at_the_floor_ends_the_voice() {
        let mut envelope = Envelope::<Volume>::new(0, EnvelopeTimes { sustain: FLOOR_DB, ..TIMES });
        envelope.advance(350 + 1000);
        assert_eq!(envelope.stage(), Stage::Finished);
    }

    #[test]
    fn new_times_do_not_jump() {
        let mut envelope = Envelope::<Modulation>::new(0, EnvelopeTimes { sustain: 0.25, ..TIMES });
        for frame in [150u64, 320, 700, 5000] {
            envelope.advance(frame);
            let before = envelope.level(frame);
            envelope.retime(frame, EnvelopeTimes { decay: 3000 + frame, attack: 333, sustain: 0.25, ..TIMES });
            assert!((envelope.level(frame) - before).abs() < 0.02, "at {frame}");
        }
    }
}
