use rae_units::{Decibels, Seconds};
use serde::{Deserialize, Serialize};

use super::linear_phase::{LinearPhase, latency_of};
use crate::EffectsError;
use crate::chain::{Place, Processor, Stage, within};

/// The most points of a curve.
const MAX_POINTS: usize = 256;

/// Half of the response: what is narrower than about 15 Hz is smoothed.
const HALF: Seconds = Seconds(0.085);

/// A gain over frequency, drawn by points: straight lines between them in decibels over the logarithm of frequency, level
/// beyond the first and last. All frequencies are delayed alike. Points above half the sample rate are not heard.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EqCurve {
    /// At most 256 points with ascending frequencies; none leaves sound as it is.
    pub points: Vec<CurvePoint>,
}

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurvePoint {
    /// 5 to 96 000 Hz.
    pub frequency_hz: f64,
    /// −30 to 30 dB.
    pub gain_db: f64,
}

impl EqCurve {
    /// The gain at a frequency in Hz, in dB.
    pub fn gain_db(&self, hz: f64) -> f64 {
        let above = self.points.partition_point(|point| point.frequency_hz <= hz);
        match (above.checked_sub(1).map(|below| self.points[below]), self.points.get(above)) {
            (Some(low), Some(high)) => {
                let share = (hz / low.frequency_hz).ln() / (high.frequency_hz / low.frequency_hz).ln();
                low.gain_db + share * (high.gain_db - low.gain_db)
            }
            (Some(end), None) => end.gain_db,
            (None, Some(end)) => end.gain_db,
            (None, None) => 0.0,
        }
    }

    pub(crate) fn check(&self, place: &Place) -> Result<(), EffectsError> {
        let place = place.named("eq_curve");
        let refuse = |problem: String| Err(EffectsError::Structure { place: place.clone(), problem });
        if self.points.len() > MAX_POINTS {
            return refuse(format!("{} points are too many: use at most {MAX_POINTS}", self.points.len()));
        }
        for (index, point) in self.points.iter().enumerate() {
            let place = place.item("points", index);
            within(&place, "frequency_hz", point.frequency_hz, 5.0..=96_000.0)?;
            within(&place, "gain_db", point.gain_db, -30.0..=30.0)?;
        }
        match self.points.windows(2).find(|pair| pair[0].frequency_hz >= pair[1].frequency_hz) {
            Some([low, high]) => {
                let (low, high) = (low.frequency_hz, high.frequency_hz);
                refuse(format!("{high} Hz follows {low} Hz: put points in the order of their frequencies"))
            }
            _ => Ok(()),
        }
    }

    /// Frames on each side of the middle, by powers of two.
    fn half(stage: &Stage) -> usize {
        stage.frames(HALF).next_power_of_two()
    }

    pub(crate) fn latency(stage: &Stage) -> usize {
        latency_of(EqCurve::half(stage), stage)
    }

    pub(crate) fn start(&self, stage: &Stage) -> Box<dyn Processor> {
        let amplitude = |hz: f64| Decibels(self.gain_db(hz)).amplitude();
        Box::new(LinearPhase::of(EqCurve::half(stage), &amplitude, stage))
    }
}
