//! What a waveform looks like, whatever the sound.

mod common;

use common::assert_looks_as_before;
use rae_picture::{
    Amplitude, Channels, Color, Peaks, PeaksBuilder, PictureError, Raster, Size, Stretch, Theme, Waveform,
};
use rae_units::{Decibels, SampleRate, Seconds};

const RATE: SampleRate = SampleRate::new(8000).unwrap();

fn stretch(frames: usize) -> Stretch {
    Stretch { start: Seconds(0.0), frames: frames as u64, rate: RATE }
}

fn waveform(width: u32, height: u32) -> Waveform {
    Waveform::new(Size::new(width, height, 1.0).unwrap(), Theme::light())
}

fn peaks(waveform: &Waveform, channels: &[&[f32]]) -> Peaks {
    let frames = channels[0].len() as u64;
    let mut builder =
        PeaksBuilder::exact(channels.len(), Channels::Split, frames, waveform.columns(channels.len()).unwrap());
    builder.push(channels);
    builder.finish()
}

/// Rows of pixels.
fn drawn(waveform: &Waveform, channels: &[&[f32]]) -> Vec<Vec<[u8; 4]>> {
    let mut raster = Raster::new(waveform.size, waveform.theme.background);
    waveform.draw(&mut raster, &peaks(waveform, channels), stretch(channels[0].len())).unwrap();
    let width = waveform.size.device().0;
    raster.rgba().as_chunks().0.chunks(width).map(<[_]>::to_vec).collect()
}

fn pixel(color: Color) -> [u8; 4] {
    [color.red, color.green, color.blue, color.alpha]
}

/// Whether something of the sound is seen in every column.
fn no_column_is_blank(waveform: &Waveform, channels: &[&[f32]]) {
    let rows = drawn(waveform, channels);
    let (background, grid) = (pixel(waveform.theme.background), pixel(waveform.theme.grid));
    for column in 0..rows[0].len() {
        assert!(
            rows.iter().any(|row| row[column] != background && row[column] != grid),
            "column {column} of {} frames at {:?}",
            channels[0].len(),
            waveform.size
        );
    }
}

fn sine(frames: usize, period: f32, amplitude: f32) -> Vec<f32> {
    (0..frames).map(|n| amplitude * (n as f32 / period * std::f32::consts::TAU).sin()).collect()
}

#[test]
fn no_column_is_blank_for_any_length_and_size() {
    for frames in [1, 2, 3, 50, 299, 300, 301, 1000, 12_345] {
        for (width, height) in [(1, 1), (2, 1), (300, 60), (299, 61), (7, 3)] {
            for channels in [1, 2] {
                if channels > height {
                    continue;
                }
                for sound in [vec![0.0; frames], vec![1.0; frames], vec![f32::NAN; frames], sine(frames, 37.0, 1.5)] {
                    no_column_is_blank(&waveform(width, height), &vec![&sound[..]; channels as usize]);
                }
            }
        }
    }
}

#[test]
fn what_is_symmetric_is_drawn_so() {
    // Every column has samples and their mirror images: 12 to 24 frames at the scales below.
    let samples: Vec<f32> = sine(3600, 1500.0, 0.9).into_iter().flat_map(|x| [x, -x]).collect();
    for scale in [1.0, 1.5, 2.0] {
        for height in [59, 60] {
            for amplitude in [Amplitude::Linear, Amplitude::DECIBELS] {
                let size = Size::new(300, height, scale).unwrap();
                let rows = drawn(&Waveform { amplitude, size, ..waveform(1, 1) }, &[&samples]);
                let turned: Vec<_> = rows.iter().rev().cloned().collect();
                assert!(rows == turned, "height {height}, scale {scale}");
            }
        }
    }
}

#[test]
fn silence_is_one_sharp_line() {
    for (height, rows) in [(60, 29..31), (61, 30..31)] {
        let picture = drawn(&waveform(100, height), &[&[0.0; 5000]]);
        let theme = Theme::light();
        for (index, row) in picture.iter().enumerate() {
            let expected = if rows.contains(&index) { theme.core } else { theme.background };
            assert!(row.iter().all(|seen| *seen == pixel(expected)), "row {index} of {height}");
        }
    }
}

#[test]
fn heights_are_those_of_the_samples() {
    let samples: Vec<f32> = (0..4000).map(|n| if n % 2 == 0 { 0.5 } else { -0.25 }).collect();
    let rows = drawn(&waveform(40, 80), &[&samples]);
    let theme = Theme::light();
    // RMS of 0.5 and 0.25 is 0.395: 15.8 pixels above, and below as far as the samples reach.
    for (row, color) in [
        (19, theme.background),
        (20, theme.wave),
        (23, theme.wave),
        (25, theme.core),
        (49, theme.core),
        (50, theme.background),
    ] {
        assert_eq!(rows[row][20], pixel(color), "row {row}");
    }
    let fitted = drawn(&Waveform { fitted: true, ..waveform(40, 80) }, &[&samples]);
    assert_eq!(
        (fitted[0][20], fitted[59][20], fitted[60][20]),
        (pixel(theme.wave), pixel(theme.core), pixel(theme.background))
    );
    let amplitude = Amplitude::Decibels { floor: Decibels(-40.0) };
    let decibels = drawn(&Waveform { amplitude, ..waveform(40, 80) }, &[&samples]);
    // −6.02 dB of 40 is 33.98 of 40 pixels, and the RMS of −8.07 dB is 31.93.
    for (row, color) in [(5, theme.background), (7, theme.wave), (9, theme.core)] {
        assert_eq!(decibels[row][20], pixel(color), "row {row}");
    }
}

#[test]
fn what_was_played_has_another_colour() {
    let sound = sine(8000, 20.0, 0.8);
    let theme = Theme::light();
    let middle = |played: f64, start: f64| {
        let waveform = Waveform { played: Some(Seconds(played)), ..waveform(100, 40) };
        let mut raster = Raster::new(waveform.size, theme.background);
        let stretch = Stretch { start: Seconds(start), ..stretch(8000) };
        waveform.draw(&mut raster, &peaks(&waveform, &[&sound]), stretch).unwrap();
        let row: Vec<[u8; 4]> = raster.row_mut(20).to_vec();
        let played = row.iter().take_while(|seen| **seen == pixel(theme.played_core)).count();
        assert!(row[played..].iter().all(|seen| *seen == pixel(theme.core)));
        played
    };
    assert_eq!([middle(0.25, 0.0), middle(10.3, 10.0), middle(-1.0, 0.0), middle(9.0, 0.0)], [25, 30, 0, 100]);
    assert_eq!(middle(f64::NAN, 0.0), 0);
}

#[test]
fn channels_have_lanes_or_are_too_many() {
    let (loud, silent) = (sine(5000, 9.0, 1.0), vec![0.0; 5000]);
    let rows = drawn(&waveform(50, 100), &[&silent, &loud]);
    let theme = Theme::light();
    assert!(rows[10..20].iter().flatten().all(|seen| *seen == pixel(theme.background)));
    assert!(rows[60..90].iter().flatten().all(|seen| *seen != pixel(theme.background)));
    assert_eq!(waveform(10, 3).columns(4), Err(PictureError::Lanes { channels: 4, rows: 3 }));
}

#[test]
fn a_sound_without_frames_is_a_picture_too() {
    let waveform = Waveform { axes: true, fitted: true, played: Some(Seconds(1.0)), ..waveform(300, 100) };
    let empty = PeaksBuilder::exact(2, Channels::Mixed, 0, waveform.columns(2).unwrap()).finish();
    assert!(waveform.png(&empty, stretch(0)).unwrap().starts_with(b"\x89PNG"));
    assert!(waveform.svg(&empty, stretch(0)).unwrap().ends_with("</svg>\n"));
}

#[test]
fn golden_pictures() {
    let swell: Vec<f32> =
        (0..16_000).map(|n| (n as f32 * 0.37).sin() * (n as f32 / 16_000.0 * 3.0).sin().powi(3) * 1.2).collect();
    let other: Vec<f32> = swell.iter().rev().map(|x| 0.3 * x).collect();
    let size = |width, height, scale| Size::new(width, height, scale).unwrap();
    let plain = |size, theme| Waveform::new(size, theme);
    let cases: [(&str, Waveform, &[&[f32]]); 7] = [
        ("plain", plain(size(300, 60, 1.0), Theme::light()), &[&swell]),
        ("axes", Waveform { axes: true, ..plain(size(400, 120, 1.0), Theme::light()) }, &[&swell, &other]),
        (
            "dark-decibels",
            Waveform { axes: true, amplitude: Amplitude::DECIBELS, ..plain(size(300, 100, 1.0), Theme::dark()) },
            &[&swell],
        ),
        (
            "played-sharp",
            Waveform { played: Some(Seconds(0.8)), ..plain(size(150, 40, 2.0), Theme::transparent()) },
            &[&swell],
        ),
        (
            "zoomed",
            Waveform { axes: true, fitted: true, ..plain(size(300, 100, 1.0), Theme::light()) },
            &[&other[8000..8060]],
        ),
        ("silence", plain(size(300, 60, 1.0), Theme::light()), &[&[0.0; 1000]]),
        ("one-sample", plain(size(300, 60, 1.0), Theme::light()), &[&[0.5]]),
    ];
    for (name, waveform, channels) in cases {
        let png = waveform.png(&peaks(&waveform, channels), stretch(channels[0].len())).unwrap();
        assert_looks_as_before(name, &png);
    }
}
