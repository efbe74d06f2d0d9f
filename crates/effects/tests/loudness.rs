//! Loudness against the signals of EBU Tech 3341 and 3342, made by formula, and against another implementation.

use std::f64::consts::{PI, TAU};

use rae_dsp::hash::noise;
use rae_effects::loudness::{AlbumLoudness, Loudness, LoudnessMeter, Measurer};
use rae_units::SampleRate;

const RATE: u32 = 48_000;

/// Seconds of sines at a level in dBFS, one after the other.
fn sines(hz: f64, parts: &[(f64, f64)]) -> Vec<f32> {
    let mut samples = Vec::new();
    for &(db, seconds) in parts {
        let amplitude = 10f64.powf(db / 20.0);
        let frames = (seconds * f64::from(RATE)).round() as usize;
        let start = samples.len();
        let phase = |n: usize| TAU * hz * (start + n) as f64 / f64::from(RATE);
        samples.extend((0..frames).map(|n| (amplitude * phase(n).sin()) as f32));
    }
    samples
}

fn meter(channels: &[&[f32]]) -> LoudnessMeter {
    let mut meter = LoudnessMeter::new(SampleRate::new(RATE).unwrap(), channels.len()).unwrap();
    for start in (0..channels[0].len()).step_by(7001) {
        let end = channels[0].len().min(start + 7001);
        let block: Vec<&[f32]> = channels.iter().map(|samples| &samples[start..end]).collect();
        meter.push(&block);
    }
    meter
}

/// Of the same signal left and right.
fn stereo(parts: &[(f64, f64)]) -> Loudness {
    let samples = sines(1000.0, parts);
    meter(&[&samples, &samples]).report()
}

#[test]
fn tech_3341_integrated_loudness() {
    let cases: [(&[(f64, f64)], f64); 5] = [
        (&[(-23.0, 20.0)], -23.0),
        (&[(-33.0, 20.0)], -33.0),
        (&[(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)], -23.0),
        (&[(-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)], -23.0),
        (&[(-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)], -23.0),
    ];
    for (index, (parts, expected)) in cases.into_iter().enumerate() {
        let found = stereo(parts).integrated_lufs;
        assert!((found - expected).abs() <= 0.1, "case {}: {found}", index + 1);
    }
}

#[test]
fn an_album_is_as_loud_as_its_recordings_one_after_the_other() {
    let parts = [(-26.0, 20.0), (-20.0, 20.1), (-60.0, 30.0), (-26.0, 20.0)];
    let mut album = AlbumLoudness::default();
    for part in &parts {
        let samples = sines(1000.0, &[*part]);
        album.add(&meter(&[&samples, &samples]));
    }
    let (found, whole) = (album.report(), stereo(&parts));
    assert!((found.integrated_lufs - whole.integrated_lufs).abs() < 0.05, "{found:?} and {whole:?}");
    assert!((found.integrated_lufs + 23.0).abs() <= 0.1, "{found:?}");
    assert!((found.range_lu - whole.range_lu).abs() < 0.3, "{found:?} and {whole:?}");
    assert!((found.true_peak_db + 20.0).abs() < 0.05 && (found.max_short_term_lufs + 20.0).abs() < 0.05, "{found:?}");
    assert_eq!(AlbumLoudness::default().report().integrated_lufs, f64::NEG_INFINITY);
}

#[test]
fn a_meter_without_peaks_says_the_same_loudness() {
    let samples = sines(997.0, &[(-30.0, 2.0), (-18.0, 4.0)]);
    let mut without = LoudnessMeter::without_peaks(SampleRate::new(RATE).unwrap(), 1).unwrap();
    without.push(&[&samples]);
    let with = meter(&[&samples]).report();
    assert_eq!(without.report(), Loudness { true_peak_db: f64::NEG_INFINITY, ..with });
}

#[test]
fn tech_3341_surround() {
    let [sides, centre, behind] = [-28.0, -24.0, -30.0].map(|db| sines(1000.0, &[(db, 20.0)]));
    let found = meter(&[&sides, &sides, &centre, &behind, &behind]).report().integrated_lufs;
    assert!((found + 23.0).abs() <= 0.1, "{found}");
}

#[test]
fn tech_3341_momentary_and_short_term_loudness() {
    // Steady sines: all three agree (cases 1 and 2); a repeated pattern keeps short-term loudness steady (case 9).
    let samples = sines(1000.0, &[(-23.0, 5.0)]);
    let steady = meter(&[&samples, &samples]);
    assert!((steady.momentary_lufs() + 23.0).abs() <= 0.1 && (steady.short_term_lufs() + 23.0).abs() <= 0.1);
    let pattern: Vec<(f64, f64)> = (0..5).flat_map(|_| [(-20.0, 1.34), (-30.0, 1.66)]).collect();
    assert!((stereo(&pattern).max_short_term_lufs + 23.0).abs() <= 0.1);
    // Bursts of 3 and 0.4 seconds anywhere in silence (cases 10 and 13).
    for step in 0..10 {
        let late = 0.15 * f64::from(step);
        let short_term = stereo(&[(-200.0, late), (-23.0, 3.0), (-200.0, 1.0)]).max_short_term_lufs;
        assert!((short_term + 23.0).abs() <= 0.1, "{late}: {short_term}");
        let late = 0.02 * f64::from(step);
        let momentary = stereo(&[(-200.0, late), (-23.0, 0.4), (-200.0, 1.0)]).max_momentary_lufs;
        assert!((momentary + 23.0).abs() <= 0.1, "{late}: {momentary}");
    }
    // Case 12.
    let pattern: Vec<(f64, f64)> = (0..25).flat_map(|_| [(-20.0, 0.18), (-30.0, 0.22)]).collect();
    assert!((stereo(&pattern).max_momentary_lufs + 23.0).abs() <= 0.1);
}

#[test]
fn tech_3341_true_peaks() {
    // Cases 15 to 19: sines of a quarter, sixth and eighth of the rate, in phases whose samples miss the peak.
    for (division, degrees, amplitude, expected) in [
        (4.0, 0.0, 0.5, -6.0),
        (4.0, 45.0, 0.5, -6.0),
        (6.0, 60.0, 0.5, -6.0),
        (8.0, 67.5, 0.5, -6.0),
        (4.0, 45.0, 1.41, 3.0),
    ] {
        let phase = |n: usize| TAU * n as f64 / division + PI * degrees / 180.0;
        let fade = |n: usize| ((n as f64 / 4800.0).min((47_999 - n) as f64 / 4800.0)).min(1.0);
        let samples: Vec<f32> = (0..48_000).map(|n| (amplitude * fade(n) * phase(n).sin()) as f32).collect();
        let found = meter(&[&samples, &samples]).report().true_peak_db;
        assert!((expected - 0.4..=expected + 0.2).contains(&found), "1/{division} at {degrees}: {found} dBTP");
    }
    // Cases 20 to 23: one period of a quarter of the rate between others, at offsets of a quarter of a frame.
    for offset in 0..4 {
        let mut samples = vec![0.0f32; 9600];
        for (n, sample) in samples.iter_mut().enumerate() {
            let at = n as f64 + f64::from(offset) / 4.0;
            let lift = 1.0 + (-((at - 4800.0) / 300.0).powi(2)).exp();
            *sample = (0.5 * lift * (TAU * at / 6.0 + 0.2).sin()) as f32;
        }
        let found = meter(&[&samples]).report().true_peak_db;
        assert!((-0.4..=0.2).contains(&found), "offset {offset}: {found} dBTP");
    }
}

#[test]
fn tech_3342_loudness_range() {
    let cases: [(&[(f64, f64)], f64); 4] = [
        (&[(-20.0, 20.0), (-30.0, 20.0)], 10.0),
        (&[(-20.0, 20.0), (-15.0, 20.0)], 5.0),
        (&[(-40.0, 20.0), (-20.0, 20.0)], 20.0),
        (&[(-50.0, 20.0), (-35.0, 20.0), (-20.0, 20.0), (-35.0, 20.0), (-50.0, 20.0)], 15.0),
    ];
    for (index, (parts, expected)) in cases.into_iter().enumerate() {
        let found = stereo(parts).range_lu;
        assert!((found - expected).abs() <= 1.0, "case {}: {found}", index + 1);
    }
}

#[test]
fn agrees_with_another_implementation() {
    for (rate, channels) in [(44_100, 2), (48_000, 1), (96_000, 2), (22_050, 2), (48_000, 6)] {
        // Noise whose level wanders between silence and full scale, darker the softer.
        let seconds = if rate == 22_050 { 60 } else { 8 };
        let frames = seconds * rate as usize;
        let planes: Vec<Vec<f32>> = (0..channels)
            .map(|channel| {
                let mut low = 0.0;
                let sample = |n: usize| {
                    let level = (n as f64 / f64::from(rate) * 0.7 + channel as f64).sin().powi(4);
                    low += (0.05 + 0.2 * level) * (noise(channel as u64, n as u64) - low);
                    (low * level * 0.9) as f32
                };
                (0..frames).map(sample).collect()
            })
            .collect();
        let slices: Vec<&[f32]> = planes.iter().map(Vec::as_slice).collect();
        let mut meter = LoudnessMeter::new(SampleRate::new(rate).unwrap(), channels).unwrap();
        meter.push(&slices);
        let ours = meter.report();
        let mut other = ebur128::EbuR128::new(channels as u32, rate, ebur128::Mode::all()).unwrap();
        other.add_frames_planar_f32(&slices).unwrap();
        let close = |found: f64, expected: f64, tolerance: f64, what: &str| {
            assert!((found - expected).abs() <= tolerance, "{what} at {rate} Hz: {found} and {expected}");
        };
        close(ours.integrated_lufs, other.loudness_global().unwrap(), 0.03, "integrated");
        if seconds == 60 {
            // Its blocks of 3 s begin every second instead of every tenth of one.
            close(ours.range_lu, other.loudness_range().unwrap(), 1.0, "range");
        }
        close(meter.momentary_lufs(), other.loudness_momentary().unwrap(), 0.01, "momentary");
        close(meter.short_term_lufs(), other.loudness_shortterm().unwrap(), 0.01, "short-term");
        for (channel, peak) in meter.true_peaks().iter().enumerate() {
            let other = 20.0 * other.true_peak(channel as u32).unwrap().log10();
            // Its interpolation is shorter: it reads noise near half the rate lower.
            assert!((other - 0.1..other + 0.5).contains(&peak.0), "true peak at {rate} Hz: {} and {other}", peak.0);
        }
    }
}

#[test]
fn same_report_for_every_block_length() {
    let samples: Vec<f32> = (0..100_000).map(|n| (noise(1, n) * 0.4) as f32).collect();
    let report = |length: usize| {
        let mut measurer = Measurer::new(SampleRate::CD, 1).unwrap();
        samples.chunks(length).for_each(|block| measurer.push(&[block]));
        measurer.report()
    };
    let whole = report(100_000);
    for length in [1, 441, 512, 10_000] {
        assert_eq!(report(length), whole, "blocks of {length}");
    }
}

#[test]
fn silence_short_and_broken_sound() {
    let silent = meter(&[&[0.0; 48_000], &[0.0; 48_000]]).report();
    assert_eq!(
        (silent.integrated_lufs, silent.range_lu, silent.true_peak_db),
        (f64::NEG_INFINITY, 0.0, f64::NEG_INFINITY)
    );
    let mut measurer = Measurer::new(SampleRate::CD, 2).unwrap();
    assert_eq!(measurer.report().frames, 0);
    measurer.push(&[&[1.0, f32::NAN, -1.0, 0.5], &[0.25, 0.25, f32::INFINITY, 0.25]]);
    let report = measurer.report();
    assert_eq!((report.frames, report.clipped_samples, report.non_finite_samples), (4, 2, 2));
    assert_eq!(report.peak_db, 0.0);
    assert!((report.channels[1].dc_offset - 0.1875).abs() < 1e-12);
    assert!((report.channels[0].rms_db - 10.0 * (2.25f64 / 4.0).log10()).abs() < 1e-9);
    assert!(report.loudness.true_peak_db >= 0.0);
}

#[test]
fn sound_far_beyond_full_scale() {
    // Stereo sines read in LUFS what their peaks have in dBFS.
    for (amplitude, least, most) in [(32_768.0, 90.2, 90.4), (3e38, 769.0, f64::INFINITY)] {
        let samples: Vec<f32> =
            (0..5 * RATE).map(|n| (amplitude * (TAU * 1000.0 * f64::from(n) / 48_000.0).sin()) as f32).collect();
        let report = meter(&[&samples, &samples]).report();
        for found in [report.integrated_lufs, report.max_momentary_lufs, report.max_short_term_lufs] {
            assert!((least..=most).contains(&found), "{amplitude}: {report:?}");
        }
        assert!(report.range_lu.abs() < 0.1 && report.true_peak_db > 90.2, "{amplitude}: {report:?}");
    }
}

#[test]
fn speakers_count_by_where_they_stand() {
    // BS.1770-5, table 4: 1.41 from 60° to 120° at either side, 1 elsewhere, nothing for low frequencies.
    let (front, side, low) = (Some(-26.01), Some(-24.52), None);
    let back = front;
    for layout in [
        &[front, front, front, low, side, side][..],
        &[front, front, front, low, back, side, side],
        &[front, front, front, low, back, back, side, side],
    ] {
        let (tone, silence) = (sines(1000.0, &[(-23.0, 1.0)]), vec![0.0; RATE as usize]);
        for (speaker, expected) in layout.iter().enumerate() {
            let mut channels = vec![&silence[..]; layout.len()];
            channels[speaker] = &tone;
            let found = meter(&channels).report().integrated_lufs;
            let right = expected.map_or(found == f64::NEG_INFINITY, |expected: f64| (found - expected).abs() < 0.02);
            assert!(right, "channel {speaker} of {}: {found}", layout.len());
        }
    }
}
