//! Peaks as data, read back by readers that were written from the description of audiowaveform's format.

use proptest::prelude::*;
use rae_picture::{
    Channels, Detail, Excerpt, PeakData, PeakDataBuilder, PeakSettings, PictureError, Resolution, Sound,
};
use rae_units::{SampleRate, Seconds};
use serde_json::Value;

const RATE: SampleRate = SampleRate::new(1000).unwrap();

/// The two forms have the same fields.
#[derive(Debug, PartialEq)]
struct Read {
    channels: usize,
    sample_rate: i64,
    samples_per_pixel: i64,
    bits: i64,
    length: usize,
    data: Vec<i64>,
}

/// All values are little-endian: version, flags (bit 0: 8 bits), rate, samples per pixel, length, channels, then pairs.
fn read_dat(file: &[u8]) -> Read {
    let field = |index: usize| i32::from_le_bytes(file[index * 4..][..4].try_into().unwrap());
    assert_eq!(field(0), 2);
    let eight = field(1) & 1 == 1;
    assert_eq!(field(1) >> 1, 0);
    let values = &file[24..];
    let data = if eight {
        values.iter().map(|&byte| i64::from(byte as i8)).collect()
    } else {
        values.chunks(2).map(|pair| i64::from(i16::from_le_bytes(pair.try_into().unwrap()))).collect()
    };
    Read {
        channels: field(5) as usize,
        sample_rate: field(2).into(),
        samples_per_pixel: field(3).into(),
        bits: if eight { 8 } else { 16 },
        length: field(4) as usize,
        data,
    }
}

fn read_json(text: &[u8]) -> Read {
    let value: Value = serde_json::from_slice(text).unwrap();
    let number = |name: &str| value[name].as_i64().unwrap_or_else(|| panic!("{name} of {value}"));
    assert_eq!(number("version"), 2);
    Read {
        channels: number("channels") as usize,
        sample_rate: number("sample_rate"),
        samples_per_pixel: number("samples_per_pixel"),
        bits: number("bits"),
        length: number("length") as usize,
        data: value["data"].as_array().unwrap().iter().map(|value| value.as_i64().unwrap()).collect(),
    }
}

fn dat(data: &PeakData) -> Vec<u8> {
    let mut file = Vec::new();
    data.write_dat(&mut file).unwrap();
    file
}

fn json(data: &PeakData) -> Vec<u8> {
    let mut file = Vec::new();
    data.write_json(&mut file).unwrap();
    file
}

fn made(settings: PeakSettings, known: bool, channels: &[Vec<f32>]) -> PeakData {
    let length = channels[0].len();
    let sound = Sound { channels: channels.len(), rate: RATE, frames: known.then_some(length as u64) };
    let mut builder = PeakDataBuilder::new(settings, sound).unwrap();
    for start in (0..length).step_by(700) {
        let block: Vec<&[f32]> = channels.iter().map(|channel| &channel[start..length.min(start + 700)]).collect();
        builder.push(&block).unwrap();
    }
    builder.finish().unwrap()
}

/// 16-bit samples as numbers and as sound.
fn sixteen_bits(frames: usize, seed: i64) -> (Vec<i64>, Vec<f32>) {
    let numbers: Vec<i64> =
        (0..frames as i64).map(|n| (n * n * 7919 + seed * n * 31 + seed) % 65_536 - 32_768).collect();
    let samples = numbers.iter().map(|&number| number as f32 / 32_768.0).collect();
    (numbers, samples)
}

fn pairs(channels: &[Vec<i64>], samples: usize) -> Vec<i64> {
    let length = channels[0].len().div_ceil(samples);
    let pair = |channel: &Vec<i64>, index: usize| {
        let part = &channel[index * samples..channel.len().min((index + 1) * samples)];
        [*part.iter().min().unwrap(), *part.iter().max().unwrap()]
    };
    (0..length).flat_map(|index| channels.iter().flat_map(move |channel| pair(channel, index))).collect()
}

proptest! {
    #[test]
    fn both_forms_are_read_back_as_the_samples_are(frames in 1usize..4000, samples in 1u32..600, seed in 0i64..1000) {
        let (numbers, sound): (Vec<_>, Vec<_>) = [seed, seed + 5].map(|seed| sixteen_bits(frames, seed)).into_iter().unzip();
        let settings = PeakSettings {
            detail: Detail::SamplesPerPixel(samples), channels: Channels::Split, ..PeakSettings::default()
        };
        let data = made(settings, true, &sound);
        let expected = Read {
            channels: 2, sample_rate: 1000, samples_per_pixel: samples.into(), bits: 16,
            length: frames.div_ceil(samples as usize), data: pairs(&numbers, samples as usize),
        };
        prop_assert_eq!(data.len(), expected.length);
        prop_assert_eq!(&read_dat(&dat(&data)), &expected);
        prop_assert_eq!(&read_json(&json(&data)), &expected);

        let eight = made(PeakSettings { resolution: Resolution::Bits8, ..settings }, false, &sound);
        let nearest = |value: &i64| ((*value as f64 / 256.0).round() as i64).min(127);
        let expected = Read { bits: 8, data: expected.data.iter().map(nearest).collect(), ..expected };
        prop_assert_eq!(&read_dat(&dat(&eight)), &expected);
        prop_assert_eq!(&read_json(&json(&eight)), &expected);
    }

    #[test]
    fn a_width_is_kept_and_samples_per_pixel_are_whole(frames in 1usize..5000, width in 1u32..300, known: bool) {
        let (numbers, sound) = sixteen_bits(frames, 3);
        let settings = PeakSettings { detail: Detail::Width(width), ..PeakSettings::default() };
        let read = read_dat(&dat(&made(settings, known, &[sound])));
        prop_assert!(read.length <= width as usize && read.length > 0);
        prop_assert_eq!(read.data, pairs(&[numbers], read.samples_per_pixel as usize));
        if known {
            prop_assert_eq!(read.samples_per_pixel as usize, frames.div_ceil(width as usize));
        }
    }
}

#[test]
fn floats_are_exactly_as_many_as_asked_for() {
    let sound: Vec<f32> = (0..1003).map(|n| (n as f32 / 1003.0).powi(2) * 2.0 - 0.7).collect();
    let settings = PeakSettings { detail: Detail::Width(10), resolution: Resolution::Float, ..PeakSettings::default() };
    let data = made(settings, true, std::slice::from_ref(&sound));
    let value: Value = serde_json::from_slice(&json(&data)).unwrap();
    assert_eq!((value["length"].as_u64(), value["samples_per_pixel"].as_f64()), (Some(10), Some(100.3)));
    assert!(value.get("bits").is_none());
    for (index, pair) in value["data"].as_array().unwrap().chunks(2).enumerate() {
        let part = &sound[index * 1003 / 10..(index + 1) * 1003 / 10];
        let near = |value: &Value, sample: f32| (value.as_f64().unwrap() - f64::from(sample.min(1.0))).abs() < 6e-6;
        assert!(near(&pair[0], part[0]) && near(&pair[1], part[part.len() - 1]), "{index}: {pair:?}");
    }
    assert!(data.write_dat(&mut Vec::new()).is_err());
}

#[test]
fn a_part_is_the_peaks_of_that_part() {
    let (numbers, sound) = sixteen_bits(5000, 11);
    let excerpt = Excerpt { start: Seconds(1.234), end: Some(Seconds(3.5)) };
    let settings = PeakSettings { excerpt, detail: Detail::SamplesPerPixel(100), ..PeakSettings::default() };
    for known in [true, false] {
        let read = read_dat(&dat(&made(settings, known, std::slice::from_ref(&sound))));
        assert_eq!(read.data, pairs(&[numbers[1234..3500].to_vec()], 100));
    }
}

#[test]
fn peaks_can_be_had_while_more_come() {
    let (numbers, sound) = sixteen_bits(1000, 4);
    let mut builder =
        PeakDataBuilder::new(PeakSettings::default(), Sound { channels: 1, rate: RATE, frames: None }).unwrap();
    builder.push(&[&sound[..600]]).unwrap();
    assert_eq!(read_dat(&dat(&builder.so_far())).data, pairs(&[numbers[..512].to_vec()], 256));
    builder.push(&[&sound[600..]]).unwrap();
    assert_eq!(read_dat(&dat(&builder.finish().unwrap())).data, pairs(&[numbers], 256));
}

#[test]
fn what_is_beyond_sixteen_bits_is_clipped() {
    let data = made(PeakSettings::default(), true, &[vec![3.0, -3.0, f32::NAN, f32::INFINITY]]);
    assert_eq!(read_dat(&dat(&data)).data, [-32_768, 32_767]);
}

#[test]
fn no_detail_and_too_much_of_it_are_refused() {
    let sound = Sound { channels: 2, rate: RATE, frames: None };
    let refused = |detail| PeakDataBuilder::new(PeakSettings { detail, ..PeakSettings::default() }, sound).unwrap_err();
    assert_eq!(refused(Detail::SamplesPerPixel(0)), PictureError::SamplesPerPixel);
    assert!(matches!(refused(Detail::Width(0)), PictureError::PeakWidth { width: 0, .. }));
    assert!(matches!(refused(Detail::Width(u32::MAX)), PictureError::PeakWidth { width: u32::MAX, .. }));
}
