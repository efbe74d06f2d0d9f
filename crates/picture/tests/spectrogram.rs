//! What a spectrogram shows, measured in its pixels.

mod common;

use std::f64::consts::TAU;

use common::{assert_looks_as_before, decoded};
use rae_picture::{
    Channels, ColorMap, Excerpt, FrequencyScale, PictureError, Sound, SpectrogramBuilder, SpectrogramSettings, Theme,
};
use rae_units::{Decibels, SampleRate, Seconds};

const RATE: u32 = 16_000;
/// Half the rate.
const NYQUIST: f64 = 8000.0;

/// Grey without axes: white is `range` dB below `top`, black is `top` and more.
fn plain(width: u32, height: u32) -> SpectrogramSettings {
    SpectrogramSettings {
        width,
        height,
        axes: false,
        colors: ColorMap::Grey,
        top: Some(Decibels(0.0)),
        ..SpectrogramSettings::default()
    }
}

fn png(settings: &SpectrogramSettings, channels: &[&[f32]], known: bool, block: usize) -> Vec<u8> {
    let frames = channels[0].len();
    let rate = SampleRate::new(RATE).unwrap();
    let sound = Sound { channels: channels.len(), rate, frames: known.then_some(frames as u64) };
    let mut builder = SpectrogramBuilder::new(settings.clone(), sound).unwrap();
    for start in (0..frames).step_by(block) {
        let end = frames.min(start + block);
        builder.push(&channels.iter().map(|channel| &channel[start..end]).collect::<Vec<_>>());
    }
    builder.finish_png().unwrap()
}

/// Levels in dB by column and row from the top, of a picture in grey.
fn levels(settings: &SpectrogramSettings, channels: &[&[f32]]) -> Vec<Vec<f64>> {
    let ((width, height, _), pixels) = decoded(&png(settings, channels, true, 3000));
    let (top, range) = (settings.top.unwrap().0, settings.range.0);
    let level = |x: u32, y: u32| top - f64::from(pixels[3 * (y * width + x) as usize]) / 255.0 * range;
    (0..width).map(|x| (0..height).map(|y| level(x, y)).collect()).collect()
}

fn sine(frames: usize, hz: f64, amplitude: f64) -> Vec<f32> {
    (0..frames).map(|n| (amplitude * (TAU * hz * n as f64 / f64::from(RATE)).sin()) as f32).collect()
}

/// Noise between −1 and 1.
fn noise(frames: usize) -> Vec<f32> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..frames).map(|_| next()).collect()
}

/// How far up from the bottom (0) to the top (1) a frequency lies.
fn height_of(hz: f64, scale: FrequencyScale) -> f64 {
    let mel = |hz: f64| 2595.0 * (1.0 + hz / 700.0).log10();
    match scale {
        FrequencyScale::Log => (hz / 30.0).ln() / (NYQUIST / 30.0).ln(),
        FrequencyScale::Mel => mel(hz) / mel(NYQUIST),
        FrequencyScale::Linear => hz / NYQUIST,
    }
}

#[test]
fn a_sine_is_in_the_row_of_its_frequency_and_has_its_level() {
    let height = 200;
    for frequency_scale in [FrequencyScale::Log, FrequencyScale::Mel, FrequencyScale::Linear] {
        for (hz, decibels) in [(100.3, 0.0), (440.0, -6.0), (1234.5, 0.0), (3000.0, -20.0), (7654.3, -1.0)] {
            let settings = SpectrogramSettings { frequency_scale, range: Decibels(25.0), ..plain(20, height) };
            let shown = levels(&settings, &[&sine(40_000, hz, Decibels(decibels).amplitude())]);
            let column = &shown[10];
            let highest = column.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            assert!((highest - decibels).abs() < 0.45, "{frequency_scale:?} {hz} Hz: {highest} dB, not {decibels}");
            // A low tone is some rows high on a logarithmic scale: its middle counts.
            let loud: Vec<usize> = (0..column.len()).filter(|row| column[*row] > highest - 0.3).collect();
            let middle = loud.iter().sum::<usize>() as f64 / loud.len() as f64 + 0.5;
            let expected = (1.0 - height_of(hz, frequency_scale)) * f64::from(height);
            assert!((middle - expected).abs() < 1.0, "{frequency_scale:?} {hz} Hz: row {middle}, not {expected}");
        }
    }
}

#[test]
fn levels_are_those_of_a_plain_fourier_transform() {
    // Rows from one bin of the padded spectrum to the next, and one window in the middle of each column.
    let (window, columns) = (64usize, 12usize);
    let sound: Vec<f32> = noise(window / 4 * columns).iter().map(|x| 0.3 * x).collect();
    let settings = SpectrogramSettings {
        frequency_scale: FrequencyScale::Linear,
        window: Some(window),
        range: Decibels(100.0),
        ..plain(columns as u32, window as u32)
    };
    let shown = levels(&settings, &[&sound]);
    let hann = |n: usize| 0.5 - 0.5 * (TAU * n as f64 / window as f64).cos();
    let gain = 2.0 / (0..window).map(hann).sum::<f64>();
    for (column, rows) in shown.iter().enumerate() {
        let begin = (window / 4 * column + window / 8) as i64 - window as i64 / 2;
        let sample =
            |n: usize| usize::try_from(begin + n as i64).ok().and_then(|n| sound.get(n)).copied().unwrap_or(0.0);
        let bin = |k: usize| {
            let turn = TAU * k as f64 / (2 * window) as f64;
            let part = |wave: fn(f64) -> f64| {
                (0..window).map(|n| hann(n) * f64::from(sample(n)) * wave(turn * n as f64)).sum::<f64>()
            };
            gain * part(f64::cos).hypot(part(f64::sin))
        };
        for (row, level) in rows.iter().rev().enumerate() {
            let expected = 20.0 * bin(row).max(bin(row + 1)).log10();
            assert!((level - expected.clamp(-100.0, 0.0)).abs() < 0.3, "{column} {row}: {level}, not {expected}");
        }
    }
}

#[test]
fn a_click_is_one_column_wide_and_is_never_missed() {
    let (columns, length) = (100, 8000);
    for at in (1500..length - 1500).step_by(331).map(|place| 37 * length + place) {
        let mut sound = vec![0.0; columns * length];
        sound[at] = 1.0;
        let settings = SpectrogramSettings { range: Decibels(120.0), ..plain(columns as u32, 20) };
        for (column, rows) in levels(&settings, &[&sound]).iter().enumerate() {
            // 2 / 512, the sum of a Hann window of 1024 frames: −48.2 dB, or cos² (π / 8) of it between two windows.
            let expected = if column == 37 { -49.9..=-47.9 } else { -120.0..=-119.0 };
            assert!(rows.iter().all(|level| expected.contains(level)), "{column}: {rows:?}");
        }
    }
}

#[test]
fn what_is_silent_or_no_sound_has_the_colour_of_the_floor() {
    let settings = SpectrogramSettings { top: None, ..plain(30, 20) };
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0].repeat(100);
    for sound in [vec![], vec![0.0], vec![0.0; 5000], odd] {
        for known in [true, false] {
            let (_, pixels) = decoded(&png(&settings, &[&sound], known, 64));
            assert!(pixels.iter().all(|value| *value == 255), "{} frames", sound.len());
        }
    }
    // The one sample is an impulse in the middle of its window: the same level everywhere.
    let settings = SpectrogramSettings { range: Decibels(100.0), ..plain(30, 20) };
    let rows = levels(&settings, &[&[1.0]]).concat();
    let expected = 20.0 * (2.0f64 / 512.0).log10();
    assert!(rows.iter().all(|level| (level - expected).abs() < 0.3), "{rows:?}");
}

#[test]
fn blocks_do_not_change_a_pixel() {
    let sound = noise(30_000);
    let other = sine(30_000, 440.0, 0.5);
    for (excerpt, known) in [
        (Excerpt::default(), true),
        (Excerpt { start: Seconds(0.01), end: Some(Seconds(1.5)) }, true),
        (Excerpt { start: Seconds(0.7), end: Some(Seconds(0.8)) }, false),
        (Excerpt { start: Seconds(0.0), end: None }, false),
    ] {
        let settings = SpectrogramSettings { excerpt, channels: Channels::Split, ..plain(60, 40) };
        let once = png(&settings, &[&sound, &other], known, 30_000);
        for block in [1, 700, 4097] {
            assert!(png(&settings, &[&sound, &other], known, block) == once, "{excerpt:?} {known} {block}");
        }
    }
}

#[test]
fn an_excerpt_shows_no_edge_where_the_sound_goes_on() {
    let excerpt = Excerpt { start: Seconds(1.0), end: Some(Seconds(2.0)) };
    let settings = SpectrogramSettings { excerpt, range: Decibels(100.0), ..plain(100, 50) };
    let shown = levels(&settings, &[&sine(3 * RATE as usize, 1000.0, 0.8)]);
    for column in &shown {
        let apart = column.iter().zip(&shown[50]).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(apart < 1.0, "{apart} dB");
    }
}

#[test]
fn a_sound_of_unknown_length_is_in_the_same_places() {
    let mut sound = sine(200_000, 500.0, 1.0);
    sound[..100_000].fill(0.0);
    let settings = plain(100, 40);
    let [known, unknown] = [true, false].map(|known| decoded(&png(&settings, &[&sound], known, 1000)).1);
    let apart = known.iter().zip(&unknown).filter(|(a, b)| a.abs_diff(**b) > 40).count();
    assert!(apart * 50 < known.len(), "{apart} of {}", known.len());
}

#[test]
fn channels_are_mixed_or_have_lanes() {
    let (left, right) = (sine(20_000, 1000.0, 1.0), vec![0.0; 20_000]);
    let highest = |rows: &[f64]| rows.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mixed = levels(&plain(10, 60), &[&left, &right]);
    assert!((highest(&mixed[5]) + 6.02).abs() < 0.6);
    let split = levels(&SpectrogramSettings { channels: Channels::Split, ..plain(10, 63) }, &[&left, &right]);
    assert!(highest(&split[5][..30]).abs() < 0.6 && highest(&split[5][33..]) < -79.0);
    let sound = Sound { channels: 9, rate: SampleRate::new(RATE).unwrap(), frames: None };
    let narrow = SpectrogramSettings { channels: Channels::Split, ..plain(10, 30) };
    assert!(matches!(SpectrogramBuilder::new(narrow, sound), Err(PictureError::Lanes { channels: 9, .. })));
}

#[test]
fn settings_that_show_nothing_are_refused() {
    let sound = Sound { channels: 1, rate: SampleRate::new(RATE).unwrap(), frames: Some(RATE.into()) };
    let base = plain(10, 10);
    for settings in [
        SpectrogramSettings { window: Some(1000), ..base.clone() },
        SpectrogramSettings { window: Some(8), ..base.clone() },
        SpectrogramSettings { range: Decibels(0.0), ..base.clone() },
        SpectrogramSettings { range: Decibels(f64::NAN), ..base.clone() },
        SpectrogramSettings { top: Some(Decibels(f64::INFINITY)), ..base.clone() },
        SpectrogramSettings { lowest: Some(9000.0), ..base.clone() },
        SpectrogramSettings { highest: Some(f64::NAN), ..base.clone() },
        SpectrogramSettings { width: 0, ..base.clone() },
        SpectrogramSettings { excerpt: Excerpt { start: Seconds(2.0), end: None }, ..base.clone() },
    ] {
        assert!(SpectrogramBuilder::new(settings.clone(), sound).is_err(), "{settings:?}");
    }
}

#[test]
fn golden_spectrograms() {
    let chirp: Vec<f32> = (0..32_000)
        .map(|n| {
            let time = n as f64 / f64::from(RATE);
            // From 100 Hz, two octaves a second.
            let turns = 100.0 * ((2.0 * time).exp2() - 1.0) / (2.0 * 2f64.ln());
            (0.5 * (TAU * turns).sin()) as f32
        })
        .collect();
    let pulses: Vec<f32> = (0..32_000).map(|n| if n % 8000 == 4000 { 1.0 } else { 0.0 }).collect();
    let sized = SpectrogramSettings { width: 230, height: 90, range: Decibels(50.0), ..SpectrogramSettings::default() };
    for (name, settings) in [
        ("spectrogram-log", sized.clone()),
        (
            "spectrogram-split-dark",
            SpectrogramSettings { channels: Channels::Split, theme: Theme::dark(), window: Some(256), ..sized.clone() },
        ),
        (
            "spectrogram-mel-grey",
            SpectrogramSettings { frequency_scale: FrequencyScale::Mel, colors: ColorMap::Grey, ..sized },
        ),
    ] {
        assert_looks_as_before(name, &png(&settings, &[&chirp, &pulses], true, 4000));
    }
}
