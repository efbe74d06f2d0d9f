//! Peaks against their definition, computed sample by sample.

use proptest::prelude::*;
use rae_picture::{Channels, Column, Peaks, PeaksBuilder};

/// Noise between −1 and 1, with some samples that are none.
fn noise(frames: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0];
    (0..frames).map(|n| if n % 97 == 13 { odd[n % 4] } else { next() }).collect()
}

fn sane(sample: f32) -> f32 {
    if sample.is_finite() { sample } else { 0.0 }
}

/// A column by its definition.
fn truth(samples: &[f32]) -> Column {
    let sane: Vec<f32> = samples.iter().copied().map(sane).collect();
    Column {
        min: sane.iter().copied().fold(f32::INFINITY, f32::min),
        max: sane.iter().copied().fold(f32::NEG_INFINITY, f32::max),
        rms: (sane.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / sane.len() as f64).sqrt() as f32,
    }
}

fn expected(samples: &[f32], width: usize) -> Vec<Column> {
    let edge = |k: usize| (k as u128 * samples.len() as u128 / width as u128) as usize;
    (0..width).map(|k| truth(&samples[edge(k)..edge(k + 1).max(edge(k) + 1)])).collect()
}

/// `min` and `max` must be equal; sums of squares may be added in another order.
fn same(found: &[Column], expected: &[Column]) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        prop_assert_eq!((found.min, found.max), (expected.min, expected.max));
        prop_assert!((found.rms - expected.rms).abs() <= 1e-7 * expected.rms, "{} {}", found.rms, expected.rms);
    }
    Ok(())
}

fn pushed(mut builder: PeaksBuilder, channels: &[&[f32]], blocks: &[usize]) -> Peaks {
    let mut start = 0;
    for &length in blocks.iter().cycle() {
        if start == channels[0].len() {
            break;
        }
        let end = channels[0].len().min(start + length);
        builder.push(&channels.iter().map(|channel| &channel[start..end]).collect::<Vec<_>>());
        start = end;
    }
    builder.finish()
}

fn bits(peaks: &Peaks, width: usize) -> Vec<[u32; 3]> {
    let columns = (0..peaks.channels()).flat_map(|channel| peaks.columns(channel, 0..peaks.frames(), width));
    columns.map(|column| [column.min, column.max, column.rms].map(f32::to_bits)).collect()
}

proptest! {
    #[test]
    fn columns_are_those_of_the_definition(frames in 1usize..5000, width in 1usize..300, seed: u64) {
        let samples = noise(frames, seed);
        let exact = pushed(PeaksBuilder::exact(1, Channels::Split, frames as u64, width), &[&samples], &[999]);
        same(&exact.columns(0, 0..frames as u64, width), &expected(&samples, width))?;
    }

    #[test]
    fn blocks_do_not_change_a_bit(frames in 1usize..5000, width in 1usize..100, seed: u64,
        blocks in prop::collection::vec(1usize..700, 1..5), mixed: bool) {
        let (left, right) = (noise(frames, seed), noise(frames, !seed));
        let show = if mixed { Channels::Mixed } else { Channels::Split };
        let length = frames as u64;
        for builder in [PeaksBuilder::exact(2, show, length, width), PeaksBuilder::growing(2, show, width),
            PeaksBuilder::every(2, show, 37), PeaksBuilder::exact(2, show, length / 3, width)] {
            let once = pushed(builder.clone(), &[&left, &right], &[frames]);
            let often = pushed(builder, &[&left, &right], &blocks);
            prop_assert_eq!(bits(&once, width), bits(&often, width));
        }
    }

    #[test]
    fn unknown_lengths_and_false_ones_give_what_lies_on_the_edges_they_have(
        frames in 1usize..20_000, width in 1usize..50, claimed in prop_oneof![0u64..40_000, Just(u64::MAX)], seed: u64) {
        let samples = noise(frames, seed);
        let whole = truth(&samples);
        for builder in [PeaksBuilder::growing(1, Channels::Mixed, 16 * width),
            PeaksBuilder::exact(1, Channels::Mixed, claimed, width)] {
            let peaks = pushed(builder, &[&samples], &[1234]);
            prop_assert_eq!(peaks.frames(), frames as u64);
            same(&peaks.columns(0, 0..frames as u64, 1), &[whole])?;
            let columns = peaks.columns(0, 0..frames as u64, width);
            prop_assert_eq!(columns.len(), width);
            for (column, exact) in columns.iter().zip(expected(&samples, width)) {
                prop_assert!(column.min <= exact.min && column.max >= exact.max, "{:?} {:?}", column, exact);
                prop_assert!(column.min >= whole.min && column.max <= whole.max);
            }
        }
    }
}

#[test]
fn mixed_channels_are_their_mean() {
    let channels: Vec<Vec<f32>> = (0..5).map(|seed| noise(9000, seed)).collect();
    let slices: Vec<&[f32]> = channels.iter().map(Vec::as_slice).collect();
    let mean = |n: usize| slices[1..].iter().fold(slices[0][n], |sum, channel| sum + channel[n]) * (1.0 / 5.0);
    let mixed: Vec<f32> = (0..9000).map(mean).collect();
    let peaks = pushed(PeaksBuilder::exact(5, Channels::Mixed, 9000, 71), &slices, &[4001]);
    assert_eq!(peaks.channels(), 1);
    same(&peaks.columns(0, 0..9000, 71), &expected(&mixed, 71)).unwrap();
}

#[test]
fn what_is_no_number_on_one_channel_leaves_the_others() {
    let (broken, whole) = ([f32::NAN, f32::INFINITY, 0.5], [0.8, -0.6, 0.5]);
    let peaks = pushed(PeaksBuilder::exact(2, Channels::Mixed, 3, 3), &[&broken, &whole], &[3]);
    same(&peaks.columns(0, 0..3, 3), &expected(&[0.4, -0.3, 0.5], 3)).unwrap();
}

#[test]
fn any_part_can_be_shown_at_any_width() {
    let samples = noise(8000, 5);
    let peaks = pushed(PeaksBuilder::every(1, Channels::Split, 1), &[&samples], &[777]);
    assert!(peaks.has_every_sample());
    for (range, width) in [(0..8000, 100), (1234..4321, 77), (5..6, 10), (7990..8000, 3)] {
        let part = &samples[range.start as usize..range.end as usize];
        same(&peaks.columns(0, range, width), &expected(part, width)).unwrap();
    }
    assert_eq!(peaks.columns(0, 7000..9000, 4).len(), 2, "what is not there is left out");
    assert!(peaks.columns(0, 9000..9001, 4).is_empty() && peaks.columns(0, 0..8000, 0).is_empty());
}

#[test]
fn complete_columns_can_be_taken_away() {
    let (left, right) = (noise(10_000, 1), noise(10_000, 2));
    let mut builder = PeaksBuilder::every(2, Channels::Split, 256);
    let mut taken: Vec<Vec<Column>> = Vec::new();
    for start in (0..10_000).step_by(700) {
        let end = 10_000.min(start + 700);
        builder.push(&[&left[start..end], &right[start..end]]);
        builder.drain(|columns| taken.push(columns.to_vec()));
        assert_eq!(taken.len(), end / 256);
    }
    builder.drain_all(|columns| taken.push(columns.to_vec()));
    for (channel, samples) in [&left, &right].into_iter().enumerate() {
        let of_channel: Vec<Column> = taken.iter().map(|columns| columns[channel]).collect();
        same(&of_channel, &samples.chunks(256).map(truth).collect::<Vec<_>>()).unwrap();
    }
}

#[test]
fn what_has_passed_by_can_be_looked_at_while_more_comes() {
    let samples = noise(1000, 9);
    let mut builder = PeaksBuilder::exact(1, Channels::Mixed, 1000, 10);
    builder.push(&[&samples[..250]]);
    let partial = builder.so_far().columns(0, 0..1000, 10);
    same(&partial, &[truth(&samples[..100]), truth(&samples[100..200]), truth(&samples[200..250])]).unwrap();
    builder.push(&[&samples[250..]]);
    same(&builder.finish().columns(0, 0..1000, 10), &expected(&samples, 10)).unwrap();
}

#[test]
fn no_frames_give_no_columns() {
    for builder in [PeaksBuilder::exact(1, Channels::Mixed, 0, 10), PeaksBuilder::growing(0, Channels::Mixed, 10)] {
        assert_eq!(builder.finish().frames(), 0);
    }
    assert!(PeaksBuilder::exact(1, Channels::Mixed, 0, 10).finish().columns(0, 0..0, 10).is_empty());
}
