//! Low-frequency oscillators (SoundFont 2.04, 8.1.2, generators 21 to 24).

use super::power::WHOLE;

/// A triangle that starts at 0 and rises, after its delay. Its phase is an absolute formula of the frame.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lfo {
    /// Frame at which `phase` was true; before it the output is 0.
    anchor: u64,
    /// Cycles at the anchor.
    phase: f64,
    cycles_per_frame: f64,
}

impl Lfo {
    pub(crate) fn new(birth: u64, delay_frames: u64, cycles_per_frame: f64) -> Lfo {
        Lfo { anchor: birth + delay_frames, phase: 0.0, cycles_per_frame }
    }

    /// Changes the frequency from `frame` on without a jump.
    pub(crate) fn set_frequency(&mut self, frame: u64, cycles_per_frame: f64) {
        if cycles_per_frame != self.cycles_per_frame {
            if frame > self.anchor {
                self.phase = (self.phase + (frame - self.anchor) as f64 * self.cycles_per_frame).fract();
                self.anchor = frame;
            }
            self.cycles_per_frame = cycles_per_frame;
        }
    }

    /// −1 to 1 at `frame`, which may lie between two frames.
    pub(crate) fn value(&self, frame: f64) -> f64 {
        let elapsed = frame - self.anchor as i64 as f64;
        if elapsed < 0.0 {
            return 0.0;
        }
        let cycles = self.phase + elapsed * self.cycles_per_frame;
        // −½ to ½ around the nearest rising zero.
        let phase = cycles - ((cycles + WHOLE) - WHOLE);
        if phase.abs() <= 0.25 { 4.0 * phase } else { 2f64.copysign(phase) - 4.0 * phase }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_from_zero_after_the_delay() {
        let lfo = Lfo::new(100, 50, 0.01);
        for (frame, value) in [(0.0, 0.0), (150.0, 0.0), (175.0, 1.0), (200.0, 0.0), (225.0, -1.0), (250.0, 0.0)] {
            assert!((lfo.value(frame) - value).abs() < 1e-9, "{frame}");
        }
    }

    #[test]
    fn keeps_its_phase_when_the_frequency_changes() {
        let mut lfo = Lfo::new(0, 0, 0.001);
        let before = lfo.value(137.0);
        lfo.set_frequency(137, 0.004);
        assert!((lfo.value(137.0) - before).abs() < 1e-12);
    }
}
