//! Generated impulse responses: energy, decay and decorrelation, measured from outside.

use rae_dsp::impulse_response::exponential;

fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|x| f64::from(*x).powi(2)).sum()
}

#[test]
fn exponential_has_unit_energy_and_shares_nothing_between_channels() {
    for (frames, seed) in [(4410, 1), (44_100, 2), (441, 3)] {
        let response = exponential(frames, frames as f64, seed);
        let (left, right) = (response.channel(0), response.channel(1));
        assert_eq!((response.channels(), response.frames()), (2, frames));
        assert!((energy(left) - 1.0).abs() < 1e-4 && (energy(right) - 1.0).abs() < 1e-4);
        let shared: f64 = left.iter().zip(right).map(|(l, r)| f64::from(l * r)).sum();
        assert!(shared.abs() < 1e-4, "correlation {shared}");
    }
}

#[test]
fn exponential_falls_by_the_decay_asked_for() {
    // Mean level over the first and the last tenth: nine tenths of 60 dB apart, within the noise's own scatter.
    let response = exponential(44_100, 44_100.0, 5);
    let level = |samples: &[f32]| 10.0 * energy(samples).log10();
    for channel in 0..2 {
        let samples = response.channel(channel);
        let fall = level(&samples[..4410]) - level(&samples[39_690..]);
        assert!((fall - 54.0).abs() < 1.0, "{fall} dB");
    }
}

#[test]
fn same_seed_same_response_and_degenerate_lengths_are_safe() {
    assert_eq!(exponential(1000, 800.0, 4), exponential(1000, 800.0, 4));
    assert_ne!(exponential(1000, 800.0, 4), exponential(1000, 800.0, 5));
    for frames in [0, 1, 2, 3] {
        let response = exponential(frames, 0.0, 4);
        assert_eq!(response.frames(), frames.max(1));
        assert!(response.planar().iter().all(|x| x.is_finite()));
    }
}
