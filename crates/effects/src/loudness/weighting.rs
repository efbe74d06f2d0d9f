//! The K-weighting of BS.1770-5, annex 1, and the weights of channels.

use std::f64::consts::PI;

use rae_dsp::biquad::Biquad;

/// The two filters at a sample rate in Hz: the analogue ones that give the recommendation's coefficients at 48 kHz, by the
/// bilinear transform.
pub(super) fn filters(hz: f64) -> [Biquad; 2] {
    let (gain_db, q) = (3.999_843_853_973_347, 0.707_175_236_955_419_6);
    let k = (PI * 1_681.974_450_955_533 / hz).tan();
    let high = 10f64.powf(gain_db / 20.0);
    let middle = high.powf(0.499_666_774_154_541_6);
    let norm = 1.0 + k / q + k * k;
    let head = Biquad {
        b: [
            (high + middle * k / q + k * k) / norm,
            2.0 * (k * k - high) / norm,
            (high - middle * k / q + k * k) / norm,
        ],
        a: [2.0 * (k * k - 1.0) / norm, (1.0 - k / q + k * k) / norm],
    };
    let q = 0.500_327_037_323_877_3;
    let k = (PI * 38.135_470_876_024_44 / hz).tan();
    let norm = 1.0 + k / q + k * k;
    let lows = Biquad { b: [1.0, -2.0, 1.0], a: [2.0 * (k * k - 1.0) / norm, (1.0 - k / q + k * k) / norm] };
    [head, lows]
}

/// The power that both filters together give a tone of `hz`: that of the recommendation's at 48 kHz, beyond 20 kHz that at
/// 20 kHz.
pub(crate) fn weighting_power(hz: f64) -> f64 {
    const RATE: f64 = 48_000.0;
    filters(RATE).iter().map(|filter| filter.magnitude(hz.min(20_000.0) / RATE).powi(2)).product()
}

/// What channels count, in the order of WAV files (BS.1770-5, table 4): 1.41 for speakers from 60° to 120° at either side,
/// as the surround ones of 4 to 6 channels are, nothing for low frequencies.
pub(super) fn channel_weights(channels: usize) -> Vec<f64> {
    const FRONT: f64 = 1.0;
    const SIDE: f64 = 1.41;
    const BACK: f64 = 1.0;
    const LOW: f64 = 0.0;
    match channels {
        4 => vec![FRONT, FRONT, SIDE, SIDE],
        5 => vec![FRONT, FRONT, FRONT, SIDE, SIDE],
        6 => vec![FRONT, FRONT, FRONT, LOW, SIDE, SIDE],
        7 => vec![FRONT, FRONT, FRONT, LOW, BACK, SIDE, SIDE],
        8 => vec![FRONT, FRONT, FRONT, LOW, BACK, BACK, SIDE, SIDE],
        _ => vec![1.0; channels],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_recommendations_coefficients_at_48_khz() {
        // BS.1770-5, annex 1, tables 1 and 2.
        let published = [
            (
                [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85],
                [-1.690_659_293_182_41, 0.732_480_774_215_85],
            ),
            ([1.0, -2.0, 1.0], [-1.990_047_454_833_98, 0.990_072_250_366_21]),
        ];
        for (filter, (b, a)) in filters(48_000.0).iter().zip(published) {
            for (found, expected) in filter.b.iter().chain(&filter.a).zip(b.iter().chain(&a)) {
                assert!((found - expected).abs() < 1e-8, "{found} not {expected}");
            }
        }
    }
}
