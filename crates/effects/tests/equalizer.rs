//! The equalizer against the formulas of its analogue prototypes.

use std::f64::consts::TAU;

use rae_dsp::AudioBuffer;
use rae_dsp::biquad::Biquad;
use rae_effects::EffectsError;
use rae_effects::chain::{Chain, Tail};
use rae_effects::eq::{Band, Equalizer};
use rae_units::SampleRate;

/// The level of an analogue filter, from its textbook transfer function in s = i·f/f₀.
fn analogue_db(band: &Band, hz: f64) -> f64 {
    let power = |re: f64, im: f64| re * re + im * im;
    let db = |top: f64, bottom: f64| 10.0 * (top / bottom).log10();
    match *band {
        Band::Peak { frequency_hz, gain_db, q } => {
            let (f, a) = (hz / frequency_hz, 10f64.powf(gain_db / 40.0));
            db(power(1.0 - f * f, f * a / q), power(1.0 - f * f, f / (a * q)))
        }
        Band::LowShelf { frequency_hz, gain_db, q } => {
            let (f, a) = (hz / frequency_hz, 10f64.powf(gain_db / 40.0));
            let width = f * a.sqrt() / q;
            db(a * a * power(a - f * f, width), power(1.0 - a * f * f, width))
        }
        Band::HighShelf { frequency_hz, gain_db, q } => {
            let (f, a) = (hz / frequency_hz, 10f64.powf(gain_db / 40.0));
            let width = f * a.sqrt() / q;
            db(a * a * power(1.0 - a * f * f, width), power(a - f * f, width))
        }
        Band::LowPass { frequency_hz, order } => -10.0 * (1.0 + (hz / frequency_hz).powi(2 * order as i32)).log10(),
        Band::HighPass { frequency_hz, order } => -10.0 * (1.0 + (frequency_hz / hz).powi(2 * order as i32)).log10(),
        Band::Notch { frequency_hz, q } => {
            let f = hz / frequency_hz;
            db(power(1.0 - f * f, 0.0), power(1.0 - f * f, f / q))
        }
        Band::Tilt { frequency_hz, gain_db } => {
            let (f, g) = (hz / frequency_hz, 10f64.powf(gain_db / 20.0));
            db(power(1.0, g * f), power(g, f))
        }
    }
}

fn rate(hz: u32) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

fn filters(band: Band, hz: u32) -> Vec<Biquad> {
    Equalizer { linear_phase: false, bands: vec![band] }.filters(rate(hz)).unwrap()
}

/// Where a band is compared: up to 16 kHz at 44.1 kHz, in proportion elsewhere, and around its frequency.
fn frequencies(centre: f64, rate: u32) -> Vec<f64> {
    let top = 16_000.0 / 44_100.0 * f64::from(rate);
    let geometric = (0..300).map(|n| 10.0 * (top / 10.0).powf(f64::from(n) / 299.0));
    let around = (-40..=40).map(|n| centre * (f64::from(n) / 200.0).exp());
    geometric.chain(around).filter(|&hz| hz <= top).collect()
}

/// The largest error in dB; what lies below −60 dB does not count.
fn error(band: Band, centre: f64, hz: u32) -> f64 {
    let filters = filters(band, hz);
    for filter in &filters {
        assert!(filter.pole_radius() < 1.0, "{band:?} at {hz} Hz is unstable");
    }
    let error = |at: f64| {
        let expected = analogue_db(&band, at);
        let found: f64 = filters.iter().map(|filter| 20.0 * filter.magnitude(at / f64::from(hz)).log10()).sum();
        if expected < -60.0 { 0.0 } else { (found - expected).abs() }
    };
    frequencies(centre, hz).into_iter().map(error).fold(0.0, f64::max)
}

const CENTRES: [f64; 11] =
    [30.0, 200.0, 1000.0, 3000.0, 5000.0, 8000.0, 10_000.0, 12_000.0, 14_000.0, 16_000.0, 18_000.0];

fn check(limit: f64, band: impl Fn(f64) -> Band) {
    for centre in CENTRES {
        let error = error(band(centre), centre, 44_100);
        assert!(error <= limit, "{:?}: {error:.3} dB", band(centre));
    }
}

#[test]
fn narrow_bells_and_notches_follow_the_prototype_within_a_tenth_of_a_decibel() {
    for q in [2.0, 4.0, 10.0, 40.0] {
        for gain_db in [-18.0, -6.0, 3.0, 12.0, 18.0] {
            check(0.1, |frequency_hz| Band::Peak { frequency_hz, gain_db, q });
        }
        check(0.1, |frequency_hz| Band::Notch { frequency_hz, q });
    }
}

#[test]
fn broad_bands_follow_the_prototype() {
    for gain_db in [-24.0, -6.0, 3.0, 12.0, 24.0] {
        for q in [0.2, 0.7, 1.0, 1.5] {
            check(0.15, |frequency_hz| Band::Peak { frequency_hz, gain_db, q });
            check(0.1, |frequency_hz| Band::LowShelf { frequency_hz, gain_db, q });
            check(0.1, |frequency_hz| Band::HighShelf { frequency_hz, gain_db, q });
        }
        check(0.1, |frequency_hz| Band::Tilt { frequency_hz, gain_db: gain_db / 4.0 });
    }
    check(0.2, |frequency_hz| Band::Notch { frequency_hz, q: 0.5 });
}

#[test]
fn low_and_high_passes_follow_butterworths() {
    for order in 1..=8 {
        check(0.3, |frequency_hz| Band::LowPass { frequency_hz, order });
        check(0.3, |frequency_hz| Band::HighPass { frequency_hz, order });
    }
}

#[test]
fn other_rates_and_the_ends_of_all_ranges_give_stable_filters_too() {
    for hz in [8000, 22_050, 48_000, 96_000, 192_000] {
        for centre in [10.0, 0.02 * f64::from(hz), 0.3 * f64::from(hz), 0.49 * f64::from(hz)] {
            for q in [0.1, 2.0, 50.0] {
                for gain_db in [-30.0, 0.0, 30.0] {
                    let found = error(Band::Peak { frequency_hz: centre, gain_db, q }, centre, hz);
                    assert!(found < 0.5, "Q {q}, {gain_db} dB at {centre} of {hz}: {found}");
                }
            }
            for q in [0.1, 2.0] {
                for gain_db in [-30.0, 30.0] {
                    for band in [
                        Band::LowShelf { frequency_hz: centre, gain_db, q },
                        Band::HighShelf { frequency_hz: centre, gain_db, q },
                    ] {
                        let found = error(band, centre, hz);
                        assert!(found < 0.5, "{band:?} of {hz}: {found}");
                    }
                }
            }
        }
    }
}

fn tone_gain_db(chain: &Chain, hz: f64) -> f64 {
    let input: Vec<f32> = (0..30_000).map(|n| (TAU * hz * f64::from(n) / 44_100.0).sin() as f32).collect();
    let mut prepared = chain.prepare(SampleRate::CD, 1).unwrap();
    let output = prepared.process_whole(&AudioBuffer::from_planar(input.clone(), 1).unwrap(), Tail::Cut);
    let measure = |samples: &[f32]| rae_testkit::amplitude_at(&samples[14_000..28_000], hz, 44_100);
    20.0 * (measure(output.channel(0)) / measure(&input)).log10()
}

#[test]
fn tones_get_the_gains_of_all_bands_in_both_modes() {
    let bands = vec![
        Band::Peak { frequency_hz: 1000.0, gain_db: 6.0, q: 2.0 },
        Band::HighShelf { frequency_hz: 8000.0, gain_db: -9.0, q: 0.7 },
        Band::HighPass { frequency_hz: 200.0, order: 3 },
    ];
    for linear_phase in [false, true] {
        let equalizer = Equalizer { linear_phase, bands: bands.clone() };
        let chain = Chain::from([equalizer.clone()]);
        for hz in [100.0, 300.0, 1000.0, 5000.0, 12_000.0, 16_000.0] {
            let expected: f64 = bands.iter().map(|band| analogue_db(band, hz)).sum();
            assert!((equalizer.prototype_db(hz) - expected).abs() < 1e-9);
            let found = tone_gain_db(&chain, hz);
            assert!((found - expected).abs() < 0.1, "{hz} Hz, linear phase {linear_phase}: {found} not {expected}");
        }
    }
}

#[test]
fn linear_phase_follows_every_prototype_within_a_tenth_of_a_decibel() {
    let bands = |frequency_hz: f64| {
        let peaks = [0.2, 0.7, 1.5, 4.0].map(|q| Band::Peak { frequency_hz, gain_db: 12.0, q });
        let passes = [1, 2, 5, 8]
            .into_iter()
            .flat_map(move |order| [Band::LowPass { frequency_hz, order }, Band::HighPass { frequency_hz, order }]);
        let others = [
            Band::LowShelf { frequency_hz, gain_db: -18.0, q: 0.7 },
            Band::HighShelf { frequency_hz, gain_db: 18.0, q: 1.5 },
            Band::Notch { frequency_hz, q: 0.5 },
            Band::Tilt { frequency_hz, gain_db: 6.0 },
        ];
        peaks.into_iter().chain(passes).chain(others)
    };
    for band in [100.0, 3000.0, 14_000.0].into_iter().flat_map(bands) {
        let chain = Chain::from([Equalizer { linear_phase: true, bands: vec![band] }]);
        let mut prepared = chain.prepare(SampleRate::CD, 1).unwrap();
        let tail = prepared.tail().0 as usize;
        let mut input = AudioBuffer::new(1, 2 * tail + 1);
        input.channel_mut(0)[tail] = 1.0;
        let output = prepared.process_whole(&input, Tail::Cut);
        for step in 0..60 {
            let hz = 30.0 * (16_000f64 / 30.0).powf(f64::from(step) / 59.0);
            let expected = analogue_db(&band, hz);
            // Symmetric around the middle: a sum of cosines.
            let cosine = |n: usize| (TAU * hz * (n as f64 - tail as f64) / 44_100.0).cos();
            let sum: f64 = output.channel(0).iter().enumerate().map(|(n, x)| f64::from(*x) * cosine(n)).sum();
            let found = 20.0 * sum.abs().log10();
            // Where a prototype is 0 its level has a corner, which no symmetric response of finite length follows to the bottom.
            assert!(expected < -25.0 || (found - expected).abs() < 0.1, "{band:?} at {hz}: {found} not {expected}");
        }
    }
}

#[test]
fn linear_phase_is_symmetric_around_the_latency() {
    let bands = vec![Band::Peak { frequency_hz: 500.0, gain_db: 9.0, q: 1.0 }];
    let chain = Chain::from([Equalizer { linear_phase: true, bands }]);
    let mut prepared = chain.prepare(SampleRate::CD, 1).unwrap();
    let mut input = AudioBuffer::new(1, 6001);
    input.channel_mut(0)[3000] = 1.0;
    let output = prepared.process_whole(&input, Tail::Cut);
    let samples = output.channel(0);
    for n in 0..3000 {
        assert!((samples[3000 - n] - samples[3000 + n]).abs() < 1e-6);
    }
    assert!(samples[3000] > 0.9);
}

#[test]
fn what_cannot_be_is_told_with_its_place() {
    let refused = |band: Band| {
        let chain = Chain::from([Equalizer { linear_phase: false, bands: vec![band] }]);
        let error = chain.prepare(SampleRate::CD, 2).unwrap_err();
        assert!(matches!(error, EffectsError::Parameter { .. }));
        error.to_string()
    };
    let high = refused(Band::HighPass { frequency_hz: 30_000.0, order: 2 });
    assert!(high.starts_with("effects[0] (equalizer).bands[0]: frequency_hz = 30000 is outside 10 to 21609"), "{high}");
    assert!(refused(Band::LowPass { frequency_hz: 100.0, order: 9 }).contains("order = 9 is outside 1 to 8"));
    assert!(refused(Band::Peak { frequency_hz: 100.0, gain_db: f64::NAN, q: 1.0 }).contains("gain_db = NaN"));
}
