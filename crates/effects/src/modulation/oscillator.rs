/// A slow oscillation, known at every frame by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Oscillator {
    /// Turns per frame and at frame 0, in 2^−64 of a turn.
    step: u64,
    start: u64,
}

const TURN: f64 = 18_446_744_073_709_551_616.0;

impl Oscillator {
    /// `cycles` per frame, `start` turns at frame 0; both 0 to 1.
    pub(super) fn new(cycles: f64, start: f64) -> Oscillator {
        Oscillator { step: (cycles * TURN) as u64, start: (start * TURN) as u64 }
    }

    /// Turns at a frame, 0 to 1.
    pub(super) fn turns(&self, frame: u64) -> f64 {
        self.start.wrapping_add(self.step.wrapping_mul(frame)) as f64 / TURN
    }

    /// ½ − ½·cos 2πt at a frame.
    pub(super) fn wave(&self, frame: u64) -> f64 {
        0.5 - 0.5 * (std::f64::consts::TAU * self.turns(frame)).cos()
    }
}
