//! The generated responses, measured as a room acoustician would: Schroeder's backward integration, ISO 3382 T30.

use rae_effects::{room_response, send_hall_response};
use rae_units::{SampleRate, Seconds};

fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|x| f64::from(*x).powi(2)).sum()
}

/// RT60 in seconds from a line through the decay curve between −5 and −35 dB.
fn t30(samples: &[f32], rate: SampleRate) -> f64 {
    let mut remaining = energy(samples);
    let whole = remaining;
    let mut points = Vec::new();
    for (frame, sample) in samples.iter().enumerate() {
        let level = 10.0 * (remaining / whole).log10();
        if (-35.0..=-5.0).contains(&level) {
            points.push((frame as f64 / f64::from(rate.hz()), level));
        }
        remaining -= f64::from(*sample).powi(2);
    }
    let count = points.len() as f64;
    let (mean_x, mean_y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0 / count, y + p.1 / count));
    let slope = points.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum::<f64>()
        / points.iter().map(|p| (p.0 - mean_x).powi(2)).sum::<f64>();
    -60.0 / slope
}

#[test]
fn hall_decays_in_about_1200_ms_at_every_rate() {
    for hz in [22_050, 44_100, 48_000, 96_000] {
        let rate = SampleRate::new(hz).unwrap();
        let hall = send_hall_response(rate);
        for channel in 0..2 {
            let measured = t30(hall.channel(channel), rate);
            assert!((measured - 1.2).abs() < 0.12, "{hz} Hz, channel {channel}: {measured} s");
        }
    }
}

#[test]
fn hall_has_unit_energy_and_is_decorrelated() {
    let hall = send_hall_response(SampleRate::CD);
    let (left, right) = (hall.channel(0), hall.channel(1));
    assert!((energy(left) - 1.0).abs() < 1e-3 && (energy(right) - 1.0).abs() < 1e-3);
    // Interaural delays reach 1 ms: no lag up to there may be shared.
    for lag in 0..=44 {
        let one: f64 = left.iter().zip(&right[lag..]).map(|(l, r)| f64::from(l * r)).sum();
        let other: f64 = left[lag..].iter().zip(right).map(|(l, r)| f64::from(l * r)).sum();
        assert!(one.abs() < 0.1 && other.abs() < 0.1, "lag {lag}: {one}, {other}");
    }
}

/// Level in dB of pink noise from 100 Hz to `top` after each channel of a response: |H|² at frequencies spaced evenly
/// in pitch, by Goertzel's recursion.
fn pink_levels(response: &rae_dsp::AudioBuffer, rate: SampleRate, top: f64) -> [f64; 2] {
    const COUNT: usize = 600;
    [0, 1].map(|channel| {
        let power = |step: usize| {
            let hz = 100.0 * (top / 100.0).powf(step as f64 / COUNT as f64);
            let twice_cosine = 2.0 * (std::f64::consts::TAU * hz / f64::from(rate.hz())).cos();
            let (last, before) = response
                .channel(channel)
                .iter()
                .fold((0.0, 0.0), |(last, before), &sample| (f64::from(sample) + twice_cosine * last - before, last));
            last * last + before * before - twice_cosine * last * before
        };
        10.0 * ((0..COUNT).map(power).sum::<f64>() / COUNT as f64).log10()
    })
}

#[test]
fn hall_is_as_loud_at_every_rate() {
    let levels = |hz: u32, top: f64| {
        let rate = SampleRate::new(hz).unwrap();
        pink_levels(&send_hall_response(rate), rate, top)
    };
    for (top, rates) in [(3500.0, [8000, 16_000, 48_000]), (10_000.0, [22_050, 48_000, 96_000])] {
        let usual = levels(44_100, top);
        for hz in rates {
            let here = levels(hz, top);
            for channel in 0..2 {
                let change = here[channel] - usual[channel];
                assert!(change.abs() < 0.5, "{hz} Hz, up to {top} Hz, channel {channel}: {change} dB");
            }
        }
    }
}

#[test]
fn hall_starts_after_its_pre_delay_and_grows_darker() {
    let hall = send_hall_response(SampleRate::CD);
    for channel in 0..2 {
        let samples = hall.channel(channel);
        assert!(samples[..529].iter().all(|&x| x == 0.0));
        // The share of energy that a first difference keeps rises with frequency.
        let brightness = |range: std::ops::Range<usize>| {
            let part = &samples[range];
            let difference: Vec<f32> = part.windows(2).map(|pair| pair[1] - pair[0]).collect();
            energy(&difference) / energy(part)
        };
        assert!(brightness(900..5000) > 2.0 * brightness(26_000..35_000));
        let largest = samples.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
        assert!(largest < 0.1, "no single echo stands out: {largest}");
        assert!(samples[samples.len() - 1].abs() < 1e-5);
    }
}

#[test]
fn room_is_4410_samples_that_decay_by_60_db() {
    let room = room_response(Seconds(0.1), SampleRate::CD);
    assert_eq!((room.channels(), room.frames()), (2, 4410));
    for (time, rate) in [(0.1, SampleRate::CD), (0.5, SampleRate::CD), (2.0, SampleRate::new(48_000).unwrap())] {
        let room = room_response(Seconds(time), rate);
        for channel in 0..2 {
            let measured = t30(room.channel(channel), rate);
            assert!((measured / time - 1.0).abs() < 0.1, "{time} s, channel {channel}: {measured} s");
            assert!((energy(room.channel(channel)) - 1.0).abs() < 1e-3);
        }
    }
}
