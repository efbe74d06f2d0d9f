//! The metronome, from outside: onsets, pitches, levels, blocks.

use rae_effects::{Click, Metronome};
use rae_units::{Decibels, Frames, SampleRate};

fn clicks(frames: &[u64]) -> Vec<Click> {
    frames.iter().enumerate().map(|(n, &frame)| Click { frame: Frames(frame), accent: n % 2 == 0 }).collect()
}

fn render(metronome: &Metronome, frames: usize, block: usize) -> Vec<f32> {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    for start in (0..frames).step_by(block) {
        let end = frames.min(start + block);
        metronome.add_to(Frames(start as u64), &mut left[start..end], &mut right[start..end]);
    }
    assert_eq!(left, right);
    left
}

fn metronome(frames: &[u64], hz: u32) -> Metronome {
    Metronome::new(&clicks(frames), Decibels(-6.0), SampleRate::new(hz).unwrap())
}

#[test]
fn a_click_begins_with_its_highest_sample_at_its_level() {
    let sound = render(&metronome(&[1000, 21_000], 44_100), 30_000, 30_000);
    let quiet = |frames: &[f32]| frames.iter().all(|&x| x == 0.0);
    assert!(quiet(&sound[..1000]) && quiet(&sound[1000 + 2205..21_000]) && quiet(&sound[21_000 + 2205..]));
    let level = |frame: usize| 20.0 * f64::from(sound[frame]).log10();
    assert!((level(1000) + 6.0).abs() < 0.01 && (level(21_000) + 10.0).abs() < 0.01);
    let highest = |frames: &[f32]| frames.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
    assert_eq!(highest(&sound[..20_000]), sound[1000]);
    assert_eq!(highest(&sound[20_000..]), sound[21_000]);
}

#[test]
fn the_accent_is_higher() {
    for hz in [8_000, 44_100, 48_000, 384_000] {
        let sound = render(&metronome(&[0, 2 * u64::from(hz)], hz), 3 * hz as usize, 1000);
        // Once the upper partial is gone: rising crossings of zero within a hundredth of a second.
        let crossings = |start: usize| {
            let frames = &sound[start + hz as usize / 50..start + hz as usize * 3 / 100];
            let places: Vec<usize> = (1..frames.len()).filter(|&n| frames[n - 1] < 0.0 && frames[n] >= 0.0).collect();
            (places.len() - 1) as f64 * f64::from(hz) / (places[places.len() - 1] - places[0]) as f64
        };
        assert!((crossings(0) / 1760.0 - 1.0).abs() < 0.02, "{hz}: {}", crossings(0));
        let other = crossings(2 * hz as usize);
        assert!((other / 1320.0 - 1.0).abs() < 0.02, "{hz}: {other}");
    }
}

#[test]
fn the_bits_do_not_depend_on_blocks() {
    let metronome = metronome(&[0, 100, 100, 5000, 7000, 9999], 44_100);
    let whole = render(&metronome, 10_000, 10_000);
    for block in [1, 63, 64, 1001] {
        assert_eq!(render(&metronome, 10_000, block), whole);
    }
}

#[test]
fn a_click_cuts_off_the_one_before() {
    let both = render(&metronome(&[0, 500], 44_100), 4000, 4000);
    let first = render(&metronome(&[0], 44_100), 4000, 4000);
    assert_eq!(both[..500], first[..500]);
    let alone = Metronome::new(&[Click { frame: Frames(500), accent: false }], Decibels(-6.0), SampleRate::CD);
    assert_eq!(both[500..], render(&alone, 4000, 4000)[500..]);
}
