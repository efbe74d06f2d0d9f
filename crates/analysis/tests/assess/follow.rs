//! A follower beside players whose place is known.

use rae_analysis::{FollowedNote, Follower, RECORDING_RATE, Settings, Status};

use crate::performer::{CLEAN, Dice, Manner, accompanied, melody, perform, warp};
use crate::sound::{BOWED, STRUCK, assessed, sound};

/// The score time that is played at a time.
fn score_at(manner: &Manner, time: f64, end: f64) -> f64 {
    let (mut low, mut high) = (0.0, end);
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        if warp(manner, middle) < time { low = middle } else { high = middle }
    }
    low
}

#[test]
fn a_follower_is_less_than_300_ms_behind_and_comes_to_the_same_verdicts() {
    let mut dice = Dice(31);
    let (mut looks, mut late, mut notes, mut different) = (0, 0, 0, 0);
    for (slope, drift, tone) in [(1.0, 0.0, BOWED), (0.75, 0.2, STRUCK), (1.3, 0.25, BOWED), (1.1, 0.25, STRUCK)] {
        let struck = tone.decay.is_some();
        let expected = if struck { accompanied(&mut dice, 20.0, 84.0) } else { melody(&mut dice, 24.0, 84.0) };
        let manner = Manner { slope, drift, jitter: 0.008, lead: 0.9, ..CLEAN };
        let performance = perform(&expected, &manner, &mut dice);
        // Each note ends as its own tempo says: otherwise repeated notes would run into each other.
        let played = expected.notes().iter().zip(&performance.played).map(|(note, played)| {
            let duration = warp(&manner, note.onset + note.duration) - warp(&manner, note.onset);
            (played.onset, duration, played.pitch, 1.0)
        });
        let audio = sound(&played.collect::<Vec<_>>(), tone, performance.played.last().unwrap().onset + 2.0);
        let last = expected.notes().last().unwrap().onset;
        let mut follower = Follower::new(expected.clone(), RECORDING_RATE, Settings::default()).unwrap();
        for (block, samples) in audio.chunks(800).enumerate() {
            follower.push(samples);
            let score = score_at(&manner, 0.05 * (block + 1) as f64, last + 5.0);
            if score > 3.0 && score < last {
                looks += 1;
                let behind = follower.position().map_or(f64::INFINITY, |place| (score - place.score_s).abs());
                late += usize::from(behind > 0.3);
            }
        }
        let whole = assessed(&expected, audio);
        notes += whole.notes.len();
        let live = follower.finish();
        let pairs = whole.notes.iter().zip(live);
        different += pairs.filter(|(offline, live)| live.status != Some(offline.status)).count();
    }
    assert!(late * 50 <= looks, "{late} of {looks} looks");
    assert!(different * 12 <= notes, "{different} of {notes} verdicts");
}

#[test]
fn a_follower_finds_a_player_who_goes_back() {
    let mut dice = Dice(32);
    let expected = melody(&mut dice, 32.0, 96.0);
    let notes = expected.notes();
    let (cut, back) = (notes.len() / 2, notes.len() / 4);
    let resumed = notes[cut].onset + 1.0 - notes[back].onset;
    let first = notes[..cut].iter().map(|note| (0.5 + note.onset, note.duration, note.pitch, 1.0));
    let again = notes[back..].iter().map(|note| (0.5 + resumed + note.onset, note.duration, note.pitch, 1.0));
    let end = notes[notes.len() - 1].onset;
    let audio = sound(&first.chain(again).collect::<Vec<_>>(), STRUCK, end + resumed + 1.0);
    let mut follower = Follower::new(expected.clone(), RECORDING_RATE, Settings::default()).unwrap();
    let (mut looks, mut late) = (0, 0);
    for (block, samples) in audio.chunks(1600).enumerate() {
        follower.push(samples);
        // Six seconds are enough to find the new place.
        let score = 0.1 * (block + 1) as f64 - 0.5 - resumed;
        if score > notes[back].onset + 6.0 && score < end {
            looks += 1;
            let place = follower.position().unwrap();
            late += usize::from((place.score_s - score).abs() > 0.3 || !place.playing);
        }
    }
    assert!(looks > 20 && late * 20 <= looks, "{late} of {looks} looks");
    let right = follower.finish().iter().filter(|note| note.status == Some(Status::Correct)).count();
    assert!(right * 10 >= 8 * notes.len(), "{right} of {}", notes.len());
}

#[test]
fn blocks_do_not_matter_and_nothing_hostile_does_harm() {
    let mut dice = Dice(33);
    let expected = melody(&mut dice, 8.0, 100.0);
    let notes: Vec<_> =
        expected.notes().iter().map(|note| (note.onset + 0.3, note.duration, note.pitch, 1.0)).collect();
    let mut audio = sound(&notes, STRUCK, 6.0);
    audio[100] = f32::NAN;
    audio[200] = f32::INFINITY;
    audio[300] = f32::MAX;
    let follow = |size: usize| {
        let mut follower = Follower::new(expected.clone(), RECORDING_RATE, Settings::default()).unwrap();
        for block in audio.chunks(size) {
            follower.push(&[]);
            follower.push(block);
        }
        (follower.position(), follower.finish().to_vec())
    };
    let whole = follow(audio.len());
    assert!(whole.0.is_some());
    assert_eq!(follow(777), whole);
    for rate in [0, 999, 1_000_001] {
        assert!(Follower::new(expected.clone(), rate, Settings::default()).is_none());
    }
}

#[test]
fn silence_and_constant_sound_lead_nowhere() {
    let mut dice = Dice(34);
    let expected = melody(&mut dice, 16.0, 100.0);
    for rate in [8_000, 44_100, 96_000] {
        for level in [0.0, f32::NAN, 0.3] {
            let mut follower = Follower::new(expected.clone(), rate, Settings::default()).unwrap();
            follower.push(&vec![level; 3 * rate as usize]);
            assert_eq!(follower.position(), None, "{rate} Hz, {level}");
            assert!(follower.finish().iter().all(|note| *note == FollowedNote::default()));
        }
    }
    // After the music the place stays, and nobody plays.
    let notes: Vec<_> =
        expected.notes().iter().map(|note| (note.onset + 0.3, note.duration, note.pitch, 1.0)).collect();
    let mut follower = Follower::new(expected.clone(), RECORDING_RATE, Settings::default()).unwrap();
    follower.push(&sound(&notes[..notes.len() / 2], STRUCK, 14.0));
    let stopped = follower.position().unwrap();
    let reached = expected.notes()[notes.len() / 2].onset;
    assert!(!stopped.playing && (stopped.score_s - reached).abs() < 2.5, "{stopped:?}, not {reached}");
}
