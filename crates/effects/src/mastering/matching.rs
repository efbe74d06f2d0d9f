use super::Spectrum;
use crate::eq::{CurvePoint, EqCurve};

/// The most that a curve raises or lowers, dB.
pub const MAX_CURVE_DB: f64 = 15.0;
/// The most that the side is raised.
pub const MAX_WIDTH: f64 = 2.0;

/// What is softer than that beside the loudest band, 90 dB, says nothing: the gain there is that of the nearest band that does.
const NOTHING: f64 = 1e-9;
/// The side is nothing where it is 50 dB below the middle.
const MONO: f64 = 1e-5;
/// Curve and width depend on each other; so often each is found anew.
const ROUNDS: usize = 8;

/// What brings one recording to the sound of another.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// The curve, which leaves the loudness about as it is.
    pub curve: EqCurve,
    /// The factor on the side, for [`crate::chain::Width`]; 1 where one of the recordings is not stereo, or has nothing in
    /// the side.
    pub width: f64,
    /// How much louder the recording becomes by both, in LU, about: gates are not counted.
    pub louder_lu: f64,
}

/// Finds what brings `recording` to the sound of `reference`. Strengths from 0 (nothing) to 1 (all of it) say how far to
/// go with the spectrum and with the width.
///
/// The curve is 10·log₁₀ of the ratio of the smoothed spectra, times the strength, shifted so that the power behind the
/// K-weighting of BS.1770 stays, and held within ±[`MAX_CURVE_DB`]. The width is the square root of the ratio of the shares
/// that the side has of the power, at the curve's spectrum.
pub fn match_reference(recording: &Spectrum, reference: &Spectrum, spectrum: f64, width: f64) -> Match {
    let bands = recording.hz.len().min(reference.hz.len());
    if bands == 0 {
        return Match { curve: EqCurve::default(), width: 1.0, louder_lu: 0.0 };
    }
    let wanted = speaking(&reference.total(1.0)[..bands]);
    let mut gains = vec![0.0; recording.hz.len()];
    let mut factor = 1.0;
    for _ in 0..ROUNDS {
        factor = width_factor(recording, reference, &gains, width);
        let there = speaking(&recording.total(factor)[..bands]);
        let both = wanted.iter().zip(&there).map(|(wanted, there)| Some((*wanted)? / (*there)?));
        let said: Vec<Option<f64>> = both.map(|ratio| ratio.map(|ratio| spectrum * 10.0 * ratio.log10())).collect();
        gains.iter_mut().enumerate().for_each(|(band, gain)| *gain = nearest(&said, band));
        hold(recording, &mut gains, factor);
    }
    let louder = recording.loudness_power(&gains, factor) / recording.loudness_power(&vec![0.0; gains.len()], 1.0);
    let point = |(frequency_hz, gain_db): (&f64, &f64)| CurvePoint {
        frequency_hz: rounded(*frequency_hz, 10.0),
        gain_db: rounded(*gain_db, 100.0),
    };
    let flat = gains.iter().all(|gain| gain.abs() < 0.01);
    Match {
        curve: EqCurve { points: if flat { Vec::new() } else { recording.hz.iter().zip(&gains).map(point).collect() } },
        width: rounded(factor, 1000.0),
        louder_lu: if louder.is_finite() && louder > 0.0 { 10.0 * louder.log10() } else { 0.0 },
    }
}

/// To a decimal that is still far from being heard, for files that people read.
fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

/// The powers of the bands that say something.
fn speaking(powers: &[f64]) -> Vec<Option<f64>> {
    let floor = NOTHING * powers.iter().fold(f64::MIN_POSITIVE / NOTHING, |most, power| most.max(*power));
    powers.iter().map(|power| (*power > floor).then_some(*power)).collect()
}

/// What is said of the band, or of the nearest one of which something is said; of none, 0 dB.
fn nearest(said: &[Option<f64>], band: usize) -> f64 {
    let places = (0..said.len()).filter(|place| said[*place].is_some());
    places.min_by_key(|place| place.abs_diff(band)).and_then(|place| said[place]).unwrap_or(0.0)
}

/// Shifts the gains so that loudness stays, and holds them within their range.
fn hold(recording: &Spectrum, gains: &mut [f64], width: f64) {
    let flat = vec![0.0; gains.len()];
    for _ in 0..4 {
        let louder = recording.loudness_power(gains, width) / recording.loudness_power(&flat, width);
        let shift = if louder.is_finite() && louder > 0.0 { 10.0 * louder.log10() } else { 0.0 };
        gains.iter_mut().for_each(|gain| *gain = (*gain - shift).clamp(-MAX_CURVE_DB, MAX_CURVE_DB));
    }
}

/// The factor on the side at these gains.
fn width_factor(recording: &Spectrum, reference: &Spectrum, gains_db: &[f64], strength: f64) -> f64 {
    let flat = vec![0.0; reference.hz.len()];
    match (side_share(recording, gains_db), side_share(reference, &flat)) {
        (Some(there), Some(wanted)) if there > MONO && wanted > MONO => {
            let all = (wanted / there).sqrt().min(MAX_WIDTH);
            1.0 + strength * (all - 1.0)
        }
        _ => 1.0,
    }
}

/// Power of the side for one of the middle.
fn side_share(spectrum: &Spectrum, gains_db: &[f64]) -> Option<f64> {
    let side = spectrum.side.as_ref()?;
    let power = |bands: &[f64]| -> f64 {
        let bands = spectrum.hz.iter().zip(bands).zip(gains_db);
        bands.map(|((hz, power), gain)| hz * power * 10f64.powf(gain / 10.0)).sum()
    };
    let (middle, side) = (power(&spectrum.middle), power(side));
    (middle > 0.0).then(|| side / middle)
}
