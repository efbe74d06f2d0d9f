//! Semitone bands over a power spectrum.

use super::dot::dot;

/// Pitch of the lowest band: A0.
pub(super) const LOWEST: usize = 21;

/// How many bands there are, up to E8 and beyond by an octave.
pub(super) const BANDS: usize = 104;

/// Least half width of a band, semitones, and in bins of the transform.
const HALF_SEMITONES: f64 = 0.6;
const HALF_BINS: f64 = 0.75;

/// Triangles over the logarithm of frequency, one around each semitone.
pub(super) struct Filterbank {
    bands: Vec<Band>,
}

struct Band {
    first: usize,
    weights: Vec<f32>,
}

impl Filterbank {
    /// For transforms of `points` at `rate` hertz; an instrument that is `tuning` semitones higher than A = 440 Hz.
    pub(super) fn new(points: usize, rate: f64, tuning: f64) -> Filterbank {
        let bin = rate / points as f64;
        let pitch_of_bin = |k: usize| 69.0 + 12.0 * ((k as f64 * bin).max(1e-3) / 440.0).log2();
        let pitches: Vec<f64> = (0..=points / 2).map(pitch_of_bin).collect();
        let band = |index: usize| {
            let pitch = (LOWEST + index) as f64 + tuning;
            let centre = 440.0 * ((pitch - 69.0) / 12.0).exp2();
            if centre > 0.49 * rate {
                return Band { first: 0, weights: Vec::new() };
            }
            let half = HALF_SEMITONES.max(12.0 * (1.0 + HALF_BINS * bin / centre).log2());
            let first = pitches.partition_point(|other| *other <= pitch - half);
            let inside = pitches[first..].iter().take_while(|other| **other < pitch + half);
            let weights: Vec<f32> = inside.map(|other| (1.0 - (other - pitch).abs() / half) as f32).collect();
            if weights.iter().sum::<f32>() < 1e-3 {
                return Band { first: (centre / bin).round() as usize, weights: vec![1.0] };
            }
            Band { first, weights }
        };
        Filterbank { bands: (0..BANDS).map(band).collect() }
    }

    /// The power in a band.
    #[inline(always)]
    pub(super) fn power(&self, band: usize, powers: &[f32]) -> f32 {
        let Band { first, weights } = &self.bands[band];
        dot(weights, powers.get(*first..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_in_the_middle_of_a_semitone_is_that_bands_alone() {
        // One hertz per bin: an A4 of 440 Hz is bin 440.
        let bank = Filterbank::new(16_000, 16_000.0, 0.0);
        let mut powers = vec![0.0; 8001];
        powers[440] = 1.0;
        let a4 = 69 - LOWEST;
        for band in 0..BANDS {
            assert_eq!(bank.power(band, &powers), if band == a4 { 1.0 } else { 0.0 }, "band {band}");
        }
        let sharp = Filterbank::new(16_000, 16_000.0, 0.5);
        assert!((sharp.power(a4, &powers) - (1.0 - 0.5 / 0.6)).abs() < 1e-6);
    }
}
