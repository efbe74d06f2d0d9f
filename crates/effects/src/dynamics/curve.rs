//! Static curves: from a level to the gain, both in dB.

use rae_dsp::wide::{WideKernel, run_wide};

/// How much less (or, for a gate, more) sound there shall be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Curve {
    pub(super) threshold_db: f32,
    /// Decibels of reduction per decibel beyond the threshold.
    pub(super) slope: f32,
    pub(super) knee_db: f32,
    /// The most reduction.
    pub(super) range_db: f32,
    /// 1 above the threshold, −1 below it.
    pub(super) side: f32,
}

impl Curve {
    /// Replaces levels by reductions, 0 or more: beyond the threshold a straight line, within half a knee of it a parabola
    /// that touches both sides (Giannoulis et al., equation 4).
    pub(super) fn reductions(&self, levels: &mut [f32]) {
        run_wide(Reductions(*self, levels));
    }
}

struct Reductions<'a>(Curve, &'a mut [f32]);

impl WideKernel for Reductions<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Reductions(curve, levels) = self;
        let half = 0.5 * curve.knee_db;
        // Without a knee the parabola has no width and is never reached.
        let bend = if curve.knee_db > 0.0 { 0.5 / curve.knee_db } else { 0.0 };
        for level in levels {
            let beyond = curve.side * (*level - curve.threshold_db);
            let within = (beyond + half).clamp(0.0, curve.knee_db);
            let over = (beyond - half).max(0.0) + within * within * bend;
            *level = (curve.slope * over).min(curve.range_db);
        }
    }
}
