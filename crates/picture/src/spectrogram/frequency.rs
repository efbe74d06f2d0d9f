use std::str::FromStr;

use crate::PictureError;
use crate::axis::{Tick, round_values};

/// How frequencies are spread over the height of a spectrogram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FrequencyScale {
    /// Every octave has the same height.
    #[default]
    Log,
    /// As pitches are heard to be apart: 2595 · log10(1 + f / 700 Hz) (D. O'Shaughnessy, *Speech Communication*, 1987; the
    /// formula of HTK).
    Mel,
    /// Every hertz has the same height.
    Linear,
}

impl FrequencyScale {
    fn of(self, hz: f64) -> f64 {
        match self {
            FrequencyScale::Log => hz.log2(),
            FrequencyScale::Mel => 2595.0 * (1.0 + hz / 700.0).log10(),
            FrequencyScale::Linear => hz,
        }
    }

    fn hz(self, value: f64) -> f64 {
        match self {
            FrequencyScale::Log => value.exp2(),
            FrequencyScale::Mel => 700.0 * (10f64.powf(value / 2595.0) - 1.0),
            FrequencyScale::Linear => value,
        }
    }
}

/// `log`, `mel` or `linear`.
impl FromStr for FrequencyScale {
    type Err = PictureError;

    fn from_str(name: &str) -> Result<FrequencyScale, PictureError> {
        match name {
            "log" => Ok(FrequencyScale::Log),
            "mel" => Ok(FrequencyScale::Mel),
            "linear" => Ok(FrequencyScale::Linear),
            _ => Err(PictureError::FrequencyScale(name.to_owned())),
        }
    }
}

/// Frequencies from the bottom of a lane to its top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FrequencyAxis {
    scale: FrequencyScale,
    low: f64,
    high: f64,
}

impl FrequencyAxis {
    /// From `low` to `high` Hz; where nothing is said, up to half the sample rate, and from 30 Hz on a logarithmic scale
    /// or 0 on the others.
    ///
    /// # Errors
    /// [`PictureError::Frequencies`] where there is nothing in between.
    pub(super) fn new(
        scale: FrequencyScale,
        low: Option<f64>,
        high: Option<f64>,
        sample_rate: u32,
    ) -> Result<FrequencyAxis, PictureError> {
        let nyquist = f64::from(sample_rate) / 2.0;
        let high = high.map_or(nyquist, |high| if high > nyquist { nyquist } else { high });
        // Some octaves are left of a sound with a rate of some hertz, too.
        let lowest = if scale == FrequencyScale::Log { LOWEST.min(high / 16.0) } else { 0.0 };
        let low = low.unwrap_or(lowest);
        let fits = low.is_finite() && high > low && low >= 0.0 && (low > 0.0 || scale != FrequencyScale::Log);
        if fits {
            Ok(FrequencyAxis { scale, low, high })
        } else {
            Err(PictureError::Frequencies { low, high, nyquist })
        }
    }

    /// The frequency `share` of the way from the bottom (0) to the top (1).
    pub(super) fn hz(self, share: f64) -> f64 {
        let (low, high) = (self.scale.of(self.low), self.scale.of(self.high));
        self.scale.hz(low + share * (high - low)).clamp(self.low, self.high)
    }

    /// How far from the bottom (0) to the top (1) a frequency lies.
    pub(super) fn share(self, hz: f64) -> f64 {
        let (low, high) = (self.scale.of(self.low), self.scale.of(self.high));
        (self.scale.of(hz) - low) / (high - low)
    }

    /// Frequencies to be labelled, the more important ones first, where there is room for so many.
    pub(super) fn ticks(self, room: usize) -> Vec<Tick> {
        let octaves = OCTAVES.into_iter().filter(|hz| (self.low..=self.high).contains(hz));
        let curved: Vec<f64> = if self.scale == FrequencyScale::Linear { Vec::new() } else { octaves.collect() };
        // Of a few octaves round values tell more.
        let values = if curved.len() < 3 { round_values(self.low, self.high, room) } else { curved };
        values.into_iter().map(|hz| Tick { value: hz, label: Some(label(hz)) }).collect()
    }
}

/// Where a logarithmic scale begins if nothing else is said: just above the lowest key of a piano.
const LOWEST: f64 = 30.0;

/// Octaves from 1 kHz, the reference of acoustics: those outwards of 1 kHz by two octaves first, then the ones between.
const OCTAVES: [f64; 12] =
    [1000.0, 250.0, 4000.0, 62.5, 16_000.0, 64_000.0, 500.0, 2000.0, 125.0, 8000.0, 31.25, 32_000.0];

/// `63 Hz`, `1 kHz`, `1.25 kHz`.
fn label(hz: f64) -> String {
    if hz >= 1000.0 {
        return format!("{} kHz", (hz * 10.0).round() / 10_000.0);
    }
    // Octaves are rounded as on every equaliser, and steps below a hertz are not lost.
    if hz > 10.0 { format!("{} Hz", hz.round()) } else { format!("{} Hz", (hz * 1000.0).round() / 1000.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALES: [FrequencyScale; 3] = [FrequencyScale::Log, FrequencyScale::Mel, FrequencyScale::Linear];

    fn axis(scale: FrequencyScale) -> FrequencyAxis {
        FrequencyAxis::new(scale, None, None, 44_100).unwrap()
    }

    #[test]
    fn scales_are_those_of_their_formulas() {
        let log = axis(FrequencyScale::Log);
        assert!((log.share(60.0) - log.share(30.0) - (log.share(12_000.0) - log.share(6000.0))).abs() < 1e-12);
        // Half of the mel scale up to 22 050 Hz: mel(22 050) = 3923.3, 700 · (10^(1961.7 / 2595) − 1) = 3290.5.
        assert!((axis(FrequencyScale::Mel).hz(0.5) - 3290.5).abs() < 0.2);
        assert!((FrequencyScale::Mel.of(1000.0) - 1000.0).abs() < 0.02, "1000 Hz are 1000 mel");
        assert!((axis(FrequencyScale::Linear).hz(0.25) - 5512.5).abs() < 1e-9);
    }

    #[test]
    fn shares_and_frequencies_are_inverse() {
        for axis in SCALES.map(axis) {
            for share in [0.0, 0.1, 0.5, 0.9, 1.0] {
                assert!((axis.share(axis.hz(share)) - share).abs() < 1e-9, "{axis:?} {share}");
            }
        }
    }

    #[test]
    fn frequencies_that_leave_nothing_to_show_are_refused() {
        let new = |scale, low, high| FrequencyAxis::new(scale, low, high, 8000);
        assert_eq!(
            new(FrequencyScale::Linear, Some(4000.0), None),
            Err(PictureError::Frequencies { low: 4000.0, high: 4000.0, nyquist: 4000.0 })
        );
        for (low, high) in [(Some(0.0), None), (Some(-1.0), None), (Some(f64::NAN), None), (Some(50.0), Some(20.0))] {
            assert!(new(FrequencyScale::Log, low, high).is_err(), "{low:?} {high:?}");
        }
        assert!(new(FrequencyScale::Log, Some(20.0), Some(f64::NAN)).is_err());
        assert_eq!(new(FrequencyScale::Mel, None, Some(1e6)), new(FrequencyScale::Mel, None, None));
        assert!(FrequencyAxis::new(FrequencyScale::Log, None, None, 1).is_ok());
    }

    #[test]
    fn labels_are_short() {
        for (hz, text) in [
            (62.5, "63 Hz"),
            (250.0, "250 Hz"),
            (1000.0, "1 kHz"),
            (1250.0, "1.25 kHz"),
            (0.5, "0.5 Hz"),
            (0.0, "0 Hz"),
        ] {
            assert_eq!(label(hz), text);
        }
    }

    #[test]
    fn a_few_octaves_are_labelled_with_round_values() {
        let axis = FrequencyAxis::new(FrequencyScale::Log, Some(400.0), Some(900.0), 44_100).unwrap();
        let values: Vec<f64> = axis.ticks(5).into_iter().map(|tick| tick.value).collect();
        assert_eq!(values, [400.0, 500.0, 600.0, 700.0, 800.0, 900.0]);
    }
}
